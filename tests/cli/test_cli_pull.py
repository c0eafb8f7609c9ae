"""`coursesync pull`: what people changed on the site comes into the outlines."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from harness import STATE

if TYPE_CHECKING:
    from pathlib import Path

    from harness import CommandLine, SandboxServer

OUTLINE = """\
id: 4711
title: Course a
sections:
  - key: one
    title: One  # the first
    contents: {markdown: shared.md}
    lessons:
      - tour.md
      - key: desk
        title: Desk
  - key: two
    title: Two
    contents: {markdown: shared.md}
    lessons: []
lessons: []
"""
TOUR = "---\ntitle: Tour  # of the house\n---\n\nSee *it*.\n"
LATER = "2099-01-01T00:00:00Z"  # an edit in the second of our own write may be the server's


@pytest.fixture
def applied(author: CommandLine, courses: Path) -> CommandLine:
    """The command line of a workspace that is applied."""
    (courses / "a.yaml").write_text(OUTLINE)
    (courses / "tour.md").write_text(TOUR)
    (courses / "shared.md").write_text("Hello.\n")
    assert author("apply", "--auto-approve").code == 0
    return author


def nothing_left(cli: CommandLine) -> bool:
    """Return whether the plan is empty, and nothing has drifted."""
    return (cli("plan", "--detailed-exitcode").code, cli("drift").code) == (0, 0)


def section(api: SandboxServer, number: int) -> dict[str, object]:
    """Return a section as the site has it."""
    return next(each for each in api.records() if each["Id"] == number)


def test_fields_come_with_their_comments(
    applied: CommandLine, api: SandboxServer, courses: Path
) -> None:
    """The outline and front matter get the site's values; all else stays to the letter."""
    api.foreign_change(1000001, Title="Uno", Active=False)
    api.change_lesson(
        2000001, Title="The tour", LessonContents="<p>See <em>it</em>!</p>\n", At=LATER
    )
    ran = applied("pull")

    assert ran.code == 0, ran.err
    assert (courses / "a.yaml").read_text() == OUTLINE.replace(
        "title: One  #", "title: Uno  #"
    ).replace(
        "    contents: {markdown: shared.md}\n    lessons",
        "    active: false\n    contents: {markdown: shared.md}\n    lessons",
        1,
    )
    assert (courses / "tour.md").read_text() == TOUR.replace("Tour ", "The tour ").replace(
        "it*.", "it*!"
    )
    assert "section.a.one: title, active" in ran.err
    assert "lesson.a.one.tour: title, contents" in ran.err
    assert nothing_left(applied)


def test_a_dry_run_shows_the_difference_and_writes_nothing(
    applied: CommandLine, api: SandboxServer, courses: Path
) -> None:
    """The lines that would change are shown as git shows them."""
    api.foreign_change(1000001, Title="Uno")
    names = ["a.yaml", "tour.md", "shared.md", STATE]
    before = {courses / name: (courses / name).read_bytes() for name in names}
    ran = applied("pull", "--dry-run")

    assert ran.code == 0
    assert "-    title: One  # the first\n+    title: Uno  # the first\n" in ran.out
    assert {path: path.read_bytes() for path in before} == before
    assert applied("drift").code == 2


def test_what_both_changed_stays_until_it_is_asked_for(
    applied: CommandLine, api: SandboxServer, courses: Path
) -> None:
    """The outline's value stays, and the message has the command that takes the site's."""
    api.foreign_change(1000001, Title="Uno", Active=False)
    mine = OUTLINE.replace("One  #", "First  #")
    (courses / "a.yaml").write_text(mine)
    ran = applied("pull")

    assert ran.code == 1
    assert "section.a.one: title not pulled: changed on the site and in the outline" in ran.err
    assert "coursesync pull section.a.one --theirs" in " ".join(ran.err.split())
    assert "title: First  #" in (courses / "a.yaml").read_text()
    assert "active: false" in (courses / "a.yaml").read_text()
    assert applied("pull", "section.a.one", "--theirs").code == 0
    assert "title: Uno  #" in (courses / "a.yaml").read_text()
    assert nothing_left(applied)


