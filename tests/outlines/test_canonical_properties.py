"""Properties of `coursesync fmt` for valid outlines of any layout."""

from __future__ import annotations

import re

from hypothesis import HealthCheck, assume, event, example, given, settings
from outlines.edits import comments
from outlines.layouts import outlines
from outlines.test_outline_properties import spoilt
from shares import examples

from coursesync.errors import UnusableFile
from coursesync.outlines.outline import Outline, build
from coursesync.outlines.rewriting import laid_out
from coursesync.outlines.yaml_reader import parse


def read(text: str) -> Outline | None:
    """Read an outline as the loader does."""
    tree, found = parse(text, "courses/onboarding.yaml")
    outline = build(tree, lambda name: f"<p>{name}</p>")[0] if tree is not None else None
    return None if found else outline


def formatted(text: str) -> str:
    """Return an outline's canonical text; one that is refused is no example."""
    assume(read(text) is not None)
    try:
        done = laid_out(text, "courses/onboarding.yaml")
    except UnusableFile as refused:
        event(refused.problem)
        assume(False)  # noqa: FBT003 - as it is called
        raise
    return done


# a comment below the last field, indented as if it were a section's
STRAY = "sections:\n- title: A\ntitle: Member onboarding\nid: 4711\n          # stray\n"


# its last line has blanks, and no line feed
OPEN_END = "id: 4711\ntitle: T\nsections:\n- title: A\n  contents: |+\n    a\n\n    "


@settings(deadline=None, max_examples=examples(200))
@given(outlines())
@example(STRAY)
def test_formatting_again_changes_nothing(text: str) -> None:
    """`fmt` does not change its own output."""
    once = formatted(text)

    assert laid_out(once, "courses/onboarding.yaml") == once


@settings(deadline=None, max_examples=examples(200))
@given(outlines())
@example(OPEN_END)
def test_every_valid_outline_is_formatted(text: str) -> None:
    """No usual layout is refused."""
    assume(read(text) is not None)

    assert read(laid_out(text, "courses/onboarding.yaml")) is not None


@settings(deadline=None, max_examples=examples(200))
@given(outlines())
def test_a_formatted_outline_is_the_same_outline(text: str) -> None:
    """Each section keeps its address, its attributes, its pin and its former keys."""
    before, after = read(text), read(formatted(text))

    assert before is not None
    assert after is not None
    assert (before.key, before.course_id, before.title) == (after.key, after.course_id, after.title)
    for old, new in zip(before.resources, after.resources, strict=True):
        assert new.address == old.address
        assert new.attributes == old.attributes
        assert (new.pin, new.previous_keys) == (old.pin, old.previous_keys)
        assert not new.key_is_derived


@settings(deadline=None, max_examples=examples(200))
@given(outlines())
def test_no_line_is_written_in_another_way(text: str) -> None:
    """Lines move and get another indent; their text stays, comments too."""
    done = formatted(text)

    def written(whole: str) -> list[str]:
        lines = (re.sub(r"^ *-(?= |$)", "", line).strip(" ") for line in whole.split("\n"))
        return sorted(line for line in lines if line and not line.startswith("key: "))

    assert comments(done) == comments(text)
    if "{" not in text and text.endswith("\n"):
        assert written(done) == written(text)


@settings(deadline=None, max_examples=examples(200))
@given(outlines())
def test_the_canonical_layout_is_canonical(text: str) -> None:
    """Dashes of sections stand at two and their keys come first; the text ends in a line end."""
    done = formatted(text)

    assert "\r" not in done
    assert done.endswith("\n")
    assert done.startswith("# yaml-language-server") == text.startswith("# yaml-language-server")
    assert len(re.findall(r"^  - (?:key: |\{)", done, re.MULTILINE)) >= 1


@settings(
    deadline=None,
    max_examples=examples(300),
    suppress_health_check=[HealthCheck.filter_too_much],  # most of what is spoilt is refused
)
@given(spoilt())
def test_any_valid_outline_is_laid_out_or_refused_in_words(text: str) -> None:
    """With anything anywhere in a text, nothing is lost and nothing raises."""
    done = formatted(text.replace("\r\n", "\n").replace("\r", "\n"))

    assert laid_out(done, "courses/onboarding.yaml") == done
