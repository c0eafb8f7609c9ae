"""The differences between the known and the wanted values, in the words of the outline's author.

DeepDiff finds the properties that differ. This module turns them into the outline's fields, with
values in words, and writes a difference as lines of text. It must never leave a difference out
because both values read the same.
"""

from __future__ import annotations

import re
from dataclasses import replace
from hashlib import sha256
from typing import TYPE_CHECKING, TypeAlias

from coursesync.kinds.field import Ref
from coursesync.render.excerpt import Difference, Fold, Mark, joined, shown
from coursesync.render.holders import Holders, holder_of
from coursesync.render.lookalikes import only_unseen
from coursesync.render.text_diff import Effort, Piece, compare
from coursesync.text import as_shown, count, inert, unseen
from coursesync.text.cells import columns, starts
from coursesync.text.wrapping import wrapped

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from coursesync.kinds.field import FieldValue, Planned
    from coursesync.kinds.kind import Kind
    from coursesync.planning.change import Change
    from coursesync.planning.ordering import Place
    from coursesync.render.excerpt import Shown

    Paint: TypeAlias = Callable[[str, str], str]

COURSE, ORDER, PROTECT = "course", "order", "protect"
_EFFORT, _LINES = 200_000, 40  # pairs of lines or words that are compared; lines that are shown
_WHOLE_EFFORT, _WHOLE_LINES = 2_000_000, 4_000  # for all changes of a plan: at most about a second
_FEWEST_LINES = 6
_LONG_TITLE = 60
_SHORT = 200  # characters of a value that DeepDiff compares; a longer one gets a digest
_STEP = 2  # columns of indent
_STYLES = {Mark.GONE: "red", Mark.NEW: "green", Mark.SAME: ""}


def differences(
    change: Change, among: int = 1, holders: Holders | None = None
) -> tuple[Difference, ...]:
    """Return the fields that a change changes, in the outline's order, long texts last.

    A create or a delete has no differences. The comparisons of long texts of all changes share an
    effort; `among` is the number of these changes. `holders` name what the record may be in.
    """
    before: Planned | None = change.before
    after = change.after
    if before is None and after is not None and change.kind.is_course:
        before = _unwritten(change.kind, after)
    if before is None or after is None:
        return ()
    by_field: dict[str, list[str]] = {}
    for name in sorted(_differing(before, after)):
        if change.kind.is_course and name == change.kind.course_property:
            continue  # its own Id
        if change.kind.types.get(name) is str and not (before.get(name) or after.get(name)):
            continue  # no text and an empty one are the same
        by_field.setdefault(_field(change.kind, name), []).append(name)
    found = [
        _held_by(change, field, holders or Holders())
        if by_field[field] == [change.kind.parent_property]
        else _difference(change, field, tuple(by_field[field]), among)
        for field in _in_order(change.kind, by_field)
    ]
    if change.kind.is_course and change.before is not None:
        found = [replace(e, unread=before.keys().isdisjoint(e.properties)) for e in found]
    if change.protected is not None:
        words = {True: "protected from deletion", False: "not protected"}
        was, now = words[not change.protected], words[change.protected]
        found.insert(0, Difference(PROTECT, (), was, now))
    return tuple(found)


def _unwritten(kind: Kind, after: Planned) -> Planned:
    """Return what is not worth showing of a new course: its title, and what every one has."""
    same = {name: value for name, value in kind.at_creation.items() if after.get(name) == value}
    return {**same, kind.title_property: after[kind.title_property]}


def _differing(before: Planned, after: Planned) -> set[str]:
    if before == after and [*map(type, before.values())] == [type(after[name]) for name in before]:
        return set()
    from deepdiff import DeepDiff  # noqa: PLC0415 - slow to import; only for what has changed

    found = DeepDiff(_brief(before), _brief(after), view="tree", threshold_to_diff_deeper=0)
    return {str(item.path(output_format="list")[0]) for items in found.values() for item in items}


def _brief(attributes: Planned) -> dict[str, FieldValue | Ref]:
    """Replace long texts by digests, because DeepDiff would compare their lines without a bound."""
    return {
        name: sha256(value.encode("utf-8", "surrogatepass")).hexdigest()
        if isinstance(value, str) and (len(value) > _SHORT or "\n" in value)
        else value
        for name, value in attributes.items()
    }


def _field(kind: Kind, name: str) -> str:
    own = {kind.course_property: COURSE, kind.order_property: ORDER}
    if kind.within is not None:
        own[kind.parent_property] = kind.within.name
    return own.get(name) or kind.field_of(name)


def _in_order(kind: Kind, fields: Iterable[str]) -> list[str]:
    """Sort fields: the record's place, then the fields in the author's order, then long texts."""
    known = [
        COURSE,
        _field(kind, kind.parent_property),
        ORDER,
        *(field.name for field in kind.fields),
    ]
    place = {field: i for i, field in enumerate(known)}
    long = _field(kind, kind.contents_property)
    return sorted(fields, key=lambda field: (field == long, place.get(field, len(known)), field))


def _held_by(change: Change, field: str, holders: Holders) -> Difference:
    was, now = (holders.name(change.kind, each) for each in holder_of(change))
    return Difference(field, (change.kind.parent_property,), was, now)