def test_only_what_is_named_is_pulled(
    applied: CommandLine, api: SandboxServer, courses: Path
) -> None:
    """An address, or a course's key, limits a pull to what is in it."""
    api.foreign_change(1000002, Title="Dos")
    api.change_lesson(2000002, Title="Your desk")
    ran = applied("pull", "section.a.one")

    assert "Your desk" in (courses / "a.yaml").read_text()
    assert "Dos" not in (courses / "a.yaml").read_text()
    assert "Dos" not in ran.err
    assert applied("pull", "a").code == 0
    assert nothing_left(applied)


def test_an_address_that_is_none_is_refused(applied: CommandLine) -> None:
    """A misspelt address pulls nothing."""
    ran = applied("pull", "section.a.on")

    assert ran.code == 64
    assert "there is nothing at the address section.a.on" in " ".join(ran.err.split())


def test_order_and_place_come_too(applied: CommandLine, api: SandboxServer, courses: Path) -> None:
    """A lesson that was moved into another section is moved in the outline, with its Id."""
    api.change_lesson(2000002, SectionId=1000002, DisplayOrder=10)
    api.foreign_change(1000002, DisplayOrder=5)
    ran = applied("pull")

    assert ran.code == 0, ran.err
    assert (
        (courses / "a.yaml").read_text()
        == """\
id: 4711
title: Course a
sections:
  - key: two
    title: Two
    contents: {markdown: shared.md}
    lessons:
      - key: desk
        title: Desk
  - key: one
    title: One  # the first
    contents: {markdown: shared.md}
    lessons:
      - tour.md
lessons: []
"""
    )
    assert nothing_left(applied)
    assert "lesson.a.two.desk 2000002" in applied("state", "list").out


def test_a_file_that_two_items_share_is_left_alone(
    applied: CommandLine, api: SandboxServer, courses: Path
) -> None:
    """The edited section gets a file of its own, because the other one keeps the text."""
    api.foreign_change(1000002, SectionContents="<p>Bye.</p>\n", At=LATER)
    assert applied("pull").code == 0

    assert (courses / "shared.md").read_text() == "Hello.\n"
    assert (courses / "shared.html").read_text() == "<p>Bye.</p>\n"
    assert (courses / "a.yaml").read_text().count("{markdown: shared.md}") == 1
    assert nothing_left(applied)


def test_what_markdown_has_no_sign_for_is_html_in_it(
    applied: CommandLine, api: SandboxServer, courses: Path
) -> None:
    """Markdown may hold HTML, so the lesson keeps its file and its other paragraphs."""
    html = "<p>See it.</p>\n<p>It is <u>here</u>.</p>\n"
    api.change_lesson(2000001, LessonContents=html, At=LATER)
    ran = applied("pull")

    assert ran.code == 0, ran.err
    assert (courses / "tour.md").read_text().endswith("See it.\n\n<p>It is <u>here</u>.</p>\n")
    assert not (courses / "tour.html").exists()
    assert nothing_left(applied)


def test_blocks_between_two_changes_stay(
    applied: CommandLine, api: SandboxServer, courses: Path
) -> None:
    """A list, a note to authors and a blank line too many are as they were."""
    path = courses / "tour.md"
    kept = "* a\n* b\n\n\n<!-- note -->\n\n[Site]\n\n[site]: https://e.example\n"
    path.write_text(f"{TOUR}\n## Top\n\n{kept}\n<div>\n\nin **it**\n\n</div>\n\nEnd.\n")
    assert applied("apply", "--auto-approve").code == 0
    html = str(api.lessons()[0]["LessonContents"])
    changed = html.replace("Top", "The top").replace("in <", "now in <").replace("End", "The end")
    api.change_lesson(2000001, LessonContents=changed, At=LATER)
    ran = applied("pull")

    assert ran.code == 0, ran.err
    assert path.read_text() == (
        f"{TOUR}\n## The top\n\n{kept}\n<div>\n\nnow in **it**\n\n</div>\n\nThe end.\n"
    )
    assert nothing_left(applied)


