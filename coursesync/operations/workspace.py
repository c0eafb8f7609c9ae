"""A workspace with its target and its state, and what would be done there. Makes no request.

Wires what reads files to what is pure, for the command line and for scripts alike; knows
neither a terminal nor a variable of the environment. What goes online is `connection`.
"""

from __future__ import annotations

import os
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from coursesync.errors import CoursesyncError, Remedy, Shell, UsageError
from coursesync.files import shown
from coursesync.nexudus.target import DEFAULT_BASE_URL, EMBEDDED, check_target
from coursesync.operations.config import CONFIG
from coursesync.operations.config_file import config_of, config_target, wrong_state_name
from coursesync.outlines.folder import check_folder, empty_workspace
from coursesync.outlines.workspace_files import Outlines
from coursesync.outlines.workspace_files import load as read_outlines
from coursesync.planning.policy import OnRemoval, Policy
from coursesync.state.disk import away
from coursesync.state.file_store import StateFile
from coursesync.state.state_text import parse
from coursesync.state.store import STATE_NAME
from coursesync.text import inert

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from coursesync.errors import Sentence
    from coursesync.kinds.address import Address
    from coursesync.nexudus.limits import Limits
    from coursesync.operations.config import Config
    from coursesync.outlines.advice.pieces import Advice
    from coursesync.outlines.outline import Outline
    from coursesync.planning.drift import Drifted
    from coursesync.state.state import State


@dataclass(frozen=True)
class Project:
    """A folder of outlines, one target, and the state of that target. Nothing of it is read yet.

    `embedded` says whether the target is the sandbox in this process, `named` whether the caller
    named the target: one that a file in the repository names may be anyone's. `warn` is called with
    a problem that is no failure, and its remedy.
    """

    folder: Path
    store: StateFile
    config: Config
    embedded: bool
    named: bool = False
    warn: Callable[[str, Sentence], None] | None = None

    @property
    def limits(self) -> Limits:
        """What the API allows."""
        return self.config.limits

    def settling_time(self, given: float | None) -> float:
        """Return how many seconds lists may lag; those of the embedded sandbox never do."""
        if self.embedded:
            return 0.0
        return self.config.settling_time if given is None else given

    def policy(self, on_removal: OnRemoval | str | None, *, prune: bool) -> Policy:
        """Return what may be done to orphans: as given, or else by coursesync.toml.

        Raises:
            UsageError: `on_removal` is none of its words.
        """
        try:
            return Policy(OnRemoval(on_removal or self.config.on_removal), prune)
        except ValueError as error:
            words = ", ".join(f'"{each.value}"' for each in OnRemoval)
            raise UsageError("on_removal is none of its words", f"Write one of {words}.") from error

    def state(self) -> State:
        """Read the state, with what a cut-off run left in its journal.

        Returns:
            The state; one of serial 0 where nothing has been applied yet.

        Raises:
            StateError: it can't be read or trusted, or is another target's.
        """
        known = self.store.load()
        if self.warn is not None and (foreign := self.store.foreign) is not None:
            self.warn(*foreign.warning(self.store.journal_path, self.store.path))
        return known

    def load(self) -> Workspace:
        """Read the state and the outlines.

        Raises:
            InvalidOutlines: with every mistake of every outline.
            StateError: the state can't be read or trusted, or is another target's.
            CoursesyncError: there is nothing: neither an outline nor a state.
        """
        return self.outlines_for(self.state())

    def outlines_for(self, state: State) -> Workspace:
        """Read the outlines, of those that `state` says are applied as a whole just the bytes.

        Raises as `load` does.
        """
        hold = self.store.hold
        outlines = read_outlines(
            self.folder, state.courses, lambda: (*state.entries, *state.doubts)
        )
        if not (outlines.outlines or outlines.settled or state.entries or state.doubts):
            raise empty_workspace(self.folder)
        return Workspace(self, state, outlines, hold)

    def load_all(self) -> Outlines:
        """Read every outline of the workspace, also where there is none yet."""
        return read_outlines(self.folder, managed=lambda: managed_in(self.folder))

    def check_host(self) -> None:
        """Raise CoursesyncError where only `coursesync.toml` names the API.

        A pull request may have brought that file: the API gets no credentials.
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
        """The API that `coursesync.toml` names where the target is another; else ""."""
        other = self.config.base_url
        if not self.named or other == DEFAULT_BASE_URL or _normal(other) == self.store.target:
            return ""
        return inert(other, 100)

    @contextmanager
    def held(self, timeout: float = 0.0) -> Iterator[None]:
        """Hold the state against all other writers; who holds it already goes on holding it.

        What is loaded and planned meanwhile is applied as it is, without being read again.

        Args:
            timeout: seconds to wait for the lock.

        Raises:
            StateLocked: another process holds it.
            StateError: the lock can't be made.
        """
        if self.store.hold is not None:
            yield
            return
        self.prepare()
        with self.store.held(timeout):
            yield

    def check_free(self, path: Path) -> None:
        """Raise UsageError where a file that somebody names is the state, or is kept beside it."""
        own = self.store.path
        is_beside = os.path.realpath(path.parent) == os.path.realpath(own.parent)
        if is_beside and path.name.startswith(own.name):
            raise UsageError(
                f"{shown(path)} is where the state is kept, or what belongs to it",
                "Name another file.",
            )

    def prepare(self) -> None:
        """Make the folder of the embedded sandbox, which git is to ignore.

        Raises:
            CoursesyncError: it can't be made.
        """
        folder = self.store.path.parent
        if not self.embedded or not self.folder.is_dir() or folder.exists():
            return
        try:
            folder.mkdir()
            (folder / ".gitignore").write_text("*\n")
        except OSError as error:
            raise CoursesyncError(
                f"the embedded sandbox can't be kept in {shown(folder)}: {error.strerror}",
                "Use a workspace in which you may write, on a disk that has room.",
            ) from error


@dataclass(frozen=True)
class Workspace:
    """A project as it was read: its state, its outlines, and the advice on them.

    `hold` is the hold of the state that it was read under, None where this did not hold it; `found`
    what a look at the site found, which made `state` what it is, None where nobody looked.
    """

    project: Project
    state: State
    read: Outlines
    hold: object | None = None
    found: tuple[Drifted, ...] | None = None

    @property
    def outlines(self) -> tuple[Outline, ...]:
        """The outlines that were parsed: those that are not applied as a whole already."""
        return self.read.outlines

    @property
    def advice(self) -> tuple[Advice, ...]:
        """What there is to say of these outlines, though they are valid."""
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


def managed_in(folder: Path) -> tuple[Address, ...]:
    """Return the addresses that a workspace's state has, of whatever target; none without one."""
    try:
        path = folder / config_of(folder).state
        state = parse(path.read_bytes(), path)
    except (OSError, CoursesyncError):
        return ()  # whoever needs it says so; keys are proposed without it
    return (*state.entries, *state.doubts)


