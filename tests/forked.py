"""A `coursesync` for scripts that starts at once: a fork of a process with all imports made.

For tests whose commands are started by a shell, as those of the workflows are. `program` is a file
like the installed one: what it runs has the arguments, the folder, the environment and the streams
of whoever started it, and is handed the signals that end a run. All else of a process (its group,
its umask, what is ignored) is the server's, and a SIGKILL ends the file alone. Run as `python -m
forked SOCKET`, this serves until its stdin ends.
"""

from __future__ import annotations

import atexit
import marshal
import os
import signal
import socket
import subprocess
import sys
from contextlib import suppress
from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from typing import NoReturn

import zygote

# a minimal client, started without site packages
_CLIENT = """\
#!{python} -ISE
import marshal, os, signal, socket, sys

ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
signal.pthread_sigmask(signal.SIG_BLOCK, ENDING)  # until there is whom to hand them on to
line = socket.socket(socket.AF_UNIX)
line.connect({path!r})
told = marshal.dumps((sys.argv, os.getcwd(), dict(os.environb)))
socket.send_fds(line, [len(told).to_bytes(8, "big")], [0, 1, 2])
line.sendall(told)
answers = line.makefile("r")
child = int(answers.readline())
def hand_on(number, _frame):
    try:
        os.kill(child, number)
    except ProcessLookupError:  # it has just ended
        pass
for number in ENDING:
    signal.signal(number, hand_on)
signal.pthread_sigmask(signal.SIG_UNBLOCK, ENDING)
code = int(answers.readline() or 70)
if code < 0:
    signal.signal(-code, signal.SIG_DFL)
    os.kill(os.getpid(), -code)
os._exit(code)
"""


@cache
def program() -> Path:
    """Return the file to run in the place of the installed program; its server ends with this."""
    folder = Path(mkdtemp(prefix="forked-"))
    path = str(folder / "socket")
    server = subprocess.Popen(
        [sys.executable, "-P", "-m", "forked", path],
        env={**zygote.environment_of_python(folder), **zygote.measuring()},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert server.stdout is not None
    assert server.stdout.readline() == b"ready\n"
    script = folder / "coursesync"
    script.write_text(_CLIENT.format(python=sys.executable, path=path))
    script.chmod(0o755)
    atexit.register(_end, server, folder)
    return script


def _end(server: subprocess.Popen[bytes], folder: Path) -> None:
    server.communicate(timeout=30)
    for each in folder.iterdir():
        each.unlink()
    folder.rmdir()


def main() -> None:
    """Serve until stdin ends."""
    zygote.prepare()
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(sys.argv[1])
        server.listen()
        signal.signal(signal.SIGCHLD, _reap)
        if os.fork() == 0:
            _until_stdin_ends(os.getppid())
        sys.stdout.write("ready\n")
        sys.stdout.flush()
        while True:
            line, _ = server.accept()
            with line:
                if os.fork() == 0:
                    server.close()
                    _answer(line)


def _reap(_number: int, _frame: object) -> None:
    """Wait for those who answered and have ended, so that what they took is counted."""
    with suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass


def _until_stdin_ends(server: int) -> NoReturn:
    while os.read(0, 1):
        pass
    os.kill(server, signal.SIGTERM)
    os._exit(0)


def _answer(line: socket.socket) -> NoReturn:
    """Run a command for a client, and tell it the process's Id at once and its code at the end."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    length, streams, _, _ = socket.recv_fds(line, 8, 3)
    if not length:
        os._exit(70)
    whole = b""
    while len(whole) < int.from_bytes(length, "big"):
        more = line.recv(1 << 20)
        if not more:  # whoever asked was killed meanwhile
            os._exit(70)
        whole += more
    arguments, folder, environment = marshal.loads(whole)  # noqa: S302 - of our own client
    child = os.fork()
    if child == 0:
        line.close()
        told = {os.fsdecode(name): os.fsdecode(value) for name, value in environment.items()}
        zygote.run_as(arguments, folder, told, streams)
    with suppress(BrokenPipeError):
        line.sendall(b"%d\n" % child)
    for each in streams:
        os.close(each)
    _, status = os.waitpid(child, 0)
    with suppress(BrokenPipeError):
        line.sendall(b"%d\n" % os.waitstatus_to_exitcode(status))
    os._exit(0)


if __name__ == "__main__":
    main()
