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
from coursesync.files import check_real_folder, decode, in_the_way, shown, write_new
from coursesync.kinds import ITEMS
from coursesync.operations.import_records import (
    course_key,
    items_of,
    left_out,
    left_out_with,
    was_moved,
)
from coursesync.outlines.content_files import Files, path_of
from coursesync.outlines.item_files import read_item
from coursesync.outlines.rewriting import mistakes_in, rewrite, with_items
from coursesync.outlines.schema import first_line
from coursesync.outlines.writer import WantedCourse, WantedItem, alike, written
from coursesync.text import UNSEEN

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from coursesync.operations.import_records import LiveCourse, Managed
    from coursesync.outlines.items import ItemFile
    from coursesync.outlines.workspace_files import Outlines
    from coursesync.outlines.writer import Identity, ListId, Written

T = TypeVar("T")
P = TypeVar("P")
_MOST_TRIES = 100  # each reads the drafts once more
_PLAINEST = WantedItem(0, {"title": "Welcome"})  # if this does not fit, the outline is the reason
_UNFIT = Remedy(
    "Nothing was written. Correct that outline, then run this again. It may be enough to run:",
    Command("fmt"),
)


@dataclass(frozen=True, slots=True)
class Unwritten:
    """A record of the site that is left out, why, and the commands that settle it, if any."""

    item: WantedItem
    problem: str
    remedy: Remedy | None = None


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
    excluded: Mapping[Identity, str],
    relative: Callable[[str], Callable[[str, str], str]],
) -> tuple[dict[int, Draft], dict[int, CoursesyncError]]:
    """Draft an outline for each course, or add the missing items to the one that it has.

    `loaded` are the outlines of the workspace; `excluded` are the records that would be misread,
    with reasons; `relative` is as in `assets.relative_in`. Returns the drafts, and the reasons why
    some courses have none, by the courses' Ids.
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
        why = left_out(course, managed, outline, excluded)
        items = items_of(course.records, managed)
        ours = [item for item in items if item.identity not in why]
        if outline is not None:  # it has each managed record already, at its own place
            ours = [item for item in ours if not was_moved(item, managed)]
        title, empty = course.short_title, frozenset(_empty_lists(course))
        beside = relative(outline.file if outline else "")
        whole = WantedCourse(course.id, key, title, tuple(ours), managed.taken, empty, beside)
        try:
            drafted = _draft(folder, whole, outline.file if outline else None)
        except CoursesyncError as error:
            errors[course.id] = error
            continue
        more = (Unwritten(item, why[item.identity]) for item in items if item.identity in why)
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

    def there(file: str) -> str:
        return files.text(path_of(name, file), name)

    def read(file: str) -> ItemFile:
        path = path_of(name, file)
        return read_item(files.item(path, name), shown(folder / path))

    opening = first_line(folder, name)

    def drafted(items: Sequence[WantedItem]) -> Written:
        whole = replace(course, items=tuple(items))
        if path:
            done = with_items(decode(files.inside(path)), at, whole, read)
        else:
            new = written(whole)
            done = replace(new, text=opening + new.text)
        # the present content files count for the bounds
        if mistakes := mistakes_in(done, at, there, read):
            raise InvalidOutlines(mistakes)
        return done

    def problem(items: Sequence[WantedItem]) -> str:
        try:
            drafted(items)
        except InvalidOutlines as invalid:
            return invalid.diagnostics[0].problem
        return ""

    fit: Sequence[WantedItem] = course.items
    unwritten: Sequence[Unwritten] = ()
    if problem(fit):
        fit, unwritten = _fitting(course, at, problem)
    done = Draft(name, path is None, drafted(fit), tuple(unwritten), note)
    _check_free(folder, done)
    return done


def _empty_lists(course: LiveCourse) -> Iterator[ListId]:
    """Yield the lists in which a look found no record."""
    full = {(each.kind, each.within) for each in course.records}
    holders = [(each.kind, each.record.id) for each in course.records]
    for kind in course.looked_for:
        within = [each for holder, each in holders if holder is kind.within]
        yield from ((kind, each) for each in (0, *within) if (kind, each) not in full)


def files_of(drafts: Iterable[Draft]) -> dict[str, bytes]:
    """Return the files of the drafts by path. Raises CoursesyncError if two are alike."""
    files: dict[str, bytes] = {}
    names: set[str] = set()
    for path, content in (each for drafted in drafts for each in drafted.contents.items()):
        if alike(path) in names:
            raise CoursesyncError(
                f"two of these courses would have the file {path}",
                "Import them one after the other, and rename the first one's files in between.",
            )
        names.add(alike(path))
        files[path] = content
    return files


def _fitting(
    course: WantedCourse, at: str, problem: Callable[[Sequence[WantedItem]], str]
) -> tuple[list[WantedItem], list[Unwritten]]:
    """Return as many items as the outline `at` a path can hold, parents first, and the others.

    Raises UnusableFile if it can hold none at all.
    """
    fit: list[WantedItem] = []
    unwritten: list[Unwritten] = []

    def together(items: Sequence[WantedItem]) -> str:
        return problem([*fit, *items])

    for kind in ITEMS.values():
        held = {item.identity: item for item in fit}
        waiting: list[WantedItem] = []
        for item in course.items:
            if item.kind is not kind:
                continue
            outer = held.get((kind.within, item.within)) if kind.within else None
            if kind.within and item.within and outer is None:
                why = left_out_with(kind.within, item.within)
            else:
                why = _alone(course, item, outer)
            if why:
                unwritten.append(Unwritten(item, why))
            else:
                waiting.append(item)
        kept, more = most_that_fit(waiting, together)
        fit += kept
        if more and not fit and (why := problem([_PLAINEST])):
            raise UnusableFile(f"nothing can be added to {at}: {why}", _UNFIT)
        unwritten += [Unwritten(item, why) for item, why in more]
    return fit, unwritten


def most_that_fit(
    items: Sequence[T], problem: Callable[[Sequence[T]], P], untried: P | None = None
) -> tuple[list[T], list[tuple[T, P]]]:
    """Find by halving a set of items without a problem.

    Returns it, and the rejected items with reasons. `problem` returns the problem of some items
    together, false if there is none. After many tries, all others are rejected as `untried`.
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
        elif len(part) == 1:
            left.append((part[0], wrong))
        elif tries >= _MOST_TRIES:
            left += [(each, untried or wrong) for each in part]
        else:
            waiting += [part[len(part) // 2 :], part[: len(part) // 2]]
        tries += 1
    return kept, left


def _titled(course: WantedCourse, name: str) -> tuple[WantedCourse, str]:
    """Give a new outline a title that it can hold; it is for people, and is not sent."""
    seen = " ".join(UNSEEN.sub("", course.title).split())
    for title in (course.title, seen, f"Course {course.course_id}"):
        bare = replace(course, title=title, items=(), empty=())
        if not mistakes_in(written(bare), name):
            changed = title != course.title
            note = f'an outline can\'t hold its title and has "{title}" instead' if changed else ""
            return replace(course, title=title), note
    return course, ""


def _alone(course: WantedCourse, item: WantedItem, outer: WantedItem | None) -> str:
    """Return what is wrong with an item, whatever else is in the outline."""
    alone = replace(course, items=(outer, item) if outer else (item,))
    mistakes = mistakes_in(written(alone), f"{course.key}.yaml")
    return next((each.problem for each in mistakes), "")


def _check_free(folder: Path, drafted: Draft) -> None:
    """Raise CoursesyncError if a new file can't be written, or would hide another."""
    names: dict[Path, dict[str, str]] = {}
    for name, content in drafted.new.items():
        path = folder / name
        for above in reversed(PurePosixPath(name).parents[1:-1]):
            check_real_folder(folder / above)
        check_real_folder(path.parent)
        if os.path.lexists(path) and not (path.is_file() and path.read_bytes() == content):
            raise in_the_way(path)
        if path.parent not in names:
            there = path.parent.iterdir() if path.parent.is_dir() else ()
            names[path.parent] = {alike(each.name): each.name for each in there}
        other = names[path.parent].get(alike(path.name), path.name)
        if other != path.name:
            raise in_the_way(path.with_name(other))


def save(folder: Path, drafted: Draft) -> None:
    """Write a draft, content files first; raises CoursesyncError, also if one exists already."""
    for name, content in drafted.new.items():
        write_new(folder / name, content)
    if not drafted.is_new and decode(Files(folder).inside(drafted.path)) != drafted.files.text:
        rewrite(folder / drafted.path, drafted.files.text)
