"""A sentence for people in HTML, where text from elsewhere means nothing but itself."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from coursesync.errors import Remedy
from coursesync.text import inert, to_type

if TYPE_CHECKING:
    from coursesync.errors import Sentence


def in_html(text: Sentence) -> str:
    """Write a sentence; what is to be typed is code."""
    return Remedy(text).written(
        lambda typed: f"<code>{escape(to_type(typed))}</code>",
        lambda plain: escape(inert(plain, 1_000)),
        gap=" ",
    )
