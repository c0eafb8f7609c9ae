"""How numbers, times and text from elsewhere are written on a screen, and read; what can't be seen.

Owns the line between what scripts need of that and what is a mistake. Pure.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import UTC, datetime
from html import unescape
from textwrap import wrap
from typing import TYPE_CHECKING

from coursesync.errors import Diagnostic, Where

if TYPE_CHECKING:
    from collections.abc import Iterator

# what can't be seen, or changes how the text around it is seen: C0 and C1 controls but for tab and
# line ends, the line and paragraph separators, bidi controls (Trojan Source, CVE-2021-42574), tags,
# non-characters, fillers, and what else Unicode lets a reader ignore (Default_Ignorable_Code_Point,
# https://www.unicode.org/Public/UCD/latest/ucd/), but for the marks below
NEVER = (
    "\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u034f\u115f\u1160\u17b4\u17b5\u180e\u200b\u2028-\u202e"
    "\u2060-\u206f\u2800\u3164\ufeff\uffa0\ufff0-\ufffb\ud800-\udfff\ufdd0-\ufdef"
    "\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e00ff\U000e01f0-\U000e0fff"
) + "".join(f"{chr(plane + 0xFFFE)}{chr(plane + 0xFFFF)}" for plane in range(0, 0x110000, 0x10000))
# each font draws them in a way of its own, or not at all
PRIVATE = "\ue000-\uf8ff\U000f0000-\U000ffffd\U00100000-\U0010fffd"
# what scripts and emoji need: soft hyphens, the marks of a writing direction, which reach no
# further than the blanks and signs beside them, joiners, and variation selectors
_JOINERS = "\u200c\u200d"
_VARIATIONS = "\u180b-\u180d\u180f\ufe00-\ufe0f\U000e0100-\U000e01ef"
_HINTS = "\xad\u061c\u200e\u200f"
MARKS = f"{_JOINERS}{_VARIATIONS}{_HINTS}"
# the flag of a part of a country is a black flag with its code in tags, of six at the most:
# https://www.unicode.org/reports/tr51/#def_emoji_tag_sequence
FLAG = "\U0001f3f4[\U000e0020-\U000e007e]{1,30}\U000e007f"
UNSEEN = re.compile(f"[{NEVER}]")  # anywhere but in such a flag
UNSEEN_REMEDY = "Delete it; the easiest way is to type the text around it again."
MOST_UNSEEN = 100  # of a file; the others are counted
_UNSEEN_OR_FLAG = re.compile(f"{FLAG}|([{NEVER}])")
_UNSEEN_OR_MARK = re.compile(f"[{NEVER}{MARKS}]")
_PRIVATE_OR_BLANK = re.compile(rf"[{PRIVATE}]|\s")
_ASCII_SEEN = bytes(range(0x20, 0x7F)) + b"\t\n\r"
# what no key holds, though it is a letter or a mark to Unicode; other controls end a word there
_NOT_IN_KEYS = re.compile(
    f"[{_VARIATIONS}{_HINTS}\u034f\u115f\u1160\u17b4\u17b5\u3164\uffa0\U000e0020-\U000e007f]"
)
# what GitHub's runner obeys in a log, as its ActionCommand.cs has it: `::` where a line starts,
# blanks aside, and `##[` anywhere in it
_COMMAND = re.compile(r"^([^\S\n]*:)(?=:)|##(?=\[)", re.MULTILINE)
# eight figures that count are no character's number, nor are more of them
_LONG_REFERENCE = re.compile(r"&#0*([0-9]{8})[0-9]*")
_GAP = re.compile("( {2,})")
_FRACTION = re.compile(r"[.,](\d{1,6})")
_TYPED = ("coursesync ", "cp ", "git ", "mv ", "rm ")
_UNITS = ((86_400, "day"), (3_600, "hour"), (60, "minute"), (1, "second"))


def count(number: int, noun: str, plural: str = "") -> str:
    """Write a number with its noun: `1 write`, `1,200 writes`."""
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"


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
    """Read a time of the server, ISO 8601 and UTC where it does not say; None where it is none."""
    try:
        read = datetime.fromisoformat(text or "")
        return read.astimezone(UTC) if read.tzinfo else read.replace(tzinfo=UTC)
    except (ValueError, OverflowError):  # the last is for the first and the last day that there is
        return None


def at(text: str | None) -> str:
    """Write a time of the server for people, as in ` at 2025-01-31 08:00 UTC`; "" for none."""
    if (read := moment(text)) is None:
        return f" at {inert(text, 40)}" if text else ""
    return f" at {read:%Y-%m-%d %H:%M} UTC"


def same_moment(one: str | None, other: str | None) -> bool:
    """Say whether two times of the server are the same, as far as the coarser of them tells.

    One that is not known, or is no time, is the same as none.
    """
    first, second = moment(one), moment(other)
    if first is None or second is None:
        return False
    step = 10 ** (6 - min(_digits(one), _digits(other)))
    return _coarser(first, step) == _coarser(second, step)


def _digits(text: str | None) -> int:
    fraction = _FRACTION.search(text or "")
    return len(fraction[1]) if fraction else 0


def _coarser(time: datetime, step: int) -> datetime:
    return time.replace(microsecond=time.microsecond // step * step)


def disarmed(text: str) -> str:
    """Put a blank into what GitHub's runner would take for a command in a log."""
    if "::" not in text and "##[" not in text:
        return text
    return _COMMAND.sub(lambda found: f"{found[0]} ", text)


