"""What a `coursesync ci apply` that fails tells people: statuses, and comments on what was merged.

Owns what the engineer has to do, in the words of a job. It must never decide anything.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from coursesync.ci.forges.forge import LONGEST_STATUS, Mark, Status
from coursesync.ci.results.kept import keep_result, set_once
from coursesync.ci.results.outcome import context_of
from coursesync.errors import InvalidOutlines, StateLocked, TryLater
from coursesync.render.comment.layout import Links
from coursesync.render.comment.notices import NotLive, result
from coursesync.text import at, inert

if TYPE_CHECKING:
    from coursesync.ci.forges.forge import Review
    from coursesync.ci.job import Job
    from coursesync.ci.main_history import MainHistory
    from coursesync.errors import CoursesyncError
    from coursesync.state.open_run import OpenRun

_WAITS = "Nobody has to do anything: the next scheduled run tries again, within the hour."


def in_a_job(error: CoursesyncError, run: OpenRun | None) -> CoursesyncError:
    """Return an error in the words of a job, where nobody can wait or type.

    `run` is the one that holds the state, if any does.
    """
    if not isinstance(error, StateLocked):
        return error
    if run is None:
        return StateLocked(error.problem, _WAITS)
    after = at(run.until).removeprefix(" at")
    return StateLocked(
        f"{run.name} holds the state; if it was killed, the next run goes on after{after}", _WAITS
    )


def mark_failed(job: Job, commit: str, error: CoursesyncError) -> None:
    """Set the status of a failure on a commit; raises as the forge does."""
    mark = Mark.ERROR if isinstance(error, TryLater | StateLocked) else Mark.FAILURE
    problem = inert(error.problem, LONGEST_STATUS)
    set_once(job.forge, commit, Status(context_of(job.path), mark, problem, job.page))


def tell_failed(job: Job, history: MainHistory, error: CoursesyncError) -> None:
    """Say on each review that waits to be applied why it was not; raises as the forge does."""
    for review, _ in history.brought():
        mark_failed(job, review.head, error)
        if not isinstance(error, InvalidOutlines | TryLater | StateLocked):
            _comment(job, review, error)


def _comment(job: Job, review: Review, error: CoursesyncError) -> None:
    problem = f"{error.problem[:1].upper()}{error.problem[1:]}."
    rows = [NotLive(f"This {review.noun}", problem, error.remedy or _WAITS)]
    keep_result(job.forge, review.number, job.path, result(None, rows, Links(run=job.page)))
