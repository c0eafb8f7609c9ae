"""On a terminal: the question, the bar, the colours, and the keys that end it."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import sys
import termios
from typing import TYPE_CHECKING

import pytest
from harness import PROGRAM, SECTIONS, files_below, write_outline

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from harness import CommandLine, SandboxServer

HIDDEN, SHOWN = "\x1b[?25l", "\x1b[?25h"  # the cursor
QUESTION = "Apply this plan? [y/N]: "
COLOUR = re.compile(r"\x1b\[[0-9;]*[34][0-7][0-9;]*m")
# makes the terminal the process's own, so that keys such as Ctrl-C reach it as signals
ADOPT = """
import fcntl, os, sys, termios
fcntl.ioctl(0, termios.TIOCSCTTY, 0)
os.execv(sys.argv[1], sys.argv[1:])
"""


def on_terminal(
    cli: CommandLine,
    *arguments: str,
    keys: str = "",
    press: Callable[[bytes], bytes] | None = None,
    **environment: str,
) -> tuple[int, str]:
    """Run a command on a terminal; type `keys` once it asks. Returns exit code and screen.

    `press` is asked, whenever something was written, what to type then.
    """
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 30, 100, 0, 0))
    screen = b""
    with subprocess.Popen(
        [sys.executable, "-c", ADOPT, PROGRAM, *arguments],
        cwd=cli.cwd,
        env=cli.with_environment({"TERM": "xterm-256color", **environment}),
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        start_new_session=True,
    ) as process:
        os.close(theirs)
        try:
            while read := _read(ours, keys if QUESTION.encode() in screen else ""):
                asked = QUESTION.encode() in screen
                screen += read
                if keys and not asked and QUESTION.encode() in screen:
                    os.write(ours, keys.encode())
                if press is not None:
                    os.write(ours, press(screen))
            code = process.wait(timeout=60)
        finally:
            process.kill()
            os.close(ours)
    return code, screen.decode().replace("\r\n", "\n")


def _read(terminal: int, keys: str) -> bytes:
    for _ in range(12):
        if select.select([terminal], [], [], 5)[0]:
            break
        # a Ctrl-C between Python's last look at its signals and its read is seen at the next key
        os.write(terminal, keys.encode())
    else:
        pytest.fail("it neither ended nor wrote anything")
    try:
        return os.read(terminal, 4096)
    except OSError:  # how Linux says that nobody writes to it any more
        return b""


def test_another_answer_is_asked_for_again(author: CommandLine, onboarding: Path) -> None:
    """The message names the answers that there are."""
    assert onboarding.exists()
    code, screen = on_terminal(author, "apply", keys="ja\nn\n")

    assert code == 0
    assert "Error: type y (yes) or n (no)" in screen
    assert screen.endswith("Nothing was changed.\n")


@pytest.mark.parametrize("command", ["apply", "drift"])
def test_without_credentials_nothing_is_asked(
    author: CommandLine, onboarding: Path, command: str
) -> None:
    """Nor is an API named that nothing contacts."""
    assert onboarding.exists()
    assert author("apply", "--auto-approve").code == 0
    onboarding.write_text(onboarding.read_text().replace("title: ", "title: New ", 2))
    code, screen = on_terminal(author, command, NEXUDUS_TOKEN="")

    assert code == 64
    assert "there are no credentials" in screen
    assert QUESTION not in screen
    assert "Contacting" not in screen


def test_no_means_no(author: CommandLine, api: SandboxServer, onboarding: Path) -> None:
    """Answered with "n", an apply sends nothing, writes nothing and ends with 0."""
    before = files_below(onboarding.parent)
    code, screen = on_terminal(author, "apply", keys="n\n")

    assert code == 0
    assert "Plan:" in screen.partition(QUESTION)[0]
    assert screen.endswith("Nothing was changed.\n")
    assert api.log() == []
    assert files_below(onboarding.parent) == before


def test_the_default_is_no(author: CommandLine, api: SandboxServer, onboarding: Path) -> None:
    """The return key alone applies nothing."""
    code, screen = on_terminal(author, "apply", keys="\n")

    assert code == 0
    assert screen.endswith("Nothing was changed.\n")
    assert api.log() == []
    assert onboarding.exists()


def test_yes_applies_with_a_bar(author: CommandLine, api: SandboxServer, onboarding: Path) -> None:
    """Answered with "y", an apply carries the plan out and shows how far it is."""
    code, screen = on_terminal(author, "apply", keys="y\n")

    assert code == 0
    assert "3/3" in screen
    assert "Apply: 3 created." in screen
    assert len(api.records()) == 3
    assert onboarding.exists()


def test_the_bar_says_how_long_the_rest_takes(author: CommandLine, courses: Path) -> None:
    """While writes go through, too: by the limits, from what is still to come."""
    write_outline(courses, "a", 4711, "One", "Two", "Three", "Four", "Five")
    (courses / "coursesync.toml").write_text("[limits]\ngap = 0.8\n")
    code, screen = on_terminal(author, "apply", "--auto-approve")

    assert code == 0
    assert re.search(r"1/5\S* about [34] seconds to go, section\.", screen), screen


@pytest.mark.parametrize("command", ["apply --auto-approve", "drift"])
def test_a_wait_counts_down_in_one_line(
    author: CommandLine, api: SandboxServer, onboarding: Path, command: str
) -> None:
    """It is rewritten each second, with a bar or without one, and is gone at the end."""
    if command == "drift":
        assert author("apply", "--auto-approve").code == 0
    api.fault(f"GET {SECTIONS}@1:throttled=4")
    code, screen = on_terminal(author, *command.split())

    assert code == 0
    counted = re.findall(r"waiting (\d) seconds?: the API's limits", screen)
    assert {"2", "3"} <= {*counted}
    assert counted == sorted(counted, reverse=True)
    assert "waiting" not in screen.rpartition("\n")[0].rpartition("\r")[2]
    assert onboarding.exists()


def test_a_doubt_is_reported_above_the_bar(
    author: CommandLine, api: SandboxServer, onboarding: Path
) -> None:
    """What did not go well has a line of its own while the bar goes on."""
    api.fault(f"POST {SECTIONS}@2x3:lost-before")
    code, screen = on_terminal(author, "apply", "--auto-approve")

    assert code == 6
    assert "section.onboarding.first-week: in doubt\n" in screen
    assert "section.onboarding.going-further: not sent yet\n" in screen
    assert onboarding.exists()


@pytest.mark.parametrize("command", ["plan", "apply"])
def test_colours_on_a_terminal(author: CommandLine, onboarding: Path, command: str) -> None:
    """On a terminal what is to be created is green; with NO_COLOR no text has a colour."""
    keys = "n\n" if command == "apply" else ""
    _, coloured = on_terminal(author, command, keys=keys)
    _, plain = on_terminal(author, command, keys=keys, NO_COLOR="1")
    _, dumb = on_terminal(author, command, keys=keys, TERM="dumb")

    assert "\x1b[32m  +   10  Welcome to the space" in coloured
    assert "  +   10  Welcome to the space" in plain
    assert COLOUR.search(plain) is None
    assert "\x1b" not in dumb
    assert onboarding.exists()


def test_the_bar_obeys_no_color(author: CommandLine, api: SandboxServer, onboarding: Path) -> None:
    """With NO_COLOR the bar has no colour either; on a dumb terminal there are plain lines."""
    _, plain = on_terminal(author, "apply", "--auto-approve", NO_COLOR="1")
    for record in api.records():  # or the second run would find them
        api.foreign_remove(int(str(record["Id"])))
    _, dumb = on_terminal(
        author, "apply", "--auto-approve", "--state", "other.state.json", TERM="dumb"
    )

    assert "3/3" in plain
    assert COLOUR.search(plain) is None
    assert "[3/3] section.onboarding.going-further: created" in dumb
    assert "\x1b" not in dumb
    assert onboarding.exists()


def test_ctrl_c_is_answered_and_gives_the_cursor_back(
    online: CommandLine, server: SandboxServer, onboarding: Path
) -> None:
    """While a request is in flight the first Ctrl-C is answered at once, the second ends it all.

    The cursor that the bar hid is there again, and what to do next was said.
    """
    server.fault_create(2, "slow=60")

    pressed: list[bool] = []  # what was answered when it was

    def press(screen: bytes) -> bytes:
        answered = b"Stopping when" in screen
        if len(pressed) == answered and len(server.records()) == 2:
            pressed.append(answered)
            return b"\x03"
        return b""

    code, screen = on_terminal(online, "apply", "--auto-approve", press=press)
    again = online("apply", "--auto-approve")

    assert code == -signal.SIGINT
    assert "Stopping when the current request is done. A second Ctrl-C stops it now.\n" in screen
    assert (
        "If it is stopped before that, run this to finish:\n  coursesync apply courses\n" in screen
    )
    assert screen.rindex(SHOWN) > screen.rindex(HIDDEN)
    assert again.code == 0, again.err
    assert len(server.records()) == 3
    assert onboarding.exists()


@pytest.mark.parametrize("key", ["\x03", "\x04"], ids=["Ctrl-C", "Ctrl-D"])
def test_leaving_the_question(
    author: CommandLine, api: SandboxServer, onboarding: Path, key: str
) -> None:
    """Ctrl-C at the question ends with 130, as does the end of the input; nothing is changed."""
    before = files_below(onboarding.parent)
    code, screen = on_terminal(author, "apply", keys=key)

    assert code == 130
    assert "Interrupted; nothing was changed." in screen
    assert "Traceback" not in screen
    assert api.log() == []
    assert files_below(onboarding.parent) == before
    assert not list(onboarding.parent.glob("*locked-by"))
