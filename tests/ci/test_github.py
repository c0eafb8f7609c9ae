"""GitHub's API through the port: what crosses it, over a socket."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from forges.asking import brought, judged
from forges.hosting import TOKEN

from coursesync.ci.forges.forge import Mark, NotYet, Status
from coursesync.ci.forges.job_forge import forge_of
from coursesync.errors import RemoteError
from coursesync.state.run_id import RunId

if TYPE_CHECKING:
    from collections.abc import Callable

    from forges.github import GitHub
    from virtual import VirtualClock

    from coursesync.ci.forges.forge import Forge

STATUS = Status("coursesync/plan", Mark.PENDING, "Planning")


@pytest.fixture
def forge(github_forge: GitHub, clock: VirtualClock) -> Forge:
    """The port, in a job."""
    return forge_of(github_forge.environment(), clock)


def test_a_request_for_changes_that_is_dismissed(github_forge: GitHub, forge: Forge) -> None:
    """It holds nothing back any more."""
    number = github_forge.propose()
    github_forge.approve(number, "ben")
    github_forge.request_changes(number, "cleo")
    github_forge.dismiss(number, "cleo")

    assert judged(github_forge, forge, number).approved


def test_what_a_rebase_brought(github_forge: GitHub, forge: Forge) -> None:
    """Each commit of a rebase belongs to its pull request."""
    number = github_forge.propose()
    github_forge.commit("a", {"courses/a.yaml": "title: B\n"})
    before = github_forge.commit("main", {"other": "x"})

    tip = github_forge.merge(number, how="rebase")

    commits = github_forge.repository.commits(before, tip)
    found = forge.reviews_between("main", commits)
    assert [each and each is not NotYet.INDEXED and each.number for each in found.values()] == [
        1,
        1,
    ]


def test_what_a_queue_brought(github_forge: GitHub, forge: Forge) -> None:
    """Each commit of a merge queue's batch belongs to its own pull request."""
    before = github_forge.repository.tip()
    one, two = github_forge.propose("a"), github_forge.propose("b")

    github_forge.merge(one, two, how="queue")

    commits = github_forge.repository.commits(before, "main", first_parent=True)
    assert [brought(forge, each).number for each in commits] == [one, two]


def test_a_commit_of_a_pull_request_that_was_pushed_before(
    github_forge: GitHub, forge: Forge
) -> None:
    """A commit that somebody pushed stays a push when its pull request is merged later."""
    number = github_forge.propose()
    (pushed,) = github_forge.own_commits(github_forge.pulls[number])
    github_forge.commit("a", {"courses/a.yaml": "title: B\n"})
    github_forge.push(pushed)
    tip = github_forge.merge(number)
    github_forge.pulls[number].since = github_forge.repository.tip(f"{pushed}^")

    found = forge.reviews_between("main", [pushed, tip])

    assert found[pushed] is None
    assert brought(forge, tip).number == number


def test_a_commit_among_very_many(github_forge: GitHub, forge: Forge) -> None:
    """Where GitHub does not list all commits of a pull request, only its last one is sure."""
    before = github_forge.repository.tip()
    github_forge.repository.commit_often("a", 252, by="ada", at=datetime.now(UTC))
    number = github_forge.open_pull("a")
    github_forge.push(github_forge.pulls[number].head)

    *_, below, head = github_forge.repository.commits(before, "main")

    assert forge.reviews_between("main", [below])[below] is None
    assert brought(forge, head).number == number


def test_comments_without_graphql(github_forge: GitHub, forge: Forge) -> None:
    """An old Enterprise Server shows an edit by the time of the last update."""
    github_forge.has_graphql = False
    number = github_forge.propose()
    forge.comment(number, "The plan")
    edited = github_forge.comment("ben", number, "/coursesync plan")
    github_forge.edit_comment("ben", edited, "/coursesync approve 0123")

    found = forge.comments(number)

    assert [(e.own, forge.is_edited(e)) for e in found] == [(True, False), (False, True)]


def test_editing_and_folding_a_comment(github_forge: GitHub, forge: Forge) -> None:
    """An own comment gets another text, and an outdated one is folded away."""
    made = forge.comment(github_forge.propose(), "The plan")

    forge.edit_comment(made.id, "The new plan")
    forge.minimise(made)

    note = github_forge.note(made.id)
    assert (note.body, note.minimised) == ("The new plan", True)