def on_one_line(text: str) -> str:
    """Make a sentence that quotes text from elsewhere safe to print; its blanks stay."""
    return disarmed(without_unseen(" ".join(text.splitlines())))


def harmless(text: str) -> str:
    """Make lines that are made of such sentences safe for a log that is no terminal."""
    return disarmed(without_unseen(text.replace("\r", " ")))


def wrapped(text: str, margin: str = "", width: int = 80, hang: str = "") -> list[str]:
    """Break a sentence into lines of at most `width` columns, each behind a margin.

    All lines but the first are indented by `hang` as well.
    Two blanks or more stand before and behind what is to be typed: that is on one line, however
    long it is, so that it can be copied.
    """
    first, *rest = _GAP.split(text)
    most = width - len(margin) - len(hang)
    kept = [
        part.replace(" ", "\0") if part.strip() and (len(part) <= most or _is_typed(part)) else part
        for part in rest
    ]
    lines = wrap(
        "".join([first, *kept]),
        width,
        initial_indent=margin,
        subsequent_indent=margin + hang,
        break_long_words=False,
        break_on_hyphens=False,
    )
    # what stood within a line may begin one now
    return [disarmed(line.replace("\0", " ")) for line in lines]


def _is_typed(part: str) -> bool:
    return part.startswith(_TYPED)


def with_short_references(html: str) -> str:
    """Cut what is no character's number in HTML, as of `&#99999999999;`; it reads as before.

    What reads HTML makes a number of all its figures, which Python refuses from 4,301 on.
    """
    return _LONG_REFERENCE.sub(r"&#\1", html) if "&#" in html else html


def unescaped(html: str) -> str:
    """Return text with its character references read, however long they are."""
    return unescape(with_short_references(html))


def inert(text: str, limit: int = 300) -> str:
    """Make text from elsewhere safe to print: one line, bounded, nothing that moves a cursor.

    Blanks become spaces, and characters that are not allowed in an outline are dropped; all others
    are shown, also those that this Python's tables of Unicode don't have yet. A command to a CI's
    log gets a blank in its middle; what is longer than `limit` characters is cut, and says so.
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
        return text  # nearly all titles; the rest is spelled out below
    spaced = " ".join(text[: limit * 4].split())
    line = disarmed(" ".join(as_shown(without_unseen(spaced)).split()))
    if is_blank(line):
        return ""
    # of a flag that is cut, no tags are left
    return line if len(line) <= limit else without_unseen(f"{line[: limit - 1]}…")


def unseen(text: str) -> Iterator[re.Match[str]]:
    """Find the characters that are a mistake; those in the tags of a flag are none."""
    if UNSEEN.search(text):
        yield from (found for found in _UNSEEN_OR_FLAG.finditer(text) if found[1])


def holds_unseen(text: str) -> bool:
    """Say whether a text holds a character that is a mistake."""
    return next(unseen(text), None) is not None


def without_unseen(text: str, instead: str = "") -> str:
    """Put something else in the place of each character that is a mistake."""
    if not UNSEEN.search(text):
        return text
    return _UNSEEN_OR_FLAG.sub(lambda found: instead if found[1] else found[0], text)


def without_marks(text: str) -> str:
    """Leave out all that can't be seen, also what scripts need."""
    return _UNSEEN_OR_MARK.sub("", text)


def for_key(text: str) -> str:
    """Leave out of a title what can't be seen, and would stand in a key made from it."""
    return text if text.isascii() else _NOT_IN_KEYS.sub("", text)


def as_shown(text: str) -> str:
    """Write a text without mistakes as it is shown: a blank as a space, private ones by number.

    Whether Python takes a character for printable depends on its version.
    """
    if text.isprintable():
        return text
    return _PRIVATE_OR_BLANK.sub(
        lambda found: " " if found[0].isspace() else ascii(found[0])[1:-1], text
    )


def is_blank(text: str) -> bool:
    """Say whether a reader sees nothing of a text."""
    return not without_marks(text).strip()


def find_unseen(text: str, path: str) -> Iterator[Diagnostic]:
    """Give a diagnostic for each character of a file that is a mistake, of very many the first."""
    if text.isascii() and not text.encode().translate(None, _ASCII_SEEN):
        return
    line, start, more, last = 1, 0, 0, Where(path)
    for number, found in enumerate(unseen(text)):
        if number < MOST_UNSEEN:
            line += text.count("\n", start, found.start())
            start = max(start, text.rfind("\n", start, found.start()) + 1)
            last = Where(path, line, found.start() - start + 1)
            yield Diagnostic(
                last, f"{named(found[0])} can't be seen, and is not allowed", UNSEEN_REMEDY
            )
        else:
            more += 1
    if more:
        others = "1 more character" if more == 1 else f"{more:,} more characters"
        yield Diagnostic(
            Where(path, last.line, last.column + 1),
            f"after this, the file has {others} that can't be seen",
            "An editor that shows invisible characters finds them all.",
        )


def named(character: str) -> str:
    """Name a character, for a diagnostic."""
    unnamed = "a control character" if unicodedata.category(character) == "Cc" else "no character"
    return f"U+{ord(character):04X} ({unicodedata.name(character, unnamed)})"
