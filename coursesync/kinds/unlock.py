"""When a member gets into a record: an outline's `unlock`, and the API's two properties for it.

The numbers: https://developers.nexudus.com/rest-api/content/create-coursesection
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, cast

from coursesync.kinds.field import Field, Role

if TYPE_CHECKING:
    from coursesync.kinds.field import Attributes, Planned
    from coursesync.kinds.tree import Value

_TYPE, _DAYS = "UnlockType", "UnlockAfterDays"
_IMMEDIATE, _SEQUENTIAL, _TIMED = 1, 2, 3
IMMEDIATE, SEQUENTIAL, AFTER_DAYS = "immediate", "sequential", "after_days"  # in an outline


@dataclass(frozen=True, slots=True)
class Opening:
    """When a member gets into a record.

    `days`: days after enrolment, None if not timed. `in_sequence`: once the record before it is
    done.
    """

    days: int | None = None
    in_sequence: bool = False


_AT_ONCE, _IN_SEQUENCE = Opening(), Opening(in_sequence=True)
_IN_TURN = "after {}the {} before it"
_after = lru_cache(maxsize=1_000)(Opening)  # few numbers of days occur, each many times


def opening(attributes: Planned) -> Opening:
    """Return when a record opens; by the API's page, days count only if it is timed."""
    unlock = attributes.get(_TYPE)
    if unlock == _TIMED:
        return _after(int(cast("int", attributes.get(_DAYS, 0))))
    return _IN_SEQUENCE if unlock == _SEQUENTIAL else _AT_ONCE


def described(attributes: Planned, noun: str) -> str:
    """Return in a member's words when a record opens; `noun` is the word for its kind."""
    return _described(attributes.get(_TYPE), attributes.get(_DAYS, 0), noun)


def in_turn(noun: str, title: str = "") -> str:
    """Return when a record in sequence opens; `title` is that of the record before it."""
    return _IN_TURN.format(f"{title}, " if title else "", noun)


def naming(words: str, noun: str, title: str) -> str:
    """Return the words for when a record opens, with the title of the record before it."""
    return words.replace(in_turn(noun), in_turn(noun, title))


@lru_cache(maxsize=1_000, typed=True)
def _described(unlock: object, days: object, noun: str) -> str:
    if unlock == _SEQUENTIAL:
        return f"unlocks {in_turn(noun)}"
    if unlock == _TIMED:
        return f"unlocks {days} {'day' if days == 1 else 'days'} after enrolment"
    return "open from the start"


def unlock_of(noun: str) -> Field:
    """Make the row of `unlock` for a kind; `noun` is the word for one of its records."""
    return Field(
        "unlock",
        {_DAYS: int, _TYPE: int},
        _encode,
        _decode,
        IMMEDIATE,
        Role.UNLOCK,
        words=lambda before, after: (described(before, noun), described(after, noun)),
        idle=_idle,
    )


def _encode(value: Value) -> Attributes:
    if isinstance(value, dict):
        return {_DAYS: cast("int", value[AFTER_DAYS]), _TYPE: _TIMED}
    return {_DAYS: 0, _TYPE: _SEQUENTIAL if value == SEQUENTIAL else _IMMEDIATE}


def _decode(attributes: Attributes) -> Value:
    unlock = attributes.get(_TYPE)
    if unlock == _TIMED:
        return {AFTER_DAYS: attributes.get(_DAYS, 0)}
    return SEQUENTIAL if unlock == _SEQUENTIAL else IMMEDIATE


def _idle(attributes: Planned) -> frozenset[str]:
    return frozenset() if attributes.get(_TYPE) == _TIMED else frozenset({_DAYS})
