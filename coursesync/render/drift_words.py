"""Owns the words for what was found on the site: each finding, and what to do about it.

Every step has the command to type, with its address and Id if they are known.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from coursesync.errors import Command, Remedy
from coursesync.kinds import held_in, kind_of
from coursesync.kinds.address import course_of
from coursesync.kinds.counting import noun as noun_of
from coursesync.kinds.counting import nouns
from coursesync.planning.drift import Finding, Stance
from coursesync.render.fit import Rank
from coursesync.render.plan_words import Wording
from coursesync.text import at, inert

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

    from coursesync.errors import Sentence
    from coursesync.kinds.address import Address
    from coursesync.kinds.kind import Kind
    from coursesync.nexudus.records import Record
    from coursesync.planning.drift import Drifted
    from coursesync.planning.plan import Course
    from coursesync.state.state import Doubt

FINDINGS = {
    Finding.EDITED: Wording("~", "edited", "edited", "yellow", Rank.WEIGHTY),
    Finding.GONE: Wording("-", "deleted", "deleted", "red", Rank.WEIGHTY),
    Finding.ELSEWHERE: Wording(">", "moved", "moved to another course", "yellow", Rank.WEIGHTY),
    Finding.NORMALISED: Wording("=", "normalised", "reformatted by the site", "cyan", Rank.ROWS),
    Finding.RESTORED: Wording("=", "restored", "changed back", "cyan", Rank.ROWS),
    Finding.UNMANAGED: Wording(".", "unmanaged", "not managed", "cyan", Rank.ROWS),
    Finding.COLLIDES: Wording("!", "collides", "with the order of another", "cyan", Rank.ROWS),
    Finding.TWIN: Wording("&", "twin", "twin", "red", Rank.WEIGHTY),
    Finding.UNREADABLE: Wording("?", "unreadable", "that can't be read", "cyan", Rank.ROWS),
}
_STANCES = {
    Stance.AS_SENT: "",
    Stance.CHANGED: "The outline also changes it.",
    Stance.SAME: "The outline already has this change.",
    Stance.NONE: "It is no longer in any outline.",
}
_TWINS = (
    "A twin is a second record of a {}: two runs created it at the same time, or "
    "someone copied it. Members see both, unless one is hidden. Look in Nexudus which of the two "
    "{}. Keep the same one on every machine, commit and push the state, and only then delete the "
    "other in Nexudus."
)
_MOST = 10  # addresses in a sentence, or with a command of their own
_MOST_PULLED = 3  # addresses in one command


def name(each: Drifted) -> str:
    """Return the address of a record, or its title if it has no address, and its Id."""
    if each.address is not None:
        own = each.entry.id if each.entry is not None else each.record_id
        return f"{inert(each.address, 250)} (Id {own})"
    title = each.kind.title_of(each.record.attributes) if each.record else ""
    noun = f"{each.kind.name} " if each.kind.within else ""
    return f'{noun}"{inert(title, 60)}" (Id {each.record_id})'


def sentence(each: Drifted) -> str:  # noqa: PLR0911 - one for each finding
    """Return what was found, as a predicate that follows the record's name."""
    match each.finding:
        case Finding.EDITED:
            return f"was edited on the site{_by_whom(each)}"
        case Finding.GONE:
            # the server's time shows that it was there once; `resolve` takes any Id
            was_there = each.entry is not None and each.entry.updated_on is not None
            return "was deleted on the site" if was_there else "is not on the site"
        case Finding.ELSEWHERE:
            return _elsewhere(each)
        case Finding.NORMALISED:
            return "was reformatted by the site; that is not drift"
        case Finding.RESTORED:
            return "was changed back to what was last sent; that is not drift"
        case Finding.UNMANAGED:
            place = f" in {inert(each.within, 250)}" if each.within else ""
            return f"at {_order(each)}{place} is not managed"
        case Finding.COLLIDES:
            rivals = ", ".join(inert(rival, 250) for rival in each.rivals[:_MOST])
            return f"has the order {_order(each)}, which {rivals} has too"
        case Finding.TWIN:
            return _twin(each)
        case Finding.UNREADABLE:
            return f"can't be read: {each.failure}. It is not known whether it was edited."


def _elsewhere(each: Drifted) -> str:
    course = each.record.course_id if each.record else "?"
    if not each.is_foreign:
        return f"was moved to course {course} on the site{_by_whom(each)}"
    by_whom = f" (last changed{by})" if (by := _by_whom(each)) else ""
    return f"is a {each.kind.name} of course {course} that coursesync never wrote{by_whom}"


