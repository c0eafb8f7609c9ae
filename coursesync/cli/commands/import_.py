"""`coursesync import`: puts courses and records that exist on the site under management."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from coursesync.cli import options, types
from coursesync.cli.line import addresses
from coursesync.cli.screen import say_all, say_wrapped
from coursesync.cli.session import announce, holding, online, remind_of_git
from coursesync.errors import Command, ExitCode, InvalidOutlines, Remedy, Shell, UsageError
from coursesync.kinds import ITEMS, LISTED, kind_of
from coursesync.kinds.field import UNKNOWN_ID
from coursesync.kinds.inline import line_of
from coursesync.nexudus.clock import SystemClock
from coursesync.operations.locate import FIRST
from coursesync.text import as_argument, count, inert, on_one_line

if TYPE_CHECKING:
    from collections.abc import Sequence

    from coursesync.kinds.kind import Kind
    from coursesync.operations.import_ import Imported
    from coursesync.operations.import_files import Unwritten
    from coursesync.operations.workspace import Project
    from coursesync.state.state import Entry


@click.command("import")
@click.argument("address", required=False, shell_complete=addresses)
@click.argument("record_id", metavar="[ID]", type=types.RECORD_ID, required=False)
@click.option(
    "--course",
    "courses",
    type=types.RECORD_ID,
    multiple=True,
    help="The Id of a course to import; can be repeated.",
)
@click.option("--all", "everything", is_flag=True, help="Import every course of the account.")
@options.workspace_option
@options.with_project
@options.verbose_option
@options.lock_timeout_option
def command(
    *,
    address: str | None,
    record_id: int | None,
    courses: tuple[int, ...],
    everything: bool,
    project: Project,
    lock_timeout: float,
) -> ExitCode:
    """Put courses that exist on the site under management.

    Writes an outline for each course, or adds to its existing outline, and saves
    the Ids in the state; the next plan has nothing to do. With ADDRESS and ID, puts
    one record under management at that address. Changes nothing on the site.
    """
    ways = [bool(courses), everything, address is not None]
    if sum(ways) != 1 or (address is None) != (record_id is None):
        raise UsageError(
            "import takes one of three: --course ID, --all, or an ADDRESS and an ID",
            Remedy(
                "For example:",
                Command("import", course=4711),
                "or",
                Command("import", f"{LISTED.name}.onboarding.welcome", 87654321),
            ),
        )
    if address is None or record_id is None:
        return import_courses(project, courses, lock_timeout)
    return _adopt(project, address, record_id, lock_timeout)


def import_courses(project: Project, courses: Sequence[int], lock_timeout: float = 0) -> ExitCode:
    """Import courses, all if no Ids are given, and print what was done; raises as the import."""
    from coursesync.operations.import_ import import_course  # noqa: PLC0415 - keeps --help quick

    clock = SystemClock()
    with holding(project, lock_timeout), online(clock) as progress:
        announce(project)
        imported = import_course(project, *courses, progress=progress, clock=clock)
        _print_imported(project, imported)
        _say_example(project)
        if any(course.error for course in imported):
            return ExitCode.ERROR
    remind_of_git(project)
    return ExitCode.after(clock.signal)


def _adopt(project: Project, address: str, record_id: int, lock_timeout: float) -> ExitCode:
    from coursesync.operations.adopt import adopt  # noqa: PLC0415 - keeps --help quick

    clock = SystemClock()
    with holding(project, lock_timeout), online(clock) as progress:
        announce(project)
        entry = adopt(project, address, record_id, progress=progress, clock=clock)
        _print_adopted(project, address, entry)
    remind_of_git(project)
    return ExitCode.after(clock.signal)


def _print_adopted(project: Project, address: str, entry: Entry) -> None:
    from coursesync.operations.state import checked_address  # noqa: PLC0415 - keeps --help quick

    kind = kind_of(checked_address(address))
    title = inert(kind.title_of(entry.known), 60)
    say_wrapped(f'{address} has the Id {entry.id}: the {kind.name} "{title}".')
    wanted = {r.address for each in project.load_all().outlines for r in each.resources}
    if address not in wanted:
        key = line_of("key", address.rpartition(".")[2])
        more = "to one; otherwise the next plan treats it as removed."
        say_wrapped(Remedy("No outline has it yet. Add its title and", key, more), "  ")
    say_wrapped(Remedy("To see what the outline would change in it:", Command("plan")), "  ")


def _print_imported(project: Project, imported: Sequence[Imported]) -> None:
    for course in imported:
        if (error := course.error) is not None:
            mistakes = error.diagnostics[:3] if isinstance(error, InvalidOutlines) else ()
            say_all(
                f'Course {course.course_id} "{inert(course.note, 60)}" is not imported and stays '
                f"as it is on the site: {on_one_line(error.problem)}.",
                *(f"{each.where}: {on_one_line(each.problem)}" for each in mistakes),
                error.remedy,
            )
            continue
        _print_one(project, course)
    done = [course for course in imported if course.error is None]
    alone = [each for course in done for each in course.left_out if each.remedy is None]
    if left_out := {each.item.kind.plural for each in alone}:
        plurals = _together([kind.plural for kind in ITEMS.values() if kind.plural in left_out])
        say_wrapped(
            Remedy(
                f"coursesync leaves these {plurals} alone. To manage one, change it in Nexudus or "
                "write it into the outline by hand, then run this import again. If other "
                f"{plurals} of the course are managed, this lists the ones that are not:",
                Command("drift"),
            )
        )
    for name in done[0].unlisted if done else ():
        say_wrapped(_not_listed(ITEMS[name]))
    left = sum(course.left for course in imported)
    if not imported and project.embedded:
        say_wrapped(
            Remedy(
                "The sandbox has no course yet: it has the courses of the outlines. To write the "
                "first outline:",
                Command("init"),
            )
        )
    elif not imported:
        say_wrapped(
            "There is no course in the account. Create one in Nexudus, then run this again."
        )
    elif not all(course.error for course in imported):  # else there may be no outline to plan with
        what = (
            f"{count(left, 'change')} would be made next. To see the plan:"
            if left
            else "There is nothing to do for these courses. To see the plan:"
        )
        say_wrapped(Remedy(what, Command("plan")))


def _say_example(project: Project) -> None:
    """Print how to delete the outline that `init` wrote, if it still has no course."""
    if project.embedded or not (project.folder / FIRST).exists():
        return
    for outline in project.load_all().outlines:
        if outline.file == FIRST and outline.course_id == UNKNOWN_ID:
            what = f"{outline.path} is the example that init wrote, without a course. To delete it:"
            say_wrapped(Remedy(what, Shell("rm", as_argument(project.folder / FIRST))))


def _print_one(project: Project, course: Imported) -> None:
    path = on_one_line(str(project.folder / course.path))
    files = f", {count(course.content_files, 'content file')}" if course.content_files else ""
    note = on_one_line(course.note)
    say_all(
        f"{path}: course {course.course_id}, {_done(course)}{files}.",
        f"{note[:1].upper()}{note[1:]}." if note else "",
        _renumbered(course),
    )
    for skipped in course.left_out:
        say_left_out(skipped)
    for each in course.gone:
        what = f"{each.address} (Id {each.record_id}) was deleted on the site"
        if each.is_forgotten:
            say_wrapped(f"{what}, and is no longer in the state.", "  ")
        else:
            say_wrapped(Remedy(f"{what}. To see what is left of it:", Command("drift")), "  ")


def say_left_out(skipped: Unwritten) -> None:
    """Print a record that is left out, why, and what settles it."""
    noun, title = skipped.item.kind.name, inert(skipped.item.title, 60)
    sentence = (
        f'{noun.capitalize()} Id {skipped.item.id} "{title}" is not written to the outline and '
        f"stays as it is on the site: {on_one_line(skipped.problem)}."
    )
    say_wrapped(sentence, "  ")
    if skipped.remedy is not None:
        say_wrapped(skipped.remedy, "    ")


def _not_listed(kind: Kind) -> str:
    return (
        f"No {kind.name} is imported, because the API does not let you read {kind.plural}: your "
        f"user needs the roles {kind.role}-List and {kind.role}-Read."
    )


def _renumbered(course: Imported) -> str:
    if not course.renumbered:
        return ""
    return (
        f"The next plan gives {count(course.renumbered, 'imported record')} another order "
        "number, because the numbers on the site don't fit the order of the outline."
    )


def _done(course: Imported) -> str:
    if course.by_kind:
        taken = [count(number, name, ITEMS[name].plural) for name, number in course.by_kind.items()]
        return f"{_together(taken)} imported"
    looked_for = [kind for name, kind in ITEMS.items() if name not in course.unlisted]
    if course.known:
        known = [count(number, name, ITEMS[name].plural) for name, number in course.known.items()]
        return f"outline written, with {_together(known)} that the state has already"
    if course.left_out:
        return f"no {_together([kind.name for kind in looked_for], 'or')} imported"
    plurals = _together([kind.plural for kind in looked_for], "or")
    if course.is_new:
        return f"outline written; the course has no {plurals} yet"
    return f"no new {plurals}"


def _together(words: Sequence[str], last: str = "and") -> str:
    """Join words with commas, and the last with a word."""
    *others, final = words
    return f"{', '.join(others)} {last} {final}" if others else final
