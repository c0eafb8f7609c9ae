"""Repairs the state by hand: move an address, forget a record, settle a doubt.

Owns what a person may change in the state; each change is journalled and saved under the lock. If
the caller already holds the lock, it stays held. It must never make a request.
"""

from __future__ import annotations

from contextlib import nullcontext
from typing import TYPE_CHECKING

from coursesync.errors import Code, Command, CoursesyncError, Remedy, UsageError
from coursesync.kinds import KINDS, LISTED, held_in, kind_of
from coursesync.kinds.address import (
    address_of,
    course_of,
    is_course,
    key_of,
    keys_of,
    parse_address,
)
from coursesync.kinds.inline import line_of
from coursesync.nexudus.clock import SystemClock
from coursesync.planning.live_diff import entry_of
from coursesync.state.journal import Forget, Look, Move
from coursesync.state.logbook import Logbook
from coursesync.state.state import resolve as settled
from coursesync.text import inert

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from coursesync.kinds.address import Address
    from coursesync.operations.workspace import Project
    from coursesync.state.state import Doubt, Entry, State


def move(
    project: Project, address: str, to: str, *, dry_run: bool = False
) -> Mapping[Address, Address]:
    """Give the record at an address another address in the same course, and those in it as well.

    Changes only the state: the outline must have the new key, too. With `dry_run`, only check that
    it is possible.

    Returns:
        The new addresses by the old ones.

    Raises:
        UsageError: one of them is not an address, or they are in two courses or of two kinds.
        CoursesyncError: there is nothing at `address`, something at `to`, or a doubt in the record.
        StateLocked, StateError: as in `apply`.

    Example:
        >>> project = coursesync.open_project("courses")
        >>> old = min(project.state().entries)
        >>> coursesync.move(project, old, f"{old}-2")
    """
    old, new = checked_address(address), checked_address(to)
    kind = kind_of(old)
    if kind is not kind_of(new):
        raise UsageError(
            f"{old} is a {kind.name}, and {new} would be a {kind_of(new).name}",
            f"Give an address that begins with {kind.name}.",
        )
    if course_of(old) != course_of(new) and kind.within:
        raise UsageError(
            f"{old} and {new} are in two courses",
            f"A {kind.name} stays in its course, because members' completions would be lost.",
        )
    if course_of(old) != course_of(new):
        what = f"a {kind.name} to another course"
        remedy = to_another_course(old, what, f"the outline of {course_of(new)}")
        raise UsageError(f"{old} and {new} are in two courses", remedy)
    with nullcontext() if dry_run else project.held():
        known = project.state()
        entry_at(known, old)
        moves = {old: new, **_inside(known, old, new)}
        for each in moves.values():
            if each in known.entries or each in known.doubts:
                raise CoursesyncError(f"{each} is in the state already", "Choose another key.")
        parent = kind.parent_of(new)
        if not is_course(parent) and parent not in known.entries:
            raise CoursesyncError(
                f"{new} would be in {parent}, which is not in the state",
                Remedy("See what is:", Command("state list")),
            )
        if not dry_run:
            _announce(project, known, Move(to=moves, at=SystemClock().stamp()))
    return moves


def _inside(known: State, old: Address, new: Address) -> dict[Address, Address]:
    """Return the new address of each record in the one at `old`, which gets the address `new`.

    Raises CoursesyncError if one is in doubt.
    """
    kinds = held_in(kind_of(old))
    inside: dict[Address, Address] = {}
    for at in sorted({*known.entries, *known.doubts}):
        if (kind := kind_of(at)) in kinds and kind.parent_of(at) == old:
            entry_at(known, at)
            inside[at] = address_of(kind.name, *keys_of(new), key_of(at))
    return inside


def forget(project: Project, address: str, *, dry_run: bool = False) -> Entry:
    """Forget the record at an address: it stays on the site, and is not managed any more.

    With `dry_run`, only check that it is possible.

    Returns:
        The entry that the state had: the record's Id, and whether it was protected.

    Raises:
        UsageError, CoursesyncError: it is not an address, or there is nothing at it.
        StateLocked, StateError: as in `apply`.

    Example:
        >>> project = coursesync.open_project("courses")
        >>> coursesync.forget(project, min(project.state().entries)).id
    """
    at = checked_address(address)
    with nullcontext() if dry_run else project.held():
        known = project.state()
        entry = entry_at(known, at)
        if not dry_run:
            _announce(project, known, Forget(address=at, id=entry.id, at=SystemClock().stamp()))
    return entry


def _announce(project: Project, known: State, step: Move | Forget) -> None:
    log = Logbook(project.store, known)
    log.announce(step)
    project.store.finish(log.led_to())


def entry_steps(
    entries: Mapping[Address, Entry],
    forgotten: Mapping[Address, int],
    moved: Mapping[Address, Address],
    at: str,
) -> list[Move | Look | Forget]:
    """Return the steps by which records come under management, move, or leave the state.

    Args:
        entries: the new entries by address.
        forgotten: the addresses that leave the state, with their Ids.
        moved: the new addresses of records, by the old ones.
        at: the time, ISO 8601 in UTC.
    """
    moves = [Move(to=moved, at=at)] if moved else []
    looks = [Look(address=each, entry=entries[each], at=at) for each in sorted(entries)]
    forgets = [Forget(address=each, id=number, at=at) for each, number in forgotten.items()]
    return [*moves, *looks, *forgets]


