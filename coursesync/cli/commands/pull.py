"""`coursesync pull`: brings what people changed on the site into the outlines."""

from __future__ import annotations

import sys
from collections import Counter
from contextlib import nullcontext
from difflib import unified_diff
from typing import TYPE_CHECKING

import click

from coursesync.cli import options
from coursesync.cli.commands.import_ import say_left_out
from coursesync.cli.line import addresses as known_addresses
from coursesync.cli.screen import painter, say_all, say_wrapped, show
from coursesync.cli.session import announce, holding, online, remind_of_git
from coursesync.errors import Command, ExitCode, Remedy, Shell
from coursesync.files import shown
from coursesync.kinds.counting import counted
from coursesync.nexudus.clock import SystemClock
from coursesync.operations.locate import in_workspace
from coursesync.text import count, on_one_line

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from coursesync.errors import Sentence
    from coursesync.kinds.address import Address
    from coursesync.operations.import_ import Imported
    from coursesync.operations.pull_drafts import Pulled
    from coursesync.operations.workspace import Project
    from coursesync.planning.pulled import Taken
    from coursesync.planning.pulled_items import Conflict

_MOST_NAMED = 10  # records


@click.command("pull")
@click.argument("addresses", nargs=-1, metavar="[ADDRESS]...", shell_complete=known_addresses)
@click.option("--theirs", is_flag=True, help="Take fields that the outline has changed as well.")
@click.option("--new", is_flag=True, help="Add the records that are not in the outlines.")
@click.option("--deleted", is_flag=True, help="Remove the items that were deleted on the site.")
@click.option("--dry-run", is_flag=True, help="Only show what would change in the files.")
@options.workspace_option
@options.with_project
@options.verbose_option
@options.lock_timeout_option
def command(  # noqa: PLR0913 - one parameter an option
    *,
    addresses: tuple[str, ...],
    theirs: bool,
    new: bool,
    deleted: bool,
    dry_run: bool,
    project: Project,
    lock_timeout: float,
) -> ExitCode:
    """Bring what people changed on the site into the outlines.

    Writes the site's version of each field that the outline has not changed since
    the last apply, and saves the state. Comments and layout stay. ADDRESS is a
    course's key, its outline's path, or the address of an item; without one,
    everything is pulled.
    Changes nothing on the site. Exits with 1 if it had to leave something.
    """
    from coursesync.operations.pull import pull  # noqa: PLC0415 - keeps --help quick

    clock = SystemClock()
    addresses = in_workspace(project.folder, addresses)
    with nullcontext() if dry_run else holding(project, lock_timeout), online(clock) as progress:
        announce(project)
        pulled = pull(
            project,
            *addresses,
            theirs=theirs,
            new=new,
            deleted=deleted,
            dry_run=dry_run,
            progress=progress,
            clock=clock,
        )
    if dry_run:
        _print_differences(project, pulled)
    _print_taken(project, pulled, dry_run=dry_run)
    _print_rest(pulled, addresses, theirs=theirs, new=new, deleted=deleted)
    if not (dry_run or _is_changed(pulled)):  # otherwise it says what to commit
        remind_of_git(project)
    is_left = pulled.conflicts or (deleted and pulled.deleted)
    if is_left or any(each.error for each in pulled.imported):
        return ExitCode.ERROR
    return ExitCode.after(clock.signal)


def _print_differences(project: Project, pulled: Pulled) -> None:
    """Print what would change in the files, as git shows it."""
    paint = painter(sys.stdout)
    styles = {"+": "green", "-": "red", "@": "cyan"}
    for path, (before, after) in pulled.texts.items():
        name = shown(project.folder / path)
        for line in unified_diff(
            (before or "").splitlines(),
            after.splitlines(),
            name if before else "/dev/null",
            name,
            lineterm="",
        ):
            style = styles.get(line[:1], "")
            safe = on_one_line(line)
            show(f"{paint(style, safe) if style else safe}\n")
    if pulled.texts:
        show("\n")


def _print_taken(project: Project, pulled: Pulled, *, dry_run: bool) -> None:
    for item in pulled.taken:
        say_wrapped(f"{item.resource.address}: {_what(item)}")
    for address in pulled.removed:
        say_wrapped(f"{address}: removed, because it was deleted on the site")
    for course in pulled.imported:
        _print_added(project, course)
    for path in pulled.left:
        say_wrapped(f"{shown(project.folder / path)} stays, but no outline names it any more.")
    if not _is_changed(pulled):
        is_left = pulled.conflicts or pulled.new or pulled.deleted
        say_wrapped("Nothing was pulled." if is_left else "There is nothing to pull.")
    elif dry_run:
        say_wrapped("Nothing was written. Without --dry-run, this is written into the files.")
    else:
        say_wrapped(Remedy(*_commit(project, pulled), Command("plan")))


