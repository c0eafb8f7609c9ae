"""`coursesync validate`: shows every mistake in every outline, without a request."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import click

from coursesync.cli import options
from coursesync.cli.screen import give_advice, say_mistaken, show
from coursesync.kinds import ITEMS, LISTED
from coursesync.text import count

if TYPE_CHECKING:
    from coursesync.operations.locate import Chosen


@click.command("validate")
@options.workspace_argument
@options.strict_option
@options.source_option
def command(*, workspace: Chosen, strict: bool | None) -> None:
    """Check the outlines in WORKSPACE (default: courses) for mistakes.

    With COURSE, checks only that course: its key, or its outline's path.
    Makes no request and needs neither state nor credentials.
    """
    from coursesync.operations.plan import validate  # noqa: PLC0415 - keeps --help quick
    from coursesync.operations.workspace import open_project  # noqa: PLC0415 - keeps --help quick

    project = open_project(workspace.folder)
    loaded = validate(workspace.folder, courses=workspace.courses)
    give_advice(project, loaded.advice, strict=strict)
    numbers = Counter(each.kind for outline in loaded.outlines for each in outline.resources)
    kinds = (kind for kind in ITEMS.values() if kind is LISTED or numbers[kind])
    items = ", ".join(count(numbers[kind], kind.name, kind.plural) for kind in kinds)
    allowed = f" {count(loaded.allowed, 'piece')} of advice allowed." if loaded.allowed else ""
    show(f"{count(len(loaded.outlines), 'outline')}, {items}: all valid.{allowed}\n")
    say_mistaken(loaded.mistaken)
