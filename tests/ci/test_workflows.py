"""The workflows that a user copies: what is in them, and a run of each one's steps."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from ci.clones import OUTLINE
from ci.jobs import ACTION, RECORD, STEP, Runner, workflow
from ci.town import STATE_REF, Town, git, outline
from harness import ROOT, TOKEN

if TYPE_CHECKING:
    from pathlib import Path

    from forges.github import GitHub
    from harness import SandboxServer

NAMES = ("apply", "comment", "drift", "plan")
SECRET = {"NEXUDUS_TOKEN", "NEXUDUS_PASSWORD", "NEXUDUS_TOTP"}
COURSE = "courses/onboarding.yaml"
BEE = OUTLINE.replace("title: B", "title: Bee")
# the templates use the action in this repository; its linter wants another form of that
_IGNORED = "uses: ./ # zizmor: ignore[self-repository] its bare form is not documented"


@pytest.fixture
def runner(github_forge: GitHub, tmp_path: Path) -> Runner:
    """A runner for a forge whose main has one outline."""
    github_forge.commit("main", {COURSE: OUTLINE})
    return Runner(github_forge, tmp_path)


@pytest.mark.parametrize("name", NAMES)
def test_this_repository_uses_what_it_ships(name: str) -> None:
    """Each of its workflows is the one that `init` writes, with this repository as the action."""
    templates = ROOT / "coursesync" / "operations" / "templates" / "github"
    template = (templates / f"{name}.yml").read_text()
    own = (ROOT / ".github" / "workflows" / f"{name}.yml").read_text()

    assert template.replace("uses: ./\n", f"{_IGNORED}\n") == own


@pytest.mark.parametrize("name", NAMES)
def test_a_workflow_is_short_and_has_no_shell(name: str) -> None:
    """At most 25 lines; every step uses an action, and each foreign one is pinned by its commit."""
    text = (ROOT / ".github" / "workflows" / f"{name}.yml").read_text()
    steps = [step for job in workflow(name)["jobs"].values() for step in job.get("steps", ())]
    foreign = [each["uses"] for each in steps if each["uses"] != "./"]

    assert text.count("\n") <= 25
    assert all("run" not in each for each in steps)
    assert all(re.fullmatch(r"actions/[\w-]+@[0-9a-f]{40}", each) for each in foreign)


@pytest.mark.parametrize("name", NAMES)
def test_a_workflow_has_the_least_permissions(name: str) -> None:
    """None for the whole workflow; only jobs with an environment may write contents."""
    read = workflow(name)

    assert read["permissions"] == {}
    for key, job in read["jobs"].items():
        has_environment = key in {"apply", "drift"}
        assert ("secrets." in str(job)) == ("environment" in job) == has_environment
        assert (job["permissions"]["contents"] == "write") == has_environment
        assert key != "plan" or {*job["permissions"].values()} == {"read"}


def test_the_action_has_no_shell_logic() -> None:
    """Its steps replace the shell by the program, and what people write is no shell code.

    What an apply left is always recorded, without the credentials of the site.
    """
    started = "steps.coursesync.outcome != 'skipped'"
    assert STEP["run"] == 'set -f && exec coursesync $COMMAND "$WORKSPACE" $ARGUMENTS'
    assert RECORD["run"] == 'exec coursesync ci record "$WORKSPACE"'
    assert RECORD["if"] == f"always() && inputs.command == 'ci apply' && {started}"
    assert {name for name, value in RECORD["env"].items() if value == ""} == SECRET
    assert "${{" not in "".join(each.get("run", "") for each in ACTION["runs"]["steps"])


def test_plan_checks_a_pull_request_and_keeps_its_pages(runner: Runner) -> None:
    """With a token that only reads; the artifact has the review page and the preview."""
    runner.forge.commit("bee", {COURSE: BEE})
    number = runner.forge.open_pull("bee")
    event = runner.forge.pull_request_event(number)
    job = runner.run("plan", "pull_request", event, f"refs/pull/{number}/head")

    assert job.code == 0, job.log
    assert "Bee" in job.steps[0].summary
    assert "Bee" in (job.artifact / "review.html").read_text()
    assert (job.artifact / "preview" / "index.html").exists()


def test_plan_fails_at_the_line_of_a_mistake(runner: Runner) -> None:
    """The step ends with 3, and nothing is kept."""
    runner.forge.commit("bad", {COURSE: OUTLINE.replace("title: B", "titel: B")})
    number = runner.forge.open_pull("bad")
    event = runner.forge.pull_request_event(number)
    job = runner.run("plan", "pull_request", event, f"refs/pull/{number}/head")

    assert job.code == 3
    assert f"::error file={COURSE},line=8,col=5::" in job.log
    assert not job.artifact.exists()


def test_comment_shows_the_plan(runner: Runner) -> None:
    """After the run of `plan`, the pull request has its comment and its status."""
    runner.forge.commit("bee", {COURSE: BEE})
    number = runner.forge.open_pull("bee")
    head = runner.forge.pulls[number].head
    event = runner.forge.workflow_run_event("Plan courses", head, "pull_request")
    job = runner.run("comment", "workflow_run", event)
    (comment,) = runner.forge.comments_on(number)

    assert job.code == 0, job.log
    assert "Bee" in comment.body
    assert runner.forge.status(head, "coursesync/plan") is not None


@pytest.fixture
def town(github_forge: GitHub, api: SandboxServer, tmp_path: Path) -> Town:
    """A repository whose state has a branch, with one course that was applied."""
    made = Town(github_forge, api, tmp_path)
    made.begin()
    made.reviewed(onboarding=OUTLINE)
    return made


def with_secrets(town: Town, forge: GitHub, folder: Path) -> Runner:
    """Return a runner whose environments have the credentials of the site."""
    around = {"COURSESYNC_BASE_URL": town.api.url, "COURSESYNC_SETTLING_TIME": "0.3"}
    return Runner(forge, folder, {"NEXUDUS_TOKEN": TOKEN}, around)


def test_plan_reads_the_newest_state_of_a_private_repository(
    town: Town, github_forge: GitHub, tmp_path: Path
) -> None:
    """Its checkout keeps no token; the step's own one fetches the branch of the state."""
    assert town.apply().code == 0
    number = town.propose(onboarding=BEE)
    event = github_forge.pull_request_event(number)
    around = {"COURSESYNC_BASE_URL": town.api.url}
    runner = Runner(github_forge, tmp_path / "jobs", around=around)
    job = runner.run("plan", "pull_request", event, f"refs/pull/{number}/head")

    assert job.code == 0, job.log
    assert "1 to update" in job.log
    assert "can't be" not in job.log


