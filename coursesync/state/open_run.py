"""A run that holds a state's branch: who it is, until when it may write, and what it may send.

Owns `run.json` of the branch, and what the run's plan means for the state if the run's machine is
lost: each record that the plan names may have been sent. It must never touch a file or run git.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Final, Literal

from coursesync.errors import Command, Remedy, Shell, StateError, StateLocked
from coursesync.kinds import KINDS, kind_of
from coursesync.kinds.address import Address, course_of
from coursesync.kinds.field import FieldValue, Planned, Ref
from coursesync.kinds.marker import marker_of
from coursesync.state.json_values import Positive, each_once, mapping, read_id, read_value, written
from coursesync.state.run_id import RunId
from coursesync.state.state import Doubt, State, placed
from coursesync.state.state_text import is_address
from coursesync.text import at, inert

LOCAL: Final = "local:"  # the Ids of runs on people's machines begin with it
LOST: Final = "the machine of its run was lost, and the answer with it"
_PARTS: Final = 4  # of the Id of such a run: "local", its host, its process, and random digits
_OVERWRITES: Final = {"update", "deactivate", "delete"}
_CREATES: Final = {"create", "doubt"}


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenRun:
    """The run that holds a state. Times are whole seconds since 1970.

    Attributes:
        attempt: which attempt of the job it is, from 1.
        begun: when it began.
        deadline: it writes nothing after this.
        fresh_until: it writes nothing after this unless it has pushed its journal again.
        id: the run's Id, as in `RunId`.
        plan: the plan that it carries out, as a plan file's JSON; "" if it has none.
    """

    attempt: Positive
    begun: Positive
    deadline: Positive
    format: Literal[1] = 1
    fresh_until: Positive
    id: str
    plan: str = ""

    @property
    def run(self) -> RunId:
        """Which run it is."""
        return RunId(self.id, self.attempt)

    @property
    def is_local(self) -> bool:
        """Whether it is on a person's machine, which no forge knows."""
        return self.id.startswith(LOCAL)

    @property
    def name(self) -> str:
        """What people call it."""
        attempt = f", attempt {self.attempt}" if self.attempt > 1 else ""
        parts = self.id.split(":")
        if self.is_local and len(parts) == _PARTS:
            return inert(f"a run on {parts[1]} (process {parts[2]})", 100)
        return inert(f"the run {self.id}{attempt}", 100)

    @property
    def since(self) -> str:
        """When it began, for `text.at`."""
        return datetime.fromtimestamp(self.begun, UTC).isoformat()

    @property
    def until(self) -> str:
        """When another run may take over, if its machine is lost, for `text.at`."""
        return datetime.fromtimestamp(self.deadline, UTC).isoformat()

    def as_bytes(self) -> bytes:
        """Return it as bytes."""
        return (json.dumps(written(self), indent=2) + "\n").encode()

    def is_lost(self, now: float, over: bool | None) -> bool:  # noqa: FBT001 - it has three values
        """Return whether its machine is lost at a time, so that another run may take over.

        `over` is what the forge says of the run: whether it is over, or None if it knows nothing.
        Only a run on a person's machine is taken over without a forge's word.
        """
        if now <= self.deadline:
            return False
        return self.is_local or (over is True and now > self.fresh_until)


def begun(run: RunId, now: float, lasts: float, fresh: float, plan: str) -> OpenRun:
    """Return a run that begins now; it may take `lasts` seconds, and write for `fresh` ones."""
    since = int(now)
    return OpenRun(
        attempt=run.attempt,
        begun=since,
        deadline=since + int(lasts),
        fresh_until=since + int(fresh),
        id=run.id,
        plan=plan,
    )


def in_use(place: str, run: OpenRun) -> StateLocked:
    """Return the error of a command that needs a state which a run holds."""
    who = "another run" if run.is_local else "the next run of that job, or a person,"
    person = "A person on that machine need not wait:" if run.is_local else "As a person:"
    end = at(run.until)
    return StateLocked(
        f"the state in {place} is in use by {run.name}, since{at(run.since).removeprefix(' at')}",
        Remedy(
            "Wait until that has ended, then run this again; or wait for it with",
            Shell("--lock-timeout", 600),
            f"If its machine is lost, {who} may take over from{end.removeprefix(' at')}. {person}",
            Command("state take-over", inert(run.id, 100)),
        ),
    )


