"""Characters that can't be seen, or that change how the text around them is seen. Pure.

C0 and C1 controls but for tab and line ends, the line and paragraph separators, bidi controls
(Trojan Source, CVE-2021-42574), tags, non-characters, fillers, and what else Unicode lets a reader
ignore (Default_Ignorable_Code_Point, https://www.unicode.org/Public/UCD/latest/ucd/), but for the
joiners and variation selectors that scripts and emoji need: these show in what stands before them.
"""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

from coursesync.errors import Diagnostic, Where

if TYPE_CHECKING:
    from collections.abc import Iterator

UNSEEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b\u200e"
    "\u200f\u2028-\u202e\u2060-\u206f\u2800\u3164\ufeff\uffa0\ufff0-\ufffb\ufffe\uffff\ud800-\udfff"
    "\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e00ff\U000e01f0-\U000e0fff]"
)
# they show in what stands before them, and alone not at all
_JOINING = re.compile("[\u180b-\u180d\u180f\u200c\u200d\ufe00-\ufe0f\U000e0100-\U000e01ef]")
REMEDY = "Delete it; the easiest way is to type the text around it anew."
_ASCII_SEEN = bytes(range(0x20, 0x7F)) + b"\t\n\r"


def find(text: str, path: str) -> Iterator[Diagnostic]:
    """Give a diagnostic for each line that holds such a character, at its first."""
    if text.isascii() and not text.encode().translate(None, _ASCII_SEEN):
        return
    for number, line in enumerate(text.split("\n"), 1):
        if found := UNSEEN.search(line):
            yield Diagnostic(Where(path, number, found.start() + 1), words(found[0]), REMEDY)


def is_blank(text: str) -> bool:
    """Say whether a reader sees nothing of a text."""
    return not _JOINING.sub("", UNSEEN.sub("", text)).strip()


def words(character: str) -> str:
    """Name such a character, for a diagnostic."""
    name = unicodedata.name(character, "a control character")
    return f"U+{ord(character):04X} ({name}) can't be seen, and is not allowed"
