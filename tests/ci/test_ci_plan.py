"""`coursesync ci plan`: the check of a pull request, where a job has checked it out."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from ci.clones import OUTLINE, Clone, cloned
from harness import STATE, CommandLine

from coursesync.state.state_text import parse

if TYPE_CHECKING:
    from harness import Ran

INVALID = OUTLINE.replace("title: B", "titel: B")


@dataclass(frozen=True)
class Job:
    """A job on a pull request whose merge into main is checked out."""

    clone: Clone
    cli: CommandLine

    def change(self, **files: str | None) -> str:
        """Let a branch change outlines, check out its merge into main, and return its commit."""
        self.clone.branch("topic", "origin/main")
        return self.clone.commit("Topic", **files)

    def plan(self, *options: str) -> Ran:
        """Run the command on the merge of the branch into main."""
        head = self.clone.git("rev-parse", "topic")
        self.clone.git("checkout", "--quiet", "--detach", "origin/main")
        self.clone.git("merge", "--quiet", "--no-ff", "-m", "Merge", head)
        return self.cli("ci", "plan", *options)

    def file(self, name: str) -> str:
        """Return the text of a file of the run; "" if there is none."""
        path = self.clone.folder.parent / name
        return path.read_text() if path.exists() else ""

    @property
    def outputs(self) -> dict[str, str]:
        """The outputs of the step."""
        lines = self.file("outputs").splitlines()
        return {name: value for name, _, value in (line.partition("=") for line in lines)}

    @property
    def artifacts(self) -> Path:
        """The folder that the job keeps."""
        return Path(self.outputs["artifacts"])


@pytest.fixture
def job(tmp_path: Path) -> Job:
    """A job as GitHub runs it for a pull request: without any token or secret."""
    clone = cloned(tmp_path)
    clone.git("fetch", "--quiet", "origin")
    (tmp_path / "temp").mkdir()
    environment = {
        "GITHUB_ACTIONS": "true",
        "GITHUB_EVENT_NAME": "pull_request",
        "GITHUB_BASE_REF": "main",
        "GITHUB_WORKSPACE": str(clone.folder),
        "RUNNER_TEMP": str(tmp_path / "temp"),
        "COURSESYNC_OUTPUT": str(tmp_path / "outputs"),
        "COURSESYNC_SUMMARY": str(tmp_path / "summary"),
        "COURSESYNC_BASE_URL": "https://spaces.nexudus.com",
    }
    return Job(clone, CommandLine(clone.folder, environment))


def test_a_change_is_planned_and_its_pages_are_kept(job: Job) -> None:
    """The log and the summary have the plan; the folder has the review page and the preview."""
    job.change(onboarding=OUTLINE.replace("title: B", "title: Bee"))
    ran = job.plan()

    assert ran.code == 0, ran.err
    assert "Bee" in ran.out
    assert "Bee" in job.file("summary")
    assert job.outputs["has-changes"] == "true"
    assert "Bee" in (job.artifacts / "review.html").read_text()
    assert "Bee" in (job.artifacts / "preview" / "1-onboarding.html").read_text()


def test_a_change_of_other_files_is_green_at_once(job: Job) -> None:
    """Nothing is read of the outlines, not even where main has a mistake: this may be required."""
    job.clone.commit("Mistake", onboarding=INVALID)
    job.clone.git("push", "--quiet", "origin", "main")
    job.clone.branch("topic", "origin/main")
    (job.clone.folder / "README.md").write_text("Read me\n")
    job.clone.commit("Topic")
    ran = job.plan()

    assert ran.code == 0, ran.err
    assert job.outputs["has-changes"] == "false"
    assert [*job.artifacts.iterdir()] == []
    assert "No outline changes here" in job.file("summary")


def test_a_mistake_is_shown_at_its_line(job: Job) -> None:
    """The annotation names the file from the repository's root, and the summary has it too."""
    job.change(onboarding=INVALID)
    ran = job.plan()

    assert ran.code == 3
    assert "::error file=courses/onboarding.yaml,line=8,col=5::" in ran.err
    assert "courses/onboarding.yaml:8:5" in job.file("summary")
    assert job.outputs["failure-reason"] == "invalid"


