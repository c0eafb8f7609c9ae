"""`coursesync ci apply`, `ci record` and `ci drift`: what the jobs with credentials run."""

from __future__ import annotations

import os
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from coursesync.applying.report import Status
from coursesync.ci.annotate import annotate, annotate_problem
from coursesync.ci.forges.settings import STATE_KEY
from coursesync.ci.outputs import note, summarise
from coursesync.cli import options
from coursesync.cli.line import Onward
from coursesync.cli.report import refusals
from coursesync.cli.screen import painter, point, say_wrapped, show
from coursesync.cli.session import announce, online
from coursesync.errors import CoursesyncError, ExitCode, UsageError
from coursesync.nexudus.clock import SystemClock
from coursesync.text import count

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from coursesync.applying.world import Progress
    from coursesync.ci.applied import Applied
    from coursesync.ci.job import Job
    from coursesync.errors import Diagnostic
    from coursesync.operations.workspace import Project


@click.command("apply")
@options.whole_workspace_argument
@options.with_project
def apply_command(*, project: Project) -> ExitCode:
    """Apply what the default branch holds now, as far as reviews cover it.

    Applies each course whose pending changes were set by merged and reviewed pull
    requests, whatever event started the job. What nobody reviewed waits in an issue,
    where a person can approve it. Records the state in its branch, and writes the
    result on each pull request that was included. Exits with 0 if the site then
    matches the branch, with 6 if something is left or waits, with 75 if it can only
    be tried again later.
    """
    from coursesync.ci.apply import apply_main  # noqa: PLC0415 - keeps --help quick

    applied = apply_main(_job(project))
    _print(applied)
    return applied.outcome.exit_code


def _job(project: Project, environment: str = "production") -> Job:
    """Return the job; `environment` is the forge's one that holds the credentials."""
    from coursesync.ci.forges.job_forge import current_run, forge_of, page_of_run  # noqa: PLC0415 - keeps --help quick
    from coursesync.ci.job import Job  # noqa: PLC0415 - as above
    from coursesync.ci.repository import Repository  # noqa: PLC0415 - as above

    clock = SystemClock()

    @contextmanager
    def begin(total: int) -> Iterator[Progress]:
        _check_credentials(environment)
        announce(project)
        with online(clock, total) as progress:
            yield progress

    repository = Repository(project.folder)
    return Job(
        forge_of(os.environ, clock),
        repository,
        project,
        repository.default_branch(),
        current_run(os.environ),
        clock,
        begin,
        page_of_run(os.environ),
        # no ruleset can let the token of a workflow's job alone push
        open_to_all=bool(os.environ.get("GITHUB_ACTIONS")) and not os.environ.get(STATE_KEY),
    )


def _check_credentials(environment: str) -> None:
    """Raise UsageError if a job has no credentials, with the place where this forge keeps them."""
    given = os.environ
    if given.get("NEXUDUS_TOKEN") or (given.get("NEXUDUS_EMAIL") and given.get("NEXUDUS_PASSWORD")):
        return
    what = "NEXUDUS_TOKEN, or NEXUDUS_EMAIL and NEXUDUS_PASSWORD"
    if given.get("GITHUB_ACTIONS") or given.get("GITHUB_REPOSITORY"):
        raise UsageError(
            f"there are no credentials for Nexudus in the environment {environment}",
            f"Add the secret {what}, to the environment {environment} of the repository (Settings, "
            "Environments). Then start this workflow again (Actions, Run workflow).",
        )
    raise UsageError(
        "there are no credentials for Nexudus in this job",
        f"Add the CI/CD variable {what}, protected and masked (Settings, CI/CD, Variables). Then "
        "run the pipeline again.",
    )


