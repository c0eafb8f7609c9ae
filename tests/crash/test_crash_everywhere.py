"""Promises 3, 4 and 5, for a process that dies at any of its effects, one after the other.

A chunk tries every so manieth effect, from its own first one on, until none is left to die at.
"""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING

import pytest
from crash.play import Case, play
from crash.stage import Stage, staged

if TYPE_CHECKING:
    from collections.abc import Iterator

# into how many parts each scenario is cut, and which share of them is played in a day
PARTS = {
    "first": (8, 8),
    "moved": (6, 6),  # one section more as well
    "rewritten": (6, 6),  # an update and a deletion as well
    "lost-after": (6, 6),
    "after-a-crash": (6, 6),
    "recover": (4, 4),
    "resolve": (4, 4),
    "resolve-not-created": (4, 4),
    "lessons": (8, 8),
    "lessons-moved": (8, 8),
    "lessons-rewritten": (8, 8),
    "lessons-lost-after": (8, 8),
    "new-course": (10, 10),
    "new-course-lost-after": (10, 10),
    "in-git": (16, 16),  # each push, too
    "in-git-rewritten": (16, 16),
    "in-git-recover": (12, 12),
    "in-git-lost-after": (16, 16),
}


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with staged(tmp_path_factory.mktemp("stage")) as stage:
        yield stage


@pytest.mark.parametrize(
    ("scenario", "part", "parts"),
    [
        pytest.param(name, part, parts, marks=pytest.mark.many(share))
        for name, (parts, share) in PARTS.items()
        for part in range(parts)
    ],
)
def test_a_crash_at_any_effect_is_made_good(
    stage: Stage, scenario: str, part: int, parts: int
) -> None:
    """At whatever effect a run dies, the next ones create nothing twice, lose no Id, and finish."""
    crashes = 0
    for number in count(part + 1, parts):
        verdict = play(stage, Case(scenario, (number,)))
        assert verdict.is_good, verdict
        if not verdict.has_fired:
            break
        crashes += 1

    assert crashes > 1
