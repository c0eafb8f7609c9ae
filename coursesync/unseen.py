"""Characters that can't be seen, or that change how the text around them is seen. Pure.

C0 and C1 controls but for tab and line ends, the line and paragraph separators, bidi controls
(Trojan Source, CVE-2021-42574), zero-width characters but for the joiners that scripts and
emoji need, tags, and non-characters.
"""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

from coursesync.errors import Diagnostic, Where

if TYPE_CHECKING:
    from collections.abc import Iterator

UNSEEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\u061c\u200b\u200e\u200f\u202a-\u202e"
    "\u2060-\u2069\ufeff\ufff9-\ufffb\ufffe\uffff\ud800-\udfff\U000e0000-\U000e007f]"
)
REMEDY = "Delete it; the easiest way is to type the text around it anew."
_ASCII_SEEN = bytes(range(0x20, 0x7F)) + b"\t\n\r"


def find(text: str, path: str) -> Iterator[Diagnostic]:
    """Give a diagnostic for each line that holds such a character, at its first."""
    if text.isascii() and not text.encode().translate(None, _ASCII_SEEN):
        return
    for number, line in enumerate(text.split("\n"), 1):
        if found := UNSEEN.search(line):
            yield Diagnostic(Where(path, number, found.start() + 1), words(found[0]), REMEDY)


def words(character: str) -> str:
    """Name such a character, for a diagnostic."""
    name = unicodedata.name(character, "a control character")
    return f"U+{ord(character):04X} ({name}) can't be seen, and is not allowed"
