"""The command line as a process, and a sandbox on a socket: what most tests stand on."""

from __future__ import annotations

import atexit
import json
import signal
import subprocess
import sys
import time
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from math import ceil
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import httpx
from forked import program
from zygote import ERR, OUT, Order, Zygote, measuring, ready_zygote

from coursesync.sandbox import Sandbox, Settings
from coursesync.sandbox.serve import running

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

ROOT = Path(__file__).resolve().parent.parent
PROGRAM = Path(sys.executable).with_name("coursesync")
TOKEN = "sandbox-token"
COURSES = range(4711, 4716)
SECTIONS = "/api/content/coursesections"
STATE = "coursesync.state.json"
BACKUP, JOURNAL, REQUESTS = (f"{STATE}.{each}" for each in ("backup", "journal", "requests"))
_INTERPRETERS = ("PYTHON", "LC_", "TZ")  # what a process reads before its imports
_ZYGOTES: list[Zygote] = []
NO_LIMITS = """\
[limits]
gap = 0
writes_a_minute = 100000
requests_a_minute = 100000
"""


@dataclass(frozen=True)
class Ran:
    """A process that has ended."""

    code: int
    out: str
    err: str

    @property
    def said(self) -> str:
        """What stands on stderr, with one blank wherever it has blanks or the end of a line."""
        return " ".join(self.err.split())


def run(
    command: Sequence[str | Path],
    folder: Path,
    environment: Mapping[str, str],
    timeout: float = 120,
) -> Ran:
    """Run a program to its end in a folder, away from a terminal."""
    done = subprocess.run(
        [*map(str, command)],
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        timeout=timeout,
        check=False,
    )
    return Ran(done.returncode, done.stdout, done.stderr)


@dataclass(frozen=True)
class CommandLine:
    """The `coursesync` program, run in `cwd` with an environment of its own."""

    cwd: Path
    environment: Mapping[str, str] = field(default_factory=dict)
    user: int | None = None

    def __call__(self, *arguments: str | Path, timeout: float = 180, **environment: str) -> Ran:
        """Run a command to its end, away from a terminal."""
        variables = self.with_environment(environment)
        if not any(name.startswith(_INTERPRETERS) for name in variables):
            return self._forked(arguments, timeout, variables)
        return run([PROGRAM, *arguments], self.cwd, variables, timeout)

    def _forked(
        self, arguments: tuple[str | Path, ...], timeout: float, environment: dict[str, str]
    ) -> Ran:
        """Run a command in a fork of a process that has made the imports: it starts at once."""
        with _lent_zygote() as zygote:
            told = (tuple(map(str, arguments)), str(self.cwd), environment, str(zygote.notes))
            code = zygote(Order(*told, patience=ceil(timeout), user=self.user))
            assert code != -signal.SIGALRM, f"{arguments} took more than {timeout} s"
            return Ran(code, zygote.noted(OUT), zygote.noted(ERR))

    def start(self, *arguments: str | Path, **environment: str) -> subprocess.Popen[str]:
        """Start a command and go on."""
        return self._started(PROGRAM, arguments, environment)

    def start_forked(self, *arguments: str | Path) -> subprocess.Popen[str]:
        """Start a command and go on, as a fork that is there at once; nothing may kill it."""
        return self._started(program(), arguments, {})

    def _started(
        self, file: Path, arguments: tuple[str | Path, ...], environment: Mapping[str, str]
    ) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [file, *map(str, arguments)],
            cwd=self.cwd,
            env=self.with_environment(environment),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            encoding="utf-8",
        )

    def having(self, variables: Mapping[str, str]) -> CommandLine:
        """Return the same command line with more variables in its environment."""
        return CommandLine(self.cwd, {**self.environment, **variables})

    def with_environment(self, more: Mapping[str, str]) -> dict[str, str]:
        """Return an environment that holds nothing of this machine's but what Python needs."""
        clean = {"PATH": "/usr/bin:/bin", "HOME": str(self.cwd), "LANG": "C.UTF-8"}
        # a minute by default, which no test can wait
        clean["COURSESYNC_SETTLING_TIME"] = "0.3"
        return {**measuring(), **clean, **self.environment, **more}


def unmeasured(environment: Mapping[str, str]) -> dict[str, str]:
    """Leave coverage out: it writes files of its own, and a disk without room spoils them."""
    return {name: environment[name] for name in environment if not name.startswith("COVERAGE")}


@contextmanager
def _lent_zygote() -> Iterator[Zygote]:
    """Lend a zygote of this process's: there are as many as commands run at once."""
    zygote = _ZYGOTES.pop() if _ZYGOTES else _new_zygote()
    yield zygote
    _ZYGOTES.append(zygote)


