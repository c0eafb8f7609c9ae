"""What the workflows trust: states, old runs, missing answers."""

from __future__ import annotations

import json
import signal
import subprocess
from typing import TYPE_CHECKING

import pytest
from forked import program
from github.author import People
from harness import NO_LIMITS, TOKEN, wait_until, write_outline

if TYPE_CHECKING:
    from github.runner import GitHub
    from harness import SandboxServer

TAKE, FIND = "Take the state as it is on main now", "Find what was reviewed"
APPLY, COMMIT = "Apply", "Commit the state"


@pytest.fixture
def people(github: GitHub) -> People:
    """Authors of the repository."""
    return People(github)


def with_swapped_ids(people: People, *keys: str) -> int:
    """Open a pull request that adds a section, and swaps the Ids of two others in the state."""
    people.github.git("fetch", "-q", "origin")
    people.github.git("checkout", "-q", "-B", "swap", "origin/main")
    path = people.courses / "coursesync.state.json"
    state = json.loads(path.read_text())
    first, second = (state["entries"][key] for key in keys)
    first["id"], second["id"] = second["id"], first["id"]
    path.write_text(json.dumps(state))
    return people.push("mallory")


def test_a_state_from_a_pull_request_needs_a_persons_confirmation(
    people: People, api: SandboxServer
) -> None:
    """The state decides which records are ours: neither its merge nor the next one is applied."""
    people.applying(people.reviewed("a", 4711, "One", "Two")).run()
    sent = len(api.log())
    number = with_swapped_ids(people, "section.a.one", "section.a.two")
    people.comment(number)
    (comment,) = people.comments(number)
    merged = people.applying(people.merge(number)).run()
    after = people.applying(people.merge(people.propose("b", 4712, "Else"))).run()

    assert "**This pull request changes the state**" in comment
    assert (merged.failed, after.failed) == ([TAKE], [TAKE])
    assert f"was last written by pull request #{number}, in " in after.log
    assert "run this workflow by hand" in after.log
    assert len(api.log()) == sent


def applied_from_a_desk(people: People, *words: str) -> str:
    """Run coursesync in an author's clone and return its output; remove the state's other files."""
    done = subprocess.run(
        [program(), *words],
        cwd=people.courses.parent,
        env=people.github.environment | {"NEXUDUS_TOKEN": TOKEN},
        check=True,
        capture_output=True,
        encoding="utf-8",
    )
    for beside in people.courses.glob("coursesync.state.json.*"):  # which git ignores
        beside.unlink()
    return done.stdout


def test_a_pushed_state_is_trusted(people: People, api: SandboxServer) -> None:
    """An author who can push to main has imported courses; later merges are applied."""
    people.github.git("checkout", "-q", "-B", "main", "origin/main")
    write_outline(people.courses, "a", 4711, "One")
    applied_from_a_desk(people, "apply", "courses", "--auto-approve")
    people.github.git("add", ".")
    people.github.git("commit", "-q", "-m", "Take our courses over")
    people.github.git("push", "-q", "origin", "HEAD:main")
    job = people.applying(people.reviewed("b", 4712, "Else")).run()

    assert job.failed == [], job.log
    assert [each["Title"] for each in api.records()] == ["One", "Else"]


@pytest.mark.parametrize("titles", [("One",), ("One", "Two")])
def test_a_first_import_is_applied_by_hand_and_then_automatically(
    people: People, api: SandboxServer, titles: tuple[str, ...]
) -> None:
    """A person confirms a state once, even if there is nothing to apply."""
    people.github.git("checkout", "-q", "-B", "first", "origin/main")
    write_outline(people.courses, "a", 4711, "One")
    applied_from_a_desk(people, "apply", "courses", "--auto-approve")
    write_outline(people.courses, "a", 4711, *titles)
    number = people.push()
    people.comment(number)
    commit = people.merge(number)
    refused = people.applying(commit).run()
    digest = applied_from_a_desk(people, "plan", "courses").rpartition("Digest: ")[2].strip()
    by_hand = people.applying(commit, digest).run()
    later = people.applying(people.reviewed("b", 4712, "Else")).run()

    assert refused.failed == [TAKE]
    assert by_hand.failed == [], by_hand.log
    assert later.failed == [], later.log
    assert [each["Title"] for each in api.records()] == [*titles, "Else"]


