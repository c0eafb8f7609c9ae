"""A workspace whose state is in a branch of its own, from the command line, in two clones."""

from __future__ import annotations

from socket import gethostname
from typing import TYPE_CHECKING

import pytest
from harness import CommandLine, kill_at, lift_limits, pointed_at, slowed, write_outline
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
    """Return the command line in another clone."""
    return pointed_at(CommandLine(remote.clone("two").parent), api)


def state_branch(remote: Remote) -> list[str]:
    return git(remote.folder, "branch", "--list", "coursesync-state/*").split()


def remote_commits(remote: Remote) -> str:
    return git(remote.folder, "rev-parse", *state_branch(remote))


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
    """After `store` is written by hand, a message names `state move`; nothing is planned again."""
    author("apply", "--auto-approve")
    keep_in_git(courses)
    planned = author("plan")

    assert planned.code == 1
    assert "coursesync state move courses --to git" in planned.said


def test_a_state_in_the_branch_is_not_forgotten(courses: Path, author: CommandLine) -> None:
    """After `store` is removed by hand, a message names the state; nothing is planned again."""
    keep_in_git(courses)
    author("apply", "--auto-approve")
    lift_limits(courses)
    planned = author("plan")

    assert planned.code == 1
    assert 'does not say store = "git"' in planned.said


def test_a_second_apply_names_the_run_that_holds_the_state(
    remote: Remote, courses: Path, server: SandboxServer
) -> None:
    """It exits with 5, from another clone; plan goes on, and says that a run is in progress."""
    keep_in_git(courses)
    author = pointed_at(CommandLine(courses.parent), server)
    with slowed(author, server, 1, seconds=3) as first:
        other = elsewhere(remote, server)
        locked, planned = other("apply", "--auto-approve"), other("plan")
        first.communicate(timeout=60)

    assert (locked.code, planned.code) == (5, 0), locked.err + planned.err
    for ran in (locked, planned):
        assert f"is in use by a run on {gethostname()} (process {first.pid}), since 20" in ran.said


def test_a_run_that_was_killed_goes_on_where_it_was(
    remote: Remote, courses: Path, server: SandboxServer
) -> None:
    """The same machine need not wait: `state recover` records the Ids in the branch."""
    keep_in_git(courses)
    author = pointed_at(CommandLine(courses.parent), server)
    kill_at(author, server, 1)
    recovered = author("state", "recover")
    listed = elsewhere(remote, server)("state", "list")

    assert recovered.code == 0, recovered.err
    assert f"saved in the branch {state_branch(remote)[0]} of origin" in recovered.said
    assert "section.a.one" in listed.out


def test_a_password_in_the_remotes_address_is_not_shown(courses: Path, author: CommandLine) -> None:
    """What git says of a remote that it can't reach may hold its address."""
    keep_in_git(courses)
    git(courses, "remote", "set-url", "origin", "http://ann:secret@127.0.0.1:1/x.git")
    planned = author("plan")

    assert planned.code == 75
    assert "secret" not in planned.out + planned.err


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


def test_pull_leaves_the_state_to_the_apply_of_its_commit(
    remote: Remote, courses: Path, author: CommandLine, api: SandboxServer
) -> None:
    """A pull request can bring what people changed on the site, and its merge records it."""
    keep_in_git(courses)
    author("apply", "--auto-approve")
    commits = remote_commits(remote)
    one, *_ = api.records()
    api.foreign_change(int(str(one["Id"])), Title="Uno")
    api.foreign_create(4711, "Three", DisplayOrder=30)
    pulled = author("pull", "--new")
    untouched = remote_commits(remote) == commits
    applied = author("apply", "--auto-approve")

    assert (pulled.code, applied.code) == (0, 0), pulled.err + applied.err
    assert untouched
    assert "the apply of that commit records them" in pulled.said
    assert "Nothing to do" in author("plan").out
    assert [each["Title"] for each in api.records()] == ["Uno", "Two", "Three"]


