"""One view of what was found on the site, for all renderers.

It must never lay anything out: the renderers do that.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from functools import cached_property
from itertools import groupby
from typing import TYPE_CHECKING

from coursesync.errors import Command, Remedy
from coursesync.kinds import LISTED
from coursesync.kinds.counting import in_turn, number_of
from coursesync.planning.drift import Finding
from coursesync.render.differences import COURSE, differences
from coursesync.render.drift_words import FINDINGS, name, next_steps, sentence
from coursesync.render.holders import holders_among
from coursesync.render.plan_words import NO_OUTLINE
from coursesync.text import count, inert

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from coursesync.errors import Sentence
    from coursesync.kinds.address import Address
    from coursesync.kinds.kind import Kind
    from coursesync.planning.drift import Drifted
    from coursesync.planning.plan import Course
    from coursesync.render.excerpt import Difference
    from coursesync.render.holders import Holders
    from coursesync.render.row import Hint
    from coursesync.state.state import Doubt, Entry

_MOST = 10  # findings of one kind that are shown; JSON has all of them


@dataclass(frozen=True, slots=True)
class CourseDrift:
    """The findings in a course, each with the fields that others changed, without the course's Id.

    `origin` is the course's Id and its outline; `more` counts findings that are left out.
    """

    title: str
    origin: str
    rows: tuple[tuple[Drifted, tuple[Difference, ...]], ...]
    more: str


@dataclass(frozen=True)
class DriftView:
    """The findings as people read them.

    `found` comes from `judged`, which compared it with the outlines. `within`: courses by Id, for
    titles and paths. `entries`: those of the state, for the titles of other records; none if it is
    not known. `managed` is the number of records in the state. `doubts` are its creates in doubt;
    `apply` looks for their records, `drift` does not.
    """

    found: Sequence[Drifted]
    within: Mapping[int, Course]
    managed: int
    hint: Hint = Command.in_words
    doubts: Mapping[Address, Doubt] = field(default_factory=dict)
    entries: Mapping[Address, Entry] = field(default_factory=dict)

    @cached_property
    def holders(self) -> Holders:
        """Names for the parents of records."""
        return holders_among(self.found, self.entries)

    @cached_property
    def kinds(self) -> tuple[Kind, ...]:
        """The kinds of the records that were found, parents first."""
        return tuple(in_turn(each.kind for each in self.found)) or (LISTED,)

    @cached_property
    def courses(self) -> tuple[CourseDrift, ...]:
        """The courses that have findings."""
        by_course = groupby(self.found, key=lambda each: each.course_id)
        return tuple(self._course(each, [*group]) for each, group in by_course)

    @cached_property
    def summary(self) -> str:
        """The number of drifted records: `Drift: 1 edited, 0 deleted, 0 moved ...`."""
        if not (self.found or self.managed or self.doubts):
            return "No drift: the state is empty, nothing is managed yet."
        met = Counter(each.finding for each in self.found)
        drift = [finding for finding in Finding if finding.is_drift]
        counts = [_counted(met, finding) for finding in drift]
        counts += [count(met[Finding.TWIN], "twin")] if met[Finding.TWIN] else []
        unread = met[Finding.UNREADABLE]
        if any(met[finding] for finding in (*drift, Finding.TWIN)):
            counts += [_counted(met, Finding.UNREADABLE)] if unread else []
            return f"Drift: {', '.join(counts)}."
        if unread:
            return f"No drift found, but {number_of(unread, self.kinds)} can't be read."
        return "No drift: the site has what was last applied."

    @cached_property
    def besides(self) -> str:
        """The findings that are not drift; "" if there is none."""
        met = Counter(each.finding for each in self.found if not _matters(each))
        parts = [_counted(met, finding) for finding in FINDINGS if met[finding]]
        parts += [f"{len(self.doubts):,} in doubt"] if self.doubts else []
        return f"Also found, not drift: {', '.join(parts)}." if parts else ""

    @cached_property
    def remedies(self) -> tuple[Sentence, ...]:
        """What to do next, a sentence for each step."""
        steps = next_steps(self.found, self.doubts, self.within)
        return tuple(Remedy(step).placed(self.hint) for step in steps)

    @cached_property
    def brief(self) -> tuple[Sentence, ...]:
        """The summary and the first findings, for the top of a refreshed plan."""
        drifted = [each for each in self.found if _matters(each)]
        lines: list[Sentence] = [self.summary]
        lines += [f"{name(each)} {sentence(each)}" for each in drifted[:_MOST]]
        if len(drifted) > _MOST:
            more = len(drifted) - _MOST
            lines.append(Remedy(f"and {more:,} more. To see all:", self.hint(Command("drift"))))
        return (*lines,)

    def _course(self, course_id: int, found: Sequence[Drifted]) -> CourseDrift:
        course = self.within.get(course_id)
        path = inert(course.path or "") if course else ""
        met: Counter[Finding] = Counter()
        shown = []
        for each in found:  # of findings that are not drift, only the first few
            met[each.finding] += 1
            if each.finding.needs_care or met[each.finding] <= _MOST:
                shown.append(each)
        left = len(found) - len(shown)
        return CourseDrift(
            title=inert(course.name) if course else f"Course {course_id}",
            origin=f"course {course_id}, {path or NO_OUTLINE}",
            rows=tuple((each, self._changed(each)) for each in shown),
            more=f"and {left:,} more that {'is' if left == 1 else 'are'} not drift" if left else "",
        )

    def _changed(self, each: Drifted) -> tuple[Difference, ...]:
        edit = each.edit if each.finding.is_drift else None
        found = differences(edit, len(self.found), self.holders) if edit else ()
        return tuple(one for one in found if one.field != COURSE)


def _matters(each: Drifted) -> bool:
    """Return whether a finding is drift, a twin, or a record that could not be checked."""
    return each.finding.needs_care or each.finding is Finding.UNREADABLE


def _counted(met: Counter[Finding], finding: Finding) -> str:
    return f"{met[finding]:,} {FINDINGS[finding].counted}"
