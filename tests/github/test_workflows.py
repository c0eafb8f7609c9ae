"""The way from a pull request to the site, by the workflows' own steps."""

from __future__ import annotations

import json
import re
import signal
import subprocess
from typing import TYPE_CHECKING

import pytest
from forked import program
from github.author import People
from github.runner import GITHUB_TOKEN
from harness import ROOT, wait_until, write_outline
from ruamel.yaml import YAML

if TYPE_CHECKING:
    from github.runner import GitHub, Job
    from harness import SandboxServer

LATER = "2030-01-01T00:00:00Z"
PROVE = "Prove that the state can be pushed"
APPLY, COMMIT = "Apply", "Commit the state"


@pytest.fixture
def people(github: GitHub) -> People:
    """Authors of the repository."""
    return People(github)


def ids_on(text: str) -> set[int]:
    """Return the Ids in a state file."""
    return {entry["id"] for entry in json.loads(text)["entries"].values()}


def test_a_pull_request_has_one_comment(people: People, github: GitHub) -> None:
    """It shows the plan with its digest, and the next push updates it."""
    number = people.propose("a", 4711, "One", "Two")
    first = people.comment(number)
    again = people.comment(number)
    methods = [
        call[call.index("--method") + 1]
        for call in github.state["calls"][2:]
        if "--silent" in call and "--method" in call
    ]

    assert (first.failed, again.failed) == ([], []), first.log + again.log
    assert len(people.comments(number)) == 1
    assert "**Plan: 2 to create, 0 to update, 0 to delete.**" in people.comments(number)[0]
    assert len(people.digest(number)) == 64
    assert methods[-1] == "PATCH"


def test_a_push_updates_the_comment(people: People) -> None:
    """The comment has the plan and the digest of the last push, which a merge applies."""
    number = people.propose("a", 4711, "One", "Two")
    people.comment(number)
    old = people.digest(number)
    write_outline(people.courses, "a", 4711, "One", "Two", "Three")
    people.push_again(number)
    people.comment(number)

    assert "**Plan: 3 to create, 0 to update, 0 to delete.**" in people.comments(number)[0]
    assert people.digest(number) != old
    assert people.applying(people.merge(number)).run().failed == []


def test_a_comment_of_somebody_else_is_left_alone(people: People, github: GitHub) -> None:
    """Anyone can write the marker, but not the author's name."""
    number = people.propose("a", 4711, "One")
    theirs = {
        "id": 1,
        "node_id": "IC_1",
        "issue": number,
        "user": {"login": "mallory"},
        "body": f"<!-- coursesync plan: courses -->\ndigest `{'0' * 64}`",
    }
    github.change(comments=[theirs])
    people.comment(number)
    merged = people.merge(number)
    applied = people.applying(merged).run()

    assert github.state["comments"][0] == theirs
    assert len(people.comments(number)) == 1
    assert applied.failed == [], applied.log


def test_the_comment_reports_mistakes_too(people: People) -> None:
    """Outlines that can't be planned have no digest, so they can't be applied."""
    number = people.propose("a", 4711, "One")
    (people.courses / "a.yaml").write_text("id: x\n")
    number = people.push()
    job = people.comment(number)

    assert job.failed == []
    assert "can't be planned" in people.comments(number)[0]
    assert "::error file=courses/a.yaml,line=1,col=5::" in job.log


def test_a_forks_code_is_not_run_and_its_state_not_trusted(people: People, github: GitHub) -> None:
    """Its outlines are data: no link is followed, and neither its state nor its code is used."""
    merged = people.reviewed("a", 4711, "One")
    people.applying(merged).run()
    github.git("fetch", "-q", "origin")
    github.git("checkout", "-q", "-B", "theirs", "origin/main")
    (people.courses / "coursesync.state.json").write_text("{}")
    (people.courses / "coursesync.state.json.journal").write_text("{}\n")
    (people.courses / "passwd.yaml").symlink_to("/etc/passwd")
    redirected = 'base_url = "https://evil.example"\nstate = "their.state.json"\n'
    (people.courses / "coursesync.toml").write_text(redirected)
    (people.courses / "b.yaml").write_text("id: 4712\ntitle: B\nsections:\n  - title: Two\n")
    (github.folder / "clone" / "pyproject.toml").write_text("raise SystemExit('owned')\n")
    (github.folder / "clone" / ".gitattributes").write_text("*.yaml filter=lfs\n")
    number = people.push("mallory")
    job = people.comment(number)
    (body,) = people.comments(number)

    assert job.failed == []
    assert "can't be planned" in body  # the link's text is no outline
    assert "root:" not in job.log + body
    assert not any(path.is_symlink() for path in (job.workspace / "courses").iterdir())
    assert job.installed == [""]  # main's own code, which has none
    (people.courses / "passwd.yaml").unlink()
    number = people.push("mallory")
    people.comment(number)
    (comment,) = people.comments(number)
    assert "**Plan: 1 to create, 0 to update, 0 to delete.**" in comment
    assert "**This pull request changes the state**" in comment
    assert "evil" not in comment


