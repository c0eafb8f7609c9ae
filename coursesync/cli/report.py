"""What an apply has to say at its end: the new Ids, what failed and where, what to type next."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from coursesync.cli.screen import say
from coursesync.errors import Diagnostic, ExitCode
from coursesync.report import Status
from coursesync.words import count

if TYPE_CHECKING:
    from pathlib import Path

    from coursesync.report import Report, Result


def exit_code(report: Report) -> ExitCode:
    """Return how a run ends that no signal ended."""
    if report.unusable:
        return ExitCode.ERROR
    return ExitCode.DONE if report.complete else ExitCode.WORK_LEFT


def tell(report: Report, folder: Path) -> None:
    """Print a report: the new Ids on stdout, all else on stderr."""
    say()
    for result in report.results:
        if result.record_id is not None and result.status is Status.CREATED:
            click.echo(f"{result.change.address} {result.record_id}")
    for result in report.with_status(Status.REFUSED):
        _tell_refused(result)
    for result in report.with_status(Status.IN_DOUBT):
        _tell_in_doubt(result, folder)
    _tell_waiting(report)
    say(_counts(report))
    if report.stopped:
        say(f"Stopped: {report.stopped}.")
        say(f"  {report.remedy}")
    elif not report.complete:
        say(f"When that is mended, run  coursesync apply {folder}  again; it goes on from here.")


def _counts(report: Report) -> str:
    counts = [(len(report.with_status(status)), status.value) for status in Status]
    told = ", ".join(f"{number} {words}" for number, words in counts if number)
    return f"Apply: {told}. The state has serial {report.state.serial}."


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


def _tell_in_doubt(result: Result, folder: Path) -> None:
    change = result.change
    at = f"{change.where}: " if change.where else ""
    say(f"{at}nobody knows whether {change.address} was created: {result.reason}.")
    say(f'    Look in Nexudus, course {change.parent_id}, for the section "{change.title}".')
    say(f"    If it is there:  coursesync resolve {change.address} --id N -w {folder}")
    say(f"    If it is not:    coursesync resolve {change.address} --not-created -w {folder}")


def _tell_waiting(report: Report) -> None:
    left = report.with_status(Status.LEFT)
    for result in left:
        say(f"{result.change.address}: left as it is; {result.reason}.")
    held: dict[str, int] = {}
    for result in report.with_status(Status.HELD_BACK):
        held[result.reason] = held.get(result.reason, 0) + 1
    for reason, number in held.items():
        say(f"{count(number, 'section')} of that course held back, for {reason}.")
