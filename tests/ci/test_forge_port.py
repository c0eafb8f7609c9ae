"""What every forge does through the port, over a socket."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from forges.asking import brought, judged

from coursesync.ci.forges.forge import Mark, NotYet, Pushers, Status
from coursesync.ci.forges.job_forge import forge_of
from coursesync.state.run_id import RunId

if TYPE_CHECKING:
    from forges.hosting import Hosting
    from virtual import VirtualClock

    from coursesync.ci.forges.forge import Forge

STATUS = Status("coursesync/plan", Mark.PENDING, "Planning")


@pytest.fixture
def forge(hosting: Hosting, clock: VirtualClock) -> Forge:
    """The port, in a job."""
    return forge_of(hosting.environment(), clock)


def test_open_reviews(hosting: Hosting, forge: Forge) -> None:
    """Every open pull request for the branch is there with its head; merged ones are not."""
    first = hosting.propose("a")
    hosting.merge(hosting.propose("b"))
    head = hosting.commit("a", {"courses/a.yaml": "title: B\n"})

    (found,) = forge.open_reviews("main")

    assert (found.number, found.head, found.author) == (first, head, "ada")
    assert (found.ref, found.merged_as) == (hosting.pull_ref.format(first), None)
    assert found.name == hosting.pull_name.format(first)
    assert hosting.repository.tip(found.ref) == head


def test_open_reviews_for_another_branch(hosting: Hosting, forge: Forge) -> None:
    """A pull request for another branch is not one for main."""
    hosting.commit("next", {"x": "1"})
    hosting.commit("a", {"courses/a.yaml": "title: A\n"})
    hosting.open_pull("a", base="next")

    assert forge.open_reviews("main") == []


def test_lists_of_many_pages(hosting: Hosting, forge: Forge) -> None:
    """A list is read to its end."""
    hosting.page_size = 2
    numbers = [hosting.propose(f"a{each}") for each in range(5)]

    assert sorted(each.number for each in forge.open_reviews("main")) == numbers


def test_a_draft_from_a_fork(hosting: Hosting, forge: Forge) -> None:
    """A fork's head is in the pull request's ref, because its branch is elsewhere."""
    head = hosting.commit("a", {"courses/a.yaml": "title: A\n"}, by="rita")
    number = hosting.open_pull("a", by="rita", fork=True, draft=True)

    (found,) = forge.open_reviews("main")

    assert (found.author, found.head) == ("rita", head)
    assert hosting.repository.tip(hosting.pull_ref.format(number)) == head


@pytest.mark.parametrize("how", ["merge", "squash"])
def test_what_a_merge_brought(hosting: Hosting, forge: Forge, how: str) -> None:
    """The last commit of each kind of merge belongs to its pull request."""
    number = hosting.propose()
    head = hosting.commit("a", {"courses/a.yaml": "title: B\n"})
    hosting.commit("main", {"other": "x"})

    tip = hosting.merge(number, how=how)

    found = brought(forge, tip)
    assert (found.number, found.merged_as, found.head) == (number, tip, head)
    assert tip != head


def test_a_pushed_head(hosting: Hosting, forge: Forge) -> None:
    """A head that was pushed to main is known by `merged_as`; commits below it are no merge."""
    number = hosting.propose()
    (below,) = hosting.own_commits(hosting.pulls[number])
    head = hosting.commit("a", {"courses/a.yaml": "title: B\n"})

    hosting.push(head)

    found = brought(forge, head)
    assert (found.number, found.merged_as, found.head) == (number, head, head)
    assert forge.reviews_between("main", [below]) == {below: None}


def test_a_push(hosting: Hosting, forge: Forge, clock: VirtualClock) -> None:
    """No pull request brought a pushed commit, and nobody waits for one if it is old enough."""
    pushed = hosting.commit("main", {"courses/a.yaml": "title: A\n"})

    assert forge.reviews_between("main", [pushed]) == {pushed: None}
    assert clock.seconds == 0


def test_a_young_push(hosting: Hosting, forge: Forge, clock: VirtualClock) -> None:
    """Just after a push the index can't be trusted: it is asked for 15 seconds."""
    hosting.ahead = 0
    pushed = hosting.commit("main", {"courses/a.yaml": "title: A\n"})

    assert forge.reviews_between("main", [pushed]) == {pushed: NotYet.INDEXED}
    assert clock.seconds == 1 + 2 + 4 + 8


