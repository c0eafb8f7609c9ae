"""A record of the API as it goes over the wire: its properties by name. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias

INT32_MAX = 2**31 - 1
MAX_ID = 2**63 - 1  # Ids have 64 bits
FieldValue: TypeAlias = str | int | bool
Attributes: TypeAlias = Mapping[str, FieldValue]
