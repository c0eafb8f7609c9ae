"""Which record a create made: which fit, which are candidates, and which prove nothing."""

from __future__ import annotations

import json
from dataclasses import replace
from html import escape
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shares import bounded_time, examples
from values import AT, address

from coursesync.applying.recognise import Absent, Found, Unclear, recognise
from coursesync.applying.sought import Sought
from coursesync.kinds.html import same_html
from coursesync.kinds.marker import marker_of
from coursesync.kinds.section import SECTION
from coursesync.nexudus.exchange import Exchange
from coursesync.nexudus.records import Record, endpoint_of, read_page
from coursesync.planning.action import Action
from coursesync.planning.change import Change
from coursesync.planning.live_diff import entry_of, fits
from coursesync.state.state import Candidate, Doubt

if TYPE_CHECKING:
    from coursesync.kinds.field import Attributes, FieldValue

SENT: dict[str, FieldValue] = {
    "Active": True,
    "CourseId": 4711,
    "DisplayOrder": 10,
    "SectionContents": "<p>Hello &amp; welcome</p>",
    "Title": "Welcome",
    "UnlockAfterDays": 0,
    "UnlockType": 1,
}
LONG_AGO = "2020-01-01T00:00:00Z"
words = st.text("aäß& <>é\U0001f3e1x", max_size=12)
sections = st.fixed_dictionaries(
    {
        "Active": st.booleans(),
        "CourseId": st.integers(1, 2**31 - 1),
        "DisplayOrder": st.integers(-(2**31), 2**31 - 1),
        "SectionContents": st.text(max_size=40) | st.lists(words).map("<p>".join),
        "Title": st.text(min_size=1, max_size=20),
        "UnlockAfterDays": st.integers(0, 365),
        "UnlockType": st.sampled_from([1, 2, 3]),
    },
    optional={
        "NewImageUrl": st.just("https://cdn.example.com/a.png"),
        "ClearImageFile": st.sampled_from([True]),
    },
)


def wanted(
    attributes: Attributes = SENT,
    since: str = AT,
    key: str = "welcome",
    marker: str | None = None,
    attempts: int = 1,
) -> Sought:
    change = Change(Action.CREATE, address(key), SECTION, 4711, after=attributes)
    doubt = Doubt(sent=attributes, marker=marker, reason="", since=since, attempts=attempts)
    return Sought(change, doubt)


def record(number: int = 1, created: str | None = LONG_AGO, **changed: FieldValue) -> Record:
    return Record(number, 4711, {**SENT, **changed}, created, created, "ada@space.example")


def as_read(attributes: Attributes) -> Attributes:
    """Return a record that a create made, as a search shows it."""
    raw = {**attributes, "Id": 7, "NewImageUrl": None, "ClearImageFile": None, "CreatedOn": AT}
    page = {"Records": [raw], "TotalItems": 1, "TotalPages": 1}
    headers = {"content-type": "application/json; charset=utf-8"}
    answer = Exchange(sent=True, status=200, headers=headers, body=json.dumps(page).encode())
    return read_page(answer, endpoint_of(SECTION)).records[7].attributes


@settings(deadline=None, max_examples=examples(150))
@given(sections)
def test_what_a_create_made_always_fits(sent: dict[str, FieldValue]) -> None:
    """A record that has what was sent is recognised, whatever was sent."""
    assert fits(wanted(sent).attributes, as_read(sent), SECTION)


@settings(deadline=None, max_examples=examples(150))
@given(sections, st.data())
def test_one_field_that_differs_never_fits(
    sent: dict[str, FieldValue], data: st.DataObject
) -> None:
    """A record that differs in any one readable field is not recognised."""
    # no tag or comment stays open, to swallow what comes after it
    sent["SectionContents"] = escape(str(sent["SectionContents"]))
    name = data.draw(st.sampled_from(sorted(set(sent) - SECTION.write_only)))
    others: dict[str, st.SearchStrategy[FieldValue]] = {
        "Active": st.just(not sent["Active"]),
        "SectionContents": st.just(f"{sent['SectionContents']} <p>more</p>"),
        "Title": st.text(max_size=20),
    }
    other = others.get(name, st.integers(1, 1000))
    value: FieldValue = data.draw(other.filter(lambda drawn: drawn != sent[name]))

    assert not fits(wanted(sent).attributes, as_read({**sent, name: value}), SECTION)


