"""The lock: one run at a time on a state, and who holds it is told."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness import files_below, saved, wait_until

if TYPE_CHECKING:
    from pathlib import Path

    from harness import CommandLine, SandboxServer


def test_a_held_lock_is_5_and_names_its_holder(
    online: CommandLine, server: SandboxServer, onboarding: Path
) -> None:
    """While one apply runs, another and `resolve` end with 5 and name the first one's process."""
    server.fault_create(1, "slow=60")
    with online.start("apply", "--auto-approve") as first:
        wait_until(lambda: len(server.records()) == 1)
        second = online("apply", "--auto-approve")
        resolved = online("resolve", "section.onboarding.welcome", "--not-created")
        planned = online("plan")
        first.kill()

    assert (second.code, resolved.code) == (5, 5)
    assert f"process {first.pid}" in second.err
    assert "coursesync apply" in second.err
    assert planned.code == 0
    assert len(server.records()) == 1
    assert onboarding.exists()


def test_the_lock_is_waited_for(
    online: CommandLine, server: SandboxServer, onboarding: Path
) -> None:
    """With `--lock-timeout` a second apply goes on once the first has ended."""
    server.fault_create(1, "slow=1")
    with online.start("apply", "--auto-approve") as first:
        wait_until(lambda: len(server.records()) == 1)
        second = online("apply", "--auto-approve", "--lock-timeout", "60")
        first.communicate(timeout=60)

    assert (first.returncode, second.code) == (0, 0)
    assert "Nothing to do" in second.err
    assert len(server.records()) == 3
    assert onboarding.exists()


def test_a_killed_holder_leaves_no_lock(
    online: CommandLine, server: SandboxServer, onboarding: Path
) -> None:
    """The lock of a process that was killed is free at once."""
    server.fault_create(1, "slow=60")
    with online.start("apply", "--auto-approve") as first:
        wait_until(lambda: len(server.records()) == 1)
        first.kill()
        first.communicate(timeout=60)
    second = online("apply", "--auto-approve")

    ids = [record["Id"] for record in server.records()]

    assert second.code == 0, second.err
    assert "section.onboarding.welcome: settled, Id" in second.err
    assert sorted(saved(onboarding.parent).entries.values()) == sorted(map(int, map(str, ids)))
    # the killed one's own create was never answered, so it is in no log
    assert (len(server.creates()), len(ids)) == (2, 3)


def test_an_expected_failure_leaves_no_holder_behind(author: CommandLine, onboarding: Path) -> None:
    """An apply that ends with an error leaves neither state nor journal, nor a holder's name."""
    author("apply", "--auto-approve", "--expect-digest", "0")

    assert [path.name for path in onboarding.parent.glob("*locked-by")] == []
    assert list(files_below(onboarding.parent)) == ["onboarding.yaml"]
