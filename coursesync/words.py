"""How numbers, times and text from elsewhere are written on a screen. Pure."""

from __future__ import annotations

import unicodedata

_UNITS = ((86_400, "day"), (3_600, "hour"), (60, "minute"), (1, "second"))


def count(number: int, noun: str, plural: str = "") -> str:
    """Write a number with its noun: `1 section`, `1,200 sections`."""
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


def inert(text: str, limit: int = 300) -> str:
    """Make text from elsewhere safe to print: one line, bounded, nothing that moves a cursor.

    Control, format, surrogate and separator characters become blanks or are dropped; what is
    longer than `limit` characters is cut, and says so.
    """
    if text.isprintable() and len(text) <= limit and text == text.strip() and "  " not in text:
        return text  # nearly all titles; the rest is spelled out below
    kept = "".join(
        " " if character.isspace() else character
        for character in text[: limit * 4]
        if character.isspace() or unicodedata.category(character)[0] != "C"
    )
    line = " ".join(kept.split())
    return line if len(line) <= limit else f"{line[: limit - 1]}…"
