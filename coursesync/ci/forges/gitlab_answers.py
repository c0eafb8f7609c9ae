"""What is used of GitLab's answers, and what it makes of a text that is sent to it.

Names and shapes are those of its REST and GraphQL APIs.

https://docs.gitlab.com/api/merge_requests, https://docs.gitlab.com/api/notes,
https://docs.gitlab.com/api/commits, https://docs.gitlab.com/api/merge_request_approvals
"""

# ruff: noqa: D101 - each class is an object of GitLab's documentation

from __future__ import annotations

import re

from coursesync.ci.forges.api import Answer

# GitLab carries out lines such as "/close" with the rights of the token:
# https://docs.gitlab.com/user/project/quick_actions
_QUICK_ACTION = re.compile(r"^/(?=\w)", re.MULTILINE)


def without_actions(body: str) -> str:
    """Move what GitLab would carry out by one space; Markdown shows no difference."""
    return _QUICK_ACTION.sub(" /", body)


class Account(Answer):
    username: str


class User(Answer):
    id: int
    username: str


class Member(Answer):
    access_level: int


class MergeRequest(Answer):
    iid: int
    source_branch: str
    source_project_id: int | None = None  # none once a fork is deleted
    state: str
    target_branch: str
    web_url: str
    author: Account
    sha: str | None = None  # none while it is prepared
    merge_commit_sha: str | None = None
    squash_commit_sha: str | None = None

    @property
    def merged_as(self) -> str | None:
        """The last commit of a merge: by itself, of a squash, or the head if it was moved to."""
        return self.merge_commit_sha or self.squash_commit_sha or self.sha


class Version(Answer):
    """What was pushed to a merge request at one time."""

    id: int
    head_commit_sha: str | None
    created_at: str
    base_commit_sha: str | None = None


class Approver(Answer):
    user: Account


class Approvals(Answer):
    approved_by: list[Approver] | None = None


class Commit(Answer):
    committed_date: str | None = None


class PushData(Answer):
    """What a push changed; a push of many branches at once names none."""

    ref_type: str | None = None
    ref: str | None = None
    commit_from: str | None = None
    commit_to: str | None = None


class Event(Answer):
    """Something that a person did: https://docs.gitlab.com/api/events."""

    created_at: str
    author: Account | None = None
    push_data: PushData | None = None


class Note(Answer):
    id: int
    body: str
    author: Account
    created_at: str
    updated_at: str
    system: bool = False


class CommitStatus(Answer):
    id: int
    name: str
    status: str
    author: Account | None = None
    description: str | None = None
    target_url: str | None = None


class IssueFound(Answer):
    iid: int
    title: str
    web_url: str
    description: str | None = None


class Job(Answer):
    status: str


class PageInfo(Answer):
    hasNextPage: bool  # noqa: N815 - GitLab's name


class Users(Answer):
    pageInfo: PageInfo  # noqa: N815 - GitLab's name
    nodes: list[Account | None]


class MadeCommit(Answer):
    sha: str
    author: Account | None = None
    authorEmail: str | None = None  # noqa: N815 - GitLab's name
    committerEmail: str | None = None  # noqa: N815 - GitLab's name


class MadeCommits(Answer):
    pageInfo: PageInfo  # noqa: N815 - GitLab's name
    nodes: list[MadeCommit | None]


class GraphMergeRequest(Answer):
    committers: Users | None = None
    commits: MadeCommits | None = None


class GraphTree(Answer):
    lastCommit: MadeCommit | None = None  # noqa: N815 - GitLab's name


class GraphRepository(Answer):
    tree: GraphTree | None = None


class GraphProject(Answer):
    mergeRequest: GraphMergeRequest | None = None  # noqa: N815 - GitLab's name
    repository: GraphRepository | None = None


class GraphData(Answer):
    project: GraphProject | None = None


class Graph(Answer):
    """An answer of GraphQL; with errors, data is missing in part or as a whole."""

    data: GraphData | None = None
    errors: list[object] | None = None
