"""The rules of advice, each a small function over an outline.

Owns when advice is given; `contents` has the rules for HTML. It must never read a file: the texts
of content files are passed in.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from coursesync.errors import Remedy, Where
from coursesync.kinds import LISTED
from coursesync.kinds.address import key_of
from coursesync.kinds.field import Role
from coursesync.kinds.inline import line_of
from coursesync.kinds.unlock import AFTER_DAYS
from coursesync.outlines.advice.advice import Advice
from coursesync.outlines.advice.contents import (
    findings,
    html_effort,
    is_empty,
    is_markdown,
    unlinked,
)
from coursesync.outlines.advice.plain import is_plain
from coursesync.outlines.advice.words import UNCHECKED
from coursesync.text import coded, count, inert

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from coursesync.errors import Sentence
    from coursesync.kinds.kind import Resource
    from coursesync.outlines.advice.words import Objection
    from coursesync.outlines.outline import Outline

LONGEST_TITLE = 200
MOST_EFFORT = 30_000  # `html_effort` of a course, plain contents excluded
_NOUN, _ITEMS = LISTED.name, LISTED.plural
_TITLE, _UNLOCK, _ACTIVE, _CONTENTS = LISTED.names(
    Role.TITLE, Role.UNLOCK, Role.ACTIVE, Role.CONTENTS
)
_UNLOCKED = f"{_UNLOCK}: {LISTED.field(Role.UNLOCK).default}"


@dataclass(frozen=True, slots=True)
class Source:
    """A content file: its path as shown to people, and its text."""

    path: str
    text: str


def advise(outline: Outline, source: Callable[[str], Source]) -> Iterator[Advice]:
    """Yield all advice on a valid outline; `source` gives a content file by its name there."""
    active = [each for each in outline.resources if each.kind.is_active(each.attributes)]
    yield from locked_first(active)
    yield from behind_hidden(outline.resources)
    yield from falling_days(active)
    yield from same_titles(active)
    yield from long_titles(outline.resources)
    yield from empty_contents(active)
    yield from unfit_contents(outline.resources, source)
    yield from markdown_in_place(outline.resources)


def locked_first(active: Sequence[Resource]) -> Iterator[Advice]:
    """Find a locked first item: members who begin the course can open nothing."""
    for first in active[:1]:
        opens = first.kind.opens(first.attributes)
        if opens.in_sequence:
            problem = (
                f"this is the first {_NOUN} that members see, and it waits for one before it: "
                "they may never get in"
            )
        elif opens.days:
            problem = (
                f"this is the first {_NOUN} that members see, and it is locked: for "
                f"{count(opens.days, 'day')} they can open nothing"
            )
        else:
            return
        remedy = coded(f"Write `{_UNLOCKED}` or delete the line.")
        yield _on(first, _UNLOCK, problem, remedy)


def behind_hidden(resources: Sequence[Resource]) -> Iterator[Advice]:
    """Find items that wait for one that members can't see, and so can't finish.

    An item waits for the one above it in the list, active or not: the API's page does not say that
    hidden ones are skipped. Items that wait for a reported one are not reported, nor is the first.
    """
    seen = False
    for before, each in zip((None, *resources), resources, strict=False):
        if each.kind.is_active(each.attributes):
            waits = each.kind.opens(each.attributes).in_sequence
            if seen and waits and before and not before.kind.is_active(before.attributes):
                yield _on(
                    each,
                    _UNLOCK,
                    f"members may never get into this {_NOUN}: it waits for one that they can't "
                    f"see, and so can't finish: {_called(before)}",
                    coded(
                        f"Write `{_UNLOCKED}` here, or `{_ACTIVE}: true` there, or move one of "
                        "them."
                    ),
                    before,
                )
            seen = True


def falling_days(active: Sequence[Resource]) -> Iterator[Advice]:
    """Find timed items that open before an item above them."""
    latest, later = None, 0
    for each in active:
        days = each.kind.opens(each.attributes).days
        if days is None:
            continue
        if latest is None or days >= later:
            latest, later = each, days
            continue
        yield _on(
            each,
            _UNLOCK,
            f"members get this {_NOUN} after {count(days, 'day')}, before one above it that "
            f"opens after {count(later, 'day')}: {_called(latest)}",
            coded(
                f"Write `{_UNLOCK}: {{{AFTER_DAYS}: {later}}}` or more, or move this {_NOUN} up."
            ),
            latest,
        )


def same_titles(active: Sequence[Resource]) -> Iterator[Advice]:
    """Find titles that differ at most in case and blanks.

    Hidden items are not compared: one may be the draft of another.
    """
    first: dict[str, Resource] = {}
    for each in active:
        title = " ".join(each.title.casefold().split())
        if (other := first.setdefault(title, each)) is not each:
            problem = f"members can't tell this {_NOUN} from the other that has its title"
            remedy = coded(f"Write in `{_TITLE}:` how this one differs.")
            yield _on(each, _TITLE, problem, remedy, other)


def long_titles(resources: Sequence[Resource]) -> Iterator[Advice]:
    """Find titles that are too long for a list."""
    for each in resources:
        if (length := len(each.title)) > LONGEST_TITLE:
            yield _on(
                each,
                _TITLE,
                f"the title has {length:,} characters: in the list of {_ITEMS} members may see "
                "only its beginning",
                coded(
                    f"Keep `{_TITLE}:` below {LONGEST_TITLE}, and put the rest into `{_CONTENTS}:`"
                ),
            )


def empty_contents(active: Sequence[Resource]) -> Iterator[Advice]:
    """Find items with nothing to read, to look at or to hear; hidden ones may be drafts."""
    for each in active:
        if is_empty(each.contents):
            yield _on(
                each,
                _CONTENTS,
                f"members who open this {_NOUN} find it empty, unless it has lessons in Nexudus",
                coded(
                    f"Write contents, as in `{_CONTENTS}: <p>Welcome!</p>` or write "
                    f"`{_ACTIVE}: false` to hide it until then."
                ),
            )


def unfit_contents(
    resources: Sequence[Resource], source: Callable[[str], Source]
) -> Iterator[Advice]:
    """Find HTML in contents that members won't see, or should not: programs, broken tags."""
    left = MOST_EFFORT
    for each in resources:
        text = each.contents
        found = [*unlinked(text)] if _file(each, "markdown") else []
        if not is_plain(text):
            left -= html_effort(text)
            found += findings(text) if left >= 0 else (UNCHECKED,)
        for finding in found:
            yield _in_contents(each, finding, source)


