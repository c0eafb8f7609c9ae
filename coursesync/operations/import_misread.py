"""Finds the records that the drafts of an import would not give back as they are on the site.

Owns the comparison of the next plan with the site. It must never change a draft.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from coursesync.kinds import kind_of
from coursesync.operations.import_records import MISREAD
from coursesync.planning.action import Action
from coursesync.state.journal import line
from coursesync.text import inert

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from coursesync.kinds.field import FieldValue, Ref
    from coursesync.operations.import_records import LiveCourse
    from coursesync.outlines.writer import Identity
    from coursesync.planning.change import Change
    from coursesync.state.journal import Look

_MOST_OF_A_VALUE = 60  # characters of a value that a message shows


def is_renumbered(change: Change) -> bool:
    """Return whether a change gives a record only another order."""
    return change.action is Action.UPDATE and _differing(change) == [change.kind.order_property]


def _differing(change: Change) -> list[str]:
    before, after = change.before or {}, change.after or {}
    names = sorted(before.keys() | after.keys())
    return [name for name in names if before.get(name) != after.get(name)]


def misread(
    changes: Iterable[Change], looks: Iterable[Look], live: Mapping[int, LiveCourse]
) -> Iterator[tuple[Identity, str]]:
    """Yield the records that are not read back as they are on the site, and why."""
    ids = {look.address: (kind_of(look.address), look.entry.id) for look in looks if look.entry}
    taken = frozenset(ids.values())
    for look in looks:
        try:
            line(look)
        except (ValueError, TypeError):  # no journal, and so no state, can hold it
            yield ids[look.address], "the state can't hold it"
    for change in changes:
        if (identity := ids.get(change.address)) is not None:
            yield identity, _misreading(change)
            continue
        if change.action is not Action.CREATE:
            if change.record_id is not None:
                yield (change.kind, change.record_id), _misreading(change)
            continue
        title = change.kind.title_of(change.after or {})
        for found in live[change.course_id].records:
            is_alike = change.kind.title_of(found.record.attributes) == title
            if found.kind is change.kind and found.identity not in taken and is_alike:
                what = f"the outline would create a second {change.kind.name} like it"
                yield found.identity, what


def _misreading(change: Change) -> str:
    """Return which value the outline would give a record, and which it has."""
    before, after = change.before or {}, change.after or {}
    named = [
        f"its {change.kind.field_of(name) or name} is {_short(before.get(name))} on the site, and "
        f"the outline would make it {_short(after.get(name))}"
        for name in _differing(change)
    ]
    return named[0] if named else MISREAD


def _short(value: FieldValue | Ref | None) -> str:
    return "not set" if value is None else f'"{inert(str(value), _MOST_OF_A_VALUE)}"'
