"""Stances: what the outlines say of the records that have drifted. Pure."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from coursesync.planning.drift import Stance
from coursesync.planning.plan import Action

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from coursesync.kinds.address import Address
    from coursesync.planning.drift import Drifted
    from coursesync.planning.plan import Plan


def judged(found: Iterable[Drifted], sent: Plan, live: Plan) -> tuple[Drifted, ...]:
    """Say of each drifted record what the outline says of it.

    Args:
        found: what `compare` returned.
        sent: the plan from the state as it is.
        live: the plan from the state as `refreshed`.
    """
    before, after = _actions(sent), _actions(live)
    return tuple(
        replace(each, stance=_stance(each, before, after)) if each.finding.is_drift else each
        for each in found
    )


def _actions(plan: Plan) -> dict[Address, Action]:
    return {change.was or change.address: change.action for change in plan.changes}


def _stance(
    each: Drifted, before: Mapping[Address, Action], after: Mapping[Address, Action]
) -> Stance:
    assert each.address is not None  # noqa: S101 - what has drifted is ours
    was, now = before.get(each.address), after.get(each.address)
    if was in {Action.KEEP, Action.DEACTIVATE, Action.DELETE}:
        return Stance.NONE
    if each.record is not None and now is not Action.UPDATE:
        return Stance.SAME
    return Stance.CHANGED if was is Action.UPDATE else Stance.AS_SENT
