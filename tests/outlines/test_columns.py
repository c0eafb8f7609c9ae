"""A field in another column than those beside it: the line to change, and how far to move it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from outlines.refused import found_in

if TYPE_CHECKING:
    from outlines.author import Author

OUTLINE = """\
id: 4711
title: "The members' onboarding"
sections:
  # The first day
  - key: welcome
    title: 'Don''t miss it'
    unlock: {after_days: 7}
    contents: |
      Say "hi": see [the house](https://example.com) and {more}

      title: is a word here
    active: true
    image: https://example.com/a.png
    lessons:
      - welcome/a-tour.md
      - key: desk
        title: Find your desk
        contents: {markdown: desk.md}
        active: true  # today's
      - key: rules
        title: "House rules"
        active: true
        contents: Hi
    previous_keys: [hello]
  - title: The second day
    leave: [title]
    contents: Hi
"""
LINES = OUTLINE.split("\n")
# the fields of items that are neither the first nor the last before another column
MOVED = [5, 6, 11, 12, 16, 17, 20, 21, 25]


@pytest.mark.parametrize("by", [-1, 1])
@pytest.mark.parametrize("number", MOVED, ids=[LINES[number].split()[0] for number in MOVED])
def test_a_field_one_column_off_is_reported_with_its_column(
    number: int, by: int, writer: Author
) -> None:
    """Quotes, brackets, texts in blocks and comments in the lines above do not matter."""
    line = LINES[number]
    column = len(line) - len(line.lstrip())
    moved = f"{' ' * (column + by)}{line.lstrip()}"
    text = "\n".join([*LINES[:number], moved, *LINES[number + 1 :]])
    (writer.courses / "c.yaml").write_text(text, encoding="utf-8")
    ((place, problem, remedy),) = found_in(writer.cli("validate").err, "c.yaml")

    assert place == f"{number + 1}:{column + by + 1}", (problem, remedy)
    assert f"starts in column {column + by + 1}, and" in problem
    assert f"exactly {column} spaces before it" in remedy
