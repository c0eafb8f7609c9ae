"""The target: the base URL of the API that a state is bound to. Pure."""

from __future__ import annotations

from urllib.parse import urlsplit

from coursesync.errors import UsageError
from coursesync.words import inert

# the embedded sandbox's name in its state; nothing listens there
EMBEDDED = "http://localhost/sandbox"
_LOOPBACK = {"localhost", "127.0.0.1", "::1"}


def check_target(url: str) -> str:
    """Return a base URL in its one normal form.

    Raises:
        UsageError: it is none that credentials may be sent to: https, or http on this machine.
    """
    try:
        parts = urlsplit(url.strip())
        host, port = parts.hostname, parts.port
    except ValueError:
        parts, host, port = urlsplit(""), None, None
    if not host or parts.query or parts.fragment or parts.username is not None:
        raise UsageError(
            "the base URL is not the address of an API",
            "Write it as in  https://spaces.nexudus.com",
        )
    if parts.scheme != "https" and not (parts.scheme == "http" and host in _LOOPBACK):
        raise UsageError(
            f"the base URL {inert(url, 100)} would send your credentials unencrypted",
            "Use https://; plain http:// is for this machine alone (127.0.0.1, localhost).",
        )
    shown = f"[{host}]" if ":" in host else host
    default = {"https": 443, "http": 80}[parts.scheme]
    at = f":{port}" if port not in {None, default} else ""
    return f"{parts.scheme}://{shown}{at}{parts.path.rstrip('/')}"
