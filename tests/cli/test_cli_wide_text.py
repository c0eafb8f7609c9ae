"""Wide characters take two columns, and what people see as one character is never cut."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from coursesync.text.cells import columns, cut, padded, starts
from coursesync.text.wrapping import wrapped

if TYPE_CHECKING:
    from pathlib import Path

    from harness import CommandLine

FAMILY = "\U0001f468\u200d\U0001f469\u200d\U0001f467\u200d\U0001f466"
GERMANY = "\U0001f1e9\U0001f1ea"
TITLES = {  # with their columns
    "Welcome to us": 13,
    "\u6f22\u5b57\u306e\u90e8\u5c4b": 10,
    f"{FAMILY} of us": 8,
    "Cafe\u0301": 4,
    f"{GERMANY} here": 7,
    "\u2764\ufe0f love": 7,
    "Gr\u00fc\u00dfe": 5,
}


def write_sections(courses: Path, *titles: str, contents: str = "<p>a</p>") -> None:
    """Write a course with a section for each title."""
    lines = (f'  - {{key: k{i}, title: "{t}", contents: a.html}}\n' for i, t in enumerate(titles))
    text = "id: 4711\ntitle: A\nsections:\n" + "".join(lines)
    (courses / "a.yaml").write_text(text.replace("a.html", "{html: a.html}"))
    (courses / "a.html").write_text(contents)


def test_the_words_beside_titles_are_in_one_column(cli: CommandLine, courses: Path) -> None:
    """A title is filled up by the columns that it takes, not by its characters."""
    write_sections(courses, *TITLES)
    ran = cli("plan")

    rows = [line for line in ran.out.splitlines() if line.startswith("  + ")]
    assert rows == [
        f"  + {10 * (i + 1):>4}  {title}{' ' * (13 - width)}  open from the start"
        for i, (title, width) in enumerate(TITLES.items())
    ]


def test_a_text_without_spaces_is_broken_at_80_columns(cli: CommandLine, courses: Path) -> None:
    """Differences of contents break where a line of the terminal is full, and lose nothing."""
    before, after = "\u6f22" * 150, FAMILY * 45
    write_sections(courses, "One", contents=f"<p>{before}</p>")
    assert cli("apply", "--sandbox", "--auto-approve").code == 0
    write_sections(courses, "One", contents=f"<p>{after}</p>")
    ran = cli("plan", "--sandbox")

    lines = ran.out.splitlines()
    assert max(columns(line) for line in lines if "Digest" not in line) <= 80
    shown = "".join(line.strip(" +-~") for line in lines)
    assert before in shown
    assert after in shown


def test_a_title_is_cut_between_characters(cli: CommandLine, courses: Path) -> None:
    """A cut leaves no half of a flag and no lone joiner."""
    write_sections(courses, f"a{GERMANY * 300}")
    ran = cli("plan", "--format", "json")
    text = json.dumps(json.loads(ran.out), ensure_ascii=False)

    assert cut(text, len(text)) == text
    assert f"{GERMANY}\u2026" in cli("plan").out
    assert "\U0001f1e9\u2026" not in cli("plan").out


@given(st.text())
def test_columns_and_starts_agree(text: str) -> None:
    """Each column has the character that begins there, in order."""
    found = [*starts(text)]

    assert columns(text) == len(found) - 1
    assert found == sorted(found)
    assert columns(padded(text, 100)) == max(100, columns(text))


@given(st.text(), st.integers(1, 30))
def test_a_cut_is_a_beginning(text: str, size: int) -> None:
    """It is never longer than asked for, and never empty without need."""
    found = cut(text, size)

    assert text.startswith(found)
    assert len(found) <= size
    assert found or not text


@given(st.lists(st.sampled_from([" ", "\u6f22", FAMILY, GERMANY])))
def test_wrapping_keeps_to_the_columns(pieces: list[str]) -> None:
    """No line takes more columns than there are, and nothing is lost."""
    text = "".join(pieces)
    lines = wrapped(text, "  ", 20, "  ")

    assert all(columns(line) <= 20 for line in lines)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")
