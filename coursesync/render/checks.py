"""The checks of `doctor`: their values, and how they are written for people and for programs.

Owns the words for how a check ended. It must never check anything.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from coursesync.errors import Command, Remedy
from coursesync.text import count, inert
from coursesync.text.wrapping import wrapped

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from coursesync.errors import Sentence
    from coursesync.render.differences import Paint
    from coursesync.render.row import Hint

_LONGEST = 1_000  # characters of a finding


class Level(StrEnum):
    """How a check ended: `note` is something to know, `wrong` something to put right."""

    OK = "ok"
    NOTE = "note"
    WRONG = "wrong"


_STYLES = {Level.OK: "green", Level.NOTE: "cyan", Level.WRONG: "red"}
_WIDTH = max(map(len, Level)) + 2


@dataclass(frozen=True, slots=True)
class Check:
    """One finding: what was checked, how it ended, what was found, and what to do about it."""

    area: str
    level: Level
    found: str
    remedy: Sentence = ""


def lines_of(check: Check, hint: Hint, paint: Paint) -> Iterator[str]:
    """Yield a check as lines of text: the finding, then the remedy below it."""
    level, hang = check.level.value, " " * _WIDTH
    first, *more = wrapped(f"{check.area}: {inert(check.found, _LONGEST)}", hang)
    yield f"{paint(_STYLES[check.level], level)}{first[len(level) :]}"
    yield from more
    yield from wrapped(Remedy(check.remedy).placed(hint), f"{hang}  ")


def summary_of(checks: Sequence[Check]) -> str:
    """Return how many checks found something wrong, or worth a note."""
    wrong, notes = (
        sum(each.level is level for each in checks) for level in (Level.WRONG, Level.NOTE)
    )
    noted = f", {count(notes, 'note')}" if notes else ""
    found = f"{count(wrong, 'problem')} found" if wrong else "No problem found"
    return f"{found}{noted}."


def values_of(check: Check, hint: Hint = Command.in_words) -> dict[str, object]:
    """Return a check by names, for JSON; `hint` returns the words of a command to type."""
    return {
        "area": check.area,
        "found": inert(check.found, _LONGEST),
        "level": check.level.value,
        "remedy": str(Remedy(check.remedy).placed(hint)),
    }
