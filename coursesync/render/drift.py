"""One view of what was found on the site, for all renderers.

Owns the words for a finding (`FINDINGS`). It must never lay anything out: the renderers do that.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from functools import cached_property
from itertools import groupby
from typing import TYPE_CHECKING

from coursesync.errors import Command, Remedy
from coursesync.kinds import LISTED
from coursesync.planning.drift import Finding, Stance
from coursesync.render.differences import COURSE, differences
from coursesync.render.drift_steps import next_steps
from coursesync.render.fit import Rank
from coursesync.render.rows import NO_OUTLINE, Wording
from coursesync.text import at, count, inert

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from coursesync.errors import Sentence
    from coursesync.kinds.address import Address
    from coursesync.nexudus.records import Record
    from coursesync.planning.drift import Drifted
    from coursesync.planning.plan import Course
    from coursesync.render.differences import Difference
    from coursesync.render.rows import Hint
    from coursesync.state.state import Doubt

NO_DRIFT = "No drift: the site has what was last applied."
NOTHING_MANAGED = "No drift: the state is empty, nothing is managed yet."
_MOST = 10  # lines for one kind of finding; JSON has all of them


FINDINGS = {
    Finding.EDITED: Wording("~", "edited", "edited", "yellow", Rank.WEIGHTY),
    Finding.GONE: Wording("-", "deleted", "deleted", "red", Rank.WEIGHTY),
    Finding.ELSEWHERE: Wording(">", "moved", "moved", "yellow", Rank.WEIGHTY),
    Finding.NORMALISED: Wording("=", "normalised", "reformatted by the site", "cyan", Rank.ROWS),
    Finding.RESTORED: Wording("=", "restored", "changed back", "cyan", Rank.ROWS),
    Finding.UNMANAGED: Wording(".", "unmanaged", "not managed", "cyan", Rank.ROWS),
    Finding.COLLIDES: Wording("!", "collides", "with the order of another", "cyan", Rank.ROWS),
    Finding.TWIN: Wording("&", "twin", "twin", "red", Rank.WEIGHTY),
    Finding.UNREADABLE: Wording("?", "unreadable", "that can't be read", "cyan", Rank.ROWS),
}
_STANCES = {
    Stance.AS_SENT: "",
    Stance.CHANGED: "The outline also changes it.",
    Stance.SAME: "The outline already has this change.",
    Stance.NONE: "It is no longer in any outline.",
}


@dataclass(frozen=True, slots=True)
class DriftRow:
    """One finding.

    `name` is the record, `sentence` what was found, and `stance` how the outline compares. `title`
    is the title that was sent. `differences` are what others changed, field by field; the course
    is not among them.
    """

    wording: Wording
    name: str
    sentence: str
    title: str
    stance: str
    differences: tuple[Difference, ...]


@dataclass(frozen=True, slots=True)
class CourseDrift:
    """The findings in a course; `origin` is its Id and its outline, `more` counts the others."""

    title: str
    origin: str
    rows: tuple[DriftRow, ...]
    more: str


@dataclass(frozen=True)
class DriftView:
    """The findings as people read them.

    `found` comes from `judged`, which compared it with the outlines. `within`: courses by Id, for
    titles and paths. `managed` is the number of records in the state. `doubts` are its creates in
    doubt, which the command that carries out a plan looks for, not this one.
    """

    found: Sequence[Drifted]
    within: Mapping[int, Course]
    managed: int
    hint: Hint = Command.in_words
    doubts: Mapping[Address, Doubt] = field(default_factory=dict)

    @cached_property
    def courses(self) -> tuple[CourseDrift, ...]:
        """The courses that have findings."""
        by_course = groupby(self.found, key=lambda each: each.course_id)
        return tuple(self._course(each, group) for each, group in by_course)

    @cached_property
    def summary(self) -> str:
        """The number of drifted records: `Drift: 1 edited, 2 deleted, 0 moved.`."""
        if not (self.found or self.managed or self.doubts):
            return NOTHING_MANAGED
        met = Counter(each.finding for each in self.found)
        drift = [finding for finding in Finding if finding.is_drift]
        counts = [_counted(met, finding) for finding in drift]
        counts += [count(met[Finding.TWIN], "twin")] if met[Finding.TWIN] else []
        unread = met[Finding.UNREADABLE]
        if any(met[finding] for finding in (*drift, Finding.TWIN)):
            counts += [_counted(met, Finding.UNREADABLE)] if unread else []
            return f"Drift: {', '.join(counts)}."
        if unread:
            return f"No drift found, but {count(unread, LISTED.name)} can't be read."
        return NO_DRIFT

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
        steps = next_steps(self.found, self.doubts)
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

    def _course(self, course_id: int, group: Iterable[Drifted]) -> CourseDrift:
        course = self.within.get(course_id)
        path = inert(course.path or "") if course else ""
        rows, left = [], 0
        met: Counter[Finding] = Counter()
        for each in group:  # of findings that are not drift, only the first few
            met[each.finding] += 1
            if each.finding.needs_care or met[each.finding] <= _MOST:
                rows.append(_row(each, len(self.found)))
            else:
                left += 1
        return CourseDrift(
            title=inert(course.title or course.key) if course else f"Course {course_id}",
            origin=f"course {course_id}, {path or NO_OUTLINE}",
            rows=tuple(rows),
            more=f"and {left:,} more that {'is' if left == 1 else 'are'} not drift" if left else "",
        )


def _matters(each: Drifted) -> bool:
    """Return whether a finding is drift, a twin, or a record that could not be checked."""
    return each.finding.needs_care or each.finding is Finding.UNREADABLE


def _counted(met: Counter[Finding], finding: Finding) -> str:
    return f"{met[finding]:,} {FINDINGS[finding].counted}"


def _row(each: Drifted, among: int) -> DriftRow:
    edit = each.edit if each.finding.is_drift else None
    found = differences(edit, among) if edit else ()
    return DriftRow(
        wording=FINDINGS[each.finding],
        name=name(each),
        sentence=sentence(each),
        title=edit.title if edit else "",
        stance=_STANCES[each.stance] if each.stance else "",
        differences=tuple(each for each in found if each.field != COURSE),
    )


def name(each: Drifted) -> str:
    """Return the address of a record, or its title if it has no address, and its Id."""
    if each.address is not None:
        own = each.entry.id if each.entry is not None else each.record_id
        return f"{inert(each.address, 250)} (Id {own})"
    title = each.record.attributes.get(each.kind.title_property, "") if each.record else ""
    return f'"{inert(str(title), 60)}" (Id {each.record_id})'


def sentence(each: Drifted) -> str:  # noqa: PLR0911 - one for each finding
    """Return what was found, as a predicate that follows the record's name."""
    match each.finding:
        case Finding.EDITED:
            return f"was edited on the site{_by_whom(each)}"
        case Finding.GONE:
            return "was deleted on the site"
        case Finding.ELSEWHERE:
            return _elsewhere(each)
        case Finding.NORMALISED:
            return "was reformatted by the site; that is not drift"
        case Finding.RESTORED:
            return "was changed back to what was last sent; that is not drift"
        case Finding.UNMANAGED:
            return f"at {_order(each)} is not managed"
        case Finding.COLLIDES:
            rivals = ", ".join(inert(rival, 250) for rival in each.rivals[:_MOST])
            return f"has the order {_order(each)}, which {rivals} has too"
        case Finding.TWIN:
            return _twin(each)
        case Finding.UNREADABLE:
            return f"can't be read: {each.failure}. It is not known whether it was edited."


