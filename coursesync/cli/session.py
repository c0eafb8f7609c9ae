"""A project as the command line names it: by its options, and in the commands that it suggests."""

from __future__ import annotations

import os
from dataclasses import dataclass
from shlex import quote
from typing import TYPE_CHECKING

import click

from coursesync.cli.completion import WORKSPACE
from coursesync.cli.screen import say_wrapped
from coursesync.operations.workspace import Project, open_project

if TYPE_CHECKING:
    from pathlib import Path

    from coursesync.errors import CoursesyncError
    from coursesync.render.plan_words import Hint
    from coursesync.state.state import State

_WORKSPACE_IS_AN_OPTION = ("import", "resolve", "state mv", "state rm", "state show")

_TOLD = "coursesync.foreign"


@dataclass(frozen=True)
class Session(Project):
    """A project, and the options that name it; what is in the environment need not be typed."""

    options: str = ""

    def is_strict(self, given: bool | None) -> bool:  # noqa: FBT001 - an option's value, or none
        """Say whether advice is an error: as the command line has it, else coursesync.toml."""
        return self.config.strict if given is None else given

    def hint(self, command: str) -> str:
        """Return a command that can be typed as it stands, for this workspace and target."""
        if command.startswith(_WORKSPACE_IS_AN_OPTION):
            return f"coursesync {command}{self._option}{self.options}"
        return f"coursesync {command} {quote(str(self.folder))}{self.options}"

    def hints(self, made: str) -> Hint:
        """Return `hint` for a plan that is made by these options: another is made by them too."""
        return lambda command: self.hint(
            f"{command}{made}" if command.startswith("plan") else command
        )

    def addressed(self, remedy: str) -> str:
        """Return a remedy whose commands are for this workspace and target, as `hint` has them.

        What is to be typed stands between two blanks on either side; an error that knows no
        command line names the command alone.
        """
        parts = remedy.split("  ")
        commands = (part.removeprefix("coursesync ") for part in parts)
        return "  ".join(
            part if command == part else self.hint(command)
            for part, command in zip(parts, commands, strict=True)
        )

    def state(self) -> State:
        """Read the state as a project does; say of a journal that is another state's what to do."""
        known = super().state()
        told = click.get_current_context().find_root().meta
        if (foreign := self.store.foreign) is not None and _TOLD not in told:
            told[_TOLD] = True
            say_wrapped(
                f"Warning: the journal {self.store.journal_path} {foreign.why}, and is not folded "
                f"into {self.store.path}. It is kept: what changes the state moves it to "
                f"{foreign.path.name}.",
                hang="  ",
            )
            say_wrapped(
                "apply looks for what its run made before it makes anything. To fold it in, put "
                "back the state that it was begun from (another branch's, or a later one):  "
                f"{self.hint('state recover')}  then does it.",
                "  ",
            )
        return known

    @property
    def _option(self) -> str:
        return "" if str(self.folder) == WORKSPACE else f" -w {quote(str(self.folder))}"


def address(error: CoursesyncError) -> None:
    """Let the commands that a failure suggests be for the session that is open; once only."""
    root = click.get_current_context().find_root()
    if root.obj is not None:
        error.remedy = root.obj.addressed(error.remedy)
        root.obj = None


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
    session = Session(**vars(project), options=" --sandbox" if sandbox else options)
    click.get_current_context().find_root().obj = session  # for the words of an error
    return session
