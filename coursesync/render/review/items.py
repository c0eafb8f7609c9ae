"""A course of the review page: its records in the members' order, each with what changes.

Owns where a record is shown that is gone, or is elsewhere afterwards: where it was. What the page
shows of a change is in `shown`.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

from coursesync.render.comment import seen
from coursesync.render.comment.losing import identity
from coursesync.render.review.labels import LEAVES, WAS_HERE, is_elsewhere
from coursesync.render.review.shown import Detail, detail, ghost, own_record, plain
from coursesync.render.timeline import ways
from coursesync.text import count, inert

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterator, Sequence

    from coursesync.errors import Sentence
    from coursesync.render.review.contents import Allowance
    from coursesync.render.review.labels import Label
    from coursesync.render.row import Row
    from coursesync.render.rows import CourseView
    from coursesync.render.timeline import Station, Way

    # a record, and where it is: in a parent, or below a heading of its course
    Key: TypeAlias = Hashable


@dataclass(slots=True)
class Item:
    """A record where members see it, or saw it; what is in it is in `inside`.

    `is_change` says whether it counts as a change: not where it was before it moved.
    """

    shown: Detail
    is_change: bool = False
    inside: list[Item] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Card:
    """A course: groups of items, each with the heading above them, or "".

    `seen` is what members see differently; `changes` is the number of records that are marked, and
    `labels` counts these by what changes, in words.
    """

    view: CourseView
    seen: tuple[seen.Item, ...]
    groups: tuple[tuple[str, list[Item]], ...]
    changes: int
    labels: Counter[Label]
    questions: tuple[Sentence, ...]

    @property
    def counts(self) -> str:
        """What changes, in numbers: `1 new, 2 changed, 1 question`."""
        found = [label.counted(number) for label, number in self.labels.items()]
        asked = len(self.questions)
        return ", ".join([*found, *([count(asked, "question")] if asked else [])])


def card(view: CourseView, allowance: Allowance) -> Card:
    """Return a course of a plan; its contents spend `allowance`."""
    found = seen.items_of(view)
    merged = _Merged(view, ways(view.course, view.changes), found, allowance)
    groups = tuple(merged.groups())
    return Card(
        view,
        found,
        groups=groups,
        changes=merged.changes,
        labels=merged.labels,
        questions=tuple(
            each for each in (*(row.question for row in view.rows), view.renamed) if each
        ),
    )


class _Merged:
    """Merges a course before and after into one list for each parent."""

    def __init__(
        self,
        view: CourseView,
        both: tuple[Way, Way],
        found: Sequence[seen.Item],
        allowance: Allowance,
    ) -> None:
        (self._before, self._after), self._allowance = both, allowance
        self._effects = {identity(each.after or each.before): each.effects for each in found}
        self._rows = {id(row.change): row for row in view.rows}
        self._leaving = {id(row.change): row for row in view.departures}
        self._was = {identity(each): n for n, each in enumerate(self._before)}
        self.labels: Counter[Label] = Counter()
        self.changes = 0
        # by parent: the items after the plan; and those that are gone, by the item before them
        self._lists: dict[Key, list[tuple[Key, Item]]] = defaultdict(list)
        self._gone: dict[tuple[Key, Key | None], list[tuple[Key, Item]]] = defaultdict(list)

    def groups(self) -> Iterator[tuple[str, list[Item]]]:
        """Yield the headings, each with the items below it; first the course's own record."""
        own = [row for row in self._rows.values() if row.change.kind.is_course]
        if own:
            yield "", [self._counted(own_record(row, self._allowance)) for row in own]
        places = {identity(each): self._holder(each, self._after) for each in self._after}
        for each in self._after:
            self._lists[self._holder(each, self._after)].append((identity(each), self._item(each)))
        previous: dict[Key, Key | None] = {}
        for each in self._before:
            key, holder = identity(each), self._holder(each, self._before)
            if places.get(key) == holder and not self._is_elsewhere(each):
                previous[holder] = key
                continue
            mark = ("was", key) if key in places else key
            self._gone[holder, previous.get(holder)].append(
                (mark, self._ghost(each, key in places))
            )
        headings = dict.fromkeys(each.heading for each in (*self._after, *self._before))
        for heading in headings:
            if items := self._under(("", heading)):
                yield inert(heading), items

    def _under(self, holder: Key) -> list[Item]:
        """Return the items of a parent, with all that is in them."""
        listed = [*self._gone[holder, None]]
        for key, item in self._lists[holder]:
            listed += [(key, item), *self._gone[holder, key]]
        for key, item in listed:
            item.inside = self._under(key)
        return [item for _, item in listed]

    def _holder(self, station: Station, way: Way) -> Key:
        inside = station.inside
        return ("", station.heading) if inside is None else identity(way[inside])

    def _row(self, station: Station) -> Row | None:
        return self._rows.get(id(station.change))

    def _is_elsewhere(self, station: Station) -> bool:
        row = self._row(station)
        return row is not None and is_elsewhere(row)

    def _item(self, station: Station) -> Item:
        number = self._was.get(identity(station))
        was = None if number is None else (self._before[number], self._before)
        row, effects = self._row(station), self._effects.get(identity(station), ())
        if row is None:
            return self._counted(plain(station, self._after, was, effects))
        return self._counted(detail(row, (station, self._after), was, self._allowance, effects))

    def _ghost(self, station: Station, is_elsewhere: bool) -> Item:  # noqa: FBT001
        if (leaving := self._leaving.get(id(station.change))) is not None:
            return self._counted(ghost(station, self._before, leaving.remark, LEAVES))
        row = self._row(station)
        assert row is not None  # noqa: S101 - what has no change stays where it is
        if is_elsewhere:
            return Item(ghost(station, self._before, _moved(row), WAS_HERE))
        return self._counted(detail(row, None, (station, self._before), self._allowance))

    def _counted(self, shown: Detail) -> Item:
        self.labels.update(shown.labels)
        self.changes += bool(shown.labels)
        return Item(shown, is_change=bool(shown.labels))


def _moved(row: Row) -> str:
    """Return where a record is afterwards."""
    remarks: Sequence[str] = [each.remark for each in row.differences if each.moved]
    return row.around.holders.move(row.change) or "; ".join(map(inert, remarks))
