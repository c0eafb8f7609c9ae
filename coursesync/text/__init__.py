"""How numbers, times and text from elsewhere are written and read, and which text is invisible.

Owns the decision which invisible characters writing systems need, and which are a mistake.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import UTC, datetime
from html import unescape
from itertools import islice
from typing import TYPE_CHECKING

from coursesync.errors import Code, Diagnostic, Remedy, Where
from coursesync.text.cells import cut

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from coursesync.errors import Typed

_COMMIT = re.compile("[0-9a-f]{40}(?:[0-9a-f]{24})?")
# characters that are invisible or change how the text around them looks: C0 and C1 controls except
# tab and line ends, line and paragraph separators, bidi controls (Trojan Source, CVE-2021-42574),
# tags, non-characters, fillers, and the other characters of Default_Ignorable_Code_Point
# (https://www.unicode.org/Public/UCD/latest/ucd/) except the marks below
NEVER = (
    "\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u034f\u115f\u1160\u17b4\u17b5\u180e\u200b\u2028-\u202e"
    "\u2060-\u206f\u2800\u3164\ufeff\uffa0\ufff0-\ufffb\ud800-\udfff\ufdd0-\ufdef"
    "\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e00ff\U000e01f0-\U000e0fff"
) + "".join(f"{chr(plane + 0xFFFE)}{chr(plane + 0xFFFF)}" for plane in range(0, 0x110000, 0x10000))
# each font draws these differently, or not at all
PRIVATE = "\ue000-\uf8ff\U000f0000-\U000ffffd\U00100000-\U0010fffd"
# invisible characters that writing systems and emoji need: soft hyphens, joiners, variation
# selectors, and direction marks, which affect only the spaces and signs beside them
_JOINERS = "\u200c\u200d"
_VARIATIONS = "\u180b-\u180d\u180f\ufe00-\ufe0f\U000e0100-\U000e01ef"
_HINTS = "\xad\u061c\u200e\u200f"
MARKS = f"{_JOINERS}{_VARIATIONS}{_HINTS}"
# the flag of a region is a black flag followed by its code in tags:
# https://www.unicode.org/reports/tr51/#def_emoji_tag_sequence
FLAG = "\U0001f3f4[\U000e0020-\U000e007e]{1,30}\U000e007f"
UNSEEN = re.compile(f"[{NEVER}]")  # a mistake except in such a flag
UNSEEN_REMEDY = "Delete it; the easiest way is to type the text around it again."
MOST_UNSEEN = 100  # in a file; more are only counted
_UNSEEN_OR_FLAG = re.compile(f"{FLAG}|([{NEVER}])")
_UNSEEN_OR_MARK = re.compile(f"[{NEVER}{MARKS}]")
_PRIVATE_OR_BLANK = re.compile(rf"[{PRIVATE}]|\s")
_ASCII_SEEN = bytes(range(0x20, 0x7F)) + b"\t\n\r"
# invisible characters that Unicode calls letters or marks, so that `slug` would keep them
_NOT_IN_KEYS = re.compile(
    f"[{_VARIATIONS}{_HINTS}\u034f\u115f\u1160\u17b4\u17b5\u3164\uffa0\U000e0020-\U000e007f]"
)
# commands to GitHub's runner in a log (see its ActionCommand.cs): `::` at the start of a line,
# after any spaces, and `##[` anywhere
_COMMAND = re.compile(r"^([^\S\n]*:)(?=:)|##(?=\[)", re.MULTILINE)
# no character has a number of eight or more significant digits
_LONG_REFERENCE = re.compile(r"&#0*([0-9]{8})[0-9]*")
_FRACTION = re.compile(r"[.,](\d{1,6})")
_UNITS = ((86_400, "day"), (3_600, "hour"), (60, "minute"), (1, "second"))


def count(number: int, noun: str, plural: str = "") -> str:
    """Write a number with its noun: `1 write`, `1,200 writes`."""
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"


def folded(text: str) -> str:
    """Return a text as it is compared where case and the number of blanks don't count."""
    return " ".join(text.casefold().split())


def listed(names: Sequence[str], most: int) -> str:
    """List the first `most` names, and count the others: `a, b and 3 more`."""
    more = f" and {len(names) - most:,} more" if len(names) > most else ""
    return f"{', '.join(names[:most])}{more}"


def nearest(word: str, known: Iterable[str]) -> str:
    """Return the known word that is most like a misspelt one; "" if none is like it."""
    from difflib import get_close_matches  # noqa: PLC0415 - only for a mistake

    return next(iter(get_close_matches(word.lower(), [*known], n=1)), "")


