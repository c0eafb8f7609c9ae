"""What a plan may do to orphans: records that left their outline."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class OnRemoval(Enum):
    """What is done to a record that was taken out of its outline."""

    KEEP = "keep"
    DEACTIVATE = "deactivate"
    DELETE = "delete"


@dataclass(frozen=True, slots=True)
class Policy:
    """What a plan may do to orphans; a deletion needs `prune` as well as DELETE."""

    on_removal: OnRemoval = OnRemoval.KEEP
    prune: bool = False


KEEP_ALL = Policy()
