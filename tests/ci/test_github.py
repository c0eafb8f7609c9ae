"""GitHub's API through the port: what crosses it, over a socket."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from forges.hosting import TOKEN
from virtual import VirtualClock

from coursesync.ci.forge import Mark, NotYet, Status
from coursesync.ci.forges import forge_of
from coursesync.errors import RemoteError
from coursesync.state.run_id import RunId

if TYPE_CHECKING:
    from collections.abc import Callable

    from forges.github import GitHub

    from coursesync.ci.forge import Forge, Review

STATUS = Status("coursesync/plan", Mark.PENDING, "Planning")


@pytest.fixture
def clock() -> VirtualClock:
    """The time, which passes as soon as someone waits."""
    return VirtualClock()


@pytest.fixture
def forge(github_forge: GitHub, clock: VirtualClock) -> Forge:
    """The port, in a job."""
    return forge_of(github_forge.environment(), clock)


def a_pull(hub: GitHub, branch: str = "a", by: str = "ada", **files: str) -> int:
    """Open a pull request with one commit, and return its number."""
    hub.commit(branch, files or {f"courses/{branch}.yaml": "title: A\n"}, by=by)
    return hub.open_pull(branch, by=by)


def brought(forge: Forge, commit: str) -> Review:
    """Return the pull request that brought a commit to main; there is one."""
    found = forge.reviews_between("main", [commit])[commit]
    assert found is not None
    assert found is not NotYet.INDEXED
    return found


def test_open_reviews(github_forge: GitHub, forge: Forge) -> None:
    """Every open pull request for the branch is there with its head; merged ones are not."""
    first = a_pull(github_forge, "a")
    github_forge.merge(a_pull(github_forge, "b"))
    head = github_forge.commit("a", {"courses/a.yaml": "title: B\n"})

    (found,) = forge.open_reviews("main")

    assert (found.number, found.head, found.author) == (first, head, "ada")
    assert (found.ref, found.base, found.merged_as) == (f"refs/pull/{first}/head", "main", None)
    assert github_forge.repository.tip(found.ref) == head


def test_open_reviews_for_another_branch(github_forge: GitHub, forge: Forge) -> None:
    """A pull request for another branch is not one for main."""
    github_forge.commit("next", {"x": "1"})
    github_forge.commit("a", {"courses/a.yaml": "title: A\n"})
    github_forge.open_pull("a", base="next")

    assert forge.open_reviews("main") == []


def test_lists_of_many_pages(github_forge: GitHub, forge: Forge) -> None:
    """A list is read to its end."""
    github_forge.page_size = 2
    numbers = [a_pull(github_forge, f"a{each}") for each in range(5)]

    assert [each.number for each in forge.open_reviews("main")] == numbers


def test_a_draft_from_a_fork(github_forge: GitHub, forge: Forge) -> None:
    """A fork's head is in the pull request's ref, because its branch is elsewhere."""
    head = github_forge.commit("a", {"courses/a.yaml": "title: A\n"}, by="rita")
    number = github_forge.open_pull("a", by="rita", fork=True, draft=True)

    (found,) = forge.open_reviews("main")

    assert (found.author, found.is_draft, found.head) == ("rita", True, head)
    assert github_forge.repository.tip(f"refs/pull/{number}/head") == head


@pytest.mark.parametrize("how", ["merge", "squash", "rebase"])
def test_what_a_merge_brought(github_forge: GitHub, forge: Forge, how: str) -> None:
    """The last commit of each kind of merge belongs to its pull request."""
    number = a_pull(github_forge)
    head = github_forge.commit("a", {"courses/a.yaml": "title: B\n"})
    github_forge.commit("main", {"other": "x"})

    tip = github_forge.merge(number, how=how)

    found = brought(forge, tip)
    assert (found.number, found.merged_as, found.head) == (number, tip, head)
    assert tip != head


def test_what_a_rebase_brought(github_forge: GitHub, forge: Forge) -> None:
    """Each commit of a rebase belongs to its pull request."""
    number = a_pull(github_forge)
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
    one, two = a_pull(github_forge, "a"), a_pull(github_forge, "b")

    github_forge.merge(one, two, how="queue")

    commits = github_forge.repository.commits(before, "main", first_parent=True)
    assert [brought(forge, each).number for each in commits] == [one, two]


def test_a_pushed_head(github_forge: GitHub, forge: Forge) -> None:
    """A head that was pushed to main is known by `merged_as`; commits below it are no merge."""
    number = a_pull(github_forge)
    (below,) = github_forge.own_commits(github_forge.pulls[number])
    head = github_forge.commit("a", {"courses/a.yaml": "title: B\n"})

    github_forge.push(head)

    found = brought(forge, head)
    assert (found.number, found.merged_as, found.head) == (number, head, head)
    assert forge.reviews_between("main", [below]) == {below: None}


def test_a_commit_of_a_pull_request_that_was_pushed_before(
    github_forge: GitHub, forge: Forge
) -> None:
    """A commit that somebody pushed stays a push when its pull request is merged later."""
    number = a_pull(github_forge)
    (pushed,) = github_forge.own_commits(github_forge.pulls[number])
    github_forge.commit("a", {"courses/a.yaml": "title: B\n"})
    github_forge.push(pushed)
    tip = github_forge.merge(number)
    github_forge.pulls[number].since = github_forge.repository.tip(f"{pushed}^")

    found = forge.reviews_between("main", [pushed, tip])

    assert found[pushed] is None
    assert brought(forge, tip).number == number


def test_a_push(github_forge: GitHub, forge: Forge, clock: VirtualClock) -> None:
    """No pull request brought a pushed commit, and nobody waits for one if it is old enough."""
    pushed = github_forge.commit("main", {"courses/a.yaml": "title: A\n"})

    assert forge.reviews_between("main", [pushed]) == {pushed: None}
    assert clock.seconds == 0


def test_a_young_push(github_forge: GitHub, forge: Forge, clock: VirtualClock) -> None:
    """Just after a push the index can't be trusted: it is asked for 15 seconds."""
    github_forge.ahead = 0
    pushed = github_forge.commit("main", {"courses/a.yaml": "title: A\n"})

    assert forge.reviews_between("main", [pushed]) == {pushed: NotYet.INDEXED}
    assert clock.seconds == 1 + 2 + 4 + 8


