"""The API over HTTP. The only room that knows httpx, and the only one that knows a secret.

Gives the facts of each exchange (`outcome.Exchange`) and decides nothing. A write is sent once,
on a connection of its own, and no redirect is followed, for that would turn a POST into a GET.
The API: https://developers.nexudus.com, `rest-api/authentication` and `rest-api/content`.
"""

from __future__ import annotations

import json
import re
import time
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import TYPE_CHECKING

import httpx

from coursesync import __version__
from coursesync.errors import RemoteError, UsageError
from coursesync.outcome import Exchange
from coursesync.words import inert

if TYPE_CHECKING:
    from collections.abc import Mapping

    from coursesync.resources.base import Attributes, Kind

DEADLINE = 60.0  # seconds for a whole exchange
MAX_BODY = 1_048_576
TOKEN_PATH = "/api/token"  # noqa: S105 - an address
_TOKEN = re.compile(r"[!-~]+")  # what may stand in a header
_CHECK_LOGIN = "Check NEXUDUS_EMAIL and NEXUDUS_PASSWORD (and NEXUDUS_TOTP, where it is on)."


@dataclass(frozen=True, slots=True)
class Credentials:
    """A token, or what is exchanged for one. Never shown, never written."""

    token: str = field(default="", repr=False)
    email: str = field(default="", repr=False)
    password: str = field(default="", repr=False)
    totp: str = field(default="", repr=False)

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> Credentials:
        """Read NEXUDUS_TOKEN, or NEXUDUS_EMAIL and NEXUDUS_PASSWORD (and NEXUDUS_TOTP).

        Raises:
            UsageError: neither is there. A variable that is empty counts as not there, for that
                is what a CI system makes of a secret that is not set.
        """
        found = cls(
            **{
                name: environment.get(f"NEXUDUS_{name.upper()}", "").strip()
                for name in ("token", "email", "totp")
            },
            password=environment.get("NEXUDUS_PASSWORD", ""),
        )
        if not found.token and not (found.email and found.password):
            raise UsageError(
                "there are no credentials for the API",
                "Set NEXUDUS_TOKEN, or NEXUDUS_EMAIL and NEXUDUS_PASSWORD, in the environment; "
                "or try it out without any:  --sandbox",
            )
        if found.token and not _TOKEN.fullmatch(found.token):
            raise UsageError(
                "NEXUDUS_TOKEN holds a blank or a character that no token has",
                "Set it anew; it is one line without blanks.",
            )
        return found


