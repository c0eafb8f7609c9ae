"""The state file, its journal and its lock, on a file system.

A save is atomic: a temporary file in the same folder, flushed and fsynced, put in place by
`os.replace`, and the folder fsynced. The lock is a file of its own, for replacing the state
file would drop a lock on it. The journal stands beside the state while a run lasts.
Nothing here is ever overwritten that could not first be read and understood.
"""

from __future__ import annotations

import getpass
import json
import os
import re
import socket
import sys
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import IO, TYPE_CHECKING, NoReturn
from uuid import uuid4

from pydantic import ValidationError

from coursesync.errors import StateError, StateLocked
from coursesync.journal import RECORD, Run, Step, fold, holds
from coursesync.state import FORMAT, State
from coursesync.words import inert

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

NAME = "coursesync.state.json"
_CHECKSUM = re.compile(rb'\A\{\n  "checksum": "([0-9a-f]{64})",\n')
_CONFLICT = re.compile(rb"^(?:<{7}|={7}|>{7})(?: |$)", re.MULTILINE)
_RESTORE = "Restore it from git, as in  git checkout -- {path}"


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
        return self._folded(saved)

    @contextmanager
    def locked(self, timeout: float = 0.0) -> Iterator[None]:
        """Hold the state's lock.

        Args:
            timeout: seconds to wait for it.

        Raises:
            StateLocked: another process holds it; the message names the holder.
            StateError: the lock can't be made.
        """
        from filelock import FileLock, Timeout  # noqa: PLC0415 - only where the state is written

        path = self.path.with_name(self.path.name + ".lock")
        lock = FileLock(path, timeout=timeout)
        try:
            lock.acquire()
        except Timeout as error:
            raise StateLocked(
                f"the state {self.path} is in use by "
                f"{_told_by(path.with_name(path.name + 'ed-by'))}",
                "Wait until that has ended, then run this again; or wait for it with  "
                "--lock-timeout 600",
            ) from error
        except OSError as error:
            raise self._unwritable(error) from error
        holder = path.with_name(path.name + "ed-by")
        try:
            _write_holder(holder)
            yield
        finally:
            with suppress(OSError):
                holder.unlink()
            lock.release()

    def begin(self, state: State) -> State:
        """Save what is not saved yet (a new state, a folded journal), and open a journal."""
        state = self.finish(state) if state.serial == 0 else self.recover(state)
        run = Run(lineage=state.lineage, serial=state.serial, target=state.target)
        try:
            self._journal = self.journal_path.open("xb")
            self._write(run.model_dump_json())
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
            self._write(step.model_dump_json())
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
            self._replace(_serialise(saved))
            if self._journal is not None:
                self._journal.close()
                self._journal = None
            self.journal_path.unlink(missing_ok=True)
        except OSError as error:
            raise self._unwritable(error) from error
        return saved

    def _saved(self) -> State:
        try:
            content = self.path.read_bytes()
        except FileNotFoundError:
            return State(target=self.target)
        except OSError as error:
            raise StateError(
                f"the state {self.path} can't be read: {error.strerror}",
                "Check what it is and who may read it, with  ls -l",
            ) from error
        return self._parsed(content.replace(b"\r\n", b"\n") if b"\r" in content else content)

    def _parsed(self, content: bytes) -> State:
        checksum = _CHECKSUM.match(content)
        if checksum is None or _digest(content) != checksum[1]:
            self._explain(content)
        body = b"{\n" + content[checksum.end() :]
        try:
            return State.model_validate_json(body)
        except ValidationError:
            self._explain(content)

    def _explain(self, content: bytes) -> NoReturn:
        """Say why a state can't be used."""
        restore = _RESTORE.format(path=self.path)
        if _CONFLICT.search(content):
            raise StateError(
                f"the state {self.path} holds the marks of a merge conflict (<<<<<<<)",
                "Take the side with the higher serial as a whole, as in  git checkout --theirs "
                f"{self.path}  and run  coursesync plan  to see what is left to do.",
            )
        try:
            found = json.loads(content)
            version = found.get("format")
        except (ValueError, AttributeError, RecursionError):
            raise StateError(f"the state {self.path} is damaged: it is no JSON", restore) from None
        if version != FORMAT:
            raise StateError(
                f"the state {self.path} has the format {inert(str(version), 20)}, and this "
                f"coursesync knows {FORMAT}",
                "Use the coursesync that wrote it, or a newer one:  pip install -U coursesync",
            )
        raise StateError(
            f"the state {self.path} was changed by something else than coursesync: its checksum "
            "does not fit",
            restore,
        )

    def _check_target(self, target: str) -> None:
        if target != self.target:
            raise StateError(
                f"the state {self.path} is of another target: {inert(target, 100)}",
                f"This run's target is {self.target}. Give that its own state file, as in  "
                "--state coursesync.other.state.json",
            )

    def _folded(self, saved: State) -> State:
        records = self._records()
        if records is None:
            return saved
        run, steps = records
        if run.lineage != saved.lineage or run.target != saved.target or run.serial > saved.serial:
            raise StateError(
                f"the journal {self.journal_path} belongs to another state than {self.path}",
                "It tells what a cut-off run did. Put back the state file that stood beside it; "
                "don't delete it before its Ids are known.",
            )
        if run.serial == saved.serial:
            return fold(saved, steps)
        if holds(saved, steps):
            return saved
        raise StateError(
            f"the journal {self.journal_path} tells of records that the newer {self.path} lacks",
            "Put back the state file that stood beside it, or settle what it tells by hand.",
        )

    def _records(self) -> tuple[Run, list[Step]] | None:
        try:
            content = self.journal_path.read_bytes()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise StateError(
                f"the journal {self.journal_path} can't be read: {error.strerror}",
                "Check what it is and who may read it, with  ls -l",
            ) from error
        # a line without its end was never fsynced: what it announces was not begun
        lines = content.split(b"\n")[:-1]
        if not lines:
            return None
        records = [self._record(number, line) for number, line in enumerate(lines, 1)]
        first, *steps = records
        rest = [step for step in steps if not isinstance(step, Run)]
        if not isinstance(first, Run) or len(rest) != len(steps):
            self._damaged(1)
        return first, rest

    def _record(self, number: int, line: bytes) -> Run | Step:
        try:
            return RECORD.validate_json(line)
        except ValidationError:
            self._damaged(number)

    def _damaged(self, number: int) -> NoReturn:
        raise StateError(
            f"the journal {self.journal_path} is damaged at line {number}",
            "It tells what a cut-off run did: keep it, and mend that line or ask for help.",
        )

    def _write(self, line: str) -> None:
        assert self._journal is not None  # noqa: S101 - `begin` comes first
        self._journal.write(line.encode() + b"\n")
        self._journal.flush()
        os.fsync(self._journal.fileno())

    def _replace(self, content: bytes) -> None:
        temporary = self.path.with_name(f".{self.path.name}.{os.getpid()}.tmp")
        try:
            with temporary.open("xb") as file:
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


