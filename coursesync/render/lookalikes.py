"""Explains how two texts that look the same differ: spaces, Unicode forms, invisible characters."""

from __future__ import annotations

import re
import unicodedata
from itertools import groupby, product
from typing import TYPE_CHECKING, Literal, NamedTuple

from coursesync.render.text_diff import common_start
from coursesync.text import MARKS, NEVER, as_shown, count, without_marks

if TYPE_CHECKING:
    from collections.abc import Iterator

_HIDDEN = re.compile(rf"[\s{NEVER}{MARKS}]*")
_LONGEST_WORD = 1_000  # composing a long run of combining marks takes the square of its length
_LONGEST_FORM = 8  # characters at one place that differ in Unicode form
_MOST_KINDS, _MOST_RUNS = 3, 4  # named in one message
_FARTHEST = 50_000  # characters after the first difference that are searched for more
_SIZES = sorted(product(range(1, _LONGEST_FORM + 1), repeat=2), key=sum)
_UNNAMED = "invisible characters"
_SHORT_NAMES = {
    "\r\n": "a Windows line end (CRLF)",
    "\n": "a line end (LF)",
    "\r": "a line end (CR)",
    "\t": "a tab (U+0009)",
    "\xa0": "a no-break space (U+00A0)",
}
_NAMED_AS_ONE = re.compile(r"\r\n|.", re.DOTALL)


class _Spot(NamedTuple):
    """A difference: the characters in both texts, and their position in the second."""

    was: str
    now: str
    at: int


def only_unseen(before: str, after: str) -> str:
    """Return how two texts that look the same differ; "" if they are equal, or look different."""
    if before == after or _seen(before) != _seen(after):
        return ""
    kinds: dict[str, list[_Spot]] = {}
    is_cut = False
    for spot in _spots(before, after):
        if spot.was or spot.now:
            kinds.setdefault(_described(spot), []).append(spot)
        else:
            is_cut = True
    named = []
    for what, (first, *more) in kinds.items():
        also = f" and at {count(len(more), 'more place')}" if more else ""
        named.append(f"{what} {_place(after, first)}{also}")
    rest = "; and there is more" if is_cut or len(named) > _MOST_KINDS else ""
    return f"differs only in: {'; '.join(named[:_MOST_KINDS]) or _UNNAMED}{rest}"


def _seen(text: str) -> str:
    """Return a text as a reader sees it, with all whitespace and all Unicode forms alike."""
    if text.isascii() and text.isprintable():
        return " ".join(text.split())
    words = map(as_shown, without_marks(" ".join(text.split())).split())
    return " ".join(word if len(word) > _LONGEST_WORD else _composed(word) for word in words)


def _composed(text: str) -> str:
    return unicodedata.normalize("NFC", text)


def _spots(before: str, after: str) -> Iterator[_Spot]:
    """Yield the differences of two texts that look the same.

    It ends with an empty spot if more differences follow.
    """
    i = j = common_start(before, after)
    end = j + _FARTHEST
    while (i < len(before) or j < len(after)) and j < end:
        if before[i : i + 1] == after[j : j + 1]:
            i, j = i + 1, j + 1
            continue
        was, now = _hidden(before, i), _hidden(after, j)
        if was or now:
            yield _without_common_end(was, now, j)
        elif form := _other_form(before, after, i, j):
            was, now = form
            yield _Spot(was, now, j)
        else:
            break
        i, j = i + len(was), j + len(now)
    if before[i:] != after[j:]:
        yield _Spot("", "", j)


def _hidden(text: str, at: int) -> str:
    found = _HIDDEN.match(text, at)
    return found[0] if found else ""


def _without_common_end(was: str, now: str, at: int) -> _Spot:
    end = common_start(was[::-1], now[::-1])
    if "\r\n" in {was[-end - 1 :][:2], now[-end - 1 :][:2]}:
        end -= 1  # keep a Windows line end whole
    return _Spot(was[: len(was) - end], now[: len(now) - end], at)


def _other_form(before: str, after: str, i: int, j: int) -> tuple[str, str] | None:
    """Return the fewest characters at two positions that differ only in Unicode form."""
    for was, now in _SIZES:
        one, other = before[i : i + was], after[j : j + now]
        if one != other and _composed(one) == _composed(other):
            return one, other
    return None


def _described(spot: _Spot) -> str:
    was, now, _ = spot
    if not _HIDDEN.fullmatch(was + now):
        forms = [_form(now), _form(was)]
        if not all(forms):
            forms = [_code_points(now), _code_points(was)]
        return f"the Unicode form of “{_composed(now)}” ({', not '.join(forms)})"
    if not now:
        return f"{_names(was)} missing"
    return f"{_names(now)}{f' in place of {_names(was)}' if was else ''}"


def _form(text: str) -> str:
    forms: tuple[Literal["NFC", "NFD"], ...] = ("NFC", "NFD")
    return next((form for form in forms if unicodedata.is_normalized(form, text)), "")


def _code_points(text: str) -> str:
    return " ".join(f"U+{ord(each):04X}" for each in text)


def _names(hidden: str) -> str:
    runs = [(one, len([*run])) for one, run in groupby(_NAMED_AS_ONE.findall(hidden))]
    named = [
        _name(one) if times == 1 else f"{times:,} times {_name(one)}"
        for one, times in runs[:_MOST_RUNS]
    ]
    return " and ".join([*named, *(["more"] if len(runs) > _MOST_RUNS else [])])


def _name(one: str) -> str:
    if one in _SHORT_NAMES:
        return _SHORT_NAMES[one]
    name = unicodedata.name(one, "control character").lower()
    return f"{'an' if name[0] in 'aeio' else 'a'} {name} (U+{ord(one):04X})"


def _place(text: str, spot: _Spot) -> str:
    line = text.count("\n", 0, spot.at) + 1
    column = spot.at - text.rfind("\n", 0, spot.at)
    lines = f"line {line:,}, " if "\n" in text.rstrip("\n") else ""
    end = ", the end" if spot.at + len(spot.now) == len(text) else ""
    return f"at {lines}character {column:,}{end}"
