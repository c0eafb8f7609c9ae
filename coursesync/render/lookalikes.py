"""In what two texts differ that look the same: blanks, Unicode forms, what can't be seen."""

from __future__ import annotations

import re
import unicodedata
from itertools import groupby, product
from typing import TYPE_CHECKING, Final, NamedTuple

from coursesync.render.matching import alike
from coursesync.text import MARKS, NEVER, as_shown, count, without_marks

if TYPE_CHECKING:
    from collections.abc import Iterator

_HIDDEN = re.compile(rf"[\s{NEVER}{MARKS}]*")
_LONGEST_WORD = 1_000  # to compose a long run of combining marks takes the square of its length
_LONGEST_FORM = 8  # characters that are written in another form at one place
_MOST_KINDS, _MOST_RUNS = 3, 4  # that are named
_FARTHEST = 50_000  # characters behind the first difference, where more of them are looked for
_SIZES = sorted(product(range(1, _LONGEST_FORM + 1), repeat=2), key=sum)
_UNNAMED = "what can't be seen"
_FORMS: Final = ("NFC", "NFD")
_SHORT_NAMES = {
    "\r\n": "a Windows line end (CRLF)",
    "\n": "a line end (LF)",
    "\r": "a line end (CR)",
    "\t": "a tab (U+0009)",
    "\xa0": "a no-break space (U+00A0)",
}
_NAMED_AS_ONE = re.compile(r"\r\n|.", re.DOTALL)


class _Spot(NamedTuple):
    """Where two texts differ: what stands there in each, and where that is in the second."""

    was: str
    now: str
    at: int


def only_unseen(before: str, after: str) -> str:
    """Say in what two texts differ that look the same; "" where they are the same, or don't."""
    if before == after or _seen(before) != _seen(after):
        return ""
    kinds: dict[str, list[_Spot]] = {}
    is_cut = False
    for spot in _spots(before, after):
        if spot.was or spot.now:
            kinds.setdefault(_told(spot), []).append(spot)
        else:
            is_cut = True
    told = [
        f"{what} {_place(after, first)}{_also(len(more))}" for what, (first, *more) in kinds.items()
    ]
    rest = "; and there is more" if is_cut or len(told) > _MOST_KINDS else ""
    return f"differs only in: {'; '.join(told[:_MOST_KINDS]) or _UNNAMED}{rest}"


def _also(more: int) -> str:
    return f" and at {count(more, 'more place')}" if more else ""


def _seen(text: str) -> str:
    """Return what an eye sees of a text: all blanks are alike, and so are all Unicode forms."""
    if text.isascii() and text.isprintable():
        return " ".join(text.split())
    words = without_marks(" ".join(text.split())).split()
    return " ".join(filter(None, map(_seen_word, words)))


def _seen_word(word: str) -> str:
    word = as_shown(word)
    if word.isascii() or len(word) > _LONGEST_WORD:
        return word
    return unicodedata.normalize("NFC", word)


def _spots(before: str, after: str) -> Iterator[_Spot]:
    """Go through two texts that look the same, side by side; the last is empty if there is more."""
    i = j = alike(before, after)
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
    end = alike(was[::-1], now[::-1])
    if "\r\n" in {was[-end - 1 :][:2], now[-end - 1 :][:2]}:
        end -= 1  # a Windows line end is one
    return _Spot(was[: len(was) - end], now[: len(now) - end], at)


def _other_form(before: str, after: str, i: int, j: int) -> tuple[str, str] | None:
    """Return the fewest characters from two places on that are the same in another form."""
    for was, now in _SIZES:
        one, other = before[i : i + was], after[j : j + now]
        if one != other and all(
            unicodedata.normalize(form, one) == unicodedata.normalize(form, other)
            for form in _FORMS
        ):
            return one, other
    return None


def _told(spot: _Spot) -> str:
    """Say what is at a spot in the second text, and what was there in the first."""
    was, now, _ = spot
    if not _is_hidden(was + now):
        sign = unicodedata.normalize("NFC", now)
        forms = [_form(now), _form(was)]
        if not all(forms):
            forms = [_code_points(now), _code_points(was)]
        return f"the Unicode form of “{sign}” ({', not '.join(forms)})"
    if not now:
        return f"{_names(was)} less"
    return f"{_names(now)}{f' in place of {_names(was)}' if was else ''}"


def _is_hidden(text: str) -> bool:
    return _HIDDEN.fullmatch(text) is not None


def _form(text: str) -> str:
    found = [form for form in _FORMS if unicodedata.is_normalized(form, text)]
    return found[0] if found else ""


def _code_points(text: str) -> str:
    return " ".join(f"U+{ord(each):04X}" for each in text)


def _names(hidden: str) -> str:
    """Name characters that can't be seen, the first few."""
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
