"""The power fails at every effect in turn, and may lose what was not fsynced."""

from __future__ import annotations

from contextlib import contextmanager
from random import Random
from typing import TYPE_CHECKING

import pytest
from machine import Machine, Switch
from virtual import VirtualClock, virtual_sandbox

from coursesync.sandbox import Fault, Settings

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

COURSE = 4711
CREATE = "POST /api/content/coursesections"
LESSON = "POST /api/content/courselessons"
SEEDS = (None, 1, 2)  # of what survives: None is nothing that was not fsynced
ENDS = {"kill": (False, None), **{f"power-{seed}": (True, seed) for seed in SEEDS}}
# the titles of the lessons in each section; "" is the course itself
FIRST: Mapping[str, Sequence[str]] = {"One": ["A", "B"], "": ["Words"]}
MORE: Mapping[str, Sequence[str]] = {"One": ["A"], "Two": ["B", "C"], "": ["Words", "Links"]}
SCENARIOS = {
    "the first apply ever": (),
    "an answer is lost": (f"{CREATE}@1:lost-after",),
    "a request is lost": (f"{CREATE}@1:lost-before",),
    "an answer to a lesson is lost": (f"{LESSON}@2:lost-after",),
    "a lesson is lost": (f"{LESSON}@3:lost-before",),
}


@contextmanager
def machine_at(folder: Path, *faults: str) -> Iterator[Machine]:
    """Yield a machine whose workspace has one outline, and nothing was applied yet."""
    folder.mkdir(exist_ok=True)
    clock = VirtualClock()
    # lists lag: were the journal not to be trusted, a look would not make up for it
    with virtual_sandbox(clock, Settings(list_lag=20.0, ids_apart=0)) as (sandbox, _):
        sandbox.add_course(COURSE, "Course")
        for fault in faults:
            sandbox.add_fault(Fault.parse(fault))
        write(folder, FIRST)
        yield Machine(folder, sandbox, clock)


def write(folder: Path, within: Mapping[str, Sequence[str]]) -> None:
    """Write the outline: the titles of the lessons in each section, and in the course."""
    lines = [f"id: {COURSE}", "title: Course", "sections:"]
    for section, lessons in within.items():
        lines += [f"  - title: {section}"] * bool(section)
        indent = "    " * bool(section)
        lines += [f"{indent}lessons:", *(f"{indent}  - title: {each}" for each in lessons)]
    (folder / "a.yaml").write_text("\n".join(lines) + "\n")


def chance(seed: int | None, number: int) -> Random | None:
    """Return the source of chance that decides what survives."""
    return None if seed is None else Random(seed * 1_000_003 + number)  # noqa: S311 - repeatable


def test_the_harness_sees_every_effect(tmp_path: Path) -> None:
    """What is enumerated: the writes, fsyncs, renames and requests of an undisturbed apply."""
    switch = Switch()
    with machine_at(tmp_path / "courses") as machine:
        machine.apply(switch)

    expected = ["send a create", "read its answer", "fsync", "fsynced", "write", "written"]
    expected += [f"renam{end} coursesync.state.json" for end in ("e", "ed")]
    expected += [f"remove{end} coursesync.state.json.journal" for end in ("", "d")]
    expected += ["create coursesync.state.json.journal", "fsync the folder", "send a search"]
    assert set(expected) <= set(switch.effects)
    assert switch.effects.index("fsynced") < switch.effects.index("send a create")


@pytest.mark.many(4)
@pytest.mark.parametrize(("power", "seed"), ENDS.values(), ids=ENDS)
@pytest.mark.parametrize("faults", SCENARIOS.values(), ids=SCENARIOS)
def test_the_next_run_puts_it_right(
    tmp_path: Path, faults: tuple[str, ...], seed: int | None, *, power: bool
) -> None:
    """Whatever effect was the last: nothing is created twice, no Id lost, nothing left to do."""
    number = 1
    while True:
        with machine_at(tmp_path / "courses", *faults) as machine:
            fired = machine.cut(Switch(number), random=chance(seed, number), power=power)
            machine.converge()
            machine.check()
        if not fired:
            break
        number += 1

    assert number > 30


@pytest.mark.many(3)
@pytest.mark.parametrize("seed", SEEDS)
def test_a_second_apply_over_a_state(tmp_path: Path, seed: int | None) -> None:
    """The same if there is a state already, with its backup: a lesson moves to a new section."""
    number, fired = 0, True
    while fired:
        number += 1
        with machine_at(tmp_path / "courses") as machine:
            machine.apply()
            write(machine.folder, MORE)
            fired = machine.cut(Switch(number), random=chance(seed, number), power=True)
            machine.converge()
            machine.check()

    assert number > 30


@pytest.mark.many(3)
@pytest.mark.parametrize("system_id", ["kept", "dropped", "refused"])
def test_the_outline_is_edited_before_the_next_run(tmp_path: Path, system_id: str) -> None:
    """A create is judged by what it sent: its section is retitled since, and gets a lesson."""
    outline = "id: 4711\ntitle: Course\nsections:\n- {{key: one, title: {0}, lessons: [{1}]}}\n"
    number, fired = 0, True
    while fired:
        number += 1
        with machine_at(tmp_path / "courses") as machine:
            machine.sandbox.change(system_id=system_id)
            path = machine.folder / "a.yaml"
            path.write_text(outline.format("One", "{key: a, title: A}"))
            fired = machine.cut(Switch(number), random=None, power=False)
            path.write_text(outline.format("Another", "{key: a, title: B}, {key: c, title: C}"))
            machine.converge()
            machine.check()

    assert number > 30


@pytest.mark.many(2)
@pytest.mark.parametrize("seed", [1, 2])
def test_the_power_fails_again_and_again(tmp_path: Path, seed: int) -> None:
    """The run that recovers may be interrupted as well, at any effect, and so may the next one."""
    for first in range(1, 60):
        with machine_at(tmp_path / "courses", f"{LESSON}@2:lost-after") as machine:
            random = Random(seed * 1_000 + first)  # noqa: S311 - repeatable
            machine.cut(Switch(first), random=random, power=True)
            for _ in range(4):
                machine.cut(Switch(random.randint(1, 60)), random=random, power=True)
            machine.converge()
            machine.check()
