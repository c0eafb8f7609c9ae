"""Owns the words for what members see differently: of one record, and of a course."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from coursesync.kinds import held_in
from coursesync.kinds.counting import counted, noun, nouns
from coursesync.kinds.field import Role
from coursesync.kinds.unlock import in_turn, opening
from coursesync.render.comment.effect import Effect
from coursesync.render.comment.prose import bold, named, replaced, reworded, struck
from coursesync.render.markdown_escape import escape
from coursesync.render.waiting import LONG_TITLE
from coursesync.text import count, inert

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from coursesync.kinds.kind import Kind
    from coursesync.kinds.unlock import Opening
    from coursesync.planning.plan import Course
    from coursesync.render.comment.seen import Item
    from coursesync.render.excerpt import Difference
    from coursesync.render.timeline import Station

_TAKEN = {
    Effect.DELETED: "deleted",
    Effect.HIDDEN: "hidden",
    Effect.LEFT: "moved to another course",
}
_ALONE = {Effect.HIDDEN: "hidden from members"}
# in the order of a sentence about a course: the words for one record, and for several
_COUNTED = {
    Effect.LOCKED: ("locked", "locked"),
    Effect.LATER: ("opens later", "open later"),
    Effect.EARLIER: ("opens sooner", "open sooner"),
    Effect.WAITS: ("waits for another one", "wait for another one"),
    Effect.SHOWN: ("becomes visible", "become visible"),
    Effect.MOVED: ("moved", "moved"),
    Effect.RENAMED: ("renamed", "renamed"),
    Effect.REWORDED: ("reworded", "reworded"),
    Effect.PICTURE: ("with another picture", "with another picture"),
    Effect.OTHER: ("with other changes", "with other changes"),
    Effect.DRAFT: ("not shown to members", "not shown to members"),
    Effect.DOUBT: ("in doubt", "in doubt"),
}
_OWN_RECORD = {
    Effect.DELETED: "deleted",
    Effect.DOUBT: "in doubt",
    Effect.HIDDEN: "taken off the site",
    Effect.SHOWN: "published",
}
_UNMENTIONED = frozenset({Role.ACTIVE, Role.ORDER, Role.UNLOCK})


def in_short(items: Iterable[Item]) -> str:
    """Return how many records change for members, by kind, as a clause."""
    kinds = Counter(item.kind for item in items if item.effect is not Effect.DRAFT)
    if not kinds:
        return "Nothing changes for members"
    return f"{counted(kinds)} {'changes' if kinds.total() == 1 else 'change'} for members"


def course_in_brief(title: str, items: Sequence[Item]) -> str:
    """Write what members of a course see change: `8 … of NAME: 1 new · 1 moved`."""
    own = [_own_record(item) for item in items if item.kind.is_course]
    rest = [item for item in items if not item.kind.is_course]
    what = f"{number} of {named(title)}" if (number := counted(_kinds(rest))) else ""
    if not own:
        return f"**{what}:** {' · '.join(_numbers(rest))}"
    inside = f" · {number}: {' · '.join(_numbers(rest))}" if rest else ""
    return f"**{named(title)}:** {' · '.join(own)}{inside}"


def _kinds(items: Sequence[Item]) -> Counter[Kind]:
    return Counter(item.kind for item in items)


def _own_record(item: Item) -> str:
    """Write what happens to the course itself."""
    if item.is_new:
        return "a new course" + ("" if item.effect is Effect.NEW else ", not published")
    return _OWN_RECORD.get(item.effect, "with other changes")


def _numbers(items: Sequence[Item]) -> Iterator[str]:
    met = Counter(item.effect for item in items)
    if new := met[Effect.NEW]:
        yield f"{new:,} new"
    taken = {effect: met[effect] for effect in _TAKEN if met[effect]}
    if len(taken) == 1:
        ((effect, number),) = taken.items()
        yield f"{number:,} {_ALONE.get(effect, _TAKEN[effect])}"
    elif taken:
        parts = ", ".join(f"{number:,} {_TAKEN[effect]}" for effect, number in taken.items())
        yield f"{sum(taken.values()):,} taken from members ({parts})"
    for effect, (one, several) in _COUNTED.items():
        if number := met[effect]:
            yield f"{number:,} {one if number == 1 else several}"


def heading(item: Item, *, is_mixed: bool) -> str:
    """Write the name of a record; `is_mixed` says that there are records of other kinds."""
    return (
        f"**{written}**{_place(item, is_mixed=is_mixed)}"
        if (written := escape(inert(item.title, 100)))
        else f"(no title){_place(item, is_mixed=is_mixed)}"
    )


def _place(item: Item, *, is_mixed: bool) -> str:
    if item.within:
        return f" ({item.kind.name} in {named(item.within)})"
    is_named = item.kind.within or item.kind.is_course
    return f" ({item.kind.name})" if is_mixed and is_named else ""


def taken(item: Item, courses: Mapping[int, Course]) -> str:
    """Write what an item takes from members; "" if it takes nothing."""
    match item.effect:
        case Effect.DELETED:
            return _deleted(item)
        case Effect.HIDDEN:
            return _hidden(item)
        case Effect.LEFT:
            assert item.row is not None  # noqa: S101 - only a change takes it away
            goes = courses[item.row.change.course_id]
            return f"moved to the course {named(goes.name)}"
        case Effect.LOCKED | Effect.LATER:
            return _opens(item)
    return ""


def _deleted(item: Item) -> str:
    assert item.row is not None  # noqa: S101 - only a change deletes
    unseen = ", which members do not see" if item.before is None or item.before.is_unseen else ""
    lost = "; what members completed in it is lost" if item.row.change.loses_completions else ""
    return f"deleted{unseen}{lost}"


def _hidden(item: Item) -> str:
    if item.kind.is_course:
        return "taken off the site: members no longer see it"
    if item.after is not None and not item.after.is_hidden:
        return f"hidden with {named(item.within)}"
    return f"hidden from members{_inner(item)}"


def _inner(item: Item) -> str:
    """Write how many records are hidden or shown with an item."""
    if not item.inner:
        return ""
    kinds = held_in(item.kind)
    what = nouns(kinds) if item.inner > 1 else noun(kinds)
    return f", with the {f'{item.inner:,} ' if item.inner > 1 else ''}{what} in it"


def cell(item: Item, courses: Mapping[int, Course]) -> str:
    """Write all that changes in a record, for a cell of a table."""
    return "<br>".join(filter(None, (taken(item, courses), besides(item, courses))))


def besides(item: Item, courses: Mapping[int, Course]) -> str:
    """Write what changes in a record besides what it takes from members; "" for nothing."""
    return "<br>".join(filter(None, _besides(item, courses)))


def _besides(item: Item, courses: Mapping[int, Course]) -> Iterator[str]:
    effects = {*item.effects}
    if Effect.DOUBT in effects:
        yield "it is not known whether this is on the site already"
    if Effect.SHOWN in effects:
        publishes = "published: " if item.kind.is_course else ""
        yield f"{publishes}members see it from now on{_inner(item)}"
    if item.is_new:
        yield _new(item)
    if item.effect not in {Effect.LOCKED, Effect.LATER} and (opens := _opens(item)):
        yield opens
    if Effect.MOVED in effects or (item.effect is Effect.DRAFT and item.is_moved):
        yield _moved(item, courses)
    for difference in item.differences:
        yield from _changed(item, difference)
    if item.effect is Effect.DRAFT and not item.is_new:
        yield "members do not see it"


def _new(item: Item) -> str:
    hidden = ", not shown to members" if item.effect is Effect.DRAFT else ""
    place = _between(*item.neighbours)
    opens = _phrase(opening(item.values[1]), item.kind.name, item.follows)
    when = "" if opens == _AT_ONCE else f"; opens {escape(opens)}"
    return f"new{hidden}{f', {place}' if place else ''}{when}"


def _between(follows: str, precedes: str) -> str:
    if follows and precedes:
        return f"between {named(follows)} and {named(precedes)}"
    if precedes:
        return f"at the start, before {named(precedes)}"
    return f"at the end, after {named(follows)}" if follows else ""


def _moved(item: Item, courses: Mapping[int, Course]) -> str:
    assert item.row is not None  # noqa: S101 - only a change moves a record
    change = item.row.change
    if change.from_course is not None:
        home = courses.get(change.from_course)
        return f"moved here from the course {named(home.name) if home else ''}".strip()
    if change.moves:
        one, other = (
            named(title) if title else "the course itself"
            for title in (item.within_before, item.within)
        )
        place = _between(*item.neighbours)
        return f"moved from {one} to {other}{f', {place}' if place else ''}"
    place = _between(*item.neighbours)
    return f"moved: now {place}" if place else "moved"


_AT_ONCE = "from the start"
_ACCESS = frozenset({Effect.LOCKED, Effect.LATER, Effect.EARLIER, Effect.WAITS})


def _phrase(opens: Opening, sibling: str, before: Station | None) -> str:
    if opens.in_sequence:
        return in_turn(sibling, f"“{inert(before.title, LONG_TITLE)}”" if before else "")
    return _AT_ONCE if opens.days is None else f"after {count(opens.days, 'day')}"


def _opens(item: Item) -> str:
    """Write when a record opens, if that changes; "" if it does not."""
    was, now = item.before, item.after
    before, after = (opening(each) for each in item.values)
    name = item.kind.name
    one, other = _phrase(before, name, item.followed), _phrase(after, name, item.follows)
    if item.values[0] and now is not None and before != after:
        both_in_days = None not in {before.days, after.days}
        change = replaced(one, other) if both_in_days else f"{struck(one)} {bold(other)}"
        return f"opens {change}{_lost(item)}"
    if was is None or now is None or not _ACCESS & {*item.effects}:
        return ""
    return _opens_otherwise(item, was, now)


def _opens_otherwise(item: Item, was: Station, now: Station) -> str:
    """Write when a record opens after a change elsewhere."""
    if now.day is None and was.day is not None:
        return f"can't be opened any more{_blocked(item)}"
    if {Effect.LOCKED, Effect.WAITS} & {*item.effects} and item.follows is not None:
        no_longer = f", no longer for {named(item.followed.title)}" if item.followed else ""
        return f"waits for {named(item.follows.title)} from now on{no_longer}{_lost(item)}"
    if now.day is None:
        return f"can't be opened{_blocked(item)}"
    if was.day is None:
        return f"can be opened now, on day {now.day:,}"
    return f"opens on day {replaced(f'{was.day:,}', f'{now.day:,}')}{_because(item)}"


def _lost(item: Item) -> str:
    """Write who may lose an item that they have now; "" if nobody does."""
    if item.follows is None or Effect.LOCKED not in item.effects:
        return ""
    if item.after is not None and item.after.day is None:
        return f"; can't be opened any more{_blocked(item)}"
    return f"; members who have not completed {named(item.follows.title)} lose it"


def _blocked(item: Item) -> str:
    """Write which record an item waits for, or that there is none."""
    if (other := item.follows) is None:
        return f": no {item.kind.name} is before it"
    return f": it waits for {named(other.title)}{', which is hidden' if other.is_unseen else ''}"


def _because(item: Item) -> str:
    other = item.follows
    return f", because {named(other.title)} comes before it" if other else ""


def _changed(item: Item, difference: Difference) -> Iterator[str]:
    """Write how a field of a record differs."""
    role, kind = item.role(difference), item.kind
    names = {*difference.properties}
    if role in _UNMENTIONED or not names or names & {kind.course_property, kind.parent_property}:
        return
    before, after = difference.before or "", difference.after or ""
    if difference.note:
        yield f"{escape(difference.field)}: {escape(difference.note)}"
    elif difference.unread:
        yield f"{escape(difference.field)}: {bold(after)} (what it is now is not known)"
    elif role is Role.TITLE:
        yield f"renamed from {named(before)}"
    elif role is Role.PICTURE:
        yield "new picture" if item.values[1].get(kind.property_of(role)) else "picture removed"
    elif role is Role.CONTENTS:
        yield from reworded(*map(kind.contents_of, item.values))
    else:
        yield f"{escape(difference.field)}: {replaced(before, after)}"
