"""A record that the API fails to give: it is named, and the others go on."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from harness import SECTIONS, lift_limits, saved, write_outline

if TYPE_CHECKING:
    from pathlib import Path

    from harness import CommandLine, SandboxServer

APPLY = ("apply", "--auto-approve", "--allow-large-change")
TITLES = ("One", "Two", "Three", "Four", "Five")


@pytest.fixture
def applied(author: CommandLine, courses: Path) -> CommandLine:
    """A course of five sections that stands on the server."""
    lift_limits(courses)
    write_outline(courses, "a", 4711, *TITLES)
    assert author(*APPLY).code == 0
    return author


def break_reads(api: SandboxServer, *broken: int) -> None:
    """Let reads by these Ids fail, each by itself and together with others."""
    for each in broken:
        api.fault(f"GET {SECTIONS}/{each}@1+:status=500")
    api.fault(f"GET {SECTIONS}@1+:status=500")


def retitle(courses: Path) -> None:
    """Let the outline change every section, under its key."""
    sections = "".join(f"  - key: {each.lower()}\n    title: New {each}\n" for each in TITLES)
    (courses / "a.yaml").write_text(f"id: 4711\ntitle: Course a\nsections:\n{sections}")


def test_an_apply_leaves_that_record_and_goes_on(
    applied: CommandLine, api: SandboxServer, courses: Path
) -> None:
    """Before an update each record is read: one that can't be is left, and named with its Id."""
    two = saved(courses).entries["section.a.two"]
    retitle(courses)
    break_reads(api, two)
    ran = applied(*APPLY)
    titles = {str(record["Title"]) for record in api.records()}
    api.no_faults()
    again = applied(*APPLY)

    assert ran.code == 6, ran.err
    assert f"section.a.two (Id {two}): it can't be read: the API answered HTTP 500." in ran.said
    assert titles == {"New One", "Two", "New Three", "New Four", "New Five"}
    assert again.code == 0, again.err
    assert {str(record["Title"]) for record in api.records()} == {f"New {each}" for each in TITLES}


def test_a_record_that_is_listed_wrongly_and_cannot_be_read(
    applied: CommandLine, api: SandboxServer, courses: Path
) -> None:
    """Drift shows the others; for that record it claims nothing, and the exit code is 1."""
    entries = saved(courses).entries
    api.foreign_change(entries["section.a.two"], Title="Theirs", At="2030-01-01T00:00:00Z")
    api.fault(f"GET {SECTIONS}/{entries['section.a.two']}@1+:status=500")
    api.fault(f"GET {SECTIONS}@2+:status=500")
    one = applied("drift")
    api.foreign_change(entries["section.a.four"], Title="Mine", At="2030-01-01T00:00:00Z")
    api.no_faults()
    api.fault(f"GET {SECTIONS}/{entries['section.a.two']}@1+:status=500")
    api.fault(f"GET {SECTIONS}@2+:status=500")
    both = applied("drift", "--format", "json")
    told = {each["address"]: each["finding"] for each in json.loads(both.out)["drift"]}

    assert one.code == 1, one
    assert f"section.a.two (Id {entries['section.a.two']}) can't be read" in one.out
    assert "No drift found, but 1 section can't be read." in one.out
    assert both.code == 2
    assert told == {"section.a.two": "unreadable", "section.a.four": "edited"}


def test_a_refreshed_plan_leaves_it_as_it_was_sent(
    applied: CommandLine, api: SandboxServer, courses: Path
) -> None:
    """It is neither created again nor overwritten, and the plan names it."""
    two = saved(courses).entries["section.a.two"]
    api.foreign_change(two, Title="Theirs", At="2030-01-01T00:00:00Z")
    api.fault(f"GET {SECTIONS}/{two}@1+:status=500")
    api.fault(f"GET {SECTIONS}@2+:status=500")
    planned = applied("plan", "--refresh")

    assert planned.code == 0, planned
    assert f"section.a.two (Id {two}) can't be read" in planned.out
    assert "Nothing to do" in planned.out


def test_an_import_of_that_record_names_it(
    applied: CommandLine, api: SandboxServer, courses: Path
) -> None:
    """What is asked for by its Id, and can't be read, is named, not the API as a whole."""
    made = api.foreign_create(4711, "More")
    break_reads(api, made)
    ran = applied("import", "section.a.more", str(made))

    assert ran.code == 1
    assert f"the API gives no usable answer for the record {made}: " in ran.said
    assert "section.a.more" not in saved(courses).entries


def test_an_api_that_gives_no_record_is_soon_believed(
    applied: CommandLine, api: SandboxServer, courses: Path
) -> None:
    """After three in a row that can't be read, the others are not asked for."""
    retitle(courses)
    break_reads(api, *saved(courses).entries.values())
    met = len(api.log())
    ran = applied(*APPLY)

    assert ran.code == 1
    assert "and 2 others" in ran.said
    assert len(api.log()) - met == 3 + 3 * 3
    assert {record["Title"] for record in api.records()} == set(TITLES)
