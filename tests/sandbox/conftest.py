"""A test site: a sandbox in memory, a client, and a clock that the test moves.

Owns the fixtures of this folder. It must never wait: only `Clock.seconds` moves the time.
"""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TypeAlias

import httpx
import pytest

from coursesync.sandbox import Sandbox, Settings

SECTIONS = "/api/content/coursesections"
COURSE = 4711


@dataclass
class Clock:
    """A clock that only the test moves."""

    seconds: float = 1_000_000.0
    naps: list[float] = field(default_factory=list)

    def __call__(self) -> float:
        """Return the seconds."""
        return self.seconds

    def sleep(self, seconds: float) -> None:
        """Move the clock, and record the wait."""
        self.naps.append(seconds)
        self.seconds += seconds

    def now(self) -> datetime:
        """Return the date and time of the clock."""
        return datetime(2025, 1, 15, 10, 30, tzinfo=UTC) + timedelta(seconds=self.seconds - 1e6)


@dataclass
class Site:
    """A sandbox with one course, an administrator's client, and the clock of both."""

    sandbox: Sandbox
    client: httpx.Client
    clock: Clock

    def section(self, **fields: object) -> dict[str, object]:
        """Return a valid body with these fields changed."""
        return {
            "CourseId": COURSE,
            "Title": "Welcome",
            "DisplayOrder": 10,
            "UnlockType": 1,
            "UnlockAfterDays": 0,
            **fields,
        }

    def create(self, **fields: object) -> httpx.Response:
        """Send a create with this body."""
        return self.client.post(SECTIONS, json=self.section(**fields))

    def created(self, **fields: object) -> int:
        """Create a section and return its Id."""
        record_id = self.create(**fields).json()["Value"]["Id"]
        assert isinstance(record_id, int)
        return record_id


MakeSite: TypeAlias = Callable[[Settings], Site]


@pytest.fixture
def make_site() -> Iterator[MakeSite]:
    with ExitStack() as stack:

        def make(settings: Settings) -> Site:
            clock = Clock()
            sandbox = stack.enter_context(
                Sandbox(settings=settings, clock=clock, sleep=clock.sleep, now=clock.now)
            )
            sandbox.add_course(COURSE, "Member onboarding")
            client = httpx.Client(
                transport=httpx.WSGITransport(app=sandbox),
                base_url="http://localhost",
                headers={"Authorization": "Bearer sandbox-token"},
            )
            return Site(sandbox, stack.enter_context(client), clock)

        yield make


@pytest.fixture
def site(make_site: MakeSite) -> Site:
    return make_site(Settings())
