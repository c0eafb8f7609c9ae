"""The words for one change, the same in every rendering for people. Pure."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from coursesync.errors import Code, Command, Remedy
from coursesync.kinds.address import key_of
from coursesync.kinds.marker import SEVERAL_MARKED
from coursesync.planning.plan import Action
from coursesync.text import at, count, inert

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from coursesync.errors import Sentence
    from coursesync.kinds.kind import Kind
    from coursesync.planning.plan import Change, Course, Plan
    from coursesync.render.differences import Difference
    from coursesync.render.folding import Fold
    from coursesync.render.plan_words import Hint
    from coursesync.state.state import Candidate

MARKS = {
    Action.CREATE: "+",
    Action.UPDATE: "~",
    Action.MOVE: ">",
    Action.PROTECT: "=",
    Action.DEACTIVATE: "~",
    Action.DELETE: "-",
    Action.KEEP: "!",
    Action.DOUBT: "?",
}
LEAVES = "<"  # it goes to another course, whose change it is
# whose differences are told one by one; of the others their own line says all
_DETAILED = frozenset({Action.UPDATE, Action.MOVE})
_MOST_KEYS = 5  # that one hint names
_ALIKE = "differs only in what is not shown here"
_LONG, _AROUND = 160, 40  # characters of a value, and of what its two values begin with alike
_ORPHANS = {
    Action.KEEP: "kept on the site",
    Action.DEACTIVATE: "to be hidden from members",
    Action.DELETE: "to be deleted from the site",
}


def candidate_line(candidate: Candidate, kind: Kind) -> str:
    """Say of a record on the site what a person knows it by."""
    title = inert(kind.title_of(candidate.attributes), 60)
    place = candidate.attributes.get(kind.order_property, "?")
    made = f", created{at(candidate.created_on)}" if candidate.created_on else ""
    by = f", last changed by {inert(candidate.updated_by, 100)}" if candidate.updated_by else ""
    return f'Id {candidate.id}: "{title}" at {place}{made}{by}'


def maybe_renamed(changes: Sequence[Change]) -> Sentence:
    """Ask whether a new section of a course is one of its own that is in no outline any more.

    Returns:
        A hint that names the keys of those; "" where there is nothing to ask.
    """
    gone = [change for change in changes if change.action in _ORPHANS and change.lead is None]
    new = any(change.action is Action.CREATE and change.lead is None for change in changes)
    if not gone or not new:
        return ""
    gone.sort(key=lambda change: (change.order, change.address))
    keys = [f"{inert(key_of(each.address), 60)} ({inert(each.title, 40)})" for each in gone]
    more = f" and {len(keys) - _MOST_KEYS:,} more" if len(keys) > _MOST_KEYS else ""
    return Remedy(
        "If a new section is one that is in no outline any more, under another name, give it its "
        "old key, as in",
        Code(f"previous_keys: [{inert(key_of(gone[0].address), 60)}]"),
        f"The old keys are: {', '.join(keys[:_MOST_KEYS])}{more}.",
    )


def remark(change: Change) -> str:
    """Say of a change what its mark alone does not; "" where there is nothing."""
    known = f"(Id {change.record_id})"
    if change.action in _ORPHANS:
        why = f": {change.reason}" if change.reason else ""
        gone = f"maybe moved to {inert(change.lead)}" if change.lead else "in no outline any more"
        return f"{gone}; {_ORPHANS[change.action]} {known}{why}"
    if change.action is Action.DOUBT:
        return f"in doubt: {inert(change.reason)}"
    if change.action is Action.PROTECT:
        return f"{'protected from deletion' if change.protected else 'protected no more'} {known}"
    if change.action is Action.CREATE:
        return ""
    if change.was:
        return f"was {inert(change.was)}, and keeps its Id {change.record_id}"
    return inert(change.reason)


def said(change: Change) -> str:
    """Say of a change what its row tells: a remark, or else what it means to members."""
    if told := remark(change):
        return told
    is_hidden = not change.attributes.get(change.kind.active_property, True)
    return change.kind.describe(change.attributes) + (", hidden from members" if is_hidden else "")


def weighs(change: Change) -> bool:
    """Say whether a change takes something from members, or asks something of a person.

    It is told by itself in the longest plan, and before the others where there is little room.
    """
    active = change.kind.active_property
    hides = (change.before or {}).get(active, True) and not change.attributes.get(active, True)
    takes = change.action in {Action.DEACTIVATE, Action.DELETE, Action.DOUBT}
    return takes or (change.action is Action.UPDATE and hides) or bool(question(change))


def question(change: Change) -> Sentence:
    """Ask what only the author can know of a change; "" where there is nothing to ask."""
    if change.action is not Action.CREATE:
        return ""
    if change.lead is None:
        return change.reason
    former = ".".join(str(change.lead).split(".")[1:])
    return Remedy(
        f"Is this {inert(change.lead)}, moved here? To move that one, with its Id, instead of "
        "making another, write",
        Code(f"previous_keys: [{inert(former)}]"),
    )


def settlement(
    change: Change, candidates: Sequence[Candidate], hint: Hint, reason: str = ""
) -> tuple[Sentence, ...]:
    """Say how a person settles a doubt: what was found, and which command is for which case.

    Args:
        change: what is in doubt.
        candidates: the records on the site that it may be.
        hint: writes a command so that it can be typed as it stands.
        reason: why it is in doubt; by default as the plan has it.
    """
    theirs, new = "If it is there:", "If it is not:".ljust(15)
    found: list[Sentence] = [candidate_line(candidate, change.kind) for candidate in candidates]
    if found:
        theirs, new = (
            "To go on with that one:" if len(found) == 1 else "To go on with one of these:",
            "To make one of its own:",
        )
    else:
        found = ["The next apply looks for it on the site. To settle it by hand, look yourself:"]
    number = candidates[0].id if len(candidates) == 1 else "N"
    take = (*found, Remedy(theirs, hint(Command("resolve", change.address, id=number))))
    if SEVERAL_MARKED in (reason or change.reason):  # then it was created, more than once
        return take
    return (*take, Remedy(new, hint(Command("resolve", change.address, not_created=True))))


def detailing(plan: Plan) -> Callable[[Change], tuple[Difference, ...]]:
    """Return what finds the differences that a change's own line does not tell."""
    if not plan.count(*_DETAILED):
        return lambda _change: ()
    from coursesync.render.differences import bounds_for, differences  # noqa: PLC0415 - most plans need it not

    bounds = bounds_for(plan)

    def found(change: Change) -> tuple[Difference, ...]:
        if change.action not in _DETAILED:
            return ()
        return tuple(_titled(each, change, plan) for each in differences(change, bounds))

    return found


