"""Stances: what the outlines say of the records that have drifted."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from coursesync.planning.drift import Stance
from coursesync.planning.plan import Action

if TYPE_CHECKING:
    from collections.abc import Iterable

    from coursesync.kinds.attributes import Attributes, FieldValue
    from coursesync.kinds.kind import Kind
    from coursesync.planning.drift import Drifted
    from coursesync.planning.plan import Change, Plan

_IN_NO_OUTLINE = {Action.KEEP, Action.DEACTIVATE, Action.DELETE}


def judged(found: Iterable[Drifted], plan: Plan) -> tuple[Drifted, ...]:
    """Say of each drifted record what the outline says of it.

    Args:
        found: what `compare` returned.
        plan: the plan from the state as `refreshed`: what it changes is not as the outline says.
    """
    changes = {change.was or change.address: change for change in plan.changes}
    return tuple(
        replace(each, stance=_stance(each, changes.get(each.address)))
        if each.finding.is_drift and each.address is not None
        else each
        for each in found
    )


def _stance(each: Drifted, change: Change | None) -> Stance:
    if change is None:
        return Stance.NONE if each.record is None else Stance.SAME
    if change.action in _IN_NO_OUTLINE:
        return Stance.NONE
    if change.action not in {Action.UPDATE, Action.CREATE}:
        return Stance.SAME
    sent = each.entry.known if each.entry is not None else {}
    wanted = each.kind.settle(sent, change.attributes)
    is_as_sent = _without_order(wanted, each.kind) == _without_order(sent, each.kind)
    return Stance.AS_SENT if is_as_sent else Stance.CHANGED


def _without_order(attributes: Attributes, kind: Kind) -> dict[str, FieldValue]:
    """Return attributes without the number, which may follow from what others did."""
    return {name: value for name, value in attributes.items() if name != kind.order_property}
