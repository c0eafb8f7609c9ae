"""Pushes by a deploy key, which a forge may allow what it allows nobody else.

Owns the file of the key while this process runs. A remote is read as before; only pushes go by SSH,
so that what was pushed is always seen by another way.
"""

from __future__ import annotations

import atexit
import os
from contextlib import suppress
from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from coursesync.errors.quoting import quoted

if TYPE_CHECKING:
    from collections.abc import Mapping

_KEY, _HOSTS = "key", "known_hosts"
# https://docs.github.com/authentication/keeping-your-account-and-data-secure/githubs-ssh-key-fingerprints
_KNOWN = {
    "github.com": (
        "github.com ssh-ed25519 "
        "AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl\n"
    )
}


def with_key(environment: Mapping[str, str], key: str, url: str) -> dict[str, str]:
    """Return the variables for git, with those by which it pushes with a key.

    Args:
        environment: the variables for a remote, as from `token_environment`.
        key: the private key, in OpenSSH's format.
        url: the address of the remote.
    """
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        return dict(environment)  # the remote has its own way
    known = _KNOWN.get(parts.hostname, "")
    folder = _files(f"{key.strip()}\n", known)
    options = {
        "BatchMode": "yes",
        "IdentitiesOnly": "yes",
        "IdentityAgent": "none",
        # another host is not known before; it must not change while this process runs
        "StrictHostKeyChecking": "yes" if known else "accept-new",
        "UserKnownHostsFile": str(folder / _HOSTS),
    }
    words = ["ssh", "-F", os.devnull, "-i", str(folder / _KEY)]
    words += [word for name, value in options.items() for word in ("-o", f"{name}={value}")]
    number = int(environment.get("GIT_CONFIG_COUNT", "0"))
    return {
        **environment,
        "GIT_SSH_COMMAND": " ".join(map(quoted, words)),
        "GIT_CONFIG_COUNT": str(number + 1),
        f"GIT_CONFIG_KEY_{number}": f"url.ssh://git@{parts.hostname}/.pushInsteadOf",
        f"GIT_CONFIG_VALUE_{number}": f"{parts.scheme}://{parts.netloc}/",
    }


@cache
def _files(key: str, known: str) -> Path:
    """Write the key and the known hosts into a folder of this process, and return it."""
    folder = Path(mkdtemp(prefix="coursesync-"))
    atexit.register(_remove, folder)
    _write(folder / _KEY, key)
    _write(folder / _HOSTS, known)
    return folder


def _write(path: Path, text: str) -> None:
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:  # noqa: PTH123 - with its mode
        file.write(text)


def _remove(folder: Path) -> None:
    for name in (_KEY, _HOSTS):
        with suppress(OSError):
            (folder / name).unlink()
    with suppress(OSError):
        folder.rmdir()
