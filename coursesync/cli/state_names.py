"""Which addresses a state names, at a glance, while someone types.

Nothing that is read here is trusted, and no mistake is told: what acts on a state reads it by
`file_store`. Imports nothing that takes long.
"""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from coursesync.errors import UnusableFile
from coursesync.files import read
from coursesync.operations.config import CONFIG
from coursesync.state.store import STATE_NAME

if TYPE_CHECKING:
    from pathlib import Path

_MOST_BYTES = 67_108_864  # tens of thousands of entries


@dataclass(frozen=True, slots=True)
class Named:
    """The addresses of a state, sorted: those of its entries, and those that may be in doubt."""

    entries: tuple[str, ...] = ()
    doubts: tuple[str, ...] = ()


def state_path(folder: Path, state: str | None, *, sandbox: bool) -> Path:
    """Say which file a workspace's state is in; `state` is its name where one was given."""
    if sandbox:
        return folder / ".coursesync" / STATE_NAME
    return folder / (state or _configured(folder) or STATE_NAME)


def _configured(folder: Path) -> str | None:
    with suppress(UnusableFile, ValueError):
        content = read(folder / CONFIG)
        import tomllib  # noqa: PLC0415 - few workspaces have that file

        named = tomllib.loads(content.decode()).get("state")
        return named if isinstance(named, str) else None
    return None


def named_in(path: Path) -> Named:
    """Return the addresses that a state names, and its journal where a run was cut off."""
    with suppress(UnusableFile, ValueError, LookupError, RecursionError, TypeError, AttributeError):
        state = json.loads(read(path, _MOST_BYTES))
        doubts = {*state["doubts"], *_begun(path.with_name(f"{path.name}.journal"))}
        return Named(tuple(sorted(state["entries"])), tuple(sorted(doubts)))
    return Named()


def _begun(journal: Path) -> set[str]:
    """Return the addresses that a journal speaks of; a state that lacks them may do so soon."""
    try:
        lines = read(journal, _MOST_BYTES).split(b"\n")
    except UnusableFile:
        return set()
    # a record, a blank, and its checksum
    records = [json.loads(line.rpartition(b" ")[0]) for line in lines if b" " in line]
    return {record["address"] for record in records if "address" in record}
