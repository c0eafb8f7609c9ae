"""Who counts as the one who pushed: the forge's record of pushes, beside what commits say."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from forges.asking import judged
from forges.hosting import NAME, Hosting, fork_of

from coursesync.ci.forges.forge import Pushers
from coursesync.ci.forges.job_forge import forge_of

if TYPE_CHECKING:
    from virtual import VirtualClock

    from coursesync.ci.forges.forge import Forge

COURSE = "courses/a.yaml"
STRANGER = "stranger"  # an e-mail address that belongs to no account


@pytest.fixture
def forge(hosting: Hosting, clock: VirtualClock) -> Forge:
    """The port, in a job."""
    return forge_of(hosting.environment(), clock)


def change(hosting: Hosting, text: str, *, by: str, pusher: str = "", branch: str = "a") -> str:
    """Push a commit with the e-mail address of `by` from the account `pusher`."""
    return hosting.commit(branch, {COURSE: f"title: {text}\n"}, by=by, pusher=pusher)


def pushed(hosting: Hosting, forge: Forge, *commits: str) -> Pushers:
    """Return who pushed some commits of main."""
    line = hosting.repository.commits(hosting.repository.tip("start"), "main", first_parent=True)
    return forge.pushers_between("main", line, commits)


@pytest.fixture(autouse=True)
def start(hosting: Hosting) -> None:
    """Mark where main begins."""
    hosting.repository.move("refs/tags/start", hosting.repository.tip())


@pytest.mark.parametrize("address", ["ben", STRANGER])
def test_a_push_to_main_is_its_accounts(hosting: Hosting, forge: Forge, address: str) -> None:
    """Another's e-mail address in a commit does not hide who pushed it."""
    change(hosting, "Zero", by="cleo", branch="main")
    commit = change(hosting, "One", by=address, pusher="ada", branch="main")
    change(hosting, "Two", by="cleo", branch="main")

    found = pushed(hosting, forge, commit)

    assert found == Pushers(frozenset({"ada", address} - {STRANGER}))


def test_a_push_of_several_commits(hosting: Hosting, forge: Forge) -> None:
    """Each commit of a push is that account's, not only the last one."""
    first = change(hosting, "One", by=STRANGER, pusher="rita", branch="aside")
    last = change(hosting, "Two", by=STRANGER, pusher="rita", branch="aside")
    hosting.push(last, by="ada")

    assert pushed(hosting, forge, first) == Pushers(frozenset({"ada"}))


def test_without_a_record_the_commits_tell(hosting: Hosting, forge: Forge) -> None:
    """A commit's accounts count; one without an account is nobody's, and that is said."""
    hosting.records = set()
    known_one = change(hosting, "One", by="ben", pusher="ada", branch="main")
    other = change(hosting, "Two", by=STRANGER, pusher="ada", branch="main")

    assert pushed(hosting, forge, known_one) == Pushers(frozenset({"ben"}))
    assert pushed(hosting, forge, known_one, other) == Pushers(frozenset({"ben"}), (other,))


@pytest.mark.parametrize("how", ["merge", "squash", "rebase", "queue"])
@pytest.mark.parametrize("records", [None, set()])
def test_a_merge_by_the_forge_is_known(
    hosting: Hosting, forge: Forge, how: str, records: set[str] | None
) -> None:
    """The forge commits in its own name, and that leaves nothing unknown."""
    hosting.records = records
    number = hosting.propose()
    hosting.commit("main", {"other": "x"}, by="cleo")
    tip = hosting.merge(number, how=how, by="ada")

    assert pushed(hosting, forge, tip) == Pushers(frozenset({"ada"}))
    assert forge.pushers(number) == Pushers(frozenset({"ada"}))


@pytest.mark.parametrize("address", ["ada", STRANGER])
def test_who_pushed_to_a_review_does_not_approve_it(
    hosting: Hosting, forge: Forge, address: str
) -> None:
    """Neither another's address nor one without an account hides who pushed."""
    number = hosting.propose()
    change(hosting, "Two", by=address, pusher="ben")
    change(hosting, "Three", by="ada")
    hosting.approve(number, "ben")
    alone = judged(hosting, forge, number)
    hosting.approve(number, "cleo")

    assert (alone.approved, alone.is_doubtful) == (False, False)
    assert judged(hosting, forge, number).approved
    assert forge.pushers(number) == Pushers(frozenset({"ada", "ben"}))


