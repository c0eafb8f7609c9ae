"""Properties of any list of edits of an outline of any layout."""

from __future__ import annotations

import json
import re
from collections import Counter
from copy import deepcopy
from functools import cache
from typing import TYPE_CHECKING

import pytest
from harness import ROOT
from hypothesis import HealthCheck, assume, event, given, settings
from hypothesis import strategies as st
from outlines.edits import at, carry_out, comments, edits
from outlines.layouts import outlines
from outlines.test_outline_properties import spoilt
from shares import SQUARE, bounded_time, examples, growth

from coursesync.errors import UnusableFile
from coursesync.outlines.edit import AddItem, Edit, Move, PinKey, Remove, SetField, edited
from coursesync.outlines.pieces import UnusualLayout, text_of
from coursesync.outlines.pieces_reader import comments as comments_of
from coursesync.outlines.pieces_reader import take_apart
from coursesync.outlines.yaml_reader import parse

if TYPE_CHECKING:
    from coursesync.kinds.tree import Path, Tree

PATH = "courses/onboarding.yaml"
BRACES = """\
{
  "id":1, # one
  "title": T,
  "sections": [
    {title: A}, # a
    {title: B} # b
  ]}
"""
BRACKETS = """\
id: 1
sections: [ # a
  {title: A # b
  }, # c
  {title: B}, # d
]
title: >+
  T

"""
INDENTED = """\
  id: 1
  title: |
   T
  sections:
  - - a
    # b
    - c
  # d
  -
    # e
    title: A
  -  # f
     # g
     {title: B}  # h
     # i
"""
KEEPING = """\
id: 1
sections:
- title: A
  contents: |+
    a


  # b
- title: B
  contents: |2-
      c
"""
LISTS = """\
id: 1
sections:
- previous_keys:
  - a
  - b # c
  # d

  title: A   # e


- {title: B}
  # f
"""
NESTED = """\
id: 1
sections:
- title: A
  # a
  lessons:  # b
  # c
  - title: B
    contents: |
      b

    # d
  - welcome/tour.md  # e

  - {title: C}  # f
    # g
  unlock: sequential
# h
- title: D
  lessons: []  # i
- {title: E, lessons: [{title: F}, a.md]}  # j
lessons:

  # k
  - key: g
    title: G
# l
"""
BY_HAND = [
    *(BRACES, BRACKETS, INDENTED, KEEPING, LISTS, NESTED),
    "id: 1\ntitle: T\nsections: []   # none yet\n",
    "id: 1\nsections:\n- title: A\n  # b\n  contents: |+1  # c\n     d",
    "id: 1\ntitle: T\nsections:  # none\n  # yet\n  []\n# end",
    "--- # 1\nid: 1\ntitle: T\nsections: [{title: A}, {title: B, unlock: {after_days: 1}}]\n",
    "{id: 1, title: T, sections: [{title: A}]}\n",
]


@cache
def originals() -> tuple[str, ...]:
    """Return the example outlines, and some that are written in unusual ways."""
    paths = sorted((ROOT / "courses").glob("*.yaml"))
    return (*BY_HAND, *(path.read_text(encoding="utf-8") for path in paths))


TEXTS = st.sampled_from(originals()) | outlines()


def read(text: str) -> Tree:
    """Read a text that has no mistake."""
    tree, found = parse(text, PATH)
    assume(tree is not None and not found)
    assert tree is not None
    return tree


def carried_out(text: str, found: list[Edit]) -> str:
    """Carry edits out; what is refused for its layout is no example."""
    try:
        return edited(text, PATH, found)
    except UnusableFile as refused:
        assert "written in braces" in refused.problem  # noqa: PT017 - all else is a mistake
        assume(False)  # noqa: FBT003 - as it is called
        raise


def own_lines(text: str, path: Path) -> list[str]:
    """Return the lines from a field or an item on, up to the next one beside it."""
    tree = read(text)
    beside = tree.find(path[:-1])[0][3]
    places = beside.values() if isinstance(beside, dict) else beside or ()
    lines = text.split("\n")
    start = (tree.where_key(path) if isinstance(path[-1], str) else tree.where(path)).line - 1
    later = [line for place in places if (line := int(place[0])) > start]
    if isinstance(path[-1], int):  # comments may stand between its dash and its first field
        start = max((i for i in range(start + 1) if re.match(" *-", lines[i])), default=start)
    return lines[start : min(later, default=len(lines)) + 1]


def same(value: object) -> str:
    return json.dumps(value, sort_keys=True)


