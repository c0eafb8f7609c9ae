"""The promises of lists that lag.

The vendor's pages don't promise that a search shows a record once its create is answered:
https://developers.nexudus.com/rest-api/content/search-coursesections
"""

from __future__ import annotations

import subprocess
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

import httpx
import pytest
from harness import SECTIONS, TOKEN, serve

from coursesync.sandbox import Sandbox, Settings

if TYPE_CHECKING:
    from pathlib import Path

    from harness import CommandLine
    from sandbox.conftest import MakeSite, Site

LAG = 2.5


@pytest.fixture
def lagging(make_site: MakeSite) -> Site:
    return make_site(Settings(list_lag=LAG))


def listed(site: Site) -> list[int]:
    """Return the Ids that a search shows; check that `TotalItems` counts them."""
    found = site.client.get(SECTIONS).json()
    assert found["TotalItems"] == len(found["Records"])
    return [each["Id"] for each in found["Records"]]


def several(site: Site, *ids: int) -> list[int]:
    found = site.client.get(SECTIONS, params={"id": str(list(ids))}).json()
    return [each["Id"] for each in found]


def test_a_new_section_is_not_listed_yet(lagging: Site) -> None:
    """Until the lag is over, searches and `?id=` leave out records that a read by Id returns."""
    old = lagging.created()
    lagging.clock.seconds += LAG
    new = lagging.created()
    lagging.clock.seconds += LAG - 0.01
    got = lagging.client.get(f"{SECTIONS}/{new}").status_code

    assert (listed(lagging), several(lagging, old, new), got) == ([old], [old], 200)


def test_the_lag_ends(lagging: Site) -> None:
    """Once the lag is over, lists show the new records."""
    new = lagging.created()
    lagging.clock.seconds += LAG

    assert (listed(lagging), several(lagging, new)) == ([new], [new])


def test_a_removed_section_is_listed_still(lagging: Site) -> None:
    """Until the lag is over, lists show deleted records."""
    gone = lagging.created()
    lagging.clock.seconds += LAG
    lagging.client.delete(f"{SECTIONS}/{gone}")
    got = lagging.client.get(f"{SECTIONS}/{gone}").status_code
    during = (listed(lagging), several(lagging, gone))
    lagging.clock.seconds += LAG

    assert (got, during) == (404, ([gone], [gone]))
    assert (listed(lagging), several(lagging, gone)) == ([], [])


def test_lists_show_what_was_there_that_long_ago(lagging: Site) -> None:
    """A section that existed for less than the lag is listed as long as it existed, but later."""
    short = lagging.created()
    lagging.clock.seconds += 1
    lagging.client.delete(f"{SECTIONS}/{short}")
    shown = []
    for _ in range(5):
        shown.append(bool(listed(lagging)))
        lagging.clock.seconds += 0.5

    assert shown == [False, False, False, True, True]
    assert listed(lagging) == []


def test_pages_and_filters_agree_with_the_lag(lagging: Site) -> None:
    """The envelope counts the records that the list shows, filtered and page by page."""
    for number in range(3):
        lagging.created(DisplayOrder=number, Title="Old")
    lagging.clock.seconds += LAG
    lagging.created(Title="Old")
    query: dict[str, str | int] = {"CourseSection_Title": "Old", "size": 2, "page": 2}
    found = lagging.client.get(SECTIONS, params=query).json()

    assert (len(found["Records"]), found["TotalItems"], found["TotalPages"]) == (1, 3, 2)
    assert (found["LastItem"], found["HasNextPage"]) == (3, False)


def test_an_update_does_not_hide_a_section(lagging: Site) -> None:
    """Only creates and deletes lag: a changed section stays listed, with its new values."""
    changed = lagging.created()
    lagging.clock.seconds += LAG
    body = lagging.section(Id=changed, Title="New")
    lagging.client.put(SECTIONS, json=body)

    assert lagging.client.get(SECTIONS).json()["Records"][0]["Title"] == "New"


def test_the_course_of_an_outline_does_not_lag(lagging: Site) -> None:
    """A course that the sandbox is given is listed at once."""
    assert lagging.client.get("/api/content/courses").json()["TotalItems"] == 1


