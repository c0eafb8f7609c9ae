"""A workspace whose state is in a branch of its own, from the command line, in two clones."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from harness import CommandLine, lift_limits, pointed_at, write_outline
from state.clones import git, new_remote

if TYPE_CHECKING:
    from pathlib import Path

    from harness import SandboxServer
    from state.clones import Remote

IN_GIT = 'store = "git"\n'


@pytest.fixture
def remote(tmp_path: Path) -> Remote:
    return new_remote(tmp_path)


@pytest.fixture
def courses(remote: Remote) -> Path:
    """A workspace in a clone, with an outline that main has."""
    courses = remote.clone("one")
    write_outline(courses, "a", 4711, "One", "Two")
    lift_limits(courses)
    commit(courses)
    return courses


@pytest.fixture
def author(courses: Path, api: SandboxServer) -> CommandLine:
    """The command line in the clone, pointed at the sandbox."""
    return pointed_at(CommandLine(courses.parent), api)


def commit(courses: Path) -> None:
    git(courses, "add", ".")
    git(courses, "commit", "--quiet", "-m", "Courses")
    git(courses, "push", "--quiet", "origin", "HEAD:main")


def keep_in_git(courses: Path) -> None:
    config = courses / "coursesync.toml"
    config.write_text(IN_GIT + config.read_text())
    commit(courses)


def elsewhere(remote: Remote, api: SandboxServer) -> CommandLine:
    """The command line in another clone."""
    return pointed_at(CommandLine(remote.clone("two").parent), api)


def state_branch(remote: Remote) -> list[str]:
    return git(remote.folder, "branch", "--list", "coursesync-state/*").split()


def test_another_clone_plans_from_what_was_applied(
    remote: Remote, courses: Path, author: CommandLine, api: SandboxServer
) -> None:
    """No file has to be committed: the other clone has nothing to do, and changes what it adds."""
    keep_in_git(courses)
    applied = author("apply", "--auto-approve")
    other = elsewhere(remote, api)
    planned = other("plan")
    write_outline(other.cwd / "courses", "a", 4711, "One", "Two", "Three")
    added = other("apply", "--auto-approve")

    assert (applied.code, planned.code, added.code) == (0, 0, 0), applied.err + added.err
    assert "Nothing to do" in planned.out
    assert [each["Title"] for each in api.records()] == ["One", "Two", "Three"]
    assert not list(courses.glob("*.state.json*"))
    assert git(courses, "status", "--porcelain") == ""


def test_a_state_is_carried_over_to_git_and_back(
    remote: Remote, courses: Path, author: CommandLine
) -> None:
    """The Ids go with it, what is left of the old place is removed, and the commit is named."""
    author("apply", "--auto-approve")
    commit(courses)
    file = courses / "coursesync.state.json"
    before = file.read_bytes()
    there = author("state", "move", "--to", "git")
    in_git, branches = file.exists(), state_branch(remote)
    planned = author("plan")
    back = author("state", "move", "--to", "file")

    assert (there.code, back.code) == (0, 0), there.err + back.err
    assert "git -C courses add --all -- coursesync.toml coursesync.state.json" in there.said
    assert "Recorded as applied from main" in there.said
    assert (in_git, len(branches)) == (False, 1)
    assert "Nothing to do" in planned.out
    assert file.read_bytes() == before
    assert state_branch(remote) == []


def test_a_state_that_was_left_in_the_file_is_not_forgotten(
    courses: Path, author: CommandLine
) -> None:
    """Who writes `store` by hand is told to carry the state over; nothing is planned anew."""
    author("apply", "--auto-approve")
    keep_in_git(courses)
    planned = author("plan")

    assert planned.code == 1
    assert "coursesync state move courses --to git" in planned.said


def test_without_network_plan_says_how_old_its_state_is(
    remote: Remote, courses: Path, author: CommandLine
) -> None:
    """It exits with 0, and apply with 75."""
    keep_in_git(courses)
    author("apply", "--auto-approve")
    remote.go_away()
    planned, applied = author("plan"), author("apply", "--auto-approve")

    assert (planned.code, applied.code) == (0, 75), planned.err + applied.err
    assert "Nothing to do" in planned.out
    assert "This is the state as it was fetched last" in planned.said


def test_without_network_and_without_a_copy_plan_is_tried_later(
    remote: Remote, courses: Path, author: CommandLine
) -> None:
    """Nothing is known, so nothing is planned."""
    keep_in_git(courses)
    remote.go_away()

    assert author("plan").code == 75


def test_doctor_names_the_branch(remote: Remote, courses: Path, author: CommandLine) -> None:
    """It says where the state is, and what is in it."""
    keep_in_git(courses)
    author("apply", "--auto-approve")
    found = author("doctor")

    (branch,) = state_branch(remote)
    assert f"the branch {branch} of origin holds 2 records (serial 2" in " ".join(found.out.split())
