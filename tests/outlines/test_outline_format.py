"""The meaning of the fields of an outline, by the plan that the command line makes of them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from harness import CommandLine
    from outlines.author import Author


def test_a_section_with_a_title_alone_is_all_defaults(writer: Author) -> None:
    """A section with only a title is active, open and empty, and has no picture."""
    writer.write("- title: Welcome to the space\n")

    assert writer.sent() == [
        {
            "Active": True,
            "CourseId": 4711,
            "DisplayOrder": 10,
            "SectionContents": "",
            "Title": "Welcome to the space",
            "UnlockAfterDays": 0,
            "UnlockType": 1,
        }
    ]


def test_unlock_has_three_ways(writer: Author) -> None:
    """A section opens at once, after the one before it, or days after enrolment."""
    found = writer.of_each(
        "title: A\n  unlock: immediate",
        "title: B\n  unlock: sequential",
        "title: C\n  unlock: {after_days: 7}",
        "title: D\n  unlock: {after_days: 0}",
        "title: E\n  unlock: {after_days: 2147483647}",
    )

    assert [(attributes["UnlockType"], attributes["UnlockAfterDays"]) for attributes in found] == [
        (1, 0),
        (2, 0),
        (3, 7),
        (3, 0),
        (3, 2_147_483_647),
    ]


def test_active_says_whether_members_see_it(writer: Author) -> None:
    """The field `active` becomes Active."""
    found = writer.of_each("title: A\n  active: true", "title: B\n  active: false")

    assert [attributes["Active"] for attributes in found] == [True, False]


def test_a_picture_is_sent_by_its_address(writer: Author) -> None:
    """The field `image` becomes NewImageUrl, and clears nothing."""
    (found,) = writer.of_each("title: A\n  image: https://cdn.example.com/a/tour.PNG?v=2")

    assert found["NewImageUrl"] == "https://cdn.example.com/a/tour.PNG?v=2"
    assert "ClearImageFile" not in found


def test_no_picture_can_be_asked_for(writer: Author) -> None:
    """The words `image: null` become ClearImageFile."""
    (found,) = writer.of_each("title: A\n  image: null")

    assert found["ClearImageFile"] is True
    assert "NewImageUrl" not in found


def test_contents_stand_in_place_or_in_a_file(writer: Author, courses: Path) -> None:
    """Contents are HTML in place, an HTML file as it is, or a Markdown file made into HTML."""
    (courses / "texts").mkdir()
    (courses / "texts" / "more.htm").write_text("<h2>More</h2>\n")
    (courses / "welcome.html").write_text("<h1>Hello</h1>\n")
    (courses / "welcome.md").write_text("# Hello\n\nA *warm* room.\n")
    expected = {
        "<p>Hello</p>": "<p>Hello</p>",
        "just words": "just words",
        '""': "",
        "|\n    <p>One</p>\n    <p>Two</p>": "<p>One</p>\n<p>Two</p>\n",
        ">-\n    <p>One\n    line</p>": "<p>One line</p>",
        "{html: welcome.html}": "<h1>Hello</h1>\n",
        "{html: ./texts/more.htm}": "<h2>More</h2>\n",
        "{markdown: welcome.md}": "<h1>Hello</h1>\n<p>A <em>warm</em> room.</p>\n",
    }

    found = writer.of_each(*(f"title: A\n  contents: {written}" for written in expected))

    assert list(expected.values()) == [attributes["SectionContents"] for attributes in found]


def test_a_markdown_table_becomes_a_table(writer: Author, courses: Path) -> None:
    """Markdown has GitHub's tables and strikethrough, and keeps the HTML in it."""
    (courses / "a.md").write_text("| a |\n|---|\n| ~~b~~ |\n\n<div>kept</div>\n")

    (found,) = writer.of_each("title: A\n  contents: {markdown: a.md}")
    html = str(found["SectionContents"])

    assert all(part in html for part in ("<table>", "<s>b</s>", "<div>kept</div>"))


def test_a_content_file_is_named_from_the_outlines_own_folder(
    writer: Author, courses: Path
) -> None:
    """An outline in a folder finds its content files beside itself."""
    writer.write("- title: A\n  contents: {html: a.html}\n", "team/onboarding.yaml")
    (courses / "team" / "a.html").write_text("beside")

    assert [attributes["SectionContents"] for attributes in writer.sent()] == ["beside"]


