"""The report of a run: what became of each change. Values only; pure."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from coursesync.errors import Sentence, StateError, Stop
    from coursesync.nexudus.outcome import Problem
    from coursesync.planning.drift import Drifted
    from coursesync.planning.plan import Change
    from coursesync.state.state import Candidate, CourseRecord, State


class Status(Enum):
    """What became of a change."""

    CREATED = "created"
    ADOPTED = "adopted"  # it was there already, made by a run that was lost
    SETTLED = "settled"  # it was in doubt, and now it is known what became of it
    UPDATED = "updated"
    DEACTIVATED = "deactivated"
    DELETED = "deleted"
    RE_KEYED = "re-keyed"  # only the state changed
    PROTECTED = "protected or released"  # the same
    REFUSED = "refused"
    IN_DOUBT = "in doubt"
    HELD_BACK = "held back"  # its course was stopped
    DRIFTED = "skipped: edited in Nexudus"  # since we last wrote it
    GONE = "skipped: deleted in Nexudus"
    UNREADABLE = "skipped: can't be read"
    HAS_LESSONS = "skipped: has lessons"  # or they are not known
    NOT_TRIED = "not tried"  # the run ended before it


@dataclass(frozen=True, slots=True)
class Result:
    """A change and what became of it; `reason` says why it was not carried out.

    `remedy` says what to do first, where the reason alone does not.
    `candidates` are the records that it may have made, where a person has to choose; `at` is when
    it was known, ISO 8601 in UTC, "" where it was not come to.
    """

    change: Change
    status: Status
    record_id: int | None = None
    reason: str = ""
    problems: tuple[Problem, ...] = ()
    candidates: tuple[Candidate, ...] = ()
    at: str = ""
    remedy: Sentence = ""

    @property
    def done(self) -> bool:
        """Whether nothing is left to do for it."""
        return self.status in DONE


DONE = {
    Status.CREATED,
    Status.ADOPTED,
    Status.SETTLED,
    Status.UPDATED,
    Status.DEACTIVATED,
    Status.DELETED,
    Status.RE_KEYED,
    Status.PROTECTED,
}


@dataclass(frozen=True, slots=True)
class Remainder:
    """What the next plan would find: how many writes, and which courses stand as a whole."""

    complete: Mapping[str, CourseRecord]
    writes: int


@dataclass(frozen=True, slots=True)
class Report:
    """A run: what became of each change, in the plan's order, and the state that it led to.

    `stop` is why the run ended early, if it did; `unsaved` why the state could not be saved;
    `left` how many writes the next plan has, which may be some even where this one is carried out.
    `twins` are second records that are there beside those that are ours, `unlisted` what was
    created and its course does not list, and `unread` says which records of others can't be read.
    """

    results: tuple[Result, ...]
    state: State
    stop: Stop | None = None
    unsaved: StateError | None = None
    left: int = 0
    twins: tuple[Drifted, ...] = ()
    unlisted: tuple[Result, ...] = ()
    unread: tuple[str, ...] = ()

    @property
    def complete(self) -> bool:
        """Whether all of the plan is carried out."""
        done = all(result.done for result in self.results)
        is_clean = not (self.state.doubts or self.twins or self.unlisted or self.unread)
        return done and self.stop is None and is_clean

    def with_status(self, *statuses: Status) -> list[Result]:
        """Return the results of these kinds, in order."""
        return [result for result in self.results if result.status in statuses]
