"""A plan in each output format; the modules of a format are imported when it is written."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

from coursesync.cli.screen import painter

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from coursesync.operations.workspace import Project
    from coursesync.outlines.advice.pieces import FirstPieces
    from coursesync.planning.drift import Drifted
    from coursesync.planning.plan import Plan
    from coursesync.render.drift import DriftView
    from coursesync.render.rows import Hint, PlanView


@dataclass(frozen=True)
class PlanForms:
    """The output formats of a plan.

    `hint` returns the words to type for a command. `found` holds the drift that a read of the site
    found, or None if the site was not read.
    """

    project: Project
    hint: Hint
    plan: Plan
    advice: FirstPieces | None = None
    found: Sequence[Drifted] | None = None

    @property
    def _view(self) -> PlanView:
        from coursesync.render.rows import PlanView  # noqa: PLC0415 - only where a plan is shown

        return PlanView(self.plan, self.hint, self.project.config.limits)

    def _drift(self, found: Sequence[Drifted]) -> DriftView:
        from coursesync.render.drift import DriftView  # noqa: PLC0415 - only after a look at the site

        return DriftView(found, self.plan.courses, self.plan.managed, self.hint)

    def written(self, form: str, most_bytes: int | None, most_rows: int | None) -> str:
        """Return the plan in the format `form`, for stdout."""
        match form:
            case "json":
                return self.json()
            case "markdown":
                return self.markdown(most_bytes)
            case "html":
                return self.page()
            case _:
                return self.text(painter(sys.stdout), most_rows)

    def text(self, paint: Callable[[str, str], str], most_rows: int | None) -> str:
        """Return the plan for a terminal or a log; see `render.terminal.compose`."""
        from coursesync.render import terminal  # noqa: PLC0415 - only this form needs it

        above = ""
        if self.found is not None:
            above = terminal.above(self._drift(self.found))
        return above + terminal.compose(self._view, paint, most_rows)

    def markdown(self, most: int | None) -> str:
        """Return Markdown of at most `most` bytes."""
        from coursesync.render import markdown  # noqa: PLC0415 - only this form needs it

        above = "" if self.found is None else markdown.above(self._drift(self.found))
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
        above = () if self.found is None else self._drift(self.found).brief
        return compose(self._view, Assets(template, style, script), self.advice, above=above)
