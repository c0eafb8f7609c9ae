"""The fixtures that the tests of outlines share."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from outlines.author import Author

if TYPE_CHECKING:
    from pathlib import Path

    from harness import CommandLine


@pytest.fixture
def writer(cli: CommandLine, courses: Path) -> Author:
    """Someone who writes outlines in the workspace of the command line."""
    return Author(cli, courses)
