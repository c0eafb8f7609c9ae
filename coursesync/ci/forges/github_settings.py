"""What GitHub's settings must be for the workflows that `init --github` writes.

Owns the words for each setting, and what an answer of GitHub means for it. It must never change a
setting.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, TypeVar

from coursesync.ci.forges.api import Answer, Need, path_of
from coursesync.ci.forges.github_settings_answers import (
    Environment,
    Key,
    OfActions,
    OfWorkflows,
    Parameters,
    Policies,
    Protection,
    Repository,
    Rule,
    Ruleset,
    Secrets,
)
from coursesync.ci.forges.settings import (
    BRANCH,
    LOGIN,
    STATE_KEY,
    TOKEN,
    UNGUARDED,
    Asking,
    setting,
)
from coursesync.errors import RemoteError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from coursesync.ci.forges.rest import Rest
    from coursesync.ci.forges.settings import Setting

M = TypeVar("M", bound=Answer)

ENVIRONMENT, _OF_DRIFT = "production", "drift"
CHECK = "Plan"  # the name of the job in plan.yml
_ANY_STATE = "coursesync-state/courses/site"  # a branch that the pattern below covers
_STATES = "coursesync-state/**"
_NEED = Need("read the settings", "administration: read")
_GUARDS = {"creation", "update", "deletion"}


class GitHubSettings(Asking):
    """The settings of one repository."""

    def __init__(
        self,
        repository: str,
        web: str,
        rest: Rest | None = None,
        *,
        root: str = "",
        needs_review: bool = True,
    ) -> None:
        """Describe them.

        Args:
            repository: its owner and name, as in "ada/our-courses".
            web: the address of its pages.
            rest: asks GitHub; None if nothing may be asked.
            root: the path of the REST API on its host: "", or "/v3".
            needs_review: whether a merge counts only if somebody else approved it.
        """
        super().__init__(rest)
        self._repository = repository
        self._web = web
        self._root = root
        self._needs_review = needs_review

    def all(self) -> tuple[Setting, ...]:
        """Return each setting.

        Raises TryLater if GitHub can't be reached, and RemoteError if the token can't be used.
        """
        if self.asks:
            _ = self._own
        return (*self._of_the_jobs(), *self._of_branches(), *self._of_actions())

    def _of_the_jobs(self) -> Iterator[Setting]:
        known = self.known
        credentials = (
            f"add the secret `{TOKEN}` (or {' and '.join(LOGIN)}), in `{_OF_DRIFT}` of an "
            "account that can only read"
        )
        yield setting(
            f"In the environments `{ENVIRONMENT}` and `{_OF_DRIFT}`",
            f"{self._web}/settings/environments",
            ("create them", known(lambda: None not in self._environments.values())),
            (f"let only the branch `{BRANCH}` deploy", known(self._deploy_main)),
            (credentials, known(self._have_logins)),
        )

    def _of_branches(self) -> Iterator[Setting]:
        known = self.known
        by_somebody = ("with an approval, which a new push dismisses", known(self._needs_approval))
        yield setting(
            f"In a ruleset for the branch `{BRANCH}`",
            f"{self._web}/settings/rules",
            ("require a pull request", known(self._needs_pull)),
            *([by_somebody] if self._needs_review else []),
            (f"require the status check `{CHECK}`", known(self._needs_check)),
        )
        yield setting(
            f"In a ruleset for the branches `{_STATES}`",
            f"{self._web}/settings/rules/new?target=branch",
            (
                "restrict creations, updates and deletions",
                known(lambda: {*_GUARDS} <= {*self._guards}),
            ),
            ("let only deploy keys bypass it", known(self._only_keys)),
            without=UNGUARDED,
        )
        secret = f"the secret `{STATE_KEY}` of `{ENVIRONMENT}`"
        key = f"add a key that may write, and its private half as {secret}"
        yield setting(
            "Under Deploy keys",
            f"{self._web}/settings/keys",
            (key, known(self._has_key)),
            without=UNGUARDED,
        )

    def _of_actions(self) -> Iterator[Setting]:
        known = self.known
        yield setting(
            "Under Actions, General",
            f"{self._web}/settings/actions",
            ("allow the actions of other repositories", known(self._runs_actions)),
            (
                "let workflows read only, and not create and approve pull requests",
                known(self._is_careful),
            ),
        )
        yield setting(
            "Under General, Features",
            f"{self._web}/settings",
            ("switch issues on", known(lambda: self._own.has_issues)),
        )

    def _found(self, model: type[M], *parts: str | int) -> M | None:
        """Return an object, or None if there is none; raises RemoteError if nobody can know."""
        found = self.rest.find(self._path(*parts), _NEED, model)
        if found is None and not self._own.permissions.admin:
            raise RemoteError("GitHub hides settings from those who may not change them")
        return found

    def _path(self, *parts: str | int) -> str:
        return self._root + path_of("repos", *self._repository.split("/"), *parts)

    @cached_property
    def _own(self) -> Repository:
        return self.rest.get(self._path(), _NEED, Repository)

    @cached_property
    def _environments(self) -> Mapping[str, Environment | None]:
        return {e: self._found(Environment, "environments", e) for e in (ENVIRONMENT, _OF_DRIFT)}

    def _deploy_main(self) -> bool:
        return all(self._deploys_main(*each) for each in self._environments.items())

    def _deploys_main(self, name: str, environment: Environment | None) -> bool:
        policy = environment.deployment_branch_policy if environment else None
        if policy is None or not policy.custom_branch_policies:
            return False
        path = ("environments", name, "deployment-branch-policies")
        found = self._found(Policies, *path)
        return found is not None and [e.name for e in found.branch_policies] == [BRANCH]

    @cached_property
    def _secrets(self) -> Mapping[str, frozenset[str]]:
        """The names of each environment's secrets."""
        found = {e: self._found(Secrets, "environments", e, "secrets") for e in self._environments}
        return {
            name: frozenset(secret.name for secret in each.secrets) if each else frozenset()
            for name, each in found.items()
        }

    def _have_logins(self) -> bool:
        return all(TOKEN in each or each.issuperset(LOGIN) for each in self._secrets.values())

    def _has_key(self) -> bool:
        keys = self.rest.every(self._path("keys"), _NEED, Key)
        return STATE_KEY in self._secrets[ENVIRONMENT] and any(not each.read_only for each in keys)

    @cached_property
    def _rules(self) -> Sequence[Rule]:
        """The rules for main, of rulesets and of branch protection."""
        path = self._path("rules", "branches", BRANCH)
        found = [*self.rest.every(path, _NEED, Rule)]
        protection = self._found(Protection, "branches", BRANCH, "protection")
        return found + (protection.as_rules() if protection else [])

    def _of_pulls(self) -> list[Parameters]:
        rules = (each for each in self._rules if each.type == "pull_request")
        return [each.parameters or Parameters() for each in rules]

    def _needs_pull(self) -> bool:
        return bool(self._of_pulls())

    def _needs_approval(self) -> bool:
        found = self._of_pulls()
        number = max((each.required_approving_review_count for each in found), default=0)
        return number > 0 and any(each.dismiss_stale_reviews_on_push for each in found)

    def _needs_check(self) -> bool:
        return any(
            check.context == CHECK
            for rule in self._rules
            if rule.type == "required_status_checks" and rule.parameters
            for check in rule.parameters.required_status_checks or ()
        )

    @cached_property
    def _guards(self) -> Mapping[str, int]:
        """The rules for the states' branches by type, with their rulesets."""
        path = self._path("rules", "branches", _ANY_STATE)
        found = self.rest.every(path, _NEED, Rule)
        return {each.type: each.ruleset_id for each in found if each.type in _GUARDS}

    def _only_keys(self) -> bool:
        rulesets = [self._found(Ruleset, "rulesets", each) for each in {*self._guards.values()}]
        if any(each is None or each.bypass_actors is None for each in rulesets):
            raise RemoteError("GitHub hides who may bypass a ruleset")
        actors = [a.actor_type for each in rulesets if each for a in each.bypass_actors or ()]
        return {*actors} == {"DeployKey"}

    def _runs_actions(self) -> bool:
        found = self._found(OfActions, "actions", "permissions")
        return found is not None and found.enabled and found.allowed_actions != "local_only"

    def _is_careful(self) -> bool:
        found = self._found(OfWorkflows, "actions", "permissions", "workflow")
        return (
            found is not None
            and found.default_workflow_permissions == "read"
            and not found.can_approve_pull_request_reviews
        )
