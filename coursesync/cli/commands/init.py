"""`coursesync init`: makes a workspace, with a first outline or with the courses of the site."""

from __future__ import annotations

from os.path import relpath
from pathlib import Path
from typing import TYPE_CHECKING

import click

from coursesync.cli import options, types
from coursesync.cli.line import folders
from coursesync.cli.screen import say, say_wrapped
from coursesync.errors import Command, ExitCode, Remedy, Shell, UsageError
from coursesync.files import shown
from coursesync.kinds.field import UNKNOWN_ID
from coursesync.kinds.inline import line_of
from coursesync.operations.locate import chosen_folder
from coursesync.text import on_one_line

if TYPE_CHECKING:
    from coursesync.operations.init import Initialised
    from coursesync.operations.locate import Chosen


@click.command("init")
@click.argument(
    "folder",
    type=click.Path(path_type=Path),
    default=Path(),
    required=False,
    shell_complete=folders,
)
@click.option(
    "--id", "course_id", type=types.RECORD_ID, help="The Id of your course, for a first outline."
)
@click.option(
    "--course",
    "courses",
    type=types.RECORD_ID,
    multiple=True,
    help="The Id of a course to import; can be repeated.",
)
@click.option("--from-site", is_flag=True, help="Import every course of the account.")
@click.option("--github", is_flag=True, help="Write the workflows for GitHub, too.")
@click.option("--gitlab", is_flag=True, help="Write the pipeline for GitLab, too.")
@click.option("--yes", is_flag=True, help="Change existing files without asking.")
@options.new_workspace_option
@options.target_options
@options.verbose_option
def command(  # noqa: PLR0913 - one parameter an option
    *,
    folder: Path,
    course_id: int | None,
    courses: tuple[int, ...],
    from_site: bool,
    github: bool,
    gitlab: bool,
    yes: bool,
    workspace: Chosen,
    base_url: str | None,
    state: str | None,
    sandbox: bool | None,
) -> ExitCode:
    """Make a workspace in FOLDER (default: the current folder).

    Writes a first outline to change, or imports the courses of the site, and adds
    what git and editors need. FOLDER becomes a git repository if it is in none.
    Files that exist are kept; .gitignore and .gitattributes get the lines that
    they lack. The folder of --workspace is in FOLDER.

    With --github or --gitlab, it also writes the files that plan each change and
    apply what was reviewed, and prints which settings are left. It shows how it
    would change an existing file, and asks; without a terminal, it then writes
    nothing unless --yes is given.
    """
    from coursesync.ci.forges.setup import forge_files  # noqa: PLC0415 - keeps --help quick
    from coursesync.cli.setting_up import print_setup, refused  # noqa: PLC0415 - keeps --help quick
    from coursesync.operations.forge_files import ForgeName  # noqa: PLC0415 - keeps --help quick
    from coursesync.operations.init import drafted, write  # noqa: PLC0415 - keeps --help quick

    if sum((course_id is not None, bool(courses), from_site)) > 1:
        raise UsageError(
            "init takes one of three: --id ID, --course ID, or --from-site",
            "--id writes a first outline, the other two import courses from the site.",
        )
    if github and gitlab:
        raise UsageError("init takes --github or --gitlab, not both", "Leave one of them out.")
    imports = bool(courses) or from_site
    forge = ForgeName.GITHUB if github else ForgeName.GITLAB if gitlab else None
    inner = folder / workspace.folder
    wanted = forge_files(folder, inner, forge, base_url) if forge else None
    drafts = drafted(
        folder, workspace.folder, course_id=course_id, first=not imports, wanted=wanted
    )
    begun = write(
        drafts, folder, workspace.folder, keep=refused(drafts, is_agreed=yes) if forge else ()
    )
    made = chosen_folder(str(begun.workspace))
    click.get_current_context().params["workspace"] = made  # for the next commands
    _print(begun)
    ended = ExitCode.DONE
    if imports:
        from coursesync.cli.commands.import_ import import_courses  # noqa: PLC0415 - only here

        project = options.opened(made, base_url, state, sandbox=sandbox)
        ended = import_courses(project, courses)
    elif not forge:
        _print_next(begun, course_id)
    if wanted is not None:
        print_setup(folder, begun, wanted)
    return ended


def _print(begun: Initialised) -> None:
    for path, done in begun.files.items():
        say(on_one_line(f"{done.value:<9} {shown(path)}"))
    if begun.without_git:
        say_wrapped(
            Remedy(
                f"This is no git repository: {on_one_line(begun.without_git)}. coursesync works "
                "without one, but git keeps each version of your outlines. Later, run",
                Shell("git", "init"),
            )
        )
    say()


def _print_next(begun: Initialised, course_id: int | None) -> None:
    look = Remedy("To see what would change on the site:", Command("plan"))
    if begun.is_old:
        say_wrapped("Nothing was changed: all of this was there already.")
    if begun.first is None:
        if course_id is not None:
            add = Command("new", "course", "TITLE", id=course_id)
            say_wrapped(Remedy(f"To add an outline for the course {course_id}:", add))
        say_wrapped(look)
        return
    first = on_one_line(shown(begun.first))
    say_wrapped(f"{first} is a small course for you to change.")
    if course_id is not None:
        say_wrapped(look)
        _say_to_commit(begun)
        return
    trying = Command("plan", sandbox=True)
    say_wrapped(Remedy("To see what it would make, without an account:", trying))
    say_wrapped(
        Remedy(
            "To make it one of your courses, write the course's Id in the place of",
            line_of("id", UNKNOWN_ID),
            "To import a course that has contents already:",
            Command("import", course="ID"),
        )
    )
    _say_to_commit(begun)


def _say_to_commit(begun: Initialised) -> None:
    """Print the commands that commit what was written, if there is a repository."""
    from coursesync.operations.drafts import FileStatus  # noqa: PLC0415 - keeps --help quick

    if begun.without_git:
        return
    written = [path for path, done in begun.files.items() if done is not FileStatus.KEPT]
    inside = begun.workspace
    above = [each for each in written if each.parent != inside and each.name != ".git"]
    say_wrapped(
        Remedy(
            "To keep this in git:",
            Shell("git", "-C", inside, "add", "--", *(relpath(e, inside) for e in above), "."),
            Shell("git", "-C", inside, "commit", "-m", "Begin the outlines"),
        )
    )
