"""The command that continues a run: the one that was typed, with what it needs besides.

What is in the environment need not be typed, and is not told.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING

import click
from click.core import ParameterSource

from coursesync.operations.receipts import another

if TYPE_CHECKING:
    from collections.abc import Mapping

    from coursesync.cli.session import Session

# the session tells these, and `made` those
_TOLD_OTHERWISE = frozenset({"base_url", "on_removal", "prune", "refresh", "sandbox", "state"})


def typed() -> dict[str, str]:
    """Return the options that were typed of the command that runs: values by names, "" of flags."""
    context = click.get_current_context()
    return dict(
        _named(option, context.params[option.name])
        for option in context.command.params
        if isinstance(option, click.Option)
        and option.name not in _TOLD_OTHERWISE
        and context.get_parameter_source(option.name) is ParameterSource.COMMANDLINE
    )


def _named(option: click.Option, value: object) -> tuple[str, str]:
    if option.is_flag:
        return (option.opts[0] if value else "".join(option.secondary_opts)), ""
    return option.opts[0], str(value)


def _written(name: str, value: str) -> str:
    return f"{name} {quote(value)}" if value else name


@dataclass(frozen=True)
class Onward:
    """By which command what is left of a run is done, as the run itself was started.

    `made` are the options by which its plan is made, `options` the others, as they were typed.
    """

    session: Session
    made: str = ""
    options: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_reviewed(self) -> bool:
        """Whether a plan that was reviewed was asked for: what is left of it is another."""
        return not self.options.keys().isdisjoint({"--plan", "--expect-digest"})

    @property
    def plan_words(self) -> str:
        """The words that make the plan anew, into the same file where it was in one."""
        file = self.options.get("--plan")
        return f"plan{self.made}" + (f" {_written('--out', file)}" if file else "")

    @property
    def plan(self) -> str:
        """The command of these words."""
        return self.session.hint(self.plan_words)

    def again(self, more: str = "") -> str:
        """Return the command that asks for just the same, and for `more`."""
        return self._apply(self.options, more)

    def rest(self, more: str = "") -> str:
        """Return the command for what is left, with `more`; of a reviewed plan that is a new one.

        The receipt of the rest is another file.
        """
        if self.is_reviewed:
            return self.plan
        receipt = self.options.get("--receipt")
        other = {"--receipt": str(another(Path(receipt)))} if receipt else {}
        return self._apply({**self.options, **other}, more)

    def _apply(self, options: Mapping[str, str], more: str) -> str:
        made = "" if "--plan" in options else self.made
        said = [_written(*option) for option in options.items()]
        added = [more] if more and more not in (*said, *made.split()) else []
        return " ".join((self.session.hint(f"apply{made}"), *said, *added))

    @property
    def tomorrow(self) -> str:
        """What to do once there is a new day's allowance."""
        if self.is_reviewed:
            return f"Then make and review a plan of what is left:  {self.plan}"
        return "Run the same command again then; it goes on from there."