def duration(seconds: float) -> str:
    """Write a length of time in its two largest units, rounded up to whole seconds."""
    rest = max(1, -int(-seconds // 1))
    parts = []
    for size, unit in _UNITS:
        whole, rest = divmod(rest, size)
        if whole:
            parts.append(count(whole, unit))
    return " ".join(parts[:2])


def moment(text: str | None) -> datetime | None:
    """Read a time of the server: ISO 8601, by default in UTC; None if it is not a time."""
    try:
        read = datetime.fromisoformat(text or "")
        return read.astimezone(UTC) if read.tzinfo else read.replace(tzinfo=UTC)
    except (ValueError, OverflowError):  # OverflowError: the first or the last day of the calendar
        return None


def at(text: str | None) -> str:
    """Write a time of the server for people, as ` at 2025-01-31 08:00 UTC`; "" for none."""
    if (read := moment(text)) is None:
        return f" at {inert(text, 40)}" if text else ""
    return f" at {read:%Y-%m-%d %H:%M} UTC"


def same_moment(one: str | None, other: str | None) -> bool:
    """Return whether two times of the server are equal, at the precision of the coarser one.

    A time that is unknown or unreadable equals no other.
    """
    first, second = moment(one), moment(other)
    if first is None or second is None:
        return False
    step = 10 ** (6 - min(_digits(one), _digits(other)))
    is_same = first.microsecond // step == second.microsecond // step
    return is_same and first.replace(microsecond=0) == second.replace(microsecond=0)


def _digits(text: str | None) -> int:
    fraction = _FRACTION.search(text or "")
    return len(fraction[1]) if fraction else 0


def disarmed(text: str) -> str:
    """Break commands to GitHub's runner with a space."""
    if "::" not in text and "##[" not in text:
        return text
    return _COMMAND.sub(lambda found: f"{found[0]} ", text)


def on_one_line(text: str) -> str:
    """Make a sentence that quotes text from elsewhere safe to print; spaces stay as they are."""
    return disarmed(without_unseen(" ".join(text.splitlines())))


def harmless(text: str) -> str:
    """Make text of several lines safe for a log; line ends stay."""
    return disarmed(without_unseen(text.replace("\r", " ")))


def coded(text: str) -> Remedy:
    """Return a sentence in which text between backticks is code to type.

    Only for texts of the program itself: a value in it must not hold a backtick.
    """
    parts = enumerate(part.strip() for part in text.split("`"))
    return Remedy(*(Code(part) if number % 2 else part for number, part in parts))


def to_type(typed: Typed) -> str:
    """Write code to type on one line, safe to print; this changes no command."""
    return on_one_line(str(typed))


def as_argument(path: Path | str) -> str:
    """Return a path that can't be mistaken for an option."""
    return f"./{path}" if str(path).startswith("-") else str(path)


def with_short_references(html: str) -> str:
    """Shorten character references that are too large, such as `&#99999999999;`.

    Their meaning stays. HTML parsers convert all digits, and Python refuses more than 4,300.
    """
    return _LONG_REFERENCE.sub(r"&#\1", html) if "&#" in html else html


def unescaped(html: str) -> str:
    """Replace the character references in HTML, however long they are."""
    return unescape(with_short_references(html))


def inert(text: str, limit: int = 300) -> str:
    """Make text from elsewhere safe to print: one line of at most `limit` characters.

    White space becomes a space, and characters that an outline may not hold are dropped. All others
    are shown, also characters newer than this Python's Unicode tables. A command to GitHub's runner
    is broken with a space; a longer text is cut and ends in "…".
    """
    if (
        len(text) <= limit
        and text.isprintable()
        and (text.isascii() or not UNSEEN.search(text))
        and text == text.strip()
        and "  " not in text
        and "##[" not in text
        and not text.startswith("::")
    ):
        return text  # true of nearly all titles
    spaced = " ".join(text[: limit * 4].split())
    line = disarmed(" ".join(as_shown(without_unseen(spaced)).split()))
    if is_blank(line):
        return ""
    # the cut may have left the tags of a flag
    return line if len(line) <= limit else without_unseen(f"{cut(line, limit - 1)}…")


def unseen(text: str) -> Iterator[re.Match[str]]:
    """Find the invisible characters that are a mistake; the tags of a flag are not."""
    if UNSEEN.search(text):
        yield from (found for found in _UNSEEN_OR_FLAG.finditer(text) if found[1])


def holds_unseen(text: str) -> bool:
    """Return whether a text holds an invisible character that is not allowed."""
    return next(unseen(text), None) is not None


def without_unseen(text: str, instead: str = "") -> str:
    """Replace each invisible character that is not allowed by `instead`."""
    if not UNSEEN.search(text):
        return text
    return _UNSEEN_OR_FLAG.sub(lambda found: instead if found[1] else found[0], text)


def without_marks(text: str) -> str:
    """Remove all invisible characters, also those that writing systems need."""
    return _UNSEEN_OR_MARK.sub("", text)


def for_key(text: str) -> str:
    """Remove from a title the invisible characters that would end up in its key."""
    return text if text.isascii() else _NOT_IN_KEYS.sub("", text)


def as_shown(text: str) -> str:
    """Write white space as a space, and private characters by number.

    Does not rely on `str.isprintable` for the rest, because that depends on Python's version.
    """
    if text.isprintable():
        return text
    return _PRIVATE_OR_BLANK.sub(
        lambda found: " " if found[0].isspace() else ascii(found[0])[1:-1], text
    )


def is_blank(text: str) -> bool:
    """Return whether a text has no visible character."""
    return not without_marks(text).strip()


def find_unseen(text: str, path: str) -> Iterator[Diagnostic]:
    """Yield a diagnostic for each invisible character in a file; more than 100 are counted."""
    if text.isascii() and not text.encode().translate(None, _ASCII_SEEN):
        return
    found, last = unseen(text), Where(path)
    for each in islice(found, MOST_UNSEEN):
        before = text.rfind("\n", 0, each.start())
        last = Where(path, text.count("\n", 0, each.start()) + 1, each.start() - before)
        yield Diagnostic(last, f"{named(each[0])} can't be seen, and is not allowed", UNSEEN_REMEDY)
    if more := sum(1 for _ in found):
        yield Diagnostic(
            Where(path, last.line, last.column + 1),
            f"after this, the file has {count(more, 'more character')} that can't be seen",
            "An editor that shows invisible characters finds them all.",
        )


def is_commit(text: str) -> bool:
    """Return whether a text is the full name of a commit, by either of git's hash functions."""
    return _COMMIT.fullmatch(text) is not None


def named(character: str) -> str:
    """Return the number and the name of a character."""
    unnamed = "a control character" if unicodedata.category(character) == "Cc" else "no character"
    return f"U+{ord(character):04X} ({unicodedata.name(character, unnamed)})"
