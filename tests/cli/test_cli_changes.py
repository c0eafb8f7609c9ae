"""What a plan and an apply make of an outline that was edited: the truth, and no surprise."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from harness import lift_limits, saved, write_outline

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from harness import CommandLine, SandboxServer


@pytest.fixture
def edited(author: CommandLine, onboarding: Path) -> Callable[[str, str], CommandLine]:
    """Apply the outline, then put one text in another's place."""
    assert author("apply", "--auto-approve").code == 0

    def edit(old: str, new: str) -> CommandLine:
        text = onboarding.read_text()
        assert old in text
        onboarding.write_text(text.replace(old, new))
        return author

    return edit


def test_an_update_is_shown(edited: Callable[[str, str], CommandLine]) -> None:
    """A changed attribute is shown with what was sent and what is wanted, and nothing else is."""
    planned = edited("after_days: 7", "after_days: 14")("plan")
    change = planned.out.partition("\n\n")[0].splitlines()[2:]

    assert change == [
        "  ~   20  Your first week  unlocks 14 days after enrolment",
        "          unlock: unlocks 7 days after enrolment",
        "            -> unlocks 14 days after enrolment",
    ]
    assert "Plan: 0 to create, 1 to update, 0 to delete.\n" in planned.out


def test_hiding_counts_as_hiding(edited: Callable[[str, str], CommandLine]) -> None:
    """A section that gets `active: false` is counted as hidden, in text and in Markdown."""
    author = edited("key: first-week\n", "key: first-week\n    active: false\n")
    counted = "Plan: 0 to create, 0 to update, 0 to delete, 1 to hide from members."

    assert f"{counted}\n" in author("plan").out
    assert author("plan", "--format", "markdown").out.startswith(f"**{counted}**\n")
    assert json.loads(author("plan", "--format", "json").out)["summary"]["update"] == 1


def test_a_section_put_in_between_costs_one_create(
    edited: Callable[[str, str], CommandLine], api: SandboxServer
) -> None:
    """The new section's order lies between its neighbours', and nobody else's changes."""
    author = edited("  - key: first-week", "  - title: In between\n  - key: first-week")
    applied = author("apply", "--auto-approve")

    assert applied.code == 0
    assert api.records()[-1]["DisplayOrder"] == 15
    assert len(api.creates()) == 4


def test_a_retitled_section_keeps_its_id(
    author: CommandLine, api: SandboxServer, courses: Path
) -> None:
    """A section whose key comes from its title is recognised under a new title, as an update."""
    write_outline(courses, "a", 4711, "One", "Two", "Three")
    author("apply", "--auto-approve")
    record_id = api.records()[1]["Id"]
    write_outline(courses, "a", 4711, "One", "Second", "Three")
    planned = json.loads(author("plan", "--format", "json").out)
    (change,) = planned["changes"]

    assert change["action"] == "update"
    assert change["id"] == record_id
    assert change["address"] == "section.a.second"
    assert change["previous_address"] == "section.a.two"
    assert (change["before"]["Title"], change["after"]["Title"]) == ("Two", "Second")


def test_a_new_key_is_a_move_that_sends_nothing(
    edited: Callable[[str, str], CommandLine], api: SandboxServer, courses: Path
) -> None:
    """A section under a new key keeps its Id: the state alone is written, without a request."""
    sent = len(api.log())
    record_id = saved(courses).entries["section.onboarding.first-week"]
    author = edited("key: first-week", "key: week-one\n    previous_keys: [first-week]")
    planned = author("plan")
    applied = author("apply", "--auto-approve")

    assert f"was section.onboarding.first-week; keeps its Id {record_id}" in planned.out
    assert "Nothing is sent to Nexudus" in planned.out
    assert applied.code == 0
    assert len(api.log()) == sent
    assert saved(courses).entries["section.onboarding.week-one"] == record_id
    assert "section.onboarding.first-week" not in saved(courses).entries
    assert author("plan", "--detailed-exitcode").code == 0


def test_a_section_that_moves_keeps_its_id(
    edited: Callable[[str, str], CommandLine], onboarding: Path
) -> None:
    """Put in another place of the list, a section is an update of its order, under its Id."""
    author = edited("", "")
    head, *sections = onboarding.read_text().split("  - key: ")
    onboarding.write_text("  - key: ".join([head, sections[-1], *sections[:-1]]))
    planned = json.loads(author("plan", "--format", "json").out)

    assert planned["summary"]["create"] == planned["summary"]["keep"] == 0
    assert [change["address"] for change in planned["changes"]] == [
        "section.onboarding.going-further"
    ]
    assert planned["changes"][0]["after"]["DisplayOrder"] < 10


def test_a_removed_section_stays_on_the_site(
    edited: Callable[[str, str], CommandLine],
    api: SandboxServer,
    onboarding: Path,
    courses: Path,
) -> None:
    """Removing a section removes nothing: it is reported, its Id is kept, and nothing is sent."""
    sent = len(api.log())
    author = edited("", "")
    onboarding.write_text(onboarding.read_text().partition("  - key: going-further")[0])
    planned = author("plan")
    applied = author("apply", "--auto-approve")
    entries = saved(courses).entries

    assert "no longer in any outline; kept on the site (Id" in planned.out
    assert "0 to delete, 1 kept." in planned.out
    assert applied.code == 0
    assert len(api.log()) == sent
    assert len(entries) == len(api.records()) == 3


def test_a_removed_outline_stays_on_the_site(
    edited: Callable[[str, str], CommandLine], onboarding: Path
) -> None:
    """Removing a whole outline is shown as sections kept, course by course."""
    author = edited("", "")
    onboarding.unlink()
    planned = author("plan")

    assert planned.code == 0
    assert "course 4711, without an outline" in planned.out
    assert "3 kept." in planned.out


def test_what_the_api_cannot_see_is_no_change(
    edited: Callable[[str, str], CommandLine],
) -> None:
    """Comments and quotes change nothing, though the file's bytes are others."""
    planned = edited("title: Your first week", 'title: "Your first week" # soon')("plan")

    assert planned.out.startswith("Nothing to do")


def test_a_forgotten_section_is_reported_before_and_after(
    author: CommandLine, api: SandboxServer, courses: Path
) -> None:
    """A section that neither the site nor an outline has stands in what is approved, and after."""
    lift_limits(courses)
    write_outline(courses, "a", 4711, "One", "Two")
    author("apply", "--auto-approve")
    gone = max(int(str(each["Id"])) for each in api.records())
    api.foreign_remove(gone)
    (courses / "a.yaml").write_text("id: 4711\ntitle: A\nsections:\n  - {key: one, title: Uno}\n")
    ran = author("apply", "--auto-approve", "--refresh")
    shown, _, reported = ran.said.partition("Plan: ")

    assert ran.code == 0, ran.err
    assert f"section.a.two (Id {gone}) was deleted on the site" in shown
    assert f"section.a.two (Id {gone}) was deleted on the site, and is no longer in" in reported
