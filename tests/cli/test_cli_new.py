"""`coursesync new`: adds a course, a section or a lesson, and changes nothing else."""

from __future__ import annotations

import json
import os
import re
import shlex
from typing import TYPE_CHECKING

import pytest
from harness import PROGRAM, CommandLine, files_below, run, write_outline

from coursesync.errors import ExitCode

if TYPE_CHECKING:
    from pathlib import Path

LAYOUT = """\
# Ours.
id: 4711   # the course
title: Member onboarding

sections:
  # first things first
  - key: welcome
    title: Welcome to the space
    contents: |
      <p>Everything for day one.</p>

      # no comment
    lessons:
      - key: desk   # by the window
        title: Find your desk

      - key: tour
        title: "A tour"

  # then
  - key: first-week
    title: 'Your first week'
    unlock: {after_days: 7}
# the end
"""
TITLES = {
    "Spaß im Büro: Größe": "spass-im-buro-grosse",
    "Ærø, Œuvre, Łódź": "aero-oeuvre-lodz",
    "Café für Ümläute": "cafe-fur-umlaute",
    "🎉 Welcome 👩‍💻": "welcome",
    "🎉": "section",
    'Say "hi": it\'s #1': "say-hi-it-s-1",
    "C # basics": "c-basics",
    "null": "null",
    "2024": "2024",
    "- {a}: [b]": "a-b",
    "日本語": "日本語",
}


@pytest.fixture
def outline(courses: Path) -> Path:
    """An outline with comments, in the workspace; it is formatted."""
    path = courses / "onboarding.yaml"
    path.write_text(LAYOUT)
    return path


def without(lines: str, text: str) -> str:
    """Return a text without these lines, which it has once."""
    assert text.count(lines) == 1, text
    return text.replace(lines, "")


def is_clean(cli: CommandLine) -> bool:
    """Return whether all outlines are valid and formatted."""
    return cli("validate").code == 0 and cli("fmt", "--check").code == 0


def test_a_section_is_added_after_another(cli: CommandLine, outline: Path) -> None:
    """All other lines stay; the message has its place, its address and the next command."""
    ran = cli("new", "section", "House rules", "--after", "welcome")
    text = outline.read_text()

    assert ran.code == ExitCode.DONE, ran.err
    assert ran.out == ""
    assert without("\n  - key: house-rules\n    title: House rules\n", text) == LAYOUT
    assert "onboarding.yaml:20: added section.onboarding.house-rules" in ran.said
    assert text.splitlines()[19] == "  - key: house-rules"
    assert text.index("house-rules") < text.index("# then") < text.index("first-week")
    assert ran.err.splitlines()[-1].split() == ["coursesync", "plan", "onboarding"]
    assert is_clean(cli)
    assert "House rules" in cli("plan").out


def test_by_default_it_is_the_last(cli: CommandLine, outline: Path) -> None:
    """Without `--after` a section comes at the end of the list."""
    cli("new", "section", "House rules")

    text = outline.read_text()

    assert without("\n  - key: house-rules\n    title: House rules\n", text) == LAYOUT
    assert "days: 7}\n\n  - key: house" in text
    assert is_clean(cli)


@pytest.mark.parametrize("options", [(), ("--file",)])
@pytest.mark.parametrize(
    ("where", "address"),
    [
        (("--in", "onboarding"), "lesson.onboarding.glossary"),
        (("--in", "course.onboarding"), "lesson.onboarding.glossary"),
        (("--in", "onboarding.first-week"), "lesson.onboarding.first-week.glossary"),
        (("--in", "first-week"), "lesson.onboarding.first-week.glossary"),
        (("--in", "section.onboarding.welcome"), "lesson.onboarding.welcome.glossary"),
        (("--in", "welcome", "--after", "desk"), "lesson.onboarding.welcome.glossary"),
        (("--after", "desk"), "lesson.onboarding.welcome.glossary"),
        (("--after", "onboarding.welcome.tour"), "lesson.onboarding.welcome.glossary"),
    ],
)
def test_a_lesson_is_added_where_it_is_wanted(
    cli: CommandLine, outline: Path, where: tuple[str, ...], address: str, options: tuple[str, ...]
) -> None:
    """In a course, in a section, or after a lesson; a list that was not there is made."""
    ran = cli("new", "lesson", "Glossary", *where, *options)
    text = outline.read_text()
    rest = iter(text.splitlines())

    assert ran.code == ExitCode.DONE, ran.err
    assert f"added {address}" in ran.said
    assert all(line in rest for line in LAYOUT.splitlines()), text
    assert address in cli("plan", "--format", "json").out
    assert is_clean(cli)


