"""The client of the API: its paths, its tokens, and the secrets that its answers may repeat.

Owns how a request is written. It returns the facts of each exchange (`exchange.Exchange`) and must
never decide what they mean; only the answer to a login is read here.
The API: https://developers.nexudus.com, `rest-api/authentication` and `rest-api/content`.
"""

from __future__ import annotations

import json
from dataclasses import replace
from http import HTTPStatus
from typing import TYPE_CHECKING

import httpx

from coursesync.errors import Remedy, RemoteError
from coursesync.nexudus.credentials import is_token, without_secrets
from coursesync.nexudus.exchange import Exchange, read_json
from coursesync.nexudus.outcome import Throttled, classify_read
from coursesync.nexudus.records import PAGE_SIZE
from coursesync.nexudus.wire import DEADLINE, Wire

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from coursesync.nexudus.credentials import Credentials

_ME = "/api/auth/me"
_LONG_TOKEN = 20  # characters; no text of a course contains one of this length by chance
_REFUSED_LOGIN = {HTTPStatus.BAD_REQUEST, HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}
_CHECK_LOGIN = "Check NEXUDUS_EMAIL and NEXUDUS_PASSWORD (and NEXUDUS_TOTP, if it is needed)."
_NEW_CODE = "A one-time code works once: set NEXUDUS_TOTP to a new one, then run the command again."


