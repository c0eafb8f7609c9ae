"""Owns the words of a plan: for each action, for a row, and the sentences around the rows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from coursesync.applying.hindrances import describe
from coursesync.errors import Code, Command, Remedy, Shell
from coursesync.kinds import LISTED, held_in, kind_of
from coursesync.kinds.address import key_of, keys_of
from coursesync.kinds.counting import in_turn, nouns
from coursesync.kinds.counting import noun as noun_of
from coursesync.kinds.field import Role
from coursesync.kinds.inline import line_of
from coursesync.planning.action import Action
from coursesync.planning.large_change import oversized
from coursesync.planning.removal import unlisted
from coursesync.render.fit import Rank
from coursesync.text import count, inert, listed

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from coursesync.errors import Sentence
    from coursesync.kinds.kind import Kind
    from coursesync.planning.change import Change
    from coursesync.planning.plan import Course, Plan
    from coursesync.render.holders import Holders


@dataclass(frozen=True, slots=True)
class Wording:
    """The words for an action, or for a finding on the site.

    `mark`, `verb` and `style` (the name of a colour) are for a row; `counted` follows a number.
    `rank` is the priority of the rows when a document must be cut. `left` says what happens to a
    record that is no longer in any outline. `titled` puts a title into a sentence of its own.
    """

    mark: str
    verb: str
    counted: str
    style: str
    rank: Rank
    left: str = ""
    titled: str = "{}"


WORDING = {
    Action.CREATE: Wording("+", "create", "to create", "green", Rank.NEW),
    Action.UPDATE: Wording("~", "update", "to update", "yellow", Rank.ROWS),
    Action.DELETE: Wording(
        "-", "delete", "to delete", "red", Rank.LOST, left="to be deleted from the site"
    ),
    Action.DEACTIVATE: Wording(
        *("~", "hide", "to hide from members", "yellow", Rank.WEIGHTY),
        left="to be hidden from members",
    ),
    Action.MOVE: Wording(">", "change the key of", "to get another key", "yellow", Rank.ROWS),
    Action.PROTECT: Wording("=", "protect", "to protect", "yellow", Rank.ROWS),
    Action.KEEP: Wording("!", "keep", "kept", "cyan", Rank.ROWS, left="kept on the site"),
    Action.DOUBT: Wording("?", "in doubt", "in doubt", "magenta", Rank.WEIGHTY),
}
UNPROTECTING = Wording("=", "unprotect", "to unprotect", "yellow", Rank.ROWS)
PUBLISHING = Wording("~", "publish", "to publish", "green", Rank.ROWS, titled="publish “{}”")
TAKING_OFF = Wording(
    *("~", "take off the site", "to take off the site", "yellow", Rank.WEIGHTY),
    titled="take “{}” off the site",
)
_PUBLISHED = {PUBLISHING: "once all that is in it is done", TAKING_OFF: "members no longer see it"}
# for a record that moves to another course, in the course that it leaves
LEAVING = Wording("<", "move away", "to move to another course", "yellow", Rank.ROWS)
COUNTED = (*WORDING.values(), UNPROTECTING, PUBLISHING, TAKING_OFF)  # in a summary's order
NOTHING = "Nothing to do: the outlines match the state."
NO_OUTLINE = "without an outline"
_NO_STATE = (
    "This is the first apply: it looks at the site twice, so that nothing is created twice. "
    "Between the two looks it waits for the settling time: one minute by default, and not with "
    "--sandbox. A {} that is on the site and equals the outline's is adopted. If only the title is "
    "the same, coursesync asks you."
)
_MOST_HINDRANCES, _MOST_INSIDE, _MOST_KEYS = 3, 3, 5  # named in one message


def remark(change: Change, holders: Holders, seen: str) -> str:
    """Return what a row adds to its mark; "" if there is nothing to add.

    `holders` name what the record may be in; `seen` is what members see of it.
    """
    known = f"(Id {change.record_id})"
    if left := WORDING[change.action].left:
        why = f": {change.reason}" if change.reason else ""
        same = change.likely_same
        gone = f"possibly moved to {inert(same)}" if same else "no longer in any outline"
        return f"{gone}; {left} {known}{why}"
    if change.action is Action.DOUBT:
        return f"in doubt: {inert(change.reason)}"
    if change.action is Action.PROTECT:
        return f"{'protected from deletion' if change.protected else 'no longer protected'} {known}"
    if change.action is Action.CREATE:
        return ""
    if change.kind.of is not None and change.action is Action.UPDATE:
        return "; ".join(filter(None, (_PUBLISHED[wording_of(change)], inert(change.reason))))
    move = f"{move}; {seen}" if (move := holders.move(change)) else ""
    was = change.previous_address
    if was and not (move and key_of(was) == key_of(change.address)):
        move = f"{move}; was {inert(was)}" if move else f"was {inert(was)}"
    kept = f"{move}; keeps its Id {change.record_id}" if move else ""
    return kept if was else "; ".join(filter(None, (kept, inert(change.reason))))


def wording_of(change: Change) -> Wording:
    """Return the words for a change."""
    if change.kind.of is not None and change.action is Action.UPDATE:
        return PUBLISHING if change.kind.is_active(change.attributes) else TAKING_OFF
    is_released = change.action is Action.PROTECT and not change.protected
    return UNPROTECTING if is_released else WORDING[change.action]


def own_record(change: Change, changes: Iterable[Change]) -> str:
    """Return what a row adds to a course's own record that is made or updated."""
    if change.action is not Action.CREATE:
        return "the course itself"
    is_published = any(each.kind.of is change.kind for each in changes)
    return f"new course, {'hidden until it is published' if is_published else 'not published'}"