def _kept_in(folder: Path) -> Path:
    """Return the embedded sandbox's folder; raises CoursesyncError where it may lead elsewhere."""
    if folder.is_symlink() or (folder.exists() and not folder.is_dir()):
        raise CoursesyncError(
            f"{shown(folder)} is a link or no folder, and the embedded sandbox is kept in it",
            Remedy("Take away what stands there:", away(folder)),
        )
    return folder


def open_project(
    folder: str | os.PathLike[str] = "courses",
    *,
    base_url: str | None = None,
    state: str | None = None,
    sandbox: bool = False,
) -> Project:
    """Say which workspace, which target and which state; only `coursesync.toml` is read.

    Args:
        folder: the folder of the outlines.
        base_url: the API; by default what `coursesync.toml` says, or else Nexudus itself. One that
            only `coursesync.toml` names is never contacted: that file may be someone else's.
        state: the state file, in the folder; by default as above, or else its usual name.
        sandbox: whether to use the embedded sandbox, with a state of its own; `base_url` and
            `state` are not heeded then.

    Returns:
        The project, for what needs no outlines: `state()`, `move`, `forget`, `resolve`, `recover`.

    Raises:
        UsageError: the folder is none, the target can't be used, or `coursesync.toml` is not
            valid.
        CoursesyncError: the place of the embedded sandbox is a link or a file.

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
    if sandbox:
        store = StateFile(_kept_in(path / ".coursesync") / STATE_NAME, EMBEDDED)
    else:
        target = check_target(base_url) if base_url else config_target(path, config)
        store = StateFile(path / (state or config.state), target)
    return Project(path, store, config, embedded=sandbox, named=bool(base_url))


def load(
    folder: str | os.PathLike[str] = "courses",
    *,
    base_url: str | None = None,
    state: str | None = None,
    sandbox: bool = False,
) -> Workspace:
    """Read a workspace: its state and its outlines. Makes no request.

    Args:
        folder: the folder of the outlines.
        base_url: as in `open_project`.
        state: the same.
        sandbox: the same.

    Returns:
        The workspace, to be given to `plan`, `apply` and `drift`.

    Raises:
        UsageError: as `open_project` does.
        InvalidOutlines: its `diagnostics` are every mistake of every outline.
        StateError: the state can't be read or trusted, or is another target's.
        CoursesyncError: there is nothing: neither an outline nor a state.

    Example:
        >>> workspace = coursesync.load("courses", sandbox=True)
        >>> [outline.title for outline in workspace.outlines]
    """
    return open_project(folder, base_url=base_url, state=state, sandbox=sandbox).load()
