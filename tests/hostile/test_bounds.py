"""Any file costs at most two seconds and 200 MB, and its mistake is reported at its place."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

import pytest
from hostile.corpus import CONTENTS, HEAD, LARGE, MARKDOWN, OUTLINES, SECTION, Case
from hostile.limits import Took, bounded

from coursesync.errors import ExitCode
from coursesync.outlines.advice.advice import MOST_SHOWN

if TYPE_CHECKING:
    from pathlib import Path

    from harness import CommandLine

LONGEST_LINE = 400


def told(took: Took) -> list[str]:
    """Return the output on a file, and assert that people and logs can read it."""
    assert took.within_bounds(), (took.seconds, took.megabytes, took.err[:300])
    assert "Traceback" not in took.err
    lines = took.err.splitlines()
    assert all(line.isprintable() and len(line) <= LONGEST_LINE for line in lines)
    assert not any(line.lstrip().startswith("::") for line in lines)
    return lines


@pytest.mark.many(9)
@pytest.mark.parametrize("case", OUTLINES.values(), ids=OUTLINES)
def test_a_hostile_outline_is_refused_within_bounds(case: Case, cli_folder: Path) -> None:
    """A file that can't be an outline is refused quickly, in words, with line and column."""
    content = case.outline.encode() if isinstance(case.outline, str) else case.outline
    (cli_folder / "courses" / "a.yaml").write_bytes(content)

    took = bounded(cli_folder, "validate")
    lines = told(took)

    assert took.code == ExitCode.INVALID, took.err[:300]
    assert any(
        line.startswith(f"courses/a.yaml:{case.place}: ") and case.words in line for line in lines
    ), lines[:6]
    assert lines[1].startswith("    ")


@pytest.mark.many(9)
@pytest.mark.parametrize("form", ["text", "markdown", "json"])
@pytest.mark.parametrize("text", LARGE.values(), ids=LARGE)
def test_a_large_outline_is_planned_within_bounds(text: str, form: str, cli_folder: Path) -> None:
    """A large file is planned quickly in any format, with at most a page of advice."""
    (cli_folder / "courses" / "a.yaml").write_text(text, encoding="utf-8")

    took = bounded(cli_folder, "plan", "--format", form)

    lines = told(took)

    advised = [line for line in lines if re.match(r"courses/a\.yaml:\d+:\d+: advice: ", line)]
    rest = [line for line in lines if line not in advised and not line.startswith("    ")]
    assert len(advised) <= MOST_SHOWN
    assert len(rest) <= 2
    assert took.code == ExitCode.DONE


@pytest.mark.many(7)
@pytest.mark.parametrize(("text", "times"), CONTENTS.values(), ids=CONTENTS)
def test_hostile_contents_get_advice_within_bounds(text: str, times: int, cli_folder: Path) -> None:
    """Tags that would keep a sanitizer busy for minutes are checked quickly, or refused."""
    courses = cli_folder / "courses"
    for i in range(times):
        (courses / f"{i}.html").write_text(f"{i}{text}")
    named = "".join(f"  - {{title: A{i}, contents: {{html: {i}.html}}}}\n" for i in range(times))
    (courses / "a.yaml").write_text(HEAD + named)

    took = bounded(cli_folder, "validate")

    assert ": advice: " in told(took)[0]
    assert took.code == ExitCode.DONE


@pytest.mark.many(9)
@pytest.mark.parametrize("form", ["text", "markdown", "json"])
@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("<p>a</p>\n" * 100_000, "<p>b</p>\n" * 100_000),
        ("a\nb\n" * 220_000, "b\na\n" * 220_000),
        ("".join(f"a{i}\n" for i in range(110_000)), "".join(f"b{i}\n" for i in range(110_000))),
        ("x" * 900_000, "y" * 900_000),
    ],
    ids=["a line again and again", "two lines in turn", "lines of their own", "one word"],
)
def test_large_contents_are_compared_within_bounds(
    before: str, after: str, form: str, cli: CommandLine, courses: Path
) -> None:
    """A large text that changes throughout is shown quickly in any format, in few lines."""
    (courses / "a.yaml").write_text(f"{SECTION}    contents: {{html: a.html}}\n")
    (courses / "a.html").write_text(before)
    assert cli("apply", "--sandbox", "--auto-approve").code == 0
    (courses / "a.html").write_text(after)

    took = bounded(cli.cwd, "plan", "--sandbox", "--format", form)

    assert told(took) == []
    assert took.code == ExitCode.DONE
    assert form == "json" or 0 < len(took.out.splitlines()) < 150


