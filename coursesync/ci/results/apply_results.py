"""Tells people what a `coursesync ci apply` did: comments, statuses, and the issue of what waits.

Owns what is written to the forge, and that nothing is written twice. It must never decide anything:
all of it was decided before.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from coursesync.ci.decision import part_of
from coursesync.ci.instructions.answers import answer_each, answer_to, choices_in
from coursesync.ci.instructions.approvals import Grant
from coursesync.ci.results.kept import keep_issue, marker, set_once
from coursesync.ci.results.outcome import REPLACE
from coursesync.ci.results.reasons import Why, grouped
from coursesync.ci.results.waiting import Waiting, body_of, title_of
from coursesync.errors import Remedy
from coursesync.planning.action import Action
from coursesync.render.comment.layout import Links, Written, linked
from coursesync.render.comment.notices import NOT_LIVE, NotLive, result
from coursesync.render.comment.prose import named
from coursesync.render.markdown_escape import escape
from coursesync.render.rows import PlanView
from coursesync.text import listed

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from coursesync.applying.report import Result
    from coursesync.ci.forges.forge import Forge, Issue, Review, Status
    from coursesync.ci.job import Applied
    from coursesync.planning.plan import Plan

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
            forge.comments(issue.number),
            lambda one: "" if one.word == "plan" else answer_to(one, choices, shown, _used(run)),
        )


def _used(run: str) -> str:
    return f"{run} used it. What is left, if anything, is in the text of this issue."


def waiting_in(applied: Applied) -> Waiting | None:
    """Return what waits for a person; None if nothing does."""
    assessment = applied.after
    if not applied.waiting and assessment.loosening is None:
        return None
    return Waiting(
        part_of(assessment.wanted, applied.waiting),
        {each: tuple(_reasons(applied, each)) for each in applied.waiting},
        assessment.coverage.digest if applied.waiting & assessment.held else "",
        {
            each: tuple((grant, assessment.digests[each]) for grant in _needed(applied, each))
            for each in sorted(applied.waiting)
        },
        assessment.loosening,
    )


def _needed(applied: Applied, course: int) -> Iterator[Grant]:
    """Yield what has to be allowed in a course."""
    assessment = applied.after
    stopped = applied.stopped.get(course, frozenset())
    found = {
        Grant.LARGE_CHANGE: course in assessment.decision.large,
        Grant.OVERWRITE: Grant.OVERWRITE in stopped,
        Grant.PRUNE: course in assessment.unpruned,
        Grant.PROGRESS_LOSS: Grant.PROGRESS_LOSS in stopped,
    }
    yield from (grant for grant, is_needed in found.items() if is_needed)


def _reasons(applied: Applied, course: int) -> Iterator[Why]:
    """Yield why a course waits for a person, one reason once."""
    assessment, job = applied.after, applied.job
    if course in assessment.held:
        solo = assessment.history.rules.reviewing == "solo"
        found = assessment.coverage.held[course]
        yield from grouped(
            found, lambda commit: assessment.history.pushers([commit]), job.page, solo=solo
        )
    if (large := assessment.decision.large.get(course)) is not None:
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
    forge, begin = applied.job.forge, marker("apply", applied.job.path)
    done = _done(applied, courses)
    rows = [*_not_live(applied, courses, issue)]
    view = None
    if done.changes or not rows:
        view = PlanView(done, limits=applied.after.loaded.project.config.limits)
    body = f"{begin}\n{result(view, rows, Links(run=applied.job.page))}"
    _write(forge, review, begin, body, is_news=bool(done.changes))


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}".rstrip(".")


def _write(forge: Forge, review: Review, begin: str, body: str, *, is_news: bool) -> None:
    """Write a result on a review, unless its last one says the same."""
    own = [e for e in forge.comments(review.number) if e.own and e.body.startswith(begin)]
    live, left = halves(own[-1].body if own else begin)
    if not own or is_news or (live and left != halves(body)[1]):
        forge.comment(review.number, body)
    elif (live, left) != halves(body) and not live:
        forge.edit_comment(own[-1].id, body)


def halves(body: str) -> tuple[str, str]:
    """Return what a comment says is live, and what is not.

    Without the line of links, because each run has a page of its own.
    """
    lines = body.replace("\r\n", "\n").strip().split("\n")[1:]
    text = "\n".join(each for each in lines if not each.startswith("[The run](")).strip()
    live, _, left = text.partition(NOT_LIVE)
    return live.strip(), left.strip()


def _done(applied: Applied, courses: Collection[int]) -> Plan:
    """Return the changes of these courses that were carried out, as a plan."""
    done = {each.change.address for each in _results(applied, courses) if each.done}
    part = part_of(applied.before.plan, courses)
    changes = tuple(each for each in part.changes if each.address in done)
    kept = {each.course_id for each in changes} | {each.from_course for each in changes}
    courses = {
        each: replace(course, departures=tuple(e for e in course.departures if e.address in done))
        for each, course in part.courses.items()
        if each in kept
    }
    return replace(part, changes=changes, courses=courses)


def _not_live(applied: Applied, courses: Collection[int], issue: Issue | None) -> Iterator[NotLive]:
    for course in sorted({*courses} & applied.unfinished):
        title = applied.after.wanted.courses[course].name
        if course in applied.waiting:
            words = [each.words for each in _reasons(applied, course)][:_MOST_REASONS]
            why = "<br>".join(words) or "It waits for a decision."
            where = linked(f"the issue #{abs(issue.number)}", issue.url) if issue else ""
            todo = f"Somebody decides about it in {where}." if where else ""
            yield NotLive(title, Written(why), Written(todo))
        elif course in applied.after.later:
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
