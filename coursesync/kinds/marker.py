"""The marker that a create leaves in a record, so that a later run finds it.

The vendor's reference describes `SystemId` as free text for users of the API, set and read only
through it (https://developers.nexudus.com, `rest-api/content`). Its create pages don't list it, so
a marker counts only if it was read back.
"""

from __future__ import annotations

import re
from hashlib import sha256
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from coursesync.kinds.address import Address

_OURS = "coursesync:"
_DIGITS = 32  # of the digest; 16 would distinguish a million records


def marker_of(target: str, home: object, address: Address) -> str:
    """Return the marker of a record: the same on two machines, even with two states.

    Args:
        target: the API's base URL.
        home: the Id of its course, or of a course's location; see `Kind.home_in`.
        address: the record's address when it is created.
    """
    digest = sha256(f"{target}\n{home}\n{address}".encode()).hexdigest()
    return f"{_OURS}{digest[:_DIGITS]}"


def is_marker(text: str | None) -> bool:
    """Return whether a record's `SystemId` is a marker of coursesync."""
    return text is not None and re.fullmatch(rf"{_OURS}[0-9a-f]{{{_DIGITS}}}", text) is not None
