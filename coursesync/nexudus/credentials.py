"""Credentials for the API, and their removal from an answer that repeats them.

JSON, HTML and URLs are escaped in different ways, one inside another. So a text is unescaped layer
by layer, and if any layer contains a secret, the whole text is hidden. The time of each step grows
only linearly with the text. Credentials must never be shown nor written anywhere.
"""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import unquote_plus

from coursesync.errors import Remedy, Shell, UsageError
from coursesync.text import unescaped

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

_TOKEN = re.compile(r"[!-~]+")  # allowed in a header
_LONGEST_TOKEN = 8_192  # characters; most servers refuse longer headers
_LAYERS = 4  # of JSON in HTML in JSON; nobody uses more
_LEAST = 6  # characters of an unescaped secret; shorter ones match by chance
_HIDDEN = "***"
_RUN = re.compile(r"\\+")
_ESCAPE = re.compile(r"\\(?:u([0-9a-fA-F]{4}))?")


@dataclass(frozen=True, slots=True)
class Credentials:
    """A token, or e-mail and password (and one-time code) to get one. Never shown or written."""

    token: str = field(default="", repr=False)
    email: str = field(default="", repr=False)
    password: str = field(default="", repr=False)
    totp: str = field(default="", repr=False)

    @property
    def secrets(self) -> set[str]:
        """All texts that no output may contain, including the form of HTTP Basic credentials."""
        basic = ""
        if self.password:
            both = f"{self.email}:{self.password}"
            basic = base64.b64encode(both.encode(errors="surrogateescape")).decode()
        return {self.token, self.email, self.password, self.totp, basic}

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> Credentials:
        """Read NEXUDUS_TOKEN, or NEXUDUS_EMAIL and NEXUDUS_PASSWORD (and NEXUDUS_TOTP).

        An empty variable counts as missing: CI systems set a missing secret to that. Raises as
        `checked` does.
        """
        return cls(
            **{
                name: environment.get(f"NEXUDUS_{name.upper()}", "").strip()
                for name in ("token", "email", "totp")
            },
            password=environment.get("NEXUDUS_PASSWORD", ""),
        ).checked("NEXUDUS_")

    def checked(self, prefix: str = "") -> Credentials:
        """Return these credentials; raises UsageError if they are missing or can't be sent.

        `prefix` turns the names of the fields into those that the user knows.
        """
        if not self.token and not (self.email and self.password):
            missing = ""
            if self.email or self.password:
                which = _named(prefix, "password" if self.email else "email")
                missing = f": {which} is missing"
            raise UsageError(
                f"there are no credentials for the API{missing}",
                Remedy(
                    "Set NEXUDUS_TOKEN, or NEXUDUS_EMAIL and NEXUDUS_PASSWORD, in the "
                    "environment; or try the sandbox, which needs none:",
                    Shell("--sandbox"),
                ),
            )
        for name in ("email", "password", "totp"):
            if not getattr(self, name).isprintable():
                raise UsageError(
                    f"{_named(prefix, name)} contains a character that can't be typed, or is not "
                    "in UTF-8",
                    "Set it again.",
                )
        if self.token and not _TOKEN.fullmatch(self.token):
            raise UsageError(
                f"{_named(prefix, 'token')} contains a space, or a character that no token has",
                "Set it again; it is one line without spaces.",
            )
        return self


def _named(prefix: str, name: str) -> str:
    return f"{prefix}{name.upper()}" if prefix else f"`{name}`"


def is_token(value: object) -> bool:
    """Return whether a value can be sent as a token."""
    is_short = isinstance(value, str) and len(value) <= _LONGEST_TOKEN
    return is_short and _TOKEN.fullmatch(str(value)) is not None


def without_secrets(value: object, secrets: Collection[str]) -> object:
    """Return JSON values with the texts that contain a secret hidden.

    A secret in plain text is cut out; a text with another form of it is hidden as a whole. Object
    keys and numbers are not checked. Raises RecursionError for values that are nested too deeply.
    """
    # the longest first, because one may be a part of another
    ordered = sorted(filter(None, secrets), key=len, reverse=True)
    return _without(value, ordered, _forms(ordered)) if ordered else value


def _without(value: object, secrets: Collection[str], forms: Collection[str]) -> object:
    if isinstance(value, dict):
        return {name: _without(each, secrets, forms) for name, each in value.items()}
    if isinstance(value, list):
        return [_without(each, secrets, forms) for each in value]
    if not isinstance(value, str):
        return value
    for secret in secrets:
        value = value.replace(secret, _HIDDEN)
    is_there = any(form in layer for layer in _layers(value) for form in forms)
    return _HIDDEN if is_there else value


def _forms(secrets: Collection[str]) -> frozenset[str]:
    """Return each secret, also in Base64, in plain and fully unescaped form."""
    written = [*secrets, *(base64.b64encode(secret.encode()).decode() for secret in secrets)]
    layers = [list(_layers(each)) for each in written]
    bare = [each[-1] for each in layers if len(each[-1]) >= _LEAST]
    return frozenset(filter(None, [*bare, *(each[0] for each in layers)]))


def _layers(text: str) -> Iterator[str]:
    """Yield a text, and the text after each layer of escapes is removed."""
    text = _seen(text)
    yield text
    for _ in range(_LAYERS):
        before = text
        for take_off in (_without_escapes, unescaped, unquote_plus):
            text = _seen(take_off(text))
            yield text
        if text == before:
            return


def _without_escapes(text: str) -> str:
    """Resolve the escapes of JSON, each after any number of backslashes."""
    if "\\" not in text:
        return text
    single = _RUN.sub(r"\\", text)
    units = _ESCAPE.sub(lambda found: chr(int(found[1], 16)) if found[1] else "", single)
    return units.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _seen(text: str) -> str:
    """Leave out white space, and characters that nobody sees."""
    joined = "".join(text.split())
    return joined if joined.isprintable() else "".join(filter(str.isprintable, joined))
