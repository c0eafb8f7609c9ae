"""A workspace with its target and its state.

Owns the choice of target and state, and the reading of both state and outlines. It must never make
a request (`site` does), nor know a terminal or an environment variable.
"""

from __future__ import annotations

import os
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from coursesync.errors import CoursesyncError, Remedy, Shell, UsageError
from coursesync.files import shown, write_whole
from coursesync.nexudus.target import DEFAULT_BASE_URL, check_target, is_local
from coursesync.operations.config import CONFIG, SANDBOX, config_of, wrong_state_name
from coursesync.operations.reading import read_outlines
from coursesync.operations.stores import check_not_lost, embedded_store, store_of
from coursesync.outlines.content_files import Files
from coursesync.outlines.folder import check_folder, empty_workspace, is_outline_in
from coursesync.outlines.workspace_files import Outlines
from coursesync.outlines.workspace_files import load as load_outlines
from coursesync.planning.policy import OnRemoval, Policy
from coursesync.planning.scope import scope_of, state_in
from coursesync.state import STATE_NAME
from coursesync.text import inert

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from coursesync.errors import Sentence
    from coursesync.operations.config import Config
    from coursesync.outlines.advice.advice import Advice
    from coursesync.outlines.outline import Outline
    from coursesync.planning.drift import Drifted
    from coursesync.planning.scope import Scope
    from coursesync.state.state import State
    from coursesync.state.store import Store


@dataclass(frozen=True)
class Project:
    """A folder of outlines, one target, and the state of that target. Nothing is read yet.

    Attributes:
        embedded: whether the target is the sandbox in this process.
        named: whether the caller chose the target. A target that comes only from coursesync.toml
            gets no credentials, because anyone may have edited that file.
        warn: is called with a problem that is not an error, and its remedy.
        courses: the only courses that are planned, each by its key or its outline's path in the
            folder; none for all.
    """

    folder: Path
    store: Store
    config: Config
    embedded: bool
    named: bool = False
    warn: Callable[[str, Sentence], None] | None = None
    courses: tuple[str, ...] = ()

    def policy(
        self, on_removal: OnRemoval | str | None, *, prune: bool, delete_courses: Sequence[int] = ()
    ) -> Policy:
        """Return what may be done to orphans, by default as in coursesync.toml."""
        if delete_courses and not prune:
            raise UsageError(
                "--delete-course deletes only together with --prune",
                Remedy("Add", Shell("--prune")),
            )
        courses = tuple(sorted({*delete_courses}))
        try:
            return Policy(OnRemoval(on_removal or self.config.on_removal), prune, courses)
        except ValueError as error:
            words = ", ".join(f'"{each.value}"' for each in OnRemoval)
            raise UsageError("on_removal has no such value", f"Write one of {words}.") from error

    def state(self) -> State:
        """Read the state, with the journal of an interrupted run; raises StateError.

        It has serial 0 if nothing has been applied yet. If git has a state, there must be one.
        """
        known = self.store.load()
        if not (known.serial or self.embedded):
            check_not_lost(self.folder, self.store, self.config)
        if self.warn is not None:
            for note in self.store.notes:
                self.warn(*note)
        return known

    def load(self) -> Workspace:
        """Read the state and the outlines; raises as `coursesync.load` does."""
        return self.outlines_for(self.state())

    def outlines_for(self, state: State) -> Workspace:
        """Read the outlines; those that `state` records as complete are parsed only if changed.

        Raises as `load` does.
        """
        hold = self.store.hold
        managed = *state.entries, *state.doubts
        outlines = load_outlines(
            self.folder, state.complete, lambda: managed, None, self.courses, self.config.outlines
        )
        if not (outlines.outlines or outlines.settled or outlines.only or managed):
            raise empty_workspace(self.folder)
        return Workspace(self, state, outlines, hold)

    def files(self) -> Files:
        """Return a new pass over the workspace's files."""
        return Files(self.folder, assets_url=self.config.outlines.assets_url)

    def load_all(self, unwritten: Mapping[str, bytes] | None = None) -> Outlines:
        """Parse every outline of the workspace; there may be none.

        `unwritten` files are read as if they were in the folder, by their paths in it.
        """
        return read_outlines(self.folder, self.config.outlines, self.courses, unwritten)

    @property
    def is_practice(self) -> bool:
        """Whether the state is another than the workspace's own, for an API on this machine."""
        own = self.folder / self.config.state
        return is_local(self.store.target) and self.store.path != own

    def check_host(self) -> None:
        """Raise CoursesyncError if only `coursesync.toml` names the API.

        A pull request may have changed that file: such an API must get no credentials.
        """
        target = self.store.target
        if not (self.embedded or self.named or target == DEFAULT_BASE_URL):
            raise CoursesyncError(
                f"only {shown(self.folder / CONFIG)} names the API {target}, so it gets no "
                "credentials: that file may come from someone else",
                Remedy(
                    "If you mean that API, name it yourself:",
                    Shell("--base-url", target),
                    "or set COURSESYNC_BASE_URL. For Nexudus:",
                    Shell("--base-url", DEFAULT_BASE_URL),
                ),
            )

    @property
    def other_host(self) -> str:
        """The API in `coursesync.toml` if the target is another one; otherwise ""."""
        other = self.config.base_url
        if not self.named or other == DEFAULT_BASE_URL or _normal(other) == self.store.target:
            return ""
        return inert(other, 100)

    @contextmanager
    def held(self, timeout: float = 0.0) -> Iterator[None]:
        """Hold the state against all other writers; a hold that exists already stays.

        What is loaded and planned in this block is applied without being read again. `timeout` is
        in seconds. Raises StateLocked if another process holds the state, StateError if no lock can
        be made.
        """
        if self.store.hold is not None:
            yield
            return
        self.prepare()
        with self.store.held(timeout):
            yield

    def check_free(self, path: Path) -> None:
        """Raise UsageError if a file to write belongs to the state, or is read as an outline."""
        is_config = os.path.realpath(path) == os.path.realpath(self.folder / CONFIG)
        if is_config or is_outline_in(self.folder, path):
            raise UsageError(
                f"{shown(path)} would be read as a part of the workspace",
                "Name a file that ends in .json.",
            )
        own = self.store.path
        is_beside = os.path.realpath(path.parent) == os.path.realpath(own.parent)
        if is_beside and path.name.startswith(own.name):
            raise UsageError(
                f"{shown(path)} is the state, or a file that belongs to it",
                "Name another file.",
            )

    def prepare(self) -> None:
        """Make the folder of what git ignores, if this store needs it; raises CoursesyncError."""
        folder = self.folder / SANDBOX
        is_needed = folder in self.store.path.parents
        if not is_needed or not self.folder.is_dir() or os.path.lexists(folder / ".gitignore"):
            return
        try:
            folder.mkdir(exist_ok=True)
            write_whole(folder / ".gitignore", b"*\n")
        except OSError as error:
            what = "the embedded sandbox" if self.embedded else "this machine's copy of the state"
            raise CoursesyncError(
                f"{what} can't be kept in {shown(folder)}: {error.strerror}",
                "Use a workspace in which you may write, on a disk that has room.",
            ) from error


