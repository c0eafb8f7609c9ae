"""A forge's index of merges, which lags for seconds behind the merges.

Owns how long it is asked again, and when its silence can be trusted.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from coursesync.ci.forges.forge import NotYet
from coursesync.text import moment

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from datetime import datetime

    from coursesync.ci.forges.forge import Review
    from coursesync.ci.forges.pushes import Push
    from coursesync.nexudus.ports import Clock

_PAUSES = (0.0, 1.0, 2.0, 4.0, 8.0)  # seconds before each look
_YOUNG = 120.0  # seconds in which a forge may not know yet which review a commit merged


def asked_again(
    clock: Clock,
    commits: Sequence[str],
    look: Callable[[Sequence[str]], Iterable[tuple[str, Review | NotYet | None]]],
) -> dict[str, Review | NotYet | None]:
    """Return what `look` finds for each commit; those that are NotYet are looked up again."""
    found: dict[str, Review | NotYet | None] = dict.fromkeys(commits, NotYet.INDEXED)
    for pause in _PAUSES:
        unknown = [each for each in found if found[each] is NotYet.INDEXED]
        if unknown and pause:
            clock.sleep(pause)
        found |= look(unknown)
    return found


def unless_young(
    commit: str, committed: str | None, pushes: Sequence[Push], now: datetime | None
) -> NotYet | None:
    """Return None if the index can be trusted to know a commit of a branch, otherwise NotYet.

    Args:
        commit: its SHA.
        committed: when it was made, as the forge writes it; a merge queue makes it long before.
        pushes: to the branch, the newest first. The one that ended with the commit counts. Without
            one, the newest may have brought it with later commits, or the record lags.
        now: the forge's time.
    """
    pushed = next((each for each in pushes if each.after == commit), None)
    newest = pushed or next(iter(pushes), None)
    # the record of pushes may lag as well: a merge makes its commit when it pushes it
    dates = [newest.at] if newest and newest is pushed else [newest.at if newest else "", committed]
    known = [each for each in map(moment, dates) if each is not None]
    if not known or now is None:
        return NotYet.INDEXED
    # a date far ahead is not the forge's
    is_young = any(abs((now - each).total_seconds()) < _YOUNG for each in known)
    return NotYet.INDEXED if is_young else None