def test_contents_that_no_markdown_gives_become_html(
    applied: CommandLine, api: SandboxServer, courses: Path
) -> None:
    """The lesson is written in place, with an HTML file; its old file stays and is named."""
    html = "<div>See\n\n*it*.</div>"
    api.change_lesson(2000001, LessonContents=html, At=LATER)
    ran = applied("pull")

    assert "courses/tour.md stays, but no outline names it any more." in ran.err
    assert (courses / "tour.md").read_text() == TOUR
    assert (courses / "tour.html").read_text() == f"{html}\n"
    assert "      - key: tour\n        title: Tour\n        contents: {html: tour.html}\n" in (
        (courses / "a.yaml").read_text()
    )
    assert nothing_left(applied)


def test_deleted_and_new_records_need_to_be_asked_for(
    applied: CommandLine, api: SandboxServer, courses: Path
) -> None:
    """Without the options they are named, with the command; with them they come."""
    api.remove_lesson(2000002)
    api.foreign_create(4711, "Three", DisplayOrder=90)
    asked = applied("pull")

    assert "lesson.a.one.desk was deleted on the site." in asked.err
    assert "coursesync pull --deleted" in asked.err
    assert "coursesync pull --new" in asked.err
    assert (courses / "a.yaml").read_text() == OUTLINE
    assert applied("pull", "--deleted", "--new").code == 0
    assert "Desk" not in (courses / "a.yaml").read_text()
    assert "title: Three" in (courses / "a.yaml").read_text()
    assert nothing_left(applied)


def test_a_section_is_not_removed_around_a_lesson_that_is_there(
    applied: CommandLine, api: SandboxServer, courses: Path
) -> None:
    """What was in a deleted section and is in the course now, moves there first."""
    for number, lesson in enumerate((2000001, 2000002)):
        api.change_lesson(lesson, SectionId=None, DisplayOrder=number)
    api.foreign_remove(1000001)
    ran = applied("pull", "--deleted")

    assert ran.code == 0, ran.err
    assert "key: one" not in (courses / "a.yaml").read_text()
    assert "\nlessons:\n  - tour.md\n\n  - key: desk\n" in (courses / "a.yaml").read_text()
    assert nothing_left(applied)


def test_what_no_outline_can_hold_is_named(
    applied: CommandLine, api: SandboxServer, courses: Path
) -> None:
    """One value that can't be written does not stop the others."""
    api.foreign_change(1000001, Title="Uno\u202e", Active=False)
    api.foreign_change(1000002, Title="Dos")
    ran = applied("pull")

    assert ran.code == 1
    assert "section.a.one: title not pulled: U+202E" in ran.err
    text = (courses / "a.yaml").read_text()
    assert ("title: Dos" in text, "active: false" in text, "\u202e" in text) == (True, True, False)


def test_a_pull_that_was_cut_off_is_finished_by_the_next(
    applied: CommandLine, api: SandboxServer, courses: Path
) -> None:
    """If only the files were written, the next pull records what they have."""
    api.foreign_change(1000001, Title="Uno")
    state = (courses / STATE).read_bytes()
    applied("pull")
    (courses / STATE).write_bytes(state)
    ran = applied("pull")

    assert "the outline has this change already" in ran.err
    assert nothing_left(applied)


def test_nothing_to_pull_is_reported(applied: CommandLine) -> None:
    """Without drift, nothing is written."""
    ran = applied("pull")

    assert (ran.code, "There is nothing to pull." in ran.err) == (0, True)


