"""What the review page shows of a record: its words before and after, and what changes in them.

All text in it is safe: it is escaped, or it is sanitised HTML.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from markupsafe import Markup, escape

from coursesync.kinds.field import Role
from coursesync.planning.action import Action
from coursesync.render.differences import ORDER
from coursesync.render.excerpt import Fold
from coursesync.render.review import track
from coursesync.render.review.labels import labels, of_effects
from coursesync.render.text_diff import Effort
from coursesync.render.timeline import when
from coursesync.render.waiting import named
from coursesync.text import as_shown, inert, without_unseen

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from coursesync.render.comment.effect import Effect
    from coursesync.render.excerpt import Difference, Shown
    from coursesync.render.review.contents import Allowance, Contents
    from coursesync.render.review.labels import Label
    from coursesync.render.row import Row
    from coursesync.render.timeline import Station, Way

    Place: TypeAlias = tuple[Station, Way]  # a record, and the course that it is in

_WORDS = 10_000  # pairs of words that are compared in a short value


class Fact(NamedTuple):
    """A field that changes, with both values in one text, and a remark."""

    field: str
    values: Markup
    remark: str


@dataclass(frozen=True, slots=True)
class Detail:
    """What is shown of a record.

    Attributes:
        title: the title, with what changes in it.
        when: when it opens and what members have to do, with what changes in it.
        labels: the words for its change; none if the plan does not change it.
        notes: what is said about its change.
        facts: the fields that change, without those that `title`, `when` and `contents` show.
        contents: what members read, if that changes.
        row: the row of its change.
        is_gone: whether it is no longer here afterwards.
        is_hidden: whether members don't see it.
        has_details: whether all fields and the source are shown as well.
    """

    title: Markup
    when: Markup
    labels: tuple[Label, ...] = ()
    notes: tuple[str, ...] = ()
    facts: tuple[Fact, ...] = ()
    contents: Contents | None = None
    row: Row | None = None
    is_gone: bool = False
    is_hidden: bool = False
    has_details: bool = False

    @property
    def style(self) -> str:
        """The name of its colours."""
        return self.labels[0].style if self.labels else ""


def plain(station: Station, way: Way, was: Place | None, effects: Sequence[Effect] = ()) -> Detail:
    """Return a record that the plan does not change; it may still have effects on members."""
    now = _when(station, way)
    return Detail(
        escape(inert(station.title)),
        escape(now) if was is None else _between(_when(*was), now),
        of_effects(effects),
        is_hidden=station.is_unseen,
    )


def ghost(station: Station, way: Way, note: str, label: Label) -> Detail:
    """Return a record as it was where it no longer is."""
    return Detail(
        escape(inert(station.title)),
        escape(_when(station, way)),
        (label,),
        (note,) if note else (),
        is_gone=True,
    )


def own_record(row: Row, allowance: Allowance) -> Detail:
    """Return a change of the course's own record, which has no place among the others."""
    return Detail(
        title=escape(row.title),
        when=escape(row.words),
        labels=labels(row),
        facts=tuple(_facts(row, None, None)),
        contents=allowance.contents(row.change),
        row=row,
        is_gone=row.change.action is Action.DELETE,
        has_details=row.change.before is not None and allowance.details(),
    )


def detail(
    row: Row,
    now: Place | None,
    was: Place | None,
    allowance: Allowance,
    effects: Sequence[Effect] = (),
) -> Detail:
    """Return a record that the plan changes; `now` is None if it is deleted, `was` if it is new."""
    place = now or was
    assert place is not None  # noqa: S101 - a row is shown at a station
    station, _ = place
    shown = Detail(
        title=escape(inert(station.title)),
        when=escape(_when(*place)),
        labels=labels(row, effects),
        notes=tuple(filter(None, _notes(row))),
        facts=tuple(_facts(row, was, now)),
        contents=allowance.contents(row.change),
        row=row,
        is_gone=now is None,
        is_hidden=station.is_unseen,
        has_details=row.change.before is not None and allowance.details(),
    )
    if now is None or was is None:
        return shown
    before, _ = was
    title = _between(inert(before.title), inert(station.title))
    return replace(shown, title=title, when=_between(_when(*was), _when(*now)))


def _between(before: str, after: str) -> Markup:
    if before == after:
        return escape(after)
    return Markup(track.tracked_words(before, after, Effort(_WORDS)))  # noqa: S704 - it escapes


def _when(station: Station, way: Way) -> str:
    opens = named(when(station, way), station, way)
    if station.covered and station.inside is not None:
        opens = f"hidden with “{inert(way[station.inside].title, 100)}”"
    said = "; ".join((opens, *station.remarks))
    return f"{said}; hidden from members" if station.is_hidden else said


def _notes(row: Row) -> Iterator[str]:
    change = row.change
    match change.action:
        case Action.DELETE:
            yield "what members completed in it is lost" if change.loses_completions else ""
        case Action.KEEP:
            why = f": {inert(change.reason)}" if change.reason else ""
            yield f"no longer in the outline; it stays on the site as it is{why}"
        case Action.UPDATE | Action.MOVE if change.from_course is not None:
            home = row.around.courses[change.from_course]
            yield f"moved here from the course “{inert(home.name, 100)}”"
        case Action.UPDATE | Action.MOVE if move := row.around.holders.move(change):
            yield move
        case _:
            yield row.remark
    yield from (inert(each.remark) for each in row.differences if each.moved)


def _facts(row: Row, was: Place | None, now: Place | None) -> Iterator[Fact]:
    """Yield the fields that nothing else shows."""
    kind = row.change.kind
    shown_elsewhere = {ORDER, *kind.names(Role.CONTENTS)}
    before, after = (_when(*place) if place else None for place in (was, now))
    if was and now:
        shown_elsewhere |= {*kind.names(Role.TITLE, Role.ACTIVE)}
    for each in row.differences:
        if each.note or not (each.field in shown_elsewhere or _is_within(each, before, after)):
            yield _fact(each)


def _is_within(difference: Difference, before: str | None, after: str | None) -> bool:
    """Return whether two texts contain both values of a difference, in our words."""
    was, now = difference.before, difference.after
    if difference.quoted or not (was and now and before and after):
        return False
    return was in before and now in after


def _fact(difference: Difference) -> Fact:
    before, after = difference.values
    values = escape(after) if difference.note else _between(before, after)
    return Fact(inert(difference.field), values, inert(difference.remark))


class SourceLine(NamedTuple):
    """A line of a difference: a style, the mark before it, its pieces, and a note."""

    style: str
    mark: str
    pieces: tuple[tuple[str, bool], ...]
    note: str = ""


def source_line(line: Shown) -> SourceLine:
    """Return a line of a difference as the page shows it."""
    if isinstance(line, Fold):
        return SourceLine("fold", " ", ((line.words, False),))
    style = {"+": "new", "-": "gone"}.get(line.mark.value, "same")
    # `excerpt` has cut each line; a piece keeps its blanks
    pieces = tuple((as_shown(without_unseen(text, " ")), changed) for text, changed in line.pieces)
    return SourceLine(style, line.mark.value, pieces, line.note)