def test_a_merged_journal_is_not_trusted(people: People, api: SandboxServer) -> None:
    """Its entries would be trusted, so nothing is applied, and the state stays the same."""
    people.applying(people.reviewed("a", 4711, "One")).run()
    known, sent = people.state_on_main(), len(api.log())
    people.github.git("checkout", "-q", "-B", "slip", "origin/main")
    (people.courses / "coursesync.state.json.journal").write_text("{}\n")
    number = people.push()
    people.comment(number)
    job = people.applying(people.merge(number)).run()

    assert job.failed == ["Take the state as it is on main now"]
    assert "A journal was merged into main" in job.log
    assert len(api.log()) == sent
    assert people.state_on_main() == known


@pytest.mark.parametrize("workflow", ["plan", "comment", "apply", "drift"])
def test_each_workflow_names_the_api_itself(workflow: str) -> None:
    """Neither a file of the workspace nor a variable of the repository names it."""
    text = (ROOT / ".github" / "workflows" / f"{workflow}.yml").read_text()
    (job,) = YAML(typ="safe").load(text)["jobs"].values()

    assert job["env"]["COURSESYNC_BASE_URL"] == "https://spaces.nexudus.com"
    assert text.count("COURSESYNC_BASE_URL") == 1
    assert "--base-url" not in text


@pytest.mark.parametrize("workflow", ["plan", "comment"])
def test_workflows_for_pull_requests_have_no_secrets(workflow: str) -> None:
    """A stranger's pull request starts it, so it holds no secret."""
    text = (ROOT / ".github" / "workflows" / f"{workflow}.yml").read_text()
    read = YAML(typ="safe").load(text)
    (job,) = read["jobs"].values()
    rights = {"plan": {"contents": "read"}, "comment": {}}[workflow]
    more = {"plan": None, "comment": {"contents": "read", "pull-requests": "write"}}[workflow]

    assert re.findall(r"\$\{\{[^}]*secrets", text) == []
    assert "environment" not in job
    assert "pull_request_target" not in read["on"]
    assert (read["permissions"], job.get("permissions")) == (rights, more)


@pytest.mark.parametrize("squash", [False, True])
def test_a_merge_applies_just_what_was_reviewed(
    people: People, api: SandboxServer, *, squash: bool
) -> None:
    """The digest of the comment is that of the merge; the Ids are on main afterwards."""
    number = people.propose("a", 4711, "One", "Two")
    people.comment(number)
    job = people.applying(people.merge(number, squash=squash)).run()
    kept = people.github.folder / "artifacts" / "coursesync-receipt-1"
    receipt = json.loads((kept / "receipt.json").read_text())

    assert job.failed == [], job.log
    assert [each["Title"] for each in api.records()] == ["One", "Two"]
    assert ids_on(people.state_on_main()) == {each["Id"] for each in api.records()}
    assert job.outputs["steps.apply.outputs.digest"] == people.digest(number)
    assert receipt["complete"]
    assert receipt["digest"] == people.digest(number)


def test_a_change_after_the_review_is_not_applied(people: People, api: SandboxServer) -> None:
    """A push between the comment and the merge changes the digest: nothing is sent."""
    number = people.propose("a", 4711, "One")
    people.comment(number)
    merged = people.merge(number)
    people.github.git("checkout", "-q", "--detach", merged)
    (people.courses / "a.yaml").write_text("id: 4711\ntitle: A\nsections:\n  - title: Else\n")
    people.github.git("commit", "-q", "-a", "-m", "Slip in")
    people.github.git("push", "-q", "origin", "HEAD:main")
    slipped = people.github.git("rev-parse", "HEAD")
    pulls = people.github.state["pulls"]
    pulls[number - 1]["merge_commit_sha"] = slipped
    people.github.change(pulls=pulls)
    job = people.applying(slipped).run()

    assert job.failed == [APPLY]
    assert 4 in [each.code for each in job.ended]
    assert job.outputs["steps.apply.outputs.failure-reason"] == "stale"
    assert api.creates() == []


