"""On a terminal, a long result is shown by a pager; anywhere else, nothing changes."""

from __future__ import annotations

import fcntl
import os
import pty
import struct
import subprocess
import sys
import termios
from typing import TYPE_CHECKING

import pytest
from harness import PROGRAM

if TYPE_CHECKING:
    from pathlib import Path

    from harness import CommandLine

MARKED = "sed 's/^/paged: /'"  # a pager that shows that it was there
TERMINAL = {"TERM": "xterm-256color", "NO_COLOR": "1"}
ADOPT = """
import fcntl, os, sys, termios
fcntl.ioctl(1, termios.TIOCSCTTY, 0)
os.execv(sys.argv[1], sys.argv[1:])
"""


def on_terminal(
    cli: CommandLine, *arguments: str, keys: str = "", has_keys: bool = True, **environment: str
) -> tuple[int, str]:
    """Run a command on a terminal of 30 lines, with keys typed ahead.

    Returns the exit code and the screen. Without `has_keys`, stdin is no terminal.
    """
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 30, 100, 0, 0))
    screen = b""
    with subprocess.Popen(
        [sys.executable, "-c", ADOPT, PROGRAM, *arguments],
        cwd=cli.cwd,
        env=cli.with_environment({**TERMINAL, **cli.environment, **environment}),
        stdin=theirs if has_keys else subprocess.DEVNULL,
        stdout=theirs,
        stderr=theirs,
        start_new_session=True,
    ) as process:
        os.close(theirs)
        try:
            while read := _read(ours):
                screen += read
                if keys and b"S39" in screen:
                    os.write(ours, keys.encode())
                    keys = ""
            code = process.wait(timeout=60)
        finally:
            process.kill()
            os.close(ours)
    return code, screen.decode().replace("\r\n", "\n")


def write_sections(courses: Path, number: int) -> None:
    """Write a course of so many sections, on which there is no advice."""
    sections = "".join(f"  - {{title: S{i}, contents: <p>a</p>}}\n" for i in range(number))
    (courses / "a.yaml").write_text(f"id: 4711\ntitle: A\nsections:\n{sections}")


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 4096)
    except OSError:  # how Linux says that nobody writes to it any more
        return b""


@pytest.fixture
def long(cli: CommandLine, courses: Path) -> CommandLine:
    """The command line of a workspace whose plan is longer than the terminal."""
    write_sections(courses, 40)
    return cli


def test_a_long_plan_is_paged(long: CommandLine) -> None:
    """By COURSESYNC_PAGER, then by PAGER; both are commands of a shell."""
    plain = long("plan").out
    code, screen = on_terminal(long, "plan", PAGER=MARKED)
    _, first = on_terminal(long, "plan", PAGER="false", COURSESYNC_PAGER=MARKED)

    assert code == 0
    assert screen == first == "".join(f"paged: {line}\n" for line in plain.splitlines())


def test_long_lists_are_paged(long: CommandLine) -> None:
    """`state list` and `drift` are shown as a plan is."""
    assert long("apply", "--sandbox", "--auto-approve").code == 0
    _, screen = on_terminal(long, "state", "list", "--sandbox", PAGER=MARKED)
    _, short = on_terminal(long, "drift", "--sandbox", PAGER=MARKED)

    assert screen.count("paged: section.a.") == 40
    assert "paged" not in short


@pytest.mark.parametrize(
    ("arguments", "environment"),
    [
        (["--no-pager"], {"PAGER": MARKED}),
        ([], {"PAGER": MARKED, "CI": "true"}),
        ([], {"PAGER": "cat"}),
        ([], {"PAGER": ""}),
        ([], {"PAGER": MARKED, "COURSESYNC_PAGER": ""}),
        ([], {"PAGER": MARKED, "TERM": "dumb"}),
        (["--format", "json"], {"PAGER": MARKED}),
        (["--format", "markdown"], {"PAGER": MARKED}),
    ],
    ids=str,
)
def test_a_plan_is_printed_at_once(
    long: CommandLine, arguments: list[str], environment: dict[str, str]
) -> None:
    """If that was asked for, in CI, without a pager, and for programs."""
    plain = long("plan", *arguments).out
    code, screen = on_terminal(long.having(environment), "plan", *arguments)

    assert code == 0
    assert screen.endswith(plain)
    assert "paged" not in screen


def test_a_short_plan_is_not_paged(cli: CommandLine, courses: Path) -> None:
    """What fits on the terminal is printed."""
    write_sections(courses, 1)
    _, screen = on_terminal(cli, "plan", PAGER=MARKED)

    assert screen == cli("plan").out


def test_without_keys_there_is_no_pager(long: CommandLine) -> None:
    """Where stdin is no terminal, nobody could close it."""
    _, screen = on_terminal(long, "plan", has_keys=False, PAGER=MARKED)

    assert screen == long("plan").out


def test_apply_asks_without_a_pager(long: CommandLine) -> None:
    """A plan that is followed by a question is not paged."""
    _, screen = on_terminal(long, "apply", "--sandbox", "--auto-approve", PAGER=MARKED)

    assert "Apply: 40 created." in screen
    assert "paged" not in screen


@pytest.mark.parametrize("pager", ["false", "'unclosed", "/etc/passwd", "/nowhere/pager", "exit 3"])
def test_a_pager_that_fails_hides_nothing(long: CommandLine, pager: str) -> None:
    """What it could not show is printed, after its own message; the exit code is the command's."""
    plain = long("plan").out
    code, screen = on_terminal(long, "plan", "--detailed-exitcode", PAGER=pager)

    assert code == 2
    assert screen.endswith(plain)


def test_what_a_pager_has_shown_is_not_printed_again(long: CommandLine) -> None:
    """Its exit code does not matter then."""
    plain = long("plan").out
    _, screen = on_terminal(long, "plan", PAGER=f"{MARKED}; exit 3")

    assert screen == "".join(f"paged: {line}\n" for line in plain.splitlines())


@pytest.mark.parametrize("pager", ["head -n 1", "true", "kill -INT $$"])
def test_a_pager_that_is_closed_early_ends_quietly(long: CommandLine, pager: str) -> None:
    """Also by Ctrl-C; the exit code is that of the command."""
    code, screen = on_terminal(long, "plan", "--detailed-exitcode", PAGER=pager)

    assert code == 2
    assert "Traceback" not in screen
    assert "Interrupted" not in screen


def test_a_ctrl_c_is_for_the_pager(long: CommandLine) -> None:
    """The terminal sends it to both; the command goes on when the pager ends."""
    pager = "trap 'echo caught; exit' INT; cat; sleep 100"
    code, screen = on_terminal(long, "plan", "--detailed-exitcode", keys="\x03", PAGER=pager)

    assert code == 2
    assert "caught" in screen
    assert "Traceback" not in screen
    assert "Interrupted" not in screen