def test_an_old_run_restores_nothing(people: People, api: SandboxServer) -> None:
    """If an old run was repeated after its outlines changed, it would undo later merges."""
    first = people.reviewed("a", 4711, "Old")
    people.applying(first).run()
    (key,) = json.loads(people.state_on_main())["entries"]
    path = people.courses / "a.yaml"
    commits = []
    for title in ("New", "Old"):
        people.github.git("fetch", "-q", "origin")
        people.github.git("checkout", "-q", "-B", title, "origin/main")
        path.write_text(f"id: 4711\ntitle: A\nsections:\n  - key: old\n    title: {title}\n")
        number = people.push()
        people.comment(number)
        commits.append(people.merge(number))
        assert people.applying(commits[-1]).run().failed == []
    again = people.applying(commits[0]).run()

    assert key == "section.a.old"
    assert again.failed == [TAKE]
    assert "Newer outlines than these were applied already" in again.log
    assert [each["Title"] for each in api.records()] == ["Old"]


def test_a_missing_answer_is_not_an_empty_one(people: People, github: GitHub) -> None:
    """If GitHub does not answer, no second comment is written, and no plan counts as unreviewed."""
    number = people.propose("a", 4711, "One")
    people.comment(number)
    for calls in range(1, 4):
        github.change(outages=1, calls=[])
        people.comment(number)
        assert len(people.comments(number)) == 1, calls
    github.change(outages=0)
    merged = people.merge(number)
    away = people.applying(merged).run({FIND: lambda: github.change(outages=1)})

    assert away.failed == [FIND]
    assert "No plan of this commit was reviewed" not in away.log


def test_a_push_between_two_steps_is_not_commented_on(people: People, github: GitHub) -> None:
    """The job plans the push that started it, or nothing."""
    number = people.propose("a", 4711, "One")
    write_outline(people.courses, "a", 4711, "Slipped in")
    slip = {"Take its outlines, as they would be on main": lambda: people.push_again(number)}
    job = people.comment(number, slip)

    assert job.failed == []
    assert people.comments(number) == []
    assert "a newer push" in job.log
    assert github.state["comments"] == []


def test_a_branch_with_two_pull_requests_has_the_comment_on_that_to_main(
    people: People, github: GitHub
) -> None:
    """A pull request to another base has another plan, and its merge applies nothing."""
    number = people.propose("a", 4711, "One")
    pulls = github.state["pulls"]
    github.change(pulls=[*pulls, {**pulls[0], "number": 2, "base": {"ref": "release"}}])
    job = people.comment(number)

    assert job.failed == [], job.log
    assert len(people.comments(number)) == 1


def test_the_comment_is_found_among_a_hundred(people: People, github: GitHub) -> None:
    """The API returns thirty comments in a page."""
    number = people.propose("a", 4711, "One")
    chat = {"issue": number, "node_id": "IC", "user": {"login": "ada"}, "body": "hm"}
    github.change(comments=[{**chat, "id": 1_000 + each} for each in range(100)])
    people.comment(number)
    again = people.comment(number)
    job = people.applying(people.merge(number)).run()

    assert again.failed == []
    assert len(people.comments(number)) == 1
    assert job.failed == [], job.log


def test_no_outlines_folder_redirects_a_run(people: People, api: SandboxServer) -> None:
    """Only the workflow names the API and the state."""
    redirected = f'base_url = "https://evil.example"\nstate = "theirs.state.json"\n{NO_LIMITS}'
    number = people.propose("a", 4711, "One")
    (people.courses / "coursesync.toml").write_text(redirected)
    people.push_again(number)
    people.comment(number)
    job = people.applying(people.merge(number)).run()

    assert job.failed == [], job.log
    assert "evil" not in people.comments(number)[0]
    assert [each["Title"] for each in api.records()] == ["One"]
    assert "section.a.one" in people.state_on_main()


