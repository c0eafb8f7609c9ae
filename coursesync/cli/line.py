"""The command line that runs: its completion, its typed options, and the commands to suggest.

Owns how each command names the workspace and the target. Options that come from the environment
are not repeated in a suggestion. Completion reads a state quickly, trusts nothing in it and reports
no failure; commands read the state through `file_store`. It must not import slow modules.
"""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click
from click.core import ParameterSource
from click.shell_completion import CompletionItem

from coursesync.errors import Command, CoursesyncError, Remedy, UnusableFile
from coursesync.files import read
from coursesync.operations.locate import choose
from coursesync.state import STATE_NAME

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from coursesync.errors import Sentence, Shell, Value
    from coursesync.operations.locate import Chosen
    from coursesync.operations.workspace import Project
    from coursesync.planning.policy import Policy

# a test compares these with the parameters of each command
WORKSPACE_IS_AN_ARGUMENT = {
    *("apply", "doctor", "drift", "fmt", "plan", "preview", "sandbox serve", "schema"),
    *("ci apply", "ci comment", "ci drift", "ci plan", "ci record"),
    *("state list", "state move", "state recover", "validate"),
}
# a suggested command is for the same courses as the command that runs
KEEPS_COURSES = {"apply", "drift", "fmt", "plan", "preview", "pull", "validate"}
WORKSPACE_IS_AN_OPTION = {
    *("import", "init", "new", "open", "pull", "resolve"),
    *("state leave", "state mv", "state rm", "state show", "state take-over"),
}
HAS_NO_TARGET = {"fmt", "new", "preview", "sandbox serve", "schema", "validate"}
_TARGET = ("base_url", "state", "sandbox", "no_sandbox")
_MOST_BYTES = 67_108_864  # tens of thousands of entries of a state


def folders(_context: click.Context, _parameter: object, incomplete: str) -> list[CompletionItem]:
    """Let the shell offer folders."""
    return [CompletionItem(incomplete, type="dir")]


def paths(_context: click.Context, _parameter: object, incomplete: str) -> list[CompletionItem]:
    """Let the shell offer folders and files: a workspace, or an outline."""
    return [CompletionItem(incomplete, type="file")]


def addresses(context: click.Context, _parameter: object, incomplete: str) -> list[CompletionItem]:
    """Offer the addresses in the state that the command line names so far."""
    return _offered(context, incomplete, only_doubts=False)


def doubts(context: click.Context, _parameter: object, incomplete: str) -> list[CompletionItem]:
    """Offer the addresses in doubt in the state that the command line names so far."""
    return _offered(context, incomplete, only_doubts=True)


def _offered(context: click.Context, incomplete: str, *, only_doubts: bool) -> list[CompletionItem]:
    with suppress(
        CoursesyncError, ValueError, LookupError, RecursionError, TypeError, AttributeError
    ):
        path = _state_path(context)
        state = json.loads(read(path, _MOST_BYTES))
        begun = _begun(path.with_name(f"{path.name}.journal")) if only_doubts else set()
        named = {*state["doubts"], *begun} if only_doubts else state["entries"]
        return [CompletionItem(each) for each in sorted(named) if each.startswith(incomplete)]
    return []


def _state_path(context: click.Context) -> Path:
    from coursesync.operations.config import SANDBOX, config_of  # noqa: PLC0415 - only for a shell

    given = context.params
    folder = (given.get("workspace") or choose(())).folder
    config = config_of(folder)
    if config.sandbox if (chosen := given.get("sandbox")) is None else chosen:
        return folder / SANDBOX / STATE_NAME
    return folder / (given.get("state") or config.state)


def _begun(journal: Path) -> set[str]:
    """Return the addresses in a journal; the state may gain them soon."""
    try:
        lines = read(journal, _MOST_BYTES).split(b"\n")
    except UnusableFile:
        return set()
    # a record, a space and its checksum
    records = [json.loads(line.rpartition(b" ")[0]) for line in lines if b" " in line]
    return {record["address"] for record in records if "address" in record}


def running() -> click.Context | None:
    """Return the context of the command that runs; None before it has read its workspace."""
    context = click.get_current_context(silent=True)
    running = context and context.find_root().obj
    return running if isinstance(running, click.Context) else None


