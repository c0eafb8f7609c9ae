"""Finds out why a plan is no longer the one that was reviewed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from coursesync.text import inert

if TYPE_CHECKING:
    from collections.abc import Sequence

    from coursesync.planning.digest import Meaning
    from coursesync.planning.plan import Plan

_MOST_NAMED = 3  # addresses that a phrase names


class Reviewed(Protocol):
    """The parts of a reviewed plan that are compared; plans and plan files fit it."""

    @property
    def digest(self) -> str:
        """The digest over its meaning."""
        ...

    @property
    def lineage(self) -> str:
        """The lineage of the state that it was made from."""
        ...

    @property
    def serial(self) -> int:
        """The serial of that state."""
        ...

    @property
    def target(self) -> str:
        """The API that it was made for."""
        ...

    @property
    def meanings(self) -> Sequence[Meaning]:
        """The meaning of each change."""
        ...


def what_moved(plan: Plan, reviewed: Reviewed) -> str:
    """Return a clause that says why a plan is not the reviewed one; "" if it is."""
    if reviewed.target != plan.target:
        return f"it was made for {inert(reviewed.target, 80)}, but this run is for {plan.target}"
    if reviewed.lineage != plan.lineage:
        if not reviewed.lineage:
            return "it was made when there was no state, and now there is one"
        return "it was made from another state"
    if reviewed.serial != plan.serial:
        return f"the state has changed since (serial {reviewed.serial}, now {plan.serial})"
    if reviewed.digest == plan.digest:
        return ""
    others = {address for _, address, *_ in {*plan.meanings} ^ {*reviewed.meanings}}
    named = ", ".join(inert(each, 250) for each in sorted(others)[:_MOST_NAMED])
    more = f" and {len(others) - _MOST_NAMED:,} more" if len(others) > _MOST_NAMED else ""
    return f"the outlines have changed since it was made ({named}{more})"
