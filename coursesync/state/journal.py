"""The journal: what a run is about to do, and its outcome, as one line per record.

A run writes one before each write request and one after it: whenever the process dies, the next run
knows what may have happened. A line is JSON with a checksum. `disk` writes the lines,
`interrupted` reads them, and `replay` applies the records to a state.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Final, Literal, TypeAlias, get_args
from zlib import crc32

from coursesync.kinds.address import Address
from coursesync.state.json_values import (
    OMIT,
    Count,
    Id,
    Positive,
    Sent,
    mapping,
    read_value,
    written,
)
from coursesync.state.migrate import record_carried_over
from coursesync.state.state import Doubt, Entry, check_place, placed
from coursesync.state.state_text import is_address

# format 1 has no checksum of its state; up to format 2, records have the form that `migrate` reads
JOURNAL_FORMATS: Final = (1, 2, 3)


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """The journal's first line: it identifies the state that the run began from."""

    record: Literal["header"] = "header"
    checksum: str | None = field(default=None, metadata={OMIT: True})
    format: Literal[1, 2, 3] = JOURNAL_FORMATS[-1]
    lineage: str
    serial: Count
    target: str


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

    record: Literal["intent"] = "intent"
    action: Literal["create", "update", "delete"] = "create"
    address: Address
    attributes: Sent
    id: Id | None = field(default=None, metadata={OMIT: True})
    marker: str | None = field(default=None, metadata={OMIT: True})
    protected: bool = field(default=False, metadata={OMIT: True})
    was: Address | None = field(default=None, metadata={OMIT: True})
    attempt: Positive = 1
    at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Conclusion:
    """Written after the answer: the outcome of the last intent for the address."""

    record: Literal["outcome"] = "outcome"
    address: Address
    outcome: Literal["applied", "not applied", "in doubt"]
    id: Id | None = None
    updated_on: str | None = None
    reason: str = ""
    claimed: bool = False
    at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """The result of a look at the server, after a create or an update with an unknown outcome.

    Attributes:
        entry: the record that was found; None if there is none or if doubt remains.
        doubt: the doubt that remains; None if it is settled.
    """

    record: Literal["look"] = "look"
    address: Address
    entry: Entry | None = None
    doubt: Doubt | None = None
    at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """New addresses of records whose keys changed; nothing changes on the server.

    A run writes all of them in one record, because two records may swap their addresses.
    """

    record: Literal["move"] = "move"
    to: Mapping[Address, Address]
    at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Protect:
    """The start or end of a record's protection; nothing changes on the server."""

    record: Literal["protect"] = "protect"
    address: Address
    protected: bool
    at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Forget:
    """A record that is no longer managed: it was deleted on the server, or a person decided so."""

    record: Literal["forget"] = "forget"
    address: Address
    id: Id
    at: str


Step: TypeAlias = Intent | Conclusion | Look | Move | Protect | Forget
_RECORDS: Final[Mapping[object, type[Header | Step]]] = {
    fields(each)[0].default: each for each in (Header, *get_args(Step))
}


def addresses(record: Step) -> tuple[Address, ...]:
    """Return the addresses that a record affects."""
    match record:
        case Move():
            return (*record.to, *record.to.values())
        case Intent() if record.was is not None:
            return (record.address, record.was)
        case _:
            return (record.address,)


def line(record: Header | Step) -> bytes:
    r"""Return a record as a line, including its "\n".

    Raises:
        ValueError or TypeError: the record can't be read again, which would make the whole journal
            useless; this is a bug of the caller.
    """
    text = json.dumps(written(record), ensure_ascii=False, separators=(",", ":"), default=written)
    body = text.encode()
    record_of(body)
    return body + b" " + _checksum(body) + b"\n"


def is_whole(text: bytes) -> bool:
    """Return whether a line, without its end, has the checksum that fits."""
    body, _, checksum = text.rpartition(b" ")
    return bool(body) and checksum == _checksum(body)


def record_in(text: bytes) -> Header | Step | None:
    """Return the record in a line without its end; None if the line is damaged."""
    try:
        return record_of(text.rpartition(b" ")[0]) if is_whole(text) else None
    except (ValueError, TypeError, RecursionError):
        return None


def record_of(body: bytes) -> Header | Step:
    """Read a line without its checksum; raises ValueError or TypeError for anything else."""
    raw = mapping(json.loads(body.decode()))
    if (kind := _RECORDS.get(raw.get("record"))) is None:
        raise ValueError("no record")
    record = read_value(kind, record_carried_over(raw))
    # a state is saved with these values, and has to be read again
    if not isinstance(record, Header) and not all(map(is_address, addresses(record))):
        raise ValueError("an invalid address")
    match record:
        case Intent():
            check_place(record.address, record.attributes)
        case Look():
            if record.entry is not None:
                placed(record.address, record.entry)
            if record.doubt is not None:
                placed(record.address, record.doubt)
    return record


def _checksum(body: bytes) -> bytes:
    return f"{crc32(body):08x}".encode()
