"""`coursesync ci comment`: each open pull request has its newest plan, whatever happened before."""

from __future__ import annotations

import json
import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest
from ci.clones import OUTLINE
from harness import CommandLine

if TYPE_CHECKING:
    from pathlib import Path

    from forges.github import GitHub
    from forges.gitlab import GitLab
    from forges.hosting import Comment, Status
    from harness import Ran

COURSE = "courses/onboarding.yaml"
BEE = OUTLINE.replace("title: B", "title: Bee")
INVALID = OUTLINE.replace("title: B", "titel: B")
MARKER = "<!-- coursesync plan: courses -->"


@dataclass
class Desk:
    """A forge, and the jobs that run `ci comment` on its main."""

    forge: GitHub | GitLab
    folder: Path
    jobs: int = 0

    def propose(
        self, branch: str, files: dict[str, str | bytes | None], *, fork: bool = False
    ) -> int:
        """Open a pull request that changes files."""
        self.forge.commit(branch, files)
        return self.forge.open_pull(branch, fork=fork)

    def run(self, event: dict[str, object] | None = None, **environment: str) -> Ran:
        """Run the command in a new clone of main, as a job does."""
        self.jobs += 1
        clone = self.folder / f"job-{self.jobs}"
        command = ["git", "clone", "--quiet", str(self.forge.repository.path), str(clone)]
        subprocess.run(command, check=True)
        command = ["git", "remote", "set-url", "origin", self.forge.clone_url]
        subprocess.run(command, check=True, cwd=clone)
        more = {"COURSESYNC_BASE_URL": "https://spaces.nexudus.com", **environment}
        if event is not None:
            (self.folder / "event.json").write_text(json.dumps(event))
            more["GITHUB_EVENT_PATH"] = str(self.folder / "event.json")
        cli = CommandLine(clone, {**self.forge.environment(), **more})
        return cli("ci", "comment")

    def own(self, number: int) -> list[Comment]:
        """Return the plans on a pull request, the oldest first."""
        return [e for e in self.forge.comments_on(number) if e.body.startswith(MARKER)]

    def shown(self, number: int) -> str:
        """Return the text of the newest plan, the only one that is not folded away."""
        *old, last = self.own(number)
        assert all(each.minimised for each in old)
        assert not last.minimised
        return last.body

    def status(self, number: int) -> Status:
        """Return the status of the head of a pull request."""
        found = self.forge.status(self.forge.pulls[number].head, "coursesync/plan")
        assert found is not None
        return found


@pytest.fixture
def desk(github_forge: GitHub, tmp_path: Path) -> Desk:
    """A forge whose main has one outline."""
    github_forge.commit("main", {COURSE: OUTLINE})
    return Desk(github_forge, tmp_path)


def test_each_open_pull_request_gets_its_plan(desk: Desk) -> None:
    """With a status in plain words; one without outlines gets the status alone."""
    plan = desk.propose("bee", {COURSE: BEE})
    other = desk.propose("docs", {"README.md": "Read me\n"})
    ran = desk.run()

    assert ran.code == 0, ran.err
    assert "Bee" in desk.shown(plan)
    assert desk.status(plan).state == "success"
    assert "1 section changes for members" in desk.status(plan).description
    assert desk.own(other) == []
    assert (desk.status(other).state, desk.status(other).description) == (
        "success",
        "No outline changes",
    )


def test_each_changed_setting_is_shown_in_plain_words(desk: Desk) -> None:
    """A pull request that changes coursesync.toml alone gets a comment, and its status says so."""
    lines = ["solo = true", "require_review = false", 'on_removal = "delete"', "[limits]"]
    lines += ["writes_a_minute = 7", "[allow_in]", '"x|y`" = ["empty-contents"]']
    lines.insert(0, 'base_url = "https://other.example.com"')
    plan = desk.propose("bee", {"courses/coursesync.toml": "\n".join(lines)})
    ran = desk.run()
    shown = desk.shown(plan)

    assert ran.code == 0, ran.err
    assert "- `solo` changes from `false` to `true`: nobody else has to approve" in shown
    assert "- `require_review` changes from `true` to `false`: a merged" in shown
    assert '- `on_removal` changes from `"keep"` to `"delete"`: what leaves' in shown
    assert 'to `"https://other.example.com"`: courses are applied to another address' in shown
    assert "- `limits.writes_a_minute` changes from `" in shown
    assert "it changes " in desk.status(plan).description
    assert "in coursesync.toml" in desk.status(plan).description


