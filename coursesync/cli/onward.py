"""By which command a run is gone on with: the one that was typed, and what it takes besides.

What is in the environment need not be typed, and is not told.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from shlex import quote, split
from typing import TYPE_CHECKING

import click
from click.core import ParameterSource

if TYPE_CHECKING:
    from collections.abc import Mapping

    from coursesync.cli.session import Session

# the session tells these, and `made` those
_TOLD_OTHERWISE = frozenset({"base_url", "on_removal", "prune", "refresh", "sandbox", "state"})


def typed() -> dict[str, str]:
    """Return the options of the command that runs as they were typed, each by its longest name."""
    context = click.get_current_context()
    return {
        option.opts[0]: _written(option, context.params[option.name])
        for option in context.command.params
        if isinstance(option, click.Option)
        and option.name not in _TOLD_OTHERWISE
        and context.get_parameter_source(option.name) is ParameterSource.COMMANDLINE
    }


def _written(option: click.Option, value: object) -> str:
    if option.is_flag:
        return option.opts[0] if value else "".join(option.secondary_opts)
    return f"{option.opts[0]} {quote(str(value))}"


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
        return f"plan{self.made}{self.options.get('--plan', '').replace('--plan', ' --out', 1)}"

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
        receipt = self.options.get("--receipt", "")
        return self._apply({**self.options, "--receipt": _next(receipt) if receipt else ""}, more)

    def _apply(self, options: Mapping[str, str], more: str) -> str:
        made = "" if "--plan" in options else self.made
        said = list(filter(None, options.values()))
        added = [more] if more and more not in (*said, *made.split()) else []
        return " ".join((self.session.hint(f"apply{made}"), *said, *added))

    @property
    def tomorrow(self) -> str:
        """What to do once there is a new day's allowance."""
        if self.is_reviewed:
            return f"Then make and review a plan of what is left:  {self.plan}"
        return "Run the same command again then; it goes on from there."


def _next(option: str) -> str:
    """Return the option with another file."""
    name, file = split(option)
    path = Path(file)
    return f"{name} {quote(str(path.with_stem(f'{path.stem}-2')))}"
