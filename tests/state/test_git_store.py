"""The state in a branch: two clones of one bare repository, on this disk."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from state.clones import BRANCH, Clock, Remote, at, git, intent, made, new_remote, store_in

from coursesync.errors import StateError, StateLocked, TryLater
from coursesync.state.replay import fold
from coursesync.state.run_id import RunId
from coursesync.state.state_branch import StateBranch
from coursesync.state.state_report import StateReport

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from coursesync.state.git_store import GitStore
    from coursesync.state.journal import Step
    from coursesync.state.state import State

SHA = "a" * 40


@pytest.fixture
def remote(tmp_path: Path) -> Remote:
    return new_remote(tmp_path)


@pytest.fixture
def clock() -> Clock:
    return Clock()


def applied(store: GitStore, *steps: Step) -> State:
    """Apply as a run does, and return the state as saved."""
    with store.held(600):
        begun = store.begin(store.load())
        append(store, steps)
        return store.finish(fold(begun, steps))


def append(store: GitStore, steps: Iterable[Step]) -> None:
    for step in steps:
        store.append(step)


def test_another_clone_has_what_was_saved(remote: Remote, clock: Clock) -> None:
    """A run ends with one commit that has the state, and neither a run nor a journal."""
    saved = applied(store_in(remote.clone("one"), clock), *made("one", 7))

    assert store_in(remote.clone("two"), clock).load() == saved
    assert saved.entries[at("one")].id == 7
    assert [*remote.files()] == ["state.json"]
    assert remote.commits() == [f"State {saved.serial}", "Begin a run"]


def test_nothing_is_recovered_where_there_never_was_a_state(remote: Remote, clock: Clock) -> None:
    """Neither a branch nor a file is made, though there is a report to record."""
    store = store_in(remote.clone("one"), clock)
    store.report_of = lambda _, before: StateReport(since=before.since or SHA)
    with store.held():
        state = store.load()
        assert store.recover(state) is state

    assert not store.path.exists()
    assert BRANCH not in git(remote.folder, "branch", "--list")


def test_unknown_files_stay(remote: Remote, clock: Clock) -> None:
    """What somebody else keeps in the branch survives a run."""
    workspace = remote.clone("one")
    store = store_in(workspace, clock)
    applied(store, *made("one", 7))
    git(workspace, "checkout", "--quiet", BRANCH)
    (workspace.parent / "README").write_text("Hello\n")
    git(workspace, "add", str(workspace.parent / "README"))
    git(workspace, "commit", "--quiet", "-m", "A note")
    git(workspace, "push", "--quiet", "origin", BRANCH)
    applied(store, *made("two", 8))

    assert [*remote.files()] == ["README", "state.json"]
    assert remote.files()["README"] == "Hello\n"


def test_one_of_two_runs_holds_the_state(remote: Remote, clock: Clock) -> None:
    """The second is locked out, and names the first one and when it began."""
    run = RunId("github:99:apply", 2)
    one = store_in(remote.clone("one"), clock, run=run)
    with one.held():
        one.begin(one.load())
        two = store_in(remote.clone("two"), clock)
        with pytest.raises(StateLocked) as locked, two.held():
            pass

    assert "github:99:apply, attempt 2, since 2027-01-15 08:00 UTC" in locked.value.problem


def test_who_read_before_the_other_began_is_locked_out(remote: Remote, clock: Clock) -> None:
    """Two runs that read the same tip: only one of them may begin."""
    one, two = (store_in(remote.clone(name), clock) for name in ("one", "two"))
    with one.held(), two.held():
        begun = one.begin(one.load())
        with pytest.raises(StateLocked):
            two.begin(two.load())
        append(one, made("one", 7))
        one.finish(fold(begun, made("one", 7)))
    with two.held():
        found = two.load()

    assert found.entries[at("one")].id == 7


def test_the_journal_follows_within_a_minute(remote: Remote, clock: Clock) -> None:
    """The branch has the steps of a run as soon as a step comes a minute after the last push."""
    store = store_in(remote.clone("one"), clock)
    with store.held():
        store.begin(store.load())
        append(store, made("one", 7))
        before = remote.files()["journal"]
        clock.time += 60
        store.append(intent("two"))

        assert "one" not in before
        assert '"id":7' in remote.files()["journal"]
        assert store_in(remote.clone("two"), clock).load().entries[at("one")].id == 7


def test_a_run_that_was_taken_over_writes_nothing_more(remote: Remote, clock: Clock) -> None:
    """Its next push is refused, which stops it; what it did is looked for by the next run."""
    one, two = (store_in(remote.clone(name), clock) for name in ("one", "two"))
    with one.held():
        begun = one.begin(one.load())
        append(one, made("one", 7))
        clock.time += 7_400
        saved = applied(two, *made("two", 8))
        with pytest.raises(StateError):
            one.append(intent("three"))
        with pytest.raises(StateError):
            one.finish(fold(begun, made("one", 7)))
    with one.held():
        found, elsewhere = one.load(), one.elsewhere()

    assert found == saved
    assert [each.entries[at("one")].id for each in elsewhere] == [7]


def test_a_remote_out_of_reach_is_borne_for_three_minutes(remote: Remote, clock: Clock) -> None:
    """A run goes on without it, and then stops."""
    store = store_in(remote.clone("one"), clock)
    with store.held():
        store.begin(store.load())
        remote.go_away()
        clock.time += 100
        append(store, made("one", 7))
        clock.time += 100
        with pytest.raises(StateError, match="could not be reached for 3 min"):
            store.append(intent("two"))


def test_the_end_of_a_run_is_pushed_by_the_next_one(remote: Remote, clock: Clock) -> None:
    """What could not be pushed stays on the machine, and is pushed from there."""
    workspace = remote.clone("one")
    store = store_in(workspace, clock)
    with store.held():
        begun = store.begin(store.load())
        append(store, made("one", 7))
        remote.go_away()
        with pytest.raises(StateError, match="can't be pushed"):
            store.finish(fold(begun, made("one", 7)))
    remote.come_back()
    again = store_in(workspace, clock)
    with again.held():
        known = again.load()
        recovered = again.recover(known)

    assert recovered is not known
    assert store_in(remote.clone("two"), clock).load().entries[at("one")].id == 7
    assert [*remote.files()] == ["state.json"]


def test_a_lost_machines_run_is_taken_over(remote: Remote, clock: Clock) -> None:
    """Once it is over and its time has passed, its journal is folded, and it ends."""
    run = RunId("github:99:apply")
    lost = store_in(remote.clone("one"), clock, run=run)
    with lost.held():
        lost.begin(lost.load())
        clock.time += 60
        append(lost, made("one", 7))
        two = store_in(remote.clone("two"), clock, is_over=lambda each: each == run)
        with pytest.raises(StateLocked), two.held():
            pass
        clock.time += 7_400
        with two.held():
            two.recover(two.load())

    assert store_in(remote.clone("three"), clock).load().doubts.keys() == {at("one")}
    assert [*remote.files()] == ["state.json"]


@pytest.mark.parametrize("is_over", [False, None])
def test_a_run_that_may_go_on_keeps_the_state(
    remote: Remote, clock: Clock, *, is_over: bool | None
) -> None:
    """However late it is, a forge's run is taken over only if the forge says that it is over."""
    lost = store_in(remote.clone("one"), clock, run=RunId("github:99:apply"))
    with lost.held():
        lost.begin(lost.load())
        clock.time += 1_000_000
        two = store_in(remote.clone("two"), clock, is_over=lambda _: is_over)
        with pytest.raises(StateLocked), two.held():
            pass