@pytest.mark.parametrize("name", sorted(SENT))
def test_a_field_that_is_missing_or_of_another_type_does_not_fit(name: str) -> None:
    """1 is not True, and a missing property differs from what was sent."""
    without = {each: value for each, value in SENT.items() if each != name}
    other = int(SENT[name]) if isinstance(SENT[name], bool) else f"{SENT[name]}?"

    assert not fits(wanted().attributes, without, SECTION)
    assert not fits(wanted().attributes, {**SENT, name: other}, SECTION)


def test_contents_that_are_empty_may_be_missing() -> None:
    """A section is recognised even if the server stores empty contents as null."""
    sent = {**SENT, "SectionContents": ""}
    without = {name: value for name, value in sent.items() if name != "SectionContents"}

    assert fits(wanted(sent).attributes, without, SECTION)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("<p>a</p>", "<p>a</p>\n"),
        ("<p>a</p><p>b</p>", "<p>a</p>\n\n<p>b</p>"),
        ("<p>a  b</p>", "<p>a\nb</p>"),
        ("<p>&amp; &eacute;</p>", "<p>&#38; é</p>"),
        ("<P CLASS='x'>a</P>", '<p class="x">a</p>'),
        ("<a href=x title=y>a</a>", '<a title="y" href="x">a</a>'),
        ("a<br>b", "a<br />b"),
        ("<p>a<!-- note --></p>", "<p>a</p>"),
    ],
)
def test_the_same_html_otherwise_written(one: str, other: str) -> None:
    """Spaces, quotes, entities, the case of tags, and comments make no difference."""
    assert same_html(one, other)
    assert same_html(other, one)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("<p>a</p>", "<p>b</p>"),
        ("<p>a</p>", "<div>a</div>"),
        ("<p>a</p>", "<p>a"),
        ("<p class=x>a</p>", "<p>a</p>"),
        ("<a href=x>a</a>", "<a href=y>a</a>"),
        ("<p>a b</p>", "<p>ab</p>"),
        ("&lt;p&gt;", "<p>"),
        ("", "<p></p>"),
    ],
)
def test_other_html(one: str, other: str) -> None:
    """Other words, tags or attributes are other contents."""
    assert not same_html(one, other)
    assert not same_html(other, one)


@settings(deadline=None, max_examples=examples(150))
@given(st.text("<>!?/-[]&;#='\" abCDATA", max_size=30), st.text("<![]a", max_size=8))
def test_no_html_is_too_odd_to_be_compared(one: str, other: str) -> None:
    """Any text that somebody typed into Nexudus can be compared, and equals itself."""
    assert same_html(one, one)
    assert same_html(one, other) == same_html(other, one)


@pytest.mark.parametrize("since", ["", AT])
def test_the_one_that_fits_is_found(since: str) -> None:
    """The only record that fits is recognised, among any number of older ones."""
    found = recognise([wanted(since=since)], [record(1), record(2, Title="Another")])

    assert found == {address("welcome"): Found(record(1))}


def test_several_that_fit_are_for_a_person() -> None:
    """If two records fit, neither is recognised, and both are named."""
    found = recognise([wanted()], [record(1), record(2)])[address("welcome")]

    assert found == Unclear("more than one record matches it", (record(1), record(2)))


def test_one_that_fits_two_creates_is_for_a_person() -> None:
    """A record that fits two creates is given to neither; each of them names the other."""
    found = recognise([wanted(), wanted(key="other")], [record(1)])
    shared = Unclear("another section of the outline matches its record too", (record(1),))

    assert found == {address("welcome"): shared, address("other"): shared}