def plan_main(project: Project, folder: Path | None) -> ExitCode:
    """Show what an apply would do now; keep the review page and the preview in a folder."""
    from coursesync.ci.apply import foreseen  # noqa: PLC0415 - keeps --help quick
    from coursesync.ci.plan import keep_pages  # noqa: PLC0415 - as above
    from coursesync.ci.results.upcoming import going_in, sentences, upcoming  # noqa: PLC0415 - as above
    from coursesync.cli.forms import PlanForms  # noqa: PLC0415 - as above
    from coursesync.render.comment.layout import NO_LINKS  # noqa: PLC0415 - as above
    from coursesync.render.comment.notices import unplanned  # noqa: PLC0415 - as above

    try:
        applied = foreseen(_job(project))
    except CoursesyncError as error:
        failed = error
        summarise(lambda most: unplanned(failed, NO_LINKS, most))
        raise
    going = going_in(applied)
    place = Onward.of(project, going.policy, refreshed=False).place
    forms = PlanForms(project, place, going)
    has_changes = bool(going.changes) or applied.drift is not None
    note(digest=going.digest, has_changes=str(has_changes).lower())
    summarise(lambda most: upcoming(applied, most))
    if going.changes:
        if folder is not None:
            keep_pages(folder, forms.page(), project.folder)
        show(forms.text(painter(sys.stdout), full=False))
    for each in sentences(applied):
        say_wrapped(f"{each}.")
    return ExitCode.DONE


@click.command("drift")
@options.whole_workspace_argument
@options.with_project
def drift_command(*, project: Project) -> ExitCode:
    """Look at what others changed on the site, and keep one issue about it.

    The issue shows the changes, a pull request that takes them into the outlines,
    and the line that puts the outlines' version back. It is closed when nothing
    differs any more. Changes nothing on the site.
    """
    from coursesync.ci.drift import look  # noqa: PLC0415 - keeps --help quick

    looked = look(_job(project, "drift"))
    note(has_changes=str(looked.found.has_drift).lower())
    if not looked.found.is_whole:
        say_wrapped("Some records could not be read, so nobody knows whether they were changed.")
    if looked.issue is not None:
        say_wrapped(f"What was changed on the site is in the issue {looked.issue.url}")
    elif not looked.found.has_drift:
        say_wrapped("Nothing was changed on the site since the last apply.")
    return ExitCode.DONE if looked.found.is_whole else ExitCode.ERROR


@click.command("record")
@options.whole_workspace_argument
@options.with_project
def record_command(*, project: Project) -> ExitCode:
    """Record what an apply of this job left, if it was killed or could not push the state.

    For a step that runs always, after `ci apply`. Sends no request to Nexudus.
    """
    from coursesync.ci.forges.job_forge import current_run, forge_of  # noqa: PLC0415 - keeps --help quick
    from coursesync.ci.record import record  # noqa: PLC0415 - as above
    from coursesync.ci.repository import Repository  # noqa: PLC0415 - as above

    clock = SystemClock()
    clock.catch_signals()
    forge, repository = forge_of(os.environ, clock), Repository(project.folder)
    recorded = record(forge, repository, project, current_run(os.environ))
    if recorded is not None:
        doubts = f", with {count(recorded.doubts, 'create')} in doubt" if recorded.doubts else ""
        say_wrapped(f"Recorded what the run left: the state has serial {recorded.serial}{doubts}.")
    return ExitCode.DONE


def _print(applied: Applied) -> None:
    outcome = applied.outcome
    refused: list[Diagnostic] = []
    for result in (each for report in applied.reports for each in report.results):
        if result.status is Status.REFUSED:
            refused += refusals(result, Onward({}, {}))
        elif result.reason and not result.done:
            say_wrapped(f"{result.change.address}: {result.reason.rstrip('.')}.")
    for diagnostic in refused:
        point(diagnostic)
    annotate(refused, "error")
    lines = [f"{each}." for each in outcome.sentences]
    if applied.issue is not None:
        lines.append(f"What waits, and how to decide about it, is in the issue {applied.issue.url}")
    for each in lines:
        say_wrapped(each)
    if not outcome.matches:
        annotate_problem(" ".join(lines), "")
    note(applied=outcome.main, has_changes=str(bool(applied.unfinished)).lower())
    summarise(lambda _: "".join(f"{each}\n\n" for each in lines))
