"""What merging a pull request would give, planned with main's code, configuration and state.

The pull request's outlines are data: they are merged into main in git, and read from there. Owns
which of its files are outlines. It must never use a state, a journal or a configuration that the
pull request brings, nor run anything of it.
"""

from __future__ import annotations

from contextlib import chdir, contextmanager
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from coursesync.ci.as_applied import as_applied
from coursesync.ci.configured import settings_between
from coursesync.ci.coverage.delta import own_delta
from coursesync.ci.coverage.delta_digest import digest_of_delta
from coursesync.ci.instructions.approvals import DIGITS
from coursesync.ci.merging import Conflict
from coursesync.ci.plan import is_of_a_state
from coursesync.ci.repository import Repository
from coursesync.ci.trees import Trees
from coursesync.errors import CoursesyncError, InvalidOutlines, Remedy, Shell, UsageError
from coursesync.operations.config import CONFIG, config_of
from coursesync.operations.plan import plan
from coursesync.planning.policy import OnRemoval
from coursesync.render.comment.page import stops_of
from coursesync.render.rows import PlanView
from coursesync.text import inert

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from coursesync.errors import Diagnostic
    from coursesync.kinds.address import Address
    from coursesync.operations.workspace import Project
    from coursesync.planning.plan import Plan
    from coursesync.render.comment.configured import SettingChange
    from coursesync.render.comment.page import Stop
    from coursesync.state.state import State


@dataclass(frozen=True, slots=True)
class Files:
    """What a pull request changes: `outlines`, files of a state in `brought`, and all `others`."""

    outlines: tuple[str, ...]
    brought: tuple[str, ...]
    others: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Untouched:
    """It changes no outline; `settings` are those that it changes in coursesync.toml."""

    files: Files
    settings: tuple[SettingChange, ...] = ()


@dataclass(frozen=True, slots=True)
class Unplanned:
    """It can't be planned."""

    error: CoursesyncError


@dataclass(frozen=True, slots=True)
class MainUnplanned:
    """It can't be planned because of mistakes that main itself has."""

    error: InvalidOutlines


@dataclass(frozen=True, slots=True)
class Planned:
    """It can be planned.

    Attributes:
        view: what it changes itself.
        files: the files that it changes.
        stops: what stops apply because of that, with the lines that allow it.
        whole: all that the next apply would do, with what waits on main; None if that is the same.
        waiting: how many changes wait on main in each course that it changes, by the title.
        kept: the addresses of what had left the outlines before.
        settings: those that it changes in coursesync.toml.
    """

    view: PlanView
    files: Files
    stops: tuple[Stop, ...] = ()
    whole: PlanView | None = None
    waiting: Mapping[str, int] = field(default_factory=dict)
    kept: frozenset[Address] = frozenset()
    settings: tuple[SettingChange, ...] = ()


Foreseen: TypeAlias = "Conflict | Untouched | Unplanned | MainUnplanned | Planned"


