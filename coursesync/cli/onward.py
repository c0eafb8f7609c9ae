"""The command that continues an apply: the typed command, with the options that it still needs."""

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

# `place` adds some of these; the others are in `made`
_FROM_ELSEWHERE = {"base_url", "on_removal", "prune", "refresh", "sandbox", "state"}


def typed_of_apply() -> dict[str, Value]:
    """Return the typed options, except those of the plan, the workspace and the target."""
    options = typed(click.get_current_context())
    return {name: value for name, value in options.items() if name not in _FROM_ELSEWHERE}


@dataclass(frozen=True)
class Onward:
    """The commands that continue a run.

    `made` holds the options of its plan, `options` the other typed options.
    """

    made: Mapping[str, Value] = field(default_factory=dict)
    options: Mapping[str, Value] = field(default_factory=dict)

    @property
    def is_reviewed(self) -> bool:
        """Whether the run applies a reviewed plan; the rest is then a new plan."""
        return not self.options.keys().isdisjoint({"plan", "expect_digest"})

    @property
    def plan(self) -> Command:
        """The command that makes the plan again, into the same plan file if there is one."""
        return Command("plan", **self.made, out=self.options.get("plan"))

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
        receipt = self.options.get("receipt")
        other = {"receipt": another(Path(str(receipt)))} if receipt else {}
        return self.again(**{**other, **more})

    @property
    def tomorrow(self) -> Sentence:
        """What to do when the day's allowance is renewed."""
        if self.is_reviewed:
            return Remedy("Then make and review a plan of what is left:", self.plan)
        return "Run the same command again then; it continues from there."
