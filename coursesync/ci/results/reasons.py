"""Why a course waits, for people: one reason once, with links to what set it.

Owns the words of a reason that several changes share. It must never decide what waits.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from coursesync.ci.coverage.uncovered import Reason
from coursesync.ci.forges.forge import NOBODY
from coursesync.ci.instructions.approvals import unknown_pusher
from coursesync.render.comment.layout import linked
from coursesync.render.markdown_escape import escape
from coursesync.text import listed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from coursesync.ci.coverage.uncovered import Uncovered
    from coursesync.ci.forges.forge import Pushers, Review

_MOST_NAMES = 3


@dataclass(frozen=True, slots=True)
class Why:
    """Why a course waits: `words` is Markdown, `details` are sentences that are not inert."""

    words: str
    details: tuple[str, ...] = ()


def grouped(
    found: Iterable[Uncovered],
    pushers: Callable[[str], Pushers],
    page: str,
    *,
    solo: bool = False,
) -> Iterator[Why]:
    """Yield each reason once, for each pull request or commit.

    Args:
        found: what nobody covers of a course.
        pushers: returns who pushed a commit.
        page: a page of the repository on the forge.
        solo: whether those who pushed something may approve it.
    """
    groups: dict[tuple[Reason, str | int | None], list[Uncovered]] = {}
    for each in found:
        source = each.review.number if each.review else each.set_by
        groups.setdefault((each.reason, source), []).append(each)
    for (reason, _), same in groups.items():
        words = _words(reason, same[0], pushers, page, solo=solo)
        yield Why(words, tuple(dict.fromkeys(_detail(each) for each in same)))


def _words(
    reason: Reason,
    one: Uncovered,
    pushers: Callable[[str], Pushers],
    page: str,
    *,
    solo: bool,
) -> str:
    if one.set_by is None:
        value = reason.value
        return f"{escape(value[:1].upper())}{escape(value[1:])}. {escape(one.remedy)}"
    what = pull_link(one.review) if one.review else commit_link(one.set_by, page)
    pushed_by = NOBODY if one.review else pushers(one.set_by)
    names = {one.review.author} if one.review else pushed_by.logins
    by = listed([escape(each) for each in sorted(names)], _MOST_NAMES)
    whose = f"{what} of {by}" if by else what
    if reason not in {Reason.UNAPPROVED, Reason.PUSHED}:
        return f"{whose}: it {escape(reason.value)}. {escape(one.remedy)}"
    if pushed_by.unknown and not solo:
        return f"{whose} {escape(reason.value)}. {escape(unknown_pusher(pushed_by.unknown[0]))}"
    who = "Somebody" if solo or not by else f"Somebody but {by}"
    return f"{whose} {escape(reason.value)}. {who} has to approve it."


def _detail(one: Uncovered) -> str:
    return f"{one.what} [{one.details}]" if one.details else one.what


def pull_link(review: Review) -> str:
    """Write a link to a review."""
    name = f"{review.name[:1].upper()}{review.name[1:]}"
    return linked(name, review.url) or escape(name)


def commit_link(sha: str, page: str) -> str:
    """Write a link to a commit; `page` is a page of the repository, as of a run."""
    words = f"Commit {sha[:10]}"
    for mark, found in (("/actions/", "/commit/"), ("/-/", "/-/commit/")):
        repository, is_there, _ = page.partition(mark)
        if is_there:
            return linked(words, f"{repository}{found}{sha}") or escape(words)
    return escape(words)
