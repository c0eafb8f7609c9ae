"""A commit of main's history, with what it changed, and what the review that it merged showed.

It must never decide whether the review covers it.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from coursesync.ci.coverage.delta import Delta, own_delta

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from coursesync.ci.coverage.specified import Specified
    from coursesync.ci.forges.forge import NotYet, Review


@dataclass(frozen=True, eq=False)
class Shown:
    """A merged review, with what it showed: the change from its base to its head.

    `base` is what the outlines specify at the merge base of its head and of the first parent of the
    commit that merged it. `is_clean` says that git makes just main's files of that merge, which
    matters only where outlines have mistakes.
    """

    review: Review
    base: Specified
    head: Specified
    is_clean: bool = True

    @cached_property
    def own(self) -> Delta:
        """Its own delta, without the courses whose outlines have mistakes in one of the two."""
        return own_delta(self.base, self.head)


@dataclass(frozen=True, eq=False)
class Setting:
    """A commit of main's first-parent history, and what it changed.

    Attributes:
        commit: its SHA.
        before: what the outlines specify in its first parent.
        after: what they specify in it. An outline with mistakes is as it was in `before`.
        review: the review that it merged; None if it was pushed; NotYet while nobody knows.
        needs_approval: whether the setting before it wants an approval of that review.
    """

    commit: str
    before: Specified
    after: Specified
    review: Shown | NotYet | None
    needs_approval: bool = True

    @cached_property
    def delta(self) -> Delta:
        """What it changed."""
        return Delta(self.before, self.after)

    def shown(self, last: Setting) -> tuple[Delta, Delta] | None:
        """Return the own delta of its review, and what differs from its head to a later commit.

        None without a review. Outlines with mistakes are as in main.
        """
        if not isinstance(self.review, Shown):
            return None
        base, head = self.review.base.filled(self.before), self.review.head.filled(last.after)
        return Delta(base, head), Delta(head, last.after, last.before.ids)

    def has_head(self, courses: Collection[int]) -> bool:
        """Return whether its review has a head without mistakes in some courses."""
        shown = self.review
        return isinstance(shown, Shown) and not any(e in shown.head.unknown for e in courses)

    def knows(self, courses: Collection[int]) -> bool:
        """Return whether its review began without mistakes in some courses, too."""
        shown = self.review
        if not isinstance(shown, Shown) or not self.has_head(courses):
            return False
        return not any(e in shown.base.unknown for e in courses)


def window(settings: Sequence[Setting], number: int, courses: Collection[int]) -> Sequence[int]:
    """Return the numbers of the settings that may have set what one seems to set in some courses.

    Those before it left an outline with mistakes, and one of them is the first without them.
    """
    first = last = number
    for each in courses:
        while first > 1 and each in settings[first - 2].after.unknown:
            first -= 1
        while last < len(settings) and each in settings[last - 1].after.unknown:
            last += 1
    return range(first, last + 1)


def beside(settings: Sequence[Setting], number: int, courses: Collection[int]) -> tuple[str, ...]:
    """Return the SHAs of the other commits that may have set what a setting seems to set."""
    numbers = window(settings, number, courses) if number else ()
    return tuple(settings[each - 1].commit for each in numbers if each != number)


def together(settings: Sequence[Setting], number: int, courses: Collection[int]) -> Sequence[int]:
    """Return a setting, and those that have to be reviewed as well, so that its review counts.

    A review that began at an outline with mistakes shows what changed since the last valid one.
    """
    review = settings[number - 1].review
    base = review.base.unknown if isinstance(review, Shown) else ()
    wrong = [each for each in courses if each in base]
    return window(settings, number, wrong) if wrong else (number,)


def shown_by(
    settings: Sequence[Setting], number: int, last: int, courses: Collection[int], *, exact: bool
) -> Iterator[tuple[Delta, Delta]]:
    """Yield what the review of a setting shows in some courses, as `Setting.shown` does.

    `last` is the number of the last commit of that review. If it began at an outline with mistakes,
    it shows what all that are together with it changed; `exact` yields what each of them shows by
    itself, as far as that is known.
    """
    setting, end = settings[number - 1], settings[last - 1]
    if setting.knows(courses):
        shown = [setting.shown(end)]
    else:
        beside = [settings[each - 1] for each in together(settings, number, courses)]
        if not all(isinstance(e.review, Shown) and e.review.is_clean for e in beside):
            return
        if exact:
            shown = [each.shown(end) for each in beside if each.knows(courses)]
        else:
            shown = [setting.shown(end) if setting.has_head(courses) else None]
    yield from filter(None, shown)
