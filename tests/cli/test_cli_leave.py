"""`leave`: fields that a create sends, and that people change in Nexudus from then on."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import pytest
from harness import SECTIONS, lift_limits, saved

if TYPE_CHECKING:
    from pathlib import Path

    from harness import CommandLine, SandboxServer

APPLY = ("apply", "--auto-approve")
LATER = "2030-01-01T00:00:00Z"  # in the second of our own write, new contents are no drift
ONE, DESK = "section.a.one", "lesson.a.one.desk"
OUTLINE = """\
id: 4711
title: A
sections:
  - key: one
    title: One
    unlock: immediate
    leave: [{section}]
    image: https://cdn.example.com/one.png
    contents: <p>One.</p>
    lessons:
      - key: desk
        title: Desk
        summary: Where to sit.
        leave: [{lesson}]
        contents: <p>Desk.</p>
  - key: two
    title: Two
    contents: <p>Two.</p>
"""
ON_SITE: dict[str, dict[str, object]] = {  # what people set there, by the field
    "title": {"Title": "Eins"},
    "unlock": {"UnlockType": 3, "UnlockAfterDays": 9},
    "active": {"Active": False},
    "contents": {"SectionContents": "<p>Eins.</p>"},
    "image": {},
}


def outline(courses: Path, section: str = "title", lesson: str = "summary") -> Path:
    """Write the outline, with these fields left to the site."""
    path = courses / "a.yaml"
    path.write_text(OUTLINE.format(section=section, lesson=lesson))
    return path


@pytest.fixture
def applied(author: CommandLine, courses: Path) -> CommandLine:
    """The course as it was made, with a title and a summary that people may change."""
    lift_limits(courses)
    outline(courses)
    ran = author(*APPLY)
    assert ran.code == 0, ran.err
    return author


def edit(api: SandboxServer, courses: Path) -> None:
    """Let people change the two fields on the site."""
    ids = saved(courses).entries
    api.foreign_change(ids[ONE], Title="Eins", At=LATER)
    api.change_lesson(ids[DESK], SummaryText="Anywhere.", At=LATER)


def on_site(api: SandboxServer, courses: Path) -> tuple[object, object]:
    """Return the title and the summary that the site has."""
    ids = saved(courses).entries
    sections = {each["Id"]: each for each in api.records()}
    lessons = {each["Id"]: each for each in api.lessons()}
    return sections[ids[ONE]]["Title"], lessons[ids[DESK]]["SummaryText"]


def test_a_create_sends_what_is_left_afterwards(
    applied: CommandLine, api: SandboxServer, courses: Path
) -> None:
    """A new record has the value of the outline, as long as nobody changes it."""
    assert applied("plan", "--detailed-exitcode").code == 0
    assert on_site(api, courses) == ("One", "Where to sit.")


@pytest.mark.parametrize("touched", [False, True])
def test_a_change_on_the_site_is_no_drift(
    applied: CommandLine, api: SandboxServer, courses: Path, *, touched: bool
) -> None:
    """Neither while the outline is as it was applied, nor once it is read again."""
    edit(api, courses)
    if touched:
        path = courses / "a.yaml"
        path.write_text(f"# A comment.\n{path.read_text()}")
    drift = applied("drift", "--format", "json")
    plan = applied("plan", "--refresh", "--detailed-exitcode")
    ran = applied(*APPLY, "--refresh")

    assert (drift.code, json.loads(drift.out)["drift"]) == (0, [])
    assert plan.code == 0, plan.out
    assert ran.code == 0, ran.err
    assert on_site(api, courses) == ("Eins", "Anywhere.")


def test_other_changes_are_drift_still(
    applied: CommandLine, api: SandboxServer, courses: Path
) -> None:
    """Only the fields that are left go unreported."""
    edit(api, courses)
    api.foreign_change(saved(courses).entries[ONE], UnlockType=2)
    drift = json.loads(applied("drift", "--format", "json").out)["drift"]
    ran = applied(*APPLY, "--refresh")

    assert [each["address"] for each in drift] == [ONE]
    assert "Title" not in json.dumps(drift[0].get("changes", ""))
    assert ran.code == 0, ran.err
    assert on_site(api, courses)[0] == "Eins"
    assert applied("drift").code == 0


def test_an_update_keeps_the_sites_value(
    applied: CommandLine, api: SandboxServer, courses: Path
) -> None:
    """Another field of the same record is sent, together with what people wrote."""
    edit(api, courses)
    path = courses / "a.yaml"
    text = path.read_text().replace("<p>One.</p>", "<p>Uno.</p>")
    path.write_text(text.replace("<p>Desk.</p>", "<p>Table.</p>"))
    ran = applied(*APPLY)
    contents = {each["SectionContents"] for each in api.records()}

    assert ran.code == 0, ran.err
    assert "<p>Uno.</p>" in contents
    assert on_site(api, courses) == ("Eins", "Anywhere.")
    assert applied("plan", "--detailed-exitcode").code == 0
    assert applied("drift").code == 0


def test_a_new_value_in_the_outline_is_not_planned(
    applied: CommandLine, api: SandboxServer, courses: Path
) -> None:
    """The line is for the create alone, whatever it says later."""
    path = courses / "a.yaml"
    path.write_text(path.read_text().replace("title: One", "title: Uno"))
    ran = applied("plan", "--detailed-exitcode")

    assert ran.code == 0, ran.out
    assert on_site(api, courses)[0] == "One"


def test_a_picture_that_is_left_is_neither_sent_nor_removed(
    author: CommandLine, api: SandboxServer, courses: Path
) -> None:
    """Without its line it stays, and an update of another field does not send it again."""
    lift_limits(courses)
    path = outline(courses, "image")
    author(*APPLY)
    text = path.read_text().replace("    image: https://cdn.example.com/one.png\n", "")
    path.write_text(text)
    plan = author("plan", "--detailed-exitcode")
    path.write_text(text.replace("<p>One.</p>", "<p>Uno.</p>"))
    ran = author(*APPLY)
    (sent,) = [
        each["body"] for each in api.log() if (each["method"], each["path"]) == ("PUT", SECTIONS)
    ]

    assert plan.code == 0, plan.out
    assert ran.code == 0, ran.err
    assert "NewImageUrl" not in str(sent) or "one.png" not in str(sent)
    assert '"ClearImageFile": true' not in str(sent)


def test_a_deleted_record_is_made_again_from_the_outline(
    applied: CommandLine, api: SandboxServer, courses: Path
) -> None:
    """That is a create, so it has the outline's value."""
    api.foreign_remove(saved(courses).entries["section.a.two"])
    path = courses / "a.yaml"
    path.write_text(
        path.read_text().replace("    title: Two", "    title: Two\n    leave: [title]")
    )
    ran = applied(*APPLY, "--refresh")

    assert ran.code == 0, ran.err
    assert "Two" in {each["Title"] for each in api.records()}


