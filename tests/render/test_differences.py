"""The differences of an update are in the author's words, and say where a section moved."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from values import EMPTY, Section, applied, course, plan_of, state_of

from coursesync.planning.action import Action
from coursesync.planning.ordering import assign, in_place
from coursesync.render import json, markdown, terminal
from coursesync.render.differences import differences
from coursesync.render.rows import PlanView
from coursesync.text import inert

if TYPE_CHECKING:
    from coursesync.kinds.field import Attributes, FieldValue
    from coursesync.planning.change import Change
    from coursesync.planning.plan import Plan

PICTURE: dict[str, object] = {"image": "https://cdn.example.com/tour.png"}
IMAGE = str(PICTURE["image"])
SHORT_WORDS = st.lists(st.text(st.characters(codec="utf-8"), max_size=30), max_size=40).map(
    " ".join
)


def change(before: Section, after: Section) -> Change:
    """Return the change that an edit of a course's only section makes."""
    (found,) = plan_of(course(after), state_of(before)).changes
    return found


def sent(before: Attributes, after: Attributes) -> Change:
    """Return an update from attributes that no outline gives, but another's state may hold."""
    made = change(Section("A", "a"), Section("B", "a"))
    common: dict[str, FieldValue] = {"CourseId": 4711, "Title": "A", "DisplayOrder": 10}
    held = replace(made.entry, sent={**common, **before}, seen={})
    return replace(made, held=held, after={**common, **after})


def told(found: Change) -> list[tuple[str, str | None, str | None]]:
    """Return the differences of a change: field, before, after."""
    return [(each.field, each.before, each.after) for each in differences(found)]


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ({"title": "A"}, {"title": "B"}, [("title", "A", "B")]),
        (
            {},
            {"unlock": {"after_days": 7}},
            [("unlock", "open from the start", "unlocks 7 days after enrolment")],
        ),
        (
            {"unlock": {"after_days": 7}},
            {"unlock": {"after_days": 1}},
            [("unlock", "unlocks 7 days after enrolment", "unlocks 1 day after enrolment")],
        ),
        (
            {"unlock": "sequential"},
            {},
            [("unlock", "unlocks after the section before it", "open from the start")],
        ),
        ({}, {"active": False}, [("active", "shown to members", "hidden from members")]),
        ({"active": False}, {}, [("active", "hidden from members", "shown to members")]),
        ({}, PICTURE, [("image", "as on the site", IMAGE)]),
        (PICTURE, {"image": None}, [("image", IMAGE, "removed")]),
        (PICTURE, {}, [("image", IMAGE, "removed")]),
        ({"image": None}, PICTURE, [("image", None, IMAGE)]),
        ({}, {"image": None}, [("image", "as on the site", "removed")]),
        ({"contents": "ab"}, {"contents": "a"}, [("contents", "2 characters", "1 character")]),
        ({"contents": "ab"}, {}, [("contents", "2 characters", "")]),
        ({}, {"display_order": 25}, [("order", "10", "25")]),
        ({}, {"protect": True}, []),
        (
            {},
            {"protect": True, "active": False},
            [
                ("protect", "not protected", "protected from deletion"),
                ("active", "shown to members", "hidden from members"),
            ],
        ),
    ],
)
def test_a_difference_is_shown_in_the_outlines_words(
    before: dict[str, object], after: dict[str, object], expected: list[tuple[str, str, str]]
) -> None:
    """Each field that differs is listed once, with the outline's name and values in words."""
    was, now = ({"title": "A", **fields} for fields in (before, after))
    found = change(
        Section(str(was["title"]), "a", more=was), Section(str(now["title"]), "a", more=now)
    )
    if found.action is Action.PROTECT:
        expected = [("protect", "not protected", "protected from deletion")]

    assert told(found) == expected


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (
            {"UnlockType": 1, "UnlockAfterDays": 5},
            {"UnlockType": 1, "UnlockAfterDays": 0},
            [("unlock", "UnlockAfterDays 5", "UnlockAfterDays 0")],
        ),
        ({}, {"Active": True}, [("active", None, "shown to members")]),
        ({"ClearImageFile": False}, {}, [("image", "ClearImageFile no", "ClearImageFile (none)")]),
        ({"Unheard": 1}, {"Unheard": "1"}, [("Unheard", "1", "1")]),
        ({"Unheard": True}, {"Unheard": 1}, [("Unheard", "yes", "1")]),
        ({"CourseId": 4712}, {}, [("course", "4712", "4711")]),
    ],
)
def test_no_difference_is_hidden(
    before: Attributes, after: Attributes, expected: list[tuple[str, str, str]]
) -> None:
    """If an author's words can't show a difference, the API's names do; none is left out."""
    assert told(sent(before, after)) == expected


