"""A line of a file with a caret: it fits, it is harmless, and the caret is where it belongs."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coursesync.render.pointer import columns, pointed
from coursesync.text import holds_unseen

TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\n\r"), max_size=200)


def width_of(text: str) -> int:
    """Return the columns of a text on a terminal."""
    return sum(map(columns, text, ("", *text)))


@pytest.mark.parametrize(
    ("before", "width"),
    [
        ("  - title: ", 11),
        ("title: 日本語 ", 14),
        ("title: 🎉 ", 10),
        ("title: 👩‍💻 ", 10),  # a woman, a joiner and a computer are one picture
        ("title: 👍🏽 ", 10),  # a hand, and the colour of its skin
        ("title: ☕ ❤️ ", 13),
        ("title: 🇮🇪 ", 10),
        ("title: e\u0301 ", 9),  # a letter, and its accent
        ("title: ﾊﾝ ", 10),  # narrow forms
        ("\t- ", 6),
        ("a\x1b[31mb ", 11),
        ("a\u202eb ", 9),
        ("a\ue000b ", 9),
    ],
)
def test_the_caret_is_below_its_character(before: str, width: int) -> None:
    """Wide characters, marks, tabs and characters that are shown by number count as shown."""
    shown, caret = pointed(f"{before}x after", len(before) + 1, 80)

    assert caret == " " * width + "^"
    assert shown.endswith("x after")


@given(TEXT, st.integers(1, 220), st.integers(20, 100))
def test_a_line_fits_and_is_harmless(line: str, column: int, width: int) -> None:
    """Whatever the file holds, a terminal gets one short line, and a caret below it."""
    shown, caret = pointed(line, column, width)

    assert width_of(shown) <= width
    assert len(caret) <= width
    assert caret.strip() == "^"
    assert not holds_unseen(shown)
    assert "\t" not in shown


@given(st.text("abc 日\t", min_size=1, max_size=3_000), st.data())
def test_a_long_line_is_cut_around_the_caret(line: str, data: st.DataObject) -> None:
    """The character that the caret points to is shown, and a sign where something was cut off."""
    at = data.draw(st.integers(0, len(line) - 1))
    line = f"{line[:at]}!{line[at:]}x"

    shown, caret = pointed(line, at + 1, 40)

    assert width_of(shown[: shown.index("!")]) == len(caret) - 1
    if width_of(line.replace("\t", "    ")) > 40:
        assert shown.startswith("…") or shown.endswith("…")


def test_a_place_behind_the_end_is_shown_there() -> None:
    """Some mistakes are about what is missing."""
    assert pointed("title", 6, 80) == ("title", "     ^")
    assert pointed("title", 60, 80) == ("title", "     ^")