def _is_changed(pulled: Pulled) -> bool:
    return bool(pulled.taken or pulled.removed or any(e.records for e in pulled.imported))


def _commit(project: Project, pulled: Pulled) -> Iterator[str | Shell]:
    """Yield what to commit, and what comes before the next command.

    Where a workflow applies what is merged, it also writes the state, and does not trust another.
    """
    from coursesync.files.ask_git import answer, root_of  # noqa: PLC0415 - few runs need it

    state = project.store.path
    root = None if project.embedded else root_of(state.parent)
    if root is None:
        yield "Look at the changes in the files. Then run:"
        return
    yield "Look at the changes:"
    yield Shell("git", "diff")
    merges = (root / ".github/workflows/apply.yml").is_file()
    if not project.store.is_file:
        yield "Then commit the files: the apply of that commit records them in the state. Run:"
    elif merges and any(each.records for each in pulled.imported):
        yield "The state has the Ids of new items: commit it too, and push both to main. Then run:"
    elif merges and answer(state.parent, "ls-files", "--", state.name):
        yield "Commit the files, but not the state: the merge records it. Put the state back:"
        yield Shell("git", "checkout", "--", state)
        yield "Then see what the merge records:"
    else:
        yield "Then commit the files and the state together, and run:"


def _print_added(project: Project, course: Imported) -> None:
    """Print what is added to the outline of a course, and what can't be."""
    path = shown(project.folder / course.path)
    if course.error is not None:
        say_all(
            f"{path}: nothing is added: {on_one_line(course.error.problem)}.",
            course.error.remedy,
        )
    elif course.records:
        say_wrapped(f"{path}: {count(course.records, 'new item')} added")
    for skipped in course.left_out[:_MOST_NAMED]:
        say_left_out(skipped)
    if (more := len(course.left_out) - _MOST_NAMED) > 0:
        say_wrapped(f"{more} more stay as they are on the site.", "  ")


def _what(item: Taken) -> str:
    names = [*item.fields]
    _, parent = item.home
    if moved := parent != item.resource.parent:
        names.append(f"moved to {parent}")
    if item.resource.kind.order_property in item.placed and not moved:
        names.append("order")
    if not names:
        return "the outline has this change already"
    return ", ".join(names)


def _print_rest(
    pulled: Pulled, addresses: Sequence[str], *, theirs: bool, new: bool, deleted: bool
) -> None:
    both = [each for each in pulled.conflicts if not each.why]
    for conflict in pulled.conflicts:
        say_wrapped(_kept(conflict))
    if both and not theirs:
        first = both[0].resource.address
        say_wrapped(
            Remedy("To take the site's version of one:", Command("pull", first, theirs=True))
        )
    if pulled.new and not new:
        are, them = ("is", "it") if len(pulled.new) == 1 else ("are", "them")
        found = counted(Counter(each.kind for each in pulled.new))
        what = f"{found} on the site {are} not in the outlines. To add {them}:"
        say_wrapped(Remedy(what, Command("pull", *addresses, new=True)))
    named = {each.resource.address for each in pulled.conflicts} if deleted else set()
    rest = [each for each in pulled.deleted if each not in named]
    for line in _deleted(rest):
        say_wrapped(line)
    if rest and not deleted:
        remove = Command("pull", *addresses, deleted=True)
        them = "it" if len(rest) == 1 else "them"
        say_wrapped(Remedy(f"To remove {them} from the outlines too:", remove))


def _kept(conflict: Conflict) -> Sentence:
    what = f"{conflict.resource.address}: {', '.join(conflict.fields)} not pulled:"
    why = conflict.why or "changed on the site and in the outline"
    return Remedy(what, why) if isinstance(why, Remedy) else f"{what} {why}."


def _deleted(addresses: Sequence[Address]) -> Iterator[Sentence]:
    for address in addresses[:_MOST_NAMED]:
        yield f"{address} was deleted on the site."
    if (more := len(addresses) - _MOST_NAMED) > 0:
        yield f"{more} more were deleted on the site."
