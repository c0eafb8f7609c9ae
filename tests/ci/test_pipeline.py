"""The pipeline that `init --gitlab` writes: its scripts run against a fake GitLab and a site."""

from __future__ import annotations

import shlex
import subprocess
from typing import TYPE_CHECKING, Any

import pytest
from ci.town import git, outline
from forges.repository import GIT
from harness import NO_LIMITS, TOKEN, CommandLine, Ran
from ruamel.yaml import YAML

if TYPE_CHECKING:
    from pathlib import Path

    from forges.gitlab import GitLab
    from harness import SandboxServer

CONFIG = f'store = "git"\n{NO_LIMITS}'


@pytest.fixture
def pipeline(tmp_path: Path) -> dict[str, Any]:
    """The pipeline, as it is written into an empty folder."""
    folder = tmp_path / "new"
    folder.mkdir()
    assert CommandLine(folder)("init", "--gitlab").code == 0
    found = YAML(typ="safe").load((folder / ".gitlab-ci.yml").read_text())
    assert isinstance(found, dict)
    return found


class Jobs:
    """Runs jobs of a pipeline, each in a clone of its own."""

    def __init__(
        self, forge: GitLab, api: SandboxServer, folder: Path, pipeline: dict[str, Any]
    ) -> None:
        self.forge, self.api, self.folder, self.pipeline = forge, api, folder, pipeline
        self.number = 0
        self.protected = {"NEXUDUS_TOKEN": TOKEN}

    def planned(self, number: int, checkout: str = "", **environment: str) -> Ran:
        """Run the job of a merge request, which gets no protected variable."""
        own = {"COURSESYNC_GITLAB_TOKEN": "", "NEXUDUS_TOKEN": ""}
        own |= {"CI_MERGE_REQUEST_IID": str(number), "CI_MERGE_REQUEST_TARGET_BRANCH_NAME": "main"}
        ref = checkout or self.forge.pull_ref.format(number)
        return self.run("plan", ref, **own, **environment)

    def run(self, name: str, ref: str = "main", **environment: str) -> Ran:
        """Run the script of a job and what follows it; return how the script ended."""
        self.number += 1
        run = self.forge.start_run("", 1)
        place = self.folder / f"job-{self.number}"
        path = self.forge.repository.path
        subprocess.run([GIT, "clone", "-q", str(path), str(place)], check=True)
        git("fetch", "-q", "origin", ref, at=place)
        git("checkout", "-q", "--detach", "FETCH_HEAD", at=place)
        git("remote", "set-url", "origin", self.forge.clone_url, at=place)
        variables = {
            **self.forge.environment(run),
            "CI_PROJECT_DIR": str(place),
            "CI_DEFAULT_BRANCH": "main",
            "COURSESYNC_BASE_URL": self.api.url,
            **self.protected,
            **environment,
        }
        cli = CommandLine(place, variables)
        job = self.pipeline[name]
        (script,) = job["script"]
        program, *words = shlex.split(script)
        assert program == "coursesync"
        ran = cli(*words)
        for line in job.get("after_script", ()):
            ended = cli(*shlex.split(line)[1:])
            assert ended.code == 0, ended
        self.forge.end_run(run, 1)
        return ran

    def artifacts(self, name: str) -> list[str]:
        """Return what the last job of that name keeps."""
        place = self.folder / f"job-{self.number}"
        kept = self.pipeline[name]["artifacts"]["paths"]
        return [each for each in kept if (place / each).exists()]


@pytest.fixture
def jobs(
    gitlab_forge: GitLab, api: SandboxServer, tmp_path: Path, pipeline: dict[str, Any]
) -> Jobs:
    """The jobs of a project whose main has a configuration, and whose state has a branch."""
    made = Jobs(gitlab_forge, api, tmp_path, pipeline)
    files = {"courses/coursesync.toml": CONFIG, ".gitignore": ".coursesync/\n"}
    gitlab_forge.commit("main", files, by="ada")
    first = made.run("apply")
    assert first.code == 0, first
    return made


def test_a_merge_request_is_planned_reviewed_and_applied(jobs: Jobs) -> None:
    """`plan` without secrets, a note by main's pipeline, and after the merge the site has it."""
    forge = jobs.forge
    forge.commit("welcome", {"courses/a.yaml": outline(4711, "One", "Two")}, by="ada")
    number = forge.open_pull("welcome", by="ada")
    planned = jobs.planned(number)
    kept = jobs.artifacts("plan")
    noted = jobs.run("notes")
    forge.approve(number, "ben")
    forge.merge(number)
    foreseen = jobs.run("plan", CI_COMMIT_BRANCH="main")
    applied = jobs.run("apply")
    bodies = [each.body for each in forge.comments_on(number)]

    assert planned.code == 0, planned
    assert "Plan: 2 to create" in planned.out
    assert kept == ["review.html", "preview"]
    assert noted.code == 0, noted
    assert "An apply would now make 2 changes." in foreseen.said
    assert applied.code == 0, applied
    assert [each["Title"] for each in jobs.api.records()] == ["One", "Two"]
    assert "One" in bodies[0]
    assert "Live now" in bodies[-1]
    assert "anyone who may push" not in applied.err


def test_the_result_of_a_merge_is_planned_by_what_the_merge_request_changes(jobs: Jobs) -> None:
    """A merged results pipeline checks out what main changed in the meantime, too."""
    forge = jobs.forge
    base = forge.repository.tip()
    forge.commit("docs", {"README.md": "Read me\n"}, by="ada")
    number = forge.open_pull("docs", by="ada")
    main = forge.commit("main", {"courses/a.yaml": outline(4711, "One")}, by="ada")
    head = forge.pulls[number].head
    (result,) = forge.repository.merged(main, head, "merge", by="ada", at=forge.now())
    forge.repository.move("refs/merge-requests/1/merge", result)
    shas = {"CI_MERGE_REQUEST_DIFF_BASE_SHA": base, "CI_MERGE_REQUEST_TARGET_BRANCH_SHA": main}
    ran = jobs.planned(number, "refs/merge-requests/1/merge", **shas)

    assert ran.code == 0, ran
    assert "No outline" in ran.said


def test_drift_is_looked_for(jobs: Jobs) -> None:
    """The job keeps an issue, and offers a merge request with the version of the site."""
    forge = jobs.forge
    forge.commit("welcome", {"courses/a.yaml": outline(4711, "One")}, by="ada")
    number = forge.open_pull("welcome", by="ada")
    forge.approve(number, "ben")
    forge.merge(number)
    jobs.run("apply")
    (one,) = jobs.api.records()
    assert isinstance(one["Id"], int)
    jobs.api.foreign_change(one["Id"], Title="Edited")
    ran = jobs.run("drift")
    (issue,) = forge.issues.values()
    offered = max(forge.pulls)

    assert ran.code == 0, ran
    assert f"Review and merge [the merge request !{offered}](" in issue.body
    assert "title: Edited" in forge.repository.files("coursesync/pull")["courses/a.yaml"]
