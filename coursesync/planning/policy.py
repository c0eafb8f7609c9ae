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
    """What a plan may do to orphans; a deletion needs `prune` as well as DELETE.

    `delete_courses` are the Ids of courses that are deleted with all that is in them, if they are
    orphans and `prune` is true.
    `only` are the Ids of the courses in which `prune` counts; None for all.
    """

    on_removal: OnRemoval = OnRemoval.KEEP
    prune: bool = False
    delete_courses: tuple[int, ...] = ()
    only: frozenset[int] | None = None

    def prunes(self, course: int) -> bool:
        """Return whether orphans of a course may be deleted."""
        return self.prune and (self.only is None or course in self.only)


KEEP_ALL = Policy()
