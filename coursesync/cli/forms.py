"""A plan, or drift, in the form that was asked for. What a form alone needs is imported with it."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from coursesync.cli.line import place
from coursesync.cli.screen import painter, show
from coursesync.errors import CoursesyncError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from coursesync.operations.drift import Drift
    from coursesync.operations.workspace import Project
    from coursesync.outlines.advice.pieces import Told
    from coursesync.planning.drift import Drifted
    from coursesync.planning.plan import Plan
    from coursesync.render.drift import DriftView
    from coursesync.render.plan_words import Hint
    from coursesync.render.rows import PlanView


@contextmanager
def failing_as(form: str) -> Iterator[None]:
    """Write a failure as JSON, too, where that form was asked for: a program reads nothing else."""
    try:
        yield
    except CoursesyncError as error:
        if form == "json":
            from coursesync.render import json  # noqa: PLC0415 - only this form needs it

            show(json.compose_failure(error, place))
        raise


@dataclass(frozen=True)
class PlanForms:
    """How a plan is written.

    `hint` returns the words of a command to type, `found` is what a look at the site found, None
    where there was none.
    """

    project: Project
    hint: Hint
    plan: Plan
    advice: Told | None = None
    found: Sequence[Drifted] | None = None

    @property
    def _view(self) -> PlanView:
        from coursesync.render.rows import view  # noqa: PLC0415 - only where a plan is shown

        return view(self.plan, self.hint, self.project.config.limits)

    def _drift(self, found: Sequence[Drifted]) -> DriftView:
        from coursesync.render.drift import DriftView  # noqa: PLC0415 - only after a look at the site

        return DriftView(found, self.plan.courses, self.plan.managed, self.hint)

    def text(self, paint: Callable[[str, str], str], most_rows: int | None) -> str:
        """Write it for a terminal or a log; see `render.terminal` for what it takes."""
        from coursesync.render import terminal  # noqa: PLC0415 - only this form needs it

        above = ""
        if self.found is not None:
            above = terminal.above(self._drift(self.found))
        return above + terminal.compose(self._view, paint, most_rows)

    def markdown(self, most: int | None) -> str:
        """Write it as Markdown of at most so many bytes."""
        from coursesync.render import markdown  # noqa: PLC0415 - only this form needs it

        above = "" if self.found is None else markdown.above(self._drift(self.found))
        room = None if most is None else most - len(above.encode())
        return above + markdown.compose(self._view, self.advice, room)

    def json(self) -> str:
        """Write it for programs, and as a plan file."""
        from coursesync.render import json  # noqa: PLC0415 - only this form needs it

        return json.compose(self._view, self.advice, self.found)

    def page(self) -> str:
        """Write it as the review page."""
        from importlib.resources import files  # noqa: PLC0415 - only this form needs it

        from coursesync.render.review.page import Assets, compose  # noqa: PLC0415 - only this form needs it

        beside = files("coursesync.render.review")
        template, style, script = (
            beside.joinpath(f"review.{ending}").read_text("utf-8")
            for ending in ("html", "css", "js")
        )
        above = () if self.found is None else self._drift(self.found).brief
        return compose(self._view, Assets(template, style, script), self.advice, above=above)


@dataclass(frozen=True)
class DriftForms:
    """How what a look at the site found is written."""

    project: Project
    drift: Drift

    @property
    def _view(self) -> DriftView:
        from coursesync.render.drift import DriftView  # noqa: PLC0415 - only where people read it

        managed = len(self.drift.workspace.state.entries)
        return DriftView(self.drift.found, self.drift.courses, managed, place)

    def text(self) -> str:
        """Write it for a terminal or a log."""
        from coursesync.render import terminal  # noqa: PLC0415 - only this form needs it

        return terminal.compose_drift(self._view, painter(sys.stdout))

    def markdown(self, most: int | None) -> str:
        """Write it as Markdown of at most so many bytes."""
        from coursesync.render import markdown  # noqa: PLC0415 - only this form needs it

        return markdown.compose_drift(self._view, most)

    def json(self) -> str:
        """Write it for programs."""
        from coursesync.render.json import compose_drift  # noqa: PLC0415 - only this form needs it

        return compose_drift(self.drift.found, self.drift.workspace.state)