def _elsewhere(each: Drifted) -> str:
    course = each.record.parent_id if each.record else "?"
    if not each.is_foreign:
        return f"was moved to course {course} on the site{_by_whom(each)}"
    by_whom = f" (last changed{by})" if (by := _by_whom(each)) else ""
    return f"is a {each.kind.name} of course {course} that coursesync never wrote{by_whom}"


def _twin(each: Drifted) -> str:
    twin = _made(each.record)
    if each.entry is None:
        return f"is in doubt; this is one of several records with its marker, {twin}"
    own = f"was {_made(each.own)}" if each.own else "is not on the site"
    state = f"The one in the state, Id {each.entry.id},"
    return f"has a twin: Id {each.record_id}, {twin}. {state} {own}"


def _made(record: Record | None) -> str:
    # who wrote it last, because no answer of the API says who created it
    if record is None:
        return "created at an unknown time"
    by = f", last written{_by(record)}" if record.updated_by else ""
    return f"created{at(record.created_on) or ' at an unknown time'}{by}"


def _by_whom(each: Drifted) -> str:
    return f"{_by(each.record)}{at(each.record.updated_on)}" if each.record else ""


def _by(record: Record) -> str:
    return f" by {inert(record.updated_by, 100)}" if record.updated_by else ""


def _order(each: Drifted) -> str:
    order = each.record.attributes.get(each.kind.order_property) if each.record else None
    return "?" if order is None else inert(str(order), 20)
