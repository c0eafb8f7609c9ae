"""Thousands of equal mistakes take time in proportion to their number, not to its square."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from shares import bounded_time

from coursesync import load
from coursesync.errors import InvalidOutlines

if TYPE_CHECKING:
    from pathlib import Path

HEAD = "id: 4711\ntitle: T\nsections:\n"
SECONDS = 3  # twice what it takes; each by a look at all others took longer


def refuse_in_time(courses: Path) -> None:
    """Load a workspace that is invalid, in bounded time."""
    with bounded_time(SECONDS), pytest.raises(InvalidOutlines):
        load(courses)


def test_thousands_of_names_in_another_form(courses: Path) -> None:
    """The names of a folder are compared once, for any number of missing files."""
    names = [f"page-{i}.html" for i in range(4_000)]
    for name in names:
        (courses / name.upper()).touch()
    sections = "".join(f"  - {{title: '{n}', contents: {{html: {n}}}}}\n" for n in names)
    (courses / "a.yaml").write_text(HEAD + sections)

    refuse_in_time(courses)


def test_thousands_of_sections_of_one_title(courses: Path) -> None:
    """The search for a free key does not start from the beginning each time."""
    (courses / "a.yaml").write_text(HEAD + "  - {title: Welcome}\n" * 5_000)

    refuse_in_time(courses)