@pytest.mark.many(7)
@pytest.mark.parametrize(("text", "words"), MARKDOWN.values(), ids=MARKDOWN)
def test_hostile_markdown_is_bounded(text: str, words: str, cli_folder: Path) -> None:
    """Markdown that was made to be slow is rendered quickly, or refused by name."""
    courses = cli_folder / "courses"
    (courses / "a.yaml").write_text(f"{SECTION}    contents: {{markdown: a.md}}\n")
    (courses / "a.md").write_text(text)

    took = bounded(cli_folder, "plan")
    lines = told(took)

    assert took.code == (ExitCode.INVALID if words else ExitCode.DONE), lines[:4]
    if words:
        assert lines[0].startswith("courses/a.yaml:6:15: ")
        assert words in lines[0]


@pytest.mark.parametrize(
    ("size", "sections", "words"),
    [(900_000, 4_000, "have more than 8,000,000"), (900, 4_000, ""), (2_000_000, 4_000, "1 MB")],
)
def test_a_file_named_by_thousands_of_sections_is_read_once(
    size: int, sections: int, words: str, cli_folder: Path
) -> None:
    """A content file counts each time it is used, and is read and checked once."""
    courses = cli_folder / "courses"
    named = "".join(
        f"  - {{title: A{i}, contents: {{html: {'./' * (i % 5)}a.html}}}}\n"
        for i in range(sections)
    )
    (courses / "a.yaml").write_text(SECTION + named)
    (courses / "a.html").write_text("x" * size)

    took = bounded(cli_folder, "plan")

    assert took.code == (ExitCode.INVALID if words else ExitCode.DONE)
    assert words in "".join(told(took)[:1])


def crowd(folder: Path, name: str, number: int) -> None:
    """Put files into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for i in range(number):
        os.close(os.open(folder / name.format(i), os.O_CREAT | os.O_WRONLY))


@pytest.mark.parametrize(
    ("name", "number", "words"),
    [("{}.yaml", 10_001, "more than 10,000 outlines"), ("{}.txt", 20_001, "more than 20,000")],
)
def test_a_crowded_workspace_is_refused(
    name: str, number: int, words: str, cli_folder: Path
) -> None:
    """A workspace with too many files is refused before they are read."""
    crowd(cli_folder / "courses" / "more", name, number)

    took = bounded(cli_folder, "validate")

    assert took.code == ExitCode.ERROR
    assert words in told(took)[0]


def test_thousands_of_bad_files_are_listed_up_to_a_bound(cli_folder: Path) -> None:
    """With very many mistakes, thousands are listed, and the output says that there are more."""
    for i in range(100):
        (cli_folder / "courses" / f"{i:03}.yaml").write_text("[]\n" + "\u202e\n" * 300)

    took = bounded(cli_folder, "validate")

    assert took.code == ExitCode.INVALID
    assert any("there are more than 10,000 mistakes" in line for line in told(took))


def test_a_deep_workspace_is_refused(cli_folder: Path) -> None:
    """Folders that are nested too deeply are refused, not followed."""
    (cli_folder / "courses").joinpath(*["d" * 50] * 60).mkdir(parents=True)

    took = bounded(cli_folder, "validate")

    assert took.code == ExitCode.ERROR
    assert "is too deep" in " ".join(told(took))


def test_links_in_a_circle_are_not_followed(cli_folder: Path) -> None:
    """A folder that links to one of its parents is one mistake."""
    (cli_folder / "courses" / "a.yaml").write_text(f"{SECTION}    contents: Hello\n")
    (cli_folder / "courses" / "again").symlink_to(cli_folder / "courses")

    took = bounded(cli_folder, "validate")

    assert took.code == ExitCode.INVALID
    assert [line for line in told(took) if "is a symbolic link" in line] == [
        "courses/again:1:1: courses/again is a symbolic link"
    ]
    assert told(took)[-1] == "Error: 1 mistake in the outlines."


def test_the_corpus_is_large() -> None:
    """The corpus has at least eighty hostile files, each with its message."""
    assert len(OUTLINES) >= 80
    assert all(re.fullmatch(r"\d+:\d+", case.place) and case.words for case in OUTLINES.values())
