"""The journal: what a run is about to do and what came of it, and how that becomes state.

One record before each write request, one after; whatever instant the process dies at, the next
run knows what may have happened. Pure: `adapters.state_file` writes the lines and reads them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from coursesync.resources.base import Address, course_of
from coursesync.state import Doubt, Entry, Id, Rare, Sent

if TYPE_CHECKING:
    from collections.abc import Iterable

    from coursesync.state import State


_LINE = ConfigDict(extra="forbid", strict=True, frozen=True, defer_build=True)


# enough to know the kind and the course by
Named: TypeAlias = Annotated[Address, Field(pattern=r"^[a-z_]+(\.[^.\s]+)+$")]


class Header(BaseModel):
    """The journal's first line: the state that the run began from."""

    model_config = _LINE

    record: Literal["header"] = "header"
    format: Literal[1] = 1
    lineage: str
    serial: int
    target: str


class Intent(BaseModel):
    """Written before a request is sent: what is about to be done.

    `attributes` are those that the record is to have, or has where it is to be deleted; `id` is
    the record's own, but for a create; `was` the address that it has until then, where it comes
    from another course.
    """

    model_config = _LINE

    record: Literal["intent"] = "intent"
    action: Literal["create", "update", "delete"] = "create"
    address: Named
    attributes: Sent
    id: Annotated[Id | None, Rare] = None
    parent_id: Id
    protected: Annotated[bool, Rare] = False
    was: Annotated[Named | None, Rare] = None
    attempt: Annotated[int, Field(ge=1)] = 1
    at: str


class Conclusion(BaseModel):
    """Written after the answer: what became of the intent before it at that address."""

    model_config = _LINE

    record: Literal["outcome"] = "outcome"
    address: Named
    outcome: Literal["applied", "not applied", "in doubt"]
    id: Id | None = None
    updated_on: str | None = None
    reason: str = ""
    claimed: bool = False
    at: str


class Look(BaseModel):
    """What a look at the server found: a record, doubt, or (neither) nothing.

    Of a create, or of an update of which no answer came and that was carried out.
    """

    model_config = _LINE

    record: Literal["look"] = "look"
    address: Named
    entry: Entry | None = None
    doubt: Doubt | None = None
    at: str


class Move(BaseModel):
    """Records that go on under other addresses: their keys changed, nothing on the server.

    All of a run's in one record, for two may change places.
    """

    model_config = _LINE

    record: Literal["move"] = "move"
    to: dict[Named, Named]
    at: str


class Protect(BaseModel):
    """A record that is protected from now on, or no more; nothing changes on the server."""

    model_config = _LINE

    record: Literal["protect"] = "protect"
    address: Named
    protected: bool
    at: str


class Forget(BaseModel):
    """A record that is managed no more: it is gone from the server, or a person said so."""

    model_config = _LINE

    record: Literal["forget"] = "forget"
    address: Named
    id: Id
    at: str


Step: TypeAlias = Intent | Conclusion | Look | Move | Protect | Forget
RECORD: TypeAdapter[Header | Step] = TypeAdapter(
    Annotated[Header | Step, Field(discriminator="record")],
    config=ConfigDict(defer_build=True),
)
CUT_OFF = "the run was cut off before the answer came"


def fold(state: State, records: Iterable[Step]) -> State:
    """Carry the records of a run into the state, in the order in which they were written.

    An intent without an outcome is a create in doubt, or what its entry was attempted to become.
    Courses that a record touches are no longer known to stand as a whole.
    """
    entries, doubts = dict(state.entries), dict(state.doubts)
    pending: dict[Address, Intent] = {}
    touched: set[str] = set()
    for record in records:
        touched.update(map(course_of, addresses(record)))
        match record:
            case Move():
                entries = {record.to.get(address, address): e for address, e in entries.items()}
            case Protect() if record.address in entries:
                _note(entries, record.address, protected=record.protected)
            case Forget() if record.address in entries and entries[record.address].id == record.id:
                del entries[record.address]
            case Intent():
                pending[record.address] = record
            case Look():
                pending.pop(record.address, None)
                _look(record, entries, doubts)
            case Conclusion() if (intent := pending.pop(record.address, None)) is not None:
                _conclude(intent, record, entries, doubts)
    for intent in pending.values():
        _doubt(intent, entries, doubts, CUT_OFF)
    courses = {key: record for key, record in state.courses.items() if key not in touched}
    return state.model_copy(update={"courses": courses, "doubts": doubts, "entries": entries})


def addresses(record: Step) -> tuple[Address, ...]:
    """Return the addresses that a record speaks of."""
    match record:
        case Move():
            return (*record.to, *record.to.values())
        case Intent() if record.was is not None:
            return (record.address, record.was)
        case _:
            return (record.address,)


def _conclude(
    intent: Intent, outcome: Conclusion, entries: dict[Address, Entry], doubts: dict[Address, Doubt]
) -> None:
    if outcome.outcome == "in doubt" or (outcome.outcome == "applied" and outcome.id is None):
        _doubt(intent, entries, doubts, outcome.reason, claimed=outcome.claimed)
    elif outcome.outcome == "applied" and outcome.id is not None:
        doubts.pop(intent.address, None)
        entries.pop(intent.was or intent.address, None)
        if intent.action != "delete":
            entries[intent.address] = Entry(
                attributes=intent.attributes,
                id=outcome.id,
                parent_id=intent.parent_id,
                protected=intent.protected,
                updated_on=outcome.updated_on,
            )


def _look(look: Look, entries: dict[Address, Entry], doubts: dict[Address, Doubt]) -> None:
    doubts.pop(look.address, None)
    if look.entry is not None:
        entries[look.address] = look.entry
    if look.doubt is not None:
        doubts[look.address] = look.doubt


def _doubt(
    intent: Intent,
    entries: dict[Address, Entry],
    doubts: dict[Address, Doubt],
    reason: str,
    *,
    claimed: bool = False,
) -> None:
    if intent.action != "create":
        sent = {} if intent.action == "delete" else intent.attributes
        _note(entries, intent.was or intent.address, attempted=sent)
        return
    doubts[intent.address] = Doubt(
        attributes=intent.attributes,
        claimed=claimed,
        parent_id=intent.parent_id,
        reason=reason,
        sent=intent.attempt,
        since=intent.at,
    )


def _note(entries: dict[Address, Entry], address: Address, **update: object) -> None:
    if address in entries:
        entries[address] = entries[address].model_copy(update=update)


def holds(state: State, records: Iterable[Step]) -> bool:
    """Say whether the state knows all that the records tell: every Id, and every doubt."""
    outcomes = [record for record in records if not isinstance(record, Move)]
    told = fold(state, outcomes)  # what it had already, it knows
    known = {entry.id for entry in state.entries.values()}
    settled = state.doubts.keys() | state.entries.keys()
    return (
        all(entry.id in known for entry in told.entries.values()) and told.doubts.keys() <= settled
    )
