"""What each fault does to a request.

Owns two tables: the faults that come in place of carrying the request out, and those that spoil
the answer after it was. It must never touch the records, only what `Incident` hands it.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial

from werkzeug import Response

from coursesync.sandbox.answers import DENIED, answer, refused
from coursesync.sandbox.faults import Dropped, FaultKind


@dataclass(frozen=True)
class Incident:
    """What a fault may use.

    Attributes:
        amount: the fault's amount.
        revoke: makes the access token in use worthless.
        other_id: returns the Id of another record than the one it is given, if there is one.
        sleep: waits for so many seconds.
    """

    amount: float
    revoke: Callable[[], None]
    other_id: Callable[[int], int | None]
    sleep: Callable[[float], None]


def come_back(status: int, seconds: float) -> Response:
    """Return a throttled request's answer: no body, and when to come back.

    Source: https://developers.nexudus.com/reference/api-limitations
    """
    return Response(status=status, headers={"Retry-After": f"{seconds:g}"})


def _revoke(incident: Incident) -> Response:
    incident.revoke()
    return refused(DENIED, 401)


def _page(status: int) -> Response:
    return Response("<html><body><h1>Please wait</h1></body></html>", status, mimetype="text/html")


def _elsewhere() -> Response:
    return Response(status=302, headers={"Location": "https://elsewhere.example/login"})


def _cut_json(answered: Response) -> Response:
    whole = answered.get_data()
    answered.set_data(whole[: len(whole) // 2])
    return answered


def _cut_body(answered: Response) -> Response:
    whole = answered.get_data()

    def stop_halfway() -> Iterator[bytes]:
        yield whole[: len(whole) // 2]
        raise Dropped("the connection was cut within the body")

    return Response(
        stop_halfway(),
        answered.status_code,
        headers={"Content-Length": str(len(whole)), "Content-Type": "application/json"},
    )


def _with_value(answered: Response, choose: Callable[[int], object]) -> Response:
    body = json.loads(answered.get_data())
    value = body.get("Value") if isinstance(body, dict) else None
    return answer({**body, "Value": choose(value["Id"])}) if value else answered


def _known(incident: Incident, record_id: int) -> object:
    return {"Id": incident.other_id(record_id) or record_id}


def _slowly(incident: Incident, answered: Response) -> Response:
    incident.sleep(incident.amount)
    return answered


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
    FaultKind.TOO_MANY: lambda incident: come_back(429, incident.amount),
    FaultKind.UNAUTHORIZED: _revoke,
    FaultKind.FORBIDDEN_TOKEN: lambda _: refused(DENIED, 401),
    FaultKind.REDIRECT: lambda _: _elsewhere(),
    FaultKind.TIMEOUT_408: lambda _: refused("The request took too long.", 408),
    FaultKind.STATUS: lambda incident: refused("As you wish.", int(incident.amount)),
}
AFTER: Mapping[FaultKind, After] = {
    FaultKind.LOST_AFTER: lambda _, __: None,
    FaultKind.ERROR_AFTER: lambda _, __: refused("An error has occurred.", 500),
    FaultKind.HTML_200: lambda _, __: _page(200),
    FaultKind.CUT_JSON: lambda _, answered: _cut_json(answered),
    FaultKind.CUT_BODY: lambda _, answered: _cut_body(answered),
    FaultKind.NO_ID: lambda _, answered: _with_value(answered, lambda _: None),
    FaultKind.KNOWN_ID: lambda incident, answered: _with_value(answered, partial(_known, incident)),
    FaultKind.SLOW: _slowly,
}
