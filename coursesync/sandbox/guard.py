"""The check of a request's sender: only programs and the sandbox's own pages may use a sandbox.

Owns the check of the headers that a browser sets. It must never use a token: the sandbox's tokens
are public, so a token proves nothing.
"""

from ipaddress import ip_address
from urllib.parse import urlsplit

from werkzeug import Request
from werkzeug.exceptions import Forbidden

_SAME_ORIGIN = frozenset({"same-origin", "none"})


def check_sender(request: Request) -> None:
    """Refuse a request that a web page of another origin may have sent.

    A web page can post a form to any address, and by DNS rebinding it can also read the answers.
    Sources: https://en.wikipedia.org/wiki/DNS_rebinding, https://www.rfc-editor.org/rfc/rfc6454
    and https://www.w3.org/TR/fetch-metadata/

    Raises:
        Forbidden: the request's host is not a loopback name, or another origin sent it.
    """
    host = request.headers.get("Host", "")
    if not _is_loopback(host):
        raise Forbidden("The sandbox answers only on loopback addresses.")
    origin = request.headers.get("Origin")
    if origin is not None and origin.lower() != f"http://{host.lower()}":
        raise Forbidden("The sandbox does not answer web pages of another origin.")
    if request.headers.get("Sec-Fetch-Site", "none") not in _SAME_ORIGIN:
        raise Forbidden("The sandbox does not answer web pages of another site.")


def _is_loopback(host: str) -> bool:
    try:
        name = urlsplit(f"//{host}").hostname or ""
        return name == "localhost" or ip_address(name).is_loopback
    except ValueError:
        return False
