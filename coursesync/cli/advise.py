"""Advice on the outlines: its first pieces on stderr; with `--strict`, an error."""

from __future__ import annotations

from typing import TYPE_CHECKING

from coursesync.ci.annotate import annotate
from coursesync.cli.screen import point, say
from coursesync.errors import Advised

if TYPE_CHECKING:
    from collections.abc import Sequence

    from coursesync.operations.workspace import Project
    from coursesync.outlines.advice.pieces import Advice, FirstPieces


def is_strict(project: Project, strict: bool | None) -> bool:  # noqa: FBT001 - an option's value, or none
    """Return whether advice is an error: by the command line, or else by coursesync.toml."""
    return project.config.strict if strict is None else strict


def give_advice(advice: Sequence[Advice], most: int = 0, *, strict: bool) -> FirstPieces | None:
    """Print the first pieces of advice on a workspace's outlines.

    Args:
        advice: all pieces, in the order of the outlines.
        most: how many pieces the caller needs, if that is more than are printed.
        strict: whether advice is an error.

    Returns:
        The pieces with their places; None if there are none.

    Raises:
        Advised: there is advice, and `strict` is true.
    """
    if not advice:
        return None
    from coursesync.outlines.advice.pieces import MOST_SHOWN, first_pieces  # noqa: PLC0415 - only where there is any

    found = first_pieces(advice, max(most, MOST_SHOWN))
    _print(found.first(MOST_SHOWN))
    if strict:
        raise Advised(found.shown, len(advice))
    return found


def _print(found: FirstPieces) -> None:
    for diagnostic in found.shown:
        point(diagnostic, "advice: ")
    if found.more:
        say(f"and {found.more:,} more")
    say()
    annotate(found.shown, "warning", found.more)
