"""Completion in a shell: folders, and the addresses in a state.

It reads a state quickly, trusts nothing in it and reports no failure; commands read the state
through `file_store`. It must not import slow modules.
"""

from __future__ import annotations

import json
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from click.shell_completion import CompletionItem

from coursesync.errors import CoursesyncError, UnusableFile
from coursesync.files import read
from coursesync.state.store import STATE_NAME

if TYPE_CHECKING:
    import click

WORKSPACE = "courses"  # the default
_MOST_BYTES = 67_108_864  # tens of thousands of entries


def folders(_context: click.Context, _parameter: object, incomplete: str) -> list[CompletionItem]:
    """Let the shell offer folders."""
    return [CompletionItem(incomplete, type="dir")]


def addresses(context: click.Context, _parameter: object, incomplete: str) -> list[CompletionItem]:
    """Offer the addresses in the state that the command line names so far."""
    return _offered(context, incomplete, only_doubts=False)


def doubts(context: click.Context, _parameter: object, incomplete: str) -> list[CompletionItem]:
    """Offer the addresses in doubt in the state that the command line names so far."""
    return _offered(context, incomplete, only_doubts=True)


def _offered(context: click.Context, incomplete: str, *, only_doubts: bool) -> list[CompletionItem]:
    with suppress(
        CoursesyncError, ValueError, LookupError, RecursionError, TypeError, AttributeError
    ):
        path = _state_path(context)
        state = json.loads(read(path, _MOST_BYTES))
        begun = _begun(path.with_name(f"{path.name}.journal")) if only_doubts else set()
        named = {*state["doubts"], *begun} if only_doubts else state["entries"]
        return [CompletionItem(each) for each in sorted(named) if each.startswith(incomplete)]
    return []


def _state_path(context: click.Context) -> Path:
    from coursesync.operations.config_file import config_of  # noqa: PLC0415 - only for a shell

    given = context.params
    folder = Path(given.get("workspace") or WORKSPACE)
    if given.get("sandbox"):
        return folder / ".coursesync" / STATE_NAME
    return folder / (given.get("state") or config_of(folder).state)


def _begun(journal: Path) -> set[str]:
    """Return the addresses in a journal; the state may gain them soon."""
    try:
        lines = read(journal, _MOST_BYTES).split(b"\n")
    except UnusableFile:
        return set()
    # a record, a space and its checksum
    records = [json.loads(line.rpartition(b" ")[0]) for line in lines if b" " in line]
    return {record["address"] for record in records if "address" in record}
