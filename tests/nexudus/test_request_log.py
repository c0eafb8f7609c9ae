"""The request log that can't be written, or came from elsewhere, does no harm."""

from __future__ import annotations

import resource
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from coursesync.nexudus.request_log import RequestLog

if TYPE_CHECKING:
    from collections.abc import Iterator

NOW = 1_795_447_600.0


def log_beside(folder: Path) -> RequestLog:
    """Return the log of a state in that folder, at a fixed time."""
    return RequestLog(folder / "s.json", lambda: NOW)


@contextmanager
def no_room() -> Iterator[None]:
    """Keep every file of this process from growing, as on a full disk."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def open_files() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


def test_a_full_disk_leaves_no_file_open(tmp_path: Path) -> None:
    """However many requests can't be noted, one file is open, and is closed at the end."""
    before = log_beside(tmp_path)
    before.note(write=True)
    before.close()
    log, opened = log_beside(tmp_path), open_files()
    with no_room():
        for _ in range(5):
            log.note(write=False)
        meanwhile = open_files()
    log.note(write=False)
    log.close()

    assert (meanwhile, open_files()) == (opened + 1, opened)
    assert [request.write for request in log_beside(tmp_path).earlier(0.0)[0]] == [False]


def test_what_is_taken_back_was_never_counted(tmp_path: Path) -> None:
    """Only the last request is forgotten, and only once."""
    log = log_beside(tmp_path)
    log.take_back()
    log.note(write=True)
    log.note(write=False)
    log.take_back()
    log.take_back()
    log.close()

    assert [request.write for request in log_beside(tmp_path).earlier(0.0)[0]] == [True]


def of_another_machine(folder: Path) -> bytes:
    """Return a log with every kind of line, as another clone of the workspace has it."""
    folder.mkdir()
    log = log_beside(folder)
    for _ in range(50):
        log.note(write=True)
    log.hold(86_400.0)
    log.close()
    assert len(log_beside(folder).earlier(0.0)[0]) == 50
    return (folder / "s.json.requests").read_bytes()


@pytest.mark.parametrize("way", ["checked out", "in place", "conflict", "union"])
def test_what_a_merge_brought_is_not_counted(tmp_path: Path, way: str) -> None:
    """Another clone's requests and waits delay no run here, however git put them there."""
    theirs = of_another_machine(tmp_path / "theirs")
    ours = log_beside(tmp_path)
    ours.note(write=False)
    ours.close()
    path = tmp_path / "s.json.requests"
    own = path.read_bytes()
    if way == "checked out":
        path.unlink()
    joined = {
        "conflict": b"<<<<<<< HEAD\n" + own + b"=======\n" + theirs + b">>>>>>> theirs\n",
        "union": theirs + own,
    }
    path.write_bytes(joined.get(way, theirs))
    past, held_until = log_beside(tmp_path).earlier(0.0)

    assert [request.write for request in past] == ([False] if way in joined else [])
    assert held_until == 0.0


def test_ones_own_requests_are_counted_by_each_run_after(tmp_path: Path) -> None:
    """A log that is rewritten keeps the lines that still count, and the last wait."""
    for write in (True, False, True):
        log = log_beside(tmp_path)
        log.note(write=write)
        log.hold(60.0)
        log.close()
    past, held_until = log_beside(tmp_path).earlier(5.0)

    assert [request.write for request in past] == [True, False, True]
    assert held_until == 65.0
