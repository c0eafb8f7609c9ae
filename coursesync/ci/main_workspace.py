"""The workspace as main has it now, with the state of this job, and main's history.

Owns that it is main's newest commit, whatever event started the job, and that the state is in a
branch. It must never decide anything.
"""

from __future__ import annotations

from contextlib import contextmanager, nullcontext
from dataclasses import replace
from typing import TYPE_CHECKING

from coursesync.ci.main_history import MainHistory
from coursesync.ci.record import store_of_job
from coursesync.ci.trees import Trees
from coursesync.errors import Command, CoursesyncError, Remedy, UsageError
from coursesync.operations.config import config_of
from coursesync.text import inert

if TYPE_CHECKING:
    from collections.abc import Iterator

    from coursesync.ci.job import Job
    from coursesync.operations.workspace import Project
    from coursesync.state.git_store import GitStore
    from coursesync.state.state_report import StateReport


def fetched_main(job: Job) -> str:
    """Fetch the branch whose outlines are applied; return the SHA of its last commit."""
    main = job.repository.tip(job.branch)
    if main is None:
        raise CoursesyncError(
            f"the remote has no branch {inert(job.branch, 100)}",
            "Choose the branch that is applied as the default branch of the repository.",
        )
    return main


@contextmanager
def workspace_of_main(job: Job, main: str) -> Iterator[tuple[Project, GitStore]]:
    """Yield the project with main's outlines, and its store.

    The outlines are those of the checkout if it has exactly the same. Raises UsageError if the
    state is not in a branch.
    """
    is_here = job.repository.has_checked_out(main, job.path)
    here = nullcontext(job.project.folder)
    with here if is_here else job.repository.folder_of(main, job.path) as folder:
        config = config_of(folder)
        if config.store != "git" or job.project.embedded:
            raise UsageError(
                "in CI, the state has to be in a branch of its own, and this one is in a file",
                Remedy("Carry it over, and commit the changes:", Command("state move", to="git")),
            )
        store = store_of_job(job.forge, job.repository, job.project, job.run)
        yield replace(job.project, folder=folder, config=config, store=store), store


def history_of(job: Job, main: str, report: StateReport) -> MainHistory:
    """Return main's history since its courses were applied, up to the commit `main`."""
    trees = Trees(job.repository, job.path)
    return MainHistory(
        job.forge, job.repository, trees, branch=job.branch, main=main, report=report
    )