def test_a_killed_run_keeps_its_ids(people: People, api: SandboxServer) -> None:
    """The step that commits the state folds the run's journal."""
    merged = people.reviewed("a", 4711, "One", "Two", "Three")
    job = people.applying(merged).unforked()
    steps = {step["name"]: step for step in job.job["steps"]}
    job.job["steps"] = job.job["steps"][: [*steps].index(APPLY)]
    job.run()
    api.fault_create(3, "slow=60")
    process = job.start(steps[APPLY])
    wait_until(lambda: len(api.records()) == 3)
    process.send_signal(signal.SIGKILL)
    ended = job.end(steps[APPLY], process)
    job.job["steps"] = [steps[COMMIT]]
    job.run()

    assert ended.code == -signal.SIGKILL
    # the third is in doubt: its answer never came
    assert ids_in(people.state_on_main()) == {each["Id"] for each in api.records()[:2]}
    assert "section.a.three" in json.loads(people.state_on_main())["doubts"]


def ids_in(text: str) -> set[int]:
    """Return the Ids in a state file."""
    return {entry["id"] for entry in json.loads(text)["entries"].values()}


def test_a_journal_that_cant_be_read_is_kept_and_reported(
    people: People, api: SandboxServer
) -> None:
    """The state is pushed; the step fails, so that the log shows how to restore the journal."""
    people.applying(people.reviewed("a", 4711, "One")).run()
    job = people.applying(people.reviewed("b", 4712, "Two"))
    journal = job.workspace / "courses" / "coursesync.state.json.journal"
    job.run({COMMIT: lambda: journal.write_text("what is this\n")})
    kept = people.github.folder / "artifacts" / "coursesync-state-1"

    people.github.git("fetch", "-q", "origin")

    assert job.failed == [COMMIT]
    assert " && kept=$(mktemp -d) && gh run download " in job.log.strip().splitlines()[-1]
    assert (kept / journal.name).read_text() == "what is this\n"
    now = people.github.git("rev-parse", "origin/main:courses/coursesync.state.json")
    assert f'= "{now}" && ' in job.log.strip().splitlines()[-1]
    assert people.github.git("ls-remote", "origin", "refs/heads/coursesync-unrecorded")
    assert ids_in(people.state_on_main()) == {each["Id"] for each in api.records()}


def test_a_main_that_lost_its_outlines_gets_the_state_too(
    people: People, api: SandboxServer
) -> None:
    """If the folder is deleted from main during a run, no Id is lost."""
    merged = people.reviewed("a", 4711, "One")
    git = people.github.git

    def emptied() -> None:
        git("fetch", "-q", "origin")
        git("checkout", "-q", "-B", "empty", "origin/main")
        git("rm", "-r", "-q", "courses")
        git("commit", "-q", "-m", "Begin anew")
        git("push", "-q", "origin", "HEAD:main")

    job = people.applying(merged).run({COMMIT: emptied})

    assert job.failed == [], job.log
    assert ids_in(people.state_on_main()) == {each["Id"] for each in api.records()}


def test_a_plan_that_was_edited_was_not_reviewed(people: People, github: GitHub) -> None:
    """Anyone who can push can edit the bot's comment and leave its digest."""
    number = people.propose("a", 4711, "One")
    people.comment(number)
    comments = github.state["comments"]
    forged = comments[0]["body"].replace("-->\n", "-->\n**Nothing to do**\n")
    comments[0].update(editor={"login": "mallory"}, body=forged)
    github.change(comments=comments)
    job = people.applying(people.merge(number)).run()

    assert job.failed == [FIND]
    assert "was edited by mallory" in job.log


