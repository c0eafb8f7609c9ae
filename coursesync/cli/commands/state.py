"""`coursesync state`: inspect the state, and repair it by hand.

Shells complete what is typed by this module: what is slow to import waits for a command's run.
"""

from __future__ import annotations

from contextlib import contextmanager, nullcontext
from typing import TYPE_CHECKING

import click

from coursesync.cli.options import (
    address_argument,
    lock_timeout_option,
    with_target,
    workspace_argument,
    workspace_option,
)
from coursesync.cli.screen import say, say_wrapped, show
from coursesync.errors import Command, ExitCode, Remedy
from coursesync.nexudus.clock import SystemClock
from coursesync.text import at, coded, inert

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from coursesync.cli.options import Chosen
    from coursesync.operations.workspace import Project
    from coursesync.state.state import Entry


def _edits_state(command: Callable[..., int]) -> Callable[..., int]:
    """Add the options of what changes the state by hand."""
    dry_run = click.option("--dry-run", is_flag=True, help="Only say what would change.")
    return dry_run(workspace_option(with_target(lock_timeout_option(command))))


@contextmanager
def _saving(project: Project, lock_timeout: float) -> Iterator[SystemClock]:
    """Hold the state, and heed signals: what is being saved is saved to the end, and told."""
    clock = SystemClock()
    with project.held(lock_timeout):
        clock.catch_signals()
        yield clock


@click.group("state")
def command() -> None:
    """Look into the state, and look after it."""


@command.command("list")
@workspace_argument
@with_target
def list_entries(*, chosen: Chosen) -> None:
    """List each address in the state of WORKSPACE (default: courses) with its Id."""
    known = chosen.open().state()
    lines = {address: str(entry.id) for address, entry in known.entries.items()}
    lines |= dict.fromkeys(known.doubts, "in doubt")
    for address, told in sorted(lines.items()):
        click.echo(f"{address} {told}")
    if not lines:
        say("The state is empty: nothing is under management yet.")


@command.command("show")
@address_argument
@workspace_option
@with_target
def show_entry(*, address: str, chosen: Chosen) -> None:
    """Show what the state holds of ADDRESS: its Id, and what was last sent."""
    from coursesync.operations.state import address_of, entry_at  # noqa: PLC0415 - keeps --help quick

    known = chosen.open().state()
    show("".join(f"{line}\n" for line in _told(entry_at(known, address_of(address)))))


def _told(entry: Entry) -> Iterator[str]:
    yield f"Id: {entry.id}"
    yield f"course: {entry.parent_id}"
    yield f"last written{at(entry.updated_on) or ': not known when'}"
    if entry.protected:
        yield "protected: it is never deleted"
    if entry.unsure:
        yield "its last update was cut off: the next apply sends it again"
    for name, value in sorted(entry.known.items()):
        yield f"{name}: {inert(value) if isinstance(value, str) else value}"


@command.command("mv")
@address_argument
@click.argument("to")
@_edits_state
def move_entry(
    *,
    address: str,
    to: str,
    chosen: Chosen,
    lock_timeout: float,
    dry_run: bool,
) -> int:
    """Let the record at ADDRESS go on under the address TO, in the same course.

    Changes the state only, and makes no request. The outline has to say the new key as well.
    """
    from coursesync.kinds import kind_of  # noqa: PLC0415 - keeps --help quick
    from coursesync.kinds.address import key_of  # noqa: PLC0415 - keeps --help quick
    from coursesync.operations.state import address_of, move  # noqa: PLC0415 - keeps --help quick

    old, new = address_of(address), address_of(to)
    project = chosen.open()
    with nullcontext(SystemClock()) if dry_run else _saving(project, lock_timeout) as clock:
        move(project, old, new, dry_run=dry_run)
    say_wrapped(f"{old} {'would go' if dry_run else 'goes'} on as {new}.", hang="  ")
    say_wrapped(
        coded(
            f"In the outline, write `key: {key_of(new)}` in that {kind_of(new).name}, if it is "
            "not there yet."
        ),
        "  ",
    )
    return int(ExitCode.after(clock.signal))


@command.command("rm")
@address_argument
@_edits_state
def forget_entry(
    *,
    address: str,
    chosen: Chosen,
    lock_timeout: float,
    dry_run: bool,
) -> int:
    """Forget the record at ADDRESS. It stays on the site as it is, and is managed no more.

    Changes the state only, and makes no request.
    """
    from coursesync.kinds import kind_of  # noqa: PLC0415 - keeps --help quick
    from coursesync.operations.state import address_of, forget  # noqa: PLC0415 - keeps --help quick

    project = chosen.open()
    with nullcontext(SystemClock()) if dry_run else _saving(project, lock_timeout) as clock:
        entry = forget(project, address, dry_run=dry_run)
    is_what = "would be" if dry_run else "is"
    say_wrapped(f"{address} (Id {entry.id}) {is_what} managed no more.", hang="  ")
    if entry.protected:
        say_wrapped(
            coded(
                "It was protected from deletion, and that is forgotten with it: keep `protect: "
                f"true` in its {kind_of(address_of(address)).name} of the outline, or write it "
                "there once it is taken back."
            ),
            "  ",
        )
    say_wrapped(
        Remedy(
            "While an outline wants it, the next apply adopts what is like it on the site, makes "
            "it anew, or leaves it in doubt. To take it back:",
            Command("import", address, entry.id),
        ),
        "  ",
    )
    return int(ExitCode.after(clock.signal))


@command.command("recover")
@workspace_argument
@with_target
@lock_timeout_option
def recover_journal(
    *,
    chosen: Chosen,
    lock_timeout: float,
) -> int:
    """Save what a cut-off run left in its journal.

    plan and apply heed such a journal by themselves; this is for a machine that is about to go,
    as in a CI job that commits the state. Exits with 1 where that is another state's journal, which
    is kept. Makes no request.
    """
    from coursesync.operations.state import recover  # noqa: PLC0415 - keeps --help quick

    project = chosen.open()
    with _saving(project, lock_timeout) as clock:
        left = recover(project)
    if project.store.foreign is not None:
        # a machine that is about to go must not take it along unnoticed
        say_wrapped(f"The journal is not saved in the state: it is {project.store.foreign.path}.")
        return int(ExitCode.ERROR)
    if not left:
        say("There is nothing to recover.")
    else:
        say(f"What the cut-off run did is saved in {project.store.path}.")
    return int(ExitCode.after(clock.signal))