def _new_zygote() -> Zygote:
    until_exit = ExitStack()
    atexit.register(until_exit.close)
    notes = until_exit.enter_context(TemporaryDirectory(prefix="zygote-"))
    return until_exit.enter_context(ready_zygote(Path(notes), measuring()))


@dataclass(frozen=True)
class SandboxServer:
    """A sandbox on a socket."""

    url: str

    def records(self) -> list[dict[str, object]]:
        """Return every section that it holds."""
        found = ask("GET", f"{self.url}/_sandbox/sections").json()
        assert isinstance(found, list)
        return found

    def log(self) -> list[dict[str, object]]:
        """Return every request that it met."""
        found = ask("GET", f"{self.url}/_sandbox/log").json()
        assert isinstance(found, list)
        return found

    def lists(self) -> list[dict[str, object]]:
        """Return every list of sections that it was asked for."""
        return [met for met in self.log() if (met["method"], met["path"]) == ("GET", SECTIONS)]

    def creates(self) -> list[dict[str, object]]:
        """Return every create of a section that it met."""
        return [met for met in self.log() if (met["method"], met["path"]) == ("POST", SECTIONS)]

    def creates_of_lessons(self) -> int:
        """Return how many creates of a lesson it has answered."""
        posts = [met["path"] for met in self.log() if met["method"] == "POST"]
        return posts.count("/api/content/courselessons")

    def fault_create(self, number: int, kind: str) -> None:
        """Let the create of that number, from 1, go wrong; those before it are not counted."""
        self.fault(f"POST {SECTIONS}@{number}:{kind}")

    def leave_in_doubt(self, number: int = 1, kind: str = "lost-after", looks: int = 2) -> None:
        """Let the create of that number go wrong, and refuse every list after so many looks.

        Two come before the first create of a workspace without a state.
        """
        self.fault_create(number, kind)
        self.fault(f"GET {SECTIONS}@{looks + 1}+:status=404")

    def fault(self, *faults: str) -> None:
        """Let requests go wrong, as in `POST /api/content/coursesections@1:lost-after`."""
        ask("POST", f"{self.url}/_sandbox/faults", "\n".join(faults))

    def no_faults(self) -> None:
        """Let everything go right again."""
        ask("DELETE", f"{self.url}/_sandbox/faults")

    def change(self, **settings: object) -> None:
        """Change settings, as in `lists_null=["SectionContents"]`."""
        ask("POST", f"{self.url}/_sandbox/settings", json.dumps(settings))

    def foreign_create(self, course_id: int, title: str, **fields: object) -> int:
        """Let another editor make a section, and return its Id."""
        return self._foreign_create("sections", course_id, title, fields)

    def foreign_change(self, section_id: int, **fields: object) -> None:
        """Let another editor set these fields of a section."""
        ask("PUT", f"{self.url}/_sandbox/sections", json.dumps({"Id": section_id, **fields}))

    def foreign_remove(self, section_id: int) -> None:
        """Let another editor remove a section."""
        ask("DELETE", f"{self.url}/_sandbox/sections?id={section_id}")

    def create_lesson(self, course_id: int, title: str, **fields: object) -> int:
        """Let another editor make a lesson, and return its Id."""
        return self._foreign_create("lessons", course_id, title, fields)

    def change_lesson(self, lesson_id: int, **fields: object) -> None:
        """Let another editor set these fields of a lesson."""
        ask("PUT", f"{self.url}/_sandbox/lessons", json.dumps({"Id": lesson_id, **fields}))

    def remove_lesson(self, lesson_id: int) -> None:
        """Let another editor remove a lesson."""
        ask("DELETE", f"{self.url}/_sandbox/lessons?id={lesson_id}")

    def _foreign_create(
        self, page: str, course_id: int, title: str, fields: Mapping[str, object]
    ) -> int:
        body = {"CourseId": course_id, "Title": title, "DisplayOrder": 1, "UnlockAfterDays": 0}
        made = ask("POST", f"{self.url}/_sandbox/{page}", json.dumps({**body, **fields})).json()
        assert isinstance(made["Id"], int)
        return made["Id"]

    def lessons(self) -> list[dict[str, object]]:
        """Return every lesson that it holds."""
        found = ask("GET", f"{self.url}/_sandbox/lessons").json()
        assert isinstance(found, list)
        return found

    def join(self, course_id: int, count: int) -> None:
        """Let so many more people join a course."""
        body = {"CourseId": course_id, "Count": count}
        ask("POST", f"{self.url}/_sandbox/members", json.dumps(body))

    def complete(self, lesson_id: int, count: int) -> None:
        """Let so many more members complete a lesson; where they are too few, more join."""
        body = {"CourseLessonId": lesson_id, "Count": count}
        ask("POST", f"{self.url}/_sandbox/completions", json.dumps(body))

    def add_course(self, number: int, title: str | None = None) -> None:
        """Let there be a course with that Id."""
        course = {"Id": number, "Title": f"Course {number}" if title is None else title}
        ask("POST", f"{self.url}/_sandbox/courses", json.dumps(course))