def _twin(each: Drifted) -> str:
    twin = _made(each.record)
    if each.entry is None:
        return f"is in doubt; this is one of several records with its marker, {twin}"
    state = f"The one in the state, Id {each.entry.id},"
    if each.own is None:
        return f"is not on the site; a record like it is: Id {each.record_id}, {twin}"
    if not _has_own(each):
        state += f" is in the course {each.own.course_id} now. It"
    return f"has a twin: Id {each.record_id}, {twin}. {state} was {_made(each.own)}"


def _has_own(twin: Drifted) -> bool:
    """Return whether our own record is in the twin's course, so that it can be kept."""
    return twin.own is not None and twin.own.course_id == twin.course_id


def _made(record: Record | None) -> str:
    # who wrote it last, because no answer of the API says who created it
    if record is None:
        return "created at an unknown time"
    by = f", last written{_by(record)}" if record.updated_by else ""
    return f"created{at(record.created_on) or ' at an unknown time'}{by}"


def _by_whom(each: Drifted) -> str:
    return f"{_by(each.record)}{at(each.record.updated_on)}" if each.record else ""


def _by(record: Record) -> str:
    return f" by {inert(record.updated_by, 100)}" if record.updated_by else ""


def _order(each: Drifted) -> str:
    order = each.record.attributes.get(each.kind.order_property) if each.record else None
    return "?" if order is None else inert(str(order), 20)


def stance(each: Drifted) -> str:
    """Return how the outline compares; "" if it wants what was last sent."""
    if _is_order(each):
        return "The outline has the same order."
    return _STANCES[each.stance] if each.stance else ""


def _is_order(each: Drifted) -> bool:
    """Return whether others only gave a record a number that leaves it in the outline's order.

    A plan without a look does not have it, because the number that was sent leaves it there too.
    """
    return each.is_agreed and each.properties == (each.kind.order_property,)


def next_steps(
    every: Sequence[Drifted], doubts: Mapping[Address, Doubt], courses: Mapping[int, Course]
) -> Iterator[Sentence]:
    """Yield what to do about the findings of a look and the creates in doubt.

    `courses` are those of the workspace by Id: a command that writes is only for those with drift,
    because others may have changes that are not applied yet.
    """
    yield from _doubts(doubts, every)
    yield from twin_steps(every)
    yield from _others(every, courses)


def _doubts(doubts: Mapping[Address, Doubt], every: Sequence[Drifted]) -> Iterator[Sentence]:
    """Yield why each create is in doubt, and a command for each answer."""
    for address in sorted(doubts)[:_MOST]:
        doubt = doubts[address]
        yield f"{inert(address, 250)} is in doubt: {inert(doubt.reason)}."
        several = [e.record_id for e in every if e.finding is Finding.TWIN and e.address == address]
        ids = several or [candidate.id for candidate in doubt.candidates]
        ids = ids or [e.record_id for e in every if _may_be(e, address, doubt)]
        for each in ids[:_MOST]:
            yield Remedy(f"If it is the Id {each}:", Command("resolve", address, id=each))
        if not ids:
            yield Remedy("If it is in Nexudus:", Command("resolve", address, id="ID"))
        if not several and not doubt.was_created:
            yield Remedy("If it is not:", Command("resolve", address, not_created=True))
    if len(doubts) > _MOST:
        more = f"{len(doubts) - _MOST:,} more are in doubt. To list them:"
        yield Remedy(more, Command("state list"))


def _may_be(each: Drifted, address: Address, doubt: Doubt) -> bool:
    """Return whether an unmanaged record has the marker or the title of a create in doubt."""
    if (
        each.record is None
        or each.entry is not None
        or each.course_id != each.kind.course_id_of(doubt.sent)
    ):
        return False
    kind = kind_of(address)
    titles = {kind.title_of(has).strip() for has in (doubt.sent, each.record.attributes)}
    is_marked = doubt.marker is not None and each.record.marker == doubt.marker
    return each.kind is kind and (is_marked or len(titles) == 1)


def twin_steps(every: Iterable[Drifted]) -> Iterator[Sentence]:
    """Yield what a twin is, and for each twin a command for each Id that can be kept."""
    ids: dict[Address, set[int]] = {}
    kinds: set[Kind] = set()
    for each in every:
        if each.finding is Finding.TWIN and each.address is not None and each.entry is not None:
            kinds.add(each.kind)
            own = {each.entry.id} if _has_own(each) else set()
            ids.setdefault(each.address, own).add(each.record_id)
    if any(len(either) > 1 for either in ids.values()):
        yield _TWINS.format(noun_of(kinds), " or ".join(_used(kinds)))
    for address, either in [*ids.items()][:_MOST]:
        to = "keep" if len(either) > 1 else "manage"
        for one in sorted(either)[:_MOST]:
            yield Remedy(f"To {to} the Id {one}:", Command("resolve", address, keep=one))
    if len(ids) > _MOST:
        keep = Command("resolve", "ADDRESS", keep="ID")
        yield Remedy(f"For the {len(ids) - _MOST:,} others, as in:", keep)


