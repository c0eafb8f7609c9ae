"""Writing: one write request of a change, with the journal before it and after it.

A create is sent once: what becomes of one in doubt is decided in `settle`. An update or a
deletion in doubt is sent again: it says what the record is to be as a whole, and twice is once.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Literal, cast

from coursesync.applying.lessons import may_be_sent
from coursesync.applying.run import in_order
from coursesync.nexudus.outcome import Applied, InDoubt, Refused, classify, classify_update
from coursesync.planning.plan import Action
from coursesync.state.journal import Conclusion, Forget, Intent

if TYPE_CHECKING:
    from coursesync.applying.run import Run
    from coursesync.kinds.attributes import Attributes
    from coursesync.nexudus.exchange import Exchange
    from coursesync.nexudus.outcome import NotCarriedOut, Outcome, Verdict
    from coursesync.planning.plan import Change

_PAUSES = (1.0, 4.0)  # seconds before an update or a deletion in doubt is sent again
_ROLES = {Action.DELETE: "Delete", Action.UPDATE: "Edit", Action.DEACTIVATE: "Edit"}


def create(run: Run, change: Change) -> Verdict:
    """Send a create, until it is known that it was taken, refused, or may have been carried out.

    Raises:
        Stop: the run can't go on.
    """
    run.sent[change.address] += 1
    return _send(run, change)


def overwrite(run: Run, change: Change) -> Verdict:
    """Send an update or a deletion, a few times where it is in doubt; raises Stop as `create`."""
    outcome = _send(run, change)
    for pause in _PAUSES:
        if not isinstance(outcome, InDoubt):
            break
        run.sender.pause(pause, f"{change.address} is in doubt, and is sent again")
        outcome = _send(run, change)
    if change.action is Action.DELETE and isinstance(outcome, Refused) and outcome.missing:
        return _gone(run, change, outcome)
    return outcome


def _gone(run: Run, change: Change, refused: Refused) -> Applied | Refused:
    """Believe that a record is not there any more only where it can't be found by its Id either."""
    record_id = record_id_of(change)
    if record_id in run.lookout.records(change.kind, [record_id]):
        return refused
    run.log.record(Forget(address=change.address, id=record_id, at=run.stamp()))
    return Applied(record_id, None)


def _send(run: Run, change: Change) -> Verdict:
    role = f"{change.kind.role}-{_ROLES.get(change.action, 'Create')}"
    answered = run.sender.until_answered(role, partial(_attempt, run, change))
    return cast("Verdict", answered)  # mypy can't take a union from a union


def _attempt(run: Run, change: Change) -> Verdict | NotCarriedOut:
    if not may_be_sent(run, change):  # its result is noted
        return Refused("")
    run.sender.allow_write()
    run.log.announce(_intent(run, change))
    exchange = run.sender.write(partial(_exchange, run, change))
    if change.action.overwrites:
        outcome = classify_update(exchange, record_id_of(change))
    else:
        outcome = classify(exchange, run.managed | run.seen)
    run.log.record(_conclusion(change, outcome, run.stamp()))
    if not isinstance(outcome, Applied | Refused | InDoubt):
        run.sender.give_back()
        run.log.check()
    return outcome


def _exchange(run: Run, change: Change) -> Exchange:
    remote, kind = run.world.remote, change.kind
    if change.action is Action.DELETE:
        return remote.delete(kind, record_id_of(change))
    if change.action.overwrites:
        unsure = run.state.entries[change.was or change.address].unsure
        return remote.update(kind, record_id_of(change), in_order(_payload(change, unsure=unsure)))
    return remote.create(kind, in_order(change.after))


def _payload(change: Change, *, unsure: bool) -> Attributes:
    """Return all fields of an update, but for a picture that the server has already."""
    before = {} if unsure else change.before or {}
    return {
        name: value
        for name, value in (change.after or {}).items()
        if name not in change.kind.write_only or before.get(name) != value
    }


def _named(action: Action) -> Literal["create", "update", "delete"]:
    """Return what is sent of an action: to hide a section is an update."""
    if action is Action.DELETE:
        return "delete"
    return "update" if action.overwrites else "create"


def _intent(run: Run, change: Change) -> Intent:
    entry = run.state.entries.get(change.was or change.address)
    protected = change.resource.protected if change.resource else bool(entry and entry.protected)
    return Intent(
        action=_named(change.action),
        address=change.address,
        attributes=in_order(change.attributes),
        id=change.record_id if change.action.overwrites else None,
        parent_id=change.parent_id,
        protected=protected,
        was=change.was if change.arrives else None,
        attempt=max(1, run.sent[change.address]),
        at=run.stamp(),
    )


def _conclusion(change: Change, outcome: Outcome, at: str) -> Conclusion:
    match outcome:
        case Applied(record_id, updated_on):
            return Conclusion(
                address=change.address,
                outcome="applied",
                id=record_id,
                updated_on=updated_on,
                at=at,
            )
        case InDoubt(reason, claimed):
            return Conclusion(
                address=change.address, outcome="in doubt", reason=reason, claimed=claimed, at=at
            )
        case _:
            return Conclusion(address=change.address, outcome="not applied", at=at)


def record_id_of(change: Change) -> int:
    """Return the Id of the record that a change overwrites."""
    assert change.record_id is not None  # noqa: S101 - `diff` gives each of them one
    return change.record_id
