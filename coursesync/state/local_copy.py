"""The files of a state in git on one machine: a state, its journal, and the run that wrote them.

Owns whether they hold what the branch lacks, and keeps that aside if the branch went on without it.
It must never remove what is nowhere else.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from coursesync.errors import StateError
from coursesync.state.disk import replace_whole
from coursesync.state.open_run import run_in
from coursesync.state.state_text import checksum_of, parse, serialise

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from coursesync.state.file_store import StateFile
    from coursesync.state.open_run import OpenRun
    from coursesync.state.state import State


@dataclass(frozen=True, slots=True)
class LocalCopy:
    """What a machine has of a state in git. Each method raises StateError if the disk fails."""

    file: StateFile

    @property
    def saved(self) -> bytes:
        """The state's bytes; b"" if there is none."""
        return self.file.read(self.file.path) or b""

    @property
    def journal(self) -> bytes:
        """The bytes of the journal; b"" if there is none."""
        return self.file.read(self.file.journal_path) or b""

    def has_more(self, pushed: Iterable[bytes]) -> bool:
        """Return whether the files hold what none of these states of the branch has."""
        if self.file.read(self.file.journal_path) is not None:
            return True
        return bool(saved := self.saved) and saved not in pushed

    def take(self, saved: bytes) -> None:
        """Write the branch's state here."""
        self._write(self.file.path, saved)

    def note(self, run: OpenRun) -> None:
        """Note the run that is about to hold the branch from here."""
        self._write(self._run, run.as_bytes())

    def has_all_of(self, run: OpenRun) -> bool:
        """Return whether a run began here, so that these files have all that it did."""
        own = run_in(self.file.read(self._run), str(self._run))
        return own is not None and own.run == run.run

    def forget_run(self) -> None:
        """Remove the note of a run that is recorded; that it stays does no harm."""
        with suppress(OSError):
            self.file.disk.remove(self._run)

    def set_aside(self) -> Path:
        """Keep state and journal as one state under another name, and return its path."""
        content = serialise(self.file.load())
        aside = self._beside(f"aside-{checksum_of(content)[:12]}")
        self._write(aside, content)
        self.drop()
        return aside

    def drop(self) -> None:
        """Remove journal and state, which are elsewhere."""
        for each in (self.file.journal_path, self.file.path):
            with self.file.writing():
                self.file.disk.remove(each)

    def asides(self) -> Iterator[State]:
        """Yield the states that were set aside and can be read."""
        for path in self.file.disk.beside(self._beside("aside-")):
            with suppress(OSError, StateError):
                yield parse(self.file.disk.read(path), path)

    @property
    def _run(self) -> Path:
        return self._beside("run")

    def _beside(self, what: str) -> Path:
        return self.file.path.with_name(f"{self.file.path.name}.{what}")

    def _write(self, path: Path, content: bytes) -> None:
        if self.file.read(path) != content:
            with self.file.writing():
                replace_whole(self.file.disk, path, content)
