"""Writes the comments that show no plan, and the one that says what an apply did.

Owns what an author does next. All text from elsewhere is escaped.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from coursesync.errors import InvalidOutlines
from coursesync.render.comment.configured import changed_settings
from coursesync.render.comment.layout import (
    GITHUB,
    NO_LINKS,
    bounded,
    in_markdown,
    in_short,
    other_files,
    pointed,
)
from coursesync.render.comment.page import in_brief
from coursesync.render.comment.seen import items_of
from coursesync.render.fit import Part, Rank
from coursesync.render.markdown_escape import code, escape, with_code
from coursesync.text import count

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from coursesync.errors import CoursesyncError, Diagnostic, Sentence
    from coursesync.render.comment.configured import SettingChange
    from coursesync.render.comment.layout import Links, Written
    from coursesync.render.rows import PlanView

NOT_LIVE = "### Not live yet"  # what stands above what an apply left


@dataclass(frozen=True, slots=True)
class NotLive:
    """What an apply left: `what` in an author's words, `why`, and what to do about it."""

    what: str
    why: Sentence | Written
    todo: Sentence | Written


def unplanned(error: CoursesyncError, links: Links = NO_LINKS, most: int = GITHUB) -> str:
    """Write that a pull request can't be planned: each mistake, where it is, how to correct it."""
    lines = ["### This can't be planned yet", ""]
    mistakes = error.diagnostics if isinstance(error, InvalidOutlines) else ()
    if mistakes:
        them = "it" if len(mistakes) == 1 else "them"
        found = f"{count(len(mistakes), 'mistake')} in the outlines"
        lines += [f"**{found}.** Correct {them}: the check runs again by itself when you save.", ""]
    else:
        remedy = f"<br>{with_code(error.remedy)}" if error.remedy else ""
        lines.append(f"- {escape(error.problem)}{remedy}")
    return _listed(lines, mistakes, links, most)


def unplanned_base(
    error: InvalidOutlines, base: str, links: Links = NO_LINKS, most: int = GITHUB
) -> str:
    """Write that no pull request can be planned, because of mistakes on its base, a branch.

    `links.files` should be the files of that branch.
    """
    found = count(len(error.diagnostics), "mistake")
    them = "it" if len(error.diagnostics) == 1 else "them"
    lines = [
        f"### This can't be planned yet: {code(base)} has {found}",
        "",
        f"This change is not the cause. Somebody has to correct {them} on {code(base)} first.",
        "",
    ]
    return _listed(lines, error.diagnostics, links, most)


def _listed(above: list[str], mistakes: Sequence[Diagnostic], links: Links, most: int) -> str:
    rows = [Part(Rank.ROWS, (pointed(each, links),), 1) for each in mistakes]
    below = [Part(Rank.ALWAYS, tuple(links.lines()))]
    return bounded([Part(Rank.ALWAYS, tuple(above)), *rows], below, most, "more mistake")


def conflicting(base: str, paths: Sequence[str] = (), links: Links = NO_LINKS) -> str:
    """Write that a pull request conflicts with its base, a branch, in some files."""
    where = f", in {in_short(paths)}" if paths else ""
    todo = (
        f"Somebody changed the same lines on {code(base)}{where}. Until that is settled, nobody "
        "can say what members will see. Choose *Resolve conflicts* at the end of this page, then "
        f"which lines stay; or merge {code(base)} into this branch and push."
    )
    lines = ["### This can't be planned: it conflicts", "", todo, *links.lines()]
    return "\n".join(lines) + "\n"


def untouched(
    others: Sequence[str] = (), links: Links = NO_LINKS, settings: Sequence[SettingChange] = ()
) -> str:
    """Write that a pull request changes no outline, and which files and settings it changes."""
    head = "The settings of coursesync change" if settings else "Nothing changes for members"
    lines = [f"### {head}", "", "This changes no outline."]
    lines += [*changed_settings(settings), *other_files(others), *links.lines()]
    return "\n".join(lines) + "\n"


def result(
    done: PlanView | None,
    left: Sequence[NotLive] = (),
    links: Links = NO_LINKS,
    most: int = GITHUB,
) -> str:
    """Write what an apply did: what is live now, and what it left, why, and what to do.

    `done` shows the plan as far as it was carried out; None if nothing was.
    """
    above = []
    if done is not None:
        courses = [(course, items_of(course)) for course in done.courses]
        brief = [*in_brief(courses)]
        words = ("### Live now",) if brief else ("### Applied: nothing changes for members",)
        above += [Part(Rank.ALWAYS, words), *brief]
    above += _not_live(left, first=done is None)
    return bounded(above, [Part(Rank.ALWAYS, tuple(links.lines()))], most, "more line")


def _not_live(left: Sequence[NotLive], *, first: bool) -> Iterator[Part]:
    if left:
        yield Part(Rank.ALWAYS, (*(() if first else ("",)), NOT_LIVE, ""))
    for each in left:
        words = f"{in_markdown(each.why)}<br>{in_markdown(each.todo)}"
        yield Part(Rank.WEIGHTY, (f"- **{escape(each.what)}:** {words}",), 1)