def save_entries(project: Project, known: State, steps: Sequence[Move | Look | Forget]) -> None:
    """Save these steps, and what an interrupted run left."""
    if not steps:
        project.store.recover(known)
        return
    log = Logbook(project.store, known)
    for step in steps:
        if isinstance(step, Look):
            log.record(step)
        else:
            log.announce(step)
    log.check()
    project.store.finish(log.led_to())


def resolve(project: Project, address: str, record_id: int | None) -> bool:
    """Settle a create in doubt, with the result of a person's look at the site.

    `record_id` is the Id of the record; None if there is none, so that the next apply creates it.

    Returns:
        Whether an earlier look found the record. If not, nothing has checked its Id.

    Raises:
        UsageError: it is not an address.
        CoursesyncError: it is not in doubt, or the Id can't be that record's.
        StateLocked, StateError: as in `apply`.

    Example:
        >>> project = coursesync.open_project("courses")
        >>> doubt = min(project.state().doubts)
        >>> coursesync.resolve(project, doubt, 87654321)
    """
    at = checked_address(address)
    check_state(project, address)
    with project.held():
        known = project.state()
        _check_doubt(known, at, record_id)
        # first the journal of an interrupted run, because a save drops it
        known = project.store.recover(known)
        doubt = known.doubts[at]
        entry = None if record_id is None else entry_of(doubt, record_id, at)
        project.store.finish(settled(known, at, entry))
    return any(candidate.id == record_id for candidate in doubt.candidates)


def check_state(project: Project, address: str) -> None:
    """Raise CoursesyncError if there is no state's folder, so that nothing can be in doubt."""
    if not project.store.path.parent.is_dir():  # the lock would create it
        raise CoursesyncError(f"{address} is not in doubt", "There is no state yet.")


def _check_doubt(state: State, address: Address, record_id: int | None) -> None:
    if address not in state.doubts:
        others = ", ".join(sorted(state.doubts))
        nothing = "Nothing is in doubt: there is nothing to settle."
        remedy = f"In doubt: {others}." if others else nothing
        raise CoursesyncError(f"{address} is not in doubt", remedy)
    doubt = state.doubts[address]
    found = [candidate.id for candidate in doubt.candidates]
    if record_id is None and doubt.was_created:
        raise CoursesyncError(
            f"{address} was created: {', '.join(map(str, found))} carry its marker",
            _choice(address, found),
        )
    if found and record_id is not None and record_id not in found:
        raise CoursesyncError(
            f"the Id {record_id} is none of those found for {address}: "
            f"{', '.join(map(str, found))}",
            _choice(address, found),
        )
    for other, entry in state.entries_of(kind_of(address)).items():
        if entry.id == record_id:
            raise CoursesyncError(
                f"the Id {record_id} is the Id of {other}",
                "A record can have only one address: check the Id.",
            )


def _choice(address: Address, found: Iterable[int]) -> Remedy:
    choices = (Command("resolve", address, id=each) for each in found)
    return Remedy("Choose one of these:", *choices)


def recover(project: Project) -> bool:
    """Save what an interrupted run left in its journal, before this machine is deleted.

    Returns whether there was anything. A journal of another state is set aside and not saved:
    `project.store.foreign` says where it is.

    Raises:
        StateLocked, StateError: as in `apply`, or the journal can't be read.

    Example:
        >>> coursesync.recover(coursesync.open_project("courses"))
        False
    """
    with project.held():
        known = project.state()
        return project.store.recover(known) is not known


def checked_address(text: str, project: Project | None = None) -> Address:
    """Return the address in a text; raises UsageError if it is not one.

    If the text is the end of an address in the state of `project`, the error names that.
    """
    address = parse_address(text)
    if address is None or address.partition(".")[0] not in KINDS:
        meant = _ending_in(f".{text}", project.state()) if project else ""
        whole = meant or f"{LISTED.name}.{text}"
        example = Remedy("An address is like", Code(f"{LISTED.name}.onboarding.welcome"))
        remedy = Remedy("Did you mean", Code(whole), "?") if parse_address(whole) else example
        raise UsageError(f'"{inert(text, 100)}" is not an address', remedy)
    return address


def _ending_in(end: str, known: State) -> str:
    """Return the only address in the state with this end; "" if there is none, or several."""
    found = [at for at in (*known.entries, *known.doubts) if at.endswith(end)]
    return found[0] if len(found) == 1 else ""


def to_another_course(address: Address, what: str, outline: str) -> Remedy:
    """Return how to move a record to another course; `what` and `outline` are in words."""
    key = line_of("previous_keys", [f"{course_of(address)}.{key_of(address)}"])
    return Remedy(f"To move {what}, write", key, f"beside its title in {outline}, and apply.")


def in_doubt(address: Address, doubt: Doubt) -> CoursesyncError:
    """Return the error of an address that is still in doubt, with a command for each answer."""
    ids = [str(candidate.id) for candidate in doubt.candidates] or ["ID"]
    is_there = Remedy(*(Command("resolve", address, id=each) for each in ids))
    is_not = Remedy("If it is not:", Command("resolve", address, not_created=True))
    absent = "" if doubt.was_created else is_not
    return CoursesyncError(
        f"{address} is in doubt: {doubt.reason}",
        Remedy("Settle that first. If it is in Nexudus:", is_there, absent),
    )


def entry_at(known: State, address: Address) -> Entry:
    """Return the entry at an address; raises CoursesyncError if there is none."""
    if address in known.doubts:
        raise in_doubt(address, known.doubts[address])
    if address not in known.entries:
        raise CoursesyncError(
            f"{address} is not in the state", Remedy("See what is:", Command("state list"))
        )
    return known.entries[address]
