"""GitLab, as a service or self-managed. Fits `forge.Forge`.

REST v4 (https://docs.gitlab.com/api/rest), and GraphQL for who pushed. GitLab's differences:

- Merge requests and issues are counted apart: the number of an `Issue` is negative here.
- A comment is edited by its number and the merge request's, so `edit_comment` takes only one that
  this object has listed or added.
- A comment can't be folded away, and counts as edited if its two times differ.
- A status that is pending stays as it is when it is set to pending again.
- A commit of a fork has no status here, because it is on no branch here.
- CI_JOB_TOKEN may read some of this, in newer versions, and write nothing of it. It clones, and it
  pushes where the project allows that: https://docs.gitlab.com/ci/jobs/ci_job_token

Owns how GitLab is asked, and what its answers mean. It must never decide what is applied.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from coursesync.ci.forges.api import Need, same_text
from coursesync.ci.forges.forge import Comment, Issue, Mark, Status
from coursesync.ci.forges.gitlab_answers import (
    Account,
    CommitStatus,
    IssueFound,
    Job,
    Note,
    without_actions,
)
from coursesync.ci.forges.gitlab_requests import Requests, is_bot

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from coursesync.ci.forges.rest import Rest
    from coursesync.nexudus.ports import Clock
    from coursesync.state.run_id import RunId

_STATES = {
    Mark.PENDING: "pending",
    Mark.SUCCESS: "success",
    Mark.FAILURE: "failed",
    Mark.ERROR: "canceled",
}
_MARKS = {state: mark for mark, state in _STATES.items()} | {"running": Mark.PENDING}
# https://docs.gitlab.com/api/jobs; "canceling" still runs
_OVER = {"success", "failed", "canceled", "skipped"}
_COMMENT = Need("comment on merge requests and issues")
_STATUS = Need("read and set statuses")
_ISSUE = Need("keep an issue")
_JOBS = Need("read the jobs")
_ACCOUNT = Need("read the account of the token")


class GitLab(Requests):
    """One project on GitLab."""

    def __init__(self, rest: Rest, clock: Clock, project: int) -> None:
        """Speak to the project with that Id."""
        super().__init__(rest, clock, project)
        self._places: dict[int, int] = {}  # the number that each comment is on
        self._edited: set[int] = set()

    def comments(self, number: int) -> Sequence[Comment]:
        """Return all comments of a merge request, or of an issue (negative)."""
        found = self._rest.every(
            self._notes_of(number), _COMMENT, Note, sort="asc", order_by="created_at"
        )
        return [self._comment(each, number) for each in found if not each.system]

    def is_edited(self, comment: Comment) -> bool:
        """Return whether the two times of a comment differ."""
        return comment.id in self._edited

    def comment(self, number: int, body: str) -> Comment:
        """Add a comment; one of this account with the same text is not added twice."""
        path, sent = self._notes_of(number), without_actions(body)

        def look() -> Note | None:
            listed = self._rest.every(path, _COMMENT, Note, sort="desc", order_by="created_at")
            return next((e for e in listed if self._is_own(e) and same_text(e.body, sent)), None)

        made = self._rest.create(path, {"body": sent}, _COMMENT, Note, look)
        return self._comment(made, number)

    def edit_comment(self, comment: int, body: str) -> None:
        """Replace the text of a comment that this object has listed or added."""
        path = f"{self._notes_of(self._places[comment])}/{comment}"
        self._rest.set("PUT", path, {"body": without_actions(body)}, _COMMENT)

    def minimise(self, comment: Comment) -> None:
        """Do nothing: GitLab folds no comment away."""

    def statuses(self, commit: str) -> Sequence[Status]:
        """Return the newest status of each name that this token's account set."""
        path = self._path("repository", "commits", commit, "statuses")
        listed = self._rest.every(path, _STATUS, CommitStatus, all="true")
        own = [each for each in listed if self._is_own(each)]
        newest = {each.name: each for each in sorted(own, key=lambda each: each.id)}
        return [
            Status(
                context=each.name,
                mark=_MARKS.get(each.status, Mark.ERROR),
                description=each.description or "",
                url=each.target_url or "",
            )
            for each in newest.values()
        ]

    def set_status(self, commit: str, status: Status) -> None:
        """Set a status on a commit; the newest counts, so it may be sent twice.

        Raises nothing for a commit on no branch. https://docs.gitlab.com/api/commits/
        """
        body = {"name": status.context, "state": _STATES[status.mark]}
        body["description"] = status.description
        if status.url:
            body["target_url"] = status.url
        path = self._path("statuses", commit)
        # 404: "References for commit"; 400: "Cannot transition status" from pending to pending
        nothing = {404, 400} if status.mark is Mark.PENDING else {404}
        self._rest.set("POST", path, body, _STATUS, accepting=nothing)

    def issue(self, marker: str) -> Issue | None:
        """Return the open issue of this token's account whose text begins with a marker."""
        found = (e for e in self._own_issues() if (e.description or "").startswith(marker))
        return next(map(_issue, found), None)

    def _own_issues(self) -> Iterator[IssueFound]:
        """Yield the open issues of this token's account, the oldest first."""
        return self._rest.every(
            self._path("issues"),
            _ISSUE,
            IssueFound,
            state="opened",
            scope="all",
            author_username=self._login,
            sort="asc",
        )

    def open_issue(self, title: str, body: str) -> Issue:
        """Open an issue; one of this account with the same text is not opened twice."""
        text = without_actions(body)

        def look() -> IssueFound | None:
            return next((e for e in self._own_issues() if same_text(e.description, text)), None)

        sent = {"title": title, "description": text}
        return _issue(self._rest.create(self._path("issues"), sent, _ISSUE, IssueFound, look))

    def edit_issue(self, number: int, *, title: str, body: str) -> None:
        """Replace the title and the text of an issue."""
        sent = {"title": title, "description": without_actions(body)}
        self._rest.set("PUT", self._path("issues", -number), sent, _ISSUE)

    def close_issue(self, number: int) -> None:
        """Close an issue."""
        self._rest.set("PUT", self._path("issues", -number), {"state_event": "close"}, _ISSUE)

    def is_over(self, run: RunId) -> bool:
        """Return whether a job is over; a job that is run again has a new Id.

        A job that GitLab does not know is not over: it may be one of another project, which still
        sends.
        """
        if not run.id.isdecimal():
            return False
        found = self._rest.find(self._path("jobs", run.id), _JOBS, Job)
        return found is not None and found.status in _OVER

    @cached_property
    def _login(self) -> str:
        return self._rest.get("/v4/user", _ACCOUNT, Account).username

    def _is_own(self, found: Note | CommitStatus) -> bool:
        return found.author is not None and found.author.username == self._login

    def _comment(self, found: Note, number: int) -> Comment:
        self._places[found.id] = number
        if found.updated_at != found.created_at:
            self._edited.add(found.id)
        return Comment(
            id=found.id,
            author=found.author.username,
            body=found.body,
            own=self._is_own(found),
            number=number,
            is_by_bot=is_bot(found.author.username),
        )

    def _notes_of(self, number: int) -> str:
        kind = "merge_requests" if number > 0 else "issues"
        return self._path(kind, abs(number), "notes")


def _issue(found: IssueFound) -> Issue:
    return Issue(-found.iid, found.title, found.description or "", found.web_url)
