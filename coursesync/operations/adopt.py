"""Manages, at an address, the record that a person chose. Only reads are sent.

The record is one that is not managed yet, or one of two twins; the other twin becomes a stranger to
the state. It must never delete a record: people do that in Nexudus.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from coursesync.applying.completions import who_completed
from coursesync.errors import Command, CoursesyncError, Remedy
from coursesync.kinds import kind_of
from coursesync.kinds.address import address_of, course_address, course_of, key_of, keys_of
from coursesync.nexudus.listing import Lookout
from coursesync.nexudus.sender import Sender
from coursesync.operations.import_entries import adopted
from coursesync.operations.import_records import misfit
from coursesync.operations.site import connected
from coursesync.operations.state import (
    checked_address,
    entry_at,
    in_doubt,
    save_entries,
    to_another_course,
)
from coursesync.planning.live_diff import as_read
from coursesync.planning.twins import namesakes, twins
from coursesync.state.journal import Look

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from coursesync.applying.world import Progress
    from coursesync.errors import Sentence
    from coursesync.kinds.address import Address
    from coursesync.kinds.kind import Kind
    from coursesync.nexudus.credentials import Credentials
    from coursesync.nexudus.ports import Clock
    from coursesync.nexudus.records import Record
    from coursesync.operations.workspace import Project
    from coursesync.outlines.workspace_files import Outlines
    from coursesync.state.state import Entry, State


def adopt(
    project: Project,
    address: str,
    record_id: int,
    *,
    credentials: Credentials | None = None,
    progress: Progress | None = None,
    clock: Clock | None = None,
) -> Entry:
    """Bring one record of the site under management, at an address as in `Change.address`.

    The other parameters are as in `apply`.

    Returns:
        The new entry of the state, with the values of the record.

    Raises:
        CoursesyncError: one of the two is managed already, or the course has no such record.
        RemoteError, StateLocked, StateError, UsageError: as in `apply`.

    Example:
        >>> project = coursesync.open_project("courses")
        >>> new = coursesync.plan(coursesync.load("courses")).changes[0]
        >>> coursesync.adopt(project, new.address, 87654321)
    """
    at = checked_address(address)
    with project.held():
        known, loaded = project.state(), project.load_all()
        if (present := known.entries.get(at)) is not None and present.id == record_id:
            return present
        _check_free(known, at, record_id)
        with connected(project, loaded.outlines, clock, progress, credentials) as world:
            found = Lookout(Sender(world)).records(kind_of(at), [record_id]).all()
        record = _in_its_course(found.get(record_id), record_id, at, loaded)
        _check_holder(record, at, known)
        wanted = (each for outline in loaded.outlines for each in outline.resources)
        protected = any(each.protected for each in wanted if each.address == at)
        entry = adopted(kind_of(at), record, record.attributes, protected=protected)
        save_entries(project, known, [Look(address=at, entry=entry, at=world.clock.stamp())])
    return entry


def _check_free(known: State, address: Address, record_id: int) -> None:
    alike = known.entries_of(kind_of(address)).items()
    home = next((at for at, entry in alike if entry.id == record_id), None)
    if home is not None:
        raise CoursesyncError(
            f"{kind_of(address).name} {record_id} is managed already, as {home}",
            _to_other_address(known, home, address),
        )
    if address in known.doubts:
        raise in_doubt(address, known.doubts[address])
    if address in known.entries:
        raise CoursesyncError(
            f"{address} is the {kind_of(address).name} {known.entries[address].id} already",
            Remedy("To forget that first:", Command("state rm", address)),
        )


def _to_other_address(known: State, home: Address, address: Address) -> Sentence:
    """Return the remedy for a record that is managed at another address already."""
    if course_of(home) != course_of(address):
        return to_another_course(home, "it to this course", "that outline")
    if address in known.entries:
        number = known.entries[address].id
        return f"{address} is another {kind_of(address).name}, with the Id {number}."
    return Remedy("To give it another key:", Command("state mv", home, address))


def _in_its_course(
    record: Record | None, record_id: int, address: Address, loaded: Outlines
) -> Record:
    noun = kind_of(address).name
    if record is None:
        raise CoursesyncError(
            f"there is no {noun} {record_id} in Nexudus",
            f"Open the {noun} in Nexudus; its Id is in the address of the page.",
        )
    if why := misfit(record, kind_of(address)):
        raise CoursesyncError(f"{noun} {record_id}: {why}", "Save it again in Nexudus.")
    for outline in loaded.outlines:
        if outline.key == course_of(address) and outline.course_id != record.course_id:
            raise CoursesyncError(
                f"{noun} {record_id} is in the course {record.course_id}, and {outline.path} is "
                f"of the course {outline.course_id}",
                f"Give the address of a {noun} in that course's outline.",
            )
    return record


def _check_holder(record: Record, address: Address, known: State) -> None:
    """Raise CoursesyncError if a record has another parent than its address would name."""
    kind, outer = kind_of(address), kind_of(address).within
    if outer is None:
        return
    has = record.attributes.get(kind.parent_property)
    homes = (at for at, entry in known.entries_of(outer).items() if entry.id == has)
    home = course_address(course_of(address)) if has is None else next(homes, None)
    if home == kind.parent_of(address):
        return
    where = f"in no {outer.name}" if has is None else f"in the {outer.name} {has}"
    remedy = Remedy(f"First manage that {outer.name}:", Command("import", "ADDRESS", has or 0))
    if home is not None:
        there = address_of(kind.name, *keys_of(home), key_of(address))
        remedy = Remedy("Give it an address there:", Command("import", there, record.id))
    problem = f"{kind.name} {record.id} is {where}, so its address can't be {address}"
    raise CoursesyncError(problem, remedy)


def keep(
    project: Project,
    address: str,
    record_id: int,
    *,
    credentials: Credentials | None = None,
    progress: Progress | None = None,
    clock: Clock | None = None,
) -> Mapping[int, str]:
    """Keep one of the records at an address under management.

    The address has an Id, and a twin on the site; `record_id` is the Id of the record to keep. The
    other parameters are as in `apply`.

    Returns:
        The Ids of the others, which stay on the site and are not managed any more; for each, in
        words, how many members have completed it, or that it is not known; "" if none has.

    Raises:
        CoursesyncError: there is nothing at the address, it has no twin, or the Id is of neither.
        RemoteError, StateLocked, StateError, UsageError: as in `apply`.

    Example:
        >>> found = coursesync.drift(coursesync.load("courses")).found
        >>> twin = next(each for each in found if each.own)
        >>> coursesync.keep(coursesync.open_project("courses"), twin.address, 87654321)
        {87654320: '5 members have completed it'}
    """
    at = checked_address(address)
    with project.held():
        known = project.state()
        entry, kind = entry_at(known, at), kind_of(at)
        course_id = kind.course_id_of(entry.sent)
        with connected(project, (), clock, progress, credentials) as world:
            # a record that a person rejected before can be chosen now
            undecided = known.with_strangers(kind, ())
            sender = Sender(world)
            live = _of_course(sender, undecided, course_id, kind)
            owners = twins(undecided, live.values(), kind)
            second = {record for record, owner in owners.items() if owner == at}
            either = {entry.id, *second} & live.keys()
            others = _completed(sender, kind, sorted(either - {record_id}))
        if not second:
            raise CoursesyncError(
                f"{at} has no twin in the course {course_id}",
                Remedy("See what the site has:", Command("drift")),
            )
        if record_id not in either:
            choices = (Command("resolve", at, keep=each) for each in sorted(either))
            raise CoursesyncError(
                f"the Id {record_id} is none of those that {at} has on the site: "
                f"{', '.join(map(str, sorted(either)))}",
                Remedy("Choose one of these:", *choices),
            )
        kept = entry
        if record_id != entry.id:
            kept = as_read(replace(entry, attempted=None, id=record_id), live[record_id], kind)
        # first the journal of an interrupted run, because a save drops it
        known = project.store.recover(known)
        complete = {key: each for key, each in known.complete.items() if key != course_of(at)}
        entries = {**known.entries, at: kept}
        strangers = {*known.strangers_of(kind), *others} - {record_id}
        known = replace(known, complete=complete, entries=entries)
        project.store.finish(known.with_strangers(kind, strangers))
    return others


def _completed(sender: Sender, kind: Kind, ids: Sequence[int]) -> dict[int, str]:
    counts = kind.completions
    return {each: who_completed(sender, counts, each) if counts else "" for each in ids}


def _of_course(sender: Sender, known: State, course: int, kind: Kind) -> Mapping[int, Record]:
    lookout = Lookout(sender)
    held = {entry.id for entry in known.entries_of(kind).values()}
    listed = lookout.around(kind, [course]).found.values()
    read = lookout.whole(kind, listed, lambda record: record.id not in held).all().values()
    alike = namesakes(known, read, kind)
    return lookout.whole(kind, read, lambda record: record.id in alike).all()
