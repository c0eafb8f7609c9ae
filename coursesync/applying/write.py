"""Sends the write requests of a change, with a journal record before and after each.

- A create in doubt is left to `settle`. A create that the API rejected is searched for before it is
  sent again.
- An update is the record as just read, with our fields laid over it.
- An update or a deletion in doubt is sent again: to do it twice has the same effect as once.

It must never send a request that is not in the journal.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from email.utils import parsedate_to_datetime
from functools import partial
from typing import TYPE_CHECKING, Literal

from coursesync.applying.hindrances import may_be_sent
from coursesync.applying.recheck import current, note_written
from coursesync.applying.report import Result, Status
from coursesync.applying.run import in_order
from coursesync.applying.settle import look_again
from coursesync.applying.sought import Sought
from coursesync.errors import Stop
from coursesync.nexudus.outcome import Applied, InDoubt, Refused, classify_create, classify_update
from coursesync.planning.action import Action
from coursesync.planning.leave import leaves_contents_of_others, left_of
from coursesync.planning.live_diff import same
from coursesync.state.journal import Conclusion, Forget, Intent
from coursesync.text import moment, same_moment

if TYPE_CHECKING:
    from coursesync.applying.run import Run
    from coursesync.nexudus.exchange import Exchange
    from coursesync.nexudus.outcome import FinalOutcome, NotCarriedOut, Outcome
    from coursesync.nexudus.records import Record
    from coursesync.planning.change import Change

_MOST_LOOKS = 3  # searches before one create; the last look finds what they miss
_A_WHILE = timedelta(seconds=3)
_PAUSES = (1.0, 4.0)  # seconds before an update or a deletion in doubt is sent again
# the request that carries an action out, the last word of its role, and the status once it is done
_WRITES: dict[Action, tuple[Literal["create", "update", "delete"], str, Status]] = {
    Action.CREATE: ("create", "Create", Status.CREATED),
    Action.DOUBT: ("create", "Create", Status.CREATED),
    Action.UPDATE: ("update", "Edit", Status.UPDATED),
    Action.DEACTIVATE: ("update", "Edit", Status.DEACTIVATED),
    Action.DELETE: ("delete", "Delete", Status.DELETED),
}


def carry_out(run: Run, change: Change) -> None:
    """Send a change until its outcome is applied, refused or in doubt, and record its result.

    A create in doubt gets no result: it is left to `settle`. A look before a request may also lead
    to the result. Raises Stop if the run can't go on.
    """
    overwrites = change.action.overwrites
    match _overwrite(run, change) if overwrites else _create(run, change):
        case Applied(record_id):
            note_written(run, change)
            run.known[change.kind].add(record_id)
            if not overwrites:
                course = run.course_of(change)
                course.made[change.kind, record_id] = run.sender.interruptions
            is_again = run.times_sent(change) > 1
            reason = "sent again, because the first left no trace" if is_again else ""
            _, _, done = _WRITES[change.action]
            run.conclude(Result(change, done, record_id, reason))
        case Refused(message, problems):
            refused = Result(change, Status.REFUSED, reason=message, problems=problems)
            run.conclude(refused, holds=f"{change.address} was refused")
        case InDoubt(reason) if overwrites:
            doubtful = Result(change, Status.IN_DOUBT, change.record_id, reason)
            run.conclude(doubtful, holds=f"{change.address} is in doubt")
        case InDoubt(reason, claimed):
            sent = run.attempts[change.address]
            doubt = replace(sent.doubt, reason=reason, claimed=claimed)
            run.attempts[change.address] = replace(sent, doubt=doubt)
            until = run.world.clock.now() + run.terms.settling
            run.course_of(change).doubts[change.address] = until


def _create(run: Run, change: Change) -> FinalOutcome | None:
    number = run.times_sent(change) + 1
    outcome = _send(run, change, number)
    if isinstance(outcome, Refused) and _names_marker(outcome, change) and run.marks:
        run.marks = False  # this API rejects markers; nothing was carried out
        attempt = run.attempts[change.address]
        unmarked = replace(attempt, doubt=replace(attempt.doubt, marker=None))
        run.attempts[change.address] = unmarked
        return _send(run, change, number)
    return outcome


def _names_marker(refused: Refused, change: Change) -> bool:
    """Return whether an API refuses the marker of a create."""
    name = change.kind.marker_property.lower()
    named = [refused.message, *(problem.name for problem in refused.problems)]
    return any(name in each.lower() for each in named)


def _overwrite(run: Run, change: Change) -> FinalOutcome | None:
    """Send an update or a deletion, several times while its outcome is in doubt."""
    outcome = _send(run, change)
    for pause in _PAUSES:
        if not isinstance(outcome, InDoubt):
            break
        reason = outcome.reason
        try:
            run.sender.pause(pause, f"{change.address} is in doubt, and is sent again")
            outcome = _send(run, change)
        except Stop:  # the report must not call a write that was sent "not tried"
            if change.address not in run.results:
                doubt = Result(change, Status.IN_DOUBT, change.record_id, reason)
                run.conclude(doubt)
            raise
    if change.action is Action.DELETE and isinstance(outcome, Refused) and outcome.missing:
        return _gone(run, change, outcome)
    return outcome


def _gone(run: Run, change: Change, refused: Refused) -> Applied | Refused:
    """Return a 404 to a deletion as success only if a read by Id finds nothing either."""
    record_id = change.entry.id
    read = run.lookout.records(change.kind, [record_id])
    if read.found or read.failures:
        return refused
    run.log.record(Forget(address=change.address, id=record_id, at=run.stamp()))
    return Applied(record_id, None)


def _send(run: Run, change: Change, number: int = 0) -> FinalOutcome | None:
    _, role, _ = _WRITES[change.action]
    attempt = partial(_attempt, run, change, number)
    return run.sender.until_answered(f"{change.kind.role}-{role}", attempt)


def _attempt(run: Run, change: Change, number: int) -> FinalOutcome | NotCarriedOut | None:
    """Send a write once; `number` counts the times that a create is sent."""
    if not may_be_sent(run, change):  # it has its result
        return None
    run.sender.until_writable()
    record = None
    if change.action.overwrites:
        record = current(run, change)
    else:
        _look_where_others_wrote(run, change)
    course = run.course_of(change)
    if course.held and change.address not in run.results:
        run.conclude(Result(change, Status.HELD_BACK, reason=course.held))
    if change.address in run.results:
        return None
    if record is not None and _changes_nothing(change, record):
        _note(run, change, record)
        return None
    run.sender.until_writable()
    if run.times_sent(change) < number:
        doubt = replace(run.create_of(change), attempts=number, since=run.stamp())
        run.attempts[change.address] = Sought(change, doubt, frozenset(run.seen[change.kind]))
    run.log.announce(_intent(run, change))
    exchange = run.sender.write(partial(_exchange, run, change, record))
    if change.action.overwrites:
        written = classify_update(exchange, change.entry.id)
        outcome = _as_written(written, change, record, exchange.headers.get("date", ""))
    else:
        outcome = classify_create(exchange, run.known[change.kind] | run.seen[change.kind])
    run.log.record(_conclusion(change, outcome, run.stamp()))
    if not isinstance(outcome, Applied | Refused | InDoubt):
        run.sender.give_back()
        run.log.check()
    return outcome


def _changes_nothing(change: Change, record: Record) -> bool:
    """Return whether a record, as just read, has all that an update would send.

    Values are compared exactly, but for a final newline of contents. What can't be read back counts
    as a change, and so does everything while the outcome of an earlier update is not known.
    """
    kind = change.kind
    if change.action is Action.DELETE or change.entry.unsure or record.whole is None:
        return False
    texts = {name for name, type_ in kind.types.items() if type_ is str}

    def value(name: str, raw: object) -> object:
        if name in texts and isinstance(raw, str | None):
            raw = raw or ""
            return raw.rstrip("\n") if name == kind.contents_property else raw
        return type(raw), raw

    return all(
        name not in kind.write_only and value(name, record.whole.get(name)) == value(name, sent)
        for name, sent in _payload(change, record).items()
    )


def _note(run: Run, change: Change, record: Record) -> None:
    """Journal a change that the site already has, as if it had been sent and answered."""
    run.log.announce(_intent(run, change))
    is_ours = not leaves_contents_of_others(change, record)
    has = Applied(change.entry.id, record.updated_on if is_ours else None)
    run.log.record(_conclusion(change, has, run.stamp()))
    run.conclude(Result(change, Status.ALREADY_SO, change.record_id))


def _as_written(outcome: Outcome, change: Change, record: Record | None, answered: str) -> Outcome:
    """Drop the returned time if the record has contents that we did not write.

    Otherwise `drift` would treat them as ours. That is so if the outline leaves contents to the
    site, or if the write changed nothing, so that the time is an earlier editor's. Times have whole
    seconds: only a time older than the answer, by the server's own clock, proves that the write
    changed nothing.
    """
    if not isinstance(outcome, Applied) or record is None or change.after is None:
        return outcome
    if leaves_contents_of_others(change, record):
        return replace(outcome, updated_on=None)
    name, has = change.kind.contents_property, record.attributes
    is_new = not same_moment(outcome.updated_on, record.updated_on)
    if is_new or same(name, in_order(change.after), has, change.kind):
        return outcome
    with suppress(ValueError, TypeError):  # the Date header is optional
        written = moment(outcome.updated_on)
        if written is not None and parsedate_to_datetime(answered) - written > _A_WHILE:
            return replace(outcome, updated_on=None)
    return outcome


def _look_where_others_wrote(run: Run, change: Change) -> None:
    """List the course again if the run waited, or a request was rejected, since the last list.

    That is not needed for a create whose parent this run has created since then.
    """
    course, kind = run.course_of(change), change.kind
    holder = (kind.within, (change.after or {}).get(kind.parent_property)) if kind.within else None
    for _ in range(_MOST_LOOKS):
        looked = course.looked.get(kind, 0), holder and course.made.get(holder)
        if run.sender.interruptions in looked or change.address in run.results:
            return
        look_again(run, kind, [course])
        run.sender.until_writable()


def _exchange(run: Run, change: Change, record: Record | None) -> Exchange:
    remote, kind = run.world.remote, change.kind
    if change.action is Action.DELETE:
        return remote.delete(kind.endpoint, change.entry.id)
    if change.action.overwrites:
        return remote.update(kind.endpoint, change.entry.id, _payload(change, record))
    marker = run.marker_of(change)
    marked = {} if marker is None else {kind.marker_property: marker}
    return remote.create(kind.endpoint, {**in_order(change.after), **marked})


def _payload(change: Change, record: Record | None) -> dict[str, object]:
    """Return a record as just read, with all fields of an update laid over it.

    A picture is sent only if the server does not have it already. What an outline leaves to the
    site is sent as it was read.
    """
    kind, entry, left = change.kind, change.entry, left_of(change)
    if change.action is Action.DEACTIVATE:
        left -= {kind.active_property}
    whole = (record.whole if record else None) or {}
    before = {} if entry.unsure else entry.known
    after = in_order(change.after)
    # a record without a parent, or without a field that it had, sends null for it
    gone = {*filter(None, [kind.parent_property]), *entry.known} - kind.write_only - after.keys()
    return {
        **{name: value for name, value in whole.items() if name not in kind.write_only},
        **dict.fromkeys(gone - left),
        **{
            name: value
            for name, value in after.items()
            if name not in left and (name not in kind.write_only or before.get(name) != value)
        },
    }


def _intent(run: Run, change: Change) -> Intent:
    overwrites = change.action.overwrites
    request, _, _ = _WRITES[change.action]
    return Intent(
        action=request,
        address=change.address,
        marker=None if overwrites else run.marker_of(change),
        attributes=in_order(change.attributes),
        id=change.record_id if overwrites else None,
        protected=change.stays_protected,
        was=None if change.from_course is None else change.previous_address,
        attempt=max(1, run.times_sent(change)),
        at=run.stamp(),
    )


def _conclusion(change: Change, outcome: Outcome, at: str) -> Conclusion:
    conclusion = partial(Conclusion, address=change.address, at=at)
    match outcome:
        case Applied(record_id, updated_on):
            return conclusion(outcome="applied", id=record_id, updated_on=updated_on)
        case InDoubt(reason, claimed):
            return conclusion(outcome="in doubt", reason=reason, claimed=claimed)
        case _:
            return conclusion(outcome="not applied")
