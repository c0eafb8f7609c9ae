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

CHUNKS = {
    "first": 8,
    "moved": 6,  # one section more as well
    "lost-after": 6,
    "after-a-crash": 3,
    "recover": 3,
    "resolve": 3,
}


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with staged(tmp_path_factory.mktemp("stage")) as stage:
        yield stage


@pytest.mark.parametrize(
    ("scenario", "chunk", "chunks"),
    [
        *((name, chunk, CHUNKS[name]) for name in CHUNKS for chunk in range(CHUNKS[name])),
        pytest.param("resolve-not-created", 0, 1),
    ],
)
def test_a_crash_at_any_effect_is_made_good(
    stage: Stage, scenario: str, chunk: int, chunks: int
) -> None:
    """Whatever a run dies at, the next ones make nothing twice, lose no Id, and come right."""
    crashes = 0
    for number in count(chunk + 1, chunks):
        verdict = play(stage, Case(scenario, (number,)))
        assert verdict.is_good, verdict
        if not verdict.has_fired:
            break
        crashes += 1

    assert crashes > 1
