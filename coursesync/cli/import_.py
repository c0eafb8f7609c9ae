"""`coursesync import`: courses and sections that are on the site already, under management."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import click

from coursesync.adapters.clock import SystemClock
from coursesync.adapters.outline_import import Untold, draft, save
from coursesync.cli.online import online
from coursesync.cli.options import SecondsRange, target_options, workspace_option
from coursesync.cli.screen import say
from coursesync.cli.session import open_session
from coursesync.errors import CoursesyncError, ExitCode, RemoteError, UsageError
from coursesync.importing import adopted, course_key, entries_of, wanted
from coursesync.journal import Look
from coursesync.logbook import Logbook
from coursesync.looking import Lookout
from coursesync.plan import Action
from coursesync.project import plan_of
from coursesync.resources import KINDS, kind_of
from coursesync.resources.base import course_of, parse_address
from coursesync.sending import Sender
from coursesync.stop import Stop
from coursesync.words import count, inert, on_one_line

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from coursesync.adapters.outline_files import Outlines
    from coursesync.cli.session import Session
    from coursesync.live import Record
    from coursesync.resources.base import Address
    from coursesync.state import Entry, State

_SECTION = KINDS["section"]


@dataclass(frozen=True, slots=True)
class _Found:
    """What the site has: the titles of the courses, and their sections."""

    titles: Mapping[int, str]
    records: Sequence[Record]

    def of(self, course_id: int) -> list[Record]:
        return [record for record in self.records if record.parent_id == course_id]


@click.command("import")
@click.argument("address", required=False)
@click.argument("record_id", metavar="ID", type=click.IntRange(1, 2**63 - 1), required=False)
@click.option(
    "--course",
    "courses",
    type=click.IntRange(1, 2**63 - 1),
    multiple=True,
    metavar="ID",
    help="The Id of a course to import; may be given several times.",
)
@click.option("--all", "everything", is_flag=True, help="Import every course of the account.")
@workspace_option
@target_options
@click.option(
    "--lock-timeout",
    type=SecondsRange(min=0),
    default=0.0,
    metavar="SECONDS",
    help="How long to wait for an apply to end.  [default: 0]",
)
def command(  # noqa: PLR0913 - one parameter an option
    *,
    address: str | None,
    record_id: int | None,
    courses: tuple[int, ...],
    everything: bool,
    workspace: Path,
    base_url: str | None,
    state: str | None,
    sandbox: bool,
    lock_timeout: float,
) -> int:
    """Take courses that are on the site already under management.

    Writes an outline for each course, or adds to the one that it has, and the
    Ids to the state; the next plan has nothing to do. With ADDRESS and ID, takes
    one section under management at that address. Changes nothing on the site.
    """
    ways = [bool(courses), everything, address is not None]
    if sum(ways) != 1 or (address is None) != (record_id is None):
        raise UsageError(
            "import takes one of three: --course ID, --all, or an ADDRESS and an ID",
            "As in  coursesync import --course 4711  or  "
            "coursesync import section.onboarding.welcome 87654321",
        )
    session = open_session(workspace, base_url, state, sandbox=sandbox)
    session.prepare()
    clock = SystemClock()
    with session.store.held(lock_timeout):
        known = session.state()
        loaded = session.load_all()
        if address is not None and record_id is not None:
            _adopt(session, known, loaded, _address(address), record_id, clock)
        else:
            _import(session, known, loaded, courses, clock)
    return int(ExitCode.after(clock.signal))


def _import(
    session: Session,
    known: State,
    loaded: Outlines,
    courses: Sequence[int],
    clock: SystemClock,
) -> None:
    found = _look(session, loaded, courses, clock)
    outlines = {outline.course_id: outline for outline in loaded.outlines}
    paths = {record.id: record.path for record in loaded.records.values()}
    taken = {outline.key for outline in loaded.outlines}
    drafts = {}
    for course_id, title in sorted(found.titles.items()):
        outline = outlines.get(course_id)
        key = outline.key if outline else course_key(course_id, title, taken)
        taken.add(key)
        course = wanted(course_id, key, title, found.of(course_id), known)
        drafts[course_id] = draft(session.folder, course, paths.get(course_id))
    for each in drafts.values():
        save(session.folder, each)
    after = session.load_all()
    entries: dict[Address, Entry] = {}
    for outline in after.outlines:
        if outline.course_id in drafts:
            entries |= entries_of(outline, found.of(outline.course_id), known)
    led_to = _save(session, known, entries, clock)
    for course_id, each in drafts.items():
        sections = sum(entry.parent_id == course_id for entry in entries.values())
        files = f", {count(len(each.files.files), 'content file')}" if each.files.files else ""
        path = on_one_line(str(session.folder / each.path))
        say(f"{path}: course {course_id}, {count(sections, 'section')} imported{files}.")
        for untold in each.untold:
            _tell_untold(untold)
    _tell_the_rest(session, after, led_to, set(drafts))


def _look(session: Session, loaded: Outlines, courses: Sequence[int], clock: SystemClock) -> _Found:
    with online(session, loaded.outlines, clock) as world:
        lookout = Lookout(Sender(world), world.remote)
        try:
            titles = lookout.titles(courses) if courses else lookout.all_titles()
            if missing := sorted(set(courses) - titles.keys()):
                raise CoursesyncError(
                    f"there is no course {missing[0]} in Nexudus",
                    "Look for its Id in the address of its page there.",
                )
            return _Found(titles, lookout.sweep(_SECTION, titles.keys(), ()))
        except Stop as stop:
            raise RemoteError(stop.reason, stop.remedy) from stop


def _adopt(
    session: Session,
    known: State,
    loaded: Outlines,
    address: Address,
    record_id: int,
    clock: SystemClock,
) -> None:
    kind = kind_of(address)
    _check_free(session, known, address, record_id)
    with online(session, loaded.outlines, clock) as world:
        lookout = Lookout(Sender(world), world.remote)
        try:
            record = lookout.records(kind, [record_id]).get(record_id)
        except Stop as stop:
            raise RemoteError(stop.reason, stop.remedy) from stop
    if record is None:
        raise CoursesyncError(
            f"there is no section {record_id} in Nexudus",
            "Look for its Id in the address of its page there.",
        )
    outlines = {outline.key: outline for outline in loaded.outlines}
    outline = outlines.get(course_of(address))
    if outline is not None and outline.course_id != record.parent_id:
        raise CoursesyncError(
            f"section {record_id} is in the course {record.parent_id}, and {outline.path} is of "
            f"the course {outline.course_id}",
            "Give the address of a section in that course's outline.",
        )
    resources = {r.address: r for each in loaded.outlines for r in each.resources}
    entry = adopted(kind, record, record.attributes, resources.get(address))
    _save(session, known, {address: entry}, clock)
    title = inert(str(record.attributes.get(kind.title_property, "")), 60)
    say(f'{address} is the section {record_id}, "{title}", from now on.')
    if address not in resources:
        say("  No outline has such a section yet: until one has, it is only kept.")
    say(f"  See what the outline wants changed in it:  {session.hint('plan')}")


def _check_free(session: Session, known: State, address: Address, record_id: int) -> None:
    held = {entry.id: at for at, entry in known.entries.items()}
    if record_id in held:
        raise CoursesyncError(
            f"section {record_id} is managed already, as {held[record_id]}",
            f"To give it another key:  {session.hint(f'state mv {held[record_id]} {address}')}",
        )
    if address in known.entries or address in known.doubts:
        what = (
            f"the section {known.entries[address].id}" if address in known.entries else "in doubt"
        )
        raise CoursesyncError(
            f"{address} is {what} already",
            f"To forget that first:  {session.hint(f'state rm {address}')}",
        )


def _save(
    session: Session, known: State, entries: Mapping[Address, Entry], clock: SystemClock
) -> State:
    if not entries:
        return session.store.recover(known)
    log = Logbook(session.store, known)
    for address, entry in sorted(entries.items()):
        log.record(Look(address=address, entry=entry, at=clock.stamp()))
    log.check()
    return session.store.finish(log.led_to())


def _tell_untold(untold: Untold) -> None:
    title = inert(untold.section.title, 60)
    say(f'  Id {untold.section.id} "{title}" can\'t stand in an outline, and stays as it is on the')
    say(f"  site: {on_one_line(untold.problem)}.")


def _tell_the_rest(session: Session, loaded: Outlines, state: State, courses: set[int]) -> None:
    left = [
        change
        for change in plan_of(loaded, state).changes
        if change.parent_id in courses and change.action is not Action.KEEP
    ]
    if left:
        say(f"{count(len(left), 'change')} would be made next; see  {session.hint('plan')}")
    else:
        say(f"There is nothing to do for these courses. See for yourself:  {session.hint('plan')}")


def _address(text: str) -> Address:
    address = parse_address(text)
    if address is None or address.partition(".")[0] not in KINDS:
        raise UsageError(
            f'"{inert(text, 100)}" is no address',
            "An address is like  section.onboarding.welcome",
        )
    return address
