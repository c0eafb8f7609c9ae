"""The outcome of a write, from the facts of its exchange alone."""

from __future__ import annotations

import json
from http import HTTPStatus

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shares import examples

from coursesync.nexudus.exchange import Exchange, read_json
from coursesync.nexudus.outcome import (
    DEFAULT_WAIT,
    Applied,
    InDoubt,
    NotSent,
    Problem,
    Refused,
    Throttled,
    Unauthorized,
    classify_create,
    classify_read,
    classify_update,
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
def test_a_wait_is_read_in_seconds_or_as_a_date(status: int, after: str, seconds: float) -> None:
    """Seconds, or a date by the server's clock; at least one, and a minute if unreadable."""
    exchange = answered(status, retry_after=after, date=NOW)

    assert classify_create(exchange, ()) == classify_read(exchange) == Throttled(seconds)


@pytest.mark.parametrize("date", ["", "now", "15 Jan"])
def test_a_date_without_the_servers_own_is_a_minute(date: str) -> None:
    """A date can be read only by the clock that gave it."""
    exchange = answered(409, retry_after="Wed, 15 Jan 2025 10:30:45 GMT", date=date)

    assert classify_create(exchange, ()) == Throttled(DEFAULT_WAIT)


@settings(deadline=None, max_examples=examples(150))
@given(st.text(max_size=60) | st.from_regex(r"[0-9.]{0,500}", fullmatch=True), st.text(max_size=40))
def test_no_wait_is_too_odd_to_be_kept(after: str, date: str) -> None:
    """Whatever a server writes there, the result is a time that can be waited and shown."""
    outcome = classify_create(answered(429, retry_after=after, date=date), ())

    assert isinstance(outcome, Throttled)
    assert 1 <= outcome.seconds < float("inf")


def test_too_many_requests_need_no_header() -> None:
    """429 alone means to wait; 409 alone may be anything."""
    assert classify_create(answered(429), ()) == Throttled(DEFAULT_WAIT)
    assert classify_create(answered(409), ()) == InDoubt("the API answered HTTP 409")


def test_a_date_means_a_minute_if_the_server_sends_no_time() -> None:
    """Without a `Date` there is no clock to read it by."""
    exchange = answered(429, retry_after="Wed, 15 Jan 2025 10:30:45 GMT")

    assert classify_create(exchange, ()) == Throttled(DEFAULT_WAIT)


def test_success_with_a_new_id_is_applied() -> None:
    """This is the only answer that proves a create."""
    assert classify_create(answered(200, ANSWER), ()) == Applied(7, "2025-01-15T10:30:00Z")


@pytest.mark.parametrize("known", [{7}, {5, 7}])
def test_a_known_id_is_in_doubt(known: set[int]) -> None:
    """The Id of another record can't be that of a new one."""
    assert isinstance(classify_create(answered(200, ANSWER), known), InDoubt)


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
    """An invalid Id, or success and failure in one answer, proves nothing."""
    assert isinstance(classify_create(answered(200, {**ANSWER, **changed}), ()), InDoubt)


@pytest.mark.parametrize("status", [200, 400, 422])
def test_a_plain_no_is_refused(status: int) -> None:
    """Without success and Id it was not carried out, and the property is named."""
    body = {
        "Message": "Title: is required",
        "Value": None,
        "Errors": [{"AttemptedValue": None, "Message": "is required", "PropertyName": "Title"}],
        "WasSuccessful": False,
    }
    outcome = classify_create(answered(status, body), ())

    assert isinstance(outcome, Refused)
    assert [(each.name, each.message) for each in outcome.problems] == [("Title", "is required")]


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        (
            {"WasSuccessful": 1},
            "the API answered HTTP 200 with something that is not in its own format",
        ),
        ({"WasSuccessful": False}, "the API reported a failure and a success in one answer"),
        ({"Errors": [{}]}, "the API reported a failure and a success in one answer"),
        (
            {"Errors": [{}], "Value": None},
            "the API reported a failure and a success in one answer",
        ),
        ({"Value": {"Id": 0}}, "the API reported success, but no Id"),
        ({}, "the API gave the Id 7, which another record has"),
    ],
)
def test_a_doubt_says_why(changed: dict[str, object], reason: str) -> None:
    """The person who settles the doubt reads what the answer lacked."""
    claimed = "not in its own format" not in reason

    assert classify_create(answered(200, {**ANSWER, **changed}), {7}) == InDoubt(reason, claimed)


def test_the_least_and_the_greatest_id_are_believed() -> None:
    """Any positive number that a database can hold is an Id."""
    for number in (1, 2**63 - 1):
        outcome = classify_create(answered(200, {**ANSWER, "Value": {"Id": number}}), ())

        assert outcome == Applied(number, "2025-01-15T10:30:00Z")


@pytest.mark.parametrize("status", [400, 404, 413, 415, 422])
def test_a_refusal_without_words_names_its_status(status: int) -> None:
    """These are never sent again; any other answer leaves the create in doubt."""
    missing = status == HTTPStatus.NOT_FOUND
    assert classify_create(answered(status), ()) == Refused(f"HTTP {status}", missing=missing)
    assert classify_create(answered(status + 20), ()) == InDoubt(
        f"the API answered HTTP {status + 20}"
    )


