"""What a person has to allow before it is done on the site.

Owns which changes of a plan may need which grant; apply finds out whether they do.
"""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING

from coursesync.planning.action import Action

if TYPE_CHECKING:
    from coursesync.planning.change import Change


class Grant(Enum):
    """What a person allows; `value` is the word for it in a comment."""

    LARGE_CHANGE = "large-change"
    OVERWRITE = "overwrite"
    PRUNE = "prune"
    PROGRESS_LOSS = "progress-loss"


def needs(change: Change, grant: Grant) -> bool:
    """Return whether a change may need a grant."""
    match grant:
        case Grant.PRUNE:
            return change.action is Action.DELETE
        case Grant.PROGRESS_LOSS:
            return change.loses_completions
        case _:
            return change.action.overwrites
