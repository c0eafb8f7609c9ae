"""White space at the end of contents, which a server may trim: no drift, and no endless plan."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from harness import CommandLine, SandboxServer

LATER = "2100-01-01T00:00:00Z"
ENDS = ["\n", "\n\n", " ", "\t\n"]
TEXTS = ["<p>x</p>", "plain", "<pre>a\n  b</pre>", "a <b", "&amp", "<!-- c"]


def write(courses: Path, contents: str) -> None:
    """Write a section with these contents in a file."""
    (courses / "a.html").write_text(contents)
    (courses / "a.yaml").write_text(
        "id: 4711\ntitle: T\nsections:\n  - key: a\n    title: A\n    contents: {html: a.html}\n"
    )


@pytest.mark.parametrize("end", ENDS)
@pytest.mark.parametrize("text", TEXTS)
def test_a_trimmed_end_is_no_drift(
    text: str, end: str, author: CommandLine, courses: Path, api: SandboxServer
) -> None:
    """Neither drift nor a plan that looks at the site finds anything to do."""
    write(courses, text + end)
    assert author("apply", "--auto-approve").code == 0
    (record,) = api.records()
    api.foreign_change(int(str(record["Id"])), SectionContents=text.rstrip(), At=LATER)

    assert author("drift").code == 0
    assert "Nothing to do" in author("plan", "--refresh").out


def test_a_trimmed_end_is_imported_as_the_outline_has_it(
    author: CommandLine, courses: Path, api: SandboxServer
) -> None:
    """A file that ends in a line feed stands for the record without one: nothing is planned."""
    write(courses, "<p>x</p>\n")
    api.foreign_create(4711, "A", SectionContents="<p>x</p>", Active=True)
    assert author("import", "--course", "4711").code == 0

    assert "Nothing to do" in author("plan", "--refresh").out
    assert len(api.records()) == 1


def test_a_trimmed_record_is_recognised(
    author: CommandLine, courses: Path, api: SandboxServer
) -> None:
    """Where the state is lost, what was trimmed is adopted, and not made again."""
    write(courses, "<p>x</p>\n\n")
    assert author("apply", "--auto-approve").code == 0
    (record,) = api.records()
    api.foreign_change(int(str(record["Id"])), SectionContents="<p>x</p>", At=LATER)
    for each in courses.glob("coursesync.state.json*"):
        each.unlink()

    assert author("apply", "--auto-approve", "--settling-time", "0").code == 0
    assert len(api.records()) == 1
    assert "Nothing to do" in author("plan", "--refresh").out
