"""Owns what the comment on a pull request asks its author, in an author's words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from coursesync.errors import Remedy
from coursesync.kinds.address import key_of, keys_of
from coursesync.kinds.inline import line_of
from coursesync.planning.action import Action
from coursesync.render.comment.prose import named
from coursesync.render.fit import Part, Rank
from coursesync.render.markdown_escape import code, with_code
from coursesync.text import inert, listed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from coursesync.kinds.address import Address
    from coursesync.planning.change import Change
    from coursesync.planning.plan import Plan
    from coursesync.render.row import Row
    from coursesync.render.rows import CourseView

_MOST, _LONG = 5, 200
_IGNORE = "If it is something else, ignore this."


def asked(plan: Plan, course: CourseView) -> Iterator[Part]:
    """Yield what the author of a pull request should know or answer about a course."""
    kept = [named(row.title) for row in course.rows if _is_kept(row.change)]
    if kept:
        note = (
            f"No longer in the outline of {named(course.title)}, but members still see: "
            f"{listed(kept, _MOST)}. To hide one, put its lines back with `active: false`. If "
            "members may see it, ignore this."
        )
        yield Part(Rank.ASKED, ("", note), 1)
    for row in course.rows:
        if row.question:
            yield Part(Rank.ASKED, ("", _about(plan, course, row)), 1)
    if course.renamed and (words := _renamed(course)):
        yield Part(Rank.ASKED, ("", words))


def _is_kept(change: Change) -> bool:
    is_seen = change.kind.is_active(change.attributes)
    return change.is_left and change.action is not Action.DEACTIVATE and is_seen


def _about(plan: Plan, course: CourseView, row: Row) -> str:
    """Write the question about a new record, with its place."""
    change = row.change
    head = f"**Please check** {named(row.title)} in {named(course.title)}{_at(change)}:"
    if (same := change.likely_same) is None:
        return f"{head} {with_code(row.question)}"
    old, noun = named(_title_of(plan, same)), change.kind.name
    if change.kind.within is not None:
        return (
            f"{head} is it {old}, moved here? A {noun} can't move to another course: this is a new "
            f"one, and who completed the old one has to complete it again. {_IGNORE}"
        )
    line = with_code(Remedy(line_of("previous_keys", [inert(".".join(keys_of(same)))])))
    return (
        f"{head} is it {old}, moved here from another course? Then paste {line} below its `key`, "
        f"and members keep their progress. {_IGNORE}"
    )


def _title_of(plan: Plan, address: Address) -> str:
    found = (each.title for each in plan.changes if each.address == address)
    return next(found, key_of(address))


def _at(change: Change) -> str:
    where = change.where
    return f" ({code(f'{inert(where.path, _LONG)}:{where.line}')})" if where else ""


def _renamed(course: CourseView) -> str:
    """Ask whether something new is something old, under another key; "" if nothing can be."""
    changes = [row.change for row in course.rows if row.change.likely_same is None]
    gone = [each for each in changes if each.is_left or each.action is Action.DELETE]
    kinds = {each.kind for each in gone}
    new = [each for each in changes if each.action is Action.CREATE and each.kind in kinds]
    names = [f"{named(each.title)}{_at(each)}" for each in new]
    lines = [
        f"for {named(each.title)}: {with_code(Remedy(line_of('previous_keys', [_key(each)])))}"
        for each in gone
        if each.kind in {one.kind for one in new}
    ]
    if not names or not lines:
        return ""
    return (
        f"**Please check** {named(course.title)}: new here: {listed(names, _MOST)}. If one of them "
        "was there before under another key, paste the old one's line below its `key`, and members "
        f"keep their progress: {listed(lines, _MOST)}. If all of them are new, ignore this."
    )


def _key(change: Change) -> str:
    return inert(key_of(change.address) if change.kind.within is None else change.address)