def _difference(change: Change, field: str, names: tuple[str, ...], among: int) -> Difference:
    kind, before, after = change.kind, change.before or {}, change.after or {}
    words = next((each.words for each in kind.fields if each.name == field), None)
    if words is not None:
        was, now = words(before, after)
        if was != now:
            return Difference(field, names, was, now)
    if words is not None or len(names) > 1:
        return Difference(field, names, _spelled(names, before), _spelled(names, after))
    old, new = before.get(names[0]), after.get(names[0])
    one, other = ("" if value is None else str(value) for value in (old, new))
    note = only_unseen(one, other)
    if names[0] == kind.contents_property:
        lines = () if note else compared_lines(one, other, among)
        return Difference(field, names, _size(old), _size(new), lines=lines, note=note)
    quoted = isinstance(old, str) or isinstance(new, str)
    found = Difference(field, names, _value(old), _value(new), quoted=quoted, note=note)
    if field != ORDER or change.place is None:
        return found
    remark = _placed(change.place)
    return replace(found, remark=remark, moved=change.place.moved and bool(remark))


def _spelled(names: Iterable[str], attributes: Planned) -> str:
    """Return the API's names and values, for a difference that the author's words don't show."""
    return ", ".join(f"{name} {_value(attributes.get(name)) or '(none)'}" for name in names)


def _value(value: FieldValue | Ref | None) -> str | None:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return None if value is None else value.ref if isinstance(value, Ref) else str(value)


def compared_lines(before: str, after: str, among: int) -> tuple[Shown, ...]:
    """Compare two texts, with a share of the effort for all changes of a plan."""
    share = max(1, among)
    effort = min(_EFFORT, _WHOLE_EFFORT // share)
    most = min(_LINES, max(_FEWEST_LINES, _WHOLE_LINES // share))
    return shown(compare(before, after, Effort(effort)), Effort(effort), most)


def _size(text: FieldValue | Ref | None) -> str | None:
    if text is None:
        return None
    return count(len(str(text)), "character") if text else ""


def _placed(place: Place) -> str:
    """Return where a renumbered record is now; "" if it came to where no other is."""
    if not place.moved:
        return "keeps its place"
    follows, precedes = (
        title and f"“{inert(title, _LONG_TITLE)}”" for title in (place.follows, place.precedes)
    )
    if follows and precedes:
        return f"moved between {follows} and {precedes}"
    if precedes:
        return f"moved to the start, before {precedes}"
    return f"moved to the end, after {follows}" if follows else "the only one in its list"


def detail(difference: Difference, margin: int, width: int, paint: Paint) -> Iterator[str]:
    """Write a difference behind `margin` empty columns, in at most `width` columns.

    `paint` takes a style and a text, and returns the styled text.
    """
    edge = " " * margin
    if difference.lines:
        yield f"{edge}{inert(difference.field)}:"
        for line in difference.lines:
            yield from _line(line, margin + _STEP, width, paint)
        return
    head, rest = _sentence(difference)
    if margin + columns(f"{head} {rest}") <= width:
        yield f"{edge}{head} {rest}".rstrip()
        return
    yield from wrapped(head, edge, width, " " * _STEP)
    yield from wrapped(rest, f"{edge}{' ' * _STEP}", width)


def _sentence(difference: Difference) -> tuple[str, str]:
    """Return a difference in two parts, for one line or for two."""
    before, after = difference.values
    field, remark = inert(difference.field), inert(difference.remark)
    if difference.moved:
        return f"{field}: {remark}", f"({before} -> {after})"
    if remark:
        return f"{field}: renumbered {before} -> {after}", f"({remark})"
    return f"{field}: {before}", f"-> {after}"


def _line(line: Shown, margin: int, width: int, paint: Paint) -> Iterator[str]:
    """Write a line of a text, its mark before each row that it takes."""
    edge = " " * margin
    if isinstance(line, Fold):
        yield f"{edge}  {line.words}"
        return
    style, mark = _STYLES[line.mark], line.mark.value
    noted = (Piece(f" ({line.note})", changed=False),) if line.note else ()
    for i, row in enumerate(_rows((*line.pieces, *noted), width - margin - 2 * _STEP) or [()]):
        start = f"{mark} {' ' * _STEP if i else ''}"
        painted = [paint(style, text) if changed else text for text, changed in row]
        yield f"{edge}{paint(style, start) if style else start}{''.join(painted)}".rstrip()


def _rows(pieces: Sequence[Piece], width: int) -> list[list[Piece]]:
    """Break a line into rows that are safe to print: at spaces, or anywhere in a long word.

    Several spaces become one. `width` is the columns of a row.
    """
    line = _clean(pieces)
    fit = re.compile(
        rf"\S(?:.{{0,{max(0, width - 3)}}}\S)?(?!\S)|\S{{1,{width - 1}}}"
    )  # one column less: `_row` may add a space
    text = "".join(character for character, _ in line)
    places = starts(text)
    # a character that takes two columns is there twice
    found = fit.finditer("".join(text[place] for place in places[:-1]))
    return [_row(line[places[each.start()] : places[each.end()]]) for each in found]


def _clean(pieces: Sequence[Piece]) -> list[Piece]:
    """Return the characters of a line that can be shown, each as a piece."""
    kept: list[Piece] = []
    dropped = {found.start() for found in unseen("".join(piece.text for piece in pieces))}
    characters = (Piece(each, piece.changed) for piece in pieces for each in piece.text)
    for place, (character, changed) in enumerate(characters):
        before = "".join(piece.text for piece in kept[-2:])
        is_blank = character.isspace()
        if place in dropped or (is_blank and before.endswith(" ")):
            continue
        written = " " if is_blank else as_shown(character)
        if character == "[" and before == "##":  # a command to a CI's log
            written = " ["
        kept += (Piece(each, changed) for each in written)
    return kept


def _row(line: Sequence[Piece]) -> list[Piece]:
    """Join the characters of a row; a `::` at its start, a command to a CI's log, gets a space."""
    first, *rest = joined(line)
    if "".join(character for character, _ in line[:2]) == "::":
        first = first._replace(text=f": {first.text[1:]}")
    return [first, *rest]
