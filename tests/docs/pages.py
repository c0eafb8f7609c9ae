"""The documentation as values: its pages, their sections and their blocks of code."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from harness import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_BLOCK = re.compile(
    r"(?:^(?P<notes>(?:<!--[^>]*-->\n)+))?^ *```(?P<language>\w*)\n(?P<text>.*?)^ *```$",
    re.MULTILINE | re.DOTALL,
)
_HEADING = re.compile(r"^(#{1,6}) (.+)$", re.MULTILINE)


@dataclass(frozen=True)
class Block:
    """A block of code: its language, its text, and the HTML comments right above it."""

    place: str
    language: str
    text: str
    notes: str

    def __str__(self) -> str:
        return self.place

    def note(self, name: str) -> str | None:
        """Return what the comments say after `name:`, if they do."""
        found = re.search(rf"<!-- {name}: (.*?) -->", self.notes)
        return found[1] if found else None


@dataclass(frozen=True)
class Page:
    """A page of the documentation."""

    path: Path

    @cached_property
    def text(self) -> str:
        """Its Markdown."""
        return self.path.read_text(encoding="utf-8")

    @property
    def name(self) -> str:
        """Its path from the project's folder."""
        return self.path.relative_to(ROOT).as_posix()

    @cached_property
    def blocks(self) -> tuple[Block, ...]:
        """Its blocks of code, in order."""
        return tuple(self._blocks())

    def _blocks(self) -> Iterator[Block]:
        for found in _BLOCK.finditer(self.text):
            line = self.text.count("\n", 0, found.start("language")) + 1
            place = f"{self.name}:{line}"
            yield Block(place, found["language"], found["text"], found["notes"] or "")

    @property
    def prose(self) -> str:
        """Its text without blocks of code."""
        return _BLOCK.sub("", self.text)

    @property
    def anchors(self) -> set[str]:
        """The anchors that GitHub gives to its headings."""
        return {anchor(title) for _, title in _HEADING.findall(self.prose)}

    def section(self, title: str) -> str:
        """Return what is below a heading, up to the next one of its level or above."""
        found = re.search(rf"^(#+) {re.escape(title)}\n", self.text, re.MULTILINE)
        assert found, f"{self.name} has no section {title!r}"
        below = self.text[found.end() :]
        return re.split(rf"^#{{1,{len(found[1])}}} ", below, maxsplit=1, flags=re.MULTILINE)[0]

    def noted(self, name: str) -> Block:
        """Return the block below the comment that begins with `name`."""
        (found,) = (each for each in self.blocks if f"<!-- {name}" in each.notes)
        return found


def anchor(title: str) -> str:
    """Return the anchor of a heading, as GitHub makes it.

    Source: https://docs.github.com/en/get-started/writing-on-github (section links).
    """
    shown = re.sub(r"\[([^]]*)\]\([^)]*\)|[`*]", r"\1", title.strip().lower())
    return re.sub(r"[^\w\- ]", "", shown).replace(" ", "-")


README = Page(ROOT / "README.md")
AUTHORS, ENGINEER, PYTHON, REFERENCE, SANDBOX, WORKINGS = (
    Page(ROOT / "docs" / f"{name}.md")
    for name in ("authors", "engineer", "python", "reference", "sandbox", "how-it-works")
)
PAGES = (README, AUTHORS, ENGINEER, REFERENCE, WORKINGS, PYTHON, SANDBOX)
