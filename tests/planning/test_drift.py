"""Drift as values: what counts as an edit, and what a refreshed state leads to."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from values import AT, TARGET, Section, actions_in, address, applied, course, plan_of, state_of

from coursesync.applying.run import in_order
from coursesync.kinds.marker import marker_of
from coursesync.kinds.section import SECTION
from coursesync.nexudus.listing import Read
from coursesync.nexudus.records import Record
from coursesync.planning.drift import Finding, Stance, compare
from coursesync.planning.live_diff import differing, edits
from coursesync.planning.refreshed_state import judged, refreshed
from coursesync.state.state import CompleteCourse, Doubt, Entry, State
from coursesync.text import same_moment

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from coursesync.kinds.address import Address
    from coursesync.kinds.field import FieldValue
    from coursesync.planning.change import Change
    from coursesync.planning.drift import Drifted

LATER = "2025-02-01T08:00:00Z"
ONE, TWO, THREE = address("one"), address("two"), address("three")
TITLES = st.sampled_from(["One", "Two", "Three", "Four"])
HTML = st.sampled_from(["", "<p>Hi", "<p>Hi</p>", "<b>Hi</b>", "Hi<br/>", "Hi <br>", "&amp;"])
CHANGES: dict[str, st.SearchStrategy[FieldValue]] = {
    "Title": TITLES,
    "SectionContents": HTML,
    "DisplayOrder": st.integers(0, 50),
    "Active": st.booleans(),
    "CourseId": st.sampled_from([4711, 4712]),
}
WEB: dict[str, object] = {"image": "https://cdn.example.com/a.png"}


def record_of(entry: Entry, **changes: FieldValue) -> Record:
    """Return an entry's record on the server, changed only in these properties."""
    readable = {name: entry.known[name] for name in entry.known.keys() - _WRITE_ONLY}
    attributes = {**readable, **changes}
    parent = attributes["CourseId"]
    assert isinstance(parent, int)
    return Record(
        entry.id, parent, attributes, AT, LATER if changes else entry.updated_on, "them@x.example"
    )


_WRITE_ONLY = SECTION.write_only


def live(state: State, **changes: Mapping[str, FieldValue]) -> dict[str, Record]:
    """Return the server's records of a state, with changes by the keys of its sections."""
    return {
        each: record_of(entry, **changes.get(each.rpartition(".")[2], {}))
        for each, entry in state.entries.items()
    }


def look(state: State, records: Mapping[str, Record]) -> tuple[Drifted, ...]:
    return compare(state, records.values(), SECTION)


def findings(found: tuple[Drifted, ...]) -> list[tuple[str, str | None]]:
    return [(each.finding.value, each.address) for each in found]


def before(change: Change, name: str) -> FieldValue | None:
    """Return a property of the plan's change, as it was before."""
    return (change.before or {}).get(name)


def stranger(record_id: int = 9001, course_id: int = 4711, order: int = 15) -> Record:
    attributes: dict[str, FieldValue] = {
        "CourseId": course_id,
        "DisplayOrder": order,
        "Title": "Theirs",
    }
    return Record(record_id, course_id, attributes, AT, AT, None)


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("2025-01-15T10:30:00Z", "2025-01-15T10:30:00Z", True),
        ("2025-01-15T10:30:00Z", "2025-01-15T10:30:00", True),
        ("2025-01-15T10:30:00Z", "2025-01-15T11:30:00+01:00", True),
        ("2025-01-15T10:30:00Z", "2025-01-15T10:30:00.987Z", True),
        ("2025-01-15T10:30:00.98Z", "2025-01-15T10:30:00.987Z", True),
        ("2025-01-15T10:30:00.1234567Z", "2025-01-15T10:30:00.123456Z", True),
        ("2025-01-15T10:30:00.000Z", "2025-01-15T10:30:00.987Z", False),
        ("2025-01-15T10:30:00.986Z", "2025-01-15T10:30:00.987Z", False),
        ("2025-01-15T10:30:00Z", "2025-01-15T10:30:01Z", False),
        ("2025-01-15T10:30:00Z", None, False),
        (None, None, False),
        ("yesterday", "yesterday", False),
    ],
)
def test_times_are_compared_as_moments(one: str | None, other: str | None, expected: bool) -> None:  # noqa: FBT001 - a case
    """In any notation, at the precision of the coarser; a missing time is equal to nothing."""
    assert same_moment(one, other) is expected
    assert same_moment(other, one) is expected


