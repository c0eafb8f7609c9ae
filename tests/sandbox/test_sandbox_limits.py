"""The promises of the published limits.

Source: https://developers.nexudus.com/reference/api-limitations
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import pytest

from coursesync.sandbox import Settings

if TYPE_CHECKING:
    from sandbox.conftest import MakeSite, Site

SECTIONS = "/api/content/coursesections"
KINDS: tuple[Literal["sliding", "fixed"], ...] = ("sliding", "fixed")


def throttled_at(site: Site, method: str, gap: float, most: int) -> int:
    """Send requests `gap` seconds apart; return how many passed before one was throttled."""
    for number in range(most):
        if site.client.request(method, SECTIONS).status_code == 409:
            return number
        site.clock.seconds += gap
    return most


@pytest.fixture(params=KINDS)
def limited(request: pytest.FixtureRequest, make_site: MakeSite) -> Site:
    site = make_site(Settings(limits=request.param, writes_a_day=100))
    site.clock.seconds = 86_400.0 * 10  # where fixed windows of every length begin
    return site


def test_limits_are_off_unless_asked_for(site: Site) -> None:
    """By default a sandbox throttles nothing."""
    assert throttled_at(site, "GET", 0, 200) == 200


def test_two_requests_at_once_are_one_too_many(limited: Site) -> None:
    """Within 100 ms of another a request is throttled."""
    assert throttled_at(limited, "GET", 0.05, 9) == 1


def test_a_throttled_request_is_not_carried_out(limited: Site) -> None:
    """A throttled request gets 409 with `Retry-After` and no body, and stores nothing."""
    limited.create()
    answered = limited.create()

    assert (answered.status_code, answered.content) == (409, b"")
    assert answered.headers["Retry-After"] == "1"
    assert len(limited.sandbox.sections()) == 1
    assert [each.carried_out for each in limited.sandbox.log] == [True, False]


def test_reads_are_held_to_120_a_minute(limited: Site) -> None:
    """The 121st request of a minute is throttled."""
    assert throttled_at(limited, "GET", 0.11, 130) == 120


@pytest.mark.parametrize("method", ["POST", "PUT"])
def test_writes_are_held_to_60_a_minute(limited: Site, method: str) -> None:
    """The 61st write of a minute is throttled, while a read still passes."""
    assert throttled_at(limited, method, 0.11, 70) == 60
    assert limited.client.get(SECTIONS).status_code == 200


def test_writes_are_held_to_the_days_allowance(limited: Site) -> None:
    """The write after the day's last is throttled until the next day."""
    assert throttled_at(limited, "DELETE", 2, 110) == 100
    assert int(limited.client.delete(SECTIONS).headers["Retry-After"]) > 80_000


def test_a_client_that_waits_passes(limited: Site) -> None:
    """After `Retry-After` seconds the request passes."""
    throttled_at(limited, "POST", 0.11, 70)
    wait = limited.create().headers["Retry-After"]
    limited.clock.seconds += int(wait)

    assert limited.create().status_code == 200


def test_a_steady_pace_is_never_throttled(limited: Site) -> None:
    """A request every 0.75 s meets no limit of a minute, with either kind of window."""
    assert throttled_at(limited, "GET", 0.75, 300) == 300


def test_windows_differ_across_the_full_minute(make_site: MakeSite) -> None:
    """A burst across the start of a minute passes fixed windows, but not sliding ones."""
    passed = []
    for kind in KINDS:
        site = make_site(Settings(limits=kind))
        site.clock.seconds = 86_400.0 * 10 + 50
        passed.append(throttled_at(site, "GET", 0.125, 240))

    assert passed == [120, 200]


def test_the_100_ms_gap_forgives_rounding(limited: Site) -> None:
    """With floating-point times, requests every 0.1 s all pass."""
    assert throttled_at(limited, "GET", 0.1, 100) == 100
