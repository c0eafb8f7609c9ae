"""Checkouts with CRLF: the same plan, nothing to lay out, and what is written keeps them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from harness import write_outline

if TYPE_CHECKING:
    from pathlib import Path

    from harness import CommandLine, SandboxServer

OUTLINE = """\
id: 4711
title: T
sections:
  - key: a
    title: A
    contents: |
      <p>one</p>
      <p>two</p>
  - key: b
    title: B
    contents: {markdown: b.md}
  - key: c
    title: C
    contents: {html: c.html}
  - key: d
    title: D
    contents: "<p>folded

      twice</p>"
"""
FILES = {"a.yaml": OUTLINE, "b.md": "# B\n\none\ntwo  \nthree\n", "c.html": "<p>\nC</p>\n"}


def check_out(courses: Path, end: str) -> None:
    """Write the workspace with these line ends."""
    for name, text in FILES.items():
        (courses / name).write_bytes(text.replace("\n", end).encode())


def digest(cli: CommandLine) -> object:
    """Return the digest of the plan."""
    return json.loads(cli("plan", "--sandbox", "--format", "json").out)["digest"]


@pytest.mark.parametrize("end", ["\r\n", "\r"], ids=["CRLF", "CR"])
def test_a_plan_is_the_same_on_every_checkout(end: str, cli: CommandLine, courses: Path) -> None:
    """Contents in place, in quotes and in files are the same, whatever the line ends."""
    check_out(courses, "\n")
    unix = digest(cli)
    check_out(courses, end)

    assert digest(cli) == unix


def test_what_was_applied_from_one_checkout_is_settled_on_the_other(
    author: CommandLine, courses: Path
) -> None:
    """No plan, and not a byte of the state, differs by the line ends of the checkout."""
    check_out(courses, "\n")
    assert author("apply", "--auto-approve").code == 0
    state = (courses / "coursesync.state.json").read_bytes()
    check_out(courses, "\r\n")

    assert "Nothing to do" in author("plan").out
    assert author("apply", "--auto-approve").code == 0
    assert (courses / "coursesync.state.json").read_bytes() == state
    assert author("drift").code == 0


def test_import_adds_to_an_outline_with_its_line_ends(
    author: CommandLine, courses: Path, api: SandboxServer
) -> None:
    """The lines that are added end as the others do, and those stay byte for byte."""
    path = write_outline(courses, "a", 4711, "One", "Two")
    assert author("apply", "--auto-approve").code == 0
    before = path.read_text().replace("\n", "\r\n").encode()
    path.write_bytes(before)
    api.foreign_create(4711, "Three", SectionContents="<p>x</p>", DisplayOrder=90)
    ran = author("import", "--course", "4711")
    after = path.read_bytes()

    assert ran.code == 0, ran.err
    assert b"Three" in after
    assert after.count(b"\n") == after.count(b"\r\n") > before.count(b"\r\n")
    assert set(before.splitlines()) <= set(after.splitlines())


def test_a_schema_is_renewed_with_its_line_ends(cli: CommandLine, courses: Path) -> None:
    """On a checkout with CRLF git shows no change where the schema is the same."""
    path = courses / "coursesync.schema.json"
    assert cli("schema", "--out", str(path)).code == 0
    windows = path.read_bytes().replace(b"\n", b"\r\n")
    path.write_bytes(windows)

    assert cli("schema", "--out", str(path)).code == 0
    assert path.read_bytes() == windows
