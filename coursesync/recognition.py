"""Is a record on the server one that a create made, or would make? Evidence in, a finding out.

Pure. An answer can be lost and a whole machine can: what the server then has is recognised by
what it says, never by hope. A record fits where all that a create sends is in it; it is near where
it can't be told apart from such a record by a person in a hurry, or appeared at the wrong moment.
Only one that fits alone is taken; only where none is near may a create be sent.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from typing import TYPE_CHECKING, TypeAlias

from coursesync.resources import KINDS
from coursesync.state import Entry

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from coursesync.live import Record
    from coursesync.resources.base import Address, Attributes, Kind
    from coursesync.state import Doubt

SKEW = timedelta(minutes=5)  # by which two clocks may differ


@dataclass(frozen=True, slots=True)
class Wanted:
    """A create: what it sends, and since when it may have been carried out (None: not sent yet)."""

    address: Address
    kind: Kind
    attributes: Attributes
    since: str | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """The one record that fits."""

    record: Record


@dataclass(frozen=True, slots=True)
class Absent:
    """No record fits, and none is near."""


@dataclass(frozen=True, slots=True)
class Unclear:
    """Records that a person has to look at; `reason` says why, in words."""

    reason: str
    candidates: tuple[Record, ...]


Finding: TypeAlias = Found | Absent | Unclear


def recognise(wanted: Sequence[Wanted], unmanaged: Sequence[Record]) -> dict[Address, Finding]:
    """Look for the records of some creates.

    Args:
        wanted: the creates of one course.
        unmanaged: the records of that course that are under no address, and that no person has
            said to be none of ours.

    Returns:
        A finding for each create.
    """
    fitting = {each.address: [r for r in unmanaged if fits(each, r.attributes)] for each in wanted}
    claims: dict[int, int] = {}
    for records in fitting.values():
        for record in records:
            claims[record.id] = claims.get(record.id, 0) + 1
    rest = [record for record in unmanaged if record.id not in claims]
    return {each.address: _finding(each, fitting[each.address], rest, claims) for each in wanted}


def _finding(
    wanted: Wanted, fitting: list[Record], rest: list[Record], claims: Mapping[int, int]
) -> Finding:
    match fitting:
        case [record] if claims[record.id] == 1:
            return Found(record)
        case [_, *_]:
            return Unclear("more than one record could be it", tuple(fitting))
    alike = [record for record in rest if _is_alike(wanted, record)]
    if alike:
        return Unclear(
            "the course has one of that title already, which is not as the outline says",
            tuple(alike),
        )
    recent = [record for record in rest if _is_recent(wanted, record)]
    if recent:
        return Unclear("something else appeared in the course at that time", tuple(recent))
    return Absent()


def fits(wanted: Wanted, has: Attributes) -> bool:
    """Say whether a record's attributes hold all that a create sends, its HTML however written."""
    kind, contents = wanted.kind, wanted.kind.contents_property
    plain = wanted.attributes.keys() - kind.write_only - {contents}
    sent = wanted.attributes
    return all(
        name in has and type(sent[name]) is type(has[name]) and sent[name] == has[name]
        for name in plain
    ) and same_html(str(sent.get(contents, "")), str(has.get(contents, "")))


def entry_of(doubt: Doubt, record_id: int, address: Address) -> Entry:
    """Return the entry of a record that a person chose for a doubt.

    What the server says of a candidate that differs from what was sent is kept: the next plan
    shows what the outline wants changed.
    """
    kind = KINDS[address.partition(".")[0]]
    attributes, updated_on = doubt.attributes, None
    for candidate in doubt.candidates:
        if candidate.id == record_id:
            updated_on = candidate.updated_on
            wanted = Wanted(address, kind, doubt.attributes)
            if not fits(wanted, candidate.attributes):
                attributes = candidate.attributes
    return Entry(
        attributes=attributes, id=record_id, parent_id=doubt.parent_id, updated_on=updated_on
    )


def _is_alike(wanted: Wanted, record: Record) -> bool:
    title = wanted.kind.title_property
    return _folded(wanted.attributes.get(title)) == _folded(record.attributes.get(title))


def _folded(title: object) -> str:
    return " ".join(str(title or "").casefold().split())


def _is_recent(wanted: Wanted, record: Record) -> bool:
    if wanted.since is None:
        return False
    sent, created = _moment(wanted.since), _moment(record.created_on)
    return sent is None or created is None or created >= sent - SKEW


def _moment(text: str | None) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text or "")
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def same_html(one: str, other: str) -> bool:
    """Say whether two texts are the same HTML but for blanks, quotes, entities and comments."""
    return one == other or _Tokens.of(one) == _Tokens.of(other)


class _Tokens(HTMLParser):
    """HTML as a list of its tags and words."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.tokens: list[object] = []

    @classmethod
    def of(cls, html: str) -> list[object]:
        parser = cls()
        try:
            parser.feed(html)
            parser.close()
        except AssertionError:  # what html.parser makes of a declaration that it does not know
            return list(html.split())
        return parser.tokens

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tokens.append((tag, sorted((name, value or "") for name, value in attrs)))

    def handle_endtag(self, tag: str) -> None:
        self.tokens.append(("/" + tag,))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)

    def handle_data(self, data: str) -> None:
        self.tokens += data.split()
