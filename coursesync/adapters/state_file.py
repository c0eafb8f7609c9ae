"""The state file and its journal, on a file system.

A save is atomic: a temporary file in the same folder, flushed and fsynced, put in place by
`os.replace`, and the folder fsynced. The journal stands beside the state while a run lasts.
Nothing here is ever overwritten that could not first be read and understood.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING
from uuid import uuid4

from coursesync.adapters.state_text import parse, serialise
from coursesync.errors import StateError
from coursesync.state import State
from coursesync.words import inert

if TYPE_CHECKING:
    from pathlib import Path

    from coursesync.journal import Run, Step

NAME = "coursesync.state.json"


@dataclass(slots=True)
class StateFile:
    """The state of one target at one path. Fits `ports.StateStore`."""

    path: Path
    target: str
    _journal: IO[bytes] | None = None

    @property
    def journal_path(self) -> Path:
        """Where the journal stands while a run lasts, or after one was cut off."""
        return self.path.with_name(self.path.name + ".journal")

    def load(self) -> State:
        """Read the state, with what a cut-off run left in the journal. Writes nothing.

        Returns:
            The state; one of serial 0 where there is no file.

        Raises:
            StateError: a file can't be read or trusted, or is another target's.
        """
        saved = self._saved()
        self._check_target(saved.target)
        try:
            told = self.journal_path.read_bytes()
        except FileNotFoundError:
            return saved
        except OSError as error:
            raise StateError(
                f"the journal {self.journal_path} can't be read: {error.strerror}",
                "Check what it is and who may read it, with  ls -l",
            ) from error
        from coursesync.adapters.journal_text import catch_up  # noqa: PLC0415 - rarely needed

        return catch_up(saved, told, self.path, self.journal_path)

    def begin(self, state: State) -> State:
        """Save what is not saved yet (a new state, a folded journal), and open a journal."""
        state = self.finish(state) if state.serial == 0 else self.recover(state)
        from coursesync.journal import Run  # noqa: PLC0415 - a plan writes no journal

        run = Run(lineage=state.lineage, serial=state.serial, target=state.target)
        try:
            self._journal = self.journal_path.open("xb")
            self._write(run)
            _sync_folder(self.path.parent)
        except OSError as error:
            raise self._unwritable(error) from error
        return state

    def recover(self, state: State) -> State:
        """Save what a cut-off run left in the journal, where there is one."""
        return self.finish(state) if self.journal_path.exists() else state

    def append(self, step: Step) -> None:
        """Add a step to the journal and fsync it."""
        try:
            self._write(step)
        except OSError as error:
            raise self._unwritable(error) from error

    def finish(self, state: State) -> State:
        """Save the state under the next serial, then drop the journal."""
        stored = self._saved()
        if (stored.lineage, stored.serial) != (state.lineage, state.serial):
            raise StateError(
                f"{self.path} was changed while this ran: its serial is {stored.serial}, "
                f"not {state.serial}",
                f"Nothing was overwritten; what this run did is in {self.journal_path}.",
            )
        update = {"serial": state.serial + 1, "lineage": state.lineage or str(uuid4())}
        saved = state.model_copy(update=update)
        try:
            self._replace(serialise(saved))
            if self._journal is not None:
                self._journal.close()
                self._journal = None
            self.journal_path.unlink(missing_ok=True)
        except OSError as error:
            raise self._unwritable(error) from error
        return saved

    def _saved(self) -> State:
        if self.path.is_symlink() or (self.path.exists() and not self.path.is_file()):
            raise StateError(
                f"the state {self.path} is a link or no file",
                "A save would put a file in its place: put the state itself there.",
            )
        try:
            content = self.path.read_bytes()
        except FileNotFoundError:
            return State(target=self.target)
        except OSError as error:
            raise StateError(
                f"the state {self.path} can't be read: {error.strerror}",
                "Check what it is and who may read it, with  ls -l",
            ) from error
        return parse(content, self.path)

    def _check_target(self, target: str) -> None:
        if target != self.target:
            raise StateError(
                f"the state {self.path} is of another target: {inert(target, 100)}",
                f"This run's target is {self.target}. Give that its own state file, as in  "
                "--state coursesync.other.state.json",
            )

    def _write(self, record: Run | Step) -> None:
        from coursesync.adapters.journal_text import line  # noqa: PLC0415 - as in `begin`

        assert self._journal is not None  # noqa: S101 - `begin` comes first
        if os.fstat(self._journal.fileno()).st_nlink == 0:
            raise StateError(
                f"the journal {self.journal_path} was taken away while this ran",
                "Was the lock deleted, and another apply started? See  coursesync plan  first.",
            )
        self._journal.write(line(record))
        self._journal.flush()
        os.fsync(self._journal.fileno())

    def _replace(self, content: bytes) -> None:
        # the lock is held: what stands there was left by a run that was cut off
        temporary = self.path.with_name(f".{self.path.name}.tmp")
        try:
            with temporary.open("wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            temporary.replace(self.path)
        except OSError:
            temporary.unlink(missing_ok=True)
            raise
        _sync_folder(self.path.parent)

    def _unwritable(self, error: OSError) -> StateError:
        return StateError(
            f"the state can't be written in {self.path.parent}: {error.strerror or error}",
            "Check that you may write in that folder and that the disk has room.",
        )


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
