"""Where the running coursesync was installed from.

Reads what pip recorded: https://packaging.python.org/en/latest/specifications/direct-url/
"""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import dataclass

from coursesync.text import inert, is_commit

_ADDRESS, _UNKNOWN = "ADDRESS", "COMMIT"


@dataclass(frozen=True, slots=True)
class Origin:
    """The address of a repository and a commit in it; placeholders for what is not known."""

    address: str = _ADDRESS
    commit: str = _UNKNOWN

    @property
    def is_known(self) -> bool:
        """Whether both are known."""
        return self.address != _ADDRESS and self.commit != _UNKNOWN


def origin_of_this() -> Origin:
    """Return the repository and the commit that coursesync was installed from by pip."""
    from importlib.metadata import PackageNotFoundError, distribution  # noqa: PLC0415 - few runs ask

    with suppress(PackageNotFoundError, ValueError, AttributeError):
        source = json.loads(distribution("coursesync").read_text("direct_url.json") or "{}")
        url, vcs = source.get("url"), source.get("vcs_info")
        # an address with a user may have a password
        if vcs and isinstance(url, str) and "@" not in url:
            commit = str(vcs.get("commit_id"))
            known = {"commit": commit} if is_commit(commit) else {}
            return Origin(inert(url, 200), **known)
    return Origin()
