"""Writes plans and drift as Markdown, for a pull request or a step summary.

All text from outlines is escaped (`markdown_escape`). If the size is bounded, whole parts are left
out, the least important first, and the document says so.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from coursesync.errors import Command, Remedy
from coursesync.kinds import LISTED
from coursesync.kinds.counting import noun, number_of
from coursesync.render.drift_words import FINDINGS, name, sentence, stance
from coursesync.render.excerpt import Fold
from coursesync.render.fit import Part, Rank, fit, joined
from coursesync.render.markdown_escape import code, escape, in_html, with_code
from coursesync.render.nesting import INTO
from coursesync.render.plan_words import LEAVING, NO_OUTLINE, NOTHING
from coursesync.text import as_shown, count, disarmed, inert, without_unseen

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

    from coursesync.errors import Shell
    from coursesync.kinds.kind import Kind
    from coursesync.outlines.advice.advice import FirstPieces
    from coursesync.planning.drift import Drifted
    from coursesync.render.drift import CourseDrift, DriftView
    from coursesync.render.excerpt import Difference, Shown
    from coursesync.render.nesting import Line
    from coursesync.render.row import Row
    from coursesync.render.rows import CourseView, PlanView

_STEP = "&emsp;&emsp;"  # the indent of a record within another
_SHORT = 80  # characters of a title when the document must be cut
_ROOM_TO_SAY, _LONGEST_COMMAND = 600, 300  # bytes of the note on what is left out; of its command
# what is left out, in words; `{}` is the number of records, with its noun
_LEFT_OUT = {
    Rank.LOST: "{} to delete",
    Rank.WEIGHTY: "{} to hide from members, or to answer a question about",
    Rank.ASKED: "questions about {}",
    Rank.ROWS: "{} with other changes",
    Rank.NEW: "{} to create",
    Rank.DETAIL: "what changes in {}",
    Rank.ASIDE: "advice",
}
_DRIFT_LEFT_OUT = {
    Rank.WEIGHTY: "{} that others changed",
    Rank.ROWS: "findings that are not drift",
    Rank.DETAIL: "what changed in {}",
}


def compose(view: PlanView, advice: FirstPieces | None = None, most: int | None = None) -> str:
    """Write a plan as GitHub-flavoured Markdown: the summary first, the advice folded at the end.

    `most` is the bytes of UTF-8 that it may have. If it must be cut, parts go in the order of
    `Rank`, the last first, and weighty rows move to the top.
    """
    target = f"<sub>Target {escape(view.plan.target)} · digest `{view.plan.digest}`</sub>"
    foot = Part(Rank.ALWAYS, ("", target))
    whole = joined([*_parts(view, advice), foot])
    if most is None or len(whole.encode()) <= most:
        return whole
    parts = [*_parts(view, advice, weighty_first=True)]
    return _cut(parts, foot, most, _LEFT_OUT, view.kinds, view.hint(Command("plan", full=True)))


def _cut(
    parts: Sequence[Part],
    foot: Part,
    most: int,
    words: Mapping[Rank, str],
    kinds: Collection[Kind],
    command: Shell,
) -> str:
    """Write the parts that fit, a note on the others, and the foot.

    `words` has a text for each rank, with `{}` for the number of records, which are of `kinds`;
    `command` shows it all.
    """
    kept, left = fit(parts, most - foot.size - _ROOM_TO_SAY)
    named = ", ".join(
        text.format(number_of(left[rank], kinds)) for rank, text in words.items() if rank in left
    )
    where = with_code(Remedy(command))
    all_of_it = f" To see everything: {where}" if len(where.encode()) <= _LONGEST_COMMAND else ""
    note = f"**Left out here, because of its size: {named}.**{all_of_it}"
    return joined([*kept, Part(Rank.ALWAYS, ("", note)), foot])


def _parts(
    view: PlanView, advice: FirstPieces | None, *, weighty_first: bool = False
) -> Iterator[Part]:
    head = [f"**{view.summary if view.rows else NOTHING}**"]
    head += ["", view.cost] if view.cost else []
    for warning in view.warnings:
        head += ["", f"> {with_code(warning)}"]
    yield Part(Rank.ALWAYS, tuple(head))
    for course in view.courses:
        yield from _course(course, weighty_first=weighty_first)
    if advice:
        yield Part(Rank.ASIDE, tuple(_advice(advice.first())), 1)


def _course(course: CourseView, *, weighty_first: bool) -> Iterator[Part]:
    """Yield the parts of a course: the rows of its table, the questions, then the differences."""
    lines = [*course.lines]
    own = [(line, row) for line in lines if (row := line.row) and row.wording is not LEAVING]
    if weighty_first:  # the rows are a list, not a tree: each names its parents
        ranked = [(row.rank, _row(line, row, short=True)) for line in lines if (row := line.row)]
        rows = sorted(ranked, key=lambda each: each[0])
    else:
        rows = [_line(line) for line in lines]
    origin = f"{course.course.origin}, {code(course.path) if course.path else NO_OUTLINE}"
    kinds = {row.change.kind.record for _, row in own} or {LISTED}
    kinds |= {kind.within for kind in kinds if kind.within}
    head = (f"| | order | {noun(kinds)} | for members |", "|---|---:|---|---|")
    yield from _table(course.title, origin, head, rows)
    for _, row in own:
        if row.question:
            yield Part(Rank.ASKED, ("", with_code(row.question)), 1)
    if course.renamed:
        yield Part(Rank.ROWS, ("", with_code(course.renamed)))
    if waits := [f"- {escape(each)}" for each in course.waits]:
        yield Part(Rank.ROWS, ("", *waits))
    for line, row in own:
        if row.differences:
            found = differences_block("What changes in", line.whole, row.differences)
            yield Part(Rank.DETAIL, tuple(found), 1)
        if row.settlement:
            heading = f"To settle {escape(line.whole)}, which is in doubt:"
            steps = (f"- {with_code(step)}" for step in row.settlement)
            yield Part(Rank.ASKED, ("", heading, "", *steps), 1)


def _table(
    title: str, origin: str, head: tuple[str, str], rows: Iterable[tuple[Rank, str]]
) -> Iterator[Part]:
    """Yield a table's rows; the first one includes the title of the course and the head."""
    above = ("", f"### {escape(title)}", "", origin, "", *head)
    for i, (rank, row) in enumerate(rows):
        yield Part(rank, (row,) if i else (*above, row), 1)


