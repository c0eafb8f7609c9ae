"""The state file: its form, how it is saved, and that what can't be trusted is left as it is."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

import pytest
from harness import (
    BACKUP,
    JOURNAL,
    REQUESTS,
    STATE,
    CommandLine,
    files_below,
    pointed_at,
    sandbox_here,
    saved,
    write_outline,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from harness import SandboxServer

ONE = b'"section.a.one"'
CONFLICT = b"""\
<<<<<<< HEAD
  "serial": 3,
=======
  "serial": 4,
>>>>>>> spring
"""
DAMAGES: dict[str, tuple[Callable[[bytes], bytes], str]] = {
    "empty": (lambda _: b"", "is damaged"),
    "cut after the checksum": (lambda whole: whole[:84], "is damaged"),
    "cut in the middle": (lambda whole: whole[: len(whole) // 2], "is damaged"),
    "cut before the last brace": (lambda whole: whole[:-2], "is damaged"),
    "cut before the last newline": (lambda whole: whole[:-1], "checksum"),
    "not UTF-8": (lambda whole: whole.replace(b"Course a", b"C\xf6urse a"), "is damaged"),
    "an Id changed by hand": (lambda w: w.replace(b'"id": 1000001', b'"id": 1000009'), "checksum"),
    "an entry renamed": (lambda w: w.replace(ONE, b'"section.a.eins"'), "checksum"),
    "the checksum changed": (lambda w: w.replace(w[17:21], b"zzzz", 1), "checksum"),
    "the checksum taken out": (lambda w: b"{\n" + w[w.index(b'  "complete"') :], "checksum"),
    "reformatted": (lambda whole: json.dumps(json.loads(whole)).encode(), "checksum"),
    "nested too deeply": (lambda _: b"[" * 100_000, "is damaged"),
    "a newer format": (
        lambda w: w.replace(b'"format": 2', b'"format": 3'),
        "has the format 3",
    ),
    "a merge conflict": (
        lambda w: w.replace(b'  "serial": 2,\n', CONFLICT),
        "merge conflict markers",
    ),
}


@dataclass(frozen=True)
class Applied:
    """The state of an outline of two sections, applied, and the target that it is bound to."""

    content: bytes
    target: str


@pytest.fixture(scope="module")
def applied(tmp_path_factory: pytest.TempPathFactory) -> Applied:
    folder = tmp_path_factory.mktemp("applied")
    courses = folder / "courses"
    courses.mkdir()
    write_outline(courses, "a", 4711, "One", "Two")
    with sandbox_here() as server:
        assert pointed_at(CommandLine(folder), server)("apply", "--auto-approve").code == 0
        return Applied((courses / STATE).read_bytes(), server.url)


@pytest.fixture
def offline(cli: CommandLine, courses: Path, applied: Applied) -> CommandLine:
    """The command line beside that state, with a target that no longer answers."""
    write_outline(courses, "a", 4711, "One", "Two", "Three")
    (courses / STATE).write_bytes(applied.content)
    environment = {"COURSESYNC_BASE_URL": applied.target, "NEXUDUS_TOKEN": "x"}
    return CommandLine(cli.cwd, environment)


def test_its_form(applied: Applied) -> None:
    """JSON with sorted keys, a two-space indent and a final newline."""
    state = json.loads(applied.content)
    again = json.dumps(state, indent=2, sort_keys=True, ensure_ascii=False) + "\n"

    assert applied.content.decode() == again
    assert (state["format"], state["target"]) == (2, applied.target)
    assert UUID(state["lineage"]).version == 4
    assert state["entries"]["section.a.one"]["sent"]["Title"] == "One"


def test_serial_and_lineage(author: CommandLine, api: SandboxServer, courses: Path) -> None:
    """A run that changes something adds one to the serial; the lineage stays as it was made."""
    write_outline(courses, "a", 4711, "One")
    author("apply", "--auto-approve")
    first = saved(courses)
    write_outline(courses, "a", 4711, "One", "Two")
    api.foreign_create(4711, "two")  # which leaves it to a person
    author("apply", "--auto-approve")
    second = saved(courses)
    author("resolve", "section.a.two", "--not-created")
    third = saved(courses)

    assert [second.serial - first.serial, third.serial - second.serial] == [1, 1]
    assert first.lineage == second.lineage == third.lineage
    assert {first.target, second.target, third.target} == {api.url}


def test_a_save_leaves_nothing_else(author: CommandLine, courses: Path) -> None:
    """After a run the folder holds outlines, state, backup, request log and lock, nothing else."""
    write_outline(courses, "a", 4711, "One")
    author("apply", "--auto-approve")
    first = (courses / STATE).read_bytes()
    after_one = sorted(path.name for path in courses.iterdir())
    write_outline(courses, "a", 4711, "One", "Two")
    author("apply", "--auto-approve")

    assert after_one == ["a.yaml", STATE, f"{STATE}.lock", REQUESTS]
    assert sorted(path.name for path in courses.iterdir()) == sorted([*after_one, BACKUP])
    assert (courses / STATE).read_bytes() != first


def test_the_same_run_saves_the_same_bytes(tmp_path: Path) -> None:
    """But for what the server and the clock gave, a state is the same bytes in every workspace."""
    told: list[str] = []
    for name in ("first", "second"):
        courses = tmp_path / name / "courses"
        courses.mkdir(parents=True)
        for key in "ab" if name == "first" else "ba":
            write_outline(courses, key, 4711 + (key == "b"), "One", "Two")
        with sandbox_here() as server:
            pointed_at(CommandLine(courses.parent), server)(
                "apply", "--auto-approve", PYTHONHASHSEED=str(len(told))
            )
        state = json.loads((courses / STATE).read_text())
        for field in ("checksum", "lineage", "target"):
            del state[field]
        for entry in state["entries"].values():
            del entry["updated_on"]
        told.append(json.dumps(state))

    assert told[0] == told[1]


def test_another_target_is_refused(offline: CommandLine, courses: Path) -> None:
    """A state that was made against one target is not used against another, by any command."""
    before = files_below(courses)
    other = offline.having({"COURSESYNC_BASE_URL": "https://spaces.nexudus.com"})
    for command in (["plan"], ["apply", "--auto-approve"], ["state", "list"]):
        ran = other(*command)

        assert ran.code == 1
        assert "belongs to another target: http://127.0.0.1" in ran.said
        assert "--state coursesync.other.state.json" in ran.err
    assert files_below(courses) == before


@pytest.mark.parametrize("damage", DAMAGES)
def test_what_cannot_be_trusted_is_refused(
    offline: CommandLine, courses: Path, applied: Applied, damage: str
) -> None:
    """A damaged state is an error that says what is wrong and what to do; no byte is changed."""
    spoil, words = DAMAGES[damage]
    spoiled = spoil(applied.content)
    (courses / STATE).write_bytes(spoiled)
    before = files_below(courses)
    ran = offline("apply", "--auto-approve")

    assert spoiled != applied.content
    assert (ran.code, ran.out) == (1, "")
    assert words in ran.said
    ways = ("git -C courses checkout", f"mv courses/{STATE} courses/{STATE}.damaged")
    assert any(each in ran.err for each in (*ways, "or a newer one"))
    assert "Traceback" not in ran.err
    assert files_below(courses) == before


@pytest.mark.parametrize("quarter", range(4))
def test_a_flipped_bit_is_found(
    offline: CommandLine, courses: Path, applied: Applied, quarter: int
) -> None:
    """One bit that is not as it was saved is enough for the state to be refused."""
    spoiled = bytearray(applied.content)
    spoiled[len(spoiled) * quarter // 4 + 30] ^= 1 << quarter
    (courses / STATE).write_bytes(spoiled)
    ran = offline("plan")

    assert (ran.code, ran.out) == (1, "")
    assert f"mv courses/{STATE} courses/{STATE}.damaged" in ran.err
    assert (courses / STATE).read_bytes() == spoiled


def test_windows_line_ends_are_accepted(
    offline: CommandLine, courses: Path, applied: Applied
) -> None:
    """A checkout that turned the line ends into CRLF is the same state."""
    (courses / STATE).write_bytes(applied.content.replace(b"\n", b"\r\n"))
    planned = offline("plan")

    assert planned.code == 0
    assert "Plan: 1 to create, 0 to update, 0 to delete." in planned.out


@pytest.mark.parametrize("name", [STATE, JOURNAL])
def test_a_folder_in_its_place(offline: CommandLine, courses: Path, name: str) -> None:
    """A folder where the state or its journal should be is an error that names it."""
    (courses / name).unlink(missing_ok=True)
    (courses / name).mkdir()
    ran = offline("apply", "--auto-approve")

    assert ran.code == 1
    assert f"courses/{name} is a link or not a file" in " ".join(ran.err.split())
    assert "Traceback" not in ran.err
    assert (courses / name).is_dir()
