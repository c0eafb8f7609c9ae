"""The lock: one run at a time on a state, and its holder is named."""

from __future__ import annotations

import getpass
import json
import socket
from datetime import datetime
from typing import TYPE_CHECKING

from harness import STATE, files_below, saved, slowed

if TYPE_CHECKING:
    from pathlib import Path

    from harness import CommandLine, SandboxServer


def test_a_held_lock_is_5_and_names_its_holder(
    online: CommandLine, server: SandboxServer, onboarding: Path
) -> None:
    """While one apply runs, another and `resolve` end with 5 and name the first one's process."""
    with slowed(online, server, 1) as first:
        holder = json.loads((onboarding.parent / f"{STATE}.locked-by").read_text())
        second = online("apply", "--auto-approve")
        resolved = online("resolve", "section.onboarding.welcome", "--not-created")
        planned = online("plan")
        first.kill()

    assert (second.code, resolved.code) == (5, 5)
    assert holder["process"] == first.pid
    since = f"{datetime.fromisoformat(holder['since']):%Y-%m-%d %H:%M} UTC"
    assert (
        f"is in use by {getpass.getuser()} on {socket.gethostname()} (process {first.pid}, since "
        f"{since}: coursesync apply)"
    ) in second.said
    assert "--lock-timeout 600" in second.err
    assert planned.code == 0
    assert len(server.records()) == 1
    assert onboarding.exists()


def test_the_lock_is_waited_for(
    online: CommandLine, server: SandboxServer, onboarding: Path
) -> None:
    """With `--lock-timeout` a second apply goes on once the first has ended."""
    with slowed(online, server, 1, seconds=1) as first:
        second = online("apply", "--auto-approve", "--lock-timeout", "60")
        first.communicate(timeout=60)

    assert (first.returncode, second.code) == (0, 0)
    assert "waiting 1 minute: the state " in second.said
    assert f"(process {first.pid}, since" in second.said
    assert "Nothing to do" in second.err
    assert len(server.records()) == 3
    assert onboarding.exists()


def test_a_message_after_a_wait_does_not_advise_to_wait(
    online: CommandLine, server: SandboxServer, onboarding: Path
) -> None:
    """`resolve` can wait as apply can; if the wait was in vain, the message does not advise it."""
    with slowed(online, server, 1) as first:
        resolved = online(
            "resolve", "section.onboarding.welcome", "--not-created", "--lock-timeout", "1"
        )
        first.kill()

    assert resolved.code == 5
    assert "It did not end within 1 second. Wait until that has ended" in resolved.err
    assert "--lock-timeout" not in resolved.err
    assert onboarding.exists()


def test_a_killed_holder_leaves_no_lock(
    online: CommandLine, server: SandboxServer, onboarding: Path
) -> None:
    """The lock of a process that was killed is free at once."""
    with slowed(online, server, 1) as first:
        first.kill()
        first.communicate(timeout=60)
    second = online("apply", "--auto-approve")

    ids = [record["Id"] for record in server.records()]

    assert second.code == 0, second.err
    assert "section.onboarding.welcome: no longer in doubt, Id" in second.err
    assert sorted(saved(onboarding.parent).entries.values()) == sorted(map(int, map(str, ids)))
    # the killed one's own create was never answered, so it is in no log
    assert (len(server.creates()), len(ids)) == (2, 3)


def test_a_plan_takes_no_lock(online: CommandLine, server: SandboxServer, onboarding: Path) -> None:
    """A plan is made beside a running apply, knows its intent, and leaves no lock behind."""
    with slowed(online, server, 1, seconds=2) as first:
        during = online("plan")
        _, err = first.communicate(timeout=60)

    assert during.code == 0, during.err
    assert "1 in doubt" in during.out
    assert first.returncode == 0, err
    assert len(saved(onboarding.parent).entries) == 3


def test_a_deleted_lock_lets_nobody_in(
    online: CommandLine, server: SandboxServer, onboarding: Path
) -> None:
    """The journal has a lock of its own: with the lock file gone, the run goes on alone."""
    with slowed(online, server, 1, seconds=4) as first:
        (onboarding.parent / f"{STATE}.lock").unlink()
        second = online("apply", "--auto-approve")
        _, err = first.communicate(timeout=60)
    entries = saved(onboarding.parent).entries

    assert second.code == 5
    assert "is in use by another apply, whose lock was deleted" in second.said
    assert first.returncode == 0, err
    assert sorted(entries.values()) == [record["Id"] for record in server.records()]
    assert len(server.creates()) == 3


def test_an_expected_failure_leaves_no_holder_behind(author: CommandLine, onboarding: Path) -> None:
    """An apply that ends with an error leaves neither state nor journal, nor a holder's name."""
    author("apply", "--auto-approve", "--expect-digest", "0")

    assert [path.name for path in onboarding.parent.glob("*locked-by")] == []
    assert list(files_below(onboarding.parent)) == ["onboarding.yaml"]