def test_pull_takes_nothing_of_it(applied: CommandLine, api: SandboxServer, courses: Path) -> None:
    """It takes other fields, and the line stays where it is."""
    edit(api, courses)
    api.foreign_change(saved(courses).entries[ONE], SectionContents="<p>Ours.</p>", At=LATER)
    ran = applied("pull")
    text = (courses / "a.yaml").read_text()

    assert ran.code == 0, ran.err
    assert text == OUTLINE.format(section="title", lesson="summary").replace(
        "<p>One.</p>", "<p>Ours.</p>"
    )
    assert applied("drift").code == applied("plan", "--detailed-exitcode").code == 0


def test_once_the_line_is_gone_the_difference_is_drift(
    applied: CommandLine, api: SandboxServer, courses: Path
) -> None:
    """The outline manages the field again; nothing is overwritten without a look."""
    edit(api, courses)
    path = courses / "a.yaml"
    path.write_text(path.read_text().replace("    leave: [title]\n", ""))
    drift = json.loads(applied("drift", "--format", "json").out)["drift"]
    ran = applied(*APPLY, "--refresh")

    assert [each["address"] for each in drift] == [ONE]
    assert ran.code == 0, ran.err
    assert on_site(api, courses) == ("One", "Anywhere.")


def test_an_item_that_left_its_outline_is_no_drift_either(
    applied: CommandLine, api: SandboxServer, courses: Path
) -> None:
    """While it stays on the site, what people could change there is still theirs."""
    edit(api, courses)
    path = courses / "a.yaml"
    text = path.read_text()
    path.write_text(f"{text[: text.index('  - key: one')]}{text[text.index('  - key: two') :]}")
    ran = applied(*APPLY)

    assert ran.code == 0, ran.err
    assert applied("drift").code == 0
    assert on_site(api, courses) == ("Eins", "Anywhere.")


