"""Something else in the place of a file beside the state: the command that mends it is named."""

from __future__ import annotations

import os
import shlex
import subprocess
from typing import TYPE_CHECKING

import pytest
from harness import BACKUP, JOURNAL, STATE, CommandLine, Ran, saved, write_outline

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from harness import SandboxServer

KINDS: dict[str, Callable[[Path], object]] = {
    "a folder": lambda path: path.mkdir(),
    "a link": lambda path: path.symlink_to("nowhere"),
    "a pipe": os.mkfifo,
}


def do_as_told(ran: Ran, folder: Path) -> None:
    """Run the `mv` of a remedy, which stands whole on its line."""
    (line,) = (each for each in ran.err.splitlines() if each.strip().startswith("mv "))
    subprocess.run(shlex.split(line.strip().split("  ")[0]), cwd=folder, check=True)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("folder", ["courses", "a very long name for a workspace of many courses"])
def test_a_journal_that_is_no_file(author: CommandLine, folder: str, kind: str) -> None:
    """It may be one that somebody linked: it is named, and the command that takes it away."""
    workspace = author.cwd / folder
    workspace.mkdir(exist_ok=True)
    write_outline(workspace, "a", 4711, "One")
    KINDS[kind](workspace / JOURNAL)
    ran = author("apply", folder, "--auto-approve", timeout=30)

    assert (ran.code, ran.out) == (1, "")
    assert f"the journal {folder}/{JOURNAL} is a link or not a file" in ran.said
    do_as_told(ran, author.cwd)
    assert author("apply", folder, "--auto-approve", timeout=30).code == 0


@pytest.mark.parametrize("kind", ["a folder", "a link"])
def test_a_lock_that_is_no_file(author: CommandLine, courses: Path, kind: str) -> None:
    """The disk is not blamed for it."""
    write_outline(courses, "a", 4711, "One")
    KINDS[kind](courses / f"{STATE}.lock")
    ran = author("apply", "--auto-approve", timeout=30)

    assert (ran.code, ran.out.count("Apply complete")) == (1, 0)
    assert f"the lock courses/{STATE}.lock is a link or not a file" in ran.said
    assert "room" not in ran.said
    do_as_told(ran, author.cwd)
    assert author("apply", "--auto-approve").code == 0


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", [BACKUP, f".{BACKUP}.tmp"])
def test_a_backup_that_is_no_file(
    author: CommandLine, api: SandboxServer, courses: Path, name: str, kind: str
) -> None:
    """The run goes on: git has the state as it was."""
    write_outline(courses, "a", 4711, "One")
    assert author("apply", "--auto-approve").code == 0
    (courses / name).unlink(missing_ok=True)
    KINDS[kind](courses / name)
    write_outline(courses, "a", 4711, "One", "Two")
    ran = author("apply", "--auto-approve", timeout=30)

    assert ran.code == 0, ran
    assert len(api.records()) == len(saved(courses).entries) == 2


def test_a_folder_where_a_save_writes(
    author: CommandLine, api: SandboxServer, courses: Path
) -> None:
    """Nothing is sent, and the command that takes it away is named."""
    write_outline(courses, "a", 4711, "One")
    (courses / f".{STATE}.tmp").mkdir()
    ran = author("apply", "--auto-approve")

    assert ran.code == 1
    assert api.records() == []
    assert "room" not in ran.said
    do_as_told(ran, author.cwd)
    assert author("apply", "--auto-approve").code == 0
