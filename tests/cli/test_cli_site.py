"""True to the site: lists that leave things out, updates that reset, wrong Ids, twins."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from harness import SECTIONS, STATE, CommandLine, lift_limits, saved

from coursesync.kinds.address import Address
from coursesync.state.state_text import parse, serialise

if TYPE_CHECKING:
    from pathlib import Path

    from harness import SandboxServer

APPLY = ("apply", "--auto-approve")
ONE = "section.a.one"
HTML = "<p>Be <em>kind</em>.</p>"
LEFT_OUT = [
    {"lists_null": ["SectionContents"]},
    {"lists_without": ["SectionContents"]},
    {"lists_null": ["SectionContents", "Title", "Active", "SystemId"]},
    {"lists_without": ["SectionContents", "Title", "SystemId", "UpdatedOn", "UnlockType"]},
    {"lists_null": ["DisplayOrder", "UnlockType", "UnlockAfterDays", "UpdatedOn"]},
]
left_out = pytest.mark.parametrize("settings", LEFT_OUT, ids=lambda each: str(len(str(each))))


@pytest.fixture
def outline(courses: Path) -> Path:
    """An outline of two sections with contents, one of them hidden."""
    lift_limits(courses)
    return write(courses)


def write(courses: Path, *, title: str = "One", more: str = "") -> Path:
    path = courses / "a.yaml"
    path.write_text(
        f"id: 4711\ntitle: Course 4711\nsections:\n  - key: one\n    title: {title}\n"
        f"    contents: {HTML}\n  - key: two\n    title: Two\n    contents: <p>2</p>\n"
        f"    active: false\n{more}"
    )
    return path


def contents(api: SandboxServer) -> dict[object, object]:
    return {record["Title"]: record["SectionContents"] for record in api.records()}


@left_out
def test_an_import_takes_contents_from_reads_by_id(
    author: CommandLine, api: SandboxServer, courses: Path, settings: dict[str, object]
) -> None:
    """A property that lists leave out is in the outline, and the next retitle wipes nothing."""
    lift_limits(courses)
    api.foreign_create(4711, "One", SectionContents=HTML, Active=True)
    api.foreign_create(4711, "Two", SectionContents="<p>2</p>", Active=False, DisplayOrder=20)
    api.change(**settings, put_resets="everything")
    imported = author("import", "--course", "4711")
    planned = author("plan", "--detailed-exitcode")
    (path,) = courses.glob("*.yaml")
    text = path.read_text()
    path.write_text(text.replace("title: One", "title: Uno"))
    applied = author(*APPLY)

    assert (imported.code, planned.code) == (0, 0), imported.said + planned.out
    assert "active: false" in text
    assert applied.code == 0, applied.said
    assert contents(api) == {"Uno": HTML, "Two": "<p>2</p>"}


@left_out
def test_a_lost_state_is_made_again_from_lists_that_leave_things_out(
    author: CommandLine, api: SandboxServer, outline: Path, settings: dict[str, object]
) -> None:
    """What a create would make is recognised by what is in it, read by its Id."""
    author(*APPLY)
    (outline.parent / STATE).unlink()
    api.change(**settings)
    again = author(*APPLY, "--settling-time", "0")

    assert again.code == 0, again.said
    assert "2 adopted" in again.err
    assert len(api.records()) == 2
    assert author("plan", "--detailed-exitcode").code == 0


@left_out
def test_a_list_that_leaves_things_out_is_no_drift_and_hides_none(
    author: CommandLine, api: SandboxServer, outline: Path, settings: dict[str, object]
) -> None:
    """What nobody wrote since is not read again; what somebody did is, by its Id."""
    author(*APPLY)
    api.change(**settings)
    before = len(api.log())
    calm = author("drift")
    reads = len(api.log()) - before
    ours = saved(outline.parent).entries[ONE]
    api.foreign_change(ours, SectionContents="<p>Theirs</p>", At="2030-01-01T00:00:00Z")
    drifted = author("drift")

    assert calm.code == 0, calm.said
    assert reads == 1 + ("UpdatedOn" in str(settings))
    assert drifted.code == 2
    assert f"{ONE} (Id" in drifted.out


@pytest.mark.parametrize("resets", ["nothing", "fields", "everything"])
def test_an_update_leaves_what_is_not_ours(
    author: CommandLine, api: SandboxServer, outline: Path, resets: str
) -> None:
    """Whatever a PUT resets, it is the whole record with our fields laid over it."""
    author(*APPLY)
    theirs = {
        "SystemId": "crm-17",
        "ImageFileName": "a.png",
        "CustomFields": [{"Name": "a", "Value": None}],
        "LocalizationDetails": {"de": "Eins"},
    }
    api.foreign_change(saved(outline.parent).entries[ONE], **theirs)
    api.change(put_resets=resets)
    write(outline.parent, title="Uno")
    applied = author(*APPLY)
    record = next(each for each in api.records() if each["Title"] == "Uno")

    assert applied.code == 0, applied.said
    assert {name: record[name] for name in theirs} == theirs


@pytest.mark.parametrize("name", ["Title", "DisplayOrder", "Active", "UnlockType"])
def test_only_html_is_excused(
    author: CommandLine, api: SandboxServer, outline: Path, name: str
) -> None:
    """An edit in the same second as our write is recognised."""
    author(*APPLY)
    record_id = saved(outline.parent).entries[ONE]
    record = next(each for each in api.records() if each["Id"] == record_id)
    other = {"Title": "Uno", "DisplayOrder": 77, "Active": False, "UnlockType": 2}[name]
    api.foreign_change(record_id, **{name: other}, At=record["UpdatedOn"])

    assert author("drift").code == 2


def test_an_update_that_changed_nothing_is_found_by_the_next_look(
    author: CommandLine, api: SandboxServer, outline: Path
) -> None:
    """The API reported success, and the title did not change."""
    author(*APPLY)
    write(outline.parent, title="Uno")
    api.fault(f"PUT {SECTIONS}@1:no-effect")
    applied = author(*APPLY)
    drifted = author("drift")
    mended = author(*APPLY, "--refresh")

    assert (applied.code, drifted.code, mended.code) == (0, 2, 0)
    assert set(contents(api)) == {"Uno", "Two"}


@pytest.mark.parametrize("fault", ["throttled-after=2", "too-many-after=2", "unauthorized-after"])
@pytest.mark.parametrize("system_id", ["kept", "dropped"])
def test_a_create_that_was_turned_away_and_carried_out_is_not_sent_again(
    cli: CommandLine, api: SandboxServer, outline: Path, fault: str, system_id: str
) -> None:
    """It is looked for first."""
    api.change(system_id=system_id)
    login = {"NEXUDUS_EMAIL": "admin@sandbox.example", "NEXUDUS_PASSWORD": "sandbox"}
    author = CommandLine(cli.cwd, {"COURSESYNC_BASE_URL": api.url, **login})
    api.fault_create(1, fault)
    applied = author(*APPLY, "--settling-time", "0")

    assert applied.code == 0, applied.said
    assert sorted(map(str, contents(api))) == ["One", "Two"]
    assert set(saved(outline.parent).entries.values()) == {each["Id"] for each in api.records()}


@pytest.mark.parametrize("marker", ["true", "false"])
def test_the_id_of_a_record_of_another_course_is_taken_back(
    author: CommandLine, api: SandboxServer, outline: Path, marker: str
) -> None:
    """The last list does not have it; what was created is recognised there."""
    toml = outline.parent / "coursesync.toml"
    toml.write_text(f"marker = {marker}\n{toml.read_text()}")
    theirs = api.foreign_create(4712, "Theirs", SectionContents="<p>Theirs</p>")
    api.fault_create(1, "other-course-id")
    applied = author(*APPLY, "--settling-time", "0")
    refreshed = author(*APPLY, "--refresh")
    record = next(each for each in api.records() if each["Id"] == theirs)

    assert (applied.code, refreshed.code) == (0, 0), applied.said + refreshed.said
    assert theirs not in saved(outline.parent).entries.values()
    assert (record["CourseId"], record["Title"]) == (4712, "Theirs")
    assert len(api.records()) == 3


@pytest.mark.parametrize("options", [("--refresh",), ("--overwrite-drift",)])
def test_what_was_never_ours_is_not_pulled_back(
    author: CommandLine, api: SandboxServer, outline: Path, options: tuple[str, ...]
) -> None:
    """A state may hold a wrong Id since long ago: the record there stays as others made it."""
    author(*APPLY)
    theirs = api.foreign_create(4712, "Theirs", SectionContents="<p>Theirs</p>")
    before = next(each for each in api.records() if each["Id"] == theirs)
    replace_id(outline.parent, theirs)
    drifted = author("drift")
    write(outline.parent, title="Uno")
    applied = author(*APPLY, *options)
    after = next(each for each in api.records() if each["Id"] == theirs)

    assert drifted.code == 2
    assert "section of course 4712 that coursesync never wrote" in " ".join(drifted.out.split())
    assert "coursesync state rm" in drifted.out
    assert applied.code == 6, applied.said
    assert "coursesync never wrote" in applied.said
    assert after == before


def replace_id(courses: Path, record_id: int) -> None:
    """Put another record's Id into the state, as an older coursesync would have believed it."""
    path = courses / STATE
    state = parse(path.read_bytes(), path)
    entry = replace(state.entries[Address(ONE)], id=record_id)
    entries = {**state.entries, Address(ONE): entry}
    path.write_bytes(serialise(replace(state, entries=entries)))


