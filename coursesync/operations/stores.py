"""Chooses where a state is kept, and finds a state that only git still has.

It must never write, and asks git only about a state that is gone or damaged.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from coursesync.errors import Code, Command, CoursesyncError, Remedy, Shell, StateError
from coursesync.files import shown
from coursesync.nexudus.target import EMBEDDED, check_target
from coursesync.operations.config import CONFIG, SANDBOX, config_target
from coursesync.state import STATE_NAME
from coursesync.state.disk import away
from coursesync.state.file_store import StateFile

if TYPE_CHECKING:
    from pathlib import Path

    from coursesync.operations.config import Config
    from coursesync.state.git_store import GitStore
    from coursesync.state.store import Store

_COPIES = "state"  # the folder of what this machine has of states in git


def embedded_store(folder: Path) -> StateFile:
    """Return the store of a workspace's embedded sandbox; CoursesyncError if it can't be one."""
    inner = folder / SANDBOX
    if inner.is_symlink() or (inner.exists() and not inner.is_dir()):
        raise CoursesyncError(
            f"{shown(inner)} is a link or a file, and the embedded sandbox needs a folder there",
            Remedy("Remove it:", away(inner)),
        )
    return StateFile(inner / STATE_NAME, EMBEDDED)


def store_of(folder: Path, base_url: str | None, state: str | None, config: Config) -> Store:
    """Return the store for an API, by default that of the configuration; raises UsageError.

    A state that is named is a file, whatever the configuration says.
    """
    target = check_target(base_url) if base_url else config_target(folder, config)
    if config.store == "git" and state is None:
        return git_store(folder, target)
    return file_store(folder, target, state or config.state)


def file_store(folder: Path, target: str, name: str) -> StateFile:
    """Return the store in a file of a workspace."""
    return StateFile(folder / name, target, in_git=_in_git)


def git_store(folder: Path, target: str) -> GitStore:
    """Return the store in a branch of the repository that a workspace is in.

    Raises StateError if it is in none.
    """
    from coursesync.files.ask_git import answer  # noqa: PLC0415 - few runs need it
    from coursesync.state.branch_names import branch_name  # noqa: PLC0415 - as above
    from coursesync.state.git_store import GitStore  # noqa: PLC0415 - few runs need it
    from coursesync.state.state_branch import StateBranch  # noqa: PLC0415 - as above

    prefix = answer(folder, "rev-parse", "--show-prefix")
    if prefix is None:
        raise StateError(
            f'{shown(folder / CONFIG)} says store = "git", and {shown(folder)} is in no git '
            "repository",
            Remedy("To see why git can't read it:", Shell("git", "-C", folder, "status")),
        )
    name = branch_name(prefix.strip().rstrip("/"), target)
    beside = folder / SANDBOX / _COPIES / name.rpartition("/")[2] / STATE_NAME
    return GitStore(StateFile(beside, target), StateBranch(folder, name))


def check_not_lost(folder: Path, store: Store, config: Config) -> None:
    """Raise StateError if a store has no state, and another place has: all would be new."""
    left = folder / config.state
    if not store.is_file and os.path.lexists(left):
        raise StateError(
            f"{store.place} has no state yet, and the file {shown(left)} has one",
            Remedy("Carry it over:", Command("state move", to="git")),
        )
    if store.is_file:
        _check_not_deleted(store.path)
        if store.path == left:
            _check_not_in_branch(folder, store.target)


def _check_not_deleted(state: Path) -> None:
    """Raise StateError if a state is gone and git has it."""
    if os.path.lexists(state) or _in_git(state) is None:
        return
    from coursesync.files.ask_git import restoring  # noqa: PLC0415 - rarely needed

    raise StateError(
        f"git has the state {shown(state)}, and the folder lacks it",
        Remedy(
            "Restore it:",
            restoring(state.parent, state.name),
            "To start without it, delete it in git as well:",
            Shell("git", "-C", state.parent, "rm", "--cached", "--", state.name),
        ),
    )


def _check_not_in_branch(folder: Path, target: str) -> None:
    """Raise StateError if a state was fetched from its branch, which the settings don't name."""
    from coursesync.files.ask_git import root_of  # noqa: PLC0415 - rarely needed

    if root_of(folder) is None:
        return
    store = git_store(folder, target)
    if store.branch.fetched() is not None:
        raise StateError(
            f'{store.place} has the state, and {shown(folder / CONFIG)} does not say store = "git"',
            Remedy(
                "Write there",
                Code('store = "git"'),
                "or carry the state back:",
                Command("state move", to="file"),
            ),
        )


def _in_git(file: Path) -> bytes | None:
    from coursesync.files.ask_git import indexed  # noqa: PLC0415 - rarely needed

    return indexed(file)