def test_a_jobs_next_step_ends_its_own_run(remote: Remote, clock: Clock) -> None:
    """A step with the same run and attempt takes the state up at once, even in another clone."""
    run = RunId("github:99:apply")
    lost = store_in(remote.clone("one"), clock, run=run)
    with lost.held():
        lost.begin(lost.load())
        step = store_in(remote.clone("two"), clock, run=run)
        with step.held():
            step.recover(step.load())

    assert [*remote.files()] == ["state.json"]


def test_an_older_state_in_the_branch_is_refused(remote: Remote, clock: Clock) -> None:
    """Whoever sets the branch back does not make this clone create everything again."""
    store = store_in(remote.clone("one"), clock)
    applied(store, *made("one", 7))
    applied(store, *made("two", 8))
    git(remote.folder, "update-ref", f"refs/heads/{BRANCH}", f"{BRANCH}~2")

    with pytest.raises(StateError, match="older state than before: its serial is 2, and was 3"):
        store_in(remote.folder.with_name("one") / "courses", clock).load()


@pytest.mark.parametrize("least", [None, 2])
def test_a_branch_that_is_gone_is_refused(remote: Remote, clock: Clock, least: int | None) -> None:
    """No new state begins by accident: not in a clone that knew it, nor with a known serial."""
    workspace = remote.clone("one")
    applied(store_in(workspace, clock), *made("one", 7))
    git(remote.folder, "update-ref", "-d", f"refs/heads/{BRANCH}")
    reader = workspace if least is None else remote.clone("two")

    with pytest.raises(StateError, match="is gone"):
        store_in(reader, clock, least_serial=least).load()


def test_another_lineage_is_refused(remote: Remote, clock: Clock) -> None:
    """A state of another lineage is not a later version of the one that was there."""
    one, two = remote.clone("one"), remote.clone("two")
    applied(store_in(one, clock), *made("one", 7))
    git(remote.folder, "update-ref", "-d", f"refs/heads/{BRANCH}")
    applied(store_in(two, clock), *made("one", 7))

    with pytest.raises(StateError, match="holds another state than before"):
        store_in(one, clock).load()


