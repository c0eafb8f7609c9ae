"""The request log where it can't be written: a courtesy that costs nothing."""

from __future__ import annotations

import resource
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from coursesync.nexudus.request_log import RequestLog

if TYPE_CHECKING:
    from collections.abc import Iterator

NOW = 1_795_447_600.0


def log_beside(folder: Path) -> RequestLog:
    """Return the log of a state in that folder, at one moment."""
    return RequestLog(folder / "s.json", lambda: NOW)


@contextmanager
def no_room() -> Iterator[None]:
    """Let no file of this process grow, as on a full disk."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def open_files() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


def test_a_full_disk_leaves_no_file_open(tmp_path: Path) -> None:
    """However many requests can't be noted, there is one file, and it is closed at the end."""
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
    assert [request.write for request in log_beside(tmp_path).earlier(0.0)] == [False]


def test_what_is_taken_back_was_never_counted(tmp_path: Path) -> None:
    """The request that was noted last is forgotten, once, and none before it."""
    log = log_beside(tmp_path)
    log.take_back()
    log.note(write=True)
    log.note(write=False)
    log.take_back()
    log.take_back()
    log.close()

    assert [request.write for request in log_beside(tmp_path).earlier(0.0)] == [True]
