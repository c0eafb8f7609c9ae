"""`coursesync fmt`: outlines in their canonical layout, with every section's key written in."""

from __future__ import annotations

from shlex import quote
from typing import TYPE_CHECKING

import click

from coursesync.cli.options import workspace_argument
from coursesync.cli.screen import complain, say, show
from coursesync.cli.session import empty_workspace
from coursesync.errors import ExitCode, UnusableFile
from coursesync.words import count, on_one_line

if TYPE_CHECKING:
    from pathlib import Path


@click.command("fmt")
@workspace_argument
@click.option(
    "--check", is_flag=True, help="Change nothing: list what would change, and then exit with 1."
)
def command(workspace: Path, *, check: bool) -> int:
    """Lay out the outlines in WORKSPACE (default: courses) in one way.

    Each section gets the key that its title gives, fields stand in one order,
    and an indent is two blanks. Comments, blank lines, quotes and texts stay as
    they are. Needs neither network nor credentials.
    """
    from coursesync.adapters.outline_files import load  # noqa: PLC0415 - keeps --help quick

    paths = sorted(record.path for record in load(workspace).records.values())
    if not paths:
        raise empty_workspace(workspace)
    changed, refused = _laid_out(workspace, paths)
    if check:
        show("".join(f"{on_one_line(_shown(workspace, path))}\n" for path in changed))
    elif not _written(workspace, changed):
        return ExitCode.INTERRUPTED
    if changed and check:
        folder = quote(str(workspace))
        say(f"{count(len(changed), 'outline')} to lay out: type  coursesync fmt {folder}")
    _sum_up(len(paths) - len(changed) - refused, refused)
    return ExitCode.ERROR if refused or (check and changed) else ExitCode.DONE


def _laid_out(workspace: Path, paths: list[str]) -> tuple[dict[str, str], int]:
    """Return the texts that differ from what is there, by path, and how many can't be made."""
    from coursesync.adapters.content_files import Files  # noqa: PLC0415 - keeps --help quick
    from coursesync.adapters.outline_rewriting import laid_out  # noqa: PLC0415 - the same
    from coursesync.adapters.text_files import decode  # noqa: PLC0415 - the same

    files = Files(workspace)
    changed: dict[str, str] = {}
    refused = 0
    for path in paths:
        try:
            content = files.inside(path)
            text = laid_out(decode(content), _shown(workspace, path))
        except UnusableFile as unusable:
            complain(unusable)
            refused += 1
            continue
        if text.encode() != content:
            changed[path] = text
    return changed, refused


def _written(workspace: Path, changed: dict[str, str]) -> bool:
    """Write the texts, naming each file; say whether it came to its end."""
    from coursesync.adapters.outline_rewriting import rewrite  # noqa: PLC0415 - keeps --help quick

    try:
        for path, text in changed.items():
            rewrite(workspace / path, text)
            say(on_one_line(f"Laid out {_shown(workspace, path)}"))
    except KeyboardInterrupt:
        say("\nInterrupted; the outlines named above are laid out, the others as they were.")
        return False
    return True


def _sum_up(same: int, refused: int) -> None:
    if same:
        say(f"{count(same, 'outline')} laid out already.")
    if refused:
        say(f"{count(refused, 'outline')} left alone, for the reason above.")


def _shown(workspace: Path, path: str) -> str:
    from coursesync.adapters.text_files import shown  # noqa: PLC0415 - keeps --help quick

    return shown(workspace / path)
