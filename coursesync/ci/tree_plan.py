"""Plans the outlines of a tree in git, whichever tree is checked out.

Owns that the paths in messages are those in the repository.
"""

from __future__ import annotations

from contextlib import chdir, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from coursesync.ci.as_applied import OnMain
from coursesync.errors import CoursesyncError
from coursesync.operations.config import config_of
from coursesync.operations.plan import plan
from coursesync.planning.policy import OnRemoval

if TYPE_CHECKING:
    from collections.abc import Iterator

    from coursesync.ci.repository import Repository
    from coursesync.operations.config import Config
    from coursesync.operations.workspace import Project, Workspace
    from coursesync.planning.plan import Plan
    from coursesync.state.state import State


@contextmanager
def within(repository: Repository, path: str, tree: str) -> Iterator[Path]:
    """Work where a tree's workspace has its path in the repository; yield that path."""
    with repository.folder_of(tree, path) as folder:
        root = folder.parents[len(Path(path).parts) - 1] if path != "." else folder
        with chdir(root):
            yield Path(path)


def config_in(repository: Repository, path: str, tree: str) -> Config:
    """Return the configuration of a tree; raises UsageError if it is not valid."""
    with within(repository, path, tree) as folder:
        return config_of(folder)


def as_job_applies(workspace: Workspace, removal: str = "") -> Plan:
    """Plan as `ci apply` does once people allow it: what is to be deleted is deleted.

    `removal` is the `on_removal` to plan with, "" for the project's.
    """
    removal = removal or workspace.project.config.on_removal
    return plan(workspace, on_removal=removal, prune=removal == OnRemoval.DELETE.value)


def pending_on_main(repository: Repository, project: Project, commit: str, state: State) -> OnMain:
    """Return what waits on main, as of a commit, with the configuration of the project."""
    path = repository.path_of(project.folder)
    try:
        with within(repository, path, commit) as folder:
            of_main = replace(project, folder=folder)
            return OnMain(state, as_job_applies(of_main.outlines_for(state)))
    except CoursesyncError:
        return OnMain(state, None)