@dataclass(frozen=True)
class Workspace:
    """A project as it was read: its state, its outlines, and the advice on them.

    `hold` is the hold under which the state was read, None if there was none. `found` are the
    findings of the look at the site that `state` comes from, None if there was no look.
    """

    project: Project
    state: State
    read: Outlines
    hold: object | None = None
    found: tuple[Drifted, ...] | None = None

    @property
    def outlines(self) -> tuple[Outline, ...]:
        """The outlines that were parsed: those of its courses that are not fully applied yet."""
        return self.read.outlines

    @property
    def scope(self) -> Scope:
        """The courses that are planned."""
        return scope_of(self.read, self.state)

    @property
    def known(self) -> State:
        """What the state holds of these courses."""
        return state_in(self.state, self.scope)

    @property
    def advice(self) -> tuple[Advice, ...]:
        """The advice on these outlines, which are valid."""
        return self.read.advice

    @property
    def is_current(self) -> bool:
        """Whether the state is held, and nobody has written it since this was read."""
        return self.hold is not None and self.hold is self.project.store.hold


def _normal(url: str) -> str:
    try:
        return check_target(url)
    except UsageError:
        return ""


def open_project(
    folder: str | os.PathLike[str] = "courses",
    *,
    base_url: str | None = None,
    state: str | None = None,
    sandbox: bool | None = None,
    courses: Sequence[str] = (),
) -> Project:
    """Choose workspace, target and state; only `coursesync.toml` is read.

    Args:
        folder: the folder of the outlines.
        base_url: the API; by default the value in `coursesync.toml`, or Nexudus itself. An API that
            only `coursesync.toml` names is never contacted: that file may be someone else's.
        state: the state file, in the folder; by default as above, or its usual name.
        sandbox: whether to use the embedded sandbox with its own state; then `base_url` and
            `state` have no effect. By default as in `coursesync.toml`.
        courses: the only courses to plan and apply, each by its key or its outline's path in the
            folder; all by default. The others are read too, because a record may come from one.

    Returns:
        The project, for everything that needs no outlines: `state()`, `move`, `forget`, `resolve`,
        `recover`.

    Raises:
        UsageError: there is no such folder, the target can't be used, or `coursesync.toml` is not
            valid, or names the sandbox while `base_url` names an API.
        CoursesyncError: `coursesync.toml` asks for another version of coursesync, or the place of
            the embedded sandbox is a link or a file.

    Example:
        >>> project = coursesync.open_project("courses", sandbox=True)
        >>> sorted(project.state().entries)
    """
    path = Path(folder)
    check_folder(path)
    config = config_of(path)
    if state is not None and (wrong := wrong_state_name(state)):
        raise UsageError(
            f'"{inert(state, 40)}" {wrong}',
            Remedy("Write it as in", Shell("--state", STATE_NAME)),
        )
    if base_url and sandbox is None and config.sandbox:
        raise UsageError(
            f"{shown(path / CONFIG)} has sandbox = true, and the base URL {inert(base_url, 100)} "
            "is given as well",
            Remedy(
                "To use the sandbox:", Shell("--sandbox"), "To use the API:", Shell("--no-sandbox")
            ),
        )
    embedded = config.sandbox if sandbox is None else sandbox
    store = embedded_store(path) if embedded else store_of(path, base_url, state, config)
    return Project(
        path, store, config, embedded=embedded, named=bool(base_url), courses=tuple(courses)
    )


def load(
    folder: str | os.PathLike[str] = "courses",
    *,
    base_url: str | None = None,
    state: str | None = None,
    sandbox: bool | None = None,
    courses: Sequence[str] = (),
) -> Workspace:
    """Read a workspace: its state and its outlines. Makes no request.

    The parameters are as in `open_project`. The result is for `plan`, `apply` and `drift`.

    Raises:
        UsageError: as `open_project` does, or there is no such course.
        InvalidOutlines: its `diagnostics` are all mistakes of all outlines of these courses.
        StateError: the state can't be read or trusted, or belongs to another target.
        CoursesyncError: there is neither an outline nor a state.

    Example:
        >>> workspace = coursesync.load("courses", sandbox=True)
        >>> [outline.title for outline in workspace.outlines]
    """
    return open_project(
        folder, base_url=base_url, state=state, sandbox=sandbox, courses=courses
    ).load()
