"""One case, from an empty workspace to the verdict."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from crash import aftermath
from crash.scenarios import APPLY, SCENARIOS
from crash.verdict import Verdict

if TYPE_CHECKING:
    from crash.stage import Stage


@dataclass(frozen=True)
class Case:
    """A scenario, and the effects at which its command, and the applies after it, are killed."""

    scenario: str
    kills: tuple[int, ...]

    @classmethod
    def parse(cls, text: str) -> Case:
        """Read what `str` writes, as in `first:17,4`.

        Raises:
            ValueError: where the text is no case.
        """
        scenario, _, kills = text.partition(":")
        if scenario not in SCENARIOS:
            raise ValueError(f"{scenario} is none of {', '.join(SCENARIOS)}")
        return cls(scenario, tuple(map(int, kills.split(","))))

    def __str__(self) -> str:
        """Return the case as one word."""
        return f"{self.scenario}:{','.join(map(str, self.kills))}"


def play(stage: Stage, case: Case) -> Verdict:
    """Prepare the scenario, crash, run again until it is done, and check the result."""
    workspace = stage.new_workspace()
    command = SCENARIOS[case.scenario](workspace)
    lost: list[str] = []
    has_fired = False
    for kill_at in case.kills:
        has_fired = workspace.run(*command, kill_at=kill_at).was_killed
        lost += aftermath.unknown(workspace)
        command = APPLY
    comes_right = aftermath.come_right(workspace)
    records = workspace.records()
    if comes_right:
        lost += aftermath.lost(records, workspace)
        wrongs = tuple(aftermath.wrongs(workspace, records))
    else:
        wrongs = ("it does not come right",)
    return Verdict(
        case=str(case),
        has_fired=has_fired,
        crashes=sum(ended.was_killed for ended in workspace.ran),
        runs=len(workspace.ran),
        duplicates=tuple(aftermath.duplicates(records)),
        lost=tuple(lost),
        wrongs=wrongs,
        told="\n".join(map(str, workspace.ran)),
    )
