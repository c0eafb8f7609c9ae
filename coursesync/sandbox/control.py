"""The sandbox's own pages under `/_sandbox/`: what a test reads and sets over the socket.

Owns what the vendor has not. It takes no token, so it must never answer a request that was not
addressed to a loopback name: a web page could otherwise reach it by DNS rebinding.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from ipaddress import ip_address
from urllib.parse import urlsplit

from werkzeug import Request, Response
from werkzeug.exceptions import BadRequest, Forbidden, MethodNotAllowed, NotFound

from coursesync.sandbox.answers import answer
from coursesync.sandbox.api import json_object
from coursesync.sandbox.faults import ArmedFaults, Fault
from coursesync.sandbox.records import SECTIONS, Records
from coursesync.sandbox.traffic import Traffic

PREFIX = "/_sandbox/"


@dataclass(frozen=True)
class Controls:
    """What the control pages show and set."""

    records: Records
    traffic: Traffic
    faults: ArmedFaults


def control(controls: Controls, request: Request) -> Response:
    """Return the answer of a control page.

    Raises:
        HTTPException: 403 for a Host that is not loopback, 404, 405, or 400 with what is wrong.
    """
    if not _is_loopback(request.environ.get("HTTP_HOST", "")):
        raise Forbidden("The sandbox's own pages answer on loopback addresses only.")
    page = _PAGES.get(request.path.removeprefix(PREFIX))
    if page is None:
        raise NotFound("There is no such page.")
    if request.method not in page:
        raise MethodNotAllowed(valid_methods=list(page))
    return page[request.method](controls, request)


def _is_loopback(host: str) -> bool:
    try:
        name = urlsplit(f"//{host}").hostname or ""
        return name == "localhost" or ip_address(name).is_loopback
    except ValueError:
        return False


def _log(controls: Controls, _: Request) -> Response:
    return answer([entry.as_json() for entry in controls.traffic.entries()])


def _records(controls: Controls, _: Request) -> Response:
    return answer(controls.records.select(SECTIONS, "ORDER BY Id", ()))


def _faults(controls: Controls, _: Request) -> Response:
    return answer([str(fault) for fault in controls.faults.armed()])


def _arm(controls: Controls, request: Request) -> Response:
    lines = request.get_data(as_text=True).splitlines()
    try:
        faults = [Fault.parse(line) for line in lines if line.strip()]
    except ValueError as error:
        raise BadRequest(str(error)) from error
    for fault in faults:
        controls.faults.add(fault)
    return _faults(controls, request)


def _disarm(controls: Controls, request: Request) -> Response:
    controls.faults.clear()
    return _faults(controls, request)


def _add_course(controls: Controls, request: Request) -> Response:
    match json_object(request):
        case {"Id": int(course_id), "Title": str(title)} if 0 < course_id < 2**31:
            controls.records.add_course(course_id, title)
            return answer({"Id": course_id, "Title": title})
        case _:
            raise BadRequest('Write a course as {"Id": 4711, "Title": "Member onboarding"}.')


def _lag(controls: Controls, _: Request) -> Response:
    return answer({"seconds": controls.records.list_lag})


def _set_lag(controls: Controls, request: Request) -> Response:
    seconds = json_object(request).get("seconds")
    if isinstance(seconds, bool) or not isinstance(seconds, int | float) or seconds < 0:
        raise BadRequest('Write how far behind lists are as {"seconds": 2.5}.')
    controls.records.list_lag = float(seconds)
    return _lag(controls, request)


_Page = Mapping[str, Callable[[Controls, Request], Response]]
_PAGES: Mapping[str, _Page] = {
    "log": {"GET": _log},
    "records": {"GET": _records},
    "faults": {"GET": _faults, "POST": _arm, "DELETE": _disarm},
    "courses": {"POST": _add_course},
    "lag": {"GET": _lag, "POST": _set_lag},
}
