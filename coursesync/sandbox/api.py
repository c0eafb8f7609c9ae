"""The vendor's routes: each one's address, the role it takes, and what it does.

Owns the way from a request that is allowed to its answer. It must never look at tokens, limits or
faults: those come before it.
Source: https://developers.nexudus.com/rest-api/content/create-coursesection
"""

from collections.abc import Callable
from dataclasses import dataclass

from werkzeug import Request, Response
from werkzeug.exceptions import BadRequest, NotFound, UnsupportedMediaType
from werkzeug.routing import IntegerConverter, Map, Rule

from coursesync.sandbox.answers import JsonObject, answer, written
from coursesync.sandbox.records import COURSES, SECTIONS, Kind, Record, Records, Touch
from coursesync.sandbox.search import read_ids, search
from coursesync.sandbox.settings import Settings
from coursesync.sandbox.traffic import read_json
from coursesync.sandbox.validation import read_section


@dataclass(frozen=True)
class Call:
    """A request that is allowed, and all that its route may use; `touch` is whose, and when."""

    request: Request
    touch: Touch
    records: Records
    settings: Settings


@dataclass(frozen=True)
class Route:
    """One route: the role that it takes, and what it does (with the Id in the path, or 0)."""

    role: Callable[[Request], str]
    carry_out: Callable[[Call, int], Response]


class _IdConverter(IntegerConverter):
    regex = r"\d{1,10}"


def _one(kind: Kind) -> Route:
    def carry_out(call: Call, record_id: int) -> Response:
        record = call.records.one(kind, record_id)
        if record is None:
            raise _not_found(kind)
        return answer(record)

    return Route(lambda _: f"{kind.name}-Read", carry_out)


def _many(kind: Kind) -> Route:
    def carry_out(call: Call, _: int) -> Response:
        query = call.request.args
        if "id" in query:
            return answer(call.records.several(kind, read_ids(query["id"])))
        return answer(search(call.records, kind, query.to_dict(), call.settings))

    return Route(
        lambda request: f"{kind.name}-{'Read' if 'id' in request.args else 'List'}", carry_out
    )


def _create_section(call: Call, _: int) -> Response:
    created = call.records.create_section(_section(call, updating=False), call.touch)
    return _written(call, "created", created)


def _update_section(call: Call, _: int) -> Response:
    values = _section(call, updating=True)
    if not call.records.update_section(values, call.touch):
        raise _not_found(SECTIONS)
    return _written(call, "updated", int(str(values["Id"])))


def _delete_section(call: Call, record_id: int) -> Response:
    if not call.records.delete_section(record_id, call.touch.at):
        raise _not_found(SECTIONS)
    return _written(call, "deleted", record_id)


def _section(call: Call, *, updating: bool) -> Record:
    return read_section(
        json_object(call.request),
        updating=updating,
        unlock_type_required=call.settings.unlock_type_required,
        course_exists=lambda course_id: call.records.one(COURSES, course_id) is not None,
    )


def json_object(request: Request) -> JsonObject:
    """Return the request's body, which must be a JSON object.

    Raises:
        HTTPException: 415 for another content type, 400 for anything but an object, 413 for a
            body that is too long.
    """
    if not request.is_json:
        raise UnsupportedMediaType("The body must be JSON.")
    try:
        body = read_json(request)
    except ValueError as error:
        raise BadRequest("The body is not valid JSON.") from error
    if not isinstance(body, dict):
        raise BadRequest("The body must be a JSON object.")
    return body


def _written(call: Call, what: str, record_id: int) -> Response:
    message = f"CourseSection was successfully {what}."
    return written(message, record_id, call.touch.stamp, call.touch.author)


def _not_found(kind: Kind) -> NotFound:
    return NotFound(f"{kind.name} was not found.")


def _writes(action: str, carry_out: Callable[[Call, int], Response]) -> Route:
    return Route(lambda _: f"CourseSection-{action}", carry_out)


_SECTIONS = "/api/content/coursesections"
_SECTION = f"{_SECTIONS}/<id:record_id>"
_COURSES = "/api/content/courses"
ROUTES = Map(
    [
        Rule(_SECTIONS, methods=["POST"], endpoint=_writes("Create", _create_section)),
        Rule(_SECTIONS, methods=["PUT"], endpoint=_writes("Edit", _update_section)),
        Rule(_SECTION, methods=["DELETE"], endpoint=_writes("Delete", _delete_section)),
        Rule(_SECTION, methods=["GET"], endpoint=_one(SECTIONS)),
        Rule(_SECTIONS, methods=["GET"], endpoint=_many(SECTIONS)),
        Rule(f"{_COURSES}/<id:record_id>", methods=["GET"], endpoint=_one(COURSES)),
        Rule(_COURSES, methods=["GET"], endpoint=_many(COURSES)),
    ],
    converters={"id": _IdConverter},
    strict_slashes=False,
    merge_slashes=False,
)
