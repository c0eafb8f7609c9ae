"""What goes where on the screen: data on stdout, all else on stderr, colour where it is wanted."""

from __future__ import annotations

import os
import sys
from typing import IO, TYPE_CHECKING

import click

from coursesync.errors import InvalidOutlines

if TYPE_CHECKING:
    from collections.abc import Callable

    from coursesync.errors import CoursesyncError


def prepare_streams() -> None:
    """Let no character of a title break the output, whatever encoding the terminal has."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="backslashreplace")


def say(text: str = "") -> None:
    """Print a line for people, on stderr."""
    click.echo(text, err=True)


def complain(error: CoursesyncError) -> None:
    """Print an expected failure: every diagnostic of it, what is wrong, what to do next."""
    if isinstance(error, InvalidOutlines):
        for diagnostic in error.diagnostics:
            say(str(diagnostic))
        say()
    say(f"Error: {error.problem}.")
    if error.remedy:
        say(f"  {error.remedy}")


def on_terminal(stream: IO[str]) -> bool:
    """Say whether a person reads the stream on a terminal that can move its cursor."""
    return stream.isatty() and os.environ.get("TERM", "") not in {"", "dumb"}


def wants_colour(stream: IO[str]) -> bool:
    """Say whether the stream is to have colour: https://no-color.org."""
    return on_terminal(stream) and not os.environ.get("NO_COLOR")


def painter(stream: IO[str]) -> Callable[[str, str], str]:
    """Return what puts a text in a style on that stream."""
    if not wants_colour(stream):
        return lambda _style, text: text
    return lambda style, text: (
        click.style(text, bold=True) if style == "bold" else click.style(text, fg=style)
    )
