"""Keeps a record that members have completed from being deleted: their completions would be lost.

Owns the count of completions: before the first write of a course, and again right before a deletion
if that count is older than a minute. It must never let a deletion pass while the number is unknown,
unless the run may lose completions. It reads no person's name.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from coursesync.applying.report import Result, Status
from coursesync.applying.world import MAX_AGE
from coursesync.errors import Stop
from coursesync.planning.action import Action
from coursesync.text import count

if TYPE_CHECKING:
    from coursesync.applying.run import CourseRun, Run
    from coursesync.kinds.progress import Completions
    from coursesync.nexudus.sender import Sender
    from coursesync.planning.change import Change


def look_for_completions(run: Run, course: CourseRun) -> None:
    """Count the completions that the deletions of a course would lose; raises Stop.

    If a deletion would lose some, record its result, and stop the course.
    """
    for change in course.changes:
        if change.address not in run.results:
            may_be_deleted(run, change)


def may_be_deleted(run: Run, change: Change) -> bool:
    """Return whether the change may be sent. If not, its result is recorded.

    Raises Stop if the run can't go on.
    """
    kind = change.kind
    if change.action is not Action.DELETE or not kind.completions or run.terms.lose_completions:
        return True
    now = run.world.clock.now()
    at, reason = run.completions_checked.get(change.address, (float("-inf"), ""))
    if now - at >= MAX_AGE:
        run.sender.until_writable()  # so that the count is recent when the deletion is sent
        reason = who_completed(run.sender, kind.completions, change.entry.id)
        run.completions_checked[change.address] = now, reason
    if reason:
        stopped = Result(change, Status.HAS_COMPLETIONS, change.record_id, f"not deleted: {reason}")
        run.conclude(stopped, holds=f"{change.address} would lose completions")
    return not reason


def who_completed(sender: Sender, completions: Completions, record_id: int) -> str:
    """Return how many members have completed a record, or that it is unknown; "" if none has.

    Raises Stop if nothing can be sent.
    """
    from coursesync.nexudus.pages import total_of  # noqa: PLC0415 - brings pydantic
    from coursesync.nexudus.records import completions_endpoint  # noqa: PLC0415 - brings pydantic

    try:
        number = total_of(sender, completions_endpoint(completions), record_id)
    except Stop as stop:
        if not stop.unusable:
            raise
        role = f"{completions.role}-List"
        who = f"who {completions.verbs[0]} can't be counted"
        return f"{who}, which needs the role {role} ({stop.reason})"
    members = count(number, "member")
    return f"{members} {completions.verbs[1 if number == 1 else 2]}" if number else ""