class Main:
    """The main branch where it is checked out, with its configuration and the newest state."""

    def __init__(self, repository: Repository, project: Project, branch: str) -> None:
        """Read the state; raises StateError if it can't be read."""
        self.repository = repository
        self.project = project
        self.branch = branch
        self.sha = repository.commit("HEAD")
        self.path = repository.path_of(project.folder)
        self._state = project.state()
        self._trees = Trees(repository, self.path)

    def digest_of(self, head: str) -> str:
        """Return the digest of what a head changes itself; "" if it has no history with main."""
        base = self.repository.merge_base(self.sha, head)
        if base is None:
            return ""
        trees = self._trees
        return digest_of_delta(own_delta(trees.specified(base), trees.specified(head)))

    def foresee(self, head: str) -> Foreseen:
        """Return what a merge of a commit into main would give."""
        try:
            merged = self.repository.merged(self.sha, head)
            if isinstance(merged, Conflict):
                return merged
            files = self._files(merged)
            settings = self._settings_in(merged, files)
            if not (files.outlines or _removal(settings)):
                return Untouched(files, settings)
            return self._planned(merged, head, files, settings)
        except InvalidOutlines as error:
            known = {*map(_what, error.diagnostics)}
            own = [each for each in self._mistakes if _what(each) in known]
            theirs = [e for e in error.diagnostics if _what(e) not in {*map(_what, own)}]
            return (
                Unplanned(InvalidOutlines(theirs))
                if theirs
                else MainUnplanned(InvalidOutlines(own))
            )
        except CoursesyncError as error:
            return Unplanned(error)

    def _stops(self, view: PlanView, head: str) -> tuple[Stop, ...]:
        if not stops_of(view.plan, ""):  # the digest takes long
            return ()
        digest = self.digest_of(head)[:DIGITS]
        return stops_of(view.plan, digest) if digest else ()

    def _files(self, tree: str) -> Files:
        outlines, brought, others = [], [], []
        above = "" if self.path == "." else f"{self.path}/"
        for path in self.repository.changed_files(self.sha, tree):
            within = path.removeprefix(above)
            if not path.startswith(above) or within == CONFIG:
                others.append(path)
            elif is_of_a_state(within, self.project):
                brought.append(path)
            else:
                outlines.append(path)
        return Files(tuple(outlines), tuple(brought), tuple(others))

    @property
    def _config(self) -> str:
        """The path of coursesync.toml in the repository."""
        return CONFIG if self.path == "." else f"{self.path}/{CONFIG}"

    def _settings_in(self, tree: str, files: Files) -> tuple[SettingChange, ...]:
        """Return the settings that a tree has otherwise than main.

        Raises UsageError if they are not valid, and nothing else has to be shown.
        """
        if self._config not in files.others:
            return ()
        try:
            with self._within(tree):
                return settings_between(self.project.config, config_of(Path(self.path)))
        except UsageError:
            if files.outlines:
                return ()
            raise

    def _planned(
        self, merged: str, head: str, files: Files, settings: tuple[SettingChange, ...]
    ) -> Planned:
        """Plan a merge: what it changes itself, and all that the next apply would do."""
        removal = _removal(settings)
        before = self._pending
        pending = before is not None and before.has_changes
        state = as_applied(self._state, before) if before is not None else self._state
        view = self._view(merged, state, removal)
        whole = self._view(merged, self._state, removal) if pending else None
        waiting: dict[str, int] = {}
        kept: set[Address] = set()
        for course, changes in before.by_course() if before is not None else ():
            kept |= {each.address for each in changes if each.is_left}
            number = sum(each.action.changes for each in changes)
            if number and course.id in view.plan.courses:
                waiting[course.title or course.key] = number
        stops = self._stops(view, head)
        return Planned(view, files, stops, whole, waiting, frozenset(kept), settings)

    @cached_property
    def _pending(self) -> Plan | None:
        """What waits on main; None if main itself can't be planned."""
        try:
            return self._view(self.sha, self._state).plan
        except CoursesyncError:
            return None

    def _view(self, tree: str, state: State, removal: str = "") -> PlanView:
        """Plan the outlines of a tree; paths in messages are as in the repository.

        `removal` is the `on_removal` of that tree, "" for main's.
        """
        with self._within(tree):
            project = replace(self.project, folder=Path(self.path))
            removal = removal or project.config.on_removal
            deletes = removal == OnRemoval.DELETE.value
            made = plan(project.outlines_for(state), on_removal=removal, prune=deletes)
            return PlanView(made, limits=project.config.limits)

    @contextmanager
    def _within(self, tree: str) -> Iterator[None]:
        """Work where a tree's workspace has its path in the repository."""
        with self.repository.folder_of(tree, self.path) as folder:
            root = folder.parents[len(Path(self.path).parts) - 1] if self.path != "." else folder
            with chdir(root):
                yield

    @cached_property
    def _mistakes(self) -> tuple[Diagnostic, ...]:
        """The mistakes of main's own outlines."""
        try:
            self._view(self.sha, self._state)
        except InvalidOutlines as error:
            return error.diagnostics
        except CoursesyncError:
            return ()
        return ()


def _removal(settings: tuple[SettingChange, ...]) -> str:
    """Return the new value of `on_removal`; "" if it is not changed."""
    return next((str(each.new) for each in settings if each.name == "on_removal"), "")


def _what(mistake: Diagnostic) -> tuple[str, str]:
    """Return what identifies a mistake; its line may differ."""
    return mistake.where.path, mistake.problem


def open_main(project: Project) -> Main:
    """Return the main branch, which must be checked out.

    Raises:
        UsageError: another commit is checked out.
        TryLater, RemoteError: the remote can't be reached, or denies access.
        StateError: the state can't be read.
    """
    repository = Repository(project.folder)
    branch = repository.default_branch()
    tip = repository.tip(branch)
    if tip is None or not repository.is_ancestor("HEAD", tip):
        raise UsageError(
            f"the commit that is checked out is not on {inert(branch, 100)}",
            Remedy("Run this on that branch only:", Shell("git", "checkout", branch)),
        )
    return Main(repository, project, branch)
