"""The ways to damage a correct answer.

Owns the damage. It must never decide when to damage an answer, nor touch the records.
"""

import json
from collections.abc import Callable, Iterator, Mapping

from werkzeug import Response

from coursesync.sandbox.answers import Json, answer
from coursesync.sandbox.faults import Dropped


def cut_json(answered: Response) -> Response:
    """Return a complete HTTP answer with the first half of the body."""
    return _with_text(answered, _half(answered))


def cut_body(answered: Response) -> Response:
    """Return an answer that ends halfway, before its `Content-Length` is reached."""
    half, length = _half(answered), len(answered.get_data())

    def stop_halfway() -> Iterator[bytes]:
        yield half
        raise Dropped("the connection was cut within the body")

    headers = {"Content-Length": str(length), "Content-Type": "application/json"}
    return Response(stop_halfway(), answered.status_code, headers=headers)


def cut_no_length(answered: Response) -> Response:
    """Return the first half of the body, without a sign that there was more."""
    # an iterator, because werkzeug adds a length to a body in one piece
    return Response(iter([_half(answered)]), answered.status_code, mimetype="application/json")


def wrong_type(answered: Response) -> Response:
    """Return the same body with a wrong content type."""
    answered.mimetype = "text/plain"
    return answered


def not_a_number(answered: Response) -> Response:
    """Return the same body with a NaN in it, which is not JSON: https://www.rfc-editor.org/rfc/rfc8259."""
    body = json.loads(answered.get_data())
    number = float("nan")
    spoilt = {**body, "Elapsed": number} if isinstance(body, dict) else [*(body or ()), number]
    return _with_text(answered, json.dumps(spoilt))


def name_twice(answered: Response, other_id: Callable[[int], int]) -> Response:
    """Return the same object with one name twice, with two values.

    The name is `Value`, and its second value has another record's Id. Without a `Value`, it is the
    object's first name, and its second value is empty. A list stays as it is.
    """
    body = json.loads(answered.get_data())
    if not isinstance(body, dict):
        return answered
    name = "Value" if "Value" in body else next(iter(body))
    again = {"Id": other_id(body["Value"]["Id"])} if body.get("Value") else type(body[name])()
    text = json.dumps(body).removesuffix("}")
    return _with_text(answered, f"{text}, {json.dumps(name)}: {json.dumps(again)}}}")


def change_value(answered: Response, choose: Callable[[int], Json]) -> Response:
    """Return the same answer; `choose` makes its new `Value` from the Id."""
    return _change(answered, lambda record_id: {"Value": choose(record_id)})


def add_errors(answered: Response) -> Response:
    """Return the same answer of success with an error in it."""
    error = {"AttemptedValue": None, "Message": "could not be checked", "PropertyName": "Title"}
    return _change(answered, lambda _: {"Errors": [error]})


def _change(answered: Response, changes: Callable[[int], Mapping[str, Json]]) -> Response:
    body = json.loads(answered.get_data())
    value = body.get("Value") if isinstance(body, dict) else None
    return answer({**body, **changes(value["Id"])}) if value else answered


def _half(answered: Response) -> bytes:
    whole = answered.get_data()
    return whole[: len(whole) // 2]


def _with_text(answered: Response, text: str | bytes) -> Response:
    answered.set_data(text)
    return answered
