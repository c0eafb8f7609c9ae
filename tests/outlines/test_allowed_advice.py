"""Advice that people allow, by a comment in place or by a list in coursesync.toml."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import pytest
from outlines.refused import found_in

from coursesync.outlines.advice.rule import Rule

if TYPE_CHECKING:
    from outlines.author import Author

UNUSED = "advice: there is nothing to allow here: `{}` gives no advice [unused-allow]"
EMPTY = "advice: members who open this section find it empty"
FILE = "id: 4711\ntitle: Member onboarding\nsections: []\nlessons:\n  - tour.md\n"


def found(writer: Author, sections: str) -> list[str]:
    """Return the place and the rule of each piece of advice on an outline."""
    writer.write(sections)
    ran = writer.cli("validate")
    assert ran.code == 0, ran.err
    pieces = found_in(ran.err, "onboarding.yaml")
    return [f"{place} {problem.rpartition('[')[2].rstrip(']')}" for place, problem, _ in pieces]


@pytest.mark.parametrize(
    "sections",
    [
        "- title: One  # coursesync: allow empty-contents\n",
        "- title: One # coursesync: allow empty-contents\n",
        "# coursesync: allow empty-contents\n- title: One\n",
        "# coursesync: allow empty-contents\n# until spring\n\n- title: One\n",
        "- title: One  #coursesync:allow empty-contents # until spring\n",
        "- title: One\n  # coursesync: allow empty-contents\n  contents:\n    ''\n",
        "- title: One\n  contents:  # coursesync: allow empty-contents\n    ''\n",
        "- title: One\n  contents:\n    # coursesync: allow empty-contents\n    ''\n",
        "- title: One\n  contents: |  # coursesync: allow bad-tag\n    <foo>Hi</foo>\n",
        "- title: One\n  key: one  # coursesync: allow empty-contents\n",
        "- title: One\n  unlock: sequential # coursesync: allow first-waits\n  contents: Hi\n",
    ],
)
def test_a_comment_allows_a_rule_on_its_line_or_on_the_next(sections: str, writer: Author) -> None:
    """The line of a field's name or of its value; for a missing field, any of its item."""
    assert found(writer, sections) == []


def test_validate_counts_what_is_allowed_and_strict_accepts_it(writer: Author) -> None:
    """What is allowed is no error, and is not forgotten."""
    writer.write("# coursesync: allow empty-contents\n- title: One\n- title: Two\n  contents: Hi\n")

    ran = writer.cli("validate", "--strict")

    assert (ran.code, ran.err) == (0, "")
    assert ran.out == "1 outline, 2 sections: all valid. 1 piece of advice allowed.\n"


def test_a_comment_allows_nothing_elsewhere(writer: Author) -> None:
    """It holds for one line and for the rules that it names."""
    sections = (
        "- title: One  # coursesync: allow empty-contents\n"
        "- title: Two\n"
        "- title: Three  # coursesync: allow bad-tag\n"
    )

    assert found(writer, sections) == [
        *("5:5 empty-contents", "6:5 empty-contents"),
        "6:39 unused-allow",
    ]


def test_a_comment_that_allows_nothing_is_reported(writer: Author) -> None:
    """What is allowed in vain goes away in time, name by name."""
    writer.write("- title: One  # coursesync: allow empty-contents, bad-tag\n  contents: Hi\n")

    ((place, problem, remedy), (other, *_)) = found_in(
        writer.cli("validate").err, "onboarding.yaml"
    )

    assert (place, other) == ("4:37", "4:53")
    assert problem == UNUSED.format("empty-contents")
    assert remedy == "Delete it from this comment."


@pytest.mark.parametrize(
    ("name", "remedy"),
    [
        ("frist-waits", "Did you mean `first-waits`?"),
        ("empty", "Did you mean `empty-contents`?"),
        ("E501", "The rules are: first-waits, "),
        ("", "Write its name, as in `# coursesync: allow empty-contents`"),
    ],
)
def test_a_comment_with_an_unknown_rule_is_reported(name: str, remedy: str, writer: Author) -> None:
    """A slip in a name is reported with the nearest name."""
    writer.write(f"- title: One  # coursesync: allow {name}\n  contents: Hi\n")

    ((_, problem, found_remedy),) = found_in(writer.cli("validate").err, "onboarding.yaml")

    assert problem.endswith(" [unknown-rule]")
    assert found_remedy.startswith(remedy)


def test_text_for_members_is_no_comment(writer: Author) -> None:
    """The contents of a course about coursesync may hold such a line."""
    sections = (
        "- title: One\n  contents: |\n    <p>Write\n    # coursesync: allow bad-tag\n    it</p>\n"
    )

    assert found(writer, sections) == []


def test_a_comment_in_front_matter_holds_for_the_file(writer: Author) -> None:
    """One file is one lesson, so its comment may be on any line between the two `---`."""
    (writer.courses / "c.yaml").write_text(FILE)
    page = writer.courses / "tour.md"
    page.write_text("---\n# coursesync: allow bad-tag, bad-link\ntitle: Tour\n---\n<foo>Hi</foo>\n")

    ran = writer.cli("validate")

    assert found_in(ran.err, "tour.md") == [
        ["2:30", UNUSED.format("bad-link"), "Delete it from this comment."]
    ]
    assert "1 piece of advice allowed." in ran.out


