"""The words of the program, so that a change of any is reviewed as such."""

from __future__ import annotations

import re

import pytest
from words.collect import HERE, PACKAGE, messages

# each has to be read twice, or is not the English of today
RIDDLES = ("told", "untold", "heed", "heeds", "heeded", "anew", "shall", "thereof", "Pure.")


def test_every_message_is_written_down() -> None:
    """A message that changes is seen in a diff of this folder: `make words` writes it down."""
    written = {path.name: path.read_text(encoding="utf-8") for path in HERE.glob("*.txt")}

    assert written == messages()


@pytest.mark.parametrize("riddle", RIDDLES)
def test_no_riddle_is_left(riddle: str) -> None:
    """Comments, docstrings, names and messages are plain."""
    word = re.compile(rf"(?<![A-Za-z]){re.escape(riddle)}(?![A-Za-z])")
    found = [
        f"{path.relative_to(PACKAGE)}:{number}"
        for path in sorted(PACKAGE.rglob("*.py"))
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if word.search(line)
    ]

    assert found == []