def _serialise(state: State) -> bytes:
    ordered = state.model_copy(
        update={
            name: dict(sorted(getattr(state, name).items()))
            for name in ("courses", "doubts", "entries")
        }
    )
    body = ordered.model_dump_json(indent=2).encode() + b"\n"
    return b'{\n  "checksum": "' + sha256(body).hexdigest().encode() + b'",\n' + body[2:]


def _digest(content: bytes) -> bytes:
    """Digest all of a state file but for the line that holds its digest."""
    match = _CHECKSUM.match(content)
    rest = content[match.end() :] if match else content
    hashed = sha256(b"{\n")
    hashed.update(rest)
    return hashed.hexdigest().encode()


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _write_holder(holder: Path) -> None:
    with suppress(OSError):  # the holder's name is a courtesy; the lock itself holds
        holder.write_text(
            json.dumps(
                {
                    "who": _user(),
                    "host": socket.gethostname(),
                    "process": os.getpid(),
                    "since": datetime.now(UTC).isoformat(timespec="seconds"),
                    "command": " ".join(["coursesync", *sys.argv[1:2]]),
                }
            )
        )


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container's user may have no name
        return f"user {os.getuid()}"


def _told_by(holder: Path) -> str:
    try:
        told = json.loads(holder.read_text())
        who = "{who} on {host} (process {process}, since {since}: {command})".format(**told)
    except (OSError, ValueError, KeyError, TypeError):
        return "another process"
    return inert(who, 200)
