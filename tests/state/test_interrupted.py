"""A journal's bytes: a cut-off run's journal is applied to its own state, or not at all."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from zlib import crc32

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shares import examples
from values import AT, EMPTY, TARGET, address, but

from coursesync.errors import StateError
from coursesync.kinds.address import Address
from coursesync.state.interrupted import Foreign, begun, catch_up, made_by
from coursesync.state.journal import Conclusion, Header, Intent, Move, Step, line
from coursesync.state.json_values import written
from coursesync.state.replay import fold
from coursesync.state.state import State

JOURNAL = Path("c/state.json.journal")
SAVED = replace(EMPTY, lineage="a-line", serial=3)
RUN = Header(lineage="a-line", serial=3, target=TARGET)
ONE, TWO = address("one"), address("two")


def intent(at: str = ONE) -> Intent:
    return Intent(
        action="create",
        address=Address(at),
        attributes={"CourseId": 4711, "DisplayOrder": 10, "Title": "Day one"},
        attempt=1,
        at=AT,
    )


def applied(at: str = ONE) -> Conclusion:
    return Conclusion(address=Address(at), outcome="applied", id=1001, at=AT)


def move(was: str, now: str) -> Move:
    return Move(to={Address(was): Address(now)}, at=AT)


def checked(body: bytes) -> bytes:
    """Write a line with a checksum that fits."""
    return body + f" {crc32(body):08x}\n".encode()


def journal(*records: Header | Step) -> bytes:
    """Return lines with valid checksums, even for records that can't be read again."""
    told = (json.dumps(written(each), separators=(",", ":")) for each in records)
    return b"".join(checked(each.encode()) for each in told)


def caught_up(content: bytes, saved: State = SAVED, checksum: str = "") -> State | Foreign:
    return catch_up(saved, content, JOURNAL, checksum)


def refusal(content: bytes, saved: State = SAVED) -> StateError:
    """Return the error with which a journal is refused."""
    with pytest.raises(StateError) as caught:
        caught_up(content, saved)
    return caught.value


def test_a_line_is_a_record_and_its_checksum() -> None:
    """A line is JSON, a space, eight digits and a line end."""
    told = f'"lineage":"a-line","serial":3,"target":"{TARGET}"'

    assert line(RUN) == checked(f'{{"record":"header","format":3,{told}}}'.encode())


@pytest.mark.parametrize(
    "record",
    [
        but(applied(), id=0),
        but(applied(), id=2**63),
        but(applied(), reason="\ud800"),
        but(intent(), attributes={"Title": None}),
        but(intent(), attempt=0),
        intent("section.c"),
        move(ONE, "section.c.x y"),
    ],
)
def test_what_could_not_be_read_again_is_not_written(record: Step) -> None:
    """A line that can't be read again is refused: it would lose all Ids before it."""
    with pytest.raises((ValueError, TypeError)):
        line(record)


def test_a_checksum_has_leading_zeros() -> None:
    """The checksum always has eight digits."""
    runs = (replace(RUN, serial=number) for number in range(1_000))
    small = next(run for run in runs if crc32(line(run).rpartition(b" ")[0]) < 2**28)

    assert line(small).rpartition(b" ")[2].startswith(b"0")
    saved = replace(SAVED, serial=small.serial)
    assert caught_up(line(small), saved) == saved


@pytest.mark.parametrize("torn", [b"", b'{"record":"ou', line(applied())[:-1]])
def test_a_cut_off_run_is_carried_into_its_state(torn: bytes) -> None:
    """All whole lines count; a last line without its end was never confirmed."""
    steps: list[Step] = [intent(), applied(), intent(TWO)]

    assert caught_up(journal(RUN, *steps) + torn) == fold(SAVED, steps)


@pytest.mark.parametrize("content", [b"", b"{", line(RUN)[:-1]])
def test_a_journal_without_a_line_changes_nothing(content: bytes) -> None:
    """A run that was cut off within its first line has done nothing."""
    assert caught_up(content) is SAVED


@pytest.mark.parametrize("number", [1, 2, 3])
def test_an_end_that_became_something_else_is_damage(number: int) -> None:
    """A last line with another line end is damage, because the whole line was once confirmed."""
    content = journal(*(RUN, intent(), applied())[:number])

    error = refusal(content[:-1] + b"\x0b")

    assert error.problem == f"the journal {JOURNAL} is damaged at line {number}"


