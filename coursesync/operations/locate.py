"""Finds the workspace that a command is for, and the courses in it that its words name.

Owns which word is a folder, an outline or a course's key, and where a workspace is looked for. It
must never read a file.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from coursesync.errors import Command, Remedy, Shell, UsageError
from coursesync.files import shown
from coursesync.operations.config import CONFIG
from coursesync.outlines.folder import ENDINGS, has_outline, workspace_above
from coursesync.state import STATE_NAME

if TYPE_CHECKING:
    from collections.abc import Sequence

WORKSPACE = "courses"  # the default
FIRST = "first-course.yaml"  # the outline that `init` writes
_MARKS = (CONFIG, STATE_NAME, ".coursesync")  # each is in a workspace and nowhere else


@dataclass(frozen=True, slots=True)
class Chosen:
    """The workspace of a command, and the courses that it is limited to.

    Attributes:
        folder: the workspace.
        courses: the keys, or the outlines' paths in the workspace; none for all.
        words: the words that name these courses on a command line.
        is_named: whether a word names the folder.
        is_here: whether a command without any word finds the same workspace.
        also: the outline of a course whose key is the folder's name; "" if there is none.
    """

    folder: Path
    courses: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    is_named: bool = False
    is_here: bool = True
    also: str = ""

    def limited_to(self, keys: Sequence[str]) -> Chosen:
        """Return the choice of some courses of the same workspace."""
        return replace(self, courses=(*keys,), words=(*keys,))

    def typed(self, courses: Sequence[str]) -> list[str]:
        """Return the words that name the workspace and some of its courses."""
        is_needed = self.is_named or not courses or not self.is_here
        return [*([str(self.folder)] if is_needed else []), *courses]


def choose(words: Sequence[str]) -> Chosen:
    """Return what the words of a command name.

    A word with a slash is a path, and so is one that ends in .yaml or .yml. Any other word is the
    folder of that name, if there is one outside the workspace that is found from here, except if it
    has no outline and the workspace has one of that name. The words after a folder, and all others,
    are keys of courses.

    Raises:
        UsageError: the words name several workspaces, an outline outside of the workspace, or a
            course of a workspace that is not found from here; or they name none, and the one that
            was found above belongs to another user.
    """
    here = found_from(Path())
    folders: list[str] = []
    courses: list[str] = []
    for word in words:
        (folders if _is_folder(word, here, is_first=not folders) else courses).append(word)
    if len(folders) > 1:
        raise _several(folders)
    files = [word for word in courses if _is_outline(word) and os.path.lexists(word)]
    if folders:
        folder = Path(folders[0])
    elif files:
        found = {_workspace_of(Path(each), here): None for each in files}
        if len(found) > 1:
            raise _several([*map(str, found)])
        folder = next(iter(found))
    else:
        folder = here or Path(WORKSPACE)
        if owner := _other_owner(folder):
            raise _of_another(folder, owner, words)
    if here is None and folders and not os.path.lexists(folder) and "/" not in folders[0]:
        _check_outside(folders[0])
    chosen = in_workspace(folder, courses)
    is_here = _is_same(here, folder)
    also = _outline_called(here, folders[0]) if folders and here is not None else ""
    return Chosen(folder, chosen, tuple(courses), bool(folders), is_here, also)


def chosen_folder(word: str) -> Chosen:
    """Return the choice of a workspace, whatever its name."""
    return Chosen(Path(word), is_named=True, is_here=_is_same(found_from(Path()), Path(word)))


def found_from(start: Path) -> Path | None:
    """Return the workspace of a folder: in it, or in one of the folders above it.

    That is the folder `courses`, or the folder itself if it has a configuration or a state. The
    search ends at the root of the repository or at the home folder; without either, it stays in
    the folder itself.
    """
    try:
        above = _upwards(start)
    except OSError:  # the current folder was deleted
        return None
    for folder in above:
        for found in (os.path.join(folder, WORKSPACE), folder):  # noqa: PTH118 - may be in no encoding
            marks = _MARKS if found == folder else ("",)
            if os.path.isdir(found) and any(os.path.lexists(f"{found}/{mark}") for mark in marks):  # noqa: PTH112 - as above
                return Path(os.path.relpath(found))
    return None


def _check_outside(word: str) -> None:
    """Raise UsageError for a word that may be a course of a workspace above, outside of git."""
    for above in Path(os.path.abspath("")).parents:  # noqa: PTH100 - `resolve` follows links
        for folder in (above / WORKSPACE, above):
            if any(os.path.lexists(folder / mark) for mark in _MARKS):
                found = os.path.relpath(folder)
                raise UsageError(
                    f"there is no folder {Shell(shown(word))} here. A folder above has a "
                    "workspace, but without a git repository it is not looked for",
                    Remedy("Name it before the course, as in", Shell(found, word)),
                )


def _upwards(start: Path) -> list[str]:
    folder = os.path.abspath(start)  # noqa: PTH100 - `resolve` follows links
    above = [folder, *map(str, Path(folder).parents)]
    home = os.path.realpath(os.path.expanduser("~"))  # noqa: PTH111 - never fails
    last = next(
        (
            i
            for i, each in enumerate(above)
            if os.path.lexists(f"{each}/.git") or os.path.realpath(each) == home
        ),
        0,
    )
    return above[: last + 1]


def _other_owner(folder: Path) -> str:
    """Return the user to whom a workspace above the current folder belongs; "" for this user.

    As in git, root may also use what belongs to the user who ran `sudo`:
    https://git-scm.com/docs/git-config#Documentation/git-config.txt-safedirectory
    """
    if folder.parts[:1] != ("..",):
        return ""
    owner, user = folder.stat().st_uid, os.geteuid()
    behind = os.environ.get("SUDO_UID") if user == 0 else None
    if owner == user or str(owner) == behind:
        return ""
    try:
        return folder.owner()
    except KeyError:  # no user of this machine
        return f"the user {owner}"


def _of_another(folder: Path, owner: str, words: Sequence[str]) -> UsageError:
    return UsageError(
        f"the workspace {Shell(shown(folder))}, which was found above this folder, belongs to "
        f"{owner}",
        Remedy(
            "Its outlines would be applied with your credentials. If you trust them, name the "
            "workspace, as in",
            Command("plan", folder, *words),
        ),
    )


def _is_same(here: Path | None, folder: Path) -> bool:
    """Return whether a command without any word uses a workspace; `here` is what it finds."""
    if here is None or _other_owner(here):
        return False
    return os.path.realpath(here) == os.path.realpath(folder)


def _is_folder(word: str, here: Path | None, *, is_first: bool) -> bool:
    is_path = "/" in word or word in {".", ".."}
    if _is_outline(word):
        return False
    if is_path or here is None:
        return is_path or is_first
    if not is_first or not os.path.lexists(word):
        return False
    if os.path.realpath(word).startswith(f"{os.path.realpath(here)}/"):
        return False
    return has_outline(Path(word)) or not _outline_called(here, word)


def _is_outline(word: str) -> bool:
    return word.lower().endswith(ENDINGS) and not os.path.isdir(word)  # noqa: PTH112 - may be too long


def _workspace_of(file: Path, here: Path | None) -> Path:
    """Return the workspace of an outline; raises UsageError if none is found above it."""
    named = (folder for folder in file.parents if folder.name == WORKSPACE)
    for found in (found_from(file.parent), here, *named):
        if found is not None and _is_in(found, file):
            return found
    above = workspace_above(file)
    name = Remedy("Name the folder before it, as in", Command("plan", above or "FOLDER", file))
    raise UsageError(f"no workspace was found for {Shell(shown(file))}", name)


def _is_in(folder: Path, file: Path) -> bool:
    return os.path.realpath(folder) in map(str, Path(os.path.realpath(file)).parents)


def in_workspace(folder: Path, words: Sequence[str]) -> tuple[str, ...]:
    """Return words with the paths of outlines as they are in a workspace.

    Raises UsageError if an outline is elsewhere.
    """
    return tuple(_path_in(folder, each) if _is_outline(each) else each for each in words)


def _path_in(folder: Path, word: str) -> str:
    """Return an outline's path in a workspace; raises UsageError if it is elsewhere."""
    if not _is_in(folder, Path(word)):
        # perhaps it was meant from the workspace
        if not os.path.lexists(word) and os.path.lexists(folder / word):
            return os.path.normpath(word)
        raise UsageError(
            f"{Shell(shown(word))} is not in the workspace {Shell(shown(folder))}",
            "One command is for one workspace.",
        )
    return os.path.relpath(os.path.realpath(word), os.path.realpath(folder))


def _outline_called(workspace: Path, word: str) -> str:
    names = [str(workspace / f"{word}{ending}") for ending in ENDINGS] if "/" not in word else []
    return next(filter(os.path.lexists, names), "")


def _several(folders: Sequence[str]) -> UsageError:
    names = " and ".join(str(Shell(shown(each))) for each in folders[:2])
    return UsageError(
        f"{names} are two workspaces", "Run the command once for each: each has its own state."
    )
