"""The API's limits, held against a simulation that sends as early as each window allows."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coursesync.limits import UNLIMITED, WRITES, Schedule, Window, least_seconds

# whole seconds, so that a simulation adds up exactly; each burst ends well before the next window
NESTED = [
    (Window(1, 1.0),),
    (Window(3, 10.0),),
    (Window(1, 1.0), Window(5, 20.0)),
    (Window(1, 1.0), Window(4, 10.0), Window(20, 100.0)),
    (Window(2, 3.0), Window(6, 60.0), Window(60, 1_000.0)),
]


def greedy(writes: int, windows: tuple[Window, ...]) -> float:
    """Send each write as soon as every sliding window has room; return when the last one starts."""
    starts: list[float] = []
    for _ in range(writes):
        due = starts[-1] if starts else 0.0
        for window in windows:
            if len(starts) >= window.limit:
                due = max(due, starts[-window.limit] + window.seconds)
        starts.append(due)
    return starts[-1] if starts else 0.0


@pytest.mark.parametrize("windows", NESTED)
def test_the_least_time_is_that_of_sending_as_early_as_can_be(windows: tuple[Window, ...]) -> None:
    """For up to 300 writes the estimate is what the fastest schedule takes, to the second."""
    assert [least_seconds(n, windows) for n in range(301)] == [
        greedy(n, windows) for n in range(301)
    ]


@pytest.mark.parametrize("writes", [0, 1, 2, 59, 60, 61, 62, 120, 121, 300, 5_000, 5_001, 5_062])
def test_the_least_time_at_the_published_limits(writes: int) -> None:
    """At the API's own limits, too, the estimate is what the fastest schedule takes."""
    assert least_seconds(writes) == pytest.approx(greedy(writes, WRITES))


def test_without_limits_no_time_is_needed() -> None:
    """Where nothing is limited, any number of writes takes no time."""
    assert least_seconds(10_000, UNLIMITED) == 0
    assert Schedule(UNLIMITED).wait(5) == 0


@settings(deadline=None, max_examples=150)
@given(
    st.sampled_from(NESTED),
    st.lists(st.integers(0, 30) | st.just(0), max_size=80),
)
def test_a_schedule_never_breaks_a_sliding_window(
    windows: tuple[Window, ...], pauses: list[int]
) -> None:
    """However a run dawdles, no stretch of a window's length holds more starts than it may."""
    schedule, now = Schedule(windows), 1_000.0
    starts: list[float] = []
    for pause in pauses:
        now += pause
        now += schedule.wait(now)
        schedule.started(now)
        starts.append(now)

    for window in windows:
        behind = starts[window.limit :]
        assert all(
            later - earlier >= window.seconds
            for earlier, later in zip(starts, behind, strict=False)
        )


@pytest.mark.parametrize("windows", NESTED)
def test_a_schedule_wastes_no_time(windows: tuple[Window, ...]) -> None:
    """A run that sends as soon as it may ends when the fastest schedule does."""
    schedule, now = Schedule(windows), 0.0
    for _ in range(150):
        now += schedule.wait(now)
        schedule.started(now)

    assert now == greedy(150, windows)


def test_nothing_starts_before_the_api_allows_it() -> None:
    """A wait that the API asked for is kept, and an earlier one does not shorten it."""
    schedule = Schedule()
    schedule.hold(100.0)
    schedule.hold(50.0)

    assert [schedule.wait(now) for now in (40.0, 90.0, 100.0, 120.0)] == [60.0, 10.0, 0.0, 0.0]
