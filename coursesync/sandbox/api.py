"""The vendor's routes: their addresses, the roles that they need, and what they do.

Owns how an allowed request becomes an answer. It must never check tokens, limits or faults: `app`
does that before it calls a route.
Source: https://developers.nexudus.com/rest-api/content/create-coursesection
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache

from werkzeug import Request, Response
from werkzeug.exceptions import BadRequest, NotFound, UnsupportedMediaType
from werkzeug.routing import BaseConverter, IntegerConverter, Map, Rule

from coursesync.sandbox.answers import JsonObject, answer, written
from coursesync.sandbox.bodies import to_create, to_update
from coursesync.sandbox.records import Record, Records, Touch
from coursesync.sandbox.search import read_ids, search
from coursesync.sandbox.settings import Settings, User
from coursesync.sandbox.tables import KINDS, Kind
from coursesync.sandbox.traffic import read_json
from coursesync.sandbox.validation import MAX_ID, is_id, read_record


@dataclass(frozen=True)
class Call:
    """An allowed request of `user`, and everything that its route can use."""

    request: Request
    user: User
    touch: Touch
    records: Records
    settings: Settings

    def read(self, kind: Kind, body: JsonObject, *, updating: bool = False) -> Record:
        """Return the values to store for a body.

        Raises:
            InvalidError: with every problem of the body.
        """
        exists = self.records.exists
        return read_record(kind, body, self.settings, exists, updating=updating)


@dataclass(frozen=True)
class Route:
    """One route.

    Attributes:
        action: the last word of the role that a request needs, such as `Create`; empty if every
            user may send it.
        carry_out: carries out a call; it also gets the kind and the Id that are in the path.
    """

    action: str
    carry_out: Callable[..., Response]

    def role(self, request: Request, kind: Kind | None = None) -> str | None:
        """Return the role that a request needs; None if every user may send it."""
        if kind is None:
            return None
        is_by_ids = self.action == "List" and "id" in _query(request)
        return f"{kind.name}-{'Read' if is_by_ids else self.action}"


class _IdConverter(IntegerConverter):
    regex = r"\d{1,19}"

    def to_python(self, value: str) -> int:
        """Return the Id; 0, which no record has, if the number is too large for an Id."""
        record_id = super().to_python(value)
        return record_id if record_id <= MAX_ID else 0


class _KindConverter(BaseConverter):
    def __init__(self, rules: Map, area: str) -> None:
        super().__init__(rules)
        self.regex = "|".join(word for word, kind in KINDS.items() if kind.area == area)

    def to_python(self, value: str) -> Kind:
        """Return the kind with this word in its path."""
        return KINDS[value]


def _one(call: Call, kind: Kind, record_id: int) -> Response:
    record = call.records.one(kind, record_id)
    if record is None and call.settings.missing_record == "404":
        raise _not_found(kind)
    return answer(record)


def _many(call: Call, kind: Kind) -> Response:
    query = _query(call.request)
    if "id" in query:
        return answer(call.records.several(kind, read_ids(query["id"])))
    return answer(search(call.records, kind, query, call.settings))


def _query(request: Request) -> Mapping[str, str]:
    return {name.lower(): value for name, value in reversed([*request.args.items(multi=True)])}


def _who(call: Call) -> Response:
    # https://developers.nexudus.com/rest-api/authentication
    business_id = call.user.business_id
    return answer({"Email": call.user.email, "Active": True, "DefaultBusinessId": business_id})


def _create(call: Call, kind: Kind) -> Response:
    body = to_create(kind, json_object(call.request), call.settings)
    record_id = call.records.create(kind, call.read(kind, body), call.touch)
    value: JsonObject = {"Id": record_id}
    if call.settings.create_value == "record":
        value = call.records.one(kind, record_id) or value
    return _written(call, kind, "created", value)


def _update(call: Call, kind: Kind) -> Response:
    body = json_object(call.request)
    record_id = body.get("Id")

    def updated(record: Record) -> Record:
        whole = to_update(kind, body, record, call.settings)
        return call.read(kind, whole, updating=True)

    if not is_id(record_id) or not call.records.change(kind, record_id, updated, call.touch):
        call.read(kind, body, updating=True)  # raises if the body is invalid
        raise _not_found(kind)
    return _written(call, kind, "updated", {"Id": record_id})


def _delete(call: Call, kind: Kind, record_id: int) -> Response:
    if not call.records.delete(kind, record_id, call.touch):
        raise _not_found(kind)
    return _written(call, kind, "deleted", {"Id": record_id})


def json_object(request: Request) -> JsonObject:
    """Return the request's body, which must be a JSON object.

    Raises:
        HTTPException: 415 for another content type, 400 for another value than an object, 413 for
            a body that is too long.
    """
    if not request.is_json:
        raise UnsupportedMediaType(
            "The body must be JSON, and the request must say so: Content-Type: application/json"
        )
    try:
        body = read_json(request)
    except ValueError as error:
        raise BadRequest("The body is not valid JSON.") from error
    if not isinstance(body, dict):
        raise BadRequest("The body must be a JSON object.")
    return body


def _written(call: Call, kind: Kind, what: str, value: JsonObject) -> Response:
    message = f"{kind.name} was successfully {what}."
    return written(message, value, call.touch.stamp, call.touch.author)


def _not_found(kind: Kind) -> NotFound:
    return NotFound(f"{kind.name} was not found.")


_AREAS = {each: f"/api/{each}/<kind({each}):kind>" for each in ("content", "sys")}
_ID = "/<id:record_id>"


@cache
def routes() -> Map:
    """Return the routes of every kind with a path, and those of no kind."""
    written = _AREAS["content"]
    rules = [
        Rule("/api/auth/me", methods=["GET"], endpoint=Route("", _who)),
        Rule(written, methods=["POST"], endpoint=Route("Create", _create)),
        Rule(written, methods=["PUT"], endpoint=Route("Edit", _update)),
        Rule(written + _ID, methods=["DELETE"], endpoint=Route("Delete", _delete)),
    ]
    for path in _AREAS.values():
        rules += [
            Rule(path, methods=["GET"], endpoint=Route("List", _many)),
            Rule(path + _ID, methods=["GET"], endpoint=Route("Read", _one)),
        ]
    return Map(
        rules,
        converters={"id": _IdConverter, "kind": _KindConverter},
        strict_slashes=False,
        merge_slashes=False,
    )
