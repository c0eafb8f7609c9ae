"""Logins and tokens.

Owns the tokens. It must never log a token, nor give more reasons than the vendor does: a failed
login and a bad token both answer 401.
Source: https://developers.nexudus.com/rest-api/authentication
"""

import hmac
import math
import secrets
from collections.abc import Callable, Mapping
from datetime import datetime

from coursesync.sandbox.answers import JsonObject
from coursesync.sandbox.database import Database
from coursesync.sandbox.settings import Settings, User


class GrantError(Exception):
    """The sandbox refuses to issue a token; `status` and `code` are the answer."""

    def __init__(self, status: int, code: str, description: str) -> None:
        super().__init__(description)
        self.status = status
        self.code = code


class Tokens:
    """The access and refresh tokens of one sandbox, over its database."""

    def __init__(self, database: Database, settings: Settings, now: Callable[[], datetime]) -> None:
        """Make the users' fixed tokens valid, even if they were revoked before."""
        self._database = database
        self._users = {user.email: user for user in settings.users}
        self._is_once = settings.totp_once
        self._seconds = settings.token_seconds
        self._now = now
        for user in settings.users:
            if user.token is not None:
                self._store(user.token, "access", user.email, "", math.inf)

    def grant(self, form: Mapping[str, str]) -> JsonObject:
        """Return new tokens for a login or a refresh, as OAuth defines the answer.

        Raises:
            GrantError: 401 for wrong credentials, 400 for a grant that does not exist.
        """
        match form.get("grant_type"):
            case "password":
                email = self._log_in(form)
                return self._issue(email, form.get("client_id") or email)
            case "refresh_token":
                return self._issue(*self._refresh(form))
            case _:
                raise GrantError(400, "unsupported_grant_type", "This grant is not supported.")

    def user(self, token: str) -> User | None:
        """Return the user of an access token; None if it is unknown, revoked or expired."""
        found = self._database.read(
            "SELECT email FROM tokens WHERE token = ? AND purpose = 'access' AND expires_at > ?",
            (token, self._now().timestamp()),
        )
        return self._users.get(found[0]["email"]) if found else None

    def basic(self, email: str, password: str) -> User | None:
        """Return the user with this e-mail and password, unless two-factor login is on."""
        user = self._users.get(email)
        is_good = user is not None and user.totp is None and _same(user.password, password)
        return user if is_good else None

    def revoke(self, token: str) -> None:
        """Revoke an access token; its refresh token stays valid."""
        self._database.write("DELETE FROM tokens WHERE token = ?", (token,))

    def _log_in(self, form: Mapping[str, str]) -> str:
        user = self._users.get(form.get("username", ""))
        if (
            user is None
            or not _same(user.password, form.get("password", ""))
            or (user.totp is not None and not self._is_code(user.totp, user.email, form))
        ):
            raise GrantError(401, "invalid_grant", "The user name or password is incorrect.")
        return user.email

    def _is_code(self, code: str, email: str, form: Mapping[str, str]) -> bool:
        if not _same(code, form.get("totp", "")):
            return False
        used = f"{email} {code}"
        with self._database.transaction():
            is_used = bool(self._database.read("SELECT 1 FROM tokens WHERE token = ?", (used,)))
            self._store(used, "totp", email, "", math.inf)
        return not (self._is_once and is_used)

    def _refresh(self, form: Mapping[str, str]) -> tuple[str, str]:
        # A refresh token works once, so that a client that uses an old one fails.
        with self._database.transaction():
            found = self._database.read(
                "DELETE FROM tokens WHERE token = ? AND purpose = 'refresh' AND client_id IN"
                " (?, CASE WHEN ? = '' THEN email END) RETURNING email, client_id",
                (form.get("refresh_token", ""), *[form.get("client_id", "")] * 2),
            )
        if not found:
            raise GrantError(401, "invalid_grant", "The refresh token is not valid.")
        return found[0]["email"], found[0]["client_id"]

    def _issue(self, email: str, client_id: str) -> JsonObject:
        access, refresh = secrets.token_urlsafe(24), secrets.token_urlsafe(24)
        until = self._now().timestamp() + self._seconds
        self._store(access, "access", email, client_id, until)
        self._store(refresh, "refresh", email, client_id, math.inf)
        return {
            "access_token": access,
            "token_type": "bearer",
            "expires_in": self._seconds,
            "refresh_token": refresh,
        }

    def _store(self, token: str, purpose: str, email: str, client_id: str, until: float) -> None:
        with self._database.transaction():
            self._database.write(
                "INSERT OR REPLACE INTO tokens VALUES (?, ?, ?, ?, ?)",
                (token, purpose, email, client_id, until),
            )


def _same(known: str, given: str) -> bool:
    return hmac.compare_digest(known.encode(), given.encode())
