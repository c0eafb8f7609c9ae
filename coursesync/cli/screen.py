"""Output: data on stdout, everything else on stderr; colour only if it is wanted."""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from dataclasses import replace
from functools import lru_cache
from io import BufferedWriter, FileIO, TextIOWrapper
from pathlib import Path
from typing import IO, TYPE_CHECKING, Literal, TextIO

import click

from coursesync.ci.annotate import annotate, annotate_problem
from coursesync.cli.line import placed
from coursesync.errors import Advised, InvalidOutlines, Remedy, UnusableFile
from coursesync.files import read
from coursesync.operations.config import CONFIG
from coursesync.text import count, harmless, on_one_line
from coursesync.text.wrapping import wrapped

if TYPE_CHECKING:
    from collections.abc import Sequence

    from typing_extensions import Buffer

    from coursesync.errors import CoursesyncError, Diagnostic, Sentence, Where
    from coursesync.operations.workspace import Project
    from coursesync.outlines.advice.advice import Advice, FirstPieces
    from coursesync.render.differences import Paint

SOURCE = f"{__name__}: source"  # whether lines of files are shown, in the context of a command
_COLUMNS = 80


class _Watched(FileIO):
    """The file of a stream; remembers whether a write failed."""

    lost = False

    def write(self, content: Buffer, /) -> int:
        try:
            return super().write(content)
        except OSError:
            self.lost = True
            raise


def prepare_streams() -> None:
    """Make streams that can print any character and that record failed writes.

    If a stream was closed before the start, the next opened file would get its number, so a
    stand-in that can't be written to takes it.
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
    """Print lines for people on stderr; `arrived` reports whether that failed."""
    with suppress(OSError):  # a closed stream must not end a command half-way
        click.echo(text if sys.stderr.isatty() else harmless(text), err=True)


def say_wrapped(text: Sentence, margin: str = "", hang: str = "") -> None:
    """Print a sentence in 80 columns on stderr, with its commands as words to type."""
    for line in wrapped(placed(Remedy(text)), margin, hang=hang):
        say(line)


def say_all(first: Sentence, *others: Sentence) -> None:
    """Print a sentence, and others indented below it, such as what to do."""
    say_wrapped(first, hang="  ")
    for each in others:
        say_wrapped(each, "  ")


def say_once(text: Sentence, remedy: Sentence = "") -> None:
    """Print a sentence and its remedy, unless this command has printed that sentence before."""
    said = click.get_current_context().meta
    if (key := f"{__name__}: {text}") not in said:
        said[key] = True
        say_all(text, remedy)


def say_at_once(text: str) -> None:
    """Print lines on stderr from a signal handler, and show the cursor that a bar hides.

    Bypasses the stream, because the signal may have interrupted a write to it.
    """
    before = "\r\x1b[?25h\n" if on_terminal(sys.stderr) else ""
    with suppress(OSError):
        os.write(sys.stderr.fileno(), f"{before}{text}\n".encode(errors="replace"))


def listen() -> None:
    """Print the log of requests on stderr from now on."""
    import logging  # noqa: PLC0415 - only with --verbose

    class OnScreen(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            say(on_one_line(record.getMessage()))

    log = logging.getLogger("coursesync")
    log.setLevel(logging.INFO)
    log.addHandler(OnScreen())


def show(text: str) -> None:
    """Print the result of a command on stdout; raises OSError if that can't be written to."""
    click.echo(text if sys.stdout.isatty() else harmless(text), nl=False)


def arrived(stream: TextIO) -> bool:
    """Return whether all output on a stream was written."""
    with suppress(OSError):
        stream.flush()
    raw = getattr(stream.buffer, "raw", None)
    return not (isinstance(raw, _Watched) and raw.lost)


def point(diagnostic: Diagnostic, word: str = "") -> None:
    """Print a diagnostic: its place, `word` and the problem, then the remedy.

    On a terminal, or if `--source` asks for it, the line of the file comes between them.
    """
    say(on_one_line(f"{diagnostic.where}: {word}{diagnostic.problem}"))
    asked = click.get_current_context().meta.get(SOURCE)
    if on_terminal(sys.stderr) if asked is None else asked:
        _show_line(diagnostic.where, "yellow" if word else "red")
    say_wrapped(diagnostic.remedy, "    ")


