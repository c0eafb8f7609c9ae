"""The marker: what a create leaves in a record for machines to find it by. Pure.

The vendor's reference describes `SystemId` as free text that belongs to users of the API, set and
seen through it alone (https://developers.nexudus.com, `rest-api/content`). Its create pages don't
list it, so a marker is believed only where it was read back.
"""

from __future__ import annotations

import re
from hashlib import sha256
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from coursesync.kinds.address import Address

SEVERAL_MARKED = "more than one record carries its marker"
_OURS = "coursesync:"
_DIGITS = 32  # of the digest: half of them would do to tell a million records apart


def marker_of(target: str, parent_id: int, address: Address) -> str:
    """Return the marker of a record.

    Two machines that create the same section give the same, also where each has a state of its
    own.

    Args:
        target: the API's base URL.
        parent_id: the course's Id.
        address: the record's address when it is created.
    """
    digest = sha256(f"{target}\n{parent_id}\n{address}".encode()).hexdigest()
    return f"{_OURS}{digest[:_DIGITS]}"


def is_marker(text: str | None) -> bool:
    """Say whether a record's text for users of the API is a marker of coursesync's."""
    return text is not None and re.fullmatch(rf"{_OURS}[0-9a-f]{{{_DIGITS}}}", text) is not None