def test_a_lesson_gets_a_file_of_its_own(cli: CommandLine, outline: Path) -> None:
    """It has front matter, is beside the other files of its list, and overwrites none."""
    first = cli("new", "lesson", "Words: a-z", "--in", "first-week", "--file")
    folder = outline.parent / "onboarding" / "first-week"
    moved = outline.parent / "pages"
    folder.rename(moved)
    outline.write_text(outline.read_text().replace("onboarding/first-week/", "pages/"))
    (moved / "more-words.md").write_text("Ours.\n")
    again = cli("new", "lesson", "More words", "--in", "first-week", "--file")

    assert (first.code, again.code) == (0, 0), again.err
    assert "in the file courses/onboarding/first-week/words-a-z.md" in first.said
    assert (moved / "words-a-z.md").read_text() == '---\nkey: words-a-z\ntitle: "Words: a-z"\n---\n'
    assert (moved / "more-words.md").read_text() == "Ours.\n"
    assert (moved / "more-words-2.md").read_text().startswith("---\nkey: more-words\n")
    assert outline.read_text().count("      - pages/") == 2
    assert is_clean(cli)


@pytest.mark.parametrize(("title", "key"), TITLES.items())
def test_any_title_is_read_back_as_it_was_typed(
    cli: CommandLine, outline: Path, title: str, key: str
) -> None:
    """Quotes, colons, hashes, emoji and other scripts; the key is written, and is a key."""
    ran = cli("new", "section", "--", title)
    again = cli("new", "section", "--", title)
    planned = cli("plan", "--format", "json").out

    assert (ran.code, again.code) == (0, 0), ran.err
    assert f"added section.onboarding.{key}" in ran.said.replace("'", "")
    assert re.search(rf"key: \"?{re.escape(key)}", outline.read_text())
    assert f"section.onboarding.{key}" in [e["address"] for e in json.loads(planned)["changes"]]
    assert is_clean(cli)


@pytest.mark.parametrize("title", ["", "  ", "two\nlines", "a\u202eb", "x" * 1001])
def test_a_title_that_no_outline_can_have_is_refused(
    cli: CommandLine, outline: Path, title: str
) -> None:
    """The message has the reason, and the outline stays as it was."""
    section, course = cli("new", "section", title), cli("new", "course", title, "--id", "4712")

    assert (section.code, course.code) == (ExitCode.USAGE, ExitCode.USAGE), section.err
    assert "can't be added to courses/onboarding.yaml:" in section.said
    assert "a course can't have the title" in course.said
    assert outline.read_text() == LAYOUT
    assert [path.name for path in outline.parent.iterdir()] == ["onboarding.yaml"]


def test_its_key_is_no_other_ones(cli: CommandLine, outline: Path) -> None:
    """Not of a neighbour, not a former one, and not one that the state still has."""
    cli("apply", "--sandbox", "--auto-approve")
    state = outline.parent / ".coursesync" / "coursesync.state.json"
    (outline.parent / state.name).write_bytes(state.read_bytes())
    text = outline.read_text()
    outline.write_text(text.replace("title: 'Your", "previous_keys: [old-rules]\n    title: 'Your"))
    gone = outline.read_text().replace('      - key: tour\n        title: "A tour"\n', "")
    outline.write_text(gone)
    ran = [
        cli("new", "section", "Welcome"),
        cli("new", "section", "Old rules"),
        cli("new", "lesson", "Tour", "--in", "first-week"),
    ]

    assert [each.code for each in ran] == [0] * 3
    assert "section.onboarding.welcome-2" in ran[0].said
    assert "section.onboarding.old-rules-2" in ran[1].said
    assert "lesson.onboarding.first-week.tour-2" in ran[2].said


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("end", [b"\n", b"\r\n"])
def test_line_ends_and_a_byte_order_mark_stay(
    cli: CommandLine, outline: Path, end: bytes, mark: bytes
) -> None:
    """A file from Windows stays one."""
    before = mark + LAYOUT.encode().replace(b"\n", end)
    outline.write_bytes(before)
    ran = cli("new", "section", "House rules")
    new = b"\n  - key: house-rules\n    title: House rules\n".replace(b"\n", end)

    assert ran.code == ExitCode.DONE, ran.err
    assert outline.read_bytes().replace(new, b"") == before


