"""What a `coursesync ci apply` found and did.

Owns which courses wait, and how the run ended. It must never do anything.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING

from coursesync.ci.decision import part_of
from coursesync.ci.results.outcome import REPLACE, Outcome, context_of
from coursesync.errors import CoursesyncError, Denied, ExitCode
from coursesync.planning.removal import is_acknowledged

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    from coursesync.applying.report import Report
    from coursesync.ci.assessment import Assessment
    from coursesync.ci.forges.forge import Issue
    from coursesync.ci.job import Job
    from coursesync.planning.grant import Grant
    from coursesync.planning.plan import Plan

_INDEX = "the forge does not know yet which pull request brought a commit to main"


@dataclass(frozen=True)
class Applied:
    """What a run found and did.

    Attributes:
        before: what it decided at the beginning.
        after: the same look at what is left.
        since: returns the plan of some courses from the state in which they were applied last, as a
            whole; raises CoursesyncError if main can't be planned from that state.
        issue: the issue that shows what waits, if it is open: at the beginning, then at the end.
        drift: the issue about drift, if somebody approved in it.
        reports: the reports of the courses that it applied, in turn.
        stopped: what a person has to allow, by the Id of the course that stopped for it.
    """

    job: Job
    main: str
    before: Assessment
    after: Assessment
    since: Callable[[Collection[int]], Plan]
    issue: Issue | None
    drift: Issue | None = None
    reports: tuple[Report, ...] = ()
    stopped: Mapping[int, frozenset[Grant]] = field(default_factory=dict)

    @cached_property
    def waiting(self) -> frozenset[int]:
        """The Ids of the courses that wait for a person."""
        assessment = self.after
        undecided = (
            assessment.held | assessment.decision.large.keys() | assessment.decision.together
        )
        return ((undecided | self.stopped.keys()) & assessment.pending) | assessment.unpruned

    @cached_property
    def unfinished(self) -> frozenset[int]:
        """The Ids of the courses of which the site does not match main, for whatever reason."""
        return self.waiting | {e.course_id for e in self.after.plan.changes if e.action.changes}

    @property
    def denial(self) -> str:
        """Why the API refused the credentials, as a sentence without an end; "" if it did not."""
        found = [e.stop for e in self.reports if isinstance(e.stop, Denied) and e.stop.unusable]
        return found[-1].reason.rstrip(".") if found else ""

    def live(self, courses: Collection[int]) -> Plan:
        """Return what is live of some courses since they were applied last, as a plan.

        Earlier runs may have sent a part of it, also one that was killed and could not tell. That
        part is left out if main can't be planned from so old a state.
        """
        left = {each.address for each in self.after.wanted.changes if each.action.changes}
        try:
            plan = self.since(courses)
        except CoursesyncError:  # a report is no reason to fail
            plan = self.before.wanted
        part = part_of(plan, courses)
        changes = [e for e in part.changes if e.action.changes and e.address not in left]
        done = {each.address for each in changes}
        kept = {each.course_id for each in changes} | {each.from_course for each in changes}
        live = {
            each: replace(
                course, departures=tuple(e for e in course.departures if e.address in done)
            )
            for each, course in part.courses.items()
            if each in kept
        }
        return replace(part, changes=tuple(changes), courses=live)

    @cached_property
    def outcome(self) -> Outcome:
        """How it ended."""
        assessment = self.after
        waits = self.waiting | assessment.unindexed
        left = [each for each in assessment.plan.changes if each.action.changes]
        stops = [each.stop.reason.rstrip(".") for each in self.reports if each.stop is not None]
        if self.denial:
            stops = [f"{self.denial}: {REPLACE}"]
        unsaved = [each.unsaved.exit_code for each in self.reports if each.unsaved]
        unusable = any(each.stop is not None and each.stop.unusable for each in self.reports)
        changes = assessment.wanted.changes
        kept = (each.kind for each in changes if each.is_left and not is_acknowledged(each))
        return Outcome(
            self.main,
            context_of(self.job.path),
            waiting=titles_in(assessment, self.waiting),
            left=sum(each.course_id not in waits for each in left),
            stop=stops[-1] if stops else "",
            later=_INDEX if assessment.unindexed & assessment.pending else "",
            still=Counter(kept),
            signal=getattr(self.job.clock, "signal", None),
            failure=unsaved[0] if unsaved else ExitCode.ERROR if unusable else ExitCode.DONE,
            open_to_all=self.job.open_to_all,
            is_loosened=assessment.loosening is not None,
        )


def titles_in(assessment: Assessment, ids: Collection[int]) -> tuple[str, ...]:
    """Return the titles of some courses, or their keys."""
    courses = assessment.wanted.courses
    return tuple(courses[each].name for each in sorted(ids) if each in courses)
