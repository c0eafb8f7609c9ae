"""How a word of a command is quoted for a shell.

Owns what is printed to be typed. No other code may quote, and this module must never run a command.
"""

from __future__ import annotations

import re
from shlex import quote

# invisible characters that `str.isprintable` accepts, and `##[`, which GitHub's runner obeys
_FILLERS = "\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0"
_UNSEEN = re.compile(rf"[{_FILLERS}]|##\[")
_ESCAPED = _FILLERS + "'\\["  # characters that `_escaped` writes as numbers


def quoted(word: str) -> str:
    """Quote a word for a shell, on one line and without invisible characters.

    If quotes are not enough, the word is written as $'...', which bash and zsh read.
    """
    if word.isprintable() and not _UNSEEN.search(word):
        return quote(word)
    return "".join(("$'", *map(_escaped, word), "'"))


def _escaped(character: str) -> str:
    if character.isprintable() and character not in _ESCAPED:
        return character
    # in a file name, Python holds a byte that is not UTF-8 as a lone surrogate
    is_byte = "\udc80" <= character <= "\udcff"
    content = character.encode("utf-8", "surrogateescape" if is_byte else "replace")
    return "".join(f"\\x{byte:02x}" for byte in content)
