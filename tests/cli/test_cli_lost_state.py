"""A state that was lost, or forgot a record: what the markers of older keys prove, and what not."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from harness import CommandLine, lift_limits, saved

if TYPE_CHECKING:
    from pathlib import Path

    from harness import SandboxServer

APPLY = ("apply", "--auto-approve", "--settling-time", "0")
HEAD = "id: 4711\ntitle: C\nsections: []\nlessons:\n"
APPLES = "title: Apples, contents: <p>red</p>}\n"
BANANAS = "title: Bananas, contents: <p>yellow</p>}\n"


@pytest.fixture
def one(author: CommandLine, courses: Path) -> CommandLine:
    """A command line without waits."""
    lift_limits(courses)
    return author


def applied(one: CommandLine, courses: Path, *lessons: str) -> int:
    """Apply an outline with these lessons; return the exit code."""
    (courses / "c.yaml").write_text(HEAD + "".join(f"  - {{{each}" for each in lessons))
    return one(*APPLY).code


def test_exchanged_keys_are_found_by_what_the_records_are(one: CommandLine, courses: Path) -> None:
    """Each lesson keeps the record that has its text, because members have completed that."""
    applied(one, courses, f"key: a, {APPLES}", f"key: b, {BANANAS}")
    applied(one, courses, f"key: t, previous_keys: [a], {APPLES}", f"key: b, {BANANAS}")
    applied(one, courses, f"key: t, {APPLES}", f"key: a, previous_keys: [b], {BANANAS}")
    applied(one, courses, f"key: b, previous_keys: [t], {APPLES}", f"key: a, {BANANAS}")
    before = saved(courses).entries
    (courses / "coursesync.state.json").unlink()
    ran = one(*APPLY)

    assert ran.code == 0, ran.said
    assert "2 adopted" in ran.said
    assert saved(courses).entries == before
    assert one("plan", "--detailed-exitcode").code == 0


def test_a_key_that_was_given_away_makes_nothing_twice(
    one: CommandLine, api: SandboxServer, courses: Path
) -> None:
    """Two records carry the marker of one key: the older one had it before it was renamed."""
    applied(one, courses, f"key: a, {APPLES}")
    applied(one, courses, f"key: b, previous_keys: [a], {APPLES}")
    applied(one, courses, f"key: b, {APPLES}", f"key: a, {BANANAS}")
    before = saved(courses).entries
    (courses / "coursesync.state.json").unlink()
    sent = len(api.log())
    ran = one(*APPLY)

    assert ran.code == 0, ran.said
    assert saved(courses).entries == before
    assert {met["method"] for met in api.log()[sent:]} == {"GET"}


@pytest.mark.parametrize("answer", ["--not-created", "--id"])
def test_a_forgotten_record_is_not_adopted_for_another_lesson(
    one: CommandLine, api: SandboxServer, courses: Path, answer: str
) -> None:
    """A lesson that gets the old key leads to a question, again and again until it is answered."""
    applied(one, courses, f"key: intro, {APPLES}", "key: z, title: Z}\n")
    old = saved(courses).entries["lesson.c.intro"]
    applied(one, courses, "key: z, title: Z}\n")
    one("state", "rm", "lesson.c.intro")
    codes = [applied(one, courses, "key: z, title: Z}\n", f"key: intro, {BANANAS}")]
    codes += [one(*APPLY).code]
    ran = one(*APPLY)
    titles = {str(each["Title"]) for each in api.lessons()}
    one("resolve", "lesson.c.intro", *[answer, str(old)][: 2 if answer == "--id" else 1])
    last = one(*APPLY)

    assert [*codes, ran.code] == [6, 6, 6]
    assert "a record with other contents carries its marker" in ran.said
    assert titles == {"Apples", "Z"}
    assert last.code == 0, last.said
    new = saved(courses).entries["lesson.c.intro"]
    assert (new == old) is (answer == "--id")
