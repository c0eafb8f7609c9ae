"""What both fake forges have: people, a repository, reviews, comments, issues, statuses and runs.

Owns what happened on the forge. How an API shows it is in `github` and `gitlab`.
"""

from __future__ import annotations

import threading
from abc import ABC, abstractmethod
from base64 import b64decode
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from forges.faults import Faults
from forges.repository import Repository
from werkzeug import Request, Response

from coursesync.sandbox.serve import running

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sized
    from contextlib import AbstractContextManager
    from pathlib import Path
    from wsgiref.types import StartResponse, WSGIEnvironment

TOKEN = "forge-token-of-the-job"
NAME = "space/courses"


@dataclass
class Pull:
    """A pull request or a merge request.

    `made` are the commits of its merge, `pushes` its heads with their times, the oldest first,
    `moved` the times when it got another base.
    """

    number: int
    title: str
    branch: str
    base: str
    author: str
    head: str
    since: str
    is_fork: bool = False
    is_draft: bool = False
    state: str = "open"  # open, closed, merged
    made: list[str] = field(default_factory=list)
    merged_by: str = ""
    how: str = ""
    body: str = ""
    updated: int = 0  # the order in which they were changed
    judgements: list[Judgement] = field(default_factory=list)
    pushes: list[tuple[str, datetime]] = field(default_factory=list)
    moved: list[datetime] = field(default_factory=list)


@dataclass(frozen=True)
class Push:
    """A change of a branch, by an account; SHAs and logins are "" where there is none.

    `kind` is a type of activity of GitHub: push, force_push, branch_creation, pr_merge ... `at`
    does not count `ahead`.
    """

    repository: str
    branch: str
    before: str
    after: str
    by: str
    kind: str
    at: datetime = field(default_factory=lambda: datetime.now(UTC))


@dataclass
class Judgement:
    """A review that a person gave."""

    who: str
    state: str  # APPROVED, CHANGES_REQUESTED, COMMENTED, DISMISSED
    head: str
    given: datetime


@dataclass
class Comment:
    """A comment on a pull request or an issue."""

    id: int
    number: int
    author: str
    body: str
    created: datetime
    updated: datetime
    editor: str = ""
    minimised: bool = False


@dataclass
class Issue:
    """An issue."""

    number: int
    author: str
    title: str
    body: str
    state: str = "open"


@dataclass(frozen=True)
class Status:
    """A status that an account set on a commit."""

    commit: str
    context: str
    state: str
    description: str
    url: str
    author: str


def fork_of(login: str) -> str:
    """Return the name of a person's fork."""
    return f"{login}/courses"


