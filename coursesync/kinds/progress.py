"""What members did in a record, which is lost when the record is deleted."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Completions:
    """Where the API keeps who completed a record; it is lost when the record is deleted.

    Attributes:
        endpoint: the path of these completions.
        role: the stem of the role that reads them.
        record_filter: narrows a search to one record.
    """

    endpoint: str
    role: str
    record_filter: str
