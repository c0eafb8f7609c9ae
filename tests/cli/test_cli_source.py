"""The lines of mistakes: shown on a terminal or if asked for, and nowhere else."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from cli.test_cli_terminal import COLOUR, on_terminal

if TYPE_CHECKING:
    from pathlib import Path

    from harness import CommandLine

LINES = '    3 | sektions: "日本語"\n      | ^\n'
PLAIN = "courses/a.yaml:3:1: there is no field `sektions`\n    Did you mean `sections:`?\n"
SHOWN = PLAIN.replace("\n", f"\n{LINES}", 1)


@pytest.fixture
def misspelt(courses: Path) -> Path:
    """An outline with one mistake, on line 3."""
    path = courses / "a.yaml"
    path.write_text('id: 1\ntitle: A\nsektions: "日本語"\n', encoding="utf-8")
    return path


def test_a_terminal_shows_the_line_of_a_mistake(cli: CommandLine, misspelt: Path) -> None:
    """The caret has a colour of its own, unless colours are unwanted."""
    code, screen = on_terminal(cli, "plan")
    _, plain = on_terminal(cli, "plan", NO_COLOR="1")

    assert code == 3
    assert COLOUR.search(screen)
    assert COLOUR.sub("", screen).replace("\x1b[0m", "") == plain
    assert plain.startswith(SHOWN)
    assert misspelt.exists()


def test_a_log_has_no_lines(cli: CommandLine, misspelt: Path) -> None:
    """Scripts and CI read what they always read."""
    for command in ("validate", "plan"):
        assert cli(command).err.startswith(PLAIN)
    assert misspelt.exists()


def test_who_asks_for_lines_gets_them_and_no_colour(cli: CommandLine, misspelt: Path) -> None:
    """On the command line or by a variable; a terminal without them is as easy."""
    assert cli("validate", "--source").err.startswith(SHOWN)
    assert cli("validate", COURSESYNC_SOURCE="1").err.startswith(SHOWN)
    assert on_terminal(cli, "validate", "--no-source")[1].startswith(PLAIN)
    assert misspelt.exists()


def test_advice_shows_its_line_too(cli: CommandLine, courses: Path) -> None:
    """What members would stumble over is in the file, as a mistake is."""
    (courses / "a.yaml").write_text("id: 1\ntitle: A\nsections:\n  - title: One\n")

    assert "[empty-contents]\n    4 |   - title: One\n      |     ^\n" in (
        cli("validate", "--source").err
    )


def test_a_link_is_not_followed_for_its_line(cli: CommandLine, courses: Path) -> None:
    """A link in a repository may lead to a file that is none of its business."""
    outside = courses.parent / "outside.txt"
    outside.write_text("secret\n")
    (courses / "a.yaml").symlink_to(outside)

    ran = cli("validate", "--source")

    assert ran.code == 3
    assert "secret" not in ran.err
