"""The fixtures that the tests of hostile files share."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def cli_folder(tmp_path: Path) -> Path:
    """A folder with an empty workspace in it."""
    (tmp_path / "courses").mkdir()
    return tmp_path
