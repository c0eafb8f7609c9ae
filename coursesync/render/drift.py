"""Drift in words, and as text for a terminal or a log: 80 columns wherever titles allow. Pure."""

from __future__ import annotations

from collections import Counter
from itertools import groupby
from textwrap import wrap
from typing import TYPE_CHECKING, NamedTuple

from coursesync.drift import Finding, Stance
from coursesync.render.sentences import value
from coursesync.render.text import bare, plain
from coursesync.words import count, inert

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from coursesync.drift import Drifted
    from coursesync.plan import Course
    from coursesync.render.text import Hint

NO_DRIFT = "No drift: the site has what was last applied."
NOTHING_MANAGED = "No drift: the state is empty, for nothing has been applied yet."
KEEP_THEIRS = "To keep what the site has, write it into the outline."
_WIDTH = 80
_MOST = 10  # lines of one thing; JSON has them all
_MARKS = {
    Finding.EDITED: "~",
    Finding.GONE: "-",
    Finding.ELSEWHERE: ">",
    Finding.NORMALISED: "=",
    Finding.UNMANAGED: ".",
    Finding.COLLIDES: "!",
}
_STYLES = {Finding.EDITED: "yellow", Finding.GONE: "red", Finding.ELSEWHERE: "yellow"}
_BESIDES = {
    Finding.NORMALISED: "written by the site in its own way",
    Finding.UNMANAGED: "not under management",
    Finding.COLLIDES: "in the place of another",
}
_STANCES = {
    Stance.AS_SENT: "",
    Stance.CHANGED: "The outline also changes it.",
    Stance.SAME: "The outline says the same.",
    Stance.NONE: "It is in no outline any more.",
}


class Told(NamedTuple):
    """One field of an outline that reads otherwise on the site, in words."""

    field: str
    before: str
    after: str


