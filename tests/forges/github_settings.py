"""A small GitHub with the settings of its repository.

The shapes are those of https://docs.github.com/en/rest/repos, …/rest/deployments/environments,
…/rest/actions/secrets, …/rest/repos/rules, …/rest/branches/branch-protection, …/rest/deploy-keys
and …/rest/actions/permissions.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING
from urllib.parse import unquote

from forges.github import GitHub
from forges.hosting import NAME
from werkzeug import Request, Response

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

_AT = rf"/api(?:/v3)?/repos/{NAME}"
_BRANCH_PROTECTION = {"required_pull_request_reviews", "required_status_checks"}


class GitHubWithSettings(GitHub):
    """GitHub with a repository as it is made: nothing is set.

    Attributes:
        is_admin: whether the token may see the settings. Others get 404, as for what is not there.
        environments: the secrets of each environment.
        branches: the branches that may deploy to each environment; None if every one may.
        keys: the number of deploy keys that may write.
        rules: those that are in force for a branch, by its name; a pattern ends with `**`.
        bypass: the kinds of actors that may bypass the ruleset with an Id.
        protection: main's classic protection; empty if there is none.
        actions, workflows: the permissions of actions and of workflows.
        has_issues: whether issues are on.
    """

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.is_admin = True
        self.environments: dict[str, set[str]] = {}
        self.branches: dict[str, list[str] | None] = {}
        self.keys = 0
        self.rules: dict[str, list[dict[str, object]]] = {}
        self.bypass: dict[int, list[str]] = {}
        self.protection: dict[str, object] = {}
        self.actions: dict[str, object] = {"enabled": True, "allowed_actions": "all"}
        self.workflows: dict[str, object] = {
            "default_workflow_permissions": "write",
            "can_approve_pull_request_reviews": False,
        }
        self.has_issues = True

    def make_right(self) -> None:
        """Make every setting as the workflows need it."""
        self.environments = {
            "production": {"NEXUDUS_TOKEN", "COURSESYNC_STATE_KEY"},
            "drift": {"NEXUDUS_EMAIL", "NEXUDUS_PASSWORD"},
        }
        self.branches = {"production": ["main"], "drift": ["main"]}
        self.keys = 1
        review = {"required_approving_review_count": 1, "dismiss_stale_reviews_on_push": True}
        checks = {"required_status_checks": [{"context": "Plan", "integration_id": None}]}
        self.rules = {
            "main": [
                {"type": "pull_request", "ruleset_id": 1, "parameters": review},
                {"type": "required_status_checks", "ruleset_id": 1, "parameters": checks},
            ],
            "coursesync-state/**": [
                {"type": each, "ruleset_id": 2} for each in ("creation", "update", "deletion")
            ],
        }
        self.bypass = {1: [], 2: ["DeployKey"]}
        self.workflows["default_workflow_permissions"] = "read"

    def _routes(self) -> Sequence[tuple[str, str, str, Callable[..., Response]]]:
        environment = rf"{_AT}/environments/(production|drift)"
        hidden: list[tuple[str, Callable[..., object]]] = [
            (environment, self._environment),
            (rf"{environment}/deployment-branch-policies", self._policies),
            (rf"{environment}/secrets", self._secrets),
            (rf"{_AT}/keys", lambda: [{"id": 1, "read_only": False}] * self.keys),
            (rf"{_AT}/branches/main/protection", lambda: self.protection or None),
            (rf"{_AT}/rulesets/(\d+)", self._ruleset),
            (rf"{_AT}/actions/permissions", lambda: self.actions),
            (rf"{_AT}/actions/permissions/workflow", lambda: self.workflows),
        ]
        seen: list[tuple[str, Callable[..., object]]] = [
            (_AT, self._described),
            (rf"{_AT}/rules/branches/(.+)", self._rules_of),
        ]
        read = "administration: read"
        return (
            *super()._routes(),
            *(("GET", path, read, self._if_admin(found)) for path, found in hidden),
            *(("GET", path, "metadata: read", self._shown(found)) for path, found in seen),
        )

    def _shown(self, found: Callable[..., object]) -> Callable[..., Response]:
        def respond(_: Request, __: str, *parts: str) -> Response:
            body = found(*parts)
            status = 404 if body is None else 200
            return Response(
                json.dumps({"message": "Not Found"} if body is None else body),
                status,
                content_type="application/json; charset=utf-8",
            )

        return respond

    def _if_admin(self, found: Callable[..., object]) -> Callable[..., Response]:
        return self._shown(lambda *parts: found(*parts) if self.is_admin else None)

    def _described(self) -> object:
        permissions = {"admin": self.is_admin, "push": True, "pull": True}
        return {**self._repository(), "has_issues": self.has_issues, "permissions": permissions}

    def _environment(self, name: str) -> object:
        policy = {"protected_branches": False, "custom_branch_policies": True}
        is_open = self.branches.get(name) is None
        body = {"name": name, "deployment_branch_policy": None if is_open else policy}
        return body if name in self.environments else None

    def _policies(self, name: str) -> object:
        branches = self.branches.get(name) or []
        names = [{"id": at, "name": each} for at, each in enumerate(branches)]
        return {"total_count": len(names), "branch_policies": names}

    def _secrets(self, name: str) -> object:
        if name not in self.environments:
            return None
        names = [{"name": each} for each in sorted(self.environments[name])]
        return {"total_count": len(names), "secrets": names}

    def _rules_of(self, branch: str) -> object:
        name = unquote(branch)
        return [
            rule
            for pattern, rules in self.rules.items()
            if pattern == name or (pattern.endswith("**") and name.startswith(pattern[:-2]))
            for rule in rules
        ]

    def _ruleset(self, number: str) -> object:
        actors = [{"actor_type": each, "actor_id": None} for each in self.bypass[int(number)]]
        return {"id": int(number), "bypass_actors": actors}
