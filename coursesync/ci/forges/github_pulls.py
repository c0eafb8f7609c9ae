"""GitHub's pull requests: which are open, which merge made a commit, and who approved it.

https://docs.github.com/en/rest/pulls, https://docs.github.com/en/rest/commits. Owns what GitHub's
answers say about merges and decisions. It must never decide what is applied.

Who pushed is known from the activity of a branch, in its own repository. Where that can't be read
(a private fork, an old Enterprise Server), the accounts of a commit's author and committer count.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from coursesync.ci.forges.api import Need, path_of
from coursesync.ci.forges.approving import Approval, Decision, Verdict, approval
from coursesync.ci.forges.forge import NOBODY, Pushers, Review
from coursesync.ci.forges.github_answers import (
    Activity,
    Commit,
    IssueEvent,
    Permission,
    Pull,
    PullReview,
)
from coursesync.ci.forges.merge_index import asked_again, unless_young
from coursesync.ci.forges.pushes import Made, Push, pushers_of_branch, pushers_of_line
from coursesync.errors import RemoteError
from coursesync.text import moment

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import datetime

    from coursesync.ci.forges.forge import NotYet
    from coursesync.ci.forges.rest import Rest
    from coursesync.nexudus.ports import Clock

_MOST_COMMITS = 250  # that GitHub lists of a pull request
_ACTIVITY_PAGES = 10  # of a hundred each, the newest first
_NO_COMMIT = "0" * 40
_WEB = "web-flow"  # the committer of what GitHub makes for a person
_MAY_WRITE = {"admin", "write"}  # "maintain" is reported as "write"
_VERDICTS = {
    "APPROVED": Verdict.APPROVED,
    "CHANGES_REQUESTED": Verdict.REFUSED,
    "DISMISSED": Verdict.DISMISSED,
}
# https://docs.github.com/en/rest/using-the-rest-api/issue-event-types
_MOVED = {"base_ref_changed", "automatic_base_change_succeeded"}
_PULLS = Need("read the pull requests", "pull-requests: read")
_OPEN = Need("open pull requests", "pull-requests: write")
_COMMITS = Need("read the commits", "contents: read")
_PEOPLE = Need("read who may write to the repository", "metadata: read")


class Pulls:
    """The pull requests of one repository, and the people who may merge them."""

    def __init__(self, rest: Rest, clock: Clock, root: str) -> None:
        """Speak to one repository.

        Args:
            rest: where to send requests.
            clock: the time, and how to wait.
            root: the path of the REST API, beside which GraphQL is: "", or "/v3".
        """
        self._rest = rest
        self._clock = clock
        self._root = root
        self._may_write: dict[str, bool] = {}

    def open_reviews(self, base: str) -> Sequence[Review]:
        """Return the open pull requests for a branch."""
        path = self._path("pulls")
        found = self._rest.every(path, _PULLS, Pull, state="open", base=base)
        return [*map(_review, found)]

    def reviews_between(
        self, base: str, commits: Sequence[str]
    ) -> Mapping[str, Review | NotYet | None]:
        """Return the merged pull request that brought each commit to a branch.

        GitHub's index of commits is asked first, then the pull requests that were closed last.
        """
        return asked_again(self._clock, commits, lambda unknown: self._brought(base, unknown))

    def _brought(
        self, base: str, commits: Sequence[str]
    ) -> Iterator[tuple[str, Review | NotYet | None]]:
        judged: dict[int, Review] = {}
        closed: list[Pull] | None = None
        pushes: list[Push] | None = None
        for commit in commits:
            listed = self._rest.every(self._path("commits", commit, "pulls"), _PULLS, Pull)
            if (pull := self._bringing(base, commit, listed)) is None:
                if closed is None:
                    closed = [*self._recently_closed(base)]
                made = (each for each in closed if each.merge_commit_sha == commit)
                pull = self._bringing(base, commit, made)
            if pull is None:
                if pushes is None:
                    pushes = self._pushes(self._rest.api.repository, base)
                yield commit, self._unless_young(commit, pushes)
                continue
            if pull.number not in judged:
                judged[pull.number] = self._judged(pull)
            yield commit, judged[pull.number]

    def _recently_closed(self, base: str) -> Iterator[Pull]:
        return self._rest.every(
            self._path("pulls"),
            _PULLS,
            Pull,
            pages=1,
            state="closed",
            base=base,
            sort="updated",
            direction="desc",
        )

    def _bringing(self, base: str, commit: str, pulls: Iterable[Pull]) -> Pull | None:
        """Return the pull request whose merge made a commit, among those that GitHub relates to it.

        A rebase makes several commits, and `merge_commit_sha` is the last of them. A commit of the
        pull request itself got to the branch by a push, unless it is the last one.
        https://docs.github.com/en/rest/pulls/pulls#get-a-pull-request
        """
        merged = [each for each in pulls if each.merged_at and each.base.ref == base]
        for pull in sorted(merged, key=lambda each: each.merge_commit_sha != commit):
            if pull.merge_commit_sha == commit or self._was_rebased(pull, commit):
                return pull
        return None

    def _was_rebased(self, pull: Pull, commit: str) -> bool:
        own = self._commits(pull.number)
        return len(own) < _MOST_COMMITS and commit not in {each.sha for each in own}

    def _unless_young(self, commit: str, pushes: Sequence[Push]) -> NotYet | None:
        found = self._rest.get(self._path("commits", commit), _COMMITS, Commit)
        made = found.commit.committer
        return unless_young(commit, made.date if made else None, pushes, self._rest.date)

    def _judged(self, pull: Pull) -> Review:
        """Return a review with `approved`."""
        decisions = self._decisions(pull)
        return _review(pull, approval(decisions, lambda: self._pushers(pull), self.may_write))

    def _decisions(self, pull: Pull) -> Iterator[Decision]:
        """Yield what people decided, the oldest first.

        https://docs.github.com/en/rest/pulls/reviews: one that was dismissed has that state alone.
        """
        path = self._path("pulls", pull.number, "reviews")
        every = [*self._rest.every(path, _PULLS, PullReview)]
        is_approved = any(_VERDICTS.get(each.state) is Verdict.APPROVED for each in every)
        moved = self._moved(pull.number) if is_approved else []
        for each in every:
            verdict, who = _VERDICTS.get(each.state), each.user
            if verdict is not None and who is not None:
                given = moment(each.submitted_at)
                is_later = all(given is not None and at is not None and given > at for at in moved)
                is_of_head, is_by_bot = each.commit_id == pull.head.sha, who.type != "User"
                yield Decision(
                    who.login, verdict, is_of_head=is_of_head and is_later, is_by_bot=is_by_bot
                )

    def _moved(self, number: int) -> list[datetime | None]:
        """Return when the base of a pull request changed: what it shows is another change since."""
        events = self._rest.every(self._path("issues", number, "events"), _PULLS, IssueEvent)
        return [moment(each.created_at) for each in events if each.event in _MOVED]

    def may_write(self, login: str) -> bool:
        """Return whether an account may write to the repository; it is asked once."""
        if login not in self._may_write:
            path = self._path("collaborators", login, "permission")
            found = self._rest.find(path, _PEOPLE, Permission)
            self._may_write[login] = found is not None and found.permission in _MAY_WRITE
        return self._may_write[login]

    def pushers(self, number: int) -> Pushers:
        """Return who pushed to a pull request; its author counts, too."""
        return self._pushers(self._rest.get(self._path("pulls", number), _PULLS, Pull))

    def _pushers(self, pull: Pull) -> Pushers:
        own, head = self._commits(pull.number), pull.head
        pushes = self._pushes(head.repo.full_name, head.ref) if head.repo else []
        found = pushers_of_branch(head.sha, [*map(_made, own)], pushes)
        cut = (head.sha,) if len(own) >= _MOST_COMMITS else ()  # not all of them are listed
        return found | Pushers(frozenset({pull.author}), cut)

    def open_review(self, branch: str, base: str, title: str, body: str) -> Review:
        """Open a pull request of a branch of the repository, or return the one that is open.

        https://docs.github.com/en/rest/pulls/pulls#create-a-pull-request: 422 if there is one.
        """

        def look() -> Pull | None:
            found = self._rest.every(self._path("pulls"), _PULLS, Pull, state="open", base=base)
            # a fork may have a branch of that name as well
            own = (each for each in found if each.head.repo == each.base.repo)
            return next((each for each in own if each.head.ref == branch), None)

        sent = {"head": branch, "base": base, "title": title, "body": body}
        made = look() or self._rest.create(self._path("pulls"), sent, _OPEN, Pull, look)
        return _review(made)

    def close_review(self, number: int) -> None:
        """Close a pull request without merging it."""
        self._rest.set("PATCH", self._path("pulls", number), {"state": "closed"}, _OPEN)

    def pushers_between(self, branch: str, line: Sequence[str], commits: Sequence[str]) -> Pushers:
        """Return who pushed some commits of a branch."""
        if not commits:
            return NOBODY
        paths = (self._path("commits", each) for each in commits)
        made = [_made(self._rest.get(path, _COMMITS, Commit)) for path in paths]
        return pushers_of_line(line, made, self._pushes(self._rest.api.repository, branch))

    def _pushes(self, repository: str, branch: str) -> list[Push]:
        """Return the pushes to a branch, the newest first; none where they can't be read."""
        path = f"{self._root}/repos{path_of(*repository.split('/'))}/activity"
        ref = f"refs/heads/{branch}"
        found = self._rest.every(path, _COMMITS, Activity, pages=_ACTIVITY_PAGES, ref=ref)
        try:
            return [*map(_push, found)]
        except RemoteError:
            return []

    def _commits(self, number: int) -> list[Commit]:
        path = self._path("pulls", number, "commits")
        return [*self._rest.every(path, _PULLS, Commit)]

    def _path(self, *parts: str | int) -> str:
        return f"{self._root}/repos/{self._rest.api.repository}{path_of(*parts)}"


def _review(pull: Pull, given: Approval = Approval.MISSING) -> Review:
    return Review(
        number=pull.number,
        name=f"pull request #{pull.number}",
        author=pull.author,
        head=pull.head.sha,
        ref=f"refs/pull/{pull.number}/head",
        url=pull.html_url,
        merged_as=pull.merge_commit_sha if pull.merged_at else None,
        approved=given is Approval.GIVEN,
        is_doubtful=given is Approval.DOUBTFUL,
    )


def _made(commit: Commit) -> Made:
    """Return a commit with its people; GitHub commits in its own name only for an author."""
    author = commit.author.login if commit.author else ""
    committer = commit.committer.login if commit.committer else ""
    people = frozenset({author, committer} - {"", _WEB})
    return Made(commit.sha, people, author not in {"", _WEB} and bool(committer))


def _push(found: Activity) -> Push:
    before, after = ("" if each == _NO_COMMIT else each for each in (found.before, found.after))
    by = found.actor.login if found.actor else ""
    return Push(before, after, by, found.timestamp, may_drop=found.activity_type == "force_push")
