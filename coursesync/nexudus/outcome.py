"""What became of a request: the facts of its exchange in, one verdict out.

Pure. The verdicts divide by the one question that matters on an API whose creates can't be
repeated safely: is it *known* whether the request was carried out? The API's side of this:
https://developers.nexudus.com/reference/api-limitations (409 is its throttling) and the pages
on creating and updating records (the form of success and of validation errors).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import TYPE_CHECKING, TypeAlias

from pydantic import BaseModel, ConfigDict

from coursesync.kinds.attributes import MAX_ID
from coursesync.nexudus.exchange import or_none, read_json
from coursesync.text import inert

if TYPE_CHECKING:
    from collections.abc import Container, Mapping

    from coursesync.nexudus.exchange import Exchange

DEFAULT_WAIT = 60.0  # seconds; the API's shortest published window of writes
_LEAST_WAIT = 1.0  # seconds
_MOST_WAIT = 1e9  # the same; more figures could be an infinity
_MOST_PROBLEMS = 10  # that one answer may tell
_KNOWN_REFUSALS = {400, 404, 413, 415, 422}


@dataclass(frozen=True, slots=True)
class Applied:
    """Carried out; the record's Id, and the server's time of the write where it gave one."""

    record_id: int
    updated_on: str | None


@dataclass(frozen=True, slots=True)
class Problem:
    """What the API has against one property of a record."""

    name: str
    message: str


@dataclass(frozen=True, slots=True)
class Refused:
    """Not carried out, and would be refused again; `missing` is that it is not there (HTTP 404)."""

    message: str
    problems: tuple[Problem, ...] = ()
    missing: bool = False


@dataclass(frozen=True, slots=True)
class Unauthorized:
    """Not carried out: the token is bad, or a role is missing; the API tells no difference.

    It answers both with 401, and a missing role also with 403.
    """

    status: int = HTTPStatus.UNAUTHORIZED


@dataclass(frozen=True, slots=True)
class Throttled:
    """Not carried out: wait this many seconds, then send it again."""

    seconds: float


@dataclass(frozen=True, slots=True)
class NotSent:
    """Not carried out: nothing left this machine; unless `lasting`, it may be sent again."""

    reason: str
    remedy: str = ""
    lasting: bool = False


@dataclass(frozen=True, slots=True)
class InDoubt:
    """It may have been carried out; `claimed` is that the API itself said so."""

    reason: str
    claimed: bool = False


@dataclass(frozen=True, slots=True)
class Answered:
    """A read was answered."""

    exchange: Exchange


NotCarriedOut: TypeAlias = Unauthorized | Throttled | NotSent
Verdict: TypeAlias = Applied | Refused | InDoubt
Outcome: TypeAlias = Verdict | NotCarriedOut


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


def classify(exchange: Exchange, known: Container[int]) -> Outcome:
    """Decide what became of a create.

    Args:
        exchange: the facts.
        known: the Ids that records are known to have, under management or merely seen on the
            server: the Id of a new record is none of them.

    Returns:
        The verdict; `InDoubt` wherever the facts don't prove another.
    """
    if exchange.status == HTTPStatus.OK:
        return _of_answer(exchange, known)
    return _of_status(exchange)


def classify_update(exchange: Exchange, record_id: int) -> Outcome:
    """Decide what became of an update, or of a deletion: of a record whose Id is known.

    Unlike a create, one in doubt may be sent again: it says what the record is to be as a whole
    (or that it is to be gone), and to say so twice leaves the same as to say it once.

    Args:
        exchange: the facts.
        record_id: the record's Id; an answer that names another is in doubt.

    Returns:
        The verdict, as of `classify`.
    """
    if exchange.status != HTTPStatus.OK:
        return _of_status(exchange)
    answer = _answer(exchange)
    if answer is None:
        return InDoubt("the API answered HTTP 200 with something that is no answer of its own")
    if not answer.WasSuccessful and answer.record_id is None:
        return _refusal(answer, "the API said that it was not successful")
    if not answer.WasSuccessful or answer.Errors:
        return InDoubt("the API spoke of a failure and of success in one answer")
    if answer.record_id not in {None, record_id}:
        return InDoubt(f"the API answered for the Id {answer.record_id}, not for {record_id}")
    return Applied(record_id, answer.updated_on)


def classify_read(exchange: Exchange) -> Answered | Refused | InDoubt | NotCarriedOut:
    """Decide what became of a read; what its answer holds is for the reader to judge."""
    return Answered(exchange) if exchange.status == HTTPStatus.OK else _of_status(exchange)


def _of_status(exchange: Exchange) -> Refused | InDoubt | NotCarriedOut:
    status = exchange.status
    if status is None:
        if exchange.sent:
            return InDoubt(exchange.failure)
        return NotSent(exchange.failure, exchange.remedy, exchange.lasting)
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


def _of_answer(exchange: Exchange, known: Container[int]) -> Outcome:
    answer = _answer(exchange)
    if answer is None:
        return InDoubt("the API answered HTTP 200 with something that is no answer of its own")
    record_id = answer.record_id
    if not answer.WasSuccessful or answer.Errors:
        if record_id is None and not answer.WasSuccessful:
            return _refusal(answer, "the API said that it was not successful")
        return InDoubt("the API spoke of a failure and of success in one answer", claimed=True)
    if record_id is None:
        return InDoubt("the API said that it was successful, and gave no Id", claimed=True)
    if record_id in known:
        return InDoubt(f"the API gave the Id {record_id}, which another record has", claimed=True)
    return Applied(record_id, answer.updated_on)


@or_none
def _answer(exchange: Exchange) -> _Answer:
    return _Answer.model_validate(read_json(exchange))


def _refusal(answer: _Answer | None, otherwise: str) -> Refused:
    errors = (answer.Errors if answer else None) or []
    problems = tuple(
        Problem(inert(error.PropertyName or "", 60), inert(error.Message or "is not valid"))
        for error in errors[:_MOST_PROBLEMS]
    )
    return Refused(inert((answer.Message if answer else None) or otherwise), problems)


def _wait(headers: Mapping[str, str]) -> float:
    """Return the seconds that a `Retry-After` asks for, in either of its forms.

    https://www.rfc-editor.org/rfc/rfc9110#field.retry-after; a date is read by the clock of the
    server that gave it.
    """
    text = headers.get("retry-after", "").strip()
    if re.fullmatch(r"[0-9]+(?:\.[0-9]+)?", text):
        return min(max(_LEAST_WAIT, float(text)), _MOST_WAIT)
    try:
        until = parsedate_to_datetime(text) - parsedate_to_datetime(headers.get("date", ""))
    except (ValueError, TypeError, OverflowError):
        return DEFAULT_WAIT
    return max(_LEAST_WAIT, until.total_seconds())
