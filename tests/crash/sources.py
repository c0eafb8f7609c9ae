"""Where a soak gets its crashes from: each source plays a batch of cases that chance picks."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, TypeAlias

from crash.play import Case, play
from crash.scenarios import SCENARIOS
from crash.stage import staged

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from random import Random

    from crash.verdict import Verdict

Source: TypeAlias = "Callable[[Random], Iterator[Verdict]]"
"""Yields the verdicts of a batch, within a minute or so; the same for the same chance."""

BATCH = 40
_MOST_KILLS = 3
_MOST_EFFECTS = 100  # of the command that is killed first; 99 are the most that one has
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


SOURCES: Mapping[str, Source] = {"killed": killed}
