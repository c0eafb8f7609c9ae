"""The state file and its journal.

A save is atomic: a temporary file in the same folder, written and fsynced, put in place by a
rename, and the folder fsynced. The journal stands beside the state while a run lasts. Nothing here
is ever overwritten that could not first be read and understood.
"""

from __future__ import annotations

import errno
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING

from coursesync.errors import StateError, StateLocked
from coursesync.state.disk import Disk, RealDisk, replace_whole, temporary
from coursesync.state.journal_file import JournalFile
from coursesync.state.state import State
from coursesync.state.state_text import parse, serialise
from coursesync.text import inert

if TYPE_CHECKING:
    from collections.abc import Iterator

    from coursesync.state.journal import Header, Step


@dataclass(slots=True)
class StateFile:
    """The state of one target at one path. Fits `store.StateStore`.

    `hold` tells one holding of the state from all others, and what was read before a save from
    what is read after it; it is None where this does not hold the state.
    """

    path: Path
    target: str
    disk: Disk = field(default_factory=RealDisk)
    hold: object | None = None
    _journal: JournalFile = field(init=False)

    def __post_init__(self) -> None:
        """Say where the journal stands while a run lasts, or after one was cut off."""
        self._journal = JournalFile(self._beside("journal"), self.disk)

    @property
    def journal_path(self) -> Path:
        """Where the journal is."""
        return self._journal.path

    @property
    def was_cut_off(self) -> bool:
        """Whether a run was cut off and left its journal."""
        return self._read(self.journal_path) is not None

    @property
    def backup_path(self) -> Path:
        """Where the state stands as it was when the last run that wrote it began."""
        return self._beside("backup")

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
            # whoever deleted the lock has not ended the run that held it
            if self._journal.is_live():
                raise StateLocked(
                    f"the journal {self.journal_path} is in use by another apply, whose lock was "
                    "deleted",
                    "Wait until that has ended, then run this again.",
                )
            with suppress(OSError):  # a cut-off save's; the next save would say what is wrong
                self.disk.remove(temporary(self.path))
                self.disk.remove(temporary(self.backup_path))
            self.hold = object()
            try:
                yield
            finally:
                self.hold = None
                self._journal.close()

    def load(self) -> State:
        """Read the state, with what a cut-off run left in the journal. Writes nothing.

        Returns:
            The state; one of serial 0 where there is no file.

        Raises:
            StateError: a file can't be read or trusted, or is another target's.
        """
        saved = self._saved()
        self._check_target(saved.target)
        told = self._read(self.journal_path)
        if told is None:
            return saved
        from coursesync.state.journal_text import catch_up  # noqa: PLC0415 - rarely needed

        return catch_up(saved, told, self.path, self.journal_path)

    def begin(self, state: State) -> State:
        """Save what is not saved yet (a new state, a folded journal), and open a journal.

        The state that the journal begins from is kept as a backup: the two together tell all.
        """
        self._check_unmoved(state)
        if state.serial == 0:
            state = self.finish(state)
        else:
            state = self.recover(state)
            self._back_up()
        from coursesync.state.journal import Header  # noqa: PLC0415 - a plan writes no journal

        run = Header(lineage=state.lineage, serial=state.serial, target=state.target)
        try:
            # what can't be cleared away here would keep the state from being saved at the end
            self.disk.remove(temporary(self.path))
            self._journal.begin(run)
        except OSError as error:
            raise self._unwritable(error) from error
        return state

    def recover(self, state: State) -> State:
        """Save what a cut-off run left in the journal, where there is one, and drop that.

        Raises:
            StateError: it can't be saved; or it is, and the journal can't be dropped, beside which
                no other state may be saved.
        """
        if self._read(self.journal_path) is None:
            return state
        saved = self._save(state)
        try:
            self._journal.drop()
        except OSError as error:
            raise StateError(
                f"the journal {self.journal_path} can't be removed: {error.strerror or error}",
                f"What it tells is saved in {self.path.name}: you may remove it yourself.",
            ) from error
        return saved

    def append(self, step: Step) -> None:
        """Add a step to the journal and fsync it."""
        try:
            self._journal.append(step)
        except OSError as error:
            raise self._unwritable(error) from error

    def finish(self, state: State) -> State:
        """Save the state under the next serial, then drop the journal.

        One that can't be dropped does no harm: whoever reads it sees by the serial that it is
        saved.

        Raises:
            StateError: the state can't be saved; the journal stands.
        """
        saved = self._save(state)
        with suppress(OSError):
            self._journal.drop()
        return saved

    def _save(self, state: State) -> State:
        self._check_unmoved(state)
        lineage = state.lineage or _new_lineage()
        saved = replace(state, serial=state.serial + 1, lineage=lineage)
        try:
            replace_whole(self.disk, self.path, serialise(saved))
        except OSError as error:
            raise self._unwritable(error) from error
        if self.hold is not None:
            self.hold = object()
        return saved

    def _check_unmoved(self, state: State) -> None:
        stored = self._saved()
        if (stored.lineage, stored.serial) != (state.lineage, state.serial):
            raise StateError(
                f"{self.path} was changed while this ran: its serial is {stored.serial}, "
                f"not {state.serial}",
                "Nothing was overwritten. Where this run did anything, it is in "
                f"{self.journal_path}.",
            )

    def _saved(self) -> State:
        content = self._read(self.path)
        return self._unsaved() if content is None else parse(content, self.path, self._way_back)

    def _way_back(self) -> str:
        """Say which state goes with the journal of a cut-off run; "" where no journal stands."""
        from coursesync.state.journal_text import begun  # noqa: PLC0415 - rarely needed

        told = self._read(self.journal_path)
        run = None if told is None else begun(told, self.journal_path)
        if run is None:
            return ""
        beside = "A cut-off run's journal stands beside it"
        with suppress(OSError, StateError):
            backup = parse(self.disk.read(self.backup_path), self.backup_path)
            if (backup.lineage, backup.serial) == (run.lineage, run.serial):
                copied = f"cp {quote(str(self.backup_path))} {quote(str(self.path))}"
                return f"{beside}, and begins from the backup:  {copied}  Then go on."
        if run.serial == 1:  # as `_unsaved` has it
            return (
                f"{beside}, and tells all that there is: delete the state, and nothing else:  "
                f"rm {quote(str(self.path))}"
            )
        return f"{beside}: put back the state of serial {run.serial} that it begins from, from git."

    def _unsaved(self) -> State:
        """The state where there is no file: an empty one.

        Serial 1 is always empty, for `begin` saves it before anything is done: where its file was
        deleted while the first run lasted, that run's journal alone tells all that there is.
        """
        told = self._read(self.journal_path)
        run = None if told is None else self._first_run(told)
        if run is not None:
            return State(target=run.target, lineage=run.lineage, serial=1)
        return State(target=self.target)

    def _first_run(self, told: bytes) -> Header | None:
        """Return how a journal begins, where that is the first run's of this state."""
        from coursesync.state.journal_text import begun  # noqa: PLC0415 - rarely needed

        run = begun(told, self.journal_path)
        return run if run is not None and run.serial == 1 else None

    def _read(self, path: Path) -> bytes | None:
        what = "journal" if path == self.journal_path else "state"
        try:
            return self.disk.read(path)
        except FileNotFoundError:
            return None
        except OSError as error:
            if error.errno in {errno.ELOOP, errno.EINVAL, errno.ENXIO}:
                raise StateError(
                    f"the {what} {path} is a link or no file",
                    f"A save would put a file in its place: put the {what} itself there.",
                ) from error
            raise StateError(
                f"the {what} {path} can't be read: {error.strerror}",
                "Check what it is and who may read it, with  ls -l",
            ) from error

    def _check_target(self, target: str) -> None:
        if target != self.target:
            raise StateError(
                f"the state {self.path} is of another target: {inert(target, 100)}",
                f"This run's target is {self.target}. Give that its own state file, as in  "
                "--state coursesync.other.state.json",
            )

    def _back_up(self) -> None:
        content = self._read(self.path)
        if content is not None:
            try:
                replace_whole(self.disk, self.backup_path, content)
            except OSError as error:
                raise self._unwritable(error) from error

    def _beside(self, what: str) -> Path:
        return self.path.with_name(f"{self.path.name}.{what}")

    def _unwritable(self, error: OSError) -> StateError:
        file = error.filename2 or error.filename
        at = f" ({inert(Path(file).name)})" if file else ""
        return StateError(
            f"the state can't be written in {self.path.parent}: {error.strerror or error}{at}",
            "Check that you may write in that folder and that the disk has room.",
        )


def _new_lineage() -> str:
    from uuid import uuid4  # noqa: PLC0415 - once in the life of a state

    return str(uuid4())
