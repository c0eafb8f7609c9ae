"""Damaged files and the command line: every command refuses them, and leaves them alone."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING

import pytest
from damage.remains import (
    BACKUP,
    COMMANDS,
    FORGET,
    JOURNAL,
    checked,
    forged,
    ids_in,
    is_refused,
    one_of_them,
    record,
    refuse,
    rest_of,
    sealed,
)
from harness import STATE, files_below

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from damage.remains import Remains
    from harness import CommandLine

CONFLICT = b'<<<<<<< HEAD\n  "serial": 3,\n=======\n  "serial": 4,\n>>>>>>> spring\n'
RESTORE = f"cp courses/{BACKUP} courses/{STATE}"  # for a journal stands beside it
DEEP = b'{"a":' * 100_000 + b"1" + b"}" * 100_000


def resealed(old: bytes, new: bytes) -> Callable[[bytes], bytes]:
    """Return a function that replaces bytes, and corrects the checksum."""
    return lambda written: sealed(rest_of(written).replace(old, new))


SPOILT: Mapping[str, tuple[Callable[[bytes], bytes], tuple[str, ...]]] = {
    "empty": (lambda _: b"", ("is damaged", RESTORE)),
    "a newline": (lambda _: b"\n", ("is damaged", RESTORE)),
    "a merge conflict": (
        lambda w: w.replace(b'  "serial": 2,\n', CONFLICT),
        ("merge conflict", RESTORE),
    ),
    "an Id by hand": (lambda w: w.replace(b'"id": 1000001', b'"id": 1000009'), ("checksum",)),
    "a blank more": (lambda w: w.replace(b'"Title": ', b'"Title":  ', 1), ("checksum", RESTORE)),
    "tabs": (lambda w: w.replace(b"\n  ", b"\n\t"), ("checksum", RESTORE)),
    "no end of line": (lambda w: w[:-1], ("checksum", RESTORE)),
    "a byte order mark": (lambda w: b"\xef\xbb\xbf" + w, ("checksum", RESTORE)),
    "UTF-16": (lambda w: w.decode().encode("utf-16"), ("checksum", RESTORE)),
    "a second one behind it": (lambda w: w + w, ("is damaged", RESTORE)),
    "a newer format": (
        lambda w: forged(w, lambda state: state.update(format=3)),
        ("has the format 3", "Install the coursesync that wrote it"),
    ),
    "a newer format of another form": (
        lambda _: sealed(b'  "format": 3,\n  "sections": []\n}\n'),
        ("has the format 3", "Install the coursesync that wrote it"),
    ),
    "a format that moves the cursor": (
        lambda w: forged(w, lambda state: state.update(format="\x1b[2J\r2")),
        ("has the format", "Install the coursesync that wrote it"),
    ),
    "nothing but a checksum": (lambda _: sealed(b"}\n"), (RESTORE,)),
    "a list": (lambda _: sealed(b"[]\n"), (RESTORE,)),
    "deep": (lambda _: sealed(b'"a":' + b"[" * 200_000 + b"\n"), (RESTORE,)),
    "deep and whole": (
        resealed(b'"doubts": {}', b'"doubts": ' + DEEP),
        (RESTORE,),
    ),
    "an unknown field": (
        lambda w: forged(w, lambda state: state.update(more=1)),
        ("contains what coursesync never writes", RESTORE),
    ),
    "no lineage": (lambda w: forged(w, lambda state: state.pop("target")), (RESTORE,)),
    "a serial below zero": (lambda w: forged(w, lambda s: s.update(serial=-1)), (RESTORE,)),
    "a serial as text": (lambda w: forged(w, lambda s: s.update(serial="2")), (RESTORE,)),
    "an address twice": (
        resealed(b'"section.a.two"', b'"section.a.one"'),
        ("contains what coursesync never writes", RESTORE),
    ),
    "an Id twice": (
        resealed(b'"id": 1000001', b'"id": 1000009,\n      "id": 1000001'),
        ("contains what coursesync never writes", RESTORE),
    ),
    "half a character": (
        resealed(b'"lineage": "', b'"lineage": "\\ud800'),
        ("contains what coursesync never writes", RESTORE),
    ),
    "bytes of half a character": (
        resealed(b'"lineage": "', b'"lineage": "\xed\xa0\x80'),
        (RESTORE,),
    ),
    "a format with decimals": (
        resealed(b'"format": 2', b'"format": 2.0'),
        ("contains what coursesync never writes", RESTORE),
    ),
    "an infinite serial": (
        resealed(b'"serial": 2', b'"serial": 1e999'),
        (RESTORE,),
    ),
    "a serial of a million digits": (
        resealed(b'"serial": 2', b'"serial": ' + b"9" * 1_000_000),
        (RESTORE,),
    ),
}

NAMES = {
    "ANSI": "section.a.\x1b[2Jone",
    "C1": "section.a.\x9b2Jone",
    "a newline": "section.a.one\nsection.a.fake 1",
    "a newline at its end": "section.a.one\n",
    "a null": "section.a.\0",
    "bidi": "section.a.\u202eeno",
    "unseen": "section.a.o\u200bne",
    "a blank": "section.a.o ne",
    "one dot": "section.one",
    "no dot": "section",
    "two dots together": "section.a..one",
    "empty": "",
    "an unknown kind": "quiz.a.one",
}


def rename(state: bytes, field: str, name: str) -> bytes:
    """Give an entry, a doubt or a course of a state another name."""

    def change(told: dict[str, object]) -> None:
        named = told[field]
        assert isinstance(named, dict)
        doubt = {"sent": {"CourseId": 1}, "candidates": [], "reason": "r", "since": "s"}
        named[name] = named.pop("section.a.one", named.pop("a", doubt))

    return forged(state, change)


@pytest.mark.many(3)
@pytest.mark.parametrize("damage", SPOILT)
def test_a_state_that_is_not_ours(
    left: CommandLine, courses: Path, remains: Remains, damage: str
) -> None:
    """A state that coursesync did not write byte for byte is refused."""
    spoil, words = SPOILT[damage]
    spoiled = spoil(remains.state)
    (courses / STATE).write_bytes(spoiled)

    assert spoiled != remains.state
    refuse(left, courses, STATE, *words, commands=one_of_them(damage))


@pytest.mark.many(3)
@pytest.mark.parametrize("field", ["entries", "doubts"])
@pytest.mark.parametrize("name", NAMES)
def test_a_state_with_a_name_that_is_none(
    left: CommandLine, courses: Path, remains: Remains, field: str, name: str
) -> None:
    """An invalid address is refused and not shown, even if the checksum is right."""
    (courses / STATE).write_bytes(rename(remains.state, field, NAMES[name]))
    (courses / JOURNAL).unlink()

    refuse(
        left,
        courses,
        "contains what coursesync never writes",
        "Restore the backup, the state before the last",
        commands=one_of_them(field + name),
    )


@pytest.mark.many(3)
@pytest.mark.parametrize("number", [0, -1, 2**63, 2**64, 10**400, 1.0, "1000001", None, True])
def test_a_state_with_an_id_that_is_none(
    left: CommandLine, courses: Path, remains: Remains, number: object
) -> None:
    """An Id that no server gives is refused before it is used."""

    def change(told: dict[str, object]) -> None:
        entries = told["entries"]
        assert isinstance(entries, dict)
        entries["section.a.one"]["id"] = number

    (courses / STATE).write_bytes(forged(remains.state, change))
    (courses / JOURNAL).unlink()
    before = files_below(courses)

    ran = left("state", "list")

    assert is_refused(ran)
    assert files_below(courses) == before


@pytest.mark.parametrize(
    "change",
    [
        {"seen": 1},
        {"attempted": None},
        {"updated_on": 1},
        {"sent": {"x": 1.5}},
        {"sent": {"Title": "x"}},
    ],
)
def test_a_state_with_an_entry_that_is_none(
    left: CommandLine, courses: Path, remains: Remains, change: dict[str, object]
) -> None:
    """An entry that coursesync can't have written is refused by its address, and kept."""

    def spoil(told: dict[str, object]) -> None:
        entries = told["entries"]
        assert isinstance(entries, dict)
        entries["section.a.one"].update(change)

    (courses / STATE).write_bytes(forged(remains.state, spoil))
    (courses / JOURNAL).unlink()

    refuse(left, courses, "section.a.one of the state was not written by", commands=COMMANDS[:3])


