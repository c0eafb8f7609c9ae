"""What GitLab does in its own way, through the port, over a socket."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from forges.asking import brought, judged

from coursesync.ci.forges.forge import Mark, Status
from coursesync.ci.forges.job_forge import forge_of
from coursesync.errors import RemoteError
from coursesync.state.run_id import RunId

if TYPE_CHECKING:
    from collections.abc import Callable

    from forges.gitlab import GitLab
    from virtual import VirtualClock

    from coursesync.ci.forges.forge import Forge

STATUS = Status("coursesync/plan", Mark.PENDING, "Planning")


@pytest.fixture
def forge(gitlab_forge: GitLab, clock: VirtualClock) -> Forge:
    """The port, in a job with a project's token."""
    return forge_of(gitlab_forge.environment(), clock)


def test_a_fast_forward_merge(gitlab_forge: GitLab, forge: Forge) -> None:
    """GitLab does not tell it from a push of the head, so it looks like one."""
    number = gitlab_forge.propose()

    tip = gitlab_forge.merge(number, how="fast-forward")

    found = brought(forge, tip)
    assert (found.merged_as, found.head) == (tip, tip)


@pytest.mark.parametrize("method", ["merge", "ff"])
def test_a_squash(gitlab_forge: GitLab, forge: Forge, method: str) -> None:
    """It makes a commit that main has last, or one that a merge commit brings."""
    gitlab_forge.merge_method = method
    number = gitlab_forge.propose()
    gitlab_forge.commit("main", {"other": "x"})

    tip = gitlab_forge.merge(number, how="squash")

    found = brought(forge, tip)
    assert (found.number, found.merged_as) == (number, tip)
    assert (gitlab_forge.pulls[number].made[0] == tip) is (method == "ff")


def test_an_approval_without_graphql(gitlab_forge: GitLab, forge: Forge) -> None:
    """Where nobody knows who pushed, nothing counts as approved."""
    gitlab_forge.has_graphql = False
    number = gitlab_forge.propose()
    gitlab_forge.approve(number, "ben")

    found = judged(gitlab_forge, forge, number)

    assert (found.approved, found.is_doubtful) == (False, True)
    assert forge.pushers(number).unknown == (found.head,)


def test_a_comment_by_a_bot(gitlab_forge: GitLab, forge: Forge) -> None:
    """The account of a project's or a group's token is no person."""
    number = gitlab_forge.propose()
    for login in ("group_7_bot_0123", "project_42_bot", "ben"):
        gitlab_forge.comment(login, number, "/coursesync approve 0123")

    assert [each.is_by_bot for each in forge.comments(number)] == [True, True, False]


def test_an_approval_by_a_bot(gitlab_forge: GitLab, forge: Forge) -> None:
    """The account of a project's token approves nothing."""
    gitlab_forge.people[gitlab_forge.bot] = "write"
    number = gitlab_forge.propose()
    gitlab_forge.approve(number, gitlab_forge.bot)

    assert not judged(gitlab_forge, forge, number).approved


def test_an_approval_that_was_taken_away_without_a_note(gitlab_forge: GitLab, forge: Forge) -> None:
    """GitLab's list of approvals has the last word."""
    number = gitlab_forge.propose()
    gitlab_forge.approve(number, "ben")
    gitlab_forge.reset_approvals(number)

    assert not judged(gitlab_forge, forge, number).approved


def test_taking_an_approval_back_is_no_end_of_a_request_for_changes(
    gitlab_forge: GitLab, forge: Forge
) -> None:
    """GitLab notes both if somebody who approved asks for changes."""
    number = gitlab_forge.propose()
    gitlab_forge.approve(number, "ben")
    gitlab_forge.request_changes(number, "cleo")
    gitlab_forge.dismiss(number, "cleo")

    assert not judged(gitlab_forge, forge, number).approved


def test_a_forged_note(gitlab_forge: GitLab, forge: Forge) -> None:
    """A comment with the words of GitLab's note about an approval is no approval."""
    number = gitlab_forge.propose()
    gitlab_forge.approve(number, "ben")
    gitlab_forge.commit("a", {"courses/a.yaml": "title: B\n"})
    gitlab_forge.comment("ben", number, "approved this merge request")

    assert not judged(gitlab_forge, forge, number).approved


def test_system_notes_are_no_comments(gitlab_forge: GitLab, forge: Forge) -> None:
    """What GitLab notes by itself is no comment."""
    number = gitlab_forge.propose()
    gitlab_forge.approve(number, "ben")

    assert forge.comments(number) == []


def test_comments_on_an_issue(gitlab_forge: GitLab, forge: Forge) -> None:
    """An issue and a merge request with the same number have their own comments."""
    number = gitlab_forge.propose()
    issue = forge.open_issue("Waiting", "<!-- waiting -->")
    gitlab_forge.comment("ben", number, "/coursesync plan")
    gitlab_forge.comment("ben", issue.number, "/coursesync approve 0123")

    made = forge.comment(issue.number, "Approved")
    forge.edit_comment(made.id, "Approved by ben")

    found = [each.body for each in forge.comments(issue.number)]
    assert found == ["/coursesync approve 0123", "Approved by ben"]
    assert [each.body for each in forge.comments(number)] == ["/coursesync plan"]