@pytest.mark.parametrize(
    ("ours", "theirs", "html", "expected"),
    [
        (AT, AT, "<p>Other</p>", False),
        (AT, LATER, "<p>Other</p>", True),
        (AT, LATER, "", False),
        (None, LATER, "<p>Other</p>", True),
        (None, LATER, "", False),
        (AT, None, "<p>Other</p>", True),
    ],
)
def test_an_edit_of_contents_takes_another_time_and_other_words(
    ours: str | None,
    theirs: str | None,
    html: str,
    expected: bool,  # noqa: FBT001 - a case
) -> None:
    """Other HTML is no edit at the time of our write; the same HTML is no edit at any time."""
    entry = replace(state_of("One").entries[ONE], updated_on=ours)
    record = replace(record_of(entry, SectionContents=html), updated_on=theirs)

    assert bool(edits(entry, record, SECTION)) is expected


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("Title", "Other"),
        ("DisplayOrder", 99),
        ("UnlockType", 2),
        ("Active", False),
        ("CourseId", 4712),
    ],
)
def test_a_time_of_ours_excuses_nothing_but_contents(name: str, value: FieldValue) -> None:
    """The server rewrites HTML and nothing else; an update may also have had no effect at all."""
    state = state_of("One")
    record = replace(live(state, one={name: value})[ONE], updated_on=AT)
    found = compare(replace(state, entries=entries_at(state, AT)), [record], SECTION)

    assert [each.finding.is_drift for each in found] == [True]


def entries_at(state: State, at: str) -> dict[Address, Entry]:
    """Return the entries of a state, all with this time of the last write."""
    return {each: replace(entry, updated_on=at) for each, entry in state.entries.items()}


@pytest.mark.parametrize("written", [" One ", "One\n", "&#79;ne"])
def test_a_title_is_the_same_but_for_blanks_around_it_and_references(written: str) -> None:
    """A server may trim a title, and escape it."""
    state = state_of("One")

    assert compare(state, live(state, one={"Title": written}).values(), SECTION) == ()


def test_what_a_list_leaves_out_is_read_where_somebody_wrote_it_since() -> None:
    """A list may leave properties out; a record that nobody wrote after us is not read again."""
    state = state_of("One", "Two")
    state = replace(state, entries=entries_at(state, AT))
    certain = live(state, two={"SectionContents": "<p>Theirs</p>"})
    vague = {"SectionContents", "Active"}
    listed = [
        replace(
            record,
            attributes={n: v for n, v in record.attributes.items() if n not in vague},
            unknown=frozenset(vague),
        )
        for record in certain.values()
    ]
    asked: list[int] = []

    def confirm(ids: Collection[int]) -> Read:
        asked.extend(ids)
        return Read({record.id: replace(record, whole={}) for record in certain.values()})

    found = compare(state, listed, SECTION, confirm)

    assert asked == [certain[TWO].id]
    assert findings(found) == [("edited", TWO)]


MARKED = marker_of(state_of("One").target, 4711, ONE)


@pytest.mark.parametrize(
    ("twin", "expected"),
    [
        ({}, "twin"),
        ({"Title": " One"}, "twin"),
        ({"Title": "Uno"}, "collides"),
        ({"Title": "Uno", "DisplayOrder": 77}, "unmanaged"),
        ({"DisplayOrder": 77}, "twin"),
        ({"DisplayOrder": 77, "SectionContents": "<p>Else</p>"}, "unmanaged"),
    ],
)
def test_a_second_record_of_a_section_is_a_twin(twin: dict[str, FieldValue], expected: str) -> None:
    """A record with the title and contents sent for an address that has another Id is a twin."""
    state = state_of("One", "Two")
    second = replace(record_of(state.entries[ONE], **twin), id=9001)
    found = compare(state, [*live(state).values(), second], SECTION)

    assert [each.finding.value for each in found] == [expected]
    assert [each.record_id for each in found] == [9001]


