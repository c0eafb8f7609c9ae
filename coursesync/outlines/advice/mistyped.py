"""Finds text that its author probably meant in another way: Markdown, an address, a quote.

Owns these three rules. It must never report what a title or contents may well be.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from coursesync.errors import Remedy
from coursesync.kinds.address import key_of
from coursesync.kinds.inline import line_of
from coursesync.outlines.advice.contents import is_markdown
from coursesync.outlines.advice.rule import Rule
from coursesync.outlines.advice.subject import CONTENTS, TITLE, contents_file, on
from coursesync.outlines.advice.video import is_video_alone
from coursesync.text import coded

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from coursesync.kinds.resource import Resource
    from coursesync.outlines.advice.advice import Advice

_QUOTE = re.compile("[\u201c\u201d\u201e]")  # a single one may be an apostrophe
# Markdown makes a paragraph of an address
_ADDRESS = re.compile(r"\s*(?:<p>)?(?:https?://|www\.)[^\s<>]+(?:</p>)?\s*", re.IGNORECASE)


def mistyped(resources: Sequence[Resource]) -> Iterator[Advice]:
    """Yield the advice of these rules."""
    yield from _half_quoted(resources)
    yield from _addresses(resources)
    yield from _markdown(resources)


def _half_quoted(resources: Sequence[Resource]) -> Iterator[Advice]:
    """Find plain titles that begin with their only curly quote: one at each end is a mistake."""
    for each in resources:
        if [found.start() for found in _QUOTE.finditer(each.title)] != [0]:
            continue  # first, because positions take a second reading of the file
        if each.tree.written((*each.path, TITLE)) is not None:
            yield on(
                each,
                Rule.HALF_QUOTED,
                TITLE,
                "the title begins with a curly quote that never ends: members see it",
                coded('Delete it, or write the other one too and put `"` around both.'),
            )


def _addresses(resources: Sequence[Resource]) -> Iterator[Advice]:
    """Find contents that are one web address and nothing else."""
    for each in resources:
        if _ADDRESS.fullmatch(each.contents) and not is_video_alone(each.contents):
            yield on(
                each,
                Rule.ADDRESS_ALONE,
                CONTENTS,
                "these contents are an address alone: members see it as text, and it leads nowhere",
                coded(
                    'Make a link of it, as in `<a href="https://example.com/tour">A tour</a>` or, '
                    "for a video, use its embed code."
                ),
            )


def _markdown(resources: Sequence[Resource]) -> Iterator[Advice]:
    """Find contents in the outline that are clearly Markdown: they are shown as HTML."""
    for each in resources:
        if is_markdown(each.contents) and not contents_file(each):
            yield on(
                each,
                Rule.MARKDOWN_AS_HTML,
                CONTENTS,
                "this is shown as HTML, so members see the signs of Markdown in it",
                Remedy(
                    "To use Markdown, put the text into a file, and name that:",
                    line_of(CONTENTS, {"markdown": f"{key_of(each.address)[:60]}.md"}),
                ),
            )