def typed(context: click.Context) -> dict[str, Value]:
    """Return the typed options of a command, as `Command` takes them."""
    found: dict[str, Value] = {}
    for option in context.command.params:
        is_typed = context.get_parameter_source(option.name or "") is ParameterSource.COMMANDLINE
        if isinstance(option, click.Option) and is_typed and option.name in context.params:
            value = context.params[option.name]
            names = option.secondary_opts if option.is_flag and not value else option.opts
            name = names[0].removeprefix("--").replace("-", "_")
            if option.multiple:
                found[name] = tuple(map(str, value))
            else:
                found[name] = True if option.is_flag else str(value)
    return found


def place(command: Command) -> Shell:
    """Return the words to type for a command, with the workspace and target of this run."""
    context = running()
    if context is None:
        return command.in_words()
    chosen: Chosen = context.params.get("workspace") or choose(())
    arguments: Sequence[str] = command.arguments
    if command.name in KEEPS_COURSES:
        arguments = arguments or chosen.words
    if command.name in WORKSPACE_IS_AN_ARGUMENT:
        arguments = chosen.typed(arguments)
    is_option = command.name in WORKSPACE_IS_AN_OPTION and not chosen.is_here
    given = {} if command.name in HAS_NO_TARGET else typed(context)
    options: dict[str, Value] = {**dict(command.options), "w": chosen.folder if is_option else None}
    return Command(
        command.name,
        *arguments,
        **{**options, **{name: given[name] for name in _TARGET if name in given}},
    ).in_words()


def placed(text: Sentence) -> Sentence:
    """Return a sentence with its commands as words to type."""
    return text.placed(place) if isinstance(text, Remedy) else text


@dataclass(frozen=True)
class Onward:
    """The commands that make a plan again, or continue its run.

    `made` holds the options of the plan, `options` the other typed options, except the target.
    """

    made: Mapping[str, Value]
    options: Mapping[str, Value]

    @classmethod
    def of(cls, project: Project, policy: Policy, *, refreshed: bool) -> Onward:
        """Return those of the command that runs, for a plan of the site as it is if `refreshed`.

        The policy need not be typed if it is the one in coursesync.toml.
        """
        removal = policy.on_removal.value
        is_configured = removal == project.config.on_removal
        made: dict[str, Value] = {
            "on_removal": None if is_configured else removal,
            "prune": policy.prune,
            "delete_course": policy.delete_courses,
            "refresh": refreshed,
        }
        options = typed(click.get_current_context())
        apart = {*_TARGET, *made}
        return cls(made, {name: value for name, value in options.items() if name not in apart})

    @property
    def is_reviewed(self) -> bool:
        """Whether the run applies a reviewed plan; the rest is then a new plan."""
        return not self.options.keys().isdisjoint({"plan", "expect_digest"})

    @property
    def plan(self) -> Command:
        """The command that makes the plan again, into the same plan file if there is one."""
        return Command("plan", **self.made, out=self.options.get("plan"))

    def into_file(self, **more: Value) -> Command:
        """Return the command that makes another plan file, as this plan was made but for `more`."""
        return Command("plan", **{**self.made, **more}, out="FILE")

    @property
    def tomorrow(self) -> Sentence:
        """What to do when the day's allowance is renewed."""
        if self.is_reviewed:
            return Remedy("Then make and review a plan of what is left:", self.plan)
        return "Run the same command again then; it continues from there."

    def again(self, **more: Value) -> Command:
        """Return the same command with `more` options."""
        made = {} if "plan" in self.options else self.made
        return Command("apply", **{**made, **self.options, **more})

    def rest(self, **more: Value) -> Command:
        """Return the command that continues the run: a new plan if a plan was reviewed.

        The next receipt goes into another file.
        """
        if self.is_reviewed:
            return self.plan
        if receipt := self.options.get("receipt"):
            from coursesync.operations.receipts import another  # noqa: PLC0415 - only for an apply

            more = {"receipt": another(Path(str(receipt))), **more}
        if self.options.get("max_writes") == "0":  # that would never get further
            more = {"max_writes": None, **more}
        return self.again(**more)

    def place(self, command: Command) -> Shell:
        """Return the words to type for a command; a `plan` also gets this plan's options."""
        if command.name == "plan":
            command = Command("plan", *command.arguments, **{**dict(command.options), **self.made})
        return place(command)
