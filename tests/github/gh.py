"""A stand-in for `gh`: answers the workflows' calls from a file, and records every call.

GH_STATE names the file, which holds pulls, comments, issues and rules. The API's
pages: https://docs.github.com/rest. Like the real `gh` it needs a token, and runs --jq by jq.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import jq

if TYPE_CHECKING:
    from collections.abc import Mapping

BOT = "github-actions[bot]"
REPOSITORY = r"repos/space/courses"


def main(words: list[str]) -> int:
    """Carry out one call, and record it."""
    if not os.environ.get("GH_TOKEN"):
        sys.stderr.write("gh: set the GH_TOKEN environment variable\n")
        return 4
    path = Path(os.environ["GH_STATE"])
    state = json.loads(path.read_text())
    state["calls"].append(words)
    if state["outages"]:
        state["outages"] -= 1
        path.write_text(json.dumps(state, indent=1))
        sys.stderr.write("gh: Bad Gateway (HTTP 502)\n")
        return 1
    code = _download(words) if words[:2] == ["run", "download"] else _api(words, state)
    path.write_text(json.dumps(state, indent=1))
    return code


def _download(words: list[str]) -> int:
    named = dict(zip(words[3::2], words[4::2], strict=True))
    kept = Path(os.environ["GH_STATE"]).parent / "artifacts" / named["--name"]
    for file in kept.iterdir():
        # like the real `gh`, which overwrites nothing
        with (Path(named["--dir"]) / file.name).open("xb") as new:
            new.write(file.read_bytes())
    return 0


def _api(words: list[str], state: dict[str, Any]) -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("command")
    parser.add_argument("path")
    parser.add_argument("--method", default="")
    parser.add_argument("--paginate", action="store_true")
    parser.add_argument("--silent", action="store_true")
    parser.add_argument("--jq", default=".")
    parser.add_argument("-f", dest="raw", action="append", default=[])
    parser.add_argument("-F", dest="typed", action="append", default=[])
    arguments = parser.parse_args(words)
    fields = dict(each.split("=", 1) for each in arguments.raw)
    for name, value in (each.split("=", 1) for each in arguments.typed):
        fields[name] = Path(value[1:]).read_text() if value.startswith("@") else value
    if arguments.path == "graphql":
        _print(_graphql(state, (), fields), arguments.jq)
        return 0
    method = arguments.method or ("POST" if fields else "GET")
    split = urlsplit(arguments.path)
    query = {name: values[0] for name, values in parse_qs(split.query).items()}
    for (wanted, pattern), answer in _ANSWERS.items():
        if wanted == method and (found := re.fullmatch(f"{REPOSITORY}/{pattern}", split.path)):
            result = answer(state, found.groups(), {**query, **fields})
            if not arguments.silent:
                pages = _pages(result) if arguments.paginate else _pages(result)[:1]
                for page in pages:
                    _print(page, arguments.jq)
            return 0
    sys.stderr.write(f"gh: Not Found (HTTP 404): {method} {arguments.path}\n")
    return 1


def _pages(result: object) -> list[object]:
    """Return the pages of a list as the API does: thirty items each."""
    if not isinstance(result, list):
        return [result]
    return [result[i : i + 30] for i in range(0, len(result), 30)] or [[]]


def _print(result: object, expression: str) -> None:
    for each in jq.compile(expression).input(result).all():
        sys.stdout.write(f"{each if isinstance(each, str) else json.dumps(each)}\n")


def _pulls(state: dict[str, Any], _: tuple[str, ...], fields: Mapping[str, str]) -> object:
    return [
        each
        for each in state["pulls"]
        if each["state"] == fields["state"]
        and each["base"]["ref"] == fields.get("base", each["base"]["ref"])
        and f"{each['head']['owner']}:{each['head']['ref']}" == fields["head"]
    ]


def _of_commit(state: dict[str, Any], words: tuple[str, ...], _: Mapping[str, str]) -> object:
    return [each for each in state["pulls"] if each.get("merge_commit_sha") == words[0]]


def _comments(state: dict[str, Any], words: tuple[str, ...], _: Mapping[str, str]) -> object:
    return [each for each in state["comments"] if each["issue"] == int(words[0])]


def _graphql(state: dict[str, Any], _: tuple[str, ...], fields: Mapping[str, str]) -> object:
    """Answer the workflows' only query: a comment's body and its last editor."""
    wanted = "... on IssueComment { body updatedAt editor { login } }"
    assert fields["query"] == f"query($id: ID!) {{ node(id: $id) {{ {wanted} }} }}"
    (found,) = (each for each in state["comments"] if each["node_id"] == fields["id"])
    node = {"body": found["body"], "updatedAt": found["updated_at"], "editor": found["editor"]}
    return {"data": {"node": node}}


def _now() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _comment(state: dict[str, Any], words: tuple[str, ...], fields: Mapping[str, str]) -> object:
    number = max((each["id"] for each in state["comments"]), default=0) + 1
    made = {"id": number, "node_id": f"IC_{number}", "issue": int(words[0])}
    made |= {"user": {"login": BOT}, "updated_at": _now(), "editor": None}
    state["comments"].append({**made, "body": fields["body"]})
    return made


def _edit_comment(state: dict[str, Any], words: tuple[str, ...], fields: Mapping[str, str]) -> None:
    for each in state["comments"]:
        if each["id"] == int(words[0]):
            each.update(fields, updated_at=_now(), editor={"login": "github-actions"})


def _issues(state: dict[str, Any], _: tuple[str, ...], fields: Mapping[str, str]) -> object:
    return [
        each
        for each in state["issues"]
        if each["state"] == fields["state"] and each["user"]["login"] == fields["creator"]
    ]


def _issue(state: dict[str, Any], _: tuple[str, ...], fields: Mapping[str, str]) -> None:
    made = {"number": len(state["issues"]) + 1, "state": "open", "user": {"login": BOT}}
    state["issues"].append({**made, **fields})


def _edit_issue(state: dict[str, Any], words: tuple[str, ...], fields: Mapping[str, str]) -> None:
    state["issues"][int(words[0]) - 1].update(fields)


_ANSWERS: dict[tuple[str, str], Any] = {
    ("GET", "pulls"): _pulls,
    ("GET", r"commits/(\w+)/pulls"): _of_commit,
    ("GET", r"issues/(\d+)/comments"): _comments,
    ("POST", r"issues/(\d+)/comments"): _comment,
    ("PATCH", r"issues/comments/(\d+)"): _edit_comment,
    ("GET", "issues"): _issues,
    ("POST", "issues"): _issue,
    ("PATCH", r"issues/(\d+)"): _edit_issue,
    ("GET", "branches/main"): lambda state, *_: {"protected": state["protected"]},
    ("GET", "rules/branches/main"): lambda state, *_: state["rules"],
}

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
