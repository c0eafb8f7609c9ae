"""The outcome of a request, from the facts of its exchange.

The outcomes answer the one question that matters for an API whose creates can't be repeated
safely: is it *known* whether the request was carried out? It must never call a request refused or
applied unless the facts prove it. The API's documentation:
https://developers.nexudus.com/reference/api-limitations (it throttles with 409), and the pages on
creating and updating records (the form of success and of validation errors).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import TYPE_CHECKING, TypeAlias

from pydantic import BaseModel, ConfigDict

from coursesync.kinds.field import MAX_ID
from coursesync.nexudus.exchange import read_json
from coursesync.text import inert

if TYPE_CHECKING:
    from collections.abc import Container, Mapping

    from coursesync.errors import Sentence
    from coursesync.nexudus.exchange import Exchange

DEFAULT_WAIT = 60.0  # seconds; the API's shortest published window of writes
_LEAST_WAIT = 1.0  # seconds
_MOST_WAIT = 1e9  # seconds; a longer number could be infinite
_MOST_PROBLEMS = 10  # of one answer
_KNOWN_REFUSALS = {400, 404, 413, 415, 422}


@dataclass(frozen=True, slots=True)
class Applied:
    """Carried out: the record's Id, and the server's time of the write if it gave one."""

    record_id: int
    updated_on: str | None


@dataclass(frozen=True, slots=True)
class Problem:
    """An objection of the API to one property of a record."""

    name: str
    message: str


@dataclass(frozen=True, slots=True)
class Refused:
    """Not carried out, and would be refused again; `missing`: there is no such record (404)."""

    message: str
    problems: tuple[Problem, ...] = ()
    missing: bool = False


@dataclass(frozen=True, slots=True)
class Unauthorized:
    """Not carried out: the token is bad, or a role is missing.

    The API answers 401 to both, and 403 to a missing role, too.
    """

    status: int


@dataclass(frozen=True, slots=True)
class Throttled:
    """Not carried out: wait this many seconds, then send it again."""

    seconds: float


@dataclass(frozen=True, slots=True)
class NotSent:
    """Not carried out: nothing left this machine. It may be sent again unless `lasting`."""

    reason: str
    remedy: Sentence
    lasting: bool = False


@dataclass(frozen=True, slots=True)
class InDoubt:
    """It may have been carried out; `claimed` is whether the API itself reported so."""

    reason: str
    claimed: bool = False


NotCarriedOut: TypeAlias = Unauthorized | Throttled | NotSent
FinalOutcome: TypeAlias = Applied | Refused | InDoubt
Outcome: TypeAlias = FinalOutcome | NotCarriedOut


class _Error(BaseModel):
    model_config = ConfigDict(frozen=True, strict=True)

    Message: str | None = None
    PropertyName: str | None = None


class _Answer(BaseModel):
    model_config = ConfigDict(frozen=True, strict=True)

    WasSuccessful: bool
    Errors: list[_Error] | None = None
    Message: str | None = None
    UpdatedOn: str | None = None
    Value: object = None

    @property
    def record_id(self) -> int | None:
        value = self.Value.get("Id") if isinstance(self.Value, dict) else None
        return value if type(value) is int and 1 <= value <= MAX_ID else None

    @property
    def updated_on(self) -> str | None:
        time = self.UpdatedOn or ""
        return time if re.fullmatch(r"[0-9A-Za-z:.+ -]{1,40}", time) else None


def classify_create(exchange: Exchange, known: Container[int]) -> Outcome:
    """Return the outcome of a create; `InDoubt` unless the facts prove another.

    `known` are the Ids already seen on the server; a create must return a new one.
    """
    answer = _successful(exchange, claimed=True)
    if not isinstance(answer, _Answer):
        return answer
    if answer.record_id is None:
        return InDoubt("the API reported success, but no Id", claimed=True)
    if answer.record_id in known:
        reason = f"the API gave the Id {answer.record_id}, which another record has"
        return InDoubt(reason, claimed=True)
    return Applied(answer.record_id, answer.updated_on)


def classify_update(exchange: Exchange, record_id: int) -> Outcome:
    """Return the outcome of an update or a deletion of the record with this Id.

    Unlike a create, one in doubt may be sent again: a record that is written or deleted twice ends
    up the same.
    """
    answer = _successful(exchange, claimed=False)
    if not isinstance(answer, _Answer):
        return answer
    if answer.record_id not in {None, record_id}:
        return InDoubt(f"the API answered for the Id {answer.record_id}, not for {record_id}")
    return Applied(record_id, answer.updated_on)


def classify_read(exchange: Exchange) -> Exchange | Refused | InDoubt | NotCarriedOut:
    """Return the exchange if it is HTTP 200; otherwise its outcome."""
    return exchange if exchange.status == HTTPStatus.OK else _of_status(exchange)


def _successful(
    exchange: Exchange, *, claimed: bool
) -> _Answer | Refused | InDoubt | NotCarriedOut:
    """Return the answer if it reports success; otherwise the outcome of the exchange."""
    if exchange.status != HTTPStatus.OK:
        return _of_status(exchange)
    answer = _answer(exchange)
    if answer is None:
        return InDoubt("the API answered HTTP 200 with something that is not in its own format")
    if answer.WasSuccessful and not answer.Errors:
        return answer
    if answer.record_id is None and not answer.WasSuccessful:
        return _refusal(answer, "the API reported a failure")
    return InDoubt("the API reported a failure and a success in one answer", claimed=claimed)


def _of_status(exchange: Exchange) -> Refused | InDoubt | NotCarriedOut:
    status = exchange.status
    if status is None:
        if exchange.sent:
            return InDoubt(exchange.failure)
        return NotSent(exchange.failure, exchange.remedy, lasting=exchange.lasting)
    if status in {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}:
        return Unauthorized(status)
    if status == HTTPStatus.TOO_MANY_REQUESTS or (
        status == HTTPStatus.CONFLICT and "retry-after" in exchange.headers
    ):
        return Throttled(_wait(exchange.headers))
    if status in _KNOWN_REFUSALS:
        refused = _refusal(_answer(exchange), f"HTTP {status}")
        return replace(refused, missing=status == HTTPStatus.NOT_FOUND)
    return InDoubt(f"the API answered HTTP {status}")


def _answer(exchange: Exchange) -> _Answer | None:
    try:
        return _Answer.model_validate(read_json(exchange))
    except (ValueError, RecursionError):  # a model's error is a ValueError
        return None


def _refusal(answer: _Answer | None, otherwise: str) -> Refused:
    errors = (answer.Errors if answer else None) or []
    problems = tuple(
        Problem(inert(error.PropertyName or "", 60), inert(error.Message or "is not valid"))
        for error in errors[:_MOST_PROBLEMS]
    )
    return Refused(inert((answer.Message if answer else None) or otherwise), problems)


def _wait(headers: Mapping[str, str]) -> float:
    """Return the seconds of a `Retry-After`, which may be a number or a date.

    https://www.rfc-editor.org/rfc/rfc9110#field.retry-after; a date is compared with the server's
    own clock.
    """
    text = headers.get("retry-after", "").strip()
    if re.fullmatch(r"[0-9]+(?:\.[0-9]+)?", text):
        return min(max(_LEAST_WAIT, float(text)), _MOST_WAIT)
    try:
        until = parsedate_to_datetime(text) - parsedate_to_datetime(headers.get("date", ""))
    except (ValueError, TypeError, OverflowError):
        return DEFAULT_WAIT
    return max(_LEAST_WAIT, until.total_seconds())