def test_a_mistake_of_main_is_named_as_such(job: Job) -> None:
    """The check fails, because nothing can be planned, and says where to correct it."""
    job.clone.commit("Mistake", onboarding=INVALID)
    job.clone.git("push", "--quiet", "origin", "main")
    job.change(other=OUTLINE.replace("4711", "4712"))
    theirs = job.plan()
    job.change(onboarding=INVALID.replace("title: A", "titel: A"))
    own = job.plan()

    assert (theirs.code, own.code) == (3, 3)
    assert "Not a mistake of this change" in theirs.said
    assert "Not a mistake of this change" not in own.said


def test_what_main_changed_meanwhile_is_no_change_of_the_pull_request(job: Job) -> None:
    """A branch that is behind main is compared with the main that it is merged into."""
    first = job.clone.git("rev-parse", "main")
    job.clone.commit("Main", onboarding=OUTLINE.replace("title: B", "title: Bee"))
    job.clone.git("push", "--quiet", "origin", "main")
    job.clone.branch("topic", first)
    (job.clone.folder / "README.md").write_text("Read me\n")
    job.clone.commit("Topic")

    assert job.plan().code == 0
    assert job.outputs["has-changes"] == "false"


def test_a_merge_queue_is_compared_with_its_branch(job: Job, tmp_path: Path) -> None:
    """The event of a merge queue names the branch."""
    event = {"merge_group": {"base_ref": "refs/heads/main"}}
    (tmp_path / "event.json").write_text(json.dumps(event))
    queued = {"GITHUB_EVENT_PATH": str(tmp_path / "event.json"), "GITHUB_BASE_REF": ""}
    job.change(onboarding=OUTLINE.replace("title: B", "title: Bee"))
    job.clone.git("checkout", "--quiet", "topic")

    ran = job.cli.having(queued)("ci", "plan")

    assert ran.code == 0, ran.err
    assert job.outputs["has-changes"] == "true"


@pytest.mark.parametrize("name", [STATE, f"{STATE}.journal", ".coursesync/state.json"])
def test_a_state_that_a_pull_request_brings_is_warned_of(job: Job, name: str) -> None:
    """At the file, and the check stays green: the file is not used here."""
    job.clone.branch("topic", "origin/main")
    path = job.clone.folder / "courses" / name
    path.parent.mkdir(exist_ok=True)
    path.write_text("not a state\n")
    job.clone.commit("Topic", onboarding=OUTLINE.replace("title: B", "title: Bee"))
    ran = job.plan()

    assert ran.code == 0, ran.err
    assert f"::warning file=courses/{name},line=1,col=1::" in ran.err
    assert f"git rm -- courses/{name}" in ran.err
    assert job.outputs["has-changes"] == "true"


def test_the_plan_uses_the_state_of_main(job: Job) -> None:
    """A pull request that edits the state in main gets the plan of main's own."""
    clone, target = job.clone, {"COURSESYNC_SANDBOX": "1"}
    assert job.cli.having(target)("apply", "--auto-approve").code == 0
    made = clone.folder / "courses" / ".coursesync" / STATE
    state = parse(made.read_bytes(), made)
    own = clone.folder / "courses" / STATE
    own.write_bytes(made.read_bytes())
    clone.git("add", "--force", str(own))
    clone.commit("State")
    clone.git("push", "--quiet", "origin", "main")
    clone.branch("topic", "origin/main")
    own.write_text("{}")
    clone.commit("Topic", onboarding=OUTLINE.replace("title: B", "title: Bee"))
    ran = job.plan("--base-url", state.target)

    assert ran.code == 0, ran.err
    assert "1 to update" in ran.out


def test_a_clone_without_history_says_what_to_write(job: Job, tmp_path: Path) -> None:
    """The message has the line for the step of the checkout."""
    job.change(onboarding=OUTLINE.replace("title: B", "title: Bee"))
    job.clone.git("push", "--quiet", "origin", "topic")
    shallow = tmp_path / "shallow"
    job.clone.git(
        *("clone", "--quiet", "--depth", "1", "--branch", "topic"),
        *(f"file://{tmp_path}/origin.git", str(shallow)),
    )
    ran = CommandLine(shallow, job.cli.environment)("ci", "plan")

    assert ran.code == 1
    assert "fetch-depth: 0" in ran.said
