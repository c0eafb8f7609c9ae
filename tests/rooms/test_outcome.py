"""The verdict on a write, from the facts of its exchange alone."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coursesync.outcome import (
    DEFAULT_WAIT,
    Answered,
    Applied,
    Exchange,
    InDoubt,
    NotSent,
    Refused,
    Throttled,
    Unauthorized,
    classify,
    classify_read,
)

NOW = "Wed, 15 Jan 2025 10:30:00 GMT"
ANSWER: dict[str, object] = {
    "Value": {"Id": 7},
    "UpdatedOn": "2025-01-15T10:30:00Z",
    "Errors": None,
    "WasSuccessful": True,
}


def answered(status: int, body: object = b"", **headers: str) -> Exchange:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Exchange(True, status, {"content-type": "application/json", **named}, content)  # noqa: FBT003 - `sent`


@pytest.mark.parametrize(
    ("after", "seconds"),
    [
        ("30", 30.0),
        (" 30 ", 30.0),
        ("2.5", 2.5),
        ("0", 1.0),
        ("0.2", 1.0),
        ("999999999", 999_999_999.0),
        ("9" * 400, 1e9),
        ("Wed, 15 Jan 2025 10:30:45 GMT", 45.0),
        ("Wednesday, 15-Jan-25 10:31:00 GMT", 60.0),
        ("Wed, 15 Jan 2025 10:00:00 GMT", 1.0),
        ("Thu, 16 Jan 2025 10:30:00 GMT", 86_400.0),
        ("", DEFAULT_WAIT),
        ("soon", DEFAULT_WAIT),
        ("-5", DEFAULT_WAIT),
        ("1e3", DEFAULT_WAIT),
        ("NaN", DEFAULT_WAIT),
        ("٣", DEFAULT_WAIT),
        ("Wed, 99 Jan 2025 10:30:45 GMT", DEFAULT_WAIT),
    ],
)
@pytest.mark.parametrize("status", [409, 429])
def test_a_wait_is_told_in_seconds_or_as_a_date(status: int, after: str, seconds: float) -> None:
    """Seconds, or a date by the server's own clock; at least one, and a minute if unreadable."""
    exchange = answered(status, retry_after=after, date=NOW)

    assert classify(exchange, ()) == classify_read(exchange) == Throttled(seconds)


@pytest.mark.parametrize("date", ["", "now", "15 Jan"])
def test_a_date_without_the_servers_own_is_a_minute(date: str) -> None:
    """A date can only be read by the clock that gave it."""
    exchange = answered(409, retry_after="Wed, 15 Jan 2025 10:30:45 GMT", date=date)

    assert classify(exchange, ()) == Throttled(DEFAULT_WAIT)


@settings(deadline=None, max_examples=150)
@given(st.text(max_size=60) | st.from_regex(r"[0-9.]{0,500}", fullmatch=True), st.text(max_size=40))
def test_no_wait_is_too_odd_to_be_kept(after: str, date: str) -> None:
    """Whatever a server writes there, it is a time that can be waited or told."""
    verdict = classify(answered(429, retry_after=after, date=date), ())

    assert isinstance(verdict, Throttled)
    assert 1 <= verdict.seconds < float("inf")


def test_too_many_requests_need_no_header() -> None:
    """429 alone means to come back; 409 alone may be anything."""
    assert classify(answered(429), ()) == Throttled(DEFAULT_WAIT)
    assert classify(answered(409), ()) == InDoubt("the API answered HTTP 409")


def test_success_with_a_new_id_is_applied() -> None:
    """The one answer that says all that is needed."""
    assert classify(answered(200, ANSWER), ()) == Applied(7, "2025-01-15T10:30:00Z")


@pytest.mark.parametrize("known", [{7}, {5, 7}])
def test_a_known_id_is_in_doubt(known: set[int]) -> None:
    """The Id of another record is no new record's."""
    assert isinstance(classify(answered(200, ANSWER), known), InDoubt)


@pytest.mark.parametrize(
    "changed",
    [
        {"Value": None},
        {"Value": {}},
        {"Value": {"Id": "7"}},
        {"Value": {"Id": True}},
        {"Value": {"Id": 0}},
        {"Value": {"Id": -7}},
        {"Value": {"Id": 7.0}},
        {"Value": {"Id": 2**63}},
        {"Value": [7]},
        {"Errors": [{"Message": "no", "PropertyName": "Title"}]},
        {"WasSuccessful": False},
        {"WasSuccessful": "true"},
        {"WasSuccessful": None},
    ],
)
def test_half_a_success_is_in_doubt(changed: dict[str, object]) -> None:
    """An Id that is none, or success and failure in one answer, proves nothing."""
    assert isinstance(classify(answered(200, {**ANSWER, **changed}), ()), InDoubt)


@pytest.mark.parametrize("status", [200, 400, 422])
def test_a_plain_no_is_refused(status: int) -> None:
    """Not successful and no Id: it was not carried out, and the property is named."""
    body = {
        "Message": "Title: is required",
        "Value": None,
        "Errors": [{"AttemptedValue": None, "Message": "is required", "PropertyName": "Title"}],
        "WasSuccessful": False,
    }
    verdict = classify(answered(status, body), ())

    assert isinstance(verdict, Refused)
    assert [(each.name, each.message) for each in verdict.problems] == [("Title", "is required")]


def test_what_never_left_may_be_sent_again() -> None:
    """Without an answer all hangs on whether any of the request was sent."""
    assert classify(Exchange(sent=False, failure="no"), ()) == NotSent("no")
    assert classify(Exchange(sent=True, failure="no"), ()) == InDoubt("no")


def test_401_is_not_carried_out() -> None:
    """A token that is not good carries nothing out."""
    assert classify(answered(401), ()) == Unauthorized()


def test_a_read_that_is_answered_is_handed_on() -> None:
    """What a list holds is for its reader to judge."""
    exchange = answered(200, b"<html>")

    assert classify_read(exchange) == Answered(exchange)


@settings(deadline=None, max_examples=150)
@given(st.integers(100, 599), st.binary(max_size=60))
def test_only_a_whole_success_is_applied(status: int, body: bytes) -> None:
    """No chance bytes are ever taken for a success, and none break the verdict."""
    assert not isinstance(classify(answered(status, body), ()), Applied)
