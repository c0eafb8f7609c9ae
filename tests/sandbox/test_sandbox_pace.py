"""The promises to a client that keeps to the limits, on a virtual clock.

A limiter that lets one request too many pass would make a careless client look careful, so each
limit is measured to the request and to the moment.
Source: https://developers.nexudus.com/reference/api-limitations
"""

from __future__ import annotations

from bisect import bisect_right
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Literal

import pytest

from coursesync.sandbox import Settings
from coursesync.sandbox.limits import Limiter

if TYPE_CHECKING:
    from sandbox.conftest import MakeSite, Site

SECTIONS = "/api/content/coursesections"
DAY = 86_400.0  # fixed windows of every length begin at a multiple of it


@pytest.fixture(params=["sliding", "fixed"])
def limited(request: pytest.FixtureRequest, make_site: MakeSite) -> Site:
    return starting(make_site, request.param)


def starting(make_site: MakeSite, limits: Literal["sliding", "fixed"]) -> Site:
    site = make_site(Settings(limits=limits))
    site.clock.seconds = DAY * 100
    return site


def send(site: Site, method: str, at: float) -> str | None:
    """Send a request `seconds` after the start; return its `Retry-After`, if any."""
    site.clock.seconds = DAY * 100 + at
    answered = site.client.request(method, SECTIONS)
    assert (answered.status_code == 409) == ("Retry-After" in answered.headers)
    wait: str | None = answered.headers.get("Retry-After")
    return wait


@pytest.mark.parametrize(
    ("method", "allowed", "gap", "seconds"),
    [("POST", 60, 0.5, 60), ("DELETE", 60, 0.9, 60), ("GET", 120, 0.4, 60)],
)
def test_one_more_has_to_wait_for_the_whole_window(
    limited: Site, method: str, allowed: int, gap: float, seconds: int
) -> None:
    """The request after the last one that fits is 409 until the first one's window is over."""
    passed = [send(limited, method, number * gap) for number in range(allowed)]
    after = (allowed - 1) * gap
    wait = send(limited, method, after + 0.25)
    too_soon = send(limited, method, seconds - 0.01)
    in_time = send(limited, method, seconds)

    assert set(passed) == {None}
    assert wait is not None
    assert seconds - after - 0.25 <= int(wait) < seconds - after + 0.75
    assert (too_soon, in_time) == ("1", None)


@pytest.mark.parametrize("limits", ["sliding", "fixed"])
def test_an_hour_holds_5000_requests(limits: Literal["sliding", "fixed"]) -> None:
    """At a pace that the minute allows, the 5,001st request must wait for the next hour."""
    limiter = Limiter(Settings(limits=limits))
    passed = {limiter.admit("GET", DAY + number * 0.6) for number in range(5000)}

    assert passed == {0}
    assert [limiter.admit("GET", DAY + at) for at in (3000, 3599.5, 3600)] == [600, 1, 0]


def test_a_clock_that_was_read_earlier_opens_no_window() -> None:
    """A request that was timed before another but comes after it counts at the later time."""
    limiter = Limiter(Settings(limits="fixed"))
    times = [DAY + 0.999, DAY + 1.0, DAY + 0.999, DAY + 1.0]

    assert [limiter.admit("GET", at) for at in times] == [0, 0, 1, 1]


def test_the_gap_is_kept_to_the_millisecond(make_site: MakeSite) -> None:
    """With sliding windows, a request 99 ms after another must wait; after 100 ms it passes."""
    site = starting(make_site, "sliding")

    assert [send(site, "GET", at) for at in (0.0, 0.099, 0.1)] == [None, "1", None]


def test_what_was_turned_away_does_not_count(limited: Site) -> None:
    """Early requests do not delay a client: it passes once its time has come."""
    for number in range(60):
        send(limited, "POST", number * 0.5)
    turned_away = {send(limited, "POST", 30 + number * 0.1) is None for number in range(290)}

    assert turned_away == {False}
    assert send(limited, "POST", 60.0) is None


def test_no_thread_slips_through(limited: Site) -> None:
    """Of many requests at one moment only one passes."""
    with ThreadPoolExecutor(8) as threads:
        statuses = list(threads.map(lambda _: limited.create().status_code, range(40)))

    assert statuses.count(200) == 1
    assert statuses.count(409) == 39


def test_a_thousand_creates_on_one_virtual_clock(limited: Site) -> None:
    """A client that only obeys `Retry-After` needs the full time for 1,000 creates."""
    for number in range(1000):
        while (answered := limited.create(DisplayOrder=number)).status_code == 409:
            limited.clock.sleep(float(answered.headers["Retry-After"]))
        limited.clock.sleep(0.1)
    admitted = [each.at for each in limited.sandbox.log if each.carried_out]
    minutes = (admitted[-1] - admitted[0]) / 60

    assert [each["DisplayOrder"] for each in limited.sandbox.sections()] == list(range(1000))
    assert 16 <= minutes < 17
    assert busiest(admitted, 60) == 60


def busiest(moments: list[float], seconds: float) -> int:
    """Return the largest number of moments within one window of this length."""
    return max(
        bisect_right(moments, first + seconds - 1e-3) - index for index, first in enumerate(moments)
    )
