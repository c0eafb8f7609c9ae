"""Numbers, times and foreign text as they are written on a screen."""

from __future__ import annotations

import re
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shares import examples

from coursesync.errors import Code, Command, Remedy, Shell
from coursesync.text import PRIVATE, at, count, duration, holds_unseen, inert, on_one_line
from coursesync.text.wrapping import wrapped

WALES = "\U0001f3f4\U000e0067\U000e0062\U000e0077\U000e006c\U000e0073\U000e007f"


@pytest.mark.parametrize(
    ("number", "expected"),
    [(0, "0 sections"), (1, "1 section"), (2, "2 sections"), (1_200, "1,200 sections")],
)
def test_a_noun_agrees_with_its_number(number: int, expected: str) -> None:
    """One section, several sections, and thousands with a comma."""
    assert expected == count(number, "section")


def test_a_noun_can_have_a_plural_of_its_own() -> None:
    """A plural that is no mere s is given with the noun."""
    assert count(2, "entry", "entries") == "2 entries"


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [
        (0, "1 second"),
        (0.2, "1 second"),
        (1, "1 second"),
        (59.1, "1 minute"),
        (61, "1 minute 1 second"),
        (3_599.5, "1 hour"),
        (3_725, "1 hour 2 minutes"),
        (86_400, "1 day"),
        (200_000, "2 days 7 hours"),
    ],
)
def test_a_duration_is_shown_in_its_two_largest_units(seconds: float, expected: str) -> None:
    """A length of time is rounded up to whole seconds and written in two units at most."""
    assert expected == duration(seconds)


@settings(deadline=None, max_examples=examples(300))
@given(st.text(), st.integers(1, 50))
def test_inert_text_is_one_safe_line_of_bounded_length(text: str, limit: int) -> None:
    """Whatever went in, what comes out moves no cursor and is no longer than allowed."""
    found = inert(text, limit)

    assert len(found) <= limit
    assert found == " ".join(found.split())
    assert not holds_unseen(found)
    assert not re.search(rf"(?! )\s|[{PRIVATE}]", found)


@settings(deadline=None, max_examples=examples(300))
@given(st.characters(categories=["Cn", "Cf", "L", "So"]) | st.characters(categories=["Co"]))
def test_whatever_is_allowed_is_shown(character: str) -> None:
    """No allowed character is dropped, whatever this Python's tables of Unicode say of it."""
    is_private = unicodedata.category(character) == "Co"
    shown = ascii(character)[1:-1] if is_private else character

    assert inert(f"a{character}b") == f"a{'' if holds_unseen(character) else shown}b"


@settings(deadline=None, max_examples=examples(200))
@given(st.text())
def test_inert_text_stays_as_it_is(text: str) -> None:
    """Making a text inert twice is making it so once."""
    assert inert(inert(text)) == inert(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Welcome to the space", "Welcome to the space"),
        ("  two \t\n lines  ", "two lines"),
        ("\x1b[31mred\x1b[0m", "[31mred[0m"),
        ("safe\u202eefas", "safeefas"),
        ("a\0b", "ab"),
        ("Größe 日本 🎉", "Größe 日本 🎉"),
        ("می\u200cشود 👩\u200d💻 ❤\ufe0f", "می\u200cشود 👩\u200d💻 ❤\ufe0f"),
        ("\u200fא\u200e 1\u061c Auf\xadgabe", "\u200fא\u200e 1\u061c Auf\xadgabe"),
        (f"{WALES} {WALES[:-1]}", f"{WALES} \U0001f3f4"),
        (f"a{WALES[1:]}", "a"),
        ("new: \U0001fae9 \U0002ebf0 \U0003fffd", "new: \U0001fae9 \U0002ebf0 \U0003fffd"),
        ("\ue000 \U0010fffd", r"\ue000 \U0010fffd"),
        ("a\ufdd0\U0001fffeb\u3164", "ab"),
        ("\u200d\xad", ""),
        ("x" * 11, "xxxxxxxxx…"),
        ("x" * 10, "xxxxxxxxxx"),
    ],
)
def test_inert_text_keeps_its_words(text: str, expected: str) -> None:
    """Letters of every script stay; controls go; what is cut ends with an ellipsis."""
    limit = 10 if text.startswith("x") else 300

    assert expected == inert(text, limit)


@pytest.mark.parametrize(
    ("time", "told"),
    [
        ("2025-01-31T08:05:59Z", " at 2025-01-31 08:05 UTC"),
        ("2025-01-31T08:05:59.123+02:00", " at 2025-01-31 06:05 UTC"),
        ("2025-01-31T08:05:59", " at 2025-01-31 08:05 UTC"),
        ("0001-01-01T00:00:00+01:00", " at 0001-01-01T00:00:00+01:00"),  # a day before the first
        ("9999-12-31T23:59:59-01:00", " at 9999-12-31T23:59:59-01:00"),
        ("yesterday\n", " at yesterday"),
        ("", ""),
        (None, ""),
    ],
)
def test_a_time_is_shown_for_people(time: str | None, told: str) -> None:
    """To the minute, in UTC; a text that is not a time is shown unchanged."""
    assert told == at(time)


WORDS = st.lists(st.text(max_size=30), max_size=12).map(lambda words: Shell("git", *words))


@settings(max_examples=examples(100))
@given(
    st.text("ab ", max_size=60).map(lambda text: " ".join(text.split())),
    WORDS,
    st.sampled_from([(), ("Then this.",), ("or", Command("plan"))]),
    st.sampled_from(["", "  ", "      "]),
)
def test_a_command_is_on_one_line(
    before: str, command: Shell, after: tuple[str | Command, ...], margin: str
) -> None:
    """However long it is, and whatever it holds."""
    lines = wrapped(Remedy(f"{before}:", command, *after), margin)

    assert sum(str(command) in line for line in lines) == 1
    assert all(line == on_one_line(line) for line in lines)
    assert all(len(line) <= 80 or str(command) == line.strip() for line in lines)


def test_code_stands_between_backticks() -> None:
    """A sentence after code begins after a full stop, which code lacks."""
    remedy = Remedy(
        "Write", Code("- title: A"), "or", Code("- key: a"), "Or was it", Code("b"), "?"
    )

    lines = wrapped(remedy, "    ", hang="  ")

    assert lines == ["    Write `- title: A` or `- key: a`. Or was it `b`?"]
    assert str(remedy) == "Write `- title: A` or `- key: a`. Or was it `b`?"


def test_a_command_has_a_line_of_its_own() -> None:
    """It is below its sentence; in one line of text it is between backticks, as a choice is."""
    remedy = Remedy("Run:", Shell("git", "push"), Command("plan"), "Then add", Shell("--full"))

    lines = wrapped(remedy, "    ", hang="  ")

    assert lines == [
        "    Run:",
        "        git push",
        "        coursesync plan",
        "      Then add `--full`",
    ]
    assert str(remedy) == "Run: `git push` or `coursesync plan`. Then add `--full`"


def test_code_that_holds_a_backtick_is_between_none() -> None:
    """A reader could not see where it ends."""
    assert str(Remedy("Quote this:", Code('title: "`a`"'))) == 'Quote this: title: "`a`"'


def test_a_short_quoted_text_is_on_one_line() -> None:
    """A title is not broken; a long text is."""
    title, text = '"Meet three people"', f'"{"word " * 20}"'

    assert title in wrapped(f"{'a' * 70} {title}")[1]
    assert len(wrapped(text)) == 2
