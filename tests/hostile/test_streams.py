"""Closed or full streams, and an unusable configuration file."""

from __future__ import annotations

import os
import subprocess
from typing import TYPE_CHECKING

import pytest
from harness import PROGRAM

if TYPE_CHECKING:
    from pathlib import Path

    from harness import CommandLine


def shell(cli: CommandLine, line: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run a line of the shell in which `coursesync` is the program."""
    return subprocess.run(
        ["/bin/sh", "-c", line.replace("coursesync", str(PROGRAM))],
        cwd=cli.cwd,
        env=cli.with_environment(variables),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.mark.many(3)
@pytest.mark.parametrize("unbuffered", ["", "1"])
@pytest.mark.parametrize("away", [">/dev/full", ">&-"])
@pytest.mark.parametrize(
    "command",
    [
        *("plan", "plan --format json", "plan --format markdown", "plan --detailed-exitcode"),
        *("validate", "--version", "--help", "apply --sandbox --auto-approve"),
    ],
)
def test_output_that_is_lost_is_1(
    command: str, away: str, unbuffered: str, cli: CommandLine, onboarding: Path
) -> None:
    """If stdout is full or closed, the command exits with 1 and says why, without a traceback."""
    done = shell(cli, f"coursesync {command} {away}", PYTHONUNBUFFERED=unbuffered)

    assert done.returncode == 1, done.stderr
    assert "the output can't be written" in done.stderr
    assert "Traceback" not in done.stderr
    assert onboarding.exists()


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("coursesync plan 2>&-", 0),
        ("coursesync plan <&-", 0),
        ("coursesync plan nowhere 2>&-", 64),
        ("coursesync plan nowhere 2>/dev/full", 64),
        ("coursesync nonsense 2>&-", 64),
        ("coursesync nonsense 2>/dev/full", 64),
        ("coursesync apply <&-", 64),
        ("coursesync plan --out plan.json 2>/dev/full", 1),
        ("coursesync apply --sandbox --auto-approve 2>&-", 1),
        ("coursesync apply --sandbox --auto-approve <&- >&- 2>&-", 1),
        ("coursesync state list --sandbox <&- 2>&-", 1),
    ],
)
def test_a_closed_stream_is_no_bug(
    line: str, code: int, cli: CommandLine, onboarding: Path
) -> None:
    """The exit code is right whichever stream is closed or full."""
    done = shell(cli, line)

    assert done.returncode == code, done.stderr
    assert "Traceback" not in done.stdout + done.stderr
    assert onboarding.exists()


def test_an_apply_whose_words_are_lost_keeps_its_ids(cli: CommandLine, onboarding: Path) -> None:
    """With every stream closed an apply still does its work, and the next plan is empty."""
    shell(cli, "coursesync apply --sandbox --auto-approve <&- >&- 2>&-")

    assert cli("plan", "--sandbox").out.startswith("Nothing to do")
    assert onboarding.exists()


def as_fifo(path: Path) -> None:
    os.mkfifo(path)


def as_folder(path: Path) -> None:
    path.mkdir()


def as_device(path: Path) -> None:
    path.symlink_to("/dev/zero")


def as_loop(path: Path) -> None:
    path.symlink_to(path.name)


def as_dead_link(path: Path) -> None:
    path.symlink_to("nowhere")


@pytest.mark.parametrize("make", [as_fifo, as_folder, as_device, as_loop, as_dead_link])
def test_a_configuration_that_is_no_file_is_64(
    make: object, cli: CommandLine, onboarding: Path
) -> None:
    """A `coursesync.toml` that can't be read is reported at once."""
    assert callable(make)
    make(onboarding.with_name("coursesync.toml"))

    ran = cli("plan", timeout=20)

    assert (ran.code, ran.out) == (64, "")
    assert "coursesync.toml" in ran.err
    assert "Traceback" not in ran.err


CONFIGURATIONS = {
    "huge": b"# a\n" * 200_000,
    "too large": b"# a\n" * 20_000,
    "not UTF-8": b"\xff\xfe",
    "NUL": b'state = "a\\u0000b"',
    "line end in the state": b'state = "a\\n::error::b"',
    "blank state": b'state = " "',
    "no state": b'state = ""',
    "a long name": b'state = "' + b"a" * 300 + b'"',
    "deep": b"a = " + b"[" * 10_000,
    "many digits": b"a = " + b"9" * 60_000,
    "command": b'"a\\n::error::b" = 1',
    "port": b'base_url = "https://a.example:99999"',
    "port 0": b'base_url = "https://a.example:0"',
    "no port": b'base_url = "https://a.example:b"',
    "no name": b'base_url = "https://xn--zzzzzz99999.example"',
    "no ASCII": 'base_url = "https://b\u00fccher.example"'.encode(),
    "empty label": b'base_url = "https://a..example"',
    "long label": b'base_url = "https://' + b"a" * 64 + b'.example"',
    "ANSI": b'base_url = "https://a.example/\\u001b[31m"',
    "no bracket": b'base_url = "https://[::1"',
    "scope": b'base_url = "https://[fe80::1%25eth0]"',
    "backslash": b'base_url = "https://a.example\\\\@evil.example"',
}


@pytest.mark.parametrize("content", CONFIGURATIONS.values(), ids=CONFIGURATIONS)
def test_a_configuration_that_cant_be_meant_is_64(
    content: bytes, cli: CommandLine, onboarding: Path
) -> None:
    """Plan and apply refuse a `coursesync.toml` with odd contents in words."""
    onboarding.with_name("coursesync.toml").write_bytes(content)
    ran = [cli("plan", timeout=20), cli("apply", "--auto-approve", NEXUDUS_TOKEN="x", timeout=20)]

    assert [each.code for each in ran] == [64, 64], ran[0].err
    assert not any("Traceback" in each.err or "\n::" in each.err for each in ran)
