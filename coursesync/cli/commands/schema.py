"""`coursesync schema`: writes the JSON Schema of outlines, for editors."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from coursesync.cli import types
from coursesync.cli.line import folders
from coursesync.cli.screen import say, show
from coursesync.text import count, on_one_line

if TYPE_CHECKING:
    from collections.abc import Iterator

_MOST = 20  # outlines; more are only counted


@click.command("schema")
@click.argument(
    "workspace", type=click.Path(path_type=Path), required=False, shell_complete=folders
)
@click.option("--out", type=types.FILE, help="Write it to this file instead of stdout.")
def command(workspace: Path | None, out: Path | None) -> None:
    """Write the JSON Schema of outlines, which lets editors complete and check them.

    It is the same for every workspace. With WORKSPACE, also lists the outlines in
    it that don't name a schema yet, and the line to add to each. Needs neither
    network nor credentials.
    """
    from coursesync.outlines.schema import NAME, schema_text, write_schema  # noqa: PLC0415 - keeps --help quick

    lines = () if workspace is None else tuple(_unnamed(workspace, out or workspace / NAME))
    if out is None:
        show(schema_text())
    else:
        write_schema(out, schema_text())
        say(on_one_line(f"Wrote {out}"))
    for line in lines:
        say(on_one_line(line))


def _unnamed(workspace: Path, schema: Path) -> Iterator[str]:
    """Yield the outlines that name no schema, and the line to add to each."""
    from coursesync.outlines.schema import line_for, without_schema  # noqa: PLC0415 - keeps --help quick

    found = list(without_schema(workspace))
    if found:
        name = "names" if len(found) == 1 else "name"
        outlines = count(len(found), "outline")
        yield f"{outlines} {name} no schema yet. Add above the first line of each:"
    for outline in found[:_MOST]:
        yield f"  {outline}"
        yield f"    {line_for(outline, schema)}"
    if len(found) > _MOST:
        yield f"  and {len(found) - _MOST} more"
