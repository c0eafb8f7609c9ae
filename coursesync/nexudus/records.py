"""The records on the server: the answers to searches, read strictly.

Owns the form of an answer: https://developers.nexudus.com/rest-api/content, the pages on searching.
It must never guess a value that it can't read.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Annotated

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from coursesync.kinds.field import COURSE_TITLE, INT32_MAX, MAX_ID
from coursesync.nexudus.exchange import or_none, read_json
from coursesync.text import inert

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from coursesync.kinds.field import Attributes, FieldValue
    from coursesync.kinds.kind import Kind
    from coursesync.nexudus.exchange import Exchange

PAGE_SIZE = 1_000  # records in one request: the most that known clients ask for
_READ = ConfigDict(frozen=True, strict=True, defer_build=True)
_MAX_TIME = 40  # characters
_HALF = re.compile("[\ud800-\udfff]")  # of a surrogate pair
_MAX_MARKER = 200  # characters; ours are shorter


@dataclass(frozen=True, slots=True)
class Record:
    """A record on the server: its managed properties, and who last wrote it when.

    Attributes:
        lacking: properties that can't be read, but are known to be empty, such as the address of a
            missing picture.
        unknown: properties that a list left out.
        odd: properties with a value that they can't have: of another type, or with half a
            character.
        whole: the record as a read by Id returned it; None if it comes from a list.
        marker: its free text for users of the API; None if there is none or the list left it out.
    """

    id: int
    parent_id: int
    attributes: Attributes
    created_on: str | None
    updated_on: str | None
    updated_by: str | None
    lacking: frozenset[str] = frozenset()
    unknown: frozenset[str] = frozenset()
    odd: frozenset[str] = frozenset()
    whole: Mapping[str, object] | None = None
    marker: str | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a search; `total` and `pages` count the whole result."""

    records: tuple[Record, ...]
    total: int
    pages: int


class _Page(BaseModel):
    model_config = _READ

    Records: Annotated[list[dict[str, object]], Field(max_length=PAGE_SIZE)]
    TotalItems: Annotated[int, Field(ge=0)]
    TotalPages: Annotated[int, Field(ge=0)]
    HasNextPage: bool | None = None

    def is_possible(self, number: int) -> bool:
        """Return whether the counts can be true on the page of this number."""
        # no page is empty; without this check a wrong count would be read for ever
        if self.TotalPages > max(1, self.TotalItems):
            return False
        return self.HasNextPage in {None, number < self.TotalPages}


_ONE = TypeAdapter(dict[str, object] | None, config=ConfigDict(defer_build=True))
_FOUND = TypeAdapter(list[dict[str, object] | None], config=ConfigDict(defer_build=True))
_ID = TypeAdapter(Annotated[int, Field(ge=1, le=MAX_ID)], config=ConfigDict(strict=True))


@or_none
def read_page(exchange: Exchange, kind: Kind, number: int = 1) -> Page | None:
    """Read the page of this number of a search.

    Returns None if the page has too many or duplicate records, or contradictory counts.
    """
    page = _Page.model_validate(read_json(exchange))
    records = tuple(_listed(raw, kind) for raw in page.Records)
    is_possible = page.is_possible(number) and len({each.id for each in records}) == len(records)
    return Page(records, page.TotalItems, page.TotalPages) if is_possible else None


@or_none
def read_titles(exchange: Exchange) -> Mapping[int, str]:
    """Read a bare list of courses into titles by Id; None if it is not one."""
    return _titles(_found(exchange))


@or_none
def read_title_page(exchange: Exchange, number: int) -> tuple[Mapping[int, str], int] | None:
    """Read a page of a search for courses into titles by Id and the number of pages."""
    page = _Page.model_validate(read_json(exchange))
    return (_titles(page.Records), page.TotalPages) if page.is_possible(number) else None


def _titles(found: Iterable[Mapping[str, object]]) -> Mapping[int, str]:
    return {_ID.validate_python(raw.get("Id")): str(raw.get(COURSE_TITLE) or "") for raw in found}


@or_none
def read_records(exchange: Exchange, kind: Kind) -> tuple[Record, ...]:
    """Read a bare list of records; None if it is not one."""
    return tuple(_record(raw, kind) for raw in _found(exchange))


@or_none
def read_record(exchange: Exchange, kind: Kind) -> tuple[Record, ...]:
    """Read one record; an empty result for null, None if it is neither."""
    raw = _ONE.validate_python(read_json(exchange))
    return () if raw is None else (_record(raw, kind),)


def _found(exchange: Exchange) -> Iterator[dict[str, object]]:
    """Yield the records of a bare list; a null in it stands for a missing record."""
    yield from (raw for raw in _FOUND.validate_python(read_json(exchange)) if raw is not None)


def _listed(raw: Mapping[str, object], kind: Kind) -> Record:
    """Read a record from a list; an empty value counts as unknown."""
    record = _record(raw, kind)
    unknown = frozenset(name for name in kind.types if raw.get(name) in (None, ""))
    has = {name: value for name, value in record.attributes.items() if name not in unknown}
    return replace(record, attributes=has, unknown=unknown, whole=None)


def _record(raw: Mapping[str, object], kind: Kind) -> Record:
    found = {name: _value(raw.get(name), name, kind) for name in sorted(kind.types)}
    attributes = {name: value for name, value in found.items() if value is not None}
    return Record(
        id=_ID.validate_python(raw.get("Id")),
        parent_id=_ID.validate_python(raw.get(kind.parent_property)),
        attributes=attributes,
        created_on=_text(raw.get("CreatedOn"), _MAX_TIME),
        updated_on=_text(raw.get("UpdatedOn"), _MAX_TIME),
        updated_by=_text(raw.get("UpdatedBy"), 100),
        odd=frozenset(name for name in kind.types if _is_odd(raw.get(name), name, kind)),
        lacking=frozenset(name for name, trace in kind.traces.items() if not raw.get(trace)),
        whole=raw,
        marker=_text(raw.get(kind.marker_property), _MAX_MARKER),
    )


def _value(value: object, name: str, kind: Kind) -> FieldValue | None:
    if isinstance(value, str) and name != kind.order_property:
        # half a surrogate pair is valid JSON, but can't be written to a file
        return value.encode(errors="replace").decode()
    if kind.types[name] is str:
        return None
    if type(value) is int:
        most = INT32_MAX if name == kind.order_property else MAX_ID
        return value if -most - 1 <= value <= most else None
    return value if isinstance(value, bool) and name != kind.order_property else None


def _is_odd(value: object, name: str, kind: Kind) -> bool:
    """Return whether a property that is not missing has a value that it can't have."""
    if kind.types[name] is str:
        has_type = isinstance(value, str) and not _HALF.search(value)
    else:
        has_type = _value(value, name, kind) is not None and type(value) is kind.types[name]
    return value is not None and not has_type


def _text(value: object, limit: int) -> str | None:
    return inert(value, limit) if isinstance(value, str) and value else None