def test_a_record_with_the_marker_of_a_section_is_a_twin_whatever_it_says() -> None:
    """A twin may have another order: two machines may have had two versions of the outline."""
    state = state_of("One", "Two")
    second = replace(record_of(state.entries[ONE], Title="Uno", DisplayOrder=5), id=9001)
    found = compare(state, [*live(state).values(), replace(second, marker=MARKED)], SECTION)

    assert [(each.finding, each.address) for each in found] == [(Finding.TWIN, ONE)]


def test_a_section_with_another_key_keeps_its_first_marker() -> None:
    """A twin carries the marker of the address at which both were created, also after a rename."""
    state = state_of("One")
    renamed = replace(state, entries={address("uno"): state.entries[ONE]})
    own = replace(record_of(state.entries[ONE]), marker=MARKED)
    second = replace(own, id=9001, attributes={**own.attributes, "Title": "Else"})

    assert [each.address for each in compare(renamed, [own, second], SECTION)] == [address("uno")]


def test_a_stranger_is_no_twin() -> None:
    """A record that a person called a stranger is no twin."""
    state = replace(state_of("One"), strangers={"section": (9001,)})
    second = replace(record_of(state.entries[ONE]), id=9001, marker=MARKED)
    found = compare(state, [*live(state).values(), second], SECTION)

    assert [each.finding.value for each in found] == ["collides"]


def test_a_record_that_was_never_ours_is_left_where_it_is() -> None:
    """A record in another course that never was ours (a wrong answer gave its Id) is left alone."""
    state = state_of(Section("One", contents="<p>Ours</p>"))
    theirs: dict[str, FieldValue] = {
        "CourseId": 4712,
        "Title": "Theirs",
        "SectionContents": "<p>Theirs</p>",
    }
    found = compare(state, live(state, one=theirs).values(), SECTION)

    assert [(each.finding, each.is_foreign) for each in found] == [(Finding.ELSEWHERE, True)]
    assert refreshed(state, found).entries == state.entries


def test_a_section_of_ours_that_was_moved_is_known_by_its_contents() -> None:
    """A record that someone moved is moved back to its course."""
    state = state_of(Section("One", contents="<p>Ours</p>"))
    found = compare(state, live(state, one={"CourseId": 4712, "Title": "Uno"}).values(), SECTION)

    assert [(each.finding, each.is_foreign) for each in found] == [(Finding.ELSEWHERE, False)]


def test_what_can_not_be_read_back_is_no_difference() -> None:
    """The picture's address is write-only, and contents that are null are none."""
    entry = state_of(Section("One", more=WEB)).entries[ONE]
    record = record_of(entry)
    bare = {
        name: record.attributes[name] for name in record.attributes.keys() - {"SectionContents"}
    }

    assert "NewImageUrl" in entry.known
    assert differing(entry.known, replace(record, attributes=bare), SECTION) == ()


@pytest.mark.parametrize("now", ["One", "Uno", None], ids=["as sent", "edited", "gone"])
def test_what_a_list_shows_otherwise_is_asked_for_by_its_id(now: str | None) -> None:
    """A list may lag: records that it shows as edited, moved or missing are read by Id."""
    state = state_of("One", "Two", "Three", "Four")
    listed = live(state, one={"Title": "Older"}, three={"CourseId": 4712})
    del listed[address("four")]
    certain = live(state, one={"Title": now or ""})
    asked: list[int] = []

    def confirm(ids: Collection[int]) -> Read:
        asked.extend(ids)
        known = {record.id: record for record in certain.values()}
        return Read({each: known[each] for each in ids if now or known[each] != certain[ONE]})

    found = compare(state, listed.values(), SECTION, confirm)

    assert sorted(asked) == sorted(listed[each].id for each in (ONE, THREE))
    expected = {"One": [], "Uno": [("edited", ONE)], None: [("deleted", ONE)]}[now]
    assert findings(found) == sorted([*expected, ("deleted", address("four"))], key=lambda f: f[1])


