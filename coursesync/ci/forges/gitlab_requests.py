"""GitLab's merge requests: which are open, which merge made a commit, and who approved it.

https://docs.gitlab.com/api/merge_requests. Owns what GitLab's answers say about merges, decisions
and pushes. It must never decide what is applied. GitLab differs from GitHub:

- An approval names no commit. It counts if it is younger than the last push, by GitLab's clock. Its
  time is that of the system note about it, which nobody can write by hand.
- Rules that require approvals, or reset them after a push, need GitLab Premium. Giving an approval
  does not, and coursesync checks approvals itself.
- Who pushed is known from the project's events; they don't tell a forced push from another one, so
  everybody counts who pushed to the branch since it was made, or since its merge base was its tip.
  The accounts of the commits' authors are known from GraphQL only. Where GraphQL can't be used, and
  of more than 100 commits, nothing counts as approved.
- A fast-forward merge looks like a push of the same commits, and counts as one. Choose merge
  commits, a semi-linear history, or squashing in the project's settings.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from coursesync.ci.forges.api import Need, path_of
from coursesync.ci.forges.approving import Approval, Decision, Verdict, approval
from coursesync.ci.forges.forge import NOBODY, Pushers, Review
from coursesync.ci.forges.gitlab_answers import (
    Approvals,
    Commit,
    Event,
    Graph,
    Member,
    MergeRequest,
    Note,
    User,
    Version,
    without_actions,
)
from coursesync.ci.forges.merge_index import asked_again, unless_young
from coursesync.ci.forges.pushes import Made, Push, pushers_of_branch, pushers_of_line
from coursesync.errors import RemoteError
from coursesync.text import moment

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import datetime

    from coursesync.ci.forges.forge import NotYet
    from coursesync.ci.forges.gitlab_answers import GraphProject, MadeCommit
    from coursesync.ci.forges.rest import Rest
    from coursesync.nexudus.ports import Clock

_EVENT_PAGES = 10  # of a hundred each, the newest first
_DEVELOPER = 30  # https://docs.gitlab.com/api/members/#roles
_VERDICTS = {
    "approved this merge request": Verdict.APPROVED,
    "unapproved this merge request": Verdict.UNAPPROVED,
    "requested changes": Verdict.REFUSED,
}
# of the notes about another target branch: merge_requests_service.rb in GitLab's own code
_MOVED = re.compile(r"changed target branch from |deleted the .+ now targets the ", re.DOTALL)
_BOT = re.compile(r"(project|group)_[0-9]+_bot")  # the account of such an access token
_PUSHERS = """\
query($project: ID!, $iid: String!) { project(fullPath: $project) { mergeRequest(iid: $iid) {
  committers { pageInfo { hasNextPage } nodes { username } }
  commits { pageInfo { hasNextPage } nodes { sha author { username } authorEmail committerEmail }
  } } } }
"""
_AUTHOR = """\
query($project: ID!, $commit: String!) { project(fullPath: $project) { repository {
  tree(ref: $commit) { lastCommit { sha author { username } authorEmail committerEmail } } } } }
