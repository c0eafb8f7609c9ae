"""The records on the server: where each sort of them is, and the answers to reads, read strictly.

Owns the form of an answer: https://developers.nexudus.com/rest-api/content, the pages on searching.
It must never guess a value that it can't read.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Annotated, Generic, TypeVar

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from coursesync.kinds.field import COURSE_TITLE, INT32_MAX, MAX_ID
from coursesync.nexudus.exchange import read_json
from coursesync.text import inert

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from coursesync.kinds.field import Attributes, FieldValue
    from coursesync.kinds.kind import Kind
    from coursesync.kinds.progress import Completions
    from coursesync.nexudus.exchange import Exchange

T = TypeVar("T")
PAGE_SIZE = 1_000  # records in one request: the most that known clients ask for
_MAX_TIME = 40  # characters
_MAX_MARKER = 200  # characters; ours are shorter


@dataclass(frozen=True, slots=True)
class Endpoint(Generic[T]):
    """Where records of one sort are in the API, and how one is read.

    Attributes:
        path: the path of the records.
        role: the stem of the roles that the API asks for.
        plural: the word for several records.
        filter: narrows a search to one course, parent or record; "" if nothing does.
        read: reads a record that was asked for by its Id; raises ValueError if it can't.
        read_listed: reads one from a list, which may leave properties out.
    """

    path: str
    role: str
    plural: str
    filter: str
    read: Callable[[Mapping[str, object]], T]
    read_listed: Callable[[Mapping[str, object]], T]


@dataclass(frozen=True, slots=True)
class Record:
    """A record on the server: its managed properties, and who last wrote it when.

    Attributes:
        lacking: properties that can't be read, but are known to be empty, such as the address of a
            missing picture.
        unknown: properties that are not compared, because a list left them out or an outline leaves
            them to the site.
        odd: properties whose value has the wrong type or an unpaired surrogate.
        whole: the record as a read by Id returned it; None if it comes from a list.
        marker: its free text for users of the API; None if there is none or the list left it out.
    """

    id: int
    course_id: int
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
class Page(Generic[T]):
    """One page of a search, by Id; `total` and `pages` count the whole result."""

    records: Mapping[int, T]
    total: int
    pages: int


class _Page(BaseModel):
    model_config = ConfigDict(frozen=True, strict=True, defer_build=True)

    Records: Annotated[list[dict[str, object]], Field(max_length=PAGE_SIZE)]
    TotalItems: Annotated[int, Field(ge=0)]
    TotalPages: Annotated[int, Field(ge=0)]
    HasNextPage: bool | None = None


_FOUND = TypeAdapter(list[dict[str, object] | None], config=ConfigDict(defer_build=True))
_ID = TypeAdapter(Annotated[int, Field(ge=1, le=MAX_ID)], config=ConfigDict(strict=True))


def read_page(exchange: Exchange, endpoint: Endpoint[T], number: int = 1) -> Page[T]:
    """Read the page of this number of a search.

    Raises as `read_json` does, also if the page has too many or duplicate records, or contradictory
    counts.
    """
    page = _Page.model_validate(read_json(exchange))
    records = {_id(raw): endpoint.read_listed(raw) for raw in page.Records}
    # no page is empty; without this check a wrong count would be read for ever
    is_possible = page.TotalPages <= max(1, page.TotalItems)
    is_in_its_place = page.HasNextPage in {None, number < page.TotalPages}
    if len(records) != len(page.Records) or not (is_possible and is_in_its_place):
        raise ValueError("the page contradicts itself")
    return Page(records, page.TotalItems, page.TotalPages)


def read_records(exchange: Exchange, endpoint: Endpoint[T]) -> dict[int, T]:
    """Read a bare list of records by their Ids; raises as `read_json` does."""
    return _by_id(read_json(exchange), endpoint)


def read_record(exchange: Exchange, endpoint: Endpoint[T]) -> dict[int, T]:
    """Read one record as `read_records` does; an empty result for null."""
    return _by_id([read_json(exchange)], endpoint)


def _by_id(listed: object, endpoint: Endpoint[T]) -> dict[int, T]:
    # a null stands for a missing record
    found = (raw for raw in _FOUND.validate_python(listed) if raw is not None)
    return {_id(raw): endpoint.read(raw) for raw in found}


def _id(raw: Mapping[str, object], name: str = "Id") -> int:
    return _ID.validate_python(raw.get(name))


def _title(raw: Mapping[str, object]) -> str:
    return str(raw.get(COURSE_TITLE) or "")


COURSES = Endpoint("/api/content/courses", "Course", "courses", "", _title, _title)

MEMBERS = Endpoint(
    "/api/content/coursemembers", "CourseMember", "enrolments", "CourseMember_Course", dict, dict
)


def endpoint_of(kind: Kind) -> Endpoint[Record]:
    """Return where the records of a kind are."""
    return Endpoint(
        path=kind.endpoint,
        role=kind.role,
        plural=kind.plural,
        filter=kind.course_filter,
        read=partial(_record, kind=kind, listed=False),
        read_listed=partial(_record, kind=kind, listed=True),
    )


def completions_endpoint(completions: Completions) -> Endpoint[Mapping[str, object]]:
    """Return where the completions of a record are; they are counted, not read."""
    path, role = completions.endpoint, completions.role
    return Endpoint(path, role, "completions", completions.record_filter, dict, dict)


def _record(raw: Mapping[str, object], kind: Kind, *, listed: bool) -> Record:
    """Read a record; in a list, an empty value counts as unknown."""
    unknown = {name for name in kind.types if listed and raw.get(name) in (None, "")}
    found = {name: _value(raw.get(name), name, kind) for name in sorted(kind.types)}
    has = {n: value for n, value in found.items() if value is not None and n not in unknown}
    odd = {
        name
        for name, type_ in kind.types.items()
        if raw.get(name) is not None and (type(raw[name]) is not type_ or raw[name] != found[name])
    }
    return Record(
        id=_id(raw),
        course_id=_id(raw, kind.course_property),
        attributes=has,
        created_on=_text(raw.get("CreatedOn"), _MAX_TIME),
        updated_on=_text(raw.get("UpdatedOn"), _MAX_TIME),
        updated_by=_text(raw.get("UpdatedBy"), 100),
        lacking=frozenset(name for name, trace in kind.traces.items() if not raw.get(trace)),
        unknown=frozenset(unknown),
        odd=frozenset(odd),
        whole=None if listed else raw,
        marker=_text(raw.get(kind.marker_property), _MAX_MARKER),
    )


def _value(value: object, name: str, kind: Kind) -> FieldValue | None:
    """Return a property's value as a state can hold it; None if the property can't have it.

    The order must be a number in its range, and a text property must be a text. Any other property
    may have a value of any of the three types.
    """
    if isinstance(value, str) and name != kind.order_property:
        # half a surrogate pair is valid JSON, but can't be written to a file
        return value.encode(errors="replace").decode()
    if kind.types[name] is str:
        return None
    if type(value) is int:
        most = INT32_MAX if name == kind.order_property else MAX_ID
        return value if -most - 1 <= value <= most else None
    return value if isinstance(value, bool) and name != kind.order_property else None


def _text(value: object, limit: int) -> str | None:
    return inert(value, limit) if isinstance(value, str) and value else None
