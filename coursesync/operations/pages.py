"""Finds the page of a course or of a record in Nexudus, by the patterns in `coursesync.toml`.

It must never make a request, nor put anything but Ids into an address.
"""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

from coursesync.errors import Code, Command, CoursesyncError, Line, Remedy, UsageError
from coursesync.kinds import home_of, kind_of
from coursesync.kinds.address import (
    COURSE,
    course_address,
    course_of,
    is_course,
    key_of,
    keys_of,
    parse_address,
)
from coursesync.operations.config import CONFIG
from coursesync.operations.locate import in_workspace
from coursesync.operations.page_pattern import filled
from coursesync.operations.state import checked_address, entry_at
from coursesync.outlines.folder import names_outline
from coursesync.text import inert, nearest

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from coursesync.kinds.address import Address
    from coursesync.operations.workspace import Project
    from coursesync.state.state import State


_MOST_NAMED = 10  # addresses in a message


def page_of(project: Project, address: str) -> str:
    """Return the web address of the page of a course or of a record in Nexudus.

    `address` is a course's key, its outline's path, or the address of a course or of an item; an
    item may also be named by its key, or by its address without the kind.

    Raises:
        UsageError: nothing or more than one thing is at that address, or `coursesync.toml` has no
            pattern for its kind.
        CoursesyncError: it has no Id yet, or the project's target is the sandbox.
        InvalidOutlines, StateError: as `load` does.

    Example:
        >>> project = coursesync.open_project("courses")
        >>> coursesync.page_of(project, min(project.state().entries))
    """
    if project.embedded:
        raise CoursesyncError(
            "the records of the sandbox have no page in Nexudus",
            Remedy("To see the courses as a member would:", Command("preview")),
        )
    known = project.state()
    at = _address(project, known, address)
    pattern = _pattern(project, COURSE if is_course(at) else kind_of(at).name)
    if is_course(at):
        course = _course_id(project, known, course_of(at))
        return filled(pattern, course, course)
    if at not in known.entries and at not in known.doubts:
        raise _without_id(project, known, at)
    entry = entry_at(known, at)
    return filled(pattern, entry.id, kind_of(at).course_id_of(entry.sent))


def _address(project: Project, known: State, text: str) -> Address:
    if names_outline(text):
        path = in_workspace(project.folder, (text,))
        return course_address(replace(project, courses=path).load_all().only[0])
    items = {*known.entries, *known.doubts}
    if found := _called(text, {*items, *map(course_address, known.complete)}):
        return found
    kind, _, key = text.partition(".")
    if parse_address(text) or kind == COURSE:
        return course_address(key) if kind == COURSE else checked_address(text, project)
    outlines = project.load_all().outlines
    there = {*items, *(each.address for outline in outlines for each in outline.resources)}
    courses = {each.key for each in outlines}
    if found := _called(text, {*there, *map(course_address, courses)}):
        return found
    raise _unknown(text, (*there, *courses))


def _called(text: str, there: Collection[Address]) -> Address | None:
    """Return the one that a text names: a course first; raises UsageError if several are meant."""
    if (course := course_address(text)) in there:
        return course
    found = [each for each in there if text in {each, ".".join(keys_of(each))}]
    found = found or [each for each in there if not is_course(each) and key_of(each) == text]
    if len(found) > 1:
        choices = [Command("open", each) for each in sorted(found)[:_MOST_NAMED]]
        problem = f"the key {inert(text, 100)} is that of {len(found)} records"
        raise UsageError(problem, Remedy("Choose one of these:", *choices))
    return found[0] if found else None


def _pattern(project: Project, name: str) -> str:
    if pattern := project.config.pages.get(name):
        return pattern
    example = json.dumps(f"https://dashboard.example.com/{name}s/{{id}}")
    raise UsageError(
        f"no pattern for the page of a {name} is configured",
        Remedy(
            f"Open such a page in Nexudus, copy its address, and write it into {CONFIG} in the "
            "workspace with {id} in place of its Id (and {course_id} in place of the course's), "
            "as in",
            Line("[pages]"),
            Line(f"{name} = {example}"),
        ),
    )


def _course_id(project: Project, known: State, key: str) -> int:
    if key in known.complete:
        return known.complete[key].id
    for at, entry in known.entries.items():
        if course_of(at) == key:
            return home_of(at, entry.sent)
    ids = {outline.key: outline.course_id for outline in project.load_all().outlines}
    if key not in ids:
        raise _unknown(key, ids)
    return ids[key]


def _without_id(project: Project, known: State, at: Address) -> CoursesyncError:
    outlines = project.load_all().outlines
    wanted = {each.address for outline in outlines for each in outline.resources}
    if at not in wanted:
        return _unknown(at, (*known.entries, *wanted))
    return CoursesyncError(
        f"{at} has no Id yet: it is in its outline, and was not applied",
        Remedy("To apply it:", Command("apply")),
    )


def _unknown(text: str, known: Iterable[str]) -> UsageError:
    near = nearest(text, known)
    meant = Remedy("Did you mean", Code(near), "?") if near else ""
    return UsageError(
        f"there is nothing at the address {inert(text, 100)}",
        Remedy(meant, "See the addresses that there are:", Command("state list")),
    )
