"""Recognises plain HTML, the kind that Markdown becomes.

Owns the fast path of advice. It must never accept HTML that could get advice on its tags.
"""

from __future__ import annotations

import re
from functools import lru_cache

_ADDRESS = (
    r"(?![-a-zA-Z0-9.]*(?i:localhost))[a-zA-Z][-a-zA-Z0-9.]*+(?:[/?#][-\w.~/?=&;%+@,#:!]*+)?+"
)
_LINE = (
    r"(?:[^<]++|<br ?/?>|"
    + "|".join(f"<{tag}>[^<]*+</{tag}>" for tag in ("strong", "em", "b", "i", "code"))
    + rf'|<a href="https?://{_ADDRESS}">[^<]*+</a>'
    + rf'|<img src="https://{_ADDRESS}" alt="[^"<>&]*+" ?/?>)*+'
)
_TEXT = "|".join(f"<{tag}>{_LINE}</{tag}>" for tag in ("p", "h1", "h2", "h3", "h4", "h5", "h6"))


def _several(tag: str, item: str) -> str:
    return rf"<{tag}>\s*+(?:(?:{item})\s*+)*+</{tag}>"


def _lists(item: str) -> str:
    return "|".join(_several(tag, f"<li>{item}</li>") for tag in ("ul", "ol"))


_CELL = "|".join(
    rf'<{tag}(?: style="text-align:(?:left|right|center)")?+>{_LINE}</{tag}>'
    for tag in ("th", "td")
)
_ROWS = "|".join(_several(tag, _several("tr", _CELL)) for tag in ("thead", "tbody"))
_PLAIN = re.compile(
    rf"(?:[^<]++|{_TEXT}|{_lists(f'{_LINE}(?:(?:{_lists(_LINE)})[^<]*+)?+')}"
    rf"|{_several('blockquote', _TEXT)}|{_several('table', _ROWS)}"
    r"|<pre><code>[^<]*+</code></pre>|<hr ?/?>)*+"
)


@lru_cache(maxsize=512)  # several rules ask
def is_plain(text: str) -> bool:
    """Return whether HTML is so simple that nothing can be wrong with its tags."""
    return "<" not in text or _PLAIN.fullmatch(text) is not None