def render(
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
    for course_id, group in groupby(found, key=lambda each: each.course_id):
        lines += [paint("bold", heading(courses, course_id)), f"  {origin(courses, course_id)}"]
        lines += [line for each in shortened(group) for line in _lines(each, paint)]
        lines.append("")
    lines.append(paint("bold", summary(found, managed)))
    lines += wrap(besides(found), _WIDTH)
    lines += [f"{words}{hint(command)}{more}" for words, command, more in remedies(found)]
    return "\n".join(lines) + "\n"


def above(found: Sequence[Drifted], managed: int) -> str:
    """Write the lines that stand above a plan that was refreshed, and one that is blank."""
    first, *more = brief(found, managed)
    lines = [first]
    for line in more:
        lines += wrap(line, _WIDTH, initial_indent="  ", subsequent_indent="    ")
    return "\n".join(lines) + "\n\n"


def brief(found: Sequence[Drifted], managed: int) -> list[str]:
    """Say in a few sentences what a plan that was refreshed begins from."""
    drifted = [each for each in found if each.finding.is_drift]
    lines = [summary(found, managed)]
    lines += [f"{name(each)} {sentence(each)}" for each in drifted[:_MOST]]
    if len(drifted) > _MOST:
        lines.append(f"and {len(drifted) - _MOST:,} more: coursesync drift tells all of them")
    return lines


def shortened(group: Iterable[Drifted]) -> Iterator[Drifted | str]:
    """Yield what was found in a course; of what is not under management, the first few."""
    left = 0
    met: Counter[Finding] = Counter()
    for each in group:
        met[each.finding] += 1
        if each.address is None and met[each.finding] > _MOST:
            left += 1
        else:
            yield each
    if left:
        yield f"and {count(left, 'more section')} that {'is' if left == 1 else 'are'} not ours"


def _lines(each: Drifted | str, paint: Callable[[str, str], str]) -> Iterator[str]:
    if isinstance(each, str):
        yield f"  . {each}"
        return
    style = _STYLES.get(each.finding, "cyan")
    for number, line in enumerate(wrap(f"{name(each)} {sentence(each)}", _WIDTH - 4)):
        yield paint(style, f"{'    ' if number else f'  {_MARKS[each.finding]} '}{line}")
    for field, before, after in told(each):
        if len(field) + len(before) + len(after) + 12 <= _WIDTH:
            yield f"      {field}: {before} -> {after}"
        else:
            yield f"      {field}: {before}"
            yield f"        -> {after}"
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
        return f"{inert(each.address, 250)} (Id {each.record_id})"
    title = each.record.attributes.get(each.kind.title_property, "") if each.record else ""
    return f'"{inert(str(title), 60)}" (Id {each.record_id})'


def sentence(each: Drifted) -> str:
    """Say what was found of a record, after its name."""
    match each.finding:
        case Finding.EDITED:
            return f"was edited on the site{_by_whom(each)}"
        case Finding.GONE:
            return "was deleted on the site"
        case Finding.ELSEWHERE:
            course = each.record.parent_id if each.record else "?"
            return f"was moved to course {course} on the site{_by_whom(each)}"
        case Finding.NORMALISED:
            return "is written by the site in its own way; that is no drift"
        case Finding.UNMANAGED:
            return f"at {_order(each)} is not under management"
        case Finding.COLLIDES:
            rivals = ", ".join(inert(rival, 250) for rival in each.rivals[:_MOST])
            return f"has the place {_order(each)}, as {rivals} has"


def _by_whom(each: Drifted) -> str:
    record = each.record
    by = f" by {inert(record.updated_by, 100)}" if record and record.updated_by else ""
    return f"{by} at {inert(record.updated_on, 40)}" if record and record.updated_on else by


def _order(each: Drifted) -> str:
    order = each.record.attributes.get(each.kind.order_property) if each.record else None
    return "?" if order is None else inert(str(order), 20)


def stance_of(each: Drifted) -> str:
    """Say what the outline says of it; "" where it says what it said."""
    return _STANCES[each.stance] if each.stance else ""


def told(each: Drifted) -> tuple[Told, ...]:
    """Say what differs, field by field as an author names them; the course aside.

    A field that is more than one property on the site is told in a learner's words.
    """
    if each.record is None or each.entry is None:
        return ()
    kind = each.kind
    shared = Counter(field for name, field in kind.fields.items() if name not in kind.write_only)
    lines = {}
    for difference in each.differences:
        field = kind.fields.get(difference.name, difference.name)
        if difference.name == kind.parent_property:
            continue
        before, after = value(difference.before), value(difference.after)
        if shared[field] > 1:
            sent, has = each.entry.attributes, each.record.attributes
            before, after = kind.describe(sent), inert(kind.describe(has))
        lines[field] = Told(field, before, after)
    return tuple(lines[field] for field in sorted(lines))


def summary(found: Sequence[Drifted], managed: int) -> str:
    """Say how much has drifted, as in `Drift: 1 edited, 2 deleted, 0 moved.`.

    `managed` counts the records in the state.
    """
    if not found and not managed:
        return NOTHING_MANAGED
    met = Counter(each.finding for each in found)
    drift = [finding for finding in Finding if finding.is_drift]
    if not any(met[finding] for finding in drift):
        return NO_DRIFT
    return f"Drift: {', '.join(f'{met[each]:,} {each.value}' for each in drift)}."


def besides(found: Iterable[Drifted]) -> str:
    """Say what was found that is no drift; "" where there is nothing."""
    met = Counter(each.finding for each in found)
    parts = [f"{met[finding]:,} {words}" for finding, words in _BESIDES.items() if met[finding]]
    return f"Besides, and no drift: {', '.join(parts)}." if parts else ""


def remedies(found: Iterable[Drifted]) -> Iterator[tuple[str, str, str]]:
    """Yield what to type next: words, the command, and its option."""
    wanted = {each.finding for each in found if each.finding.is_drift}
    if wanted & {Finding.EDITED, Finding.ELSEWHERE}:
        yield f"{KEEP_THEIRS}\nTo put ours back:  ", "apply", " --refresh"
    if Finding.GONE in wanted:
        yield "To see what is to be created again:  ", "plan", " --refresh"
