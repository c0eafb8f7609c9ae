"""The crashes are real, at the effects that matter; and the checks find what they leave."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from crash import aftermath
from crash.stage import Stage, staged
from crash.workspace import address
from harness import SECTIONS, STATE
from zygote import environment_of_python

if TYPE_CHECKING:
    from collections.abc import Iterator

JOURNAL = f"{STATE}.journal"
UNLOCK = {"UnlockType": 1, "UnlockAfterDays": 0}
_ONCE = "import json, sys; import zygote as z; z.run(z.Order(**json.load(sys.stdin)))"


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with staged(tmp_path_factory.mktemp("stage")) as stage:
        yield stage


@pytest.mark.parametrize(
    "effects",
    [
        (f"before open {JOURNAL}", f"after open {JOURNAL}", "before flock", "after flock"),
        ("before write", "after write", "before fsync", "after fsync", "before connect"),
        ("before connect", "after connect", "before send", "after send"),
        ("before recv", "after recv"),
        (f"before rename .{STATE}.tmp {STATE}", f"after rename .{STATE}.tmp {STATE}"),
        (f"before remove {JOURNAL}", f"after remove {JOURNAL}"),
        ("before flock", "after flock"),
    ],
)
def test_the_effects_that_matter_are_among_those_that_kill(
    stage: Stage, effects: tuple[str, ...]
) -> None:
    """Each step of an apply is an effect, before and after it, in the order of the steps."""
    met = stage.undisturbed
    starts = range(len(met) - len(effects) + 1)

    assert any(met[start : start + len(effects)] == effects for start in starts)


@pytest.mark.parametrize("number", [1, 2, 20, 50, 90])
def test_the_nth_effect_kills(stage: Stage, number: int) -> None:
    """A run dies by SIGKILL at just the effect that it is to die at, the same in every run."""
    workspace = stage.new_workspace()
    workspace.outline(one="One", two="Two")
    ended = workspace.apply(kill_at=number)

    assert ended.was_killed
    assert ended.effects == stage.undisturbed[:number]


def test_a_fork_does_what_a_fresh_process_does(stage: Stage) -> None:
    """A process that imports all for itself has the same effects, one by one."""
    workspace = stage.new_workspace()
    workspace.outline(one="One", two="Two")
    order = workspace.program.order("apply", "--auto-approve", kill_at=0)
    done = subprocess.run(
        [sys.executable, "-P", "-c", _ONCE],
        input=order.written(),
        env=environment_of_python(workspace.folder),
        encoding="utf-8",
        timeout=60,
        check=False,
    )

    ended = workspace.program.ended(order.arguments, done.returncode)

    assert ended.code == 0
    assert ended.effects == stage.undisturbed


def test_what_was_sent_whole_is_carried_out(stage: Stage) -> None:
    """The server makes what a run sent that died before the answer; the next run is in doubt."""
    workspace = stage.new_workspace()
    workspace.outline(one="One", two="Two")
    workspace.apply(kill_at=workspace.of_the_last_create("after send"))
    records = workspace.records()

    assert [*records.values()] == ["One", "Two"]
    assert workspace.known() == {address("one"): min(records), address("two"): "in doubt"}


def test_what_broke_off_half_way_is_not_carried_out(stage: Stage) -> None:
    """The server makes nothing of a request whose body never came; the next run is in doubt."""
    workspace = stage.new_workspace()
    workspace.outline(one="One", two="Two")
    workspace.apply(kill_at=workspace.of_the_last_create("before send"))

    assert [*workspace.records().values()] == ["One"]
    assert workspace.known()[address("two")] == "in doubt"


def test_a_record_made_twice_is_seen(stage: Stage) -> None:
    """A second record of the same title is a duplicate, and its Id is one that was lost."""
    workspace = stage.new_workspace()
    workspace.outline(one="One", two="Two")
    workspace.apply()
    section = {"CourseId": workspace.course, "Title": "Two", "DisplayOrder": 20, **UNLOCK}
    second = stage.api.post(SECTIONS, json=section).json()["Value"]["Id"]

    records = workspace.records()

    assert aftermath.duplicates(records) == ["Two"]
    assert aftermath.lost(records, workspace) == [f"Two, section {second}"]
    assert aftermath.unknown(workspace) == [f"Two, section {second}, to the run after the crash"]


@pytest.mark.parametrize("name", [JOURNAL, f".{STATE}.tmp", f"{STATE}.locked-by"])
def test_what_is_left_over_is_seen(stage: Stage, name: str) -> None:
    """A file that exists only during a run is reported; an undisturbed run leaves none."""
    workspace = stage.new_workspace()
    workspace.outline(one="One")
    workspace.apply()
    before = workspace.left_over()
    (workspace.folder / name).write_text("")

    assert before == []
    assert workspace.left_over() == [name]
