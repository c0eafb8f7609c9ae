"""`coursesync fmt` for lessons: those in place, and those in Markdown files with front matter."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from harness import CommandLine

OUTLINE = """\
id: 4711
lessons: [glossary.md]   # for all
sections:
- title: Welcome
  lessons:
  # by the door
  - contents: <p>Sit.</p>
    completion: button   # at the end
    title: Find your desk
    unlock:
        after_days: 7
  -   welcome/tour.md  # a walk
  active: false
title: Member onboarding
"""
OUTLINE_DONE = """\
id: 4711
title: Member onboarding
sections:
  - key: welcome
    title: Welcome
    active: false
    lessons:
      # by the door
      - key: find-your-desk
        title: Find your desk
        unlock:
          after_days: 7
        completion: button   # at the end
        contents: <p>Sit.</p>
      - welcome/tour.md  # a walk
lessons: [glossary.md]   # for all
"""
TOUR = """\
---
# Ours.
  completion:   button  # at the end
  title: 'The tour'
  previous_keys:
  - old

---

# Welcome

  * Not   touched.
---
"""
TOUR_DONE = """\
---
# Ours.
key: tour
previous_keys:
  - old
title: 'The tour'
completion:   button  # at the end
---

# Welcome

  * Not   touched.
---
"""
GLOSSARY = "---\nkey: words\ntitle: Words\n---\nA *desk*."


@pytest.fixture
def untidy(courses: Path) -> Path:
    """An outline with lessons of every form."""
    (courses / "welcome").mkdir()
    (courses / "onboarding.yaml").write_text(OUTLINE)
    (courses / "welcome" / "tour.md").write_bytes(TOUR.replace("\n", "\r\n").encode())
    (courses / "glossary.md").write_text(GLOSSARY)
    return courses


def test_lessons_are_laid_out(cli: CommandLine, untidy: Path) -> None:
    """In place as a section is; of a file only the front matter changes, line ends stay."""
    before = cli("plan").out
    ran = cli("fmt")

    assert (ran.code, ran.out) == (0, ""), ran.err
    assert ran.err == (
        "Formatted courses/onboarding.yaml\nFormatted courses/welcome/tour.md\n"
        "1 file already formatted.\n"
    )
    assert (untidy / "onboarding.yaml").read_text() == OUTLINE_DONE
    assert (untidy / "welcome" / "tour.md").read_bytes() == TOUR_DONE.replace("\n", "\r\n").encode()
    assert (untidy / "glossary.md").read_text() == GLOSSARY
    assert cli("plan").out == before


def test_a_second_run_changes_no_lesson(cli: CommandLine, untidy: Path) -> None:
    """A formatted file is not written again; `--check` names those that would be."""
    first = cli("fmt", "--check")
    cli("fmt")
    again = cli("fmt", "--check")

    assert (first.code, first.out) == (1, "courses/onboarding.yaml\ncourses/welcome/tour.md\n")
    assert "2 files to format:" in first.err
    assert (again.code, again.out, again.err) == (0, "", "3 files already formatted.\n")
    assert untidy.is_dir()
