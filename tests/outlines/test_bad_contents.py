"""Files that can't be outlines: unseen characters, other encodings, endless numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from outlines.refused import HEAD, diagnostics_of, only

from coursesync.outlines.workspace_files import load

if TYPE_CHECKING:
    from pathlib import Path


UNSEEN = {
    "bell": "\x07",
    "nul": "\0",
    "delete": "\x7f",
    "next line": "\x85",
    "line separator": "\u2028",
    "zero-width space": "\u200b",
    "grapheme joiner": "\u034f",
    "filler": "\u3164",
    "empty Braille pattern": "\u2800",
    "shorthand overlap": "\U0001bca0",
    "byte order mark": "\ufeff",
    "right-to-left override": "\u202e",
    "isolate": "\u2066",
    "tag": "\U000e0041",
}


@pytest.mark.parametrize("character", UNSEEN.values(), ids=UNSEEN)
def test_an_unseen_character_is_reported_at_its_place(character: str, courses: Path) -> None:
    """A control or bidi character is named by its number, at its line and column."""
    text = HEAD.replace("Welcome", f"Wel{character}come")
    (courses / "a.yaml").write_text(text, encoding="utf-8", newline="")

    line, column, problem = only(courses)

    assert (line, column) == (5, 15)
    assert f"U+{ord(character):04X}" in problem


@pytest.mark.parametrize("escape", [r"\u202e", r"\x07", r"\0", r"\e[31m", r"\N", r"\u200b"])
@pytest.mark.parametrize("form", ['title: "Wel{}come"', '"ti{}tle": Welcome'])
def test_an_escape_brings_in_no_character_that_cant_be_seen(
    form: str, escape: str, courses: Path
) -> None:
    """An escape for a control or bidi character is refused, in a value and in a field's name."""
    (courses / "a.yaml").write_text(
        HEAD + "    " + form.format(escape).replace("title: ", "image: ")
    )

    places = {(each.where.line, each.problem[:2]) for each in diagnostics_of(courses)}
    problems = [each.problem for each in diagnostics_of(courses)]

    assert (6, "U+") in places
    assert all(problem.isprintable() for problem in problems)


def test_joiners_and_marks_that_scripts_need_are_let_through(courses: Path) -> None:
    """A family emoji, Persian with its joiner, Hebrew and combining accents are plain titles."""
    titles = ["👩‍💻 Work", "می‌خواهم", "ברוכים הבאים", "Cafe\u0301"]
    sections = "".join(f"  - title: {title}\n" for title in titles)
    (courses / "a.yaml").write_text(f"id: 1\ntitle: T\nsections:\n{sections}", encoding="utf-8")

    (outline,) = load(courses).outlines

    assert titles == [resource.attributes["Title"] for resource in outline.resources]


CONTENTS = {
    "nothing": (b"", (1, 1, "the file is empty")),
    "byte order mark alone": (b"\xef\xbb\xbf", (1, 1, "the file is empty")),
    "UTF-16": (HEAD.encode("utf-16"), (1, 1, "the file is in UTF-16, not in UTF-8")),
    "UTF-16 big-endian": (
        b"\xfe\xff" + HEAD.encode("utf-16-be"),
        (1, 1, "the file is in UTF-16, not in UTF-8"),
    ),
    "Latin-1": (
        HEAD.replace("Welcome", "Größe").encode("latin-1"),
        (5, 14, "the file is not in UTF-8 (byte 0xF6 is no character there)"),
    ),
    "a picture": (
        b"\x89PNG\r\n\x1a\n" + bytes(range(256)),
        (1, 1, "the file is not in UTF-8 (byte 0x89 is no character there)"),
    ),
    "50 MB": (b"#" * 50_000_000, (1, 1, "courses/a.yaml is larger than 1 MB (50.0 MB)")),
    "100,000 digits": (
        HEAD.replace("4711", "9" * 100_000).encode(),
        (1, 5, "a number of 100,000 characters is more than any field takes"),
    ),
    "100,000 hexadecimal digits": (
        HEAD.replace("4711", "0x" + "f" * 99_998).encode(),
        (1, 5, "a number of 100,000 characters is more than any field takes"),
    ),
    "100,000 brackets": (
        (HEAD + "    contents: " + "[" * 100_000).encode(),
        (6, 28, "this is nested more than 16 levels deep"),
    ),
    "100,000 levels of lists": (
        b"- " * 100_000,
        (1, 33, "this is nested more than 16 levels deep"),
    ),
    "100,000 values": (
        ("id: 1\ntitle: T\nsections:\n" + "- a\n" * 100_000).encode(),
        (50_001, 3, "the file holds more than 50,000 values"),
    ),
}


@pytest.mark.parametrize(("content", "expected"), CONTENTS.values(), ids=CONTENTS)
def test_content_that_is_no_outline_is_refused_quickly(
    content: bytes, expected: tuple[int, int, str], courses: Path
) -> None:
    """Any file is refused quickly, in one sentence, at its place."""
    (courses / "a.yaml").write_bytes(content)

    line, column, problem = only(courses)

    assert expected == (line, column, problem.replace(str(courses), "courses"))


def test_a_byte_order_mark_is_no_mistake(courses: Path) -> None:
    """An outline saved with a byte order mark, as Windows does, is read."""
    (courses / "a.yaml").write_bytes(b"\xef\xbb\xbf" + HEAD.replace("\n", "\r\n").encode())

    assert len(load(courses).outlines) == 1


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_a_place_is_the_same_whatever_ends_the_lines(end: str, courses: Path) -> None:
    """The line ends of Unix, Windows and old Macs give the same line and column."""
    text = HEAD.replace("Welcome", "Welcome #1").replace("\n", end)
    (courses / "a.yaml").write_text(text, newline="")

    line, column, problem = only(courses)

    assert (line, column) == (5, 20)
    assert problem.startswith("`#1` is dropped here")
