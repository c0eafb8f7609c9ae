"""A workspace of one course, as a crash finds it and leaves it.

A record is named by its kind and its Id, as in `section 1000001`: a section and a lesson may have
the same Id.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from shutil import rmtree
from typing import TYPE_CHECKING, TypeAlias

from harness import STATE, Saved, saved, saved_in, wait_until
from state.clones import git
from state.git_faults import GitFaults
from zygote import AHEAD, TICK

from coursesync.kinds import kind_of
from coursesync.kinds.address import Address, is_course
from coursesync.kinds.course import COURSE
from coursesync.kinds.lesson import LESSON
from coursesync.kinds.section import SECTION
from coursesync.state.branch_names import branch_name
from coursesync.state.git_store import LASTS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from crash.program import Ended, Program
    from crash.stage import Stage

CONFIG = "[limits]\ngap = 0.0\n"  # what coursesync.toml holds
KEY = "a"
NEW = "A new course"  # the title of a course that the outline makes
IN_DOUBT = "in doubt"
Titles: TypeAlias = "Mapping[str, str]"


@dataclass
class Workspace:
    """A workspace, its course, and all that was run in it.

    Attributes:
        folder: the workspace.
        course: the Id of its course.
        stage: where it stands.
        program: the command line, beside the workspace and pointed at the server.
        titles: the title of each section and lesson of the outline, by address.
        ran: each command that has ended.
        options: of each apply and plan.
        remote: the bare repository that may have the state in a branch, if there is one.
        disturbed: more in the environment of each command that is to be killed.
        is_lost_when_killed: whether the machine is gone with a command that was killed; another
            one goes on, hours later.
        is_new: whether the outline makes its course.
    """

    folder: Path
    course: int
    stage: Stage
    program: Program
    titles: dict[str, str] = field(default_factory=dict)
    ran: list[Ended] = field(default_factory=list)
    options: tuple[str, ...] = ()
    remote: Path | None = None
    disturbed: dict[str, str] = field(default_factory=dict)
    is_lost_when_killed: bool = False
    _later: float = 0.0
    is_new: bool = False

    def __post_init__(self) -> None:
        self.folder.mkdir()
        (self.folder / "coursesync.toml").write_text(CONFIG)

    def outline(self, within: Mapping[str, Titles] | None = None, **titles: str) -> None:
        """Write the outline: the title of each section by its key.

        `within` has lists of lessons: the title of each by its key, by the key of the section; ""
        is the course itself.
        """
        lists = within or {}
        lines = [f"id: {self.course}", "title: A course", "sections:"]
        if self.is_new:
            own = "course: {host: 88123, published: true}"
            lines = [f"title: {NEW}", own, "sections:"]
        for key, title in titles.items():
            lines += [f"  - key: {key}", f"    title: {title}"]
            lines += [f"    {line}" for line in _list(lists.get(key))]
        lines += _list(lists.get(""))
        (self.folder / f"{KEY}.yaml").write_text("\n".join(lines) + "\n")
        self.titles = {address(key): title for key, title in titles.items()}
        if self.is_new:
            self.titles[address(kind=COURSE.name)] = NEW
        for section, lessons in lists.items():
            where = filter(None, [section])
            at = address(*where, kind=LESSON.name)
            self.titles |= {f"{at}.{key}": title for key, title in lessons.items()}

    def add_remote(self) -> None:
        """Have a repository beside the workspace, which may get the state in a branch."""
        self.remote = self.folder.with_name("origin.git")
        git(self.folder, "init", "--quiet", "--bare", str(self.remote))
        self._clone()

    def keep_in_git(self) -> None:
        """Keep the state in a branch of a repository beside the workspace from now on."""
        self.add_remote()
        (self.folder / "coursesync.toml").write_text(f'store = "git"\n{CONFIG}')

    def lose_the_machine(self) -> None:
        """Go on with another clone, once the time of a lost run has passed."""
        rmtree(self.folder / ".coursesync", ignore_errors=True)
        rmtree(self.folder.parent / ".git")
        self._clone()
        self._later += 2 * LASTS

    def fail_in_git(self, first: int, last: int, when: str) -> None:
        """Let exchanges with the remote fail, by their numbers, in commands that are killed."""
        faults = GitFaults(self.folder.with_name("bin"))
        faults.set(first, last, when)
        self.disturbed["PATH"] = f"{faults.folder}:/usr/bin:/bin"

    def run(self, *command: str, kill_at: int | None = None) -> Ended:
        """Run a command until it ends, or is killed at that effect; see `Order.kill_at`."""
        around = self.disturbed if kill_at is not None else {}
        clock = {AHEAD: str(self._later), TICK: str(int(self.is_lost_when_killed))}
        program = self.program.within(self.folder.parent, {**clock, **around})
        waits = ("--lock-timeout", "600") if self.is_lost_when_killed else ()
        ended = program(*command, *(waits if command[0] == "apply" else ()), kill_at=kill_at)
        self.ran.append(ended)
        if ended.was_killed and self.remote:
            wait_until(self._is_quiet)
        if ended.awaited_an_answer:
            self.stage.come_to_rest()
        if ended.was_killed and self.is_lost_when_killed:
            self.lose_the_machine()
        return ended

    def apply(self, kill_at: int | None = None) -> Ended:
        """Run an apply until it ends, or is killed at that effect."""
        return self.run(
            "apply", "--auto-approve", "--allow-large-change", *self.options, kill_at=kill_at
        )

    def of_the_last_create(self, effect: str) -> int:
        """Return the number, from 1, of such an effect of the last create of a first apply.

        The one after it is that of the last look, which asks for a list.
        """
        met = self.stage.undisturbed_in_git if self.remote else self.stage.undisturbed
        return [number for number, each in enumerate(met, 1) if each == effect][-2]

    def known(self) -> dict[str, str]:
        """Return what the program says of each address: its record, or `in doubt`."""
        told = self.run("state", "list").out.splitlines()
        found = {where: what for where, _, what in (line.partition(" ") for line in told)}
        return {at: what if what == IN_DOUBT else named(at, what) for at, what in found.items()}

    def records(self) -> dict[str, str]:
        """Return the titles that the course has on the server, by record."""
        if not self.is_new:
            return self.stage.records(self.course)
        found: dict[str, str] = {}
        for course in self.stage.new_courses():
            found |= {f"{COURSE.name} {course}": NEW, **self.stage.records(course)}
        return found

    def is_unpublished(self) -> bool:
        """Return whether the outline makes its course, and members do not see it."""
        return self.is_new and not all(self.stage.new_courses().values())

    def misplaced(self) -> list[str]:
        """Return the addresses of the lessons that are not in their section on the server."""
        kept, holders = self.kept(), self.stage.holders(self.course)
        for course in self.stage.new_courses() if self.is_new else ():
            holders |= self.stage.holders(course)
        sections = {at: kept[at] for at in kept if not is_course(Address(at))}
        wanted = {at: sections.get(kind_of(at).parent_of(at)) for at in map(Address, kept)}
        return [at for at, section in wanted.items() if holders.get(kept[at]) != section]

    def kept(self) -> dict[str, str]:
        """Return the record of each entry in the state; a course has one for two entries."""
        entries = self.saved().entries.items()
        return {at: named(at, number) for at, number in entries if not kind_of(Address(at)).of}

    def saved(self) -> Saved:
        """Read the state."""
        if self.remote is None:
            return saved(self.folder)
        return saved_in(git(self.remote, "show", f"{self._branch}:state.json"))

    def has_branch(self) -> bool:
        """Return whether the remote has the state's branch."""
        return self.remote is not None and bool(git(self.remote, "branch", "--list", self._branch))

    def left_over(self) -> list[str]:
        """Return the names of the files that only a run in progress has."""
        if self.remote is not None:
            copies = {path.name for path in self.folder.glob(f".coursesync/state/*/{STATE}*")}
            own = {f"{STATE}{what}" for what in ("", ".lock", ".backup", ".requests")}
            listed = git(self.remote, "ls-tree", "--name-only", self._branch).split()
            return sorted((copies - own) | ({*listed} - {"state.json"}))
        beside = {f"{STATE}.{what}" for what in ("lock", "backup", "requests")}
        lasting = {f"{KEY}.yaml", "coursesync.toml", STATE} | beside
        return sorted({path.name for path in self.folder.iterdir()} - lasting)

    def _clone(self) -> None:
        git(self.folder.parent, "init", "--quiet")
        git(self.folder, "remote", "add", "origin", str(self.remote))

    @property
    def _branch(self) -> str:
        return branch_name(self.folder.name, self.program.environment["COURSESYNC_BASE_URL"])

    def _is_quiet(self) -> bool:
        """Return whether no command of git goes on that outlived the program."""
        for process in Path("/proc").glob("[0-9]*/cwd"):
            with suppress(OSError):
                there = process.readlink()
                if there == self.remote or self.folder.parent in there.parents:
                    return False
        return True


def address(*keys: str, kind: str = SECTION.name) -> str:
    """Return the address of a record with these keys, from the course down."""
    return ".".join([kind, KEY, *keys])


def named(where: str, number: object) -> str:
    """Return the name of a record: the kind at its address, and its Id."""
    return f"{kind_of(Address(where)).name} {number}"


def _list(lessons: Titles | None) -> list[str]:
    if lessons is None:
        return []
    items = [f"  - {{key: {key}, title: {title}}}" for key, title in lessons.items()]
    return ["lessons:" + " []" * (not items), *items]
