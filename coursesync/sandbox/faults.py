"""Faults: the requests that they affect, and their text form.

Owns the text of a fault and its count of matching requests. It must never change an answer:
`misbehaviour` does.
"""

import re
import threading
from dataclasses import dataclass
from enum import StrEnum
from fnmatch import fnmatchcase


class Dropped(ConnectionError):  # noqa: N818 - it names what happened
    """The connection ended before a whole answer; an in-process client gets this exception."""


class FaultKind(StrEnum):
    """The ways in which a request can fail.

    The request is not carried out, and another answer is sent:

    - `lost-before`: the connection is dropped; `late=S`: the same, and the request is carried out
      S seconds later.
    - `error-before` 500, `html-503` a page, `conflict` 409, `timeout-408`, `redirect` 302 to
      another host, `status=N`; `unsuccessful`: 200 with `WasSuccessful: false`.
    - `throttled=S` 409 and `too-many=S` 429 with `Retry-After: S`; `throttled-date=S` 409 with
      a date S seconds after the answer's own `Date`.
    - `unauthorized`: 401 and the token is revoked; `forbidden-token`: 401 and it stays valid.
    - `no-effect`: success is reported, but nothing is changed.

    The request is carried out, and its answer is damaged:

    - `lost-after`: the connection is dropped; `error-after` 500; `html-200` a page.
    - `cut-json`: half a body in complete HTTP; `cut-body`: the connection ends within the body;
      `cut-no-length`: half a body without a length, and the connection ends normally.
    - `throttled-after=S` 409 and `too-many-after=S` 429, with `Retry-After: S`;
      `unauthorized-after` is 401 and revokes the token.
    - `no-id`: success without a `Value`; `known-id`: with another record's Id;
      `other-course-id`: with the Id of a record in another course; `string-id`: with the Id as a
      string; `errors-and-success`: with the Id, and a list of errors.
    - `duplicate-keys`: `Value` twice, the second time with another record's Id; `nan`: a NaN in
      the JSON; `wrong-type`: JSON as text/plain.
    - `slow=S`: the answer comes S seconds later; `slow-headers=S`: its head comes byte by byte
      over S seconds (in process: like `slow`); `continue-flood`: only `100 Continue`, until the
      client disconnects or for 300 s (in process: like `lost-after`).
    """

    LOST_BEFORE = "lost-before"
    LOST_AFTER = "lost-after"
    ERROR_BEFORE = "error-before"
    ERROR_AFTER = "error-after"
    HTML_503 = "html-503"
    HTML_200 = "html-200"
    CUT_JSON = "cut-json"
    CUT_BODY = "cut-body"
    UNSUCCESSFUL = "unsuccessful"
    NO_ID = "no-id"
    KNOWN_ID = "known-id"
    CONFLICT = "conflict"
    THROTTLED = "throttled"
    TOO_MANY = "too-many"
    UNAUTHORIZED = "unauthorized"
    FORBIDDEN_TOKEN = "forbidden-token"  # noqa: S105 - a fault, not a token
    REDIRECT = "redirect"
    TIMEOUT_408 = "timeout-408"
    SLOW = "slow"
    STATUS = "status"
    DUPLICATE_KEYS = "duplicate-keys"
    NAN = "nan"
    WRONG_TYPE = "wrong-type"
    CUT_NO_LENGTH = "cut-no-length"
    STRING_ID = "string-id"
    ERRORS_AND_SUCCESS = "errors-and-success"
    LATE = "late"
    SLOW_HEADERS = "slow-headers"
    CONTINUE_FLOOD = "continue-flood"
    THROTTLED_DATE = "throttled-date"
    NO_EFFECT = "no-effect"
    THROTTLED_AFTER = "throttled-after"
    TOO_MANY_AFTER = "too-many-after"
    UNAUTHORIZED_AFTER = "unauthorized-after"
    OTHER_COURSE_ID = "other-course-id"


_WITH_AMOUNT = frozenset(
    {
        FaultKind.THROTTLED,
        FaultKind.THROTTLED_DATE,
        FaultKind.TOO_MANY,
        FaultKind.THROTTLED_AFTER,
        FaultKind.TOO_MANY_AFTER,
        FaultKind.SLOW,
        FaultKind.SLOW_HEADERS,
        FaultKind.LATE,
        FaultKind.STATUS,
    }
)
_FORM = re.compile(
    r"(?P<method>[A-Z]+|\*) (?P<path>[^\s@:]+)"
    r"(@(?P<nth>[1-9]\d*)(?P<times>\+|x[1-9]\d*)?)?"
    r":(?P<kind>[a-z0-9-]+)(=(?P<amount>\d{1,9}(\.\d{1,9})?))?"
)


