"""A project as the command line names it: by its options, and in the commands that it suggests."""

from __future__ import annotations

import os
from dataclasses import dataclass
from shlex import quote
from typing import TYPE_CHECKING

from coursesync.cli.completion import WORKSPACE
from coursesync.project import Project, open_project

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True)
class Session(Project):
    """A project, and the options that name it; what is in the environment need not be typed."""

    options: str = ""

    def is_strict(self, given: bool | None) -> bool:  # noqa: FBT001 - an option's value, or none
        """Say whether advice is an error: as the command line has it, else coursesync.toml."""
        return self.config.strict if given is None else given

    def hint(self, command: str, *, folder: str = "") -> str:
        """Return a command that can be typed as it stands, for this workspace and target."""
        if folder and str(self.folder) == WORKSPACE:
            return f"coursesync {command}{self.options}"
        return f"coursesync {command} {folder}{quote(str(self.folder))}{self.options}"


def open_session(
    folder: Path, base_url: str | None, state: str | None, *, sandbox: bool
) -> Session:
    """Open a project: flags (and their COURSESYNC_ variables) come before coursesync.toml.

    Raises:
        UsageError: the folder is none, the target can't be used, or coursesync.toml is not valid.
    """
    project = open_project(folder, base_url=base_url, state=state, sandbox=sandbox)
    given = {"state": state, "base-url": base_url}
    options = "".join(
        f" --{name} {quote(value)}"
        for name, value in given.items()
        if value and value != os.environ.get(f"COURSESYNC_{name.upper().replace('-', '_')}")
    )
    return Session(**vars(project), options=" --sandbox" if sandbox else options)