def markdown_in_place(resources: Sequence[Resource]) -> Iterator[Advice]:
    """Find contents in the outline that are clearly Markdown: they are shown as HTML."""
    for each in resources:
        if not _file(each, "html") and not _file(each, "markdown") and is_markdown(each.contents):
            yield _on(
                each,
                _CONTENTS,
                "this is shown as HTML, so members see the signs of Markdown in it",
                Remedy(
                    "To use Markdown, put the text into a file, and name that:",
                    line_of(_CONTENTS, {"markdown": f"{key_of(each.address)[:60]}.md"}),
                ),
            )


def _file(resource: Resource, form: str) -> str:
    """Return the name of the content file in this form, "" for none."""
    given = resource.tree.value_at(resource.path)
    contents = given.get(_CONTENTS) if isinstance(given, dict) else None
    name = contents.get(form) if isinstance(contents, dict) else None
    return name if isinstance(name, str) else ""


def _in_contents(resource: Resource, finding: Objection, source: Callable[[str], Source]) -> Advice:
    name = _file(resource, "html") or _file(resource, "markdown")
    at = _place(source(name), finding.clues) if name else None
    path = (*resource.path, _CONTENTS)
    return Advice(resource.tree, path, finding.problem, finding.remedy, at=at)


def _place(file: Source, clues: Sequence[str]) -> Where | None:
    """Return the place of the first clue that a content file holds, if any."""
    for clue in clues:
        edge = r"(?<!\w)" if clue[0].isalnum() else ""
        if found := re.search(edge + re.escape(clue), file.text, re.IGNORECASE):
            start = found.start()
            line = file.text.count("\n", 0, start) + 1
            return Where(file.path, line, start - file.text.rfind("\n", 0, start))
    return None


def _on(
    resource: Resource, name: str, problem: str, remedy: Sentence, other: Resource | None = None
) -> Advice:
    path = (*resource.path, name)
    return Advice(resource.tree, path, problem, remedy, other.path if other else None)


def _called(resource: Resource) -> str:
    return f'"{inert(resource.title, 60)}"'
