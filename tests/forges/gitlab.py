"""A small GitLab: its REST v4 and GraphQL APIs as far as coursesync asks, over one project.

The shapes are those of https://docs.gitlab.com/api/rest and its pages on merge requests, their
approvals, notes, commits, events, issues, jobs and members. What these pages leave open is as in
GitLab's own code: the notes about decisions, and which statuses are refused.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from forges.hosting import NAME, TOKEN, Comment, Hosting, Issue, Pull, fork_of
from werkzeug import Request, Response

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence, Sized
    from datetime import datetime
    from pathlib import Path

PROJECT, FORK = 42, 43
_AT = f"/api/v4/projects/{PROJECT}"
_LEVELS = {"read": 20, "write": 30, "admin": 40}
_TOLD = {
    "APPROVED": "approved this merge request",
    "DISMISSED": "unapproved this merge request",
    "CHANGES_REQUESTED": "requested changes",
}
_MERGED = {"merge", "queue"}  # by a merge commit; a merge train is a queue
# what the token of a job may read: https://docs.gitlab.com/ci/jobs/ci_job_token/#job-token-access
_OF_A_JOB = re.compile(
    rf"{_AT}/(merge_requests|merge_requests/\d+(/notes)?|repository/commits/\w+(/merge_requests)?)"
)
_JOB_TOKEN = "token-of-the-job-alone"
_PENDING = {"pending", "running"}


class GitLab(Hosting):
    """GitLab with one project.

    `has_graphql`: whether it has GraphQL. `merge_method`: merge, or ff, as its API calls them.
    """

    bot = "project_42_bot_0123"
    pull_ref = "refs/merge-requests/{}/head"
    pull_name = "merge request !{}"
    pulls_route = "merge_requests"
    comments_route = "notes"

    def __init__(self, folder: Path) -> None:
        self.has_graphql = True
        self.merge_method = "merge"
        self._reset: set[int] = set()
        self.actions: list[str] = []  # quick actions that a text asked for
        super().__init__(folder)
        self.repository.commits_itself = False

    def next_number(self, kind: Sized) -> int:
        """Return a number: merge requests and issues are counted apart."""
        return len(kind) + 1

    def page_of(self, issue: int) -> int:
        """Return the number by which the comments on an issue are known here."""
        return -issue

    def environment(self, run: str = "1", attempt: int = 1) -> dict[str, str]:
        """Return the variables that a job has; another attempt has another Id."""
        assert attempt == 1
        return {
            "CI": "true",
            "GITLAB_CI": "true",
            "CI_API_V4_URL": f"{self.url}/api/v4",
            "CI_SERVER_URL": self.url,
            "CI_PROJECT_ID": str(PROJECT),
            "CI_PROJECT_PATH": NAME,
            "CI_PROJECT_URL": f"{self.url}/{NAME}",
            "CI_REPOSITORY_URL": self.clone_url,
            "CI_JOB_ID": run,
            "CI_JOB_URL": f"{self.url}/{NAME}/-/jobs/{run}",
            "CI_JOB_TOKEN": _JOB_TOKEN,
            "COURSESYNC_GITLAB_TOKEN": TOKEN,
        }

    def reset_approvals(self, number: int) -> None:
        """Take all approvals away, as a bot may by the API: no note tells of it."""
        self._reset.add(number)

    def made_by_merge(self, onto: str, head: str, kind: str, *, by: str, at: datetime) -> list[str]:
        """Return the commits that a merge makes; squashing makes a merge commit as well."""
        if kind == "fast-forward":
            return [head]
        made = super().made_by_merge(onto, head, kind, by=by, at=at)
        if kind == "squash" and self.merge_method == "merge":
            made += super().made_by_merge(onto, made[-1], "merge", by=by, at=at)
        return made

    def dismiss(self, number: int, who: str) -> None:
        """Take an approval back, which is a decision of its own."""
        self._judge(number, who, "DISMISSED")

    def answer(self, request: Request) -> Response:
        """Answer a request to the API."""
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        login = self.tokens.get(token) if scheme == "Bearer" else None
        if request.headers.get("JOB-TOKEN") == _JOB_TOKEN and request.method == "GET":
            login = "ada" if _OF_A_JOB.fullmatch(request.path) else None
        if login is None:
            return _json({"message": "401 Unauthorized"}, 401)
        for method, pattern, respond in self._routes():
            found = re.fullmatch(pattern, request.path)
            if found is None or method != request.method:
                continue
            if "api" in self.denied:
                words = "The request requires higher privileges than provided by the access token."
                refused = {"error": "insufficient_scope", "error_description": words}
                return _json({**refused, "scope": "api"}, 403)
            return respond(request, login, *found.groups())
        return _json({"error": "404 Not Found"}, 404)

    def _routes(self) -> Sequence[tuple[str, str, Callable[..., Response]]]:
        kinds = "(merge_requests|issues)"
        return (
            ("GET", rf"{_AT}/merge_requests", self._list_requests),
            ("POST", rf"{_AT}/merge_requests", self._open_request),
            ("GET", rf"{_AT}/merge_requests/(\d+)", self._get_request),
            ("PUT", rf"{_AT}/merge_requests/(\d+)", self._edit_request),
            ("GET", rf"{_AT}/merge_requests/(\d+)/versions", self._list_versions),
            ("GET", rf"{_AT}/merge_requests/(\d+)/approvals", self._approvals),
            ("GET", rf"{_AT}/{kinds}/(\d+)/notes", self._list_notes),
            ("POST", rf"{_AT}/{kinds}/(\d+)/notes", self._add_note),
            ("PUT", rf"{_AT}/{kinds}/(\d+)/notes/(\d+)", self._edit_note),
            ("GET", rf"{_AT}/repository/commits/(\w+)", self._get_commit),
            ("GET", rf"{_AT}/repository/commits/(\w+)/merge_requests", self._requests_of),
            ("GET", rf"{_AT}/repository/commits/(\w+)/statuses", self._list_statuses),
            ("POST", rf"{_AT}/statuses/(\w+)", self._set_status),
            ("GET", rf"/api/v4/projects/({PROJECT}|{FORK})/events", self._list_events),
            ("GET", rf"{_AT}/issues", self._list_issues),
            ("POST", rf"{_AT}/issues", self._open_issue),
            ("PUT", rf"{_AT}/issues/(\d+)", self._edit_issue),
            ("GET", rf"{_AT}/jobs/(\d+)", self._get_job),
            ("GET", rf"{_AT}/members/all/(\d+)", self._get_member),
            ("GET", "/api/v4/users", self._list_users),
            ("GET", "/api/v4/user", lambda _, login: _json(self._account(login))),
            ("POST", "/api/graphql", self._graphql),
        )

    def _listed(self, request: Request, items: Sequence[object]) -> Response:
        """Return a page, and where the next one is."""
        size = min(int(request.args.get("per_page", 20)), self.page_size)
        page = int(request.args.get("page", 1))
        response = _json(items[(page - 1) * size : page * size])
        if page * size < len(items):
            query = {"id": PROJECT, **request.args.to_dict(), "page": page + 1}
            words = "&".join(f"{name}={value}" for name, value in query.items())
            response.headers["Link"] = f'<{self.url}{request.path}?{words}>; rel="next"'
            response.headers["X-Next-Page"] = str(page + 1)
        return response

    def _list_requests(self, request: Request, _: str) -> Response:
        state, base = request.args.get("state"), request.args.get("target_branch")
        wanted, branch = "open" if state == "opened" else state, request.args.get("source_branch")
        found = [
            pull
            for pull in self.pulls.values()
            if pull.state == wanted
            and base in {None, pull.base}
            and branch in {None, pull.branch}
            and self.knows_merge(pull, f"closed {pull.number}", self.closed_lag)
        ]
        if request.args.get("order_by") == "updated_at":
            found.sort(key=lambda each: each.updated)
        if request.args.get("sort", "desc") == "desc":
            found.reverse()
        return self._listed(request, [self._request(each) for each in found])

    def _get_request(self, _: Request, __: str, number: str) -> Response:
        pull = self.pulls.get(int(number))
        return _json(self._request(pull)) if pull else _json({"message": "404 Not found"}, 404)

    def _open_request(self, request: Request, login: str) -> Response:
        body = request.get_json()
        branch, base = body["source_branch"], body["target_branch"]
        for each in self.pulls.values():
            is_same = (each.state, each.branch, each.base) == ("open", branch, base)
            if is_same and not each.is_fork:
                words = "Another open merge request already exists for this source branch"
                return _json({"message": [f"{words}: !{each.number}"]}, 409)
        made = self.pulls[self.open_pull(branch, by=login, title=body["title"], base=base)]
        made.body = self._carried_out(body.get("description", ""))
        return _json(self._request(made), 201)

    def _edit_request(self, request: Request, _: str, number: str) -> Response:
        assert request.get_json() == {"state_event": "close"}
        self.close_pull(int(number))
        return _json(self._request(self.pulls[int(number)]))

    def _list_versions(self, request: Request, _: str, number: str) -> Response:
        pull = self.pulls[int(number)]
        found = [
            {"id": at, "head_commit_sha": sha, "created_at": _time(when), "state": "collected"}
            | {"base_commit_sha": pull.since}
            for at, (sha, when) in enumerate(pull.pushes, 110)
        ]
        return self._listed(request, found[::-1])

    def _approvals(self, _: Request, __: str, number: str) -> Response:
        last = {each.who: each for each in self.pulls[int(number)].judgements}
        given = [
            {"user": self._account(who), "approved_at": _time(each.given)}
            for who, each in last.items()
            if each.state == "APPROVED" and int(number) not in self._reset
        ]
        return _json({"user_has_approved": False, "approved": bool(given), "approved_by": given})

    def _list_notes(self, request: Request, _: str, kind: str, number: str) -> Response:
        found = [self._note(each) for each in self.comments_on(_signed(kind, number))]
        if kind == "merge_requests":
            found += self._told(self.pulls[int(number)])
        found.sort(
            key=lambda each: str(each["created_at"]), reverse=request.args.get("sort") == "desc"
        )
        return self._listed(request, found)

    def _told(self, pull: Pull) -> Iterator[dict[str, object]]:
        """Yield the system notes about decisions, and about another target branch."""
        for at, moved in enumerate(pull.moved, 500):
            text = f"changed target branch from `other` to `{pull.base}`"
            told = Comment(at, pull.number, pull.author, text, moved, moved)
            yield {**self._note(told), "system": True}
        for at, each in enumerate(pull.judgements, 1):
            if each.state in _TOLD:
                text = _TOLD[each.state]
                told = Comment(at, pull.number, each.who, text, each.given, each.given)
                yield {**self._note(told), "system": True}

    def _add_note(self, request: Request, login: str, kind: str, number: str) -> Response:
        body = self._carried_out(request.get_json()["body"])
        made = self.comment(login, _signed(kind, number), body)
        return _json(self._note(self.note(made)), 201)

    def _edit_note(self, request: Request, login: str, *words: str) -> Response:
        note = self.note(int(words[-1]))
        assert note.number == _signed(*words[:2])
        self.edit_comment(login, note.id, self._carried_out(request.get_json()["body"]))
        return _json(self._note(note))

    def _carried_out(self, body: str) -> str:
        """Note quick actions in `actions`, and leave them out, as GitLab does."""
        action = re.compile(r"^/(?:merge|close|approve)\b.*\n?", re.MULTILINE)
        self.actions += action.findall(body)
        return action.sub("", body)

    def _get_commit(self, _: Request, __: str, sha: str) -> Response:
        when, parents = self.repository.git("show", "-s", "--format=%cI%n%P", sha).split("\n")
        return _json({"id": sha, "committed_date": when, "parent_ids": parents.split()})

    def _requests_of(self, request: Request, _: str, sha: str) -> Response:
        """List as GitLab does: also the merge requests that have it among their own commits."""
        related = [
            pull
            for pull in self.pulls.values()
            if sha in pull.made or sha in self.own_commits(pull)
        ]
        known = [e for e in related if self.knows_merge(e, f"{sha} {e.number}", self.commit_lag)]
        return self._listed(request, [self._request(each) for each in known])

    def _list_events(self, request: Request, _: str, project: str) -> Response:
        assert request.args["action"] == "pushed"
        forks = (fork_of(each.author) for each in self.pulls.values() if each.is_fork)
        name = NAME if int(project) == PROJECT else next(forks)
        if self.records is not None and name not in self.records:
            return _json({"message": "404 Project Not Found"}, 404)
        found: list[object] = [
            {
                "action_name": "pushed to" if each.before else "pushed new",
                "created_at": _time(each.at),
                "author": self._account(each.by) if each.by else None,
                "push_data": {
                    "action": "pushed" if each.before and each.after else "created",
                    "ref_type": "branch",
                    "ref": each.branch,
                    "commit_from": each.before or None,
                    "commit_to": each.after or None,
                },
            }
            for each in self.pushes_to(name)
        ]
        return self._listed(request, found)

    def _list_statuses(self, request: Request, _: str, sha: str) -> Response:
        found = [
            {"id": at, "sha": sha, "name": each.context, "status": each.state}
            | {"description": each.description or None, "target_url": each.url or None}
            | {"author": self._account(each.author)}
            for at, each in enumerate(self.marks, 90)
            if each.commit == sha
        ]
        return self._listed(request, found)

    def _set_status(self, request: Request, login: str, sha: str) -> Response:
        body = request.get_json()
        before = self.status(sha, body["name"])
        if before is not None and before.state == body["state"] and before.state in _PENDING:
            return _json({"message": "Cannot transition status via :enqueue from :pending"}, 400)
        if not self.repository.git("branch", "--contains", sha):
            return _json({"message": "404 References for commit Not Found"}, 404)
        words = body["name"], body["state"], body.get("description", "")
        self.set_status(login, sha, *words, body.get("target_url", ""))
        return _json({"name": body["name"], "status": body["state"]}, 201)

    def _list_issues(self, request: Request, _: str) -> Response:
        author = request.args.get("author_username")
        found = [e for e in self.issues.values() if (e.state, e.author) == ("open", author)]
        if request.args.get("sort", "desc") == "desc":
            found.reverse()
        return self._listed(request, [self._issue(each) for each in found])

    def _open_issue(self, request: Request, login: str) -> Response:
        body = request.get_json()
        text = self._carried_out(body["description"])
        return _json(self._issue(self.issues[self.open_issue(login, body["title"], text)]), 201)

    def _edit_issue(self, request: Request, _: str, number: str) -> Response:
        issue, body = self.issues[int(number)], request.get_json()
        issue.title = body.get("title", issue.title)
        issue.body = body.get("description", issue.body)
        issue.state = "closed" if body.get("state_event") == "close" else issue.state
        return _json(self._issue(issue))

    def _get_job(self, _: Request, __: str, job: str) -> Response:
        status = self.runs.get((job, 1))
        if status is None:
            return _json({"message": "404 Not found"}, 404)
        shown = {"in_progress": "running", "completed": "success"}.get(status, status)
        return _json({"id": int(job), "status": shown})

    def _list_users(self, request: Request, _: str) -> Response:
        name = request.args.get("username")
        return self._listed(request, [self._account(e) for e in self.people if e == name])

    def _get_member(self, _: Request, __: str, user: str) -> Response:
        found = next((each for each in self.people if self._account(each)["id"] == int(user)), None)
        if found is None or self.people[found] == "none":
            return _json({"message": "404 Not found"}, 404)
        return _json({**self._account(found), "access_level": _LEVELS[self.people[found]]})

    def _graphql(self, request: Request, _: str) -> Response:
        if not self.has_graphql:
            return _json({"message": "404 Not found"}, 404)
        asked: dict[str, Any] = request.get_json()["variables"]
        assert asked["project"] == NAME
        if "commit" in asked:
            (last,) = self._made([asked["commit"]])
            return _json({"data": {"project": {"repository": {"tree": {"lastCommit": last}}}}})
        own = self._made(self.own_commits(self.pulls[int(asked["iid"])]))
        page = {"pageInfo": {"hasNextPage": len(own) > 100}}
        committers = [self._known(str(each["committerEmail"])) for each in own]
        found = {
            "committers": {**page, "nodes": [each for each in committers[:100] if each]},
            "commits": {**page, "nodes": own[:100]},
        }
        return _json({"data": {"project": {"mergeRequest": found}}})

    def _made(self, commits: Sequence[str]) -> list[dict[str, object]]:
        """Return commits as GraphQL shows them: with no account of a committer."""
        lines = self.repository.git("show", "-s", "--format=%H %ae %ce", *commits).split("\n")
        return [
            {"sha": sha, "author": self._known(one), "authorEmail": one, "committerEmail": two}
            for sha, one, two in map(str.split, lines)
        ]

    def _known(self, email: str) -> dict[str, object] | None:
        name = email.removesuffix("@space.example")
        return {"username": name} if name in self.people else None

    # --- the objects ---

    def _request(self, pull: Pull) -> dict[str, object]:
        last = pull.made[-1] if pull.made else None
        return {
            "id": 9_000 + pull.number,
            "iid": pull.number,
            "title": pull.title,
            "state": {"open": "opened"}.get(pull.state, pull.state),
            "draft": pull.is_draft,
            "author": self._account(pull.author),
            "source_branch": pull.branch,
            "source_project_id": FORK if pull.is_fork else PROJECT,
            "target_branch": pull.base,
            "web_url": f"{self.url}/{NAME}/-/merge_requests/{pull.number}",
            "sha": pull.head,
            # a push of the head names a merge commit, a fast-forward merge none
            "merge_commit_sha": last if self._has_merge_commit(pull) else None,
            "squash_commit_sha": pull.made[0] if pull.how == "squash" else None,
        }

    def _has_merge_commit(self, pull: Pull) -> bool:
        is_squashed = pull.how == "squash" and self.merge_method == "merge"
        return pull.how in _MERGED | {"push"} or is_squashed

    def _note(self, note: Comment) -> dict[str, object]:
        return {
            "id": note.id,
            "body": note.body,
            "author": self._account(note.author),
            "created_at": _time(note.created),
            "updated_at": _time(note.updated),
            "system": False,
        }

    def _issue(self, issue: Issue) -> dict[str, object]:
        return {
            "iid": issue.number,
            "title": issue.title,
            "description": issue.body or None,
            "state": {"open": "opened"}.get(issue.state, issue.state),
            "author": self._account(issue.author),
            "web_url": f"{self.url}/{NAME}/-/issues/{issue.number}",
        }

    def _account(self, login: str) -> dict[str, object]:
        number = sum(login.encode())
        return {"id": number, "username": login, "name": login, "state": "active"}


def _signed(kind: str, number: str) -> int:
    """Return the number of a merge request, or the negative one of an issue."""
    return int(number) if kind == "merge_requests" else -int(number)


def _json(body: object, status: int = 200) -> Response:
    return Response(json.dumps(body), status, content_type="application/json")


def _time(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