def test_what_is_up_to_date_is_not_repeated(desk: Desk) -> None:
    """A second run writes nothing: no comment, no status."""
    plan = desk.propose("bee", {COURSE: BEE})
    desk.run()
    marks, writes = len(desk.forge.marks), len(desk.forge.notes)
    ran = desk.run()

    assert ran.code == 0, ran.err
    assert len(desk.own(plan)) == 1
    assert (len(desk.forge.marks), len(desk.forge.notes)) == (marks, writes)


def test_a_push_gets_a_new_comment(desk: Desk) -> None:
    """The old one is folded away."""
    plan = desk.propose("bee", {COURSE: BEE})
    desk.run()
    desk.forge.commit("bee", {COURSE: OUTLINE.replace("title: B", "title: Beta")})
    desk.run()

    assert len(desk.own(plan)) == 2
    assert "Beta" in desk.shown(plan)


def test_what_main_gained_is_in_the_new_plan(desk: Desk) -> None:
    """A push to main moves the base; what it left waiting is for the engineer alone."""
    plan = desk.propose("bee", {COURSE: BEE})
    desk.run()
    desk.forge.commit("main", {"courses/other.yaml": OUTLINE.replace("4711", "4712")})
    desk.run()

    assert len(desk.own(plan)) == 2
    assert "create `section.other." in desk.shown(plan).partition("<details>")[2]
    assert "1 section changes for members" in desk.status(plan).description


def test_dropped_outlines_replace_the_plan(desk: Desk) -> None:
    """A push that takes the outlines back leaves no old plan to be believed."""
    plan = desk.propose("bee", {COURSE: BEE})
    desk.run()
    desk.forge.commit("bee", {COURSE: OUTLINE})
    desk.run()

    assert len(desk.own(plan)) == 2
    assert "This changes no outline" in desk.shown(plan)
    assert desk.status(plan).description == "No outline changes"


def test_a_conflict_replaces_the_plan(desk: Desk) -> None:
    """The comment names the file and what to do, and the status fails."""
    plan = desk.propose("bee", {COURSE: BEE})
    desk.run()
    desk.forge.commit("main", {COURSE: OUTLINE.replace("title: B", "title: Beta")})
    ran = desk.run()

    assert ran.code == 0, ran.err
    assert "it conflicts" in desk.shown(plan)
    assert f"`{COURSE}`" in desk.shown(plan)
    assert desk.status(plan).state == "failure"


def test_a_mistake_is_named_with_its_line(desk: Desk) -> None:
    """In the comment, with a link to the line, and in the status."""
    plan = desk.propose("bad", {COURSE: INVALID})
    ran = desk.run()

    assert ran.code == 0, ran.err
    assert f"[`{COURSE}:8`]" in desk.shown(plan)
    assert f"/blob/{desk.forge.pulls[plan].head}/{COURSE}#L8" in desk.shown(plan)
    assert desk.status(plan).state == "failure"
    assert f"first in {COURSE}:8" in desk.status(plan).description


def test_a_mistake_on_main_is_not_the_pull_requests(desk: Desk) -> None:
    """The comment names the file, the line and main; one that corrects it gets its plan."""
    desk.forge.commit("main", {COURSE: INVALID})
    other = desk.propose("other", {"courses/other.yaml": OUTLINE.replace("4711", "4712")})
    fix = desk.propose("fix", {COURSE: BEE})
    both = desk.propose("both", {"courses/more.yaml": INVALID.replace("4711", "4713")})
    ran = desk.run()

    assert ran.code == 0, ran.err
    assert "`main` has 1 mistake" in desk.shown(other)
    assert f"/blob/main/{COURSE}#L8" in desk.shown(other)
    assert desk.status(other).description.startswith("main itself has 1 mistake")
    assert desk.status(fix).state == "success"
    assert "courses/more.yaml:8" in desk.shown(both)
    assert f"{COURSE}:8" not in desk.shown(both)


