"""One request over HTTP, and the facts of what became of it. Nothing else sends by httpx.

A request is sent once, on a connection of its own, within a time that bounds all of it, and no
redirect is followed, for that would turn a POST into a GET.
"""

from __future__ import annotations

import logging
import socket
import threading
import time
from contextlib import suppress
from typing import TYPE_CHECKING

import httpcore
import httpx

from coursesync.errors import UsageError
from coursesync.nexudus.exchange import Exchange
from coursesync.text import inert
from coursesync.version import __version__

if TYPE_CHECKING:
    from collections.abc import Mapping

_LOG = logging.getLogger("coursesync")
DEADLINE = 60.0  # seconds for a whole exchange
MAX_BODY = 1_048_576


class Wire:
    """Requests to one target."""

    def __init__(
        self, target: str, transport: httpx.BaseTransport | None, deadline: float = DEADLINE
    ) -> None:
        """Make ready; `deadline` is how many seconds a whole exchange may take."""
        self._deadline = deadline
        self._client = _client(target, transport)

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
            return Exchange(
                sent=True, status=response.status_code, headers=names, body=bytes(received)
            )
        except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError) as error:
            failure = _LATE if trace.was_cut else _failure(error)
            return Exchange(sent=trace.sent, failure=failure)
        finally:
            watch.cancel()


def _since(began: float) -> float:
    return time.monotonic() - began


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