def test_a_plan_that_came_after_the_merge_was_not_reviewed(people: People, github: GitHub) -> None:
    """Nobody has reviewed a comment that was updated during the merge."""
    number = people.propose("a", 4711, "One")
    people.comment(number)
    merged = people.merge(number)
    comments = github.state["comments"]
    comments[0].update(updated_at="2999-01-01T00:00:00Z")
    github.change(comments=comments)
    job = people.applying(merged).run()

    assert job.failed == [FIND]
    assert "may have shown another plan" in job.log


def test_the_comment_names_its_commit_and_counts_other_files(
    people: People, github: GitHub
) -> None:
    """It names its commit, and counts the files beside the outlines, which may be code."""
    number = people.propose("a", 4711, "One")
    people.comment(number)
    quiet = people.comments(number)[0]
    workflow = github.folder / "clone" / ".github" / "workflows" / "apply.yml"
    workflow.parent.mkdir(parents=True)
    workflow.write_text("on: push\n")
    (people.courses / "coursesync.toml").write_text("strict = false\n" + NO_LIMITS)
    people.push_again(number)
    people.comment(number)
    loud = people.comments(number)[0]

    assert f"Plan of the commit {github.state['pulls'][0]['head']['sha']}.\n" in loud
    assert "also changes" not in quiet
    assert "**This pull request also changes 2 files that are no outlines.**" in loud


def test_another_merge_in_between_is_no_reason_to_stop(people: People, api: SandboxServer) -> None:
    """If main changes while a run prepares, the proof is on top of the new main."""
    people.applying(people.reviewed("z", 4713, "Zero")).run()
    first = people.propose("a", 4711, "One")
    people.comment(first)
    second = people.propose("b", 4712, "Two")
    people.comment(second)
    merged = people.merge(first)
    prove = "Prove that the state can be pushed"
    job = people.applying(merged).run({prove: lambda: people.merge(second)})

    assert job.failed == [], job.log
    assert ids_in(people.state_on_main()) == {each["Id"] for each in api.records()}


def test_a_state_that_others_write_meanwhile_is_not_lost(
    people: People, api: SandboxServer
) -> None:
    """An import that is merged during a run stays on main; the run's Ids are kept."""
    people.applying(people.reviewed("z", 4713, "Zero")).run()
    job = people.applying(people.reviewed("a", 4711, "One"))
    theirs: list[int] = []

    def imported() -> None:
        theirs.append(with_swapped_ids(people, "section.z.zero", "section.z.zero"))
        people.merge(theirs[0])

    job.run({COMMIT: imported})
    unrecorded = people.github.git("ls-remote", "origin", "refs/heads/coursesync-unrecorded")
    kept = people.github.folder / "artifacts" / "coursesync-state-1" / "coursesync.state.json"

    assert job.failed == [COMMIT]
    assert "not the one that this run began with" in job.log
    assert "section.a.one" not in people.state_on_main()
    assert unrecorded != ""
    assert ids_in(kept.read_text()) == {each["Id"] for each in api.records()}


def test_a_stale_plan_shows_how_to_continue(people: People) -> None:
    """The log shows what to type, where, and how to apply the plan after its review."""
    number = people.propose("a", 4711, "One")
    people.comment(number)
    second = people.propose("b", 4712, "Two")
    people.comment(second)
    people.applying(people.merge(number)).run()
    job = people.applying(people.merge(second)).run()

    assert job.failed == [APPLY]
    assert job.log.strip().splitlines()[-1].startswith("::error::Main has changed since")


FLAG = "refs/heads/coursesync-unrecorded"


def test_a_lost_machine_blocks_the_next_run(people: People, api: SandboxServer) -> None:
    """A person first looks for its sections: with a new title they would be created twice."""
    job = people.applying(people.reviewed("a", 4711, "One"))
    names = [step["name"] for step in job.job["steps"]]
    job.job["steps"] = job.job["steps"][: names.index(APPLY) + 1]
    job.run()
    after = people.applying(people.reviewed("a", 4711, "Uno")).run()

    assert job.failed == []
    assert after.failed == [TAKE]
    assert "git push --delete origin coursesync-unrecorded" in after.log
    assert [each["Title"] for each in api.records()] == ["One"]


