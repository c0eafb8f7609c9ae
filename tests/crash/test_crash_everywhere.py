"""Promises 3, 4 and 5, for a process that dies at any of its effects, one after the other.

With `--every-case` it dies at each effect of each scenario: `make soak` and the nightly run do
that. `make test` plays the same cases each day: an effect of each kind, and some more.
"""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING

import pytest
from crash.kinds import to_play
from crash.play import Case, play
from crash.scenarios import FAULTS, SCENARIOS
from crash.stage import Stage, staged
from shares import is_every_case

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

# their effects are of the kinds that other scenarios have
_LEFT_OUT = {*FAULTS[1:], *(f"lessons-{fault}" for fault in FAULTS[1:])}

PARTS = 8 if is_every_case() else 1
PLAYED = [each for each in SCENARIOS if is_every_case() or each not in _LEFT_OUT]


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with staged(tmp_path_factory.mktemp("stage")) as stage:
        yield stage


def numbers(stage: Stage, scenario: str, part: int) -> Iterable[int]:
    """Return the numbers of the effects to die at."""
    if is_every_case():
        return count(part + 1, PARTS)
    workspace = stage.new_workspace()
    effects = workspace.run(*SCENARIOS[scenario](workspace), kill_at=0).effects
    known = [stage.undisturbed] if scenario != "first" else []
    known += [stage.undisturbed_in_git] if scenario.startswith("in-git-") else []
    return to_play(effects, known)


@pytest.mark.parametrize("part", range(PARTS))
@pytest.mark.parametrize("scenario", PLAYED)
def test_a_crash_at_any_effect_is_made_good(stage: Stage, scenario: str, part: int) -> None:
    """At whatever effect a run dies, the next ones create nothing twice, lose no Id, and finish."""
    crashes = 0
    for number in numbers(stage, scenario, part):
        verdict = play(stage, Case(scenario, (number,)))
        assert verdict.is_good, verdict
        if not verdict.has_fired:
            break
        crashes += 1

    assert crashes > 1
