"""What is written into Markdown so that it means nothing but itself; and details, folded. Pure.

Neither Markdown nor HTML, mentions nor commands in an author's text have any effect.
"""

from __future__ import annotations

import re
from textwrap import wrap
from typing import TYPE_CHECKING

from coursesync.render.detail import one_row
from coursesync.render.fit import Part, Rank
from coursesync.render.text_diff import Fold
from coursesync.text import inert

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from coursesync.render.differences import Difference
    from coursesync.render.fit import Fitted
    from coursesync.render.text_diff import Shown

# what has a meaning inside a line of GitHub-flavoured Markdown; `.` and `:` only where a bare
# address or an emoji's name could start: https://github.github.com/gfm/
_MEANING = re.compile(
    r"[\\`*_\[\]<>&|~$]|[.:](?=\S)|@(?=\S)|#(?=\S|$)|(?<=[gG][hH])-(?=[0-9])"
    r"|(?<![0-9a-zA-Z])(?=[0-9]*[a-f])[0-9a-f]{7,40}(?![0-9a-zA-Z])"  # no Id, which is copied
)
ROOM_TO_SAY, _LONGEST_COMMAND = 600, 300  # bytes, for what was left out; of the command therein
_WORD_JOINER = "&#8288;"  # unseen; GitHub looks for mentions and references in the rendered text
_ADDRESS = re.compile(r":(?=//)|www(?=\.)", re.IGNORECASE)
_WRITTEN = {
    "<": "&lt;",
    ">": "&gt;",
    "&": "&amp;",
    "|": "&#124;",
    "@": f"@{_WORD_JOINER}",
    "#": f"&#35;{_WORD_JOINER}",
    "-": f"-{_WORD_JOINER}",
}


def escape(text: str) -> str:
    """Make text from elsewhere mean nothing but itself in Markdown."""
    return _MEANING.sub(lambda found: _meant(found[0], f"\\{found[0]}"), inert(text, 500))


def _meant(text: str, otherwise: str) -> str:
    """Write what would mean something; the number of a commit is parted into pieces that don't."""
    if len(text) > 1:
        return _WORD_JOINER.join(wrap(text, 6))
    return _WRITTEN.get(text, otherwise)


def with_code(text: str) -> str:
    """Write a sentence in Markdown; what is to be typed stands between two blanks, and is code."""
    parts = [part.strip() for part in text.split("  ")]
    return " ".join(code(part) if i % 2 else escape(part) for i, part in enumerate(parts) if part)


def in_html(text: str) -> str:
    """Make text from elsewhere mean nothing but itself between HTML tags.

    No backslash escapes there: https://spec.commonmark.org/0.31.2/#html-blocks
    """
    written = _MEANING.sub(lambda found: _meant(found[0], found[0]), inert(text, 500))
    return _ADDRESS.sub(rf"\g<0>{_WORD_JOINER}", written)


def left_out(kept: Fitted, words: Mapping[Rank, Callable[[int], str]], command: str) -> Part:
    """Say what a document had no room for, in ROOM_TO_SAY bytes at the most.

    Args:
        kept: what it had room for.
        words: how so many of a rank are told.
        command: by which all of it is seen.
    """
    told = ", ".join(
        say(kept.left_out[rank]) for rank, say in words.items() if rank in kept.left_out
    )
    where = code(command)
    all_of_it = f" All of it: {where}" if len(where.encode()) <= _LONGEST_COMMAND else ""
    return Part(Rank.ALWAYS, ("", f"**Left out here, for room: {told}.**{all_of_it}"))


def details(
    title: str, found: tuple[Difference, ...], words: str = "What changes in"
) -> Iterator[str]:
    """Write the differences of a record, folded."""
    yield ""
    yield f"<details><summary>{words} {in_html(title)}</summary>"
    yield ""
    if short := [difference for difference in found if not difference.lines]:
        yield "| | before | after |"
        yield "|---|---|---|"
        yield from map(_row, short)
        yield ""
    for difference in found:
        if difference.lines:
            yield f"{escape(difference.field)}:"
            yield ""
            yield from _fenced([_shown(line) for line in difference.lines])
            yield ""
    yield "</details>"


def _row(difference: Difference) -> str:
    before, after = difference.values
    remark = f" ({escape(difference.remark)})" if difference.remark else ""
    return f"| {escape(difference.field)} | {escape(before)} | {escape(after)}{remark} |"


def _shown(line: Shown) -> str:
    if isinstance(line, Fold):
        return f"  {line.words}"
    note = f" ({line.note})" if line.note else ""
    return f"{line.mark.value} {one_row(line.pieces)}{note}".rstrip()


def _fenced(lines: list[str]) -> Iterator[str]:
    """Fence lines in with more ticks than any of them holds: nothing in them means anything."""
    longest = max((len(ticks) for line in lines for ticks in re.findall("`+", line)), default=0)
    fence = "`" * max(3, longest + 1)
    yield f"{fence}diff"
    yield from lines
    yield fence


def code(text: str) -> str:
    """Write text from elsewhere as code, in which nothing means anything."""
    return f"`{inert(text).replace('`', chr(0x2019))}`"