def test_an_index_that_lags(github_forge: GitHub, forge: Forge, clock: VirtualClock) -> None:
    """A merge that the index does not know yet is found by asking again."""
    github_forge.ahead = 0
    github_forge.commit_lag, github_forge.closed_lag = 2, 2
    number = a_pull(github_forge)

    tip = github_forge.merge(number)

    assert brought(forge, tip).number == number
    assert clock.seconds == 1 + 2


def test_an_index_that_never_knows(github_forge: GitHub, forge: Forge) -> None:
    """What the index of commits lacks is found among the pull requests closed last."""
    github_forge.commit_lag = 100
    number = a_pull(github_forge)

    tip = github_forge.merge(number)

    assert brought(forge, tip).number == number


def test_a_merge_into_another_branch(github_forge: GitHub, forge: Forge) -> None:
    """A pull request that was merged into another branch is no review for main."""
    github_forge.commit("next", {"x": "1"})
    github_forge.commit("a", {"courses/a.yaml": "title: A\n"}, start="next")
    tip = github_forge.merge(github_forge.open_pull("a", base="next"))

    github_forge.push(tip)

    assert forge.reviews_between("main", [tip]) == {tip: None}


def test_approval(github_forge: GitHub, forge: Forge) -> None:
    """An approval of the last head by somebody else counts."""
    number = a_pull(github_forge)
    before = forge.review(number)
    github_forge.approve(number, "ben")

    after, merged = forge.review(number), brought(forge, github_forge.merge(number))

    assert before is not None
    assert not before.approved
    assert after is not None
    assert after.approved
    assert merged.approved


