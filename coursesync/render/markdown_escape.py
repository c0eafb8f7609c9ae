"""Escapes text for Markdown.

Owns that nothing in an author's text has an effect: no Markdown, HTML, mention or command.
"""

from __future__ import annotations

import re
from textwrap import wrap
from typing import TYPE_CHECKING

from coursesync.errors import Remedy
from coursesync.text import inert, to_type

if TYPE_CHECKING:
    from coursesync.errors import Sentence, Typed

# what has a meaning within a line of GitHub-flavoured Markdown; `.` and `:` only where a bare
# address could start: https://github.github.com/gfm/
# `joined`: names of emoji, some of which are pictures, and GitLab's references to merge requests,
# milestones, epics, snippets and labels; the forges look for them in the rendered text
_MEANING = re.compile(
    r"(?P<joined>:(?=[0-9]*[a-zA-Z_+-][\w+-]{0,40}(?::|$))|[!%&$~](?=[0-9])|[%~](?=[\w\"]))"
    r"|[\\`*_\[\]<>&|~$]|[.:](?=\S)|@(?=\S)|#(?=\S|$)|(?<=[gG][hH])-(?=[0-9])"
    r"|(?<![0-9a-zA-Z])(?=[0-9]*[a-f])[0-9a-f]{7,40}(?![0-9a-zA-Z])"  # a commit, not an Id
)
_WORD_JOINER = "&#8288;"  # invisible; GitHub looks for mentions and references in the rendered text
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
    """Escape text from elsewhere for Markdown."""
    return _MEANING.sub(lambda found: _meant(found, f"\\{found[0]}"), inert(text, 500))


def _meant(found: re.Match[str], otherwise: str) -> str:
    """Escape one match of `_MEANING`; a commit's number is split so that GitHub makes no link."""
    text = found[0]
    if len(text) > 1:
        return _WORD_JOINER.join(wrap(text, 6))
    written = _WRITTEN.get(text, otherwise)
    return f"{written}{_WORD_JOINER}" if found["joined"] else written


def with_code(text: Sentence) -> str:
    """Write a sentence in Markdown, with commands as code."""
    return Remedy(text).written(_as_code, escape)


def _as_code(typed: Typed) -> str:
    """Write code between more backticks than it contains, with spaces if it contains any."""
    text = to_type(typed)
    ticks = "`" * (1 + max(map(len, re.findall("`+", text)), default=0))
    return f"{ticks} {text} {ticks}" if "`" in text else f"{ticks}{text}{ticks}"


def in_html(text: str) -> str:
    """Escape text from elsewhere for a place between HTML tags.

    A backslash escapes nothing there: https://spec.commonmark.org/0.31.2/#html-blocks
    """
    written = _MEANING.sub(lambda found: _meant(found, found[0]), inert(text, 500))
    return _ADDRESS.sub(rf"\g<0>{_WORD_JOINER}", written)


def code(text: str) -> str:
    """Write text from elsewhere as code."""
    return f"`{inert(text).replace('`', chr(0x2019))}`"
