"""Other things in place of the state and its files: nothing is written through them."""

from __future__ import annotations

import json
import os
import shutil
import socket
from contextlib import contextmanager
from typing import TYPE_CHECKING, cast

import pytest
from damage.remains import BACKUP, COMMANDS, FORGET, JOURNAL, TEMPORARY, ids_in, is_refused, refuse
from filelock import FileLock
from harness import PROGRAM, STATE, CommandLine, Ran, files_below, run, write_outline

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from damage.remains import Remains
    from harness import SandboxServer

VICTIM = b"what must never be written to\n"
LOCK, HOLDER, REQUESTS = f"{STATE}.lock", f"{STATE}.locked-by", f"{STATE}.requests"


def device(path: Path) -> None:
    """Make a device that accepts all writes."""
    try:
        os.mknod(path, 0o600 | 0o020000, os.makedev(1, 3))
    except PermissionError:
        pytest.skip("only root makes devices")


def listener(path: Path) -> None:
    """Make a socket."""
    before = os.open(".", os.O_RDONLY)
    try:
        os.chdir(path.parent)  # a socket's address is short
        with socket.socket(socket.AF_UNIX) as made:
            made.bind(path.name)
    finally:
        os.fchdir(before)
        os.close(before)


KINDS: dict[str, Callable[[Path], object]] = {
    "a folder": lambda path: path.mkdir(),
    "a pipe": os.mkfifo,
    "a device": device,
    "a socket": listener,
    "a link to a file": lambda path: path.symlink_to(victim(path)),
    "a link to nothing": lambda path: path.symlink_to("nowhere"),
    "a link to itself": lambda path: path.symlink_to(path.name),
    "a link to a device": lambda path: path.symlink_to("/dev/zero"),
}


def victim(path: Path) -> Path:
    """Return a file outside the workspace that nothing may change."""
    target = path.parent.parent / "victim"
    target.write_bytes(VICTIM)
    return target


def is_whole(courses: Path) -> bool:
    """Return whether no target of a link was written to."""
    target = courses.parent / "victim"
    return not target.exists() or target.read_bytes() == VICTIM


def in_place(path: Path, kind: str) -> os.stat_result:
    """Put something else in place of a file, and return it."""
    path.unlink(missing_ok=True)
    KINDS[kind](path)
    return path.lstat()


@pytest.mark.many(3)
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", [STATE, JOURNAL])
def test_no_file_in_its_place(left: CommandLine, courses: Path, name: str, kind: str) -> None:
    """If state or journal is not a regular file, it is named, and left alone."""
    made = in_place(courses / name, kind)

    for command in COMMANDS[:2]:
        ran = left(*command, timeout=30)
        assert is_refused(ran), (command, ran)
        assert f"courses/{name}" in ran.said
    assert (courses / name).lstat().st_ino == made.st_ino
    assert is_whole(courses)


@pytest.mark.many(4)
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", [TEMPORARY, f".{BACKUP}.tmp", BACKUP, REQUESTS, HOLDER])
def test_something_else_beside_it(
    left: CommandLine, courses: Path, remains: Remains, name: str, kind: str
) -> None:
    """Under the name of a file that we make: removed or reported, never followed or waited for."""
    in_place(courses / name, kind)
    ran = left("state", "recover", timeout=30)

    assert ran.code == 0 or (is_refused(ran) and name in ran.said), ran
    assert is_whole(courses)
    saved = ids_in((courses / STATE).read_bytes())
    assert saved == remains.ids or (courses / JOURNAL).read_bytes() == remains.journal


@pytest.mark.many(4)
@pytest.mark.parametrize("kind", ["a folder", "a pipe", "a link to a file", "a link to nothing"])
@pytest.mark.parametrize("name", [TEMPORARY, f".{BACKUP}.tmp", BACKUP, REQUESTS, HOLDER])
def test_something_else_beside_a_whole_run(
    author: CommandLine, api: SandboxServer, courses: Path, name: str, kind: str
) -> None:
    """A run with something else under one of these names keeps every Id, or sends nothing."""
    write_outline(courses, "a", 4711, "One")
    assert author("apply", "--auto-approve").code == 0
    write_outline(courses, "a", 4711, "One", "Two")
    in_place(courses / name, kind)
    ran = author("apply", "--auto-approve", timeout=30)

    there = {record["Id"] for record in api.records()}
    assert is_whole(courses)
    assert set(ids_in((courses / STATE).read_bytes()).values()) == there
    told = f"Error: the state can't be written in courses: Is a directory ({name})"
    assert ran.code == 0 or (ran.code == 1 and told in ran.said and len(there) == 1), ran


@pytest.mark.many(3)
@pytest.mark.parametrize("kind", KINDS)
def test_something_else_as_the_lock(left: CommandLine, courses: Path, kind: str) -> None:
    """A lock that can't be made ends the run; the target of a link is neither cut nor locked."""
    in_place(courses / LOCK, kind)
    ran = left("state", "recover", timeout=30)

    assert ran.code == 0 or is_refused(ran), ran
    assert is_whole(courses)


LIES = {
    "ANSI": json.dumps(
        dict.fromkeys(("who", "host", "process", "since", "command"), "\x1b[2J\r\n\u202e")
    ).encode(),
    "long": json.dumps(
        dict.fromkeys(("who", "host", "process", "since", "command"), "x" * 10_000)
    ).encode(),
    "a list": b"[1]",
    "other names": b'{"self": 1}',
    "deep": b"[" * 100_000,
    "a false field": b'{"who": {}, "host": [], "process": null, "since": 1e9, "command": true}',
    "deep within": b'{"who":' + b"[" * 900 + b"]" * 900 + b"}",
    "not UTF-8": b"\xff\xfe",
    "a number": b"9" * 5_000,
    "empty": b"",
}


