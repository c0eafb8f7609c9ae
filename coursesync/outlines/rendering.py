"""Renders Markdown within limits: what is quick in this process, all else in one of its own.

Owns that process: it is started when it is first needed, replaced if it takes too long, and ended
with its `Renderer`. It must never be sent anything but Markdown and the addresses of its pictures.
"""

from __future__ import annotations

import json
import os
import sys
from contextlib import suppress
from typing import TYPE_CHECKING

from coursesync.errors import CoursesyncError, UnusableFile
from coursesync.kinds.contents import (
    is_quick,
    pictures_in,
    rendered_blocks,
    to_html,
    with_addresses,
)

if TYPE_CHECKING:
    from collections.abc import Mapping
    from subprocess import Popen
    from types import TracebackType
    from typing import Self

SECONDS = 10  # of processor time, for one text; a megabyte of prose takes a second or two
MEMORY = 1 << 30  # bytes
NO_MEMORY = 12  # how the process ends without memory, outside of an answer; as ENOMEM
_PATIENCE = 60.0  # seconds to wait for an answer, on a machine that is busy with other things
_MOST_SLOW = 3  # texts that take too long; after these, none is sent any more
_MOST_KNOWN = 32  # answers; several items may share a file
_HUNGRY = "needs too much memory to be rendered"
_LOOK = (
    "Look for a list or a table of thousands of lines, or for long runs of marks such as [ * _ "
    "and >, and split the file there."
)


class Renderer:
    """Renders Markdown; a context manager, which ends the process at its end.

    Its methods raise UnusableFile, whose problem follows the file's name, if a text takes too long,
    and CoursesyncError if the process can't be started.
    """

    def __init__(self) -> None:
        self._process: Popen[bytes] | None = None
        self._known: dict[str, object] = {}  # answers, or the error, by question
        self._slow = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        _type: type[BaseException] | None,
        _error: BaseException | None,
        _traceback: TracebackType | None,
    ) -> None:
        self._end()

    def html(self, markdown: str) -> str:
        """Return a text as HTML."""
        return to_html(markdown) if is_quick(markdown) else str(self._answer("html", markdown))

    def blocks(self, markdown: str) -> list[tuple[str, str]]:
        """Return the blocks of a text, each with its HTML, as `rendered_blocks` does."""
        if is_quick(markdown):
            return rendered_blocks(markdown)
        found = self._answer("blocks", markdown)
        return [(text, html) for text, html in found] if isinstance(found, list) else []

    def pictures(self, markdown: str) -> list[tuple[str, int]]:
        """Return the pictures of a text, each with its line, as `pictures_in` does."""
        if is_quick(markdown):
            return pictures_in(markdown)
        found = self._answer("pictures", markdown)
        return [(written, line) for written, line in found] if isinstance(found, list) else []

    def with_addresses(self, markdown: str, addresses: Mapping[str, str]) -> str:
        """Return a text as HTML, with other addresses for its pictures."""
        if is_quick(markdown):
            return with_addresses(markdown, addresses)
        return str(self._answer("addresses", markdown, addresses))

    def _answer(self, what: str, markdown: str, *more: Mapping[str, str]) -> object:
        question = json.dumps([what, markdown, *more])
        if question not in self._known:
            if len(self._known) >= _MOST_KNOWN:
                del self._known[next(iter(self._known))]
            try:
                self._known[question] = self._ask(question)
            except UnusableFile as unusable:
                self._known[question] = unusable
        if isinstance(found := self._known[question], UnusableFile):
            raise UnusableFile(found.problem, found.remedy)
        return found

    def _ask(self, question: str) -> object:
        if self._slow >= _MOST_SLOW:
            raise UnusableFile(
                f"was not rendered, because {_MOST_SLOW} other files take too long",
                "Correct these first: the rest is checked then.",
            )
        self._process = process = self._process or _started()
        line, is_late = _exchanged(process, f"{question}\n".encode())
        if line.endswith(b"\n"):
            if (answer := json.loads(line)) is None:
                raise UnusableFile(_HUNGRY, _LOOK)
            found: object = answer
            return found
        code = self._end()
        if is_late or code in _out_of_time():
            self._slow += 1
            raise UnusableFile(f"takes more than {SECONDS} seconds to render", _LOOK)
        if code == NO_MEMORY:
            raise UnusableFile(_HUNGRY, _LOOK)
        raise UnusableFile(
            f"can't be rendered: the process that renders it ended with {code}",
            "Try again. If that happens again, split the file.",
        )

    def _end(self) -> int:
        """End the process, and return its exit code; 0 if there is none."""
        if (process := self._process) is None:
            return 0
        self._process = None
        for pipe in (process.stdin, process.stdout):
            with suppress(OSError):
                if pipe is not None:
                    pipe.close()
        from subprocess import TimeoutExpired  # noqa: PLC0415 - imported already

        try:
            return process.wait(1)  # it ends at the end of its input
        except TimeoutExpired:
            process.kill()
            return process.wait()


def _out_of_time() -> tuple[int, int]:
    """Return the exit codes after our own limit, and after that of `ulimit -t`."""
    from signal import SIGPROF, SIGXCPU  # noqa: PLC0415 - after a failure only

    return -SIGPROF, -SIGXCPU


def _started() -> Popen[bytes]:
    from subprocess import DEVNULL, PIPE, Popen  # noqa: PLC0415 - for long Markdown only

    no_path = "-I" if sys.flags.isolated else "-P"  # nothing is imported from the current folder
    words = [sys.executable, no_path, "-m", "coursesync.outlines.rendering_process"]
    # it needs no credentials
    kept = {name: text for name, text in os.environ.items() if not name.startswith("NEXUDUS_")}
    try:
        return Popen(  # noqa: S603 - our own interpreter
            words,
            cwd="/",
            env=kept,
            stdin=PIPE,
            stdout=PIPE,
            stderr=DEVNULL,
            bufsize=0,
            process_group=0,  # a Ctrl-C is for this process alone
        )
    except OSError as error:
        raise CoursesyncError(
            f"the process that renders long Markdown can't be started: {error.strerror}",
            "End other programs, or raise the limit on processes, and try again.",
        ) from error


def _exchanged(process: Popen[bytes], question: bytes) -> tuple[bytes, bool]:
    """Send a line, and return the answer, without a line end if the process ended first.

    Also returns whether it took longer than anybody waits.
    """
    from select import POLLIN, poll  # noqa: PLC0415 - for long Markdown only
    from time import monotonic  # noqa: PLC0415 - for long Markdown only

    assert process.stdin is not None  # noqa: S101 - they are pipes
    assert process.stdout is not None  # noqa: S101 - they are pipes
    answer, until = bytearray(), monotonic() + _PATIENCE
    ready = poll()
    ready.register(process.stdout, POLLIN)
    try:
        rest = memoryview(question)
        while rest:
            rest = rest[process.stdin.write(rest) or 0 :]
    except OSError:
        return b"", False  # it has ended
    while not answer.endswith(b"\n"):
        if not ready.poll(max(0.0, until - monotonic()) * 1_000):
            return b"", True
        if not (more := os.read(process.stdout.fileno(), 1 << 20)):
            break
        answer += more
    return bytes(answer), False