@dataclass(frozen=True)
class Fault:
    """One failure, of some of the requests with a method and a path.

    Attributes:
        method: such as `POST`; `*` matches any.
        path: such as `/api/content/coursesections`, with or without the last slash; `*` matches
            any characters.
        kind: how the request fails.
        nth: the first matching request that fails, counted from 1.
        times: how many matching requests fail from there on; None: all of them.
        amount: the HTTP status for `status`; seconds, 1 by default, for the other kinds that take
            an amount.
    """

    method: str
    path: str
    kind: FaultKind
    nth: int = 1
    times: int | None = 1
    amount: float = 1

    @classmethod
    def parse(cls, text: str) -> "Fault":
        """Return the fault in a text such as `POST /api/content/coursesections@3:lost-after`.

        `@3` means the third matching request, `@3+` the third and all later ones, `@3x2` the third
        and the fourth; by default the first. `:slow=2.5` gives the amount, up to 999999999.
        `forbidden-token` affects all requests unless `x` limits their number.

        Raises:
            ValueError: the text is not a fault.
        """
        found = _FORM.fullmatch(text.strip())
        if not found or found["kind"] not in set(FaultKind):
            raise ValueError(
                f"{text!r} is not a fault: write 'METHOD PATH@N:KIND', where KIND is one of"
                f" {', '.join(FaultKind)}"
            )
        kind = FaultKind(found["kind"])
        _check_amount(kind, found["amount"])
        return cls(
            found["method"],
            found["path"],
            kind,
            int(found["nth"] or 1),
            _times(kind, found["times"]),
            float(found["amount"] or 1),
        )

    def __str__(self) -> str:
        """Return the text that `parse` reads."""
        times = "+" if self.times is None else f"x{self.times}"
        amount = f"={plain(self.amount)}" if self.kind in _WITH_AMOUNT else ""
        return f"{self.method} {self.path}@{self.nth}{times}:{self.kind}{amount}"

    def matches(self, method: str, path: str) -> bool:
        """Return whether this fault counts a request."""
        return self.method in {"*", method} and fnmatchcase(path.rstrip("/"), self.path.rstrip("/"))

    def affects(self, number: int) -> bool:
        """Return whether the matching request with this number, counted from 1, fails."""
        return self.nth <= number and (self.times is None or number < self.nth + self.times)


def plain(number: float) -> str:
    """Return the number without an exponent, such as `999999999`, `0.05` or `0`."""
    return f"{number:.9f}".rstrip("0").rstrip(".")


def _check_amount(kind: FaultKind, amount: str | None) -> None:
    if amount is not None and kind not in _WITH_AMOUNT:
        raise ValueError(f"{kind} takes no amount")
    if kind is FaultKind.STATUS and not re.fullmatch(r"[2-5]\d\d", amount or ""):
        raise ValueError("status takes an HTTP status, such as status=502")


def _times(kind: FaultKind, text: str | None) -> int | None:
    if text is None:
        return None if kind is FaultKind.FORBIDDEN_TOKEN else 1
    return None if text == "+" else int(text[1:])


class ArmedFaults:
    """The armed faults, each with its count of matching requests."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._faults: list[Fault] = []
        self._seen: list[int] = []

    def add(self, fault: Fault) -> None:
        """Arm a fault; its count begins now."""
        with self._lock:
            self._faults.append(fault)
            self._seen.append(0)

    def clear(self) -> None:
        """Disarm all faults."""
        with self._lock:
            self._faults.clear()
            self._seen.clear()

    def armed(self) -> tuple[Fault, ...]:
        """Return the faults in the order in which they were armed, including used ones."""
        with self._lock:
            return tuple(self._faults)

    def next_for(self, method: str, path: str) -> Fault | None:
        """Count a request, and return the first fault that affects it."""
        with self._lock:
            due: list[Fault] = []
            for index, fault in enumerate(self._faults):
                if fault.matches(method, path):
                    self._seen[index] += 1
                    if fault.affects(self._seen[index]):
                        due.append(fault)
            return due[0] if due else None