def _show_line(where: Where, colour: str) -> None:
    """Print the line of a place with a caret below the column; nothing if it can't be read."""
    from coursesync.render.pointer import pointed  # noqa: PLC0415 - only where a line is shown

    line = "".join(_lines_of(where.path)[where.line - 1 : where.line])
    if not line.strip():
        return
    margin = f"    {where.line} | "
    shown, caret = pointed(line, where.column, _COLUMNS - len(margin))
    say(margin + shown)
    below = f"{' ' * (len(margin) - 2)}| {caret[:-1]}"
    say(below + painter(sys.stderr)(colour, caret[-1]))


@lru_cache(maxsize=4)
def _lines_of(path: str) -> Sequence[str]:
    """Return the lines of a file, none if it can't be read, is a link or is not text."""
    try:
        content = b"" if os.path.islink(path) else read(Path(path))  # noqa: PTH114 - any text
    except (UnusableFile, ValueError):
        return ()
    text = content.decode("utf-8-sig", errors="replace") if b"\0" not in content else ""
    return text.replace("\r\n", "\n").replace("\r", "\n").split("\n")


def _point_at_all(
    diagnostics: Sequence[Diagnostic], level: Literal["error", "warning"], more: int = 0
) -> None:
    for diagnostic in diagnostics:
        point(diagnostic, "advice: " if level == "warning" else "")
    if more:
        say(f"and {more:,} more")
    say()
    annotate([replace(each, remedy=placed(each.remedy)) for each in diagnostics], level, more)


def say_mistaken(mistaken: Sequence[Diagnostic]) -> None:
    """Print that outlines of other courses than the wanted ones have mistakes."""
    if mistaken:
        number = count(len(mistaken), "mistake")
        say_wrapped(f"Other outlines have {number}, first in {min(mistaken).where}.")


def complain(error: CoursesyncError) -> None:
    """Print an expected failure: its diagnostics, the problem and the remedy.

    Advice is not repeated, because `give_advice` has printed it.
    """
    if not isinstance(error, InvalidOutlines):
        annotate_problem(f"{error.problem}.", placed(error.remedy))
    elif not isinstance(error, Advised):
        _point_at_all(error.diagnostics, "error")
    say_all(f"Error: {error.problem}.", error.remedy)


def give_advice(
    project: Project,
    advice: Sequence[Advice],
    *,
    strict: bool | None,
    most: int = 0,
    quiet: bool = False,
) -> FirstPieces | None:
    """Print the first pieces of advice on a workspace's outlines.

    Args:
        project: the workspace.
        advice: all pieces, in the order of the outlines.
        strict: whether advice is an error; None for what coursesync.toml says.
        most: how many pieces the caller needs, if that is more than are printed.
        quiet: whether advice is printed only if it is an error.

    Returns:
        The pieces with their places; None if there are none, or none is printed.

    Raises:
        Advised: there is advice, and it is an error.
    """
    is_error = project.config.strict if strict is None else strict
    if not advice or (quiet and not is_error):
        return None
    from coursesync.outlines.advice.advice import MOST_SHOWN, first_pieces  # noqa: PLC0415 - only where there is any

    found = first_pieces(advice, max(most, MOST_SHOWN))
    printed = found.first()
    _point_at_all(printed.shown, "warning", printed.more)
    if is_error:
        setting = f"strict = true in {project.folder / CONFIG}" if strict is None else "--strict"
        raise Advised(found.shown, len(advice), setting)
    return found


def on_terminal(stream: IO[str]) -> bool:
    """Return whether a stream is a terminal that can move its cursor."""
    return stream.isatty() and os.environ.get("TERM", "") not in {"", "dumb"}


def wants_colour(stream: IO[str]) -> bool:
    """Return whether to colour a stream, by https://no-color.org."""
    return on_terminal(stream) and not os.environ.get("NO_COLOR")


def painter(stream: IO[str]) -> Paint:
    """Return a function that styles a text for a stream; it takes the style and the text."""
    if not wants_colour(stream):
        return lambda _style, text: text
    return lambda style, text: (
        click.style(text, bold=True) if style == "bold" else click.style(text, fg=style)
    )
