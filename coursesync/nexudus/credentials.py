"""Credentials: what a person is known to the API by. Never shown, never written anywhere."""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from coursesync.errors import Remedy, Shell, UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping

_TOKEN = re.compile(r"[!-~]+")  # what may stand in a header
_LONGEST_TOKEN = 8_192  # characters; headers that are longer are refused all over the web


@dataclass(frozen=True, slots=True)
class Credentials:
    """A token, or what is exchanged for one. Never shown, never written."""

    token: str = field(default="", repr=False)
    email: str = field(default="", repr=False)
    password: str = field(default="", repr=False)
    totp: str = field(default="", repr=False)

    @property
    def secrets(self) -> set[str]:
        """All that no output may hold, also in the form of HTTP's own credentials."""
        basic = ""
        if self.password:
            both = f"{self.email}:{self.password}"
            basic = base64.b64encode(both.encode(errors="surrogateescape")).decode()
        return {self.token, self.email, self.password, self.totp, basic}

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> Credentials:
        """Read NEXUDUS_TOKEN, or NEXUDUS_EMAIL and NEXUDUS_PASSWORD (and NEXUDUS_TOTP).

        Raises:
            UsageError: neither is there. A variable that is empty counts as not there, for that
                is what a CI system makes of a secret that is not set.
        """
        return cls(
            **{
                name: environment.get(f"NEXUDUS_{name.upper()}", "").strip()
                for name in ("token", "email", "totp")
            },
            password=environment.get("NEXUDUS_PASSWORD", ""),
        ).checked("NEXUDUS_")

    def checked(self, prefix: str = "") -> Credentials:
        """Return these; `prefix` makes the names of the fields those that their giver knows.

        Raises:
            UsageError: they are not enough, or can't be sent.
        """
        if not self.token and not (self.email and self.password):
            raise UsageError(
                "there are no credentials for the API",
                Remedy(
                    "Set NEXUDUS_TOKEN, or NEXUDUS_EMAIL and NEXUDUS_PASSWORD, in the "
                    "environment; or try it out without any:",
                    Shell("--sandbox"),
                ),
            )
        for name in ("email", "password", "totp"):
            if not getattr(self, name).isprintable():
                raise UsageError(
                    f"{_named(prefix, name)} holds a character that can't be typed, or is not in "
                    "UTF-8",
                    "Set it anew.",
                )
        if self.token and not _TOKEN.fullmatch(self.token):
            raise UsageError(
                f"{_named(prefix, 'token')} holds a blank or a character that no token has",
                "Set it anew; it is one line without blanks.",
            )
        return self


def _named(prefix: str, name: str) -> str:
    return f"{prefix}{name.upper()}" if prefix else f"`{name}`"


def is_token(value: object) -> bool:
    """Say whether a value can be sent as a token."""
    is_short = isinstance(value, str) and len(value) <= _LONGEST_TOKEN
    return is_short and _TOKEN.fullmatch(str(value)) is not None
