"""What can go wrong between a job and its forge, as a forge's documentation and outages have it."""

from __future__ import annotations

import json
import socket
from dataclasses import dataclass
from fnmatch import fnmatchcase
from http import HTTPStatus
from typing import TYPE_CHECKING

from werkzeug import Response

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from werkzeug import Request


@dataclass
class Fault:
    """Lets some requests go wrong.

    Attributes:
        requests: a pattern for `METHOD /path`, with `*` for anything.
        kind: see `Faults.add`.
        times: how often.
        skipping: how many such requests go right before.
    """

    requests: str
    kind: str
    times: int
    skipping: int

    def meets(self, request: Request) -> bool:
        """Return whether it is this request's turn to go wrong."""
        if self.times <= 0 or not fnmatchcase(f"{request.method} {request.path}", self.requests):
            return False
        if self.skipping > 0:
            self.skipping -= 1
            return False
        self.times -= 1
        return True


class Faults:
    """The faults of one forge."""

    def __init__(self) -> None:
        self._all: list[Fault] = []

    def add(self, requests: str, kind: str, *, times: int = 1, skipping: int = 0) -> None:
        """Let requests go wrong, as in `add("POST */comments", "lost-after")`.

        - `status=503`: that status, and nothing is done; `error-after`: 502 after it was done.
        - `lost-before`, `lost-after`: the connection breaks before or after it was done.
        - `throttled=2`: 429 with Retry-After; `secondary=2`: 403 with it; `secondary`: without it.
        - `spent=2`: 403, and the limit of the hour is spent for so many seconds.
        - `redirect`: 301 to another host; `html`: 200 with a page; `unreadable`: other JSON;
          `empty`: an empty list; `echo`: 422 with the request's headers in the message.
        """
        self._all.append(Fault(requests, kind, times, skipping))

    def clear(self) -> None:
        """Let everything go right again."""
        self._all.clear()

    def answer(self, request: Request, now: float, done: Callable[[], Response]) -> Response:
        """Answer a request; `done` carries it out."""
        found = next((each for each in self._all if each.meets(request)), None)
        if found is None:
            return done()
        kind, _, amount = found.kind.partition("=")
        if kind in {"lost-after", "error-after"}:
            done()
        if kind in {"lost-before", "lost-after"}:
            connection = request.environ["werkzeug.socket"]
            connection.shutdown(socket.SHUT_RDWR)
            return Response()
        if kind == "echo":
            return _stated(422, " ".join(request.headers.values()))
        return _wrong(kind, amount, now)


def _wrong(kind: str, amount: str, now: float) -> Response:
    too_many = "You have exceeded a secondary rate limit"
    wait = {"Retry-After": amount} if amount else {}
    spent = {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": str(int(now + int(amount or 0)))}
    answers = {
        "status": _stated(int(amount or 0), "As you wish"),
        "error-after": Response("<h1>Bad gateway</h1>", HTTPStatus.BAD_GATEWAY),
        "throttled": _stated(HTTPStatus.TOO_MANY_REQUESTS, too_many, wait),
        "secondary": _stated(HTTPStatus.FORBIDDEN, too_many, wait),
        "spent": _stated(HTTPStatus.FORBIDDEN, "API rate limit exceeded", spent),
        "redirect": Response(b"", 301, {"Location": "https://elsewhere.example/api"}),
        "empty": Response(b"[]", content_type="application/json"),
        "html": Response("<h1>Please wait</h1>", content_type="text/html"),
        "unreadable": Response(b'{"number": "seven"}', content_type="application/json"),
    }
    return answers[kind]


def _stated(status: int, message: str, headers: Mapping[str, str] | None = None) -> Response:
    body = json.dumps({"message": message})
    return Response(body, status, headers, content_type="application/json")