def test_results_that_are_not_pushed_are_named(
    remote: Remote, courses: Path, author: CommandLine, api: SandboxServer
) -> None:
    """The remote goes away during an apply: plan uses what this machine knows, and says so."""
    keep_in_git(courses)
    author("apply", "--auto-approve")
    write_outline(courses, "a", 4711, "One", "Two", "Three")
    hook = remote.folder / "hooks" / "post-receive"
    hook.write_text(f"#!/bin/sh\nmv {remote.folder} {remote.folder.with_name('away.git')}\n")
    hook.chmod(0o755)
    applied, planned = author("apply", "--auto-approve"), author("plan")
    remote.come_back()
    hook.unlink()
    recovered = author("state", "recover")

    assert (applied.code, planned.code, recovered.code) == (75, 0, 0), applied.err
    assert "this records them: coursesync state recover courses" in applied.said
    assert "as this machine left it; it is not pushed yet" in planned.said
    assert "Nothing to do" in planned.out
    assert "section.a.three" in elsewhere(remote, api)("state", "list").out


def test_a_move_whose_push_was_refused_records_what_main_has_applied_when_repeated(
    remote: Remote, courses: Path, author: CommandLine
) -> None:
    """What the first one left on this machine is no branch; the message names the ruleset."""
    author("apply", "--auto-approve")
    commit(courses)
    hook = remote.folder / "hooks" / "pre-receive"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("#!/bin/sh\nexit 1\n")
    hook.chmod(0o755)
    refused = author("state", "move", "--to", "git")
    hook.unlink()
    moved = author("state", "move", "--to", "git")

    assert refused.code == 1, refused
    assert "ruleset" in refused.said
    assert moved.code == 0, moved
    assert "Recorded as applied from main" in moved.said


def test_a_newer_state_in_the_other_place_stops_a_move(courses: Path, author: CommandLine) -> None:
    """Whoever wrote `store` back and applied has two states, and decides between them."""
    author("apply", "--auto-approve")
    old = (courses / "coursesync.state.json").read_bytes()
    author("state", "move", "--to", "git")
    write_outline(courses, "a", 4711, "One", "Two", "Three")
    author("apply", "--auto-approve")
    (courses / "coursesync.state.json").write_bytes(old)
    moved = author("state", "move", "--to", "git")

    assert moved.code == 1
    assert "has a newer state: its serial is 3" in moved.said
    assert (courses / "coursesync.state.json").read_bytes() == old


def test_a_move_that_was_interrupted_is_finished(courses: Path, author: CommandLine) -> None:
    """Both places have the same state: the old one goes, and nothing is pushed twice."""
    author("apply", "--auto-approve")
    old = (courses / "coursesync.state.json").read_bytes()
    author("state", "move", "--to", "git")
    (courses / "coursesync.state.json").write_bytes(old)
    moved = author("state", "move", "--to", "git")

    assert moved.code == 0, moved.err
    assert not (courses / "coursesync.state.json").exists()
    assert "Nothing to do" in author("plan").out


def test_a_state_that_is_held_stays(remote: Remote, courses: Path, server: SandboxServer) -> None:
    """Nobody carries a state away from a run."""
    keep_in_git(courses)
    author = pointed_at(CommandLine(courses.parent), server)
    with slowed(author, server, 1, seconds=3) as first:
        moved = elsewhere(remote, server)("state", "move", "--to", "file")
        first.communicate(timeout=60)

    assert moved.code == 5
    assert len(state_branch(remote)) == 1


def test_a_workspace_moves_from_the_older_workflows(
    remote: Remote, courses: Path, author: CommandLine
) -> None:
    """`init --github` writes the setting, `state move` the state; then nothing is left to do."""
    assert author("apply", "--auto-approve").code == 0
    commit(courses)
    begun = author("init", "--github", "--yes")
    before = author("plan")
    moved = author("state", "move", "--to", "git")
    after = author("plan")

    assert begun.code == 0, begun.err
    assert before.code == 1
    assert "coursesync state move" in before.said
    assert moved.code == 0, moved.err
    assert len(state_branch(remote)) == 1
    assert after.code == 0, after.err
    assert "Nothing to do" in after.out
