"""Writes annotations in a job on GitHub, which shows them at their lines in the pull request."""

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
    """Write diagnostics as annotations on stderr, in a job on GitHub only."""
    if not _is_job() or not (diagnostics or more):
        return
    from coursesync.ci.annotations import annotated  # noqa: PLC0415 - only in such a job

    _write(annotated(diagnostics, level, _from_the_root, more))


def annotate_problem(problem: str, remedy: Sentence) -> None:
    """Write a problem as an annotation without a line, in a job on GitHub only."""
    if not _is_job():
        return
    from coursesync.ci.annotations import notice  # noqa: PLC0415 - only in such a job

    _write([notice("error", problem, remedy)])


def _is_job() -> bool:
    return os.environ.get("GITHUB_ACTIONS") == "true"


def _write(lines: Iterable[str]) -> None:
    with suppress(OSError):  # a closed log must not end a command
        for line in lines:
            click.echo(line, err=True)


def _from_the_root(path: str) -> str:
    """Return a path relative to the repository's root; a step may run in another folder."""
    root = os.environ.get("GITHUB_WORKSPACE", "")
    real, top = os.path.realpath(path), os.path.realpath(root) if root else ""
    if top and Path(real).is_relative_to(top):
        return Path(real).relative_to(top).as_posix()
    return path
