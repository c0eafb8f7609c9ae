"""GitHub's pull requests: which are open, which merge made a commit, and who approved it.

https://docs.github.com/en/rest/pulls, https://docs.github.com/en/rest/commits. Owns what counts as
an approval and as a merge. It must never decide what is applied.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from coursesync.ci.api import Need, path_of
from coursesync.ci.forge import Review
from coursesync.ci.github_answers import Commit, Permission, Pull, PullReview
from coursesync.ci.index import asked_again, unless_young

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from coursesync.ci.forge import NotYet
    from coursesync.ci.rest import Rest
    from coursesync.nexudus.ports import Clock

_MOST_COMMITS = 250  # that GitHub lists of a pull request
_MAY_WRITE = {"admin", "write"}  # "maintain" is reported as "write"
_DECISIONS = {"APPROVED", "CHANGES_REQUESTED", "DISMISSED"}
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

    def open_reviews(self, base: str) -> Sequence[Review]:
        """Return the open pull requests for a branch."""
        path = self._path("pulls")
        found = self._rest.every(path, _PULLS, Pull, state="open", base=base)
        return [*map(_review, found)]

    def review(self, number: int) -> Review | None:
        """Return one pull request, with `approved`."""
        pull = self._rest.find(self._path("pulls", number), _PULLS, Pull)
        return None if pull is None else self._judged(pull)

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
        for commit in commits:
            listed = self._rest.every(self._path("commits", commit, "pulls"), _PULLS, Pull)
            if (pull := self._bringing(base, commit, listed)) is None:
                if closed is None:
                    closed = [*self._recently_closed(base)]
                made = (each for each in closed if each.merge_commit_sha == commit)
                pull = self._bringing(base, commit, made)
            if pull is None:
                yield commit, self._unless_young(commit)
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

    def _unless_young(self, commit: str) -> NotYet | None:
        found = self._rest.get(self._path("commits", commit), _COMMITS, Commit)
        made = found.commit.committer
        return unless_young(made.date if made else None, self._rest.date)

    def _judged(self, pull: Pull) -> Review:
        """Return a review with `approved`.

        https://docs.github.com/en/rest/pulls/reviews lists the reviews, the oldest first; one that
        was dismissed has the state DISMISSED. A person's last decision counts. No decision of
        somebody who may not write counts, as in GitHub's own rules, nor an approval by a bot.
        """
        own = self._commits(pull.number)
        path = self._path("pulls", pull.number, "reviews")
        last: dict[str, PullReview] = {}
        for each in self._rest.every(path, _PULLS, PullReview):
            if each.state in _DECISIONS and each.user is not None:
                last[each.user.login] = each
        approvers = [
            login
            for login, each in last.items()
            if each.state == "APPROVED" and each.commit_id == pull.head.sha
            if each.user is not None and each.user.type == "User"
            if login not in {pull.author, *_logins(own)}
        ]
        refusers = [who for who, each in last.items() if each.state == "CHANGES_REQUESTED"]
        is_known = len(own) < _MOST_COMMITS  # of more commits, not all authors are known
        approved = is_known and any(map(self.may_write, approvers))
        return _review(pull, approved=approved and not any(map(self.may_write, refusers)))

    def may_write(self, login: str) -> bool:
        """Return whether an account may write to the repository."""
        path = self._path("collaborators", login, "permission")
        found = self._rest.find(path, _PEOPLE, Permission)
        return found is not None and found.permission in _MAY_WRITE

    def pushers(self, number: int) -> frozenset[str]:
        """Return the logins of the authors and committers of a pull request's commits."""
        return _logins(self._commits(number))

    def open_review(self, branch: str, base: str, title: str, body: str) -> Review:
        """Open a pull request of a branch of the repository, or return the one that is open.

        https://docs.github.com/en/rest/pulls/pulls#create-a-pull-request: 422 if there is one.
        """

        def look() -> Pull | None:
            found = self._rest.every(self._path("pulls"), _PULLS, Pull, state="open", base=base)
            return next((each for each in found if each.head.ref == branch), None)

        sent = {"head": branch, "base": base, "title": title, "body": body}
        made = look() or self._rest.create(self._path("pulls"), sent, _OPEN, Pull, look)
        return _review(made)

    def close_review(self, number: int) -> None:
        """Close a pull request without merging it."""
        self._rest.set("PATCH", self._path("pulls", number), {"state": "closed"}, _OPEN)

    def authors(self, commit: str) -> frozenset[str]:
        """Return the logins of the author and the committer of a commit."""
        return _logins([self._rest.get(self._path("commits", commit), _COMMITS, Commit)])

    def _commits(self, number: int) -> list[Commit]:
        path = self._path("pulls", number, "commits")
        return [*self._rest.every(path, _PULLS, Commit)]

    def _path(self, *parts: str | int) -> str:
        return f"{self._root}/repos/{self._rest.api.repository}{path_of(*parts)}"


def _review(pull: Pull, *, approved: bool = False) -> Review:
    return Review(
        number=pull.number,
        author=pull.author,
        head=pull.head.sha,
        ref=f"refs/pull/{pull.number}/head",
        base=pull.base.ref,
        url=pull.html_url,
        merged_as=pull.merge_commit_sha if pull.merged_at else None,
        approved=approved,
    )


def _logins(commits: Sequence[Commit]) -> frozenset[str]:
    people = (person for each in commits for person in (each.author, each.committer))
    return frozenset(each.login for each in people if each is not None and each.login)
