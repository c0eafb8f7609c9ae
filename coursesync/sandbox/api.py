"""The vendor's routes: their addresses, the roles that they need, and what they do.

Owns how an allowed request becomes an answer. It must never check tokens, limits or faults: `app`
does that before it calls a route.
Source: https://developers.nexudus.com/rest-api/content/create-coursesection
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from werkzeug import Request, Response
from werkzeug.exceptions import BadRequest, NotFound, UnsupportedMediaType
from werkzeug.routing import IntegerConverter, Map, Rule

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
        role: returns the role that a request needs; None if every user may send it.
        carry_out: carries out a call; gets the Id in the path, or 0.
    """

    role: Callable[[Request], str | None]
    carry_out: Callable[[Call, int], Response]


class _IdConverter(IntegerConverter):
    regex = r"\d{1,19}"

    def to_python(self, value: str) -> int:
        """Return the Id; 0, which no record has, if the number is too large for an Id."""
        record_id = super().to_python(value)
        return record_id if record_id <= MAX_ID else 0


def _one(kind: Kind) -> Route:
    def carry_out(call: Call, record_id: int) -> Response:
        record = call.records.one(kind, record_id)
        if record is None and call.settings.missing_record == "404":
            raise _not_found(kind)
        return answer(record)

    return Route(lambda _: f"{kind.name}-Read", carry_out)


def _many(kind: Kind) -> Route:
    def carry_out(call: Call, _: int) -> Response:
        query = _query(call.request)
        if "id" in query:
            return answer(call.records.several(kind, read_ids(query["id"])))
        return answer(search(call.records, kind, query, call.settings))

    return Route(
        lambda request: f"{kind.name}-{'Read' if 'id' in _query(request) else 'List'}", carry_out
    )


def _query(request: Request) -> Mapping[str, str]:
    return {name.lower(): value for name, value in reversed([*request.args.items(multi=True)])}


def _who(call: Call, _: int) -> Response:
    # https://developers.nexudus.com/rest-api/authentication
    business_id = call.user.business_id
    return answer({"Email": call.user.email, "Active": True, "DefaultBusinessId": business_id})


def _create(kind: Kind) -> Route:
    def carry_out(call: Call, _: int) -> Response:
        body = to_create(json_object(call.request), call.settings)
        record_id = call.records.create(kind, call.read(kind, body), call.touch)
        value: JsonObject = {"Id": record_id}
        if call.settings.create_value == "record":
            value = call.records.one(kind, record_id) or value
        return _written(call, kind, "created", value)

    return Route(lambda _: f"{kind.name}-Create", carry_out)


def _update(kind: Kind) -> Route:
    def carry_out(call: Call, _: int) -> Response:
        body = json_object(call.request)
        record_id = body.get("Id")

        def updated(record: Record) -> Record:
            whole = to_update(kind, body, record, call.settings)
            return call.read(kind, whole, updating=True)

        if not is_id(record_id) or not call.records.change(kind, record_id, updated, call.touch):
            call.read(kind, body, updating=True)  # raises if the body is invalid
            raise _not_found(kind)
        return _written(call, kind, "updated", {"Id": record_id})

    return Route(lambda _: f"{kind.name}-Edit", carry_out)


def _delete(kind: Kind) -> Route:
    def carry_out(call: Call, record_id: int) -> Response:
        if not call.records.delete(kind, record_id, call.touch):
            raise _not_found(kind)
        return _written(call, kind, "deleted", {"Id": record_id})

    return Route(lambda _: f"{kind.name}-Delete", carry_out)


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


def _rules(path: str, kind: Kind) -> Iterator[Rule]:
    yield Rule(path, methods=["GET"], endpoint=_many(kind))
    yield Rule(f"{path}/<id:record_id>", methods=["GET"], endpoint=_one(kind))
    if kind.table:
        yield Rule(path, methods=["POST"], endpoint=_create(kind))
        yield Rule(path, methods=["PUT"], endpoint=_update(kind))
        yield Rule(f"{path}/<id:record_id>", methods=["DELETE"], endpoint=_delete(kind))


_ROOT = "/api/content"


def routes() -> Map:
    """Return the routes of every kind in `tables`, and those of no kind."""
    paths = {f"{_ROOT}/{word}": kind for word, kind in KINDS.items()}
    return Map(
        [
            Rule("/api/auth/me", methods=["GET"], endpoint=Route(lambda _: None, _who)),
            *(rule for path, kind in paths.items() for rule in _rules(path, kind)),
        ],
        converters={"id": _IdConverter},
        strict_slashes=False,
        merge_slashes=False,
    )
