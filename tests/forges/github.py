"""A small GitHub: its REST and GraphQL APIs as far as coursesync asks, over one repository.

The shapes are those of https://docs.github.com/en/rest (version 2022-11-28) and of
https://docs.github.com/en/graphql/reference/objects.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from forges.hosting import NAME, TOKEN, Comment, Hosting, Issue, Pull, fork_of
from forges.repository import FORGE
from werkzeug import Request, Response

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence, Sized
    from datetime import datetime
    from pathlib import Path

BOT = "github-actions[bot]"
_ROOT = r"/api(?:/v3)?"
_REPOSITORY = f"{_ROOT}/repos/{NAME}"


class GitHub(Hosting):
    """GitHub with one repository. `has_graphql`: whether it has GraphQL."""

    bot = BOT
    pull_ref = "refs/pull/{}/head"
    pull_name = "pull request #{}"
    pulls_route = "pulls"
    comments_route = "comments"

    def __init__(self, folder: Path) -> None:
        self.has_graphql = True
        super().__init__(folder)

    @property
    def api(self) -> str:
        """The address of the API; with /v3 at its end, it is that of an Enterprise Server."""
        return f"{self.url}/api"

    def next_number(self, kind: Sized) -> int:  # noqa: ARG002 - the port's
        """Return a number: pull requests and issues are counted together."""
        return len(self.pulls) + len(self.issues) + 1

    def environment(self, run: str = "1", attempt: int = 1) -> dict[str, str]:
        """Return the variables that a job has."""
        return {
            "CI": "true",
            "GITHUB_ACTIONS": "true",
            "GITHUB_API_URL": self.api,
            "GITHUB_GRAPHQL_URL": f"{self.api}/graphql",
            "GITHUB_SERVER_URL": self.url,
            "GITHUB_REPOSITORY": NAME,
            "GITHUB_RUN_ID": run,
            "GITHUB_RUN_ATTEMPT": str(attempt),
            "GITHUB_TOKEN": TOKEN,
        }

    # --- the events that start a workflow, as in GITHUB_EVENT_PATH ---

    def pull_request_event(self, number: int, action: str = "synchronize") -> dict[str, object]:
        """Return the event of a pull request: `on: pull_request`."""
        pull = self.pulls[number]
        return {
            "action": action,
            "number": number,
            "pull_request": self._pull(pull),
            "repository": self._repository(),
            "sender": self._account(pull.author),
        }

    def push_event(self, before: str, branch: str = "main") -> dict[str, object]:
        """Return the event of a push that moved a branch from `before`: `on: push`."""
        after = self.repository.tip(branch)
        return {
            "ref": f"refs/heads/{branch}",
            "before": before,
            "after": after,
            "forced": False,
            "head_commit": {"id": after},
            "repository": self._repository(),
        }

    def merge_group_event(self, head: str, base: str) -> dict[str, object]:
        """Return the event of a merge queue: `on: merge_group`."""
        group = {"head_sha": head, "head_ref": "refs/heads/gh-readonly-queue/main/pr-1"}
        group |= {"base_sha": base, "base_ref": "refs/heads/main"}
        return {
            "action": "checks_requested",
            "merge_group": group,
            "repository": self._repository(),
        }

    def comment_event(self, comment: int) -> dict[str, object]:
        """Return the event of a new comment: `on: issue_comment`."""
        note = self.note(comment)
        return {
            "action": "created",
            "comment": self._note(note),
            "issue": self._issue_or_pull(note.number),
            "repository": self._repository(),
            "sender": self._account(note.author),
        }

    def workflow_run_event(self, name: str, head: str, event: str) -> dict[str, object]:
        """Return the event of a workflow run that is over: `on: workflow_run`."""
        run = {"name": name, "head_sha": head, "event": event, "conclusion": "success"}
        run["html_url"] = f"{self.url}/{NAME}/actions/runs/1"
        return {"action": "completed", "workflow_run": run, "repository": self._repository()}

    # --- the API ---

    def answer(self, request: Request) -> Response:
        """Answer a request to the API."""
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        login = self.tokens.get(token) if scheme == "Bearer" else None
        if login is None:
            return _json({"message": "Bad credentials"}, 401)
        for method, pattern, permission, respond in self._routes():
            found = re.fullmatch(pattern, request.path)
            if found is None or method != request.method:
                continue
            if permission in self.denied:
                return _json({"message": "Resource not accessible by integration"}, 403)
            return respond(request, login, *found.groups())
        return _json({"message": "Not Found"}, 404)

    def _routes(self) -> Sequence[tuple[str, str, str, Callable[..., Response]]]:
        at = _REPOSITORY
        return (
            ("GET", rf"{at}/pulls", "pull-requests: read", self._list_pulls),
            ("GET", rf"{at}/pulls/(\d+)", "pull-requests: read", self._get_pull),
            ("POST", rf"{at}/pulls", "pull-requests: write", self._open_pull),
            ("PATCH", rf"{at}/pulls/(\d+)", "pull-requests: write", self._close_pull),
            ("GET", rf"{at}/pulls/(\d+)/reviews", "pull-requests: read", self._list_reviews),
            ("GET", rf"{at}/pulls/(\d+)/commits", "pull-requests: read", self._list_commits),
            ("GET", rf"{at}/commits/(\w+)", "contents: read", self._get_commit),
            ("GET", rf"{at}/commits/(\w+)/pulls", "pull-requests: read", self._pulls_of),
            ("GET", rf"{at}/commits/(\w+)/statuses", "statuses: read", self._list_statuses),
            ("POST", rf"{at}/statuses/(\w+)", "statuses: write", self._set_status),
            ("GET", rf"{_ROOT}/repos/([^/]+/courses)/activity", "contents: read", self._activity),
            ("GET", rf"{at}/issues", "issues: read", self._list_issues),
            ("POST", rf"{at}/issues", "issues: write", self._open_issue),
            ("PATCH", rf"{at}/issues/(\d+)", "issues: write", self._edit_issue),
            ("GET", rf"{at}/issues/(\d+)/events", "pull-requests: read", self._list_events),
            ("GET", rf"{at}/issues/(\d+)/comments", "issues: read", self._list_comments),
            ("POST", rf"{at}/issues/(\d+)/comments", "issues: write", self._add_comment),
            ("GET", rf"{at}/issues/comments/(\d+)", "issues: read", self._get_comment),
            ("PATCH", rf"{at}/issues/comments/(\d+)", "issues: write", self._edit_note),
            ("GET", rf"{at}/actions/runs/(\d+)/attempts/(\d+)", "actions: read", self._attempt),
            ("GET", rf"{at}/collaborators/([^/]+)/permission", "metadata: read", self._role),
            ("GET", rf"{_ROOT}/user", "user", self._user),
            ("POST", "/api/graphql", "graphql", self._graphql),
        )

    def _listed(self, request: Request, items: Sequence[object]) -> Response:
        """Return a page, and where the next one is."""
        size = min(int(request.args.get("per_page", 30)), self.page_size)
        page = int(request.args.get("page", 1))
        response = _json(items[(page - 1) * size : page * size])
        if page * size < len(items):
            query = {**request.args.to_dict(), "page": page + 1}
            words = "&".join(f"{name}={value}" for name, value in query.items())
            first = "&".join(f"{n}={v}" for n, v in {**query, "page": 1}.items())
            # as on GitHub, by the repository's number
            address = f"{self.url}/api/repositories/1{request.path.partition(NAME)[2]}"
            response.headers["Link"] = (
                f'<{address}?{first}>; rel="first", <{address}?{words}>; rel="next"'
            )
        return response

    def _list_pulls(self, request: Request, _: str) -> Response:
        state, base = request.args.get("state", "open"), request.args.get("base")
        found = [
            pull
            for pull in self.pulls.values()
            if (pull.state == "open") == (state == "open")
            and base in {None, pull.base}
            and (
                state == "open" or self.knows_merge(pull, f"closed {pull.number}", self.closed_lag)
            )
        ]
        if request.args.get("sort") == "updated":
            found.sort(key=lambda each: each.updated)
        if request.args.get("direction", "desc") == "desc":
            found.reverse()
        return self._listed(request, [self._pull(each) for each in found])

    def _open_pull(self, request: Request, login: str) -> Response:
        sent = json.loads(request.get_data())
        number = self.open_pull(sent["head"], by=login, title=sent["title"], base=sent["base"])
        return _json(self._pull(self.pulls[number]), 201)

    def _close_pull(self, request: Request, _: str, number: str) -> Response:
        assert json.loads(request.get_data()) == {"state": "closed"}
        self.close_pull(int(number))
        return _json(self._pull(self.pulls[int(number)]))

    def _get_pull(self, _: Request, __: str, number: str) -> Response:
        pull = self.pulls.get(int(number))
        if pull is None:
            return _json({"message": "Not Found"}, 404)
        more = {"merged": pull.state == "merged", "commits": len(self.own_commits(pull))}
        return _json({**self._pull(pull), **more})

    def _list_reviews(self, request: Request, _: str, number: str) -> Response:
        found = [
            {"id": 80 + at, "user": self._account(each.who), "state": each.state, "body": ""}
            | {"commit_id": each.head, "submitted_at": _time(each.given)}
            for at, each in enumerate(self.pulls[int(number)].judgements)
        ]
        return self._listed(request, found)

    def _list_events(self, request: Request, _: str, number: str) -> Response:
        moved = self.pulls[int(number)].moved
        found = [{"event": "base_ref_changed", "created_at": _time(each)} for each in moved]
        return self._listed(request, found)

    def _list_commits(self, request: Request, _: str, number: str) -> Response:
        own = self.own_commits(self.pulls[int(number)])[:250]
        return self._listed(request, self._commits(own))

    def _get_commit(self, _: Request, __: str, sha: str) -> Response:
        return _json(self._commits([sha])[0])

    def _pulls_of(self, request: Request, _: str, sha: str) -> Response:
        """List as GitHub does: also the pull requests that have it among their own commits."""
        related = [
            pull
            for pull in self.pulls.values()
            if sha in pull.made or sha in self.own_commits(pull)
        ]
        known = [e for e in related if self.knows_merge(e, f"{sha} {e.number}", self.commit_lag)]
        return self._listed(request, [self._pull(each) for each in known])

    def _list_statuses(self, request: Request, _: str, sha: str) -> Response:
        found: list[dict[str, object]] = [
            {"context": each.context, "state": each.state, "description": each.description or None}
            | {"target_url": each.url or None, "creator": self._account(each.author)}
            for each in reversed(self.marks)
            if each.commit == sha
        ]
        return self._listed(request, found)

    def _activity(self, request: Request, _: str, repository: str) -> Response:
        if self.records is not None and repository not in self.records:
            return _json({"message": "Not Found"}, 404)
        branch = request.args["ref"].removeprefix("refs/heads/")
        found: list[dict[str, object]] = [
            {"before": each.before or "0" * 40, "after": each.after or "0" * 40}
            | {"ref": f"refs/heads/{each.branch}", "timestamp": _time(each.at)}
            | {"activity_type": each.kind, "actor": self._account(each.by) if each.by else None}
            for each in self.pushes_to(repository, branch)
        ]
        return self._listed(request, found)

    def _set_status(self, request: Request, login: str, sha: str) -> Response:
        body = request.get_json()
        if len(body.get("description", "")) > 140:
            return _json({"message": "Validation Failed"}, 422)
        words = body["context"], body["state"], body.get("description", "")
        self.set_status(login, sha, *words, body.get("target_url", ""))
        return _json({"context": body["context"], "state": body["state"]}, 201)

    def _list_issues(self, request: Request, _: str) -> Response:
        state, creator = request.args.get("state", "open"), request.args.get("creator")
        pulls = [e.number for e in self.pulls.values() if e.state == state and e.author == creator]
        issues = [e.number for e in self.issues.values() if (e.state, e.author) == (state, creator)]
        numbers = sorted([*pulls, *issues], reverse=request.args.get("direction") != "asc")
        return self._listed(request, [self._issue_or_pull(each) for each in numbers])

    def _open_issue(self, request: Request, login: str) -> Response:
        body = request.get_json()
        number = self.open_issue(login, body["title"], body["body"])
        return _json(self._issue_or_pull(number), 201)

    def _edit_issue(self, request: Request, _: str, number: str) -> Response:
        issue = self.issues[int(number)]
        for name, value in request.get_json().items():
            setattr(issue, name, value)
        return _json(self._issue_or_pull(issue.number))

    def _list_comments(self, request: Request, _: str, number: str) -> Response:
        return self._listed(request, [self._note(e) for e in self.comments_on(int(number))])

    def _add_comment(self, request: Request, login: str, number: str) -> Response:
        body = request.get_json()["body"]
        if len(body) > 65_536:
            return _json({"message": "Validation Failed"}, 422)
        return _json(self._note(self.note(self.comment(login, int(number), body))), 201)

    def _get_comment(self, _: Request, __: str, comment: str) -> Response:
        if int(comment) not in {each.id for each in self.notes}:
            return _json({"message": "Not Found"}, 404)
        return _json(self._note(self.note(int(comment))))

    def _edit_note(self, request: Request, login: str, comment: str) -> Response:
        self.edit_comment(login, int(comment), request.get_json()["body"])
        return self._get_comment(request, login, comment)

    def _attempt(self, _: Request, __: str, run: str, attempt: str) -> Response:
        status = self.runs.get((run, int(attempt)))
        if status is None:
            return _json({"message": "Not Found"}, 404)
        return _json({"id": int(run), "run_attempt": int(attempt), "status": status})

    def _role(self, _: Request, __: str, login: str) -> Response:
        if login not in self.people:
            return _json({"message": f"{login} is not a user"}, 404)
        return _json({"permission": self.people[login], "user": self._account(login)})

    def _user(self, _: Request, login: str) -> Response:
        if login.endswith("[bot]"):
            return _json({"message": "Resource not accessible by integration"}, 403)
        return _json(self._account(login))

    def _graphql(self, request: Request, login: str) -> Response:
        if not self.has_graphql:
            return _json({"message": "Not Found"}, 404)
        body: dict[str, Any] = request.get_json()
        query, variables = body["query"], body["variables"]
        if "viewer" in query:
            return _json({"data": {"viewer": {"login": login}}})
        if "nodes(" in query:
            known = {f"IC_{each.id}": each for each in self.notes}
            nodes = [self._edited(known[each]) for each in variables["ids"] if each in known]
            return _json({"data": {"nodes": nodes}})
        assert "minimizeComment" in query
        self.note(int(variables["id"].removeprefix("IC_"))).minimised = True
        return _json({"data": {"minimizeComment": {"clientMutationId": None}}})

    # --- the objects ---

    def _pull(self, pull: Pull) -> dict[str, object]:
        is_merged = pull.state == "merged"
        repository = {"full_name": fork_of(pull.author) if pull.is_fork else NAME}
        return {
            "id": 9_000 + pull.number,
            "number": pull.number,
            "node_id": f"PR_{pull.number}",
            "state": "open" if pull.state == "open" else "closed",
            "title": pull.title,
            "body": pull.body or None,
            "draft": pull.is_draft,
            "user": self._account(pull.author),
            "html_url": f"{self.url}/{NAME}/pull/{pull.number}",
            "head": {"ref": pull.branch, "sha": pull.head, "repo": repository},
            "base": {
                "ref": pull.base,
                "sha": self.repository.tip(pull.base),
                "repo": {"full_name": NAME},
            },
            # of an open one, it is a trial merge
            "merge_commit_sha": pull.made[-1] if pull.made else pull.head[::-1],
            "merged_at": _time(self.now()) if is_merged else None,
        }

    def _commits(self, shas: Sequence[str]) -> list[dict[str, object]]:
        names = "%H%n%an%n%ae%n%aI%n%cn%n%ce%n%cI%n%P"
        shown = self.repository.git("show", "-s", f"--format={names}%x00", *shas)
        return [self._commit(each.strip("\n").split("\n")) for each in shown.split("\0")[:-1]]

    def _commit(self, lines: Sequence[str]) -> dict[str, object]:
        fields = "name", "email", "date"
        people = [dict(zip(fields, lines[at : at + 3], strict=True)) for at in (1, 4)]
        return {
            "sha": lines[0],
            "commit": {"author": people[0], "committer": people[1], "message": ""},
            "author": self._known(people[0]["email"]),
            "committer": self._known(people[1]["email"]),
            "parents": [{"sha": each} for each in "".join(lines[7:]).split()],
        }

    def _known(self, email: str) -> dict[str, object] | None:
        """Return the account that GitHub finds by a commit's e-mail."""
        if email == FORGE:
            return self._account("web-flow")
        name = email.removesuffix("@space.example")
        return self._account(name) if name in self.people else None

    def _note(self, note: Comment) -> dict[str, object]:
        return {
            "id": note.id,
            "node_id": f"IC_{note.id}",
            "issue_url": f"{self.api}/repos/{NAME}/issues/{note.number}",
            "html_url": f"{self.url}/{NAME}/issues/{note.number}#issuecomment-{note.id}",
            "user": self._account(note.author),
            "body": note.body,
            "created_at": _time(note.created),
            "updated_at": _time(note.updated),
        }

    def _edited(self, note: Comment) -> dict[str, object]:
        return {"id": f"IC_{note.id}", "lastEditedAt": _time(note.updated) if note.editor else None}

    def _issue_or_pull(self, number: int) -> dict[str, object]:
        pull = self.pulls.get(number)
        if pull is not None:
            issue = Issue(number, pull.author, pull.title, pull.body, pull.state)
        else:
            issue = self.issues[number]
        return {
            "number": number,
            "title": issue.title,
            "body": issue.body or None,
            "state": issue.state,
            "user": self._account(issue.author),
            "html_url": f"{self.url}/{NAME}/issues/{number}",
            **({"pull_request": {"url": f"{self.api}/pulls/{number}"}} if pull else {}),
        }

    def _account(self, login: str) -> dict[str, object]:
        return {"login": login, "id": 7, "type": "Bot" if login.endswith("[bot]") else "User"}

    def _repository(self) -> dict[str, object]:
        return {"full_name": NAME, "default_branch": "main", "private": not self.public}


def _json(body: object, status: int = 200) -> Response:
    return Response(json.dumps(body), status, content_type="application/json; charset=utf-8")


def _time(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
