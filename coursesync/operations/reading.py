"""Reads the outlines of a folder as its configuration says; no target is chosen."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from coursesync.errors import CoursesyncError
from coursesync.operations.config import SANDBOX, config_of
from coursesync.outlines.workspace_files import load
from coursesync.state import STATE_NAME
from coursesync.state.state_text import parse

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from coursesync.kinds.address import Address
    from coursesync.outlines.settings import Settings
    from coursesync.outlines.workspace_files import Outlines


def managed_in(folder: Path) -> tuple[Address, ...]:
    """Return the addresses in a workspace's state, whatever its target; none without one."""
    try:
        config = config_of(folder)
        path = folder / (Path(SANDBOX, STATE_NAME) if config.sandbox else config.state)
        state = parse(path.read_bytes(), path)
    except (OSError, CoursesyncError):
        return ()  # keys are proposed without it; other commands report the error
    return (*state.entries, *state.doubts)


def read_outlines(
    folder: Path,
    settings: Settings | None,
    courses: Sequence[str] = (),
    unwritten: Mapping[str, bytes] | None = None,
) -> Outlines:
    """Parse every outline of a workspace, or those of some courses; there may be none.

    The parameters are as in `workspace_files.load`, which says what is raised.
    """
    return load(folder, None, lambda: managed_in(folder), unwritten, courses, settings)
