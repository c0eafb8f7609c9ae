"""Edits of an outline that somebody wrote with care."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from coursesync.errors import InvalidOutlines, UnusableFile
from coursesync.outlines.edit import AddItem, Edit, LayOut, Move, PinKey, Remove, SetField, edited

if TYPE_CHECKING:
    from coursesync.kinds.tree import Value

PATH = "courses/onboarding.yaml"
HEAD = """\
# Ours.
id: 4711   # never change it
title: Member onboarding
sections:
"""
SECTIONS = """\
  # First of all.
  - key: welcome
    title: 'Welcome'   # as on the door
    # It opens late.
    unlock: {after_days: 7}
    contents: |  # for all
      <p>Hello</p>

  - {title: Rules, active: false}   # strict

  # The end.
  - key: end
    title: The end
    previous_keys:
      - last   # in 2024
  # more to come
"""
S = "sections"


def after(*edits: Edit, text: str = HEAD + SECTIONS) -> str:
    """Return what edits make of an outline, without its unchanged head."""
    return edited(text, PATH, edits).removeprefix(HEAD)


def test_no_edit_changes_nothing() -> None:
    """A value that a field has already is not written again, in whatever way it stands."""
    same = [SetField((S, 0, "title"), "Welcome"), SetField((S, 0, "contents"), "<p>Hello</p>\n")]

    assert after() == after(*same) == SECTIONS


SET = """\
  # First of all.
  - key: welcome
    title: "Welcome: come in"   # as on the door
    # It opens late.
    unlock: {after_days: 7}
    active: false
    contents: |  # for all
      <p>A</p>
      <p>B</p>

  - {key: rules, title: Rules, unlock: {after_days: 3}, active: false}   # strict

  # The end.
  - key: end
    title: The end
    # in 2024
    previous_keys: [last, a.b]
  # more to come
"""


def test_fields_are_set() -> None:
    """A comment stays beside its field, a new field gets its place, quotes come where needed."""
    done = after(
        SetField((S, 0, "title"), "Welcome: come in"),
        SetField((S, 0, "contents"), "<p>A</p>\n<p>B</p>\n"),
        SetField((S, 0, "active"), value=False),
        SetField((S, 1, "unlock"), {"after_days": 3}),
        SetField((S, 2, "previous_keys"), ["last", "a.b"]),
        PinKey((S, 1)),
    )

    assert done == SET


MOVED = """\
  # The end.
  - key: end
    title: The end
    previous_keys:
      - last   # in 2024

  # First of all.
  - key: welcome
    title: 'Welcome'   # as on the door
    # It opens late.
    unlock: {after_days: 7}
    contents: |  # for all
      <p>Hello</p>

  - key: x
    title: X
    contents: |-
      a
      b

  - {title: Rules, active: false}   # strict
  # more to come
"""


def test_items_are_moved_and_added() -> None:
    """A section takes its comments along; blank lines stay between sections."""
    new: dict[str, Value] = {"key": "x", "title": "X", "contents": "a\nb"}

    assert after(Move((S, 2), (S, 0)), AddItem((S, 2), new)) == MOVED


REMOVED = """\
  # First of all.
  - key: welcome
    title: 'Welcome'   # as on the door
    # It opens late.
    contents: |  # for all
      <p>Hello</p>

  # The end.
  - key: end
    title: The end
    previous_keys: []
  # more to come
"""
EMPTIED = """\
  # First of all.


  # The end.
  # more to come
"""


def test_fields_and_items_are_removed() -> None:
    """Comments beside them go, and comments above them stay."""
    one = after(Remove((S, 0, "unlock")), Remove((S, 2, "previous_keys", 0)), Remove((S, 1)))
    none = [Remove((S, 0))] * 3

    assert one == REMOVED
    assert after(*none) == HEAD.replace("sections:", "sections: []") + EMPTIED
    assert after(*none, AddItem((S, 0), {"title": "A"})) == f"  - title: A\n{EMPTIED}"


LESSONS = """\
  - key: a
    title: A
    lessons:  # in order
      # One.
      - title: One   # first
        contents: |
          <p>One</p>

      # Two.
      - two.md   # a file

  - key: b
    title: B
    lessons: []   # none yet
"""
LESSONS_EDITED = """\
  - key: a
    title: A
    lessons:  # in order
      # Two.
      - two.md   # a file

  - key: b
    title: B
    lessons:   # none yet
      # One.
      - key: one
        title: One   # first
        completion: button
        contents: |
          <p>1</p>

      - key: three
        title: Three
"""


def test_lessons_are_edited_as_sections_are() -> None:
    """At a path in a section, too: fields have their places, and a lesson may change its list."""
    one, lessons = (S, 0, "lessons", 0), (S, 1, "lessons")
    done = after(
        PinKey(one),
        SetField((*one, "completion"), "button"),
        SetField((*one, "contents"), "<p>1</p>\n"),
        AddItem((*lessons, 0), {"key": "three", "title": "Three"}),
        Move(one, (*lessons, 0)),
        text=HEAD + LESSONS,
    )

    assert done == LESSONS_EDITED


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[{title: A}]", "\n  - title: A\n\n  - title: B"),
        ("[ {title: A} ]   # one", "   # one\n  - title: A\n\n  - title: B"),
        ("[{title: A},\n  {title: C}]", "\n  - title: A\n\n  - title: B\n\n  - title: C"),
        ("[]  # none", "  # none\n  - title: B"),
    ],
)
def test_brackets(text: str, expected: str) -> None:
    """Items in brackets are put on lines when one is added."""
    index = text.count("A")
    done = edited(f"sections: {text}\n", PATH, [AddItem((S, index), {"title": "B"})])

    assert done == f"sections:{expected}\n"


def test_comments_in_brackets_are_kept() -> None:
    """They stand above the field whose value is replaced."""
    text = "sections: [\n  {title: A}, # a\n  ]\n"
    done = edited(text, PATH, [PinKey((S, 0))])

    assert done == "# a\nsections:\n  - key: a\n    title: A\n"


@pytest.mark.parametrize(
    "edit",
    [
        SetField((S, 9, "title"), "A"),
        SetField(("id", "title"), "A"),
        AddItem((S, 4), "A"),
        AddItem((S, 0, "title", 0), "A"),
        Remove((S, 0, "image")),
        Remove((S, 3)),
        Move((S, 0), (S, 3)),
        PinKey((S, 3)),
        PinKey((S, 0, "lessons", 0)),
        AddItem((S, 0, "lessons", 0), "A"),
    ],
    ids=str,
)
def test_an_edit_without_a_place_is_a_bug(edit: Edit) -> None:
    """If a path leads nowhere, nothing is guessed."""
    with pytest.raises(LookupError):
        after(edit)


def test_a_text_that_is_not_read_as_intended_is_refused() -> None:
    """The text is read again before it is returned."""
    with pytest.raises(InvalidOutlines):
        after(SetField((S, 0, "title"), "un\u200bseen"))
    with pytest.raises(UnusableFile, match="would not mean the same"):
        after(SetField((S, 0, "e\u0301"), "the name is read in another form"))


@pytest.mark.parametrize("text", ["? a\n: b\n", "- ? a\n  : b\n", "{a: 1}\n"])
def test_a_text_that_can_not_be_taken_apart_is_refused(text: str) -> None:
    """The error says what to write instead."""
    with pytest.raises(UnusableFile, match="can't be edited"):
        edited(text, PATH, [LayOut((), 0)])
