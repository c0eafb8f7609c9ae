"""Who may do what: logins, tokens and roles.

Owns the tokens. It must never log one, and never say more of a refusal than the vendor does: a
failed login, a bad token and a missing role all answer 401.
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
    """No token is given; `status` and `code` are the answer."""

    def __init__(self, status: int, code: str, description: str) -> None:
        super().__init__(description)
        self.status = status
        self.code = code


class Tokens:
    """The access and refresh tokens of one sandbox, over its database."""

    def __init__(self, database: Database, settings: Settings, now: Callable[[], datetime]) -> None:
        """Make the users' fixed tokens good, revoked before or not."""
        self._database = database
        self._users = {user.email: user for user in settings.users}
        self._is_once = settings.totp_once
        self._seconds = settings.token_seconds
        self._now = now
        for user in settings.users:
            if user.token is not None:
                self._store(user.token, "access", user.email, "", math.inf)

    def grant(self, form: Mapping[str, str]) -> JsonObject:
        """Return new tokens for a login or a refresh, in OAuth's words.

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
        """Return whose access token it is; None where it is unknown, revoked or out of date."""
        found = self._database.read(
            "SELECT email FROM tokens WHERE token = ? AND purpose = 'access' AND expires_at > ?",
            (token, self._now().timestamp()),
        )
        return self._users.get(found[0]["email"]) if found else None

    def basic(self, email: str, password: str) -> User | None:
        """Return whose e-mail and password these are; None for a user with two-factor login."""
        user = self._users.get(email)
        is_good = user is not None and user.totp is None and _same(user.password, password)
        return user if is_good else None

    def revoke(self, token: str) -> None:
        """Make an access token worthless; its refresh token stays good."""
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
        # A refresh token works once: a client that goes on with the old one must be found out.
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