@pytest.mark.parametrize(
    ("content", "number"),
    [
        (checked(b"{}"), 1),
        (checked(b"[]"), 1),
        (checked(b"{"), 1),
        (checked(b"[" * 100_000), 1),
        (journal(intent()), 1),
        (line(RUN).replace(b"a-line", b"b-line"), 1),
        (journal(RUN, RUN), 2),
        (journal(RUN, applied()), 2),
        (journal(RUN, intent(), applied(TWO)), 3),
        (journal(RUN, intent(), applied(), applied()), 4),
        (journal(RUN, intent(), intent(TWO), applied()), 4),
        (journal(RUN, intent("section.c")), 2),
        (journal(RUN, intent("quiz.c.one")), 2),
        (journal(RUN, intent(), move("quiz.c.one", TWO)), 3),
        (journal(RUN, intent(), move(ONE, "quiz.c.one")), 3),
        (journal(RUN, intent()) + line(applied()).replace(b"1001", b"1002"), 3),
        (journal(RUN, intent()) + b"\n", 3),
        (journal(RUN) + checked(b'{"record":"perhaps"}'), 2),
    ],
)
def test_damage_is_reported_with_its_line(content: bytes, number: int) -> None:
    """If lines are missing, doubled or changed, the message names the first line that shows it."""
    error = refusal(content)

    assert error.problem == f"the journal {JOURNAL} is damaged at line {number}"
    assert "look in Nexudus" in str(error.remedy)


@pytest.mark.parametrize(("version", "told"), [(4, "4"), ("9" * 30, "9" * 19 + "…")])
def test_another_format_is_reported_as_such(version: object, told: str) -> None:
    """The journal of a newer coursesync is not damaged; the message has its version, shortened."""
    error = refusal(checked(json.dumps({"record": "else", "format": version}).encode()))

    assert error.problem == f"the journal {JOURNAL} has the format {told}; this coursesync reads 3"
    assert error.remedy == "Install the coursesync that wrote it, or a newer one."


def test_another_format_without_its_checksum_is_damage() -> None:
    """A version is believed only if the line is whole."""
    assert refusal(line(RUN).replace(b'"format":3', b'"format":4')).problem.endswith("at line 1")


@pytest.mark.parametrize(
    "update",
    [
        {"lineage": "b-line"},
        {"target": "https://other.example"},
        {"serial": 2},
        {"serial": 4},
        {"serial": 0, "lineage": ""},
    ],
)
def test_the_journal_of_another_state_is_not_folded_in(update: dict[str, object]) -> None:
    """A journal with another lineage, target or serial, or without a state, is not applied."""
    steps: list[Step] = [intent(), applied()]
    content = journal(RUN, *steps) + b"damaged\n"
    found = caught_up(content, but(SAVED, **update))

    assert isinstance(found, Foreign)
    assert found.why == "began from another state"
    assert made_by(content, TARGET) == fold(State(target=TARGET), steps)
    assert made_by(content, "https://other.example") == State(target="https://other.example")


def test_the_journal_of_a_branchs_state_is_not_folded_into_its_sister() -> None:
    """Two states with one lineage and one serial are distinguished by their checksums."""
    run = replace(RUN, checksum="a" * 64)
    content = journal(run, intent(), applied())

    assert caught_up(content, checksum="a" * 64) == fold(SAVED, [intent(), applied()])
    assert caught_up(content, checksum="b" * 64) == Foreign(
        "began from another state", JOURNAL.with_name(f"{JOURNAL.name}-{'a' * 12}")
    )


def test_an_earlier_journal_is_known_by_lineage_and_serial() -> None:
    """A journal of format 1, without a checksum, is applied by lineage and serial."""
    content = checked(json.dumps(written(replace(RUN, format=1))).encode()) + line(intent())

    assert caught_up(content, checksum="b" * 64) == fold(SAVED, [intent()])


@pytest.mark.parametrize(
    "content",
    [
        b"hello",
        b"\n",
        b"\0" * 4096,
        b"version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n",
        b'{"checksum": "x"}\n',
        b"00000000\n",
        b"<<<<<<< HEAD\n" + journal(RUN, intent()) + b"=======\n" + journal(RUN) + b">>>>>>> b\n",
    ],
)
def test_what_no_run_wrote_is_set_aside(content: bytes) -> None:
    """A file of conflict markers, or of something else, is another's journal, not a damaged one."""
    assert isinstance(caught_up(content), Foreign)
    assert begun(content, JOURNAL) is None


