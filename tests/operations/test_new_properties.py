"""Properties of `new_item` for valid outlines of any layout."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from hypothesis import HealthCheck, assume, event, given, settings
from hypothesis import strategies as st
from outlines.edits import comments
from outlines.layouts import outlines
from outlines.test_canonical_properties import read
from shares import examples

import coursesync
from coursesync.errors import UnusableFile
from coursesync.kinds.address import course_address
from coursesync.outlines.rewriting import laid_out

if TYPE_CHECKING:
    from collections.abc import Sequence

TITLES = ("Welcome", "Café: #1", 'Say "hi"', "🎉", "日本語", "- x", "null", "part-1", "it's 2024")
NAME = "onboarding.yaml"
SHOWN = "courses/onboarding.yaml"


def is_within(lines: Sequence[str], text: Sequence[str]) -> bool:
    """Return whether all lines are in a text, in their order."""
    rest = iter(text)
    return all(line in rest for line in lines)


@settings(
    deadline=None,
    max_examples=examples(150),
    suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow],
)
@given(
    text=outlines(),
    title=st.sampled_from(TITLES),
    in_file=st.booleans(),
    formatted=st.booleans(),
    end=st.sampled_from(["\n", "\r\n"]),
    data=st.data(),
)
def test_a_new_item_changes_nothing_else(
    *, text: str, title: str, in_file: bool, formatted: bool, end: str, data: st.DataObject
) -> None:
    """All other lines, comments and values stay, and what was formatted still is."""
    assume(read(text) is not None)
    if formatted:
        try:
            text = laid_out(text, SHOWN)
        except UnusableFile:
            assume(False)  # noqa: FBT003 - as it is called
    with TemporaryDirectory() as name:
        folder = Path(name)
        for page in ("a.html", "a.htm", "a.md"):
            (folder / page).write_text("<p>a</p>\n")
        path = folder / NAME
        path.write_bytes(text.replace("\n", end).encode())
        (before,) = coursesync.validate(folder).outlines
        kind = data.draw(st.sampled_from(["section", "lesson"]))
        places = [each.address for each in before.resources if each.kind.name == "section"]
        places = [course_address(before.key), *(places if kind == "lesson" else [])]
        inside = data.draw(st.sampled_from(places))
        beside = [e for e in before.resources if e.kind.name == kind and e.parent == inside]
        after = data.draw(st.sampled_from(["", *(each.address for each in beside)]))
        is_file = in_file and kind == "lesson"
        try:
            added = coursesync.new_item(
                folder, kind, title, inside=inside, after=after, in_file=is_file
            )
        except UnusableFile as refused:
            event(refused.problem.partition(" ")[2])
            assert path.read_bytes() == text.replace("\n", end).encode()
            return
        content = path.read_bytes().decode()
        (found,) = coursesync.validate(folder).outlines
    new = content.replace("\r\n", "\n")
    old_lines, new_lines = text.splitlines(), new.splitlines()
    lost = Counter(old_lines) - Counter(new_lines)
    attributes = {each.address: each.attributes for each in found.resources}
    siblings = [e.address for e in found.resources if e.kind.name == kind and e.parent == inside]
    index = [str(each.address) for each in beside].index(after) + 1 if after else len(beside)

    # a list or an item in brackets is one text, and is written again; so is the sign of a block
    # that ends with the file, without a line feed
    signs = "[]{}" if text.endswith("\n") else "[]{}|>"
    assert all(any(sign in line for sign in signs) for line in lost)
    assert is_within([line for line in old_lines if line not in lost], new_lines)
    assert Counter(comments(new)) == Counter(comments(text))
    assert content.count("\n") == content.count(end)
    assert attributes.keys() - {added.address} == {each.address for each in before.resources}
    assert {e.address: e.attributes for e in before.resources}.items() <= attributes.items()
    assert next(e.title for e in found.resources if e.address == added.address) == title
    assert siblings.index(added.address) == index
    if formatted:
        assert laid_out(new, SHOWN) == new
