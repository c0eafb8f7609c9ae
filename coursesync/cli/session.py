"""What a command works on: workspace, target, state. Wires the adapters to the pure rooms."""

from __future__ import annotations

import os
from dataclasses import dataclass
from math import isfinite
from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING, Annotated, Any, TypeAlias, TypeVar

import click
from pydantic import BaseModel, ConfigDict, Field, StrictBool, StrictStr, ValidationError

from coursesync.adapters.outline_files import Workspace, check_folder, load
from coursesync.adapters.state_file import NAME, StateFile
from coursesync.adapters.text_files import read
from coursesync.errors import CoursesyncError, UnusableFile, UsageError
from coursesync.limits import PUBLISHED, Limits
from coursesync.plan import Plan, diff
from coursesync.run import SETTLING
from coursesync.target import EMBEDDED, check_target

if TYPE_CHECKING:
    from collections.abc import Callable

    from coursesync.state import CourseRecord, State

DEFAULT_BASE_URL = "https://spaces.nexudus.com"
CONFIG = "coursesync.toml"
_MAX_CONFIG = 65_536
_LONGEST_NAME = 200  # bytes; the journal and the lock have it with an ending of their own
F = TypeVar("F", bound="Callable[..., object]")


Seconds: TypeAlias = Annotated[float, Field(ge=0, le=3_600, allow_inf_nan=False)]
Requests: TypeAlias = Annotated[int, Field(ge=1, le=1_000_000)]


class LimitsConfig(BaseModel):
    """`[limits]`: what the API allows; `gap` is the least time between two requests, in seconds."""

    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)

    gap: Seconds = PUBLISHED.gap
    writes_a_minute: Requests = PUBLISHED.writes_a_minute
    writes_a_day: Requests = PUBLISHED.writes_a_day
    requests_a_minute: Requests = PUBLISHED.requests_a_minute
    requests_an_hour: Requests = PUBLISHED.requests_an_hour
    requests_a_day: Requests = PUBLISHED.requests_a_day

    def limits(self) -> Limits:
        """Return the same as the value that a schedule takes."""
        return Limits(**self.model_dump())


class Config(BaseModel):
    """`coursesync.toml`, in the workspace."""

    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)

    base_url: StrictStr = DEFAULT_BASE_URL
    state: StrictStr = NAME
    settling_time: Seconds = SETTLING
    strict: StrictBool = False
    limits: LimitsConfig = LimitsConfig()


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


def plan_of(workspace: Workspace, state: State) -> Plan:
    """Make the plan of a workspace."""
    return diff(workspace.outlines, workspace.settled, state)


def complete_courses(workspace: Workspace, state: State) -> dict[str, CourseRecord]:
    """Return the records of the parsed courses for which nothing is left to say or do."""
    left = plan_of(workspace, state)
    return {key: record for key, record in workspace.records.items() if key not in _keys(left)}


def _keys(plan: Plan) -> set[str]:
    return {course.key for course, _ in plan.by_course()}


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


def config_of(folder: Path) -> Config:
    """Read a workspace's coursesync.toml, if it has one; raises UsageError."""
    path = folder / CONFIG
    try:
        os.lstat(path)
        content = read(path)
        if len(content) > _MAX_CONFIG:
            raise UsageError(f"{path} is larger than {_MAX_CONFIG:,} bytes", _ALLOWED)
        import tomllib  # noqa: PLC0415 - only where there is such a file

        config = Config.model_validate(tomllib.loads(content.decode()))
    except FileNotFoundError:
        return Config()
    except (OSError, UnusableFile) as error:
        raise UsageError(f"the configuration can't be used: {error}", _ALLOWED) from error
    except (ValueError, RecursionError) as error:
        raise UsageError(f"{path} is not valid: {_first_line(error)}", _ALLOWED) from error
    longest = max(len(os.fsencode(part)) for part in config.state.split("/"))
    if not config.state.strip() or not config.state.isprintable() or longest > _LONGEST_NAME:
        raise UsageError(f"{path} is not valid: `state` is not the name of a file", _ALLOWED)
    return config


_ALLOWED = (
    'It may hold  base_url = "https://…" , state = "a-file.state.json" , settling_time = 60 , '
    "strict = true  and [limits]."
)


def _first_line(error: Exception) -> str:
    if isinstance(error, ValidationError):
        detail = error.errors(include_url=False)[0]
        return f"`{'.'.join(map(str, detail['loc']))}`: {detail['msg']}"
    return str(error).partition("\n")[0]


class SecondsRange(click.FloatRange):
    """A length of time; `nan` would be neither over nor not."""

    def convert(
        self,
        value: Any,  # noqa: ANN401 - as overridden
        param: click.Parameter | None,
        ctx: click.Context | None,
    ) -> float:
        """Return the seconds; fails where they are no finite number in the range."""
        seconds = float(super().convert(value, param, ctx))
        if not isfinite(seconds):
            self.fail(f"{value!r} is no length of time", param, ctx)
        return seconds


workspace_argument = click.argument(
    "workspace", default="courses", type=click.Path(path_type=Path), required=False
)
workspace_option = click.option(
    "--workspace",
    "-w",
    default="courses",
    show_default=True,
    type=click.Path(path_type=Path),
    help="The folder of the outlines.",
)


def target_options(command: F) -> F:
    """Add the options that say which target, and which state."""
    options = (
        click.option(
            "--sandbox",
            is_flag=True,
            envvar="COURSESYNC_SANDBOX",
            help="Use the embedded sandbox, with a state of its own under .coursesync/.",
        ),
        click.option(
            "--state",
            metavar="FILE",
            envvar="COURSESYNC_STATE",
            help=f"The state file, in the workspace.  [default: {NAME}]",
        ),
        click.option(
            "--base-url",
            metavar="URL",
            envvar="COURSESYNC_BASE_URL",
            help=f"The API.  [default: {DEFAULT_BASE_URL}]",
        ),
    )
    for option in options:
        command = option(command)
    return command
