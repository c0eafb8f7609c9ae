"""Sends one request over HTTP, and returns the facts. Nothing else sends with httpx.

Each request is sent once, on its own connection, within a time that bounds the whole exchange. It
must never follow a redirect, because that would turn a POST into a GET.
"""

from __future__ import annotations

import logging
import os
import re
import socket
import ssl
import time
from contextlib import suppress
from http import HTTPStatus
from typing import TYPE_CHECKING
from urllib.request import getproxies

import httpcore
import httpx

from coursesync.errors import UsageError
from coursesync.nexudus.exchange import Exchange
from coursesync.nexudus.watchdog import watchdog_of
from coursesync.text import coded, inert
from coursesync.version import __version__

if TYPE_CHECKING:
    from collections.abc import Mapping

_LOG = logging.getLogger("coursesync")
DEADLINE = 60.0  # seconds for a whole exchange
MAX_BODY, MAX_LIST = 1_048_576, 268_435_456  # bytes of an answer to a write, and to a read
_PORTS = {"http": 80, "https": 443}


class Wire:
    """Requests to one target."""

    def __init__(
        self,
        target: str,
        transport: httpx.BaseTransport | None,
        deadline: float,
        longest: int = MAX_BODY,
    ) -> None:
        """Prepare.

        `deadline` is how many seconds a whole exchange may take, and `longest` how many bytes the
        answer to a write may have.

        Raises UsageError if the proxy or the certificates of the environment can't be used.
        """
        # at DEBUG httpcore would log an answer's headers, and a server may repeat secrets there
        for name in ("httpx", "httpcore"):
            logging.getLogger(name).setLevel(logging.CRITICAL)
        self._deadline = deadline
        self._longest = longest
        self._watchdog = watchdog_of(os.getpid())
        self._client = _client(target, transport)
        url = self._client.base_url
        self._origin = url.raw_host.decode(), url.port or _PORTS[url.scheme]

    def close(self) -> None:
        """Close all connections."""
        self._client.close()

    def exchange(self, method: str, address: str, body: bytes, headers: dict[str, str]) -> Exchange:
        """Send one request, once, and return the facts; raises nothing.

        `address` is path and query, and `headers` are those that not every request has.
        """
        began = time.monotonic()
        answer = self._exchange(method, address, body, headers)
        seconds = time.monotonic() - began
        path = address.partition("?")[0]  # query and body don't belong into a log
        _LOG.info("%s %s: %s, %.1f s", method, path, answer.status or answer.failure, seconds)
        return answer

    def _exchange(
        self, method: str, address: str, body: bytes, headers: dict[str, str]
    ) -> Exchange:
        trace, most = _Trace(), MAX_LIST if method == "GET" else self._longest
        try:
            with (
                self._watchdog.watching(trace.cut, self._deadline),
                self._client.stream(
                    method, address, content=body, headers=headers, extensions={"trace": trace}
                ) as response,
            ):
                received = bytearray()
                for chunk in response.iter_raw():
                    received += chunk
                    if len(received) > most:
                        return Exchange(sent=True, failure="the answer was too long")
                # httpx would join the values of a repeated header
                names = {name.lower(): value for name, value in response.headers.multi_items()}
                if trace.was_cut:
                    return Exchange(sent=True, failure=_LATE)
            return Exchange(
                sent=True, status=response.status_code, headers=names, body=bytes(received)
            )
        except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError) as error:
            if trace.was_cut or trace.sent:
                return Exchange(sent=trace.sent, failure=_LATE if trace.was_cut else _broken(error))
            return _unsent(error, self._origin, trace)


def _client(target: str, transport: httpx.BaseTransport | None) -> httpx.Client:
    # plain http goes to this machine: no proxy may see the credentials
    is_encrypted = target.startswith("https:")
    try:
        if is_encrypted:
            _check_proxies()
        return httpx.Client(
            base_url=target,
            follow_redirects=False,
            headers={"User-Agent": f"coursesync/{__version__}", "Accept-Encoding": "identity"},
            limits=httpx.Limits(max_keepalive_connections=0),
            timeout=httpx.Timeout(30.0, connect=10.0),
            # plain http has no certificates, and loading them takes long
            verify=is_encrypted,
            transport=transport,
            trust_env=is_encrypted,
        )
    except OSError as error:
        raise UsageError(
            "the certificates that prove who the API is can't be read",
            "Check the file or folder that SSL_CERT_FILE or SSL_CERT_DIR names.",
        ) from error
    except (httpx.InvalidURL, ValueError, ImportError):
        # the error is not shown, because a proxy's address may contain a password
        raise UsageError(
            "the proxy that HTTPS_PROXY or ALL_PROXY names can't be used",
            coded(
                "Write it as in `http://user:password@proxy.example:8080` with every character of "
                "the password that is not a letter or a digit as %XX; SOCKS is not supported."
            ),
        ) from None


