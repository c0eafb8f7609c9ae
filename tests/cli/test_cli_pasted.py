"""Lines that messages ask people to write: pasted into an outline, each is read as it was meant.

Keys can look like numbers, or like null; YAML needs quotes around these.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from harness import lift_limits, saved

if TYPE_CHECKING:
    from pathlib import Path

    from harness import CommandLine, SandboxServer

KEYS = ["2024", "null", "1e3", "old"]
LINE = re.compile(r'((?:previous_keys: \[[^]]+\])|(?:\bkey: (?:"[^"]+"|[\w-]+)))')


def outline(path: Path, course_id: int, *sections: str) -> None:
    """Write an outline; a section is the text of its fields, within braces."""
    lines = "".join(f"  - {each}\n" for each in sections)
    path.write_text(f"id: {course_id}\ntitle: T\nsections:\n{lines}")


def line_in(text: str) -> str:
    """Return the line to write that a message shows."""
    (line,) = set(LINE.findall(" ".join(text.split())))
    return str(line)


@pytest.fixture(params=KEYS)
def key(request: pytest.FixtureRequest, author: CommandLine, courses: Path) -> str:
    """A key of a section that is on the site."""
    key = str(request.param)
    lift_limits(courses)
    outline(courses / "7.yaml", 4711, f'{{key: "{key}", title: One, contents: Hi}}', "{title: Two}")
    assert author("apply", "--auto-approve").code == 0
    return key


def plan(author: CommandLine) -> str:
    """Return a plan that needs no other answer."""
    ran = author("plan")
    assert ran.code == 0, ran.err
    return ran.out


def test_a_former_key_is_pasted(author: CommandLine, courses: Path, key: str) -> None:
    """The section keeps its Id."""
    outline(courses / "7.yaml", 4711, "{key: uno, title: Uno}", "{title: Two}")
    line = line_in(plan(author))
    outline(courses / "7.yaml", 4711, f"{{key: uno, title: Uno, {line}}}", "{title: Two}")

    assert f"was section.7.{key}; keeps its Id" in plan(author)


def test_a_former_key_of_another_course_is_pasted(
    author: CommandLine, courses: Path, key: str
) -> None:
    """`7.2024` would be a number without quotes."""
    outline(courses / "7.yaml", 4711, "{title: Two}")
    outline(courses / "b.yaml", 4712, "{key: b, title: One, contents: Hi}")
    line = line_in(plan(author))
    outline(courses / "b.yaml", 4712, f"{{key: b, title: One, contents: Hi, {line}}}")

    assert f"was section.7.{key}; keeps its Id" in plan(author)


def test_a_former_key_in_an_error_is_pasted(author: CommandLine, courses: Path, key: str) -> None:
    """A record is not moved to another course by hand; the error names the way to do that."""
    line = line_in(author("state", "mv", f"section.7.{key}", "section.b.b").err)
    outline(courses / "7.yaml", 4711, "{title: Two}")
    outline(courses / "b.yaml", 4712, f"{{key: b, title: One, contents: Hi, {line}}}")

    assert f"was section.7.{key}; keeps its Id" in plan(author)


@pytest.mark.parametrize("new", KEYS)
def test_a_key_after_a_move_is_pasted(author: CommandLine, courses: Path, new: str) -> None:
    """The outline then has the address that the state has."""
    outline(courses / "7.yaml", 4711, "{key: first, title: One}")
    assert author("apply", "--auto-approve").code == 0
    line = line_in(author("state", "mv", "section.7.first", f"section.7.{new}").err)
    outline(courses / "7.yaml", 4711, f"{{{line}, title: One}}")

    assert "Nothing to do" in plan(author)


@pytest.mark.parametrize("new", KEYS)
def test_a_key_after_an_import_is_pasted(
    author: CommandLine, api: SandboxServer, courses: Path, new: str
) -> None:
    """The record is then the one of that section."""
    made = api.foreign_create(4711, "One")
    outline(courses / "7.yaml", 4711, "{title: Two}")
    line = line_in(author("import", f"section.7.{new}", str(made)).err)
    outline(courses / "7.yaml", 4711, f"{{{line}, title: One}}", "{title: Two}")

    assert author("validate").code == 0
    assert saved(courses).entries == {f"section.7.{new}": made}
    assert "1 to create" in plan(author)


@pytest.mark.parametrize("new", KEYS)
def test_a_key_of_an_item_taken_out_is_pasted(author: CommandLine, courses: Path, new: str) -> None:
    """An import names the key with which the section comes back."""
    outline(courses / "7.yaml", 4711, f'{{key: "{new}", title: One}}', "{title: Two}")
    assert author("apply", "--auto-approve").code == 0
    outline(courses / "7.yaml", 4711, "{title: Two}")
    line = line_in(author("import", "--course", "4711").err)
    outline(courses / "7.yaml", 4711, f"{{{line}, title: One}}", "{title: Two}")

    assert "Nothing to do" in plan(author)
