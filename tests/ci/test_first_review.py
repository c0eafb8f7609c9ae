"""From an empty folder to a first reviewed apply: the commands that a person types, counted."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
from typing import TYPE_CHECKING

import pytest
from ci.jobs import Runner
from forges.github_settings import GitHubWithSettings
from forges.hosting import TOKEN as FORGE_TOKEN
from harness import PROGRAM, TOKEN

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from forges.hosting import Comment
    from harness import SandboxServer

MOST_COMMANDS = 8
BRANCH = "first-course"
SOURCE, COMMIT = "https://github.com/example/coursesync", "0123456789abcdef" * 2 + "01234567"


@pytest.fixture
def forge(tmp_path: Path) -> Iterator[GitHubWithSettings]:
    """A GitHub on a loopback socket, with a repository as it was made."""
    made = GitHubWithSettings(tmp_path / "forge")
    with made.serving() as made.url:
        yield made


class Person:
    """A person with git and coursesync in an empty folder; counts what they type."""

    def __init__(self, forge: GitHubWithSettings, folder: Path, **environment: str) -> None:
        self.folder = folder / "ada"
        self.typed: list[str] = []
        self._environment = {
            "PATH": f"{PROGRAM.parent}:/usr/bin:/bin",
            "HOME": str(folder),
            "LANG": "C.UTF-8",
            "PYTHONPATH": str(_installation(folder / "installed")),
            "GITHUB_API_URL": forge.api,
            "GITHUB_TOKEN": FORGE_TOKEN,
            **environment,
        }
        for who in ("AUTHOR", "COMMITTER"):
            self._environment |= {f"GIT_{who}_NAME": "Ada", f"GIT_{who}_EMAIL": "ada@space.example"}
        self.folder.mkdir()
        answer = f"echo username=ada; echo password={FORGE_TOKEN}"
        helper = f'[credential]\n    helper = "!f() {{ {answer}; }}; f"\n'
        (folder / ".gitconfig").write_text(helper)

    def types(self, line: str) -> str:
        """Run a command, which succeeds, and return what it prints for people."""
        self.typed.append(line)
        ran = subprocess.run(
            shlex.split(line),
            cwd=self.folder,
            env=self._environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            check=False,
        )
        assert ran.returncode == 0, (line, ran.stderr)
        return ran.stderr


def _installation(folder: Path) -> Path:
    """Write what pip records of an installation from a commit, and return where."""
    information = folder / "coursesync-0.1.0.dist-info"
    information.mkdir(parents=True)
    (information / "METADATA").write_text("Name: coursesync\nVersion: 0.1.0\n")
    source = {"url": SOURCE, "vcs_info": {"vcs": "git", "commit_id": COMMIT}}
    (information / "direct_url.json").write_text(json.dumps(source))
    return folder


def _own(forge: GitHubWithSettings, number: int) -> list[Comment]:
    return [each for each in forge.comments_on(number) if each.author == forge.bot]


def test_a_first_reviewed_apply_takes_few_commands(
    forge: GitHubWithSettings, api: SandboxServer, tmp_path: Path
) -> None:
    """Clone, `init`, and the commands that it prints; the rest are clicks, which it names."""
    ada = Person(forge, tmp_path)
    ada.types(f"git clone {forge.clone_url} our-courses")
    printed = ada.types("coursesync init our-courses --github --id 4711")
    for line in re.findall(r"^  (git .*)$", printed, re.MULTILINE):
        ada.types(line)
    forge.make_right()  # the clicks
    jobs = Runner(
        forge,
        tmp_path / "jobs",
        secrets={"NEXUDUS_TOKEN": TOKEN},
        around={"COURSESYNC_BASE_URL": api.url},
        workflows=ada.folder / "our-courses" / ".github" / "workflows",
    )
    set_up = jobs.run("apply", "push", forge.push_event(forge.repository.tip("main")))
    number = forge.open_pull(BRANCH, by="ada", title="The first course")
    ref = forge.pull_ref.format(number)
    planned = jobs.run("plan", "pull_request", forge.pull_request_event(number, "opened"), ref)
    head = forge.pulls[number].head
    after = forge.workflow_run_event("Plan courses", head, "pull_request")
    commented = jobs.run("comment", "workflow_run", after)
    before = [*api.records()]
    plan = _own(forge, number)[-1].body
    forge.approve(number, "ben")
    old = forge.repository.tip("main")
    forge.merge(number)
    applied = jobs.run("apply", "push", forge.push_event(old))

    assert len(ada.typed) <= MOST_COMMANDS, ada.typed
    assert [job.code for job in (set_up, planned, commented, applied)] == [0] * 4, (
        set_up.log + planned.log + commented.log + applied.log
    )
    assert before == []
    assert "Welcome" in plan
    assert len(api.records()) == 2
    assert "Live now" in _own(forge, number)[-1].body
    assert "coursesync.state.json" not in "".join(forge.repository.files("main"))


def test_courses_of_the_site_are_imported_and_nothing_waits(
    forge: GitHubWithSettings, api: SandboxServer, tmp_path: Path
) -> None:
    """What is on the site already was not reviewed, and need not be: no plan changes it."""
    api.foreign_create(4711, "Welcome")
    ada = Person(forge, tmp_path, COURSESYNC_BASE_URL=api.url, NEXUDUS_TOKEN=TOKEN)
    ada.types(f"git clone {forge.clone_url} our-courses")
    printed = ada.types("coursesync init our-courses --github --course 4711")
    for line in re.findall(r"^  (git .*)$", printed, re.MULTILINE):
        ada.types(line)
    jobs = Runner(
        forge,
        tmp_path / "jobs",
        secrets={"NEXUDUS_TOKEN": TOKEN},
        around={"COURSESYNC_BASE_URL": api.url},
        workflows=ada.folder / "our-courses" / ".github" / "workflows",
    )
    first = jobs.run("apply", "push", forge.push_event(forge.repository.tip("main")))
    (outline,) = (e for e in forge.repository.files("main") if e.endswith(".yaml"))
    text = forge.repository.files("main")[outline]
    forge.commit("welcome", {outline: text.replace("title: Welcome", "title: Hello")}, by="ada")
    number = forge.open_pull("welcome", by="ada")
    forge.approve(number, "ben")
    old = forge.repository.tip("main")
    forge.merge(number)
    second = jobs.run("apply", "push", forge.push_event(old))

    assert (first.code, second.code) == (0, 0), first.log + second.log
    assert [each["Title"] for each in api.records()] == ["Hello"]


def test_the_clicks_are_named_and_then_gone(forge: GitHubWithSettings, tmp_path: Path) -> None:
    """At most six pages; when all is set, the same command says so and changes nothing."""
    ada = Person(forge, tmp_path)
    ada.types(f"git clone {forge.clone_url} our-courses")
    first = ada.types("coursesync init our-courses --github --id 4711")
    forge.make_right()
    second = ada.types("coursesync init our-courses --github")

    assert 0 < len(re.findall(r"^\d\. ", first, re.MULTILINE)) <= 6
    assert first.splitlines()[-1] == "Then open a pull request to see the first plan."
    assert "All settings on GitHub are right." in second
    assert "Nothing was changed" in second