def question(change: Change) -> Sentence:
    """Return what the author should answer about a new record; "" for nothing."""
    if change.action is not Action.CREATE:
        return ""
    kind, same = change.kind, change.likely_same
    if same is None:
        return change.reason
    if kind.within is not None:
        return (
            f"It is like {inert(same)}, but a {kind.name} can't move to another course: this one "
            "is new, and no member has completed it."
        )
    return Remedy(
        f"Is this {inert(same)}, moved here? To keep its Id instead of creating a new "
        f"{kind.name}, add to it{_at(change)}:",
        line_of("previous_keys", [inert(".".join(keys_of(same)))]),
    )


def maybe_renamed(changes: Sequence[Change]) -> Sentence:
    """Return the question whether an old key in a course changed; "" if there is none."""
    alone = [change for change in changes if change.likely_same is None]
    gone = [each for each in alone if WORDING[each.action].left]
    new = {change.kind for change in alone if change.action is Action.CREATE}
    asked = [_renamed(kind, alone) for kind in in_turn(each.kind for each in gone) if kind in new]
    return Remedy(*(piece for each in asked for piece in each.pieces)) if asked else ""


def _at(change: Change) -> str:
    return f" at {inert(str(change.where), 200)}" if change.where else ""


def _renamed(kind: Kind, alone: Sequence[Change]) -> Remedy:
    old = [each for each in alone if each.kind is kind and WORDING[each.action].left]
    new = [each for each in alone if each.kind is kind and each.action is Action.CREATE]
    old.sort(key=lambda change: (change.order, change.address))
    named = [key_of(each.address) if kind.within is None else each.address for each in old]
    keys = [
        f"{inert(name, 60)} ({inert(each.title, 40)})"
        for name, each in zip(named, old, strict=True)
    ]
    return Remedy(
        f"Is a new {kind.name} an old one under a new key? To keep its Id, give it the old key, as "
        "in",
        line_of("previous_keys", [inert(named[0])]),
        f"The old keys are: {listed(keys, _MOST_KEYS)}.",
        f"New here: {listed([f'{key_of(each.address)}{_at(each)}' for each in new], _MOST_KEYS)}.",
    )


def without_outline(plan: Plan) -> Iterator[tuple[Course, int]]:
    """Yield each course of a plan that has records and no outline, and how many records."""
    for course, changes in plan.by_course():
        gone = [each for each in changes if WORDING[each.action].left]
        if course.path is None and gone:
            yield course, len(gone)


def _lost(plan: Plan, restoring: Mapping[int, Shell]) -> Iterator[Sentence]:
    """Yield how to restore outlines that may be lost."""
    for course, number in without_outline(plan):
        has = f"The course {course.id} has {count(number, 'record')} and no outline."
        if restore := restoring.get(course.id):
            yield Remedy(f"{has} If it was deleted by mistake, restore it from git:", restore)
        else:
            again = Command("import", course=course.id)
            yield Remedy(f"{has} If it was lost, write it again from the site:", again)


def warnings(plan: Plan, restoring: Mapping[int, Shell]) -> Iterator[Sentence]:
    """Yield what to know before a plan is applied.

    `restoring` are the commands that restore a lost outline, by the course's Id.
    """
    if keys := plan.scope.keys:
        noun = "course" if len(keys) == 1 else "courses"
        yield f"This is only for the {noun} {listed(keys, _MOST_KEYS)}."
    if much := " and ".join(oversized(plan)):
        stops = f"This changes {much}. apply stops before its first write unless you add"
        yield Remedy(stops, Shell("--allow-large-change"))
    yield from cautions(plan, restoring)


