"""Credentials for the API. They must never be shown nor written anywhere."""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from coursesync.errors import Remedy, Shell, UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping

_TOKEN = re.compile(r"[!-~]+")  # allowed in a header
_LONGEST_TOKEN = 8_192  # characters; most servers refuse longer headers


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