@pytest.mark.parametrize("since", ["", AT])
@pytest.mark.parametrize("title", ["welcome", "  WELCOME ", "Welcome"])
def test_one_of_that_title_is_near(title: str, since: str) -> None:
    """A record with the same title, in any spelling, is a candidate."""
    near = record(1, Title=title, DisplayOrder=20)
    found = recognise([wanted(since=since)], [near])[address("welcome")]

    assert found == Unclear(
        "the course already has a similar section that differs from the outline", (near,)
    )


@pytest.mark.parametrize(
    "title",
    [
        "Cafe\u0301 & bar, upstairs",
        "caf\u00e9 & bar",
        "CAF\u00c9\u200b & bar, upstairs",
    ],
)
def test_what_a_server_may_have_rewritten_is_near(title: str) -> None:
    """A title that came back in another Unicode form, or cut off, is still a candidate."""
    sent = {**SENT, "Title": "Caf\u00e9 & bar, upstairs"}
    found = recognise([wanted(sent)], [record(1, None, Title=title)])[address("welcome")]

    assert isinstance(found, Unclear)


def test_what_was_not_there_when_it_was_sent_is_near() -> None:
    """A record that appeared after the create was sent is a candidate, whatever its time says."""
    old = record(1, "2020-01-01T00:00:00Z", Title="Something else", DisplayOrder=90)
    sent = replace(wanted(), before=frozenset({2}))

    assert isinstance(recognise([sent], [old])[address("welcome")], Unclear)


@pytest.mark.parametrize(
    ("created", "near"),
    [
        ("2025-01-15T10:30:05Z", True),
        ("2025-01-15T10:26:00Z", True),
        ("2025-01-15T10:24:00Z", False),
        ("2025-01-15T11:26:00+01:00", True),
        ("2025-01-15T10:31:00", True),
        ("2025-01-15", False),
        ("yesterday", True),
        (None, True),
    ],
)
def test_what_appeared_at_that_time_is_near(
    created: str | None,
    near: bool,  # noqa: FBT001 - a table's column
) -> None:
    """A record made since five minutes before the create, or at an unknown time, is a candidate."""
    other = record(1, created, Title="Something else", DisplayOrder=90)
    found = recognise([wanted()], [other])[address("welcome")]

    assert isinstance(found, Unclear if near else Absent)


def test_what_appeared_lately_is_nothing_to_a_create_that_was_not_sent() -> None:
    """Before the first create of a course only likeness counts, not time."""
    other = record(1, None, Title="Something else", DisplayOrder=90)

    assert recognise([wanted(since="")], [other]) == {address("welcome"): Absent()}


def test_a_record_that_is_anothers_is_not_near() -> None:
    """A record that fits one create is no candidate for the other creates of its course."""
    other = {**SENT, "Title": "Second", "DisplayOrder": 20}
    second = wanted(other, key="second")
    found = recognise([wanted(), second], [record(1, AT), record(2, AT, **other)])

    assert found == {
        address("welcome"): Found(record(1, AT)),
        second.address: Found(record(2, AT, **other)),
    }


@settings(deadline=None, max_examples=examples(200))
@given(
    st.lists(st.sampled_from(["Welcome", "welcome", "Other", "More"]), max_size=6), st.booleans()
)
def test_no_record_is_found_for_two_creates(titles: list[str], sent_already: bool) -> None:  # noqa: FBT001 - drawn
    """A record is the finding of one create at the most, whatever the server has."""
    creates = [
        wanted({**SENT, "Title": title}, AT if sent_already else "", f"k{number}")
        for number, title in enumerate(["Welcome", "Other", "Welcome"])
    ]
    records = [record(number, AT, Title=title) for number, title in enumerate(titles, 1)]
    found = [
        each.record.id for each in recognise(creates, records).values() if isinstance(each, Found)
    ]

    assert len(found) == len(set(found))
    assert all(titles.count(records[each - 1].attributes["Title"]) == 1 for each in found)  # type: ignore[arg-type]