def test_a_record_never_gets_the_address_of_another(
    applied: CommandLine, api: SandboxServer, courses: Path
) -> None:
    """A lesson that is moved beside a kept one with its key stays in the outline where it is."""
    both = OUTLINE.replace("    lessons: []", "    lessons: [{key: desk, title: Old}]")
    (courses / "a.yaml").write_text(both)
    applied("apply", "--auto-approve")
    (courses / "a.yaml").write_text(OUTLINE)
    api.change_lesson(2000002, SectionId=1000002)
    ran = applied("pull")

    assert "the state has another record at lesson.a.two.desk" in " ".join(ran.err.split())
    assert (courses / "a.yaml").read_text() == OUTLINE
    assert "lesson.a.one.desk 2000002" in applied("state", "list").out
    assert "lesson.a.two.desk 2000003" in applied("state", "list").out


def test_a_former_key_does_not_come_to_name_another_record(
    applied: CommandLine, api: SandboxServer, courses: Path
) -> None:
    """A renamed lesson stays where it is if its former key is in use where its record is now."""
    both = OUTLINE.replace("    lessons: []", "    lessons: [{key: desk, title: Old}]")
    (courses / "a.yaml").write_text(both)
    applied("apply", "--auto-approve")
    mine = OUTLINE.replace("key: desk", "key: table\n        previous_keys: [desk]")
    (courses / "a.yaml").write_text(mine)
    api.change_lesson(2000002, SectionId=1000002)
    applied("pull")

    assert (courses / "a.yaml").read_text() == mine
    assert applied("plan").code == 0


def test_two_lessons_that_changed_places_do_so_in_the_outline(
    applied: CommandLine, api: SandboxServer, courses: Path
) -> None:
    """Each takes the address that the other one leaves."""
    both = OUTLINE.replace("    lessons: []", "    lessons: [{key: desk, title: Other}]")
    (courses / "a.yaml").write_text(both)
    applied("apply", "--auto-approve")
    api.change_lesson(2000002, SectionId=1000002)
    api.change_lesson(2000003, SectionId=1000001)

    assert applied("pull").code == 0
    assert "lesson.a.one.desk 2000003" in applied("state", "list").out
    assert "lesson.a.two.desk 2000002" in applied("state", "list").out
    assert nothing_left(applied)


def test_a_list_that_the_outline_does_not_have_is_not_written(
    applied: CommandLine, api: SandboxServer, courses: Path
) -> None:
    """With a list, the lessons that were left alone there could be deleted."""
    bare = OUTLINE.replace("    lessons: []\n", "").replace("lessons: []\n", "")
    (courses / "a.yaml").write_text(bare)
    for section in (1000002, None):
        api.change_lesson(2000002, SectionId=section)
        ran = applied("pull")

        assert "the outline has no list of lessons there" in " ".join(ran.err.split())
        assert (courses / "a.yaml").read_text() == bare


@pytest.mark.parametrize(
    ("was", "now", "why"),
    [
        ("title: One  #", "title: Better  #", "the outline has changed it since"),
        ("- key: desk", "- {key: new, title: New}\n      - key: desk", "lesson.a.one.new"),
        ("title: Desk", "title: My desk", "lesson.a.one.desk"),
        ("title: Desk", "title: Desk\n        protect: true", "lesson.a.one.desk"),
    ],
)
def test_what_was_not_applied_is_never_removed(
    applied: CommandLine, api: SandboxServer, courses: Path, was: str, now: str, why: str
) -> None:
    """A deleted section stays, with what is in it, if its author has changed any of it."""
    mine = OUTLINE.replace(was, now)
    (courses / "a.yaml").write_text(mine)
    api.remove_lesson(2000002)
    api.foreign_remove(1000001)
    ran = applied("pull", "--deleted")

    said = " ".join(ran.err.split())
    assert "section.a.one: deletion not pulled:" in said
    assert why in said
    assert now.splitlines()[0] in (courses / "a.yaml").read_text()
    assert "key: one" in (courses / "a.yaml").read_text()


