"""What reviews do not cover waits for a person, course by course, and says why in plain words."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from ci.reviews import EVENTS, WELCOME, Main, course, section

from coursesync.kinds.address import Address

if TYPE_CHECKING:
    from ci.reviews import Tree

A, B = section("a"), section("b")
FIRST = {"welcome": course(A, B), "events": course(section("c"), course_id=EVENTS)}


def pushed(title: str = "Hello") -> Main:
    """Return a main with a push to one course, and a review of the other."""
    main = Main(FIRST)
    main.push({**FIRST, "welcome": course({**A, "title": title}, B)})
    events = course(section("c", title="Party"), course_id=EVENTS)
    main.merge(main.edited(events=events))
    return main


def test_a_course_is_held_alone() -> None:
    """What is not covered holds back its own course, not the others."""
    coverage = pushed().coverage()

    assert coverage.held.keys() == {WELCOME}
    assert coverage.covered == {EVENTS}
    assert coverage.commits == {"1"}


def test_an_approval_is_bound_to_what_was_shown() -> None:
    """Another value that waits has another digest; a new review beside it does not."""
    main = pushed()
    digest = main.coverage().digest
    main.merge(main.edited(events=course(section("c", title="Feast"), course_id=EVENTS)))

    assert main.coverage().digest == digest
    assert pushed("Bye").coverage().digest != digest


def test_all_who_pushed_a_part_of_what_is_new_are_known() -> None:
    """One pushes a section, and another one shows it: neither can approve it alone."""
    main = Main(FIRST)
    main.push(main.edited(welcome=course(A, B, section("c", active=False))))
    main.push(main.edited(welcome=course(A, B, section("c"))))

    assert main.coverage().commits == {"1", "2"}


def test_nothing_waits_without_a_digest() -> None:
    """Where all is covered there is nothing to approve."""
    coverage = Main(FIRST).coverage()

    assert (coverage.digest, coverage.held) == ("", {})


def test_without_what_was_applied_nothing_is_covered() -> None:
    """At the first apply, or with a lost state, a person confirms a course once."""
    main = pushed()
    del main.applied[EVENTS]

    assert main.reasons() == [
        ("section.events.c", "", "FIRST", None),
        ("section.welcome.a", "title", "PUSHED", "1"),
    ]


def test_a_new_course_is_covered() -> None:
    """A course whose outline did not exist when the record began has all of its history."""
    main = Main({"welcome": course(A)})
    main.merge(main.edited(events=course(section("c"), course_id=EVENTS)))

    assert main.plan().writes == 1
    assert main.reasons() == []


def drifted(address: str, **seen: str | int) -> Main:
    """Return a main after somebody changed a record in Nexudus, and a look found that."""
    main = Main(FIRST)
    entry = main.state.entries[Address(address)]
    read = entry.reading({**entry.sent, **seen}, None)
    main.state = replace(main.state, entries={**main.state.entries, Address(address): read})
    return main


@pytest.mark.parametrize(
    ("seen", "field"),
    [({"Title": "Theirs"}, "title"), ({"SectionContents": "Theirs"}, "contents")],
)
def test_what_changed_in_nexudus_waits(seen: dict[str, str], field: str) -> None:
    """To put our value back is not covered if nobody set it since."""
    main = drifted("section.welcome.b", **seen)

    assert main.reasons() == [("section.welcome.b", field, "UNSET", None)]


def test_an_order_that_changed_in_nexudus_waits() -> None:
    """To put a section back into its place is not covered if nobody placed it since."""
    main = drifted("section.welcome.b", DisplayOrder=1)

    assert [each[1:] for each in main.reasons()] == [("display_order", "UNSET", None)]


def test_a_value_that_a_review_set_is_put_back() -> None:
    """What a review set since is covered, whatever somebody made of it in Nexudus."""
    main = drifted("section.welcome.b", Title="Theirs")
    main.merge(main.edited(welcome=course(A, {**B, "title": "Ours"})))

    assert main.reasons() == []


@pytest.mark.parametrize("is_markdown", [False, True])
def test_a_text_that_a_review_wrote_is_put_back(*, is_markdown: bool) -> None:
    """All lines of it count, and nothing else: Markdown was Markdown before, too."""

    def text(name: str) -> dict[str, Any]:
        return {**B, "contents": {"markdown": f"{name}.md"} if is_markdown else name}

    main = Main({**FIRST, "welcome": course(A, text("one"))})
    at = Address("section.welcome.b")
    entry = main.state.entries[at]
    read = entry.reading({**entry.sent, "SectionContents": "Theirs"}, None)
    main.state = replace(main.state, entries={**main.state.entries, at: read})
    main.merge(main.edited(welcome=course(A, text("two"))))

    assert main.reasons() == []


def rendered_before(*, is_pushed: bool) -> Main:
    """Return a main that takes a text back, which an older version rendered for the site."""
    texts = [{**B, "contents": {"markdown": f"{each}.md"}} for each in ("one", "two")]
    main = Main({**FIRST, "welcome": course(A, texts[0])})
    main.merge(main.edited(welcome=course(A, texts[1])))
    at = Address("section.welcome.b")
    entry = main.state.entries[at]
    (two,) = (each.after for each in main.plan().changes if each.address == at)
    html = str((two or {})["SectionContents"]).replace("<p>", '<p class="x">')
    sent = replace(entry, sent={**entry.sent, "SectionContents": html})
    main.state = replace(main.state, entries={**main.state.entries, at: sent})
    back = main.edited(welcome=course(A, texts[0]))
    if is_pushed:
        main.push(back)
        main.merge(main.edited(welcome=course(A, {**texts[0], "title": "Bye"})))
    else:
        main.merge(back)
    return main


def test_a_text_that_another_version_rendered_is_taken_back() -> None:
    """The review of that counts: the words on the site say which text it has."""
    assert rendered_before(is_pushed=False).reasons() == []


def test_a_text_that_another_version_rendered_waits_if_it_was_pushed_back() -> None:
    """A push that takes it back is not covered, although main has the text that was applied."""
    assert rendered_before(is_pushed=True).reasons() == [
        ("section.welcome.b", "contents", "PUSHED", "2")
    ]


def test_a_text_that_only_another_version_rendered_waits() -> None:
    """Nobody set anything, or all of it was taken back; the site has main's own text."""
    text = {**B, "contents": {"markdown": "one.md"}}
    main = Main({**FIRST, "welcome": course(A, text)})
    at = Address("section.welcome.b")
    entry = main.state.entries[at]
    html = str(entry.sent["SectionContents"]).replace("<p>", '<p class="x">')
    sent = replace(entry, sent={**entry.sent, "SectionContents": html})
    main.state = replace(main.state, entries={**main.state.entries, at: sent})
    main.merge(main.edited(welcome=course(A, {**B, "contents": {"markdown": "two.md"}})))
    main.merge(main.edited(welcome=course(A, text)))

    assert main.reasons() == [("section.welcome.b", "contents", "UNSET", None)]


