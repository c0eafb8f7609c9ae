"""What each fault does to a request.

Owns two tables: the faults that come in place of carrying the request out, and those that spoil
the answer after it was. It must never touch the records, only what `Incident` hands it.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from werkzeug import Response
from werkzeug.http import http_date

from coursesync.sandbox import spoiling
from coursesync.sandbox.answers import DENIED, refused
from coursesync.sandbox.faults import FaultKind, plain


@dataclass(frozen=True)
class Incident:
    """What a fault may use.

    Attributes:
        amount: the fault's amount.
        revoke: makes the access token in use worthless.
        other_id: returns the Id of another record than the one it is given, if there is one.
        elsewhere_id: returns the Id of a record in another course than the given one's, if any.
        sleep: waits for so many seconds.
        now: returns the date and time.
        by_hand: whether the answer will be written on a socket by hand.
    """

    amount: float
    revoke: Callable[[], None]
    other_id: Callable[[int], int | None]
    elsewhere_id: Callable[[int], int | None]
    sleep: Callable[[float], None]
    now: Callable[[], datetime]
    by_hand: bool

    def known_id(self, record_id: int) -> int:
        """Return another record's Id, or the one that is given where there is no other."""
        return self.other_id(record_id) or record_id


def come_back(status: int, seconds: float) -> Response:
    """Return a throttled request's answer: no body, and when to come back.

    Source: https://developers.nexudus.com/reference/api-limitations
    """
    return Response(status=status, headers={"Retry-After": plain(seconds)})


def _come_back_on_a_date(incident: Incident) -> Response:
    # a date has whole seconds: it is never less than the amount away
    now = incident.now().replace(microsecond=0)
    then = now + timedelta(seconds=math.ceil(incident.amount))
    return Response(status=409, headers={"Date": http_date(now), "Retry-After": http_date(then)})


def _revoke(incident: Incident) -> Response:
    incident.revoke()
    return refused(DENIED, 401)


def _page(status: int) -> Response:
    return Response("<html><body><h1>Please wait</h1></body></html>", status, mimetype="text/html")


def _elsewhere() -> Response:
    return Response(status=302, headers={"Location": "https://elsewhere.example/login"})


def _slowly(incident: Incident, answered: Response) -> Response:
    incident.sleep(incident.amount)
    return answered


def _slowly_at_first(incident: Incident, answered: Response) -> Response:
    return answered if incident.by_hand else _slowly(incident, answered)


Before = Callable[[Incident], Response | None]
After = Callable[[Incident, Response], Response | None]

# None is no answer at all: the connection is dropped.
BEFORE: Mapping[FaultKind, Before] = {
    FaultKind.LOST_BEFORE: lambda _: None,
    FaultKind.ERROR_BEFORE: lambda _: refused("An error has occurred.", 500),
    FaultKind.HTML_503: lambda _: _page(503),
    FaultKind.UNSUCCESSFUL: lambda _: refused("The record could not be saved.", 200),
    FaultKind.CONFLICT: lambda _: refused("The record was changed by someone else.", 409),
    FaultKind.THROTTLED: lambda incident: come_back(409, incident.amount),
    FaultKind.THROTTLED_DATE: _come_back_on_a_date,
    FaultKind.TOO_MANY: lambda incident: come_back(429, incident.amount),
    FaultKind.UNAUTHORIZED: _revoke,
    FaultKind.FORBIDDEN_TOKEN: lambda _: refused(DENIED, 401),
    FaultKind.REDIRECT: lambda _: _elsewhere(),
    FaultKind.TIMEOUT_408: lambda _: refused("The request took too long.", 408),
    FaultKind.STATUS: lambda incident: refused("As you wish.", int(incident.amount)),
    FaultKind.LATE: lambda _: None,
}
AFTER: Mapping[FaultKind, After] = {
    FaultKind.LOST_AFTER: lambda _, __: None,
    FaultKind.ERROR_AFTER: lambda _, __: refused("An error has occurred.", 500),
    FaultKind.THROTTLED_AFTER: lambda incident, _: come_back(409, incident.amount),
    FaultKind.TOO_MANY_AFTER: lambda incident, _: come_back(429, incident.amount),
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
    FaultKind.SLOW: _slowly,
    FaultKind.SLOW_HEADERS: _slowly_at_first,
    FaultKind.CONTINUE_FLOOD: lambda _, __: None,
}