def test_drift_is_edited_deleted_or_moved() -> None:
    """Edited, deleted and moved are drift; rewritten, unmanaged and colliding are not."""
    state = state_of("One", "Two", "Three", "Four")
    records = live(
        state, one={"Title": "Uno"}, three={"CourseId": 4712}, four={"SectionContents": "x"}
    )
    del records[TWO]
    records[address("four")] = replace(records[address("four")], updated_on=AT)
    others = [stranger(), stranger(9002, order=40), stranger(9003, course_id=4712)]
    found = compare(state, [*records.values(), *others], SECTION)

    assert findings(found) == [
        ("normalised", address("four")),
        ("edited", ONE),
        ("moved", THREE),
        ("deleted", TWO),
        ("unmanaged", None),
        ("collides", None),
    ]
    assert [each.finding.is_drift for each in found] == [False, True, True, True, False, False]
    assert [each.record_id for each in found[-2:]] == [9001, 9002]
    assert found[-1].rivals == (address("four"),)


def test_ours_that_comes_to_the_place_of_another_of_ours_collides() -> None:
    """Beside the edit itself; two records that had one order when we wrote them do not collide."""
    state = state_of("One", "Two", "Three")
    found = look(state, live(state, one={"DisplayOrder": 30}))
    pinned = state_of(Section("One", pin=10), Section("Two", pin=20))

    assert findings(found) == [("edited", ONE), ("collides", ONE)]
    assert found[1].rivals == (THREE,)
    assert look(pinned, live(pinned)) == ()


def test_an_update_of_ours_that_was_cut_off_is_no_drift() -> None:
    """A record that has what our last attempt sent is no edit of others."""
    state = state_of("One")
    entry = state.entries[ONE]
    tried = replace(entry, attempted={**entry.known, "Title": "Uno"})
    state = replace(state, entries={ONE: tried})

    assert look(state, live(state, one={"Title": "Uno"})) == ()
    assert findings(look(state, live(state, one={"Title": "Ein"}))) == [("edited", ONE)]


def test_a_refreshed_state_plans_back_what_others_did() -> None:
    """An edited or moved record gets an update under its Id; a deleted one gets a create."""
    outline = course("One", "Two", "Three")
    state = applied(plan_of(outline))
    records = live(state, one={"Title": "Uno"}, three={"CourseId": 4712, "DisplayOrder": 10})
    del records[TWO]
    plan = plan_of(outline, refreshed(state, look(state, records)))

    assert actions_in(plan) == [("update", ONE), ("create", TWO), ("update", THREE)]
    assert [change.record_id for change in plan.changes] == [1001, None, 1003]
    assert [change.order for change in plan.changes] == [10, 20, 30]
    assert before(plan.changes[0], "Title") == "Uno"
    assert before(plan.changes[2], "CourseId") == 4712


def test_a_refreshed_course_is_read_again_and_nothing_else_changes() -> None:
    """Lineage and serial stay, because nothing is saved; courses without drift stay complete."""
    whole = {key: CompleteCourse(id=1, path=f"{key}.yaml", sources={}, title=key) for key in "cd"}
    state = replace(
        state_of(Section("One", more=WEB)), complete=whole, lineage="a-lineage", serial=7
    )
    after = refreshed(state, look(state, live(state, one={"Title": "Uno"})))
    gone = refreshed(state, look(state, {}))

    assert list(after.complete) == list(gone.complete) == ["d"]
    assert (after.lineage, after.serial, after.target) == ("a-lineage", 7, TARGET)
    assert after.entries[ONE].known["NewImageUrl"] == WEB["image"]
    assert after.entries[ONE].updated_on == LATER
    assert gone.entries == {}
    assert state.entries[ONE].known["Title"] == "One"


