"""Which names a state may have: never one that an author's file has, or may get."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from harness import CommandLine, files_below, write_outline

if TYPE_CHECKING:
    from pathlib import Path

AUTHORS = (
    *("new.yaml", "a.yaml", "sub/B.YML", "coursesync.toml", "CourseSync.TOML", "sub/../a.yaml"),
    *("welcome.md", "x.Markdown", "x.htm", "sub/x.html", "a.yaml/."),
)


def commands(cli: CommandLine, *options: str) -> list[tuple[int, str]]:
    """Return how commands of each sort end, and what they say."""
    words = (("plan",), ("validate",), ("state", "list"), ("apply", "--auto-approve"))
    ran = [cli(*each, *([] if each == ("validate",) else options)) for each in words]
    return [(each.code, each.said) for each in ran]


@pytest.mark.parametrize("name", AUTHORS)
def test_a_state_is_no_file_of_an_authors(cli: CommandLine, courses: Path, name: str) -> None:
    """A save would overwrite that file, or create an invalid outline."""
    write_outline(courses, "a", 4711, "One")
    before = files_below(courses)
    ends = commands(cli, "--state", name)
    del ends[1]  # `validate` has no state

    assert [code for code, _ in ends] == [64] * 3, ends
    assert all("for an author's files" in said for _, said in ends)
    assert all("--state coursesync.state.json" in said for _, said in ends)
    assert files_below(courses) == before


@pytest.mark.parametrize("name", AUTHORS)
def test_nor_where_the_workspace_names_it(cli: CommandLine, courses: Path, name: str) -> None:
    """Every command that reads `coursesync.toml` says so, and what to write instead."""
    write_outline(courses, "a", 4711, "One")
    (courses / "coursesync.toml").write_text(f"state = {json.dumps(name)}\n")
    before = files_below(courses)
    ends = commands(cli)

    assert [code for code, _ in ends if code != 64] == [], ends
    assert all("coursesync.toml is not valid: `state` " in said for _, said in ends)
    assert all('state = "coursesync.state.json"' in said for _, said in ends)
    assert files_below(courses) == before


@pytest.mark.parametrize("name", ["live.json", "live", "yaml", "a.yaml.json", "sub/live.state"])
def test_any_other_name_will_do(cli: CommandLine, courses: Path, name: str) -> None:
    """Where it ends in nothing that an author's file ends in."""
    write_outline(courses, "a", 4711, "One")
    (courses / "sub").mkdir()
    (courses / "coursesync.toml").write_text(f"state = {json.dumps(name)}\n")

    assert cli("plan").code == 0
    assert cli("plan", "--state", name).code == 0
