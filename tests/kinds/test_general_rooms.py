"""Code for every kind names none: no property of the API, and no word for a record."""

from __future__ import annotations

import re

from harness import ROOT

from coursesync.kinds import ITEMS, KINDS
from coursesync.kinds.field import OWN_ID

PACKAGE = ROOT / "coursesync"
APART = ("kinds", "sandbox")
# by file: what may stand there, for it means something else
MEANS_ANOTHER: dict[str, str] = {
    # the sandbox's own pages and calls
    "cli/commands/sandbox.py": r"\bsections, lessons|/coursesections",
    # HTML's element of that name
    "outlines/advice/contents.py": r'"section"',
    "outlines/advice/nesting.py": r'"section"',
    "render/text_diff.py": r"\|section\|",
    # a place in a document on the web
    "nexudus/target.py": r"#section-\d",
}
WORD = re.compile(rf"(?i)(?<!inter)(?:{'|'.join(ITEMS)})")
PROPERTIES = {
    name
    for kind in KINDS.values()
    for name in (
        *(*kind.types, *kind.write_only, *kind.traces.values()),
        *(kind.marker_property, kind.course_title_property),
    )
} - {"", OWN_ID}


def general_rooms() -> dict[str, str]:
    """Return the source of each module or page that serves every kind, by its path."""
    files = (path for path in PACKAGE.rglob("*") if path.suffix in {".py", ".html", ".js", ".css"})
    paths = {path.relative_to(PACKAGE).as_posix(): path for path in files}
    return {
        name: path.read_text(encoding="utf-8")
        for name, path in sorted(paths.items())
        if name.partition("/")[0] not in APART
    }


def test_no_general_room_names_a_property_of_the_api() -> None:
    """A kind's table alone knows what the API calls things."""
    named = re.compile(rf"\b(?:{'|'.join(sorted(PROPERTIES))})\b")
    found = {name: named.findall(text) for name, text in general_rooms().items()}

    assert {name: words for name, words in found.items() if words} == {}


def test_no_general_room_says_the_word_for_a_record() -> None:
    """The word comes from the kind: in messages, names, docstrings and comments alike."""
    rooms = general_rooms()
    rest = {name: re.sub(MEANS_ANOTHER.get(name, "$."), "", text) for name, text in rooms.items()}
    found = {
        name: [line.strip() for line in text.splitlines() if WORD.search(line)]
        for name, text in rest.items()
    }

    assert {name: lines for name, lines in found.items() if lines} == {}
    assert [name for name in MEANS_ANOTHER if not WORD.search(rooms.get(name, ""))] == []
