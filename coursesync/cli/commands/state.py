"""`coursesync state`: inspects the state, and repairs it by hand.

Completion in a shell imports this module, so slow modules are imported when a command runs.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Literal

import click

from coursesync.cli import options
from coursesync.cli.pager import pager_option, show_long
from coursesync.cli.screen import say, say_all, say_wrapped
from coursesync.cli.session import saving
from coursesync.cli.types import Choice
from coursesync.errors import Command, CoursesyncError, ExitCode, Remedy
from coursesync.kinds import kind_of
from coursesync.kinds.address import key_of, parent_of
from coursesync.kinds.inline import flow, line_of
from coursesync.nexudus.clock import SystemClock
from coursesync.operations.config_fields import STORES
from coursesync.text import at, coded, count, inert

if TYPE_CHECKING:
    from collections.abc import Iterator

    from coursesync.kinds.address import Address
    from coursesync.kinds.kind import Kind
    from coursesync.operations.workspace import Project
    from coursesync.state.state import Entry


# the options of a command that changes the state by hand
_edits_state = options.together(
    click.option("--dry-run", is_flag=True, help="Only show what would change."),
    options.workspace_option,
    options.with_project,
    options.lock_timeout_option,
)


@click.group("state")
def command() -> None:
    """Inspect and repair the state."""


@command.command("list")
@options.workspace_argument
@pager_option
@options.with_project
def list_entries(*, project: Project) -> None:
    """List each address in the state with its Id.

    WORKSPACE is the folder of the outlines (default: courses). With COURSE, lists only that
    course: its key, or its outline's path.
    """
    known = project.load().known if project.courses else project.state()
    lines = {address: str(entry.id) for address, entry in known.entries.items()}
    lines |= dict.fromkeys(known.doubts, "in doubt")
    show_long("".join(f"{address} {value}\n" for address, value in sorted(lines.items())))
    if not lines:
        say("The state is empty: nothing is under management yet.")
        _say_what_the_sandbox_has(project)


def _say_what_the_sandbox_has(project: Project) -> None:
    if project.embedded:
        return
    from coursesync.operations.workspace import open_project  # noqa: PLC0415 - keeps --help quick

    with suppress(CoursesyncError):
        if number := len(open_project(project.folder, sandbox=True).state().entries):
            has = f"That of the sandbox has {count(number, 'record')}. To see it:"
            say_wrapped(Remedy(has, Command("state list", sandbox=True)))


@command.command("show")
@options.address_argument
@options.workspace_option
@pager_option
@options.with_project
def show_entry(*, address: str, project: Project) -> None:
    """Show the Id of ADDRESS and the values that its record is known to have."""
    from coursesync.operations.state import checked_address, entry_at  # noqa: PLC0415 - keeps --help quick

    at, known = checked_address(address, project), project.state()
    show_long("".join(f"{line}\n" for line in _lines(entry_at(known, at), kind_of(at))))


def _lines(entry: Entry, kind: Kind) -> Iterator[str]:
    yield f"Id: {entry.id}"
    yield f"course: {kind.course_id_of(entry.sent)}"
    yield f"last written{at(entry.updated_on) or ': time not known'}"
    if entry.protected:
        yield "protected: it is never deleted"
    if entry.unsure:
        yield "its last update was interrupted: the next apply sends it again"
    if (held_by := entry.known.get(kind.parent_property)) is not None and kind.within is not None:
        yield f"{kind.within.name}: {held_by}"
    for field in kind.fields:
        if not field.properties.keys().isdisjoint(entry.known):
            value = field.decode(entry.known)
            yield f"{field.name}: {inert(value) if isinstance(value, str) else flow(value)}"


@command.command("mv")
@options.address_argument
@click.argument("to")
@_edits_state
def move_entry(
    *, address: str, to: str, project: Project, lock_timeout: float, dry_run: bool
) -> ExitCode:
    """Change the address of a record in the state.

    The record at ADDRESS moves to the address TO, in the same course, together with
    the records in it. Changes only the state, and makes no request; write the new key
    in the outline as well.
    """
    from coursesync.operations.state import checked_address, move  # noqa: PLC0415 - keeps --help quick

    old, new = checked_address(address, project), checked_address(to)
    with saving(project, lock_timeout, dry_run=dry_run) as clock:
        moves = move(project, old, new, dry_run=dry_run)
    becomes = "would become" if dry_run else "is now"
    for each in moves:
        say_wrapped(f"{each} {becomes} {moves[each]}.", hang="  ")
    say_wrapped(_in_the_outline(old, new), "  ")
    return ExitCode.after(clock.signal)


def _in_the_outline(old: Address, new: Address) -> Remedy:
    """Return what to change in the outline, so that the record has its new address there too."""
    kind, key = kind_of(new), line_of("key", key_of(new))
    within = kind.within.name if kind.within else ""
    holder = parent_of(new, within)
    if holder == parent_of(old, within):
        return Remedy("In the outline, write", key, f"in that {kind.name}, if it is not there yet.")
    place = holder if holder.startswith(f"{within}.") else "the course itself"
    rekeyed = () if key_of(old) == key_of(new) else (Remedy("There, write", key),)
    return Remedy(f"In the outline, move that {kind.name} to {place}.", *rekeyed)


@command.command("rm")
@options.address_argument
@_edits_state
def forget_entry(*, address: str, project: Project, lock_timeout: float, dry_run: bool) -> ExitCode:
    """Remove a record from the state; it stays on the site.

    The record at ADDRESS is no longer managed. Changes only the state, and makes no request.
    """
    from coursesync.operations.state import checked_address, forget  # noqa: PLC0415 - keeps --help quick

    at = checked_address(address, project)
    with saving(project, lock_timeout, dry_run=dry_run) as clock:
        entry = forget(project, at, dry_run=dry_run)
    is_what = "would no longer be" if dry_run else "is no longer"
    protection = coded(
        "Its protection from deletion is removed too: keep `protect: true` in its "
        f"{kind_of(at).name} in the outline, or write it there when you "
        "import it again."
    )
    say_all(
        f"{address} (Id {entry.id}) {is_what} managed.",
        protection if entry.protected else "",
        Remedy(
            "If it is in an outline, the next apply adopts a matching record on the site, creates "
            "it again, or leaves it in doubt. To manage this record again:",
            Command("import", address, entry.id),
        ),
    )
    return ExitCode.after(clock.signal)


@command.command("leave")
@click.argument("addresses", nargs=-1, required=True, metavar="ADDRESS...")
@_edits_state
def leave_entries(
    *, addresses: tuple[str, ...], project: Project, lock_timeout: float, dry_run: bool
) -> ExitCode:
    """Leave records that left their outline on the site, without a report in each plan.

    Each ADDRESS is that of a record without an outline; the records in it without an outline stay
    as well. They stay in the state: drift looks at them, and --on-removal delete --prune deletes
    them. Changes only the state, and makes no request.
    """
    from coursesync.operations.orphans import leave  # noqa: PLC0415 - keeps --help quick

    with saving(project, lock_timeout, dry_run=dry_run) as clock:
        kept = leave(project, *addresses, dry_run=dry_run)
    reports = "would no longer report" if dry_run else "no longer reports"
    for address, entry in kept.items():
        say_wrapped(f"{address} (Id {entry.id}) stays on the site; plan {reports} it.", hang="  ")
    return ExitCode.after(clock.signal)


@command.command("move")
@options.whole_workspace_argument
@click.option(
    "--to",
    type=Choice(STORES),
    required=True,
    help="git: a branch of its own in the git remote. file: the file in the workspace.",
)
@options.with_project
@options.lock_timeout_option
def move_store(*, to: Literal["file", "git"], project: Project, lock_timeout: float) -> ExitCode:
    """Keep the state in another place from now on.

    Carries the state over, writes the place into coursesync.toml, and says what to commit. Makes
    no request.
    """
    from coursesync.operations.carry_over import carry_over  # noqa: PLC0415 - keeps --help quick

    with saving(project, lock_timeout) as clock:
        carried = carry_over(project, to)
    state, report = carried.state, carried.report
    records = count(len(state.entries), "record")
    say_wrapped(f"The state (serial {state.serial}, {records}) is now in {carried.place}.")
    if report is not None and report.applied:
        courses = count(len(report.applied), "course")
        say_wrapped(f"Recorded as applied from main ({report.since[:12]}): {courses}.")
    elif report is not None:
        say_wrapped(
            "No course is recorded as applied from main, so `ci apply` asks a person once for "
            "each. They are recorded if the workspace is as main has it, and its plan is empty."
        )
    say_wrapped(Remedy("Now commit that:", *carried.commit))
    return ExitCode.after(clock.signal)


@command.command("recover")
@options.whole_workspace_argument
@options.with_project
@options.lock_timeout_option
def recover_journal(*, project: Project, lock_timeout: float) -> ExitCode:
    """Save the results of an interrupted run from its journal.

    plan and apply read the journal by themselves; this is for a machine that is about to be
    discarded, as in a CI job that commits the state. Exits with 1 if the journal belongs to another
    state; it is kept. Makes no request.
    """
    from coursesync.operations.state import recover  # noqa: PLC0415 - keeps --help quick

    with saving(project, lock_timeout) as clock:
        left = recover(project)
    if project.store.foreign is not None:
        # it must not be lost unnoticed with the machine
        say_wrapped(
            f"The journal {project.store.foreign.path} belongs to another state, so it is not "
            "saved in this one."
        )
        return ExitCode.ERROR
    saved = f"The results of the interrupted run are saved in {project.store.place}."
    say(saved if left else "There is nothing to recover.")
    return ExitCode.after(clock.signal)


@command.command("take-over")
@click.argument("run")
@options.workspace_option
@options.with_project
def take_over_run(*, run: str, project: Project) -> ExitCode:
    """Take the state over from the lost run RUN.

    For a state in git, where a forge never says that a run is over. RUN is the run's Id, as the
    error of a locked state shows it. All that its plan names counts as sent without an answer:
    creates are in doubt, and updates are sent again. Exits with 5 before the run's time has
    passed, unless it was on this machine and its process has ended. Makes no request.
    """
    from coursesync.operations.take_over import take_over  # noqa: PLC0415 - keeps --help quick

    clock = SystemClock()
    clock.catch_signals()
    state = take_over(project, run)
    open_ = count(sum(each.unsure for each in state.entries.values()), "update")
    say_wrapped(
        Remedy(
            f"The state is taken over from {inert(run, 100)}: {count(len(state.doubts), 'create')} "
            f"in doubt, {open_} to send again. To see what that means:",
            Command("plan"),
        )
    )
    return ExitCode.after(clock.signal)
