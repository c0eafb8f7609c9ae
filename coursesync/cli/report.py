"""The report at the end of an apply: the new Ids, what failed and where, what to type next."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import click

from coursesync.applying.report import Status
from coursesync.ci.annotate import annotate
from coursesync.cli.line import placed
from coursesync.cli.screen import point, say, say_all, say_wrapped
from coursesync.errors import Command, Diagnostic, ExitCode, Remedy, Shell
from coursesync.kinds.address import course_of
from coursesync.kinds.field import is_provisional
from coursesync.planning.drift import Finding, Stance
from coursesync.render.drift_words import name, sentence, twin_steps
from coursesync.render.plan_words import WORDING
from coursesync.render.settling import settlement
from coursesync.text import count, duration

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from coursesync.applying.report import Report, Result
    from coursesync.cli.line import Onward
    from coursesync.errors import Sentence
    from coursesync.nexudus.limits import Schedule
    from coursesync.operations.workspace import Project
    from coursesync.planning.change import Change
    from coursesync.planning.drift import Drifted
    from coursesync.planning.plan import Plan
    from coursesync.state.state import Doubt


_MOST_TWINS = 10  # more are only counted


def warn_of_the_day(
    plan: Plan, schedule: Schedule, now: float, most: int | None, *, onward: Onward
) -> None:
    """Print before the first write how far the day's allowance reaches, if it is too small."""
    left = schedule.writes_left(now)
    if left is None or left >= min(plan.writes, plan.writes if most is None else most):
        return
    writes = [change for change in plan.changes if change.action.writes]
    if left:
        problem = (
            f"The day's allowance is enough for {left:,} of these {len(writes):,} writes: this run "
            f"stops after {writes[left - 1].address} at the latest, with exit 6."
        )
    else:
        wait = schedule.wait(now, write=True)
        free = datetime.now(UTC) + timedelta(seconds=wait)
        problem = (
            f"The day's allowance is used up: none of these {count(len(writes), 'write')} can be "
            f"sent before {free:%Y-%m-%d %H:%M} UTC, in {duration(wait)}."
        )
    say_wrapped(Remedy(problem, onward.tomorrow))


def exit_code(report: Report, signal: int | None) -> ExitCode:
    """Return how a run ends; `signal` is the signal that stopped it, if one did.

    A state that is not saved comes first, because the exit code of a signal promises a saved one.
    """
    if report.unsaved is not None:
        return report.unsaved.exit_code
    if signal is not None:
        return ExitCode.after(signal)
    if report.stop is not None and report.stop.unusable:
        return ExitCode.ERROR
    done = report.complete and not report.left
    return ExitCode.DONE if done else ExitCode.WORK_LEFT


def print_report(report: Report, project: Project, onward: Onward) -> None:
    """Print a report: the new Ids on stdout, everything else on stderr."""
    _print_problems(report, onward)
    _print_waiting(report)
    say(_counts(report))
    _print_twins(report)
    if report.stop is not None:
        say_all(f"Stopped: {report.stop.reason.rstrip('.')}.", report.stop.remedy)
        _print_next(onward)
    elif not all(result.done for result in report.results):
        _print_next(onward, " once that is settled")
    elif report.left:
        are = "is" if report.left == 1 else "are"
        say(f"{count(report.left, 'change')} {are} left.")
        _print_next(onward)
    if report.unsaved is not None:
        again = Remedy(
            "The Ids of this run are in the journal and on the site, but not in the state. Fix "
            "that first; then this finds them again:",
            Command("apply"),
        )
        has_journal = project.store.is_file or project.store.journal_path.exists()
        say_all(
            f"Error: {report.unsaved.problem}.",
            report.unsaved.remedy,
            again if has_journal else "",
        )
    elif (journal := project.store.journal_path).exists():
        say_wrapped(f"Warning: the state is saved, but its journal {journal} could not be removed.")
        say("  The next run removes it, or reports why it can't.")
    # last, because stdout may be closed
    for result in report.with_status(Status.CREATED, Status.ADOPTED, Status.SETTLED):
        if result.record_id is not None:
            click.echo(f"{result.change.address} {result.record_id}")


def print_nothing() -> None:
    """Print the result of an apply whose plan only reports, such as which records are kept."""
    say()
    say("Apply: there is nothing to send to Nexudus.")


def print_learnt(found: Sequence[Drifted], report: Report) -> None:
    """Print what a look changed in the state.

    A record left it that neither an outline nor the site has. A change on the site came into it
    that the outline has as well.
    """
    if report.unsaved is not None:
        return
    if agreed := sum(each.is_agreed for each in found):
        changes = f"{count(agreed, 'change')} on the site that the outlines agree with"
        say_wrapped(f"Recorded in the state: {changes}.")
    for each in found:
        if each.finding is Finding.GONE and each.stance is Stance.NONE:
            what = f"{each.address} (Id {each.record_id})"
            say_all(f"{what} was deleted on the site, and is no longer in the state.")


