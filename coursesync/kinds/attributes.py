"""A record of the API as it goes over the wire: its properties by name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias

INT32_MAX = 2**31 - 1
COURSE_TITLE = "Title"  # the property of a course's own record
MAX_ID = 2**63 - 1  # Ids have 64 bits
FieldValue: TypeAlias = str | int | bool
Attributes: TypeAlias = Mapping[str, FieldValue]
