"""GitHub, and GitHub Enterprise Server (not tested against one). Fits `forge.Forge`.

REST (https://docs.github.com/en/rest, version 2022-11-28), and GraphQL for what REST lacks: whether
a comment was edited, folding one away, and the account of an app's token. Where GraphQL can't be
used, a comment whose time of update differs from that of its creation counts as edited.

Owns how GitHub is asked, and what its answers mean. It must never decide what is applied.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from coursesync.ci.forges.api import Need, same_text
from coursesync.ci.forges.forge import Comment, Issue, Mark, Status
from coursesync.ci.forges.github_answers import (
    Account,
    CommitStatus,
    Graph,
    GraphData,
    IssueComment,
    IssueFound,
    RunAttempt,
)
from coursesync.ci.forges.github_pulls import Pulls
from coursesync.errors import RemoteError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from coursesync.ci.forges.rest import Rest
    from coursesync.nexudus.ports import Clock
    from coursesync.state.run_id import RunId

_BOT = "github-actions[bot]"  # the account of GITHUB_TOKEN in a workflow
_EDITS = "query($ids: [ID!]!) { nodes(ids: $ids) { ... on IssueComment { id lastEditedAt } } }"
_VIEWER = "query { viewer { login } }"
_MINIMISE = (
    "mutation($id: ID!) { minimizeComment(input: {subjectId: $id, classifier: OUTDATED}) "
    "{ clientMutationId } }"
)

_READ = Need("read the comments", "pull-requests: read, issues: read")
_COMMENT = Need("comment on pull requests and issues", "pull-requests: write, issues: write")
_STATUSES = Need("read the statuses", "statuses: read")
_SET_STATUS = Need("set a status", "statuses: write")
_ISSUES = Need("read the issues", "issues: read")
_KEEP_ISSUE = Need("keep an issue", "issues: write")
_RUNS = Need("read the workflow runs", "actions: read")
_ACCOUNT = Need("read the account", "metadata: read")


class GitHub(Pulls):
    """One repository on GitHub."""

    def __init__(self, rest: Rest, clock: Clock, root: str, *, in_workflow: bool) -> None:
        """Speak to one repository; the arguments are those of `Pulls`.

        `in_workflow`: the token may be that of a workflow's job.
        """
        super().__init__(rest, clock, root)
        self._in_workflow = in_workflow
        self._listed: dict[int, IssueComment] = {}
        self._edited: dict[int, bool] = {}

    def comments(self, number: int) -> Sequence[Comment]:
        """Return all comments of a pull request or an issue."""
        path = self._path("issues", number, "comments")
        return [self._comment(each, number) for each in self._rest.every(path, _READ, IssueComment)]

    def is_edited(self, comment: Comment) -> bool:
        """Return whether a comment was edited, as far as GraphQL tells; it is asked once."""
        if comment.id not in self._edited:
            listed = self._listed[comment.id]
            data = self._graph(_EDITS, ids=[listed.node_id])
            nodes = (data.nodes if data else None) or ()
            known = [each.lastEditedAt is not None for each in nodes if each]
            was_updated = listed.updated_at != listed.created_at
            self._edited[comment.id] = any(known) if known else was_updated
        return self._edited[comment.id]

    def comment(self, number: int, body: str) -> Comment:
        """Add a comment; one of this account with the same text is not added twice."""
        path = self._path("issues", number, "comments")

        def look() -> IssueComment | None:
            listed = self._rest.every(path, _READ, IssueComment)
            same = [e for e in listed if same_text(e.body, body) and self._is_own(e)]
            return same[-1] if same else None

        made = self._rest.create(path, {"body": body}, _COMMENT, IssueComment, look)
        return self._comment(made, number)

    def edit_comment(self, comment: int, body: str) -> None:
        """Replace the text of a comment of this token's account."""
        path = self._path("issues", "comments", comment)
        self._rest.set("PATCH", path, {"body": body}, _COMMENT)

    def minimise(self, comment: Comment) -> None:
        """Fold an outdated comment away, where GraphQL can be used."""
        found = self._rest.find(self._path("issues", "comments", comment.id), _READ, IssueComment)
        if found is not None:
            self._graph(_MINIMISE, id=found.node_id)

    def statuses(self, commit: str) -> Sequence[Status]:
        """Return the newest status of each context that this token's account set."""
        path = self._path("commits", commit, "statuses")
        newest: dict[str, CommitStatus] = {}
        for each in self._rest.every(path, _STATUSES, CommitStatus):  # the newest first
            if each.creator is not None and each.creator.login == self._login:
                newest.setdefault(each.context, each)
        return [
            Status(each.context, Mark(each.state), each.description or "", each.target_url or "")
            for each in newest.values()
        ]

    def set_status(self, commit: str, status: Status) -> None:
        """Set a status on a commit; the newest counts, so it may be sent twice."""
        body = {"context": status.context, "state": status.mark.value}
        body["description"] = status.description
        if status.url:
            body["target_url"] = status.url
        self._rest.set("POST", self._path("statuses", commit), body, _SET_STATUS)

    def issue(self, marker: str) -> Issue | None:
        """Return the open issue of this token's account whose body begins with a marker."""
        return next(
            (_issue(each) for each in self._own_issues() if (each.body or "").startswith(marker)),
            None,
        )

    def _own_issues(self) -> Iterator[IssueFound]:
        """Yield the open issues of this token's account, the oldest first."""
        found = self._rest.every(
            self._path("issues"),
            _ISSUES,
            IssueFound,
            state="open",
            creator=self._login,
            direction="asc",
        )
        return (each for each in found if each.pull_request is None)

    def open_issue(self, title: str, body: str) -> Issue:
        """Open an issue; one of this account with the same text is not opened twice."""

        def look() -> IssueFound | None:
            return next((e for e in self._own_issues() if same_text(e.body, body)), None)

        sent = {"title": title, "body": body}
        return _issue(self._rest.create(self._path("issues"), sent, _KEEP_ISSUE, IssueFound, look))

    def edit_issue(self, number: int, *, title: str, body: str) -> None:
        """Replace the title and the text of an issue."""
        sent = {"title": title, "body": body}
        self._rest.set("PATCH", self._path("issues", number), sent, _KEEP_ISSUE)

    def close_issue(self, number: int) -> None:
        """Close an issue."""
        self._rest.set("PATCH", self._path("issues", number), {"state": "closed"}, _KEEP_ISSUE)

    def is_over(self, run: RunId) -> bool:
        """Return whether an attempt of a workflow run is completed.

        A run that GitHub does not know is not over: it may be one of another repository, which
        still sends.
        """
        if not run.id.isdecimal():
            return False
        path = self._path("actions", "runs", run.id, "attempts", run.attempt)
        found = self._rest.find(path, _RUNS, RunAttempt)
        return found is not None and found.status == "completed"

    @cached_property
    def _login(self) -> str:
        """The account of the token.

        GET /user denies an app's token, and so that of a workflow; GraphQL names its account.
        """
        data = self._graph(_VIEWER)
        if data is not None and data.viewer is not None:
            return data.viewer.login
        try:
            return self._rest.get(f"{self._root}/user", _ACCOUNT, Account).login
        except RemoteError:
            if self._in_workflow:
                return _BOT
            raise

    def _graph(self, query: str, **variables: object) -> GraphData | None:
        """Ask GraphQL; None if it can't be used, or denies it."""
        sent = {"query": query, "variables": variables}
        try:
            found = self._rest.ask("/graphql", sent, _READ, Graph)
        except RemoteError:
            return None
        return None if found.errors else found.data

    def _is_own(self, found: IssueComment) -> bool:
        return found.user is not None and found.user.login == self._login

    def _comment(self, found: IssueComment, number: int) -> Comment:
        self._listed[found.id] = found
        self._edited.pop(found.id, None)
        return Comment(
            id=found.id,
            author=found.author,
            body=found.body or "",
            own=self._is_own(found),
            number=number,
            is_by_bot=found.user is not None and found.user.type != "User",
        )


def _issue(found: IssueFound) -> Issue:
    return Issue(found.number, found.title, found.body or "", found.html_url)
