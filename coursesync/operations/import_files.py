"""The files of an imported course: its outline, new or added to, and its content files.

Owns the drafts, and how they are written. It must never overwrite a file except the outline that
gets more items, nor write anything that the loader would read differently.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, TypeVar

from coursesync.errors import Command, CoursesyncError, InvalidOutlines, Remedy, UnusableFile
from coursesync.files import decode, shown, unwritable
from coursesync.operations.import_entries import course_key, items_of, obstacle
from coursesync.outlines.content_files import Files, path_of
from coursesync.outlines.rewriting import mistakes_in, rewrite, with_items
from coursesync.outlines.writer import WantedCourse, WantedItem, alike, written
from coursesync.text import UNSEEN

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from pathlib import Path

    from coursesync.operations.import_entries import LiveCourse, Managed
    from coursesync.outlines.workspace_files import Outlines
    from coursesync.outlines.writer import Written

T = TypeVar("T")
P = TypeVar("P")
_MOST_TRIES = 100  # each reads the drafts once more
_PLAINEST = WantedItem(0, {"title": "Welcome"})  # if this does not fit, the outline is the reason
_UNFIT = Remedy(
    "Nothing was written. Correct that outline, then run this again. It may be enough to run",
    Command("fmt"),
)


@dataclass(frozen=True, slots=True)
class Unwritten:
    """A record of the site that no outline can hold, and why."""

    item: WantedItem
    problem: str


@dataclass(frozen=True, slots=True)
class Draft:
    """The outline to write: its path in the workspace, its text, and its new files.

    `note` says how its title differs from the site's.
    """

    path: str
    is_new: bool
    files: Written
    unwritten: tuple[Unwritten, ...]
    note: str = ""

    @property
    def contents(self) -> dict[str, bytes]:
        """The files as they are to be read back, by path in the workspace; the outline is last."""
        below = PurePosixPath(self.path).parent
        files = {(below / name).as_posix(): text for name, text in self.files.files.items()}
        return {path: text.encode() for path, text in {**files, self.path: self.files.text}.items()}

    @property
    def new(self) -> dict[str, bytes]:
        """The files to create, by path in the workspace."""
        return {n: each for n, each in self.contents.items() if self.is_new or n != self.path}


def drafts_of(
    folder: Path,
    courses: Iterable[LiveCourse],
    loaded: Outlines,
    managed: Managed,
    excluded: Mapping[int, str],
) -> tuple[dict[int, Draft], dict[int, CoursesyncError]]:
    """Draft an outline for each course, or add the missing items to the one that it has.

    `loaded` are the outlines of the workspace; `excluded` are the Ids of records that would be
    misread, with reasons. Returns the drafts, and the reasons why some courses have none, by the
    courses' Ids.
    """
    outlines = {outline.course_id: outline for outline in loaded.outlines}
    reserved = frozenset(managed.keys.values())
    taken = {outline.key for outline in loaded.outlines}
    taken |= {alike(PurePosixPath(outline.file).stem) for outline in loaded.outlines}
    drafts: dict[int, Draft] = {}
    errors: dict[int, CoursesyncError] = {}
    for course in courses:
        outline = outlines.get(course.id)
        key = outline.key if outline else managed.keys.get(course.id, "")
        if not key or (outline is None and key in taken):
            key = course_key(course.id, course.title, taken, reserved)
        taken |= {key, alike(key)}
        why = {each.id: obstacle(each, managed, outline, excluded) for each in course.records}
        items = items_of(course.records, managed)
        ours = tuple(item for item in items if not why[item.id])
        in_use = frozenset(managed.taken.get(key, ()))
        whole = WantedCourse(course.id, key, course.short_title, ours, in_use)
        try:
            drafted = _draft(folder, whole, outline.file if outline else None)
        except CoursesyncError as error:
            errors[course.id] = error
            continue
        more = (Unwritten(item, why[item.id]) for item in items if why[item.id])
        drafts[course.id] = replace(drafted, unwritten=(*drafted.unwritten, *more))
    return drafts, errors


def _draft(folder: Path, course: WantedCourse, path: str | None) -> Draft:
    """Draft the outline of a course in memory.

    `path` is its present outline in the workspace, None if it has none. The draft has all records
    that an outline can hold, and names the others. Raises InvalidOutlines if it would not be valid
    whatever is left out, and CoursesyncError if nothing can be added, or a file is in the way.
    """
    name = path or f"{course.key}.yaml"
    course, note = _titled(course, name) if path is None else (course, "")
    files, at = Files(folder), shown(folder / name)

    def drafted(items: Sequence[WantedItem]) -> Written:
        whole = replace(course, items=tuple(items))
        done = with_items(decode(files.inside(path)), at, whole) if path else written(whole)
        # the present content files count for the bounds
        if mistakes := mistakes_in(done, at, lambda file: files.text(path_of(name, file), name)):
            raise InvalidOutlines(mistakes)
        return done

    def problem(items: Sequence[WantedItem]) -> str:
        try:
            drafted(items)
        except InvalidOutlines as invalid:
            return invalid.diagnostics[0].problem
        return ""

    fit, unwritten = list(course.items), []
    if problem(fit):
        alone = [(each, _alone(course, each)) for each in fit]
        unwritten = [Unwritten(item, why) for item, why in alone if why]
        fit, more = most_that_fit([item for item, why in alone if not why], problem)
        unwritten += [Unwritten(item, why) for item, why in more]
        if more and not fit and (why := problem([_PLAINEST])):
            raise UnusableFile(f"nothing can be added to {at}: {why}", _UNFIT)
    done = Draft(name, path is None, drafted(fit), tuple(unwritten), note)
    _check_free(folder, done)
    return done


def most_that_fit(
    items: Sequence[T], problem: Callable[[Sequence[T]], P]
) -> tuple[list[T], list[tuple[T, P]]]:
    """Find by halving a set of items without a problem.

    Returns it, and the rejected items with reasons. `problem` returns the problem of some items
    together, false if there is none. After many tries, all remaining items are rejected.
    """
    kept: list[T] = []
    left: list[tuple[T, P]] = []
    waiting = [list(items)] if items else []
    tries = 0
    while waiting:
        part = waiting.pop()
        wrong = problem([*kept, *part])
        if not wrong:
            kept += part
        elif len(part) == 1 or tries >= _MOST_TRIES:
            left += [(each, wrong) for each in part]
        else:
            waiting += [part[len(part) // 2 :], part[: len(part) // 2]]
        tries += 1
    return kept, left


def _titled(course: WantedCourse, name: str) -> tuple[WantedCourse, str]:
    """Give a new outline a title that it can hold; it is for people, and is not sent."""
    seen = " ".join(UNSEEN.sub("", course.title).split())
    for title in (course.title, seen, f"Course {course.course_id}"):
        bare = replace(course, title=title, items=())
        if not mistakes_in(written(bare), name):
            changed = title != course.title
            note = f'an outline can\'t hold its title and has "{title}" instead' if changed else ""
            return replace(course, title=title), note
    return course, ""


def _alone(course: WantedCourse, item: WantedItem) -> str:
    """Return what is wrong with an item, whatever else is in the outline."""
    alone = replace(course, items=(item,))
    mistakes = mistakes_in(written(alone), f"{course.key}.yaml")
    return next((each.problem for each in mistakes), "")


def _check_free(folder: Path, drafted: Draft) -> None:
    """Raise CoursesyncError if a new file can't be written, or would hide another."""
    names: dict[Path, dict[str, str]] = {}
    for name, content in drafted.new.items():
        path = folder / name
        _check_folder(path.parent)
        if os.path.lexists(path) and not (path.is_file() and path.read_bytes() == content):
            raise _in_the_way(path)
        if path.parent not in names:
            there = path.parent.iterdir() if path.parent.is_dir() else ()
            names[path.parent] = {alike(each.name): each.name for each in there}
        other = names[path.parent].get(alike(path.name), path.name)
        if other != path.name:
            raise _in_the_way(path.with_name(other))


def _check_folder(folder: Path) -> None:
    if folder.is_symlink():
        raise CoursesyncError(
            f"{shown(folder)} is a symbolic link that could lead out of the workspace",
            "Replace it by a folder, then run this again.",
        )
    if os.path.lexists(folder) and not folder.is_dir():
        raise _in_the_way(folder)


def _in_the_way(path: Path) -> CoursesyncError:
    return CoursesyncError(f"{shown(path)} exists already", "Move it away, then run this again.")


def save(folder: Path, drafted: Draft) -> None:
    """Write a draft, the content files first, because an outline must find them.

    Raises CoursesyncError: a file exists already, or can't be written.
    """
    for name, content in drafted.new.items():
        _create(folder / name, content)
    if not drafted.is_new and decode(Files(folder).inside(drafted.path)) != drafted.files.text:
        rewrite(folder / drafted.path, drafted.files.text)


def _create(path: Path, content: bytes) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        _check_folder(path.parent)
        with path.open("xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
    except FileExistsError as error:
        if path.is_file() and path.read_bytes() == content:
            return  # from an interrupted import
        raise _in_the_way(path) from error
    except OSError as error:
        raise unwritable(path, error) from error
