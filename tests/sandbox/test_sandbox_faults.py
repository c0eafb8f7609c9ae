"""The promises of the sandbox's faults: every row of the table of outcomes."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

import httpx
import pytest

from coursesync.sandbox import Dropped, Fault, FaultKind

if TYPE_CHECKING:
    from sandbox.conftest import Site

SECTIONS = "/api/content/coursesections"


def arm(site: Site, *texts: str) -> None:
    for text in texts:
        site.sandbox.add_fault(Fault.parse(text))


@pytest.mark.parametrize(
    ("kind", "status", "stored"),
    [
        ("error-before", 500, 0),
        ("error-after", 500, 1),
        ("html-503", 503, 0),
        ("html-200", 200, 1),
        ("cut-json", 200, 1),
        ("unsuccessful", 200, 0),
        ("no-id", 200, 1),
        ("known-id", 200, 1),
        ("conflict", 409, 0),
        ("throttled", 409, 0),
        ("too-many=7", 429, 0),
        ("throttled-after=3", 409, 1),
        ("too-many-after=3", 429, 1),
        ("unauthorized-after", 401, 1),
        ("no-effect", 200, 0),
        ("other-course-id", 200, 1),
        ("unauthorized", 401, 0),
        ("forbidden-token", 401, 0),
        ("redirect", 302, 0),
        ("timeout-408", 408, 0),
        ("slow=2.5", 200, 1),
        ("status=502", 502, 0),
    ],
)
def test_a_fault_answers_and_stores_as_it_says(
    site: Site, kind: str, status: int, stored: int
) -> None:
    """Each fault has its status, carries out the write or not, and the log records both."""
    arm(site, f"POST {SECTIONS}:{kind}")
    answered = site.create()
    entry = site.sandbox.log[-1]

    assert answered.status_code == status
    assert len(site.sandbox.sections()) == stored
    assert (entry.status, entry.carried_out) == (status, bool(stored))
    assert entry.fault is not None


@pytest.mark.parametrize(
    ("kind", "stored"),
    [("lost-before", 0), ("lost-after", 1), ("continue-flood", 1), ("late=60", 0)],
)
def test_a_lost_answer_is_an_exception_in_process(site: Site, kind: str, stored: int) -> None:
    """In process a dropped connection raises `Dropped`, and the log has no status."""
    arm(site, f"POST {SECTIONS}:{kind}")
    with pytest.raises(Dropped):
        site.create()

    assert len(site.sandbox.sections()) == stored
    assert site.sandbox.log[-1].status is None


def test_a_cut_body_breaks_off_within_the_answer(site: Site) -> None:
    """In process the answer begins, and then `Dropped` is raised."""
    arm(site, f"POST {SECTIONS}:cut-body")
    with pytest.raises(Dropped):
        site.create()

    assert len(site.sandbox.sections()) == 1


def test_cut_json_is_whole_http(site: Site) -> None:
    """A cut JSON body is as long as its header says, and can't be read."""
    arm(site, f"POST {SECTIONS}:cut-json")
    answered = site.create()

    assert int(answered.headers["Content-Length"]) == len(answered.content)
    with pytest.raises(ValueError, match=r"Unterminated|Expecting"):
        answered.json()


def test_html_comes_in_place_of_json(site: Site) -> None:
    """An HTML page has the content type of HTML."""
    arm(site, f"POST {SECTIONS}:html-200")

    assert site.create().headers["Content-Type"].startswith("text/html")


def test_success_without_an_id(site: Site) -> None:
    """`no-id` claims success and has no value."""
    arm(site, f"POST {SECTIONS}:no-id")
    answered = site.create().json()

    assert (answered["WasSuccessful"], answered["Value"]) == (True, None)


def test_success_with_another_records_id(site: Site) -> None:
    """`known-id` claims success under the Id of a record that was there before."""
    arm(site, f"POST {SECTIONS}@2:known-id")
    first = site.created()

    assert site.created() == first
    assert len(site.sandbox.sections()) == 2


