"""Random power cuts and stories, without Hypothesis: `make soak` plays thousands of them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from crash.verdict import Verdict
from machine import LONGEST_LAG, Broken, Switch
from test_any_story import (
    COURSES,
    FAULT_KINDS,
    POLICIES,
    READINGS,
    REQUESTS,
    Story,
)
from test_power_cuts import MORE, SCENARIOS, machine_at, write
from together import scene

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from random import Random

STEPS = 25
_MOST_EFFECTS = 70
_MOST_CUTS = 4


def cut_at_random(folder: Path, chance: Random, case: str) -> Verdict:
    """Cut the power, or kill, at random effects of an apply and of those that put it right."""
    crashes = 0
    faults = chance.choice(sorted(SCENARIOS.values()))
    with machine_at(folder, *faults) as machine:
        if chance.random() < 1 / 2:
            machine.apply()
            write(machine.folder, MORE)
        for _ in range(chance.randint(1, _MOST_CUTS)):
            switch = Switch(chance.randint(1, _MOST_EFFECTS))
            random = chance if chance.random() < 3 / 4 else None
            crashes += machine.cut(switch, random=random, power=chance.random() < 3 / 4)
        return _judged(case, crashes, machine.converge, machine.check, lambda: machine.applied)


def story_at_random(chance: Random, case: str) -> Verdict:
    """Play a story of random steps, and check the promises at its end."""
    story = Story()
    try:
        for _ in range(STEPS):
            _step(story, chance)
        # a story's faults are crashes of another kind: each left a run without its answer
        befallen = sum(met.fault is not None for met in story.sandbox.log)
        machine = story.machine
        return _judged(
            case,
            machine.cuts + befallen,
            story.come_to_rest,
            lambda: None,
            lambda: story.machine.applied,
        )
    finally:
        story.stack.close()


def together_at_random(folder: Path, chance: Random, case: str) -> Verdict:
    """Let two machines apply at once, with lists and updates of any reading, and kills."""
    with scene(folder, chance) as two:

        def converge() -> None:
            two.play()
            two.come_to_rest()

        verdict = _judged(case, 0, converge, two.check, lambda: two.both.runs)
        crashes, twins = two.crashes, two.both.twins
        return replace(verdict, has_fired=crashes > 0, crashes=crashes, twins=twins)


def _step(story: Story, chance: Random) -> None:
    course, place = chance.choice(COURSES), chance.randint(0, 20)
    steps: list[Callable[[], object]] = [
        lambda: story.add_sections(course=course, number=chance.randint(1, 4)),
        lambda: story.add_a_section_with_lessons(course=course, number=chance.randint(1, 3)),
        lambda: story.add_lessons(course=course, place=place, number=chance.randint(1, 3)),
        lambda: story.add_lessons(course=course, place=place, number=chance.randint(1, 3)),
        lambda: story.move_a_lesson(course=course, place=place, to=chance.randint(0, 20)),
        lambda: story.move_a_lesson(course=course, place=place, to=chance.randint(0, 20)),
        lambda: story.drop_a_list(course=course, place=place),
        lambda: story.put_one_between(course=course, place=place),
        lambda: story.take_one_out(course=course, place=place),
        lambda: story.rewrite_one(course=course, place=place),
        lambda: story.retitle_one(course=course, place=place),
        lambda: story.put_one_elsewhere(course=course, place=place, to=chance.randint(0, 20)),
        lambda: story.give_one_away(course=course, place=place),
        lambda: story.protect_one(course=course, place=place),
        lambda: story.let_a_colleague_edit(course=course, place=place),
        lambda: story.let_a_colleague_move(course=course, place=place, to=chance.randint(-1, 20)),
        lambda: story.let_a_colleague_delete(course=course, place=place),
        lambda: _fault(story, chance),
        lambda: _fault(story, chance),
        lambda: story.let_lists_lag(seconds=chance.choice([0.0, 3.0, LONGEST_LAG])),
        lambda: story.let_time_pass(seconds=chance.choice([1.0, 30.0, 600.0])),
        lambda: story.let_a_colleague_add(course=course, place=chance.randint(-5, 20)),
        lambda: _apply(story, chance),
        lambda: _apply(story, chance),
        lambda: _cut(story, chance),
        lambda: _cut(story, chance),
        lambda: _cut(story, chance),
        lambda: story.apply_twice_at_once(at=chance.randint(1, 30)),
        lambda: story.lose_the_machine(which=chance.randint(0, 5)),
        lambda: story.let_the_api_be_another(
            name=chance.choice(sorted(READINGS)), number=chance.randint(0, 2)
        ),
        lambda: story.apply_from_two_clones(
            seed=chance.randint(0, 9), lag=chance.choice([0.0, 3.0, LONGEST_LAG])
        ),
    ]
    chance.choice(steps)()


def _fault(story: Story, chance: Random) -> None:
    method = chance.choice(REQUESTS)
    kind = chance.choice([kind for kind in FAULT_KINDS if kind != "forbidden-token"])
    story.let_something_go_wrong(method=method, nth=chance.randint(1, 4), kind=kind)


def _apply(story: Story, chance: Random) -> None:
    story.apply(policy=chance.choice(POLICIES), afresh=chance.random() < 1 / 4)


def _cut(story: Story, chance: Random) -> None:
    seed, policy = chance.choice([None, chance.randint(0, 9)]), chance.choice(POLICIES)
    at, power = chance.randint(1, 60), chance.random() < 3 / 4
    edits = [(chance.choice(COURSES), chance.randint(0, 20)) for _ in range(chance.randint(0, 3))]
    story.be_cut_off(at=at, seed=seed, policy=policy, edits=edits, power=power)


def _judged(
    case: str,
    crashes: int,
    converge: Callable[[], object],
    check: Callable[[], object],
    applied: Callable[[], int],
) -> Verdict:
    try:
        converge()
        check()
    except Broken as broken:
        return Verdict(
            case,
            has_fired=crashes > 0,
            crashes=crashes,
            runs=applied(),
            duplicates=broken.duplicates,
            lost=broken.lost,
            wiped=broken.wiped,
            unreported=broken.unreported,
            wrongs=broken.wrongs,
        )
    return Verdict(case, has_fired=crashes > 0, crashes=crashes, runs=applied())