def test_without_a_token_the_plan_names_the_permission(town: Town) -> None:
    """It does not ask anybody to try again later."""
    assert town.apply().code == 0
    with town.job() as cli:
        planned = cli("plan", GITHUB_TOKEN="")
        git("update-ref", "-d", f"refs/remotes/origin/{state_ref(town)}", at=cli.cwd)
        unknown = cli("plan", GITHUB_TOKEN="")

    assert (planned.code, unknown.code) == (0, 1), (planned, unknown)
    for ran in (planned, unknown):
        assert "contents: read" in ran.said
        assert "${{ github.token }}" in ran.said
        assert "again later" not in ran.said


def state_ref(town: Town) -> str:
    """Return the name of the state's branch."""
    (found,) = (each for each in town.forge.repository.refs() if each.startswith(STATE_REF))
    return found


def test_apply_brings_what_was_reviewed(town: Town, github_forge: GitHub, tmp_path: Path) -> None:
    """By its own steps, which also record."""
    job = with_secrets(town, github_forge, tmp_path / "jobs").run("apply", "push", {})

    assert job.code == 0, job.log
    assert [each.code for each in job.steps] == [0]
    assert town.titles == ["A", "B", "C"]


def test_who_approves_the_deployment_sees_what_is_applied(
    town: Town, github_forge: GitHub, tmp_path: Path
) -> None:
    """The page of the run has the plan of main before the job that has the credentials begins.

    It names what waits, too, and is made without secrets.
    """
    town.push(other=outline(4712, "Pushed"))
    runner = with_secrets(town, github_forge, tmp_path / "jobs")
    job = runner.run("apply", "push", {})
    (plan,) = job.before
    (step,) = plan.steps

    assert plan.code == 0, plan.log
    assert "**An apply would now make 3 changes.** **1 course waits for a decision.**" in (
        step.summary
    )
    assert "| **A** | new |" in step.summary
    assert "### What waits for a decision" in step.summary
    assert "was pushed without a review. Somebody but ada has to approve it." in step.summary
    assert "Pushed" not in step.log
    assert "Plan: 3 to create" in step.log
    assert step.outputs["has-changes"] == "true"
    assert "A" in (plan.artifact / "review.html").read_text()
    assert town.titles == ["A", "B", "C"]


def test_drift_keeps_its_issue(town: Town, github_forge: GitHub, tmp_path: Path) -> None:
    """By its own steps: a change on the site is in an issue."""
    assert town.apply().code == 0
    record = int(str(town.api.records()[0]["Id"]))
    town.api.foreign_change(record, Title="Else", At="2030-01-01T00:00:00Z")
    job = with_secrets(town, github_forge, tmp_path / "jobs").run("drift", "schedule", {})

    assert "Else" in town.issue(), job.log
