"""A small GitLab with the settings of its project.

The shapes are those of https://docs.gitlab.com/api/projects, …/api/project_level_variables,
…/api/protected_branches and …/api/pipeline_schedules.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from forges.gitlab import GitLab
from forges.hosting import NAME
from werkzeug import Request, Response

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

_AT = rf"/api/v4/projects/{NAME}"
_MAINTAINERS = 40


class GitLabWithSettings(GitLab):
    """GitLab with a project as it is made: main is protected, and nothing else is set.

    Attributes:
        variables: those of the project, by name: whether each is protected and masked.
        pushing: the level that may push to each protected branch; 0 for nobody.
        must_succeed: whether a pipeline has to succeed before a merge.
        squash: when commits are squashed.
        schedules: the ref and the description of each schedule.
    """

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.variables: dict[str, bool] = {}
        self.pushing = {"main": _MAINTAINERS}
        self.must_succeed = False
        self.squash = "default_off"
        self.schedules: list[tuple[str, str]] = []

    def make_right(self) -> None:
        """Make every setting as the pipeline needs it."""
        self.variables = {"NEXUDUS_TOKEN": True, "COURSESYNC_GITLAB_TOKEN": True}
        self.pushing = {"main": 0, "coursesync-state/*": _MAINTAINERS}
        self.must_succeed = True
        self.schedules = [("refs/heads/main", "hourly"), ("refs/heads/main", "drift")]

    def _routes(self) -> Sequence[tuple[str, str, Callable[..., Response]]]:
        settings: dict[str, Callable[[], object]] = {
            _AT: lambda: {
                "id": 42,
                "only_allow_merge_if_pipeline_succeeds": self.must_succeed,
                "merge_method": self.merge_method,
                "squash_option": self.squash,
            },
            rf"{_AT}/variables": lambda: [
                {"key": name, "value": "s3cret", "protected": is_safe, "masked": is_safe}
                for name, is_safe in self.variables.items()
            ],
            rf"{_AT}/protected_branches": lambda: [
                {"name": name, "push_access_levels": [{"access_level": level}]}
                for name, level in self.pushing.items()
            ],
            rf"{_AT}/pipeline_schedules": lambda: [
                {"ref": ref, "description": name, "cron": "7 * * * *", "active": True}
                for ref, name in self.schedules
            ],
        }
        return (
            *super()._routes(),
            *(("GET", path, _shown(found)) for path, found in settings.items()),
        )


def _shown(found: Callable[[], object]) -> Callable[..., Response]:
    def respond(_: Request, __: str) -> Response:
        return Response(json.dumps(found()), content_type="application/json")

    return respond
