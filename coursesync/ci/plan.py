"""Checks a pull request where it is checked out: what it changes, and what to keep of its plan.

Owns what counts as a change of the workspace, and which files a pull request may not bring. It must
never send a request to the API.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory, mkdtemp
from typing import TYPE_CHECKING

from coursesync.ci.as_applied import OnMain
from coursesync.ci.tree_plan import config_in, pending_on_main
from coursesync.errors import CoursesyncError, Diagnostic, Remedy, Shell, UsageError, Where
from coursesync.files import shown, write_whole
from coursesync.operations.config import SANDBOX
from coursesync.operations.preview_files import write_preview
from coursesync.state import STATE_NAME
from coursesync.state.file_store import StateFile
from coursesync.state.git_store import GitStore

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from coursesync.ci.event import Event
    from coursesync.ci.repository import Repository
    from coursesync.operations.workspace import Project
    from coursesync.state.state import State

REVIEW, PREVIEW = "review.html", "preview"


@dataclass(frozen=True, slots=True)
class Changed:
    """What a commit changes in a workspace, compared with the branch that it is for.

    Attributes:
        base: the SHA of the commit that it is compared with; None if there is none.
        outlines: whether anything changes that a plan depends on.
        inside: the paths in the repository of all files of the workspace that it changes.
        warnings: one for each of these files that belongs to a state.
    """

    base: str | None
    outlines: bool
    inside: tuple[str, ...] = ()
    warnings: tuple[Diagnostic, ...] = ()

    def has_made(self, mistake: Diagnostic, repository: Repository) -> bool:
        """Return whether a mistake is in a file that it changes."""
        return self.base is None or repository.path_of(Path(mistake.where.path)) in self.inside


def changed_in(repository: Repository, project: Project, event: Event) -> Changed:
    """Compare the checked out commit with the branch that it is for.

    Raises CoursesyncError if git can't read the repository.
    """
    head, base = repository.commit("HEAD"), _base(repository, event)
    if base is None:
        return Changed(None, outlines=True)
    folder = repository.path_of(project.folder)
    above = "" if folder == "." else f"{folder}/"
    inside = [each for each in repository.changed_files(base, head) if each.startswith(above)]
    brought = [each for each in inside if is_of_a_state(each.removeprefix(above), project)]
    warnings = tuple(_warning(repository, base, each) for each in brought)
    return Changed(base, len(inside) > len(brought), tuple(inside), warnings)


def _warning(repository: Repository, base: str, path: str) -> Diagnostic:
    is_new = repository.file_at(base, path) is None
    undo = Shell("git", "rm", "--", path) if is_new else Shell("git", "checkout", base, "--", path)
    problem = "this file belongs to a state, which decides which records are yours"
    return Diagnostic(
        Where(path),
        f"{problem}. It is not used here",
        Remedy("Only coursesync writes it. Take it out of this change:", undo),
    )


def is_of_a_state(path: str, project: Project) -> bool:
    """Return whether a path in a workspace is that of a state, or of a file that belongs to one."""
    names = {STATE_NAME, project.config.state, project.store.path.name}
    return path.startswith((f"{SANDBOX}/", *names))


def _base(repository: Repository, event: Event) -> str | None:
    if event.base and repository.has(event.base):
        return event.base
    branch = f"refs/remotes/origin/{event.branch or 'HEAD'}"
    return repository.merge_base("HEAD", branch) if repository.has(branch) else None


@contextmanager
def with_the_bases_state(
    project: Project, repository: Repository, changed: Changed
) -> Iterator[Project]:
    """Yield the project with the state of the base, if the commit changes files of a state."""
    if not changed.warnings or changed.base is None:
        yield project
        return
    with TemporaryDirectory(prefix="coursesync-") as folder:
        store = project.store
        copy = StateFile(Path(folder, store.path.name), store.target)
        if isinstance(store, GitStore):  # what this machine has beside the branch is not used
            yield replace(project, store=replace(store, local=copy))
            return
        at = Path(repository.path_of(store.path.parent), store.path.name)
        for file in (copy.path, copy.journal_path):
            own = at.with_name(file.name).as_posix()
            if (content := repository.file_at(changed.base, own)) is not None:
                write_whole(file, content)
        yield replace(project, store=copy)


def waiting_on(base: str | None, project: Project, repository: Repository, state: State) -> OnMain:
    """Return what waits on the commit that a change is compared with, with its configuration."""
    if base is None:
        return OnMain(state, None)
    try:
        config = config_in(repository, repository.path_of(project.folder), base)
    except UsageError:
        return OnMain(state, None)
    return pending_on_main(repository, replace(project, config=config), base, state)


def artifacts_folder(environment: Mapping[str, str]) -> Path | None:
    """Return the folder whose files a job keeps, None if it keeps none.

    COURSESYNC_ARTIFACTS names it. Otherwise it is a new folder on GitHub, and the repository's on
    GitLab, which keeps only files in there.
    """
    if named := environment.get("COURSESYNC_ARTIFACTS"):
        return Path(named)
    if temporary := environment.get("RUNNER_TEMP"):
        return Path(mkdtemp(prefix="coursesync-", dir=temporary))
    project = environment.get("CI_PROJECT_DIR")
    return Path(project) if project else None


def keep_pages(folder: Path, review: str, workspace: Path) -> None:
    """Write the review page and the preview of a workspace into a folder.

    Raises CoursesyncError if they can't be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        write_whole(folder / REVIEW, review.encode(errors="replace"))
    except OSError as error:
        raise CoursesyncError(
            f"the review page can't be written to {shown(folder)}: {error.strerror}",
            "Name another folder as COURSESYNC_ARTIFACTS.",
        ) from error
    write_preview(workspace, folder / PREVIEW)
