"""The command that runs: which options were typed, and how its messages suggest other commands.

Owns how each command names the workspace and the target. Options that come from the environment
are not repeated in a suggestion.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import click
from click.core import ParameterSource

from coursesync.cli.completion import WORKSPACE
from coursesync.errors import Command, Remedy

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from coursesync.errors import Sentence, Shell, Value

# a test compares these with the parameters of each command
WORKSPACE_IS_AN_ARGUMENT = {
    *("apply", "drift", "fmt", "plan", "preview", "sandbox serve", "schema"),
    *("state list", "state recover", "validate"),
}
WORKSPACE_IS_AN_OPTION = {"import", "resolve", "state mv", "state rm", "state show"}
HAS_NO_TARGET = {"fmt", "preview", "sandbox serve", "schema", "validate"}
_TARGET = ("base_url", "state", "sandbox")


def remember(context: click.Context, _parameter: click.Parameter, workspace: Path) -> Path:
    """Remember the command that runs; the callback of every workspace parameter."""
    context.find_root().obj = context
    return workspace


def running() -> click.Context | None:
    """Return the context of the command that runs; None before it has read its workspace."""
    context = click.get_current_context(silent=True)
    running = context and context.find_root().obj
    return running if isinstance(running, click.Context) else None


def typed(context: click.Context) -> dict[str, Value]:
    """Return the typed options of a command, as `Command` takes them."""
    return dict(
        _option(option, context.params[option.name])
        for option in context.command.params
        if isinstance(option, click.Option)
        and option.name in context.params
        and context.get_parameter_source(option.name) is ParameterSource.COMMANDLINE
    )


def _option(option: click.Option, value: object) -> tuple[str, Value]:
    names = option.secondary_opts if option.is_flag and not value else option.opts
    name = names[0].removeprefix("--").replace("-", "_")
    return name, True if option.is_flag else str(value)


def place(command: Command) -> Shell:
    """Return the words to type for a command, with the workspace and target of this run."""
    context = running()
    if context is None:
        return command.in_words()
    workspace = str(context.params.get("workspace") or WORKSPACE)
    is_argument = command.name in WORKSPACE_IS_AN_ARGUMENT
    is_option = command.name in WORKSPACE_IS_AN_OPTION and workspace != WORKSPACE
    given = {} if command.name in HAS_NO_TARGET else typed(context)
    return Command(
        command.name,
        *command.arguments,
        *([workspace] if is_argument else []),
        **dict(command.options),
        w=workspace if is_option else None,
        **{name: given[name] for name in _TARGET if name in given},
    ).in_words()


def placing(**made: Value) -> Callable[[Command], Shell]:
    """Return a function like `place`; a suggested `plan` also gets this run's plan options."""

    def placed_plan(command: Command) -> Shell:
        if command.name != "plan":
            return place(command)
        return place(Command("plan", *command.arguments, **{**dict(command.options), **made}))

    return placed_plan


def placed(text: Sentence) -> Sentence:
    """Return a sentence with its commands as words to type."""
    return text.placed(place) if isinstance(text, Remedy) else text
