"""The journal: what a run is about to do and what came of it, and how that becomes state.

One record before each write request, one after; whatever instant the process dies at, the next
run knows what may have happened. Pure: `adapters.state_file` writes the lines and reads them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from coursesync.resources.base import Address, course_of
from coursesync.state import Doubt, Entry, Id, Sent

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
    """Written before a request is sent: what is about to be done."""

    model_config = _LINE

    record: Literal["intent"] = "intent"
    action: Literal["create"] = "create"
    address: Named
    attributes: Sent
    parent_id: Id
    attempt: Annotated[int, Field(ge=1)]
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
    """What a look at the server found of a create: a record, doubt, or (neither) nothing."""

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


Step: TypeAlias = Intent | Conclusion | Look | Move
RECORD: TypeAdapter[Header | Step] = TypeAdapter(
    Annotated[Header | Intent | Conclusion | Look | Move, Field(discriminator="record")],
    config=ConfigDict(defer_build=True),
)
CUT_OFF = "the run was cut off before the answer came"


def fold(state: State, records: Iterable[Step]) -> State:
    """Carry the records of a run into the state, in the order in which they were written.

    An intent without an outcome is a create in doubt. Courses that a record touches are no
    longer known to stand as a whole.
    """
    entries, doubts = dict(state.entries), dict(state.doubts)
    pending: dict[Address, Intent] = {}
    touched: set[str] = set()
    for record in records:
        if isinstance(record, Move):
            entries = {record.to.get(address, address): e for address, e in entries.items()}
            touched.update(map(course_of, [*record.to, *record.to.values()]))
            continue
        touched.add(course_of(record.address))
        if isinstance(record, Intent):
            pending[record.address] = record
        elif isinstance(record, Look):
            pending.pop(record.address, None)
            _look(record, entries, doubts)
        elif (intent := pending.pop(record.address, None)) is not None:
            _conclude(intent, record, entries, doubts)
    for intent in pending.values():
        doubts[intent.address] = _doubt(intent, CUT_OFF)
    courses = {key: record for key, record in state.courses.items() if key not in touched}
    return state.model_copy(update={"courses": courses, "doubts": doubts, "entries": entries})


def _conclude(
    intent: Intent, outcome: Conclusion, entries: dict[Address, Entry], doubts: dict[Address, Doubt]
) -> None:
    if outcome.outcome == "applied" and outcome.id is not None:
        doubts.pop(intent.address, None)
        entries[intent.address] = Entry(
            attributes=intent.attributes,
            id=outcome.id,
            parent_id=intent.parent_id,
            updated_on=outcome.updated_on,
        )
    elif outcome.outcome != "not applied":
        doubts[intent.address] = _doubt(intent, outcome.reason, claimed=outcome.claimed)


def _look(look: Look, entries: dict[Address, Entry], doubts: dict[Address, Doubt]) -> None:
    doubts.pop(look.address, None)
    if look.entry is not None:
        entries[look.address] = look.entry
    if look.doubt is not None:
        doubts[look.address] = look.doubt


def _doubt(intent: Intent, reason: str, *, claimed: bool = False) -> Doubt:
    return Doubt(
        attributes=intent.attributes,
        claimed=claimed,
        parent_id=intent.parent_id,
        reason=reason,
        sent=intent.attempt,
        since=intent.at,
    )


def holds(state: State, records: Iterable[Step]) -> bool:
    """Say whether the state knows all that the records tell: every Id, and every doubt."""
    outcomes = [record for record in records if not isinstance(record, Move)]
    told = fold(state, outcomes)  # what it had already, it knows
    known = {entry.id for entry in state.entries.values()}
    settled = state.doubts.keys() | state.entries.keys()
    return (
        all(entry.id in known for entry in told.entries.values()) and told.doubts.keys() <= settled
    )
