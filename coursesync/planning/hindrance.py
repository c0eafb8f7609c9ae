"""What prevents changes of a plan: records on the site that the plan does not account for.

It must never look for them: `applying.hindrances` does.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from coursesync.errors import Sentence
    from coursesync.kinds.kind import Kind
    from coursesync.planning.change import Change


@dataclass(frozen=True, slots=True)
class Inner:
    """A record on the server with a parent that the plan deletes or moves."""

    kind: Kind
    id: int
    title: str


@dataclass(frozen=True, slots=True)
class Hindrance:
    """A reason why `apply` can't carry out a change.

    Attributes:
        change: deletes a record, or moves it to another course.
        inside: the children of that record.
        unknown: why they can't be listed; "" if they can.
        remedy: what to do first.
    """

    change: Change
    inside: tuple[Inner, ...] = ()
    unknown: str = ""
    remedy: Sentence = ""