def test_a_record_that_another_machine_made_meanwhile_is_a_twin(
    author: CommandLine, api: SandboxServer, outline: Path
) -> None:
    """Lists lag; the last one shows our record, and so the other's, which is older."""
    author(*APPLY)
    write(outline.parent, more="  - key: three\n    title: Three\n    contents: <p>3</p>\n")
    api.change(list_lag=2)
    twin = api.foreign_create(
        4711, "Three", SectionContents="<p>3</p>", DisplayOrder=30, Active=True, UnlockType=1
    )
    applied = author(*APPLY, "--settling-time", "20")
    own = saved(outline.parent).entries["section.a.three"]
    again = author("plan", "--detailed-exitcode")
    drifted = author("drift")
    as_json = json.loads(author("drift", "--format", "json").out)

    assert applied.code == 6, applied.said
    for said in (applied.said, " ".join(drifted.out.split())):
        assert f"section.a.three (Id {own}) has a twin: Id {twin}, created at" in said
        assert "colleague@sandbox.example" in said
    assert f"resolve section.a.three --keep {min(own, twin)}" in applied.said
    assert again.code == 0
    assert drifted.code == 2
    assert "No drift" not in drifted.out
    assert (as_json["has_drift"], as_json["summary"]["twin"]) == (True, 1)
    (found,) = as_json["drift"]
    assert (found["id"], found["twin_of"], found["finding"]) == (twin, own, "twin")


