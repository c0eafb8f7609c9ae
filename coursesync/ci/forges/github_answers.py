"""What is used of GitHub's answers; names and shapes are those of its REST and GraphQL APIs.

https://docs.github.com/en/rest/pulls, https://docs.github.com/en/rest/issues,
https://docs.github.com/en/rest/commits, https://docs.github.com/en/rest/actions/workflow-runs
"""

# ruff: noqa: D101 - each class is an object of GitHub's documentation

from __future__ import annotations

from typing import Literal

from coursesync.ci.forges.api import Answer

GHOST = "ghost"  # GitHub shows a deleted account as this one


class Account(Answer):
    login: str = ""  # an author that GitHub doesn't know may be an empty object
    type: str = ""


class Repository(Answer):
    full_name: str


class Side(Answer):
    """A branch of a pull request; its repository may have been deleted."""

    ref: str
    sha: str
    repo: Repository | None = None


class Pull(Answer):
    number: int
    html_url: str
    head: Side
    base: Side
    user: Account | None = None
    merged_at: str | None = None
    merge_commit_sha: str | None = None  # of an open pull request: a trial

    @property
    def author(self) -> str:
        """The login of its author."""
        return self.user.login if self.user else GHOST


class PullReview(Answer):
    state: str
    user: Account | None = None
    commit_id: str | None = None
    submitted_at: str = ""


class IssueEvent(Answer):
    event: str
    created_at: str = ""


class Signature(Answer):
    date: str = ""


class GitCommit(Answer):
    committer: Signature | None = None


class Commit(Answer):
    sha: str
    commit: GitCommit
    author: Account | None = None
    committer: Account | None = None


class Activity(Answer):
    """A change of a branch: https://docs.github.com/rest/repos/repos#list-repository-activities."""

    before: str
    after: str
    activity_type: str
    timestamp: str
    actor: Account | None = None


class IssueComment(Answer):
    id: int
    node_id: str
    created_at: str
    updated_at: str
    body: str | None = None
    user: Account | None = None

    @property
    def author(self) -> str:
        """The login of its author."""
        return self.user.login if self.user else GHOST


class CommitStatus(Answer):
    state: Literal["error", "failure", "pending", "success"]
    context: str
    description: str | None = None
    target_url: str | None = None
    creator: Account | None = None


class IssueFound(Answer):
    number: int
    title: str
    html_url: str
    body: str | None = None
    pull_request: dict[str, object] | None = None  # a pull request is an issue, too


class RunAttempt(Answer):
    status: str | None = None


class Permission(Answer):
    permission: str


class EditedNode(Answer):
    id: str
    lastEditedAt: str | None = None  # noqa: N815 - GitHub's name


class Viewer(Answer):
    login: str


class GraphData(Answer):
    nodes: list[EditedNode | None] | None = None
    viewer: Viewer | None = None


class Graph(Answer):
    """An answer of GraphQL; with errors, data is missing in part or as a whole."""

    data: GraphData | None = None
    errors: list[object] | None = None
