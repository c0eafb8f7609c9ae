"""A plan in each output format; the modules of a format are imported when it is written."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from coursesync.errors import Shell
    from coursesync.kinds.address import Address
    from coursesync.operations.workspace import Project
    from coursesync.outlines.advice.advice import FirstPieces
    from coursesync.planning.drift import Drifted
    from coursesync.planning.plan import Plan
    from coursesync.render.differences import Paint
    from coursesync.render.drift import DriftView
    from coursesync.render.row import Hint
    from coursesync.render.rows import PlanView


@dataclass(frozen=True)
class PlanForms:
    """The output formats of a plan.

    `hint` returns the words to type for a command. `found` holds the drift that a read of the site
    found, or None if the site was not read. `known` is as in `PlanView`. `whole` is all that
    would be applied, if `plan` is a part of it; the page names its digest.
    """

    project: Project
    hint: Hint
    plan: Plan
    advice: FirstPieces | None = None
    found: Sequence[Drifted] | None = None
    known: Collection[Address] = frozenset()
    whole: Plan | None = None

    @property
    def _view(self) -> PlanView:
        from coursesync.render.rows import PlanView  # noqa: PLC0415 - only where a plan is shown

        limits = self.project.config.limits
        return PlanView(self.plan, self.hint, limits, self._restoring, self.known)

    @cached_property
    def _restoring(self) -> Mapping[int, Shell]:
        gone = [each for each in self.plan.courses.values() if each.path is None]
        if not gone:
            return {}
        from coursesync.operations.in_git import lost_outline  # noqa: PLC0415 - rarely needed

        known = self.project.store.load()
        found = {each.id: lost_outline(self.project, known, each.key) for each in gone}
        return {number: command for number, command in found.items() if command}

    @property
    def _drift(self) -> DriftView | None:
        from coursesync.render.drift import DriftView  # noqa: PLC0415 - only after a look at the site

        if self.found is None:
            return None
        return DriftView(self.found, self.plan.courses, self.plan.managed, self.hint)

    def text(self, paint: Paint, *, full: bool) -> str:
        """Return the plan for a terminal or a log, with every row or with `MOST_ROWS` of them."""
        from coursesync.render import terminal  # noqa: PLC0415 - only this form needs it

        above = terminal.above(drift) if (drift := self._drift) else ""
        return above + terminal.compose(self._view, paint, None if full else terminal.MOST_ROWS)

    def markdown(self, most: int | None) -> str:
        """Return Markdown of at most `most` bytes."""
        from coursesync.render import markdown  # noqa: PLC0415 - only this form needs it

        above = markdown.above(drift) if (drift := self._drift) else ""
        room = None if most is None else most - len(above.encode())
        return above + markdown.compose(self._view, self.advice, room)

    def json(self) -> str:
        """Return JSON, which is also a plan file."""
        from coursesync.render import json  # noqa: PLC0415 - only this form needs it

        return json.compose(self._view, self.advice, self.found)

    def page(self) -> str:
        """Return the review page."""
        from importlib.resources import files  # noqa: PLC0415 - only this form needs it

        from coursesync.render.review.page import Assets, compose  # noqa: PLC0415 - only this form needs it

        beside = files("coursesync.render.review")
        template, style, script = (
            beside.joinpath(f"review.{ending}").read_text("utf-8")
            for ending in ("html", "css", "js")
        )
        above = drift.brief if (drift := self._drift) else ()
        assets, digest = Assets(template, style, script), (self.whole or self.plan).digest
        return compose(self._view, assets, self.advice, above=above, digest=digest)