@settings(deadline=None, max_examples=examples(1_000), suppress_health_check=list(HealthCheck))
@given(TEXTS, st.data())
def test_any_edits_give_the_intended_value_and_lose_no_comment(
    text: str, data: st.DataObject
) -> None:
    """A comment goes only with the part that it is beside or inside, and none is added."""
    value = deepcopy(read(text).value)
    found = data.draw(edits(value))
    for edit in found:
        carry_out(value, edit)
    done = carried_out(text, found)
    lost = comments(text) - comments(done)

    assert same(read(done).value) == same(value)
    assert not comments(done) - comments(text)
    assert not lost or any(isinstance(edit, Remove) for edit in found)
    for comment in lost if len(found) == 1 else ():
        assert any(line.endswith(comment) for line in own_lines(text, found[0].path))


@settings(deadline=None, max_examples=examples(1_000), suppress_health_check=list(HealthCheck))
@given(TEXTS, st.data())
def test_an_edit_touches_no_line_of_another_item(text: str, data: st.DataObject) -> None:
    """Lines above a section or lesson, and from the next one on, stay to the letter."""
    kinds = (SetField, Remove, PinKey)
    edit = data.draw(edits(read(text).value, most=1).filter(bool))[0]
    names = [i for i, step in enumerate(edit.path[:-2]) if step in {"sections", "lessons"}]
    assume(isinstance(edit, kinds) and names)
    path, index = edit.path[: names[-1] + 1], int(edit.path[names[-1] + 1])
    event(str(path[-1]))
    tree = read(text)
    starts = [tree.where((*path, i)).line - 1 for i in range(len(at(tree.value, path)))]
    lines = text.splitlines(keepends=True)
    above = [line for line in lines[: starts[index - 1] + 1 if index else 0] if line.strip()]
    below = lines[starts[index + 1] :] if index + 1 < len(starts) else []
    assume(not re.search(r"(?:sections|lessons): *\[ *[^] ]", text))
    assume(text.endswith("\n") or not re.search("[|>]", text))  # a last block becomes |-
    done = carried_out(text, [edit]).splitlines(keepends=True)
    if below and not text.endswith("\n"):
        below[-1] += "\n"

    assert [line for line in done if line.strip()][: len(above)] == above
    assert done[len(done) - len(below) :] == below


@settings(deadline=None, max_examples=examples(400), suppress_health_check=list(HealthCheck))
@given(spoilt())
def test_any_valid_text_can_be_taken_apart(text: str) -> None:
    """The pieces put together are the very text, or it is refused."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    read(text)
    try:
        document = take_apart(text)
    except UnusualLayout:
        event("unusual")
        return

    assert text_of(document) == text or not text.endswith("\n")
    assert Counter(comments_of(text)) == comments(text)


def test_an_outline_of_any_size_is_edited_in_linear_time() -> None:
    """Ten thousand sections that are all changed take a few times as long as a quarter."""

    def change(size: int) -> None:
        text = "id: 1\ntitle: T\nsections:\n" + "".join(
            f"  - key: s{i}\n    title: A  # {i}\n" for i in range(size)
        )
        found: list[Edit] = [SetField(("sections", i, "title"), "B") for i in range(size)]
        found += [AddItem(("sections", 0), {"title": "C"}) for _ in range(size // 4)]
        found += [Move(("sections", 0), ("sections", size - 1)) for _ in range(size)]
        edited(text, PATH, found)

    assert growth(change, 6_000) < SQUARE


@pytest.mark.parametrize(
    "text",
    [
        "id: 1\nsections:\n- title: A\n  contents: |\n" + "\n" * 200_000 + "    a\n",
        "id: 1\nsections:\n- title: A\n  contents: |\n    a\n" + " \n" * 200_000,
        "id: 1\nsections:\n" + "# c\n" * 100_000 + "- title: A\n" + "  # c\n" * 100_000,
        "id: 1\nsections:\n- {title: A" + " " * 400_000 + "}\n",
        "id: 1\nsections: [" + "{title: A}, # c\n" * 12_000 + "]\n",
    ],
    ids=["blank lines", "blanks", "comments", "a long line", "brackets"],
)
def test_odd_outlines_are_edited_in_time(text: str) -> None:
    """No repetition takes quadratic time."""
    with bounded_time(5):
        done = edited(
            text, PATH, [PinKey(("sections", 0)), AddItem(("sections", 0), {"title": "B"})]
        )

    assert "key: a" in done
