"""What contents mostly are: paragraphs, headings and lists, with links and emphasis in them.

Owns the short cut past what can't have anything wrong, for speed; any other text is judged.
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
    + rf'|<a href="https?://{_ADDRESS}">[^<]*+</a>)*+'
)
_PLAIN = re.compile(
    rf"(?:[^<]++|<p>{_LINE}</p>|<h2>[^<]*+</h2>|<h3>[^<]*+</h3>"
    rf"|<(ul|ol)>\s*+(?:<li>{_LINE}</li>\s*+)*+</\1>)*+"
)


@lru_cache(maxsize=512)  # each rule on contents asks
def is_plain(text: str) -> bool:
    """Say whether HTML is so simple that there can't be anything wrong with its tags."""
    return "<" not in text or _PLAIN.fullmatch(text) is not None
