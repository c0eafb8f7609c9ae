"""What an apply has to say at its end: the new Ids, what failed and where, what to type next."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from coursesync.cli.screen import say
from coursesync.errors import Diagnostic, ExitCode
from coursesync.report import Status
from coursesync.words import count, inert

if TYPE_CHECKING:
    from coursesync.cli.session import Session
    from coursesync.report import Report, Result


def exit_code(report: Report) -> ExitCode:
    """Return how a run ends that no signal ended."""
    if report.unusable:
        return ExitCode.ERROR
    return ExitCode.DONE if report.complete else ExitCode.WORK_LEFT


def tell(report: Report, session: Session) -> None:
    """Print a report: the new Ids on stdout, all else on stderr."""
    say()
    for result in report.results:
        if result.record_id is not None and result.status is Status.CREATED:
            click.echo(f"{result.change.address} {result.record_id}")
    for result in report.with_status(Status.REFUSED):
        _tell_refused(result)
    for result in report.with_status(Status.IN_DOUBT):
        _tell_in_doubt(result, session)
    _tell_waiting(report)
    say(_counts(report))
    if report.stopped:
        say(f"Stopped: {report.stopped}.")
        say(f"  {report.remedy}")
    elif report.with_status(Status.REFUSED, Status.IN_DOUBT, Status.HELD_BACK):
        say(f"Once that is settled:  {session.hint('apply')}  goes on from here.")


def _counts(report: Report) -> str:
    counts = [(len(report.with_status(status)), status.value) for status in Status]
    told = ", ".join(f"{number} {words}" for number, words in counts if number)
    return f"Apply: {told}."


def _tell_refused(result: Result) -> None:
    resource = result.change.resource
    if resource is None:  # pragma: no cover - only what an outline wants is sent
        return
    if not result.problems:
        say(str(Diagnostic(resource.where, f"the API refuses this section: {result.reason}")))
    for problem in result.problems:
        field = resource.kind.fields.get(problem.name, problem.name) or "this section"
        say(
            str(
                Diagnostic(
                    resource.where_property(problem.name),
                    f"the API refuses `{field}`: {problem.message}",
                    "Change it here; the rest of this course waits for it.",
                )
            )
        )


def _tell_in_doubt(result: Result, session: Session) -> None:
    change = result.change
    at = f"{change.where}: " if change.where else ""
    say(f"{at}nobody knows whether {change.address} was created: {result.reason}.")
    say(f'    Look in Nexudus, course {change.parent_id}, for "{inert(change.title)}".')
    settle = f"resolve {change.address}"
    say(f"    If it is there:  {session.hint(f'{settle} --id N', folder='-w ')}")
    say(f"    If it is not:    {session.hint(f'{settle} --not-created', folder='-w ')}")


def _tell_waiting(report: Report) -> None:
    for result in report.with_status(Status.LEFT):
        say(f"{result.change.address}: {result.reason}.")
    waiting: dict[tuple[int, str], int] = {}
    for result in report.with_status(Status.HELD_BACK):
        course = (result.change.parent_id, result.reason)
        waiting[course] = waiting.get(course, 0) + 1
    for (course_id, reason), number in waiting.items():
        wait = "waits" if number == 1 else "wait"
        say(f"Course {course_id}: {count(number, 'section')} {wait}, for {reason}.")