@pytest.mark.parametrize("order", [None, "ten"])
def test_an_order_that_can_not_be_read_stays_as_it_was_sent(order: str | None) -> None:
    """Whatever a server answers, a plan can be made of it."""
    outline = course("One")
    state = applied(plan_of(outline))
    record = record_of(state.entries[ONE], Title="Uno", DisplayOrder=order or "")
    if order is None:
        rest = {
            name: record.attributes[name] for name in record.attributes.keys() - {"DisplayOrder"}
        }
        record = replace(record, attributes=rest)
    after = refreshed(state, compare(state, [record], SECTION))

    assert after.entries[ONE].known["DisplayOrder"] == 10
    assert actions_in(plan_of(outline, after)) == [("update", ONE)]


def test_a_property_that_the_server_left_out_is_planned_back() -> None:
    """A property that is absent differs from what we sent."""
    outline = course("One")
    state = applied(plan_of(outline))
    record = record_of(state.entries[ONE], Title="One")
    rest = {name: record.attributes[name] for name in record.attributes.keys() - {"Active"}}
    after = refreshed(state, compare(state, [replace(record, attributes=rest)], SECTION))
    (change,) = plan_of(outline, after).changes

    assert before(change, "Active") is None
    assert change.attributes["Active"] is True


def test_the_same_html_in_other_letters_stays_as_it_was_sent() -> None:
    """Contents that mean the same stay as sent, or an edit of a title would update them, too."""
    state = state_of(Section("One", contents="<p>Hi</p>"))
    records = live(state, one={"Title": "Uno", "SectionContents": "<P>Hi\n</P>"})
    found = look(state, records)

    assert found[0].properties == ("Title",)
    assert refreshed(state, found).entries[ONE].known["SectionContents"] == "<p>Hi</p>"


def test_one_is_not_true() -> None:
    """1 and True differ, as they do in JSON, although they are equal in Python."""
    entry = state_of("One").entries[ONE]

    assert differing(entry.known, record_of(entry, Active=1), SECTION) == ("Active",)


def test_a_finding_has_the_outlines_stance() -> None:
    """The outline wants what was sent, something else, what the site has, or nothing any more."""
    state = state_of(*(Section(title, title.lower()) for title in ("One", "Two", "Three", "Four")))
    outline = course("One", Section("Zwei", "two"), Section("Drei", "three"))
    theirs = {"Title": "X"}
    records = live(state, one=theirs, two=theirs, three={"Title": "Drei"}, four=theirs)
    found = look(state, records)
    said = judged(found, plan_of(outline, refreshed(state, found)))

    assert {each.address: each.stance for each in said} == {
        ONE: Stance.AS_SENT,
        TWO: Stance.CHANGED,
        THREE: Stance.SAME,
        address("four"): Stance.NONE,
    }


def test_a_deleted_record_has_the_outlines_stance() -> None:
    """A deleted section never has the stance SAME."""
    state = state_of(*(Section(title, title.lower()) for title in ("One", "Two", "Three")))
    outline = course("One", Section("Zwei", "two"))
    found = look(state, {})
    said = judged(found, plan_of(outline, refreshed(state, found)))

    assert [each.stance for each in said] == [Stance.AS_SENT, Stance.NONE, Stance.CHANGED]