def test_editing_a_comment(gitlab_forge: GitLab, forge: Forge) -> None:
    """A listed comment gets another text; folding it away does nothing."""
    number = gitlab_forge.propose()
    gitlab_forge.comment(gitlab_forge.bot, number, "The plan")
    (found,) = forge.comments(number)

    forge.minimise(found)
    forge.edit_comment(found.id, "The new plan")

    assert gitlab_forge.note(found.id).body == "The new plan"


def test_a_very_long_comment(gitlab_forge: GitLab, forge: Forge) -> None:
    """A comment of a million characters is added and edited like any other."""
    number, text = gitlab_forge.propose(), "é" * 999_999

    made = forge.comment(number, f"{text}1")
    forge.edit_comment(made.id, f"{text}2")

    assert [each.body for each in gitlab_forge.comments_on(number)] == [f"{text}2"]
    assert sum("notes" in each for each in gitlab_forge.requests) == 2


def test_no_text_makes_gitlab_act(gitlab_forge: GitLab, forge: Forge) -> None:
    """A line that GitLab would carry out with the token's rights is only shown."""
    number = gitlab_forge.propose()

    made = forge.comment(number, "A title:\n/merge\n/approve me")
    forge.edit_comment(made.id, "/close")
    forge.open_issue("Waiting", "<!-- waiting -->\n/close")

    assert gitlab_forge.actions == []


def test_a_status_of_a_head_in_a_fork(gitlab_forge: GitLab, forge: Forge) -> None:
    """GitLab keeps none for a commit that is on no branch of the project: that stops nothing."""
    head = gitlab_forge.commit("a", {"courses/a.yaml": "title: A\n"}, by="rita")
    gitlab_forge.open_pull("a", by="rita", fork=True)

    forge.set_status(head, STATUS)

    assert forge.statuses(head) == []


def test_a_status_that_is_pending_already(gitlab_forge: GitLab, forge: Forge) -> None:
    """GitLab refuses to set it again, and that is no failure."""
    tip = gitlab_forge.repository.tip()

    forge.set_status(tip, STATUS)
    forge.set_status(tip, STATUS)

    assert forge.statuses(tip) == [STATUS]


@pytest.mark.parametrize("status", ["canceled", "failed", "success", "skipped"])
def test_a_job_that_is_over(gitlab_forge: GitLab, forge: Forge, status: str) -> None:
    """Each of these is the end of a job."""
    run = gitlab_forge.start_run()
    gitlab_forge.runs[run, 1] = status

    assert forge.is_over(RunId(run))


@pytest.mark.parametrize("status", ["canceling", "pending", "running", "waiting_for_resource"])
def test_a_job_that_is_not_over(gitlab_forge: GitLab, forge: Forge, status: str) -> None:
    """A job that is being cancelled may still send."""
    run = gitlab_forge.start_run()
    gitlab_forge.runs[run, 1] = status

    assert not forge.is_over(RunId(run))


@pytest.mark.parametrize(
    "call",
    [
        lambda forge: forge.open_reviews("main"),
        lambda forge: forge.comment(1, "The plan"),
        lambda forge: forge.set_status("0" * 40, Status("coursesync/plan", Mark.SUCCESS, "")),
        lambda forge: forge.issue("x"),
        lambda forge: forge.is_over(RunId("1")),
        lambda forge: forge.may_write("ada"),
    ],
)
def test_a_missing_permission(
    gitlab_forge: GitLab, forge: Forge, call: Callable[[Forge], object]
) -> None:
    """A denied request names what the token needs, and where to make one."""
    gitlab_forge.denied.add("api")

    with pytest.raises(RemoteError, match="the token in COURSESYNC_GITLAB_TOKEN may not") as caught:
        call(forge)

    assert "with the scope api and the role Maintainer" in str(caught.value.remedy)


def test_a_message_that_is_a_list(gitlab_forge: GitLab, forge: Forge) -> None:
    """The reason of a refusal is shown, as if somebody else was quicker."""
    gitlab_forge.commit("a", {"courses/a.yaml": "title: A\n"})
    gitlab_forge.open_pull("a")
    gitlab_forge.faults.add("GET */merge_requests", "empty")

    with pytest.raises(RemoteError, match="Another open merge request already exists"):
        forge.open_review("a", "main", "Drift", "Text")


def test_the_token_of_a_job_alone(gitlab_forge: GitLab, clock: VirtualClock) -> None:
    """CI_JOB_TOKEN may read merge requests and no more: the message says which token to make."""
    gitlab_forge.propose()
    job = forge_of({**gitlab_forge.environment(), "COURSESYNC_GITLAB_TOKEN": ""}, clock)

    assert len(job.open_reviews("main")) == 1
    with pytest.raises(RemoteError, match="CI_JOB_TOKEN") as caught:
        job.issue("<!-- drift -->")

    assert "COURSESYNC_GITLAB_TOKEN" in str(caught.value.remedy)
