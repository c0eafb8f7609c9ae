"""An outline's file may be renamed: its sections keep their Ids, and nothing is made twice."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness import saved

if TYPE_CHECKING:
    from pathlib import Path

    from harness import CommandLine, SandboxServer


def test_a_renamed_file_is_a_move_of_each_section(
    online: CommandLine, server: SandboxServer, onboarding: Path
) -> None:
    """The course's Id tells that it is the same course: no request is needed, no Id is lost."""
    online("apply", "--auto-approve")
    before = saved(onboarding.parent)
    onboarding.rename(onboarding.with_name("welcome-aboard.yaml"))
    planned = online("plan")
    applied = online("apply", "--auto-approve")
    after = saved(onboarding.parent)

    assert "Plan: 0 to create, 0 to update, 0 to delete, 3 to re-key." in planned.out
    assert applied.code == 0, applied.err
    assert len(server.records()) == 3
    assert after.entries == {
        address.replace("onboarding", "welcome-aboard"): record_id
        for address, record_id in before.entries.items()
    }
    assert online("plan").out.startswith("Nothing to do")


def test_what_was_in_doubt_under_the_old_name_holds_the_course_back(
    online: CommandLine, server: SandboxServer, onboarding: Path
) -> None:
    """A create in doubt is not sent again under the file's new name."""
    server.fault_create(1, "lost-after")
    online("apply", "--auto-approve")
    onboarding.rename(onboarding.with_name("welcome-aboard.yaml"))
    held = online("apply", "--auto-approve")
    record_id = str(server.records()[0]["Id"])
    online("resolve", "section.onboarding.welcome", "--id", record_id)
    settled = online("apply", "--auto-approve")

    assert held.code == 6
    assert settled.code == 0, settled.err
    assert len(server.records()) == 3
    assert online("plan").out.startswith("Nothing to do")


def test_a_section_that_went_with_the_rename_is_kept(
    online: CommandLine, server: SandboxServer, onboarding: Path
) -> None:
    """What the renamed outline no longer has stays on the site, and the plan says so."""
    online("apply", "--auto-approve")
    text = onboarding.read_text()
    onboarding.unlink()
    shorter = text[: text.index("  - key: going-further")]
    onboarding.with_name("welcome-aboard.yaml").write_text(shorter)
    planned = online("plan")

    assert "2 to re-key, 1 kept." in planned.out
    assert len(server.records()) == 3