def test_a_key_is_given_or_comes_from_the_title(writer: Author) -> None:
    """A section's address has its key: the given one, else the title in small letters."""
    writer.write("""\
        - key: start
          title: Welcome to the space
        - title: "Wi-Fi & printing: 10 tips!"
        - title: Übergröße, façade
        - title: 日本語 ガイド
        """)

    assert writer.addresses() == [
        "section.onboarding.start",
        "section.onboarding.wi-fi-printing-10-tips",
        "section.onboarding.ubergroße-facade",
        "section.onboarding.日本語-ガイド",
    ]


def test_a_courses_key_is_its_files_stem_or_given(writer: Author) -> None:
    """The course's key is the file's name without the ending unless `key:` says otherwise."""
    heads = {
        "onboarding.yaml": "id: 1",
        "First Year.yml": "id: 2",
        "team/second-week.YAML": "id: 3",
        "anything.yaml": "id: 4\nkey: third-week",
        "🎉.yaml": "id: 5\nkey: party",
    }
    for name, head in heads.items():
        writer.write("- title: Hello\n", name, f"{head}\ntitle: T\nsections:\n")

    assert writer.addresses() == [
        "section.first-year.hello",
        "section.onboarding.hello",
        "section.party.hello",
        "section.second-week.hello",
        "section.third-week.hello",
    ]


PINS: dict[str, tuple[list[int | None], list[int]]] = {
    "no-pins": ([None, None, None], [10, 20, 30]),
    "one-pin": ([None, 100, None], [10, 100, 110]),
    "nought": ([0, None], [0, 10]),
    "little-room": ([None, 5, None], [2, 5, 15]),
    "just-room": ([None, 1], [0, 1]),
    "all-pinned": ([7, 8, 9], [7, 8, 9]),
}


def test_the_lists_order_is_the_courses_order(writer: Author) -> None:
    """Sections get rising numbers in steps of ten; display_order pins one."""
    for number, (name, (pins, _)) in enumerate(PINS.items(), 1):
        fields = ["" if pin is None else f"  display_order: {pin}\n" for pin in pins]
        sections = "".join(f"- title: Part {i}\n{field}" for i, field in enumerate(fields))
        writer.write(sections, f"{name}.yaml", f"id: {number}\ntitle: T\nsections:\n")

    found: dict[str, list[object]] = {name: [] for name in PINS}
    for change in writer.changes():
        address, after = change["address"], change["after"]
        assert isinstance(address, str)
        assert isinstance(after, dict)
        found[address.split(".")[1]].append(after["DisplayOrder"])

    assert found == {name: expected for name, (_, expected) in PINS.items()}


def test_a_change_knows_its_place_in_the_outline(writer: Author) -> None:
    """Each change of the plan names the file, line and column of its section."""
    writer.write("- title: A\n\n# a comment\n- title: B\n")

    assert [change["where"] for change in writer.changes()] == [
        {"column": 5, "line": 4, "path": "courses/onboarding.yaml"},
        {"column": 5, "line": 7, "path": "courses/onboarding.yaml"},
    ]


def test_a_previous_key_says_which_section_it_was(writer: Author) -> None:
    """A section with another key and other words keeps its Id if previous_keys names it."""
    writer.write("- key: house-rules\n  title: House rules\n")
    writer.cli("apply", "--sandbox", "--auto-approve")
    writer.write("- key: sharing\n  title: Sharing\n  previous_keys: [rules, house-rules]\n")

    planned = json.loads(writer.cli("plan", "--sandbox", "--format", "json").out)["changes"]

    assert [
        (change["action"], change["address"], change["previous_address"]) for change in planned
    ] == [("update", "section.onboarding.sharing", "section.onboarding.house-rules")]


def test_a_course_may_have_no_section_yet(writer: Author) -> None:
    """An empty list of sections is a valid outline, with nothing to do."""
    writer.write("", head="id: 4711\ntitle: Soon\nsections: []\n")

    assert writer.changes() == []


def test_the_example_outlines_are_valid(cli: CommandLine, examples: Path) -> None:
    """The outlines that come with coursesync pass its own checks."""
    ran = cli("validate", examples)

    assert ran.code == 0, ran.err
    assert ran.out.endswith(": all valid.\n")
