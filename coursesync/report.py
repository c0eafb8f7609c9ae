"""The report of a run: what became of each change. Values only; pure."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from coursesync.outcome import Problem
    from coursesync.plan import Change
    from coursesync.state import State


class Status(Enum):
    """What became of a change."""

    CREATED = "created"
    MOVED = "moved"
    REFUSED = "refused"
    IN_DOUBT = "in doubt"
    HELD_BACK = "held back"  # its course was stopped
    LEFT = "left"  # this version does not carry out its action
    NOT_TRIED = "not tried"  # the run ended before it


@dataclass(frozen=True, slots=True)
class Result:
    """A change and what became of it; `reason` says why it was not carried out."""

    change: Change
    status: Status
    record_id: int | None = None
    reason: str = ""
    problems: tuple[Problem, ...] = ()

    @property
    def done(self) -> bool:
        """Whether the change is carried out."""
        return self.status in {Status.CREATED, Status.MOVED}


@dataclass(frozen=True, slots=True)
class Report:
    """A run: what became of each change, in the plan's order, and the state as saved.

    `stopped` says why the run ended early, "" where it did not; `unusable` whether that was
    because the API can't be used as it is (unreachable, or the credentials were refused).
    """

    results: tuple[Result, ...]
    state: State
    stopped: str = ""
    remedy: str = ""
    unusable: bool = False

    @property
    def complete(self) -> bool:
        """Whether all of the plan is carried out."""
        done = all(result.done for result in self.results)
        return done and not self.stopped and not self.state.doubts

    def with_status(self, *statuses: Status) -> list[Result]:
        """Return the results of these kinds, in order."""
        return [result for result in self.results if result.status in statuses]
