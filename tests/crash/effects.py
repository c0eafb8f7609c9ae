"""Counts and records the effects of this process, and kills it at the Nth.

An effect is a call into C that something outside of the process may notice: a file opened for
writing, written, flushed, fsynced, renamed; a lock taken; a request sent, an answer read; a push or
a ref of git begun, and ended. The
interpreter itself tells of each, just before and just after (`sys.setprofile`, and an audit hook,
which knows the names of files), so nothing is patched. Only for a process that runs one command.
"""

from __future__ import annotations

import io
import os
import signal
import socket
import sys
import threading
from pathlib import PurePath
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from types import BuiltinFunctionType, FrameType

_AUDITED = (
    *("open", "os.rename", "os.link", "os.symlink", "os.remove", "os.mkdir", "os.rmdir"),
    *("os.truncate", "fcntl.flock", "fcntl.lockf", "socket.connect"),
)
_OF_THE_SYSTEM = ("write", "pwrite", "writev", "sendfile", "fsync", "fdatasync")
_OF_FILES = ("write", "writelines", "flush", "truncate", "close", "__exit__")
_OF_SOCKETS = (
    *("send", "sendall", "sendto", "sendmsg", "shutdown"),
    *("recv", "recv_into", "recvfrom", "recvmsg"),
)
_OF_PROCESSES = {"fork_exec": "start", "waitpid": "end"}
_OF_TLS = ("do_handshake", "read", "write", "shutdown")
# of these calls in a row only the first counts: their number depends on how the network splits
# an answer, or they only fill a buffer. The next effect stands for their result
_REPEATING = ("recv", "tls read", "text write", "end git")
_OF_GIT = ("push", "update-ref")  # its commands that change what others see
_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC


class Watch:
    """Notes each effect of this process in a file, and kills the process at one of them.

    Of one thread, that is: the client's others only watch the time, and have no effects unless it
    is up.
    """

    def __init__(self, log: int, kill_at: int = 0) -> None:
        """Take the descriptor of a file to note in, and the effect to die at: from 1, 0 is none."""
        self._log = log
        self._kill_at = kill_at
        self._count = 0
        self._last = ""
        self._audited = ""
        self._git = ""
        self._thread = threading.get_ident()

    def begin(self) -> None:
        """Watch from now on, to the end of this process."""
        sys.addaudithook(self._audit)
        sys.setprofile(self._profile)

    def _audit(self, event: str, arguments: tuple[object, ...]) -> None:
        if threading.get_ident() != self._thread:
            return
        if event == "subprocess.Popen":
            words = [str(word) for word in cast("list[object]", arguments[1])]
            self._git = next((f" git {word}" for word in words if word in _OF_GIT), "")
        if event not in _AUDITED or (event == "open" and not _writes(arguments[2])):
            return
        paths = [str(each) for each in arguments if isinstance(each, str | os.PathLike)]
        names = [PurePath(path).name for path in paths]
        self._audited = " ".join([event.rpartition(".")[2], *names])
        self._note("before", self._audited)

    def _profile(self, _frame: FrameType, event: str, called: BuiltinFunctionType) -> None:
        if event == "c_call":
            self._audited = ""
            self._note("before", self._effect(called))
        elif event == "c_return":
            self._note("after", self._audited or self._effect(called))
            self._audited = ""

    def _effect(self, called: BuiltinFunctionType) -> str:
        if self._git and called.__name__ in _OF_PROCESSES:
            return _OF_PROCESSES[called.__name__] + self._git
        return _effect(called)

    def _note(self, when: str, effect: str) -> None:
        note = f"{when} {effect}"
        if not effect or (effect.startswith(_REPEATING) and self._last == f"after {effect}"):
            return
        self._last = note
        self._count += 1
        os.write(self._log, f"{note}\n".encode())
        if self._count == self._kill_at:
            os.kill(os.getpid(), signal.SIGKILL)


def _writes(flags: object) -> bool:
    return isinstance(flags, int) and flags & _WRITING != 0


def _effect(called: BuiltinFunctionType) -> str:
    """Return the name of an effect that is not audited; nothing for any other call."""
    name, owner = called.__name__, called.__self__
    if name in _OF_THE_SYSTEM and called.__module__ == "posix":
        return name
    if name in _OF_FILES and isinstance(owner, io.IOBase):
        return _of_file(name, owner)
    if name in _OF_SOCKETS and isinstance(owner, socket.SocketType):
        return name
    if name in _OF_TLS and type(owner).__module__ == "_ssl":
        return f"tls {name}"
    return ""


def _of_file(name: str, file: io.IOBase) -> str:
    path = getattr(file, "name", None)  # what is in memory only has none
    if not isinstance(path, str) or path.startswith("<"):  # nobody recovers from a terminal
        return ""
    if getattr(file, "mode", "").startswith("r"):
        return ""
    kind = "text " if isinstance(file, io.TextIOWrapper) else ""
    return f"{kind}{name} {PurePath(path).name}"
