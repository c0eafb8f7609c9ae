"""Mending the state by hand: an address that moves, a record to forget, a doubt to settle.

Makes no request. Each change is journalled and saved under the lock, as those of an apply are;
who holds the project's state already goes on holding it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from coursesync.applying.recognise import entry_of
from coursesync.errors import CoursesyncError, UsageError
from coursesync.kinds import KINDS, LISTED, kind_of
from coursesync.kinds.address import course_of, key_of, parse_address
from coursesync.kinds.marker import SEVERAL_MARKED
from coursesync.nexudus.clock import SystemClock
from coursesync.state.journal import Forget, Move
from coursesync.state.logbook import Logbook
from coursesync.state.state import resolve as settled
from coursesync.text import inert

if TYPE_CHECKING:
    from coursesync.kinds.address import Address
    from coursesync.operations.workspace import Project
    from coursesync.state.state import Entry, State


def move(
    project: Project, address: str, to: str, *, dry_run: bool = False, lock_timeout: float = 0.0
) -> None:
    """Let the record at an address go on under another, in the same course.

    Changes the state only: the outline has to say the new key as well.

    Args:
        project: of the state.
        address: as in `Change.address`.
        to: the new address.
        dry_run: whether only to check that it can be done.
        lock_timeout: how many seconds to wait for an apply to end.

    Raises:
        UsageError: one of them is no address, or they are in two courses.
        CoursesyncError: there is nothing at `address`, or something at `to`.
        StateLocked: an apply holds the state.
        StateError: the state can't be read or saved.

    Example:
        >>> project = coursesync.open_project("courses")
        >>> old = min(project.state().entries)
        >>> coursesync.move(project, old, f"{old}-2")
    """
    old, new = address_of(address), address_of(to)
    if course_of(old) != course_of(new):
        noun = kind_of(old).name
        word = f"{course_of(old)}.{key_of(old)}"
        raise UsageError(
            f"{old} and {new} are in two courses",
            f"To move a {noun} to another course, write  previous_keys: [{word}]  beside "
            "its title in that course's outline, and apply.",
        )
    if dry_run:
        _check_move(project.state(), old, new)
        return
    with project.held(lock_timeout):
        known = project.state()
        _check_move(known, old, new)
        _announce(project, known, Move(to={old: new}, at=SystemClock().stamp()))


def _check_move(known: State, old: Address, new: Address) -> None:
    entry_at(known, old)
    if new in known.entries or new in known.doubts:
        raise CoursesyncError(f"{new} is in the state already", "Choose another key.")


def forget(
    project: Project, address: str, *, dry_run: bool = False, lock_timeout: float = 0.0
) -> Entry:
    """Forget the record at an address: it stays on the site as it is, and is managed no more.

    Args:
        project: of the state.
        address: as in `Change.address`.
        dry_run: whether only to check that it can be done.
        lock_timeout: how many seconds to wait for an apply to end.

    Returns:
        The entry that the state had: the record's Id, and whether it was protected.

    Raises:
        UsageError: it is no address.
        CoursesyncError: there is nothing at it.
        StateLocked: an apply holds the state.
        StateError: the state can't be read or saved.

    Example:
        >>> project = coursesync.open_project("courses")
        >>> coursesync.forget(project, min(project.state().entries)).id
    """
    at = address_of(address)
    if dry_run:
        return entry_at(project.state(), at)
    with project.held(lock_timeout):
        known = project.state()
        entry = entry_at(known, at)
        _announce(project, known, Forget(address=at, id=entry.id, at=SystemClock().stamp()))
    return entry


def _announce(project: Project, known: State, step: Move | Forget) -> None:
    log = Logbook(project.store, known)
    log.announce(step)
    project.store.finish(log.led_to())


def resolve(
    project: Project, address: str, record_id: int | None, *, lock_timeout: float = 0.0
) -> None:
    """Settle a create that is in doubt, by what a person found on the site.

    Args:
        project: of the state.
        address: the create in doubt, as in `Change.address`.
        record_id: the Id that it was given; None where it was not created, so that the next apply
            creates it.
        lock_timeout: how many seconds to wait for an apply to end.

    Raises:
        UsageError: it is no address.
        CoursesyncError: it is not in doubt, or the Id can't be that record's.
        StateLocked: an apply holds the state.
        StateError: the state can't be read or saved.

    Example:
        >>> project = coursesync.open_project("courses")
        >>> doubt = min(project.state().doubts)
        >>> coursesync.resolve(project, doubt, 87654321)
    """
    at = address_of(address)
    check_state(project, address)
    with project.held(lock_timeout):
        known = project.state()
        _check_doubt(known, at, record_id)
        # the journal first, if a run was cut off: a save of its own drops it
        known = project.store.recover(known)
        entry = None if record_id is None else entry_of(known.doubts[at], record_id, at)
        project.store.finish(settled(known, at, entry))


def check_state(project: Project, address: str) -> None:
    """Raise CoursesyncError where nothing can be in doubt: not even the state's folder is there."""
    if not project.store.path.parent.is_dir():  # the lock would make it
        raise CoursesyncError(f"{address} is not in doubt", "There is no state yet.")


