"""The words of the program, so that a change of any is reviewed as such."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from words.collect import HERE, PACKAGE, messages

TESTS = HERE.parent
# each has to be read twice, or is not the English of today
RIDDLES = ("told", "untold", "heed", "heeds", "heeded", "anew", "shall", "thereof", "Pure.")
# say parent, children, list or outcome instead; a reason that points to another line is lost
# when that line moves
PHRASES = (
    r"bec[ao]mes? of",
    r"what (it|they|an? \w+) (is|are) in\b",
    r"(that|which) (it is|they are) in[.,:;]",
    r"in no outline any more",
    r"(#|-) the same$",
)
# in the name of a test, which is a promise
UNCLEAR = (*RIDDLES, "nought", "noughts", "nobodys", "awkward", "says_nothing", "tells_nothing")


def test_every_message_is_written_down() -> None:
    """A message that changes is seen in a diff of this folder: `make words` writes it down."""
    written = {path.name: path.read_text(encoding="utf-8") for path in HERE.glob("*.txt")}

    assert written == messages()


@pytest.mark.parametrize("riddle", RIDDLES)
def test_no_riddle_is_left(riddle: str) -> None:
    """Comments, docstrings, names and messages are plain."""
    assert _lines_with(rf"(?<![A-Za-z]){re.escape(riddle)}(?![A-Za-z])", PACKAGE) == []


@pytest.mark.parametrize("phrase", PHRASES)
def test_no_phrase_has_to_be_read_twice(phrase: str) -> None:
    """Comments, docstrings and messages name a thing instead of describing it; tests do, too."""
    assert _lines_with(phrase, PACKAGE, TESTS) == []


@pytest.mark.parametrize("word", UNCLEAR)
def test_the_name_of_a_test_is_plain(word: str) -> None:
    """The name of a test says what is done, in the words of today."""
    assert _lines_with(rf"def test_(\w+_)?{re.escape(word)}(_\w+)?\(", TESTS) == []


def _lines_with(pattern: str, *folders: Path) -> list[str]:
    """Return the lines of Python files in which a pattern is found, except those of this file."""
    found = re.compile(pattern)
    return [
        f"{path.relative_to(folder.parent)}:{number}"
        for folder in folders
        for path in sorted(folder.rglob("*.py"))
        if path != Path(__file__)
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if found.search(line)
    ]