@st.composite
def worlds(draw: st.DrawFn) -> tuple[State, dict[str, Record]]:
    """Return a state, and a server on which others have changed, moved and removed sections."""
    sections = [
        Section(
            draw(TITLES), f"k{number}", contents=draw(HTML), more=draw(st.sampled_from([{}, WEB]))
        )
        for number in range(draw(st.integers(0, 4)))
    ]
    state = state_of(*sections)
    records = {}
    for each, entry in state.entries.items():
        changes = draw(st.fixed_dictionaries({}, optional=CHANGES))
        record = record_of(entry, **changes)
        stamp = draw(st.sampled_from([AT, LATER, None, "2025-01-15T10:30:00.5Z"]))
        if draw(st.integers(0, 4)):
            records[str(each)] = replace(record, updated_on=stamp)
    for number in range(draw(st.integers(0, 2))):
        records[f"stranger {number}"] = stranger(9001 + number, order=draw(st.integers(0, 50)))
    return state, records


@given(worlds())
def test_to_refresh_twice_is_to_refresh_once(world: tuple[State, dict[str, Record]]) -> None:
    """The state has what the site has, after a look."""
    state, records = world
    once = refreshed(state, look(state, records))
    again = look(once, records)

    assert refreshed(once, again) == once
    # what is gone was forgotten, and what was restored is as it was sent; an edit stays drift
    never = {Finding.GONE, Finding.RESTORED, Finding.TWIN, Finding.UNREADABLE}
    assert not never & {each.finding for each in again}


def test_an_edit_that_is_known_is_drift_until_it_is_taken_back() -> None:
    """What a saved refresh has seen is still not what was sent; changed back, it is no drift."""
    known = state_of("One")
    edited = live(known, one={"Title": "Uno"})
    seen = refreshed(known, look(known, edited))
    (still,) = look(seen, edited)
    (back,) = look(seen, live(known))

    assert (still.finding, still.properties) == (Finding.EDITED, ("Title",))
    assert still.edit is not None
    assert (still.edit.before or {})["Title"] == "One"
    assert back.finding is Finding.RESTORED
    assert refreshed(seen, [back]).entries[ONE].known == known.entries[ONE].sent


@given(worlds(), worlds())
def test_nothing_is_planned_where_the_site_equals_the_outline(
    world: tuple[State, dict[str, Record]], other: tuple[State, dict[str, Record]]
) -> None:
    """If others made the change that the outline wants, a refreshed plan is empty."""
    sent, wanted = world[0], other[0]
    sections = [
        Section(
            str(entry.known["Title"]),
            each.rpartition(".")[2],
            contents=str(entry.known["SectionContents"]),
            pin=int(entry.known["DisplayOrder"]),
        )
        for each, entry in wanted.entries.items()
        if each in sent.entries
    ]
    without = {each: _without_picture(entry) for each, entry in sent.entries.items()}
    state = replace(sent, entries=without)
    outline = course(*sections)
    kept = {
        each: record_of(state.entries[each], **_readable(wanted.entries[each]))
        for each in state.entries
        if each in wanted.entries
    }
    after = refreshed(state, compare(state, kept.values(), SECTION))
    changed = [
        change
        for change in plan_of(outline, after).changes
        if not _is_same_html(change.before, in_order(change.after) if change.after else None)
    ]

    assert changed == []


def _without_picture(entry: Entry) -> Entry:
    sent = {name: entry.known[name] for name in entry.known.keys() - _WRITE_ONLY}
    return replace(entry, sent=dict(sorted(sent.items())))


def _readable(entry: Entry) -> dict[str, FieldValue]:
    return {name: entry.known[name] for name in entry.known.keys() - _WRITE_ONLY}


def _is_same_html(
    before: Mapping[str, FieldValue] | None, after: Mapping[str, FieldValue] | None
) -> bool:
    """Return whether a change only writes the same HTML in another way, as an outline may do."""
    if before is None or after is None:
        return False
    entry = Entry(sent=dict(before), id=1)
    return differing(entry.known, Record(1, 4711, after, None, None, None), SECTION) == ()


