"""Long Markdown is rendered in a process of its own, which has limits and leaves nothing behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest
from harness import PROGRAM

import coursesync
from coursesync.errors import InvalidOutlines
from coursesync.kinds.contents import to_html

if TYPE_CHECKING:
    from pathlib import Path

    from harness import CommandLine, SandboxServer

MEGABYTE = 1_000_000
PROSE = "The *quick* fox jumps over [the dog](https://a.example/dog), `twice`, at length.\n\n"
LONG = PROSE * (MEGABYTE // len(PROSE))
# a megabyte of lines that may each end the paragraph in the quote: half a minute
SLOW = "> " * 8 + "a\n" + "a [b] *c* _d_ <e> & `f` ![g\n" * 33_000
HUNGRY = "|a|b|\n|-|-|\n" + "|a|b|\n" * 160_000
PATIENCE = 120.0  # seconds; what is waited for comes in a few, unless the machine is busy


def write_course(courses: Path, *texts: str) -> None:
    """Write a course with a section for each text, in a Markdown file of its own."""
    named = (f"  - title: A{i}\n    contents: {{markdown: {i}.md}}\n" for i in range(len(texts)))
    (courses / "a.yaml").write_text("id: 4711\ntitle: A\nsections:\n" + "".join(named))
    for i, text in enumerate(texts):
        (courses / f"{i}.md").write_text(text)


def renderers() -> set[int]:
    """Return the numbers of all processes that render Markdown."""
    listed = subprocess.run(
        ["ps", "-A", "-ww", "-o", "pid=", "-o", "args="],  # noqa: S607 - POSIX has it
        capture_output=True,
        encoding="utf-8",
        check=True,
    )
    lines = (line.split(maxsplit=1) for line in listed.stdout.splitlines())
    return {int(line[0]) for line in lines if "coursesync.outlines.rendering_process" in line[-1]}


def renderer_of(process: subprocess.Popen[str], before: set[int]) -> int:
    """Wait until a process has started the one that renders, and return that one's number."""
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        assert process.poll() is None
        for number in renderers() - before:
            parent = subprocess.run(
                ["ps", "-o", "ppid=", "-p", str(number)],  # noqa: S607 - POSIX has it
                capture_output=True,
                encoding="utf-8",
                check=False,
            )
            if parent.stdout.strip() == str(process.pid):
                return number
    raise AssertionError("nothing was started")


def is_gone(number: int) -> bool:
    """Wait until a process has ended."""
    until = time.monotonic() + PATIENCE
    while number in renderers():
        if time.monotonic() > until:
            return False
        time.sleep(0.05)
    return True


def test_four_megabytes_of_markdown_are_one_course(courses: Path) -> None:
    """Long files give the same HTML as short ones: what the renderer makes of them."""
    texts = [f"{i}\n\n{LONG}" for i in range(4)]
    write_course(courses, *texts)

    changes = coursesync.plan(coursesync.load(courses)).changes

    contents = [(change.after or {})["SectionContents"] for change in changes]
    assert contents == [to_html(text) for text in texts]


def test_pictures_in_long_markdown_become_addresses(courses: Path) -> None:
    """The process that renders gets the addresses: it looks for no file."""
    text = f"![Desk](my%20desk.png)\n\n{LONG}\n<img src='desk.png'>\n"
    write_course(courses, text)
    (courses / "coursesync.toml").write_text('assets_url = "https://a.example/"\n')
    for name in ("desk.png", "my desk.png"):
        (courses / name).write_bytes(b"\x89PNG")

    (change,) = coursesync.plan(coursesync.load(courses)).changes

    absolute = text.replace("my%20", "https://a.example/my%20").replace(
        "='", "='https://a.example/"
    )
    assert (change.after or {})["SectionContents"] == to_html(absolute)


def test_a_picture_that_long_markdown_lacks_is_a_mistake_at_its_place(courses: Path) -> None:
    """As in a short file."""
    write_course(courses, f"{LONG}\n![Desk](desk.png)\n")
    (courses / "coursesync.toml").write_text('assets_url = "https://a.example/"\n')

    with pytest.raises(InvalidOutlines) as raised:
        coursesync.load(courses)

    (found,) = raised.value.diagnostics
    line = LONG.count("\n") + 2
    assert (found.where.path, found.where.line) == (str(courses / "0.md"), line)
    assert found.problem.startswith("there is no picture ")


