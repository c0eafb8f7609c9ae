"""The patterns of pages: the addresses of records in Nexudus, for people.

Owns which patterns `coursesync.toml` may hold. A pattern may name neither a user nor a password,
and the host of a page never depends on a record.
"""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from coursesync.errors import UsageError
from coursesync.kinds import ITEMS
from coursesync.kinds.address import COURSE
from coursesync.nexudus.target import check_target

PAGES = (COURSE, *ITEMS)  # the kinds that may have a pattern
_LONGEST = 2_000
_PLACEHOLDER = re.compile(r"\{ *(course)?[-_ ]?id *\}", re.IGNORECASE)


def is_pattern(value: object) -> bool:
    """Return whether a value is the pattern of a page, which differs from record to record."""
    if not isinstance(value, str) or len(value) > _LONGEST or not value.isprintable():
        return False
    if "{id}" not in value:
        return False
    page = filled(value, 1, 1)
    if " " in value or any(each in page for each in "{}\\"):
        return False
    try:
        parts = urlsplit(value)
        # a page is opened where credentials may be sent: https, or plain http on this machine
        check_target(f"{parts.scheme}://{parts.netloc}")
    except (ValueError, UsageError):
        return False
    return True


def pattern_meant(value: str) -> str:
    """Return the pattern that a value with misspelt placeholders stands for; "" if it is none."""
    meant = _PLACEHOLDER.sub(lambda found: "{course_id}" if found[1] else "{id}", value)
    return meant if is_pattern(meant) else ""


def filled(pattern: str, record_id: int, course_id: int) -> str:
    """Return the address of a record's page."""
    return pattern.replace("{id}", str(record_id)).replace("{course_id}", str(course_id))