def test_a_refusal_in_part_is_filled_in() -> None:
    """Words that the API leaves out are added, and those that it gives are shortened."""
    body: dict[str, object] = {"WasSuccessful": False, "Errors": [{}, {"PropertyName": "x" * 61}]}
    problems = (Problem("", "is not valid"), Problem("x" * 59 + "…", "is not valid"))

    assert classify_create(answered(200, body), ()) == Refused(
        "the API reported a failure", problems
    )
    assert classify_create(answered(400, {**body, "Message": "No."}), ()) == Refused(
        "No.", problems
    )


def test_at_most_ten_problems_are_kept() -> None:
    """An answer of any length fills at most a screen."""
    outcome = classify_create(answered(400, {"WasSuccessful": False, "Errors": [{}] * 21}), ())

    assert isinstance(outcome, Refused)
    assert len(outcome.problems) == 10


@pytest.mark.parametrize("kind", ["application/json", "application/problem+json; charset=utf-8"])
def test_a_body_is_read_by_its_type(kind: str) -> None:
    """Only an answer that is declared as JSON is read as JSON."""
    assert read_json(answered(200, {"a": 1}, content_type=kind)) == {"a": 1}


@pytest.mark.parametrize("kind", ["", "text/html", "application/jsonp", "text/application/json"])
def test_a_body_of_another_type_is_not_read(kind: str) -> None:
    """A page of a proxy is not an answer, whatever it contains."""
    with pytest.raises(ValueError, match="its type is not JSON"):
        read_json(answered(200, {"a": 1}, content_type=kind))


def test_a_body_of_no_type_is_not_read() -> None:
    """An answer without a type proves nothing."""
    exchange = Exchange(sent=True, status=200, body=json.dumps(ANSWER).encode())

    assert isinstance(classify_create(exchange, ()), InDoubt)


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b'{"Id": 7, "Id": 8}', "a name occurs twice"),
        (b'{"Id": NaN}', "NaN is not JSON"),
        (b'{"Id": -Infinity}', "-Infinity is not JSON"),
    ],
)
def test_a_body_is_read_strictly(body: bytes, words: str) -> None:
    """A body that could be read in two ways is not read."""
    with pytest.raises(ValueError, match=words):
        read_json(answered(200, body))


def test_what_never_left_may_be_sent_again() -> None:
    """Without an answer, it matters only whether any of the request was sent."""
    assert classify_create(Exchange(sent=False, failure="no", remedy="x"), ()) == NotSent("no", "x")
    assert classify_create(Exchange(sent=True, failure="no"), ()) == InDoubt("no")


@pytest.mark.parametrize("status", [401, 403])
def test_who_may_not_carries_nothing_out(status: int) -> None:
    """A bad token, or a user without a role, gives the same outcome for reads and writes."""
    assert classify_create(answered(status), ()) == Unauthorized(status)
    assert classify_update(answered(status), 7) == Unauthorized(status)
    assert classify_read(answered(status)) == Unauthorized(status)


def test_a_read_that_is_answered_is_handed_on() -> None:
    """The reader judges what a list contains."""
    exchange = answered(200, b"<html>")

    assert classify_read(exchange) == exchange


@settings(deadline=None, max_examples=examples(150))
@given(st.integers(100, 599), st.binary(max_size=60))
def test_only_a_whole_success_is_applied(status: int, body: bytes) -> None:
    """Random bytes are never taken for a success, and never raise."""
    assert not isinstance(classify_create(answered(status, body), ()), Applied)


def updated(**answer: object) -> Exchange:
    return answered(200, {**ANSWER, **answer})


def test_an_update_that_was_carried_out() -> None:
    """With its own Id, or with none."""
    done = Applied(7, "2025-01-15T10:30:00Z")

    assert classify_update(updated(), 7) == done
    assert classify_update(updated(Value=None), 7) == done


@pytest.mark.parametrize(
    ("exchange", "reason"),
    [
        (updated(Value={"Id": 8}), "the API answered for the Id 8, not for 7"),
        (
            updated(WasSuccessful=False),
            "the API reported a failure and a success in one answer",
        ),
        (
            updated(Errors=[{"Message": "no"}]),
            "the API reported a failure and a success in one answer",
        ),
        (
            answered(200, b"<html>"),
            "the API answered HTTP 200 with something that is not in its own format",
        ),
        (answered(500), "the API answered HTTP 500"),
    ],
)
def test_an_update_in_doubt(exchange: Exchange, reason: str) -> None:
    """It may be sent again, so it is never marked as claimed."""
    assert classify_update(exchange, 7) == InDoubt(reason)


def test_an_update_that_is_refused() -> None:
    """With a message if there is one; a missing record is marked as missing."""
    failed = updated(Value=None, WasSuccessful=False, Errors=None, Message=None)
    told = updated(Value=None, WasSuccessful=False, Errors=None, Message="Too long")

    assert classify_update(failed, 7) == Refused("the API reported a failure")
    assert classify_update(told, 7) == Refused("Too long")
    assert classify_update(answered(422), 7) == Refused("HTTP 422")
    assert classify_update(answered(404), 7) == Refused("HTTP 404", missing=True)
    assert classify_update(answered(409, retry_after="5"), 7) == Throttled(5.0)