def test_success_with_the_id_of_another_course(site: Site) -> None:
    """`other-course-id` claims success under the Id of a record in another course."""
    site.sandbox.add_course(4712, "Safety")
    site.created()
    elsewhere = site.created(CourseId=4712)
    arm(site, f"POST {SECTIONS}:other-course-id")

    assert site.created() == elsewhere
    assert len(site.sandbox.sections()) == 3


def test_success_without_an_effect(site: Site) -> None:
    """`no-effect` answers an update as if it were carried out, and the record stays as it was."""
    section_id = site.created()
    before = site.sandbox.sections()
    site.clock.seconds += 60
    arm(site, f"PUT {SECTIONS}:no-effect")
    body = site.section(Id=section_id, Title="New")
    answered = site.client.put(SECTIONS, json=body).json()

    assert (answered["WasSuccessful"], answered["Value"]) == (True, {"Id": section_id})
    assert answered["UpdatedOn"] == "2025-01-15T10:31:00Z"
    assert site.sandbox.sections() == before


@pytest.mark.parametrize("kind", ["throttled-after", "too-many-after"])
def test_a_throttled_answer_after_the_work_names_a_time(site: Site, kind: str) -> None:
    """A write can be carried out and still be answered with `Retry-After`."""
    arm(site, f"POST {SECTIONS}:{kind}=7")
    answered = site.create()

    assert (answered.headers["Retry-After"], answered.content) == ("7", b"")


def test_a_token_may_be_revoked_after_the_work(site: Site) -> None:
    """After `unauthorized-after` the token is not valid any more."""
    arm(site, f"POST {SECTIONS}:unauthorized-after")
    site.create()

    assert site.create().status_code == 401
    assert len(site.sandbox.sections()) == 1


def test_a_known_id_needs_another_record(site: Site) -> None:
    """Without another record, `known-id` returns the right Id."""
    arm(site, f"POST {SECTIONS}:known-id")

    assert site.created() == site.sandbox.sections()[0]["Id"]


@pytest.mark.parametrize("kind", ["no-id", "known-id"])
def test_answers_without_a_value_stay_as_they_are(site: Site, kind: str) -> None:
    """Faults of the Id leave a list or a refusal alone."""
    arm(site, f"* {SECTIONS}@1+:{kind}")

    assert site.client.get(SECTIONS, params={"id": "[]"}).json() == []
    assert site.create(Title="").status_code == 400


def test_an_unsuccessful_200(site: Site) -> None:
    """`unsuccessful` is a 200 with `WasSuccessful: false`."""
    arm(site, f"POST {SECTIONS}:unsuccessful")
    answered = site.create().json()

    assert (answered["WasSuccessful"], answered["Value"]) == (False, None)


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("conflict", None),
        ("throttled", "1"),
        ("throttled=0.05", "0.05"),
        ("too-many", "1"),
        ("too-many=7", "7"),
    ],
)
def test_throttled_answers_have_retry_after(site: Site, kind: str, expected: str | None) -> None:
    """`throttled` and `too-many` have `Retry-After`, `conflict` has none."""
    arm(site, f"POST {SECTIONS}:{kind}")

    assert site.create().headers.get("Retry-After") == expected


def test_an_unauthorized_token_stays_so(site: Site) -> None:
    """`unauthorized` revokes the token: the next request with it is 401, and a login helps."""
    arm(site, f"POST {SECTIONS}:unauthorized")
    statuses = [site.create().status_code, site.create().status_code]
    form = {
        "grant_type": "password",
        "username": "admin@sandbox.example",
        "password": "sandbox",
    }
    access = site.client.post("/api/token", data=form).json()["access_token"]
    site.client.headers["Authorization"] = f"Bearer {access}"

    assert [*statuses, site.create().status_code] == [401, 401, 200]


def test_a_forbidden_token_is_never_let_in(site: Site) -> None:
    """`forbidden-token` affects every matching request; others with the token pass."""
    arm(site, f"POST {SECTIONS}@2:forbidden-token")
    statuses = [site.create().status_code for _ in range(4)]

    assert statuses == [200, 401, 401, 401]
    assert site.client.get(SECTIONS).status_code == 200


def test_a_redirect_leads_elsewhere(site: Site) -> None:
    """`redirect` names another host."""
    arm(site, f"POST {SECTIONS}:redirect")

    assert site.create().headers["Location"].startswith("https://elsewhere.example/")


