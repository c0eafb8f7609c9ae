"""What differs between what was sent and what is wanted, in the words of the outline's author.

Pure. DeepDiff finds the properties that differ; here they become the outline's fields, with their
values as every rendering writes them. No difference is left out because its words are the same.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from hashlib import sha256
from typing import TYPE_CHECKING

from coursesync.render.lookalikes import only_unseen
from coursesync.render.matching import Effort, alike
from coursesync.render.text_diff import compare, shown
from coursesync.text import count, inert

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from coursesync.kinds.attributes import Attributes, FieldValue
    from coursesync.kinds.kind import Kind
    from coursesync.planning.ordering import Place
    from coursesync.planning.plan import Change
    from coursesync.render.text_diff import Shown

COURSE, ORDER, PROTECT = "course", "order", "protect"
_WHOLE_EFFORT, _WHOLE_LINES = 2_000_000, 4_000  # of all changes of a plan: a second or less
_FEWEST_LINES = 6
_LONG_TITLE = 60
_ALIKE = "differs only in what is not shown here"
_LONG, _AROUND = 160, 40  # characters of a value, and of what its two values begin with alike
_SHORT = 200  # characters of an attribute that DeepDiff sees as it is


@dataclass(frozen=True, slots=True)
class Difference:
    """One field of a changed resource.

    `field` is the outline's name for it, `properties` are those of the API's that differ. `before`
    and `after` are its values in words, None where there is none; `quoted` says that they are an
    author's own text. `remark` says what values alone don't, or where what has `moved` stands now;
    `lines` are those of a long text. `note` says in what two values differ that look the same.
    """

    field: str
    properties: tuple[str, ...]
    before: str | None
    after: str | None
    quoted: bool = False
    remark: str = ""
    moved: bool = False
    lines: tuple[Shown, ...] = ()
    note: str = ""

    @property
    def values(self) -> tuple[str, str]:
        """Both values in a few words, safe to print; no two look the same.

        In place of a second that looks like the first, there are the words for what differs.
        """
        before, after = self.before, self.after
        if before and after:
            is_long = max(len(before), len(after)) > _LONG
            start = max(0, alike(before, after) - _AROUND) if is_long else 0
            before, after = _excerpt(before, start), _excerpt(after, start)
        was, now = (_worded(value, quoted=self.quoted) for value in (before, after))
        return was, self.note or (f"{now} ({_ALIKE})" if was == now else now)


def _excerpt(text: str, start: int) -> str:
    cut = text[start : start + _LONG]
    return f"{'…' if start else ''}{cut}{'…' if start + _LONG < len(text) else ''}"


def _worded(value: str | None, *, quoted: bool) -> str:
    if value is None:
        return "(none)"
    if not value:
        return "(empty)"
    return f'"{inert(value)}"' if quoted else inert(value)


@dataclass(frozen=True, slots=True)
class Bounds:
    """What the long texts of one change may take.

    `effort`: the pairs of lines, and of words, that are compared; `lines`: those that are shown.
    """

    effort: int = 200_000
    lines: int = 40


def bounds_among(compared: int) -> Bounds:
    """Return what each of so many changes may take, so that all of them are told in good time."""
    most, share = Bounds(), max(1, compared)
    lines = max(_FEWEST_LINES, _WHOLE_LINES // share)
    return Bounds(min(most.effort, _WHOLE_EFFORT // share), min(most.lines, lines))


def differences(change: Change, bounds: Bounds | None = None) -> tuple[Difference, ...]:
    """Compare what a change finds with what it leaves.

    Args:
        change: a change; one that creates or deletes has no differences.
        bounds: what its long texts may take.

    Returns:
        The fields that differ, in the outline's order, long texts last.
    """
    if change.before is None or change.after is None:
        return ()
    found = between(change.kind, change.before, change.after, bounds)
    if change.place is None:
        return (*_protection(change), *found)
    placed, moved = _placed(change.place), change.place.moved
    told = (
        replace(each, remark=placed, moved=moved) if each.field == ORDER else each for each in found
    )
    return (*_protection(change), *told)


def between(
    kind: Kind, before: Attributes, after: Attributes, bounds: Bounds | None = None
) -> tuple[Difference, ...]:
    """Compare the attributes of a record with others, as `differences` does."""
    by_field: dict[str, list[str]] = {}
    for name in sorted(_differing(before, after)):
        by_field.setdefault(_field(kind, name), []).append(name)
    return tuple(
        _difference(kind, field, tuple(by_field[field]), (before, after), bounds or Bounds())
        for field in _in_order(kind, by_field)
    )


def _differing(before: Attributes, after: Attributes) -> set[str]:
    if before == after and [*map(type, before.values())] == [type(after[name]) for name in before]:
        return set()
    from deepdiff import DeepDiff  # noqa: PLC0415 - slow to import; only for what has changed

    compared = DeepDiff(
        _brief(before), _brief(after), view="tree", threshold_to_diff_deeper=0
    ).values()
    return {str(item.path(output_format="list")[0]) for items in compared for item in items}


def _brief(attributes: Attributes) -> dict[str, FieldValue]:
    """Put a digest in place of a long text: DeepDiff would compare its lines, without a bound."""
    return {
        name: sha256(value.encode("utf-8", "surrogatepass")).hexdigest()
        if isinstance(value, str) and (len(value) > _SHORT or "\n" in value)
        else value
        for name, value in attributes.items()
    }


def _field(kind: Kind, name: str) -> str:
    own = {kind.parent_property: COURSE, kind.order_property: ORDER}
    return own.get(name) or kind.field_of(name)


def _in_order(kind: Kind, fields: Iterable[str]) -> list[str]:
    """Sort fields as an author writes them, after the record's place; long texts come last."""
    known = [COURSE, ORDER, *(field.name for field in kind.fields)]
    place = {field: i for i, field in enumerate(known)}
    long = _field(kind, kind.contents_property)
    return sorted(fields, key=lambda field: (field == long, place.get(field, len(known)), field))


