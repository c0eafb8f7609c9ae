"""Search over one kind of record: filters, order and pages.

Owns the meaning of a query string. It must never put a client's text into a statement: columns come
from the kind, values are bound.
Source: https://developers.nexudus.com/rest-api/content/search-coursesections
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from types import MappingProxyType

from coursesync.sandbox.answers import InvalidError, JsonObject, Problem
from coursesync.sandbox.records import Record, Records
from coursesync.sandbox.settings import Settings
from coursesync.sandbox.tables import FLAGS, Kind
from coursesync.sandbox.validation import INT32_MAX, INT32_MIN, MAX_ID

_LARGEST_PAGE = 1000
_DIRECTIONS = {
    "flag": {"ascending": 0, "descending": 1},
    "sign": {"ascending": 1, "descending": -1},
}
_SOME_IDS = r"\s*[0-9]{1,19}\s*(,\s*[0-9]{1,19}\s*)*"
_IDS = re.compile(rf"{_SOME_IDS}|\[({_SOME_IDS}|\s*)\]")


@dataclass(frozen=True)
class _Filter:
    """One filter of a search: its parameter, its SQL condition, and the reader of its value."""

    name: str
    condition: str
    read: Callable[[str], object]


@dataclass(frozen=True)
class _Window:
    """The requested page of the results, and their order."""

    page: int
    size: int
    order_by: str
    direction: int
    descending: bool

    @property
    def skipped(self) -> int:
        return (self.page - 1) * self.size

    @property
    def clauses(self) -> str:
        way = "DESC" if self.descending else "ASC"
        return f"ORDER BY {self.order_by} {way}, Id {way} LIMIT {self.size} OFFSET {self.skipped}"


def search(
    records: Records, kind: Kind, query: Mapping[str, str], settings: Settings
) -> JsonObject:
    """Return the page of records that `query` asks for, in the vendor's paging envelope.

    The names in `query` are in lower case, because the vendor's clients write them in any case.

    Raises:
        InvalidError: with every parameter that can't be read.
    """
    problems: list[Problem] = []
    reader = _Query(query, problems)
    window = _window(reader, kind, settings)
    chosen = [each for each in _filters(kind, settings) if query.get(each.name.lower())]
    values = [reader.value(each.name, each.read, None) for each in chosen]
    if problems:
        raise InvalidError(problems)
    where = " AND ".join(["1", *(each.condition for each in chosen)])
    total, found = records.page(kind, f"WHERE {where}", window.clauses, values)
    return _envelope(found, window, total)


def read_ids(text: str) -> list[int]:
    """Return the Ids in `?id=[1,2,3]`; some clients write `?id=1,2,3` or `?id=1`.

    Raises:
        InvalidError: the text is not a list of integers, or the list is longer than a page.
    """
    if not _IDS.fullmatch(text):
        raise InvalidError([Problem("id", "must be a list of Ids, such as [1,2,3]", text)])
    ids = [int(each) for each in re.findall(r"[0-9]+", text) if int(each) <= MAX_ID]
    if len(ids) > _LARGEST_PAGE:
        raise InvalidError([Problem("id", f"must hold at most {_LARGEST_PAGE} Ids")])
    return ids


class _Query:
    """The parameters of a query string; collects a problem for each one that can't be read."""

    def __init__(self, query: Mapping[str, str], problems: list[Problem]) -> None:
        self._query = query
        self._problems = problems

    def value(self, name: str, read: Callable[[str], object], default: object) -> object:
        text = self._query.get(name.lower())
        if not text:
            return default
        try:
            return read(text)
        except ValueError as error:
            self._problems.append(Problem(name, str(error), text))
            return default

    def integer(
        self,
        name: str,
        default: int,
        *,
        low: int = INT32_MIN,
        words: Mapping[str, int] = MappingProxyType({}),
    ) -> int:
        def read(text: str) -> int:
            known = words.get(text.lower())
            return _integer(text, low) if known is None else known

        found = self.value(name, read, default)
        return found if isinstance(found, int) else default


def _window(reader: _Query, kind: Kind, settings: Settings) -> _Window:
    ways = _DIRECTIONS[settings.dir_style]
    direction = reader.integer("dir", ways["ascending"], words=ways)
    columns = frozenset({"Id", *kind.texts.values(), *kind.values.values(), *kind.ranges})
    return _Window(
        page=reader.integer("page", 1, low=1),
        size=min(reader.integer("size", 25, low=1), _LARGEST_PAGE),
        order_by=str(reader.value("orderBy", lambda text: _one_of(text, columns), "Id")),
        direction=direction,
        descending=direction == ways["descending"],
    )


def _filters(kind: Kind, settings: Settings) -> Iterator[_Filter]:
    exact = settings.text_filters == "exact"
    for name, column in kind.texts.items():
        condition = f"{column} = ?" if exact else f"instr(lower({column}), lower(?)) > 0"
        yield _Filter(f"{kind.name}_{name}", condition, str)
    for name, column in kind.values.items():
        yield _Filter(f"{kind.name}_{name}", f"{column} = ?", _reader(column))
    for column in kind.ranges:
        yield _Filter(f"from_{kind.name}_{column}", f"{column} >= ?", _reader(column))
        yield _Filter(f"to_{kind.name}_{column}", f"{column} <= ?", _reader(column))


def _reader(column: str) -> Callable[[str], object]:
    if column in FLAGS:
        return _boolean
    if column.endswith("Id"):
        return lambda text: _integer(text, 1, MAX_ID)
    return _time if column.endswith("On") else _integer


def _integer(text: str, low: int = INT32_MIN, high: int = INT32_MAX) -> int:
    if not re.fullmatch(r"-?[0-9]{1,19}", text) or not low <= int(text) <= high:
        raise ValueError(f"must be an integer between {low} and {high}")
    return int(text)


def _boolean(text: str) -> bool:
    if text.lower() not in {"true", "false"}:
        raise ValueError("must be true or false")
    return text.lower() == "true"


def _time(text: str) -> str:
    try:
        moment = datetime.strptime(text, "%Y-%m-%dT%H:%M").replace(tzinfo=UTC)
    except ValueError:
        raise ValueError("must be a time such as 2025-01-15T10:30") from None
    return moment.strftime("%Y-%m-%dT%H:%M:00Z")


def _one_of(text: str, columns: frozenset[str]) -> str:
    found = next((each for each in columns if each.lower() == text.lower()), None)
    if found is None:
        raise ValueError(f"must be one of {', '.join(sorted(columns))}")
    return found


def _envelope(found: list[Record], window: _Window, total: int) -> JsonObject:
    pages = -(-total // window.size)
    return {
        "Records": found,
        "CurrentPage": window.page,
        "CurrentPageSize": window.size,
        "CurrentOrderField": window.order_by,
        "CurrentSortDirection": window.direction,
        "FirstItem": window.skipped + 1 if found else 0,
        "LastItem": window.skipped + len(found) if found else 0,
        "TotalItems": total,
        "TotalPages": pages,
        "HasNextPage": window.page < pages,
        "HasPreviousPage": window.page > 1,
    }