"""
_REQUESTS = Need("read the merge requests")
_OPEN = Need("open merge requests")
_PEOPLE = Need("read the members")
_COMMITS = Need("read the commits")


class Requests:
    """The merge requests of one project, and the people who may merge them."""

    def __init__(self, rest: Rest, clock: Clock, project: int) -> None:
        """Speak to the project with that Id."""
        self._rest = rest
        self._clock = clock
        self._project = project
        self._levels: dict[str, int] = {}  # of the accounts' roles
        self._events: dict[int | None, list[Event]] = {}

    def open_reviews(self, base: str) -> Sequence[Review]:
        """Return the open merge requests for a branch; not those without a commit."""
        found = self._rest.every(
            self._path("merge_requests"),
            _REQUESTS,
            MergeRequest,
            state="opened",
            target_branch=base,
        )
        return [_review(each) for each in found if each.sha]

    def reviews_between(
        self, base: str, commits: Sequence[str]
    ) -> Mapping[str, Review | NotYet | None]:
        """Return the merged merge request whose merge made each commit of a branch.

        GitLab's index of commits is asked first, then the merge requests that were merged last.
        """
        return asked_again(self._clock, commits, lambda unknown: self._brought(base, unknown))

    def _brought(
        self, base: str, commits: Sequence[str]
    ) -> Iterator[tuple[str, Review | NotYet | None]]:
        recent: list[MergeRequest] | None = None
        for commit in commits:
            path = self._path("repository", "commits", commit)
            listed = self._rest.every(f"{path}/merge_requests", _REQUESTS, MergeRequest)
            if (found := _bringing(base, commit, listed)) is None:
                if recent is None:
                    recent = [*self._recently_merged(base)]
                found = _bringing(base, commit, recent)
            if found is None:
                made = self._rest.get(path, _COMMITS, Commit).committed_date
                pushes = self._pushes(self._project, base)
                yield commit, unless_young(commit, made, pushes, self._rest.date)
            else:
                yield commit, self._judged(found)

    def _recently_merged(self, base: str) -> Iterator[MergeRequest]:
        return self._rest.every(
            self._path("merge_requests"),
            _REQUESTS,
            MergeRequest,
            pages=1,
            state="merged",
            target_branch=base,
            order_by="updated_at",
            sort="desc",
        )

    def _judged(self, found: MergeRequest) -> Review:
        """Return a review with `approved`."""
        versions = self._versions(found.iid)
        decisions = [*self._decisions(found, versions)]
        return _review(
            found, approval(decisions, lambda: self._pushers(found, versions), self.may_write)
        )

    def _decisions(self, found: MergeRequest, versions: Iterable[Version]) -> Iterator[Decision]:
        """Yield what people decided, the oldest first, by the system notes about it."""
        pushed, standing = _last_push(found, versions), self._standing(found.iid)
        path = self._path("merge_requests", found.iid, "notes")
        listed = self._rest.every(path, _REQUESTS, Note, sort="asc", order_by="created_at")
        notes = [each for each in listed if each.system]
        moved = [moment(each.created_at) for each in notes if _MOVED.match(each.body)]
        for each in notes:
            if (verdict := _VERDICTS.get(each.body.lower())) is None:
                continue
            who, given = each.author.username, moment(each.created_at)
            if verdict is Verdict.APPROVED and who not in standing:
                verdict = Verdict.DISMISSED  # by a push, or by the API
            is_of_head = pushed is not None and given is not None and given >= pushed
            is_of_head &= all(given is not None and at is not None and given > at for at in moved)
            yield Decision(who, verdict, is_of_head=is_of_head, is_by_bot=is_bot(who))

    def _versions(self, number: int) -> list[Version]:
        path = self._path("merge_requests", number, "versions")
        return [*self._rest.every(path, _REQUESTS, Version)]

    def _standing(self, number: int) -> frozenset[str]:
        """Return who approves: an approval may have been taken away without a note."""
        path = self._path("merge_requests", number, "approvals")
        found = self._rest.find(path, _REQUESTS, Approvals)
        given = (found.approved_by if found else None) or ()
        return frozenset(each.user.username for each in given)

    def may_write(self, login: str) -> bool:
        """Return whether an account is a Developer of the project, or more; it is asked once."""
        if login not in self._levels:
            users = self._rest.every("/v4/users", _PEOPLE, User, username=login)
            user = next((each for each in users if each.username == login), None)
            path = self._path("members", "all", user.id) if user else ""
            found = self._rest.find(path, _PEOPLE, Member) if path else None
            self._levels[login] = found.access_level if found else 0
        return self._levels[login] >= _DEVELOPER

    def pushers(self, number: int) -> Pushers:
        """Return who pushed to a merge request; its author counts, too."""
        found = self._rest.get(self._path("merge_requests", number), _REQUESTS, MergeRequest)
        return self._pushers(found, self._versions(number))

    def open_review(self, branch: str, base: str, title: str, body: str) -> Review:
        """Open a merge request of a branch of the project, or return the one that is open.

        https://docs.gitlab.com/api/merge_requests/#create-mr: 409 if there is one.
        """
        path = self._path("merge_requests")

        def look() -> MergeRequest | None:
            found = self._rest.every(
                *(path, _REQUESTS, MergeRequest),
                state="opened",
                target_branch=base,
                source_branch=branch,
            )
            # a fork may have a branch of that name as well
            return next((each for each in found if each.source_project_id == self._project), None)

        sent = {"source_branch": branch, "target_branch": base}
        sent |= {"title": title, "description": without_actions(body)}
        return _review(look() or self._rest.create(path, sent, _OPEN, MergeRequest, look))

    def close_review(self, number: int) -> None:
        """Close a merge request without merging it."""
        path = self._path("merge_requests", number)
        self._rest.set("PUT", path, {"state_event": "close"}, _OPEN)

    def pushers_between(self, branch: str, line: Sequence[str], commits: Sequence[str]) -> Pushers:
        """Return who pushed some commits of a branch."""
        if not commits:
            return NOBODY
        made = [_made(each, self._commit(each)) for each in commits]
        return pushers_of_line(line, made, self._pushes(self._project, branch))

    def _commit(self, commit: str) -> MadeCommit | None:
        """Return a commit with the account of its author, as far as GraphQL tells.

        https://docs.gitlab.com/api/graphql/reference/#tree: the last commit of the tree at a commit
        is that one. Only newer versions can be asked for a commit itself.
        """
        project = self._asked(_AUTHOR, commit=commit)
        tree = project.repository.tree if project and project.repository else None
        found = tree.lastCommit if tree else None
        return found if found and found.sha == commit else None

    def _pushers(self, found: MergeRequest, versions: Iterable[Version]) -> Pushers:
        author, head = frozenset({found.author.username}), found.sha or ""
        project = self._asked(_PUSHERS, iid=str(found.iid))
        people = project.mergeRequest if project else None
        if people is None or people.committers is None or people.commits is None:
            return Pushers(author, (head,))
        pages = people.committers.pageInfo, people.commits.pageInfo
        cut = (head,) if any(each.hasNextPage for each in pages) else ()
        own = [_made(each.sha, each) for each in people.commits.nodes if each]
        bases = {each.base_commit_sha for each in versions}
        pushes = [
            replace(each, may_drop=each.before not in bases)
            for each in self._pushes(found.source_project_id, found.source_branch)
        ]
        committers = frozenset(each.username for each in people.committers.nodes if each)
        return pushers_of_branch(head, own, pushes) | Pushers(author | committers, cut)

    def _pushes(self, project: int | None, branch: str) -> list[Push]:
        """Return the pushes to a branch, the newest first; none where they can't be read."""
        if project not in self._events:
            path = f"/v4/projects/{project}/events"
            query = {"action": "pushed", "sort": "desc"}
            found = self._rest.every(path, _COMMITS, Event, pages=_EVENT_PAGES, **query)
            try:
                self._events[project] = [*found] if project else []
            except RemoteError:
                self._events[project] = []
        return [
            Push(
                data.commit_from or "",
                data.commit_to or "",
                each.author.username if each.author else "",
                each.created_at,
            )
            for each in self._events[project]
            if (data := each.push_data) and data.ref_type == "branch" and data.ref == branch
        ]

    def _asked(self, query: str, **variables: str) -> GraphProject | None:
        """Return what GraphQL answers about the project; None if it can't be used."""
        sent = {"query": query, "variables": {"project": self._rest.api.repository, **variables}}
        try:
            data = self._rest.ask("/graphql", sent, _REQUESTS, Graph).data
        except RemoteError:
            return None
        return data.project if data else None

    def _path(self, *parts: str | int) -> str:
        return f"/v4/projects/{self._project}{path_of(*parts)}"