def test_the_line_may_come_after_the_change(
    author: CommandLine, api: SandboxServer, courses: Path
) -> None:
    """What was drift is none any more, and nothing has to be applied for it."""
    lift_limits(courses)
    outline(courses, "image", "image")
    author(*APPLY)
    edit(api, courses)
    before = author("drift")
    outline(courses)

    assert before.code == 2
    assert author("drift").code == 0
    assert author("plan", "--refresh", "--detailed-exitcode").code == 0


def test_a_retitled_item_is_still_the_same(
    applied: CommandLine, api: SandboxServer, courses: Path
) -> None:
    """With a new key it is found by its former one, and what it leaves is still left."""
    edit(api, courses)
    path = courses / "a.yaml"
    path.write_text(path.read_text().replace("- key: one", "- key: eins\n    previous_keys: [one]"))
    drift = applied("drift")
    ran = applied(*APPLY)

    assert drift.code == 0, drift.out
    assert ran.code == 0, ran.err
    assert {each["Title"] for each in api.records()} == {"Eins", "Two"}


@pytest.mark.parametrize("field", ON_SITE)
def test_each_field_may_be_left(
    author: CommandLine, api: SandboxServer, courses: Path, field: str
) -> None:
    """The value on the site stays through an update of the order, whichever field it is."""
    lift_limits(courses)
    path = outline(courses, field)
    author(*APPLY)
    there = ON_SITE[field]
    record_id = saved(courses).entries[ONE]
    api.foreign_change(record_id, **there, At=LATER)
    drift = author("drift")
    path.write_text(
        path.read_text().replace("    title: One", "    title: One\n    display_order: 3")
    )
    ran = author(*APPLY)
    (record,) = [each for each in api.records() if each["Id"] == record_id]

    assert drift.code == 0, drift.out
    assert ran.code == 0, ran.err
    assert record["DisplayOrder"] == 3
    assert {name: record[name] for name in there} == there


@pytest.mark.parametrize(
    ("line", "problem", "remedy"),
    [
        (
            "[picture]",
            "a section has no field `picture` that can be",
            "Did you mean `leave: [image]`",
        ),
        ("[titel]", "a section has no field `titel` that can be", "Did you mean `leave: [title]`"),
        (
            "[summary]",
            "a section has no field `summary` that can be",
            "In a section, `leave` may name: title",
        ),
        (
            "[display_order]",
            "`display_order` can't be left to the site",
            "In a section, `leave` may name: title",
        ),
        (
            "[key]",
            "`key` can't be left to the site",
            "`leave` may name: title, unlock, active",
        ),
        ("image", "`leave` must be a list", "Put it in brackets: `leave: [image]`"),
        ("null", "`leave` has no value", "Write, for example, `leave: [image]` or delete the line"),
    ],
)
def test_an_unknown_name_is_a_mistake_at_its_place(
    cli: CommandLine, courses: Path, line: str, problem: str, remedy: str
) -> None:
    """With the nearest name, and those that there are."""
    path = courses / "a.yaml"
    path.write_text(OUTLINE.format(section="title", lesson="summary").replace("[title]", line))
    ran = cli("validate")

    assert ran.code == 3
    assert f"courses/a.yaml:7:{13 if line.startswith('[') else 12}: {problem}" in ran.err
    assert remedy in ran.said


def test_fmt_puts_the_line_in_its_place(cli: CommandLine, courses: Path) -> None:
    """After the protection and before the picture, as the table of fields has it."""
    path = outline(courses)
    before = path.read_text()
    moved = before.replace("    leave: [title]\n", "").replace(
        "    title: One\n", "    leave: [title]\n    title: One\n"
    )
    path.write_text(moved)
    ran = cli("fmt")

    assert ran.code == 0, ran.err
    assert path.read_text() == before


