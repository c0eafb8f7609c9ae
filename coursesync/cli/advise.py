"""Advice on the screen: the first of it, on stderr; and where it is an error (`--strict`)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from coursesync.ci.annotate import annotate
from coursesync.cli.screen import point, say
from coursesync.errors import Advised

if TYPE_CHECKING:
    from collections.abc import Sequence

    from coursesync.operations.workspace import Project
    from coursesync.outlines.advice.pieces import Advice, Told


def is_strict(project: Project, strict: bool | None) -> bool:  # noqa: FBT001 - an option's value, or none
    """Say whether advice is an error: as the command line has it, else coursesync.toml."""
    return project.config.strict if strict is None else strict


def give_advice(advice: Sequence[Advice], most: int = 0, *, strict: bool) -> Told | None:
    """Print the first of the advice on a workspace's outlines.

    Args:
        advice: all of it, in the order of the outlines.
        most: how much of it the caller needs, where that is more than is printed.
        strict: whether it is an error.

    Returns:
        The advice with its places; None where there is none.

    Raises:
        Advised: there is advice, and it is an error.
    """
    if not advice:
        return None
    from coursesync.outlines.advice.pieces import MOST_SHOWN, told  # noqa: PLC0415 - only where there is any

    found = told(advice, max(most, MOST_SHOWN))
    _print(found.first(MOST_SHOWN))
    if strict:
        raise Advised(found.shown, len(advice))
    return found


def _print(told: Told) -> None:
    for diagnostic in told.shown:
        point(diagnostic, "advice: ")
    if told.more:
        say(f"and {told.more:,} more")
    say()
    annotate(told.shown, "warning", told.more)
