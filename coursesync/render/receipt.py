"""What the record of a run says to the person who started it, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from coursesync.text import count, inert

if TYPE_CHECKING:
    from coursesync.applying.receipt import Origin

_MOST_NAMED = 5  # files


def uncommitted(origin: Origin) -> str:
    """Name the files that were applied and that the commit does not hold so; "" for none."""
    names = origin.uncommitted
    if not names:
        return ""
    more = f" and {count(len(names) - _MOST_NAMED, 'more file')}" if names[_MOST_NAMED:] else ""
    listed = ", ".join(inert(name, 200) for name in names[:_MOST_NAMED])
    return f"The commit does not hold what was applied: not committed were {listed}{more}."
