"""The requests of the last day, in a file beside the state; the API's limits are counted by it.

Owns the file: one line a request, and one a wait that the API asked for, appended without fsync.
It is a courtesy to the API, which throttles by itself; so nothing here may raise or end a run.

A line counts only in the file that it was written to: it has a checksum of itself and the file's
number (its inode). A line that came by a merge or a copy belongs to another machine, and must not
delay a run.
"""

from __future__ import annotations

import os
import re
import time
from contextlib import suppress
from math import ceil
from typing import TYPE_CHECKING
from zlib import crc32

from coursesync.nexudus.limits import DAY, Schedule

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from coursesync.nexudus.limits import Limits

_LINE = re.compile(rb"^([0-9a-f]{8}) (([0-9]{9,12}\.[0-9]) ([rw]|h[0-9]{1,5}))$", re.MULTILINE)
_MAX_BYTES = 8_388_608  # of 200,000 requests a day, with room to spare


class RequestLog(Schedule):
    """The schedule of one state's requests, which counts those of earlier runs from its file."""

    def __init__(
        self,
        state: Path,
        limits: Limits | None,
        now: float,
        time_of_day: Callable[[], float] = time.time,
        *,
        alone: bool = True,
        writable: bool = True,
    ) -> None:
        """Keep the log beside a state; this run's clock shows `now`.

        `time_of_day` gives seconds since 1970. `alone` is whether the state is held, so that no
        other run writes to the log. If it is not `writable`, requests are not recorded.
        """
        self._alone = alone
        self._writable = writable
        self._path = state.with_name(f"{state.name}.requests")
        self._time = time_of_day
        self._file: int | None = None
        super().__init__(limits)
        moment = self._time()
        for at, mark in sorted(self._read(moment)):
            then = now - (moment - at)
            if mark in {b"r", b"w"}:
                self._count(then, write=mark == b"w")
            else:
                self._held_until = max(self._held_until, then + int(mark[1:]))

    def ended(self, now: float, *, write: bool) -> None:
        """Count a request that has ended, for later runs as well."""
        super().ended(now, write=write)
        self._append(b"w" if write else b"r")

    def throttled(self, now: float, seconds: float) -> None:
        """Start nothing for a while, in this run or a later one; a day at most is recorded."""
        super().throttled(now, seconds)
        self._append(b"h%d" % ceil(min(seconds, DAY)))

    def _append(self, mark: bytes) -> None:
        if not self._writable:
            return
        with suppress(OSError):
            if self._file is None:
                self._file = self._open()
            os.write(self._file, _line(self._time(), mark, self._file))

    def close(self) -> None:
        """Close the file."""
        if self._file is not None:
            os.close(self._file)
            self._file = None

    def _read(self, moment: float) -> Iterator[tuple[float, bytes]]:
        """Yield time and mark of each line of the day before a moment.

        A time in the future comes from a wrong clock, and would never expire: it counts as now.
        """
        with suppress(OSError):
            file = os.open(self._path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_CLOEXEC)
            try:
                number, content = os.fstat(file).st_ino, os.read(file, _MAX_BYTES)
            finally:
                os.close(file)
            for checksum, text, at, mark in _LINE.findall(content):
                if checksum == _checksum(text, number) and float(at) > moment - DAY:
                    yield min(float(at), moment), mark

    def _open(self) -> int:
        """Rewrite the file without expired lines, so that it can't grow without end.

        A run that does not hold the state only appends: another run may be writing.
        """
        flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC
        if not self._alone:
            return os.open(self._path, flags | os.O_NONBLOCK, 0o666)
        kept = list(self._read(self._time()))
        self._path.unlink(missing_ok=True)
        file = os.open(self._path, flags | os.O_EXCL, 0o666)
        with suppress(OSError):  # if the disk is full, later lines may still find room
            os.write(file, b"".join(_line(at, mark, file) for at, mark in kept))
        return file


def _line(at: float, mark: bytes, file: int) -> bytes:
    # rounded up: an earlier time would let the next request start too soon
    text = b"%.1f %b" % (ceil(at * 10) / 10, mark)
    return b"%b %b\n" % (_checksum(text, os.fstat(file).st_ino), text)


def _checksum(text: bytes, number: int) -> bytes:
    return b"%08x" % crc32(b"%d %b" % (number, text))