@pytest.mark.parametrize("damage", ["empty", "an Id by hand", "an address twice"])
def test_every_command_refuses_a_state(
    left: CommandLine, courses: Path, remains: Remains, damage: str
) -> None:
    """No command that needs the state uses one that is not ours."""
    (courses / STATE).write_bytes(SPOILT[damage][0](remains.state))

    refuse(left, courses, STATE, RESTORE)


@pytest.mark.parametrize("damage", ["an Id by hand", "a newer format"])
def test_every_command_refuses_a_journal(
    left: CommandLine, courses: Path, remains: Remains, damage: str
) -> None:
    """No command that needs the state runs if its journal can't be read."""
    (courses / JOURNAL).write_bytes(LINES[damage][0](remains.lines))

    refuse(left, courses, JOURNAL)


LINES: Mapping[str, tuple[Callable[[list[bytes]], bytes], str]] = {
    "an Id by hand": (
        lambda lines: b"".join(lines).replace(b'"id":1000007', b'"id":1000017'),
        "at line 8",
    ),
    "a blank more": (lambda lines: b"".join(lines).replace(b'":', b'": ', 1), "at line 1"),
    "an empty line": (lambda lines: b"".join(lines) + b"\n", "at line 11"),
    "its last end": (lambda lines: b"".join(lines)[:-1] + b"\r", "at line 10"),
    "a line without its intent": (lambda lines: b"".join(lines[:6] + lines[7:]), "at line 7"),
    "two runs": (lambda lines: b"".join([lines[0], *lines]), "at line 2"),
    "an empty record": (lambda lines: b"".join(lines) + checked({}), "at line 11"),
    "a list": (lambda lines: b"".join(lines) + b"[] " + b"0a6a0bd5" + b"\n", "at line 11"),
    "a newer format": (
        lambda lines: checked({**record(lines[0]), "format": 4}) + b"".join(lines[1:]),
        "has the format 4",
    ),
    "an Id beyond all": (
        lambda lines: b"".join(lines[:7]) + checked({**record(lines[7]), "id": 2**63}),
        "at line 8",
    ),
    "half a character": (
        lambda lines: lines[0] + checked_raw(lines[1][:-10].replace(b'"at":"', b'"at":"\\ud800')),
        "at line 2",
    ),
    "bytes of half a character": (
        lambda lines: (
            lines[0] + checked_raw(lines[1][:-10].replace(b'"at":"', b'"at":"\xed\xa0\x80'))
        ),
        "at line 2",
    ),
    "a byte order mark": (
        lambda lines: checked_raw(b"\xef\xbb\xbf" + lines[0][:-10]) + b"".join(lines[1:]),
        "at line 1",
    ),
    "UTF-16": (
        lambda lines: checked_raw(lines[0][:-10].decode().encode("utf-16-le")),
        "at line 1",
    ),
    "a deep record": (
        lambda lines: lines[0] + checked_raw(b'{"record":' + b"[" * 100_000),
        "at line 2",
    ),
}


