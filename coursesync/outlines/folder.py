"""Finds the outlines in a workspace's folder.

Owns which files are outlines, and how many a workspace may have. It must never read a file.
"""

from __future__ import annotations

import os
from contextlib import suppress
from difflib import get_close_matches
from itertools import chain, count, islice
from typing import TYPE_CHECKING

from coursesync.errors import Command, CoursesyncError, Remedy, Shell, UsageError, in_ticks
from coursesync.files import shown
from coursesync.text import as_argument, coded, inert, listed

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

MOST_FOLDERS = 30  # inside each other
MOST_NAMES = 20_000  # files and folders
MOST_OUTLINES = 10_000
ENDINGS = (".yaml", ".yml")
_MOST_NAMED = 20  # courses in one message
_PAGES = (".md", ".markdown")


def check_folder(folder: Path) -> None:
    """Raise UsageError if a workspace is no folder."""
    if not os.path.isdir(folder):  # noqa: PTH112 - False for a name that is too long
        name = coded("Name the folder that holds your outlines; `.` is the current folder.")
        if os.path.lexists(folder):
            if above := workspace_above(folder):
                name = Remedy("The folder that holds your outlines is", Shell(as_argument(above)))
            raise UsageError(f"the workspace {_ticked(folder)} is a file, not a folder", name)
        is_below = not (folder.is_absolute() or ".." in folder.parts)
        make = Command("init") if is_below else Shell("mkdir", "-p", as_argument(folder))
        raise UsageError(
            f"the workspace {_ticked(folder)} does not exist",
            Remedy(name, "To make it:", make),
        )


def workspace_above(file: Path) -> Path | None:
    """Return the highest folder above a file that has an outline; `.` only if no other has one."""
    above = sorted(file.parents, key=lambda folder: (not folder.parts, len(folder.parts)))
    return next(filter(has_outline, above), None)


def has_outline(folder: Path) -> bool:
    """Return whether an outline is in a folder itself."""
    with suppress(OSError):
        names = os.listdir(folder)  # noqa: PTH208 - names alone
        return any(each.lower().endswith(ENDINGS) and each[0] != "." for each in names)
    return False


def empty_workspace(folder: Path, courses: Sequence[str] = ()) -> CoursesyncError:
    """Return the error for a workspace, or for some courses of it, without outlines."""
    if courses:
        return CoursesyncError(
            f"the course {Shell(courses[0])} has no outline in the workspace {_ticked(folder)}, "
            "only entries in the state",
            Remedy("To see what would happen to these:", Command("plan", *courses)),
        )
    return CoursesyncError(
        f"the workspace {_ticked(folder)} holds no outline",
        Remedy(
            coded("An outline is a file that ends in .yaml and starts with `id:` and `title:`"),
            "To write a first one:",
            Command("init"),
            "For a course that has contents already:",
            Command("import", course="ID"),
        ),
    )


def _ticked(folder: Path) -> str:
    """Return a folder's name within a sentence, which may end after it."""
    return in_ticks(str(Shell(shown(folder))))


def names_outline(text: str) -> bool:
    """Return whether a text is the path of an outline, there or not."""
    return text.lower().endswith(ENDINGS)


def unknown_course(folder: Path, name: str, keys: Mapping[str, str]) -> UsageError:
    """Return the error for a course that a workspace does not have.

    Args:
        folder: the workspace.
        name: a key or a path that is none of the workspace's.
        keys: the courses' keys, by their outlines' paths in the workspace.
    """
    is_path = names_outline(name)
    known = sorted(keys if is_path else {*keys.values()} - {""})
    near = get_close_matches(name, known, n=1)
    what = "outline" if is_path else "course"
    return UsageError(
        f"there is no {what} {Shell(inert(name, 100))} in the workspace {_ticked(folder)}",
        Remedy(
            "A Markdown file is a part of a course: name the course that lists it."
            if name.lower().endswith(_PAGES)
            else "",
            f"Did you mean {Shell(near[0])}?" if near else "",
            f"Its {what}s are: {listed([str(Shell(each)) for each in known], _MOST_NAMED)}."
            if known
            else "It has no outline yet.",
        ),
    )


def is_outline_in(folder: Path, path: Path) -> bool:
    """Return whether a file is, or would be, read as an outline of a workspace."""
    inside = os.path.relpath(os.path.realpath(path.parent), os.path.realpath(folder))
    is_hidden = any(part.startswith(".") for part in (*inside.split("/"), path.name) if part != ".")
    return not is_hidden and path.name.lower().endswith(ENDINGS)


def outline_paths(
    folder: Path, unwritten: Iterable[str] = (), pages: list[str] | None = None
) -> list[tuple[str, bool]]:
    """Find the outlines of a workspace: their paths in it, and whether they are symbolic links.

    A link to a folder is among them, because outlines may be in that folder.

    Args:
        folder: the workspace.
        unwritten: paths of files that count as written.
        pages: takes the paths of the Markdown files that are met on the way, links left out.

    Raises:
        UsageError: `folder` is no folder.
        CoursesyncError: it can't be read, or there is more than a workspace may hold.
    """
    check_folder(folder)
    # a folder that does not exist yet counts as well
    names = {part for path in unwritten for part in (path, path.rpartition("/")[0])} - {""}
    new = [name for name in names if not os.path.lexists(folder / name)]
    more = [(name, False) for name in new if name.lower().endswith(ENDINGS)]
    below = _below(folder, "", count(1 + len(new)), [] if pages is None else pages)
    found = sorted(islice(chain(more, below), MOST_OUTLINES + 1))
    if len(found) > MOST_OUTLINES:
        raise CoursesyncError(
            f"the workspace {shown(folder)} holds more than {MOST_OUTLINES:,} outlines",
            "Divide it into several, each with a state of its own.",
        )
    return found


def _below(
    folder: Path, prefix: str, names: Iterator[int], pages: list[str]
) -> Iterator[tuple[str, bool]]:
    if prefix.count("/") > MOST_FOLDERS:
        raise CoursesyncError(
            f"the folder {shown(folder / prefix)[:200]}… is too deep",
            f"A workspace may have {MOST_FOLDERS} folders inside each other.",
        )
    try:
        with os.scandir(folder / prefix) as scan:
            entries = sorted(islice(scan, MOST_NAMES), key=lambda entry: entry.name)
    except OSError as error:
        raise CoursesyncError(
            f"the folder {shown(folder / prefix)} can't be read: {error.strerror}",
            Remedy("To see who may read it:", Shell("ls", "-ld", as_argument(folder / prefix))),
        ) from error
    for entry in entries:
        if next(names) >= MOST_NAMES:
            raise CoursesyncError(
                f"the workspace {shown(folder)} holds more than {MOST_NAMES:,} files and folders",
                "Move other files elsewhere, or into a folder whose name starts with a dot.",
            )
        if entry.name.startswith("."):
            continue
        if entry.name.lower().endswith(ENDINGS):
            yield prefix + entry.name, entry.is_symlink()
        elif entry.is_dir(follow_symlinks=False):
            yield from _below(folder, f"{prefix}{entry.name}/", names, pages)
        elif entry.is_symlink() and os.path.isdir(entry.path):  # noqa: PTH112 - False for a loop
            yield prefix + entry.name, True
        elif entry.name.lower().endswith(_PAGES) and not entry.is_symlink():
            pages.append(prefix + entry.name)