@pytest.mark.parametrize("who", ["ada", "rita", "nobody", "helper[bot]"])
def test_an_approval_that_does_not_count(github_forge: GitHub, forge: Forge, who: str) -> None:
    """The author, a reader, a stranger and a bot approve nothing."""
    number = a_pull(github_forge)
    github_forge.approve(number, who)

    found = forge.review(number)

    assert found is not None
    assert not found.approved


def test_an_approval_by_someone_who_pushed(github_forge: GitHub, forge: Forge) -> None:
    """Whoever has a commit in the pull request can't approve it."""
    number = a_pull(github_forge)
    github_forge.commit("a", {"courses/a.yaml": "title: B\n"}, by="ben")
    github_forge.approve(number, "ben")

    found = forge.review(number)

    assert found is not None
    assert not found.approved
    assert forge.pushers(number) == {"ada", "ben"}


def test_an_approval_of_an_older_head(github_forge: GitHub, forge: Forge) -> None:
    """What is pushed after an approval is not approved."""
    number = a_pull(github_forge)
    github_forge.approve(number, "ben")
    github_forge.commit("a", {"courses/a.yaml": "title: B\n"})

    found = forge.review(number)

    assert found is not None
    assert not found.approved


def test_changes_requested(github_forge: GitHub, forge: Forge) -> None:
    """Somebody's request for changes stands until that person approves, or it is dismissed."""
    number = a_pull(github_forge)
    github_forge.approve(number, "ben")
    github_forge.request_changes(number, "cleo")
    refused = forge.review(number)
    github_forge.dismiss(number, "cleo")

    found = forge.review(number)

    assert refused is not None
    assert not refused.approved
    assert found is not None
    assert found.approved


def test_a_review_that_does_not_exist(forge: Forge) -> None:
    """There is no pull request with that number."""
    assert forge.review(99) is None


def test_comments(github_forge: GitHub, forge: Forge) -> None:
    """Comments are known with their author, and whether anybody edited them."""
    number = a_pull(github_forge)
    own = forge.comment(number, "The plan")
    github_forge.comment("ben", number, "/coursesync plan")
    forged = github_forge.comment("ben", number, "/coursesync allow prune")
    github_forge.edit_comment("cleo", forged, "/coursesync approve 0123", after=0)

    found = forge.comments(number)

    assert [(each.author, each.edited, each.own) for each in found] == [
        ("github-actions[bot]", False, True),
        ("ben", False, False),
        ("ben", True, False),
    ]
    assert found[0] == own
    assert found[2].body == "/coursesync approve 0123"


def test_comments_without_graphql(github_forge: GitHub, forge: Forge) -> None:
    """An old Enterprise Server shows an edit by the time of the last update."""
    github_forge.has_graphql = False
    number = a_pull(github_forge)
    forge.comment(number, "The plan")
    edited = github_forge.comment("ben", number, "/coursesync plan")
    github_forge.edit_comment("ben", edited, "/coursesync approve 0123")

    found = forge.comments(number)

    assert [(each.own, each.edited) for each in found] == [(True, False), (False, True)]


def test_editing_and_folding_a_comment(github_forge: GitHub, forge: Forge) -> None:
    """An own comment gets another text, and an outdated one is folded away."""
    made = forge.comment(a_pull(github_forge), "The plan")

    forge.edit_comment(made.id, "The new plan")
    forge.minimise(made)

    note = github_forge.note(made.id)
    assert (note.body, note.minimised) == ("The new plan", True)


@pytest.mark.parametrize("kind", ["lost-after", "error-after", "html", "lost-before", "status=503"])
def test_a_comment_is_added_once(github_forge: GitHub, forge: Forge, kind: str) -> None:
    """A comment whose answer is lost is looked for before it is sent again."""
    number = a_pull(github_forge)
    github_forge.comment("github-actions[bot]", number, "Another plan")
    github_forge.faults.add("POST */comments", kind)

    made = forge.comment(number, "The plan\r\n")

    assert [each.body.strip() for each in github_forge.comments_on(number)] == [
        "Another plan",
        "The plan",
    ]
    assert made.id == github_forge.comments_on(number)[-1].id