def test_a_live_lesson_is_not_removed_with_the_section_it_is_to_move_into(
    applied: CommandLine, api: SandboxServer, courses: Path
) -> None:
    """Its section stays, because the lesson is on the site."""
    both = OUTLINE.replace("    lessons: []", "    lessons: [{key: p, title: P}]")
    (courses / "a.yaml").write_text(both)
    applied("apply", "--auto-approve")
    mine = OUTLINE.replace("      - tour.md", "      - {key: p, title: P}\n      - tour.md")
    (courses / "a.yaml").write_text(mine)
    api.foreign_remove(1000001)
    applied("pull", "--deleted")

    assert "{key: p, title: P}" in (courses / "a.yaml").read_text()
    assert " 0 to delete" in applied("plan", "--on-removal", "delete", "--prune").out


def test_a_section_around_a_lesson_that_is_left_alone_stays(
    applied: CommandLine, api: SandboxServer, courses: Path
) -> None:
    """Without its section, a plan could delete the lesson."""
    (courses / "a.yaml").write_text(
        OUTLINE.replace(
            "    lessons:\n      - tour.md\n      - key: desk\n        title: Desk\n", ""
        )
    )
    for lesson in (2000001, 2000002):
        api.change_lesson(lesson, SectionId=1000002)
    api.foreign_remove(1000001)
    applied("pull", "--deleted")

    assert "key: one" in (courses / "a.yaml").read_text()
    assert " 0 to delete" in applied("plan", "--on-removal", "delete", "--prune").out


def test_apply_still_stops_at_a_field_that_was_not_pulled(
    applied: CommandLine, api: SandboxServer, courses: Path
) -> None:
    """What is pulled of a record does not count as a look at the rest of it."""
    api.foreign_change(1000001, Title="Uno", Active=False)
    (courses / "a.yaml").write_text(OUTLINE.replace("One  #", "First  #"))
    assert "section.a.one: active" in applied("pull").err
    ran = applied("apply", "--auto-approve")

    assert ran.code == 6
    assert "section.a.one: skipped: edited in Nexudus" in ran.err
    assert section(api, 1000001)["Title"] == "Uno"


def test_a_number_that_no_outline_can_have_is_left(
    applied: CommandLine, api: SandboxServer, courses: Path
) -> None:
    """The order is not reported as pulled, and apply does not undo the edit."""
    pinned = OUTLINE.replace("    title: Two\n", "    title: Two\n    display_order: 30\n")
    (courses / "a.yaml").write_text(pinned)
    applied("apply", "--auto-approve")
    api.foreign_change(1000002, DisplayOrder=2147483647)
    for _ in range(2):
        ran = applied("pull")

        assert "section.a.two: order" not in ran.err
        assert "section.a.two: display_order not pulled" in ran.err
    assert (courses / "a.yaml").read_text() == pinned
    applied("apply", "--auto-approve")
    assert section(api, 1000002)["DisplayOrder"] == 2147483647


def test_what_cannot_be_taken_holds_nothing_else_back(
    applied: CommandLine, api: SandboxServer, courses: Path
) -> None:
    """One lesson can't move; the sections' order comes, and the deleted lesson goes."""
    both = OUTLINE.replace("    lessons: []", "    lessons: [{key: desk, title: Other}]")
    (courses / "a.yaml").write_text(both)
    applied("apply", "--auto-approve")
    api.change_lesson(2000002, SectionId=1000002)
    api.foreign_change(1000002, DisplayOrder=5)
    api.remove_lesson(2000001)
    ran = applied("pull", "--deleted")

    assert "lesson.a.one.desk: section not pulled" in ran.err
    text = (courses / "a.yaml").read_text()
    assert text.index("key: two") < text.index("key: one")
    assert "tour.md" not in text


