"""Annotations, in a job on GitHub: what is wrong, at its line in the pull request."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from typing import Literal

    from coursesync.errors import Diagnostic, Sentence


def annotate(
    diagnostics: Sequence[Diagnostic], level: Literal["error", "warning"], more: int = 0
) -> None:
    """Write diagnostics as annotations, on stderr; nothing where this is no job on GitHub."""
    if not _is_job() or not (diagnostics or more):
        return
    from coursesync.ci.annotations import annotated  # noqa: PLC0415 - only in such a job

    _write(annotated(diagnostics, level, _from_the_root, more))


def annotate_problem(problem: str, remedy: Sentence) -> None:
    """Write what is wrong as an annotation at no line; nothing where this is no job on GitHub."""
    if not _is_job():
        return
    from coursesync.ci.annotations import notice  # noqa: PLC0415 - only in such a job

    _write([notice("error", problem, remedy)])


def _is_job() -> bool:
    return os.environ.get("GITHUB_ACTIONS") == "true"


def _write(lines: Iterable[str]) -> None:
    with suppress(OSError):  # a log that nobody keeps must not end a command
        for line in lines:
            click.echo(line, err=True)


def _from_the_root(path: str) -> str:
    """Return a path as it is from the repository's root, which a step need not stand in."""
    root = os.environ.get("GITHUB_WORKSPACE", "")
    real, top = os.path.realpath(path), os.path.realpath(root) if root else ""
    if top and Path(real).is_relative_to(top):
        return Path(real).relative_to(top).as_posix()
    return path
