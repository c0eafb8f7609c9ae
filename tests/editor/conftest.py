"""The fixtures that the tests of editors share."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from harness import CommandLine

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="session")
def schema_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file to which the command line writes the schema."""
    folder = tmp_path_factory.mktemp("schema")
    path = folder / "coursesync.schema.json"
    assert CommandLine(folder)("schema", "--out", path).code == 0
    return path