@contextmanager
def held(courses: Path) -> Iterator[None]:
    """Hold the lock on the state, as another run would."""
    with FileLock(courses / LOCK):
        yield


@pytest.mark.many(3)
@pytest.mark.parametrize("lie", LIES)
def test_a_holder_that_lies(left: CommandLine, courses: Path, lie: str) -> None:
    """The holder of the lock is shown in one line at most, without control characters."""
    with held(courses):
        (courses / HOLDER).write_bytes(LIES[lie])
        ran = left("state", "recover")

    assert (ran.code, ran.out) == (5, "")
    assert "is in use by" in ran.said
    assert "Traceback" not in ran.err
    assert all(line.isprintable() and len(line) < 400 for line in ran.err.splitlines())


@pytest.mark.many(3)
@pytest.mark.parametrize("kind", KINDS)
def test_a_holder_that_is_no_file(left: CommandLine, courses: Path, kind: str) -> None:
    """Whatever is in place of the holder's file: nobody waits for it."""
    with held(courses):
        in_place(courses / HOLDER, kind)
        ran = left("state", "recover", timeout=30)

    assert (ran.code, ran.out) == (5, "")
    assert "is in use by another process" in ran.said


@contextmanager
def closed(folder: Path) -> Iterator[None]:
    """Take the right to write in a folder away."""
    before = folder.stat().st_mode
    folder.chmod(0o555)
    try:
        yield
    finally:
        folder.chmod(before)


def as_owner(cli: CommandLine, *arguments: str) -> Ran:
    """Run a command as a user whom file permissions bind, unlike root."""
    without = "-dac_override,-dac_read_search"
    alone = [cast("str", shutil.which("setpriv")), "--bounding-set", without, "--inh-caps", without]
    return run(
        [*(alone if os.geteuid() == 0 else []), PROGRAM, *arguments],
        cli.cwd,
        cli.with_environment({}),
    )


needs_rights = pytest.mark.skipif(
    os.geteuid() == 0 and not shutil.which("setpriv"), reason="rights of files bind root in no way"
)


@needs_rights
@pytest.mark.parametrize("command", COMMANDS)
def test_a_folder_that_is_read_only(
    left: CommandLine, courses: Path, command: tuple[str, ...]
) -> None:
    """If nothing can be written, a plan is made as usual, and every save reports it."""
    before = files_below(courses)
    with closed(courses):
        ran = as_owner(left, *command)

    if command in {("plan",), ("state", "list")}:
        assert ran.code == 0, ran
    else:
        assert is_refused(ran), ran
        assert "courses: Permission denied" in ran.said
    assert files_below(courses) == before


@needs_rights
@pytest.mark.parametrize("name", [STATE, JOURNAL])
def test_a_file_that_cannot_be_read(left: CommandLine, courses: Path, name: str) -> None:
    """A state or a journal without the right to read it is named."""
    (courses / name).chmod(0)
    for command in (COMMANDS[0], COMMANDS[3]):
        ran = as_owner(left, *command)

        assert is_refused(ran), (command, ran)
        assert f"courses/{name} can't be read: Permission denied" in ran.said
        assert f"ls -l courses/{name}" in ran.err


@needs_rights
def test_an_outline_and_a_folder_that_cannot_be_read(left: CommandLine, courses: Path) -> None:
    """The command that shows who may read it names the file, or the folder."""
    closed_folder = courses / "closed"
    closed_folder.mkdir(mode=0)
    folder = as_owner(left, "validate")
    closed_folder.rmdir()
    outline = next(courses.glob("*.yaml"))
    outline.chmod(0)
    file = as_owner(left, "validate")

    assert "ls -ld courses/closed" in folder.err
    assert f"ls -l courses/{outline.name}" in file.err


@needs_rights
def test_an_outline_that_cannot_be_written(left: CommandLine, courses: Path) -> None:
    """The command that shows who may write names the folder."""
    (courses / "a.yaml").write_text("title: A\nid: 4711\nsections:\n- title: One\n")
    with closed(courses):
        ran = as_owner(left, "fmt")

    assert "ls -ld courses" in ran.err


def test_leftovers_of_a_save_are_cleared(
    left: CommandLine, courses: Path, remains: Remains
) -> None:
    """Half a state under the temporary name is never read, and the next save deletes it."""
    (courses / TEMPORARY).write_bytes(remains.state[:100])
    (courses / f".{BACKUP}.tmp").write_bytes(b"")

    assert left("plan").code == 0
    assert left("resolve", FORGET, "--not-created").code == 0
    assert ids_in((courses / STATE).read_bytes()) == remains.ids
    assert [path.name for path in courses.iterdir() if path.name.endswith(".tmp")] == []


def test_a_state_elsewhere(left: CommandLine, courses: Path) -> None:
    """A state whose path is below a file, or whose name is too long, is reported."""
    before = files_below(courses)
    for command in COMMANDS[:4]:
        below, long = (left(*command, "--state", name) for name in ("a.yaml/x", "x" * 300))

        assert is_refused(below), (command, below)
        assert long.code == 64, (command, long)
        assert '" is not the name of a file.' in long.said
    assert files_below(courses) == before


def test_refuse_is_able_to_fail(left: CommandLine, courses: Path) -> None:
    """The check of these tests finds a command that goes on."""
    with pytest.raises(AssertionError):
        refuse(left, courses, commands=COMMANDS[:1])
