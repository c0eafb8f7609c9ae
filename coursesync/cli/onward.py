"""The command that continues a run: the one that was typed, with what it needs besides."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import click

from coursesync.cli.line import typed
from coursesync.errors import Command, Remedy
from coursesync.operations.receipts import another

if TYPE_CHECKING:
    from collections.abc import Mapping

    from coursesync.errors import Sentence, Value

# `place` adds some of these, and `made` holds the others
_FROM_ELSEWHERE = {"base_url", "on_removal", "prune", "refresh", "sandbox", "state"}


def typed_of_apply() -> dict[str, Value]:
    """Return the options that were typed, but for how the plan is made, workspace and target."""
    options = typed(click.get_current_context())
    return {name: value for name, value in options.items() if name not in _FROM_ELSEWHERE}


@dataclass(frozen=True)
class Onward:
    """By which command what is left of a run is done, as the run itself was started.

    `made` are the options by which its plan is made, `options` the others, as they were typed.
    """

    made: Mapping[str, Value] = field(default_factory=dict)
    options: Mapping[str, Value] = field(default_factory=dict)

    @property
    def is_reviewed(self) -> bool:
        """Whether a plan that was reviewed was asked for: what is left of it is another."""
        return not self.options.keys().isdisjoint({"plan", "expect_digest"})

    @property
    def plan(self) -> Command:
        """The command that makes the plan again, into the same file where it was in one."""
        return Command("plan", **self.made, out=self.options.get("plan"))

    def again(self, **more: Value) -> Command:
        """Return the command that asks for just the same, and for `more`."""
        made = {} if "plan" in self.options else self.made
        return Command("apply", **{**made, **self.options, **more})

    def rest(self, **more: Value) -> Command:
        """Return the command for what is left, with `more`; of a reviewed plan that is a new one.

        The receipt of the rest is another file.
        """
        if self.is_reviewed:
            return self.plan
        receipt = self.options.get("receipt")
        other = {"receipt": another(Path(str(receipt)))} if receipt else {}
        return self.again(**{**other, **more})

    @property
    def tomorrow(self) -> Sentence:
        """What to do once there is a new day's allowance."""
        if self.is_reviewed:
            return Remedy("Then make and review a plan of what is left:", self.plan)
        return "Run the same command again then; it goes on from there."