def ask(method: str, url: str, body: str = "") -> httpx.Response:
    """Send a request to a page of the sandbox's own."""
    # on plain http there are no certificates to check, and to load them takes longer than all else
    transport = httpx.HTTPTransport(verify=False)
    with httpx.Client(transport=transport, headers={"Content-Type": "application/json"}) as client:
        return client.request(method, url, content=body).raise_for_status()


@contextmanager
def slowed(
    cli: CommandLine, server: SandboxServer, number: int, *options: str, seconds: int = 60
) -> Iterator[subprocess.Popen[str]]:
    """Yield an apply that waits for the answer to its create of that number."""
    server.fault_create(number, f"slow={seconds}")
    with cli.start("apply", "--auto-approve", *options) as process:
        wait_until(lambda: len(server.records()) == number)
        yield process


def kill_at(
    cli: CommandLine, server: SandboxServer, records: int, *options: str, **environment: str
) -> None:
    """Kill an apply once at least so many sections are on the server."""
    with cli.start("apply", "--auto-approve", *options, **environment) as process:
        wait_until(lambda: len(server.records()) >= records)
        process.kill()
        process.communicate(timeout=60)


def doubted(
    cli: CommandLine, server: SandboxServer, number: int = 1, kind: str = "lost-after"
) -> Ran:
    """Run an apply that leaves the create of that number in doubt; then all goes right again."""
    server.leave_in_doubt(number, kind)
    ran = cli("apply", "--auto-approve")
    server.no_faults()
    return ran


def serve(cli: CommandLine, courses: Path, *options: str) -> Iterator[SandboxServer]:
    """Serve a sandbox until the generator is closed; it would stop by itself after five minutes."""
    process = cli.start_forked("sandbox", "serve", courses, "--stop-after", "300", *options)
    assert process.stdout is not None
    url = process.stdout.readline().strip()
    try:
        assert url.startswith("http://127.0.0.1:"), process.communicate(timeout=10)
        server = SandboxServer(url)
        for number in COURSES:
            server.add_course(number)
        yield server
    finally:
        process.terminate()
        process.communicate(timeout=30)


@contextmanager
def sandbox_here(settings: Settings | None = None) -> Iterator[SandboxServer]:
    """A sandbox on a socket of this process: soon there, and set up as the test wants it."""
    with Sandbox(settings=settings or Settings()) as sandbox:
        for number in COURSES:
            sandbox.add_course(number, f"Course {number}")
        with running(sandbox) as url:
            yield SandboxServer(url)


def pointed_at(cli: CommandLine, server: SandboxServer) -> CommandLine:
    """Return the command line with a server as its target, and that server's token."""
    return CommandLine(cli.cwd, {"COURSESYNC_BASE_URL": server.url, "NEXUDUS_TOKEN": TOKEN})


@dataclass(frozen=True)
class Saved:
    """What a state file holds: the Id by the address, and the addresses in doubt."""

    lineage: str
    serial: int
    target: str
    entries: Mapping[str, int]
    doubts: tuple[str, ...]


def saved(courses: Path) -> Saved:
    """Read the state of a workspace."""
    return saved_in((courses / STATE).read_text())


def saved_in(text: str) -> Saved:
    """Read a state."""
    state = json.loads(text)
    entries = {address: entry["id"] for address, entry in state["entries"].items()}
    return Saved(
        state["lineage"], state["serial"], state["target"], entries, tuple(state["doubts"])
    )


def write_outline(courses: Path, key: str, course_id: int, *titles: str) -> Path:
    """Write an outline of sections that have a title and nothing else."""
    path = courses / f"{key}.yaml"
    sections = "".join(f"  - title: {title}\n" for title in titles)
    path.write_text(f"id: {course_id}\ntitle: Course {key}\nsections:\n{sections}")
    return path


def lift_limits(courses: Path) -> None:
    """Let a workspace's client send as fast as it can, for a sandbox that sets no limits."""
    (courses / "coursesync.toml").write_text(NO_LIMITS)


def read_until(word: str, lines: Iterable[str]) -> Iterator[str]:
    """Yield the lines that a process writes, up to the first that holds a word."""
    for line in lines:
        yield line
        if word in line:
            return
    raise AssertionError(f"it ended without a line of {word}")


def wait_until(condition: Callable[[], bool], seconds: float = 20) -> None:
    """Wait until a condition holds."""
    until = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < until, "it did not come about in time"
        time.sleep(0.02)


def files_below(folder: Path) -> dict[str, bytes]:
    """Return the bytes of every file below a folder, but for the lock and its holder's name."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and ".lock" not in path.name
    }
