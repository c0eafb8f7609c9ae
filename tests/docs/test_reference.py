"""The reference has what the code has."""

from __future__ import annotations

import re

from docs.pages import REFERENCE
from docs.reference import COMMAND, rewritten
from harness import ROOT

from coursesync.kinds.lesson import LESSON


def test_the_tables_are_those_of_the_code() -> None:
    """Written again from the code, the reference stays as it is."""
    is_current = rewritten(REFERENCE.text) == REFERENCE.text

    assert is_current, f"docs/reference.md is out of date; write it again:  {COMMAND}"


def test_every_environment_variable_is_in_the_reference() -> None:
    """Each variable that the program's source names is on the page."""
    modules = (ROOT / "coursesync").rglob("*.py")
    source = "".join(path.read_text(encoding="utf-8") for path in modules)
    named = set(re.findall(r"\b_?(?:COURSESYNC|NEXUDUS)_[A-Z_]*[A-Z]\b", source))
    documented = REFERENCE.section("Environment variables")

    assert sorted(name for name in named if f"`{name}`" not in documented) == []


def test_the_layout_has_the_fields_in_the_order_of_the_kinds() -> None:
    """`fmt` sorts the fields as their tables do, and the list of an item's own items comes last."""
    listed = re.findall(r"`(\w+)`", REFERENCE.section("Layout").partition("(")[2].partition(")")[0])

    assert listed == [*(field.name for field in LESSON.fields), LESSON.plural]
