"""Breaks sentences into lines of a terminal.

Owns where a sentence may be broken, and how code stands in it. It must never change a command.
"""

from __future__ import annotations

import re
from itertools import pairwise
from textwrap import TextWrapper
from typing import TYPE_CHECKING

from coursesync.errors import Command, Line, Remedy, Shell, in_ticks
from coursesync.text import disarmed, on_one_line, to_type
from coursesync.text.cells import columns, starts

if TYPE_CHECKING:
    from coursesync.errors import Sentence, Typed

_SHORT_QUOTE = re.compile(r'"[^"]{1,40}"')  # a title in a sentence
_INDENT = "  "  # of a command below its sentence


class _Chunk(str):
    """A piece of a sentence whose length is its columns."""

    __slots__ = ()

    def __len__(self) -> int:
        return columns(str(self).replace("\0", " "))


class _Wrapper(TextWrapper):
    """Wraps by columns; a word that is too wide for a line is broken if it has wide characters."""

    def _split(self, text: str) -> list[str]:
        found: list[str] = []
        for chunk in super()._split(text):
            places, most = starts(chunk), self.width - len(self.subsequent_indent)
            ends = sorted({*places})
            if len(places) > max(most + 1, len(ends)) and "\0" not in chunk:
                found += (_Chunk(chunk[a:b]) for a, b in pairwise(ends))
            else:
                found.append(_Chunk(chunk))
        return found


def wrapped(text: Sentence, margin: str = "", width: int = 80, hang: str = "") -> list[str]:
    """Break a sentence into lines of at most `width` columns, each after a margin.

    All lines except the first are indented by `hang` too. A command has a line of its own, however
    long it is, so that it can be copied, and so has a line of a file. Other code is between
    backticks; it stays on one line if it fits, and so does a quoted text that is short.
    """
    most = width - len(margin) - len(hang)

    def kept(typed: Typed) -> str:
        written = in_ticks(to_type(typed))
        return written.replace(" ", "\0") if columns(written) <= most else written

    def spoken(words: str) -> str:
        return _SHORT_QUOTE.sub(lambda found: found[0].replace(" ", "\0"), on_one_line(words))

    lines: list[str] = []
    for part in _parts(text):
        if isinstance(part, Remedy):
            sentence = part.written(kept, spoken)
            lines += (TextWrapper if sentence.isascii() else _Wrapper)(
                width,
                initial_indent=margin + hang if lines else margin,
                subsequent_indent=margin + hang,
                break_long_words=False,
                break_on_hyphens=False,
            ).wrap(sentence)
        else:
            lines.append((margin + hang + _INDENT if lines else margin) + to_type(part))
    # a break may have moved `::` to the start of a line
    return [disarmed(line.replace("\0", " ")) for line in lines]


def _parts(text: Sentence) -> list[Remedy | Typed]:
    """Split a sentence at its commands and lines."""
    parts: list[Remedy | Typed] = []
    for piece in Remedy(text).pieces:
        if isinstance(piece, Command | Line) or (isinstance(piece, Shell) and _is_whole(piece)):
            parts.append(piece)
        elif parts and isinstance(last := parts[-1], Remedy):
            parts[-1] = Remedy(last, piece)
        else:
            parts.append(Remedy(piece))
    return parts


def _is_whole(shell: Shell) -> bool:
    """Return whether the words are a whole command, which starts with the name of a program."""
    return len(shell.words) > 1 and not shell.words[0].startswith("-")