def test_the_account_of_another_token(github_forge: GitHub, clock: VirtualClock) -> None:
    """With a person's token, that person's comments are the own ones."""
    github_forge.tokens["token-of-cleo"] = "cleo"
    forge = forge_of({**github_forge.environment(), "GITHUB_TOKEN": "token-of-cleo"}, clock)
    number = github_forge.propose()

    assert forge.comment(number, "The plan").own
    assert github_forge.comments_on(number)[0].author == "cleo"


@pytest.mark.parametrize("token", ["token-of-cleo", TOKEN])
def test_the_account_without_graphql(github_forge: GitHub, clock: VirtualClock, token: str) -> None:
    """An old Enterprise Server names the account of a person's token, but not that of a job's."""
    github_forge.has_graphql = False
    github_forge.tokens["token-of-cleo"] = "cleo"
    forge = forge_of({**github_forge.environment(), "GITHUB_TOKEN": token}, clock)

    assert forge.comment(github_forge.propose(), "The plan").own


def test_an_enterprise_server(github_forge: GitHub, clock: VirtualClock) -> None:
    """The API of an Enterprise Server is below /api/v3, and its GraphQL beside that."""
    job = {**github_forge.environment(), "GITHUB_API_URL": f"{github_forge.api}/v3"}
    forge = forge_of(job, clock)

    assert forge.comment(github_forge.propose(), "The plan").own
    assert {each.partition("?")[0] for each in github_forge.requests} == {
        "POST /api/v3/repos/space/courses/issues/1/comments",
        "POST /api/graphql",
    }


@pytest.mark.parametrize(
    ("denied", "call", "permission"),
    [
        ("pull-requests: read", lambda forge: forge.open_reviews("main"), "pull-requests: read"),
        ("issues: write", lambda forge: forge.comment(1, "Plan"), "pull-requests: write"),
        ("statuses: write", lambda forge: forge.set_status("0" * 40, STATUS), "statuses: write"),
        ("issues: read", lambda forge: forge.issue("x"), "issues: read"),
        ("actions: read", lambda forge: forge.is_over(RunId("1")), "actions: read"),
        ("metadata: read", lambda forge: forge.may_write("ada"), "metadata: read"),
    ],
)
def test_a_missing_permission(
    github_forge: GitHub,
    forge: Forge,
    denied: str,
    call: Callable[[Forge], object],
    permission: str,
) -> None:
    """A denied request names the permission to add to the job."""
    github_forge.denied.add(denied)

    with pytest.raises(RemoteError, match="the token in GITHUB_TOKEN may not") as caught:
        call(forge)

    assert permission in str(caught.value.remedy)


def test_an_edit_within_the_second(github_forge: GitHub, forge: Forge) -> None:
    """An edit counts also where both times of a comment are the same."""
    number = github_forge.propose()
    comment = github_forge.comment("ben", number, "/coursesync allow prune")
    github_forge.edit_comment("cleo", comment, "/coursesync approve 0123", after=0)

    assert [forge.is_edited(each) for each in forge.comments(number)] == [True]


def test_a_run_that_was_run_again(github_forge: GitHub, forge: Forge) -> None:
    """The first attempt is over while the second runs."""
    run = github_forge.start_run()
    github_forge.end_run(run)
    github_forge.start_run(run, attempt=2)

    assert forge.is_over(RunId(run))
    assert not forge.is_over(RunId(run, 2))


def test_a_comment_by_a_bot(github_forge: GitHub, forge: Forge) -> None:
    """An app that may write repeats what anyone tells it."""
    number = github_forge.propose()
    github_forge.comment("helper[bot]", number, "/coursesync approve 0123")
    github_forge.comment("ben", number, "/coursesync approve 0123")

    assert [each.is_by_bot for each in forge.comments(number)] == [True, False]


def test_an_approval_by_a_bot(github_forge: GitHub, forge: Forge) -> None:
    """A workflow of the pull request's own branch can't approve it."""
    github_forge.people[github_forge.bot] = "write"
    number = github_forge.propose()
    github_forge.approve(number, github_forge.bot)

    assert not judged(github_forge, forge, number).approved
