"""A create that is looked for, and the records of its course that may be it.

Owns what makes a record near: its title in any spelling, its place, its contents, its time. It must
never decide whether a record is adopted: `recognise` does.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING
from unicodedata import category, normalize

from coursesync.kinds.address import MAX_TITLE
from coursesync.kinds.marker import is_marker
from coursesync.planning.live_diff import fits, same
from coursesync.text import folded, moment, unescaped

if TYPE_CHECKING:
    from collections.abc import Sequence

    from coursesync.kinds.address import Address
    from coursesync.kinds.field import Attributes
    from coursesync.kinds.kind import Kind
    from coursesync.nexudus.records import Record
    from coursesync.planning.change import Change
    from coursesync.state.state import Doubt

_LONGEST_WRITTEN = 20 * MAX_TITLE  # characters of a title that may be escaped throughout
SKEW = timedelta(minutes=5)  # the largest difference between two clocks


@dataclass(frozen=True, slots=True)
class Sought:
    """A create whose record is looked for.

    Attributes:
        change: the create.
        doubt: the create as a doubt; `since` is "" if it was not sent yet.
        before: the Ids that looks had shown before it was sent; None if an earlier run sent it.
    """

    change: Change
    doubt: Doubt
    before: frozenset[int] | None = None

    @property
    def address(self) -> Address:
        """The create's address."""
        return self.change.address

    @property
    def attributes(self) -> Attributes:
        """The attributes that it sends."""
        return self.doubt.sent

    @property
    def is_marked(self) -> bool:
        """Whether it was sent with a marker."""
        return bool(self.doubt.since and self.doubt.attempts and self.doubt.marker)


class Places:
    """The records of a course by their titles and by their orders."""

    def __init__(self, records: Sequence[Record], kind: Kind) -> None:
        self.records = records
        self._kind = kind
        self._titled: dict[str, list[Record]] = defaultdict(list)
        self._ordered: dict[object, list[Record]] = defaultdict(list)
        for record in records:
            self._titled[self._title(record.attributes)].append(record)
            self._ordered[record.attributes.get(kind.order_property)].append(record)

    def fitting(self, sought: Sought) -> list[Record]:
        """Return the records that have everything that a create sends."""
        placed, sent = self._placed(sought), sought.attributes
        return [record for record in placed if fits(sent, record.attributes, self._kind)]

    def alike(self, sought: Sought) -> list[Record]:
        """Return the records that could be it if the server rewrote what was sent.

        These have its title, in any spelling; or its place, and the start of its title or its
        contents.
        """
        title = self._title(sought.attributes)
        rewritten = [
            record
            for record in self._placed(sought)
            if title.startswith(self._title(record.attributes) or "\0")
            or has_contents(sought, record)
        ]
        titled = [each for each in self._titled.get(title, ()) if self._is_beside(sought, each)]
        return list({record.id: record for record in [*titled, *rewritten]}.values())

    def elsewhere(self, sought: Sought) -> list[Record]:
        """Return the marked records with this title and these contents under another parent.

        If a state is lost, and its outline moves a record, only the marker shows that it is ours.
        """
        kind = self._kind
        return [
            record
            for record in self._titled.get(self._title(sought.attributes), ())
            if is_marker(record.marker)
            and not self._is_beside(sought, record)
            and same(kind.contents_property, sought.attributes, record.attributes, kind)
        ]

    def _is_beside(self, sought: Sought, record: Record) -> bool:
        """Return whether a record is in the same item as the one that is looked for.

        If that item no longer exists, its records may be in none, or in the new one.
        """
        name = self._kind.parent_property
        has, sent = record.attributes.get(name), sought.attributes.get(name)
        wanted = (sought.change.after or {}).get(name)
        return has == sent or (sent != wanted and has in {None, wanted})

    def _placed(self, sought: Sought) -> Sequence[Record]:
        placed = self._ordered.get(sought.attributes.get(self._kind.order_property), ())
        return [record for record in placed if self._is_beside(sought, record)]

    def _title(self, attributes: Attributes) -> str:
        """Return a title without the differences that a server may add to its spelling."""
        written = self._kind.title_of(attributes)[:_LONGEST_WRITTEN]
        seen = "".join(c for c in unescaped(written) if category(c) != "Cf")
        # normalising a long run of combining marks takes the square of its length
        plain = normalize("NFKC", " ".join(seen.split())[: MAX_TITLE + 1])
        return folded(plain)


def has_contents(sought: Sought, record: Record) -> bool:
    """Return whether a record has the contents of a create, and not just none as well."""
    kind, sent = sought.change.kind, sought.attributes
    is_sent = bool(kind.contents_of(sent).strip())
    return is_sent and same(kind.contents_property, sent, record.attributes, kind)


def is_recent(sought: Sought, record: Record) -> bool:
    """Return whether a record appeared when a create was sent, or later."""
    if not sought.doubt.since:
        return False
    if sought.before is not None and record.id not in sought.before:
        return True
    sent, created = moment(sought.doubt.since), moment(record.created_on)
    return sent is None or created is None or created >= sent - SKEW
