"""The API over HTTP. The only room that knows httpx, and the only one that knows a secret.

Gives the facts of each exchange (`exchange.Exchange`) and decides nothing. A write is sent once,
on a connection of its own, and no redirect is followed, for that would turn a POST into a GET.
The API: https://developers.nexudus.com, `rest-api/authentication` and `rest-api/content`.
"""

from __future__ import annotations

import base64
import json
import logging
import re
import socket
import threading
from contextlib import suppress
from dataclasses import dataclass, field, replace
from http import HTTPStatus
from typing import TYPE_CHECKING

import httpcore
import httpx

from coursesync.adapters.spelling import without_secrets
from coursesync.errors import Busy, RemoteError, UsageError
from coursesync.exchange import Exchange, read_json
from coursesync.live import PAGE_SIZE
from coursesync.outcome import Throttled, classify_read
from coursesync.version import __version__
from coursesync.words import inert

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from coursesync.resources.base import Attributes, Kind

DEADLINE = 60.0  # seconds for a whole exchange
MAX_BODY = 1_048_576
MAX_LIST = 268_435_456
COURSES_PATH = "/api/content/courses"
_REFUSED_LOGIN = {HTTPStatus.BAD_REQUEST, HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}
TOKEN_PATH = "/api/token"  # noqa: S105 - an address
_TOKEN = re.compile(r"[!-~]+")  # what may stand in a header
_NO_WORD = 20  # characters; no text of a course has a token as long by chance
_LONGEST_TOKEN = 8_192  # characters; headers that are longer are refused all over the web
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
                "Set NEXUDUS_TOKEN, or NEXUDUS_EMAIL and NEXUDUS_PASSWORD, in the environment; "
                "or try it out without any:  --sandbox",
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
        self._deadline = deadline
        self._token = credentials.token
        self._refresh_token = ""
        self._secrets = {credentials.token, credentials.email, credentials.password}
        self._secrets |= {credentials.totp, _basic(credentials)}
        self._client = _client(target, transport)

    def close(self) -> None:
        """Close what connections there are."""
        self._client.close()

    @property
    def logged_in(self) -> bool:
        """Whether there is a token."""
        return bool(self._token)

    def log_in(self) -> None:
        """Get a token by e-mail and password.

        Raises:
            RemoteError: the API can't be reached, or refuses e-mail and password.
            Busy: the API takes no login for now.
        """
        credentials = self._credentials
        form = {
            "grant_type": "password",
            "username": credentials.email,
            "password": credentials.password,
        }
        if credentials.totp:
            form["totp"] = credentials.totp
        self._take_token(self._ask_for_token(form), "e-mail and password")

    @property
    def can_log_in(self) -> bool:
        """Whether e-mail and password are what tokens come from."""
        known = self._credentials
        return bool(known.email and known.password and not known.token)

    @property
    def renewable(self) -> bool:
        """Whether there is a refresh token."""
        return bool(self._refresh_token)

    def renew(self) -> bool:
        """Get a new token by the refresh token; where that is refused, forget it and say so.

        Raises as `log_in` does.
        """
        form = {"grant_type": "refresh_token", "refresh_token": self._refresh_token}
        exchange = self._ask_for_token(form)
        if exchange.status in _REFUSED_LOGIN:
            self._refresh_token = ""
            return False
        self._take_token(exchange, "the refresh token")
        return True

    def create(self, kind: Kind, attributes: Attributes) -> Exchange:
        """Send one create, once."""
        return self._write("POST", kind.endpoint, attributes)

    def update(self, kind: Kind, record_id: int, attributes: Attributes) -> Exchange:
        """Send one update, once; what a PUT leaves out may be reset."""
        return self._write("PUT", kind.endpoint, {"Id": record_id, **attributes})

    def delete(self, kind: Kind, record_id: int) -> Exchange:
        """Send one deletion, once."""
        headers = {"Authorization": f"Bearer {self._token}"}
        return self._exchange("DELETE", f"{kind.endpoint}/{record_id}", b"", headers)

    def search(self, kind: Kind, page: int, course_id: int | None = None) -> Exchange:
        """Ask for a page of a search, the largest that clients in the wild use."""
        query = {"page": str(page), "size": str(PAGE_SIZE)}
        if course_id is not None:
            query[kind.course_filter] = str(course_id)
        return self._get(f"{kind.endpoint}?{httpx.QueryParams(query)}")

    def record(self, kind: Kind, record_id: int) -> Exchange:
        """Ask for one record."""
        return self._get(f"{kind.endpoint}/{record_id}")

    def records(self, kind: Kind, ids: Sequence[int]) -> Exchange:
        """Ask for the records of these Ids; the answer is a bare list."""
        return self._several(kind.endpoint, ids)

    def all_courses(self, page: int) -> Exchange:
        """Ask for a page of all courses."""
        query = httpx.QueryParams({"page": str(page), "size": str(PAGE_SIZE)})
        return self._get(f"{COURSES_PATH}?{query}")

    def courses(self, ids: Sequence[int]) -> Exchange:
        """Ask for the courses of these Ids; the answer is a bare list."""
        return self._several(COURSES_PATH, ids)

    def _several(self, path: str, ids: Sequence[int]) -> Exchange:
        written = ",".join(map(str, ids))
        return self._get(f"{path}?{httpx.QueryParams({'id': f'[{written}]'})}")

    def _write(self, method: str, address: str, attributes: Attributes) -> Exchange:
        body = json.dumps(dict(attributes), ensure_ascii=False).encode()
        headers = {"Authorization": f"Bearer {self._token}", "Content-Type": "application/json"}
        return self._exchange(method, address, body, headers)

    def _get(self, address: str) -> Exchange:
        headers = {"Authorization": f"Bearer {self._token}"}
        return self._exchange("GET", address, b"", headers, MAX_LIST)

    def _ask_for_token(self, form: dict[str, str]) -> Exchange:
        body = str(httpx.QueryParams(form)).encode()
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        return self._exchange("POST", TOKEN_PATH, body, headers)

    def _take_token(self, exchange: Exchange, what: str) -> None:
        verdict = classify_read(exchange)
        if isinstance(verdict, Throttled):
            raise Busy(verdict.seconds)
        if exchange.status is None:
            raise RemoteError(
                f"the API can't be reached: {exchange.failure}",
                "Check the network and the base URL.",
            )
        if exchange.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            raise RemoteError(
                f"the API has a fault of its own (HTTP {exchange.status})", "Try again later."
            )
        if exchange.status in _REFUSED_LOGIN:
            raise RemoteError(f"the API refuses {what} (HTTP {exchange.status})", _CHECK_LOGIN)
        tokens = _tokens(exchange) if exchange.status == HTTPStatus.OK else None
        if tokens is None:
            raise RemoteError(
                f"the base URL answers a login with something else than a token "
                f"(HTTP {exchange.status})",
                "Check that the base URL is that of the Nexudus API.",
            )
        self._token, self._refresh_token = tokens
        self._secrets |= {*tokens}

    def _without_secrets(self, exchange: Exchange, *, listed: bool) -> Exchange:
        """Take out of an answer what a server may have echoed, for some of it is shown.

        What is listed is compared, not shown: an author's text may well hold a short password.
        Nothing is kept of what is no JSON, for nothing of that is ever read.
        """
        tokens = {t for t in (self._token, self._refresh_token) if len(t) >= _NO_WORD}
        try:
            told = read_json(exchange)
            kept = without_secrets(told, tokens if listed else self._secrets)
            body = exchange.body if kept == told else json.dumps(kept).encode()
        except (ValueError, RecursionError):
            body = b""
        return replace(exchange, body=body)

    def _exchange(
        self, method: str, address: str, body: bytes, headers: dict[str, str], most: int = MAX_BODY
    ) -> Exchange:
        trace = _Trace()
        watch = threading.Timer(self._deadline, trace.cut)
        watch.daemon = True
        watch.start()
        try:
            with self._client.stream(
                method, address, content=body, headers=headers, extensions={"trace": trace}
            ) as response:
                received = bytearray()
                for chunk in response.iter_raw():
                    received += chunk
                    if len(received) > most:
                        return Exchange(sent=True, failure="the answer was endless")
                # a header that was sent twice is no list: a date would be joined to no date
                names = {name.lower(): value for name, value in response.headers.multi_items()}
                if trace.was_cut:
                    return Exchange(sent=True, failure=_LATE)
            answer = Exchange(
                sent=True, status=response.status_code, headers=names, body=bytes(received)
            )
            if address == TOKEN_PATH:
                return answer
            listed = method == "GET" and response.status_code == HTTPStatus.OK
            return self._without_secrets(answer, listed=listed)
        except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError) as error:
            failure = _LATE if trace.was_cut else _failure(error)
            return Exchange(sent=trace.sent, failure=failure)
        finally:
            watch.cancel()


