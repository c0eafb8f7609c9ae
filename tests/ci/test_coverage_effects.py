"""What takes something from members, or shows them more, is covered only if a review shows that."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from ci.reviews import EVENTS, WELCOME, Main, course, section

from coursesync.ci.coverage.delta_digest import has_effect
from coursesync.kinds.address import Address

if TYPE_CHECKING:
    from ci.reviews import Tree

A, B = section("a", contents="One\nTwo"), section("b")


def tree(*sections: dict[str, Any], on_removal: str = "keep") -> Tree:
    return {"welcome": course(*sections), "on_removal": on_removal}


@pytest.mark.parametrize("asked", ["delete", "deactivate"])
def test_a_removal_is_covered_with_what_happens_to_it(asked: str) -> None:
    """A review that removes an item covers what its coursesync.toml says about such items."""
    main = Main(tree(A, B, on_removal=asked))
    main.merge(tree(A, on_removal=asked))

    assert main.plan().writes == 1
    assert main.reasons() == []


@pytest.mark.parametrize("asked", ["delete", "deactivate"])
def test_a_removal_is_not_covered_by_another_consequence(asked: str) -> None:
    """A review that only changes `on_removal` does not show which items that concerns."""
    main = Main(tree(A, B))
    main.merge(tree(A))
    main.merge(tree(A, on_removal=asked))

    assert main.reasons() == [("section.welcome.b", "", "NOT_SHOWN", "2")]


def test_what_is_removed_and_kept_needs_no_review() -> None:
    """Nothing is sent for an item that stays on the site."""
    main = Main(tree(A, B))
    main.push(tree(A))

    assert main.reasons() == []


def test_a_removal_below_a_renamed_item_is_covered() -> None:
    """An item that was removed is found, also once its parent has another key."""
    tour = {"key": "tour", "title": "Tour"}
    main = Main(tree(section("a", lessons=[tour]), on_removal="delete"))
    main.merge(tree(section("a", lessons=[]), on_removal="delete"))
    main.merge(
        tree(section("first", previous_keys=["a"], title="A", lessons=[]), on_removal="delete")
    )

    assert main.plan().writes == 1
    assert main.reasons() == []


def test_a_removal_elsewhere_is_found_below_a_renamed_item() -> None:
    """A lesson moved and was removed there; its record has the key of the section that it left.

    That section got another key, which a run that was not completed has noted.
    """
    tour, asked = {"key": "tour", "title": "Tour"}, "delete"

    def both(first: str, *lessons: dict[str, str]) -> Tree:
        renamed = {} if first == "a" else {"previous_keys": ["a"], "title": "A"}
        b = section("b", lessons=[*lessons])
        return tree(section(first, **renamed, lessons=[]), b, on_removal=asked)

    main = Main(tree(section("a", lessons=[tour]), section("b", lessons=[]), on_removal=asked))
    main.merge(both("a", tour))
    main.merge(both("first", tour))
    main.merge(both("first"))
    entries = {at.replace(".a", ".first"): each for at, each in main.state.entries.items()}
    main.state = replace(main.state, entries={Address(at): each for at, each in entries.items()})

    assert main.plan().writes == 1
    assert main.reasons() == []


def test_to_hide_is_covered_by_a_review_that_hides() -> None:
    """A review that hides an item covers that."""
    main = Main(tree(A, B))
    main.merge(tree(A, section("b", active=False)))

    assert main.reasons() == []


def test_another_effect_is_not_covered() -> None:
    """A review from 14 to 10 days shows an earlier opening, not that 7 days become 10."""
    main = Main(tree(section("a", unlock={"after_days": 7})))
    main.push(tree(section("a", unlock={"after_days": 14})))
    main.merge(tree(section("a", unlock={"after_days": 10})))

    assert main.reasons() == [("section.welcome.a", "unlock", "NOT_SHOWN", "2")]


HIDDEN = tree(section("a", contents="Door: ask", active=False))
SHOWN = tree(section("a", contents="Door: ask"))
CODE = tree(section("a", contents="Door: 1234", active=False))
BOTH = tree(section("a", contents="Door: 1234"))


def test_what_is_shown_is_covered_only_together_with_its_contents() -> None:
    """One review shows a section, another one puts a door code into it: nobody saw both."""
    main = Main(HIDDEN)
    main.merge(SHOWN)
    main.merge(CODE, base=HIDDEN, result=BOTH)

    assert main.reasons() == [
        ("section.welcome.a", "active", "EXPOSES", "1"),
        ("section.welcome.a", "active", "EXPOSES", "2"),
    ]


def test_whoever_pushed_a_part_of_what_is_exposed_is_known() -> None:
    """Neither who shows a section, nor who changed its title or its text, can approve it all."""
    main = Main(HIDDEN)
    main.merge(SHOWN)
    main.merge(CODE, base=HIDDEN, result=BOTH)
    title = {"title": "Doors", "contents": "Door: 1234"}
    named = tree(section("a", active=False, title="Doors", contents="Door: ask"))
    main.merge(named, base=HIDDEN, result=tree(section("a", **title)))

    assert main.coverage().commits == {"1", "2", "3"}


def test_a_review_of_both_covers_what_is_shown() -> None:
    """A review that began after the section was shown has both in its head."""
    main = Main(HIDDEN)
    main.merge(SHOWN)
    main.merge(BOTH)

    assert main.reasons() == []


@pytest.mark.parametrize(
    ("hidden", "field"),
    [({"active": False}, ""), ({"unlock": {"after_days": 30}}, "unlock")],
)
def test_what_is_new_is_shown_only_together_with_its_contents(
    hidden: dict[str, Any], field: str
) -> None:
    """A section that is added, filled and shown by three reviews is not on the site before."""
    new, filled = section("n", **hidden), section("n", contents="Door: 1234")
    main = Main(tree(A))
    main.merge(tree(A, new))
    base = main.tree
    main.merge(tree(A, {**filled, **hidden}))
    main.merge(tree(A, section("n")), base=base, result=tree(A, filled))
    found = [each for each in main.coverage().held[WELCOME] if each.reason.name == "EXPOSES"]

    assert {each.set_by for each in found} == {"2", "3"}
    assert {(each.field, each.others) for each in found} == {(field, ("N",))}


def test_what_is_new_and_hidden_exposes_nothing() -> None:
    """Reviews of a hidden section add up, also where each saw another part of it."""
    new = section("n", active=False, lessons=[])
    renamed, filled = {**new, "title": "News"}, {**new, "contents": "Door: 1234"}
    main = Main(tree(A))
    main.merge(tree(A, new))
    base = main.tree
    main.merge(tree(A, renamed))
    main.merge(tree(A, filled), base=base, result=tree(A, {**renamed, **filled, "title": "News"}))

    assert main.reasons() == []


def test_what_a_review_of_it_all_shows_is_shown() -> None:
    """A section that is new is shown by a review that has its contents, too."""
    new = section("n", active=False)
    main = Main(tree(A))
    main.merge(tree(A, new))
    main.merge(tree(A, {**new, "contents": "Door: 1234"}))
    main.merge(tree(A, section("n", contents="Door: 1234")))

    assert main.reasons() == []


def test_items_in_a_shown_one_count_too() -> None:
    """To show a section shows its lessons: what was set of them needs a review of both."""
    was, now = ([{"key": "tour", "title": title}] for title in ("Tour", "Secret tour"))
    hidden = tree(section("a", active=False, lessons=was))
    main = Main(hidden)
    main.merge(tree(section("a", lessons=was)))
    both = tree(section("a", lessons=now))
    main.merge(tree(section("a", active=False, lessons=now)), base=hidden, result=both)

    for found in main.coverage().held[WELCOME]:
        assert (found.field, found.reason.name) == ("active", "EXPOSES")
        assert found.others == ("Secret tour",)
    assert main.coverage().commits == {"1", "2"}


def moved() -> tuple[Tree, Tree]:
    """Return trees in which section b is in one course, and then in the other."""
    before = {"welcome": course(A, B), "events": course(section("c"), course_id=EVENTS)}
    b = {**B, "previous_keys": ["welcome.b"]}
    return before, {"welcome": course(A), "events": course(section("c"), b, course_id=EVENTS)}


def test_what_stays_hidden_in_a_shown_one_does_not_count() -> None:
    """Members do not see a hidden lesson of a section that is shown."""

    def both(title: str, **fields: object) -> Tree:
        lesson = {"key": "tour", "title": title, "active": False}
        return tree(section("a", **fields, lessons=[lesson]))

    main = Main(both("Tour", active=False))
    main.merge(both("Tour"))
    main.merge(both("Code", active=False), base=both("Tour", active=False), result=both("Code"))

    assert main.reasons() == []


def test_a_move_to_another_course_is_covered() -> None:
    """A review that moves a section to another course covers that."""
    before, after = moved()
    main = Main(before)
    main.merge(after)

    assert main.plan().writes == 1
    assert main.reasons() == []


def test_courses_between_which_items_move_are_held_together() -> None:
    """The course that gives a section waits with the one that takes it."""
    before, after = moved()
    main = Main(before)
    main.push(after)

    assert main.coverage().covered == frozenset()
    assert {(at, reason) for at, _, reason, _ in main.reasons()} == {
        ("section.events.b", "PUSHED"),
        ("course.welcome", "TIED"),
    }


def test_a_grant_covers_the_effects_that_its_review_shows() -> None:
    """What is allowed for one deletion is not allowed for that of a sibling."""
    c, asked = section("c"), "delete"
    main = Main(tree(A, B, c, on_removal=asked))
    main.merge(tree(A, section("b", title="Other"), c, on_removal=asked))
    main.merge(tree(A, c, on_removal=asked))
    main.merge(tree(A, on_removal=asked))
    deletes = {each.address[-1]: each for each in main.plan().changes if each.action.writes}
    deltas = [each.delta for each in main.settings]

    assert [has_effect(each, deletes["b"]) for each in deltas] == [False, True, False]
    assert [has_effect(each, deletes["c"]) for each in deltas] == [False, False, True]


def test_a_grant_covers_the_fields_that_its_review_shows() -> None:
    """Another field of the same item is another effect."""
    main = Main(tree(A, B))
    main.merge(tree(A, section("b", title="Other")))
    (only,) = (each for each in main.plan().changes if each.action.writes)
    main.push(tree(A, section("b", title="Other", active=False)))
    (both,) = (each for each in main.plan().changes if each.action.writes)
    delta = main.settings[0].delta

    assert has_effect(delta, only)
    assert not has_effect(delta, both)


def lesson(contents: str, **more: object) -> dict[str, Any]:
    return {"key": "tour", "title": "Tour", "contents": contents, **more}


def housed(*, in_b: bool, text: str = "Soon", shown: str = "b") -> Tree:
    """Return a tree with a lesson in section a or b, of which only one is shown."""
    former = {"previous_keys": ["lesson.welcome.a.tour"]} if in_b else {}
    lessons = [lesson(text, **former)]
    return tree(
        section("a", active=shown == "a", lessons=[] if in_b else lessons),
        section("b", active=shown == "b", lessons=lessons if in_b else []),
    )


def test_a_move_to_a_visible_section_shows_the_item() -> None:
    """One review moves a lesson out of a hidden section, another one puts a code into it."""
    main = Main(housed(in_b=False))
    main.merge(housed(in_b=False, text="Door: 1234"))
    main.merge(
        housed(in_b=True), base=housed(in_b=False), result=housed(in_b=True, text="Door: 1234")
    )
    both = main.coverage().held[WELCOME]

    assert [(each.reason.name, each.set_by) for each in both] == [
        ("EXPOSES", "1"),
        ("EXPOSES", "2"),
    ]
    assert {each.others for each in both} == {("Tour",)}
    assert all(each.what.endswith(" is shown to members") for each in both)


def test_a_review_of_a_move_and_of_what_it_shows_covers_both() -> None:
    """A review that moves a lesson with its new text has both in its head."""
    main = Main(housed(in_b=False))
    main.merge(housed(in_b=False, text="Door: 1234"))
    main.merge(housed(in_b=True, text="Door: 1234"))

    assert main.plan().writes == 1
    assert main.reasons() == []


def test_a_move_to_a_hidden_section_is_covered_by_a_review_that_hides() -> None:
    """A review sees that the section it moves a lesson to is hidden."""
    main = Main(housed(in_b=False, shown="a"))
    main.merge(housed(in_b=True, shown="a"))

    assert main.reasons() == []


def test_a_move_to_what_is_hidden_in_the_meantime_is_not_covered() -> None:
    """One review moves a lesson between visible sections, another one hides where it goes."""

    def both(*, in_b: bool, hidden: bool) -> Tree:
        former = {"previous_keys": ["lesson.welcome.a.tour"]} if in_b else {}
        lessons = [lesson("Soon", **former)]
        return tree(
            section("a", lessons=[] if in_b else lessons),
            section("b", active=not hidden, lessons=lessons if in_b else []),
        )

    first = both(in_b=False, hidden=False)
    main = Main(first)
    main.merge(both(in_b=False, hidden=True))
    main.merge(both(in_b=True, hidden=False), base=first, result=both(in_b=True, hidden=True))
    (found,) = main.coverage().held[WELCOME]

    assert (found.reason.name, found.set_by) == ("NOT_SHOWN", "2")
    assert found.what == '"Tour" (lesson.welcome.b.tour) is hidden from members'


def test_a_new_record_of_a_hidden_item_shows_it_too() -> None:
    """A lesson with a code leaves a hidden section, and gets another key, title and record."""
    main = Main(housed(in_b=False))
    main.merge(housed(in_b=False, text="Door: 1234"))

    def there(title: str, text: str) -> Tree:
        held = {"key": "trip", "title": title, "contents": text}
        return tree(section("a", active=False, lessons=[]), section("b", lessons=[held]))

    main.merge(there("Tour", "Soon"), base=housed(in_b=False), result=there("Tour", "Door: 1234"))
    main.merge(there("Trip", "Door: 1234"), result=there("Trip", "Door: 1234"))

    assert ("lesson.welcome.b.trip", "", "EXPOSES", "1") in main.reasons()
