"""Drift in words, and as text for a terminal or a log: 80 columns wherever titles allow. Pure."""

from __future__ import annotations

from collections import Counter
from itertools import groupby
from textwrap import wrap
from typing import TYPE_CHECKING

from coursesync.errors import Command, Remedy
from coursesync.planning.drift import Finding, Stance
from coursesync.render.detail import detail
from coursesync.render.differences import COURSE, bounds_among, differences
from coursesync.render.plan_words import bare
from coursesync.render.terminal import plain
from coursesync.text import at, count, inert, wrapped

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from coursesync.errors import Sentence
    from coursesync.nexudus.records import Record
    from coursesync.planning.drift import Drifted
    from coursesync.planning.plan import Course
    from coursesync.render.differences import Bounds, Difference
    from coursesync.render.plan_words import Hint

NO_DRIFT = "No drift: the site has what was last applied."
TWINS = (
    "A twin is a second record of a section: two runs created it at the same time, or someone "
    "copied it. Members see both. Choose one, the same on every machine, then delete the other in "
    "Nexudus."
)
NOTHING_MANAGED = "No drift: the state is empty, for nothing is under management yet."
_WIDTH = 80
_MOST = 10  # lines of one thing; JSON has them all
_MARKS = {
    Finding.EDITED: "~",
    Finding.GONE: "-",
    Finding.ELSEWHERE: ">",
    Finding.NORMALISED: "=",
    Finding.UNMANAGED: ".",
    Finding.COLLIDES: "!",
    Finding.TWIN: "2",
    Finding.UNREADABLE: "?",
}
_STYLES = {
    Finding.EDITED: "yellow",
    Finding.GONE: "red",
    Finding.ELSEWHERE: "yellow",
    Finding.TWIN: "red",
}
_BESIDES = {
    Finding.NORMALISED: "written by the site in its own way",
    Finding.UNMANAGED: "not under management",
    Finding.COLLIDES: "in the place of another",
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


def compose(
    found: Sequence[Drifted],
    courses: Mapping[int, Course],
    managed: int,
    paint: Callable[[str, str], str] = plain,
    hint: Hint = bare,
) -> str:
    """Write what was found on the site as text.

    Args:
        found: as `drift.compare` has it, and judged.
        courses: the courses that it speaks of, by Id.
        managed: how many records are in the state.
        paint: takes a style (a colour's name, or "bold") and a text, returns the text in it.
        hint: writes a command so that it can be typed as it stands.
    """
    lines = []
    bounds = bounds_among(len(found))
    for course_id, group in groupby(found, key=lambda each: each.course_id):
        lines += [paint("bold", heading(courses, course_id)), f"  {origin(courses, course_id)}"]
        lines += [line for each in shortened(group) for line in _lines(each, paint, bounds)]
        lines.append("")
    lines.append(paint("bold", summary(found, managed)))
    lines += wrap(besides(found), _WIDTH)
    lines += [line for remedy in remedies(found, hint) for line in wrapped(remedy)]
    return "\n".join(lines) + "\n"


def above(found: Sequence[Drifted], managed: int, hint: Hint = bare) -> str:
    """Write the lines that stand above a plan that was refreshed, and one that is blank."""
    first, *more = brief(found, managed, hint)
    lines = [str(first)]
    for line in more:
        lines += wrapped(line, "  ", _WIDTH, "  ")
    return "\n".join(lines) + "\n\n"


def brief(found: Sequence[Drifted], managed: int, hint: Hint = bare) -> list[Sentence]:
    """Say in a few sentences what a plan that was refreshed begins from."""
    drifted = [e for e in found if e.finding.needs_care or e.finding is Finding.UNREADABLE]
    lines: list[Sentence] = [summary(found, managed)]
    lines += [f"{name(each)} {sentence(each)}" for each in drifted[:_MOST]]
    if len(drifted) > _MOST:
        lines.append(
            Remedy(f"and {len(drifted) - _MOST:,} more. All of them:", hint(Command("drift")))
        )
    return lines


def shortened(group: Iterable[Drifted]) -> Iterator[Drifted | str]:
    """Yield what was found in a course; of each that is no drift, the first few."""
    left = 0
    met: Counter[Finding] = Counter()
    for each in group:
        met[each.finding] += 1
        if each.finding.needs_care or met[each.finding] <= _MOST:
            yield each
        else:
            left += 1
    if left:
        yield f"and {left:,} more that {'is' if left == 1 else 'are'} no drift"


def _lines(each: Drifted | str, paint: Callable[[str, str], str], bounds: Bounds) -> Iterator[str]:
    if isinstance(each, str):
        yield f"  . {each}"
        return
    style = _STYLES.get(each.finding, "cyan")
    told_of = f"{name(each)} {sentence(each)}"
    for number, line in enumerate(wrapped(told_of, width=_WIDTH - 4)):
        yield paint(style, f"{'    ' if number else f'  {_MARKS[each.finding]} '}{line}")
    for difference in told(each, bounds):
        yield from detail(difference, 6, _WIDTH, paint)
    if stance := stance_of(each):
        yield f"      {stance}"


def heading(courses: Mapping[int, Course], course_id: int) -> str:
    """Name a course."""
    course = courses.get(course_id)
    return inert(course.title or course.key) if course else f"Course {course_id}"


def origin(courses: Mapping[int, Course], course_id: int) -> str:
    """Say which course it is, and where its outline is."""
    course = courses.get(course_id)
    path = course.path if course else None
    return f"course {course_id}, {inert(path) if path else 'without an outline'}"


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
        return f"is a section of course {course} that was never ours{_by_whom(each)}"
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


def stance_of(each: Drifted) -> str:
    """Say what the outline says of it; "" where it says what it said."""
    return _STANCES[each.stance] if each.stance else ""


def told(each: Drifted, bounds: Bounds) -> tuple[Difference, ...]:
    """Return what others changed of a record, field by field; its course aside."""
    if each.edit is None or not each.finding.is_drift:
        return ()
    found = differences(each.edit, bounds)
    return tuple(difference for difference in found if difference.field != COURSE)


def summary(found: Sequence[Drifted], managed: int) -> str:
    """Say how much has drifted, as in `Drift: 1 edited, 2 deleted, 0 moved.`.

    `managed` counts the records in the state.
    """
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
        return f"No drift, as far as is known: {count(unread, 'section')} can't be read."
    return NO_DRIFT


def besides(found: Iterable[Drifted]) -> str:
    """Say what was found that is no drift; "" where there is nothing."""
    met = Counter(each.finding for each in found)
    parts = [f"{met[finding]:,} {words}" for finding, words in _BESIDES.items() if met[finding]]
    return f"Besides, and no drift: {', '.join(parts)}." if parts else ""


def remedies(found: Iterable[Drifted], hint: Hint = bare) -> Iterator[Sentence]:
    """Yield what to do next, a sentence each."""
    every = list(found)
    drifted = [each for each in every if each.finding.is_drift and not each.is_foreign]
    twins = [each for each in every if each.finding is Finding.TWIN]
    if any(each.entry is None for each in twins):
        yield Remedy("To settle what is in doubt:", hint(Command("resolve", "ADDRESS", id="ID")))
    if any(each.entry is not None for each in twins):
        yield TWINS
        yield Remedy("To say which record to keep:", hint(Command("resolve", "ADDRESS", keep="ID")))
    if any(each.is_foreign for each in every):
        yield (
            Remedy(
                "An Id that belongs to a section which coursesync never wrote is left alone. To "
                "create the section of the outline, forget that Id first:",
                hint(Command("state rm", "ADDRESS")),
            )
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
        yield (
            Remedy(
                "What is in no outline any more is not put back: bring its section back to the "
                "outline, or let it go by",
                hint(Command("state rm", "ADDRESS")),
            )
        )
    if Finding.GONE in left:
        yield Remedy(
            "What is in no outline and gone is forgotten by", hint(Command("apply", refresh=True))
        )
    if any(each.finding is Finding.UNREADABLE for each in every):
        yield "What can't be read: look at it in Nexudus, and try again later."
