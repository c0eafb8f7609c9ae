"""`coursesync fmt`: one layout, keys written in, nothing lost."""

from __future__ import annotations

import stat
import subprocess
from typing import TYPE_CHECKING

import pytest
from harness import PROGRAM, files_below, unmeasured

if TYPE_CHECKING:
    from pathlib import Path

    from harness import CommandLine

UNTIDY = """\
# yaml-language-server: $schema=./coursesync.schema.json
# Ours.
title: "Member\\u0020onboarding"   # as members see it
id: 4711
sections:
# First of all.
- title: Welcome to a space
    whose name is long
  # It opens late.
  unlock: { after_days: 7 }
  contents: |
      # no comment
      <p>Hello</p>
  image: null   # none
  previous_keys:
  - hello

-   title: '2024'
    # its key was given by hand
    key: year
- {title: Rules}
# The end.
"""
TIDY = """\
# yaml-language-server: $schema=./coursesync.schema.json
# Ours.
id: 4711
title: "Member\\u0020onboarding"   # as members see it
sections:
  # First of all.
  - key: welcome-to-a-space-whose-name-is-long
    previous_keys:
      - hello
    title: Welcome to a space
      whose name is long
    # It opens late.
    unlock: { after_days: 7 }
    image: null   # none
    contents: |
        # no comment
        <p>Hello</p>

  # its key was given by hand
  - key: year
    title: '2024'
  - {key: rules, title: Rules}
# The end.
"""
# the contents would take the blank line below for one of theirs
KEEPING = "id: 1\ntitle: T\nsections:\n  - contents: |+\n      a\n    title: A\n\n  - title: B\n"
KEPT = """\
id: 1
title: T
sections:
  - key: a
    title: A
    contents: |+
      a
  - key: b
    title: B
"""


@pytest.fixture
def untidy(courses: Path) -> Path:
    """An outline in a layout of its own, in the workspace."""
    path = courses / "onboarding.yaml"
    path.write_text(UNTIDY)
    return path


def test_an_outline_is_laid_out(cli: CommandLine, untidy: Path) -> None:
    """Keys are written in, fields ordered, indents two; the texts and comments stay."""
    ran = cli("fmt")

    assert (ran.code, ran.out) == (0, ""), ran.err
    assert ran.err == "Formatted courses/onboarding.yaml\n"
    assert untidy.read_text() == TIDY


