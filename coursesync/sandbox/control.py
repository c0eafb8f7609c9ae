"""The control pages below `/_sandbox/`, by which a test reads and changes the sandbox.

Owns the pages that the vendor's API does not have. They need no token, so a request must never get
here before `guard` has checked its sender.

- `log`: GET shows every request.
- `faults`: GET shows them, POST arms one fault per line, DELETE disarms all.
- `settings`: GET shows them, POST sets some, as `{"lists_null": ["Active"]}`.
- `courses`, `sections`, `lessons` and so on, one a kind: GET shows all. The other methods write as
  another editor: POST takes a create's body, which may have the `Id` (a course needs only a title),
  PUT an `Id` and the properties to change; in both, `By` sets `UpdatedBy` and `At` sets
  `UpdatedOn`. DELETE takes `?id=1000001`. They answer `{"Id": 1000001}`.
- `businesses` (locations), `coworkers` and `tariffs`: GET shows all, POST adds one.
- `groups`: GET shows the discussion groups that courses have created.
- `members`: POST lets people join a course, as `{"CourseId": 4711, "Count": 9}`.
- `completions`: POST lets members complete a lesson, as `{"CourseLessonId": 2000001, "Count": 9}`.
- `seed`: POST gives a course members and completions, always the same ones, as
  `{"CourseId": 4711, "Members": 40}`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from werkzeug import Request, Response
from werkzeug.exceptions import BadRequest, MethodNotAllowed, NotFound

from coursesync.sandbox.answers import InvalidError, Problem, answer
from coursesync.sandbox.api import json_object
from coursesync.sandbox.faults import ArmedFaults, Fault
from coursesync.sandbox.foreign import EDITOR, Foreign
from coursesync.sandbox.people import People
from coursesync.sandbox.records import Records, Touch
from coursesync.sandbox.switches import Switches
from coursesync.sandbox.tables import COURSES, LESSONS, Kind, every_kind
from coursesync.sandbox.traffic import Traffic
from coursesync.sandbox.validation import is_id

PREFIX = "/_sandbox/"
_MAX_COUNT = 10_000  # members or completions in one request


@dataclass(frozen=True)
class Controls:
    """The parts of a sandbox that the control pages use; `at` is the time on its clock."""

    at: float
    records: Records
    people: People
    traffic: Traffic
    faults: ArmedFaults
    switches: Switches

    @property
    def foreign(self) -> Foreign:
        """The other editors, who write at `at`."""
        touch = Touch(EDITOR, self.records.stamp(), self.at)
        return Foreign(self.records, self.switches.settings, touch)


def control(controls: Controls, request: Request) -> Response:
    """Return the answer of a control page.

    Raises:
        HTTPException: 404, 405, or 400 with the mistake.
        InvalidError: another editor's record breaks the API's rules.
    """
    name = request.path.removeprefix(PREFIX)
    page = _page(name)
    if not page:
        raise NotFound("This page does not exist.")
    if request.method not in page:
        raise MethodNotAllowed(valid_methods=list(page))
    return page[request.method](controls, request)


def _log(controls: Controls, _: Request) -> Response:
    return answer([entry.as_json() for entry in controls.traffic.entries()])


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


def _settings(controls: Controls, _: Request) -> Response:
    return answer(controls.switches.shown())


def _set_settings(controls: Controls, request: Request) -> Response:
    try:
        controls.switches.change(json_object(request))
    except ValueError as error:
        raise BadRequest(str(error)) from error
    return _settings(controls, request)


def _of(kind: Kind) -> "_Page":
    def show(controls: Controls, _: Request) -> Response:
        return answer(controls.records.select(kind, "ORDER BY Id", ()))

    def create(controls: Controls, request: Request) -> Response:
        return answer({"Id": controls.foreign.create(kind, json_object(request))})

    def change(controls: Controls, request: Request) -> Response:
        body = json_object(request)
        record_id = _id("Id", body.get("Id"))
        return _found(kind, record_id, found=controls.foreign.change(kind, record_id, body))

    def remove(controls: Controls, request: Request) -> Response:
        record_id = _id("id", request.args.get("id", type=int))
        return _found(kind, record_id, found=controls.foreign.remove(kind, record_id))

    changes = {"PUT": change, "DELETE": remove} if kind.is_written else {}
    return {"GET": show, "POST": create, **changes}


def _page(name: str) -> "_Page":
    of_kind = next((_of(kind) for kind in every_kind() if kind.table == name), {})
    return {**of_kind, **_PAGES.get(name, {})}


def _id(name: str, value: object) -> int:
    if not is_id(value):
        raise InvalidError([Problem(name, "must be the Id of a record", value)])
    return value


def _found(kind: Kind, record_id: int, *, found: bool) -> Response:
    if not found:
        raise NotFound(f"There is no {kind.name} {record_id}.")
    return answer({"Id": record_id})


def _join(controls: Controls, request: Request) -> Response:
    match json_object(request):
        case {"CourseId": course_id, "Count": int(count)} if (
            is_id(course_id)
            and controls.records.exists(COURSES, course_id)
            and 0 < count <= _MAX_COUNT
        ):
            return answer({"Ids": controls.people.join(course_id, count)})
        case _:
            raise BadRequest(
                'Write the people who join a course as {"CourseId": 4711, "Count": 9}.'
            )


def _complete(controls: Controls, request: Request) -> Response:
    match json_object(request):
        case {"CourseLessonId": lesson_id, "Count": int(count)} if (
            is_id(lesson_id)
            and controls.records.exists(LESSONS, lesson_id)
            and 0 < count <= _MAX_COUNT
        ):
            return answer({"Ids": controls.people.complete(lesson_id, count)})
        case _:
            raise BadRequest(
                'Write the completions of a lesson as {"CourseLessonId": 2000001, "Count": 9}.'
            )


def _seed(controls: Controls, request: Request) -> Response:
    match json_object(request):
        case {"CourseId": course_id, "Members": int(count)} if (
            is_id(course_id)
            and controls.records.exists(COURSES, course_id)
            and 0 < count <= _MAX_COUNT
        ):
            members, completions = controls.people.seed(course_id, count)
            return answer({"Members": members, "Completions": completions})
        case _:
            raise BadRequest('Write a seed as {"CourseId": 4711, "Members": 40}.')


_Page: TypeAlias = Mapping[str, Callable[[Controls, Request], Response]]
_PAGES: Mapping[str, _Page] = {
    "log": {"GET": _log},
    "faults": {"GET": _faults, "POST": _arm, "DELETE": _disarm},
    "members": {"POST": _join},
    "completions": {"POST": _complete},
    "seed": {"POST": _seed},
    "settings": {"GET": _settings, "POST": _set_settings},
}
