"""The journal's records: what a run is about to do, and its outcome.

A run writes one before each write request and one after it: whenever the process dies, the next run
knows what may have happened. `journal_text` turns them into lines, `journal_file` writes the lines,
and `replay` applies the records to a state.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from coursesync.state.plain import (
    COUNT,
    FLAG,
    ID,
    POSITIVE,
    SENT,
    TEXT,
    TEXTS,
    one,
    one_of,
    optional,
    read_value,
    unless_unset,
)
from coursesync.state.state import Doubt, Entry

if TYPE_CHECKING:
    from collections.abc import Mapping

    from coursesync.kinds.address import Address
    from coursesync.state.state import Sent

JOURNAL_FORMATS: Final = (1, 2)  # format 1 has no checksum of its state


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """The journal's first line: it identifies the state that the run began from."""

    record: Literal["header"] = field(default="header", metadata=one_of("header"))
    checksum: str | None = field(default=None, metadata=unless_unset(TEXT))
    format: int = field(default=JOURNAL_FORMATS[-1], metadata=one_of(*JOURNAL_FORMATS))
    lineage: str = field(metadata=TEXT)
    serial: int = field(metadata=COUNT)
    target: str = field(metadata=TEXT)


@dataclass(frozen=True, slots=True, kw_only=True)
class Intent:
    """Written before a request is sent: what is about to be done.

    Attributes:
        attributes: the attributes to send; for a deletion, the present ones.
        id: the record's Id; None for a create.
        marker: the marker that a create sends.
        was: the record's address until now, if it comes from another course.
        attempt: how often a create was sent, this time included.
        at: the time, ISO 8601 in UTC.
    """

    record: Literal["intent"] = field(default="intent", metadata=one_of("intent"))
    action: Literal["create", "update", "delete"] = field(
        default="create", metadata=one_of("create", "update", "delete")
    )
    address: Address = field(metadata=TEXT)
    attributes: Sent = field(metadata=SENT)
    id: int | None = field(default=None, metadata=unless_unset(ID))
    marker: str | None = field(default=None, metadata=unless_unset(TEXT))
    parent_id: int = field(metadata=ID)
    protected: bool = field(default=False, metadata=unless_unset(FLAG))
    was: Address | None = field(default=None, metadata=unless_unset(TEXT))
    attempt: int = field(default=1, metadata=POSITIVE)
    at: str = field(metadata=TEXT)


@dataclass(frozen=True, slots=True, kw_only=True)
class Conclusion:
    """Written after the answer: the outcome of the last intent for the address."""

    record: Literal["outcome"] = field(default="outcome", metadata=one_of("outcome"))
    address: Address = field(metadata=TEXT)
    outcome: Literal["applied", "not applied", "in doubt"] = field(
        metadata=one_of("applied", "not applied", "in doubt")
    )
    id: int | None = field(default=None, metadata=optional(ID))
    updated_on: str | None = field(default=None, metadata=optional(TEXT))
    reason: str = field(default="", metadata=TEXT)
    claimed: bool = field(default=False, metadata=FLAG)
    at: str = field(metadata=TEXT)


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """The result of a look at the server, after a create or an update with an unknown outcome.

    Attributes:
        entry: the record that was found; None if there is none or if doubt remains.
        doubt: the doubt that remains; None if it is settled.
    """

    record: Literal["look"] = field(default="look", metadata=one_of("look"))
    address: Address = field(metadata=TEXT)
    entry: Entry | None = field(default=None, metadata=optional(one(Entry)))
    doubt: Doubt | None = field(default=None, metadata=optional(one(Doubt)))
    at: str = field(metadata=TEXT)


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """New addresses of records whose keys changed; nothing changes on the server.

    A run writes all of them in one record, because two records may swap their addresses.
    """

    record: Literal["move"] = field(default="move", metadata=one_of("move"))
    to: Mapping[Address, Address] = field(metadata=TEXTS)
    at: str = field(metadata=TEXT)


@dataclass(frozen=True, slots=True, kw_only=True)
class Protect:
    """The start or end of a record's protection; nothing changes on the server."""

    record: Literal["protect"] = field(default="protect", metadata=one_of("protect"))
    address: Address = field(metadata=TEXT)
    protected: bool = field(metadata=FLAG)
    at: str = field(metadata=TEXT)


@dataclass(frozen=True, slots=True, kw_only=True)
class Forget:
    """A record that is no longer managed: it was deleted on the server, or a person decided so."""

    record: Literal["forget"] = field(default="forget", metadata=one_of("forget"))
    address: Address = field(metadata=TEXT)
    id: int = field(metadata=ID)
    at: str = field(metadata=TEXT)


Step: TypeAlias = Intent | Conclusion | Look | Move | Protect | Forget
_RECORDS = {
    "header": Header,
    "intent": Intent,
    "outcome": Conclusion,
    "look": Look,
    "move": Move,
    "protect": Protect,
    "forget": Forget,
}


def record_of(raw: object) -> Header | Step:
    """Read a record.

    Args:
        raw: the value that JSON holds.

    Raises:
        ValueError or TypeError: it is not a record of a journal.
    """
    kind = raw.get("record") if type(raw) is dict else None
    if type(kind) is not str or kind not in _RECORDS:
        raise ValueError("no record")
    found: Header | Step = read_value(_RECORDS[kind], raw)
    return found


def addresses(record: Step) -> tuple[Address, ...]:
    """Return the addresses that a record affects."""
    match record:
        case Move():
            return (*record.to, *record.to.values())
        case Intent() if record.was is not None:
            return (record.address, record.was)
        case _:
            return (record.address,)