def _line(line: Line) -> tuple[Rank, str]:
    if line.row is not None:
        return line.row.rank, _row(line, line.row, short=False)
    order = "" if line.order is None else line.order
    return Rank.ALWAYS, f"| | {order} | {_STEP * line.depth}{escape(line.title)} | |"


def _row(line: Line, row: Row, *, short: bool) -> str:
    mark = f"`{row.wording.mark}` {row.wording.verb}"
    if short:
        title = escape(INTO.join(inert(each, _SHORT) for each in (*line.within, line.title)))
    else:
        title = f"{_STEP * line.depth}{escape(line.title)}"
    order = "" if row.order is None else row.order
    return f"| {mark} | {order} | {title} | {escape(row.words)} |"


def _advice(advice: FirstPieces) -> Iterator[str]:
    pieces = count(len(advice.shown) + advice.more, "piece")
    yield ""
    yield f"<details><summary>{pieces} of advice for the authors</summary>"
    yield ""
    for each in advice.shown:
        yield f"- {code(str(each.where))} {escape(each.problem)}<br>{with_code(each.remedy)}"
    if advice.more:
        yield f"- and {advice.more:,} more"
    yield ""
    yield "</details>"


def differences_block(words: str, title: str, found: tuple[Difference, ...]) -> Iterator[str]:
    """Write the differences of a record in a folded block; `words` come before its title."""
    yield ""
    yield f"<details><summary>{words} {in_html(title)}</summary>"
    yield ""
    if short := [difference for difference in found if not difference.lines]:
        yield "| | before | after |"
        yield "|---|---|---|"
        yield from map(_compared, short)
        yield ""
    for difference in found:
        if difference.lines:
            yield f"{escape(difference.field)}:"
            yield ""
            yield from _fenced([_shown(line) for line in difference.lines])
            yield ""
    yield "</details>"


def _compared(difference: Difference) -> str:
    before, after = difference.values
    remark = f" ({escape(difference.remark)})" if difference.remark else ""
    return f"| {escape(difference.field)} | {escape(before)} | {escape(after)}{remark} |"


def _shown(line: Shown) -> str:
    if isinstance(line, Fold):
        return f"  {line.words}"
    text = without_unseen("".join(piece.text for piece in line.pieces))
    note = f" ({line.note})" if line.note else ""
    return f"{line.mark.value} {disarmed(' '.join(as_shown(text).split()))}{note}".rstrip()


def _fenced(lines: list[str]) -> Iterator[str]:
    """Write lines as a code block; its fence is longer than any run of backticks in them."""
    longest = max((len(ticks) for line in lines for ticks in re.findall("`+", line)), default=0)
    fence = "`" * max(3, longest + 1)
    yield f"{fence}diff"
    yield from lines
    yield fence


def compose_drift(view: DriftView, most: int | None = None) -> str:
    """Write the findings on the site as GitHub-flavoured Markdown, the summary first.

    `most` is the bytes of UTF-8 that it may have. If it must be cut, differences go first, then
    findings that are not drift.
    """
    head = [f"**{view.summary}**", *(["", view.besides] if view.besides else [])]
    parts = [Part(Rank.ALWAYS, tuple(head))]
    for course in view.courses:
        parts += _course_drift(course)
    foot = Part(
        Rank.ALWAYS, tuple(line for each in view.remedies for line in ("", with_code(each)))
    )
    whole = joined([*parts, foot])
    if most is None or len(whole.encode()) <= most:
        return whole
    return _cut(parts, foot, most, _DRIFT_LEFT_OUT, view.kinds, view.hint(Command("drift")))


def above(view: DriftView) -> str:
    """Write the lines above a refreshed plan, and a blank line."""
    return "\n>\n".join(f"> {with_code(line)}" for line in view.brief) + "\n\n"


def _course_drift(course: CourseDrift) -> Iterator[Part]:
    ranked = sorted(course.rows, key=lambda row: FINDINGS[row[0].finding].rank)
    rows = [(FINDINGS[each.finding].rank, _found(each)) for each, _ in ranked]
    rows += [(Rank.ROWS, f"| | {course.more} |")] if course.more else []
    head = ("| | what was found |", "|---|---|")
    yield from _table(course.title, escape(course.origin), head, rows)
    for each, changed in ranked:
        if (edit := each.edit) and changed:
            yield Part(
                Rank.DETAIL, tuple(differences_block("What changed in", edit.title, changed)), 1
            )


def _found(each: Drifted) -> str:
    lines = [f"{escape(name(each))} {escape(sentence(each))}", *filter(None, [stance(each)])]
    return f"| {FINDINGS[each.finding].verb} | {'<br>'.join(lines)} |"
