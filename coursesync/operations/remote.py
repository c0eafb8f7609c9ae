"""Where a repository is pushed to: the forge's host, and the repository there.

It must never show what a remote's address holds besides these: that may be a password.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from coursesync.files.ask_git import answer

if TYPE_CHECKING:
    from pathlib import Path

_SCHEMES = {"git", "http", "https", "ssh"}
_AS_SSH = re.compile(r"(?:[\w.-]+@)?([\w.-]+):(?![/:])([^@:]+)")  # user@host:path
_PATH = re.compile(r"[\w.-]+(?:/[\w.-]+)+", re.ASCII)


@dataclass(frozen=True, slots=True)
class Remote:
    """A remote of a repository.

    Attributes:
        name: its name in git, as in "origin".
        host: its host, in lower case; "" for a folder or an unusual address.
        path: the repository's path on a host, as in "ada/our-courses"; "" if there is none.
        web: the address of its pages, without a slash at the end; "" if there is none.
        words: its host in words, for people.
    """

    name: str
    host: str
    path: str
    web: str
    words: str


def remote_of(folder: Path) -> Remote | None:
    """Return the remote `origin` of a folder's repository, or else its first; None without one."""
    names = (answer(folder, "remote") or "").split()
    if not names:
        return None
    name = "origin" if "origin" in names else names[0]
    return _read(name, (answer(folder, "remote", "get-url", name) or "").strip())


def _read(name: str, address: str) -> Remote:
    try:
        parts = urlsplit(address)
        is_web = parts.scheme in _SCHEMES and "::" not in address
        host, port = (parts.hostname or "", parts.port) if is_web else ("", None)
    except ValueError:
        return Remote(name, "", "", "", "an unusual address")
    path = parts.path
    if not host and (found := _AS_SSH.fullmatch(address)):
        host, path = found[1].lower(), found[2]
    if not host:
        return Remote(name, "", "", "", "an unusual address" if ":" in address else "a folder")
    path = path.strip("/").removesuffix(".git")
    if not _PATH.fullmatch(path):
        return Remote(name, host, "", "", host)
    is_plain = parts.scheme == "http"  # this machine's, in a test
    at = f":{port}" if port and parts.scheme in {"http", "https"} else ""
    return Remote(name, host, path, f"http{'' if is_plain else 's'}://{host}{at}/{path}", host)
