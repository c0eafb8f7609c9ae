"""The rules of advice, each a small function over an outline. Pure.

What to say of the HTML in contents is decided by `contents`; the texts of content files are passed
in.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from coursesync.errors import Where
from coursesync.kinds.unlock import SEQUENTIAL, TIMED
from coursesync.outlines.advice.contents import UNCHECKED, findings, html_effort, is_empty, unlinked
from coursesync.outlines.advice.pieces import Advice
from coursesync.outlines.advice.plain import is_plain
from coursesync.text import coded, count, inert

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from coursesync.errors import Sentence
    from coursesync.kinds.kind import Resource
    from coursesync.outlines.advice.contents import Objection
    from coursesync.outlines.outline import Outline

LONGEST_TITLE = 200
MOST_EFFORT = 30_000  # a course, of what is not plain
_MOST_BEFORE = 20
_BEFORE_ADDRESS = re.compile(r"(?:\]\(\s*<?|\]:\s*<?|<|=\s*[\"']?)\Z")
_BEHIND_ADDRESS = ("", *") >\"'\t\n")


@dataclass(frozen=True, slots=True)
class Source:
    """A content file: its path as shown to people, and its text."""

    path: str
    text: str


def advise(outline: Outline, source: Callable[[str], Source]) -> Iterator[Advice]:
    """Give all advice on an outline.

    Args:
        outline: a valid one.
        source: gives the content file that the outline names so.
    """
    active = [section for section in outline.resources if section.attributes["Active"]]
    yield from locked_first(active)
    yield from behind_hidden(outline.resources)
    yield from falling_days(active)
    yield from same_titles(active)
    yield from long_titles(outline.resources)
    yield from empty_contents(active)
    yield from unfit_contents(outline.resources, source)


def locked_first(active: Sequence[Resource]) -> Iterator[Advice]:
    """Find a first section that is locked: members who begin the course can open nothing."""
    for section in active[:1]:
        if section.attributes["UnlockType"] == SEQUENTIAL:
            problem = (
                "this is the first section that members see, and it waits for one before it: "
                "they may never get in"
            )
        elif days := _days(section):
            problem = (
                "this is the first section that members see, and it is locked: for "
                f"{count(days, 'day')} they can open nothing"
            )
        else:
            return
        remedy = coded("Write `unlock: immediate` or delete the line.")
        yield _on(section, "unlock", problem, remedy)


def behind_hidden(sections: Sequence[Resource]) -> Iterator[Advice]:
    """Find sections that wait for one that members can't see, and so can't finish.

    The section before it is the one above it in the list, for the list is the course's order,
    be it active or not: the API's page says "after the previous section is done", and nothing of
    passing over hidden ones. What waits in turn behind such a section is not told again, nor what
    `locked_first` tells.
    """
    seen = False
    for before, section in zip((None, *sections), sections, strict=False):
        waits = section.attributes["UnlockType"] == SEQUENTIAL
        if section.attributes["Active"]:
            if seen and waits and before is not None and not before.attributes["Active"]:
                yield _on(
                    section,
                    "unlock",
                    "members may never get into this section: it waits for one that they can't "
                    f"see, and so can't finish: {_called(before)}",
                    coded(
                        "Write `unlock: immediate` here, or `active: true` there, or move one of "
                        "them."
                    ),
                    before,
                )
            seen = True


def falling_days(active: Sequence[Resource]) -> Iterator[Advice]:
    """Find timed sections that open before one that stands above them."""
    latest: Resource | None = None
    for section in active:
        if section.attributes["UnlockType"] != TIMED:
            continue
        if latest is None or _days(section) >= _days(latest):
            latest = section
            continue
        days, later = _days(section), _days(latest)
        yield _on(
            section,
            "unlock",
            f"members get this section after {count(days, 'day')}, before one that stands above "
            f"it and opens after {count(later, 'day')}: {_called(latest)}",
            coded(f"Write `unlock: {{after_days: {later}}}` or more, or move this section up."),
            latest,
        )


def same_titles(active: Sequence[Resource]) -> Iterator[Advice]:
    """Find titles that members can't tell apart: small and capital letters and blanks aside.

    A hidden section may be the draft of the one that it is to replace.
    """
    first: dict[str, Resource] = {}
    for section in active:
        title = " ".join(_title(section).casefold().split())
        if (other := first.setdefault(title, section)) is not section:
            problem = "members can't tell this section from the other that has its title"
            remedy = coded("Say in `title:` what is particular to this one.")
            yield _on(section, "title", problem, remedy, other)


def long_titles(sections: Sequence[Resource]) -> Iterator[Advice]:
    """Find titles that no list of sections has room for."""
    for section in sections:
        if (length := len(_title(section))) > LONGEST_TITLE:
            yield _on(
                section,
                "title",
                f"the title has {length:,} characters: in the list of sections members may see "
                "only how it begins",
                coded(f"Keep `title:` below {LONGEST_TITLE}, and put the rest into `contents:`"),
            )


def empty_contents(active: Sequence[Resource]) -> Iterator[Advice]:
    """Find sections in which there is nothing to read, to look at or to hear.

    Hidden ones may be drafts. Lessons are not in outlines: what Nexudus has of them is not known.
    """
    for section in active:
        if is_empty(_contents(section)):
            yield _on(
                section,
                "contents",
                "members who open this section find it empty, unless it has lessons in Nexudus",
                coded(
                    "Write some, as in `contents: <p>Welcome!</p>` or say `active: false` until "
                    "then."
                ),
            )


def unfit_contents(
    sections: Sequence[Resource], source: Callable[[str], Source]
) -> Iterator[Advice]:
    """Find what in contents members won't see, or should not: programs, broken tags and such."""
    left = MOST_EFFORT
    for section in sections:
        text = _contents(section)
        found = [*unlinked(text)] if _file(section, "markdown") else []
        if not is_plain(text):
            left -= html_effort(text)
            found += findings(text) if left >= 0 else (UNCHECKED,)
        met: dict[str, int] = {}
        for finding in found:
            yield _in_contents(section, finding, source, met)


