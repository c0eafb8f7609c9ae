"""Properties of every text that an author may save, found by spoiling the example outlines."""

from __future__ import annotations

from functools import cache

from harness import ROOT
from hypothesis import given, settings
from hypothesis import strategies as st
from shares import examples

from coursesync.errors import Diagnostic, UnusableFile
from coursesync.kinds.address import MAX_KEY, is_key, proposed_key, slug
from coursesync.outlines.outline import build
from coursesync.outlines.yaml_reader import parse

SPOILERS = [
    *"{}[]&*!|>%@`'\"#,:?-~\t\n\r\\ ",
    *("\0", "\u202e", "\u2028", "\x85", "🎉", "e\u0301", "\ufeff", "\U000e0001"),
    *(": ", " #", "- ", "? ", "---\n", "...\n", "%YAML 1.1\n", "<<: *a", "!!binary ", "&a "),
    *("null", "true", "0x", "1e999", ".nan", "9" * 30, "\\x", '"\\u', "<mapping>: 1\n"),
    *("display_order: -1\n", "unlock: {after_days: }", "contents: {html: a.html}", "key: a\n"),
]


@cache
def originals() -> tuple[str, ...]:
    """Return the example outlines, and one that is quickly spoilt."""
    small = "id: 1\ntitle: T\nsections:\n  - key: a\n    title: A\n  - title: B\n"
    paths = sorted((ROOT / "courses").glob("*.yaml"))
    return (small, *(path.read_text(encoding="utf-8") for path in paths))


@st.composite
def spoilt(draw: st.DrawFn) -> str:
    """An example outline with some cuts, doubled stretches and things that don't belong."""
    text = draw(st.sampled_from(originals()))
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(text)))
        to = min(len(text), at + draw(st.integers(0, 40)))
        put = draw(st.sampled_from(SPOILERS) | st.text(max_size=5) | st.just(text[at:to] * 2))
        text = text[:at] + put + text[draw(st.sampled_from([at, to])) :]
    return text


def all_diagnostics(text: str) -> list[Diagnostic]:
    """Parse a text and build an outline of it as far as that goes."""

    def read(name: str) -> str:
        if len(name) % 2:
            raise UnusableFile(f"`{name}` is not there", "Write it.")
        return "<p>Hello</p>"

    tree, found = parse(text, "courses/a.yaml")
    more = build(tree, read)[1] if tree is not None else []
    return found + more


def lies_inside(diagnostic: Diagnostic, text: str) -> bool:
    """Say whether a diagnostic's place is in the text, or just behind a line's end or its last."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    where = diagnostic.where
    return 1 <= where.line <= len(lines) and 1 <= where.column <= len(lines[where.line - 1]) + 1


@settings(deadline=None, max_examples=examples(400))
@given(spoilt())
def test_every_spoilt_outline_is_reported_and_none_raises(text: str) -> None:
    """Each diagnostic of a spoilt outline lies inside it and has a remedy."""
    for diagnostic in all_diagnostics(text):
        assert lies_inside(diagnostic, text), diagnostic
        assert diagnostic.problem
        assert diagnostic.remedy


@settings(deadline=None, max_examples=examples(300))
@given(st.text(max_size=60))
def test_any_text_is_reported_and_none_raises(text: str) -> None:
    """A file of any characters is read, or refused at a place inside it."""
    assert all(lies_inside(diagnostic, text) for diagnostic in all_diagnostics(text))


@settings(deadline=None, max_examples=examples(200))
@given(spoilt())
def test_the_same_text_gives_the_same_diagnostics(text: str) -> None:
    """Reading is deterministic: the same mistakes in the same order."""
    assert all_diagnostics(text) == all_diagnostics(text)


LETTERS = st.text(
    st.characters(codec="utf-8")
    | st.sampled_from("ΆΪΫΣİẞǅﬁ①²½\u0301\u0342\u0344\u0345\u0308\u0313٣अा-_. ")
)


@settings(deadline=None, max_examples=examples(500))
@given(LETTERS | LETTERS.map(lambda text: text * 40))
def test_a_slug_is_a_key_or_nothing(text: str) -> None:
    """The key made from a title is valid, no longer than a key may be, and its own slug."""
    key = slug(text)

    assert not key or is_key(key)
    assert len(key) <= MAX_KEY
    assert slug(key) == key


@settings(deadline=None, max_examples=examples(500))
@given(LETTERS | LETTERS.map(lambda text: text * 40) | st.text("ßæøœłẞ aB-"))
def test_a_proposed_key_is_a_key_with_letters_that_people_type(text: str) -> None:
    """It is nothing only where `slug` is, and has none of the letters that shells and disks break.

    Its letters are those of the title otherwise: a title of plain letters has the same key.
    """
    key = proposed_key(text)

    assert is_key(key) if slug(text) else not key
    assert not set("ßæøœł") & set(key)
    assert len(key) <= MAX_KEY
    assert proposed_key(key) == key


@settings(deadline=None, max_examples=examples(300))
@given(LETTERS)
def test_a_key_holds_nothing_that_an_address_is_divided_by(text: str) -> None:
    """A key has no dot, no blank and no capital, so that an address can be taken apart again."""
    key = slug(text)

    assert "." not in key
    assert not any(character.isspace() for character in key)
    assert key == key.lower()
