"""Who may ask a sandbox anything: programs on this machine, and no web page of another origin.

Owns the reading of the headers that a browser sets. It must never look at a token: the sandbox's
own are public, so a token proves nothing.
"""

from ipaddress import ip_address
from urllib.parse import urlsplit

from werkzeug import Request
from werkzeug.exceptions import Forbidden

_OWN = frozenset({"same-origin", "none"})


def check_sender(request: Request) -> None:
    """Let a request pass, unless a web page of another origin may have sent it.

    Such a page can post a form to any address, and by DNS rebinding it can read the answers too.
    Sources: https://en.wikipedia.org/wiki/DNS_rebinding, https://www.rfc-editor.org/rfc/rfc6454
    and https://www.w3.org/TR/fetch-metadata/

    Raises:
        Forbidden: it was not addressed to a loopback name, or it was sent by another origin.
    """
    host = request.headers.get("Host", "")
    if not _is_loopback(host):
        raise Forbidden("The sandbox answers on loopback addresses only.")
    origin = request.headers.get("Origin")
    if origin is not None and origin.lower() != f"http://{host.lower()}":
        raise Forbidden("The sandbox answers no web page of another origin.")
    if request.headers.get("Sec-Fetch-Site", "none") not in _OWN:
        raise Forbidden("The sandbox answers no web page of another site.")


def _is_loopback(host: str) -> bool:
    try:
        name = urlsplit(f"//{host}").hostname or ""
        return name == "localhost" or ip_address(name).is_loopback
    except ValueError:
        return False
