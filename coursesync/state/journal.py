"""The journal's records: what a run is about to do, and what came of it.

One before each write request, one after; whatever instant the process dies at, the next run knows
what may have happened. Pure: `file_store` writes the lines and reads them, and what they
lead to is `replay`'s.
"""

from __future__ import annotations

from typing import Annotated, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from coursesync.kinds.kind import Address
from coursesync.state.state import Doubt, Entry, Id, Rare, Sent

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


def addresses(record: Step) -> tuple[Address, ...]:
    """Return the addresses that a record speaks of."""
    match record:
        case Move():
            return (*record.to, *record.to.values())
        case Intent() if record.was is not None:
            return (record.address, record.was)
        case _:
            return (record.address,)
