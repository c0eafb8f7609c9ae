"""What merging a pull request would give, planned with main's code, configuration and state.

The pull request's outlines are data: they are merged into main in git, and read from there. Owns
which of its files are outlines. It must never use a state, a journal or a configuration that the
pull request brings, nor run anything of it.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, TypeAlias

from coursesync.ci.configured import settings_between
from coursesync.ci.coverage.delta import own_delta
from coursesync.ci.coverage.delta_digest import digest_of_delta
from coursesync.ci.instructions.approvals import line_to_write
from coursesync.ci.merging import Conflict
from coursesync.ci.plan import is_of_a_state
from coursesync.ci.repository import Repository
from coursesync.ci.tree_plan import as_job_applies, config_in, pending_on_main, within
from coursesync.ci.trees import Trees
from coursesync.errors import CoursesyncError, InvalidOutlines, Remedy, Shell, UsageError
from coursesync.operations.config import CONFIG
from coursesync.render.comment.outlook import stops_of
from coursesync.render.rows import PlanView
from coursesync.text import inert

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from coursesync.ci.as_applied import OnMain
    from coursesync.errors import Diagnostic
    from coursesync.operations.workspace import Project
    from coursesync.outlines.advice.advice import Advice
    from coursesync.render.comment.configured import SettingChange
    from coursesync.render.comment.outlook import Stop
    from coursesync.state.state import State


_MOST_ADVICE = 200  # pieces that are placed, which parses their outlines again


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
        stops: what somebody has to allow because of that.
        lines: what they write in a comment to allow it.
        whole: all that the next apply would do, with what waits on main; None if that is the same.
        waiting: how many changes wait on main in each course that it changes, by the title.
        settings: those that it changes in coursesync.toml.
        advice: that on its outlines which those of main do not get.
    """

    view: PlanView
    files: Files
    stops: tuple[Stop, ...] = ()
    lines: tuple[str, ...] = ()
    whole: PlanView | None = None
    waiting: Mapping[str, int] = field(default_factory=dict)
    settings: tuple[SettingChange, ...] = ()
    advice: tuple[Diagnostic, ...] = ()


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
            if settings:  # they are named one by one
                others = tuple(each for each in files.others if each != self._config)
                files = replace(files, others=others)
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

    def _lines(self, stops: Sequence[Stop], head: str) -> tuple[str, ...]:
        """Return the lines to write; none if the outlines of the head alone can't be read."""
        if not (stops and (digest := self.digest_of(head))):
            return ()
        return tuple(line_to_write(digest, each.grant) for each in stops)

    def _files(self, tree: str) -> Files:
        outlines, brought, others = [], [], []
        above = "" if self.path == "." else f"{self.path}/"
        for path in self.repository.changed_files(self.sha, tree):
            inside = path.removeprefix(above)
            if not path.startswith(above) or inside == CONFIG:
                others.append(path)
            elif is_of_a_state(inside, self.project):
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
            new = config_in(self.repository, self.path, tree)
            return settings_between(self.project.config, new)
        except UsageError:
            if files.outlines:
                return ()
            raise

    def _planned(
        self, merged: str, head: str, files: Files, settings: tuple[SettingChange, ...]
    ) -> Planned:
        """Plan a merge: what it changes itself, and all that the next apply would do."""
        removal = _removal(settings)
        on_main = self._on_main
        view, advice = self._view(merged, on_main.applied, removal)
        whole = self._view(merged, self._state, removal)[0] if on_main.waits else None
        stops = stops_of(view.plan)
        return Planned(
            view,
            files,
            stops=stops,
            lines=self._lines(stops, head),
            whole=whole,
            waiting=on_main.waiting_in(view.plan.courses),
            settings=settings,
            advice=self._new(advice),
        )

    @cached_property
    def _on_main(self) -> OnMain:
        return pending_on_main(self.repository, self.project, self.sha, self._state)

    def _view(
        self, tree: str, state: State, removal: str = ""
    ) -> tuple[PlanView, tuple[Advice, ...]]:
        """Plan the outlines of a tree; return the plan, and the advice on those that were parsed.

        `removal` is the `on_removal` of that tree, "" for main's.
        """
        with within(self.repository, self.path, tree) as folder:
            workspace = replace(self.project, folder=folder).outlines_for(state)
            made = as_job_applies(workspace, removal)
        limits = self.project.config.limits
        return PlanView(made, limits=limits, known=self._on_main.kept), workspace.advice

    def _new(self, advice: Sequence[Advice]) -> tuple[Diagnostic, ...]:
        """Return the pieces of advice that main's own outlines do not get."""
        found = tuple(each.diagnostic() for each in advice[:_MOST_ADVICE])
        return tuple(e for e in found if _what(e) not in self._known_advice) if found else ()

    @cached_property
    def _known_advice(self) -> frozenset[tuple[str, str]]:
        """What identifies each piece of advice on main's own outlines."""
        try:
            with within(self.repository, self.path, self.sha) as folder:
                known = replace(self.project, folder=folder).load_all().advice
                return frozenset(_what(each.diagnostic()) for each in known)
        except CoursesyncError:
            return frozenset()

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
