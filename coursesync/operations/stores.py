"""Chooses where a state is kept, and finds a state that only git still has.

It must never write, and asks git only about a state that is gone or damaged.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from coursesync.errors import CoursesyncError, Remedy, Shell, StateError
from coursesync.files import shown
from coursesync.nexudus.target import EMBEDDED, check_target
from coursesync.operations.config import SANDBOX, config_target
from coursesync.state import STATE_NAME
from coursesync.state.disk import away
from coursesync.state.file_store import StateFile

if TYPE_CHECKING:
    from pathlib import Path

    from coursesync.operations.config import Config


def embedded_store(folder: Path) -> StateFile:
    """Return the store of a workspace's embedded sandbox; CoursesyncError if it can't be one."""
    inner = folder / SANDBOX
    if inner.is_symlink() or (inner.exists() and not inner.is_dir()):
        raise CoursesyncError(
            f"{shown(inner)} is a link or a file, and the embedded sandbox needs a folder there",
            Remedy("Remove it:", away(inner)),
        )
    return StateFile(inner / STATE_NAME, EMBEDDED)


def store_of(folder: Path, base_url: str | None, state: str | None, config: Config) -> StateFile:
    """Return the store for an API, by default that of the configuration; raises UsageError."""
    target = check_target(base_url) if base_url else config_target(folder, config)
    return StateFile(folder / (state or config.state), target, in_git=_in_git)


def check_not_deleted(state: Path) -> None:
    """Raise StateError if a state is gone and git has it: without it, all would be new."""
    if os.path.lexists(state) or _in_git(state) is None:
        return
    from coursesync.outlines.git import restoring  # noqa: PLC0415 - rarely needed

    raise StateError(
        f"git has the state {shown(state)}, and the folder lacks it",
        Remedy(
            "Restore it:",
            restoring(state.parent, state.name),
            "To start without it, delete it in git as well:",
            Shell("git", "-C", state.parent, "rm", "--cached", "--", state.name),
        ),
    )


def _in_git(file: Path) -> bytes | None:
    from coursesync.outlines.git import indexed  # noqa: PLC0415 - rarely needed

    return indexed(file)
