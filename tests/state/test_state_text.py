"""A state's bytes: everything that is written can be read, and nothing else."""

from __future__ import annotations

import json
from dataclasses import fields, replace
from hashlib import sha256
from pathlib import Path

import pytest
from values import AT, TARGET, address

from coursesync.errors import StateError
from coursesync.state.json_values import OMIT
from coursesync.state.state import CompleteCourse, Doubt, Entry, State
from coursesync.state.state_text import is_address, parse, serialise

PATH = Path("courses/coursesync.state.json")
RESTORE = (
    f"Restore it from git: `git -C courses checkout -- {PATH.name}`. If git has none, "
    "delete the file: the next apply then adopts the records on the site that match the outlines."
)
ONE, TWO = address("one"), address("two")
RECORD = CompleteCourse(id=4711, path="c.yaml", sources={}, title="Einführung")
DOUBT = Doubt(sent={"CourseId": 4711, "DisplayOrder": 10, "Title": "x"}, reason="cut off", since=AT)
STATE = State(
    complete={"d": RECORD, "c": RECORD},
    doubts={address("z"): DOUBT, address("y"): DOUBT},
    entries={
        TWO: Entry(sent={"CourseId": 4711, "DisplayOrder": 10, "Title": "Two"}, id=1002),
        ONE: Entry(sent={"CourseId": 4711, "DisplayOrder": 10, "Title": "One"}, id=1001),
    },
    lineage="a-line",
    serial=3,
    target=TARGET,
)
WRITTEN = serialise(STATE)
REST = WRITTEN.split(b"\n", 2)[2]


def sealed(rest: bytes) -> bytes:
    """Put the opening and a valid checksum before the rest of a state."""
    return b'{\n  "checksum": "' + sha256(rest).hexdigest().encode() + b'",\n' + rest


def refusal(content: bytes, path: Path = PATH) -> StateError:
    """Return the error with which a state is refused."""
    with pytest.raises(StateError) as caught:
        parse(content, path)
    return caught.value


def test_a_state_is_written_in_order_and_indented() -> None:
    """The checksum is first; names are sorted, the indent is two, the last line has an end."""
    written = serialise(STATE)
    told = json.loads(written)
    always = [each.name for each in fields(State) if OMIT not in each.metadata]

    assert sealed(written.split(b"\n", 2)[2]) == written
    assert list(told) == ["checksum", *sorted(always)]
    assert [list(told[name]) for name in ("complete", "doubts", "entries")] == [
        ["c", "d"],
        ["section.c.y", "section.c.z"],
        [ONE, TWO],
    ]
    assert json.dumps(told, indent=2, ensure_ascii=False).encode() + b"\n" == written


@pytest.mark.parametrize("end", [b"\n", b"\r\n"])
def test_what_is_written_is_read_back(end: bytes) -> None:
    """A state can be written and read, even if git has changed its line ends."""
    read = parse(serialise(STATE).replace(b"\n", end), PATH)

    assert replace(read, entries=dict(read.entries)) == STATE


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b'"section.c.one"', b'"section.c"'),
        (b'"section.c.y"', b'"section.c"'),
        (b'    "c": {', b'    "c.d": {'),
        # twice: an entry, a doubt, a course, an Id
        (b'"section.c.two"', b'"section.c.one"'),
        (b'"section.c.z"', b'"section.c.y"'),
        (b'    "d": {', b'    "c": {'),
        (b'      "id": 1001', b'      "id": 1001,\n      "id": 1001'),
        (b'"serial": 3', b'"serial": "3"'),
        (b'"entries"', b'"others"'),
    ],
)
def test_what_is_never_written_is_not_read(before: bytes, after: bytes) -> None:
    """Contents that coursesync can't have written are refused, even with a valid checksum."""
    assert REST.count(before) == 1

    assert refusal(sealed(REST.replace(before, after))).problem == (
        f"the state {PATH} was changed by something other than coursesync: "
        "it contains what coursesync never writes"
    )


