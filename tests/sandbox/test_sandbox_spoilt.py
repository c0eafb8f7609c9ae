"""The promises of damaged answers, and of unusual waits."""

from __future__ import annotations

import json
from datetime import timedelta
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, NoReturn

import pytest

from coursesync.sandbox import Fault

if TYPE_CHECKING:
    import httpx
    from sandbox.conftest import Site

SECTIONS = "/api/content/coursesections"


def spoilt(site: Site, kind: str) -> httpx.Response:
    """Create a section while a fault is armed for it."""
    site.sandbox.add_fault(Fault.parse(f"POST {SECTIONS}:{kind}"))
    return site.create()


def stored_id(site: Site) -> object:
    return site.sandbox.sections()[-1]["Id"]


def pairs(text: str) -> list[tuple[str, object]]:
    """Parse an object and keep every name, also duplicates."""
    found = json.loads(text, object_pairs_hook=list)
    assert isinstance(found, list)
    return found


@pytest.mark.parametrize(
    "kind",
    [
        "duplicate-keys",
        "nan",
        "wrong-type",
        "cut-no-length",
        "string-id",
        "errors-and-success",
        "slow-headers=2.5",
    ],
)
def test_the_write_was_carried_out(site: Site, kind: str) -> None:
    """A damaged answer is a 200 to a write that is stored, and the log records the fault."""
    answered = spoilt(site, kind)
    entry = site.sandbox.log[-1]

    assert (answered.status_code, len(site.sandbox.sections())) == (200, 1)
    assert (entry.status, entry.carried_out) == (200, True)
    assert (entry.fault or "").endswith(f":{kind}")


def test_a_name_comes_twice(site: Site) -> None:
    """`duplicate-keys` has `Value` twice: first the right Id, then another record's."""
    first = site.created()
    values = pairs(spoilt(site, "duplicate-keys").text)

    assert [value for name, value in values if name == "Value"] == [
        [("Id", stored_id(site))],
        [("Id", first)],
    ]


@pytest.mark.parametrize(("page", "name", "again"), [("", "Records", []), ("/{}", "Id", 0)])
def test_a_name_comes_twice_in_records(site: Site, page: str, name: str, again: object) -> None:
    """Without a `Value`, the first name occurs twice; its second value is empty."""
    path = SECTIONS + page.format(site.created())
    site.sandbox.add_fault(Fault.parse("GET *:duplicate-keys"))
    values = [value for each, value in pairs(site.client.get(path).text) if each == name]

    assert (len(values), values[1]) == (2, again)
    assert values[0] != again


@pytest.mark.parametrize("query", [{}, {"id": "[]"}])
def test_not_a_number(site: Site, query: dict[str, str]) -> None:
    """A strict JSON parser refuses `nan`, in an object and in a list."""
    site.sandbox.add_fault(Fault.parse("GET *:nan"))

    def refuse(constant: str) -> NoReturn:
        raise ValueError(constant)

    with pytest.raises(ValueError, match="NaN"):
        json.loads(site.client.get(SECTIONS, params=query).text, parse_constant=refuse)


def test_a_name_twice_leaves_a_list_alone(site: Site) -> None:
    """`duplicate-keys` leaves a list as it is."""
    site.sandbox.add_fault(Fault.parse("GET *:duplicate-keys"))

    assert site.client.get(SECTIONS, params={"id": "[]"}).text == "[]"


def test_json_under_another_type(site: Site) -> None:
    """`wrong-type` sends the right body as text/plain."""
    answered = spoilt(site, "wrong-type")

    assert answered.headers["Content-Type"].startswith("text/plain")
    assert answered.json()["Value"]["Id"] == stored_id(site)


def test_half_a_body_without_a_length(site: Site) -> None:
    """`cut-no-length` has no length, and its half of a body is not JSON."""
    answered = spoilt(site, "cut-no-length")

    assert "Content-Length" not in answered.headers
    assert answered.text.startswith('{"Status": 200')
    with pytest.raises(ValueError, match=r"Unterminated|Expecting"):
        answered.json()


def test_an_id_as_a_string(site: Site) -> None:
    """`string-id` has the right Id in the wrong type."""
    assert spoilt(site, "string-id").json()["Value"]["Id"] == str(stored_id(site))


def test_success_with_errors(site: Site) -> None:
    """`errors-and-success` has the right Id, claims success, and lists an error."""
    answered = spoilt(site, "errors-and-success").json()

    assert (answered["WasSuccessful"], answered["Value"]["Id"]) == (True, stored_id(site))
    assert len(answered["Errors"]) == 1


@pytest.mark.parametrize("kind", ["string-id", "errors-and-success"])
def test_what_has_no_id_stays_as_it_is(site: Site, kind: str) -> None:
    """Faults of the Id leave a search as it is."""
    site.sandbox.add_fault(Fault.parse(f"GET *:{kind}"))

    assert site.client.get(SECTIONS).json()["Records"] == []


def test_slow_headers_are_slow_in_process(site: Site) -> None:
    """Without a socket, `slow-headers` waits as `slow` does."""
    spoilt(site, "slow-headers=2.5")

    assert site.clock.naps == [2.5]


@pytest.mark.parametrize(
    ("kind", "header"),
    [
        ("throttled=0", "0"),
        ("throttled=999999999", "999999999"),
        ("too-many=0", "0"),
        ("too-many=999999999", "999999999"),
        ("throttled=123456.5", "123456.5"),
    ],
)
def test_a_wait_is_written_without_an_exponent(site: Site, kind: str, header: str) -> None:
    """`Retry-After` and the fault's text hold the armed amount, however small or large."""
    assert spoilt(site, kind).headers["Retry-After"] == header
    assert (site.sandbox.log[-1].fault or "").endswith(f":{kind}")


@pytest.mark.parametrize(
    ("amount", "seconds"), [("0", 0), ("2", 2), ("2.5", 3), ("999999999", 999_999_999)]
)
def test_a_wait_can_be_a_date(site: Site, amount: str, seconds: int) -> None:
    """`throttled-date` is 409, and its `Retry-After` is that long after its own `Date`."""
    site.clock.seconds += 0.25
    answered = spoilt(site, f"throttled-date={amount}")
    date, until = (
        parsedate_to_datetime(answered.headers[name]) for name in ("Date", "Retry-After")
    )

    assert (answered.status_code, answered.content) == (409, b"")
    assert date == site.clock.now().replace(microsecond=0)
    assert until - date == timedelta(seconds=seconds)
    assert (site.sandbox.sections(), site.sandbox.log[-1].carried_out) == ([], False)


@pytest.mark.parametrize("amount", ["1000000000", "0.0000000001", "1e3", "-1"])
def test_no_amount_is_too_large_to_act_on(amount: str) -> None:
    """An amount beyond 999999999 or finer than a billionth is not a fault."""
    with pytest.raises(ValueError, match="not a fault"):
        Fault.parse(f"* *:throttled-date={amount}")