# at DEBUG httpcore would log an answer's headers, whatever a server repeats in them
for _name in ("httpx", "httpcore"):
    logging.getLogger(_name).setLevel(logging.CRITICAL)


def _client(target: str, transport: httpx.BaseTransport | None) -> httpx.Client:
    try:
        return httpx.Client(
            base_url=target,
            follow_redirects=False,
            headers={"User-Agent": f"coursesync/{__version__}", "Accept-Encoding": "identity"},
            limits=httpx.Limits(max_keepalive_connections=0),
            timeout=httpx.Timeout(30.0, connect=10.0),
            # there are no certificates on plain http, and to load those of the web takes long
            verify=target.startswith("https:"),
            transport=transport,
            # over plain http, to this machine, no proxy may see the credentials
            trust_env=target.startswith("https:"),
        )
    except OSError as error:
        raise UsageError(
            "the certificates can't be read by which the API is known",
            "Check the file or folder that SSL_CERT_FILE or SSL_CERT_DIR names.",
        ) from error
    except (httpx.InvalidURL, ValueError, ImportError):
        # what is wrong with it is not told, for a proxy's address may hold a password
        raise UsageError(
            "the proxy that HTTPS_PROXY or ALL_PROXY names can't be used",
            "Write it as in  http://user:password@proxy.example:8080  with what is not a letter "
            "or a digit in the password as %XX; SOCKS is not built in.",
        ) from None


