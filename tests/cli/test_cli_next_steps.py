"""The next step that a message suggests works in the current folder."""

from __future__ import annotations

import json
import shlex
import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest
from harness import STATE, CommandLine, Ran, doubted, write_outline

if TYPE_CHECKING:
    from pathlib import Path

    from harness import SandboxServer

GIT = shutil.which("git") or "git"
POINTER = "version https://git-lfs.github.com/spec/v1\noid sha256:{}\nsize 12\n"


def told(ran: Ran, program: str) -> str:
    """Return the command of a message that begins with these words."""
    lines = (line.strip() for line in ran.err.splitlines())
    (command,) = {line for line in lines if line.startswith(program)}
    return command


def git(folder: Path, *words: str) -> int:
    """Run git, and return how it ended."""
    who = ("-c", "user.name=A", "-c", "user.email=a@example.org")
    return subprocess.run([GIT, *who, *words], cwd=folder, check=False).returncode


@pytest.mark.parametrize("branch", ["main", "master"])
def test_a_state_in_a_merge_conflict(author: CommandLine, courses: Path, branch: str) -> None:
    """The command takes the pulled version, whatever the branch is called; drift shows the rest."""
    write_outline(courses, "a", 4711, "One")
    assert author("apply", "--auto-approve").code == 0
    git(author.cwd, "init", "-q", "-b", branch)
    git(author.cwd, "add", f"courses/{STATE}")
    git(author.cwd, "commit", "-qm", "One state")
    git(author.cwd, "branch", "theirs")
    for name in (branch, "theirs"):
        git(author.cwd, "checkout", "-q", name)
        assert author("state", "mv", "section.a.one", f"section.a.{name}").code == 0
        git(author.cwd, "commit", "-qam", name)
    pulled = (courses / STATE).read_bytes()
    git(author.cwd, "checkout", "-q", branch)
    assert git(author.cwd, "merge", "-q", "theirs") != 0
    ran = author("state", "list")

    assert ran.code == 1
    for command in ("git -C courses checkout", "git -C courses add"):
        subprocess.run(shlex.split(told(ran, command)), cwd=author.cwd, check=True)
    assert (courses / STATE).read_bytes() == pulled
    assert git(author.cwd, "commit", "-qm", "Merged") == 0
    assert told(ran, "coursesync ") == "coursesync drift courses"


def test_an_account_without_courses(cli: CommandLine, courses: Path) -> None:
    """There is nothing to import, and no plan to look at; the sandbox has only what it is given."""
    ran = cli("import", "--all", "--sandbox")

    assert ran.code == 0, ran.err
    assert "The sandbox has no course yet" in ran.said
    assert "coursesync init --sandbox" in ran.said
    assert "coursesync plan" not in ran.said
    assert [*courses.glob("*.yaml")] == []


def test_a_pointer_of_git_lfs(cli: CommandLine, courses: Path) -> None:
    """What is not to be kept there is named by a pattern, without which git does nothing."""
    (courses / "a.md").write_text(POINTER.format("0" * 64))
    (courses / "a.yaml").write_text(
        "id: 4711\ntitle: A\nsections:\n  - title: One\n    contents: {markdown: a.md}\n"
    )
    ran = cli("validate")

    assert ran.code == 3
    assert "git lfs untrack '*.md'" in ran.said
    assert ".gitattributes" in ran.said


def test_a_receipt_of_a_run_that_found_the_twin_of_another(
    author: CommandLine, api: SandboxServer, courses: Path
) -> None:
    """What ends with 6 is not complete, though all of its plan was done: the twin is named."""
    write_outline(courses, "a", 4711, "One")
    assert author("apply", "--auto-approve").code == 0
    api.foreign_create(4711, "One", Active=True)
    write_outline(courses, "a", 4711, "One", "Two")
    applied = author("apply", "--auto-approve", "--receipt", "receipt.json")
    receipt = json.loads((author.cwd / "receipt.json").read_text())

    assert applied.code == 6, applied
    assert [each["status"] for each in receipt["changes"]] == ["created"]
    assert not receipt["complete"]
    twin = max(int(str(each["Id"])) for each in api.records()[:2])
    assert receipt["twins"] == [{"address": "section.a.one", "id": twin, "kind": "section"}]


@pytest.mark.parametrize(
    "words", [("import", "section.a.one", "77"), ("state", "mv", "section.a.one", "section.a.b")]
)
def test_what_is_in_doubt_is_settled_by_one_of_the_commands(
    author: CommandLine, api: SandboxServer, courses: Path, words: tuple[str, ...]
) -> None:
    """The message has the whole command for each answer."""
    write_outline(courses, "a", 4711, "One")
    assert doubted(author, api).code == 1
    ran = author(*words)
    settle = "coursesync resolve section.a.one"

    assert ran.code == 1
    assert f"{settle} --id ID" in ran.err
    assert f"{settle} --not-created" in ran.err
    assert author(*shlex.split(f"{settle} --not-created")[1:]).code == 0