@pytest.mark.parametrize(
    "content", [WRITTEN.replace(b"1001", b"1009"), WRITTEN[:-1], b"{\n" + REST, b" " + WRITTEN]
)
def test_a_checksum_that_does_not_fit(content: bytes) -> None:
    """A state with one byte more, less or changed, or without a checksum, is refused."""
    error = refusal(content)

    assert error.problem.endswith("other than coursesync: its checksum does not match")
    assert str(error.remedy) == RESTORE


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"1", b"[" * 100_000])
def test_what_is_no_json_is_damaged(content: bytes) -> None:
    """A file that is no JSON object is reported as damaged, with the way to restore it."""
    error = refusal(content)

    assert error.problem == f"the state {PATH} is damaged: it is not JSON"
    assert str(error.remedy) == RESTORE


def test_the_sandboxs_state_can_be_deleted() -> None:
    """The sandbox's state need not be restored."""
    path = Path("courses/.coursesync/sandbox.state.json")

    assert str(refusal(b"", path).remedy).endswith(f"delete the folder {path.parent}")


@pytest.mark.parametrize("mark", [b"<<<<<<< HEAD", b"=======", b">>>>>>> spring"])
def test_the_marks_of_a_merge_are_named(mark: bytes) -> None:
    """A merge conflict is reported as one, with the side to take."""
    error = refusal(WRITTEN.replace(b'  "serial"', mark + b'\n  "serial"'))

    assert error.problem.startswith(f"the state {PATH} contains merge conflict markers")
    assert f"git -C courses checkout --theirs -- {PATH.name}" in str(error.remedy)


@pytest.mark.parametrize(
    ("version", "told"), [(3, "3"), ("9" * 30, "9" * 19 + "…"), ("9" * 20, "9" * 20)]
)
def test_another_format_is_reported_as_such(version: object, told: str) -> None:
    """A state of a newer coursesync is not damaged; the message has its version, shortened."""
    error = refusal(json.dumps({"format": version}).encode())

    assert error.problem == f"the state {PATH} has the format {told}; this coursesync reads 2"
    assert error.remedy == "Install the coursesync that wrote it, or a newer one."


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (ONE, True),
        ("section.c", False),
        ("section.c.one.two", False),
        ("lesson.c.one", True),
        ("lesson.c.one.two", True),
        ("lesson.c.one.two.three", False),
        (f"{ONE}\n", False),
        ("x.c.one", False),
        (f" {ONE}", False),
    ],
)
def test_an_address_allows_no_other_text(
    text: str,
    expected: bool,  # noqa: FBT001 - a table's column
) -> None:
    """An address is a known kind, a course and as many keys as the kind may have."""
    assert is_address(text) is expected


@pytest.mark.parametrize(
    ("attribute", "value"),
    [(name, value) for name in ("CourseId", "DisplayOrder") for value in (None, True, "10")]
    + [("Title", None), ("Title", 7), ("Title", True)],
)
def test_an_entry_without_a_usable_place_is_refused_by_name(
    attribute: str, value: str | int | None
) -> None:
    """A plan reads the course, the order and the title of each: none may end in a traceback."""
    told = json.loads(WRITTEN)
    for held in (told["entries"][ONE], told["doubts"]["section.c.y"]):
        held["sent"].pop(attribute)
        held["sent"] |= {} if value is None else {attribute: value}
    with pytest.raises(StateError) as caught:
        parse(_sealed_again({**told, "doubts": {}}), PATH).entries[ONE]
    refused = refusal(_sealed_again(told))

    assert caught.value.problem == f"the entry {ONE} of the state was not written by coursesync"
    assert "it contains what coursesync never writes" in refused.problem


@pytest.mark.parametrize(
    "more", [{"seen": {"DisplayOrder": None}}, {"attempted": {"DisplayOrder": "x"}}]
)
def test_what_an_entry_is_known_to_have_is_checked_too(more: dict[str, object]) -> None:
    """What a look found, and what an update attempted, has the same form."""
    told = json.loads(WRITTEN)
    told["entries"][ONE] |= more
    read = parse(_sealed_again(told), PATH)

    assert read.entries[TWO].id == 1002
    with pytest.raises(StateError):
        read.entries[ONE]


def _sealed_again(told: dict[str, object]) -> bytes:
    rest = {name: each for name, each in told.items() if name != "checksum"}
    return sealed(json.dumps(rest, indent=2, ensure_ascii=False).encode()[2:] + b"\n")