LONG = 200_000
AWKWARD = {
    "conditional comments": "<![if >" * LONG,
    "sections": "<![cdata[ >" * LONG,
    "instructions": "<?x >" * LONG,
    "a reference": f"&#{'9' * 5_000};",
    "a reference in an attribute": f"<a b='&#{'9' * 5_000};'>",
    "marks": "a" + "\u0301\u0316" * LONG,
}


@pytest.mark.parametrize("awkward", AWKWARD)
def test_long_titles_and_contents_are_compared_quickly(awkward: str) -> None:
    """A look ends soon, whatever titles and contents the server has."""
    text = AWKWARD[awkward]
    there = [record(1, Title=text), record(2, SectionContents=text)]
    with bounded_time(5):
        found = recognise([wanted({**SENT, "Title": "Other"})], there)[address("welcome")]

    assert isinstance(found, Unclear)


@pytest.mark.parametrize("figures", ["38", "0" * 5_000 + "38"])
def test_a_reference_is_read_however_long_it_is(figures: str) -> None:
    """A character reference with leading zeros is the same character."""
    assert same_html("<p>a & b</p>", f"<p>a &#{figures}; b</p>")


def candidate(**changed: FieldValue) -> Candidate:
    return Candidate(attributes={**SENT, **changed}, id=7, updated_on=AT)


def doubt(*candidates: Candidate) -> Doubt:
    return Doubt(sent=SENT, candidates=tuple(candidates), reason="x", since=AT)


def test_a_chosen_candidate_that_differs_is_kept_as_it_is() -> None:
    """The entry has what the server has, so that the next plan shows the difference."""
    entry = entry_of(doubt(candidate(Title="welcome")), 7, address("welcome"))

    assert entry.known["Title"] == "welcome"
    assert (entry.id, entry.sent, entry.updated_on) == (7, SENT, AT)


@pytest.mark.parametrize(
    "left", [doubt(), doubt(candidate(SectionContents="<p>Hello & welcome</p>\n"))]
)
def test_a_chosen_record_that_fits_is_what_was_sent(left: Doubt) -> None:
    """A chosen record that fits, or that is no candidate, is taken to have what was sent."""
    assert entry_of(left, 7, address("welcome")).known == SENT


@settings(deadline=None, max_examples=examples(150))
@given(st.text("<>!?/-[]&;#='\" abCDATA", max_size=30), st.text("<![]a", max_size=8))
def test_html_says_the_same_whatever_its_blanks(one: str, other: str) -> None:
    """A second blank changes nothing, and it does not matter which of two comes first."""
    assert same_html(one, one.replace(" ", "  "))
    assert same_html(one, other) == same_html(other, one)


MARKER = marker_of("http://localhost", 4711, address("welcome"))


def test_a_marker_that_was_read_back_is_certain() -> None:
    """The record that carries the marker is recognised, even if others have rewritten it."""
    marked = replace(record(1, None, Title="Else", DisplayOrder=70), marker=MARKER)
    found = recognise([wanted(marker=MARKER)], [record(2, None, Title="Welcome"), marked])

    assert found == {address("welcome"): Found(marked)}


def test_two_records_with_one_marker_are_left_to_a_person() -> None:
    """Two machines created the section at the same time."""
    both = tuple(replace(record(each, None), marker=MARKER) for each in (1, 2))
    found = recognise([wanted(marker=MARKER)], both)[address("welcome")]

    assert found == Unclear("more than one record carries its marker", both, marked=True)


def test_a_record_without_the_marker_is_no_trace_where_markers_are_kept() -> None:
    """If markers are kept, a record without one is a candidate only if all of it fits."""
    sent = wanted(marker=MARKER)
    near, same = record(1, AT, Title="Welcome!"), record(1, AT)
    found = recognise([sent], [same], keeps_markers=True)[address("welcome")]

    assert recognise([sent], [near], keeps_markers=True) == {address("welcome"): Absent()}
    assert isinstance(found, Unclear)