def test_no_text_and_an_empty_text_are_the_same() -> None:
    """A record without contents, and one with empty contents, look the same to everybody."""
    assert told(sent({}, {"SectionContents": ""})) == []


def test_the_apis_names_are_at_hand() -> None:
    """A difference names the properties that differ, for programs."""
    (found,) = differences(change(Section("A"), Section("A", more={"unlock": {"after_days": 7}})))

    assert found.properties == ("UnlockAfterDays", "UnlockType")


def test_fields_come_as_an_author_writes_them() -> None:
    """A section's place comes first, then its fields in the outline's order, contents last."""
    more = {"active": False, "unlock": "sequential", **PICTURE}
    found = change(Section("A", "a", "x"), Section("B", "a", "y", pin=30, more=more))

    assert [each.field for each in differences(found)] == [
        *("order", "title", "unlock", "active", "image", "contents")
    ]


def test_what_is_created_or_kept_has_no_differences() -> None:
    """A created, kept or deleted record has no differences."""
    plan = plan_of(course("A"), state_of("B", "C"))

    assert [differences(each) for each in plan.changes] == [()] * len(plan.changes)


@pytest.mark.parametrize(
    ("now", "key", "remark"),
    [
        ("BCA", "a", "moved to the end, after “C”"),
        ("CAB", "c", "moved to the start, before “A”"),
        ("ACBD", "c", "moved between “A” and “B”"),
        ("BXAC", "b", "moved to the start, before “X”"),
        ("XCAB", "c", "moved between “X” and “A”"),
        (["A", Section("B", pin=25), "C"], "b", "keeps its place"),
        ([Section("A", pin=7)], "a", "keeps its place"),
    ],
)
def test_a_new_order_is_shown_by_the_neighbours(
    now: str | list[Section | str], key: str, remark: str
) -> None:
    """A section that moved is shown with its new neighbours in the outline."""
    was = sorted(now.replace("X", "") if isinstance(now, str) else "ABC")
    plan = plan_of(course(*now), state_of(*was))
    (found,) = [each for each in plan.changes if each.address == f"section.c.{key}"]
    (difference,) = differences(found)

    assert (difference.field, difference.remark) == ("order", remark)


@settings(deadline=None)
@given(st.permutations("ABCDEFG"), st.data())
def test_what_moved_is_what_stands_elsewhere(now: list[str], data: st.DataObject) -> None:
    """Without the sections that are reported as moved, the order is unchanged."""
    pinned = data.draw(st.sets(st.sampled_from(now)))
    sections = [
        Section(each, pin=11 * i + 5 if each in pinned else None) for i, each in enumerate(now)
    ]
    plan = plan_of(course(*sections), state_of(*"ABCDEFG"))
    moved = {each.title for each in plan.changes if each.place and each.place.moved}
    rest = [each for each in now if each not in moved]

    assert rest == sorted(rest)
    assert all(each.place for each in plan.changes if each.action is Action.UPDATE)


@given(
    st.lists(st.none() | st.integers(-3, 40), max_size=8).map(tuple),
    st.lists(st.integers(0, 5), min_size=8, max_size=8),
)
def test_a_number_that_stays_is_in_place(prior: tuple[int | None, ...], steps: list[int]) -> None:
    """The records in place are in order, and every unchanged number is in place."""
    known = [number if number is None or number >= 0 else None for number in prior]
    now = assign(known, [None] * len(known))
    kept = in_place(prior, now)
    stand = [
        number for number, keeps in zip(prior, kept, strict=True) if keeps and number is not None
    ]

    assert len(steps) == 8
    assert stand == sorted(stand)
    assert all(keeps for keeps, a, b in zip(kept, prior, now, strict=True) if a == b)
    assert not any(keeps for keeps, number in zip(kept, prior, strict=True) if number is None)


def test_a_section_from_another_course_is_shown_with_both() -> None:
    """A section that moves to another course shows both courses and its new place."""
    state = applied(plan_of([course("A", "B", key="a", course_id=1), course("C", key="c")]))
    moved = Section("B", previous=("a.b",))
    plan = plan_of([course("A", key="a", course_id=1), course(moved, "C", key="c")], state)
    (found,) = [each for each in plan.changes if each.action is Action.UPDATE]
    told_ = differences(found)

    assert [(each.field, each.before, each.after) for each in told_] == [
        ("course", "1", "4711"),
        ("order", "20", "5"),
    ]
    assert told_[1].remark == "moved to the start, before “C”"


