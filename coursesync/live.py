"""What the server has: the answers to searches, read strictly into records.

Pure. The form of an answer: https://developers.nexudus.com/rest-api/content, the pages on
searching; what a record holds beyond what is read here is the server's business.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from coursesync.exchange import read_json
from coursesync.resources.base import FieldValue
from coursesync.words import inert

if TYPE_CHECKING:
    from collections.abc import Mapping

    from coursesync.exchange import Exchange
    from coursesync.resources.base import Attributes, Kind

_READ = ConfigDict(frozen=True, strict=True, defer_build=True)
_MAX_ID = 2**63 - 1
_MAX_TIME = 40  # characters


@dataclass(frozen=True, slots=True)
class Record:
    """A record on the server: what of it an outline decides, and who last wrote it when.

    `lacking` are the properties that can't be read, and of which it can be seen that they were
    never taken, as a picture's address where there is no picture.
    """

    id: int
    parent_id: int
    attributes: Attributes
    created_on: str | None
    updated_on: str | None
    updated_by: str | None
    lacking: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a search; `total` and `pages` count what the search found as a whole."""

    records: tuple[Record, ...]
    total: int
    pages: int


class _Page(BaseModel):
    model_config = _READ

    Records: list[dict[str, object]]
    TotalItems: Annotated[int, Field(ge=0)]
    TotalPages: Annotated[int, Field(ge=0)]


_ONE = TypeAdapter(dict[str, object], config=ConfigDict(defer_build=True))
_FOUND = TypeAdapter(list[dict[str, object]], config=ConfigDict(defer_build=True))
_ID = TypeAdapter(Annotated[int, Field(ge=1, le=_MAX_ID)], config=ConfigDict(strict=True))


def read_page(exchange: Exchange, kind: Kind) -> Page | None:
    """Read a page of a search; None where it is no such page."""
    try:
        page = _Page.model_validate(read_json(exchange))
        records = tuple(_record(raw, kind) for raw in page.Records)
    except (ValueError, ValidationError, RecursionError):
        return None
    # no page is empty: more pages than records would be read for ever
    is_possible = page.TotalPages <= max(1, page.TotalItems)
    return Page(records, page.TotalItems, page.TotalPages) if is_possible else None


def read_ids(exchange: Exchange) -> frozenset[int] | None:
    """Read the Ids of an answer that is a bare list of records; None where it is none."""
    try:
        found = _FOUND.validate_python(read_json(exchange))
        return frozenset(_ID.validate_python(raw.get("Id")) for raw in found)
    except (ValueError, ValidationError, RecursionError):
        return None


def read_records(exchange: Exchange, kind: Kind) -> tuple[Record, ...] | None:
    """Read an answer that is a bare list of records; None where it is none."""
    try:
        found = _FOUND.validate_python(read_json(exchange))
        return tuple(_record(raw, kind) for raw in found)
    except (ValueError, ValidationError, RecursionError):
        return None


def read_record(exchange: Exchange, kind: Kind) -> tuple[Record, ...] | None:
    """Read an answer that is one record; None where it is none."""
    try:
        return (_record(_ONE.validate_python(read_json(exchange)), kind),)
    except (ValueError, ValidationError, RecursionError):
        return None


def _record(raw: Mapping[str, object], kind: Kind) -> Record:
    readable = kind.fields.keys() - kind.write_only
    attributes: dict[str, FieldValue] = {}
    for name in sorted(readable):
        value = raw.get(name)
        if isinstance(value, str):
            # half a surrogate pair is JSON, and yet can't be written to any file
            attributes[name] = value.encode(errors="replace").decode()
        elif isinstance(value, FieldValue):
            attributes[name] = value
    return Record(
        id=_ID.validate_python(raw.get("Id")),
        parent_id=_ID.validate_python(raw.get(kind.parent_property)),
        attributes=attributes,
        created_on=_text(raw.get("CreatedOn"), _MAX_TIME),
        updated_on=_text(raw.get("UpdatedOn"), _MAX_TIME),
        updated_by=_text(raw.get("UpdatedBy"), 100),
        lacking=frozenset(name for name, trace in kind.traces.items() if not raw.get(trace)),
    )


def _text(value: object, limit: int) -> str | None:
    return inert(value, limit) if isinstance(value, str) and value else None