def _difference(
    kind: Kind,
    field: str,
    names: tuple[str, ...],
    sides: tuple[Attributes, Attributes],
    bounds: Bounds,
) -> Difference:
    before, after = sides
    words = next((each.words for each in kind.fields if each.name == field), None)
    if words is not None:
        was, now = words(before, after)
        if was != now:
            return Difference(field, names, was, now)
    if words is not None or len(names) > 1:
        return Difference(field, names, _spelled(names, before), _spelled(names, after))
    old, new = before.get(names[0]), after.get(names[0])
    if names[0] == kind.contents_property:
        return _text(field, names, (old, new), bounds)
    quoted = isinstance(old, str) or isinstance(new, str)
    was, now = _value(old), _value(new)
    return Difference(field, names, was, now, quoted, note=only_unseen(was or "", now or ""))


def _spelled(names: Iterable[str], attributes: Attributes) -> str:
    """Name the API's properties: for what no words of an author's tell apart."""
    return ", ".join(f"{name} {_value(attributes.get(name)) or '(none)'}" for name in names)


def _value(value: FieldValue | None) -> str | None:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return None if value is None else str(value)


def _text(
    field: str,
    names: tuple[str, ...],
    texts: tuple[FieldValue | None, FieldValue | None],
    bounds: Bounds,
) -> Difference:
    before, after = ("" if text is None else str(text) for text in texts)
    if note := only_unseen(before, after):
        return Difference(field, names, _size(texts[0]), _size(texts[1]), note=note)
    lines = shown(
        compare(before, after, Effort(bounds.effort)), Effort(bounds.effort), bounds.lines
    )
    return Difference(field, names, _size(texts[0]), _size(texts[1]), lines=lines)


def _size(text: FieldValue | None) -> str | None:
    if text is None:
        return None
    return count(len(str(text)), "character") if text else ""


def _placed(place: Place) -> str:
    """Say where a renumbered record stands."""
    if not place.moved:
        return "keeps its place"
    follows, precedes = (
        title and f"“{inert(title, _LONG_TITLE)}”" for title in (place.follows, place.precedes)
    )
    if follows and precedes:
        return f"moved between {follows} and {precedes}"
    if precedes:
        return f"moved to the start, before {precedes}"
    return f"moved to the end, after {follows}" if follows else ""


def _protection(change: Change) -> Iterator[Difference]:
    if change.protected is not None:
        words = {True: "protected from deletion", False: "not protected"}
        yield Difference(PROTECT, (), words[not change.protected], words[change.protected])
