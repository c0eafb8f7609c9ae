"""What a shell offers while a command is typed: addresses, and folders. Silent where it can't."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from click.shell_completion import CompletionItem

from coursesync.cli.state_names import Named, named_in, state_path

if TYPE_CHECKING:
    from collections.abc import Iterable

    import click

WORKSPACE = "courses"  # where none is named


def folders(_context: click.Context, _parameter: object, incomplete: str) -> list[CompletionItem]:
    """Let the shell offer folders."""
    return [CompletionItem(incomplete, type="dir")]


def addresses(context: click.Context, _parameter: object, incomplete: str) -> list[CompletionItem]:
    """Offer the addresses that are in the state which the command line names so far."""
    return _begun_with(incomplete, _named(context).entries)


def doubts(context: click.Context, _parameter: object, incomplete: str) -> list[CompletionItem]:
    """Offer the addresses in doubt of the state which the command line names so far."""
    return _begun_with(incomplete, _named(context).doubts)


def _named(context: click.Context) -> Named:
    given = context.params
    folder = Path(given.get("workspace") or WORKSPACE)
    return named_in(state_path(folder, given.get("state"), sandbox=bool(given.get("sandbox"))))


def _begun_with(incomplete: str, offered: Iterable[str]) -> list[CompletionItem]:
    return [CompletionItem(each) for each in offered if each.startswith(incomplete)]