def test_a_section_that_is_back_without_a_text_is_covered() -> None:
    """Its kept record has an older text; the review that brings it back shows that it has none."""
    texts = [{**B, "contents": text} for text in ("One", "")]
    main = Main({**FIRST, "welcome": course(A, texts[0])})
    main.merge(main.edited(welcome=course(A)))
    main.merge(main.edited(welcome=course(A, texts[1])))

    assert main.plan().writes == 1
    assert main.reasons() == []


def test_a_text_that_is_pushed_away_waits() -> None:
    """Nobody saw that nothing is left of it."""
    main = Main({**FIRST, "welcome": course(A, {**B, "contents": "One"})})
    main.push(main.edited(welcome=course(A, {**B, "contents": ""})))

    assert main.reasons() == [("section.welcome.b", "contents", "PUSHED", "1")]


def renamed(tree: Tree) -> Tree:
    return {"hello": tree["welcome"], "events": tree["events"]}


def test_a_renamed_file_stays_covered() -> None:
    """The Id identifies a course: a review of the old file counts in the new one."""
    main = Main(FIRST)
    main.merge({**FIRST, "welcome": course({**A, "title": "Hello"}, B)})
    main.push(renamed(main.tree))

    assert main.reasons() == []


def test_a_renamed_key_stays_covered() -> None:
    """A review of an item counts after a push that gives it another key."""
    main = Main(FIRST)
    main.merge({**FIRST, "welcome": course({**A, "title": "Hello"}, B)})
    main.push(main.edited(welcome=course(section("new", title="Hello", previous_keys=["a"]), B)))

    assert main.plan().writes == 1
    assert main.reasons() == []


def test_reviews_of_one_list_add_up() -> None:
    """One review moves a section, another one adds one: the order of both is covered."""
    first = {"welcome": course(*map(section, "abcd"))}
    main = Main(first)
    main.merge({"welcome": course(*map(section, "bcda"))})
    main.merge(
        {"welcome": course(*map(section, "abxcd"))},
        base=first,
        result={"welcome": course(*map(section, "bxcda"))},
    )

    assert main.reasons() == []


def test_what_stands_beside_a_new_record_stays_in_its_place() -> None:
    """A section that gets another key and title gets a new record; no order changes with that."""
    c, d = section("c"), section("d")
    main = Main({**FIRST, "welcome": course(A, B, c, d)})
    main.merge(main.edited(welcome=course(A, B, c, {**d, "key": "e"})))
    main.merge(main.edited(welcome=course(A, B, c, section("e"))))
    main.merge(main.edited(welcome=course(c, section("e"), A, B)))

    assert main.plan().writes == 2
    assert main.reasons() == []


def test_a_pushed_order_waits() -> None:
    """An order that was pushed names the section that changes places."""
    main = Main(FIRST)
    main.push({**FIRST, "welcome": course(B, A)})

    assert main.reasons() == [("section.welcome.b", "display_order", "PUSHED", "1")]


def test_what_is_not_left_to_the_site_any_more_is_set() -> None:
    """A push that takes a field back from the site sets it."""
    main = Main({"welcome": course({**A, "leave": ["title"]})})
    entry = main.state.entries[Address("section.welcome.a")]
    theirs = entry.reading({**entry.sent, "Title": "Theirs"}, None)
    main.state = replace(main.state, entries={Address("section.welcome.a"): theirs})
    main.push({"welcome": course(A)})

    assert main.reasons() == [("section.welcome.a", "title", "PUSHED", "1")]


def test_the_words_say_what_who_and_what_next() -> None:
    """An author reads which item and field waits, who set it, and what to do."""
    main = pushed()
    (found,) = main.coverage().held[WELCOME]

    assert found.words == (
        '"Hello" (section.welcome.a): title: commit 1 was pushed without a review. '
        "Revert that commit in a pull request, or approve what waits."
    )