def test_the_place_is_no_part_of_the_digest() -> None:
    """A section's neighbours are not part of the digest."""
    state = state_of("A", "B", "C")
    first = plan_of(course("B", "C", "A"), state)
    changes = tuple(replace(each, place=None) for each in first.changes)

    assert any(each.place for each in first.changes)
    assert replace(first, changes=changes).digest == first.digest


def updates(number: int) -> Plan:
    """Return a plan of that many updates of contents."""
    before = state_of(*(Section(f"T{i}", contents="a\n" * 99) for i in range(number)))
    return plan_of(course(*(Section(f"T{i}", contents="b\n" * 99) for i in range(number))), before)


def test_many_updates_share_what_a_plan_may_take() -> None:
    """The more changes, the fewer lines of each are shown, but never none."""
    few, many = (PlanView(updates(number)).rows[0].differences[0].lines for number in (3, 400))

    assert len(few) > len(many) > 1


@settings(deadline=None, max_examples=60)
@given(SHORT_WORDS, SHORT_WORDS, SHORT_WORDS)
def test_any_text_fits_into_eighty_columns(before: str, after: str, more: str) -> None:
    """No line of a difference is wider than 80 columns, for any contents and titles."""
    was: Attributes = {"Title": f"A {more}", "SectionContents": before, "NewImageUrl": more}
    found = sent(was, {"Title": "B", "SectionContents": after, "ClearImageFile": True})
    plan = replace(plan_of(course("B"), EMPTY), changes=(found,))

    assert max(map(len, terminal.compose(PlanView(plan)).splitlines())) <= 80
    assert "B" in json.compose(PlanView(plan))
    assert "B" in markdown.compose(PlanView(plan))


@pytest.mark.parametrize("ticks", ["```", "`````", "~~~\n```"])
def test_a_fence_is_longer_than_any_in_the_contents(ticks: str) -> None:
    """Contents with a code fence don't end the code block that they are shown in."""
    made = plan_of(
        course(Section("A", "a", f"new\n{ticks}\n")), state_of(Section("A", "a", f"old\n{ticks}\n"))
    )
    written = markdown.compose(PlanView(made))
    opened, *_ = re.findall("^(`{3,})diff$", written, re.MULTILINE)

    assert len(re.findall(f"^{opened}", written, re.MULTILINE)) == 2
    assert all(len(found) < len(opened) for found in re.findall("`+", ticks))


@pytest.mark.parametrize("end", ["1", "2" * 300])
def test_values_that_differ_far_from_the_start_are_shown_where_they_do(end: str) -> None:
    """If two long titles begin alike, their difference is on the screen."""
    before, after = f"{'long ' * 100}{end}", f"{'long ' * 100}other"
    written = terminal.compose(
        PlanView(plan_of(course(Section(after, "a")), state_of(Section(before, "a"))))
    )

    assert 'title: "…' in written
    assert "other" in written.partition("title: ")[2]


def test_a_long_address_can_be_copied() -> None:
    """Two long values are shown below their field, each on a line of its own."""
    addresses = [f"https://cdn.example.com/{letter * 100}.png" for letter in "ab"]
    before, after = ({"image": address} for address in addresses)
    made = plan_of(
        course(Section("A", "a", more={**after})), state_of(Section("A", "a", more={**before}))
    )
    written = terminal.compose(PlanView(made))

    lines = [line.strip() for line in written.splitlines()]

    assert [line for line in lines if line.startswith("https://cdn")] == addresses
    assert all(len(line) <= 80 for line in lines if line not in addresses)


def test_values_that_look_the_same_get_a_note() -> None:
    """A title that differs only in a kind of space gets a note."""
    made = plan_of(course(Section("A B", "a")), state_of(Section("A\u2009B", "a")))

    told = " ".join(terminal.compose(PlanView(made)).split())

    assert "differs only in: a space (U+0020) in place of a thin space (U+2009)" in told
    assert inert("A\u2009B") == inert("A B")


def test_only_the_changed_words_of_a_line_are_painted() -> None:
    """On a terminal only the changed words have a colour."""
    made = plan_of(
        course(Section("A", "a", "<p>On your first day</p>")),
        state_of(Section("A", "a", "<p>On the first day</p>")),
    )
    painted = terminal.compose(PlanView(made), lambda style, words: f"<{style}>{words}</>")

    assert "<red>- </><p>On <red>the</> first day</p>" in painted
    assert "<green>+ </><p>On <green>your</> first day</p>" in painted


def test_what_is_applied_has_no_differences_left() -> None:
    """After an update is applied, there are no differences."""
    state = state_of(Section("A", "a", "old", more=PICTURE))
    wanted = course(Section("B", "a", "new", more={"image": None}))
    state = applied(plan_of(wanted, state), state)

    assert plan_of(wanted, state).changes == ()
