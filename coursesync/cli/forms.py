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
    from coursesync.render.plan_words import Hint


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

    def text(self, paint: Callable[[str, str], str], most_rows: int | None) -> str:
        """Write it for a terminal or a log; see `render.terminal` for what it takes."""
        from coursesync.render import terminal  # noqa: PLC0415 - only this form needs it

        above = ""
        if self.found is not None:
            from coursesync.render import drift  # noqa: PLC0415 - only this form needs it

            above = drift.above(self.found, self.plan.managed, self.hint)
        limits = self.project.limits
        return above + terminal.compose(self.plan, paint, self.hint, limits, most_rows)

    def markdown(self, most: int | None) -> str:
        """Write it as Markdown of at most so many bytes."""
        from coursesync.render import drift_markdown, markdown  # noqa: PLC0415 - only this form needs it

        found, managed = self.found, self.plan.managed
        above = "" if found is None else drift_markdown.quote(found, managed, self.hint)
        room = None if most is None else most - len(above.encode())
        limits = self.project.limits
        return above + markdown.compose(self.plan, limits, self.advice, room, self.hint)

    def json(self) -> str:
        """Write it for programs, and as a plan file."""
        from coursesync.render import json  # noqa: PLC0415 - only this form needs it

        return json.compose(self.plan, self.project.limits, self.advice, self.found)

    def page(self) -> str:
        """Write it as the review page."""
        from importlib.resources import files  # noqa: PLC0415 - only this form needs it

        from coursesync.render.drift import brief  # noqa: PLC0415 - only this form needs it
        from coursesync.render.review.page import Assets, compose  # noqa: PLC0415 - only this form needs it

        beside = files("coursesync.render.review")
        style, script = (
            beside.joinpath(f"review.{ending}").read_text("utf-8") for ending in ("css", "js")
        )
        above = [] if self.found is None else brief(self.found, self.plan.managed, self.hint)
        limits, assets = self.project.limits, Assets(style, script)
        return compose(self.plan, assets, limits, self.advice, above=above, hint=self.hint)


@dataclass(frozen=True)
class DriftForms:
    """How what a look at the site found is written."""

    project: Project
    drift: Drift

    @property
    def _managed(self) -> int:
        return len(self.drift.workspace.state.entries)

    def text(self) -> str:
        """Write it for a terminal or a log."""
        from coursesync.render.drift import compose  # noqa: PLC0415 - only this form needs it

        found, courses = self.drift.found, self.drift.courses
        return compose(found, courses, self._managed, painter(sys.stdout), place)

    def markdown(self, most: int | None) -> str:
        """Write it as Markdown of at most so many bytes."""
        from coursesync.render.drift_markdown import compose  # noqa: PLC0415 - only this form needs it

        found, courses = self.drift.found, self.drift.courses
        return compose(found, courses, self._managed, place, most)

    def json(self) -> str:
        """Write it for programs."""
        from coursesync.render.json import compose_drift  # noqa: PLC0415 - only this form needs it

        return compose_drift(self.drift.found, self.drift.workspace.state)
