"""Diagnostics as annotations: commands in a job's log that GitHub shows at their lines.

The commands: https://docs.github.com/actions/reference/workflows-and-actions/workflow-commands;
how their values are escaped: `command.ts` of actions/toolkit. GitHub shows ten of a kind for each
step, so the tenth counts the rest.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from coursesync.errors import Remedy
from coursesync.text import count, inert, to_type

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from typing import Literal

    from coursesync.errors import Diagnostic, Sentence

MOST = 9  # and one that counts the rest
_LONGEST = 1_000  # characters of a message
_IN_DATA = {"%": "%25", "\r": "%0D", "\n": "%0A"}
_IN_PROPERTIES = {**_IN_DATA, ":": "%3A", ",": "%2C"}


def annotated(
    diagnostics: Sequence[Diagnostic],
    level: Literal["error", "warning"],
    path: Callable[[str], str] = str,
    more: int = 0,
) -> Iterator[str]:
    """Return the first diagnostics as annotations, and one that counts the rest.

    Args:
        diagnostics: sorted, the worst first.
        level: the level of all of them.
        path: makes a file's path relative to the repository's root.
        more: how many there are besides these.

    Yields:
        One line for each annotation.
    """
    for each in diagnostics[:MOST]:
        where = {"file": path(each.where.path), "line": each.where.line, "col": each.where.column}
        properties = ",".join(
            f"{name}={_escaped(str(value), _IN_PROPERTIES)}" for name, value in where.items()
        )
        yield f"::{level} {properties}::{_message(each.problem, each.remedy)}"
    if (rest := max(0, len(diagnostics) - MOST) + more) > 0:
        noun = "more mistake" if level == "error" else "more piece"
        what = f"{count(rest, noun)}{'' if level == 'error' else ' of advice'}"
        yield f"::{level}::and {what}: see the log"


def notice(level: Literal["error", "warning"], problem: str, remedy: Sentence = "") -> str:
    """Return an annotation without a line."""
    return f"::{level}::{_message(problem, remedy)}"


def _message(problem: str, remedy: Sentence) -> str:
    below = Remedy(remedy).written(to_type, _lines, gap=" ")
    return _escaped(f"{_lines(problem)}\n{below}" if remedy else _lines(problem), _IN_DATA)


def _lines(text: str) -> str:
    return "\n".join(inert(line, _LONGEST) for line in text.split("\n"))


def _escaped(text: str, written: dict[str, str]) -> str:
    return "".join(written.get(character, character) for character in text)
