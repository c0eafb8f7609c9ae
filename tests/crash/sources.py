"""Where a soak gets its crashes from: each source plays a batch of cases that chance picks."""

from __future__ import annotations

from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, TypeAlias

from crash.play import Case, play
from crash.scenarios import SCENARIOS
from crash.stage import staged
from walk import cut_at_random, story_at_random, together_at_random

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from crash.verdict import Verdict

Source: TypeAlias = "Callable[[Random], Iterator[Verdict]]"
"""Yields the verdicts of a batch, within a minute or so; the same for the same chance."""

BATCH = 40
IN_PROCESS = 150  # cases without a process of their own are quick
_MOST_KILLS = 3
_MOST_EFFECTS = 220  # of the command that is killed first
_MOST_EFFECTS_AGAIN = 35  # of the applies after it: mostly, less is left to do


def killed(chance: Random) -> Iterator[Verdict]:
    """Kill the program at random effects of random scenarios, and again while it recovers."""
    with TemporaryDirectory() as folder, staged(Path(folder)) as stage:
        for _ in range(BATCH):
            yield play(stage, _case(chance))


def _case(chance: Random) -> Case:
    again = chance.randrange(_MOST_KILLS)
    # the smaller of two, for most commands have fewer effects
    kills = [min(chance.randint(1, _MOST_EFFECTS), chance.randint(1, _MOST_EFFECTS))]
    kills += [chance.randint(1, _MOST_EFFECTS_AGAIN) for _ in range(again)]
    return Case(chance.choice(sorted(SCENARIOS)), tuple(kills))


def unplugged(chance: Random) -> Iterator[Verdict]:
    """Cut the power of a simulated machine that forgets what was not fsynced."""
    with TemporaryDirectory() as folder:
        for _ in range(IN_PROCESS):
            seed = chance.randrange(10**9)
            yield cut_at_random(Path(folder) / "courses", Random(seed), f"unplugged:{seed}")  # noqa: S311 - chance, not a secret


def told(chance: Random) -> Iterator[Verdict]:
    """Tell stories: edits, faults, lagging lists, lost machines, two runs at once, and crashes."""
    for _ in range(IN_PROCESS // 10):
        seed = chance.randrange(10**9)
        yield story_at_random(Random(seed), f"told:{seed}")  # noqa: S311 - chance, not a secret


def doubled(chance: Random) -> Iterator[Verdict]:
    """Let two machines that can't see each other's files apply the same outlines at once."""
    for _ in range(IN_PROCESS):
        seed = chance.randrange(10**9)
        with TemporaryDirectory() as folder:
            yield together_at_random(Path(folder), Random(seed), f"doubled:{seed}")  # noqa: S311 - chance, not a secret


SOURCES: Mapping[str, Source] = {
    "killed": killed,
    "unplugged": unplugged,
    "told": told,
    "doubled": doubled,
}