class Nexudus:
    """A client for one target. Fits `ports.Remote`."""

    def __init__(
        self,
        target: str,
        credentials: Credentials,
        transport: httpx.BaseTransport | None = None,
        deadline: float = DEADLINE,
    ) -> None:
        """Make a client; `deadline` is how many seconds a whole exchange may take."""
        self._credentials = credentials
        self._token = credentials.token
        self._refresh_token = ""
        self._secrets = credentials.secrets
        self._wire = Wire(target, transport, deadline)

    def close(self) -> None:
        """Close all connections."""
        self._wire.close()

    @property
    def logged_in(self) -> bool:
        """Whether there is a token."""
        return bool(self._token)

    def ways_in(self) -> Sequence[Callable[[], bool | Throttled]]:
        """Return the ways to a new token: the refresh token, and e-mail and password."""
        known = self._credentials
        renew = [self.renew] if self._refresh_token else []
        log_in = [self.log_in] if known.email and known.password and not known.token else []
        return [*renew, *log_in]

    def log_in(self) -> bool | Throttled:
        """Get a token by e-mail and password; raises RemoteError if there is none."""
        known = self._credentials
        if known.totp and self._token:
            raise RemoteError("the login has expired, and its one-time code is used up", _NEW_CODE)
        form = {"grant_type": "password", "username": known.email, "password": known.password}
        if known.totp:
            form["totp"] = known.totp
        remedy = f"{_CHECK_LOGIN} {_NEW_CODE}" if known.totp else _CHECK_LOGIN
        return self._take_tokens(self._ask_for_token(form, {}), "e-mail and password", remedy)

    def renew(self) -> bool | Throttled:
        """Get a new token by the refresh token; return False, and forget it, if it is refused.

        The `client_id` is the e-mail, because none was given at login. One page of the vendor has
        it as a form field, an older one as a header; both are sent. Raises as `log_in` does.
        """
        known = self._credentials
        form = {"grant_type": "refresh_token", "refresh_token": self._refresh_token}
        header = {"client_id": known.email} if known.email.isascii() else {}
        exchange = self._ask_for_token({**form, "client_id": known.email}, header)
        if exchange.status in _REFUSED_LOGIN and not known.totp:
            self._refresh_token = ""
            return False
        then = _NEW_CODE if known.totp else ""  # the next run has to log in
        return self._take_tokens(exchange, "the refresh token", then=then)

    def create(self, path: str, record: Mapping[str, object]) -> Exchange:
        """Send one create, once."""
        return self._write("POST", path, record)

    def update(self, path: str, record_id: int, record: Mapping[str, object]) -> Exchange:
        """Send one update, once; the API may reset properties that a PUT leaves out."""
        return self._write("PUT", path, {**record, "Id": record_id})

    def delete(self, path: str, record_id: int) -> Exchange:
        """Send one deletion, once."""
        return self._authorized("DELETE", f"{path}/{record_id}")

    def me(self) -> Exchange:
        """Ask who the user of the credentials is; every user may."""
        return self._authorized("GET", _ME)

    def search(self, path: str, page: int, only: Mapping[str, int]) -> Exchange:
        """Ask for a page of a search, of the largest size that known clients use."""
        query = httpx.QueryParams({"page": page, "size": PAGE_SIZE, **only})
        return self._authorized("GET", f"{path}?{query}")

    def record(self, path: str, record_id: int) -> Exchange:
        """Ask for one record."""
        return self._authorized("GET", f"{path}/{record_id}")

    def records(self, path: str, ids: Sequence[int]) -> Exchange:
        """Ask for the records of these Ids; the answer is a bare list."""
        query = httpx.QueryParams({"id": f"[{','.join(map(str, ids))}]"})
        return self._authorized("GET", f"{path}?{query}")

    def _write(self, method: str, path: str, record: Mapping[str, object]) -> Exchange:
        try:
            body = json.dumps(dict(record), ensure_ascii=False).encode()
        except UnicodeEncodeError:  # half a surrogate pair, in what others wrote
            body = json.dumps(dict(record)).encode()
        return self._authorized(method, path, body)

    def _authorized(self, method: str, address: str, body: bytes = b"") -> Exchange:
        headers = {"Authorization": f"Bearer {self._token}"}
        if body:
            headers["Content-Type"] = "application/json"
        answer = self._wire.exchange(method, address, body, headers)
        if answer.status is None:
            return answer
        listed = method == "GET" and answer.status == HTTPStatus.OK and address != _ME
        return self._without_secrets(answer, listed=listed)

    def _ask_for_token(self, form: dict[str, str], headers: Mapping[str, str]) -> Exchange:
        body = str(httpx.QueryParams(form)).encode()
        kind = {"Content-Type": "application/x-www-form-urlencoded"}
        return self._wire.exchange("POST", "/api/token", body, {**kind, **headers})

    def _take_tokens(
        self, exchange: Exchange, what: str, refused: str = "", then: str = ""
    ) -> bool | Throttled:
        """Take the token of a login's answer, and the refresh token, if there is one.

        `what` are the credentials that were sent, in words, `refused` is what to do if they are
        refused, and `then` what to do after any failure. Raises RemoteError if there is no token.
        """
        status = exchange.status
        if isinstance(outcome := classify_read(exchange), Throttled):
            return outcome
        if status == HTTPStatus.OK and (tokens := _tokens(exchange)):
            self._token, self._refresh_token = tokens
            self._secrets |= {*tokens}
            return True
        if status is None:
            problem, remedy = f"the API can't be reached: {exchange.failure}", exchange.remedy
        elif status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            problem, remedy = f"the API failed (HTTP {status})", "Try again later."
        elif status in _REFUSED_LOGIN:
            problem, remedy = f"the API refuses {what} (HTTP {status})", refused
        else:
            problem = f"the base URL answers a login without a token (HTTP {status})"
            remedy = "Check that the base URL is that of the Nexudus API."
        raise RemoteError(problem, Remedy(remedy, then))

    def _without_secrets(self, exchange: Exchange, *, listed: bool) -> Exchange:
        """Remove secrets from an answer: the server may repeat them, and parts of it are shown.

        From list answers, only tokens are removed, because an author's text may contain a short
        password by chance. A body that is not JSON is never read, so it is dropped.
        """
        tokens = {t for t in (self._token, self._refresh_token) if len(t) >= _LONG_TOKEN}
        try:
            answer = read_json(exchange)
            safe = without_secrets(answer, tokens if listed else self._secrets)
            if listed:
                safe = self._with_safe_authors(safe)
            body = exchange.body if safe == answer else json.dumps(safe).encode()
        except (ValueError, RecursionError):
            body = b""
        return replace(exchange, body=body)

    def _with_safe_authors(self, listed: object) -> object:
        """Hide the password and the one-time code in `UpdatedBy`, the only text that is printed."""
        if isinstance(listed, list):
            return [self._with_safe_authors(record) for record in listed]
        if not isinstance(listed, dict):
            return listed
        if isinstance(listed.get("Records"), list):
            return {**listed, "Records": self._with_safe_authors(listed["Records"])}
        if not isinstance(listed.get("UpdatedBy"), str):
            return listed
        secrets = self._secrets - {self._credentials.email}
        return {**listed, "UpdatedBy": without_secrets(listed["UpdatedBy"], secrets)}


def _tokens(exchange: Exchange) -> tuple[str, str] | None:
    try:
        answer = json.loads(exchange.body.decode("utf-8-sig"))
        tokens = answer["access_token"], answer.get("refresh_token") or ""
    except (ValueError, KeyError, AttributeError, TypeError, RecursionError):
        return None
    return tokens if is_token(tokens[0]) and (not tokens[1] or is_token(tokens[1])) else None