def test_a_run_that_made_nothing_leaves_nothing_behind(people: People) -> None:
    """A stale run loses nothing if others wrote the state, and blocks no later run."""
    people.applying(people.reviewed("z", 4713, "Zero")).run()
    commit = people.merge(people.propose("a", 4711, "One"))

    def imported() -> None:
        people.merge(with_swapped_ids(people, "section.z.zero", "section.z.zero"))

    job = people.applying(commit, "f" * 64).run({COMMIT: imported})

    assert job.failed == [APPLY]
    assert people.github.git("ls-remote", "origin", FLAG) == ""


def test_main_without_outlines_is_reported(people: People) -> None:
    """A run by hand there reports what is missing, and leaves nothing behind."""
    people.applying(people.reviewed("z", 4713, "Zero")).run()
    git = people.github.git
    git("fetch", "-q", "origin")
    git("checkout", "-q", "-B", "empty", "origin/main")
    git("rm", "-r", "-q", "courses")
    git("commit", "-q", "-m", "Begin anew")
    git("push", "-q", "origin", "HEAD:main")
    job = people.applying(git("rev-parse", "HEAD"), "f" * 64).run()

    assert job.failed == [APPLY]
    assert "the workspace `courses` does not exist" in job.log
    assert git("ls-remote", "origin", FLAG) == ""


def test_a_comment_is_of_main_as_it_is_now(people: People) -> None:
    """Later merges into main do not count as removals by the pull request."""
    people.applying(people.reviewed("z", 4713, "Zero")).run()
    first = people.propose("a", 4711, "One")
    people.comment(first)
    second = people.propose("b", 4712, "Two")
    people.applying(people.merge(first)).run()
    job = people.comment(second)
    merged = people.applying(people.merge(second)).run()

    assert job.failed == [], job.log
    assert "**Plan: 1 to create, 0 to update, 0 to delete.**" in people.comments(second)[0]
    assert merged.failed == [], merged.log


def test_a_conflict_with_main_has_no_plan(people: People) -> None:
    """The job does not choose a side; the pull request can't be merged anyway."""
    first, second = (people.propose("a", 4711, title) for title in ("One", "Two"))
    people.merge(first)
    job = people.comment(second)

    assert job.failed == [], job.log
    assert "can't be merged into the current main" in job.log
    assert people.comments(second) == []


def test_a_comment_in_the_second_of_the_merge_was_not_reviewed(
    people: People, github: GitHub
) -> None:
    """Times in whole seconds don't show which event came first."""
    number = people.propose("a", 4711, "One")
    people.comment(number)
    merged = people.merge(number)
    comments = github.state["comments"]
    comments[0].update(updated_at=github.state["pulls"][0]["merged_at"])
    github.change(comments=comments)

    assert people.applying(merged).run().failed == [FIND]


def test_no_title_of_a_merge_blocks_a_run(people: People, api: SandboxServer) -> None:
    """A record of applied outlines is trusted in a pushed commit, not in a merged one."""
    people.applying(people.reviewed("a", 4711, "One", "Two")).run()
    number = with_swapped_ids(people, "section.a.one", "section.a.one")
    git = people.github.git
    head = git("rev-parse", "HEAD")
    git("fetch", "-q", "origin", "main")
    git("checkout", "-q", "--detach", "FETCH_HEAD")
    git("merge", "-q", "--no-ff", "-m", f"Merge\n\nOutlines: {'0' * 40}", head)
    git("push", "-q", "origin", "HEAD:main")
    commit = git("rev-parse", "HEAD")
    pulls = people.github.state["pulls"]
    pulls[number - 1].update(merged_at="2020-01-01T00:00:00Z", merge_commit_sha=commit)
    people.github.change(pulls=pulls)
    job = people.applying(commit, "f" * 64).run()

    assert "Newer outlines" not in job.log
    assert TAKE not in job.failed
    assert len(api.records()) == 2