def is_bot(login: str) -> bool:
    """Return whether an account is that of a project's or a group's access token."""
    return _BOT.match(login) is not None


def _last_push(found: MergeRequest, versions: Iterable[Version]) -> datetime | None:
    """Return when the head of a merge request was pushed, by GitLab's clock."""
    newest = max(versions, key=lambda each: each.id, default=None)
    is_head = newest is not None and newest.head_commit_sha == found.sha
    return moment(newest.created_at) if newest is not None and is_head else None


def _made(sha: str, found: MadeCommit | None) -> Made:
    """Return a commit with its author; of its committer, GitLab tells only the e-mail address."""
    if found is None or found.author is None:
        return Made(sha, frozenset(), is_known=False)
    is_same = found.authorEmail == found.committerEmail
    return Made(sha, frozenset({found.author.username}), is_known=is_same)


def _bringing(base: str, commit: str, found: Iterable[MergeRequest]) -> MergeRequest | None:
    """Return the merge request whose merge made a commit, among those GitLab relates to it."""
    return next(
        (
            each
            for each in found
            if each.state == "merged" and each.target_branch == base and each.sha
            if each.merged_as == commit
        ),
        None,
    )


def _review(found: MergeRequest, given: Approval = Approval.MISSING) -> Review:
    return Review(
        number=found.iid,
        name=f"merge request !{found.iid}",
        author=found.author.username,
        head=found.sha or "",
        ref=f"refs/merge-requests/{found.iid}/head",
        url=found.web_url,
        merged_as=found.merged_as if found.state == "merged" else None,
        approved=given is Approval.GIVEN,
        is_doubtful=given is Approval.DOUBTFUL,
    )
