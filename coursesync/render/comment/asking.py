"""What an author should know or answer: what members still see, and keys that may have changed.

Owns which questions are worth asking: only about what this change itself takes out and adds.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from coursesync.errors import Remedy
from coursesync.kinds.address import course_of, key_of, keys_of
from coursesync.kinds.inline import line_of
from coursesync.planning.action import Action
from coursesync.render.comment.prose import named
from coursesync.render.fit import Part, Rank
from coursesync.render.markdown_escape import code, with_code
from coursesync.text import inert, listed

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from coursesync.kinds.address import Address
    from coursesync.planning.plan import Change, Plan
    from coursesync.render.rows import CourseView

_MOST_KEPT, _MOST_ASKED = 5, 3
_PROGRESS = "so that members keep their progress. Otherwise ignore this."


def asked(plan: Plan, course: CourseView, known: Collection[Address]) -> Iterator[Part]:
    """Yield what the author of a course should know or answer.

    `known` are the addresses of what had left the outlines before.
    """
    changes = [row.change for row in course.rows if row.change.address not in known]
    if kept := [named(each.title) for each in changes if _is_seen(each)]:
        note = (
            f"No longer in the outline of {named(course.title)}, but members still see: "
            f"{listed(kept, _MOST_KEPT)}. To hide one, put its lines back with `active: false`."
        )
        yield Part(Rank.ASKED, ("", note), 1)
    new = [each for each in changes if each.action is Action.CREATE]
    questions = [words for each in new if (words := _about(each, plan, course.title))]
    questions += _renamed(changes, course.title)
    for words in questions:
        yield Part(Rank.ASKED, ("", f"**Please check:** {words}"), 1)


def _is_seen(change: Change) -> bool:
    is_seen = change.kind.is_active(change.attributes)
    return change.is_left and change.action is not Action.DEACTIVATE and is_seen


def _place(change: Change, course: str) -> str:
    where = f", {code(inert(str(change.where), 200))}" if change.where else ""
    return f"{named(change.title)} (course {named(course)}{where})"


def _about(change: Change, plan: Plan, course: str) -> str:
    """Write what is unclear about a new record; "" if nothing is."""
    kind, same = change.kind, change.likely_same
    if same is None:
        return f"{_place(change, course)}: {with_code(change.reason)}" if change.reason else ""
    old = next((each for each in plan.changes if each.address == same), change)
    home = plan.courses[old.course_id]
    other = f"{named(old.title)} of the course {named(home.title or course_of(same))}"
    if kind.within is not None:
        return (
            f"{_place(change, course)} is like {other}, but a {kind.name} can't move to another "
            "course: this one is new, and no member has completed it. If you know that, ignore "
            "this."
        )
    line = with_code(Remedy(line_of("previous_keys", [inert(".".join(keys_of(same)))])))
    return (
        f"Is {_place(change, course)} the {kind.name} {other}, moved here? Then add {line} to it, "
        f"{_PROGRESS}"
    )


def _renamed(changes: list[Change], course: str) -> list[str]:
    """Ask whether something new is what was taken out of the same list."""
    alone = [each for each in changes if each.likely_same is None]
    gone = [each for each in alone if each.is_left or each.action is Action.DELETE]
    found = []
    for new in alone:
        if new.action is not Action.CREATE or new.reason:
            continue
        home = new.kind.parent_of(new.address)
        old = [e for e in gone if e.kind is new.kind and e.kind.parent_of(e.address) == home]
        if len(old) == 1:
            line = with_code(Remedy(line_of("previous_keys", [inert(key_of(old[0].address))])))
            found.append(
                f"Is {_place(new, course)} the {new.kind.name} {named(old[0].title)} under a new "
                f"key? Then add {line} to it, {_PROGRESS}"
            )
    return found if len(found) <= _MOST_ASKED else []
