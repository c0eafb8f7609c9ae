"""What is used of GitHub's answers about settings; names and shapes are those of its REST API."""

from __future__ import annotations

from coursesync.ci.forges.api import Answer


class Permissions(Answer):
    """What the token may do in the repository."""

    admin: bool = False


class Repository(Answer):
    """A repository: `GET /repos/{owner}/{repo}`."""

    has_issues: bool = True
    permissions: Permissions = Permissions()


class BranchPolicy(Answer):
    """Which branches may deploy to an environment."""

    custom_branch_policies: bool


class Environment(Answer):
    """An environment: `GET …/environments/{name}`."""

    deployment_branch_policy: BranchPolicy | None = None


class Named(Answer):
    """Anything of which only the name is read."""

    name: str


class Policies(Answer):
    """The branches that may deploy: `GET …/deployment-branch-policies`."""

    branch_policies: list[Named]


class Secrets(Answer):
    """An environment's secrets, by name alone: `GET …/environments/{name}/secrets`."""

    secrets: list[Named]


class Check(Answer):
    """A status check that a rule requires."""

    context: str


class Parameters(Answer):
    """The parameters of a rule."""

    required_approving_review_count: int = 0
    dismiss_stale_reviews_on_push: bool = False
    required_status_checks: list[Check] | None = None


class Rule(Answer):
    """A rule for a branch: `GET …/rules/branches/{branch}`."""

    type: str
    ruleset_id: int = 0
    parameters: Parameters | None = None


class Actor(Answer):
    """Who may bypass a ruleset."""

    actor_type: str


class Ruleset(Answer):
    """A ruleset: `GET …/rulesets/{id}`."""

    bypass_actors: list[Actor] | None = None  # only those who may edit the ruleset see them


class Key(Answer):
    """A deploy key: `GET …/keys`."""

    read_only: bool


class Reviews(Answer):
    """The reviews that an older rule requires."""

    required_approving_review_count: int = 0
    dismiss_stale_reviews: bool = False


class Checks(Answer):
    """The checks that an older rule requires."""

    contexts: list[str] | None = None


class Protection(Answer):
    """The older form of rules for one branch."""

    required_pull_request_reviews: Reviews | None = None
    required_status_checks: Checks | None = None

    def as_rules(self) -> list[Rule]:
        """Return the same as rules."""
        rules = []
        if reviews := self.required_pull_request_reviews:
            same = Parameters(
                required_approving_review_count=reviews.required_approving_review_count,
                dismiss_stale_reviews_on_push=reviews.dismiss_stale_reviews,
            )
            rules.append(Rule(type="pull_request", parameters=same))
        if checks := self.required_status_checks:
            named = [Check(context=each) for each in checks.contexts or ()]
            parameters = Parameters(required_status_checks=named)
            rules.append(Rule(type="required_status_checks", parameters=parameters))
        return rules


class OfActions(Answer):
    """Whether Actions run: `GET …/actions/permissions`."""

    enabled: bool
    allowed_actions: str = "all"


class OfWorkflows(Answer):
    """What workflows may do: `GET …/actions/permissions/workflow`."""

    default_workflow_permissions: str
    can_approve_pull_request_reviews: bool
