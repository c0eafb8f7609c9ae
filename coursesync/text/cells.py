"""How many columns text takes on a terminal, and where it can be cut.

The widths are those of rich, by grapheme clusters: https://www.unicode.org/reports/tr29/.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

_UNICODE = "latest"  # by default, the environment chooses


def columns(text: str) -> int:
    """Return how many columns a text takes on a terminal: two for most emoji and for CJK."""
    if text.isascii():
        return len(text)
    from rich.cells import cell_len  # noqa: PLC0415 - few texts need it

    return cell_len(text, _UNICODE)


def padded(text: str, size: int) -> str:
    """Fill a text with spaces up to `size` columns."""
    return f"{text}{'':{max(0, size - columns(text))}}"


def starts(text: str) -> Sequence[int]:
    """Return for each column the index of the character that begins there, then the length.

    What people see as one character stays together: a letter and its accents, a flag, a family.
    """
    if text.isascii():
        return range(len(text) + 1)
    from rich.cells import split_graphemes  # noqa: PLC0415 - few texts need it

    found: list[int] = []
    halves = 0  # of flags, in a row
    for start, _, size in split_graphemes(text, _UNICODE)[0]:
        halves = halves + 1 if "\U0001f1e6" <= text[start] <= "\U0001f1ff" else 0
        begin = found[-1] if halves and halves % 2 == 0 else start
        found += [begin if found else 0] * size
    return [*found, len(text)]


def cut(text: str, size: int) -> str:
    """Return at most the first `size` characters, and no part of what people see as one."""
    if len(text) <= size or text.isascii():
        return text[:size]
    last = starts(text[: size + 1])[-2:-1]
    return text[: last[0] if last and last[0] > 0 else size]