def test_a_marker_of_one_section_is_no_trace_of_another() -> None:
    """Two sections may be alike; each record belongs to the create with its marker."""
    other = wanted(key="hello", marker="coursesync:other")
    marked = replace(record(1, None), marker=MARKER)
    found = recognise([wanted(marker=MARKER), other], [marked])

    assert found == {address("welcome"): Found(marked), address("hello"): Absent()}


HELLO: Attributes = {"Title": "Hello", "DisplayOrder": 20, "SectionContents": "<p>Hi</p>"}


def unsent(key: str = "welcome", changed: Attributes | None = None, since: str = "") -> Sought:
    """Return a create that no run is known to have sent, as after the state was lost."""
    marker = marker_of("http://localhost", 4711, address(key))
    return wanted({**SENT, **(changed or {})}, since, key, marker, attempts=0)


def marked_as(key: str, number: int, changed: Attributes | None = None) -> Record:
    """Return a record that was created with this key."""
    marker = marker_of("http://localhost", 4711, address(key))
    return replace(record(number), attributes={**SENT, **(changed or {})}, marker=marker)


@pytest.mark.parametrize("since", ["", AT])
@pytest.mark.parametrize("changed", [{"DisplayOrder": 70}, {"Title": "Else"}, {"UnlockType": 2}])
def test_before_a_create_its_marker_finds_what_has_the_contents(
    changed: Attributes, since: str
) -> None:
    """Another clone made the record; the next plan shows in what it differs."""
    marked = marked_as("welcome", 1, changed)

    assert recognise([unsent(since=since)], [marked]) == {address("welcome"): Found(marked)}


@pytest.mark.parametrize("since", ["", AT])
@pytest.mark.parametrize("sent", [{}, {"SectionContents": "", "Title": "Other"}])
def test_before_a_create_its_marker_proves_nothing_of_other_contents(
    sent: Attributes, since: str
) -> None:
    """Someone may have forgotten the record, or its key may have changed: a person decides."""
    marked = marked_as("welcome", 1, {"SectionContents": "Else"})
    found = recognise([unsent("welcome", sent, since)], [marked])[address("welcome")]

    assert found == Unclear("a record with other contents carries its marker", (marked,))


@pytest.mark.parametrize("changed", [HELLO, {"Title": "Else"}])
def test_a_record_that_fits_does_not_outrank_one_with_the_marker(changed: Attributes) -> None:
    """Each is evidence for another record, so a person chooses between the two."""
    fits_it, marked = record(1), marked_as("welcome", 2, changed)
    found = recognise([unsent()], [fits_it, marked])[address("welcome")]

    assert isinstance(found, Unclear)
    assert found.candidates == (fits_it, marked)


@pytest.mark.parametrize("other", [HELLO, {"Title": "Else", "DisplayOrder": 20}])
def test_keys_that_were_exchanged_before_a_state_was_lost(other: Attributes) -> None:
    """Each record equals what one create would make, though it carries the other one's marker."""
    first, second = marked_as("hello", 1), marked_as("welcome", 2, other)
    found = recognise([unsent(), unsent("hello", other)], [first, second])

    assert found == {address("welcome"): Found(first), address("hello"): Found(second)}


def test_a_key_that_was_given_to_another_before_a_state_was_lost() -> None:
    """Both records carry its marker; the one whose key changed is known by its values."""
    renamed, new = marked_as("welcome", 1, HELLO), marked_as("welcome", 2)
    found = recognise([unsent(), unsent("hello", HELLO)], [renamed, new])

    assert found == {address("welcome"): Found(new), address("hello"): Found(renamed)}


def test_of_two_with_one_marker_none_is_found_while_the_other_is_unexplained() -> None:
    """One of them has the values; the other may be a twin that someone has edited."""
    both = (marked_as("welcome", 1), marked_as("welcome", 2, HELLO))
    found = recognise([unsent()], both)[address("welcome")]

    assert found == Unclear("more than one record carries its marker", both, marked=True)
