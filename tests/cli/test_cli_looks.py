"""Looks before and after creates: what lists leave out, what can't be read, what others made."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from harness import SECTIONS, CommandLine, SandboxServer, lift_limits, saved, write_outline

if TYPE_CHECKING:
    from pathlib import Path

APPLY = ("apply", "--auto-approve")
HTML = "<p>Be <em>kind</em>.</p>"


def write(courses: Path, *titles: str, contents: str = HTML) -> None:
    """Write an outline whose sections have contents."""
    lines = "".join(
        f"  - key: {title.lower()}\n    title: {title}\n    contents: {contents}\n"
        for title in titles
    )
    (courses / "a.yaml").write_text(f"id: 4711\ntitle: A\nsections:\n{lines}")


@pytest.fixture
def one(author: CommandLine, courses: Path) -> CommandLine:
    """The command line, in a workspace of one section, against a server without limits."""
    lift_limits(courses)
    write(courses, "One")
    return author


def test_a_gap_of_more_than_a_second_lets_an_apply_end(
    author: CommandLine, api: SandboxServer, courses: Path
) -> None:
    """To keep to the limits is no wait after which everything is looked at again, for ever."""
    (courses / "coursesync.toml").write_text("[limits]\ngap = 1.2\n")
    write_outline(courses, "a", 4711, "One")
    applied = author(*APPLY, "--settling-time", "0")

    assert applied.code == 0, applied.said
    assert len(api.records()) == 1


def test_lists_that_leave_out_only_the_marker_hide_no_create(
    one: CommandLine, api: SandboxServer, courses: Path
) -> None:
    """That some record is known to carry one says nothing of a list that shows none."""
    one(*APPLY)
    (courses / "coursesync.state.json").unlink()
    api.change(lists_null=["SystemId"])
    write(courses, "One", "Two")
    api.fault_create(1, "lost-after")
    applied = one(*APPLY, "--settling-time", "0")

    assert applied.code == 0, applied.said
    assert [record["Title"] for record in api.records()] == ["One", "Two"]


def test_a_course_with_a_record_that_can_not_be_read_gets_no_create(
    one: CommandLine, api: SandboxServer
) -> None:
    """It may be the section that the API turned away after it was carried out; it is named."""
    api.change(lists_null=["SectionContents"])
    api.fault_create(1, "throttled-after=1")
    for number in (3, 7, 11):  # of reads by Ids, each tried three times; between them is a list
        api.fault(f"GET {SECTIONS}@{number}x3:status=500")
    api.fault(f"GET {SECTIONS}/*@1+:status=500")
    applied = one(*APPLY, "--settling-time", "0")
    (record,) = api.records()

    assert applied.code == 6, applied.said
    assert f"section {record['Id']} can't be read" in applied.said


def test_what_a_colleague_made_of_a_section_in_doubt_is_not_called_ours(
    one: CommandLine, api: SandboxServer
) -> None:
    """It is found by its marker; what it reads is what the next plan begins from."""
    api.leave_in_doubt(1, looks=1)
    one(*APPLY, "--settling-time", "0")
    api.no_faults()
    (record,) = api.records()
    api.foreign_change(int(str(record["Id"])), SectionContents="<p>Theirs</p>")
    settled = one(*APPLY, "--settling-time", "0")
    planned = one("plan")

    assert settled.code == 6, settled.said
    assert api.records()[0]["SectionContents"] == "<p>Theirs</p>"
    assert "Theirs" in planned.out


def test_a_twin_with_another_order_is_reported_without_a_marker(
    one: CommandLine, api: SandboxServer
) -> None:
    """Two versions of an outline number their sections otherwise."""
    api.change(system_id="dropped")
    one(*APPLY)
    twin = api.foreign_create(4711, "One", SectionContents=HTML, DisplayOrder=70, Active=True)
    drifted = one("drift")
    refreshed = one(*APPLY, "--refresh")

    assert drifted.code == 2
    assert f"Id {twin}" in drifted.out
    assert refreshed.code == 6, refreshed.said
    assert f"Id {twin}" in refreshed.said


def test_a_section_with_two_records_in_doubt_is_not_made_a_third_time(
    one: CommandLine, api: SandboxServer, courses: Path
) -> None:
    """Both carry its marker: it was created, and the person chooses."""
    one(*APPLY)
    (record,) = api.records()
    twin = api.foreign_create(4711, "One", SystemId=record["SystemId"], DisplayOrder=20)
    (courses / "coursesync.state.json").unlink()
    applied = one(*APPLY, "--settling-time", "0")
    denied = one("resolve", "section.a.one", "--not-created")
    chosen = one("resolve", "section.a.one", "--id", str(record["Id"]))

    assert applied.code == 6
    assert "more than one record carries its marker" in applied.said
    assert "--not-created" not in applied.said
    assert denied.code == 1
    assert f"{record['Id']}, {twin}" in denied.said
    assert chosen.code == 0
    assert saved(courses).entries == {"section.a.one": record["Id"]}


@pytest.mark.parametrize("command", [("drift",), ("plan", "--refresh")])
def test_a_record_of_others_that_can_not_be_read_is_named(
    one: CommandLine, api: SandboxServer, command: tuple[str, ...]
) -> None:
    """It may be a twin: whether there is one is not known."""
    one(*APPLY)
    theirs = api.foreign_create(4711, "One", DisplayOrder=20)
    api.change(lists_null=["SystemId"])
    api.fault(f"GET {SECTIONS}@2+:status=500", f"GET {SECTIONS}/{theirs}@1+:status=500")
    ran = one(*command)

    assert f'"One" (Id {theirs}) can\'t be read' in ran.out


def test_a_twin_is_reported_until_it_is_settled(
    one: CommandLine, api: SandboxServer, courses: Path
) -> None:
    """An apply with nothing to do looks again where the last one found a twin."""
    one(*APPLY)
    write(courses, "One", "Two")
    api.change(list_lag=2)
    twin = api.foreign_create(4711, "Two", SectionContents=HTML, DisplayOrder=70, Active=True)
    codes = [one(*APPLY, "--settling-time", "20").code for _ in range(2)]
    planned = one("plan")
    own = saved(courses).entries["section.a.two"]
    one("resolve", "section.a.two", "--keep", str(own))
    settled = one(*APPLY)
    calm = one("plan")
    met = len(api.log())
    after = one(*APPLY)

    assert twin != own
    assert codes == [6, 6]
    assert "1 section is still to be checked" in planned.said
    assert "to be checked" not in calm.said
    assert (settled.code, after.code) == (0, 0), settled.said
    assert len(api.log()) == met


def test_a_last_look_that_failed_is_made_by_the_next_run(
    one: CommandLine, api: SandboxServer, courses: Path
) -> None:
    """What was created is saved, and not taken for seen."""
    one(*APPLY)
    write(courses, "One", "Two")
    api.fault(f"GET {SECTIONS}@2+:html-503")  # the first is the look before the create
    failed = one(*APPLY, "--settling-time", "0")
    api.no_faults()
    twin = api.foreign_create(4711, "Two", SectionContents=HTML, DisplayOrder=20, Active=True)
    again = one(*APPLY, "--settling-time", "0")

    assert failed.code == 1
    assert "section.a.two" in saved(courses).entries
    assert again.code == 6, again.said
    assert f"has a twin: Id {twin}" in again.said


def test_what_others_moved_or_deleted_since_a_failed_last_look_is_for_drift(
    author: CommandLine, api: SandboxServer, courses: Path
) -> None:
    """The next run does not wait for it, and puts nothing in doubt."""
    lift_limits(courses)
    write(courses, "One", "Two")
    api.fault(f"GET {SECTIONS}@2+:html-503")
    author(*APPLY, "--settling-time", "0")
    api.no_faults()
    one, two = (record["Id"] for record in api.records())
    api.foreign_remove(int(str(one)))
    api.foreign_change(int(str(two)), CourseId=4712)
    again = author(*APPLY, "--settling-time", "0")
    drifted = author("drift")

    assert again.code == 0, again.said
    assert drifted.code == 2
    assert "1 deleted, 1 moved to another course" in drifted.out


def test_an_update_of_contents_without_effect_is_found(
    one: CommandLine, api: SandboxServer, courses: Path
) -> None:
    """Its answer has the time that the record had before: contents are not excused by that."""
    one(*APPLY)
    write(courses, "One", contents="<p>New</p>")
    api.fault(f"PUT {SECTIONS}@1:no-effect")
    (record,) = api.records()
    api.foreign_change(int(str(record["Id"])), At="2030-01-01T00:00:00Z")
    applied = one(*APPLY, "--overwrite-drift")

    assert applied.code == 0, applied.said
    assert one("drift").code == 2


@pytest.mark.parametrize("left_out", [[], ["SectionContents"], ["SectionContents", "Title"]])
@pytest.mark.parametrize("system_id", ["dropped", "kept"])
def test_a_twin_is_known_where_the_server_rewrote_both(
    author: CommandLine,
    api: SandboxServer,
    courses: Path,
    left_out: list[str],
    system_id: str,
) -> None:
    """It is compared with our record as it reads, and not only with what was sent."""
    lift_limits(courses)
    api.change(system_id=system_id, lists_null=left_out)
    write(courses, "One")
    author(*APPLY)
    (record,) = api.records()
    rewritten = "<div class='rich'>Be kind.</div>"
    own = int(str(record["Id"]))
    api.foreign_change(own, SectionContents=rewritten, At=record["UpdatedOn"])
    calm = author("drift")
    twin = api.foreign_create(4711, "One", SectionContents=rewritten, DisplayOrder=70, Active=True)
    drifted = author("drift")
    keep = "coursesync resolve section.a.one --keep"
    kept = author("resolve", "section.a.one", "--keep", str(own))

    assert [drifted.out.count(f"{keep} {each}\n") for each in (own, twin)] == [1, 1]
    assert calm.code == 0, calm.out
    assert drifted.code == 2, drifted.out
    assert f"has a twin: Id {twin}" in drifted.out
    assert kept.code == 0, kept.said