def test_editors_offer_the_names(cli: CommandLine) -> None:
    """The schema lists them for each kind, with an explanation."""
    schema = json.loads(cli("schema").out)["definitions"]
    section, lesson = (schema[name]["properties"]["leave"] for name in ("Section", "Lesson"))

    assert section["items"]["enum"] == ["title", "unlock", "active", "image", "contents"]
    assert {"summary", "completion", "instructor"} <= {*lesson["items"]["enum"]}
    assert "not drift" in section["description"]


def test_a_lessons_own_file_has_it_too(
    author: CommandLine, api: SandboxServer, courses: Path
) -> None:
    """The front matter takes the line as the outline does."""
    lift_limits(courses)
    (courses / "desk.md").write_text("---\ntitle: Desk\nleave: [title]\n---\n\nSit.\n")
    (courses / "a.yaml").write_text("id: 4711\ntitle: A\nsections: []\nlessons:\n  - desk.md\n")
    author(*APPLY)
    api.change_lesson(saved(courses).entries["lesson.a.desk"], Title="Table")

    assert author("drift").code == 0
    assert author("plan", "--refresh", "--detailed-exitcode").code == 0


OURS = ("<p>One.</p>", "<p>Desk.</p>")
THEIRS = ("<p>Eins.</p>", "<p>Tisch.</p>")
REFUSED = 6


def contents_there(api: SandboxServer, courses: Path) -> tuple[object, object]:
    """Return the contents of the section and of the lesson that the site has."""
    ids = saved(courses).entries
    sections = {each["Id"]: each for each in api.records()}
    lessons = {each["Id"]: each for each in api.lessons()}
    return sections[ids[ONE]]["SectionContents"], lessons[ids[DESK]]["LessonContents"]


def edit_contents(api: SandboxServer, courses: Path) -> None:
    """Let people write the contents of both."""
    ids, (one, desk) = saved(courses).entries, THEIRS
    api.foreign_change(ids[ONE], SectionContents=one, At=LATER)
    api.change_lesson(ids[DESK], LessonContents=desk, At=LATER)


def retitle(courses: Path, one: str, desk: str) -> None:
    """Change the titles in the outline, and nothing else."""
    path = courses / "a.yaml"
    path.write_text(
        re.sub(
            "title: Desk.*",
            f"title: {desk}",
            re.sub("title: One.*", f"title: {one}", path.read_text()),
        )
    )


def manage_again(courses: Path) -> None:
    """Delete both lines from the outline."""
    path = courses / "a.yaml"
    path.write_text(re.sub(" *leave: .*\n", "", path.read_text()))


@pytest.fixture(params=["updated", "twice", "answer lost", "agreed"])
def written_by_both(
    author: CommandLine, api: SandboxServer, courses: Path, request: pytest.FixtureRequest
) -> CommandLine:
    """People wrote the contents that are left; then other fields were applied; then it ended."""
    lift_limits(courses)
    outline(courses, "contents", "contents")
    assert author(*APPLY).code == 0
    edit_contents(api, courses)
    if request.param == "agreed":  # people wrote the titles too, and the outline follows them
        ids = saved(courses).entries
        api.foreign_change(ids[ONE], Title="One, new", At=LATER)
        api.change_lesson(ids[DESK], Title="Desk, new", At=LATER)
    retitle(courses, "One, new", "Desk, new")
    if request.param == "answer lost":
        api.fault(f"PUT {SECTIONS}@1+:lost-after")
        assert author(*APPLY).code == REFUSED
        api.no_faults()
    ran = author(*APPLY, *(["--refresh"] if request.param == "agreed" else []))
    assert ran.code == 0, ran.err
    if request.param == "twice":
        retitle(courses, "One, newer", "Desk, newer")
        assert author(*APPLY).code == 0
    assert contents_there(api, courses) == THEIRS
    assert author("drift").code == author("plan", "--detailed-exitcode").code == 0
    manage_again(courses)
    return author


