"""What a plan says of a changed section: the same differences in text, Markdown and JSON."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Protocol

import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from harness import CommandLine

OUTLINE = """\
id: 4711
title: Member onboarding
sections:
  - key: welcome
    title: Welcome to the space
    image: https://cdn.example.com/tour.png
    contents: |
      <h2>Hello</h2>
      <p>Everything for day one.</p>
      <p>Coffee is upstairs.</p>
      <p>Ask us anything.</p>
      <p>Yours, the team</p>
  - key: first-week
    title: Your first week
  - key: going-further
    title: Going further
"""


class Edit(Protocol):
    """Applies the outline, edits it, and returns what a plan in that format says."""

    def __call__(self, form: str, old: str, new: str) -> str:
        """Put one text of the outline in another's place."""
        ...


@pytest.fixture
def plan_of(author: CommandLine, courses: Path) -> Edit:
    """Apply the outline; what is returned edits it, and plans."""
    path = courses / "onboarding.yaml"
    path.write_text(OUTLINE)
    assert author("apply", "--auto-approve").code == 0

    def edit(form: str, old: str, new: str) -> str:
        assert old in OUTLINE
        path.write_text(OUTLINE.replace(old, new))
        planned = author("plan", "--format", form)
        assert planned.code == 0, planned.err
        return planned.out

    return edit


def detail(written: str) -> list[str]:
    """Return the lines below the one changed section of a plan as text."""
    lines = written.partition("\n\n")[0].splitlines()
    return [line.removeprefix(" " * 10) for line in lines[3:]]


def rows(written: str) -> list[str]:
    """Return what stands in the details of a plan as Markdown, without what builds them."""
    inner = written.partition("</summary>")[2].partition("</details>")[0]
    return [line for line in inner.splitlines() if line.strip(" |-:")][1:]


def only_difference(written: str) -> dict[str, object]:
    """Return the one difference of the one change of a plan as JSON."""
    (change,) = json.loads(written)["changes"]
    (difference,) = change["differences"]
    assert isinstance(difference, dict)
    return difference


def test_a_new_title(plan_of: Edit) -> None:
    """A retitled section shows both titles, as the author wrote them."""
    edit = ("Welcome to the space", "Welcome home")
    told = only_difference(plan_of("json", *edit))

    assert detail(plan_of("text", *edit)) == ['title: "Welcome to the space" -> "Welcome home"']
    assert rows(plan_of("markdown", *edit)) == [
        '| title | "Welcome to the space" | "Welcome home" |'
    ]
    assert (told["field"], told["property"]) == ("title", "Title")
    assert (told["before"], told["after"]) == ("Welcome to the space", "Welcome home")


def test_a_new_unlock(plan_of: Edit) -> None:
    """Another unlock is one difference in words, though the API has two properties for it."""
    edit = ("Your first week", "Your first week\n    unlock: {after_days: 7}")
    told = only_difference(plan_of("json", *edit))

    assert detail(plan_of("text", *edit)) == [
        "unlock: open from the start -> unlocks 7 days after enrolment"
    ]
    assert rows(plan_of("markdown", *edit)) == [
        "| unlock | open from the start | unlocks 7 days after enrolment |"
    ]
    assert told["field"] == "unlock"
    assert told["properties"] == ["UnlockAfterDays", "UnlockType"]
    assert told["after"] == "unlocks 7 days after enrolment"


def test_new_contents(plan_of: Edit) -> None:
    """Changed contents are shown line by line, with a line around them and the rest folded."""
    edit = ("day one", "your first day")
    expected = [
        "  <h2>Hello</h2>",
        "- <p>Everything for day one.</p>",
        "+ <p>Everything for your first day.</p>",
        "  <p>Coffee is upstairs.</p>",
        "  … 2 lines unchanged",
    ]
    told = only_difference(plan_of("json", *edit))
    markdown = plan_of("markdown", *edit)

    assert detail(plan_of("text", *edit)) == ["contents:", *(f"  {line}" for line in expected)]
    assert "\ncontents:\n\n```diff\n" + "\n".join(expected) + "\n```\n\n</details>" in markdown
    assert "| | before | after |" not in markdown
    assert told["field"] == "contents"
    assert told["lines"] == [
        {"mark": " ", "pieces": [{"changed": False, "text": "<h2>Hello</h2>"}]},
        {
            "mark": "-",
            "pieces": [
                {"changed": False, "text": "<p>Everything for day"},
                {"changed": True, "text": " one"},
                {"changed": False, "text": ".</p>"},
            ],
        },
        {
            "mark": "+",
            "pieces": [
                {"changed": False, "text": "<p>Everything for "},
                {"changed": True, "text": "your first "},
                {"changed": False, "text": "day.</p>"},
            ],
        },
        {"mark": " ", "pieces": [{"changed": False, "text": "<p>Coffee is upstairs.</p>"}]},
        {"changed": False, "folded": 2},
    ]


def test_a_section_that_moved(plan_of: Edit) -> None:
    """A section in another place is shown with its new neighbours and its numbers."""
    last = "  - key: going-further\n    title: Going further\n"
    text = OUTLINE.replace(last, "").replace("  - key: first-week", f"{last}  - key: first-week")
    told = only_difference(plan_of("json", OUTLINE, text))

    assert detail(plan_of("text", OUTLINE, text)) == [
        "order: moved between “Welcome to the space” and “Your first week”",
        "  (30 -> 15)",
    ]
    assert rows(plan_of("markdown", OUTLINE, text)) == [
        "| order | 30 | 15 (moved between “Welcome to the space” and “Your first week”) |"
    ]
    assert (told["field"], told["property"]) == ("order", "DisplayOrder")
    assert told["remark"] == "moved between “Welcome to the space” and “Your first week”"


def test_a_section_that_is_renumbered(plan_of: Edit) -> None:
    """A section that gets another number and stays in order is shown as keeping its place."""
    edit = ("Your first week", "Your first week\n    display_order: 25")

    assert detail(plan_of("text", *edit)) == ["order: renumbered 20 -> 25 (keeps its place)"]
    assert rows(plan_of("markdown", *edit)) == ["| order | 20 | 25 (keeps its place) |"]
    assert only_difference(plan_of("json", *edit))["remark"] == "keeps its place"


def test_a_picture_that_is_removed(plan_of: Edit) -> None:
    """A picture that is no longer wanted is shown as removed."""
    edit = ("    image: https://cdn.example.com/tour.png\n", "")
    told = only_difference(plan_of("json", *edit))

    assert detail(plan_of("text", *edit)) == ["image: https://cdn.example.com/tour.png -> removed"]
    assert rows(plan_of("markdown", *edit)) == [
        "| image | https\\://cdn\\.example\\.com/tour\\.png | removed |"
    ]
    assert (told["before"], told["after"]) == ("https://cdn.example.com/tour.png", "removed")
    assert told["properties"] == ["ClearImageFile", "NewImageUrl"]


def test_what_is_created_has_no_differences(plan_of: Edit) -> None:
    """In JSON each change has the name, whatever it does."""
    edit = ("  - key: going-further", "  - title: New\n  - key: going-further")
    (change,) = json.loads(plan_of("json", *edit))["changes"]

    assert (change["action"], change["differences"]) == ("create", [])
