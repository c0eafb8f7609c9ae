"""What is put in the way of coursesync's own files is never written through, nor over."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness import STATE, files_below, wait_until

if TYPE_CHECKING:
    from pathlib import Path

    from harness import CommandLine, SandboxServer


def test_the_holder_is_never_written_through_a_link(author: CommandLine, onboarding: Path) -> None:
    """A link that a pull request put in the holder's place leads to no file being overwritten."""
    author("apply", "--auto-approve")
    before = (onboarding.parent / STATE).read_bytes()
    (onboarding.parent / f"{STATE}.locked-by").symlink_to(STATE)
    again = author("apply", "--auto-approve")

    assert again.code == 0, again.err
    assert (onboarding.parent / STATE).read_bytes() == before


def test_a_state_that_is_a_link_is_refused(author: CommandLine, onboarding: Path) -> None:
    """A save would leave the state that the link leads to behind: nothing is sent."""
    (onboarding.parent / STATE).symlink_to("/dev/zero")
    ran = author("apply", "--auto-approve")

    assert ran.code == 1
    assert "is a link or not a file" in ran.err


def test_a_plan_file_overwrites_no_other_file(author: CommandLine, onboarding: Path) -> None:
    """`--out` with the name of an outline or a state is refused; an older plan file is replaced."""
    before = files_below(onboarding.parent)
    refused = author("plan", "--out", onboarding)
    first = author("plan", "--out", "plan.json")
    second = author("plan", "--out", "plan.json")

    assert refused.code == 64
    assert "would be read as a part of the workspace" in refused.said
    assert files_below(onboarding.parent) == before
    assert (first.code, second.code) == (0, 0)


def test_a_journal_that_is_taken_away_stops_the_run(
    online: CommandLine, server: SandboxServer, onboarding: Path
) -> None:
    """Where someone removes the journal while it is written, nothing more is sent."""
    server.fault_create(1, "slow=2")
    with online.start("apply", "--auto-approve") as process:
        wait_until(lambda: bool(server.records()))
        (onboarding.parent / f"{STATE}.journal").unlink()
        _, err = process.communicate(timeout=60)

    assert process.returncode == 1
    assert "was removed while this ran" in " ".join(err.split())
    assert len(server.records()) == 1