def test_another_history_is_refused(remote: Remote, clock: Clock) -> None:
    """A branch that was set back and went on from there lacks what this clone recorded."""
    one, two = remote.clone("one"), remote.clone("two")
    applied(store_in(one, clock), *made("one", 7))
    before = git(remote.folder, "rev-parse", BRANCH).strip()
    applied(store_in(one, clock), *made("two", 8))
    git(remote.folder, "update-ref", f"refs/heads/{BRANCH}", before)
    for key, number in {"three": 9, "four": 10}.items():
        applied(store_in(two, clock), *made(key, number))

    with pytest.raises(StateError, match="another history than before") as refused:
        store_in(one, clock).load()
    assert "git -C" in str(refused.value.remedy)
    assert "push --force" in str(refused.value.remedy)


def test_a_branch_that_was_made_again_follows(remote: Remote, clock: Clock) -> None:
    """A state that went to a file and back is the same one, though the branch has a new root."""
    one, two = remote.clone("one"), remote.clone("two")
    applied(store_in(one, clock), *made("one", 7))
    store = store_in(two, clock)
    with store.held():
        state, report = store.load(), store.report
        store.give_up()
        store.bring(state, report)

    assert store_in(one, clock).load() == state


def test_without_network_a_plan_uses_what_was_fetched(remote: Remote, clock: Clock) -> None:
    """It says how old that is; an apply needs the remote."""
    workspace = remote.clone("one")
    saved = applied(store_in(workspace, clock), *made("one", 7))
    remote.go_away()
    store = store_in(workspace, clock)
    with pytest.raises(TryLater), store_in(workspace, clock).held():
        pass

    assert store.load() == saved
    assert "the state as it was fetched last; it was saved" in store.notes[0][0]


def test_without_network_and_without_a_copy_it_is_later(remote: Remote, clock: Clock) -> None:
    """A clone that never fetched the branch has no state to plan from."""
    workspace = remote.clone("one")
    remote.go_away()

    with pytest.raises(TryLater):
        store_in(workspace, clock).load()


def test_a_report_is_recorded_with_the_state(remote: Remote, clock: Clock) -> None:
    """It is in the commit that ends the run, and a later run keeps it."""
    store = store_in(remote.clone("one"), clock)
    report = StateReport(applied={4711: SHA}, since=SHA)
    store.report_of = lambda _, before: StateReport(applied={4711: SHA}, since=before.since or SHA)
    applied(store, *made("one", 7))
    applied(store_in(remote.clone("two"), clock), *made("two", 8))

    assert store_in(remote.clone("three"), clock).report == report
    assert remote.commits()[:1] == ["State 3"]


@pytest.mark.parametrize("name", ["state.json", "journal", "run.json", "report.json"])
@pytest.mark.parametrize("content", ["", "{}", "[]", '{"format": 1}', "x" * 100, "\0"])
def test_what_others_wrote_into_the_branch_is_refused(
    remote: Remote, clock: Clock, name: str, content: str
) -> None:
    """A file that coursesync did not write is an error that names the branch, or is not used."""
    workspace = remote.clone("one")
    saved = applied(store_in(workspace, clock), *made("one", 7))
    StateBranch(workspace, BRANCH).advance(
        git(remote.folder, "rev-parse", BRANCH).strip(), {name: content.encode()}, "Forged"
    )
    store = store_in(remote.clone("two"), clock)
    try:
        found = (store.load(), store.report)
    except StateError as error:
        assert BRANCH in error.problem  # noqa: PT017 - it need not be raised
    else:
        assert found == (saved, StateReport())


def test_a_link_in_the_branch_is_refused(remote: Remote, clock: Clock) -> None:
    """A state is a file: nothing is read through a link."""
    workspace = remote.clone("one")
    applied(store_in(workspace, clock), *made("one", 7))
    git(workspace, "checkout", "--quiet", BRANCH)
    (workspace.parent / "state.json").unlink()
    (workspace.parent / "state.json").symlink_to("/etc/passwd")
    git(workspace, "commit", "--quiet", "--all", "-m", "Forged")
    git(workspace, "push", "--quiet", "origin", BRANCH)

    with pytest.raises(StateError, match="was not written by coursesync"):
        store_in(remote.clone("two"), clock).load()


def test_a_run_ends_at_its_deadline(remote: Remote, clock: Clock) -> None:
    """Whoever takes over after it can rely on that."""
    store = store_in(remote.clone("one"), clock, lasts=100)
    with store.held():
        store.begin(store.load())
        clock.time += 101
        with pytest.raises(StateError, match="that time is up"):
            store.append(intent("one"))