def test_a_key_that_does_not_exist_comes_with_the_nearest(cli: CommandLine, outline: Path) -> None:
    """The message has what to type, and the keys that there are; nothing is written."""
    after = cli("new", "section", "House rules", "--after", "first-weak")
    inside = cli("new", "lesson", "House rules", "--in", "onboarding.welcom")
    empty = cli("new", "lesson", "House rules", "--in", "first-week", "--after", "tour")

    assert [each.code for each in (after, inside, empty)] == [ExitCode.USAGE] * 3
    assert 'no section has the key "first-weak"' in after.said
    assert "Did you mean `--after first-week`?" in after.said
    assert "There are: onboarding.welcome, onboarding.first-week" in after.said
    assert 'no course or section has the key "onboarding.welcom"' in inside.said
    assert "Did you mean `--in onboarding.welcome`?" in inside.said
    assert "There is none here yet. Leave out `--after`" in empty.said
    assert outline.read_text() == LAYOUT


def test_where_it_is_not_clear_it_asks(cli: CommandLine, outline: Path) -> None:
    """Several courses, or a course with sections for a lesson: each place is shown to be pasted."""
    one = cli("new", "lesson", "House rules")
    write_outline(outline.parent, "hosts", 4712, *(f"Part {number}" for number in range(12)))
    several = cli("new", "section", "House rules")
    many = cli("new", "lesson", "House rules")
    second = cli("new", "section", "House rules", "--after", "part-3")
    pasted = cli("new", "section", "House rules", *shlex.split("--in hosts"))

    assert (one.code, several.code, many.code) == (ExitCode.USAGE,) * 3
    assert "it is not clear where the new lesson belongs" in one.said
    assert (
        "`--in onboarding` or `--in onboarding.welcome` or `--in onboarding.first-week`" in one.said
    )
    assert "Add one of these: `--in hosts` or `--in onboarding`" in several.said
    assert "(and 6 more)" in many.said
    assert "section.hosts.house-rules" in second.said
    assert "section.hosts.house-rules-2" in pasted.said


def test_a_key_that_several_have_is_not_guessed(cli: CommandLine, outline: Path) -> None:
    """Each that is meant is shown with its whole key."""
    cli("new", "lesson", "Tour", "--in", "first-week")
    ran = cli("new", "lesson", "Glossary", "--after", "tour")

    assert ran.code == ExitCode.USAGE
    assert 'more than one lesson has the key "tour"' in ran.said
    assert "`--after onboarding.welcome.tour` or `--after onboarding.first-week.tour`" in ran.said
    assert "Glossary" not in outline.read_text()


def test_a_course_gets_an_outline_of_its_own(cli: CommandLine, outline: Path) -> None:
    """Its file is named after its title; it names the schema where the workspace has one."""
    plain = cli("new", "course", "For hosts", "--id", "4712")
    cli("schema", "--out", "courses/coursesync.schema.json")
    named = cli("new", "course", "Für Gäste: #1", "--id", "4713")
    section = cli("new", "section", "Hello", "--in", "for-hosts")

    assert (plain.code, named.code, section.code) == (0, 0, 0), named.err
    assert "courses/for-hosts.yaml:2: added course.for-hosts" in plain.said
    assert "coursesync new section TITLE --in for-hosts" in plain.said
    assert (outline.parent / "fur-gaste-1.yaml").read_text() == (
        "# yaml-language-server: $schema=./coursesync.schema.json\n"
        'id: 4713\ntitle: "Für Gäste: #1"\nsections: []\n'
    )
    assert (outline.parent / "for-hosts.yaml").read_text() == (
        "id: 4712\ntitle: For hosts\nsections:\n  - key: hello\n    title: Hello\n"
    )
    assert is_clean(cli)


