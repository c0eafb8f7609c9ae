"""The files that a forge needs beside a workspace: workflows or a pipeline, and the settings.

Owns what is filled into their templates. It must never write them.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from coursesync.errors import CoursesyncError
from coursesync.errors.quoting import quoted
from coursesync.files import read
from coursesync.nexudus.target import DEFAULT_BASE_URL
from coursesync.operations.locate import WORKSPACE

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping
    from pathlib import Path

    from coursesync.operations.origin import Origin

WORKFLOWS = ("plan.yml", "comment.yml", "apply.yml", "drift.yml")
# GitHub refuses a workflow with this in the place of an action, and says how one is written
UNKNOWN_ACTION = "ADDRESS-OF-COURSESYNC@COMMIT"
_UNKNOWN_SOURCE = "git+ADDRESS@COMMIT"  # pip refuses it
PIPELINE = ".gitlab-ci.yml"
_FOLDER = ".github/workflows"
_USES = re.compile(r"(?m)(?<=uses: )\S*coursesync\S*@\S+|(?<=uses: )\./(?=\s)")
_WITH = re.compile(r"(?<=\{)command: ci \w+(?=\})")
_COMMAND = re.compile(rf"(?<=\[)(coursesync ci \w+) {WORKSPACE}(?=])")
_PLAIN = re.compile(r"[\w ./-]+", re.ASCII)  # a value that YAML and the shell read as it is
_STORE = 'store = "git" # the state has a branch of its own in the repository'
_REVIEW = "require_review = true # or, if nobody else can review: solo = true"


class ForgeName(StrEnum):
    """A forge that `init` writes files for."""

    GITHUB = "github"
    GITLAB = "gitlab"


def names_for(forge: ForgeName) -> tuple[str, ...]:
    """Return the files by which a forge runs coursesync, by their paths from the root."""
    if forge is ForgeName.GITLAB:
        return (PIPELINE,)
    return tuple(f"{_FOLDER}/{name}" for name in WORKFLOWS)


def forge_of_files(root: Path) -> ForgeName | None:
    """Return the forge whose files in a repository run coursesync; None if there are none."""
    for forge in ForgeName:
        if any(runs(read_lines(root / name)) for name in names_for(forge)):
            return forge
    return None


def read_lines(path: Path) -> list[bytes]:
    """Return the lines of a file; none if it can't be read."""
    try:
        return read(path).splitlines()
    except CoursesyncError:
        return []


def runs(lines: Iterable[bytes]) -> bool:
    """Return whether lines of a forge's file name coursesync."""
    return any(b"coursesync" in line.lower() for line in lines)


def is_unpinned(line: bytes) -> bool:
    """Return whether a line has a placeholder in the place of a commit of coursesync."""
    return UNKNOWN_ACTION.encode() in line or _UNKNOWN_SOURCE.encode() in line


@dataclass(frozen=True, slots=True)
class ForgeFiles:
    """What the files for a forge depend on.

    Attributes:
        forge: which forge.
        origin: where coursesync is installed from; the files pin it.
        base_url: the address of the API.
        host: the host of the repository; an action comes from there, or from github.com.
    """

    forge: ForgeName
    origin: Origin
    base_url: str = DEFAULT_BASE_URL
    host: str = ""

    @property
    def is_pinned(self) -> bool:
        """Whether the files name a commit of coursesync, and not a placeholder."""
        if self.forge is ForgeName.GITLAB:
            return self.origin.is_known
        return self._action != UNKNOWN_ACTION

    @property
    def _action(self) -> str:
        """Return what `uses:` names: owner, repository and commit."""
        address = urlsplit(self.origin.address.removesuffix("/").removesuffix(".git"))
        path = address.path.strip("/")
        if self.origin.is_known and address.hostname in {"github.com", self.host}:
            return f"{path}@{self.origin.commit}"
        return UNKNOWN_ACTION

    def texts(self, workspace: str) -> Mapping[str, str]:
        """Return the text of each file by its path from the repository's root.

        `workspace` is the path of the workspace from there.
        """
        if self.forge is ForgeName.GITLAB:
            return {PIPELINE: self._pipeline(workspace)}
        names = names_for(ForgeName.GITHUB)
        return {name: self._workflow(name.rpartition("/")[2], workspace) for name in names}

    def _workflow(self, name: str, workspace: str) -> str:
        more = {}
        if workspace != WORKSPACE:
            more["workspace"] = workspace
        if self.base_url != DEFAULT_BASE_URL:
            more["base-url"] = self.base_url
        inputs = "".join(f", {key}: {json.dumps(value)}" for key, value in more.items())
        text = _USES.sub(lambda _: self._action, template("github", name))
        return _WITH.sub(lambda found: found[0] + inputs, text)

    def _pipeline(self, workspace: str) -> str:
        text = template(f"gitlab{PIPELINE.removeprefix('.gitlab')}")
        for name, value in {
            _UNKNOWN_SOURCE: f"git+{self.origin.address}@{self.origin.commit}",
            DEFAULT_BASE_URL: self.base_url,
        }.items():
            text = text.replace(name, value)
        return _COMMAND.sub(lambda found: _in_yaml(f"{found[1]} {quoted(workspace)}"), text)

    def settings(self, text: str, sets: Collection[str]) -> str:
        """Return the text of coursesync.toml with the fields that reviews in a forge need.

        `sets` are the fields that it has; their values stay.
        """
        lines = [*self._fields(sets)]
        if not lines:
            return text
        head, gap, rest = text.partition("\n\n")
        if not all(line.startswith("#") for line in head.splitlines()):
            head, gap, rest = "", "", text
        above = f"{head.rstrip()}\n\n" if head else ""
        return above + "\n".join([*lines, ""]) + (f"\n{rest}" if gap or rest else "")

    def _fields(self, sets: Collection[str]) -> Iterator[str]:
        if "store" not in sets:
            yield _STORE
        if not {"require_review", "solo"} & {*sets}:
            yield _REVIEW
        if "base_url" not in sets and self.base_url != DEFAULT_BASE_URL:
            yield f"base_url = {json.dumps(self.base_url)}"


def _in_yaml(text: str) -> str:
    return text if _PLAIN.fullmatch(text) else json.dumps(text)


@cache
def template(*name: str) -> str:
    """Return the text of a file of which `init` makes one."""
    return files("coursesync.operations").joinpath("templates", *name).read_text("utf-8")