@pytest.mark.parametrize("kept", ["own", "twin"])
def test_a_person_says_which_of_two_records_to_keep(
    author: CommandLine, api: SandboxServer, outline: Path, kept: str
) -> None:
    """The other is nobody's from then on: no look takes it, and no drift speaks of a twin."""
    author(*APPLY)
    own = saved(outline.parent).entries[ONE]
    twin = api.foreign_create(
        4711, "One", SectionContents=HTML, DisplayOrder=10, Active=True, UnlockType=1
    )
    keep, other = (own, twin) if kept == "own" else (twin, own)
    wrong = author("resolve", ONE, "--keep", "5")
    ran = author("resolve", ONE, "--keep", str(keep))
    again = author("resolve", ONE, "--keep", str(keep))
    back = author("resolve", ONE, "--keep", str(other))
    author("resolve", ONE, "--keep", str(keep))
    alone = author("resolve", "section.a.two", "--keep", str(keep))

    assert wrong.code == 1
    assert f"{own}, {twin}" in wrong.said
    assert ran.code == 0, ran.said
    assert f"only then delete {other} in Nexudus" in ran.said
    assert (again.code, back.code) == (0, 0)
    assert alone.code == 1
    assert "has no twin" in alone.said
    assert saved(outline.parent).entries[ONE] == keep
    assert author("drift").code == 0
    assert author("plan", "--detailed-exitcode").code == 0
    assert len(api.records()) == 3


def test_two_clones_recognise_what_the_other_made(
    author: CommandLine, api: SandboxServer, outline: Path
) -> None:
    """The marker does not depend on the state: a second clone adopts, and creates nothing."""
    author(*APPLY, "--settling-time", "0")
    first = saved(outline.parent)
    (outline.parent / STATE).unlink()
    write(outline.parent, title="Newer")
    second = author(*APPLY, "--settling-time", "0")
    third = author(*APPLY)

    assert second.code == 6, second.said
    assert "2 adopted" in second.err
    assert "1 change is left" in second.err
    assert third.code == 0
    assert saved(outline.parent).entries == first.entries
    assert set(contents(api)) == {"Newer", "Two"}


@pytest.mark.usefixtures("outline")
def test_an_api_that_refuses_the_marker_gets_none(author: CommandLine, api: SandboxServer) -> None:
    """After a 400 that names the marker, the run continues and sends no more markers."""
    api.change(system_id="refused")
    applied = author(*APPLY)
    bodies = [met["body"] for met in api.creates()]

    assert applied.code == 0, applied.said
    assert ["SystemId" in body for body in bodies if isinstance(body, dict)] == [True, False, False]


def test_a_workspace_may_leave_markers_out(
    author: CommandLine, api: SandboxServer, outline: Path
) -> None:
    """`marker = false` in coursesync.toml."""
    config = outline.parent / "coursesync.toml"
    config.write_text(f"marker = false\n{config.read_text()}")
    applied = author(*APPLY)
    bodies = [met["body"] for met in api.creates()]

    assert applied.code == 0, applied.said
    assert not any("SystemId" in body for body in bodies if isinstance(body, dict))