def test_what_an_item_is_recognised_by_is_not_taken(
    applied: CommandLine, api: SandboxServer, courses: Path
) -> None:
    """Without its contents, a lesson with a new key and title would be another one."""
    kept = OUTLINE.replace("title: Desk\n", "title: Desk\n        contents: <p>Yours.</p>\n")
    (courses / "a.yaml").write_text(kept)
    applied("apply", "--auto-approve")
    mine = kept.replace("key: desk\n        title: Desk", "key: place\n        title: Your place")
    (courses / "a.yaml").write_text(mine)
    api.change_lesson(2000002, LessonContents="", At=LATER)
    ran = applied("pull")

    assert "lesson.a.one.place: contents not pulled: it has a new key" in " ".join(ran.err.split())
    assert " 0 to delete" in applied("plan", "--on-removal", "delete", "--prune").out
    stated = mine.replace("key: place\n", "key: place\n        previous_keys: [desk]\n")
    (courses / "a.yaml").write_text(stated)
    assert "lesson.a.one.place: contents" in applied("pull").err
    assert " 0 to delete" in applied("plan", "--on-removal", "delete", "--prune").out


def test_an_item_is_pulled_by_the_address_that_it_had(
    applied: CommandLine, api: SandboxServer, courses: Path
) -> None:
    """A rename that was not applied does not hide it."""
    (courses / "a.yaml").write_text(
        OUTLINE.replace("key: two\n", "key: zwei\n    previous_keys: [two]\n")
    )
    api.foreign_change(1000002, Title="Dos")
    applied("pull", "section.a.two")

    assert "title: Dos" in (courses / "a.yaml").read_text()


def test_a_lesson_is_pulled_without_the_order_of_its_neighbours(
    applied: CommandLine, api: SandboxServer, courses: Path
) -> None:
    """Only the lesson that was named gets another place."""
    three = OUTLINE.replace("        title: Desk\n", "        title: Desk\n      - {title: Last}\n")
    (courses / "a.yaml").write_text(three)
    applied("apply", "--auto-approve")
    api.change_lesson(2000001, DisplayOrder=25)
    api.change_lesson(2000003, DisplayOrder=1)
    applied("pull", "lesson.a.one.tour")

    text = (courses / "a.yaml").read_text()
    assert text.index("key: desk") < text.index("tour.md") < text.index("title: Last")


def test_a_byte_order_mark_and_a_missing_blank_line_stay(
    applied: CommandLine, api: SandboxServer, courses: Path
) -> None:
    """What an editor wrote around the text is not changed."""
    (courses / "a.yaml").write_text(f"\ufeff{OUTLINE}")
    (courses / "tour.md").write_text("\ufeff---\ntitle: Tour\n---\nSee *it*.\n")
    api.foreign_change(1000001, Title="Uno")
    api.change_lesson(2000001, LessonContents="<p>See <em>it</em>!</p>\n", At=LATER)
    applied("pull")

    assert (courses / "a.yaml").read_text() == "\ufeff" + OUTLINE.replace("One  #", "Uno  #")
    assert (courses / "tour.md").read_text() == "\ufeff---\ntitle: Tour\n---\nSee *it*!\n"


def test_two_outlines_with_a_file_in_common_get_one_each(
    applied: CommandLine, api: SandboxServer, courses: Path
) -> None:
    """The edits of a file that is shared go into files with different names."""
    api.add_course(4712)
    (courses / "b.yaml").write_text(
        "id: 4712\ntitle: Course b\n"
        "sections:\n  - {key: s, title: S, contents: {markdown: shared.md}}\n"
    )
    applied("apply", "--auto-approve")
    for number, section_id in enumerate((1000002, 1000003)):
        api.foreign_change(section_id, SectionContents=f"<p>{number}</p>\n", At=LATER)

    assert applied("pull").code == 0
    assert (courses / "shared.html").read_text() == "<p>0</p>\n"
    assert (courses / "shared-2.html").read_text() == "<p>1</p>\n"
    assert nothing_left(applied)


@pytest.mark.usefixtures("courses")
def test_a_workspace_without_outlines_is_named(author: CommandLine) -> None:
    """There is nothing to pull into; import writes an outline."""
    ran = author("pull")

    assert ran.code == 1
    assert "holds no outline" in ran.err
    assert "coursesync import --course ID" in ran.err
