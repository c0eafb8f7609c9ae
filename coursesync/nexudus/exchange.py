"""The facts of one request and its answer, and how the JSON in it is read. Judges nothing."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from functools import wraps
from typing import TYPE_CHECKING, ParamSpec, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

P = ParamSpec("P")
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Exchange:
    """The facts of one request.

    `sent` says whether any of it may have left; `status` is None where no complete answer came,
    and `failure` then says why, in words; `remedy` what to mend, where that is known, and `lasting`
    that it would fail again as it is. Header names are in small letters.
    """

    sent: bool
    status: int | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    failure: str = ""
    remedy: str = ""
    lasting: bool = False


def read_json(exchange: Exchange) -> object:
    """Read a body strictly: JSON by its type, in UTF-8, each name once, no NaN.

    Raises:
        ValueError: it is something else.
        RecursionError: it is nested too deeply.
    """
    if not re.match(
        r"application/(?:[\w.-]+\+)?json\b", exchange.headers.get("content-type", "").lower()
    ):
        raise ValueError("it does not say that it is JSON")
    text = exchange.body.decode("utf-8-sig")
    return json.loads(text, object_pairs_hook=_each_once, parse_constant=_no_constant)


def or_none(read: Callable[P, T]) -> Callable[P, T | None]:
    """Let a function that reads an answer return None where the answer is something else."""

    @wraps(read)
    def read_or_none(*args: P.args, **kwargs: P.kwargs) -> T | None:
        try:
            return read(*args, **kwargs)
        except (ValueError, RecursionError):  # a model's error is a ValueError
            return None

    return read_or_none


def _each_once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    record = dict(pairs)
    if len(record) != len(pairs):
        raise ValueError("a name stands twice")
    return record


def _no_constant(name: str) -> object:
    raise ValueError(f"{name} is no JSON")
