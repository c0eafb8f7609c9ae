"""Why a job runs: the branch that its commit is for or on, and the comment that started it.

Owns the names of the variables in which forges say so. What an event says is never trusted with
more than the choice of what to look at.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from coursesync.errors import UnusableFile
from coursesync.files import read

if TYPE_CHECKING:
    from collections.abc import Mapping

_LARGEST = 30_000_000  # bytes; GitHub's events have at most 25 MB


@dataclass(frozen=True, slots=True)
class Event:
    """An event that started a job.

    Attributes:
        branch: the branch that the checked out commit is for; "" if the event does not say.
        base: the SHA of the commit to compare it with, if the forge names one.
        commented: the number of the review or issue that got a comment, if one did.
        page: the text of that review or issue, if the forge sends it.
        planned: the SHA of the head that a run of `ci plan` was for, if the job follows one.
        run: the page of that run.
        own_branch: the branch that has the checked out commit; "" in a job about a review.
    """

    branch: str = ""
    base: str = ""
    commented: int | None = None
    page: str = ""
    planned: str = ""
    run: str = ""
    own_branch: str = ""

    def run_of(self, head: str) -> str:
        """Return the page of the run that planned a head; "" if the event names none."""
        return self.run if head == self.planned else ""


def event_of(environment: Mapping[str, str]) -> Event:
    """Read the event from the variables of a job.

    https://docs.github.com/actions/reference/workflows-and-actions/variables,
    https://docs.github.com/webhooks/webhook-events-and-payloads,
    https://docs.gitlab.com/ci/variables/predefined_variables/
    """
    payload = _payload(environment.get("GITHUB_EVENT_PATH", ""))
    branch = (
        environment.get("GITHUB_BASE_REF")
        or _text(payload, "merge_group", "base_ref").removeprefix("refs/heads/")
        or environment.get("CI_MERGE_REQUEST_TARGET_BRANCH_NAME")
        or _text(payload, "repository", "default_branch")
        or environment.get("CI_DEFAULT_BRANCH", "")
    )
    is_comment = environment.get("GITHUB_EVENT_NAME") == "issue_comment"
    number = _within(payload, "issue", "number") if is_comment else None
    ref, heads = environment.get("GITHUB_REF", ""), "refs/heads/"
    own = ref.removeprefix(heads) if ref.startswith(heads) else ""
    is_plan = _text(payload, "workflow_run", "event") == "pull_request"
    return Event(
        branch,
        # the first one is there if the checkout is the result of the merge
        environment.get("CI_MERGE_REQUEST_TARGET_BRANCH_SHA")
        or environment.get("CI_MERGE_REQUEST_DIFF_BASE_SHA", ""),
        number if isinstance(number, int) else None,
        _text(payload, "issue", "body") if is_comment else "",
        _text(payload, "workflow_run", "head_sha") if is_plan else "",
        _text(payload, "workflow_run", "html_url") if is_plan else "",
        own or environment.get("CI_COMMIT_BRANCH", ""),
    )


def _payload(path: str) -> object:
    if not path:
        return None
    try:
        return json.loads(read(Path(path), _LARGEST))
    except (UnusableFile, ValueError, RecursionError):
        return None


def _within(payload: object, *names: str) -> object:
    for name in names:
        payload = payload.get(name) if isinstance(payload, dict) else None
    return payload


def _text(payload: object, *names: str) -> str:
    found = _within(payload, *names)
    return found if isinstance(found, str) else ""
