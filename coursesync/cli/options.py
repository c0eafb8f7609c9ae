"""The arguments and options that several commands share, and what is made of those of a target."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import partial, wraps
from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from coursesync.cli.completion import WORKSPACE, addresses, doubts, folders
from coursesync.cli.screen import listen
from coursesync.errors import UsageError
from coursesync.kinds.attributes import MAX_ID
from coursesync.nexudus.target import DEFAULT_BASE_URL
from coursesync.planning.policy import OnRemoval
from coursesync.state.store import STATE_NAME
from coursesync.text import inert

if TYPE_CHECKING:
    from collections.abc import Callable

    from coursesync.cli.session import Session
    from coursesync.planning.policy import Policy

_DIGEST = re.compile("[0-9a-f]{64}")
F = TypeVar("F", bound="Callable[..., object]")
T = TypeVar("T")


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


class RecordId(click.IntRange):
    """The Id of a record or of a course."""

    def convert(
        self,
        value: Any,  # noqa: ANN401 - as overridden
        param: click.Parameter | None,
        ctx: click.Context | None,
    ) -> int:
        """Return the Id; raises UsageError where it can be none."""
        try:
            return int(super().convert(value, param, ctx))
        except click.BadParameter as error:
            named = f"{param.opts[0]} " if isinstance(param, click.Option) else ""
            raise UsageError(
                f'"{inert(str(value), 40)}" is no Id: an Id is a whole number, from 1',
                f"Nexudus shows it in the address of its page; write it as in  {named}87654321",
            ) from error


def _digest(_context: click.Context, _option: click.Parameter, value: str | None) -> str | None:
    digest = value and value.strip().lower()
    if digest is not None and not _DIGEST.fullmatch(digest):
        raise click.BadParameter("a digest has 64 of the letters 0-9 and a-f, as  plan  shows it")
    return digest


digest_option = click.option(
    "--expect-digest",
    callback=_digest,
    metavar="DIGEST",
    help="Apply just the plan of this digest, or nothing.",
)
RECORD_ID = RecordId(1, MAX_ID)
address_argument = click.argument("address", shell_complete=addresses)
doubt_argument = click.argument("address", shell_complete=doubts)
workspace_argument = click.argument(
    "workspace",
    default=WORKSPACE,
    type=click.Path(path_type=Path),
    required=False,
    shell_complete=folders,
)
workspace_option = click.option(
    "--workspace",
    "-w",
    default=WORKSPACE,
    show_default=True,
    type=click.Path(path_type=Path),
    shell_complete=folders,
    help="The folder of the outlines.",
)


lock_timeout_option = click.option(
    "--lock-timeout",
    type=SecondsRange(min=0),
    default=0.0,
    metavar="SECONDS",
    help="How long to wait for an apply to end.  [default: 0]",
)


def removal_options(command: F) -> F:
    """Add the options that say what becomes of items that are in no outline any more."""
    options = (
        click.option(
            "--prune", is_flag=True, help="Delete, where that is what happens to such items."
        ),
        click.option(
            "--on-removal",
            type=click.Choice([each.value for each in OnRemoval]),
            envvar="COURSESYNC_ON_REMOVAL",
            help="What happens to items that are in no outline any more.  [default: keep]",
        ),
    )
    for option in options:
        command = option(command)
    return command


def _listening(_context: click.Context, _option: click.Parameter, value: bool) -> bool:  # noqa: FBT001 - as click calls it
    if value:
        listen()
    return value


_verbose = partial(
    click.option,
    "--verbose",
    "-v",
    is_flag=True,
    callback=_listening,
    help="Tell of each request, on stderr.",
)
verbose_option = _verbose(expose_value=False)


def verbosity_options(command: F) -> F:
    """Add the options that say how much is told."""
    options = (
        _verbose(),
        click.option(
            "--quiet",
            "-q",
            is_flag=True,
            help="Tell only which API is contacted, what goes wrong, and the end.",
        ),
    )
    for option in options:
        command = option(command)
    return command


full_option = click.option(
    "--full", is_flag=True, help="Tell each change, of however many; else long plans are counted."
)


bound_option = click.option(
    "--max-bytes",
    type=click.IntRange(min=4_000),
    metavar="N",
    help="Leave out what there is no room for in N bytes of Markdown, and say so.",
)


def check_bound(max_bytes: int | None, form: str) -> None:
    """Raise UsageError where there is a bound for a form that has none."""
    if max_bytes is not None and form != "markdown":
        raise UsageError("--max-bytes is for Markdown", "Write  --format markdown  beside it.")


def how_made(session: Session, policy: Policy, *, refreshed: bool) -> str:
    """Return the options by which such a plan is made again, each behind a blank.

    Args:
        session: what its coursesync.toml says need not be typed.
        policy: what the plan may do to orphans.
        refreshed: whether the site was looked at first.
    """
    removal = policy.on_removal.value
    said = {
        f" --on-removal {removal}": removal != session.config.on_removal,
        " --prune": policy.prune,
        " --refresh": refreshed,
    }
    return "".join(option for option, is_said in said.items() if is_said)


@dataclass(frozen=True, slots=True)
class Chosen:
    """The workspace, the target and the state that were chosen on the command line."""

    workspace: Path
    base_url: str | None
    state: str | None
    sandbox: bool

    def open(self) -> Session:
        """Open what was chosen; raises UsageError as `open_session` does."""
        from coursesync.cli.session import open_session  # noqa: PLC0415 - keeps completion quick

        return open_session(self.workspace, self.base_url, self.state, sandbox=self.sandbox)


def with_target(command: Callable[..., T]) -> Callable[..., T]:
    """Add the options that say which target and which state, and hand a command its `chosen`.

    The workspace is an argument or an option of the command's own, and is handed over with them.
    """

    @wraps(command)
    def run(
        workspace: Path, base_url: str | None, state: str | None, *, sandbox: bool, **others: object
    ) -> T:
        return command(chosen=Chosen(workspace, base_url, state, sandbox), **others)

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
            help=f"The state file, in the workspace.  [default: {STATE_NAME}]",
        ),
        click.option(
            "--base-url",
            metavar="URL",
            envvar="COURSESYNC_BASE_URL",
            help=f"The API.  [default: {DEFAULT_BASE_URL}]",
        ),
    )
    with_options = run
    for option in options:
        with_options = option(with_options)
    return with_options