def test_an_unlinked_address_is_no_obstacle_where_pushes_are_known(
    hosting: Hosting, forge: Forge
) -> None:
    """A laptop with a private e-mail address does not stop a review."""
    change(hosting, "One", by=STRANGER, pusher="ada")
    number = hosting.open_pull("a")
    hosting.approve(number, "ben")

    assert judged(hosting, forge, number).approved


def test_an_approval_is_doubtful_where_nobody_knows_who_pushed(
    hosting: Hosting, forge: Forge
) -> None:
    """Without a record, and with an address of no account, an approval does not count."""
    hosting.records = set()
    number = hosting.propose()
    head = change(hosting, "Two", by=STRANGER, pusher="ben")
    hosting.approve(number, "ben")
    found = judged(hosting, forge, number)

    assert (found.approved, found.is_doubtful) == (False, True)
    assert forge.pushers(number) == Pushers(frozenset({"ada"}), (head,))


def test_a_committer_without_an_account_leaves_it_doubtful(hosting: Hosting, forge: Forge) -> None:
    """Who rebases another's commits may be the one who approves them."""
    hosting.records = set()
    hosting.commit("a", {COURSE: "title: One\n"}, by="ada", committer=STRANGER, pusher="ben")
    number = hosting.open_pull("a")
    hosting.approve(number, "ben")

    assert judged(hosting, forge, number).is_doubtful


def test_a_gap_in_the_record_is_no_record(hosting: Hosting, forge: Forge) -> None:
    """If a push is missing, its commits are known only by their addresses."""
    number = hosting.propose()
    middle = change(hosting, "Two", by=STRANGER, pusher="ben")
    change(hosting, "Three", by="ada")
    hosting.pushes = [each for each in hosting.pushes if each.after != middle]
    hosting.approve(number, "ben")

    assert judged(hosting, forge, number).is_doubtful


def test_who_pushed_before_a_forced_push_counts(hosting: Hosting, forge: Forge) -> None:
    """A forced push may have kept what another account pushed."""
    kept = change(hosting, "One", by=STRANGER, pusher="ben")
    change(hosting, "Two", by=STRANGER, pusher="ben")
    hosting.push(kept, "a", by="ada")
    number = hosting.open_pull("a")
    hosting.approve(number, "ben")

    assert not judged(hosting, forge, number).approved
    assert forge.pushers(number) == Pushers(frozenset({"ada", "ben"}))


def test_a_branch_that_was_deleted_and_restored(hosting: Hosting, forge: Forge) -> None:
    """Who pushed the commits first counts, beside who restored the branch."""
    head = change(hosting, "One", by=STRANGER, pusher="ben")
    hosting.delete_branch("a")
    hosting.push(head, "a", by="ada")
    number = hosting.open_pull("a")
    hosting.approve(number, "ben")

    assert not judged(hosting, forge, number).approved


def test_a_name_that_another_branch_had(hosting: Hosting, forge: Forge) -> None:
    """Who pushed to a branch that is gone did not push to the new one of that name."""
    change(hosting, "Old", by="ben")
    hosting.delete_branch("a")
    number = hosting.propose()
    hosting.approve(number, "ben")

    assert judged(hosting, forge, number).approved


def test_a_review_whose_branch_moved_on_or_is_gone(hosting: Hosting, forge: Forge) -> None:
    """What happens to the branch after the merge changes nothing."""
    change(hosting, "One", by=STRANGER, pusher="ada")
    number = hosting.open_pull("a")
    hosting.approve(number, "ben")
    hosting.merge(number, by="ben")
    change(hosting, "Later", by=STRANGER, pusher="ben")
    hosting.delete_branch("a")

    assert judged(hosting, forge, number).approved


@pytest.mark.parametrize(("is_read", "approved"), [(True, True), (False, False)])
def test_a_branch_of_a_fork(
    hosting: Hosting, forge: Forge, *, is_read: bool, approved: bool
) -> None:
    """The fork's own record tells; where it can't be read, the commits must."""
    hosting.records = {NAME, fork_of("rita")} if is_read else {NAME}
    change(hosting, "One", by=STRANGER, pusher="rita")
    number = hosting.open_pull("a", by="rita", fork=True)
    hosting.approve(number, "ben")

    found = judged(hosting, forge, number)

    assert (found.approved, found.is_doubtful) == (approved, not approved)
