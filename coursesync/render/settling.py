"""Owns the words for a create in doubt: what it may have made, and how to settle it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from coursesync.errors import Command, Remedy
from coursesync.kinds.field import Role
from coursesync.text import at, inert

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from coursesync.errors import Sentence
    from coursesync.kinds.kind import Kind
    from coursesync.planning.change import Change
    from coursesync.state.state import Candidate, Doubt


def _candidate(candidate: Candidate, kind: Kind) -> str:
    title = inert(kind.title_of(candidate.attributes), 60)
    order = candidate.attributes.get(kind.order_property, "?")
    place = f" at {order}" if kind.has(Role.ORDER) else ""
    made = f", created{at(candidate.created_on)}" if candidate.created_on else ""
    by = f", last changed by {inert(candidate.updated_by, 100)}" if candidate.updated_by else ""
    return f'Id {candidate.id}: "{title}"{place}{made}{by}'


def settlement(
    change: Change, candidates: Sequence[Candidate], doubt: Doubt | None
) -> Iterator[Sentence]:
    """Yield the sentences that explain how to settle a doubt, with a command for each case.

    `candidates` are the records on the site that it may have made; `doubt` is what the state has
    of it.
    """
    theirs, new = "If it is there:", "If it is not:"
    if candidates:
        theirs = "To use that one:" if len(candidates) == 1 else "To use one of these:"
        new = "To create a new one:"
        yield from (_candidate(each, change.kind) for each in candidates)
    elif doubt is None or doubt.may_be_sent:
        yield (
            "The next apply looks for it, and sends it again if there is no trace of it. To settle "
            "it by hand, look for it in Nexudus."
        )
    else:
        yield (
            "The next apply looks for it, but does not send it again. Look for it in Nexudus, then "
            "settle it:"
        )
    number = candidates[0].id if len(candidates) == 1 else "ID"
    yield Remedy(theirs, Command("resolve", change.address, id=number))
    if not any(each.marked for each in candidates):
        yield Remedy(new, Command("resolve", change.address, not_created=True))