@given(worlds())
def test_a_refreshed_plan_once_applied_puts_the_outline_in_place(
    world: tuple[State, dict[str, Record]],
) -> None:
    """After any changes by others, plan and apply lead to an empty plan and lose no existing Id."""
    state, records = world
    outline = course(
        *(
            Section(
                str(entry.known["Title"]),
                each.rpartition(".")[2],
                contents=str(entry.known["SectionContents"]),
            )
            for each, entry in state.entries.items()
        )
    )
    after = refreshed(state, look(state, records))
    done = applied(plan_of(outline, after), after)

    assert plan_of(outline, done).changes == ()
    for each, entry in state.entries.items():
        assert done.entries[each].sent["CourseId"] == 4711
        assert each not in records or done.entries[each].id == entry.id


@pytest.mark.parametrize(("unlock", "is_drift"), [(1, False), (2, False), (3, True)])
def test_days_count_only_where_a_section_is_timed(unlock: int, *, is_drift: bool) -> None:
    """Without a timed unlock, the days have no effect, and the API keeps any number."""
    state = state_of("One")
    sent = {**state.entries[ONE].known, "UnlockType": unlock}
    state = replace(state, entries={ONE: replace(state.entries[ONE], sent=sent)})
    found = compare(state, live(state, one={"UnlockAfterDays": 7}).values(), SECTION)

    assert [each.finding.is_drift for each in found] == [True] * is_drift


def test_a_create_in_doubt_that_is_there_twice_is_no_absence_of_drift() -> None:
    """Two records with the marker of a create in doubt are twins; a person chooses one."""
    state = state_of("One")
    lost = Doubt(
        sent={"CourseId": 4711},
        marker=marker_of(state.target, 4711, TWO),
        reason="",
        since=AT,
    )
    both = [replace(stranger(each), marker=lost.marker) for each in (9001, 9002)]
    state = replace(state, doubts={TWO: lost})
    found = compare(state, [*live(state).values(), *both], SECTION)

    assert [(each.finding, each.address, each.entry) for each in found] == [
        (Finding.TWIN, TWO, None)
    ] * 2


def test_a_twin_is_that_of_the_section_in_whose_place_it_is() -> None:
    """If two sections are alike, the twin is that of the one with the same order."""
    state = state_of(Section("One", key="one"), Section("One", key="uno"))
    order = state.entries[address("uno")].known["DisplayOrder"]
    second = replace(record_of(state.entries[ONE], DisplayOrder=order), id=9001)
    found = compare(state, [*live(state).values(), second], SECTION)

    assert [each.address for each in found if each.finding is Finding.TWIN] == [address("uno")]


def test_a_title_alone_is_no_evidence_if_the_contents_differ() -> None:
    """A moved record with our title is ours only if it has no contents, as ours had none."""
    state = state_of("One")
    theirs: dict[str, FieldValue] = {"CourseId": 4712, "SectionContents": "<p>Theirs</p>"}
    bare: dict[str, FieldValue] = {"CourseId": 4712}
    found = [compare(state, live(state, one=each).values(), SECTION) for each in (theirs, bare)]

    assert [[each.is_foreign for each in several] for several in found] == [[True], [False]]


@pytest.mark.parametrize(("sent", "has"), [(3, 1), (1, 3)])
def test_days_count_where_one_side_is_timed(sent: int, has: int) -> None:
    """A change of the days is reported together with a change of the rule."""
    state = state_of("One")
    attributes = {**state.entries[ONE].known, "UnlockType": sent}
    state = replace(state, entries={ONE: replace(state.entries[ONE], sent=attributes)})
    changed = {"UnlockAfterDays": 7, "UnlockType": has}
    (found,) = compare(state, live(state, one=changed).values(), SECTION)

    assert found.properties == ("UnlockAfterDays", "UnlockType")


def test_a_twin_is_known_however_its_html_is_written() -> None:
    """A twin is recognised even if the server rewrote the contents of both records, or of one."""
    state = state_of(Section("One", contents="<p>a</p>\n<p>b</p>"))
    second = replace(record_of(state.entries[ONE], SectionContents="<p>a</p><p>b</p >"), id=9001)
    found = compare(state, [*live(state).values(), second], SECTION)

    assert [each.finding for each in found] == [Finding.TWIN]
