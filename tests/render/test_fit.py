"""A cut document keeps to its size, keeps the most important parts, and counts the others."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from coursesync.render.fit import Part, Rank, fit, joined

PARTS = st.lists(
    st.builds(
        lambda rank, size, tells: Part(rank, ("x" * size,), tells),
        st.sampled_from(Rank),
        st.integers(0, 30),
        st.integers(0, 5),
    ),
    max_size=12,
)


def rows(*sizes: int) -> list[Part]:
    """Make rows of the given sizes in bytes, with line ends, each about one change."""
    return [Part(Rank.ROWS, (str(n) * (size - 1),), 1) for n, size in enumerate(sizes)]


def told(parts: list[Part], most: int) -> str:
    """Return the first character of each line that is kept."""
    kept, _ = fit(parts, most)
    return "".join(line[:1] for part in kept for line in part.lines)


@given(PARTS, st.integers(0, 200))
def test_it_keeps_to_its_bound(parts: list[Part], most: int) -> None:
    """The kept parts never take more than the bound, except for parts of rank ALWAYS."""
    always = sum(part.size for part in parts if part.rank is Rank.ALWAYS)
    kept, _ = fit(parts, most)

    assert sum(part.size for part in kept) <= max(most, always)


@given(PARTS, st.integers(0, 200))
def test_what_is_left_out_is_counted(parts: list[Part], most: int) -> None:
    """Every part is either kept or counted, by rank."""
    marked = [
        Part(part.rank, (f"{n} {part.lines[0]}",), part.records) for n, part in enumerate(parts)
    ]
    kept, left_out = fit(marked, most)
    left = [part for part in marked if part not in kept]

    assert kept == [part for part in marked if part in kept]
    assert set(left_out) == {part.rank for part in left}
    for rank, number in left_out.items():
        assert number == sum(part.records for part in left if part.rank is rank)


def test_what_fits_to_the_byte_is_kept() -> None:
    """A document that fits to the byte is kept whole."""
    assert told(rows(10, 10), 20) == "01"
    assert told(rows(10, 10), 19) == "0"


def test_no_row_comes_after_one_that_was_left_out() -> None:
    """After a row that is left out, no later row and nothing less important is kept."""
    aside = Part(Rank.ASIDE, ("a",))
    kept, left_out = fit([*rows(10, 30, 5), aside], 20)

    assert kept == rows(10)
    assert left_out == {Rank.ROWS: 2, Rank.ASIDE: 0}
    assert fit([*rows(10, 30), Part(Rank.ASIDE, ("",))], 20)[0] == rows(10)


def test_differences_go_first() -> None:
    """Differences go before advice and rows; those that still fit are kept."""
    long, short = Part(Rank.DETAIL, ("l" * 40,), 1), Part(Rank.DETAIL, ("s" * 4,), 1)
    aside = Part(Rank.ASIDE, ("a" * 9,))
    kept, left_out = fit([long, short, aside, *rows(10)], 26)

    assert kept == [short, aside, *rows(10)]
    assert left_out == {Rank.DETAIL: 1}


def test_what_weighs_goes_last() -> None:
    """New rows go before rows that take something from members, in any order."""
    new, asked = Part(Rank.NEW, ("n" * 9,), 1), Part(Rank.ASKED, ("q" * 9,), 1)
    weighty = Part(Rank.WEIGHTY, ("w" * 9,), 1)
    parts = [new, new, *rows(10), asked, weighty]

    assert told(parts, 10) == "w"
    assert told(parts, 20) == "qw"
    assert told(parts, 30) == "0qw"
    assert told(parts, 49) == "n0qw"
    assert fit(parts, 9)[1] == {Rank.NEW: 2, Rank.ROWS: 1, Rank.ASKED: 1, Rank.WEIGHTY: 1}


def test_what_is_always_there_takes_the_room_of_the_rest() -> None:
    """Parts of rank ALWAYS are kept even if they don't fit."""
    always = Part(Rank.ALWAYS, ("!" * 15,))

    assert told([always, *rows(10)], 20) == "!"
    assert told([*rows(10), always], 26) == "0!"
    assert told([always], 0) == "!"


def test_parts_are_joined_line_by_line() -> None:
    """Every joined line has its line end, the last one too."""
    parts = rows(10, 5)

    assert joined([Part(Rank.ROWS, ("a", "b")), Part(Rank.NEW, ("c",))]) == "a\nb\nc\n"
    assert sum(part.size for part in parts) == len(joined(parts).encode()) == 15