@pytest.mark.parametrize(
    ("title", "stem"),
    [
        ("Onboarding", "onboarding-4712"),
        ("ONBOARDING!", "onboarding-4712"),
        ("con", "course-4712"),
        ("🎉", "course-4712"),
        ("日本語" * 30, "course-4712"),
    ],
)
def test_the_file_of_a_course_has_a_free_name(
    cli: CommandLine, outline: Path, title: str, stem: str
) -> None:
    """No other outline's key, no name that Windows reserves, none that is too long."""
    ran = cli("new", "course", title, "--id", "4712")

    assert ran.code == ExitCode.DONE, ran.err
    assert {path.stem for path in outline.parent.glob("*.yaml")} == {"onboarding", stem}
    assert outline.read_text() == LAYOUT
    assert is_clean(cli)


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        (("course", "Hosts", "--id", "4711"), "the course 4711 has an outline already"),
        (("course", "Hosts"), "a new course needs its Id in Nexudus"),
        (("course", "Hosts", "--id", "4712", "--in", "a"), "are not for a course"),
        (("section", "Rules", "--id", "4712"), "--id is for a new course only"),
        (("section", "Rules", "--file"), "a section can't have a file of its own"),
        (("chapter", "Rules"), "'chapter' is not one of 'course', 'section', 'lesson'"),
        (("section",), "Missing argument 'TITLE'"),
        (("section", "Rules", "-w", "nowhere"), "the workspace `nowhere` does not exist"),
    ],
)
def test_wrong_usage_changes_nothing(
    cli: CommandLine, outline: Path, words: tuple[str, ...], problem: str
) -> None:
    """The message says what is wrong, with exit code 64."""
    ran = cli("new", *words)

    assert ran.code == ExitCode.USAGE
    assert problem in ran.said
    assert files_below(outline.parent) == {"onboarding.yaml": LAYOUT.encode()}


def test_a_workspace_without_outlines_has_nothing_to_add_to(
    cli: CommandLine, courses: Path
) -> None:
    """The message names the command that writes a first outline."""
    ran = cli("new", "section", "House rules")

    assert ran.code == ExitCode.ERROR
    assert "coursesync init" in ran.said
    assert files_below(courses) == {}


def test_an_invalid_outline_is_shown_with_its_mistakes(cli: CommandLine, outline: Path) -> None:
    """All of them are listed if it may be in that outline, exit code 3; nothing is written."""
    outline.write_text(LAYOUT.replace("after_days: 7", "after_days: soon, colour: red"))
    before = outline.read_text()
    section = cli("new", "section", "House rules")
    named = cli("new", "section", "House rules", "--in", "onboarding")

    assert (section.code, named.code) == (ExitCode.INVALID,) * 2
    assert section.err == named.err
    assert "courses/onboarding.yaml:23" in section.err
    assert files_below(outline.parent) == {"onboarding.yaml": before.encode()}


@pytest.mark.parametrize(
    "where",
    [
        ("course", "For guests", "--id", "4713"),
        ("section", "Rules", "--in", "hosts"),
        ("section", "Rules", "--in", "courses/hosts.yaml"),
        ("section", "Rules", "--after", "hosts.hello"),
        ("lesson", "Rules", "--in", "section.hosts.hello", "--file"),
    ],
)
def test_mistakes_in_another_outline_do_not_stop_it(
    cli: CommandLine, outline: Path, where: tuple[str, ...]
) -> None:
    """If the course is named, or is a new one, mistakes in the others are only counted."""
    write_outline(outline.parent, "hosts", 4712, "Hello")
    outline.write_text(LAYOUT.replace("after_days: 7", "after_days: soon"))
    ran = cli("new", *where)

    assert ran.code == ExitCode.DONE, ran.err
    assert "Other outlines have 1 mistake, first in courses/onboarding.yaml:23" in ran.said
    assert cli("validate", "hosts").code == 0


def test_the_id_of_another_course_stops_a_new_one(cli: CommandLine, outline: Path) -> None:
    """Also if an outline has mistakes: one course is one file."""
    write_outline(outline.parent, "hosts", 4712, "Hello")
    outline.write_text(LAYOUT.replace("after_days: 7", "after_days: soon"))
    both = [cli("new", "course", "Guests", "--id", each) for each in ("4711", "4712")]
    write_outline(outline.parent, "copy", 4712, "Hello")
    clash = cli("new", "course", "Guests", "--id", "4713")

    assert [each.code for each in both] == [ExitCode.USAGE] * 2
    assert all("has an outline already" in each.said for each in both)
    assert clash.code == ExitCode.INVALID
    assert not (outline.parent / "guests.yaml").exists()


