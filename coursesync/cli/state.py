"""`coursesync state`: look into the state, look after it, and mend it by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

import click

from coursesync.adapters.clock import SystemClock
from coursesync.cli.options import (
    lock_timeout_option,
    target_options,
    workspace_argument,
    workspace_option,
)
from coursesync.cli.screen import say, show
from coursesync.cli.session import open_session
from coursesync.errors import CoursesyncError, ExitCode, UsageError
from coursesync.resources.base import course_of, key_of, parse_address
from coursesync.words import inert

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from coursesync.cli.session import Session
    from coursesync.journal import Forget, Move
    from coursesync.resources.base import Address
    from coursesync.state import Entry, State

F = TypeVar("F", bound="Callable[..., object]")


def _surgery(command: F) -> F:
    """Add the options of what changes the state by hand."""
    dry_run = click.option("--dry-run", is_flag=True, help="Only say what would change.")
    return dry_run(workspace_option(target_options(lock_timeout_option(command))))


@click.group("state")
def command() -> None:
    """Look into the state, and look after it."""


@command.command("list")
@workspace_argument
@target_options
def list_entries(
    workspace: Path, base_url: str | None, state: str | None, *, sandbox: bool
) -> None:
    """List each address in the state of WORKSPACE (default: courses) with its Id."""
    known = open_session(workspace, base_url, state, sandbox=sandbox).state()
    lines = {address: str(entry.id) for address, entry in known.entries.items()}
    lines |= dict.fromkeys(known.doubts, "in doubt")
    for address, told in sorted(lines.items()):
        click.echo(f"{address} {told}")
    if not lines:
        say("The state is empty: nothing has been applied yet.")


@command.command("show")
@click.argument("address")
@workspace_option
@target_options
def show_entry(
    *, address: str, workspace: Path, base_url: str | None, state: str | None, sandbox: bool
) -> None:
    """Show what the state holds of ADDRESS: its Id, and what was last sent."""
    known = open_session(workspace, base_url, state, sandbox=sandbox).state()
    show("".join(f"{line}\n" for line in _told(_entry(known, _address(address)))))


def _told(entry: Entry) -> Iterator[str]:
    yield f"Id: {entry.id}"
    yield f"course: {entry.parent_id}"
    yield f"last written: {inert(entry.updated_on or 'not known', 40)}"
    if entry.protected:
        yield "protected: it is never deleted"
    if entry.unsure:
        yield "its last update was cut off: the next apply sends it again"
    for name, value in sorted(entry.attributes.items()):
        yield f"{name}: {inert(value) if isinstance(value, str) else value}"


@command.command("mv")
@click.argument("address")
@click.argument("to")
@_surgery
def move(  # noqa: PLR0913 - one parameter an option
    *,
    address: str,
    to: str,
    workspace: Path,
    base_url: str | None,
    state: str | None,
    sandbox: bool,
    lock_timeout: float,
    dry_run: bool,
) -> None:
    """Let the record at ADDRESS go on under the address TO, in the same course.

    Changes the state only, and makes no request. The outline has to say the new key as well.
    """
    old, new = _address(address), _address(to)
    session = open_session(workspace, base_url, state, sandbox=sandbox)
    if course_of(old) != course_of(new):
        word = f"{course_of(old)}.{key_of(old)}"
        raise UsageError(
            f"{old} and {new} are in two courses",
            f"To move a section to another course, write  previous_keys: [{word}]  beside its "
            "title in that course's outline, and apply.",
        )

    def step(known: State, at: str) -> Move:
        from coursesync.journal import Move  # noqa: PLC0415 - most commands write no journal

        _entry(known, old)
        if new in known.entries or new in known.doubts:
            raise CoursesyncError(f"{new} is in the state already", "Choose another key.")
        return Move(to={old: new}, at=at)

    _operate(session, step, lock_timeout, dry_run=dry_run)
    say(f"{old} {'would go' if dry_run else 'goes'} on as {new}.")
    say(f"  In the outline, write  key: {key_of(new)}  in that section, if it is not there yet.")


@command.command("rm")
@click.argument("address")
@_surgery
def remove(  # noqa: PLR0913 - the same
    *,
    address: str,
    workspace: Path,
    base_url: str | None,
    state: str | None,
    sandbox: bool,
    lock_timeout: float,
    dry_run: bool,
) -> None:
    """Forget the record at ADDRESS. It stays on the site as it is, and is managed no more.

    Changes the state only, and makes no request.
    """
    at_address = _address(address)
    session = open_session(workspace, base_url, state, sandbox=sandbox)
    forgotten: list[int] = []

    def step(known: State, at: str) -> Forget:
        from coursesync.journal import Forget  # noqa: PLC0415 - as above

        forgotten.append(_entry(known, at_address).id)
        return Forget(address=at_address, id=forgotten[0], at=at)

    _operate(session, step, lock_timeout, dry_run=dry_run)
    say(f"{address} (Id {forgotten[0]}) {'would be' if dry_run else 'is'} managed no more.")
    say("  While an outline wants it, the next apply adopts what is like it on the site, or makes")
    say(f"  it anew. To take it back:  {session.hint(f'import {address} {forgotten[0]}')}")


def _operate(
    session: Session,
    step: Callable[[State, str], Move | Forget],
    lock_timeout: float,
    *,
    dry_run: bool,
) -> None:
    """Journal a step on the state, and save it; raises StateError where it can't be."""
    from coursesync.adapters.clock import SystemClock  # noqa: PLC0415 - only where it is noted
    from coursesync.logbook import Logbook  # noqa: PLC0415 - the same

    if dry_run:
        step(session.state(), "")
        return
    with session.store.held(lock_timeout):
        known = session.state()
        log = Logbook(session.store, known)
        log.announce(step(known, SystemClock().stamp()))
        session.store.finish(log.led_to())


def _address(text: str) -> Address:
    address = parse_address(text)
    if address is None:
        raise UsageError(
            f'"{inert(text, 100)}" is no address',
            "An address is like  section.onboarding.welcome",
        )
    return address


def _entry(known: State, address: Address) -> Entry:
    if address in known.doubts:
        raise CoursesyncError(
            f"{address} is in doubt", f"Settle that first:  coursesync resolve {address}"
        )
    if address not in known.entries:
        raise CoursesyncError(
            f"{address} is not in the state", "See what is:  coursesync state list"
        )
    return known.entries[address]


@command.command("recover")
@workspace_argument
@target_options
@lock_timeout_option
def recover(
    *,
    workspace: Path,
    base_url: str | None,
    state: str | None,
    sandbox: bool,
    lock_timeout: float,
) -> int:
    """Save what a cut-off run left in its journal.

    plan and apply heed such a journal by themselves; this is for a machine that is about to go,
    as in a CI job that commits the state. Makes no request.
    """
    session = open_session(workspace, base_url, state, sandbox=sandbox)
    session.prepare()
    clock = SystemClock()
    with session.store.held(lock_timeout):
        clock.heed_signals()
        left = session.store.journal_path.exists()
        session.store.recover(session.state())
    if not left:
        say("There is nothing to recover.")
    else:
        say(f"What the cut-off run did is saved in {session.store.path}.")
    return int(ExitCode.after(clock.signal))
