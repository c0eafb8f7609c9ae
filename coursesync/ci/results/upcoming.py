"""What a `coursesync ci apply` would do now, for the page of its run.

A person who approves a deployment sees this page before it begins. Owns its words; text from people
is escaped. It must never decide anything.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from coursesync.ci.decision import part_of
from coursesync.ci.results.apply_results import waiting_in
from coursesync.ci.results.waiting import reason_parts
from coursesync.render.comment.layout import bounded, linked
from coursesync.render.comment.page import seen_by_members
from coursesync.render.fit import Part, Rank
from coursesync.render.markdown_escape import code, escape
from coursesync.render.rows import PlanView
from coursesync.text import count

if TYPE_CHECKING:
    from collections.abc import Iterator

    from coursesync.ci.applied import Applied
    from coursesync.planning.plan import Plan

_LATER = (
    "The apply plans again when it begins: what people merge and approve until then goes with it."
)


def going_in(applied: Applied) -> Plan:
    """Return what would be applied, as a plan."""
    found = applied.before
    return part_of(found.plan, {each for group in found.decision.groups for each in group.ids})


def sentences(applied: Applied) -> Iterator[str]:
    """Yield what would be done, in short."""
    changes = sum(each.action.changes for each in going_in(applied).changes)
    if changes:
        yield f"An apply would now make {count(changes, 'change')}"
    elif applied.outcome.matches:
        yield "Nothing would be applied: the site matches main"
    else:
        yield "Nothing would be applied now"
    yield from applied.outcome.undecided()


def upcoming(applied: Applied, most: int) -> str:
    """Write what would be applied and what waits, as Markdown of at most `most` bytes."""
    going, waiting = going_in(applied), waiting_in(applied)
    view = PlanView(going, limits=applied.before.loaded.project.config.limits)
    above = [Part(Rank.ALWAYS, tuple(_head(applied)))]
    above += seen_by_members(view) if going.changes else ()
    if waiting is not None:
        above += [Part(Rank.ALWAYS, tuple(_waits(applied))), *reason_parts(waiting)]
    return bounded(above, [], most, "lighter row")


def _head(applied: Applied) -> Iterator[str]:
    yield "## What an apply would do now"
    yield ""
    yield " ".join(f"**{escape(each)}.**" for each in sentences(applied))
    yield ""
    if applied.drift is not None:
        where = linked("the issue about what was changed in Nexudus", applied.drift.url)
        yield f"Somebody approved in {where}: the apply looks at the site first, and puts it back."
        yield ""
    if applied.before.unindexed:
        yield f"Not planned yet: {escape(applied.outcome.later)}. The apply asks again."
        yield ""
    commit, serial = code(applied.main[:12]), applied.before.loaded.state.serial
    yield f"<sub>Main is at commit {commit}, and the state has serial {serial}. {_LATER}</sub>"


def _waits(applied: Applied) -> Iterator[str]:
    yield ""
    yield "### What waits for a decision"
    yield ""
    if applied.issue is None:
        yield "It is not applied. The apply opens an issue, where somebody can decide about it."
    else:
        where = linked(f"the issue #{abs(applied.issue.number)}", applied.issue.url) or "an issue"
        yield f"It is not applied. Somebody can decide about it in {where}."
