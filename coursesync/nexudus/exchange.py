"""The facts of one request and its answer, and the strict reading of its JSON.

It must never judge what the facts mean.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from coursesync.state.json_values import each_once

if TYPE_CHECKING:
    from collections.abc import Mapping

    from coursesync.errors import Sentence


@dataclass(frozen=True, slots=True)
class Exchange:
    """The facts of one request.

    `sent`: some bytes may have left this machine. Without a complete answer, `status` is None and
    `failure` gives the reason; `remedy` is how to fix it; `lasting`: a retry would fail
    too. Header names are in lower case.
    """

    sent: bool
    status: int | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    failure: str = ""
    remedy: Sentence = "Check the network and the base URL."
    lasting: bool = False


def read_json(exchange: Exchange) -> object:
    """Read a body strictly: declared as JSON, in UTF-8, without duplicate names or NaN.

    Raises ValueError, or RecursionError for a body that is nested too deeply.
    """
    if not re.match(
        r"application/(?:[\w.-]+\+)?json\b", exchange.headers.get("content-type", "").lower()
    ):
        raise ValueError("its type is not JSON")
    text = exchange.body.decode("utf-8-sig")
    return json.loads(text, object_pairs_hook=each_once, parse_constant=_no_constant)


def _no_constant(name: str) -> object:
    raise ValueError(f"{name} is not JSON")
