"""`coursesync ci record`: records what an apply of the same job left on this machine.

Owns the step that runs always: after a cancelled job, and after an apply that was killed. It must
never send a request to the site, nor begin a run.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from coursesync.errors import CoursesyncError, Remedy, Shell
from coursesync.operations.config import SANDBOX
from coursesync.operations.stores import git_store

if TYPE_CHECKING:
    from coursesync.ci.forges.forge import Forge
    from coursesync.ci.repository import Repository
    from coursesync.operations.workspace import Project
    from coursesync.state.git_store import GitStore
    from coursesync.state.run_id import RunId


@dataclass(frozen=True)
class Recorded:
    """What was recorded: the serial of the state, and in how many creates nobody knows the Id."""

    serial: int
    doubts: int


def store_of_job(forge: Forge, repository: Repository, project: Project, run: RunId) -> GitStore:
    """Return the store of a job; its files are in the checkout, for the next step of the job.

    Raises CoursesyncError if a commit brought such files: they would be believed.
    """
    own = f"{repository.path_of(project.folder)}/{SANDBOX}".removeprefix("./")
    if repository.has_path("HEAD", own):
        raise CoursesyncError(
            f"{own} is committed, and only coursesync may write it: it holds what an interrupted "
            "run has left",
            Remedy("Delete it in the repository:", Shell("git", "rm", "-r", own)),
        )
    store = git_store(project.folder, project.store.target)
    store.run, store.is_over = run, forge.is_over
    return store


def record(forge: Forge, repository: Repository, project: Project, run: RunId) -> Recorded | None:
    """Save and push what an interrupted run left here; return None if there was nothing.

    Raises:
        StateLocked: another run holds the state; what is here stays.
        TryLater: the remote can't be reached; what is here stays.
        StateError: it can't be saved or pushed.
    """
    store = store_of_job(forge, repository, project, run)
    if not store.path.parent.is_dir():
        return None
    project = replace(project, store=store)
    with project.held():
        known = project.state()
        saved = store.recover(known)
    return None if saved is known else Recorded(saved.serial, len(saved.doubts))
