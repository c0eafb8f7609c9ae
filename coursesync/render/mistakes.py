"""Writes mistakes as Markdown: each with its place and what to write instead.

All text from outlines is escaped.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from coursesync.render.markdown_escape import code, escape, with_code

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from coursesync.errors import Diagnostic

MOST = 20  # that are written


def listed_mistakes(mistakes: Sequence[Diagnostic]) -> Iterator[str]:
    """Yield a list of the first mistakes, and the number of the others."""
    for each in mistakes[:MOST]:
        remedy = f"<br>{with_code(each.remedy)}" if each.remedy else ""
        yield f"- {code(str(each.where))}: {escape(each.problem)}{remedy}"
    if (more := len(mistakes) - MOST) > 0:
        yield f"- and {more:,} more"
