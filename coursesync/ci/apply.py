"""`coursesync ci apply`: applies to the site what main holds and reviews cover.

Owns the order: main as it is now, the newest state, a plan of both, what reviews cover of it, and
then course by course what may go; `telling` writes the result to the forge, and last of all comes
the record of which commit was applied. It must never apply anything because of a text that
coursesync wrote.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, cast

from coursesync.applying.report import Status
from coursesync.ci.applied import Applied
from coursesync.ci.assessment import Assessment, open_in
from coursesync.ci.coverage.reviewing import Rules
from coursesync.ci.instructions.permits import Permits
from coursesync.ci.main_workspace import fetched_main, history_of, workspace_of_main
from coursesync.ci.results.apply_results import tell
from coursesync.ci.results.failing import in_a_job, mark_failed, tell_failed
from coursesync.ci.results.kept import marker
from coursesync.ci.results.last_state import check_not_lost, last_run, remember
from coursesync.errors import CoursesyncError, InvalidOutlines, StalePlan
from coursesync.kinds import kind_of
from coursesync.kinds.address import course_of
from coursesync.operations.apply import apply
from coursesync.operations.site import drift
from coursesync.operations.workspace import Workspace
from coursesync.outlines.workspace_files import Outlines
from coursesync.planning.apart import check_alone
from coursesync.planning.diff import plan_of
from coursesync.planning.grant import Grant
from coursesync.state.confirmed import unconfirmed
from coursesync.state.state_report import RunResult
from coursesync.state.state_tip import state_since

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from coursesync.applying.report import Report
    from coursesync.applying.world import Progress
    from coursesync.ci.decision import Group
    from coursesync.ci.job import Job
    from coursesync.operations.workspace import Project
    from coursesync.planning.plan import Plan
    from coursesync.state.git_store import GitStore
    from coursesync.state.state import State
    from coursesync.state.state_report import Ended, StateReport

_STOPPED = {Status.DRIFTED: Grant.OVERWRITE, Status.HAS_COMPLETIONS: Grant.PROGRESS_LOSS}


def apply_main(job: Job) -> Applied:
    """Apply what main holds now and reviews cover, and record it.

    Returns:
        What was done, and what is left or waits.

    Raises:
        UsageError: the state is not in a branch, or there are no credentials.
        InvalidOutlines: main has mistakes.
        TryLater: the forge or the remote can't be reached; nothing was sent.
        StateLocked: another run holds the state.
        StateError, RemoteError, CoursesyncError: as `operations.apply.apply`.
    """
    main = fetched_main(job)
    try:
        with workspace_of_main(job, main) as (project, store):
            check_not_lost(job, main, store)
            return _applied(job, main, project, store)
    except CoursesyncError as error:
        with suppress(CoursesyncError):  # the error itself is reported
            mark_failed(job, main, error)
        raise


def foreseen(job: Job) -> Applied:
    """Return what `apply_main` would find now, and has not done.

    Sends nothing to the site, and writes nothing to the forge or the remote. Raises as
    `apply_main` does; it needs no credentials of the site.
    """
    main = fetched_main(job)
    with workspace_of_main(job, main) as (project, store):
        check_not_lost(job, main, store, asks=False)
        return _Run(job, project, store, main).foreseen()


def _applied(job: Job, main: str, project: Project, store: GitStore) -> Applied:
    try:
        with project.held():
            return _Run(job, project, store, main).carried_out()
    except CoursesyncError as error:
        words = in_a_job(error, last_run(store))
        with suppress(CoursesyncError):  # the error itself is reported
            tell_failed(job, history_of(job, main, store.report), words)
        if words is error:
            raise
        raise words from error


class _Run:
    """One run; to carry it out, it has to hold the state."""

    def __init__(self, job: Job, project: Project, store: GitStore, main: str) -> None:
        self._job, self._project, self._main = job, project, main
        self._store = store
        self._history = history_of(job, main, store.report)
        forge = job.forge
        self._issue = forge.issue(marker("waiting", job.path))
        self._drift = forge.issue(marker("drift", job.path))
        issues = [each for each in (self._issue, self._drift) if each is not None]
        self._permits = Permits(forge, self._history, issues)
        # somebody wants the outlines' version back
        self._refreshes = self._drift is not None and self._permits.approves_in(self._drift)
        self._did = False
        # by the serial of the state that each begins from, and the keys of its courses
        self._plans: dict[tuple[int, tuple[str, ...]], Plan] = {}
        self._result: RunResult | None = None

    def foreseen(self) -> Applied:
        found = self._assessment(self._loaded(self._project.state()))
        drifted = self._drift if self._refreshes else None
        since = partial(self._since, found)
        return Applied(self._job, self._main, found, found, since, self._issue, drifted)

    def carried_out(self) -> Applied:
        before = self._look()
        self._store.report_of = self._report
        reports = tuple(self._apply_groups(before))
        after = self._look() if reports else before
        stopped = _stopped(reports)
        issue, drifted = self._issue, self._drift if self._refreshes else None
        since = partial(self._since, before)
        done = Applied(
            *(self._job, self._main, before, after, since, issue, drifted, reports, stopped)
        )
        # before the record of what was applied, so that the next run writes what fails here
        ended = replace(done, issue=tell(done))
        self._result = RunResult(
            at=self._job.clock.stamp(),
            commit=self._main,
            exit_code=cast("Ended", int(done.outcome.exit_code)),
            run=self._job.run.id,
            summary="; ".join(done.outcome.sentences),
        )
        saved = self._saved(after.loaded.state)
        remember(self._job, self._main, self._store, saved.serial)
        return ended

    def _since(self, before: Assessment, courses: Collection[int]) -> Plan:
        """Return the plan of some courses from the state in which they were applied last.

        It is the whole plan: what a run sent that was killed is in it, too. Raises CoursesyncError
        if there is none: that state may contradict what main has now.
        """
        now = self._store.report.applied

        def is_so(report: StateReport) -> bool:
            return all(report.applied.get(each) == now.get(each) for each in courses)

        state = state_since(self._store.branch, self._store.target, is_so)
        entries = state.entries.items()
        known = {kind_of(at).course_id_of(each.sent): course_of(at) for at, each in entries}
        known |= {each.id: each.key for each in before.wanted.courses.values()}
        keys = tuple(sorted(known[each] for each in {*courses} & known.keys()))
        if (state.serial, keys) not in self._plans:
            loaded = self._loaded(state, keys)
            self._plans[state.serial, keys] = self._assessment(loaded).wanted
        return self._plans[state.serial, keys]

    def _saved(self, state: State) -> State:
        """Record what an interrupted run left, and what is applied; make the branch if needed."""
        if state.serial:
            return self._store.recover(state)
        return self._store.finish(self._store.begin(state))

    def _look(self) -> Assessment:
        return self._assessment(self._refreshed(self._loaded(self._project.state())))

    def _loaded(self, state: State, keys: tuple[str, ...] = ()) -> Workspace:
        if self._history.is_empty and not (state.entries or state.doubts):  # nobody wrote one yet
            return Workspace(self._project, state, Outlines((), frozenset()), self._store.hold)
        return replace(self._project, courses=keys).outlines_for(state)

    def _assessment(self, loaded: Workspace) -> Assessment:
        return Assessment(loaded, self._history, self._permits)

    def _refreshed(self, loaded: Workspace) -> Workspace:
        if not self._refreshes:
            return loaded
        return drift(loaded, clock=self._job.clock).workspace

    def _apply_groups(self, assessment: Assessment) -> Iterator[Report]:
        groups = assessment.decision.groups
        if not groups:
            return
        ids = {each for group in groups for each in group.ids}
        changes = (each for each in assessment.plan.changes if each.course_id in ids)
        total = sum(each.action.changes for each in changes)
        with self._job.online(total) as progress:
            for group in groups:
                if self._job.clock.stopping():
                    return
                report = self._apply(assessment, group, progress)
                self._did = True
                yield report
                if report.unsaved is not None or (report.stop and report.stop.unusable):
                    return

    def _apply(self, assessment: Assessment, group: Group, progress: Progress) -> Report:
        keys = sorted(_keys(assessment, group.ids))
        project = replace(self._project, courses=tuple(keys))
        loaded = self._refreshed(project.load())
        plan = plan_of(loaded.read, loaded.state, assessment.policy)
        check_alone(plan, loaded.read)
        _check_same(assessment.plan, plan, group.ids)
        return apply(
            plan,
            loaded,
            overwrite_drift=Grant.OVERWRITE in group.grants,
            allow_progress_loss=Grant.PROGRESS_LOSS in group.grants,
            allow_large_change=True,
            progress=progress,
            clock=self._job.clock,
        )

    def _rules(self) -> Rules:
        """Return who has to approve what comes next."""
        rules, loosening = self._history.rules, self._history.loosening
        if loosening is not None and self._permits.approved(
            loosening.digest, lambda: [loosening.commit]
        ):
            return Rules(loosening.reviewing, self._main)
        return rules if loosening is not None else replace(rules, loosened="")

    def _report(self, state: State, known: StateReport) -> StateReport:
        """Return the report with each course that the site has as main has it."""
        is_news = self._did or self._history.commits or not known.since or known.loosened
        if self._result is None or not is_news:
            return known
        try:
            left = open_in(self._assessment(self._loaded(state)).wanted, state)
        except InvalidOutlines:  # the run found what the outlines contradict
            return known
        ids = {kind_of(at).course_id_of(each.sent) for at, each in state.entries.items()}
        done = {*ids, *self._history.courses} - left
        applied = {**self._history.starts, **dict.fromkeys(done, self._main)}
        result, rules = _newer(self._result, known.result), self._rules()
        since, there = known.since or self._main, {*ids, *self._history.courses, *left}
        # each other course is gone, and would come back as a new one; who pushed a loosened setting
        # is known as long as the history begins before it
        if there <= applied.keys() and not rules.loosened:
            applied = {each: sha for each, sha in applied.items() if each in there}
            since = self._main
        return replace(
            known,
            reviewing=rules.reviewing,
            reviewing_since=rules.since,
            loosened=rules.loosened,
            applied=applied,
            since=since,
            result=result,
        )


def _newer(result: RunResult | None, known: RunResult | None) -> RunResult | None:
    """Return a result, or the known one if that says the same: then nothing has to be pushed."""
    if result is None or known is None:
        return result or known
    is_same = replace(result, at=known.at, run=known.run) == known
    return known if is_same else result


def _keys(assessment: Assessment, ids: Collection[int]) -> Iterator[str]:
    """Yield the keys of some courses, also of those without an outline."""
    known = {each.id: each.key for each in assessment.plan.courses.values()}
    for at, entry in unconfirmed(assessment.loaded.state).items():
        known.setdefault(kind_of(at).course_id_of(entry.sent), course_of(at))
    yield from (known[each] for each in ids)


def _check_same(whole: Plan, part: Plan, ids: Collection[int]) -> None:
    """Raise StalePlan unless the plan of some courses is just that part of the whole plan."""
    wanted = [each.meaning for each in whole.changes if each.course_id in ids]
    if sorted(map(repr, wanted)) != sorted(repr(each) for each in part.meanings):
        raise StalePlan(
            "the plan of some courses is not a part of the plan of all",
            "Report this as a mistake of coursesync. Nothing was sent for these courses.",
        )


def _stopped(reports: Iterable[Report]) -> dict[int, frozenset[Grant]]:
    found: dict[int, set[Grant]] = {}
    for report in reports:
        for result in report.results:
            if (grant := _STOPPED.get(result.status)) is not None:
                found.setdefault(result.change.course_id, set()).add(grant)
    return {each: frozenset(grants) for each, grants in found.items()}
