"""The effect of each fault on a request.

Owns two tables: the faults that replace the request (`BEFORE`), and the faults that damage the
answer after the request was carried out (`AFTER`). It must never touch the records, except through
`Incident`.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeAlias

from werkzeug import Response
from werkzeug.http import http_date

from coursesync.sandbox import spoiling
from coursesync.sandbox.answers import DENIED, refused
from coursesync.sandbox.faults import FaultKind, plain


@dataclass(frozen=True)
class Incident:
    """The values and functions that a fault can use.

    Attributes:
        amount: the fault's amount.
        revoke: revokes the access token of the request.
        other_id: returns the Id of another record than the given one, if there is one.
        elsewhere_id: returns the Id of a record in another course than the given one's, if any.
        sleep: waits for a number of seconds.
        now: returns the date and time.
        by_hand: whether `wire` will write the answer to a socket.
    """

    amount: float
    revoke: Callable[[], None]
    other_id: Callable[[int], int | None]
    elsewhere_id: Callable[[int], int | None]
    sleep: Callable[[float], None]
    now: Callable[[], datetime]
    by_hand: bool

    def known_id(self, record_id: int) -> int:
        """Return another record's Id, or the given one if there is no other."""
        return self.other_id(record_id) or record_id


def throttled(status: int, seconds: float) -> Response:
    """Return the answer to a throttled request: no body, and `Retry-After` in seconds.

    Source: https://developers.nexudus.com/reference/api-limitations
    """
    return Response(status=status, headers={"Retry-After": plain(seconds)})


def _throttled_until_date(incident: Incident) -> Response:
    # a date has whole seconds, so round the wait up
    now = incident.now().replace(microsecond=0)
    then = now + timedelta(seconds=math.ceil(incident.amount))
    return Response(status=409, headers={"Date": http_date(now), "Retry-After": http_date(then)})


def _revoke(incident: Incident) -> Response:
    incident.revoke()
    return refused(DENIED, 401)


def _page(status: int) -> Response:
    return Response("<html><body><h1>Please wait</h1></body></html>", status, mimetype="text/html")


def _redirect() -> Response:
    return Response(status=302, headers={"Location": "https://elsewhere.example/login"})


def _slow(incident: Incident, answered: Response) -> Response:
    incident.sleep(incident.amount)
    return answered


def _slow_headers(incident: Incident, answered: Response) -> Response:
    return answered if incident.by_hand else _slow(incident, answered)


Before: TypeAlias = Callable[[Incident], Response | None]
After: TypeAlias = Callable[[Incident, Response], Response | None]

# None means no answer: the connection is dropped.
BEFORE: Mapping[FaultKind, Before] = {
    FaultKind.LOST_BEFORE: lambda _: None,
    FaultKind.ERROR_BEFORE: lambda _: refused("An error has occurred.", 500),
    FaultKind.HTML_503: lambda _: _page(503),
    FaultKind.UNSUCCESSFUL: lambda _: refused("The record could not be saved.", 200),
    FaultKind.CONFLICT: lambda _: refused("The record was changed by someone else.", 409),
    FaultKind.THROTTLED: lambda incident: throttled(409, incident.amount),
    FaultKind.THROTTLED_DATE: _throttled_until_date,
    FaultKind.TOO_MANY: lambda incident: throttled(429, incident.amount),
    FaultKind.UNAUTHORIZED: _revoke,
    FaultKind.FORBIDDEN_TOKEN: lambda _: refused(DENIED, 401),
    FaultKind.REDIRECT: lambda _: _redirect(),
    FaultKind.TIMEOUT_408: lambda _: refused("The request took too long.", 408),
    FaultKind.STATUS: lambda incident: refused("As you wish.", int(incident.amount)),
    FaultKind.LATE: lambda _: None,
}
AFTER: Mapping[FaultKind, After] = {
    FaultKind.LOST_AFTER: lambda _, __: None,
    FaultKind.ERROR_AFTER: lambda _, __: refused("An error has occurred.", 500),
    FaultKind.THROTTLED_AFTER: lambda incident, _: throttled(409, incident.amount),
    FaultKind.TOO_MANY_AFTER: lambda incident, _: throttled(429, incident.amount),
    FaultKind.UNAUTHORIZED_AFTER: lambda incident, _: _revoke(incident),
    FaultKind.HTML_200: lambda _, __: _page(200),
    FaultKind.CUT_JSON: lambda _, answered: spoiling.cut_json(answered),
    FaultKind.CUT_BODY: lambda _, answered: spoiling.cut_body(answered),
    FaultKind.CUT_NO_LENGTH: lambda _, answered: spoiling.cut_no_length(answered),
    FaultKind.DUPLICATE_KEYS: lambda incident, answered: spoiling.name_twice(
        answered, incident.known_id
    ),
    FaultKind.NAN: lambda _, answered: spoiling.not_a_number(answered),
    FaultKind.WRONG_TYPE: lambda _, answered: spoiling.wrong_type(answered),
    FaultKind.NO_ID: lambda _, answered: spoiling.change_value(answered, lambda _: None),
    FaultKind.KNOWN_ID: lambda incident, answered: spoiling.change_value(
        answered, lambda record_id: {"Id": incident.known_id(record_id)}
    ),
    FaultKind.OTHER_COURSE_ID: lambda incident, answered: spoiling.change_value(
        answered, lambda record_id: {"Id": incident.elsewhere_id(record_id) or record_id}
    ),
    FaultKind.STRING_ID: lambda _, answered: spoiling.change_value(
        answered, lambda record_id: {"Id": str(record_id)}
    ),
    FaultKind.ERRORS_AND_SUCCESS: lambda _, answered: spoiling.add_errors(answered),
    FaultKind.SLOW: _slow,
    FaultKind.SLOW_HEADERS: _slow_headers,
    FaultKind.CONTINUE_FLOOD: lambda _, __: None,
}