def test_the_truth_does_not_lag(lagging: Site) -> None:
    """`Sandbox.sections` and `/_sandbox/sections` show the stored records."""
    new = lagging.created()
    shown = lagging.client.get("/_sandbox/sections").json()

    assert [each["Id"] for each in shown] == [new]
    assert shown == lagging.sandbox.sections()


@pytest.mark.parametrize("in_process", [False, True])
def test_the_lag_changes_while_it_runs(site: Site, *, in_process: bool) -> None:
    """A lag that is set acts on the next list, and on older creates too."""
    new = site.created()
    before = listed(site)
    if in_process:
        site.sandbox.change(list_lag=LAG)
    else:
        site.client.post("/_sandbox/settings", json={"list_lag": LAG}).raise_for_status()

    assert (before, listed(site)) == ([new], [])
    assert site.client.get("/_sandbox/settings").json()["list_lag"] == LAG


@pytest.mark.parametrize("seconds", [None, -1, "two", True])
def test_a_bad_lag_is_refused(site: Site, seconds: object) -> None:
    """A lag is a number of seconds."""
    assert site.client.post("/_sandbox/settings", json={"list_lag": seconds}).status_code == 400


PROGRAM = """
import sys
from pathlib import Path
from werkzeug.test import Client
from coursesync.sandbox import Sandbox

with Sandbox(Path(sys.argv[1])) as sandbox:
    sandbox.add_course(1, "One")
    body = {"CourseId": 1, "Title": "x", "DisplayOrder": 1, "UnlockType": 1, "UnlockAfterDays": 0}
    answered = Client(sandbox).post(
        "/api/content/coursesections", json=body,
        headers={"Authorization": "Bearer sandbox-token"})
    assert answered.status_code == 200
"""


@pytest.mark.parametrize(("lag", "expected"), [(0.0, 1), (3600.0, 0)])
def test_other_processes_creates_lag_too(tmp_path: Path, lag: float, expected: int) -> None:
    """The file keeps the time of a create, for every process."""
    path = tmp_path / "sandbox.sqlite"
    subprocess.run([sys.executable, "-c", PROGRAM, str(path)], check=True, timeout=60)

    assert total(path, lag) == expected


def test_another_boots_creates_are_old(tmp_path: Path) -> None:
    """A section that was created ahead of the clock (before a restart of the machine) is old."""
    path = tmp_path / "sandbox.sqlite"
    subprocess.run([sys.executable, "-c", PROGRAM, str(path)], check=True, timeout=60)

    assert total(path, 3600, uptime=0) == 1


def total(path: Path, lag: float, uptime: float | None = None) -> int:
    """Return how many sections a sandbox on that file lists."""
    settings = Settings(list_lag=lag)
    made = (
        Sandbox(path, settings=settings)
        if uptime is None
        else Sandbox(path, settings=settings, clock=lambda: uptime)
    )
    with made as sandbox, httpx.Client(transport=httpx.WSGITransport(app=sandbox)) as client:
        headers = {"Authorization": "Bearer sandbox-token"}
        found = client.get(f"http://localhost{SECTIONS}", headers=headers).json()["TotalItems"]
    assert isinstance(found, int)
    return found


def test_a_served_sandbox_can_lag(cli: CommandLine, tmp_path: Path) -> None:
    """`sandbox serve --list-lag SECONDS` begins with that lag, and the page changes it."""
    with contextmanager(serve)(cli, tmp_path, "--list-lag", "3600") as server:
        headers = {"Authorization": f"Bearer {TOKEN}"}
        with httpx.Client(base_url=server.url, headers=headers) as client:
            body = {"Title": "x", "DisplayOrder": 1, "UnlockType": 1, "UnlockAfterDays": 0}
            client.post(SECTIONS, json={"CourseId": 4711, **body}).raise_for_status()
            before = client.get(SECTIONS).json()["TotalItems"]
            server.change(list_lag=0)
            after = client.get(SECTIONS).json()["TotalItems"]

        assert (before, after) == (0, 1)
