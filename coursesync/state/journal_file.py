"""Writes a run's journal: each record is on the disk before the run goes on.

It must never write a line after half a line: that would damage the journal.
"""

from __future__ import annotations

import errno
from dataclasses import dataclass
from typing import TYPE_CHECKING

from coursesync.errors import Command, Remedy, StateError

if TYPE_CHECKING:
    from pathlib import Path

    from coursesync.state.disk import Disk
    from coursesync.state.journal import Header, Step
    from coursesync.state.state import State


@dataclass(slots=True)
class JournalFile:
    """The journal at one path. Raises OSError if the disk does."""

    path: Path
    disk: Disk
    _file: int | None = None
    _is_torn: bool = False

    def begin(self, state: State, checksum: str) -> None:
        """Create the file, lock it until the run ends, and write which state it begins from.

        `checksum` is that of the state's file.
        """
        from coursesync.state.journal import Header  # noqa: PLC0415 - a plan writes no journal

        self._file = self.disk.create(self.path)
        self._is_torn = False
        self.disk.lock(self._file)
        self.append(
            Header(
                checksum=checksum, lineage=state.lineage, serial=state.serial, target=state.target
            )
        )
        self.disk.sync_folder(self.path.parent)

    def append(self, record: Header | Step) -> None:
        """Add a record; when this returns, it outlives a power cut.

        Raises:
            StateError: the file was removed during the run.
        """
        from coursesync.state.journal import line  # noqa: PLC0415 - a plan writes no journal

        assert self._file is not None  # noqa: S101 - `begin` comes first
        if not self.disk.has_name(self._file):
            raise StateError(
                f"the journal {self.path} was removed while this ran",
                Remedy(
                    "Perhaps the lock was deleted, and another apply was started. First run",
                    Command("plan"),
                ),
            )
        content = line(record)
        if self._is_torn:
            raise OSError(errno.EIO, "the journal ends in the middle of a line")
        self._is_torn = True
        self.disk.append(self._file, content)
        self.disk.sync(self._file)
        self._is_torn = False

    def is_live(self) -> bool:
        """Return whether a run has the journal open, in this process or another."""
        try:
            return self.disk.is_locked(self.path)
        except OSError:
            return False  # the error is reported when the journal is read

    def drop(self) -> None:
        """Close the file, if this run has it open, and remove it."""
        self.close()
        self.disk.remove(self.path)
        self.disk.sync_folder(self.path.parent)

    def close(self) -> None:
        """Close the file, if this run has it open."""
        file, self._file = self._file, None
        if file is not None:
            self.disk.close(file)