def cautions(plan: Plan, restoring: Mapping[int, Shell]) -> Iterator[Sentence]:
    """Yield what to know about the changes of a plan; `restoring` is as in `warnings`."""
    yield from _losses(plan)
    yield from _lost(plan, restoring)
    kept = [
        change
        for change in plan.changes
        if change.action is Action.KEEP and not change.reason and change.likely_same is None
    ]
    yield from _kept(kept)
    yield from _listless([c for c in plan.changes if c.reason == unlisted(c.kind)])
    yield from _reported([c for c in plan.changes if c.action is Action.KEEP])
    if plan.has_changes and not plan.serial:
        yield _NO_STATE.format(noun_of(change.kind.record for change in plan.changes))
    yield from _hindrances(plan)


def _kept(kept: Sequence[Change]) -> Iterator[Sentence]:
    """Yield how to hide or delete records that left their outline: some of them, then all."""
    if not kept:
        return
    kinds = [*in_turn(each.kind for each in kept)]
    some: tuple[str | Code, ...] = ()
    for kind in [each for each in kinds if each.has(Role.ACTIVE)][:1]:
        hidden = line_of(kind.field_of(kind.active_property or ""), value=False)
        some = f"To hide a kept {noun_of(kinds)}, put its lines back into the outline, with", hidden
    yield Remedy(
        *some,
        f"To hide all {nouns(kinds)} that leave their outline, in the whole workspace, add",
        Code('on_removal = "deactivate"'),
        "to coursesync.toml, or run plan and apply with",
        Shell("--on-removal", "deactivate"),
        "To delete them, run both with",
        Shell("--on-removal", "delete", "--prune"),
        _loses(kinds),
    )


def _listless(lost: Sequence[Change]) -> Iterator[Sentence]:
    """Yield what to do about records that stay because the outline has no list of their kind."""
    if not lost:
        return
    kind = lost[0].kind
    named = [f"{inert(key_of(each.address), 60)} ({inert(each.title, 40)})" for each in lost]
    yield Remedy(
        f"If a list of {kind.plural} was lost, put it back, with these {kind.plural}: "
        f"{listed(named, _MOST_KEYS)}. To leave a {kind.name} alone for good:",
        Command("state rm", lost[0].address),
    )


def _reported(kept: Sequence[Change]) -> Iterator[Sentence]:
    """Yield how to leave records on the site without a report in each plan."""
    stay = [each.address for each in kept if each.likely_same is None]
    above = {*stay}
    named = [at for at in stay if kind_of(at).parent_of(at) not in above]
    if named:
        them = "it" if len(stay) == 1 else "them"
        more = "Then those in the next plan." if len(named) > _MOST_KEYS else ""
        yield Remedy(
            f"To leave {them} on the site, and not be shown {them} in each plan:",
            Command("state leave", *named[:_MOST_KEYS]),
            more,
        )


def _losses(plan: Plan) -> Iterator[Sentence]:
    """Yield what deletions and moves to other courses lose, and where apply would stop."""
    noun = LISTED.name
    if any(change.leaves_others for change in plan.changes if change.kind is LISTED):
        inside = nouns(held_in(LISTED))
        completed = nouns(kind for kind in held_in(LISTED) if kind.completions)
        what = (
            f"Members' progress belongs to {completed}, and {inside} are not deleted or moved with "
            f"their {noun}. apply stops before it deletes a {noun}, or moves it to another course, "
            f"while it has {inside} in Nexudus that this plan does not delete or move."
        )
        instead = f"To hide a {noun} from members instead of deleting it, use"
        hide = (instead, Shell("--on-removal", "deactivate")) if plan.count(Action.DELETE) else ()
        yield Remedy(what, *hide)
    losing = {each.kind for each in plan.changes if each.loses_completions}
    for kind in losing:
        if kind.is_course:
            yield Remedy(
                f"With a {kind.name}, its enrolments are deleted. apply counts them first, and "
                "stops if there are any, unless you add",
                Shell("--allow-progress-loss"),
            )
    if lost := {kind for kind in losing if not kind.is_course}:
        yield Remedy(
            f"What members completed in the deleted {nouns(lost)} would be lost. apply counts "
            "these members first, and stops if there are any, unless you add",
            Shell("--allow-progress-loss"),
        )


def _hindrances(plan: Plan) -> Iterator[Sentence]:
    """Yield the changes at which apply would stop."""
    shown = plan.hindrances[:_MOST_HINDRANCES]
    for each in shown:
        address = inert(each.change.address, 100)
        reason = describe(each, _MOST_INSIDE)
        yield f"apply would stop at {address} (Id {each.change.record_id}): {reason}."
    yield from dict.fromkeys(each.remedy for each in shown)
    if more := len(plan.hindrances) - len(shown):
        because = nouns(held_in(LISTED))
        yield f"apply would stop at {count(more, f'more {LISTED.name}')} because of {because}."


def _loses(kinds: Iterable[Kind]) -> str:
    """Return what is lost if records of some kinds are deleted; "" if nothing is."""
    lost = {kind for kind in kinds if kind.completions}
    return f"Deleting {nouns(lost)} loses what members completed in them." if lost else ""
