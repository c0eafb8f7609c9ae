"""Bad outlines, one mistake a file: each is reported at its place, in words, with a remedy.

The files are in `bad/`. A file's first lines say what is expected of it:

    # expect: LINE:COLUMN a fragment of the problem's words
    # remedy: a fragment of the remedy's words

A folder in `bad/` is a workspace of several files; another file is a workspace of its own, with
the content files that `_content_files` puts beside it.
"""

from __future__ import annotations

import re
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from coursesync.errors import ExitCode, InvalidOutlines, Where
from coursesync.outlines.workspace_files import load

if TYPE_CHECKING:
    from collections.abc import Iterator

    from harness import CommandLine

    from coursesync.errors import Diagnostic

BAD = Path(__file__).with_name("bad")
CASES = sorted(path.relative_to(BAD).as_posix() for path in BAD.iterdir())
EXPECTED = re.compile(r"# expect: (\d+):(\d+) (.+)\n(?:# remedy: (.+)\n)?")
LONGEST_LINE = 250  # characters of a problem or a remedy that a person still reads


@dataclass(frozen=True)
class Expected:
    """An expected diagnostic: its place, and fragments of its words."""

    where: Where
    problem: str
    remedy: str


def expectations(path: Path, shown: Path) -> Iterator[Expected]:
    """Read what the first lines of a bad outline expect, of the file as shown to people."""
    for line, column, problem, remedy in EXPECTED.findall(path.read_text(encoding="utf-8")):
        yield Expected(Where(str(shown), int(line), int(column)), problem, remedy)


def expected_of(case: str, courses: Path) -> list[Expected]:
    """Read what is expected of a case, laid out in `courses`; sorted by place."""
    source = BAD / case
    paths = sorted(source.iterdir()) if source.is_dir() else [source]
    found = [expected for path in paths for expected in expectations(path, courses / path.name)]
    return sorted(found, key=lambda expected: expected.where)


def lay_out(case: str, courses: Path) -> None:
    """Make the workspace of a case."""
    source = BAD / case
    for path in sorted(source.iterdir()) if source.is_dir() else [source]:
        shutil.copy(path, courses)
    _content_files(courses)


def _content_files(courses: Path) -> None:
    (courses / "welcome.html").write_text("<p>Hello</p>\n")
    (courses / "welcome.md").write_text("Hello\n")
    (courses / "latin-1.html").write_bytes(b"<p>A\ncaf\xe9</p>\n")
    (courses / "too-large.html").write_bytes(b"x" * 1_048_577)
    (courses / "folder.html").mkdir()
    outside = courses.parent / "outside.html"
    outside.write_text("<p>Not of this workspace</p>\n")
    (courses / "link-out.html").symlink_to(outside)


def diagnostics_of(courses: Path) -> tuple[Diagnostic, ...]:
    """Load a workspace that is to be refused, and return the reason."""
    with pytest.raises(InvalidOutlines) as refused:
        load(courses)
    return refused.value.diagnostics


def assert_met(expected: list[Expected], found: tuple[Diagnostic, ...]) -> None:
    """Assert that exactly the expected mistakes were reported."""
    assert [each.where for each in expected] == [each.where for each in found], found
    for each, diagnostic in zip(expected, found, strict=True):
        assert each.problem in diagnostic.problem
        assert each.remedy in str(diagnostic.remedy)


@pytest.mark.parametrize("case", CASES)
def test_a_mistake_is_reported_at_its_place(case: str, courses: Path) -> None:
    """Each mistake is reported once, at its line and column, in words that name it."""
    lay_out(case, courses)
    expected = expected_of(case, courses)

    assert expected, "a bad outline says what it expects"
    assert_met(expected, diagnostics_of(courses))


@pytest.mark.parametrize("case", CASES)
def test_a_mistake_comes_with_a_remedy(case: str, courses: Path) -> None:
    """Each mistake says what to do instead, and neither sentence is longer than one reads."""
    lay_out(case, courses)

    found = diagnostics_of(courses)

    assert all(diagnostic.remedy for diagnostic in found)
    assert all(
        len(line) <= LONGEST_LINE and line.isprintable()
        for diagnostic in found
        for line in (diagnostic.problem.replace(str(courses), ""), str(diagnostic.remedy))
    )


def test_the_corpus_is_large() -> None:
    """At least eighty different mistakes are kept."""
    assert len(CASES) >= 80


def test_every_mistake_of_every_file_is_reported_at_once_and_sorted(
    cli: CommandLine, courses: Path
) -> None:
    """One run reports all the mistakes of all the files, by file, line and column, and exits 3."""
    _content_files(courses)
    files = [path for path in BAD.iterdir() if path.is_file()]
    for number, path in enumerate(files):  # each with an Id of its own, or they would clash
        text = path.read_bytes()
        own = re.sub(rb"^id: [0-9]{4}$", f"id: {5000 + number}".encode(), text, flags=re.MULTILINE)
        (courses / path.name).write_bytes(own)
    expected = [each for path in files for each in expectations(path, Path("courses") / path.name)]

    ran = cli("validate")
    places = re.findall(r"^(courses/\S+\.yaml):(\d+):(\d+): ", ran.err, re.MULTILINE)
    found = [Where(path, int(line), int(column)) for path, line, column in places]

    assert ran.code == ExitCode.INVALID, ran.err
    assert ran.out == ""
    assert "Traceback" not in ran.err
    assert sorted(each.where for each in expected) == found
    assert ran.err.endswith(f"\nError: {len(found)} mistakes in the outlines.\n")


@pytest.mark.parametrize(
    "case", ["many-mistakes.yaml", "two-outlines-one-id", "contents-file-latin-1.yaml"]
)
def test_validate_prints_each_mistake_with_its_remedy(
    case: str, cli: CommandLine, courses: Path
) -> None:
    """On stderr each mistake is `file:line:column: problem`, its remedy the line below."""
    lay_out(case, courses)

    ran = cli("validate")

    assert ran.code == ExitCode.INVALID
    for each in expected_of(case, Path("courses")):
        line, _, after = ran.err.partition(f"{each.where}: ")[2].partition("\n")
        assert each.problem in line
        assert each.remedy in after.partition("\n")[0]
