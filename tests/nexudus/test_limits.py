"""The schedule of requests: no window is ever exceeded, and no wait is longer than needed.

Compared with a count of every window, with the sandbox's own limiter, and with a simulation that
sends as early as each window allows. Times are whole seconds, so that sums are exact.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shares import examples

from coursesync.nexudus.limits import DAY, PUBLISHED, Limits, Schedule, least_seconds
from coursesync.sandbox import Settings
from coursesync.sandbox.limits import Limiter

if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Literal

    from coursesync.nexudus.limits import Window

TIGHT = [
    Limits(1.0, 3, 10, 5, 12, 40),
    Limits(0.0, 1, 4, 2, 6, 9),
    Limits(10.0, 4, 100, 4, 50, 100),
    Limits(1.0, 60, 5, 120, 20, 30),
]


@dataclass(frozen=True)
class Sent:
    """A request of a run: when it started and ended, and when the server counted it."""

    start: float
    end: float
    counted: float
    write: bool


@dataclass(frozen=True)
class Wish:
    """A request that a run wants to send: after which pause, how long it takes, when it counts."""

    pause: int
    takes: int
    late: bool
    write: bool


pauses = st.integers(0, 3) | st.integers(0, 100) | st.sampled_from([3_600, 86_400])
wishes = st.lists(
    st.builds(Wish, pauses, st.integers(0, 2) | st.just(70), st.booleans(), st.booleans()),
    max_size=60,
)


def run(schedule: Schedule, wanted: Iterable[Wish], now: float = 1_000.0) -> list[Sent]:
    """Send each wish as soon as the schedule allows it."""
    sent = []
    for wish in wanted:
        now += wish.pause
        now += schedule.wait(now, write=wish.write)
        end = now + wish.takes
        schedule.ended(end, write=wish.write)
        sent.append(Sent(now, end, end if wish.late else now, wish.write))
        now = end
    return sent


def counted(sent: Iterable[Sent], window: Window) -> list[Sent]:
    """Return the requests that a window counts."""
    return [each for each in sent if each.write or not window.writes_only]


def as_soon_as_can_be(writes: Iterable[bool], limits: Limits) -> float:
    """Send each request when every sliding window has room; return the start of the last."""
    starts: list[Sent] = []
    for write in writes:
        due = starts[-1].start if starts else 0.0
        for window in limits.windows:
            mine = counted(starts, window)
            if (write or not window.writes_only) and len(mine) >= window.limit:
                due = max(due, mine[-window.limit].start + window.seconds)
        starts.append(Sent(due, due, due, write))
    return starts[-1].start if starts else 0.0


@settings(deadline=None, max_examples=examples(150))
@given(st.sampled_from(TIGHT), wishes)
def test_no_sliding_window_is_ever_exceeded(limits: Limits, wanted: list[Wish]) -> None:
    """Whenever the server counts each request, no period of a window has too many."""
    sent = run(Schedule(limits), wanted)

    for window in limits.windows:
        times = [each.counted for each in counted(sent, window)]
        behind = times[window.limit :]
        assert all(b - a >= window.seconds for a, b in zip(times, behind, strict=False))


@settings(deadline=None, max_examples=examples(150))
@given(st.sampled_from(TIGHT), wishes, st.integers(0, 86_400))
def test_no_fixed_window_is_ever_exceeded(limits: Limits, wanted: list[Wish], offset: int) -> None:
    """The same if the server counts by its clock's minutes, whenever these begin."""
    sent = run(Schedule(limits), wanted)

    for window in limits.windows:
        if window.seconds:
            numbers = [(each.counted + offset) // window.seconds for each in counted(sent, window)]
            assert all(numbers.count(number) <= window.limit for number in set(numbers))


@settings(deadline=None, max_examples=40)
@given(
    st.sampled_from(["sliding", "fixed"]),
    st.lists(st.tuples(st.integers(0, 4), st.booleans(), st.integers(1, 80)), max_size=8),
)
def test_the_sandbox_never_turns_a_request_away(
    kind: Literal["sliding", "fixed"], bursts: list[tuple[int, bool, int]]
) -> None:
    """At the published limits, however counted, no request of a burst is throttled."""
    schedule, limiter, now = Schedule(), Limiter(Settings(limits=kind)), 12_345.0
    for pause, write, number in bursts:
        now += pause
        for _ in range(number):
            now += schedule.wait(now, write=write)
            assert limiter.admit("POST" if write else "GET", now) == 0
            schedule.ended(now, write=write)


@settings(deadline=None, max_examples=examples(150))
@given(st.sampled_from(TIGHT), wishes, st.booleans())
def test_no_wait_is_longer_than_it_has_to_be(
    limits: Limits,
    wanted: list[Wish],
    write: bool,  # noqa: FBT001 - drawn
) -> None:
    """A moment before each wait ends, some window is still full."""
    schedule = Schedule(limits)
    sent = run(schedule, wanted)
    now = sent[-1].end if sent else 1_000.0
    seconds = schedule.wait(now, write=write)
    just_before = now + seconds - 0.001

    assert seconds == 0 or any(
        sum(each.end > just_before - window.seconds for each in counted(sent, window))
        >= window.limit
        for window in limits.windows
        if write or not window.writes_only
    )


@settings(deadline=None, max_examples=examples(100))
@given(st.sampled_from(TIGHT), wishes, wishes)
def test_a_run_goes_on_where_the_one_before_it_ended(
    limits: Limits, before: list[Wish], after: list[Wish]
) -> None:
    """Two runs, the second of which knows the first's requests, send as a single run would."""
    whole = Schedule(limits)
    first = run(whole, before)
    now = first[-1].end if first else 1_000.0
    told = Schedule(limits)
    for each in first:
        told.ended(each.end, write=each.write)

    assert run(told, after, now) == run(whole, after, now)


@pytest.mark.parametrize("limits", TIGHT[:3])
def test_the_least_time_is_that_of_sending_as_early_as_can_be(limits: Limits) -> None:
    """For up to 60 writes, the estimate is never more than the fastest schedule takes."""
    for writes in range(61):
        fastest = as_soon_as_can_be([True] * writes, limits)
        schedule, now = Schedule(limits), 0.0
        for _ in range(writes):
            now += schedule.wait(now, write=True)
            schedule.ended(now, write=True)

        assert now == fastest
        assert least_seconds(writes, limits=limits) <= fastest


@pytest.mark.parametrize("writes", [0, 1, 2, 59, 60, 61, 62, 120, 121, 300])
@pytest.mark.parametrize("reads", [0, 1, 30])
def test_the_least_time_at_the_published_limits(writes: int, reads: int) -> None:
    """At the API's own limits the estimate is what the fastest order of the requests takes."""
    order = [False] * reads + [True] * writes
    if writes > 60:  # the reads fit between two bursts of writes
        order = [True] * 60 + [False] * reads + [True] * (writes - 60)
    fastest = as_soon_as_can_be(order, PUBLISHED)

    assert least_seconds(writes, reads) == pytest.approx(fastest)


@pytest.mark.parametrize(("writes", "days"), [(5_000, 0), (5_001, 1), (10_000, 1), (10_001, 2)])
def test_a_day_has_so_many_writes(writes: int, days: int) -> None:
    """More writes than a day allows take another day."""
    assert least_seconds(writes) // DAY == days


def test_without_limits_no_time_is_needed() -> None:
    """Without limits there is no wait and no allowance."""
    schedule = Schedule(None)
    for _ in range(100):
        schedule.ended(5.0, write=True)

    assert schedule.wait(5.0, write=True) == 0
    assert schedule.seconds_for(5.0, 10_000) == 0
    assert schedule.writes_left(5.0) is None


def test_a_request_of_the_past_can_be_as_old_as_it_likes() -> None:
    """A request that is older than every window causes no wait."""
    schedule = Schedule(TIGHT[0])
    for _ in range(50):
        schedule.ended(-2 * DAY, write=True)

    assert schedule.wait(0.0, write=True) == 0
    assert schedule.writes_left(0.0) == TIGHT[0].writes_a_day


def test_the_days_writes_are_counted_down() -> None:
    """The rest of the day is its allowance without the writes of the last 24 hours."""
    schedule = Schedule(replace(PUBLISHED, writes_a_day=10))
    for at in range(4):
        schedule.ended(float(at), write=True)
        schedule.ended(float(at), write=False)

    assert [schedule.writes_left(now) for now in (5.0, DAY, DAY + 1, DAY + 3)] == [6, 7, 8, 10]


def test_nothing_starts_before_the_api_allows_it() -> None:
    """A wait that the API asked for is kept, and a shorter one does not shorten it."""
    schedule = Schedule()
    schedule.throttled(0.0, 100.0)
    schedule.throttled(1.0, 10.0)

    assert [schedule.wait(now, write=False) for now in (40.0, 90.0, 100.0)] == [60.0, 10.0, 0.0]


def test_a_throttled_run_asks_for_its_share_and_slowly_for_more() -> None:
    """If another client uses the same minute, ask for what the API accepted, then for more."""
    schedule, now = Schedule(), 0.0
    for number in range(40):
        now = number / 10
        schedule.ended(now, write=True)
    now += 0.1
    schedule.throttled(now, 2.0)
    held = schedule.wait(now, write=True)
    full = schedule.wait(now + 2, write=True)

    assert held >= 2
    assert full == pytest.approx(60 - 2 - 0.1)
    assert burst(schedule, now + 60) == 38
    assert burst(schedule, now + 10 * 60) > 50


def burst(schedule: Schedule, now: float) -> int:
    """Return how many writes may be sent before one has to wait for a minute."""
    number = 0
    while (seconds := schedule.wait(now, write=True)) < 1:
        now += seconds
        schedule.ended(now, write=True)
        number += 1
    return number


def test_throttled_again_and_again_is_one_reason_to_ask_for_less() -> None:
    """However often one request is throttled, the share is cut once."""
    once, often = Schedule(), Schedule()
    for schedule, times in ((once, 1), (often, 9)):
        for number in range(30):
            schedule.ended(number / 10, write=True)
        for number in range(times):
            schedule.throttled(3 + number * 3, 2.0)

    assert abs(burst(once, 100) - burst(often, 100)) <= 1


@settings(deadline=None, max_examples=examples(100))
@given(st.lists(st.integers(0, 60), min_size=1, max_size=200))
def test_however_often_it_is_throttled_a_run_goes_on(pauses: list[int]) -> None:
    """It never gets slower than a request a minute."""
    schedule, now = Schedule(), 0.0
    for pause in pauses:
        now += pause
        schedule.throttled(now, 1.0)

    assert schedule.wait(now, write=True) <= 60
    assert schedule.wait(now + 60, write=True) == 0


@settings(deadline=None, max_examples=80)
@given(st.sampled_from(TIGHT[:3]), wishes, st.integers(0, 30))
def test_the_estimate_of_the_rest_does_not_exaggerate(
    limits: Limits, wanted: list[Wish], writes: int
) -> None:
    """The estimate for the rest is at least the next wait, and grows with the rest."""
    schedule = Schedule(limits)
    sent = run(schedule, wanted)
    now = sent[-1].end if sent else 1_000.0
    told = [schedule.seconds_for(now, number) for number in range(writes + 1)]

    assert told == sorted(told)
    assert told[0] >= schedule.wait(now, write=True)