def _titled(difference: Difference, change: Change, plan: Plan) -> Difference:
    """Name the courses between which a record moves, where Ids alone say little."""
    if change.home is None or difference.properties != (change.kind.parent_property,):
        return difference
    before, after = (_course(plan.courses[each]) for each in (change.home, change.parent_id))
    return replace(difference, before=before, after=after)


def _course(course: Course) -> str:
    return f"{course.id} ({inert(course.title or course.key, 60)})"


def leaves(change: Change, plan: Plan) -> str:
    """Say in the course that a record leaves where it goes."""
    goes = _course(plan.courses[change.parent_id])
    return f"goes to course {goes}, and keeps its Id {change.record_id}"


def values(difference: Difference) -> tuple[str, str]:
    """Write both values of a difference, each in a few words; no two look the same.

    In place of a second that looks like the first, there are the words for what differs.
    """
    from coursesync.render.text_diff import alike  # noqa: PLC0415 - as in `detailing`

    before, after = difference.before, difference.after
    if before and after:
        start = (
            max(0, alike(before, after) - _AROUND) if max(len(before), len(after)) > _LONG else 0
        )
        before, after = _excerpt(before, start), _excerpt(after, start)
    was, now = (_value(value, difference) for value in (before, after))
    return was, difference.note or (f"{now} ({_ALIKE})" if was == now else now)


def _excerpt(text: str, start: int) -> str:
    cut = text[start : start + _LONG]
    return f"{'…' if start else ''}{cut}{'…' if start + _LONG < len(text) else ''}"


def _value(value: str | None, difference: Difference) -> str:
    if value is None:
        return "(none)"
    if not value:
        return "(empty)"
    return f'"{inert(value)}"' if difference.quoted else inert(value)


def folded(fold: Fold) -> str:
    """Say how many lines of a text are not shown."""
    if fold.changed:
        return f"… {count(fold.count, 'more changed line')}"
    return f"… {count(fold.count, 'line')} unchanged"