def _check_proxies() -> None:
    """Raise ValueError if a password is cut in two: a part of it would be taken for the host."""
    named = getproxies()
    for address in (named.get(scheme, "") for scheme in ("http", "https", "all")):
        if "@" in re.sub(r"^[^/?#]*", "", address.rpartition("://")[2]):
            raise ValueError("a password holds a character that ends the host")


class _Trace:
    """Notes whether any of the request was sent, by httpx's `trace` extension.

    https://www.encode.io/httpcore/extensions/#trace; a proxy's CONNECT precedes the request.
    It also holds the connection, so that an exchange can be ended at any point: httpx's time-outs
    are per read, and an answer that trickles in would never reach one.
    """

    def __init__(self) -> None:
        self.sent = self.was_cut = False
        self.peer: tuple[str, int] | None = None  # the API, or a proxy
        self.known_as = ""  # the host that the certificate is for
        self._socket: socket.socket | None = None

    def __call__(self, event: str, info: Mapping[str, object]) -> None:
        stream = info.get("return_value")
        if event.endswith("connect_tcp.started"):
            self.peer = str(info["host"]), int(str(info["port"]))
        if event.endswith("start_tls.started"):
            self.known_as = str(info["server_hostname"])
        if event.endswith(("connect_tcp.complete", "start_tls.complete")) and isinstance(
            stream, httpcore.NetworkStream
        ):
            self._socket = stream.get_extra_info("socket")
            if self.was_cut:  # before there was a connection
                self.cut()
        if event.endswith("send_request_headers.started"):
            self.sent = self.sent or getattr(info.get("request"), "method", b"") != b"CONNECT"

    def cut(self) -> None:
        """End the exchange from another thread."""
        self.was_cut = True
        if self._socket is not None:
            with suppress(OSError):
                # of the plain socket, because that of TLS would wait for the other side
                socket.socket.shutdown(self._socket, socket.SHUT_RDWR)


def _unsent(error: Exception, origin: tuple[str, int], trace: _Trace) -> Exchange:
    """Return why nothing of a request was sent, and how to fix it.

    A proxy is named by host and port only, because its address may contain a password.
    """
    host, port = trace.peer or origin
    proxy = "" if (host, port) == origin else f"{host}:{port}"
    if (certificate := _certificate(error)) is not None:
        why = inert(certificate.verify_message, 80)
        failure = f"the certificate of {inert(trace.known_as)} is not trusted ({why})"
        return Exchange(sent=False, failure=failure, remedy=_CERTIFICATE, lasting=True)
    if isinstance(error, httpx.ProxyError):
        # httpcore's text begins with the status, except for SOCKS; the rest is the proxy's
        status = int(match[0]) if (match := re.match(r"[0-9]{3}", str(error))) else 0
        how = f" (HTTP {status})" if status else ""
        failure = f"the proxy {inert(proxy)} refuses the connection{how}"
        lasting = status not in _TRANSIENT and status < HTTPStatus.INTERNAL_SERVER_ERROR
        return Exchange(sent=False, failure=failure, remedy=_PROXY, lasting=lasting)
    failure = _broken(error)
    if isinstance(error, httpx.ConnectError):
        detail = inert(str(error), 80)
        failure = f"there is no connection ({detail})" if detail else "there is no connection"
    if not proxy:
        return Exchange(sent=False, failure=failure)
    failure = f"{failure}, through the proxy {inert(proxy)}"
    return Exchange(sent=False, failure=failure, remedy=_PROXY)


def _certificate(error: BaseException) -> ssl.SSLCertVerificationError | None:
    """Return the failed check of a certificate, if that caused the error."""
    cause: BaseException | None = error
    while cause is not None and not isinstance(cause, ssl.SSLCertVerificationError):
        cause = cause.__cause__ or cause.__context__
    return cause


def _broken(error: Exception) -> str:
    return next(
        (words for kind, words in _FAILURES if isinstance(error, kind)), "the request failed"
    )


_CERTIFICATE = (
    "If your network has its own certificates, set SSL_CERT_FILE to the file with them (PEM). If "
    "not, check the base URL and the clock of this machine."
)
_PROXY = (
    "Check the address, user and password in HTTPS_PROXY or ALL_PROXY. If this API needs no "
    "proxy, add its host to NO_PROXY."
)
_TRANSIENT = {HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_MANY_REQUESTS}
_LATE = "no answer came in time"
_BROKE = "the connection broke before the answer was complete"
_FAILURES = (
    (httpx.ConnectTimeout, "there was no connection within 10 seconds"),
    (httpx.TimeoutException, _LATE),
    (httpx.NetworkError, _BROKE),
    (httpx.RemoteProtocolError, _BROKE),
)
