"""The requests of a run: which of them count, and that each keeps to the limits."""

from __future__ import annotations

from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING

from harness import SECTIONS
from virtual import Counted, Quiet, VirtualClock, virtual_sandbox

from coursesync.applying.world import World
from coursesync.kinds.section import SECTION
from coursesync.nexudus.client import Nexudus
from coursesync.nexudus.credentials import Credentials
from coursesync.nexudus.embedded import EmbeddedTransport
from coursesync.nexudus.limits import PUBLISHED
from coursesync.nexudus.outcome import classify_read
from coursesync.nexudus.sender import Sender
from coursesync.sandbox import Fault
from coursesync.state.file_store import StateFile

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

LOGINS = "POST /api/token"
TARGET = "http://localhost"


@contextmanager
def logging_in(folder: Path, *faults: str) -> Iterator[World]:
    """A world whose client has e-mail and password, and whose sandbox can fail."""
    clock = VirtualClock()
    login = Credentials(email="admin@sandbox.example", password="sandbox")
    with virtual_sandbox(clock) as (sandbox, _):
        for fault in faults:
            sandbox.add_fault(Fault.parse(fault))
        remote = Nexudus(TARGET, login, transport=EmbeddedTransport(sandbox))
        store = StateFile(folder / "s.json", TARGET)
        yield World(remote, clock, Quiet(), Counted(PUBLISHED), store)
        remote.close()


def list_once(world: World) -> list[tuple[float, bool]]:
    """Read a list; return when each request was counted, and whether as a write."""
    sender = Sender(world)
    search = partial(world.remote.search, SECTION.endpoint, 1, {})
    sender.until_answered("CourseSection-List", lambda: classify_read(sender.read(search)))
    assert isinstance(world.schedule, Counted)
    return [(round(at, 3), write) for at, write in world.schedule.requests]


def test_a_refused_renewal_and_the_login_after_it_are_two_requests(tmp_path: Path) -> None:
    """Each request for a token counts, and keeps its distance from the one before."""
    faults = (f"GET {SECTIONS}@1:unauthorized", f"{LOGINS}@2:status=401")
    with logging_in(tmp_path, *faults) as world:
        counted = list_once(world)

    assert counted == [(0.0, True), (0.1, False), (0.2, True), (0.3, True), (0.4, False)]


def test_a_renewal_that_is_granted_is_one_request(tmp_path: Path) -> None:
    """If the refresh token works, there is no login."""
    with logging_in(tmp_path, f"GET {SECTIONS}@1:unauthorized") as world:
        counted = list_once(world)

    assert counted == [(0.0, True), (0.1, False), (0.2, True), (0.3, False)]


def test_a_throttled_login_is_not_counted(tmp_path: Path) -> None:
    """The schedule leaves out the throttled request, and no other."""
    with logging_in(tmp_path, f"{LOGINS}@1:throttled=5") as world:
        world.schedule.ended(-1.0, write=True)
        counted = list_once(world)
        left = world.schedule.writes_left(world.clock.now())

    assert counted == [(-1.0, True), (5.0, True), (5.1, False)]
    assert left == 5_000 - 2


def test_a_throttled_list_is_not_counted(tmp_path: Path) -> None:
    """The schedule has no request that the API did not count."""
    with logging_in(tmp_path, f"GET {SECTIONS}@1:throttled=5") as world:
        counted = list_once(world)

    assert counted == [(0.0, True), (5.1, False)]