def test_slow_sleeps_for_its_amount(site: Site) -> None:
    """`slow` waits with the sandbox's own sleep, after the commit, and then answers."""
    arm(site, f"POST {SECTIONS}:slow=2.5")
    site.create()

    assert site.clock.naps == [2.5]


@pytest.mark.parametrize(
    ("which", "expected"),
    [
        ("", [500, 200, 200, 200]),
        ("@2", [200, 500, 200, 200]),
        ("@2+", [200, 500, 500, 500]),
        ("@2x2", [200, 500, 500, 200]),
    ],
)
def test_faults_affect_the_requests_they_name(site: Site, which: str, expected: list[int]) -> None:
    """A fault affects the Nth matching request, or that one and later ones."""
    arm(site, f"POST {SECTIONS}{which}:error-before")

    assert [site.create().status_code for _ in range(4)] == expected


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        (f"POST {SECTIONS}/", 500),
        ("* /api/content/*", 500),
        ("* *", 500),
        (f"PUT {SECTIONS}", 200),
        (f"POST {SECTIONS}/*", 200),
    ],
)
def test_faults_match_by_method_and_path(site: Site, pattern: str, expected: int) -> None:
    """`*` matches anything, and a last slash does not matter."""
    arm(site, f"{pattern}:error-before")

    assert site.create().status_code == expected


def test_the_first_fault_armed_wins(site: Site) -> None:
    """If two faults affect one request, the one that was armed first acts."""
    arm(site, "* *:error-before", "* *:timeout-408", "* *@2:html-503")

    assert [site.create().status_code for _ in range(3)] == [500, 503, 200]


def test_cleared_faults_are_gone(site: Site) -> None:
    """After `clear_faults` every request succeeds."""
    arm(site, "* *@1+:error-before")
    site.sandbox.clear_faults()

    assert site.create().status_code == 200


@pytest.mark.parametrize("kind", list(FaultKind))
def test_every_fault_reads_as_it_is_written(kind: FaultKind) -> None:
    """A fault's text parses to the same fault."""
    amount = 502.0 if kind is FaultKind.STATUS else 1.0
    fault = Fault("POST", SECTIONS, kind, nth=3, times=None, amount=amount)

    assert Fault.parse(str(fault)) == fault


def test_every_kind_acts(site: Site) -> None:
    """Every kind of fault has an effect that a client can notice."""
    for kind in FaultKind:
        site.sandbox.clear_faults()
        site.sandbox.add_fault(Fault("POST", SECTIONS, kind, amount=500))
        with suppress(Dropped):
            site.create()
        assert site.sandbox.log[-1].fault is not None


@pytest.mark.parametrize(
    "text",
    [
        "",
        "POST",
        f"POST {SECTIONS}",
        f"POST {SECTIONS}@0:lost-after",
        f"POST {SECTIONS}@x:lost-after",
        f"POST {SECTIONS}:nonsense",
        f"POST {SECTIONS}:lost-after=3",
        f"POST {SECTIONS}:status",
        f"POST {SECTIONS}:status=99",
        f"POST {SECTIONS}:status=100",
        f"POST {SECTIONS}:slow=x",
        f"post {SECTIONS}:slow",
    ],
)
def test_a_text_that_is_not_a_fault_is_refused(text: str) -> None:
    """A text that is not a fault raises `ValueError`."""
    with pytest.raises(ValueError, match=r"fault|amount|status"):
        Fault.parse(text)


def test_logins_can_fail_too(site: Site) -> None:
    """Faults affect the token page too, and the log does not keep its bodies."""
    arm(site, "POST /api/token:error-before")
    answered = site.client.post("/api/token", json={"password": "hidden"})

    assert answered.status_code == 500
    assert site.sandbox.log[-1].body is None


def test_dropped_is_a_lost_connection(site: Site) -> None:
    """`Dropped` is a `ConnectionError` of the standard library."""
    arm(site, "* *:lost-before")
    with (
        pytest.raises(ConnectionError),
        httpx.Client(transport=httpx.WSGITransport(app=site.sandbox)) as client,
    ):
        client.get("http://localhost/")