def checked_raw(body: bytes) -> bytes:
    """Return a line that is not a record, with a correct checksum."""
    from zlib import crc32  # noqa: PLC0415

    return body + f" {crc32(body):08x}\n".encode()


@pytest.mark.many(3)
@pytest.mark.parametrize("damage", LINES)
def test_a_journal_that_is_not_ours(
    left: CommandLine, courses: Path, remains: Remains, damage: str
) -> None:
    """A journal that no run wrote is refused by its line, and kept."""
    spoil, words = LINES[damage]
    (courses / JOURNAL).write_bytes(spoil(remains.lines))

    refuse(left, courses, JOURNAL, words, commands=one_of_them(damage))


def _begun_otherwise(lines: list[bytes], **other: object) -> bytes:
    return checked({**record(lines[0]), **other}) + b"".join(lines[1:])


FOREIGN: Mapping[str, tuple[Callable[[list[bytes]], bytes], str]] = {
    "a merge conflict": (
        lambda lines: b"<<<<<<< HEAD\n" + b"".join(lines) + b"=======\n>>>>>>> theirs\n",
        "contains merge conflict markers",
    ),
    "words": (lambda _: b"hello", "was not written by coursesync"),
    "zero bytes": (lambda _: b"\0" * 4096, "was not written by coursesync"),
    "an LFS pointer": (
        lambda _: b"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 7\n",
        "was not written by coursesync",
    ),
    "another lineage": (
        lambda lines: _begun_otherwise(lines, lineage="other"),
        "began from another state",
    ),
    "another target": (
        lambda lines: _begun_otherwise(lines, target="https://other.example"),
        "began from another state",
    ),
    "a later serial": (
        lambda lines: _begun_otherwise(lines, serial=9),
        "began from another state",
    ),
    "an earlier serial": (
        lambda lines: _begun_otherwise(lines, serial=1),
        "began from another state",
    ),
    "another branch's": (
        lambda lines: _begun_otherwise(lines, checksum="0" * 64),
        "began from another state",
    ),
    "another branch's, damaged": (
        lambda lines: _begun_otherwise(lines, checksum="0" * 64) + b"damaged\n",
        "began from another state",
    ),
}


@pytest.mark.parametrize("kind", FOREIGN)
def test_a_journal_of_another_state_blocks_nothing(
    left: CommandLine, courses: Path, remains: Remains, kind: str
) -> None:
    """Reading commands name it, saving ones set it aside; none folds it in."""
    spoil, words = FOREIGN[kind]
    content = spoil(remains.lines)
    (courses / JOURNAL).write_bytes(content)
    before = files_below(courses)
    planned, listed = left("plan"), left("state", "list")
    meanwhile = files_below(courses)
    recovered = left("state", "recover")
    kept = {path.name: path.read_bytes() for path in courses.glob(f"{JOURNAL}*")}

    assert (planned.code, listed.code, recovered.code) == (0, 0, 1)
    assert f"Warning: the journal courses/{JOURNAL} {words}" in planned.said
    assert meanwhile == before
    assert list(kept.values()) == [content]
    assert JOURNAL not in kept
    assert next(iter(kept)) in " ".join(planned.said.split())
    assert (courses / STATE).read_bytes() == remains.state
    assert left("plan").out == planned.out
    assert "Warning: the journal" not in left("plan").said


