"""How pydantic checks such values as a state holds, in files that may not be ours.

For plan files and receipts; the state and its journal have a checksum, and need no model.
"""

from __future__ import annotations

from typing import Annotated, TypeAlias

from pydantic import ConfigDict, Field

from coursesync.kinds.attributes import MAX_ID, FieldValue

VALUE = ConfigDict(extra="forbid", strict=True, frozen=True)

Id: TypeAlias = Annotated[int, Field(ge=1, le=MAX_ID)]
# in the order that fits most values, so that the first fits
SentModel: TypeAlias = dict[str, Annotated[FieldValue, Field(union_mode="left_to_right")]]
# most have neither: what is not so is not written
Rare = Field(exclude_if=lambda value: value is None or value is False)
