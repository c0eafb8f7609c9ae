"""`coursesync schema`: on stdout or into a file, and which outlines don't name it yet."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from harness import write_outline

from coursesync.errors import ExitCode

if TYPE_CHECKING:
    from pathlib import Path

    from harness import CommandLine

NAMED = "# yaml-language-server: $schema="


def test_it_needs_no_workspace(cli: CommandLine) -> None:
    """The schema goes to stdout, and nothing else is printed."""
    ran = cli("schema")

    assert (ran.code, ran.err) == (ExitCode.DONE, "")
    assert json.loads(ran.out)["title"] == "Outline"


def test_it_goes_into_a_file_and_replaces_an_older_one(cli: CommandLine, courses: Path) -> None:
    """`--out` writes the file whole, where nothing is or another version's schema."""
    path = courses / "coursesync.schema.json"
    path.write_text('{"$schema": "http://json-schema.org/draft-07/schema#"}')

    ran = cli("schema", "--out", "courses/coursesync.schema.json")

    assert (ran.code, ran.out) == (ExitCode.DONE, "")
    assert ran.err == "Wrote courses/coursesync.schema.json\n"
    assert path.read_text() == cli("schema").out


def test_it_overwrites_nothing_else(cli: CommandLine, onboarding: Path) -> None:
    """A file that is no schema is left alone, and so is a folder that is not there."""
    before = onboarding.read_text()
    onto = cli("schema", "--out", onboarding)
    nowhere = cli("schema", "--out", "nowhere/a.json")

    assert (onto.code, nowhere.code) == (ExitCode.ERROR, ExitCode.ERROR)
    assert "already exists and is not a schema" in onto.err
    assert "nowhere/a.json can't be written: No such file" in nowhere.err
    assert onboarding.read_text() == before


def test_outlines_that_name_no_schema_are_listed_with_their_line(
    cli: CommandLine, courses: Path
) -> None:
    """Each is named with the line to write, whose path leads from its own folder to the schema."""
    (courses / "team").mkdir()
    write_outline(courses / "team", "hosts", 4712, "Hello")
    write_outline(courses, "members", 4711, "Hello")
    named = write_outline(courses, "named", 4713, "Hello")
    named.write_text(f"# Ours.\n{NAMED}./coursesync.schema.json\n{named.read_text()}")

    ran = cli("schema", "courses", "--out", "courses/coursesync.schema.json")

    assert ran.code == ExitCode.DONE
    assert ran.err.splitlines()[1:] == [
        "2 outlines name no schema yet. Add above the first line of each:",
        "  courses/members.yaml",
        f"    {NAMED}./coursesync.schema.json",
        "  courses/team/hosts.yaml",
        f"    {NAMED}../coursesync.schema.json",
    ]


def test_many_outlines_are_counted(cli: CommandLine, courses: Path) -> None:
    """Of more than twenty the first are named; what is no outline is passed over."""
    for number in range(23):
        write_outline(courses, f"course-{number:02}", 4711 + number, "Hello")
    (courses / "latin-1.yaml").write_bytes(b"title: caf\xe9\n")

    ran = cli("schema", "courses")

    assert ran.code == ExitCode.DONE
    assert ran.err.startswith("23 outlines name no schema yet.")
    assert ran.err.endswith(f"course-19.yaml\n    {NAMED}./coursesync.schema.json\n  and 3 more\n")


def test_a_workspace_that_is_none_is_refused(cli: CommandLine) -> None:
    """A folder that is not there is a mistake of the command line, and nothing is written."""
    ran = cli("schema", "nowhere")

    assert (ran.code, ran.out) == (ExitCode.USAGE, "")
    assert "the workspace `nowhere` does not exist" in ran.err


def test_the_line_is_an_address(cli: CommandLine, courses: Path) -> None:
    """An editor reads the schema's name as a part of a URL, so that it is percent-encoded."""
    (cli.cwd / "a b").mkdir()
    write_outline(courses, "members", 4711, "Hello")

    ran = cli("schema", "courses", "--out", "a b/x #1%20y.schema.json")

    assert f"{NAMED}../a%20b/x%20%231%2520y.schema.json\n" in ran.err