class Hosting(ABC):
    """A fake forge with one repository, served on a loopback socket while `serving`.

    Its switches may be set at any time:

    - `people`: the role of each account: admin, write, read.
    - `tokens`: the account of each token. `denied`: permissions that no token has.
    - `page_size`: the most that a page of a list holds.
    - `commit_lag`, `closed_lag`: how many look-ups of a commit's pull requests, or of the closed
      ones, don't know of a merge yet.
    - `ahead`: seconds by which the forge's clock is ahead of the dates of new commits: with 0 they
      are young.
    - `public`: whether git may read without a token.
    - `records`: the repositories whose record of pushes can be read; all of them if that is None.
    - `faults`: what goes wrong.
    """

    bot: str
    pull_ref: str  # with {} for the number
    pull_name: str  # likewise
    pulls_route: str  # the last part of the path of a list of pull requests
    comments_route: str  # likewise, of comments

    def __init__(self, folder: Path) -> None:
        self.repository = Repository(folder, NAME)
        self.people = {"ada": "write", "ben": "write", "cleo": "admin", "rita": "read"}
        self.tokens = {TOKEN: self.bot}
        self.denied: set[str] = set()
        self.page_size = 100
        self.commit_lag = self.closed_lag = 0
        self.ahead = 600.0
        self.public = False
        self.records: set[str] | None = None
        self.faults = Faults()
        self.requests: list[str] = []  # method, path and query
        self.pulls: dict[int, Pull] = {}
        self.issues: dict[int, Issue] = {}
        self.notes: list[Comment] = []
        self.marks: list[Status] = []
        self.pushes: list[Push] = []
        self.runs: dict[tuple[str, int], str] = {}  # the status of each attempt
        self.url = ""
        self._looks: dict[str, int] = {}
        self._ids = 1000
        self._lock = threading.RLock()
        self._tips: dict[str, str] = {}
        self.commit("main", {"README.md": "# Our courses\n"})

    # --- what people do ---

    def commit(
        self,
        branch: str,
        files: Mapping[str, str | bytes | None],
        *,
        by: str = "ada",
        pusher: str = "",
        committer: str = "",
        start: str = "main",
    ) -> str:
        """Push a commit to a branch, which begins at `start`; return its SHA.

        `by` is who has the e-mail address of its author, `committer` that of its committer, and
        `pusher` is the account that pushes; by default, they are the same.
        """
        with self._lock:
            at = datetime.now(UTC)
            sha = self.repository.commit(
                branch, files, by=by, committer=committer, at=at, start=start
            )
            self.notice_pushes(pusher or by)
            return sha

    def push(self, commit: str, branch: str = "main", *, by: str = "ada") -> None:
        """Move a branch to a commit, as a push past review does."""
        with self._lock:
            self.repository.move(f"refs/heads/{branch}", commit)
            self.notice_pushes(by)

    def delete_branch(self, branch: str, *, by: str = "ada") -> None:
        """Delete a branch."""
        with self._lock:
            self.repository.git("update-ref", "-d", f"refs/heads/{branch}")
            self.notice_pushes(by)

    def open_pull(
        self,
        branch: str,
        *,
        by: str = "ada",
        title: str = "Change the courses",
        base: str = "main",
        fork: bool = False,
        draft: bool = False,
    ) -> int:
        """Open a pull request, and return its number; a fork's branch leaves this repository."""
        with self._lock:
            head, number = self.repository.tip(branch), self.next_number(self.pulls)
            since = self.repository.base_of(base, head)
            made = Pull(number, title, branch, base, by, head, since, fork, draft)
            made.pushes.append((head, self.now()))
            self.pulls[number] = made
            self.repository.move(self.pull_ref.format(number), head)
            if fork:
                self.repository.git("update-ref", "-d", f"refs/heads/{branch}")
                self._tips.pop(branch, None)
                self.pushes = [
                    replace(each, repository=fork_of(by)) if each.branch == branch else each
                    for each in self.pushes
                ]
            self._touch(made)
            return number

    def propose(self, branch: str = "a", *, by: str = "ada") -> int:
        """Push a commit with an outline to a branch, and open a pull request for it."""
        self.commit(branch, {f"courses/{branch}.yaml": "title: A\n"}, by=by)
        return self.open_pull(branch, by=by)

    def retarget(self, number: int, base: str) -> None:
        """Give a pull request another base."""
        self.pulls[number].base = base
        self.pulls[number].moved.append(self.now())

    def approve(self, number: int, who: str) -> None:
        """Approve the head of a pull request."""
        self._judge(number, who, "APPROVED")

    def request_changes(self, number: int, who: str) -> None:
        """Ask for changes."""
        self._judge(number, who, "CHANGES_REQUESTED")

    def dismiss(self, number: int, who: str) -> None:
        """Dismiss what a person decided."""
        for each in self.pulls[number].judgements:
            if each.who == who:
                each.state, each.given = "DISMISSED", self.now()

    def _judge(self, number: int, who: str, state: str) -> None:
        pull = self.pulls[number]
        pull.judgements.append(Judgement(who, state, pull.head, self.now()))
        self._touch(pull)

    def merge(self, *numbers: int, how: str = "merge", by: str = "ada") -> str:
        """Merge pull requests by "merge", "squash", "rebase" or "queue"; return the last commit.

        A queue merges several with one push.
        """
        with self._lock:
            self.notice_pushes()
            kind, at = "merge" if how == "queue" else how, datetime.now(UTC)
            pulls = [self.pulls[number] for number in numbers]
            base, tip = pulls[0].base, self.repository.tip(pulls[0].base)
            for pull in pulls:
                pull.since = self.repository.base_of(tip, pull.head)
                pull.made = self.made_by_merge(tip, pull.head, kind, by=by, at=at)
                tip = pull.made[-1]
                pull.state, pull.merged_by, pull.how = "merged", by, how
                self._touch(pull)
            self.repository.move(f"refs/heads/{base}", tip)
            self.notice_pushes(by, "merge_queue_merge" if how == "queue" else "pr_merge")
            return tip

    def made_by_merge(self, onto: str, head: str, kind: str, *, by: str, at: datetime) -> list[str]:
        """Return the commits that a merge makes, the last one at the end."""
        return self.repository.merged(onto, head, kind, by=by, at=at)

    def close_pull(self, number: int) -> None:
        """Close a pull request without merging it."""
        self.pulls[number].state = "closed"
        self._touch(self.pulls[number])

    def comment(self, who: str, number: int, body: str) -> int:
        """Add a comment to a pull request or an issue, and return its Id."""
        with self._lock:
            made = Comment(self._next_id(), number, who, body, self.now(), self.now())
            self.notes.append(made)
            return made.id

    def edit_comment(self, who: str, comment: int, body: str, *, after: float = 5.0) -> None:
        """Edit a comment, so many seconds after it was written."""
        found = self.note(comment)
        found.body, found.editor = body, who
        found.updated = found.created + timedelta(seconds=after)

    def delete_comment(self, comment: int) -> None:
        """Delete a comment."""
        self.notes.remove(self.note(comment))

    def open_issue(self, who: str, title: str, body: str) -> int:
        """Open an issue, and return its number."""
        with self._lock:
            number = self.next_number(self.issues)
            self.issues[number] = Issue(number, who, title, body)
            return number

    def set_status(
        self, who: str, commit: str, context: str, state: str, text: str = "", url: str = ""
    ) -> None:
        """Set a status on a commit."""
        self.marks.append(Status(commit, context, state, text, url, who))

    def start_run(self, run: str = "", attempt: int = 1) -> str:
        """Let a run begin, or be run again, and return its Id."""
        run = run or str(self._next_id())
        self.runs[run, attempt] = "in_progress"
        return run

    def end_run(self, run: str, attempt: int = 1) -> None:
        """Let a run be over."""
        self.runs[run, attempt] = "completed"

    # --- what a test reads ---

    def page_of(self, issue: int) -> int:
        """Return the number by which the comments on an issue are known here."""
        return issue

    def note(self, comment: int) -> Comment:
        """Return a comment."""
        return next(each for each in self.notes if each.id == comment)

    def comments_on(self, number: int) -> list[Comment]:
        """Return the comments on a pull request or an issue, the oldest first."""
        return [each for each in self.notes if each.number == number]

    def status(self, commit: str, context: str) -> Status | None:
        """Return the newest status of a context on a commit."""
        found = (e for e in reversed(self.marks) if (e.commit, e.context) == (commit, context))
        return next(found, None)

    def own_commits(self, pull: Pull) -> list[str]:
        """Return a pull request's own commits, the oldest first."""
        return self.repository.commits(pull.since, pull.head)

    # --- what happens by itself ---

    def notice_pushes(self, by: str = "", kind: str = "push") -> None:
        """Record pushes, follow the branches of pull requests, and notice those that one merged."""
        with self._lock:
            tips = self.repository.refs()
            if tips == self._tips:
                return
            for branch in sorted({*tips, *self._tips}):
                self._record(branch, self._tips.get(branch, ""), tips.get(branch, ""), by, kind)
            for pull in self.pulls.values():
                if pull.state != "open":
                    continue
                head = pull.head if pull.is_fork else tips.get(pull.branch, pull.head)
                if head != pull.head:
                    pull.head = head
                    pull.pushes.append((head, self.now()))
                    self.repository.move(self.pull_ref.format(pull.number), head)
                    self._touch(pull)
                if tips[pull.base] != self._tips.get(pull.base):
                    self._notice_merge(pull, tips[pull.base])
            self._tips = tips

    def _record(self, branch: str, before: str, after: str, by: str, kind: str) -> None:
        if before == after:
            return
        if not before:
            kind = "branch_creation"
        elif not after:
            kind = "branch_deletion"
        elif not self.repository.contains(after, before):
            kind = "force_push"
        self.pushes.append(Push(NAME, branch, before, after, by, kind))

    def pushes_to(self, repository: str, branch: str | None = None) -> list[Push]:
        """Return what can be read of the pushes to a repository, the newest first."""
        if self.records is not None and repository not in self.records:
            return []
        known = (each for each in reversed(self.pushes) if each.repository == repository)
        return [each for each in known if branch in {None, each.branch}]

    def _notice_merge(self, pull: Pull, tip: str) -> None:
        if not self.repository.contains(tip, pull.head):
            return
        made = self.repository.commits(pull.since, tip, first_parent=True)
        first = next(each for each in made if self.repository.contains(each, pull.head))
        pull.state, pull.made, pull.how = "merged", [first], "push"
        self._touch(pull)

    def now(self) -> datetime:
        """Return the forge's time."""
        return datetime.now(UTC) + timedelta(seconds=self.ahead)

    def knows_merge(self, pull: Pull, looked: str, lag: int) -> bool:
        """Return whether an index knows of a merge, and count the look-up by the name `looked`."""
        self._looks[looked] = self._looks.get(looked, 0) + 1
        return pull.state != "merged" or self._looks[looked] > lag

    def _touch(self, pull: Pull) -> None:
        pull.updated = self._next_id()

    def _next_id(self) -> int:
        self._ids += 1
        return self._ids

    @abstractmethod
    def next_number(self, kind: Sized) -> int:
        """Return the number of the next pull request or issue, after those of its kind."""

    # --- the server ---

    @property
    def clone_url(self) -> str:
        """The address of the repository for git."""
        return f"{self.url}/{NAME}.git"

    def serving(self) -> AbstractContextManager[str]:
        """Serve during a block; yields the address."""
        return running(self)

    def __call__(self, environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        """Answer a request (WSGI)."""
        request = Request(environ)
        query = f"?{request.query_string.decode()}" if request.query_string else ""
        self.requests.append(f"{request.method} {request.path}{query}")
        respond = self._git if ".git/" in request.path else self._api
        now = self.now()
        response = self.faults.answer(request, now.timestamp(), lambda: respond(request))
        response.date = now
        return response(environ, start)

    def _git(self, request: Request) -> Response:
        scheme, _, given = request.headers.get("Authorization", "").partition(" ")
        user, _, token = (
            b64decode(given).decode().partition(":") if scheme == "Basic" else ("",) * 3
        )
        reads = "git-receive-pack" not in request.full_path
        if token not in self.tokens and not (self.public and reads):
            return Response(b"", 401, {"WWW-Authenticate": 'Basic realm="forge"'})
        response = self.repository.served(request, user)
        self.notice_pushes(self.tokens.get(token, ""))
        return response

    def _api(self, request: Request) -> Response:
        with self._lock:
            self.notice_pushes()
            return self.answer(request)

    @abstractmethod
    def answer(self, request: Request) -> Response:
        """Answer a request to the API."""

    @abstractmethod
    def environment(self, run: str = "1", attempt: int = 1) -> dict[str, str]:
        """Return the variables that a job of a run has."""
