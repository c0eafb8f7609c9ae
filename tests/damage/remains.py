"""The files that real runs leave, and how to damage them: the material of the tests of damage."""

from __future__ import annotations

import json
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING
from zlib import crc32

from harness import (
    STATE,
    CommandLine,
    Ran,
    files_below,
    kill_at,
    pointed_at,
    serve,
    write_outline,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from pathlib import Path

    from harness import SandboxServer

JOURNAL = f"{STATE}.journal"
BACKUP = f"{STATE}.backup"
TEMPORARY = f".{STATE}.tmp"
FORGET = "section.b.unclear"  # in doubt in what the killed run left


@dataclass(frozen=True)
class Remains:
    """A workspace as a killed run left it: its files by name, the target, and what is known.

    `ids` are the Ids in the state or the journal; `doubts` the addresses of the creates that may
    have been carried out.
    """

    files: Mapping[str, bytes]
    target: str
    ids: Mapping[str, int]
    doubts: tuple[str, ...]

    @property
    def state(self) -> bytes:
        """The state file."""
        return self.files[STATE]

    @property
    def journal(self) -> bytes:
        """The journal."""
        return self.files[JOURNAL]

    @property
    def lines(self) -> list[bytes]:
        """The journal's lines, each with its end."""
        return self.journal.splitlines(keepends=True)

    def put_in(self, courses: Path, **others: bytes) -> None:
        """Write all files into a workspace."""
        for name, content in {**self.files, **others}.items():
            (courses / name).write_bytes(content)

    def beside(self, cli: CommandLine) -> CommandLine:
        """Return a command line with the same target, which must not be contacted."""
        return cli.having({"COURSESYNC_BASE_URL": self.target, "NEXUDUS_TOKEN": "x"})


def record(line: bytes) -> dict[str, object]:
    """Read a line of a journal, without its checksum."""
    found = json.loads(line.rpartition(b" ")[0])
    assert isinstance(found, dict)
    return found


def checked(record: Mapping[str, object]) -> bytes:
    """Write a line of a journal, with a checksum that fits."""
    body = json.dumps(record, ensure_ascii=False).encode(errors="surrogatepass")
    return body + f" {crc32(body):08x}\n".encode()


def sealed(rest: bytes) -> bytes:
    """Return a state with a correct checksum; `rest` is the text after that line."""
    return b'{\n  "checksum": "' + sha256(rest).hexdigest().encode() + b'",\n' + rest


def forged(state: bytes, change: Callable[[dict[str, object]], object]) -> bytes:
    """Change the meaning of a state, and give it a correct checksum."""
    told = json.loads(state)
    del told["checksum"]
    change(told)
    return sealed(json.dumps(told, indent=2, ensure_ascii=False).encode()[2:] + b"\n")


def rest_of(state: bytes) -> bytes:
    """Return the part of a state that its checksum covers."""
    return state.split(b"\n", 2)[2]


def told_by(lines: list[bytes]) -> tuple[set[int], set[str]]:
    """Read a journal as a person would: its Ids, and what is in doubt at its end."""
    ids: set[int] = set()
    doubts: set[str] = set()
    for each in map(record, lines):
        match each:
            case {"record": "intent", "address": str(address)}:
                doubts.add(address)
            case {"record": "outcome", "address": str(address), "id": int(given)}:
                ids.add(given)
                doubts.discard(address)
            case {"record": "look", "address": str(address), "entry": {"id": int(given)}}:
                ids.add(given)
                doubts.discard(address)
            case {"record": "look", "address": str(address), "doubt": doubt}:
                (doubts.add if doubt else doubts.discard)(address)
    return ids, doubts


def ids_in(state: bytes) -> dict[str, int]:
    """Return the Id at each address of a state file."""
    return {address: entry["id"] for address, entry in json.loads(state)["entries"].items()}


def is_refused(ran: Ran) -> bool:
    """Return whether a command failed with a message, a next step, and no control characters."""
    printable = all(line.isprintable() for line in (ran.out + ran.err).splitlines())
    first, _, remedy = ran.err.partition("\n  ")
    return (
        ran.code == 1
        and ran.out == ""
        and first.startswith("Error: ")
        and bool(remedy.strip())
        and printable
        and "Traceback" not in ran.err
    )


COMMANDS = (
    ("plan",),
    ("apply", "--auto-approve"),
    ("state", "list"),
    ("state", "recover"),
    ("resolve", FORGET, "--not-created"),
)


def one_of_them(case: str) -> tuple[tuple[str, ...]]:
    """Return a command for a case: always the same one, and all commands occur."""
    return (COMMANDS[crc32(case.encode()) % len(COMMANDS)],)


def refuse(
    cli: CommandLine,
    courses: Path,
    *words: str,
    commands: Iterable[tuple[str, ...]] = COMMANDS,
) -> None:
    """Check that the commands that need the state refuse it, and change no byte."""
    before = files_below(courses)
    for command in commands:
        ran = cli(*command)

        assert is_refused(ran), (command, ran)
        assert all(word in ran.said for word in words), (command, ran.err)
        assert files_below(courses) == before, command


def leave(folder: Path) -> Iterator[Remains]:
    """Let a run of three courses be killed after nearly everything that can happen in a run."""
    courses = folder / "courses"
    courses.mkdir()
    cli = CommandLine(folder)
    for server in serve(cli, courses):
        online = pointed_at(cli, server)
        write_outline(courses, "a", 4711, "One", "Two")
        assert online("apply", "--auto-approve").code == 0
        _prepare(courses, server)
        # One and Two, the three that were there, Ninth, Lost, and the last
        kill_at(online, server, 8, COURSESYNC_SETTLING_TIME="5")
        yield _remains(courses, server)


def _prepare(courses: Path, server: SandboxServer) -> None:
    renamed = "  - {title: Two, key: second, previous_keys: [two]}\n  - title: Lost\n"
    (courses / "a.yaml").write_text(
        f"id: 4711\ntitle: Course a\nsections:\n  - title: One\n{renamed}  - title: Last\n"
    )
    write_outline(courses, "b", 4712, "Unclear")
    write_outline(courses, "c", 4713, "There", "Ninth")
    server.foreign_create(4712, "Unclear", UnlockType=1, Active=True, DisplayOrder=70)
    server.foreign_create(4712, "unclear", UnlockType=1, Active=True, DisplayOrder=80)
    server.foreign_create(
        4713, "There", UnlockType=1, Active=True, DisplayOrder=10, SectionContents=""
    )
    server.fault_create(1, "lost-after")
    server.fault_create(3, "slow=60")


def _remains(courses: Path, server: SandboxServer) -> Remains:
    files = files_below(courses)
    lines = files[JOURNAL].splitlines(keepends=True)
    ids, doubts = told_by(lines)
    before = ids_in(files[STATE])
    by_id = {number: address for address, number in before.items()}
    for each in map(record, lines):
        entry = each.get("entry")
        given = entry["id"] if isinstance(entry, dict) else each.get("id")
        if isinstance(given, int):
            by_id[given] = str(each["address"])
        if isinstance(moved := each.get("to"), dict):
            by_id = {number: moved.get(at, at) for number, at in by_id.items()}
    assert ids <= by_id.keys()
    return Remains(
        files, server.url, {at: number for number, at in by_id.items()}, tuple(sorted(doubts))
    )