def test_pictures_in_markdown_that_takes_too_long_are_a_mistake_too(courses: Path) -> None:
    """The limits are the same."""
    write_course(courses, f"![Desk](desk.png)\n\n{SLOW}")
    (courses / "coursesync.toml").write_text('assets_url = "https://a.example/"\n')

    with pytest.raises(InvalidOutlines) as raised:
        coursesync.load(courses)

    (found,) = raised.value.diagnostics
    assert found.problem == "`0.md` takes more than 10 seconds to render"


def test_what_takes_too_long_is_a_mistake(courses: Path) -> None:
    """It is named at its place, as often as it is used, and what comes after it is rendered."""
    write_course(courses, "short", SLOW, LONG, SLOW)

    with pytest.raises(InvalidOutlines) as raised:
        coursesync.load(courses)

    found = [(each.where.line, each.problem) for each in raised.value.diagnostics]
    assert found == [
        (7, "`1.md` takes more than 10 seconds to render"),
        (11, "`3.md` takes more than 10 seconds to render"),
    ]
    assert "split the file there" in str(raised.value.diagnostics[0].remedy)


def test_what_needs_too_much_memory_is_a_mistake(cli: CommandLine, courses: Path) -> None:
    """The process that renders has less memory than it asks for, and the command goes on.

    So little memory is used up in a second: long before the limit on processor time.
    """
    write_course(courses, HUNGRY)
    ran = subprocess.run(
        ["sh", "-c", 'ulimit -v 250000; exec "$0" validate', PROGRAM],  # noqa: S607 - POSIX has it
        cwd=cli.cwd,
        env=cli.with_environment({}),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )

    assert ran.returncode == 3
    where = "courses/a.yaml:5:15"
    assert ran.stderr.startswith(f"{where}: `0.md` needs too much memory to be rendered\n")


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_nothing_stays_behind(cli: CommandLine, courses: Path, number: int) -> None:
    """The process that renders ends with its command, also in the middle of a text."""
    write_course(courses, SLOW)
    before = renderers()
    with cli.start("plan") as process:
        found = renderer_of(process, before)
        os.kill(process.pid, number)
        process.communicate(timeout=PATIENCE)

    assert process.returncode in {-number, 128 + number}
    assert is_gone(found)


def test_what_is_short_or_applied_starts_no_process(cli: CommandLine, courses: Path) -> None:
    """The module that starts processes is imported only when there is long Markdown to render."""
    write_course(courses, PROSE)
    assert "subprocess" not in imported(cli, "validate")

    write_course(courses, LONG)
    assert "subprocess" in imported(cli, "validate")
    assert cli("apply", "--sandbox", "--auto-approve").code == 0
    assert "subprocess" not in imported(cli, "plan", "--sandbox")


def imported(cli: CommandLine, *arguments: str) -> set[str]:
    """Run a command in a fresh process, and return the modules that it imported."""
    ran = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "coursesync", *arguments],
        cwd=cli.cwd,
        env=cli.with_environment({}),
        capture_output=True,
        encoding="utf-8",
        check=True,
    )
    lines = ran.stderr.splitlines()
    return {line.rpartition("|")[2].strip() for line in lines if line.startswith("import time")}


def test_a_pull_changes_only_the_lines_that_changed(
    author: CommandLine, api: SandboxServer, courses: Path
) -> None:
    """A long file stays Markdown, and stays to the letter where the site did not change it."""
    text = "A   _first_  word.\n\n" + PROSE * 2_000 + "The *last* word.\n"
    write_course(courses, text)
    assert author("apply", "--auto-approve").code == 0
    html = to_html(text).replace("<em>last</em>", "<em>final</em>")
    api.foreign_change(1000001, SectionContents=html, At="2099-01-01T00:00:00Z")

    ran = author("pull")

    assert ran.code == 0, ran.err
    assert (courses / "0.md").read_text() == text.replace("*last*", "*final*")
