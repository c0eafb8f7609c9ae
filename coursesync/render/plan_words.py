"""What every rendering for people says of a plan as a whole, in the same words."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from coursesync.errors import Code, Remedy, Shell
from coursesync.nexudus.limits import PUBLISHED, Limits, least_seconds
from coursesync.planning.large_change import oversized
from coursesync.planning.lessons import told
from coursesync.planning.plan import Action
from coursesync.text import count, duration, inert

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from coursesync.errors import Command, Sentence
    from coursesync.planning.plan import Plan

    # returns the words of a command, with what names the workspace and the target
    Hint: TypeAlias = Callable[[Command], Shell]

_NO_STATE = (
    "There is no state yet: apply looks first at what these courses have on the site, and again "
    "after the settling time (a minute, unless told otherwise; the built-in sandbox needs none). "
    "A section that is there already just as it is here is adopted; one of the same title that "
    "differs is left to you."
)
_MOST_HINDRANCES, _MOST_LESSONS = 3, 3  # that are named
NOTHING = "Nothing to do: the outlines and the state say the same."


def bare(command: Command) -> Shell:
    """Return the words of a command for the default workspace and target."""
    return command.in_words()


def summary(plan: Plan) -> str:
    """Say how many of what, as in `Plan: 3 to create, 1 to update, 0 to delete.`."""
    parts = [
        f"{plan.count(Action.CREATE)} to create",
        f"{plan.count(Action.UPDATE)} to update",
        f"{plan.count(Action.DELETE)} to delete",
    ]
    said = {
        Action.DEACTIVATE: "to hide",
        Action.MOVE: "to re-key",
        Action.PROTECT: "to protect or release",
        Action.KEEP: "kept",
        Action.DOUBT: "in doubt",
    }
    parts += [
        f"{plan.count(action)} {words}" for action, words in said.items() if plan.count(action)
    ]
    return f"Plan: {', '.join(parts)}."


def warnings(plan: Plan) -> tuple[Sentence, ...]:
    """Return what to know of a plan as a whole before it is applied, a sentence or two each."""
    is_first = plan.has_changes and not plan.serial
    found = (_large(plan), _losing(plan), _beyond(plan), _NO_STATE if is_first else "")
    return (*(each for each in found if each), *_hindered(plan))


def _losing(plan: Plan) -> Sentence:
    """Say what does not go with a section that is deleted or moved; "" where there is none."""
    if not any(change.lesson_courses for change in plan.changes):
        return ""
    what = (
        "Members' progress belongs to lessons, and lessons don't go with their section: apply "
        "stops before it deletes a section that has lessons in Nexudus, or moves one to another "
        "course."
    )
    if not plan.count(Action.DELETE):
        return what
    return Remedy(what, "To hide one instead of deleting it:", Shell("--on-removal", "deactivate"))


def _hindered(plan: Plan) -> Iterator[Sentence]:
    """Say what a look at the site found in the plan's way."""
    shown = plan.hindrances[:_MOST_HINDRANCES]
    for each in shown:
        what = f"{inert(each.change.address, 100)} (Id {each.change.record_id})"
        yield f"apply would stop at {what}: {told(each, _MOST_LESSONS)}."
    yield from dict.fromkeys(each.remedy for each in shown)
    if more := len(plan.hindrances) - len(shown):
        yield f"apply would stop at {count(more, 'more section')} because of lessons."


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
        "To hide what is kept from members, write",
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