def test_a_push_with_a_date_ahead(hosting: Hosting, forge: Forge) -> None:
    """A commit can't keep everybody waiting by a date of its own."""
    ahead = hosting.now() + timedelta(days=9_000)
    pushed = hosting.repository.commit("main", {"courses/a.yaml": "title: A\n"}, by="ada", at=ahead)

    assert forge.reviews_between("main", [pushed]) == {pushed: None}


def test_an_index_that_lags(hosting: Hosting, forge: Forge, clock: VirtualClock) -> None:
    """A merge that the index does not know yet is found by asking again."""
    hosting.ahead = 0
    hosting.commit_lag, hosting.closed_lag = 2, 2
    number = hosting.propose()

    tip = hosting.merge(number)

    assert brought(forge, tip).number == number
    assert clock.seconds == 1 + 2


def test_an_old_commit_that_was_just_pushed(
    hosting: Hosting, forge: Forge, clock: VirtualClock
) -> None:
    """A merge queue makes a commit long before main has it: the time of the push counts."""
    hosting.commit_lag, hosting.closed_lag = 2, 2
    number = hosting.propose()
    tip = hosting.merge(number)
    hosting.pushes = [replace(each, at=hosting.now()) for each in hosting.pushes]

    assert brought(forge, tip).number == number
    assert clock.seconds == 1 + 2


def test_a_record_of_pushes_that_lags_as_well(hosting: Hosting, forge: Forge) -> None:
    """If the merge is in neither, its commit's date tells that it is young."""
    hosting.ahead, hosting.commit_lag, hosting.closed_lag = 0, 100, 100
    tip = hosting.merge(hosting.propose())
    old = hosting.now() - timedelta(days=1)
    hosting.pushes = [replace(each, at=old) for each in hosting.pushes if each.after != tip]

    assert forge.reviews_between("main", [tip]) == {tip: NotYet.INDEXED}


def test_an_index_that_never_knows(hosting: Hosting, forge: Forge) -> None:
    """What the index of commits lacks is found among the pull requests closed last."""
    hosting.commit_lag = 100
    number = hosting.propose()

    tip = hosting.merge(number)

    assert brought(forge, tip).number == number


def test_a_merge_into_another_branch(hosting: Hosting, forge: Forge) -> None:
    """A pull request that was merged into another branch is no review for main."""
    hosting.commit("next", {"x": "1"})
    hosting.commit("a", {"courses/a.yaml": "title: A\n"}, start="next")
    tip = hosting.merge(hosting.open_pull("a", base="next"))

    hosting.push(tip)

    assert forge.reviews_between("main", [tip]) == {tip: None}


def test_approval(hosting: Hosting, forge: Forge) -> None:
    """An approval of the last head by somebody else counts."""
    number = hosting.propose()
    before = judged(hosting, forge, number)
    hosting.approve(number, "ben")

    assert not before.approved
    assert judged(hosting, forge, number).approved


@pytest.mark.parametrize("who", ["ada", "rita", "nobody"])
def test_an_approval_that_does_not_count(hosting: Hosting, forge: Forge, who: str) -> None:
    """The author, a reader, a stranger and a bot approve nothing."""
    number = hosting.propose()
    hosting.approve(number, who)

    found = judged(hosting, forge, number)

    assert not found.approved


def test_an_approval_by_someone_who_pushed(hosting: Hosting, forge: Forge) -> None:
    """Whoever has a commit in the pull request can't approve it."""
    number = hosting.propose()
    hosting.commit("a", {"courses/a.yaml": "title: B\n"}, by="ben")
    hosting.approve(number, "ben")

    found = judged(hosting, forge, number)

    assert not found.approved
    assert forge.pushers(number) == Pushers(frozenset({"ada", "ben"}))