def test_a_file_that_no_outline_lists_may_allow_that(writer: Author) -> None:
    """It has front matter for the comment, and no outline."""
    (writer.courses / "c.yaml").write_text("id: 7\ntitle: A\nsections: []\n")
    page = writer.courses / "draft.md"
    page.write_text("---\ntitle: Draft\n# coursesync: allow unlisted-file\n---\nHi\n")

    ran = writer.cli("validate", "--strict")

    assert (ran.code, ran.err) == (0, "")


def test_the_configuration_allows_rules_everywhere(writer: Author) -> None:
    """An imported workspace may have much that nobody wants to change."""
    (writer.courses / "coursesync.toml").write_text(
        'strict = true\nallow = ["empty-contents", "unused-allow"]\n'
    )
    writer.write("- title: One\n- title: Two  # coursesync: allow bad-tag\n")

    for command in ("validate", "plan"):
        assert (writer.cli(command).code, writer.cli(command).err) == (0, "")
    assert "2 pieces of advice allowed." in writer.cli("validate").out


def test_the_configuration_allows_rules_in_a_course(writer: Author) -> None:
    """The other courses keep the rule."""
    (writer.courses / "coursesync.toml").write_text('[allow_in]\nold = ["empty-contents"]\n')
    for name, number in (("old", 7), ("new", 8)):
        writer.write("- title: One\n", f"{name}.yaml", f"id: {number}\ntitle: T\nsections:\n")

    err = writer.cli("validate").err

    assert found_in(err, "old.yaml") == []
    assert [problem for _, problem, _ in found_in(err, "new.yaml")] == [
        f"{EMPTY}, unless it has lessons in Nexudus [empty-contents]"
    ]


def test_only_what_is_allowed_in_a_chosen_course_counts(writer: Author) -> None:
    """Advice on the others, and on the configuration, is for a run with all."""
    (writer.courses / "coursesync.toml").write_text('[allow_in]\nother = ["empty-contents"]\n')
    for name, number in (("one", 7), ("two", 8)):
        sections = "- title: One  # coursesync: allow empty-contents\n"
        writer.write(sections, f"{name}.yaml", f"id: {number}\ntitle: T\nsections:\n")

    all_of_them, chosen = writer.cli("validate"), writer.cli("validate", "courses", "two")

    assert "2 pieces of advice allowed." in all_of_them.out
    assert "the course `other`, and no outline has that key" in all_of_them.err
    assert "1 piece of advice allowed." in chosen.out
    assert "other" not in chosen.err


def test_the_configuration_names_only_courses_that_exist(writer: Author) -> None:
    """A course that was renamed is not allowed anything by accident."""
    toml = "# courses\n\n[allow_in]\nold = ['empty-contents']\n"
    (writer.courses / "coursesync.toml").write_text(toml)
    writer.write("- title: One\n  contents: Hi\n")

    ((place, problem, _),) = found_in(writer.cli("validate").err, "coursesync.toml")

    assert place == "4:1"
    assert "the course `old`, and no outline has that key" in problem


def test_every_piece_of_advice_names_its_rule(writer: Author) -> None:
    """The name comes last in the message, and has a field of its own in JSON."""
    writer.write("- title: One\n  unlock: sequential\n- title: One\n  key: two\n")

    err = writer.cli("plan").err
    planned = json.loads(writer.cli("plan", "--format", "json").out)["advice"]

    names = re.findall(r"\[([a-z-]+)\]$", err, re.MULTILINE)
    assert names == ["empty-contents", "first-waits", "empty-contents", "same-title"]
    assert [each["rule"] for each in planned] == names


def test_annotations_name_the_rule(writer: Author) -> None:
    """On GitHub, an author finds the name to write at the line to write it."""
    writer.write("- title: One\n")

    ran = writer.cli("validate", GITHUB_ACTIONS="true")

    assert re.search(r"^::warning .*\[empty-contents\]%0A", ran.err, re.MULTILINE)


@pytest.mark.parametrize("rule", Rule)
def test_a_rule_has_a_plain_name_and_a_sentence(rule: Rule) -> None:
    """The documentation lists both."""
    assert re.fullmatch("[a-z]+(-[a-z]+)*", rule.value)
    assert re.fullmatch(r"[A-Z].*[a-z]\.", rule.sentence)


def test_fmt_keeps_the_comments(writer: Author) -> None:
    """What was allowed before is allowed after, also if a line moves."""
    writer.write(
        "- contents: Hi\n  # coursesync: allow first-waits\n  unlock: sequential\n  title: One\n"
        "- title: Two  # coursesync: allow empty-contents\n"
    )
    assert writer.cli("fmt").code == 0

    assert writer.cli("validate", "--strict").code == 0
