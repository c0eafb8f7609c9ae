"""`coursesync new`: adds a course to the workspace, or an item to an outline."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from coursesync.cli import options, types
from coursesync.cli.screen import say_all, say_mistaken
from coursesync.errors import Command, Remedy, UsageError
from coursesync.kinds import ITEMS, LISTED, kind_of
from coursesync.kinds.address import course_of, key_of
from coursesync.kinds.field import Role
from coursesync.kinds.inline import line_of
from coursesync.operations.locate import in_workspace

if TYPE_CHECKING:
    from collections.abc import Iterator

    from coursesync.errors import Sentence
    from coursesync.operations.locate import Chosen
    from coursesync.operations.new import Added

_COURSE = "course"


@click.command("new")
@click.argument("kind", type=click.Choice([_COURSE, *ITEMS]))
@click.argument("title")
@click.option("--id", "course_id", type=types.RECORD_ID, help="The Id in Nexudus of a new course.")
@click.option("--in", "inside", metavar="KEY", default="", help="What to put the new item in.")
@click.option(
    "--after", metavar="KEY", default="", help="What it follows; by default it is the last."
)
@click.option("--file", "in_file", is_flag=True, help="Write it as a Markdown file of its own.")
@options.workspace_option
def command(  # noqa: PLR0913 - one parameter an option
    *,
    kind: str,
    title: str,
    course_id: int | None,
    inside: str,
    after: str,
    in_file: bool,
    workspace: Chosen,
) -> None:
    """Add a course, or an item of one, with this TITLE.

    A course gets an outline of its own, which needs its --id. An item is added to
    an outline that exists, in which all else stays as it is. KEY is a key such as
    welcome, keys such as onboarding.welcome, or an address; --in also takes an
    outline's path. Makes no request.
    """
    from coursesync.operations.new import new_course, new_item  # noqa: PLC0415 - keeps --help quick

    if kind != _COURSE:
        if course_id is not None:
            raise UsageError("--id is for a new course only", "Nexudus gives an item its Id.")
        (inside,) = in_workspace(workspace.folder, (inside,))
        item = new_item(workspace.folder, kind, title, inside=inside, after=after, in_file=in_file)
        plan = Command("plan", course_of(item.address))
        _print(item, *_text_of(item), Remedy("To see what would change on the site:", plan))
        return
    if course_id is None:
        raise UsageError(
            "a new course needs its Id in Nexudus, because coursesync creates no course",
            Remedy(
                "Create it in Nexudus: the address of its page shows the Id. Then run",
                Command("new", _COURSE, title, id="ID"),
            ),
        )
    if inside or after or in_file:
        raise UsageError("--in, --after and --file are not for a course", "Leave them out.")
    course = new_course(workspace.folder, title, course_id)
    more: dict[str, str] = {"in": key_of(course.address)}
    _print(course, Remedy("To add to it:", Command("new", LISTED.name, "TITLE", **more)))


def _text_of(item: Added) -> Iterator[Sentence]:
    """Yield what to look at, and how to write the text of a new item."""
    kind = kind_of(item.address)
    if item.same_title:
        yield f"There is another {kind.name} with this title: {item.same_title}"
    if item.file:
        yield "Write its text into that file, below the second line ---"
    else:
        text = line_of(kind.field(Role.CONTENTS).name, "<p>…</p>")
        yield Remedy("Write its text below its title, in the same column, as in", text)


def _print(added: Added, *then: Sentence) -> None:
    place = f"{added.where.path}:{added.where.line}"
    file = f", in the file {added.file}" if added.file else ""
    say_all(f"{place}: added {added.address}{file}", *then)
    say_mistaken(added.mistaken)
