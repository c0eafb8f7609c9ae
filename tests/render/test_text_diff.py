"""The comparison of two texts is complete, short on the screen, and bounded in time."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shares import bounded_time

from coursesync.planning.ordering import longest_rise
from coursesync.render.excerpt import Fold, Line, Mark, shown
from coursesync.render.text_diff import Effort, compare, stretches, words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from coursesync.render.excerpt import Shown
    from coursesync.render.text_diff import Piece, Stretch

EFFORT = 200_000
SOME = st.sampled_from(["a", "b", "<p>one two</p>", "<br>", " ", "\n", "\r\n", "\u2028", "x" * 130])
TEXTS = st.lists(SOME | st.text(max_size=3), max_size=30).map("".join)
LINES = st.lists(st.sampled_from(["a", "b", "c", "two words", ""]), max_size=25).map("\n".join)
MEGABYTE = 1_000_000


def told(before: str, after: str, most: int = 40) -> list[str]:
    """Return the comparison of two texts as a reader sees it."""
    return [
        seen(each) for each in shown(compare(before, after, Effort(EFFORT)), Effort(EFFORT), most)
    ]


def seen(each: Shown) -> str:
    """Write a shown line or fold in one line."""
    if isinstance(each, Fold):
        return f"…{'!' if each.changed else ''}{each.count}"
    return each.mark.value + "".join(piece.text for piece in each.pieces)


def equal(found: Sequence[Stretch]) -> list[str]:
    """Return the items of each stretch that is the same in both rows."""
    return ["".join(each.before) for each in found if each.same]


def changed(pieces: Sequence[Piece]) -> list[str]:
    """Return the words of a line that are changed."""
    return [piece.text for piece in pieces if piece.changed and piece.text]


@settings(deadline=None)
@given(TEXTS, TEXTS, st.sampled_from([0, 50, EFFORT]))
def test_both_texts_can_be_had_back(before: str, after: str, effort: int) -> None:
    """The lines of the comparison are both texts, and lines marked as equal are equal."""
    runs = compare(before, after, Effort(effort))

    assert "".join(line for run in runs for line in run.before) == before
    assert "".join(line for run in runs for line in run.after) == after
    assert all((list(run.before) == list(run.after)) == run.same for run in runs)


@settings(deadline=None)
@given(TEXTS, TEXTS, st.sampled_from([0, 50, EFFORT]))
def test_both_lines_can_be_had_back(before: str, after: str, effort: int) -> None:
    """The words of the comparison are both lines, and words marked as equal are equal."""
    was, now = words(before, after, Effort(effort))

    assert "".join(piece.text for piece in was) == before
    assert "".join(piece.text for piece in now) == after
    assert [each for each in was if not each.changed] == [each for each in now if not each.changed]


@settings(deadline=None)
@given(LINES, LINES)
def test_no_changed_line_is_folded(before: str, after: str) -> None:
    """Below the limit every changed line is shown, in order; folds hide only unchanged lines."""
    runs = compare(before, after, Effort(EFFORT))
    lines = [each for each in shown(runs, Effort(EFFORT), 1_000) if isinstance(each, Line)]
    gone = [line.rstrip("\n") for run in runs if not run.same for line in run.before]
    new = [line.rstrip("\n") for run in runs if not run.same for line in run.after]

    assert [seen(line)[1:] for line in lines if line.mark is Mark.GONE] == gone
    assert [seen(line)[1:] for line in lines if line.mark is Mark.NEW] == new


@settings(deadline=None)
@given(LINES, LINES, st.integers(0, 12))
def test_every_line_is_shown_or_counted(before: str, after: str, most: int) -> None:
    """Under any limit, every changed line is either shown or counted."""
    runs = compare(before, after, Effort(EFFORT))
    told_ = shown(runs, Effort(EFFORT), most)
    here = sum(isinstance(each, Line) and each.mark is not Mark.SAME for each in told_)
    counted = sum(each.count for each in told_ if isinstance(each, Fold) and each.changed)

    assert here <= most
    assert here + counted == sum(len(run.before) + len(run.after) for run in runs if not run.same)


@settings(deadline=None)
@given(st.lists(st.integers(-5, 5), max_size=9))
def test_the_longest_rise(values: list[int]) -> None:
    """The result never falls, and no longer sequence never falls."""
    found = longest_rise(values)
    longest = [0] * len(values)
    for i, value in enumerate(values):
        longest[i] = 1 + max((longest[j] for j in range(i) if values[j] <= value), default=0)

    assert found == sorted(set(found))
    assert [values[i] for i in found] == sorted(values[i] for i in found)
    assert len(found) == max(longest, default=0)


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("a\n", "b\n", ["-a", "+b"]),
        ("", "a\nb\n", ["+a", "+b"]),
        ("a\nb\n", "", ["-a", "-b"]),
        ("1\n2\n3\n4\n5\n", "1\n2\nx\n4\n5\n", [" 1", " 2", "-3", "+x", " 4", " 5"]),
        ("1\n2\n3\n4\n", "1\n2\n3\nx\n", ["…2", " 3", "-4", "+x"]),
        ("1\n2\n3\n", "1\n2\nx\n", [" 1", " 2", "-3", "+x"]),
        ("1\n2\n3\n4\n", "1\nx\n3\n4\n", [" 1", "-2", "+x", " 3", " 4"]),
    ],
)
def test_what_is_the_same_is_folded(before: str, after: str, expected: list[str]) -> None:
    """One line before and after a change is shown; other unchanged lines are counted."""
    assert told(before, after) == expected


def test_a_long_run_of_the_same_is_counted() -> None:
    """Between two changes are one line, the number of folded lines, and one line."""
    before = "".join(f"{n}\n" for n in range(20))
    after = before.replace("2\n", "x\n", 1).replace("19\n", "y\n")

    assert told(before, after) == [" 0", " 1", "-2", "+x", " 3", "…14", " 18", "-19", "+y"]


def test_too_many_changes_are_counted() -> None:
    """If there are too many changed lines, some of each text are shown, and the rest is counted."""
    before = "".join(f"old {n}\n" for n in range(50))
    after = "".join(f"new {n}\n" for n in range(80))
    lines = told(before, after, 10)

    assert lines == [
        *(f"-old {n}" for n in range(5)),
        *(f"+new {n}" for n in range(5)),
        "…!120",
    ]


def test_the_changed_words_of_a_line() -> None:
    """In a line that is mostly unchanged, only the changed words are marked."""
    was, now = words("<p>On day one, ask.</p>", "<p>On your first day, ask.</p>", Effort(EFFORT))

    assert changed(was) == [" one"]
    assert changed(now) == ["your first "]


def test_lines_with_little_in_common_are_shown_whole() -> None:
    """Two lines with only a comma in common are shown as wholly different."""
    was, now = words("Bring your keys, please", "The kitchen, upstairs", Effort(EFFORT))

    assert changed(was) == ["Bring your keys, please"]
    assert changed(now) == ["The kitchen, upstairs"]


def test_html_in_one_long_line_is_cut_at_its_blocks() -> None:
    """If HTML is on one long line, only the changed paragraph is shown."""
    before = "".join(f"<p>Paragraph {n} of the text</p>" for n in range(10))
    after = before.replace("Paragraph 5", "Part 5")

    assert told(before, after) == [
        "…4",
        " <p>Paragraph 4 of the text</p>",
        "-<p>Paragraph 5 of the text</p>",
        "+<p>Part 5 of the text</p>",
        " <p>Paragraph 6 of the text</p>",
        "…3",
    ]


@pytest.mark.parametrize("end", ["\n", "\r\n", "", "\x1c", "\u2028"])
def test_a_change_in_a_long_line_is_shown_with_what_is_around_it(end: str) -> None:
    """A long line is cut to the changed words and some on each side."""
    before = f"{'before ' * 100}old{' after' * 100}{end}"
    gone, new = told(before, before.replace("old", "new words"))

    assert gone.startswith("-…before before")
    assert "before old after" in gone
    assert "before new words after" in new
    assert max(len(gone), len(new)) < 120


def test_what_stands_between_two_changes_of_a_line_is_cut() -> None:
    """Between two changes only the words beside them are shown, and at most 600 of a line."""
    before = f"one {'word ' * 100}two"
    gone, new = told(before, before.replace("one", "1").replace("two", "2"))
    (added,) = told("", "word " * 200)

    assert re.fullmatch(r"-one( word)+…(word )+two", gone)
    assert re.fullmatch(r"\+1( word)+…(word )+2", new)
    assert max(len(gone), len(new)) < 100
    assert len(added) == 602
    assert added.endswith("…")


def test_changes_far_apart_are_found_in_a_long_text() -> None:
    """Lines that occur once align a long text, whatever changes between them."""
    before = "".join(f"{n}\n" for n in range(1_000))
    after = before.replace("\n100\n", "\nx\n").replace("\n500\n", "\ny\n").replace("\n900\n", "\n")

    assert told(before, after) == [
        *("…99", " 99", "-100", "+x", " 101", "…397", " 499", "-500", "+y", " 501"),
        *("…397", " 899", "-900", " 901", "…98"),
    ]


@pytest.mark.parametrize("end", ["", "gone "])
def test_words_added_at_the_end_are_shown_beside_the_words_before(end: str) -> None:
    """Both lines show the same words around a change, even if one has nothing there."""
    gone, new = told(f"{'word ' * 100}last {end}", f"{'word ' * 100}last more")

    assert gone.startswith("-…word")
    assert gone.rstrip().endswith(f"last {end}".rstrip())
    assert new.startswith("+…word")
    assert new.endswith("last more")


@pytest.mark.parametrize(
    ("before", "after", "unseen"),
    [
        ("a b\n", "a  b\n", True),
        ("a\n", "a", True),
        ("a\u200bb", "ab", True),
        ("a\xa0b", "a b", True),
        ("a\n", "b\n", False),
        ("ab", "a b", False),
    ],
)
def test_lines_that_look_the_same_get_a_note(before: str, after: str, *, unseen: bool) -> None:
    """A line that differs only in spaces or invisible characters gets a note."""
    *_, last = shown(compare(before, after, Effort(EFFORT)), Effort(EFFORT), 40)

    assert isinstance(last, Line)
    assert bool(last.note) is unseen


def numbered(letter: str) -> str:
    """Return a megabyte of lines that each occur once."""
    return "".join(f"{letter}{n}\n" for n in range(MEGABYTE // 8))


HUGE = {
    "one line again and again": ("a\n" * 500_000, "b\n" * 500_000),
    "one line, less often": ("a\n" * 500_000, "a\n" * 400_000 + "b\n"),
    "two lines in turn": ("a\nb\n" * 250_000, "b\na\n" * 250_000),
    "every second line": ("a\nb\n" * 250_000, "a\nc\n" * 250_000),
    "lines of their own": (numbered("a"), numbered("b")),
    "lines upside down": (numbered("a"), "\n".join(numbered("a").split("\n")[::-1])),
    "each second line of its own": (numbered("a"), numbered("a").replace("1\n", "x\n")),
    "one long word": ("x" * MEGABYTE, "x" * 500_000 + "y" + "x" * 500_000),
    "words in one line": ("a b " * 250_000, "a c " * 250_000),
    "long lines of two words": ("a b " * 2_400 + "\n", "b a " * 2_400 + "\n"),
    "blocks in one line": ("<p>a</p>" * 125_000, "<p>b</p>" * 125_000),
    "tags that do not end": ("<p " * 330_000, "<p x " * 200_000),
    "a tag of blanks": ("<p" + " " * MEGABYTE, "<br" + " " * MEGABYTE),
    "line ends": ("\r" * MEGABYTE, "\n" * MEGABYTE),
}


@pytest.mark.parametrize(("before", "after"), HUGE.values(), ids=HUGE)
def test_huge_texts_are_compared_soon(before: str, after: str) -> None:
    """Two hostile texts of a megabyte are compared in bounded time, and in few lines."""
    with bounded_time(10):  # what grows with the square would take minutes
        lines = told(before, after)

    assert 0 < len(lines) < 130
    assert max(map(len, lines)) < 1_000


def test_a_row_is_compared_no_further_than_is_paid_for() -> None:
    """Without effort, only equal ends and items that occur once are found."""
    one, other = [*"axbxc"], [*"aybyc"]

    assert equal(stretches(one, other, Effort(0))) == ["a", "c"]
    assert equal(stretches(one, other, Effort(EFFORT))) == ["a", "b", "c"]


def test_an_effort_is_spent_once() -> None:
    """Effort that is spent on one comparison is not available to the next."""
    effort = Effort(10)

    assert effort.pays(7)
    assert not effort.pays(4)
    assert effort.pays(3)