def test_the_line_for_the_text_is_shown(cli: CommandLine, outline: Path) -> None:
    """Written below the title as it is printed, it makes a valid outline."""
    ran = cli("new", "section", "House rules")
    line = re.findall("`(.*?)`", ran.said)[-1]
    title = "    title: House rules\n"
    outline.write_text(outline.read_text().replace(title, f"{title}    {line}\n"))

    assert line == "contents: <p>…</p>"
    assert is_clean(cli)


def test_files_follow_each_other_without_a_blank_line(cli: CommandLine, outline: Path) -> None:
    """Only the first of them is set off from an item with fields."""
    for title in ("Park", "Smoke", "Pets"):
        cli("new", "lesson", title, "--in", "welcome", "--file")
    names = [f"      - onboarding/welcome/{name}.md" for name in ("park", "smoke", "pets")]

    assert "\n".join(['        title: "A tour"', "", *names, ""]) in outline.read_text()
    assert is_clean(cli)


def test_a_title_that_exists_is_reported(cli: CommandLine, outline: Path) -> None:
    """It gets a key of its own, and the other one is named."""
    ran = cli("new", "section", "your FIRST week")

    assert ran.code == ExitCode.DONE
    assert "added section.onboarding.your-first-week" in ran.said
    assert "another section with this title: section.onboarding.first-week" in ran.said
    assert outline.exists()


def test_a_linked_outline_is_not_written_through(cli: CommandLine, outline: Path) -> None:
    """A symbolic link is a mistake, and its target stays as it was."""
    target = outline.rename(cli.cwd / "elsewhere.yaml")
    outline.symlink_to(target)
    ran = cli("new", "section", "House rules")

    assert ran.code == ExitCode.INVALID
    assert "symbolic link" in ran.said
    assert target.read_text() == LAYOUT


def test_a_layout_that_can_not_be_edited_is_named(cli: CommandLine, outline: Path) -> None:
    """An outline in braces stays as it is; the message shows how to write it."""
    text = "{id: 4711, title: T, sections: [{title: A}]}\n"
    outline.write_text(text)
    ran = cli("new", "section", "House rules")

    assert ran.code == ExitCode.ERROR
    assert "it is written in braces" in ran.said
    assert outline.read_text() == text


@pytest.mark.parametrize(
    "words",
    [
        ("section", "House rules"),
        ("lesson", "Glossary", "--in", "welcome", "--file"),
        ("course", "For hosts", "--id", "4712"),
    ],
)
def test_a_read_only_workspace_is_an_error(
    cli: CommandLine, outline: Path, words: tuple[str, ...]
) -> None:
    """The message says what is denied, and nothing has changed."""
    for path in (outline, outline.parent, cli.cwd):
        path.chmod(0o555 if path.is_dir() else 0o444)
    reader = CommandLine(cli.cwd, user=65_534 if os.geteuid() == 0 else None)
    ran = reader("new", *words)

    assert ran.code == ExitCode.ERROR, ran.err
    assert "Permission denied" in ran.said
    assert files_below(outline.parent) == {"onboarding.yaml": LAYOUT.encode()}


@pytest.mark.parametrize(
    "words",
    [
        ("section", "A\udcffB"),
        ("lesson", "A\udcffB", "--in", "one", "--file"),
        ("course", "A\udcffB", "--id", "4712"),
    ],
    ids=lambda words: words[0],
)
def test_a_title_that_is_not_in_utf_8_is_refused(
    cli: CommandLine, onboarding: Path, words: tuple[str, ...]
) -> None:
    """No file can hold it: a terminal with another encoding gives such a title."""
    before = files_below(onboarding.parent)
    ran = run([PROGRAM, "new", *words], cli.cwd, cli.with_environment({}))

    assert ran.code == 64
    assert 'the title "AB" is not in UTF-8' in ran.said
    assert files_below(onboarding.parent) == before


def test_two_at_once_lose_nothing(cli: CommandLine, outline: Path) -> None:
    """Each waits for the other, and both items are in the outline."""
    words = ("new", "section", "--in", "onboarding")
    with cli.start(*words, "Una") as one, cli.start(*words, "Dos") as other:
        one.communicate(timeout=60)
        other.communicate(timeout=60)

    assert [one.returncode, other.returncode] == [0, 0]
    text = outline.read_text()
    assert "title: Una" in text
    assert "title: Dos" in text
