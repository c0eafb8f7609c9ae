"""Finds addresses of links and pictures that don't work for members.

Owns how an address is read, as browsers do it: https://url.spec.whatwg.org/#url-parsing. It must
never object to one that every member's browser can open.
"""

from __future__ import annotations

import re
from ipaddress import ip_address
from unicodedata import normalize
from urllib.parse import unquote

LOADED = frozenset({"src", "srcset", "poster"})
ADDRESSES = LOADED | {"href"}  # attributes
PROGRAMS = frozenset({"javascript", "vbscript", "livescript"})
_WEB = frozenset({"http", "https"})
# schemes that work in one program or tab only; word processors and mail programs leave them
_OWN = frozenset(
    {
        *("about", "app", "applewebdata", "blob", "chrome", "chrome-extension", "cid", "content"),
        *("edge", "filesystem", "mid", "moz-extension", "resource", "view-source"),
        *("webkit-fake-url",),
    }
)
# schemes that don't work for members; single letters are drives
UNFIT = _OWN | {"data", "file", *"abcdefghijklmnopqrstuvwxyz"}
_SCHEME = re.compile(r"([a-z][a-z0-9+.-]*):", re.IGNORECASE)
_AROUND = "".join(map(chr, range(0x21)))
_WITHIN = str.maketrans("", "", "\t\n\r")
_LONGEST = 1_000
_OF_SET = re.compile(r"([^\s,](?:\S*[^\s,])?)(?:\s+[^,]*)?,?")
_HOST = re.compile(r"[/\\]*(?:[^/\\?#@]*@)?(\[[^\]/\\?#]*\]|[^/\\?#:]*)")


def scheme_of(address: str) -> str:
    """Return an address's scheme in small letters, "" for none."""
    found = _SCHEME.match(_as_read(address))
    return found[1].lower() if found else ""


def fault_of(address: str, *, is_media: bool) -> str:
    """Return the fault of an address, "" for none.

    Args:
        address: the value of an attribute, its character references decoded.
        is_media: whether it is shown or played; if not, it is a link.

    Returns:
        "empty"; "computer": a file of the author's; "data": the file itself; "own": works in one
        program of the author's; "local": the reader's computer; "mail": a person without `mailto:`;
        "www": without `https:`; "relative": works only beside the author's files.
    """
    read = _as_read(address)
    scheme = scheme_of(read)
    if not read or read.startswith("#"):
        return "empty" if is_media or not read else ""
    if scheme == "file" or len(scheme) == 1 or read.startswith("\\"):
        return "computer"
    if scheme in _WEB or read.startswith("//"):
        return "local" if _is_local(read[len(scheme) :].removeprefix(":")) else ""
    if scheme:
        return scheme if scheme == "data" else "own" if scheme in _OWN else ""
    return _relative(read)


def addresses_in(attribute: str, value: str) -> list[str]:
    """Return the addresses in an attribute; `srcset` has several, each with a size."""
    return _OF_SET.findall(value) if attribute == "srcset" else [value]


def _as_read(address: str) -> str:
    return address[:_LONGEST].strip(_AROUND).translate(_WITHIN)


def _relative(address: str) -> str:
    person, _, host = address.partition("@")
    if person and "." in host and not re.search(r"[/\\?#@\s]", f"{person}{host}"):
        return "mail"
    return "www" if address.lower().startswith("www.") else "relative"


def _is_local(rest: str) -> bool:
    found = _HOST.match(rest)
    host = normalize("NFKC", unquote(found[1])).lower().rstrip(".") if found else ""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        number = ip_address(host.strip("[]"))
    except ValueError:
        return False
    return number.is_loopback or number.is_unspecified