def test_a_large_change_waits_for_a_persons_confirmation(
    people: People, api: SandboxServer
) -> None:
    """The merge fails and reports how much it would change; a run by hand applies it."""
    titles = [f"S{number}" for number in range(12)]
    people.applying(people.reviewed("a", 4711, *titles)).run()
    people.github.git("fetch", "-q", "origin")
    people.github.git("checkout", "-q", "-B", "hide", "origin/main")
    path = people.courses / "a.yaml"
    path.write_text(path.read_text().replace("  - title", "  - active: false\n    title"))
    number = people.push()
    people.comment(number)
    merged = people.merge(number)
    stopped = people.applying(merged).run()
    by_hand = people.applying(merged, people.digest(number), "allow-large-change").run()

    assert stopped.failed == [APPLY]
    assert "::error::Nothing was changed, because this is a large change: 12 of all" in stopped.log
    assert by_hand.failed == [], by_hand.log
    assert {each["Active"] for each in api.records()} == {False}


def test_an_unreviewed_push_is_not_applied(people: People, api: SandboxServer) -> None:
    """A push to main without a pull request fails; a run by hand with its digest applies it."""
    people.github.git("checkout", "-q", "-B", "main", "origin/main")
    (people.courses / "a.yaml").write_text("id: 4711\ntitle: A\nsections:\n  - title: One\n")
    people.github.git("add", ".")
    people.github.git("commit", "-q", "-m", "Past all review")
    people.github.git("push", "-q", "origin", "HEAD:main")
    commit = people.github.git("rev-parse", "HEAD")
    job = people.applying(commit).run()
    sent = len(api.log())
    refused = people.applying(commit, "f" * 64).run()
    planned = json.loads(_coursesync(people, "plan", "--format", "json"))
    by_hand = people.applying(commit, planned["digest"]).run()

    assert job.failed == ["Find what was reviewed"]
    assert "run this workflow by hand with its digest" in job.log
    assert (sent, refused.failed) == (0, [APPLY])
    assert by_hand.failed == [], by_hand.log
    assert len(api.records()) == 1


def test_only_a_run_by_hand_deletes_what_members_completed(
    people: People, api: SandboxServer
) -> None:
    """The check box of the option that the message names lets it through."""
    head = "id: 4711\ntitle: A\nsections: []\nlessons:"
    commit = _pushed(people, f"{head}\n- {{key: one, title: One}}\n")
    first = people.applying(commit, _digest(people)).run()
    (lesson,) = api.lessons()
    api.complete(int(str(lesson["Id"])), 3)
    commit = _pushed(people, f"{head} []\n")
    digest = _digest(people, "--on-removal", "delete", "--prune")
    stopped = people.applying(commit, digest, "prune").run()
    deleted = people.applying(commit, digest, "prune", "allow-progress-loss").run()

    assert first.failed == [], first.log
    assert stopped.failed == [APPLY]
    assert "3 members have completed it" in stopped.log
    assert deleted.failed == [], deleted.log
    assert api.lessons() == []


def _pushed(people: People, outline: str) -> str:
    """Push an outline to main, where removed items are deleted; return the commit."""
    people.github.git("fetch", "-q", "origin")
    people.github.git("checkout", "-q", "-B", "main", "origin/main")
    (people.courses / "a.yaml").write_text(outline)
    (people.courses / "coursesync.toml").write_text('on_removal = "delete"\n')
    people.github.git("add", "--force", ".")
    people.github.git("commit", "-q", "-m", "Push")
    people.github.git("push", "-q", "origin", "HEAD:main")
    return people.github.git("rev-parse", "HEAD")


def _digest(people: People, *options: str) -> str:
    """Return the digest of the plan on main."""
    found = json.loads(_coursesync(people, "plan", *options, "--format", "json"))["digest"]
    assert isinstance(found, str)
    return found


