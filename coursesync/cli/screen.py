"""What goes where on the screen: data on stdout, all else on stderr, colour where it is wanted."""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from dataclasses import replace
from io import BufferedWriter, FileIO, TextIOWrapper
from typing import IO, TYPE_CHECKING, TextIO

import click

from coursesync.ci.annotate import annotate, annotate_problem
from coursesync.cli.line import placed
from coursesync.errors import Advised, InvalidOutlines, Remedy
from coursesync.text import harmless, on_one_line, wrapped

if TYPE_CHECKING:
    from collections.abc import Callable

    from typing_extensions import Buffer

    from coursesync.errors import CoursesyncError, Diagnostic, Sentence


class _Watched(FileIO):
    """A stream's file that remembers whether something that was written to it is lost."""

    lost = False

    def write(self, content: Buffer, /) -> int:
        try:
            return super().write(content)
        except OSError:
            self.lost = True
            raise


def prepare_streams() -> None:
    """Make streams that no character of a title breaks, and that know what they have lost.

    Where one was closed before the start, the next file that is opened would take its place: a
    stand-in that can't be written to takes it first.
    """
    sys.stdin = sys.stdin or os.fdopen(os.open(os.devnull, os.O_RDONLY))
    sys.stdout = _watched(sys.stdout)
    sys.stderr = _watched(sys.stderr)


def _watched(stream: TextIO | None) -> TextIO:
    number = stream.fileno() if stream else os.open(os.devnull, os.O_RDONLY)
    buffer = BufferedWriter(_Watched(number, "w", closefd=False))
    encoding = stream.encoding if stream else "utf-8"
    return TextIOWrapper(
        buffer, encoding, errors="backslashreplace", line_buffering=os.isatty(number)
    )


def say(text: str = "") -> None:
    """Print lines for people, on stderr; where that can't be written to, `arrived` tells."""
    with suppress(OSError):  # a reader that has gone must not end a command half-way
        click.echo(text if sys.stderr.isatty() else harmless(text), err=True)


def say_wrapped(text: Sentence, margin: str = "", hang: str = "") -> None:
    """Print a sentence in 80 columns, on stderr, its commands as they are to be typed.

    See `text.wrapped`.
    """
    for line in wrapped(placed(Remedy(text)), margin, hang=hang):
        say(line)


def warn_once(problem: str, remedy: Sentence) -> None:
    """Print what is no failure, and what to do about it; the same only once for a command."""
    told = click.get_current_context().find_root().meta
    if (key := f"{__name__}: {problem}") not in told:
        told[key] = True
        say_wrapped(f"Warning: {problem}.", hang="  ")
        say_wrapped(remedy, "  ")


def say_at_once(text: str) -> None:
    """Print lines on stderr from within a signal's handler, and show the cursor that a bar hides.

    Past the stream, which may be in the midst of a write.
    """
    before = "\r\x1b[?25h\n" if on_terminal(sys.stderr) else ""
    with suppress(OSError):
        os.write(sys.stderr.fileno(), f"{before}{text}\n".encode(errors="replace"))


def listen() -> None:
    """Print from now on what is logged of each request, on stderr."""
    import logging  # noqa: PLC0415 - only where it was asked for

    class Said(logging.Handler):
        """Prints a record as a line of ours."""

        def emit(self, record: logging.LogRecord) -> None:
            say(on_one_line(record.getMessage()))

    log = logging.getLogger("coursesync")
    log.setLevel(logging.INFO)
    log.addHandler(Said())


def show(text: str) -> None:
    """Print what was asked for, on stdout; raises OSError where that can't be written to."""
    click.echo(text if sys.stdout.isatty() else harmless(text), nl=False)


def arrived(stream: TextIO) -> bool:
    """Say whether all that was written to a stream has left this process."""
    with suppress(OSError):
        stream.flush()
    raw = getattr(stream.buffer, "raw", None)
    return not (isinstance(raw, _Watched) and raw.lost)


def point(diagnostic: Diagnostic, word: str = "") -> None:
    """Print a diagnostic: on one line its place, a word and what is wrong, then what to do."""
    say(on_one_line(f"{diagnostic.where}: {word}{diagnostic.problem}"))
    if diagnostic.remedy:
        say_wrapped(diagnostic.remedy, "    ")


def complain(error: CoursesyncError) -> None:
    """Print an expected failure: every diagnostic of it, what is wrong, what to do next.

    Advice is on the screen already.
    """
    if isinstance(error, InvalidOutlines) and not isinstance(error, Advised):
        for diagnostic in error.diagnostics:
            point(diagnostic)
        say()
        marked = [replace(each, remedy=placed(each.remedy)) for each in error.diagnostics]
        annotate(marked, "error")
    elif not isinstance(error, Advised):
        annotate_problem(f"{error.problem}.", placed(error.remedy))
    say_wrapped(f"Error: {error.problem}.", hang="  ")
    if error.remedy:
        say_wrapped(error.remedy, "  ")


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
