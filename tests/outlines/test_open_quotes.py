"""A quote that is never closed, and a field on the line of another: reported where they are."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from outlines.refused import found_in

from coursesync.outlines.yaml_reader import parse

if TYPE_CHECKING:
    from outlines.author import Author

    from coursesync.errors import Diagnostic

OUTLINE = """\
id: 4711
title: Member onboarding
sections:
  - key: welcome
    title: Welcome to the space
    contents: <p>{}</p>
    lessons:
      - key: find
        title: Find your desk
        contents: {{markdown: welcome/find.md}}
        completion: button
      - welcome/tour.md
  - key: first-week
    title: Your first week
    unlock: {{after_days: 7}}
    image: https://cdn.example.com/a.png
    contents: |
      <p>{}</p>
  - title: {}
lessons: [a.md, b.md]
"""
TEXTS = {
    "no quotes": ("Hi", "Hi", "Last"),
    "apostrophes": ("Hi", "It's here, isn't it", "Let's go"),
    "quotes in the contents": ("Hi", 'Say "hi", or "ho', 'A "last" one'),
    "attributes": ('<a href="x">y</a>', "<a href='x'>y</a>", "Last"),
    "quoted titles": ("Hi", "Hi", '"Last"'),
}
STARTS = re.compile(r"(?<=: )(?=[\w<])|(?<=- )(?=\w+/)|(?<=\[)(?=\w)|(?<=, )(?=b\.)")
HEAD = "id: 1\ntitle: A\nsections:\n"


def opened(text: str, quote: str) -> list[tuple[str, tuple[int, int]]]:
    """Return a text with a quote before each of its values in turn, and the place of that quote."""
    starts = [each.start() for each in STARTS.finditer(text)]
    return [
        (
            f"{text[:at]}{quote}{text[at:]}",
            (text.count("\n", 0, at) + 1, at - text.rfind("\n", 0, at)),
        )
        for at in starts
    ]


def mistakes_in(text: str) -> list[Diagnostic]:
    """Return the mistakes that reading a text finds."""
    return parse(text, "a.yaml")[1]


@pytest.mark.parametrize("quote", ["'", '"'])
@pytest.mark.parametrize("texts", TEXTS.values(), ids=TEXTS)
def test_an_open_quote_is_reported_where_it_is_opened(
    texts: tuple[str, str, str], quote: str
) -> None:
    """Wherever the file ends or the next quote is, and whatever stands between."""
    for text, place in opened(OUTLINE.format(*texts), quote):
        (found,) = mistakes_in(text)
        line = text.splitlines()[found.where.line - 1]
        is_closed_there = line.count(quote) > 1  # by a quote that its text holds

        assert "quote" in found.problem or is_closed_there, (line, found)
        assert found.where.line == place[0], (line, found)
        assert is_closed_there or found.where.column == place[1], (line, found)


@pytest.mark.parametrize(
    ("line", "remedy"),
    [
        ("    unlock: after_days: 7\n", "Write `unlock: {after_days: 7}`"),
        ("    unlock:   after_days:   7   # a week\n", "Write `unlock: {after_days: 7}`"),
        ("    unlock: after_days:7\n", "Write `unlock: {after_days: 7}`"),
        ("    unlock: after_days 7\n", "Write `unlock: {after_days: 7}`"),
        ("    unlock:after_days: 7\n", "Write `unlock: {after_days: 7}`"),
        ('    unlock: "after_days: 7"\n', "Write `unlock: {after_days: 7}`"),
        ("    contents: markdown: a b.md\n", "Write `contents: {markdown: a b.md}`"),
        ("    image: summary: x\n", "Give it a line of its own: `summary: x`. If it is text, put "),
        (
            "    lessons: title: Tour\n",
            "Write below `lessons:` and indented further, `- title: Tour`",
        ),
        ("    image: image: x.png\n", "Write `image: x.png`"),
        ("    image: A note: x\n", 'Put all of it in quotes: `image: "A note: x"`'),
    ],
)
def test_a_field_on_the_line_of_another_is_named_with_the_line_to_write(
    line: str, remedy: str, writer: Author
) -> None:
    """YAML has no two fields on one line, except in braces."""
    (writer.courses / "a.yaml").write_text(f"{HEAD}  - title: One\n{line}")

    ((place, _, found),) = found_in(writer.cli("validate").err, "a.yaml")

    assert place.startswith("5:")
    assert found.startswith(remedy)


@pytest.mark.parametrize(
    "item",
    [
        "  - {title: One, unlock: after_days: 7}\n",
        "  - {unlock: after_days: 7, title: One}\n",
        "  - unlock: after_days: 7\n    title: One\n",
        "  - title: A\n    lessons:\n      - unlock: after_days: 7\n        title: One\n",
    ],
)
def test_a_group_without_braces_is_named_at_any_depth(item: str, writer: Author) -> None:
    """In braces, behind a dash, or in a list of a list."""
    (writer.courses / "a.yaml").write_text(f"{HEAD}{item}")

    ((_, problem, remedy),) = found_in(writer.cli("validate").err, "a.yaml")

    assert problem == "`after_days` needs braces on the line of `unlock`"
    assert remedy.startswith("Write `unlock: {after_days: 7}`")
