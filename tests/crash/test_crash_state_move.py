"""`state move` dies at any of its effects, and is repeated: one place has the whole state."""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING

import pytest
from crash.aftermath import duplicates, lost
from crash.kinds import to_play
from crash.stage import Stage, staged
from harness import STATE, saved
from shares import is_every_case

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from crash.workspace import Workspace

PARTS = 4 if is_every_case() else 1


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with staged(tmp_path_factory.mktemp("stage")) as stage:
        yield stage


def applied(stage: Stage, to: str) -> Workspace:
    """Return a workspace whose two sections are applied, with its state in the other place."""
    workspace = stage.new_workspace()
    workspace.outline(one="One", two="Two")
    if to == "git":
        workspace.add_remote()
    else:
        workspace.keep_in_git()
    workspace.apply()
    return workspace


def numbers(stage: Stage, to: str, part: int) -> Iterable[int]:
    """Return the numbers of the effects to die at."""
    if is_every_case():
        return count(part + 1, PARTS)
    effects = applied(stage, to).run("state", "move", "--to", to, kill_at=0).effects
    return to_play(effects, [stage.undisturbed, stage.undisturbed_in_git])


@pytest.mark.parametrize("part", range(PARTS))
@pytest.mark.parametrize("to", ["git", "file"])
def test_a_move_that_was_killed_is_repeated(stage: Stage, to: str, part: int) -> None:
    """What is planned meanwhile creates nothing; the same command again ends what was begun."""
    crashes = 0
    for number in numbers(stage, to, part):
        workspace = applied(stage, to)
        if not workspace.run("state", "move", "--to", to, kill_at=number).was_killed:
            break
        crashes += 1
        case = f"{to}:{number}"
        planned = workspace.run("plan")
        assert "Nothing to do" in planned.out or "state move" in planned.err, (case, planned)
        again = workspace.run("state", "move", "--to", to)
        assert again.code == 0 or "has it already" in again.err, (case, again)
        applying = workspace.apply()
        assert "Nothing to do" in applying.out + applying.err, (case, again, applying)

        file = workspace.folder / STATE
        assert file.exists() is (to == "file"), case
        if to == "git":
            records = workspace.records()
            assert lost(records, workspace) == [], case
        else:
            assert len(saved(workspace.folder).entries) == 2, case
            assert not workspace.has_branch(), case
        assert duplicates(workspace.records()) == [], case

    assert crashes > 1
