"""Owns the digest of a plan: it covers what the plan means, and must never cover its text."""

from __future__ import annotations

import json
from hashlib import sha256
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

    from coursesync.kinds.field import FieldValue, Planned, Ref

_VERSION: Final = 2


class Meaning(NamedTuple):
    """What a change does, to which record."""

    action: str
    address: str
    previous_address: str | None
    record_id: int | None
    course_id: int | Ref
    protected: bool | None
    before: tuple[tuple[str, FieldValue | Ref], ...]
    after: tuple[tuple[str, FieldValue | Ref], ...]


def by_name(attributes: Planned | None) -> tuple[tuple[str, FieldValue | Ref], ...]:
    """Return attributes as a digest has them: sorted by name; nothing for None."""
    return tuple(sorted((attributes or {}).items(), key=lambda each: each[0]))


def digest_of(target: str, lineage: str, meanings: Sequence[Meaning]) -> str:
    """Return the SHA-256, in hex, of what a plan means; see `Plan.digest`."""
    if not meanings:  # the same bytes as below, without the slow import
        empty = json.dumps(
            [_VERSION, target, lineage, []], ensure_ascii=False, separators=(",", ":")
        )
        return sha256(empty.encode()).hexdigest()
    from pydantic_core import to_json  # noqa: PLC0415 - takes longer to import than to plan

    # ten times faster than the standard library's on long contents
    return sha256(to_json([_VERSION, target, lineage, meanings])).hexdigest()
