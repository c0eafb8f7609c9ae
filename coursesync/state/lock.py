"""The lock on a state: one writer at a time.

The lock is the operating system's, so that it is free as soon as its holder dies. It is on a file
of its own, because a save replaces the state's file and would drop a lock on that. A second file
names the holder for messages; it must never decide anything.
"""

from __future__ import annotations

import getpass
import json
import os
import socket
import sys
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from filelock import FileLock, Timeout

from coursesync.errors import Remedy, Shell, StateError, StateLocked, UnusableFile
from coursesync.files import read
from coursesync.state.disk import Disk, away, unwritable_remedy
from coursesync.state.open_run import LOCAL
from coursesync.state.run_id import RunId
from coursesync.text import at, duration, inert

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@contextmanager
def locked(state: Path, timeout: float = 0.0) -> Iterator[None]:
    """Hold the lock on a state file.

    Args:
        state: the state's path; only the lock's files in its folder are written.
        timeout: seconds to wait for the lock.

    Raises:
        StateLocked: another process holds it; the message names the holder.
        StateError: the lock can't be made.
    """
    path = state.with_name(state.name + ".lock")
    lock = FileLock(path, timeout=timeout)
    holder = state.with_name(state.name + ".locked-by")
    try:
        lock.acquire()
    except Timeout as error:
        again = "Wait until that has ended, then run this again"
        remedy = Remedy(f"{again}; or wait for it with", Shell("--lock-timeout", 600))
        if timeout:
            remedy = Remedy(f"It did not end within {duration(timeout)}. {again}.")
        raise StateLocked(f"the state {state} is in use by {_named_by(holder)}", remedy) from error
    except OSError as error:
        if path.is_symlink() or path.is_dir():
            raise StateError(
                f"the lock {path} is a link or not a file",
                Remedy("It holds no data. Move it away:", away(path)),
            ) from error
        raise StateError(
            f"the state can't be locked in {state.parent}: {error.strerror or error}",
            unwritable_remedy(error),
        ) from error
    try:
        _write_holder(holder)
        yield
    finally:
        with suppress(OSError):
            holder.unlink()
        lock.release()


def _write_holder(holder: Path) -> None:
    facts = {
        "who": _user(),
        "host": socket.gethostname(),
        "process": os.getpid(),
        "since": datetime.now(UTC).isoformat(timespec="seconds"),
        "command": " ".join(["coursesync", *sys.argv[1:2]]),
    }
    with suppress(OSError):  # the lock holds without this file
        holder.unlink(missing_ok=True)
        with holder.open("x", encoding="utf-8") as file:  # "x" follows no link
            json.dump(facts, file)


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container's user may have no name
        return f"user {os.getuid()}"


def local_run() -> RunId:
    """Return a new Id for a run on this machine."""
    return RunId(f"{LOCAL}{socket.gethostname()}:{os.getpid()}:{os.urandom(4).hex()}")


def has_died_here(run: str) -> bool:
    """Return whether a run, by its Id, was on this machine, and its process has ended."""
    host, _, rest = run.removeprefix(LOCAL).partition(":")
    process = rest.partition(":")[0]
    if not (run.startswith(LOCAL) and host == socket.gethostname() and process.isdecimal()):
        return False
    try:
        os.kill(int(process), 0)
    except ProcessLookupError:
        return True
    except (OSError, OverflowError):  # it is another user's
        return False
    return False


def holder_of(state: Path) -> tuple[bool, str]:
    """Return whether a process holds the lock on a state, and who does, or did.

    The name is "" if nobody is named. A name without a lock was left by a process that was killed.
    """
    path = state.with_name(state.name + ".lock")
    try:
        is_held = Disk().is_locked(path)
    except OSError:
        is_held = False
    holder = state.with_name(state.name + ".locked-by")
    return is_held, _named_by(holder) if is_held or holder.exists() else ""


def _named_by(holder: Path) -> str:
    try:
        facts = json.loads(read(holder))
        facts["since"] = at(str(facts["since"])).removeprefix(" at ")
        who = "{who} on {host} (process {process}, since {since}: {command})".format(**facts)
    except (UnusableFile, ValueError, KeyError, TypeError, RecursionError):
        return "another process"
    return inert(who, 200)
