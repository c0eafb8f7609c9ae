"""`coursesync preview --out`: the preview as files, for a browser without a server."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from harness import files_below, write_outline

if TYPE_CHECKING:
    from pathlib import Path

    from harness import CommandLine


@pytest.fixture
def two(courses: Path) -> Path:
    """A workspace with two courses."""
    write_outline(courses, "a", 4711, "One")
    write_outline(courses, "b", 4712, "Two")
    return courses


def test_the_pages_are_written_and_the_command_ends(two: Path, cli: CommandLine) -> None:
    """It names the file to open; an empty folder will do."""
    out = two.parent / "shown"
    out.mkdir()
    ran = cli("preview", "--out", out)

    assert ran.code == 0, ran.err
    assert str(out / "index.html") in ran.said
    assert [*files_below(out)] == ["1-a.html", "2-b.html", "index.html"]


def test_one_course_alone_is_written(two: Path, cli: CommandLine) -> None:
    """As the served preview shows only the courses that are named."""
    out = two.parent / "shown"
    ran = cli("preview", "courses", "b", "--out", out)

    assert ran.code == 0, ran.err
    assert [*files_below(out)] == ["1-b.html", "index.html"]


def test_a_folder_with_files_is_left_as_it_is(two: Path, cli: CommandLine) -> None:
    """Nothing of the author's is mixed with the pages, nor overwritten."""
    before = files_below(two)
    ran = cli("preview", "--out", two)

    assert ran.code == 1
    assert "holds files already" in ran.said
    assert files_below(two) == before


def test_invalid_outlines_are_not_shown(two: Path, cli: CommandLine) -> None:
    """The mistakes are reported as `validate` does, and no folder is made."""
    (two / "b.yaml").write_text("id: 4712\ntitel: B\n")
    out = two.parent / "shown"

    assert cli("preview", "--out", out).code == 3
    assert not out.exists()


@pytest.mark.parametrize("option", [("--open",), ("--port", "8080"), ("--stop-after", "1")])
def test_options_of_a_server_are_refused(
    two: Path, cli: CommandLine, option: tuple[str, ...]
) -> None:
    """They would have no effect."""
    out = two.parent / "shown"
    ran = cli("preview", "--out", out, *option)

    assert ran.code == 64
    assert "coursesync preview courses" in ran.said
    assert not out.exists()
