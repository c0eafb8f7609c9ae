"""The request log that can't be written, or came from elsewhere, does no harm."""

from __future__ import annotations

import resource
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from coursesync.nexudus.limits import PUBLISHED
from coursesync.nexudus.request_log import RequestLog

if TYPE_CHECKING:
    from collections.abc import Iterator

NOW = 1_795_447_600.0


def log_beside(folder: Path) -> RequestLog:
    """Return the log of a state in that folder, at a fixed time."""
    return RequestLog(folder / "s.json", PUBLISHED, 0.0, lambda: NOW)


def writes(log: RequestLog) -> int:
    """Return how many writes of the last day a log counts."""
    return PUBLISHED.writes_a_day - (log.writes_left(0.0) or 0)


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
    for _ in range(2):
        before.ended(0.0, write=True)
    before.close()
    log, opened = log_beside(tmp_path), open_files()
    with no_room():
        for _ in range(5):
            log.ended(0.0, write=True)
        meanwhile = open_files()
    log.ended(0.0, write=True)
    log.close()

    assert (meanwhile, open_files()) == (opened + 1, opened)
    assert writes(log_beside(tmp_path)) == 1


def test_a_throttled_request_is_no_request_but_its_wait_is_kept(tmp_path: Path) -> None:
    """The next run starts nothing before the time that the API asked for."""
    log = log_beside(tmp_path)
    log.ended(0.0, write=True)
    log.throttled(0.0, 7.0)
    log.close()
    after = log_beside(tmp_path)

    assert writes(after) == 1
    assert after.wait(0.0, write=False) == 7.0


def of_another_machine(folder: Path) -> bytes:
    """Return a log with every kind of line, as another clone of the workspace has it."""
    folder.mkdir()
    log = log_beside(folder)
    for _ in range(50):
        log.ended(0.0, write=True)
    log.throttled(0.0, 86_400.0)
    log.close()
    assert writes(log_beside(folder)) == 50
    return (folder / "s.json.requests").read_bytes()


@pytest.mark.parametrize("way", ["checked out", "in place", "conflict", "union"])
def test_what_a_merge_brought_is_not_counted(tmp_path: Path, way: str) -> None:
    """Another clone's requests and waits delay no run here, however git put them there."""
    theirs = of_another_machine(tmp_path / "theirs")
    ours = log_beside(tmp_path)
    ours.ended(0.0, write=True)
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
    log = log_beside(tmp_path)

    assert writes(log) == (1 if way in joined else 0)
    assert log.wait(0.0, write=True) < 1


def test_ones_own_requests_are_counted_by_each_run_after(tmp_path: Path) -> None:
    """A log that is rewritten keeps the lines that still count, and the last wait."""
    for write in (True, False, True):
        log = log_beside(tmp_path)
        log.ended(0.0, write=write)
        log.throttled(0.0, 60.0)
        log.close()
    log = log_beside(tmp_path)

    assert writes(log) == 2
    assert log.wait(0.0, write=False) == 60.0