def overdue(place: str, run: OpenRun) -> StateLocked:
    """Return the error of a command that needs a state which a run holds beyond its time.

    The clock of its machine may be wrong: it must be seen to be silent.
    """
    until = at(run.until).removeprefix(" at ")
    return StateLocked(
        f"{run.name} holds the state in {place}, and its time was over at {until}",
        Remedy(
            "If its machine is lost, this takes over once nothing has come from it for 5 minutes:",
            Shell("--lock-timeout", 600),
            "If you know that it is lost, you need not wait:",
            Command("state take-over", inert(run.id, 100)),
        ),
    )


def run_in(content: bytes | None, place: str) -> OpenRun | None:
    """Read a run; None stands for none.

    Raises:
        StateError: the bytes are not those that `as_bytes` wrote; `place` names their place.
    """
    if content is None:
        return None
    try:
        run = read_value(OpenRun, json.loads(content.decode(), object_pairs_hook=each_once))
        [*_planned(run.plan)]
    except (ValueError, TypeError, RecursionError, OverflowError) as error:
        raise StateError(
            f"run.json in {place} was not written by this coursesync",
            "Install the coursesync that wrote it, or a newer one.",
        ) from error
    return run


@dataclass(frozen=True, slots=True)
class _Planned:
    """A request that a plan may have led to."""

    action: str
    address: Address
    id: int | None
    after: Planned


def _planned(plan: str) -> Iterator[_Planned]:
    """Yield what a plan would send; raises ValueError or TypeError if it is no plan."""
    if not plan:
        return
    raw = mapping(json.loads(plan, object_pairs_hook=each_once)).get("changes")
    for each in raw if isinstance(raw, list) else ():
        change = mapping(each)
        action, address = change.get("action"), change.get("address")
        if not (isinstance(action, str) and isinstance(address, str) and is_address(address)):
            raise ValueError("an invalid action or address")
        if action not in _OVERWRITES | _CREATES:
            continue
        number = change.get("id")
        after = mapping(change.get("after") or {})
        yield _Planned(
            action,
            Address(address),
            None if number is None else _id(number),
            {name: _value(value) for name, value in after.items()},
        )


def _id(raw: object) -> int:
    read_id(raw)
    assert isinstance(raw, int)  # noqa: S101 - `read_id` has checked it
    return raw


def _value(raw: object) -> FieldValue | Ref:
    if isinstance(raw, dict):
        if raw.keys() != {"ref"} or not is_address(str(raw["ref"])):
            raise ValueError("not the address of a parent")
        return Ref(Address(str(raw["ref"])))
    if not isinstance(raw, str | int):
        raise TypeError("not the value of an attribute")
    return raw


def may_have_sent(state: State, run: OpenRun) -> State:
    """Return a state in which all that a lost run's plan names may have been sent.

    Args:
        state: after the journal that the run pushed last.
        run: its machine is lost, with the rest of its journal.

    Returns:
        The state in which each record to overwrite has to be read and sent again, and each create
        without a known Id is in doubt. The courses are not complete any more.
    """
    entries, doubts = dict(state.entries), dict(state.doubts)
    at_id = {(kind_of(at), entry.id): at for at, entry in entries.items()} if run.plan else {}
    touched = set()
    for each in _planned(run.plan):
        kind = KINDS[each.address.partition(".")[0]]
        touched.add(course_of(each.address))
        sent = {}
        for name, value in sorted(each.after.items()):
            if not isinstance(value, Ref):
                sent[name] = value
            elif value.ref in entries:  # otherwise it is left out: the marker finds the record
                sent[name] = entries[value.ref].id
        if each.id is not None and each.action in _OVERWRITES:
            at = at_id.get((kind, each.id))
            if at is not None and (each.action == "delete" or entries[at].known != sent):
                attempted = {} if each.action == "delete" else sent
                entries[at] = placed(at, replace(entries[at], attempted=attempted))
        elif each.action in _CREATES and sent and each.address not in {*entries, *doubts}:
            if not (kind.is_course or kind.course_property in sent):
                continue  # its course has no Id either: look there once it is found
            home = kind.home_in(sent)
            marker = None if home is None else marker_of(state.target, home, each.address)
            doubt = Doubt(sent=sent, marker=marker, reason=LOST, since=run.since)
            doubts[each.address] = placed(each.address, doubt)
    complete = {key: course for key, course in state.complete.items() if key not in touched}
    return replace(state, complete=complete, doubts=doubts, entries=entries)
