"""What members have of a record, which is lost when the record is deleted."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Completions:
    """Where the API keeps who completed a record, or enrolled; a deletion of the record loses it.

    Attributes:
        endpoint: the path of these completions.
        role: the stem of the role that reads them.
        record_filter: narrows a search to one record.
        verbs: the words for what members did: who, one member, several members.
    """

    endpoint: str
    role: str
    record_filter: str
    verbs: tuple[str, str, str] = ("completed it", "has completed it", "have completed it")
