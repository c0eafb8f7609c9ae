"""The log of the requests that a sandbox was sent.

Owns what is kept of each. It must never keep a header, or a body of the token page: both carry
secrets.
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
    """One request, and what became of it.

    Attributes:
        method: such as `POST`.
        path: as it was sent, without the query.
        query: as it was sent, such as `page=2&size=100`; empty where there was none.
        body: the body where it is JSON; None where it is not.
        status: the HTTP status of the answer; None where the connection was dropped instead.
        at: when it came, in seconds of the sandbox's clock.
        carried_out: whether it was done by now, whatever the answer said.
        fault: the fault that befell it, in its text form.
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
        """Return the entry as the control page shows it."""
        return asdict(self)


def read_json(request: Request) -> Json:
    """Return the request's body, read as strict JSON.

    Raises:
        ValueError: where it is not JSON.
        HTTPException: where it is too long or breaks off.
    """
    body = request.get_data()
    request.stream.read(1)  # raises where a body that told no length was cut at the most allowed
    try:
        return json.loads(body, parse_constant=_refuse, parse_float=_finite)
    except RecursionError:
        raise ValueError("nested too deeply") from None


def body_to_log(request: Request) -> Json:
    """Return what the log may keep of the body."""
    if request.path.rstrip("/") == TOKEN_PATH or not request.is_json:
        return None
    try:
        return read_json(request)
    except (ValueError, HTTPException):
        return None


class Traffic:
    """The requests of one sandbox in the order of their answers, over its database."""

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
        """Say of the request with that number that it was done after all."""
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
    # 1e999 would be an infinity, which no answer could quote.
    number = float(text)
    if not math.isfinite(number):
        _refuse(text)
    return number


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is not JSON")