def test_a_second_run_changes_nothing(cli: CommandLine, untidy: Path) -> None:
    """A formatted outline is not written again."""
    cli("fmt")
    before = untidy.stat()
    ran = cli("fmt")

    assert (ran.code, ran.err) == (0, "1 outline already formatted.\n")
    assert (untidy.stat().st_ino, untidy.stat().st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


def test_check_names_the_files_and_changes_nothing(cli: CommandLine, untidy: Path) -> None:
    """`--check` lists what would change and exits with 1, and with 0 once nothing would."""
    before = files_below(untidy.parent)
    ran = cli("fmt", "--check")
    after = files_below(untidy.parent)
    cli("fmt")
    again = cli("fmt", "--check")

    assert (ran.code, ran.out) == (1, "courses/onboarding.yaml\n")
    assert "1 outline to format:\n  coursesync fmt courses" in ran.err
    assert after == before
    assert (again.code, again.out) == (0, "")


def test_the_plan_is_the_same_after(cli: CommandLine, examples: Path) -> None:
    """Laying out changes nothing that would be done: the digest is the same."""
    before = cli("plan").out
    ran = cli("fmt")

    assert ran.code == 0, ran.err
    assert cli("plan").out == before
    assert "  - key: wi-fi-and-printing\n" in (examples / "onboarding.yaml").read_text()


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"], ids=["LF", "CRLF", "CR"])
def test_a_file_keeps_its_own_line_ends(end: str, cli: CommandLine, untidy: Path) -> None:
    """What an editor for Windows saved is laid out with its line ends, without its first mark."""
    untidy.write_bytes(b"\xef\xbb\xbf" + UNTIDY.rstrip().replace("\n", end).encode())
    ran = cli("fmt")

    assert ran.code == 0, ran.err
    assert untidy.read_bytes() == TIDY.replace("\n", end).encode()
    assert cli("fmt", "--check").code == 0


@pytest.mark.parametrize("lines", [0, 1, 5, 1_000])
def test_line_ends_alone_are_no_change(lines: int, cli: CommandLine, untidy: Path) -> None:
    """A checkout with CRLF is laid out already, also where only some lines have it."""
    untidy.write_bytes(TIDY.replace("\n", "\r\n", lines).encode())
    before = untidy.read_bytes()

    assert cli("fmt", "--check").code == 0
    assert cli("fmt").code == 0
    assert untidy.read_bytes() == before


def test_an_invalid_outline_is_reported_and_not_written(cli: CommandLine, untidy: Path) -> None:
    """The mistakes are those of `validate`; the valid outlines stay as they are, too."""
    (untidy.parent / "bad.yaml").write_text("id: 1\ntitle: 2024\nsections: []\n")
    before = files_below(untidy.parent)
    ran, validated = cli("fmt"), cli("validate")

    assert ran.code == 3
    assert ran.err == validated.err
    assert files_below(untidy.parent) == before


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("{id: 1, title: T, sections: [{title: A}]}\n", "written in braces"),
        ("id: 1\n? title\n: T\nsections: []\n", "a key after a ?"),
    ],
)
def test_what_would_lose_something_is_left_alone(
    cli: CommandLine, untidy: Path, text: str, why: str
) -> None:
    """Such a file is named with a reason, the others are laid out, and the exit code is 1."""
    other = untidy.parent / "other.yaml"
    other.write_text(text)
    ran = cli("fmt")

    assert ran.code == 1
    assert "Error: courses/other.yaml can't be edited" in ran.err
    assert why in ran.said
    assert "1 outline left unchanged" in ran.err
    assert other.read_text() == text
    assert untidy.read_text() == TIDY


def test_contents_that_keep_blank_lines_take_no_more(cli: CommandLine, untidy: Path) -> None:
    """A block that ends in all blank lines below it is moved, and gets none of others."""
    untidy.write_text(KEEPING)
    ran = cli("fmt")

    assert ran.code == 0, ran.err
    assert untidy.read_text() == KEPT


def test_a_file_keeps_its_mode_and_its_folder_its_files(cli: CommandLine, untidy: Path) -> None:
    """The file is replaced as a whole, with its mode, and nothing is left beside it."""
    untidy.chmod(0o640)
    ran = cli("fmt")

    assert ran.code == 0, ran.err
    assert stat.S_IMODE(untidy.stat().st_mode) == 0o640
    assert [path.name for path in untidy.parent.iterdir()] == ["onboarding.yaml"]


def test_a_link_is_not_written_through(cli: CommandLine, untidy: Path) -> None:
    """An outline that is a symbolic link is a mistake, and what it leads to stays as it is."""
    target = untidy.rename(untidy.with_name("onboarding.txt"))
    untidy.symlink_to(target.name)
    ran = cli("fmt")

    assert ran.code == 3
    assert "courses/onboarding.yaml is a symbolic link" in ran.err
    assert target.read_text() == UNTIDY


def test_a_disk_without_room_leaves_the_outline(cli: CommandLine, untidy: Path) -> None:
    """Where the text can't be written as a whole, the file stays, and nothing lies beside it."""
    full = ["/usr/bin/env", "prlimit", "--fsize=100", "--", str(PROGRAM), "fmt"]
    environment = unmeasured(cli.with_environment({"PYTHONDONTWRITEBYTECODE": "1"}))
    done = subprocess.run(
        full, cwd=cli.cwd, env=environment, capture_output=True, encoding="utf-8", check=False
    )

    assert done.returncode == 1
    assert "courses/onboarding.yaml can't be written: File too large" in done.stderr
    assert untidy.read_text() == UNTIDY
    assert [path.name for path in untidy.parent.iterdir()] == ["onboarding.yaml"]
