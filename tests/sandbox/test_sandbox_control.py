"""The promises of the sandbox's control pages and its log."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from coursesync.sandbox import Fault, Settings

if TYPE_CHECKING:
    from sandbox.conftest import MakeSite, Site

SECTIONS = "/api/content/coursesections"


@pytest.fixture(autouse=True)
def no_token(request: pytest.FixtureRequest) -> None:
    """Send no token unless a request names one."""
    site: Site = request.getfixturevalue("site")
    del site.client.headers["Authorization"]


def sign_in(site: Site) -> None:
    site.client.headers["Authorization"] = "Bearer sandbox-token"


def test_records_are_shown_without_a_token(site: Site) -> None:
    """`GET /_sandbox/sections` has every section, whole."""
    sign_in(site)
    site.created()
    del site.client.headers["Authorization"]
    shown = site.client.get("/_sandbox/sections").json()

    assert shown == site.sandbox.sections()
    assert "CustomFields" in shown[0]


def test_the_log_is_shown_as_it_is(site: Site) -> None:
    """`GET /_sandbox/log` returns the entries of `Sandbox.log`, and is not logged itself."""
    sign_in(site)
    site.client.get(SECTIONS, params={"page": 2})
    site.create(Title="Hello")
    shown = site.client.get("/_sandbox/log").json()

    assert shown == [each.as_json() for each in site.sandbox.log]
    assert [(each["method"], each["path"], each["query"]) for each in shown] == [
        ("GET", SECTIONS, "page=2"),
        ("POST", SECTIONS, ""),
    ]
    assert (shown[1]["body"]["Title"], shown[1]["status"], shown[1]["at"]) == (
        "Hello",
        200,
        site.clock.seconds,
    )


def test_the_log_keeps_no_secret(site: Site) -> None:
    """Neither the token of a request nor the body of a login is in the log."""
    sign_in(site)
    form = {"grant_type": "password", "username": "a", "password": "hidden"}
    site.client.get(SECTIONS)
    site.client.post("/api/token", data=form)
    site.client.post("/api/token/", json=form)
    shown = site.client.get("/_sandbox/log").text

    assert "sandbox-token" not in shown
    assert "hidden" not in shown


def test_faults_are_armed_line_by_line(site: Site) -> None:
    """`POST /_sandbox/faults` takes one fault per line, and returns all armed faults."""
    lines = f"POST {SECTIONS}@3:lost-after\n\n* *@2+:slow=2.5\n"
    armed = site.client.post("/_sandbox/faults", content=lines).json()

    assert armed == [f"POST {SECTIONS}@3x1:lost-after", "* *@2+:slow=2.5"]
    assert site.client.get("/_sandbox/faults").json() == armed


def test_a_bad_fault_arms_none(site: Site) -> None:
    """A line that is not a fault gives a 400 that names it, and arms nothing."""
    answered = site.client.post("/_sandbox/faults", content="* *:slow\n* *:nonsense")

    assert answered.status_code == 400
    assert "nonsense" in answered.json()["Message"]
    assert site.client.get("/_sandbox/faults").json() == []


def test_faults_are_disarmed(site: Site) -> None:
    """`DELETE /_sandbox/faults` disarms all faults."""
    sign_in(site)
    site.sandbox.add_fault(Fault.parse("* *@1+:error-before"))

    assert site.client.delete("/_sandbox/faults").json() == []
    assert site.client.get(SECTIONS).status_code == 200


def test_courses_are_added(site: Site) -> None:
    """`POST /_sandbox/courses` creates a course that can have sections."""
    sign_in(site)
    site.client.post("/_sandbox/courses", json={"Id": 12, "Title": "New"})

    assert site.create(CourseId=12).status_code == 200


@pytest.mark.parametrize(
    "body", [{}, {"Id": "12", "Title": "x"}, {"Id": 0, "Title": "x"}, {"Id": 12, "Title": None}]
)
def test_a_bad_course_is_refused(site: Site, body: dict[str, object]) -> None:
    """A course needs an Id and a title."""
    assert site.client.post("/_sandbox/courses", json=body).status_code == 400


@pytest.mark.parametrize(
    ("method", "page", "status"), [("GET", "nothing", 404), ("PUT", "faults", 405)]
)
def test_no_other_page_exists(site: Site, method: str, page: str, status: int) -> None:
    """Unknown pages and methods are refused."""
    assert site.client.request(method, f"/_sandbox/{page}").status_code == status


def test_limits_and_faults_spare_these_pages(make_site: MakeSite) -> None:
    """The pages ignore the limits and the armed faults."""
    site = make_site(Settings(limits="sliding"))
    site.sandbox.add_fault(Fault.parse("* *@1+:error-before"))

    assert {site.client.get("/_sandbox/log").status_code for _ in range(9)} == {200}
