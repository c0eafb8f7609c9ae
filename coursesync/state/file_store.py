"""Keeps a state and its journal in files.

Owns saves, which are atomic: write and fsync a temporary file in the same folder, rename it, fsync
the folder. The journal is beside the state during a run. This module must never overwrite a file
that it could not read and understand first.
"""

from __future__ import annotations

import errno
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from coursesync.errors import Remedy, Shell, StateError, StateLocked
from coursesync.state.disk import (
    Disk,
    JournalFile,
    away,
    replace_whole,
    temporary,
    unwritable_remedy,
)
from coursesync.state.state import State
from coursesync.state.state_text import checksum_of, parse, serialise, usable_copy
from coursesync.text import inert

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from coursesync.errors import Sentence
    from coursesync.state.interrupted import Foreign, Leftover
    from coursesync.state.journal import Step


@dataclass(slots=True)
class StateFile:
    """The state of one target at one path. Fits `store.Store`.

    Attributes:
        path: the state's file.
        target: the API's base URL.
        disk: the file system.
        hold: a token that is replaced when the lock is taken and on every save; compare it to see
            whether data is stale. None without the lock.
        foreign: another state's journal that `load` found in the place of this state's.
        in_git: returns the bytes that git has for a file, None if it has none.
    """

    path: Path
    target: str
    disk: Disk = field(default_factory=Disk)
    hold: object | None = None
    foreign: Foreign | None = None
    in_git: Callable[[Path], bytes | None] | None = None
    _checksum: str = field(default="", init=False)
    _journal: JournalFile = field(init=False)

    def __post_init__(self) -> None:
        """Derive the path of the journal."""
        self._journal = JournalFile(self._beside("journal"), self.disk)

    @property
    def journal_path(self) -> Path:
        """The path of the journal, during a run or after one was interrupted."""
        return self._journal.path

    @property
    def notes(self) -> tuple[tuple[str, Sentence], ...]:
        """What `load` found that is no error: each problem with its remedy."""
        return (self.foreign.warning(self.journal_path, self.path),) if self.foreign else ()

    @property
    def is_file(self) -> bool:
        """Whether the state is the file at `path`, which people commit."""
        return True

    @property
    def place(self) -> str:
        """Where the state is kept, in words."""
        return str(self.path)

    def intend(self, plan: Callable[[], str]) -> None:
        """Do nothing: whoever reads this state has its journal."""

    @contextmanager
    def held(self, timeout: float = 0.0) -> Iterator[None]:
        """Hold the state against all other writers.

        Args:
            timeout: seconds to wait for the lock.

        Raises:
            StateLocked: another process holds it.
            StateError: the lock can't be made.
        """
        from coursesync.state.lock import locked  # noqa: PLC0415 - a plan takes no lock

        with locked(self.path, timeout):
            # a deleted lock does not end the run that held it
            if self._journal.is_live():
                raise StateLocked(
                    f"the journal {self.journal_path} is in use by another apply, whose lock was "
                    "deleted",
                    "Wait until that has ended, then run this again.",
                )
            with suppress(OSError):  # left by an interrupted save; the next one reports errors
                self.disk.remove(temporary(self.path))
                self.disk.remove(temporary(self._beside("backup")))
            self.hold = object()
            try:
                yield
            finally:
                self.hold = None
                self._journal.close()

    def load(self) -> State:
        """Read the state and apply the journal of an interrupted run to it, without writing.

        Returns:
            The state; its serial is 0 if there is no file.

        Raises:
            StateError: a file can't be read or trusted, or belongs to another target.
        """
        saved = self._saved()
        if saved.target != self.target:
            remedy = f"This run's target is {self.target}. Give that a state of its own, as in"
            raise StateError(
                f"the state {self.path} belongs to another target: {inert(saved.target, 100)}",
                Remedy(remedy, Shell("--state", "coursesync.other.state.json")),
            )
        left = self._left(saved)
        self.foreign = left.foreign if left else None
        return left.state if left else saved

    def elsewhere(self) -> tuple[State, ...]:
        """Return what each journal of another state may have created, as states."""
        left, made = self._left(), []
        for path in self.disk.beside(self.journal_path):  # one that people moved away as well
            if left is None or path != left.journal:
                from coursesync.state.interrupted import made_by  # noqa: PLC0415 - rarely needed

                with suppress(OSError):
                    made.append(made_by(self.disk.read(path), self.target))
        return tuple(made)

    def begin(self, state: State) -> State:
        """Save a new state or an applied journal, write the backup, and open a journal.

        The backup and the journal together are enough to restore the state.
        """
        self._check_unmoved(state)
        state = self.recover(state)
        if state.serial == 0:
            state = self.finish(state)
        elif (content := self.read(self.path)) is not None:
            # if a folder has the backup's name, make no backup
            with self.writing(), suppress(IsADirectoryError):
                replace_whole(self.disk, self._beside("backup"), content)
        with self.writing():
            # if this file can't be removed now, the save at the end of the run would fail
            self.disk.remove(temporary(self.path))
            self._journal.begin(state, self._checksum)
        return state

    def recover(self, state: State) -> State:
        """Save what an interrupted run left in the journal, if anything, and remove the journal.

        A journal of another state is set aside and kept.

        Raises:
            StateError: the state can't be saved; or it is saved, and the journal can't be removed,
                so that no other state may be saved beside it.
        """
        left = self._left()
        if left is not None and left.foreign is not None:
            with self.writing():
                self.disk.replace(self.journal_path, left.foreign.path)
                self.disk.sync_folder(self.path.parent)
        if left is None or left.journal is None:
            return state
        saved = self._save(state, left.journal)
        try:
            self._journal.close()
            self.disk.remove(left.journal)
            self.disk.sync_folder(self.path.parent)
        except OSError as error:
            raise StateError(
                f"the journal {left.journal} can't be removed: {error.strerror or error}",
                f"The state {self.path.name} has all of it: you may remove it yourself.",
            ) from error
        return saved

    def cancel(self) -> None:
        """Remove the journal of a run that was begun and did nothing."""
        with self.writing():
            self._journal.drop()

    def append(self, step: Step) -> None:
        """Add a step to the journal and fsync it."""
        with self.writing():
            self._journal.append(step)

    def finish(self, state: State) -> State:
        """Save the state under the next serial, then remove the journal.

        A journal that can't be removed does no harm: its serial shows that the state has it.

        Raises:
            StateError: the state can't be saved; the journal stays.
        """
        saved = self._save(state)
        with suppress(OSError):
            self._journal.drop()
        return saved

    def _save(self, state: State, journal: Path | None = None) -> State:
        self._check_unmoved(state)
        lineage = state.lineage or _new_lineage()
        saved = replace(state, serial=state.serial + 1, lineage=lineage)
        content = serialise(saved)
        with self.writing():
            if journal is not None:  # a power cut must not remove lines that the state has already
                self.disk.sync_file(journal)
            replace_whole(self.disk, self.path, content)
        self._checksum = checksum_of(content)
        if self.hold is not None:
            self.hold = object()
        return saved

    def _left(self, saved: State | None = None) -> Leftover | None:
        is_there = self.read(self.journal_path) is not None
        if not (is_there or self.disk.beside(self._beside("journal-"))):
            return None
        from coursesync.state.interrupted import take_up  # noqa: PLC0415 - rarely needed

        known = saved or self._saved()
        return take_up(known, self._checksum, self.journal_path, self.read)

    def _check_unmoved(self, state: State) -> None:
        stored = self._saved()
        if (stored.lineage, stored.serial) != (state.lineage, state.serial):
            raise StateError(
                f"{self.path} was changed while this ran: its serial is {stored.serial}, "
                f"not {state.serial}",
                f"Nothing was overwritten. If this run did anything, it is in {self.journal_path}.",
            )

    def _saved(self) -> State:
        content = self.read(self.path)
        if content is None:
            return self._unsaved()
        self._checksum = checksum_of(content)
        return parse(content, self.path, self._way_back, self._copy)

    def _way_back(self) -> Sentence:
        from coursesync.state.interrupted import way_back  # noqa: PLC0415 - rarely needed

        return way_back(self.path, self._beside("backup"), self.journal_path, self.read)

    def _copy(self) -> Sentence:
        if self.in_git is None:
            return ""
        backup = self._beside("backup")
        return usable_copy(self.path, self.in_git(self.path), backup, self.read(backup))

    def _unsaved(self) -> State:
        """Return the state to use if there is no file: an empty one.

        `begin` saves serial 1 before anything is done, so serial 1 is always empty. Therefore a
        journal that begins from serial 1 can be replayed without the file.
        """
        unsaved, self._checksum = State(target=self.target), ""
        if (content := self.read(self.journal_path)) is not None:
            from coursesync.state.interrupted import begun  # noqa: PLC0415 - rarely needed

            run = begun(content, self.journal_path)
            if run is not None and (run.serial, run.target) == (1, self.target):
                unsaved = replace(unsaved, lineage=run.lineage, serial=1)
                self._checksum = checksum_of(serialise(unsaved))
        return unsaved

    def read(self, path: Path) -> bytes | None:
        """Read a file beside the state; None if there is none. Raises StateError."""
        names = {self.journal_path: "journal", self._beside("backup"): "backup"}
        what = names.get(path, "state")
        try:
            return self.disk.read(path)
        except FileNotFoundError:
            return None
        except OSError as error:
            if error.errno in {errno.ELOOP, errno.EINVAL, errno.ENXIO}:
                raise StateError(
                    f"the {what} {path} is a link or not a file",
                    Remedy(
                        f"Put the real {what} in its place. If there is none, move this away:",
                        away(path),
                    ),
                ) from error
            raise StateError(
                f"the {what} {path} can't be read: {error.strerror}",
                Remedy("To see what it is and who may read it:", Shell("ls", "-l", path)),
            ) from error

    def _beside(self, what: str) -> Path:
        return self.path.with_name(f"{self.path.name}.{what}")

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Turn each OSError of a write into StateError."""
        try:
            yield
        except OSError as error:
            file = error.filename2 or error.filename
            at = f" ({inert(Path(file).name)})" if file else ""
            raise StateError(
                f"the state can't be written in {self.path.parent}: {error.strerror or error}{at}",
                unwritable_remedy(error),
            ) from error


def _new_lineage() -> str:
    from uuid import uuid4  # noqa: PLC0415 - once in the life of a state

    return str(uuid4())
