"""The target: the base URL of the API, to which a state is bound. Nothing is sent here."""

from __future__ import annotations

import re
from ipaddress import IPv6Address
from urllib.parse import urlsplit

from coursesync.errors import UsageError
from coursesync.text import coded, inert

DEFAULT_BASE_URL = "https://spaces.nexudus.com"
# the embedded sandbox's name in its state; nothing listens there
EMBEDDED = "http://localhost/sandbox"
# the characters of a URL: https://www.rfc-editor.org/rfc/rfc3986#section-2
_PLAIN = re.compile(r"[A-Za-z0-9._~:/?#\[\]@!$&'()*+,;=%-]{1,2000}")
_LABEL = re.compile(r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?")
_LONGEST_HOST = 253
_LOOPBACK = {"localhost", "127.0.0.1", "::1"}


def check_target(url: str) -> str:
    """Return a base URL in its normal form.

    Raises UsageError if credentials may not be sent to it: only to https, or http on this machine.
    """
    try:
        parts = urlsplit(url.strip() if _PLAIN.fullmatch(url.strip()) else "")
        host, port = parts.hostname, parts.port
    except ValueError:
        parts, host, port = urlsplit(""), None, None
    odd = parts.query or parts.fragment or parts.username is not None or port == 0
    if not host or odd or not _is_host(host):
        raise UsageError(
            f"the base URL{_quoted(url)} is not the address of an API",
            coded("Write it as in `https://spaces.nexudus.com`"),
        )
    if parts.scheme != "https" and not (parts.scheme == "http" and host in _LOOPBACK):
        raise UsageError(
            f"the base URL{_quoted(url)} would send your credentials unencrypted",
            "Use https://; plain http:// is allowed only for this machine (127.0.0.1, localhost).",
        )
    shown = f"[{host}]" if ":" in host else host
    default = {"https": 443, "http": 80}[parts.scheme]
    at = f":{port}" if port not in {None, default} else ""
    return f"{parts.scheme}://{shown}{at}{parts.path.rstrip('/')}"


def is_local(target: str) -> bool:
    """Return whether a target, as `check_target` returns it, is on this machine."""
    return urlsplit(target).hostname in _LOOPBACK


def _quoted(url: str) -> str:
    """Quote a base URL for a message; not if it may contain a password."""
    return "" if "@" in url or "?" in url else f' "{inert(url, 100)}"'


def _is_host(host: str) -> bool:
    """Return whether a host can be looked up; the HTTP library fails on others."""
    try:
        if ":" in host:
            return not IPv6Address(host).scope_id
        if "xn--" in host:
            import idna  # noqa: PLC0415 - hardly any target needs it; httpx depends on it

            idna.decode(host)
    except ValueError:
        return False
    return len(host) <= _LONGEST_HOST and all(map(_LABEL.fullmatch, host.split(".")))
