"""Owns the sentences of a plan: its warnings, its cost, and how a doubt is settled."""

from __future__ import annotations

from typing import TYPE_CHECKING

from coursesync.errors import Code, Command, Remedy, Shell
from coursesync.kinds import LISTED
from coursesync.kinds.marker import SEVERAL_MARKED
from coursesync.nexudus.limits import least_seconds
from coursesync.planning.large_change import oversized
from coursesync.planning.lessons import describe
from coursesync.planning.plan import Action
from coursesync.text import at, count, duration, inert, listed

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from coursesync.applying.receipt import Origin
    from coursesync.errors import Sentence
    from coursesync.kinds.kind import Kind
    from coursesync.nexudus.limits import Limits
    from coursesync.planning.plan import Change, Plan
    from coursesync.state.state import Candidate

_NO_STATE = (
    "This is the first apply: it looks at the site twice, one minute apart (the settling time; not "
    f"in the sandbox), so that nothing is created twice. A {LISTED.name} that is on the "
    "site and equals the outline's is adopted. If only the title is the same, coursesync asks you."
)
_MOST_HINDRANCES, _MOST_LESSONS, _MOST_FILES = 3, 3, 5  # named in one message


def warnings(plan: Plan) -> Iterator[Sentence]:
    """Yield what to know before a plan is applied."""
    noun, nouns = LISTED.name, LISTED.plural
    if much := " and ".join(oversized(plan)):
        stops = f"This changes {much}. apply stops before its first write unless you add"
        yield Remedy(stops, Shell("--allow-large-change"))
    if any(change.lesson_courses for change in plan.changes):
        what = (
            "Members' progress belongs to lessons, and lessons are not deleted or moved with their "
            f"{noun}. apply stops before it deletes a {noun} that has lessons in Nexudus, or moves "
            "it to another course."
        )
        if plan.count(Action.DELETE):
            instead = f"To hide a {noun} from members instead of deleting it:"
            yield Remedy(what, instead, Shell("--on-removal", "deactivate"))
        else:
            yield what
    if any(c.action is Action.KEEP and not c.reason and c.lead is None for c in plan.changes):
        yield Remedy(
            f"To hide the kept {nouns} from members, add",
            Code('on_removal = "deactivate"'),
            "to coursesync.toml, or run plan and apply with",
            Shell("--on-removal", "deactivate"),
            "To delete them, run both with",
            Shell("--on-removal", "delete", "--prune"),
        )
    if plan.has_changes and not plan.serial:
        yield _NO_STATE
    shown = plan.hindrances[:_MOST_HINDRANCES]
    for each in shown:
        address = inert(each.change.address, 100)
        lessons = describe(each, _MOST_LESSONS)
        yield f"apply would stop at {address} (Id {each.change.record_id}): {lessons}."
    yield from dict.fromkeys(each.remedy for each in shown)
    if more := len(plan.hindrances) - len(shown):
        yield f"apply would stop at {count(more, f'more {noun}')} because of lessons."


def cost(plan: Plan, limits: Limits) -> str:
    """Return the writes, the time and the share of a day's allowance; "" if nothing changes."""
    if not plan.has_changes:
        return ""
    if not plan.writes and not plan.reads:
        return "Nothing is sent to Nexudus; only the state changes."
    seconds = least_seconds(plan.writes, plan.reads, limits)
    least = (
        f"{count(plan.writes, 'write')} ({count(plan.writes + plan.reads, 'request')}), at least "
        f"{duration(seconds)} at the API's limits"
    )
    if not plan.writes:
        return f"{least}."
    share = 100 * plan.writes / limits.writes_a_day
    of_the_day = "less than 1 %" if share < 1 else f"{share:.0f} %"
    return f"{least},\n{of_the_day} of a day's {limits.writes_a_day:,} writes."


def _candidate(candidate: Candidate, kind: Kind) -> str:
    title = inert(kind.title_of(candidate.attributes), 60)
    place = candidate.attributes.get(kind.order_property, "?")
    made = f", created{at(candidate.created_on)}" if candidate.created_on else ""
    by = f", last changed by {inert(candidate.updated_by, 100)}" if candidate.updated_by else ""
    return f'Id {candidate.id}: "{title}" at {place}{made}{by}'


def settlement(
    change: Change, candidates: Sequence[Candidate], reason: str = ""
) -> tuple[Sentence, ...]:
    """Return the sentences that explain how to settle a doubt, with a command for each case.

    `candidates` are the records on the site that it may have made; `reason` is why it is in doubt,
    by default the plan's reason.
    """
    theirs, new = "If it is there:", "If it is not:".ljust(15)
    found: list[Sentence] = [_candidate(candidate, change.kind) for candidate in candidates]
    if found:
        theirs, new = (
            "To use that one:" if len(found) == 1 else "To use one of these:",
            "To create a new one:",
        )
    else:
        found = ["The next apply looks for it. To settle it by hand, look for it in Nexudus."]
    number = candidates[0].id if len(candidates) == 1 else "N"
    take = (*found, Remedy(theirs, Command("resolve", change.address, id=number)))
    if SEVERAL_MARKED in (reason or change.reason):  # it was created more than once
        return take
    return (*take, Remedy(new, Command("resolve", change.address, not_created=True)))


def uncommitted(origin: Origin) -> str:
    """Name the files that were applied and are not committed; "" if there is none."""
    if not origin.uncommitted:
        return ""
    names = listed([inert(name, 200) for name in origin.uncommitted], _MOST_FILES)
    return f"These files were applied, but they are not committed: {names}."