@pytest.mark.parametrize("how", ["edited", "forged", "deleted"])
def test_a_comment_that_was_tampered_with_is_replaced(desk: Desk, how: str) -> None:
    """Whatever a text says, it leads to one more comment at most, and the next run is quiet."""
    plan = desk.propose("bee", {COURSE: BEE})
    desk.run()
    mine = desk.own(plan)[0]
    forged = mine.body.replace("Bee", "Harmless")
    if how == "edited":
        desk.forge.edit_comment(desk.forge.bot, mine.id, forged)
    elif how == "forged":
        desk.forge.comment(desk.forge.bot, plan, forged)
    else:
        desk.forge.delete_comment(mine.id)
    before = len(desk.forge.notes)
    desk.run()
    after = len(desk.forge.notes)
    desk.run()

    assert (after, len(desk.forge.notes)) == (before + 1, before + 1)
    assert "Bee" in desk.shown(plan)
    assert "Harmless" not in desk.shown(plan)


def test_a_marker_that_others_write_changes_nothing(desk: Desk) -> None:
    """A comment of a person is never taken for one of coursesync's."""
    plan = desk.propose("bee", {COURSE: BEE})
    forged = desk.forge.comment("rita", plan, f"{MARKER}\nAll is well.\n")
    desk.run()

    assert "Bee" in desk.own(plan)[-1].body
    assert not desk.forge.note(forged).minimised


def test_a_fork_is_planned_from_its_ref(desk: Desk) -> None:
    """Its branch is in another repository; its outlines are read as data."""
    plan = desk.propose("bee", {COURSE: BEE}, fork=True)
    ran = desk.run()

    assert ran.code == 0, ran.err
    assert "Bee" in desk.shown(plan)


def test_what_a_pull_request_brings_is_not_used(desk: Desk) -> None:
    """Its state and its configuration stay aside, and the comment says so."""
    hostile = {
        COURSE: BEE,
        "courses/coursesync.state.json": "{}",
        "courses/coursesync.toml": 'required_version = "99"\n',
        ".github/workflows/x.yml": "on: push\n",
    }
    plan = desk.propose("bee", {**hostile})
    ran = desk.run()

    assert ran.code == 0, ran.err
    assert "Bee" in desk.shown(plan)
    assert "`courses/coursesync.state.json`" in desk.shown(plan)
    assert "`courses/coursesync.toml`" in desk.shown(plan)
    assert "`.github/workflows/x.yml`" in desk.shown(plan)
    assert desk.status(plan).state == "success"


def test_a_plan_can_be_asked_for(desk: Desk) -> None:
    """By somebody who may write; each request gets one comment."""
    plan = desk.propose("bee", {COURSE: BEE})
    desk.run()
    desk.forge.comment("rita", plan, "/coursesync plan")
    desk.run()
    by_reader = len(desk.own(plan))
    desk.forge.comment("ben", plan, "/coursesync plan")
    desk.run()
    desk.run()

    assert by_reader == 1
    assert len(desk.own(plan)) == 2
    assert "Bee" in desk.shown(plan)


def test_an_instruction_that_is_not_understood_is_answered_once(desk: Desk) -> None:
    """With one line that says what to write."""
    plan = desk.propose("bee", {COURSE: BEE})
    for line in ("/coursesync aprove 0123456789abcdef", "/coursesync allow large-change"):
        desk.forge.comment("ben", plan, line)
    desk.run()
    desk.run()
    answers = [e.body for e in desk.forge.comments_on(plan) if "coursesync answer" in e.body]

    assert len(answers) == 2
    assert '"aprove 0123456789abcdef" is not known' in answers[0]
    assert "lacks the number" in answers[1]


def test_an_instruction_in_an_issue_is_answered(desk: Desk, github_forge: GitHub) -> None:
    """The event names the issue."""
    issue = desk.forge.open_issue("ada", "A question", "")
    comment = desk.forge.comment("ben", issue, "/coursesync alow prune 0123456789abcdef")
    event = github_forge.comment_event(comment)
    ran = desk.run(event, GITHUB_EVENT_NAME="issue_comment")

    assert ran.code == 0, ran.err
    assert len(desk.forge.comments_on(issue)) == 2