def test_a_journal_with_the_line_ends_of_windows(
    left: CommandLine, courses: Path, remains: Remains
) -> None:
    """Git may have changed them: everything in the journal is known nevertheless."""
    (courses / JOURNAL).write_bytes(remains.journal.replace(b"\n", b"\r\n"))

    assert left("state", "recover").code == 0
    assert ids_in((courses / STATE).read_bytes()) == remains.ids


@pytest.mark.many(3)
@pytest.mark.parametrize("name", NAMES)
def test_a_journal_with_a_name_that_is_none(
    left: CommandLine, courses: Path, remains: Remains, name: str
) -> None:
    """An invalid address is refused in a journal, too, wherever it is in a line."""
    first, sent = record(remains.lines[0]), record(remains.lines[-1])
    moved = {"record": "move", "to": {"section.a.one": NAMES[name]}, "at": "x"}
    for forgery in ({**sent, "address": NAMES[name]}, moved):
        (courses / JOURNAL).write_bytes(checked(first) + checked(forgery))

        refuse(left, courses, "is damaged at line 2", commands=one_of_them(name))


def test_text_that_moves_the_cursor(left: CommandLine, courses: Path, remains: Remains) -> None:
    """A terminal never obeys a text of a journal, whoever wrote it."""
    evil = "\x1b[2J\x1b]0;x\x07\r\n\u202eX\x9b1mforged\0"
    doubt = record(remains.lines[2])
    told = json.loads(json.dumps(doubt).replace("Unclear", "@").replace("the course has", "@"))
    written = json.loads(json.dumps(told).replace("@", json.dumps(evil)[1:-1]))
    (courses / JOURNAL).write_bytes(checked(record(remains.lines[0])) + checked(written))
    (courses / "b.yaml").unlink()

    for command in (*COMMANDS[:3], ("plan", "--format", "markdown")):
        ran = left(*command)

        assert "forged" in ran.out + ran.err or command[0] in {"state", "apply"}
        assert all(line.isprintable() for line in (ran.out + ran.err).split("\n")), command
        assert "Traceback" not in ran.err


def test_a_state_that_git_took_back(left: CommandLine, courses: Path, remains: Remains) -> None:
    """Beside an older state the journal waits; once its state is back, it is used again."""
    older = forged(remains.state, lambda state: state.update(serial=1))
    (courses / STATE).write_bytes(older)
    aside = left("state", "recover")
    (courses / STATE).write_bytes(remains.state)
    back = left("state", "recover")

    assert (aside.code, back.code) == (1, 0)
    assert "began from another state" in aside.said
    assert ids_in((courses / STATE).read_bytes()) == remains.ids
    assert list(courses.glob(f"{JOURNAL}*")) == []


@pytest.mark.parametrize("damage", ["cut", "a bit", "conflict", "empty"])
def test_a_spoilt_backup_spoils_nothing(
    left: CommandLine, courses: Path, remains: Remains, damage: str
) -> None:
    """The backup is for people: no command reads it."""
    whole = remains.files[BACKUP]
    spoilt = {"cut": whole[:90], "a bit": b"}" + whole[1:], "conflict": CONFLICT, "empty": b""}
    (courses / BACKUP).write_bytes(spoilt[damage])

    assert left("state", "recover").code == 0
    assert ids_in((courses / STATE).read_bytes()) == remains.ids


def test_a_file_that_is_far_too_large(left: CommandLine, courses: Path) -> None:
    """A gigabyte in place of a state or journal is refused without being read."""
    for name in (JOURNAL, STATE):
        os.truncate(courses / name, 1_000_000_001)
        ran = left("state", "list")

        assert is_refused(ran)
        assert f"{name} can't be read: it is larger than 1 GB" in ran.said
        assert (courses / name).stat().st_size == 1_000_000_001


def test_a_person_can_go_on(left: CommandLine, courses: Path, remains: Remains) -> None:
    """Once the state is put back, everything is known again and can be settled as usual."""
    (courses / STATE).write_bytes(CONFLICT)
    refuse(left, courses, "merge conflict", commands=COMMANDS[:1])
    (courses / STATE).write_bytes(remains.state)

    assert left("resolve", FORGET, "--not-created").code == 0
    assert ids_in((courses / STATE).read_bytes()) == remains.ids
    assert not (courses / JOURNAL).exists()