def test_an_approval_of_an_older_head(hosting: Hosting, forge: Forge) -> None:
    """What is pushed after an approval is not approved."""
    number = hosting.propose()
    hosting.approve(number, "ben")
    hosting.commit("a", {"courses/a.yaml": "title: B\n"})

    found = judged(hosting, forge, number)

    assert not found.approved


def test_an_approval_for_another_branch(hosting: Hosting, forge: Forge) -> None:
    """What was approved as a change of another branch is not approved for main; a new one is."""
    hosting.commit("other", {"courses/b.yaml": "title: B\n"})
    found = []
    for again in (False, True):
        branch = f"change-{again}"
        hosting.commit(branch, {f"courses/{again}.yaml": "title: A\n"}, start="other")
        number = hosting.open_pull(branch, base="other")
        hosting.approve(number, "ben")
        hosting.ahead += 5
        hosting.retarget(number, "main")
        hosting.ahead += 5
        if again:
            hosting.approve(number, "ben")
        found.append(judged(hosting, forge, number).approved)

    assert found == [False, True]


def test_an_approval_of_very_many_commits(hosting: Hosting, forge: Forge) -> None:
    """Where a forge does not list all commits, nobody knows who pushed: that is no approval."""
    hosting.repository.commit_often("a", 251, by="ada", at=hosting.now())
    number = hosting.open_pull("a")
    hosting.approve(number, "ben")

    assert not judged(hosting, forge, number).approved


def test_changes_requested(hosting: Hosting, forge: Forge) -> None:
    """Somebody's request for changes stands until that person approves."""
    number = hosting.propose()
    hosting.approve(number, "ben")
    hosting.request_changes(number, "cleo")
    refused = judged(hosting, forge, number)
    hosting.approve(number, "cleo")

    found = judged(hosting, forge, number)

    assert not refused.approved
    assert found.approved


def test_changes_requested_by_a_reader(hosting: Hosting, forge: Forge) -> None:
    """Somebody who may not write can't hold a change back."""
    number = hosting.propose()
    hosting.approve(number, "ben")
    hosting.request_changes(number, "rita")

    assert judged(hosting, forge, number).approved


def test_comments(hosting: Hosting, forge: Forge) -> None:
    """Comments are known with their author, and whether anybody edited them."""
    number = hosting.propose()
    own = forge.comment(number, "The plan")
    hosting.comment("ben", number, "/coursesync plan")
    forged = hosting.comment("ben", number, "/coursesync allow prune")
    hosting.edit_comment("cleo", forged, "/coursesync approve 0123")

    found = forge.comments(number)

    assert [(each.author, forge.is_edited(each), each.own) for each in found] == [
        (hosting.bot, False, True),
        ("ben", False, False),
        ("ben", True, False),
    ]
    assert found[0] == own
    assert found[2].body == "/coursesync approve 0123"


@pytest.mark.parametrize("kind", ["lost-after", "error-after", "html", "lost-before", "status=503"])
def test_a_comment_is_added_once(hosting: Hosting, forge: Forge, kind: str) -> None:
    """A comment whose answer is lost is looked for before it is sent again."""
    number = hosting.propose()
    hosting.comment("ben", number, "The plan")
    hosting.comment(hosting.bot, number, "Another plan")
    hosting.faults.add(f"POST */{hosting.comments_route}", kind)

    made = forge.comment(number, "The plan\r\n")

    assert [(each.author, each.body.strip()) for each in hosting.comments_on(number)] == [
        ("ben", "The plan"),
        (hosting.bot, "Another plan"),
        (hosting.bot, "The plan"),
    ]
    assert made.id == hosting.comments_on(number)[-1].id