def _file(section: Resource, form: str) -> str:
    """Return the name of the file that a section takes its contents from, "" for none."""
    given = section.tree.value_at(section.path)
    contents = given.get("contents") if isinstance(given, dict) else None
    name = contents.get(form) if isinstance(contents, dict) else None
    return name if isinstance(name, str) else ""


def _in_contents(
    section: Resource, finding: Objection, source: Callable[[str], Source], met: dict[str, int]
) -> Advice:
    at = None
    if name := _file(section, "html"):
        at = _line(source(name), finding.start)
    elif name := _file(section, "markdown"):
        at = _line_of_clue(source(name), finding.clues, met)
    path = (*section.path, "contents")
    return Advice(section.tree, path, finding.problem, finding.remedy, at=at)


def _line(file: Source, start: int) -> Where:
    line = file.text.count("\n", 0, start) + 1
    return Where(file.path, line, start - file.text.rfind("\n", 0, start))


def _line_of_clue(file: Source, clues: Sequence[str], met: dict[str, int]) -> Where | None:
    """Find where a finding comes from in Markdown: HTML in it is kept as it was written.

    `met` has, by clue, up to where it was found already: what stands there again comes after it.
    """
    for clue in clues:
        start = _as_address(file.text, clue, met.get(clue, 0))
        if start >= 0:
            met[clue] = start + len(clue)
        else:
            start = file.text.find(clue)
        if start >= 0:
            return _line(file, start)
    return None


def _as_address(text: str, clue: str, after: int) -> int:
    """Return where a clue stands as a whole address, -1 where it does nowhere."""
    start = text.find(clue, after)
    while start >= 0:
        end = start + len(clue)
        is_begun = _BEFORE_ADDRESS.search(text, max(0, start - _MOST_BEFORE), start)
        if is_begun and text[end : end + 1] in _BEHIND_ADDRESS:
            break
        start = text.find(clue, start + 1)
    return start


def _on(
    section: Resource, name: str, problem: str, remedy: Sentence, other: Resource | None = None
) -> Advice:
    path = (*section.path, name)
    return Advice(section.tree, path, problem, remedy, other.path if other else None)


def _title(section: Resource) -> str:
    return str(section.attributes["Title"])


def _contents(section: Resource) -> str:
    return str(section.attributes[section.kind.contents_property])


def _days(section: Resource) -> int:
    return int(section.attributes["UnlockAfterDays"])


def _called(section: Resource) -> str:
    return f'"{inert(_title(section), 60)}"'
