"""What is spoken with a forge: its API, what a request needs, and what is read of an answer.

Owns the values that `rest` and the forges share. It must never send a request.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import quote

from pydantic import BaseModel, ConfigDict

if TYPE_CHECKING:
    from collections.abc import Mapping

    from coursesync.errors import Sentence


class Answer(BaseModel):
    """What is used of an answer; a forge may add fields at any time."""

    model_config = ConfigDict(extra="ignore", strict=True, frozen=True, defer_build=True)


@dataclass(frozen=True, slots=True)
class Need:
    """What a request is for, as in "read the pull requests".

    `permission` is what a token needs for it; "" where one permission allows everything.
    """

    what: str
    permission: str = ""


@dataclass(frozen=True, slots=True)
class Api:
    """A forge's API.

    Attributes:
        name: the forge, as people call it.
        repository: the repository, as people call it.
        headers: what every request has, with the token.
        token: the token, so that it is never shown.
        token_name: the variable that holds the token.
        grant: how a permission is given to that token; `Need.permission` follows, if there is one.
        renew: how to get a token that is valid.
    """

    name: str
    repository: str
    headers: Mapping[str, str] = field(repr=False)
    token: str = field(repr=False)
    token_name: str
    grant: str
    renew: Sentence


def path_of(*parts: str | int) -> str:
    """Return a path of quoted parts."""
    return "".join(f"/{quote(str(part), safe='')}" for part in parts)


def same_text(one: str | None, other: str) -> bool:
    """Return whether two bodies are equal, apart from what a forge may change as it stores them."""
    return (one or "").replace("\r\n", "\n").strip() == other.replace("\r\n", "\n").strip()