def _print_problems(report: Report, onward: Onward) -> None:
    refused: list[Diagnostic] = []
    for result in report.with_status(Status.REFUSED):
        if result.change.resource is None:
            say_all(f"{result.change.address}: the API refuses this: {result.reason}")
        for diagnostic in refusals(result, onward):
            point(diagnostic)
            refused.append(diagnostic)
    skipped = [
        *report.with_status(Status.DRIFTED, Status.GONE, Status.UNREADABLE),
        *report.with_status(Status.NOT_EMPTY, Status.HAS_COMPLETIONS),
    ]
    for result in (*skipped, *report.with_status(Status.IN_DOUBT)):
        where = result.change.where
        say_all(f"{where}: {_problem(result)}" if where else _problem(result))
        doubt = report.state.doubts.get(result.change.address)
        for remedy in _remedies(result, doubt, onward):
            say_wrapped(remedy, "    ")
    skips = [
        Diagnostic(result.change.where, _problem(result), "The log says how to continue.")
        for result in skipped
        if result.change.where
    ]
    annotate([*refused, *skips], "error")


def _problem(result: Result) -> str:
    if result.status is Status.IN_DOUBT:
        return f"{result.change.address} is in doubt: {result.reason}."
    return f"{result.change.address} (Id {result.change.record_id}): {result.reason}."


def _remedies(result: Result, doubt: Doubt | None, onward: Onward) -> Sequence[Sentence]:
    """Return what to do about a change that was skipped or is in doubt."""
    change = result.change
    match result.status:
        case Status.DRIFTED | Status.HAS_COMPLETIONS:
            return _before_writing(result, onward)
        case Status.GONE:
            return (
                Remedy("To create it again:", _with("refresh", onward)),
                "To leave it deleted, delete its lines in the outline as well.",
            )
        case Status.UNREADABLE:
            return ("Look at it in Nexudus, and try again later.",)
        case Status.IN_DOUBT if change.action.overwrites:
            return ("The next apply sends it again; that does no harm.",)
        case Status.IN_DOUBT:
            return list(settlement(change, result.candidates, doubt))
        case _:
            return (result.remedy,)


def _before_writing(result: Result, onward: Onward) -> Sequence[Sentence]:
    """Return what to look at before a change is carried out anyway, and how to do so."""
    anyway = f"To {WORDING[result.change.action].verb} it anyway:"
    if result.status is Status.HAS_COMPLETIONS:
        lost = "Completions that are lost can't be restored."
        return lost, Remedy(anyway, _with("allow_progress_loss", onward))
    look = Remedy("To see what changed there:", Command("drift"))
    return look, result.remedy, Remedy(anyway, _with("overwrite_drift", onward))


def _print_twins(report: Report) -> None:
    """Print what the last list of each course showed: twins, and created records that it lacks."""
    for each in report.twins[:_MOST_TWINS]:
        say_all(f"{name(each)} {sentence(each)}.")
    if len(report.twins) > _MOST_TWINS:
        more = f"{len(report.twins) - _MOST_TWINS:,} more"
        say_all(Remedy(f"and {more} twins. To list them all:", Command("drift")))
    for step in twin_steps(report.twins):
        say_wrapped(step, "  ")
    for result in report.unlisted:
        say_all(
            f"{result.change.address} (Id {result.record_id}) was created, but its course does not "
            "list it yet."
        )
    for unread in report.unread:
        say_all(f"Could not check for twins: {unread}.")
    if report.unlisted:
        say_wrapped(Remedy("To check again and finish:", Command("apply")), "  ")


def _print_next(onward: Onward, when: str = "") -> None:
    how = ", make and review a plan of what is left" if onward.is_reviewed else ""
    say_wrapped(Remedy(f"To continue{when}{how}:", onward.rest()), "  ")


def _counts(report: Report) -> str:
    counts = [(len(report.with_status(status)), status.words) for status in Status]
    listed = ", ".join(f"{number} {words}" for number, words in counts if number)
    return f"Apply: {listed or 'nothing was sent'}."


def refusals(result: Result, onward: Onward) -> Iterator[Diagnostic]:
    """Yield each problem that the API reported for a record, at its line in the outline."""
    resource = result.change.resource
    if resource is None:
        return
    this = f"this {resource.kind.name}"
    if not result.problems:
        yield Diagnostic(resource.where, f"the API refuses {this}: {result.reason}")
    for problem in result.problems:
        if resource.kind.within and problem.name == resource.kind.parent_property:
            yield Diagnostic(
                resource.where,
                f"the API refuses the {resource.kind.within.name} of {this}: {problem.message}",
                placed(
                    Remedy("If it was deleted there, create it again:", _with("refresh", onward))
                ),
            )
            continue
        field = resource.kind.field_of(problem.name) or this
        yield Diagnostic(
            resource.where_property(problem.name),
            f"the API refuses `{field}`: {problem.message}",
            "Correct it here; the rest of this course waits for it.",
        )


def _with(option: str, onward: Onward) -> Remedy:
    """Return how to apply the rest with a flag; a reviewed plan has to be made again first."""
    if onward.is_reviewed:
        return Remedy("apply the next plan with", Shell(f"--{option.replace('_', '-')}"))
    return Remedy(onward.rest(**{option: True}))


def _print_waiting(report: Report) -> None:
    waiting = Counter(
        (_course_of(result.change), result.change.kind, result.reason)
        for result in report.with_status(Status.HELD_BACK)
    )
    for (course, kind, reason), number in waiting.items():
        if kind.of is not None:
            say_all(f"Course {course} is not published yet, because {reason}.")
        else:
            say_all(f"Course {course}: {count(number, kind.name)} not sent yet, because {reason}.")


def _course_of(change: Change) -> str:
    """Return a course's Id, or its key if it has none yet."""
    is_new = is_provisional(change.course_id)
    return course_of(change.address) if is_new else str(change.course_id)
