"""Clocks that are wrong, that are set during a run, or that stood still while a machine slept."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from state.clones import Clock, Remote, intent, made, new_remote, store_in

from coursesync.errors import StateError, StateLocked
from coursesync.state.run_id import RunId

if TYPE_CHECKING:
    from pathlib import Path

HOUR, MINUTE = 3_600.0, 60.0
WAIT = 400.0  # as `--lock-timeout 400`


@pytest.fixture
def remote(tmp_path: Path) -> Remote:
    return new_remote(tmp_path)


@pytest.mark.parametrize("wrong", [-HOUR, 0.0, HOUR])
def test_a_run_that_goes_on_is_not_taken_over_whatever_its_clock_shows(
    remote: Remote, wrong: float
) -> None:
    """Another machine sees that it goes on, at any time of the two hours that it may take."""
    true, own = Clock(), Clock(1_800_000_000.0 + wrong)
    one = store_in(remote.clone("one"), own)

    def go_on(seconds: float) -> None:
        for clock in (true, own):
            clock.time += seconds
        one.append(intent(f"at-{own.time:.0f}"))

    two = store_in(remote.clone("two"), true)
    two.wait = go_on
    with one.held():
        one.begin(one.load())
        for _ in range(3):
            go_on(30 * MINUTE)
            with pytest.raises(StateLocked), two.held(WAIT if wrong < 0 else 0):
                pass

        assert true.time - 1_800_000_000.0 >= 1.5 * HOUR


def test_an_overdue_run_is_taken_over_once_it_was_silent(remote: Remote) -> None:
    """A person's run whose time has passed: not at once, but if somebody waits for it."""
    clock = Clock()
    lost = store_in(remote.clone("one"), clock)
    with lost.held():
        lost.begin(lost.load())
        clock.time += 3 * HOUR
        two = store_in(remote.clone("two"), clock)
        with pytest.raises(StateLocked) as locked, two.held():
            pass
        with two.held(WAIT):
            two.recover(two.load())

    assert "its time was over at 2027-01-15 10:00 UTC" in locked.value.problem
    assert "--lock-timeout 600" in str(locked.value.remedy)
    assert sum(clock.waits) == 300
    assert not remote.is_open()


def test_a_job_waits_for_the_silence_of_an_overdue_run(remote: Remote) -> None:
    """Nobody can give it a timeout."""
    clock = Clock()
    lost = store_in(remote.clone("one"), clock)
    with lost.held():
        lost.begin(lost.load())
        clock.time += 3 * HOUR
        run = RunId("github:99:apply")
        two = store_in(remote.clone("two"), clock, run=run, is_over=lambda _: None)
        with two.held():
            two.recover(two.load())

    assert sum(clock.waits) == 300
    assert not remote.is_open()


def test_a_time_of_day_that_is_set_back_delays_no_push(remote: Remote) -> None:
    """The journal still follows within a minute, by the clock that nobody sets."""
    clock, steady = Clock(), Clock(0.0)
    store = store_in(remote.clone("one"), clock, steady=steady.now)
    with store.held():
        store.begin(store.load())
        clock.time -= HOUR
        steady.time += MINUTE
        for step in made("one", 7):
            store.append(step)

        assert "one" in remote.files()["journal"]


@pytest.mark.parametrize(("asleep", "ends"), [(HOUR, False), (3 * HOUR, True)])
def test_a_machine_that_slept_pushes_before_it_writes(
    remote: Remote, asleep: float, *, ends: bool
) -> None:
    """The steady clock stands still meanwhile; after its two hours the run writes nothing more."""
    clock, steady = Clock(), Clock(0.0)
    store = store_in(remote.clone("one"), clock, steady=steady.now)
    with store.held():
        store.begin(store.load())
        clock.time += asleep
        if ends:
            with pytest.raises(StateError, match="that time is up"):
                store.append(intent("one"))
        else:
            store.append(intent("one"))

    assert ("one" in remote.files()["journal"]) is not ends
