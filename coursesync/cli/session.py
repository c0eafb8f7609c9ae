"""What a command works on: workspace, target, state. Wires the adapters to the pure rooms."""

from __future__ import annotations

import os
from dataclasses import dataclass
from shlex import quote
from typing import TYPE_CHECKING

from coursesync.adapters.outline_files import Workspace, check_folder, load
from coursesync.adapters.state_file import NAME, StateFile
from coursesync.cli.config import Config, config_of
from coursesync.diff import diff
from coursesync.errors import CoursesyncError
from coursesync.removal import OnRemoval, Policy
from coursesync.target import EMBEDDED, check_target

if TYPE_CHECKING:
    from pathlib import Path

    from coursesync.limits import Limits
    from coursesync.plan import Plan
    from coursesync.state import CourseRecord, State


@dataclass(frozen=True)
class Session:
    """A workspace, one target, and the state of that target."""

    folder: Path
    store: StateFile
    config: Config
    embedded: bool
    options: str = ""

    @property
    def limits(self) -> Limits:
        """What the API allows."""
        return self.config.limits.limits()

    def policy(self, on_removal: str | None, *, prune: bool) -> Policy:
        """Return what may be done to orphans: by the flag, or else by coursesync.toml."""
        return Policy(OnRemoval(on_removal or self.config.on_removal), prune)

    def is_strict(self, given: bool | None) -> bool:  # noqa: FBT001 - an option's value, or none
        """Say whether advice is an error: as the command line has it, else coursesync.toml."""
        return self.config.strict if given is None else given

    def hint(self, command: str, *, folder: str = "") -> str:
        """Return a command that can be typed as it stands, for this workspace and target."""
        return f"coursesync {command} {folder}{quote(str(self.folder))}{self.options}"

    def prepare(self) -> None:
        """Make the folder of the embedded sandbox, which git is to ignore."""
        folder = self.store.path.parent
        if self.embedded and self.folder.is_dir() and not folder.exists():
            folder.mkdir()
            (folder / ".gitignore").write_text("*\n")

    def state(self) -> State:
        """Load the state; raises StateError."""
        return self.store.load()

    def workspace(self, state: State) -> Workspace:
        """Load the workspace; raises InvalidOutlines, and an error where it holds nothing."""
        workspace = load(self.folder, state.courses)
        if not (workspace.outlines or workspace.settled or state.entries or state.doubts):
            raise empty_workspace(self.folder)
        return workspace


def empty_workspace(folder: Path) -> CoursesyncError:
    """Return the failure that a workspace without outlines is."""
    return CoursesyncError(
        f"the workspace {folder} holds no outline",
        "An outline is a file that ends in .yaml and starts with  id:  and  title:",
    )


def plan_of(workspace: Workspace, state: State, policy: Policy | None = None) -> Plan:
    """Make the plan of a workspace."""
    return diff(workspace.outlines, workspace.settled, state, policy)


def complete_courses(workspace: Workspace, state: State) -> dict[str, CourseRecord]:
    """Return the records of the parsed courses for which nothing is left to say or do."""
    left = _unfinished(plan_of(workspace, state))
    return {key: record for key, record in workspace.records.items() if record.id not in left}


def _unfinished(plan: Plan) -> set[int]:
    """Return the Ids of the courses that a plan speaks of.

    Those too that a section has yet to leave: a plan that passed them over would not know it.
    """
    homes = {change.before_value(change.kind.parent_property) for change in plan.changes}
    here = {change.parent_id for change in plan.changes}
    return here | {home for home in homes if isinstance(home, int)}


def open_session(
    folder: Path, base_url: str | None, state: str | None, *, sandbox: bool
) -> Session:
    """Wire a session: flags (and their COURSESYNC_ variables) come before coursesync.toml.

    Raises:
        UsageError: the folder is none, the target can't be used, or coursesync.toml is not valid.
    """
    check_folder(folder)
    config = config_of(folder)
    if sandbox:
        path = folder / ".coursesync" / NAME
        store = StateFile(path, EMBEDDED)
        return Session(folder, store, config, embedded=True, options=" --sandbox")
    target = check_target(base_url or config.base_url)
    store = StateFile(folder / (state or config.state), target)
    given = {"state": state, "base-url": base_url}
    options = "".join(
        f" --{name} {quote(value)}"
        for name, value in given.items()
        if value and value != os.environ.get(f"COURSESYNC_{name.upper().replace('-', '_')}")
    )
    return Session(folder, store, config, embedded=False, options=options)
