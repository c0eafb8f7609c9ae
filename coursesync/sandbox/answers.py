"""The bodies of the sandbox's answers: the vendor's envelopes, and the problems of a request.

Owns the shapes of the bodies. It must never decide which answer to send.
Source: https://developers.nexudus.com/rest-api/content/create-coursesection
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from werkzeug import Response

Json: TypeAlias = object  # a value that JSON can carry
JsonObject: TypeAlias = Mapping[str, object]

# the message of a 401, both for a bad token and for a missing role
# (https://developers.nexudus.com/rest-api/authentication)
DENIED = "Authorization has been denied for this request."


@dataclass(frozen=True)
class Problem:
    """One mistake in a request: the property, the message, and the value that was sent."""

    name: str
    message: str
    attempted: Json = None


class InvalidError(Exception):
    """A request is invalid; `problems` holds every mistake in it."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__(_joined(problems))
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
    """Return the answer to an invalid request, with every problem."""
    errors = [
        {
            "AttemptedValue": problem.attempted,
            "Message": problem.message,
            "PropertyName": problem.name,
        }
        for problem in problems
    ]
    return answer(
        {"Message": _joined(problems), "Value": None, "Errors": errors, "WasSuccessful": False},
        status,
    )


def refused(message: str, status: int) -> Response:
    """Return the answer to a request that is refused without a list of problems."""
    return answer(
        {"Message": message, "Value": None, "Errors": None, "WasSuccessful": False}, status
    )


def _joined(problems: Sequence[Problem]) -> str:
    return "; ".join(f"{problem.name}: {problem.message}" for problem in problems)
