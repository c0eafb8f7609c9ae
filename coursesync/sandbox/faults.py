"""Which requests go wrong, and how it is said.

Owns the words for a fault and the count of the requests that each one matches. It must never act:
what a fault does to an answer is in `misbehaviour`.
"""

import re
import threading
from dataclasses import dataclass
from enum import StrEnum
from fnmatch import fnmatchcase


class Dropped(ConnectionError):  # noqa: N818 - what happened, in the word for it
    """The connection is gone with no whole answer: what an in-process client sees of it."""


class FaultKind(StrEnum):
    """The ways in which a request can go wrong.

    Not carried out, because the answer comes in its place:

    - `lost-before`: the connection is dropped; `late=S`: the same, and the request is carried out
      S seconds later.
    - `error-before` 500, `html-503` a page, `conflict` 409, `timeout-408`, `redirect` 302 to
      another host, `status=N`; `unsuccessful` is 200 that says no.
    - `throttled=S` 409 and `too-many=S` 429 with `Retry-After: S`; `throttled-date=S` 409 with
      the date that is S seconds from the answer's own `Date`.
    - `unauthorized` revokes the token; `forbidden-token` is 401 while the token stays good.
    - `no-effect`: the answer says that it was carried out.

    Carried out, and then the answer is spoilt:

    - `lost-after`: the connection is dropped; `error-after` 500; `html-200` a page.
    - `cut-json`: half a body in whole HTTP; `cut-body`: the connection ends within the body;
      `cut-no-length`: half a body without a length, and the connection ends as it should.
    - `throttled-after=S` 409 and `too-many-after=S` 429, with `Retry-After: S`;
      `unauthorized-after` is 401 and revokes the token.
    - `no-id`: success without a `Value`; `known-id`: with another record's Id;
      `other-course-id`: with the Id of a record in another course; `string-id`: with the Id as a
      string; `errors-and-success`: with the Id, and a list of errors.
    - `duplicate-keys`: `Value` twice, the second time with another record's Id; `nan`: a NaN in
      the JSON; `wrong-type`: JSON as text/plain.
    - `slow=S`: the answer comes S seconds later; `slow-headers=S`: its head comes byte by byte
      over S seconds (in process as `slow`); `continue-flood`: nothing but `100 Continue`, until
      the client goes away or for 300 s (in process as `lost-after`).
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
    """One way to go wrong, for some of the requests with a method and a path.

    Attributes:
        method: such as `POST`; `*` is any.
        path: such as `/api/content/coursesections`, with or without the last slash; `*` stands
            for any run of characters.
        kind: what goes wrong.
        nth: the first of the matching requests that it befalls, counted from 1.
        times: how many it befalls from there on; None for all of them.
        amount: the HTTP status for `status`; for the other kinds that take one, seconds, of which
            a text can tell up to 999999999, and 1 where it tells none.
    """

    method: str
    path: str
    kind: FaultKind
    nth: int = 1
    times: int | None = 1
    amount: float = 1

    @classmethod
    def parse(cls, text: str) -> "Fault":
        """Return the fault that a text such as `POST /api/content/coursesections@3:lost-after` is.

        `@3` is the third matching request, `@3+` the third and all later ones, `@3x2` the third
        and fourth; without it, the first. `:slow=2.5` gives the amount. `forbidden-token` goes on
        for ever unless `x` says otherwise.

        Raises:
            ValueError: where the text is no fault.
        """
        found = _FORM.fullmatch(text.strip())
        if not found or found["kind"] not in set(FaultKind):
            raise ValueError(
                f"{text!r} is no fault: write 'METHOD PATH@N:KIND', where KIND is one of"
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
        """Return whether a request is one of those that this fault counts."""
        return self.method in {"*", method} and fnmatchcase(path.rstrip("/"), self.path.rstrip("/"))

    def befalls(self, number: int) -> bool:
        """Return whether the matching request with this number, from 1, goes wrong."""
        return self.nth <= number and (self.times is None or number < self.nth + self.times)


def plain(number: float) -> str:
    """Return the number in figures alone, such as `999999999`, `0.05` or `0`."""
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
    """The faults that are waiting, each with its own count of matching requests."""

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
        """Return the faults in the order in which they were armed, those used up as well."""
        with self._lock:
            return tuple(self._faults)

    def befalling(self, method: str, path: str) -> Fault | None:
        """Count a request, and return the first fault that befalls it."""
        with self._lock:
            due: list[Fault] = []
            for index, fault in enumerate(self._faults):
                if fault.matches(method, path):
                    self._seen[index] += 1
                    if fault.befalls(self._seen[index]):
                        due.append(fault)
            return due[0] if due else None