def _check_doubt(state: State, address: Address, record_id: int | None) -> None:
    if address not in state.doubts:
        others = ", ".join(sorted(state.doubts))
        told = f"In doubt: {others}." if others else "Nothing is: there is nothing to settle."
        raise CoursesyncError(f"{address} is not in doubt", told)
    doubt = state.doubts[address]
    found = [candidate.id for candidate in doubt.candidates]
    if found and record_id is None and doubt.reason == SEVERAL_MARKED:
        raise CoursesyncError(
            f"{address} was created: {', '.join(map(str, found))} carry its marker",
            "Say which of them it is, with  --id  and delete the others in Nexudus.",
        )
    if found and record_id is not None and record_id not in found:
        raise CoursesyncError(
            f"the Id {record_id} is none of those that were found for {address}: "
            f"{', '.join(map(str, found))}",
            "Look for the Id again; the next apply looks once more, too.",
        )
    for other, entry in state.entries.items():
        if entry.id == record_id:
            raise CoursesyncError(
                f"the Id {record_id} is that of {other}",
                "A record can have one address only: look for the Id again.",
            )


def recover(project: Project, *, lock_timeout: float = 0.0) -> bool:
    """Save what a cut-off run left in its journal, as a machine that is about to go has to.

    Args:
        project: of the state.
        lock_timeout: how many seconds to wait for an apply to end.

    Returns:
        Whether there was anything. A journal that is another state's is set aside and not saved:
        `project.store.foreign` says where it is.

    Raises:
        StateLocked: an apply holds the state.
        StateError: the state or the journal can't be read, or the state can't be saved.

    Example:
        >>> coursesync.recover(coursesync.open_project("courses"))
        False
    """
    with project.held(lock_timeout):
        known = project.state()
        return project.store.recover(known) is not known


_EXAMPLE = f"{LISTED.name}.onboarding.welcome"


def address_of(text: str) -> Address:
    """Read an address; raises UsageError where it is none."""
    address = parse_address(text)
    if address is None or address.partition(".")[0] not in KINDS:
        whole = f"{LISTED.name}.{text}"
        meant = whole if parse_address(whole) else ""
        remedy = f"Did you mean  {meant}  ?" if meant else "An address is like  " + _EXAMPLE
        raise UsageError(f'"{inert(text, 100)}" is no address', remedy)
    return address


def entry_at(known: State, address: Address) -> Entry:
    """Return the entry at an address; raises CoursesyncError where there is none."""
    if address in known.doubts:
        raise CoursesyncError(
            f"{address} is in doubt", f"Settle that first:  coursesync resolve {address} --help"
        )
    if address not in known.entries:
        raise CoursesyncError(
            f"{address} is not in the state", "See what is:  coursesync state list"
        )
    return known.entries[address]
