"""The differences between the known and the wanted values, in the words of the outline's author.

DeepDiff finds the properties that differ. This module turns them into the outline's fields, with
values in words. It must never leave a difference out because both values read the same.
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
_EFFORT, _LINES = 200_000, 40  # pairs of lines or words that are compared; lines that are shown
_WHOLE_EFFORT, _WHOLE_LINES = 2_000_000, 4_000  # for all changes of a plan: at most about a second
_FEWEST_LINES = 6
_LONG_TITLE = 60
_ALIKE = "the difference is not shown here"
_LONG, _AROUND = 160, 40  # characters of a value, and before its first difference
_SHORT = 200  # characters of a value that DeepDiff compares; a longer one gets a digest


@dataclass(frozen=True, slots=True)
class Difference:
    """One field of a changed resource.

    `field` is its name in the outline, `properties` are the API's properties that differ. `before`
    and `after` are its values in words, or None; `quoted` says that they are an author's text.
    `remark` adds to the values; for a record that has `moved`, it says where. `lines` compares long
    texts. `note` explains the difference between two values that look the same.
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
        """Both values, short and safe to print.

        If the second looks like the first, it is replaced by, or followed by, an explanation.
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


def differences(change: Change, among: int = 1) -> tuple[Difference, ...]:
    """Return the fields that a change changes, in the outline's order, long texts last.

    A create or a delete has no differences. The comparisons of long texts of all changes share an
    effort; `among` is the number of these changes.
    """
    before, after = change.before, change.after
    if before is None or after is None:
        return ()
    by_field: dict[str, list[str]] = {}
    for name in sorted(_differing(before, after)):
        by_field.setdefault(_field(change.kind, name), []).append(name)
    found = [
        _difference(change, field, tuple(by_field[field]), among)
        for field in _in_order(change.kind, by_field)
    ]
    return (*_protection(change), *found)


def _differing(before: Attributes, after: Attributes) -> set[str]:
    if before == after and [*map(type, before.values())] == [type(after[name]) for name in before]:
        return set()
    from deepdiff import DeepDiff  # noqa: PLC0415 - slow to import; only for what has changed

    found = DeepDiff(_brief(before), _brief(after), view="tree", threshold_to_diff_deeper=0)
    return {str(item.path(output_format="list")[0]) for items in found.values() for item in items}


def _brief(attributes: Attributes) -> dict[str, FieldValue]:
    """Replace long texts by digests, because DeepDiff would compare their lines without a bound."""
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
    """Sort fields: the record's place, then the fields in the author's order, then long texts."""
    known = [COURSE, ORDER, *(field.name for field in kind.fields)]
    place = {field: i for i, field in enumerate(known)}
    long = _field(kind, kind.contents_property)
    return sorted(fields, key=lambda field: (field == long, place.get(field, len(known)), field))


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
        lines = () if note else _lines(one, other, among)
        return Difference(field, names, _size(old), _size(new), lines=lines, note=note)
    quoted = isinstance(old, str) or isinstance(new, str)
    found = Difference(field, names, _value(old), _value(new), quoted=quoted, note=note)
    if field != ORDER or change.place is None:
        return found
    return replace(found, remark=_placed(change.place), moved=change.place.moved)


def _spelled(names: Iterable[str], attributes: Attributes) -> str:
    """Return the API's names and values, for a difference that the author's words don't show."""
    return ", ".join(f"{name} {_value(attributes.get(name)) or '(none)'}" for name in names)


def _value(value: FieldValue | None) -> str | None:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return None if value is None else str(value)


def _lines(before: str, after: str, among: int) -> tuple[Shown, ...]:
    """Compare two texts with a share of the effort for all changes."""
    share = max(1, among)
    effort = min(_EFFORT, _WHOLE_EFFORT // share)
    most = min(_LINES, max(_FEWEST_LINES, _WHOLE_LINES // share))
    return shown(compare(before, after, Effort(effort)), Effort(effort), most)


def _size(text: FieldValue | None) -> str | None:
    if text is None:
        return None
    return count(len(str(text)), "character") if text else ""


def _placed(place: Place) -> str:
    """Return where a renumbered record is now."""
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
