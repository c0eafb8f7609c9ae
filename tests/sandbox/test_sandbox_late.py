"""The promises of requests that the sandbox carries out after their client has gone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import httpx
import pytest
from harness import SECTIONS, sandbox_here, wait_until

from coursesync.sandbox import Dropped, Fault, Settings

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sandbox.conftest import MakeSite, Site

COURSE = 4711
HEADERS = {"Authorization": "Bearer sandbox-token"}


def lose(site: Site, method: str = "POST", path: str = SECTIONS, **fields: object) -> None:
    """Send a request that is dropped and carried out 5 s later."""
    site.sandbox.add_fault(Fault.parse(f"{method} {path}:late=5"))
    with pytest.raises(Dropped):
        site.client.request(method, path, json=site.section(**fields))
    site.sandbox.clear_faults()


def titles(site: Site) -> list[object]:
    return [each["Title"] for each in site.client.get("/_sandbox/sections").json()]


def test_it_is_not_done_before_its_time(site: Site) -> None:
    """Until the seconds are over nothing is stored, and the log records that."""
    lose(site)
    site.clock.seconds += 4.99

    assert site.client.get(SECTIONS).json()["TotalItems"] == 0
    assert site.sandbox.sections() == []
    assert (site.sandbox.log[0].status, site.sandbox.log[0].carried_out) == (None, False)


@pytest.mark.parametrize("look", ["list", "page", "sections", "log"])
def test_it_is_done_in_time_for_any_look(site: Site, look: str) -> None:
    """Once they are over, the first look of any kind shows the record."""
    lose(site)
    site.clock.seconds += 5
    match look:
        case "list":
            found = site.client.get(SECTIONS).json()["TotalItems"] == 1
        case "page":
            found = len(site.client.get("/_sandbox/sections").json()) == 1
        case "sections":
            found = len(site.sandbox.sections()) == 1
        case _:
            found = site.sandbox.log[0].carried_out

    assert found
    assert [each.carried_out for each in site.sandbox.log if each.method == "POST"] == [True]


def test_it_is_dated_when_it_was_due(site: Site) -> None:
    """A late look does not change the record's time."""
    lose(site)
    site.clock.seconds += 60

    assert site.sandbox.sections()[0]["CreatedOn"] == "2025-01-15T10:30:05Z"


def test_lists_lag_from_when_it_was_due(make_site: MakeSite) -> None:
    """A late create appears in lists when the lag since then is over."""
    site = make_site(Settings(list_lag=2))
    lose(site)
    shown = []
    for seconds in (6.9, 0.1):
        site.clock.seconds += seconds
        shown.append(site.client.get(SECTIONS).json()["TotalItems"])

    assert shown == [0, 1]


def test_it_comes_before_the_request_that_finds_it_due(site: Site) -> None:
    """A late update does not overwrite what is written after it was due."""
    section_id = site.created(Title="Old")
    lose(site, "PUT", Id=section_id, Title="Late")
    site.clock.seconds += 5
    site.client.put(SECTIONS, json=site.section(Id=section_id, Title="New"))

    assert titles(site) == ["New"]


def test_the_earliest_request_is_carried_out_first(site: Site) -> None:
    """Waiting requests are carried out in the order of their times, not of their arrival."""
    for title, seconds in (("Second", 9), ("First", 3), ("Third", 99)):
        site.sandbox.add_fault(Fault.parse(f"POST {SECTIONS}:late={seconds}"))
        with pytest.raises(Dropped):
            site.create(Title=title)
        site.sandbox.clear_faults()
    site.clock.seconds += 10

    assert titles(site) == ["First", "Second"]


def test_a_late_delete_removes(site: Site) -> None:
    """Any method can be late."""
    lose(site, "DELETE", f"{SECTIONS}/{site.created()}")
    before = len(titles(site))
    site.clock.seconds += 5

    assert (before, len(titles(site))) == (1, 0)


def test_what_would_be_refused_is_refused_late_too(site: Site) -> None:
    """An invalid body stores nothing when it is due, and the log records that."""
    lose(site, Title="")
    site.clock.seconds += 5

    assert (site.sandbox.sections(), site.sandbox.log[0].carried_out) == ([], False)


def test_a_body_that_is_too_long_is_forgotten(make_site: MakeSite) -> None:
    """A body that can't be read is not carried out later, and harms no later request."""
    site = make_site(Settings(max_body=1000))
    lose(site, Title="x" * 2000)
    site.clock.seconds += 5

    assert site.client.get(SECTIONS).status_code == 200
    assert site.sandbox.sections() == []


def test_it_works_over_a_socket() -> None:
    """The client sees the connection end at once, and finds the record some time later."""
    with sandbox_here() as server, httpx.Client(base_url=server.url, headers=HEADERS) as client:
        server.fault(f"POST {SECTIONS}:late=0.5")
        body = {"CourseId": COURSE, "Title": "x", "DisplayOrder": 1, "UnlockType": 1}
        with pytest.raises((httpx.RemoteProtocolError, httpx.ReadError)):
            client.post(SECTIONS, json={**body, "UnlockAfterDays": 0})
        before = len(server.records())
        wait_until(lambda: len(server.records()) == 1)

    assert before == 0


def test_a_streamed_body_outlives_its_connection() -> None:
    """A body without a length is carried out late like any other."""

    def stream() -> Iterator[bytes]:
        yield b'{"CourseId": 4711, "Title": "x", "DisplayOrder": 1,'
        yield b' "UnlockType": 1, "UnlockAfterDays": 0}'

    headers = {**HEADERS, "Content-Type": "application/json"}
    with sandbox_here() as server, httpx.Client(base_url=server.url, headers=headers) as client:
        server.fault(f"POST {SECTIONS}:late=0")
        with pytest.raises((httpx.RemoteProtocolError, httpx.ReadError)):
            client.post(SECTIONS, content=stream())

        assert len(server.records()) == 1
