"""The plan's digest: it is the same as long as the same would be done to the same records."""

from __future__ import annotations

from dataclasses import replace

import pytest
from values import EMPTY, but, course, outline_of, plan_of

TEXT = "id: 4711\ntitle: T\nsections:\n  - key: a\n    title: A\n  - key: b\n    title: B\n"


@pytest.mark.parametrize(
    "text",
    [
        "# a comment\n\n" + TEXT.replace("title: T", "title: T   # another"),
        TEXT.replace("  - key: a\n    title: A", "  - {title: 'A', key: a}"),
        TEXT.replace("title: A\n", 'title: "A"\n    active: true\n    unlock: immediate\n'),
        "sections:" + TEXT.partition("sections:")[2] + "title: T\nid: 0x1267\n",
    ],
)
def test_the_same_meaning_has_the_same_digest(text: str) -> None:
    """Comments, lines, styles and the order of fields do not show in the digest."""
    assert plan_of(outline_of(text)).digest == plan_of(outline_of(TEXT)).digest


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("id: 4711", "id: 4712"),
        ("key: a", "key: c"),
        ("title: A", "title: A2"),
        ("title: B", "title: B\n    active: false"),
        ("title: B", "title: B\n    contents: x"),
        ("title: B", "title: B\n    unlock: sequential"),
        ("title: B", "title: B\n    unlock: {after_days: 0}"),
        ("title: B", "title: B\n    image: https://cdn.example.com/a.png"),
        ("title: B", "title: B\n    image: null"),
        ("title: B", "title: B\n    display_order: 21"),
    ],
)
def test_another_meaning_has_another_digest(old: str, new: str) -> None:
    """Any difference in what would be sent gives another digest."""
    changed = outline_of(TEXT.replace(old, new))

    assert plan_of(changed).digest != plan_of(outline_of(TEXT)).digest


@pytest.mark.parametrize(
    "update", [{"target": "https://eu.example.com"}, {"lineage": "another"}], ids=str
)
def test_another_state_has_another_digest(update: dict[str, str]) -> None:
    """A plan for another target, or from a state of another lineage, has another digest."""
    there = but(EMPTY, **update)

    assert plan_of(course("A"), there).digest != plan_of(course("A")).digest


def test_saving_the_state_again_changes_no_digest() -> None:
    """The serial is no part of the digest, because the same would be done to the same records."""
    later = replace(EMPTY, serial=7)

    assert plan_of(course("A"), later).digest == plan_of(course("A")).digest
