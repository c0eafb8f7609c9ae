"""The rules of advice on when items open, and what members have to complete for that.

Owns when members would wait in vain, or for longer than an author means. It must never read a file.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from coursesync.kinds import LISTED
from coursesync.kinds.field import Role
from coursesync.kinds.rows import NOTHING
from coursesync.kinds.unlock import AFTER_DAYS, opening
from coursesync.outlines.advice.contents import is_empty
from coursesync.outlines.advice.rule import Rule
from coursesync.outlines.advice.subject import ACTIVE, UNLOCK, called, completion, is_active, on
from coursesync.text import coded, count

if TYPE_CHECKING:
    from collections.abc import Container, Iterator, Mapping, Sequence

    from coursesync.kinds.address import Address
    from coursesync.kinds.resource import Resource
    from coursesync.outlines.advice.advice import Advice

UNLOCKED = f"{UNLOCK}: {LISTED.field(Role.UNLOCK).default}"


def first_waits(seen: Sequence[Resource]) -> Iterator[Advice]:
    """Find a first item of its kind that waits for one before it; `seen` are all of that kind."""
    for first in seen[:1]:
        if opening(first.attributes).in_sequence:
            yield on(
                first,
                Rule.FIRST_WAITS,
                UNLOCK,
                f"this is the first {first.kind.name} that members see, and it waits for one "
                "before it: they may never get in",
                coded(f"Write `{UNLOCKED}` or delete the line."),
            )


def nothing_opens(
    seen: Sequence[Resource],
    filled: Container[Address],
    holders: Mapping[Address, Resource | None],
) -> Iterator[Advice]:
    """Find a course that is locked as a whole: for some days members can open nothing.

    Items that wait for another open later than that one. An item with children
    and no contents of its own is nothing to open.

    Args:
        seen: the items that members see, each after its parent.
        filled: the addresses of the items that have children.
        holders: the parent of each item, by the item's address; None for the course.
    """
    opened: dict[Address, tuple[int, Resource]] = {}  # the day, and the item that makes it so late
    waiting: set[Address] = set()
    for each in seen:
        own, holder = opening(each.attributes), holders[each.address]
        if own.in_sequence or (holder and holder.address in waiting):
            waiting.add(each.address)
            continue
        days = own.days or 0
        above = (0, each) if holder is None else opened[holder.address]
        opened[each.address] = (days, each) if days > above[0] else above
    readable = (
        opened[each.address]
        for each in seen
        if each.address in opened and not (each.address in filled and is_empty(each.contents))
    )
    days, first = min(readable, key=lambda day: day[0], default=(0, None))
    if first is not None and days:
        yield on(
            first,
            Rule.NOTHING_OPENS,
            UNLOCK,
            f"for {count(days, 'day')} members can open nothing: this {first.kind.name} is the "
            "first that opens",
            coded(f"Write `{UNLOCKED}` or delete the line."),
        )


def behind_hidden(siblings: Sequence[Resource]) -> Iterator[Advice]:
    """Find items that wait for one that members can't see, and so can't finish.

    An item waits for the one above it in the list, active or not: the API's page does not say that
    hidden ones are skipped. Items that wait for a reported one are not reported, nor is the first.
    """
    seen = False
    for before, each in zip((None, *siblings), siblings, strict=False):
        if is_active(each):
            waits = opening(each.attributes).in_sequence
            if seen and waits and before is not None and not is_active(before):
                yield on(
                    each,
                    Rule.WAITS_FOR_HIDDEN,
                    UNLOCK,
                    f"members may never get into this {each.kind.name}: it waits for one that they "
                    f"can't see, and so can't finish: {called(before)}",
                    coded(
                        f"Write `{UNLOCKED}` here, or `{ACTIVE}: true` there, or move one of them."
                    ),
                    before,
                )
            seen = True


def never_done(siblings: Sequence[Resource]) -> Iterator[Advice]:
    """Find items that wait for one that nobody can complete."""
    for before, each in pairwise(siblings):
        waits = opening(each.attributes).in_sequence and is_active(each) and is_active(before)
        if waits and completion(before) == NOTHING:
            name = before.kind.field(Role.COMPLETION).name
            yield on(
                each,
                Rule.WAITS_IN_VAIN,
                UNLOCK,
                f"members may never get into this {each.kind.name}: it waits for one that has "
                f"nothing to complete: {called(before)}",
                coded(f"Write `{UNLOCKED}` here, or another `{name}:` there."),
                before,
            )


def early(seen: Sequence[Resource], holders: Mapping[Address, Resource | None]) -> Iterator[Advice]:
    """Find items that would open before their parent; `holders`: see `nothing_opens`."""
    for each in seen:
        if (holder := holders[each.address]) is None:
            continue
        own, whole = opening(each.attributes).days, opening(holder.attributes).days
        if own and whole and own < whole:
            yield on(
                each,
                Rule.OPENS_EARLY,
                UNLOCK,
                f"this {each.kind.name} would open after {count(own, 'day')}, but its "
                f"{holder.kind.name} opens only after {count(whole, 'day')}: {called(holder)}",
                coded(f"Delete the line: it opens with its {holder.kind.name}."),
                holder,
            )


def falling_days(active: Sequence[Resource]) -> Iterator[Advice]:
    """Find timed items that open before an item above them."""
    latest, later = None, 0
    for each in active:
        days, noun = opening(each.attributes).days, each.kind.name
        if days is None:
            continue
        if latest is None or days >= later:
            latest, later = each, days
            continue
        yield on(
            each,
            Rule.FALLING_DAYS,
            UNLOCK,
            f"members get this {noun} after {count(days, 'day')}, before one above it that "
            f"opens after {count(later, 'day')}: {called(latest)}",
            coded(f"Write `{UNLOCK}: {{{AFTER_DAYS}: {later}}}` or more, or move this {noun} up."),
            latest,
        )
