"""The stage for crashes: a sandbox that outlives them all, and the program."""

from __future__ import annotations

import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
from crash.program import Program, ready_program
from crash.workspace import NEW, Workspace
from harness import TOKEN, CommandLine, SandboxServer, serve, wait_until

from coursesync.kinds import ITEMS
from coursesync.kinds.course import COURSE
from coursesync.kinds.lesson import LESSON
from coursesync.kinds.section import SECTION

if TYPE_CHECKING:
    from collections.abc import Iterator

SETTLING = 0.2  # seconds until a create that is in doubt, and not found, is sent again
# a section and a lesson may have the same Id
_OPTIONS = ("--stop-after", "1800", "--set", "ids_apart=0")
_OPEN = {"01", "08"}  # of a server's connection: established, or the client has gone


@dataclass(frozen=True)
class Stage:
    """A sandbox in a process of its own, and the program; every case gets a new course."""

    folder: Path
    server: SandboxServer
    api: httpx.Client
    program: Program
    _numbers: Iterator[int] = field(default_factory=lambda: count(10_001))

    def new_workspace(self) -> Workspace:
        """Make an empty workspace, and a course that nothing else uses."""
        course = next(self._numbers)
        self.server.no_faults()
        self.server.add_course(course)
        folder = self.folder / str(course)
        folder.mkdir()
        environment = {
            "COURSESYNC_BASE_URL": self.server.url,
            "COURSESYNC_SETTLING_TIME": str(SETTLING),
            "NEXUDUS_TOKEN": TOKEN,
        }
        program = self.program.within(folder, environment)
        return Workspace(folder / "courses", course, self, program)

    def records(self, course: int) -> dict[str, str]:
        """Return the titles of a course's records on the server, by kind and Id."""
        return {record: str(each["Title"]) for record, each in self._listed(course)}

    def holders(self, course: int) -> dict[str, str]:
        """Return the section that each of a course's lessons is in, if it is in one."""
        listed = self._listed(course)
        links = {record: each.get(LESSON.parent_property) for record, each in listed}
        return {record: f"{SECTION.name} {link}" for record, link in links.items() if link}

    def _listed(self, course: int) -> Iterator[tuple[str, dict[str, object]]]:
        for kind in ITEMS.values():
            query = {kind.course_filter: course, "size": 1000}
            answer = self.api.get(kind.endpoint, params=query).raise_for_status()
            for each in answer.json()["Records"]:
                yield f"{kind.name} {each['Id']}", each

    def new_courses(self) -> dict[int, bool]:
        """Return the Ids of the courses titled `NEW`, and whether each is published."""
        answer = self.api.get(COURSE.endpoint, params={"size": 1000}).raise_for_status()
        listed = answer.json()["Records"]
        return {int(each["Id"]): each["Active"] for each in listed if each["Title"] == NEW}

    def forget_new_courses(self) -> None:
        """Delete them: each case makes the same course, and would find that of another."""
        for course in self.new_courses():
            self.api.delete(f"{COURSE.endpoint}/{course}").raise_for_status()

    def come_to_rest(self) -> None:
        """Wait until the server has done all that it was sent by those that are dead."""
        wait_until(lambda: not self._is_busy())

    @cached_property
    def undisturbed(self) -> tuple[str, ...]:
        """The effects of a first apply of two sections that nothing happens to."""
        workspace = self.new_workspace()
        workspace.outline(one="One", two="Two")
        return workspace.apply(kill_at=0).effects

    @cached_property
    def undisturbed_in_git(self) -> tuple[str, ...]:
        """The same where the state is in git."""
        workspace = self.new_workspace()
        workspace.keep_in_git()
        workspace.outline(one="One", two="Two")
        return workspace.apply(kill_at=0).effects

    def _is_busy(self) -> bool:
        """Return whether a connection is open: a killed client's stays open until it is served."""
        try:
            connections = Path("/proc/net/tcp").read_text().splitlines()[1:]
        except OSError:  # not on Linux
            time.sleep(SETTLING)
            return False
        port = f":{int(self.server.url.rpartition(':')[2]):04X}"
        fields = [line.split() for line in connections]
        return any(each[1].endswith(port) and each[3] in _OPEN for each in fields)


@contextmanager
def staged(folder: Path) -> Iterator[Stage]:
    """Set a stage in an empty folder. It lasts for at most half an hour."""
    served, run = folder / "served", folder / "run"
    served.mkdir()
    run.mkdir()
    with (
        contextmanager(serve)(CommandLine(folder), served, *_OPTIONS) as server,
        _client(server.url) as api,
        ready_program(run) as program,
    ):
        yield Stage(folder, server, api, program)


def _client(url: str) -> httpx.Client:
    # on plain http there are no certificates to check, and to load them takes longer than all else
    transport = httpx.HTTPTransport(verify=False)
    headers = {"Authorization": f"Bearer {TOKEN}"}
    return httpx.Client(base_url=url, headers=headers, transport=transport)