def _coursesync(people: People, *words: str) -> str:
    """Run coursesync in the author's clone, and return what it prints."""
    environment = people.github.environment
    clone = people.github.folder / "clone"
    return subprocess.run(
        [program(), *words], cwd=clone, env=environment, check=True, capture_output=True, text=True
    ).stdout


def merged_while_applied(people: People) -> tuple[Job, Job]:
    """Merge a second pull request while the first is applied; return the jobs of both."""
    first = people.propose("a", 4711, "One")
    people.comment(first)
    second = people.propose("b", 4712, "Two")
    people.comment(second)
    merged = people.merge(first)
    later: list[str] = []
    job = people.applying(merged).run({COMMIT: lambda: later.append(people.merge(second))})
    after = people.applying(later[0]).run()
    return job, after


def test_a_review_from_before_there_was_a_state_is_stale_once_there_is_one(
    people: People, api: SandboxServer
) -> None:
    """A person reviews a plan again if it was made before there was a state."""
    job, after = merged_while_applied(people)

    assert job.failed == [], job.log
    assert after.failed == [APPLY]
    assert after.outputs["steps.apply.outputs.failure-reason"] == "stale"
    assert [each["Title"] for each in api.records()] == ["One"]
    assert ids_on(people.state_on_main()) == {each["Id"] for each in api.records()}


def test_two_merges_into_a_site_with_a_state_are_both_applied(
    people: People, api: SandboxServer
) -> None:
    """Once there is a state, merges of different courses don't block each other."""
    people.applying(people.reviewed("z", 4713, "Zero")).run()
    job, after = merged_while_applied(people)

    assert (job.failed, after.failed) == ([], []), job.log + after.log
    assert [each["Title"] for each in api.records()] == ["Zero", "One", "Two"]
    assert ids_on(people.state_on_main()) == {each["Id"] for each in api.records()}


@pytest.mark.parametrize("guard", [{"protected": True}, {"rules": [{"type": "pull_request"}]}])
def test_nothing_is_applied_if_the_state_cant_be_pushed(
    people: People, api: SandboxServer, guard: dict[str, object]
) -> None:
    """Rules of main that refuse the push are found before the first write."""
    merged = people.reviewed("a", 4711, "One")
    people.github.change(**guard)
    people.github.refuse_pushes()
    job = people.applying(merged).run()

    assert job.failed == [PROVE]
    assert "main's rules forbid it" in job.log
    assert api.log() == []
    people.github.allow_pushes()
    assert people.applying(merged).run().failed == []
    assert ids_on(people.state_on_main()) == {each["Id"] for each in api.records()}


def test_a_state_that_could_not_be_pushed_is_restored_by_one_command(
    people: People, api: SandboxServer
) -> None:
    """The state is kept, and the log ends with the command that restores it to main."""
    people.applying(people.reviewed("z", 4713, "Zero")).run()  # so that there is a state
    merged = people.reviewed("a", 4711, "One", "Two")
    job = people.applying(merged).run({COMMIT: people.github.refuse_pushes})
    command = job.log.strip().splitlines()[-1]
    people.github.allow_pushes()
    stopped = people.applying(people.reviewed("b", 4712, "Else")).run()
    people.github.git("fetch", "-q", "origin")
    people.github.git("checkout", "-q", "-B", "main", "origin/main")
    subprocess.run(
        ["/bin/bash", "-ec", command],
        cwd=people.github.folder / "clone",
        env=job._environment({}) | {"GH_TOKEN": "t0ken"},  # noqa: SLF001 - a shell like the job's
        check=True,
        capture_output=True,
    )

    assert job.failed == [COMMIT]
    assert " gh run download " in command
    assert stopped.failed == ["Take the state as it is on main now"]
    assert "An earlier run has not put its state on main" in stopped.log
    assert people.github.git("ls-remote", "origin", "refs/heads/coursesync-unrecorded") == ""
    assert ids_on(people.state_on_main()) == {each["Id"] for each in api.records()}
    assert "Plan: 1 to create" in _coursesync(people, "plan")  # what has waited meanwhile
    waited = people.github.git("rev-parse", "origin/main")
    again = people.applying(
        waited, json.loads(_coursesync(people, "plan", "--format", "json"))["digest"]
    )
    assert again.run().failed == []