def test_statuses(github_forge: GitHub, forge: Forge) -> None:
    """The newest status of each context counts; those of others don't."""
    tip = github_forge.repository.tip()
    forge.set_status(tip, Status("coursesync/plan", Mark.PENDING, "Planning"))
    forge.set_status(tip, Status("coursesync/plan", Mark.SUCCESS, "1 change", "https://a.example"))
    forge.set_status(tip, Status("coursesync/apply", Mark.FAILURE, "Waiting"))
    github_forge.set_status("ben", tip, "coursesync/apply", "success")

    found = {each.context: each for each in forge.statuses(tip)}

    assert found == {
        "coursesync/plan": Status("coursesync/plan", Mark.SUCCESS, "1 change", "https://a.example"),
        "coursesync/apply": Status("coursesync/apply", Mark.FAILURE, "Waiting"),
    }


def test_one_issue(github_forge: GitHub, forge: Forge) -> None:
    """The issue is found by its marker, if this account opened it; then it is kept current."""
    a_pull(github_forge, by="github-actions[bot]")
    github_forge.open_issue("ben", "Forged", "<!-- drift -->")
    assert forge.issue("<!-- drift -->") is None

    made = forge.open_issue("Drift", "<!-- drift --> one")
    forge.edit_issue(made.number, title="Drift", body="<!-- drift --> two")

    assert forge.issue("<!-- drift -->") == replace(made, body="<!-- drift --> two")
    forge.close_issue(made.number)
    assert forge.issue("<!-- drift -->") is None


@pytest.mark.parametrize("kind", ["lost-after", "error-after", "lost-before"])
def test_an_issue_is_opened_once(github_forge: GitHub, forge: Forge, kind: str) -> None:
    """An issue whose answer is lost is looked for before it is opened again."""
    github_forge.faults.add("POST */issues", kind)

    made = forge.open_issue("Drift", "<!-- drift -->")

    assert [*github_forge.issues] == [made.number]


def test_runs(github_forge: GitHub, forge: Forge) -> None:
    """A run is over when that attempt is completed; one that nobody knows is not."""
    run = github_forge.start_run()
    running = forge.is_over(RunId(run))
    github_forge.end_run(run)
    github_forge.start_run(run, attempt=2)

    assert not running
    assert forge.is_over(RunId(run))
    assert not forge.is_over(RunId(run, 2))
    assert not forge.is_over(RunId("77"))
    assert not forge.is_over(RunId("local:ada"))


def test_who_may_write(forge: Forge) -> None:
    """Those with the role write or more may write."""
    people = ("ada", "cleo", "rita", "nobody", "a/../b")

    assert [forge.may_write(each) for each in people] == [True, True, False, False, False]


def test_the_account_of_another_token(github_forge: GitHub, clock: VirtualClock) -> None:
    """With a person's token, that person's comments are the own ones."""
    github_forge.tokens["token-of-cleo"] = "cleo"
    forge = forge_of({**github_forge.environment(), "GITHUB_TOKEN": "token-of-cleo"}, clock)
    number = a_pull(github_forge)

    assert forge.comment(number, "The plan").own
    assert github_forge.comments_on(number)[0].author == "cleo"


@pytest.mark.parametrize("token", ["token-of-cleo", TOKEN])
def test_the_account_without_graphql(github_forge: GitHub, clock: VirtualClock, token: str) -> None:
    """An old Enterprise Server names the account of a person's token, but not that of a job's."""
    github_forge.has_graphql = False
    github_forge.tokens["token-of-cleo"] = "cleo"
    forge = forge_of({**github_forge.environment(), "GITHUB_TOKEN": token}, clock)

    assert forge.comment(a_pull(github_forge), "The plan").own


def test_an_enterprise_server(github_forge: GitHub, clock: VirtualClock) -> None:
    """The API of an Enterprise Server is below /api/v3, and its GraphQL beside that."""
    job = {**github_forge.environment(), "GITHUB_API_URL": f"{github_forge.api}/v3"}
    forge = forge_of(job, clock)

    assert forge.comment(a_pull(github_forge), "The plan").own
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
