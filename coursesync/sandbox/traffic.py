"""The log of the requests to a sandbox.

Owns its entries. It must never keep a header, nor a body of the token page: both hold secrets.
"""

import json
import math
from dataclasses import asdict, dataclass
from typing import NoReturn

from werkzeug import Request
from werkzeug.exceptions import HTTPException

from coursesync.sandbox.answers import Json, JsonObject
from coursesync.sandbox.database import Database

TOKEN_PATH = "/api/token"  # noqa: S105 - an address, not a token


@dataclass(frozen=True)
class LoggedRequest:
    """One request, and its result.

    Attributes:
        method: such as `POST`.
        path: as it was sent, without the query.
        query: as it was sent, such as `page=2&size=100`; empty if there was none.
        body: the body if it is JSON; otherwise None.
        status: the HTTP status of the answer; None if the connection was dropped.
        at: when it came, in seconds of the sandbox's clock.
        carried_out: whether it has been carried out by now, whatever the answer was.
        fault: the text form of the fault that affected it.
    """

    method: str
    path: str
    query: str
    body: Json
    status: int | None
    at: float
    carried_out: bool
    fault: str | None = None

    def as_json(self) -> JsonObject:
        """Return the entry as a JSON object, for the control page."""
        return asdict(self)


def read_json(request: Request) -> Json:
    """Return the request's body, read as strict JSON.

    Raises:
        ValueError: the body is not JSON.
        HTTPException: the body is too long or incomplete.
    """
    body = request.get_data()
    request.stream.read(1)  # raises if a body without a length was cut at the size limit
    try:
        return json.loads(body, parse_constant=_refuse, parse_float=_finite)
    except RecursionError:
        raise ValueError("nested too deeply") from None


def body_to_log(request: Request) -> Json:
    """Return the body for the log; None if it is not JSON or may hold a secret."""
    if request.path.rstrip("/") == TOKEN_PATH or not request.is_json:
        return None
    try:
        return read_json(request)
    except (ValueError, HTTPException):
        return None


class Traffic:
    """The requests to one sandbox, in the order of their answers, over its database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, entry: LoggedRequest) -> int:
        """Append a request; return its number."""
        with self._database.transaction():
            _, number = self._database.write(
                "INSERT INTO requests (method, path, query, body, status, at, carried_out, fault)"
                " VALUES (:method, :path, :query, :body, :status, :at, :carried_out, :fault)",
                {**asdict(entry), "body": json.dumps(entry.body)},
            )
            return number

    def note_carried_out(self, number: int) -> None:
        """Record that the request with this number has been carried out."""
        with self._database.transaction():
            self._database.write("UPDATE requests SET carried_out = 1 WHERE number = ?", (number,))

    def entries(self) -> tuple[LoggedRequest, ...]:
        """Return every request since the database was made."""
        rows = self._database.read(
            "SELECT method, path, query, body, status, at, carried_out, fault"
            " FROM requests ORDER BY number"
        )
        return tuple(
            LoggedRequest(
                **{
                    **dict(row),
                    "body": json.loads(row["body"]),
                    "carried_out": bool(row["carried_out"]),
                }
            )
            for row in rows
        )


def _finite(text: str) -> float:
    # Python reads 1e999 as infinity, which an answer can't repeat as JSON.
    number = float(text)
    if not math.isfinite(number):
        _refuse(text)
    return number


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is not JSON")
