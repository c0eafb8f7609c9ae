"""What was found on the site, as people read it: the words for a finding, and a view of them all.

Owns the words for a finding (`FINDINGS`). It must never lay anything out: the renderers do that.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby
from typing import TYPE_CHECKING

from coursesync.errors import Command, Remedy
from coursesync.kinds import LISTED
from coursesync.planning.drift import Finding, Stance
from coursesync.render.differences import COURSE, bounds_among, differences
from coursesync.render.plan_words import bare
from coursesync.render.rows import NO_OUTLINE
from coursesync.text import at, count, inert

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from coursesync.errors import Sentence
    from coursesync.nexudus.records import Record
    from coursesync.planning.drift import Drifted
    from coursesync.planning.plan import Course
    from coursesync.render.differences import Bounds, Difference
    from coursesync.render.plan_words import Hint

NO_DRIFT = "No drift: the site has what was last applied."
TWINS = (
    f"A twin is a second record of a {LISTED.name}: two runs created it at the same time, or "
    "someone copied it. Members see both. Choose one, the same on every machine, then delete the "
    "other in Nexudus."
)
NOTHING_MANAGED = "No drift: the state is empty, for nothing is under management yet."
_MOST = 10  # lines of one thing; JSON has them all


@dataclass(frozen=True, slots=True)
class Words:
    """The words for a finding: its mark, its colour, and how so many that are no drift are told."""

    mark: str
    style: str = "cyan"
    besides: str = ""


FINDINGS = {
    Finding.EDITED: Words("~", "yellow"),
    Finding.GONE: Words("-", "red"),
    Finding.ELSEWHERE: Words(">", "yellow"),
    Finding.NORMALISED: Words("=", besides="written by the site in its own way"),
    Finding.UNMANAGED: Words(".", besides="not under management"),
    Finding.COLLIDES: Words("!", besides="in the place of another"),
    Finding.TWIN: Words("2", "red"),
    Finding.UNREADABLE: Words("?"),
}
_SENTENCES = {
    Finding.GONE: "was deleted on the site",
    Finding.NORMALISED: "is written by the site in its own way; that is no drift",
}
_STANCES = {
    Stance.AS_SENT: "",
    Stance.CHANGED: "The outline also changes it.",
    Stance.SAME: "The outline says the same.",
    Stance.NONE: "It is in no outline any more.",
}


@dataclass(frozen=True, slots=True)
class DriftRow:
    """One thing that was found, or, without a `finding`, how many more there are.

    `name` is the record, `sentence` what was found of it, `stance` what the outline says of it, ""
    where that is nothing new; `title` is the record's as it was sent. `differences` are what others
    changed, field by field, its course aside.
    """

    sentence: str
    finding: Finding | None = None
    name: str = ""
    title: str = ""
    stance: str = ""
    differences: tuple[Difference, ...] = ()

    @property
    def needs_care(self) -> bool:
        """Whether a person has to look at it."""
        return self.finding is not None and self.finding.needs_care


@dataclass(frozen=True, slots=True)
class CourseDrift:
    """What was found in a course; `origin` is its Id and its outline."""

    title: str
    origin: str
    rows: tuple[DriftRow, ...]


@dataclass(frozen=True)
class DriftView:
    """What was found on the site, as people read it.

    `found` is judged (see `judged`), `within` are the courses that it speaks of, by Id, and
    `managed` counts the records in the state. `hint` returns the words of a command to type.
    """

    found: Sequence[Drifted]
    within: Mapping[int, Course]
    managed: int
    hint: Hint = bare

    @cached_property
    def courses(self) -> tuple[CourseDrift, ...]:
        """The courses in which something was found."""
        bounds = bounds_among(len(self.found))
        by_course = groupby(self.found, key=lambda each: each.course_id)
        return tuple(self._course(each, group, bounds) for each, group in by_course)

    @cached_property
    def summary(self) -> str:
        """How much has drifted, as in `Drift: 1 edited, 2 deleted, 0 moved.`."""
        return _summary(self.found, self.managed)

    @cached_property
    def besides(self) -> str:
        """What was found that is no drift; "" where there is nothing."""
        met = Counter(each.finding for each in self.found)
        parts = [
            f"{met[finding]:,} {words.besides}"
            for finding, words in FINDINGS.items()
            if words.besides and met[finding]
        ]
        return f"Besides, and no drift: {', '.join(parts)}." if parts else ""

    @cached_property
    def remedies(self) -> tuple[Sentence, ...]:
        """What to do next, a sentence for each step."""
        return (*_remedies(self.found, self.hint),)

    @cached_property
    def brief(self) -> tuple[Sentence, ...]:
        """What a plan that was refreshed begins from, in a few sentences."""
        drifted = [e for e in self.found if e.finding.needs_care or e.finding is Finding.UNREADABLE]
        lines: list[Sentence] = [self.summary]
        lines += [f"{name(each)} {sentence(each)}" for each in drifted[:_MOST]]
        if len(drifted) > _MOST:
            more = len(drifted) - _MOST
            lines.append(Remedy(f"and {more:,} more. All of them:", self.hint(Command("drift"))))
        return (*lines,)

    def _course(self, course_id: int, group: Iterable[Drifted], bounds: Bounds) -> CourseDrift:
        course = self.within.get(course_id)
        path = inert(course.path or "") if course else ""
        return CourseDrift(
            title=inert(course.title or course.key) if course else f"Course {course_id}",
            origin=f"course {course_id}, {path or NO_OUTLINE}",
            rows=(*_rows(group, bounds),),
        )


def _rows(group: Iterable[Drifted], bounds: Bounds) -> Iterator[DriftRow]:
    """Yield what was found in a course; of each that is no drift, the first few."""
    left = 0
    met: Counter[Finding] = Counter()
    for each in group:
        met[each.finding] += 1
        if each.finding.needs_care or met[each.finding] <= _MOST:
            yield _row(each, bounds)
        else:
            left += 1
    if left:
        yield DriftRow(f"and {left:,} more that {'is' if left == 1 else 'are'} no drift")


def _row(each: Drifted, bounds: Bounds) -> DriftRow:
    edit = each.edit if each.finding.is_drift else None
    found = differences(edit, bounds) if edit else ()
    return DriftRow(
        sentence=sentence(each),
        finding=each.finding,
        name=name(each),
        title=edit.title if edit else "",
        stance=_STANCES[each.stance] if each.stance else "",
        differences=tuple(each for each in found if each.field != COURSE),
    )


def name(each: Drifted) -> str:
    """Name a record: by its address, or by its title where it has none."""
    if each.address is not None:
        own = each.entry.id if each.entry is not None else each.record_id
        return f"{inert(each.address, 250)} (Id {own})"
    title = each.record.attributes.get(each.kind.title_property, "") if each.record else ""
    return f'"{inert(str(title), 60)}" (Id {each.record_id})'


def sentence(each: Drifted) -> str:  # noqa: PLR0911 - a finding each
    """Say what was found of a record, after its name."""
    match each.finding:
        case Finding.EDITED:
            return f"was edited on the site{_by_whom(each)}"
        case Finding.ELSEWHERE:
            return _elsewhere(each)
        case Finding.TWIN:
            twin = _made(each.record)
            if each.entry is None:
                return f"is in doubt, and one of several records with its marker, {twin}"
            own = f"was {_made(each.own)}" if each.own else "is not on the site"
            state = f"The one in the state, Id {each.entry.id},"
            return f"has a twin: Id {each.record_id}, {twin}. {state} {own}"
        case Finding.UNMANAGED:
            return f"at {_order(each)} is not under management"
        case Finding.COLLIDES:
            rivals = ", ".join(inert(rival, 250) for rival in each.rivals[:_MOST])
            return f"has the place {_order(each)}, as {rivals} has"
        case Finding.UNREADABLE:
            return f"can't be read: {each.failure}. Whether it was edited is not known."
        case _:
            return _SENTENCES[each.finding]


def _elsewhere(each: Drifted) -> str:
    course = each.record.parent_id if each.record else "?"
    if each.is_foreign:
        return f"is a {each.kind.name} of course {course} that was never ours{_by_whom(each)}"
    return f"was moved to course {course} on the site{_by_whom(each)}"


def _made(record: Record | None) -> str:
    """Say when a record was created, and who wrote it last: who created it, no answer says."""
    if record is None:
        return "created at a time that is not known"
    by = f", last written by {inert(record.updated_by, 100)}" if record.updated_by else ""
    return f"created{at(record.created_on) or ' at a time that is not known'}{by}"


def _by_whom(each: Drifted) -> str:
    record = each.record
    if record is None:
        return ""
    by = f" by {inert(record.updated_by, 100)}" if record.updated_by else ""
    return f"{by}{at(record.updated_on)}"


def _order(each: Drifted) -> str:
    order = each.record.attributes.get(each.kind.order_property) if each.record else None
    return "?" if order is None else inert(str(order), 20)


def _summary(found: Sequence[Drifted], managed: int) -> str:
    if not found and not managed:
        return NOTHING_MANAGED
    met = Counter(each.finding for each in found)
    drift = [finding for finding in Finding if finding.is_drift]
    counts = [f"{met[each]:,} {each.value}" for each in drift]
    counts += [count(met[Finding.TWIN], "twin")] if met[Finding.TWIN] else []
    unread = met[Finding.UNREADABLE]
    if any(met[finding] for finding in (*drift, Finding.TWIN)):
        counts += [f"{unread:,} that can't be read"] if unread else []
        return f"Drift: {', '.join(counts)}."
    if unread:
        return f"No drift, as far as is known: {count(unread, LISTED.name)} can't be read."
    return NO_DRIFT


def _remedies(every: Sequence[Drifted], hint: Hint) -> Iterator[Sentence]:
    drifted = [each for each in every if each.finding.is_drift and not each.is_foreign]
    twins = [each for each in every if each.finding is Finding.TWIN]
    if any(each.entry is None for each in twins):
        yield Remedy("To settle what is in doubt:", hint(Command("resolve", "ADDRESS", id="ID")))
    if any(each.entry is not None for each in twins):
        yield TWINS
        yield Remedy("To say which record to keep:", hint(Command("resolve", "ADDRESS", keep="ID")))
    if any(each.is_foreign for each in every):
        yield Remedy(
            f"An Id that belongs to a {LISTED.name} which coursesync never wrote is left alone. To "
            f"create the {LISTED.name} of the outline, forget that Id first:",
            hint(Command("state rm", "ADDRESS")),
        )
    wanted = {each.finding for each in drifted if each.stance is not Stance.NONE}
    left = {each.finding for each in drifted if each.stance is Stance.NONE}
    if any(each.stance is Stance.SAME for each in drifted):
        yield Remedy("Where the outline says the same, that is settled by", hint(Command("apply")))
    others = {each.finding for each in drifted if each.stance not in {Stance.NONE, Stance.SAME}}
    if others & {Finding.EDITED, Finding.ELSEWHERE}:
        yield "To keep what the site has, write it into the outline."
        yield Remedy("To put ours back:", hint(Command("apply", refresh=True)))
    if Finding.GONE in wanted:
        yield Remedy("To see what is to be created again:", hint(Command("plan", refresh=True)))
    if left & {Finding.EDITED, Finding.ELSEWHERE}:
        yield Remedy(
            f"What is in no outline any more is not put back: bring its {LISTED.name} back to the "
            "outline, or let it go by",
            hint(Command("state rm", "ADDRESS")),
        )
    if Finding.GONE in left:
        yield Remedy(
            "What is in no outline and gone is forgotten by", hint(Command("apply", refresh=True))
        )
    if any(each.finding is Finding.UNREADABLE for each in every):
        yield "What can't be read: look at it in Nexudus, and try again later."
