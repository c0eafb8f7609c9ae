"""The journal's records: what a run is about to do, and what came of it.

One before each write request, one after; whatever instant the process dies at, the next run knows
what may have happened. Pure: `journal_text` makes lines of them, `journal_file` writes
those, and what they lead to is `replay`'s.
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

JOURNAL_FORMATS: Final = (1, 2)  # one of format 1 does not name its state's checksum


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """The journal's first line: the state that the run began from, by its checksum."""

    record: Literal["header"] = field(default="header", metadata=one_of("header"))
    checksum: str | None = field(default=None, metadata=unless_unset(TEXT))
    format: int = field(default=JOURNAL_FORMATS[-1], metadata=one_of(*JOURNAL_FORMATS))
    lineage: str = field(metadata=TEXT)
    serial: int = field(metadata=COUNT)
    target: str = field(metadata=TEXT)


@dataclass(frozen=True, slots=True, kw_only=True)
class Intent:
    """Written before a request is sent: what is about to be done.

    `attributes` are those that the record is to have, or has where it is to be deleted; `id` is
    the record's own, but for a create; `was` the address that it has until then, where it comes
    from another course; `marker` what a create leaves in its record.
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
    """Written after the answer: what became of the intent before it at that address."""

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
    """What a look at the server found: a record, doubt, or (neither) nothing.

    Of a create, or of an update of which no answer came and that was carried out.
    """

    record: Literal["look"] = field(default="look", metadata=one_of("look"))
    address: Address = field(metadata=TEXT)
    entry: Entry | None = field(default=None, metadata=optional(one(Entry)))
    doubt: Doubt | None = field(default=None, metadata=optional(one(Doubt)))
    at: str = field(metadata=TEXT)


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """Records that go on under other addresses: their keys changed, nothing on the server.

    All of a run's in one record, for two may change places.
    """

    record: Literal["move"] = field(default="move", metadata=one_of("move"))
    to: Mapping[Address, Address] = field(metadata=TEXTS)
    at: str = field(metadata=TEXT)


@dataclass(frozen=True, slots=True, kw_only=True)
class Protect:
    """A record that is protected from now on, or no more; nothing changes on the server."""

    record: Literal["protect"] = field(default="protect", metadata=one_of("protect"))
    address: Address = field(metadata=TEXT)
    protected: bool = field(metadata=FLAG)
    at: str = field(metadata=TEXT)


@dataclass(frozen=True, slots=True, kw_only=True)
class Forget:
    """A record that is managed no more: it is gone from the server, or a person said so."""

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
        raw: what JSON has.

    Raises:
        ValueError or TypeError: no run writes that.
    """
    kind = raw.get("record") if type(raw) is dict else None
    if type(kind) is not str or kind not in _RECORDS:
        raise ValueError("no record")
    found: Header | Step = read_value(_RECORDS[kind], raw)
    return found


def addresses(record: Step) -> tuple[Address, ...]:
    """Return the addresses that a record speaks of."""
    match record:
        case Move():
            return (*record.to, *record.to.values())
        case Intent() if record.was is not None:
            return (record.address, record.was)
        case _:
            return (record.address,)
