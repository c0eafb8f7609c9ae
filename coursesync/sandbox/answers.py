"""What the sandbox answers with: the vendor's envelopes, and the reasons for a refusal.

Owns the shapes of the bodies. It must never decide which of them is due.
Source: https://developers.nexudus.com/rest-api/content/create-coursesection
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from werkzeug import Response

Json: TypeAlias = object
"""A value that JSON can carry."""

JsonObject: TypeAlias = Mapping[str, object]
"""A JSON object."""

DENIED = "Authorization has been denied for this request."
"""What a bad token and a missing role are both told, with a 401.

Source: https://developers.nexudus.com/rest-api/authentication
"""


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong with what was sent."""

    name: str
    message: str
    attempted: Json = None


class InvalidError(Exception):
    """What was sent is refused; `problems` holds every reason."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__(_in_words(problems))
        self.problems = tuple(problems)


def answer(body: Json, status: int = 200) -> Response:
    """Return a response that carries `body` as JSON."""
    return Response(json.dumps(body), status, mimetype="application/json")


def written(message: str, value: JsonObject, stamp: str, author: str) -> Response:
    """Return the answer to a write that was carried out at `stamp`."""
    return answer(
        {
            "Status": 200,
            "Message": message,
            "Value": value,
            "OpenInDialog": False,
            "OpenInWindow": False,
            "RedirectURL": None,
            "JavaScript": None,
            "UpdatedOn": stamp,
            "UpdatedBy": author,
            "Errors": None,
            "WasSuccessful": True,
        }
    )


def invalid(problems: Sequence[Problem], status: int) -> Response:
    """Return the answer that lists every problem."""
    errors = [
        {
            "AttemptedValue": problem.attempted,
            "Message": problem.message,
            "PropertyName": problem.name,
        }
        for problem in problems
    ]
    return answer(
        {"Message": _in_words(problems), "Value": None, "Errors": errors, "WasSuccessful": False},
        status,
    )


def refused(message: str, status: int) -> Response:
    """Return the answer to a request that is refused as a whole."""
    return answer(
        {"Message": message, "Value": None, "Errors": None, "WasSuccessful": False}, status
    )


def _in_words(problems: Sequence[Problem]) -> str:
    return "; ".join(f"{problem.name}: {problem.message}" for problem in problems)
