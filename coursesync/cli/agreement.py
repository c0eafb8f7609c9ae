"""A plan file beside what was typed: a run that can't begin must not leave a lock behind."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import click

from coursesync.cli.line import typed
from coursesync.errors import Remedy, UsageError
from coursesync.files import shown
from coursesync.text import listed

if TYPE_CHECKING:
    from pathlib import Path

    from coursesync.cli.line import Onward
    from coursesync.errors import Value
    from coursesync.operations.workspace import Project
    from coursesync.planning.plan_file import PlanFile

_MOST = 5  # courses named in one message


def in_agreement(
    project: Project, made: PlanFile | None, plan_file: Path | None, onward: Onward
) -> Project:
    """Return the project, limited to the courses of a plan file if there is one.

    Raises UsageError if what was typed differs from how it was made, or if there is no such course.
    """
    if made is not None and plan_file is not None:
        _check_typed(made, plan_file, onward)
        project = _limited(project, made.scope)
    _check_courses(made, project, plan_file, onward)
    return project


def _limited(project: Project, keys: tuple[str, ...]) -> Project:
    """Limit a run to the courses of a plan file, unless courses were typed."""
    params = click.get_current_context().params
    if project.courses or not keys:
        return project
    params["workspace"] = params["workspace"].limited_to(keys)  # suggested commands name them
    return replace(project, courses=keys)


def _check_courses(
    made: PlanFile | None, project: Project, plan_file: Path | None, onward: Onward
) -> None:
    """Raise UsageError if there is no such course, or if the plan file is for others."""
    only = project.load().read.only if project.courses else ()
    if made is not None and made.scope != only:
        courses = listed(made.scope, _MOST) or "the whole workspace"
        raise UsageError(
            f"the plan in {shown(plan_file or '')} is for {courses}, not for {listed(only, _MOST)}",
            Remedy("Leave out the course, or make another plan:", onward.into_file()),
        )


def _check_typed(made: PlanFile, plan_file: Path, onward: Onward) -> None:
    """Raise UsageError if a typed option differs from how the plan file was made."""
    made_with: dict[str, Value] = {
        "prune": made.policy.prune,
        "on_removal": made.policy.on_removal.value,
        "delete_course": tuple(map(str, made.policy.delete_courses)),
        "refresh": made.refreshed,
    }
    given = typed(click.get_current_context())
    again = onward.into_file(**{name: given[name] for name in made_with if name in given})
    for name, value in given.items():
        if made_with.get(name, value) != value:
            option = f"--{name.replace('_', '-')}"
            raise UsageError(
                f"{option} differs from how the plan in {shown(plan_file)} was made",
                Remedy("Leave it out, or make the plan again:", again),
            )
