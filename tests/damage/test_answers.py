"""Answers of a server that can't be written to a file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from damage.remains import JOURNAL
from harness import files_below, saved, write_outline
from secrecy.echo import Echo, echoing

if TYPE_CHECKING:
    from pathlib import Path

    from harness import CommandLine


def test_text_that_cannot_be_written(cli: CommandLine, courses: Path) -> None:
    """Half a surrogate pair in a record is replaced, and causes no traceback."""
    write_outline(courses, "a", 4711, "One")
    half: dict[str, object] = dict.fromkeys(("UpdatedBy", "UpdatedOn", "CreatedOn"), "\ud800")
    record = {**half, "Id": 7, "CourseId": 4711, "Title": "One", "SectionContents": "\udfff"}
    with echoing(Echo(listed=[record])) as server:
        ran = cli("apply", "--auto-approve", "--base-url", server.url, NEXUDUS_TOKEN="x")

    assert ran.code == 6, ran
    assert "section.a.one is in doubt" in ran.err
    assert "Traceback" not in ran.err
    assert saved(courses).doubts == ("section.a.one",)
    assert f"courses/{JOURNAL}" not in files_below(cli.cwd)
