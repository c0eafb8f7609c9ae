"""`coursesync ci`: what the jobs of a forge run. The decisions are in `coursesync.ci`."""

from __future__ import annotations

import os
import sys
from dataclasses import replace
from typing import TYPE_CHECKING

import click

from coursesync.ci.annotate import annotate
from coursesync.ci.outputs import note, summarise
from coursesync.cli import options
from coursesync.cli.commands.ci_apply import (
    apply_command,
    drift_command,
    plan_main,
    record_command,
)
from coursesync.cli.forms import PlanForms
from coursesync.cli.line import Onward
from coursesync.cli.screen import give_advice, painter, point, say_wrapped, show
from coursesync.errors import Advised, CoursesyncError, ExitCode, InvalidOutlines, TryLater
from coursesync.nexudus.clock import SystemClock
from coursesync.text import count, listed

if TYPE_CHECKING:
    from pathlib import Path

    from coursesync.ci.plan import Changed
    from coursesync.ci.repository import Repository
    from coursesync.operations.workspace import Project

_UNCHANGED = "No outline changes here: there is nothing to plan."
_OF_THE_BASE = (
    "Not a mistake of this change: the branch that it is for has these mistakes too. Correct them "
    "there first."
)
_MOST_KEPT = 1_000  # pieces of advice, on the review page


@click.group("ci")
def command() -> None:
    """Run the steps of a review: commands for the jobs of GitHub Actions and GitLab CI.

    They read who asks for what from the job's environment. `coursesync init --github` and
    `--gitlab` write the files that run them.
    """


command.add_command(apply_command)
command.add_command(drift_command)
command.add_command(record_command)


@command.command("plan")
@options.whole_workspace_argument
@options.strict_option
@options.with_project
def plan_command(*, project: Project, strict: bool | None) -> ExitCode:
    """Check and plan what a pull request would change, where it is checked out.

    Needs no credentials and sends no request to Nexudus. Shows mistakes at their
    lines, writes the plan to the job's summary, and keeps the review page and the
    preview in a folder, which the output `artifacts` names. Exits with 3 if an
    outline is invalid.

    In a job of the default branch, plans what `ci apply` would do now, and names
    what waits: whoever approves a deployment reads that before it begins. This
    needs the job's token.
    """
    from coursesync.ci.event import event_of  # noqa: PLC0415 - keeps --help quick
    from coursesync.ci.plan import artifacts_folder, changed_in, with_the_bases_state  # noqa: PLC0415 - as above
    from coursesync.ci.repository import Repository  # noqa: PLC0415 - as above

    repository = Repository(project.folder)
    event, folder = event_of(os.environ), artifacts_folder(os.environ)
    note(artifacts="" if folder is None else str(folder))
    if event.own_branch and event.own_branch == repository.default_branch():
        return plan_main(project, folder)
    changed = changed_in(repository, project, event)
    _warn_of_a_state(changed)
    if not changed.outlines:
        note(has_changes="false")
        summarise(lambda _: f"{_UNCHANGED}\n")
        say_wrapped(_UNCHANGED)
        return ExitCode.DONE
    with with_the_bases_state(project, repository, changed) as planned:
        try:
            return _plan(planned, strict, folder, repository, changed)
        except InvalidOutlines as error:
            if not isinstance(error, Advised):
                _summarise_mistakes(error)
                if not any(changed.has_made(each, repository) for each in error.diagnostics):
                    say_wrapped(_OF_THE_BASE)
            raise


@command.command("comment")
@options.whole_workspace_argument
@options.with_project
def comment_command(*, project: Project) -> ExitCode:
    """Show the newest plan on each open pull request.

    Run it on main. It merges each open pull request into main, plans what that
    would change with main's configuration and state, and adds a comment where
    this differs from the last one. Sets the status `coursesync/plan`. Needs the
    job's token, and no credentials for Nexudus.
    """
    from coursesync.ci.comment import reconcile  # noqa: PLC0415 - keeps --help quick
    from coursesync.ci.event import event_of  # noqa: PLC0415 - as above
    from coursesync.ci.forges.job_forge import forge_of  # noqa: PLC0415 - as above
    from coursesync.ci.merge_plan import open_main  # noqa: PLC0415 - as above

    forge = forge_of(os.environ, SystemClock())
    main = open_main(project)
    failures = []
    for each in reconcile(forge, main, event_of(os.environ)):
        if each.failure is None:
            say_wrapped(f"{each.review.name}: {each.what}")
            continue
        failures.append(each.failure)
        say_wrapped(f"{each.review.name}: not updated: {each.failure}")
    if unexpected := [each for each in failures if not isinstance(each, CoursesyncError)]:
        raise unexpected[0]
    if failures:
        raise next((each for each in failures if isinstance(each, TryLater)), failures[0])
    return ExitCode.DONE


def _warn_of_a_state(changed: Changed) -> None:
    for each in changed.warnings:
        point(each, "warning: ")
    annotate(changed.warnings, "warning")


def _plan(
    project: Project,
    strict: bool | None,  # noqa: FBT001 - as the option has it
    folder: Path | None,
    repository: Repository,
    changed: Changed,
) -> ExitCode:
    from coursesync.ci.plan import keep_pages, waiting_on  # noqa: PLC0415 - keeps --help quick
    from coursesync.ci.tree_plan import as_job_applies  # noqa: PLC0415 - as above

    loaded = project.load()
    made = as_job_applies(loaded)
    on_main = waiting_on(changed.base, project, repository, loaded.state)
    advice = give_advice(project, loaded.advice, strict=strict, most=_MOST_KEPT)
    onward = Onward.of(project, made.policy, refreshed=False)
    forms = PlanForms(project, onward.place, made, advice, known=on_main.kept)
    note(digest=made.digest, has_changes=str(made.has_changes).lower())
    summarise(forms.markdown)
    if folder is not None:
        own = as_job_applies(project.outlines_for(on_main.applied)) if on_main.waits else made
        page = replace(forms, plan=own, whole=made)
        keep_pages(folder, page.page(), project.folder)
    show(forms.text(painter(sys.stdout), full=False))
    if waiting := on_main.waiting_in(made.courses):
        found = listed([f"{count(each, 'change')} of {of}" for of, each in waiting.items()], 5)
        say_wrapped(f"Not of this change, but merged before it and not applied yet: {found}.")
    return ExitCode.DONE


def _summarise_mistakes(error: InvalidOutlines) -> None:
    from coursesync.render.mistakes import listed_mistakes  # noqa: PLC0415 - only for mistakes

    lines = ["**These outlines can't be planned.**", "", *listed_mistakes(error.diagnostics), ""]
    summarise(lambda _: "\n".join(lines))