class _Trace:
    """Notes whether any of the request itself was sent: httpx's `trace` extension.

    https://www.encode.io/httpcore/extensions/#trace; a proxy's CONNECT comes before the request.
    It also keeps hold of the connection, so that an exchange can be ended whatever it waits for:
    httpx's own time-outs are of one read each, and an answer can dribble for ever.
    """

    def __init__(self) -> None:
        self.sent = self.was_cut = False
        self._socket: socket.socket | None = None

    def __call__(self, event: str, info: Mapping[str, object]) -> None:
        stream = info.get("return_value")
        if event.endswith(("connect_tcp.complete", "start_tls.complete")) and isinstance(
            stream, httpcore.NetworkStream
        ):
            self._socket = stream.get_extra_info("socket")
            if self.was_cut:  # before there was anything to cut
                self.cut()
        if event.endswith("send_request_headers.started"):
            self.sent = self.sent or getattr(info.get("request"), "method", b"") != b"CONNECT"

    def cut(self) -> None:
        """End the exchange from another thread."""
        self.was_cut = True
        if self._socket is not None:
            with suppress(OSError):
                # the plain socket's own: that of TLS would wait to say goodbye
                socket.socket.shutdown(self._socket, socket.SHUT_RDWR)


def _tokens(exchange: Exchange) -> tuple[str, str] | None:
    """Return the token of a login's answer and the one that renews it, "" where there is none."""
    try:
        answer = json.loads(exchange.body.decode("utf-8-sig"))
        tokens = answer["access_token"], answer.get("refresh_token") or ""
    except (ValueError, KeyError, AttributeError, TypeError, RecursionError):
        return None
    return tokens if _is_token(tokens[0]) and (not tokens[1] or _is_token(tokens[1])) else None


def _is_token(value: object) -> bool:
    is_short = isinstance(value, str) and len(value) <= _LONGEST_TOKEN
    return is_short and _TOKEN.fullmatch(str(value)) is not None


def _basic(credentials: Credentials) -> str:
    if not credentials.password:
        return ""
    both = f"{credentials.email}:{credentials.password}"
    return base64.b64encode(both.encode(errors="surrogateescape")).decode()


def _failure(error: Exception) -> str:
    """Say what broke, in words; httpx's own say nothing to an author."""
    if isinstance(error, httpx.ConnectError):
        detail = inert(str(error), 80)
        return f"there is no connection ({detail})" if detail else "there is no connection"
    return next(
        (words for kind, words in _FAILURES if isinstance(error, kind)), "the request failed"
    )


_LATE = "no answer came in time"
_BROKE = "the connection broke before the answer was whole"
_FAILURES = (
    (httpx.ConnectTimeout, "there was no connection within 10 seconds"),
    (httpx.TimeoutException, _LATE),
    (httpx.ProxyError, "the proxy refused the connection"),
    (httpx.NetworkError, _BROKE),
    (httpx.RemoteProtocolError, _BROKE),
)
