"""The arguments and options that commands share, and the project that they open."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import partial, wraps
from inspect import signature
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

import click
from click.core import ParameterSource

from coursesync.cli.line import addresses, doubts, folders, paths, place
from coursesync.cli.screen import SOURCE, listen, say_once, say_wrapped
from coursesync.cli.types import RECORD_ID, Choice, OnOrOff, SecondsRange
from coursesync.errors import Code, Command, Remedy, Shell, UsageError
from coursesync.files import shown
from coursesync.kinds import ALL
from coursesync.nexudus.target import DEFAULT_BASE_URL
from coursesync.operations.config import CONFIG
from coursesync.operations.locate import WORKSPACE, Chosen, choose, chosen_folder
from coursesync.planning.policy import OnRemoval
from coursesync.state import STATE_NAME

if TYPE_CHECKING:
    from collections.abc import Callable

    from coursesync.operations.workspace import Project

_DIGEST = re.compile("[0-9a-f]{64}")
Run: TypeAlias = "Callable[..., object]"  # a command's function


def together(*added: Callable[[Run], Run]) -> Callable[[Run], Run]:
    """Return a decorator that adds several options; the help lists them in this order."""

    def add(command: Run) -> Run:
        for option in reversed(added):
            command = option(command)
        return command

    return add


def hands(name: str, maker: Run) -> Callable[[Run], Run]:
    """Return a decorator that hands a command one value in the place of several options.

    Args:
        name: the command's parameter.
        maker: makes the value; it takes options by the names of its own parameters.
    """

    def wrap(command: Run) -> Run:
        @wraps(command)
        def run(**given: object) -> object:
            made = maker(**{option: given.pop(option) for option in signature(maker).parameters})
            return command(**given, **{name: made})

        return run

    return wrap


def _digest(_context: click.Context, _option: click.Parameter, value: str | None) -> str | None:
    digest = value and value.strip().lower()
    if digest is not None and not _DIGEST.fullmatch(digest):
        raise click.BadParameter("a digest is 64 characters of 0-9 and a-f, as plan shows it")
    return digest


digest_option = click.option(
    "--expect-digest",
    callback=_digest,
    metavar="DIGEST",
    help="Apply only if the plan has this digest.",
)
address_argument = click.argument("address", shell_complete=addresses)
doubt_argument = click.argument("address", shell_complete=doubts)


def _chosen(
    context: click.Context, _parameter: click.Parameter, words: tuple[str, ...] | str | None
) -> Chosen:
    """Find the workspace and the courses that a command line names, and say which it is."""
    chosen = chosen_folder(words) if isinstance(words, str) else choose(words or ())
    context.find_root().obj = context  # the command that runs
    context.params["workspace"] = chosen
    if context.resilient_parsing:  # completion
        return chosen
    if not chosen.is_named and chosen.folder != Path(WORKSPACE):
        say_wrapped(f"Workspace: {Shell(chosen.folder)}")
    if chosen.also:
        name = f"{Shell(chosen.folder)} is the folder here. For the course of that name:"
        say_wrapped(Remedy(name, Shell("coursesync", *_name(context), chosen.also)))
    return chosen


def _made(context: click.Context, _parameter: click.Parameter, word: str) -> Chosen:
    """Name a workspace that may not be there yet."""
    context.find_root().obj = context  # the command that runs
    return chosen_folder(word)


def _name(context: click.Context) -> list[str]:
    return context.command_path.split()[1:]


def _whole(context: click.Context, parameter: click.Parameter, word: str | None) -> Chosen:
    chosen = _chosen(context, parameter, (word,) if word else ())
    if chosen.courses:
        raise UsageError(
            f"{' '.join(_name(context))} is for a whole workspace, not for one course",
            Remedy("Run", place(Command(" ".join(_name(context))))),
        )
    return chosen


workspace_argument = click.argument(
    "workspace",
    nargs=-1,
    metavar="[WORKSPACE] [COURSE]...",
    callback=_chosen,
    shell_complete=paths,
)
whole_workspace_argument = click.argument(
    "workspace", required=False, callback=_whole, shell_complete=folders
)
workspace_option = click.option(
    "--workspace",
    "-w",
    show_default=WORKSPACE,
    help="The folder of the outlines.",
    callback=_chosen,
    shell_complete=folders,
)
new_workspace_option = click.option(
    "--workspace",
    "-w",
    default=WORKSPACE,
    show_default=True,
    help="The folder of the outlines.",
    callback=_made,
)
lock_timeout_option = click.option(
    "--lock-timeout",
    type=SecondsRange(min=0),
    default=0.0,
    help="How long to wait if another apply holds the state.  [default: 0]",
)
removal_options = together(
    click.option(
        "--on-removal",
        type=Choice([each.value for each in OnRemoval]),
        envvar="COURSESYNC_ON_REMOVAL",
        help=f"What to do with {ALL} that are no longer in any outline.  [default: keep]",
    ),
    click.option("--prune", is_flag=True, help=f"Allow --on-removal delete to delete {ALL}."),
    click.option(
        "--delete-course",
        type=RECORD_ID,
        multiple=True,
        metavar="ID",
        help="With --prune, delete the course with this Id, and all that is in it, if coursesync "
        "made it and it has no outline any more. Can be repeated.",
    ),
)


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
    help="Print each request on stderr.",
)
verbose_option = _verbose(expose_value=False)
known_verbose_option = _verbose()  # for a command that shows a bar without it
strict_option = click.option(
    "--strict/--no-strict",
    type=OnOrOff(),
    default=None,
    envvar="COURSESYNC_STRICT",
    help="Treat advice on the outlines as errors (exit 3).  [default: no-strict]",
)


def _note_source(context: click.Context, _option: click.Parameter, value: bool | None) -> None:  # noqa: FBT001 - as click calls it
    context.meta[SOURCE] = value


source_option = click.option(
    "--source/--no-source",
    type=OnOrOff(),
    default=None,
    envvar="COURSESYNC_SOURCE",
    callback=_note_source,
    expose_value=False,
    help="Show the line of each mistake.  [default: on a terminal]",
)
full_option = click.option(
    "--full",
    is_flag=True,
    help="Show every change; by default, a long plan is shortened to counts.",
)


def form_option(*forms: str) -> Callable[[Run], Run]:
    """Return the option of a command that prints in one of several formats, by default text."""
    return click.option(
        "--format",
        "form",
        type=Choice(forms),
        default="text",
        show_default=True,
        help="The output format.",
    )


def format_options(*forms: str) -> Callable[[Run], Run]:
    """Return the options of a command one of whose formats is Markdown."""
    return together(
        form_option(*forms),
        click.option(
            "--max-bytes",
            type=click.IntRange(min=4_000),
            metavar="N",
            help="Shorten Markdown to at most N bytes, and note what was left out.",
        ),
    )


def check_bound(max_bytes: int | None, form: str) -> None:
    """Raise UsageError if `--max-bytes` was given for another format than Markdown."""
    if max_bytes is not None and form != "markdown":
        raise UsageError(
            "--max-bytes applies only to Markdown", Remedy("Add", Shell("--format", "markdown"))
        )


def opened(
    workspace: Chosen, base_url: str | None, state: str | None, *, sandbox: bool | None
) -> Project:
    """Open the workspace with the target and the state that were chosen.

    Raises:
        CoursesyncError: as `open_project` does.
    """
    from coursesync.operations.workspace import open_project  # noqa: PLC0415 - keeps completion quick

    context = click.get_current_context()
    if sandbox and context.get_parameter_source("base_url") is ParameterSource.COMMANDLINE:
        raise UsageError(
            "--base-url has no effect with --sandbox, which contacts no API",
            "Leave one of them out.",
        )
    project = open_project(
        workspace.folder,
        base_url=base_url,
        state=state,
        sandbox=sandbox,
        courses=workspace.courses,
    )
    if project.embedded and not sandbox:
        say_once(
            Remedy(
                f"This uses the sandbox, because {shown(workspace.folder / CONFIG)} has",
                Code("sandbox = true"),
                "Nothing is read from Nexudus or changed there. To use it after all:",
                Shell("--no-sandbox"),
            )
        )
    return replace(project, warn=lambda problem, remedy: say_once(f"Warning: {problem}.", remedy))


target_options = together(
    click.option(
        "--base-url",
        metavar="URL",
        envvar="COURSESYNC_BASE_URL",
        help=f"The address of the API.  [default: {DEFAULT_BASE_URL}]",
    ),
    click.option(
        "--state",
        metavar="FILE",
        envvar="COURSESYNC_STATE",
        help=f"The name of the state file in the workspace.  [default: {STATE_NAME}]",
    ),
    click.option(
        "--sandbox/--no-sandbox",
        type=OnOrOff(),
        default=None,
        envvar="COURSESYNC_SANDBOX",
        help="Use the embedded sandbox; its own state is kept under .coursesync/.  "
        "[default: no-sandbox]",
    ),
)
with_project = together(target_options, hands("project", opened))
