"""Annotations as GitHub's runner reads them: whatever a text is, it is that text and no command."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from coursesync.ci.annotate import MOST, annotated, notice
from coursesync.errors import Diagnostic, Where
from coursesync.text import count, inert

TEXT = st.text(st.characters(codec="utf-8"), max_size=60) | st.text(
    "%:,\r\n#[]0ADadx \x1b", max_size=20
)
# as ActionCommand.cs of the runner has it
COMMAND = re.compile(r"::(?P<name>\w+)(?: (?P<properties>[^\n]*?))?::(?P<message>.*)", re.DOTALL)
_IN_DATA = {"%0D": "\r", "%0A": "\n", "%25": "%"}
_IN_PROPERTIES = {"%0D": "\r", "%0A": "\n", "%3A": ":", "%2C": ",", "%25": "%"}


def read(text: str, written: dict[str, str]) -> str:
    """Take an escape back, as the runner does."""
    for escape, character in written.items():
        text = text.replace(escape, character)
    return text


def parsed(line: str) -> tuple[str, dict[str, str], str]:
    """Return a command's name, its properties and its message."""
    found = COMMAND.fullmatch(line)
    assert found is not None, line
    given_ = (found["properties"] or "").split(",")
    properties = dict(pair.split("=", 1) for pair in given_ if pair)
    return (
        found["name"],
        {name: read(value, _IN_PROPERTIES) for name, value in properties.items()},
        read(found["message"], _IN_DATA),
    )


@given(TEXT.filter(str.strip), TEXT, TEXT, st.integers(1, 9_999), st.integers(1, 999))
def test_any_text_comes_out_as_it_went_in(
    path: str, problem: str, remedy: str, line: int, column: int
) -> None:
    """Of one line, with the file, the line and the column that it is about."""
    each = Diagnostic(Where(path, line, column), problem, remedy)
    (written,) = annotated([each], "error")
    name, properties, message = parsed(written)
    told = f"{problem}\n{remedy}" if remedy else problem

    assert "\n" not in written
    assert "\r" not in written
    assert name == "error"
    assert properties == {"file": path, "line": str(line), "col": str(column)}
    assert message == "\n".join(inert(part, 1_000) for part in told.split("\n"))


@given(st.integers(0, 40), st.integers(0, 5))
def test_no_more_than_github_shows(number: int, more: int) -> None:
    """Nine, and the tenth counts the rest, with what was not even given."""
    lines = list(annotated([Diagnostic(Where("a"), "x")] * number, "warning", more=more))
    rest = max(0, number - MOST) + more

    assert len(lines) == min(number, MOST) + (rest > 0)
    assert [parsed(line)[2] for line in lines[min(number, MOST) :]] == (
        [f"and {count(rest, 'more piece')} of advice: see the log"] if rest else []
    )


def test_the_rest_is_called_what_it_is() -> None:
    """Mistakes, of which there may be one more, or advice."""
    each = Diagnostic(Where("a"), "x")

    assert list(annotated([each] * 10, "error"))[-1].endswith("::and 1 more mistake: see the log")
    assert list(annotated([each] * 11, "error"))[-1].endswith("and 2 more mistakes: see the log")


def test_no_line_of_a_message_is_endless() -> None:
    """It is cut where nobody reads on."""
    assert 1_000 < len(notice("x" * 100_000)) < 1_100


@given(TEXT, TEXT)
def test_a_notice_is_one_line_and_has_no_place(problem: str, remedy: str) -> None:
    """A problem without a line becomes an annotation too."""
    written = notice(problem, remedy)
    told = f"{problem}\n{remedy}" if remedy else problem

    assert "\n" not in written
    assert parsed(written) == (
        "error",
        {},
        "\n".join(inert(part, 1_000) for part in told.split("\n")),
    )
    assert notice(problem) == notice(problem, "")