def test_both_sides_of_a_conflict_are_searched_for_records() -> None:
    """Every readable line of a conflict is used to look for records."""
    sides = [journal(RUN, intent(), applied()), journal(replace(RUN, serial=9), intent(TWO))]
    content = b"<<<<<<< HEAD\n" + sides[0] + b"=======\n" + sides[1] + b">>>>>>> theirs\n"
    made = made_by(content, TARGET)

    assert (list(made.entries), list(made.doubts)) == ([ONE], [TWO])


def test_line_ends_of_windows_do_a_journal_no_harm() -> None:
    """A journal is read even if git has changed its line ends."""
    content = journal(RUN, intent(), applied())

    assert caught_up(content.replace(b"\n", b"\r\n")) == caught_up(content)


STEPS = st.lists(
    st.sampled_from([intent(), applied(), intent(TWO), applied(TWO), move(ONE, TWO)]), max_size=6
)


@given(
    run=st.builds(
        Header,
        checksum=st.none() | st.sampled_from(["a" * 64, "b" * 64]),
        lineage=st.sampled_from(["a-line", "b-line"]),
        serial=st.integers(1, 4),
        target=st.sampled_from([TARGET, "https://other.example"]),
    ),
    steps=STEPS,
    serial=st.integers(0, 4),
    checksum=st.sampled_from(["a" * 64, "b" * 64]),
)
@settings(deadline=None, max_examples=examples(300))
def test_a_journal_is_folded_into_the_state_it_was_begun_from_and_no_other(
    run: Header, steps: list[Step], serial: int, checksum: str
) -> None:
    """Beside any state, a journal is applied, known already, or set aside, and never lost."""
    saved = replace(SAVED, serial=serial)
    is_own = (run.lineage, run.serial, run.target) == ("a-line", serial, TARGET) and (
        run.checksum in {None, checksum}
    )
    content = journal(run, *steps)
    try:
        found = caught_up(content, saved, checksum)
    except StateError:  # a line that can't follow the one before it
        assert is_own
        return
    if is_own:
        assert found == fold(saved, steps)
    elif isinstance(found, State):
        assert found is saved
        assert fold(saved, [s for s in steps if not isinstance(s, Move)]).entries == saved.entries


def test_a_newer_state_that_knows_all_is_taken_as_it_stands() -> None:
    """If a run was cut off after the save, its journal changes nothing."""
    steps: list[Step] = [intent(), applied()]
    newer = replace(fold(SAVED, steps), serial=4)

    assert caught_up(journal(RUN, *steps), newer) is newer


@pytest.mark.parametrize(
    "lacking",
    [
        replace(SAVED, serial=4),
        replace(fold(SAVED, [intent(), replace(applied(), id=1002)]), serial=4),
        replace(
            fold(SAVED, [replace(intent(), attributes={"Title": "Day two"}), applied()]), serial=4
        ),
    ],
)
def test_a_newer_state_that_lacks_a_journals_records(lacking: State) -> None:
    """A journal that knows more than the state is kept."""
    assert isinstance(caught_up(journal(RUN, intent(), applied()), lacking), Foreign)


def test_the_header_of_a_journal() -> None:
    """The first line identifies the state that the run began from, whatever follows."""
    assert begun(journal(RUN, intent()), JOURNAL) == RUN
    assert begun(b"", JOURNAL) is None
    assert begun(journal(RUN)[:-1], JOURNAL) is None


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (journal(RUN)[:-2] + b"\n", "is damaged at line 1"),
        (journal(intent()), "is damaged at line 1"),
        (
            checked(b'{"record":"header","format":4}'),
            "has the format 4; this coursesync reads 3",
        ),
    ],
)
def test_a_header_that_is_none(content: bytes, problem: str) -> None:
    """The message says whether the first line is damaged, missing or a newer coursesync's."""
    with pytest.raises(StateError) as caught:
        begun(content, JOURNAL)

    assert caught.value.problem.startswith(f"the journal {JOURNAL} {problem}")
