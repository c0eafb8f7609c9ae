"""Annotations in a job on GitHub, which shows them at their lines in the pull request.

They are commands in the job's log:
https://docs.github.com/actions/reference/workflows-and-actions/workflow-commands; how their values
are escaped: `command.ts` of actions/toolkit. GitHub shows ten of a kind for each step, so the tenth
counts the rest.
"""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import click

from coursesync.errors import Remedy, in_ticks
from coursesync.text import count, inert, to_type

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from typing import Literal

    from coursesync.errors import Diagnostic, Sentence

MOST = 9  # and one that counts the rest
_LONGEST = 1_000  # characters of a message
_IN_DATA = str.maketrans({"%": "%25", "\r": "%0D", "\n": "%0A"})
_IN_PROPERTIES = _IN_DATA | str.maketrans({":": "%3A", ",": "%2C"})


def annotate(
    diagnostics: Sequence[Diagnostic], level: Literal["error", "warning"], more: int = 0
) -> None:
    """Write diagnostics as annotations on stderr, in a job on GitHub only."""
    _write(annotated(diagnostics, level, _from_the_root, more))


def annotate_problem(problem: str, remedy: Sentence) -> None:
    """Write a problem as an annotation without a line, in a job on GitHub only."""
    _write([notice(problem, remedy)])


def _write(lines: Iterable[str]) -> None:
    if os.environ.get("GITHUB_ACTIONS") != "true":
        return
    with suppress(OSError):  # a closed log must not end a command
        for line in lines:
            click.echo(line, err=True)


def _from_the_root(path: str) -> str:
    """Return a path relative to the repository's root; a step may run in another folder."""
    root, real = os.environ.get("GITHUB_WORKSPACE"), Path(os.path.realpath(path))
    if root and real.is_relative_to(top := os.path.realpath(root)):
        return real.relative_to(top).as_posix()
    return path


def annotated(
    diagnostics: Sequence[Diagnostic],
    level: Literal["error", "warning"],
    path: Callable[[str], str] = str,
    more: int = 0,
) -> Iterator[str]:
    """Yield the first diagnostics as annotations of one line, and one that counts the rest.

    Args:
        diagnostics: sorted, the worst first.
        level: the level of all of them.
        path: makes a file's path relative to the repository's root.
        more: how many there are besides these.
    """
    for each in diagnostics[:MOST]:
        file = path(each.where.path).translate(_IN_PROPERTIES)
        place = f"file={file},line={each.where.line},col={each.where.column}"
        yield f"::{level} {place}::{_message(each.problem, each.remedy)}"
    if (rest := max(0, len(diagnostics) - MOST) + more) > 0:
        noun = "more mistake" if level == "error" else "more piece"
        what = f"{count(rest, noun)}{'' if level == 'error' else ' of advice'}"
        yield f"::{level}::and {what}: see the log"


def notice(problem: str, remedy: Sentence = "") -> str:
    """Return the annotation of an error without a line."""
    return f"::error::{_message(problem, remedy)}"


def _message(problem: str, remedy: Sentence) -> str:
    below = Remedy(remedy).written(lambda typed: in_ticks(to_type(typed)), _lines)
    whole = f"{_lines(problem)}\n{below}" if remedy else _lines(problem)
    return whole.translate(_IN_DATA)


def _lines(text: str) -> str:
    return "\n".join(inert(line, _LONGEST) for line in text.split("\n"))