def _used(kinds: Collection[Kind]) -> Iterator[str]:
    """Yield what would be lost with a record of some kinds."""
    if inner := {each for kind in kinds for each in held_in(kind)}:
        yield f"has {nouns(inner)}"
    if any(kind.completions for kind in kinds):
        yield "members have completed"


def _others(every: Sequence[Drifted], courses: Mapping[int, Course]) -> Iterator[Sentence]:
    forget = Command("state rm", "ADDRESS")
    drifted = [each for each in every if each.finding.is_drift and not each.is_foreign]
    if foreign := {each.kind for each in every if each.is_foreign}:
        noun = noun_of(foreign)
        yield Remedy(
            f"coursesync does not touch a {noun} that it never wrote. To create the outline's "
            f"{noun}, first forget that Id:",
            forget,
        )
    if same := [each for each in drifted if each.stance is Stance.SAME]:
        refresh = any(map(_is_order, same))
        record = Command("apply", *_keys(same, courses), refresh=refresh)
        yield Remedy("To record changes that the outline already has:", record)
    yield from _choices(drifted, courses)
    lost = [each for each in drifted if each.stance is Stance.NONE]
    left = {each.finding for each in lost}
    if left & {Finding.EDITED, Finding.ELSEWHERE}:
        noun = noun_of(each.kind for each in lost if each.finding is not Finding.GONE)
        yield Remedy(
            f"A {noun} that is no longer in any outline is not restored. Put it back into the "
            "outline, or forget it:",
            forget,
        )
    if gone := [each for each in lost if each.finding is Finding.GONE]:
        refreshed = Command("apply", *_keys(gone, courses), refresh=True)
        nouns_gone = nouns(each.kind for each in gone)
        yield Remedy(f"To forget deleted {nouns_gone} that are in no outline:", refreshed)
    if unread := {each.kind for each in every if each.finding is Finding.UNREADABLE}:
        yield f"Look in Nexudus at the {nouns(unread)} that can't be read, and try again later."


def _choices(drifted: Sequence[Drifted], courses: Mapping[int, Course]) -> Iterator[Sentence]:
    """Yield the commands for both answers to drift: the site's version, and the outline's."""
    open_ = [each for each in drifted if each.stance not in {Stance.NONE, Stance.SAME}]
    edited = [each for each in open_ if each.finding is Finding.EDITED]
    if alone := [each for each in edited if each.stance is not Stance.CHANGED]:
        pull = Command("pull", *_targets(alone, courses))
        yield Remedy("To keep the site's version, bring it into the outlines:", pull)
    if both := [each for each in edited if each.stance is Stance.CHANGED]:
        theirs = Command("pull", *_targets(both, courses), theirs=True)
        yield Remedy("To keep the site's version where the outline also changes it:", theirs)
    if any(each.finding is Finding.ELSEWHERE for each in open_):
        yield "To keep a move to another course, move the lines in the outlines as well."
    if changed := [each for each in open_ if each.finding is not Finding.GONE]:
        restore = Command("apply", *_keys(changed, courses), refresh=True)
        yield Remedy("To restore the outline's version:", restore)
    wanted = [each for each in drifted if each.stance is not Stance.NONE]
    if gone := [each for each in wanted if each.finding is Finding.GONE]:
        keys = _keys(gone, courses)
        yield Remedy("To see what would be created again:", Command("plan", *keys, refresh=True))
        if alone := [each for each in gone if each.stance is not Stance.CHANGED]:
            them = "it" if len(alone) == 1 else "them"
            remove = Command("pull", *_targets(alone, courses), deleted=True)
            yield Remedy(f"To remove {them} from the outlines instead:", remove)
        if len(alone) < len(gone):
            yield "To leave deleted what the outline also changes, delete its lines there."


def _keys(some: Iterable[Drifted], courses: Mapping[int, Course]) -> tuple[str, ...]:
    """Return the keys of the courses with some findings; none if a command needs no course."""
    ids = {each.course_id for each in some}
    if not ids <= courses.keys() or len(ids) == len(courses):
        return ()
    return tuple(sorted(courses[each].key for each in ids))


def _targets(some: Sequence[Drifted], courses: Mapping[int, Course]) -> tuple[str, ...]:
    """Return the addresses of some findings; their courses if these are many or have a new key."""
    found = [(each.address, courses.get(each.course_id)) for each in some]
    named = [at for at, course in found if at and course and course_of(at) == course.key]
    is_few = len(found) <= _MOST_PULLED
    return (*named,) if is_few and len(named) == len(found) else _keys(some, courses)
