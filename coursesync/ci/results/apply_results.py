"""Tells people what a `coursesync ci apply` did: comments, statuses, and the issue of what waits.

Owns what is written to the forge, and that nothing is written twice. It must never decide anything:
all of it was decided before.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from coursesync.ci.decision import part_of
from coursesync.ci.instructions.answers import answer_each, answer_to, choices_in, decisions
from coursesync.ci.results.kept import keep_issue, keep_result, marker, set_once
from coursesync.ci.results.outcome import REPLACE
from coursesync.ci.results.reasons import Why, grouped
from coursesync.ci.results.waiting import WaitingCourses, body_of, title_of
from coursesync.errors import Remedy
from coursesync.planning.action import Action
from coursesync.planning.grant import Grant
from coursesync.render.comment.layout import Links, Written, linked
from coursesync.render.comment.notices import NotLive, result
from coursesync.render.comment.page import in_brief
from coursesync.render.comment.prose import named
from coursesync.render.comment.seen import items_of
from coursesync.render.markdown_escape import code, escape
from coursesync.render.rows import PlanView
from coursesync.text import listed

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from coursesync.applying.report import Result
    from coursesync.ci.applied import Applied
    from coursesync.ci.forges.forge import Issue, Review, Status

AGAIN = "Nobody has to do anything: the next run tries again, within the hour."
_MOST_GONE, _MOST_REASONS = 5, 3  # titles; reasons on a review
_REFUSED = "Correct it in a pull request."


def tell(applied: Applied) -> Issue | None:
    """Write the result to the forge; return the issue that is open now.

    The state is saved by then. Raises TryLater and RemoteError, as the forge does.
    """
    issue = _keep_issue(applied)
    forge, status = applied.job.forge, applied.outcome.status(applied.job.page)
    for review, courses in applied.before.history.brought():
        _comment(applied, review, courses, issue)
        set_once(forge, review.head, _status_for(applied, courses, status))
    set_once(forge, applied.main, status)
    if applied.drift is not None and not applied.unfinished:
        forge.close_issue(applied.drift.number)
    return issue


def _status_for(applied: Applied, courses: Collection[int], whole: Status) -> Status:
    """Return the status of a review: that of the run, unless only other courses wait."""
    if applied.outcome.matches or {*courses} & applied.unfinished:
        return whole
    return replace(applied.outcome, waiting=(), left=0, stop="", later="").status(whole.url)


def _keep_issue(applied: Applied) -> Issue | None:
    forge, issue, waiting = applied.job.forge, applied.issue, waiting_in(applied)
    if waiting is None:
        if issue is None:
            return None
        _answer(applied, issue, "")
        if applied.unfinished or applied.outcome.stop:
            return issue  # an outage decides nothing, and what was accepted in it still counts
        forge.comment(issue.number, "\n".join(_last_words(applied, issue)))
        forge.close_issue(issue.number)
        return None
    config = applied.after.loaded.project.config
    title = title_of(waiting)
    solo = applied.before.history.rules.reviewing == "solo"
    body = body_of(waiting, applied.job.path, config.limits, solo=solo)
    kept = keep_issue(forge, issue, title, body)
    _answer(applied, kept, body)
    return kept


def _answer(applied: Applied, issue: Issue, shown: str) -> None:
    """Answer each instruction in the issue, once; `shown` shows the lines to copy now."""
    given = applied.after.permits.in_issues()
    if any(each.comment.number == issue.number for each in given):
        # what counted for this run is no choice afterwards
        choices = [*choices_in(applied.before), *choices_in(applied.after)]
        run = linked("This run", applied.job.page) or "This run"
        forge = applied.job.forge
        answer_each(
            forge,
            issue.number,
            applied.after.permits.comments_on(issue.number),
            lambda one: "" if one.word == "plan" else answer_to(one, choices, shown, _used(run)),
        )


def _last_words(applied: Applied, issue: Issue) -> Iterator[str]:
    """Yield the last comment in the issue of what waited: what was applied, and who decided it."""
    given = [e for e in applied.before.permits.in_issues() if e.comment.number == issue.number]
    made = [*dict.fromkeys(decisions(given, choices_in(applied.before)))]
    courses = {course for choice, _ in made for course in choice.courses}
    yield marker("closed", applied.job.path)
    if not courses or not (done := applied.live(courses)).changes:
        yield "Nothing waits any more."
        return
    run = linked("this run", applied.job.page) or "this run"
    yield f"Nothing waits any more: {run} applied it."
    view = PlanView(done)
    for part in in_brief([(course, items_of(course)) for course in view.courses]):
        yield from part.lines
    yield ""
    for choice, login in made:
        yield f"- {code(choice.words)} by {escape(login)}"


def _used(run: str) -> str:
    return f"{run} used it. What is left, if anything, is in the text of this issue."


def waiting_in(applied: Applied) -> WaitingCourses | None:
    """Return what waits for a person; None if nothing does."""
    assessment = applied.after
    if not applied.waiting and assessment.loosening is None:
        return None
    return WaitingCourses(
        part_of(assessment.wanted, applied.waiting),
        {each: tuple(_reasons(applied, each)) for each in applied.waiting},
        assessment.whole_coverage.digest if _is_unapproved(applied) else "",
        {
            each: tuple((grant, assessment.digests[each]) for grant in _needed(applied, each))
            for each in sorted(applied.waiting)
        },
        assessment.loosening,
        open_to_all=applied.job.open_to_all,
    )


def _is_unapproved(applied: Applied) -> bool:
    """Return whether a person has to approve something of what waits."""
    found = applied.after
    return not found.is_approved and bool(applied.waiting & found.whole_coverage.held.keys())


def _needed(applied: Applied, course: int) -> list[Grant]:
    """Return what has to be allowed in a course, in the order in which it is shown."""
    found = {*applied.after.needed(course), *applied.stopped.get(course, ())}
    return [each for each in Grant if each in found]


def _reasons(applied: Applied, course: int) -> Iterator[Why]:
    """Yield why a course waits for a person, one reason once."""
    assessment, job = applied.after, applied.job
    found = () if assessment.is_approved else assessment.whole_coverage.held.get(course, ())
    if found:
        solo = assessment.history.rules.reviewing == "solo"
        yield from grouped(
            found, lambda commit: assessment.history.pushers([commit]), job.page, solo=solo
        )
    if (large := assessment.large.get(course)) is not None:
        yield Why(escape(f"This changes {large}, which is more than usual."))
    if course in assessment.decision.together:
        yield Why("Items move between this course and one that waits.")
    if course in assessment.unpruned:
        gone = [
            named(each.title)
            for each in assessment.wanted.changes
            if each.course_id == course and each.action is Action.DELETE
        ]
        is_ = "is" if len(gone) == 1 else "are"
        yield Why(f"{listed(gone, _MOST_GONE)} left the outline and {is_} still on the site.")
    for done in _results(applied, {course}):
        if not done.done and done.reason:
            reason = escape(f"{done.reason.rstrip('.')}.")
            yield Why(f"{named(done.change.title)}: {reason}")


def _results(applied: Applied, courses: Collection[int]) -> Iterator[Result]:
    for report in applied.reports:
        yield from (each for each in report.results if each.change.course_id in courses)


def _comment(
    applied: Applied, review: Review, courses: Collection[int], issue: Issue | None
) -> None:
    """Write on a review what became live, and what waits for what."""
    done = applied.live(courses)
    rows = [*_not_live(applied, courses, issue)]
    view = None
    if done.changes or not rows:
        view = PlanView(done, limits=applied.after.loaded.project.config.limits)
    job = applied.job
    keep_result(job.forge, review.number, job.path, result(view, rows, Links(run=job.page)))


def _not_live(applied: Applied, courses: Collection[int], issue: Issue | None) -> Iterator[NotLive]:
    for course in sorted({*courses} & applied.unfinished):
        title = applied.after.wanted.courses[course].name
        if course in applied.waiting:
            words = [each.words for each in _reasons(applied, course)][:_MOST_REASONS]
            why = "<br>".join(words) or "It waits for a decision."
            where = linked(f"the issue #{abs(issue.number)}", issue.url) if issue else ""
            todo = f"Somebody decides about it in {where}." if where else ""
            yield NotLive(title, Written(why), Written(todo))
        elif course in applied.after.unindexed:
            yield NotLive(title, f"This is temporary: {applied.outcome.later}.", AGAIN)
        else:
            yield _left(applied, course, title)


def _left(applied: Applied, course: int, title: str) -> NotLive:
    if applied.denial:
        return NotLive(
            title,
            f"{applied.denial[:1].upper()}{applied.denial[1:]}.",
            f"{REPLACE[:1].upper()}{REPLACE[1:]}.",
        )
    for each in _results(applied, {course}):
        if each.problems or (each.reason and not each.done):
            problem = "; ".join(one.message for one in each.problems) or each.reason
            todo = each.remedy or (_REFUSED if each.problems else AGAIN)
            return NotLive(title, Remedy(f'"{each.change.title}": {problem.rstrip(".")}.'), todo)
    stop = applied.outcome.stop or "the run ended before it"
    return NotLive(title, f"{stop[:1].upper()}{stop[1:]}.", AGAIN)
