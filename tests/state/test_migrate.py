"""What every earlier coursesync wrote is read, and carried over by the next save.

`recorded` has a state of each form that there was, and the journals of those since which they are
the same; each was written by the coursesync of its time.
"""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING
from zlib import crc32

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shares import examples
from values import TARGET

from coursesync.errors import StateError
from coursesync.kinds import ITEMS
from coursesync.kinds.address import Address
from coursesync.state.interrupted import catch_up
from coursesync.state.journal import line, record_in
from coursesync.state.state import Entry, State
from coursesync.state.state_text import checksum_of, parse, serialise

if TYPE_CHECKING:
    from coursesync.state.json_values import Sent

RECORDED = Path(__file__).with_name("recorded")
STATES = sorted(RECORDED.glob("*.json"))
JOURNALS = sorted(RECORDED.glob("*.journal"))
ONE, MOVED, BROUGHT, THREE, FOUR, FIVE = (
    Address(f"section.c.{key}") for key in ("one", "moved", "brought", "three", "four", "five")
)
TOUR = Address("lesson.c.one.tour")
SENT: Sent = {
    "Active": True,
    "CourseId": 4711,
    "DisplayOrder": 10,
    "SectionContents": "<p>Hi</p>",
    "Title": "One",
    "UnlockAfterDays": 0,
    "UnlockType": 1,
}
HAS: dict[Address, Sent] = {
    ONE: SENT,
    MOVED: {**SENT, "CourseId": 4712, "DisplayOrder": 20, "Title": "Two"},
    BROUGHT: {**SENT, "DisplayOrder": 30, "Title": "Brought"},
}


LINES = sorted({each for path in JOURNALS for each in path.read_bytes().splitlines()})
# the records of all earlier forms, and those of the present one
RECORDS = [
    json.loads(each.rpartition(b" ")[0])
    for former in LINES
    if (record := record_in(former)) is not None
    for each in (former, line(record).rstrip())
]
VALUES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.sampled_from(["", "section.c.one", "section.c", "no.kind.at.all", "\ud800"]),
    st.just({}),
    st.just([]),
)


@st.composite
def damaged_records(draw: st.DrawFn) -> dict[str, object]:
    """Return a record of a journal, of which up to three fields are lost or have another value."""
    record: dict[str, object] = json.loads(json.dumps(draw(st.sampled_from(RECORDS))))
    for _ in range(draw(st.integers(1, 3))):
        inside = [each for each in record.values() if isinstance(each, dict) and each]
        fields = draw(st.sampled_from([record, *inside]))
        name = draw(st.sampled_from(sorted(fields)) if fields else st.just("record"))
        if draw(st.booleans()):
            fields[name] = draw(VALUES)
        else:
            fields.pop(name, None)
    return record


def read(path: Path) -> State:
    return parse(path.read_bytes(), path)


def as_saved(state: State) -> State:
    """Return a state after it was written and read again."""
    return parse(serialise(state), Path("state.json"))


@pytest.mark.parametrize("path", STATES, ids=lambda each: each.stem)
def test_a_state_of_an_earlier_form_keeps_all_that_it_knows(path: Path) -> None:
    """The records have what they were known to have, in the courses where they are managed."""
    state = read(path)
    known = {at: entry.known for at, entry in state.entries.items() if at != TOUR}
    homes = {at: entry.sent["CourseId"] for at, entry in state.entries.items()}

    assert known == {at: has for at, has in HAS.items() if at in known}
    assert known.keys() >= {ONE, MOVED}
    assert set(homes.values()) == {4711}
    assert (state.entries[ONE].id, state.entries[MOVED].id) == (1001, 1002)
    assert state.entries[MOVED].seen == {"CourseId": 4712}
    assert state.doubts[THREE].sent == {**SENT, "DisplayOrder": 40, "Title": "Three"}
    assert list(state.complete) == ["d"]


def test_what_later_forms_added_is_kept() -> None:
    """Doubts, strangers of every kind, lessons and imported records are carried over."""
    state = read(RECORDED / "7.json")

    assert (state.doubts[THREE].attempts, state.doubts[THREE].marker) == (2, "coursesync:1")
    assert [each.id for each in state.doubts[THREE].candidates] == [7]
    assert state.strangers == {"lesson": (6,), "section": (5,)}
    assert [state.strangers_of(kind) for kind in ITEMS.values()] == [(5,), (6,)]
    assert state.entries[TOUR].sent["SectionId"] == 1001
    assert state.entries[BROUGHT].sent == {"CourseId": 4711}
    assert state.entries[MOVED].unsure
    assert state.entries[MOVED].protected


@pytest.mark.parametrize("path", STATES, ids=lambda each: each.stem)
def test_a_save_carries_a_state_over(path: Path) -> None:
    """The next save has the present form, all of the state, and stays as it is."""
    state = read(path)
    saved = json.loads(serialise(state))

    assert saved["format"] == 2
    assert list(saved) == sorted(saved)
    assert not {"courses", "strangers_inside"} & saved.keys()
    assert "parent_id" not in str(saved)
    again = as_saved(state)
    assert replace(again, entries=dict(again.entries)) == replace(
        state, entries=dict(state.entries)
    )
    assert serialise(again) == serialise(state)


@pytest.mark.parametrize("path", JOURNALS, ids=lambda each: each.stem)
def test_a_journal_of_an_earlier_form_is_applied(path: Path) -> None:
    """A run that an earlier coursesync left unfinished is taken up: no Id of it is lost."""
    beside = path.with_suffix(".json")
    before = read(beside)
    after = catch_up(before, path.read_bytes(), path, checksum_of(beside.read_bytes()))

    assert isinstance(after, State)
    assert after.entries[FOUR] == Entry(
        sent={**SENT, "DisplayOrder": 50, "Title": "Four"},
        id=1004,
        unconfirmed=True,
        updated_on="2025-01-15T10:30:00Z",
    )
    assert after.entries[THREE].id == 1005
    assert list(after.doubts) == [FIVE]
    assert after.doubts[FIVE].sent["CourseId"] == 4711
    assert dict(as_saved(after).entries) == dict(after.entries)


@pytest.mark.parametrize("name", ["1.json", "7.json"])
def test_a_damaged_state_of_an_earlier_form_is_refused(name: str) -> None:
    """No byte of it can be changed or lost, and no end of it cut off, without being noticed."""
    path = RECORDED / name
    whole = path.read_bytes()
    for at in range(len(whole)):
        for damaged in (
            whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :],
            whole[:at] + whole[at + 1 :],
            whole[:at],
        ):
            with pytest.raises(StateError):
                parse(damaged, path)


@settings(deadline=None, max_examples=examples(2000))
@given(record=damaged_records())
def test_a_damaged_record_with_a_checksum_is_read_or_refused(record: dict[str, object]) -> None:
    """A record of any form, under a valid checksum, is a record that can be written, or None."""
    body = json.dumps(record).encode()
    found = record_in(body + f" {crc32(body):08x}".encode())

    assert found is None or record_in(line(found).rstrip()) == found


def test_what_is_in_no_course_is_refused() -> None:
    """An entry or a doubt of the present form without its course is refused."""
    state = read(RECORDED / "1.json")
    entry = replace(state.entries[ONE], sent={"Title": "One"})

    assert state.target == TARGET
    with pytest.raises(StateError):
        as_saved(replace(state, entries={ONE: entry})).entries[ONE]
    with pytest.raises(StateError):
        as_saved(replace(state, doubts={THREE: replace(state.doubts[THREE], sent={})}))