def test_statuses(hosting: Hosting, forge: Forge) -> None:
    """The newest status of each context counts; those of others don't."""
    tip = hosting.repository.tip()
    forge.set_status(tip, Status("coursesync/plan", Mark.PENDING, "Planning"))
    forge.set_status(tip, Status("coursesync/plan", Mark.SUCCESS, "1 change", "https://a.example"))
    forge.set_status(tip, Status("coursesync/apply", Mark.FAILURE, "Waiting"))
    hosting.set_status("ben", tip, "coursesync/apply", "success")

    found = {each.context: each for each in forge.statuses(tip)}

    assert found == {
        "coursesync/plan": Status("coursesync/plan", Mark.SUCCESS, "1 change", "https://a.example"),
        "coursesync/apply": Status("coursesync/apply", Mark.FAILURE, "Waiting"),
    }


def test_one_issue(hosting: Hosting, forge: Forge) -> None:
    """The issue is found by its marker, if this account opened it; then it is kept current."""
    hosting.pulls[hosting.propose(by=hosting.bot)].body = "<!-- drift -->"
    hosting.open_issue("ben", "Forged", "<!-- drift -->")
    assert forge.issue("<!-- drift -->") is None

    made = forge.open_issue("Drift", "<!-- drift --> one")
    forge.edit_issue(made.number, title="Drift", body="<!-- drift --> two")

    assert forge.issue("<!-- drift -->") == replace(made, body="<!-- drift --> two")
    forge.close_issue(made.number)
    assert forge.issue("<!-- drift -->") is None


@pytest.mark.parametrize("kind", ["lost-after", "error-after", "lost-before"])
def test_an_issue_is_opened_once(hosting: Hosting, forge: Forge, kind: str) -> None:
    """An issue whose answer is lost is looked for before it is opened again."""
    hosting.faults.add("POST */issues", kind)

    made = forge.open_issue("Drift", "<!-- drift -->")

    assert [*hosting.issues] == [abs(made.number)]


def test_a_review_is_opened_once(hosting: Hosting, forge: Forge) -> None:
    """The one that is open is returned; once it is closed, another is opened."""
    hosting.commit("a", {"courses/a.yaml": "title: A\n"})
    first = forge.open_review("a", "main", "Drift", "Text\n/close")
    again = forge.open_review("a", "main", "Drift", "Text")
    forge.close_review(first.number)
    closed = [*forge.open_reviews("main")]
    other = forge.open_review("a", "main", "Drift", "Text")

    assert first == again
    assert first.author == hosting.bot
    assert closed == []
    assert other.number != first.number
    assert hosting.pulls[first.number].state == "closed"


def test_a_review_of_the_same_branch_of_a_fork(hosting: Hosting, forge: Forge) -> None:
    """Anybody may open one: it is not taken for the own one."""
    hosting.commit("a", {"courses/a.yaml": "title: B\n"}, by="rita")
    other = hosting.open_pull("a", by="rita", fork=True)
    hosting.commit("a", {"courses/a.yaml": "title: A\n"})

    found = forge.open_review("a", "main", "Drift", "Text")

    assert (found.number != other, found.author) == (True, hosting.bot)


@pytest.mark.parametrize("kind", ["lost-after", "error-after", "lost-before"])
def test_a_review_whose_answer_is_lost(hosting: Hosting, forge: Forge, kind: str) -> None:
    """It is looked for before it is opened again."""
    hosting.commit("a", {"courses/a.yaml": "title: A\n"})
    hosting.faults.add(f"POST */{hosting.pulls_route}", kind)

    found = forge.open_review("a", "main", "Drift", "Text")

    assert [*hosting.pulls] == [found.number]


def test_runs(hosting: Hosting, forge: Forge) -> None:
    """A run is over when that attempt is completed; one that nobody knows is not."""
    run = hosting.start_run()
    running = forge.is_over(RunId(run))
    hosting.end_run(run)

    assert not running
    assert forge.is_over(RunId(run))
    assert not forge.is_over(RunId("77"))
    assert not forge.is_over(RunId("local:ada"))


def test_who_may_write(forge: Forge) -> None:
    """Those with the role write or more may write."""
    people = ("ada", "cleo", "rita", "nobody", "a/../b")

    assert [forge.may_write(each) for each in people] == [True, True, False, False, False]
