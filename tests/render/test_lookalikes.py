"""Two texts that look the same get a note on how they differ."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shares import SQUARE, examples, growth

from coursesync.render.lookalikes import only_unseen

ONLY = "differs only in: "


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        ("Your first day", "Your first\xa0day", "a no-break space (U+00A0) in place of a space"),
        ("Welcome", "Wel\xadcome", "a soft hyphen (U+00AD) at character 4"),
        ("Wel\xadcome", "Welcome", "a soft hyphen (U+00AD) missing at character 4"),
        ("Welcome", "Welcome ", "a space (U+0020) at character 8, the end"),
        (" Welcome", "Welcome", "a space (U+0020) missing at character 1"),
        ("a b", "a   b", "2 times a space (U+0020) at character 3"),
        ("a\tb", "a b", "a space (U+0020) in place of a tab (U+0009) at character 2"),
        ("<p>x</p>", "<p>x</p>\n", "a line end (LF) at character 9, the end"),
        (
            "a\nb\n",
            "a\r\nb\r\n",
            "in place of a line end (LF) at line 1, character 2 and at 1 more place",
        ),
        ("Café", "Cafe\u0301", "the Unicode form of “é” (NFD, not NFC) at character 4"),
        ("한", unicodedata.normalize("NFD", "한"), "the Unicode form of “한” (NFD, not NFC)"),
        ("a\u0323\u0301", "a\u0301\u0323", "” (U+0301 U+0323, not U+0323 U+0301)"),
        ("\u212b", "\xc5", "the Unicode form of “Å” (U+00C5, not U+212B) at character 1"),
        ("می\u200cشود", "میشود", "a zero width non-joiner (U+200C) missing at character 3"),
        ("❤", "❤\ufe0f", "a variation selector-16 (U+FE0F) at character 2, the end"),
        ("א", "\u200fא", "a right-to-left mark (U+200F) at character 1"),
        ("x\u200by", "xy", "a zero width space (U+200B) missing at character 2"),
        ("a\x00b", "ab", "a control character (U+0000) missing at character 2"),
        ("line\none", "line\none\xa0", "a no-break space (U+00A0) at line 2, character 4, the end"),
    ],
)
def test_what_differs_is_named_with_its_place(before: str, after: str, words: str) -> None:
    """Spaces, line ends, Unicode forms and marks are named, with code point and position."""
    assert only_unseen(before, after).startswith(ONLY)
    assert words in only_unseen(before, after)


@pytest.mark.parametrize(
    ("before", "after"), [("a", "b"), ("ab", "a b"), ("a", ""), ("fi", "ﬁ"), ("e", "é"), ("x", "x")]
)
def test_visible_differences_get_no_note(before: str, after: str) -> None:
    """Texts that are equal, or look different, get no note."""
    assert only_unseen(before, after) == ""


HIDDEN = st.sampled_from(["\xad", "\u200c", "\u200d", "\u200e", "\u200b", "\ufe0f", "\u2060"])


@settings(deadline=None, max_examples=examples(300))
@given(st.lists(st.text(max_size=8), min_size=1), st.data())
def test_an_added_invisible_character_always_gets_a_note(
    parts: list[str], data: st.DataObject
) -> None:
    """For an invisible character anywhere in a text, the note itself is printable."""
    at = data.draw(st.integers(0, len(parts)))
    changed = [*parts[:at], data.draw(HIDDEN), *parts[at:]]
    told = only_unseen("".join(parts), "".join(changed))

    assert told.startswith(ONLY)
    assert only_unseen("".join(changed), "".join(parts)).startswith(ONLY)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("x\n", "x\r\n"),
        ("x ", "x\xa0"),
        ("é ", "e\u0301 "),
        ("a", "a\xad"),
        ("a\u0301", "a\u0301\xad"),
    ],
)
def test_a_megabyte_is_compared_quickly(one: str, other: str) -> None:
    """The time does not depend on the number of differences."""
    size = 1_000_000 // len(other)
    told = only_unseen(one * size, other * size)

    assert told.startswith(ONLY)
    assert len(told) < 500
    assert growth(lambda times: only_unseen(one * times, other * times), size) < SQUARE