def test_the_run_that_kept_the_pages_is_linked(desk: Desk, github_forge: GitHub) -> None:
    """The end of the check names its run; that alone is no reason for a new comment."""
    plan = desk.propose("bee", {COURSE: BEE})
    desk.run()
    before = desk.shown(plan)
    head = desk.forge.pulls[plan].head
    desk.run(github_forge.workflow_run_event("Plan courses", head, "pull_request"))
    desk.run()

    assert "/actions/runs/1#artifacts" not in before
    assert "/actions/runs/1#artifacts" in desk.shown(plan)
    assert len(desk.own(plan)) == 1
    assert desk.status(plan).url.endswith("/actions/runs/1")


def test_one_pull_request_that_fails_stops_no_other(desk: Desk) -> None:
    """A head that git does not have yet is tried again later; the others are up to date."""
    late = desk.propose("late", {COURSE: BEE})
    plan = desk.propose("bee", {COURSE: BEE})
    desk.forge.pulls[late].is_fork = True  # its head comes from elsewhere
    desk.forge.pulls[late].head = "0" * 40
    ran = desk.run()

    assert ran.code == 75, ran.err
    assert f"pull request #{late}: not updated" in ran.said
    assert "Bee" in desk.shown(plan)


def test_titles_and_branches_are_inert(desk: Desk) -> None:
    """Markdown and HTML of an author come out as text."""
    plan = desk.propose("bee", {COURSE: OUTLINE.replace("title: B", 'title: "<b>@ada</b> **x**"')})
    desk.run()

    assert "<b>" not in desk.shown(plan)
    assert "**x**" not in desk.shown(plan)


def test_a_git_from_before_merge_tree_is_enough(desk: Desk, tmp_path: Path) -> None:
    """Git 2.25 can't merge trees by itself, nor work in an empty folder; the plan is the same."""
    bin_ = tmp_path / "bin"
    bin_.mkdir()
    (bin_ / "git").write_text(
        "#!/bin/sh\n"
        'for word; do case "$word" in --write-tree) exit 129;; '
        "version|--version) echo git version 2.25.1; exit 0;; esac; done\n"
        'case "$*" in *sparseCheckout=true*) '
        "echo error: Sparse checkout leaves no entry on working directory >&2; exit 128;; esac\n"
        'exec /usr/bin/git "$@"\n'
    )
    (bin_ / "git").chmod(0o755)
    plan = desk.propose("bee", {COURSE: BEE})
    ran = desk.run(PATH=f"{bin_}:/usr/bin:/bin")

    assert ran.code == 0, ran.err
    assert "Bee" in desk.shown(plan)


def test_another_branch_is_refused(desk: Desk) -> None:
    """Its configuration would not be main's."""
    desk.forge.commit("topic", {COURSE: BEE})
    desk.forge.repository.git("symbolic-ref", "HEAD", "refs/heads/topic")
    clone = desk.folder / "topic"
    command = ["git", "clone", "--quiet", str(desk.forge.repository.path), str(clone)]
    subprocess.run(command, check=True)
    desk.forge.repository.git("symbolic-ref", "HEAD", "refs/heads/main")
    ran = CommandLine(clone, desk.forge.environment())("ci", "comment")

    assert ran.code == 64
    assert "git checkout main" in ran.said


def test_merge_requests_get_their_plans_too(gitlab_forge: GitLab, tmp_path: Path) -> None:
    """On GitLab by the same command, with links to its pages."""
    gitlab_forge.commit("main", {COURSE: OUTLINE})
    desk = Desk(gitlab_forge, tmp_path)
    plan = desk.propose("bee", {COURSE: BEE})
    bad = desk.propose("bad", {COURSE: INVALID})
    ran = desk.run()
    again = desk.run()

    assert (ran.code, again.code) == (0, 0), ran.err + again.err
    assert "Bee" in desk.own(plan)[0].body
    assert f"/-/merge_requests/{plan}/pipelines" in desk.own(plan)[0].body
    assert f"/-/blob/{gitlab_forge.pulls[bad].head}/{COURSE}#L8" in desk.own(bad)[0].body
    assert len(desk.own(plan)) == 1
    assert desk.status(plan).state == "success"
