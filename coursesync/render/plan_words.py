"""The sentences of a plan: what to know before it is applied, its cost, how a doubt is settled."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from coursesync.errors import Code, Command, Remedy, Shell
from coursesync.kinds import LISTED
from coursesync.kinds.marker import SEVERAL_MARKED
from coursesync.nexudus.limits import PUBLISHED, Limits, least_seconds
from coursesync.planning.large_change import oversized
from coursesync.planning.lessons import describe
from coursesync.planning.plan import Action
from coursesync.text import at, count, duration, inert

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from coursesync.errors import Sentence
    from coursesync.kinds.kind import Kind
    from coursesync.planning.plan import Change, Plan
    from coursesync.state.state import Candidate

    # returns the words of a command, with what names the workspace and the target
    Hint: TypeAlias = Callable[[Command], Shell]

_NO_STATE = (
    "There is no state yet: apply looks first at what these courses have on the site, and again "
    "after the settling time (a minute, unless told otherwise; the built-in sandbox needs none). "
    f"A {LISTED.name} that is there already just as it is here is adopted; one of the same title "
    "that differs is left to you."
)
_MOST_HINDRANCES, _MOST_LESSONS = 3, 3  # that are named


def bare(command: Command) -> Shell:
    """Return the words of a command for the default workspace and target."""
    return command.in_words()


def warnings(plan: Plan) -> tuple[Sentence, ...]:
    """Return what to know of a plan as a whole before it is applied, a sentence or two each."""
    is_first = plan.has_changes and not plan.serial
    found = (_large(plan), _losing(plan), _beyond(plan), _NO_STATE if is_first else "")
    return (*(each for each in found if each), *_hindered(plan))


def _losing(plan: Plan) -> Sentence:
    """Say what does not go with a record that is deleted or moved; "" where there is none."""
    if not any(change.lesson_courses for change in plan.changes):
        return ""
    noun = LISTED.name
    what = (
        f"Members' progress belongs to lessons, and lessons don't go with their {noun}: apply "
        f"stops before it deletes a {noun} that has lessons in Nexudus, or moves one to "
        "another course."
    )
    if not plan.count(Action.DELETE):
        return what
    instead = "To hide one from members instead of deleting it:"
    return Remedy(what, instead, Shell("--on-removal", "deactivate"))


def _hindered(plan: Plan) -> Iterator[Sentence]:
    """Say what a look at the site found in the plan's way."""
    shown = plan.hindrances[:_MOST_HINDRANCES]
    for each in shown:
        what = f"{inert(each.change.address, 100)} (Id {each.change.record_id})"
        yield f"apply would stop at {what}: {describe(each, _MOST_LESSONS)}."
    yield from dict.fromkeys(each.remedy for each in shown)
    if more := len(plan.hindrances) - len(shown):
        yield f"apply would stop at {count(more, f'more {LISTED.name}')} because of lessons."


def _large(plan: Plan) -> Sentence:
    """Say that a plan is of unusual size, and what that means; "" where it is not."""
    much = " and ".join(oversized(plan))
    return (
        Remedy(
            f"This changes {much}. apply stops before its first write, unless it is told",
            Shell("--allow-large-change"),
        )
        if much
        else ""
    )


def _beyond(plan: Plan) -> Sentence:
    """Say how to go on with what is kept because nobody said anything; "" where none is."""
    if not any(c.action is Action.KEEP and not c.reason and c.lead is None for c in plan.changes):
        return ""
    return Remedy(
        "To hide from members what is kept, write",
        Code('on_removal = "deactivate"'),
        "into coursesync.toml, or give plan and apply",
        Shell("--on-removal", "deactivate"),
        "as an option. To delete it, give them",
        Shell("--on-removal", "delete", "--prune"),
    )


def cost(plan: Plan, limits: Limits = PUBLISHED) -> str:
    """Say what it takes: writes, time, and the share of the day's allowance."""
    if not plan.has_changes:
        return ""
    if not plan.writes and not plan.reads:
        return "Nothing is sent to Nexudus; only the state changes."
    share = 100 * plan.writes / limits.writes_a_day
    of_the_day = "less than 1 %" if share < 1 else f"{share:.0f} %"
    seconds = least_seconds(plan.writes, plan.reads, limits)
    return (
        f"{count(plan.writes, 'write')} ({count(plan.writes + plan.reads, 'request')}), at least "
        f"{duration(seconds)} at the API's limits,\n{of_the_day} of a day's "
        f"{limits.writes_a_day:,} writes."
    )


def _candidate(candidate: Candidate, kind: Kind) -> str:
    """Say of a record on the site what a person knows it by."""
    title = inert(kind.title_of(candidate.attributes), 60)
    place = candidate.attributes.get(kind.order_property, "?")
    made = f", created{at(candidate.created_on)}" if candidate.created_on else ""
    by = f", last changed by {inert(candidate.updated_by, 100)}" if candidate.updated_by else ""
    return f'Id {candidate.id}: "{title}" at {place}{made}{by}'


def settlement(
    change: Change, candidates: Sequence[Candidate], hint: Hint, reason: str = ""
) -> tuple[Sentence, ...]:
    """Say how a person settles a doubt: what was found, and which command is for which case.

    Args:
        change: what is in doubt.
        candidates: the records on the site that it may be.
        hint: returns the words of a command to type.
        reason: why it is in doubt; by default as the plan has it.
    """
    theirs, new = "If it is there:", "If it is not:".ljust(15)
    found: list[Sentence] = [_candidate(candidate, change.kind) for candidate in candidates]
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