def test_contents_of_others_are_drift_once_the_line_is_gone(
    written_by_both: CommandLine, api: SandboxServer, courses: Path
) -> None:
    """Although our own update of another field was the last write."""
    drift = json.loads(written_by_both("drift", "--format", "json").out)["drift"]
    plan = written_by_both("plan", "--refresh", "--detailed-exitcode")
    retitle(courses, "Uno", "Mesa")
    ran = written_by_both(*APPLY)

    assert {each["address"]: each["finding"] for each in drift} == {ONE: "edited", DESK: "edited"}
    assert plan.code == 2
    assert all(each in plan.out for each in THEIRS)
    assert ran.code == REFUSED
    assert "edited on the site" in ran.err
    assert contents_there(api, courses) == THEIRS


def test_contents_of_others_can_be_pulled_once_the_line_is_gone(
    written_by_both: CommandLine, api: SandboxServer, courses: Path
) -> None:
    """The outline then has them, and nothing is left to do."""
    ran = written_by_both("pull")
    text = (courses / "a.yaml").read_text()

    assert ran.code == 0, ran.err
    assert all(each in text for each in THEIRS)
    assert written_by_both("plan", "--detailed-exitcode").code == 0
    assert written_by_both("drift").code == 0
    assert contents_there(api, courses) == THEIRS


def test_contents_of_others_are_overwritten_only_on_demand(
    written_by_both: CommandLine, api: SandboxServer, courses: Path
) -> None:
    """As any other edit on the site."""
    retitle(courses, "Uno", "Mesa")
    ran = written_by_both(*APPLY, "--overwrite-drift")

    assert ran.code == 0, ran.err
    assert contents_there(api, courses) == OURS
    assert written_by_both("drift").code == 0


def test_contents_that_nobody_wrote_are_no_drift_once_the_line_is_gone(
    author: CommandLine, api: SandboxServer, courses: Path
) -> None:
    """An update of another field leaves them as we sent them."""
    lift_limits(courses)
    outline(courses, "contents", "contents")
    author(*APPLY)
    retitle(courses, "Uno", "Mesa")
    author(*APPLY)
    manage_again(courses)
    drift = author("drift", "--format", "json")

    assert (drift.code, json.loads(drift.out)["drift"]) == (0, [])
    assert author("plan", "--refresh", "--detailed-exitcode").code == 0
    assert contents_there(api, courses) == OURS


LEFT = {  # what is left, and what people set there: in the section, then in the lesson
    "title": ({"Title": "Eins"}, {"Title": "Tisch"}),
    "contents": ({"SectionContents": THEIRS[0]}, {"LessonContents": THEIRS[1]}),
    "title, contents": (
        {"Title": "Eins", "SectionContents": THEIRS[0]},
        {"Title": "Tisch", "LessonContents": THEIRS[1]},
    ),
}


def lose_the_state(courses: Path) -> None:
    """Delete the state, as a machine that is thrown away does."""
    for path in courses.glob("coursesync.state.json*"):
        path.unlink()


@pytest.mark.parametrize("left", LEFT)
def test_a_lost_state_is_made_again_whatever_people_wrote(
    author: CommandLine, api: SandboxServer, courses: Path, left: str
) -> None:
    """The marker tells which record it is; what is left to the site is not compared."""
    lift_limits(courses)
    outline(courses, left, left)
    author(*APPLY)
    before, (one, desk) = saved(courses).entries, LEFT[left]
    api.foreign_change(before[ONE], **one, At=LATER)
    api.change_lesson(before[DESK], **desk, At=LATER)
    lose_the_state(courses)
    ran = author(*APPLY)

    assert ran.code == 0, ran.err
    assert saved(courses).entries == before
    assert author("drift").code == author("plan", "--refresh", "--detailed-exitcode").code == 0
    section = next(each for each in api.records() if each["Id"] == before[ONE])
    lesson = next(each for each in api.lessons() if each["Id"] == before[DESK])
    assert one.items() <= section.items()
    assert desk.items() <= lesson.items()