def test_a_cancelled_job_keeps_its_records(people: People, api: SandboxServer) -> None:
    """SIGINT reaches coursesync, which is the step's own process; the state is pushed."""
    merged = people.reviewed("a", 4711, "One", "Two", "Three")
    job = people.applying(merged).unforked()
    steps = {step["name"]: step for step in job.job["steps"]}
    job.job["steps"] = [step for step in job.job["steps"] if step["name"] not in _FROM_APPLY_ON]
    job.run()
    api.fault_create(2, "slow=2")
    process = job.start(steps[APPLY])
    wait_until(lambda: len(api.records()) == 2)
    process.send_signal(signal.SIGINT)
    ended = job.end(steps[APPLY], process)
    job.cancelled = True
    job.job["steps"] = [steps[COMMIT]]
    job.run()

    assert ended.code == 130, ended.log
    assert job.outputs["steps.apply.outputs.failure-reason"] == "interrupted"
    assert len(api.records()) == 2
    assert ids_on(people.state_on_main()) == {each["Id"] for each in api.records()}


_FROM_APPLY_ON = {
    *(APPLY, COMMIT, "Keep the state and the journal", "Keep the receipt"),
    "Say how the state is restored",
}


def test_drift_keeps_one_issue(people: People, api: SandboxServer, github: GitHub) -> None:
    """The issue is opened when there is drift, updated, and closed when there is none."""
    people.applying(people.reviewed("a", 4711, "One")).run()
    quiet = people.drifting()
    none = list(github.state["issues"])
    (section,) = (int(str(each["Id"])) for each in api.records())
    api.foreign_change(section, Title="Hello @everyone", At=LATER)
    opened = people.drifting()
    api.foreign_change(section, Title="Hello again", At=LATER)
    people.drifting()
    (kept,) = github.state["issues"]
    api.foreign_change(section, Title="One", At=LATER)
    closed = people.drifting()

    assert (quiet.failed, opened.failed, closed.failed) == ([], [], []), opened.log
    assert none == []
    assert kept["title"] == "Courses were changed on the site"
    assert "Hello again" in kept["body"]
    assert [each["state"] for each in github.state["issues"]] == ["closed"]
    assert "@everyone" not in opened.summary


def test_drift_is_reverted_from_its_issue(people: People, api: SandboxServer) -> None:
    """The issue has the plan that restores the outlines' version, and the digest to run it."""
    merged = people.reviewed("a", 4711, "One", "Two")
    people.applying(merged).run()
    section = min(int(str(each["Id"])) for each in api.records())
    api.foreign_change(section, Title="Theirs", At=LATER)
    drift = people.drifting()
    (issue,) = people.github.state["issues"]
    (digest,) = re.findall(r"digest `([0-9a-f]{64})`", issue["body"])
    by_hand = people.applying(merged, digest, "refresh").run()

    assert drift.failed == [], drift.log
    assert "with **refresh** ticked" in issue["body"]
    assert "**Plan: 0 to create, 1 to update, 0 to delete.**" in issue["body"]
    assert by_hand.failed == [], by_hand.log
    assert [each["Title"] for each in api.records()] == ["One", "Two"]


def test_a_pull_request_is_planned_once(people: People) -> None:
    """The plan is in the log and on the summary page; each mistake and advice is marked once."""
    number = people.propose("a", 4711, "One")
    planned = people.planning(number)
    (people.courses / "a.yaml").write_text("id: x\ntitle: A\n")
    people.push_again(number)
    refused = people.planning(number)

    assert planned.failed == [], planned.log
    assert planned.log.count("Plan: 1 to create") == 1
    assert planned.log.count("::warning file=courses/a.yaml") == 1
    assert planned.summary.startswith("**Plan: 1 to create")
    assert refused.failed == ["Plan"]
    assert refused.log.count("::error file=courses/a.yaml,line=1,col=5::") == 1
    assert refused.summary == ""


def test_no_step_shows_a_secret(people: People) -> None:
    """Neither the API's token nor GitHub's, by which git pushed, is in a log or on disk."""
    job = people.applying(people.reviewed("a", 4711, "One")).run()
    kept = [path for path in job.folder.rglob("*") if path.is_file()]

    assert people.state_on_main()
    assert "sandbox-token" not in job.log
    assert GITHUB_TOKEN not in job.log
    assert [path for path in kept if GITHUB_TOKEN.encode() in path.read_bytes()] == []