class Nexudus:
    """A client for one target. Fits `ports.Remote`."""

    def __init__(
        self, target: str, credentials: Credentials, transport: httpx.BaseTransport | None = None
    ) -> None:
        self._credentials = credentials
        self._token = credentials.token
        self._refresh_token = ""
        self._client = httpx.Client(
            base_url=target,
            follow_redirects=False,
            headers={"User-Agent": f"coursesync/{__version__}", "Accept-Encoding": "identity"},
            limits=httpx.Limits(max_keepalive_connections=0),
            timeout=httpx.Timeout(30.0, connect=10.0),
            transport=transport,
            # over plain http, to this machine, no proxy may see the credentials
            trust_env=target.startswith("https:"),
        )

    def close(self) -> None:
        """Close what connections there are."""
        self._client.close()

    def log_in(self) -> bool:
        """Get a token where there is none; say whether that took a request.

        Raises:
            RemoteError: the API can't be reached, or refuses e-mail and password.
        """
        if self._token:
            return False
        credentials = self._credentials
        form = {
            "grant_type": "password",
            "username": credentials.email,
            "password": credentials.password,
        }
        if credentials.totp:
            form["totp"] = credentials.totp
        self._take_token(self._ask_for_token(form))
        return True

    def create(self, kind: Kind, attributes: Attributes) -> Exchange:
        """Send one create, once."""
        body = json.dumps(dict(attributes), ensure_ascii=False).encode()
        headers = {"Authorization": f"Bearer {self._token}", "Content-Type": "application/json"}
        return self._exchange("POST", kind.endpoint, body, headers)

    def _ask_for_token(self, form: dict[str, str]) -> Exchange:
        body = str(httpx.QueryParams(form)).encode()
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        return self._exchange("POST", TOKEN_PATH, body, headers)

    def renew(self) -> bool:
        """Exchange the refresh token for a new token; say whether there is one."""
        if not self._refresh_token:
            return False
        form = {"grant_type": "refresh_token", "refresh_token": self._refresh_token}
        self._refresh_token = ""
        try:
            self._take_token(self._ask_for_token(form))
        except RemoteError:
            return False
        return True

    def _take_token(self, exchange: Exchange) -> None:
        if exchange.status is None:
            raise RemoteError(
                f"the API can't be reached: {exchange.failure}",
                "Check the network and the base URL.",
            )
        if exchange.status in {HTTPStatus.CONFLICT, HTTPStatus.TOO_MANY_REQUESTS}:
            raise RemoteError(
                f"the API allows no login for now (HTTP {exchange.status})",
                "Try again in a minute.",
            )
        if exchange.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            raise RemoteError(
                f"the API has a fault of its own (HTTP {exchange.status})", "Try again later."
            )
        if exchange.status in {HTTPStatus.BAD_REQUEST, HTTPStatus.UNAUTHORIZED}:
            raise RemoteError(
                f"the API refuses e-mail and password (HTTP {exchange.status})", _CHECK_LOGIN
            )
        try:
            answer = json.loads(exchange.body) if exchange.status == HTTPStatus.OK else {}
            token, renewal = answer["access_token"], answer.get("refresh_token") or ""
        except (ValueError, KeyError, AttributeError, TypeError, RecursionError):
            token = renewal = None
        if (
            not isinstance(token, str)
            or not isinstance(renewal, str)
            or not _TOKEN.fullmatch(token)
        ):
            raise RemoteError(
                f"the base URL answers a login with something else than a token "
                f"(HTTP {exchange.status})",
                "Check that the base URL is that of the Nexudus API.",
            )
        self._token, self._refresh_token = token, renewal

    def _without_secrets(self, body: bytes) -> bytes:
        """Take out of an answer what a server may have echoed, for some of it is shown."""
        known = self._credentials
        for secret in (self._token, self._refresh_token, known.token, known.password, known.totp):
            if secret:
                body = body.replace(secret.encode(), b"***")
        return body

    def _exchange(self, method: str, path: str, body: bytes, headers: dict[str, str]) -> Exchange:
        trace = _Trace()
        until = time.monotonic() + DEADLINE
        try:
            with self._client.stream(
                method, path, content=body, headers=headers, extensions={"trace": trace}
            ) as response:
                received = bytearray()
                for chunk in response.iter_raw():
                    received += chunk
                    if len(received) > MAX_BODY or time.monotonic() > until:
                        return Exchange(sent=True, failure="the answer was endless")
                names = {name.lower(): value for name, value in response.headers.items()}
                answer = self._without_secrets(bytes(received)) if path != TOKEN_PATH else received
                return Exchange(
                    sent=True, status=response.status_code, headers=names, body=bytes(answer)
                )
        except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError) as error:
            return Exchange(sent=trace.sent, failure=_failure(error))


class _Trace:
    """Notes whether any of the request itself was sent: httpx's `trace` extension.

    https://www.encode.io/httpcore/extensions/#trace; a proxy's CONNECT comes before the request.
    """

    def __init__(self) -> None:
        self.sent = False

    def __call__(self, event: str, info: Mapping[str, object]) -> None:
        if event.endswith("send_request_headers.started"):
            self.sent = self.sent or getattr(info.get("request"), "method", b"") != b"CONNECT"


def _failure(error: Exception) -> str:
    """Say what broke, in words; httpx's own say nothing to an author."""
    if isinstance(error, httpx.ConnectError):
        detail = inert(str(error), 80)
        return f"there is no connection ({detail})" if detail else "there is no connection"
    return next(
        (words for kind, words in _FAILURES if isinstance(error, kind)), "the request failed"
    )


_FAILURES = (
    (httpx.ConnectTimeout, "there was no connection within 10 seconds"),
    (httpx.TimeoutException, "no answer came in time"),
    (httpx.ProxyError, "the proxy refused the connection"),
    (httpx.NetworkError, "the connection broke before the answer was whole"),
    (httpx.RemoteProtocolError, "the connection broke before the answer was whole"),
)
