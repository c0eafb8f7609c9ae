"""What an apply has to say at its end: the new Ids, what failed and where, what to type next."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import click

from coursesync.applying.report import Status
from coursesync.ci.annotate import annotate
from coursesync.cli.screen import point, say, say_wrapped
from coursesync.errors import Diagnostic, ExitCode
from coursesync.render.drift import TWINS, name, sentence
from coursesync.render.plan_words import settlement
from coursesync.render.rows import WORDING
from coursesync.text import count, duration

if TYPE_CHECKING:
    from collections.abc import Iterator

    from coursesync.applying.report import Report, Result
    from coursesync.cli.onward import Onward
    from coursesync.cli.session import Session
    from coursesync.errors import StateError
    from coursesync.nexudus.limits import Schedule
    from coursesync.planning.plan import Plan


_MOST_TWINS = 10  # that are named one by one

_UNSETTLED = (
    Status.REFUSED,
    Status.DRIFTED,
    Status.GONE,
    Status.UNREADABLE,
    Status.HAS_LESSONS,
    Status.IN_DOUBT,
    Status.HELD_BACK,
)


def warn_of_the_day(
    plan: Plan, schedule: Schedule, now: float, most: int | None, *, onward: Onward
) -> None:
    """Say before the first write how far the day's allowance will do, where it won't to the end."""
    left = schedule.writes_left(now)
    if left is None or left >= min(plan.writes, plan.writes if most is None else most):
        return
    writes = [change for change in plan.changes if change.action.writes]
    if left:
        say_wrapped(
            f"The day's allowance has room for {left:,} of these {len(writes):,} writes: it ends "
            f"after {writes[left - 1].address} at the latest, with exit 6. {onward.tomorrow}"
        )
        return
    wait = schedule.wait(now, write=True)
    free = datetime.now(UTC) + timedelta(seconds=wait)
    say_wrapped(
        f"The day's allowance is used up: none of these {count(len(writes), 'write')} can be sent "
        f"before {free:%Y-%m-%d %H:%M} UTC, in {duration(wait)}. {onward.tomorrow}"
    )


def exit_code(report: Report, signal: int | None) -> ExitCode:
    """Return how a run ends; `signal` is the one that it heeded, if one came.

    A state that is not saved comes first, for whoever sent a signal counts on one that is.
    """
    if report.unsaved is not None:
        return ExitCode.ERROR
    if signal is not None:
        return ExitCode.after(signal)
    if report.stop is not None and report.stop.unusable:
        return ExitCode.ERROR
    done = report.complete and not report.left
    return ExitCode.DONE if done else ExitCode.WORK_LEFT


def tell(report: Report, onward: Onward) -> None:
    """Print a report: the Ids that are new here on stdout, all else on stderr."""
    session = onward.session
    _tell_what_stopped(report, onward)
    _tell_waiting(report)
    say(_counts(report))
    _tell_twins(report, session)
    if report.stop is not None:
        say_wrapped(f"Stopped: {report.stop.reason.rstrip('.')}.", hang="  ")
        if report.stop.remedy:
            say_wrapped(report.stop.remedy, "  ")
        _tell_how_to_go_on(onward)
    elif report.with_status(*_UNSETTLED):
        say("Once that is settled:")
        _tell_how_to_go_on(onward)
    elif report.left:
        are = "is" if report.left == 1 else "are"
        say(f"{count(report.left, 'change')} {are} left.")
        _tell_how_to_go_on(onward)
    if report.unsaved is not None:
        _tell_unsaved(report.unsaved, session)
    elif (journal := session.store.journal_path).exists():
        say_wrapped(f"Warning: the state is saved, and the journal {journal} could not be removed.")
        say("  The next run knows that it is saved, and removes it, or says why it can't.")
    # last, for whoever reads stdout may have gone
    for result in report.with_status(Status.CREATED, Status.ADOPTED, Status.SETTLED):
        if result.record_id is not None:
            click.echo(f"{result.change.address} {result.record_id}")


def _tell_what_stopped(report: Report, onward: Onward) -> None:
    refused = report.with_status(Status.REFUSED)
    for result in refused:
        _tell_refused(result)
    drifted = report.with_status(Status.DRIFTED, Status.GONE, Status.UNREADABLE)
    for result in drifted:
        _tell_drifted(result, onward)
    hindered = report.with_status(Status.HAS_LESSONS)
    for result in hindered:
        say_wrapped(f"{_at(result)}{_left(result)}", hang="  ")
        say_wrapped(result.remedy, "    ")
    left = map(_drift, [*drifted, *hindered])
    marked = (*(each for result in refused for each in _refusals(result)), *left)
    annotate([each for each in marked if each is not None], "error")
    for result in report.with_status(Status.IN_DOUBT):
        _tell_in_doubt(result, onward.session)


def _tell_twins(report: Report, session: Session) -> None:
    """Say what the last look found: what is there twice, and what is not listed."""
    for each in report.twins[:_MOST_TWINS]:
        say_wrapped(f"{name(each)} {sentence(each)}.", hang="  ")
    if len(report.twins) > _MOST_TWINS:
        more = f"{len(report.twins) - _MOST_TWINS:,} more"
        say_wrapped(f"and {more} twins. All of them:  {session.hint('drift')}", hang="  ")
    for each in [each for each in report.twins if each.entry is not None][:1]:
        say_wrapped(TWINS, "  ")
        ids = [each.record_id, *([each.entry.id] if each.entry else [])]
        keep = f"resolve {each.address} --keep {min(ids)}"
        say_wrapped(f"To say which record to keep, as in:  {session.hint(keep)}", "  ")
    for result in report.unlisted:
        say_wrapped(
            f"{result.change.address} (Id {result.record_id}) was created, and its course does not "
            "list it yet.",
            hang="  ",
        )
    for unread in report.unread:
        say_wrapped(f"Whether there are twins is not known: {unread}.", hang="  ")
    if report.unlisted:
        say_wrapped(f"Look whether it is there:  {session.hint('drift')}", "  ")


def _tell_how_to_go_on(onward: Onward) -> None:
    reviewed = "To go on, make and review a plan of what is left:"
    told = reviewed if onward.is_reviewed else "To go on from here:"
    say_wrapped(f"{told}  {onward.rest()}", "  ")


def _tell_unsaved(error: StateError, session: Session) -> None:
    say_wrapped(f"Error: {error.problem}.", hang="  ")
    say_wrapped(error.remedy, "  ")
    say_wrapped(
        "The Ids of this run are not in the state, but in its journal, and on the site. Mend that "
        f"first; then this finds them again:  {session.hint('apply')}",
        "  ",
    )


def _counts(report: Report) -> str:
    counts = [(len(report.with_status(status)), status.words) for status in Status]
    told = ", ".join(f"{number} {words}" for number, words in counts if number)
    return f"Apply: {told or 'nothing was sent'}."


def _tell_refused(result: Result) -> None:
    if result.change.resource is None:
        what = f"{result.change.address}: the API refuses this: {result.reason}"
        say_wrapped(what, hang="  ")
    for diagnostic in _refusals(result):
        point(diagnostic)


def _refusals(result: Result) -> Iterator[Diagnostic]:
    """Yield what the API refuses of a record, each at the line that it comes from, if at any."""
    resource = result.change.resource
    if resource is None:
        return
    this = f"this {resource.kind.name}"
    if not result.problems:
        yield Diagnostic(resource.where, f"the API refuses {this}: {result.reason}")
    for problem in result.problems:
        field = resource.kind.field_of(problem.name) or this
        yield Diagnostic(
            resource.where_property(problem.name),
            f"the API refuses `{field}`: {problem.message}",
            "Change it here; the rest of this course waits for it.",
        )


def _tell_drifted(result: Result, onward: Onward) -> None:
    change = result.change
    say_wrapped(f"{_at(result)}{_left(result)}", hang="  ")
    if result.status is Status.UNREADABLE:
        say("    Look at it in Nexudus, and try again later.")
        return
    if result.status is Status.GONE:
        say_wrapped(f"To make it anew:  {_with('--refresh', onward)}", "    ")
        say_wrapped("To go on without it, delete its lines in the outline as well.", "    ")
        return
    say_wrapped(f"See what changed there:  {onward.session.hint('drift')}", "    ")
    verb = WORDING[change.action].verb
    say_wrapped(f"To {verb} it all the same:  {_with('--overwrite-drift', onward)}", "    ")


def _at(result: Result) -> str:
    """Return the place in the outline, to stand before a message; "" for what is in none."""
    return f"{result.change.where}: " if result.change.where else ""


def _left(result: Result) -> str:
    change = result.change
    return f"{change.address} (Id {change.record_id}): {result.reason}."


def _drift(result: Result) -> Diagnostic | None:
    """Return what was left alone at its line; None where it is in no outline."""
    where = result.change.where
    return Diagnostic(where, _left(result), "The log says how to go on.") if where else None


def _with(option: str, onward: Onward) -> str:
    """Say how what is left is applied with an option, which a reviewed plan is not."""
    return f"apply the next plan with {option}" if onward.is_reviewed else onward.rest(option)


def _tell_in_doubt(result: Result, session: Session) -> None:
    change = result.change
    say_wrapped(f"{_at(result)}{change.address} is in doubt: {result.reason}.", hang="  ")
    if change.action.overwrites:
        say("    The next apply sends it again; that does no harm.")
        return
    for line in settlement(change, result.candidates, session.hint, result.reason):
        say_wrapped(line, "    ")


def _tell_waiting(report: Report) -> None:
    waiting = Counter(
        (result.change.parent_id, result.change.kind.name, result.reason)
        for result in report.with_status(Status.HELD_BACK)
    )
    for (course_id, noun, reason), number in waiting.items():
        say_wrapped(
            f"Course {course_id}: {count(number, noun)} not sent, because {reason}.", hang="  "
        )
