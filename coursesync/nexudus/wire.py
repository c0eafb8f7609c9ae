"""One request over HTTP, and the facts of what became of it. Nothing else sends by httpx.

A request is sent once, on a connection of its own, within a time that bounds all of it, and no
redirect is followed, for that would turn a POST into a GET.
"""

from __future__ import annotations

import logging
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
from coursesync.nexudus.watchdog import watchdog
from coursesync.text import coded, inert
from coursesync.version import __version__

if TYPE_CHECKING:
    from collections.abc import Mapping

_LOG = logging.getLogger("coursesync")
DEADLINE = 60.0  # seconds for a whole exchange
MAX_BODY = 1_048_576
_PORTS = {"http": 80, "https": 443}


class Wire:
    """Requests to one target."""

    def __init__(
        self, target: str, transport: httpx.BaseTransport | None, deadline: float = DEADLINE
    ) -> None:
        """Make ready; `deadline` is how many seconds a whole exchange may take.

        Raises:
            UsageError: the proxy or the certificates of the environment can't be used.
            CoursesyncError: there is not enough memory.
        """
        self._deadline = deadline
        self._watchdog = watchdog()
        self._client = _client(target, transport)
        url = self._client.base_url
        self._origin = url.raw_host.decode(), url.port or _PORTS[url.scheme]

    def close(self) -> None:
        """Close what connections there are."""
        self._client.close()

    def exchange(
        self, method: str, address: str, body: bytes, headers: dict[str, str], most: int = MAX_BODY
    ) -> Exchange:
        """Send one request, once, and return the facts; raises nothing.

        Args:
            method: of HTTP.
            address: path and query.
            body: empty where there is none.
            headers: but for those that every request has.
            most: bytes that an answer may have.
        """
        began = time.monotonic()
        met = self._exchange(method, address, body, headers, most)
        # the path alone: what follows it, and what is sent, is nobody's to read in a log
        told = met.status or met.failure
        _LOG.info("%s %s: %s, %.1f s", method, address.partition("?")[0], told, _since(began))
        return met

    def _exchange(
        self, method: str, address: str, body: bytes, headers: dict[str, str], most: int
    ) -> Exchange:
        trace = _Trace()
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
                        return Exchange(sent=True, failure="the answer was endless")
                # a header that was sent twice is no list: a date would be joined to no date
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


def _since(began: float) -> float:
    return time.monotonic() - began


# at DEBUG httpcore would log an answer's headers, whatever a server repeats in them
for _name in ("httpx", "httpcore"):
    logging.getLogger(_name).setLevel(logging.CRITICAL)


def _client(target: str, transport: httpx.BaseTransport | None) -> httpx.Client:
    # over plain http, to this machine, no proxy may see the credentials
    uses_proxy = target.startswith("https:")
    try:
        if uses_proxy:
            _check_proxies()
        return httpx.Client(
            base_url=target,
            follow_redirects=False,
            headers={"User-Agent": f"coursesync/{__version__}", "Accept-Encoding": "identity"},
            limits=httpx.Limits(max_keepalive_connections=0),
            timeout=httpx.Timeout(30.0, connect=10.0),
            # there are no certificates on plain http, and to load those of the web takes long
            verify=target.startswith("https:"),
            transport=transport,
            trust_env=uses_proxy,
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
            coded(
                "Write it as in `http://user:password@proxy.example:8080` with what is not a "
                "letter or a digit in the password as %XX; SOCKS is not built in."
            ),
        ) from None


def _check_proxies() -> None:
    """Raise ValueError where a password is cut in two: a part would be taken for the host's."""
    named = getproxies()
    for address in (named.get(scheme, "") for scheme in ("http", "https", "all")):
        if "@" in re.sub(r"^[^/?#]*", "", address.rpartition("://")[2]):
            raise ValueError("a password holds what ends an authority")


class _Trace:
    """Notes whether any of the request itself was sent: httpx's `trace` extension.

    https://www.encode.io/httpcore/extensions/#trace; a proxy's CONNECT comes before the request.
    It also keeps hold of the connection, so that an exchange can be ended whatever it waits for:
    httpx's own time-outs are of one read each, and an answer can dribble for ever.
    """

    def __init__(self) -> None:
        self.sent = self.was_cut = False
        self.peer: tuple[str, int] | None = None  # what was connected to: the API, or a proxy
        self.known_as = ""  # whose certificate was asked for
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


def _unsent(error: Exception, origin: tuple[str, int], trace: _Trace) -> Exchange:
    """Say why nothing of a request left, and how to fix it; httpx's own words say nothing of that.

    A proxy is named by its host and port: its address may hold a password.
    """
    host, port = trace.peer or origin
    proxy = "" if (host, port) == origin else f"{host}:{port}"
    if (certificate := _certificate(error)) is not None:
        why = inert(certificate.verify_message, 80)
        failure = f"the certificate of {inert(trace.known_as)} is not trusted ({why})"
        return Exchange(sent=False, failure=failure, remedy=_CERTIFICATE, lasting=True)
    if isinstance(error, httpx.ProxyError):
        # httpcore begins with it, but for SOCKS; the rest is the proxy's own words
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
    return Exchange(sent=False, failure=f"{failure}, by the proxy {inert(proxy)}", remedy=_PROXY)


def _certificate(error: BaseException) -> ssl.SSLCertVerificationError | None:
    """Return what is wrong with a certificate, where that is the cause of an error."""
    cause: BaseException | None = error
    while cause is not None and not isinstance(cause, ssl.SSLCertVerificationError):
        cause = cause.__cause__ or cause.__context__
    return cause


def _broken(error: Exception) -> str:
    return next(
        (words for kind, words in _FAILURES if isinstance(error, kind)), "the request failed"
    )


_CERTIFICATE = (
    "Where your network has certificates of its own, let SSL_CERT_FILE name the file that holds "
    "them (PEM). Else check the base URL and the clock of this machine."
)
_PROXY = (
    "Check the address, user and password in HTTPS_PROXY or ALL_PROXY. Where this API needs no "
    "proxy, name its host in NO_PROXY."
)
_TRANSIENT = {HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_MANY_REQUESTS}
_LATE = "no answer came in time"
_BROKE = "the connection broke before the answer was whole"
_FAILURES = (
    (httpx.ConnectTimeout, "there was no connection within 10 seconds"),
    (httpx.TimeoutException, _LATE),
    (httpx.NetworkError, _BROKE),
    (httpx.RemoteProtocolError, _BROKE),
)