@pytest.mark.parametrize("left", LEFT)
def test_after_a_lost_state_a_difference_is_drift_too_once_the_line_is_gone(
    author: CommandLine, api: SandboxServer, courses: Path, left: str
) -> None:
    """The state has what the outline had, not what people wrote."""
    lift_limits(courses)
    outline(courses, left, left)
    author(*APPLY)
    ids, (one, desk) = saved(courses).entries, LEFT[left]
    api.foreign_change(ids[ONE], **one, At=LATER)
    api.change_lesson(ids[DESK], **desk, At=LATER)
    lose_the_state(courses)
    author(*APPLY)
    manage_again(courses)
    drift = json.loads(author("drift", "--format", "json").out)["drift"]
    path = courses / "a.yaml"
    path.write_text(path.read_text().replace("title: One", "title: One\n    display_order: 3"))
    ran = author(*APPLY)

    assert {each["address"]: each["finding"] for each in drift} == {ONE: "edited", DESK: "edited"}
    assert ran.code == REFUSED
    assert "edited on the site" in ran.err


def test_after_a_lost_state_what_is_not_left_still_tells(
    author: CommandLine, api: SandboxServer, courses: Path
) -> None:
    """A record with other contents than the outline manages is not taken for its own."""
    lift_limits(courses)
    outline(courses)
    author(*APPLY)
    api.foreign_change(
        saved(courses).entries[ONE], Title="Eins", SectionContents="<p>Eins.</p>", At=LATER
    )
    lose_the_state(courses)
    ran = author(*APPLY)

    assert ran.code == REFUSED
    assert f"{ONE} is in doubt" in ran.err


def remove_item(courses: Path) -> None:
    """Take the section and its lesson out of the outline."""
    path = courses / "a.yaml"
    text = path.read_text()
    path.write_text(f"{text[: text.index('  - key: one')]}{text[text.index('  - key: two') :]}")


@pytest.mark.parametrize("is_applied", [False, True])
@pytest.mark.parametrize("left", ["contents", "title, contents", "contents, active"])
def test_an_item_that_left_its_outline_can_be_hidden(
    author: CommandLine, api: SandboxServer, courses: Path, left: str, *, is_applied: bool
) -> None:
    """As `drift` says: what people wrote in a field that was left is no edit, and it stays."""
    lift_limits(courses)
    outline(courses, left, left)
    author(*APPLY)
    edit_contents(api, courses)
    remove_item(courses)
    path = courses / "a.yaml"
    if is_applied:  # something else, so that the course is no longer as it was
        path.write_text(path.read_text().replace("title: Two", "title: Zwei"))
        assert author(*APPLY).code == 0
    before = author("drift")
    ran = author(*APPLY, "--on-removal", "deactivate")

    assert before.code == 0, before.out
    assert ran.code == 0, ran.err
    assert contents_there(api, courses) == THEIRS
    ids = saved(courses).entries
    shown = {each["Id"]: each["Active"] for each in (*api.records(), *api.lessons())}
    assert (shown[ids[ONE]], shown[ids[DESK]]) == (False, False)
    assert author("drift").code == 0


def test_an_item_that_left_its_outline_is_edited_if_another_field_is(
    author: CommandLine, api: SandboxServer, courses: Path
) -> None:
    """`drift` and `apply` agree about that as well."""
    lift_limits(courses)
    outline(courses, "contents", "contents")
    author(*APPLY)
    api.foreign_change(saved(courses).entries[ONE], Title="Eins", At=LATER)
    remove_item(courses)

    assert author("drift").code == 2
    assert author(*APPLY, "--on-removal", "deactivate").code == REFUSED


def test_a_line_that_ended_before_its_item_did_is_forgotten(
    author: CommandLine, api: SandboxServer, courses: Path
) -> None:
    """Once the outline had managed the field, a difference in an orphan is an edit."""
    lift_limits(courses)
    outline(courses, "contents", "contents")
    author(*APPLY)
    manage_again(courses)
    retitle(courses, "Uno", "Mesa")
    author(*APPLY)
    edit_contents(api, courses)
    remove_item(courses)

    assert author("drift").code == 2
    assert author(*APPLY, "--on-removal", "deactivate").code == REFUSED
    assert contents_there(api, courses) == THEIRS
