"""The plan as Markdown, for a pull request or a step summary. Pure.

All that comes from outlines is escaped: neither Markdown nor HTML, mentions nor commands in a
title have any effect.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from coursesync.folding import Fold
from coursesync.limits import PUBLISHED, Limits
from coursesync.plan import Action
from coursesync.render.detail import one_row
from coursesync.render.sentences import (
    MARKS,
    MAYBE_RENAMED,
    NO_STATE,
    NOTHING,
    UNSEEN,
    bare,
    cost,
    detailing,
    folded,
    large,
    maybe_renamed,
    question,
    remark,
    settlement,
    summary,
    values,
)
from coursesync.words import count, inert

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from coursesync.advice import Told
    from coursesync.differences import Difference
    from coursesync.folding import Shown
    from coursesync.plan import Change, Course, Plan

_MOST_ADVICE = 50
_WORDS = {
    Action.CREATE: "create",
    Action.UPDATE: "update",
    Action.MOVE: "re-key",
    Action.PROTECT: "protect",
    Action.DEACTIVATE: "hide",
    Action.DELETE: "delete",
    Action.KEEP: "kept",
    Action.DOUBT: "in doubt",
}
# what has a meaning inside a line of GitHub-flavoured Markdown; `.` and `:` only where a bare
# address or an emoji's name could start: https://github.github.com/gfm/
_MEANING = re.compile(r"[\\`*_\[\]<>&|~$]|[.:](?=\S)|[@#](?=\S)|(?<=GH)-(?=[0-9])")
_WORD_JOINER = "&#8288;"  # unseen; GitHub looks for mentions and references in the rendered text
_ADDRESS = re.compile(r":(?=//)|www(?=\.)", re.IGNORECASE)
_WRITTEN = {
    "<": "&lt;",
    ">": "&gt;",
    "&": "&amp;",
    "|": "&#124;",
    "@": f"@{_WORD_JOINER}",
    "#": f"&#35;{_WORD_JOINER}",
    "-": f"-{_WORD_JOINER}",
}


def escape(text: str) -> str:
    """Make text from elsewhere mean nothing but itself in Markdown."""
    return _MEANING.sub(lambda found: _WRITTEN.get(found[0], f"\\{found[0]}"), inert(text, 500))


def _in_html(text: str) -> str:
    """Make text from elsewhere mean nothing but itself between HTML tags.

    No backslash escapes there: https://spec.commonmark.org/0.31.2/#html-blocks
    """
    written = _MEANING.sub(lambda found: _WRITTEN.get(found[0], found[0]), inert(text, 500))
    return _ADDRESS.sub(rf"\g<0>{_WORD_JOINER}", written)


def render(plan: Plan, limits: Limits = PUBLISHED, advice: Told | None = None) -> str:
    """Write a plan as GitHub-flavoured Markdown; the summary comes first, advice last, folded."""
    lines = [*_lines(plan, limits), *(_advice(advice.first(_MOST_ADVICE)) if advice else ())]
    return "\n".join(lines) + "\n"


def _lines(plan: Plan, limits: Limits) -> Iterator[str]:
    if not plan.changes:
        yield f"**{NOTHING}**"
        return
    yield f"**{summary(plan)}**"
    if plan.has_changes:
        yield ""
        yield cost(plan, limits)
    if much := large(plan):
        yield ""
        yield f"> {escape(much)}"
    if plan.has_changes and not plan.serial:
        yield ""
        yield f"> {NO_STATE}"
    detailed = detailing(plan)
    for course, changes in plan.by_course():
        yield ""
        yield from _course(course, changes, detailed)
    yield ""
    yield f"<sub>Target {escape(plan.target)} · digest `{plan.digest}`</sub>"


def _course(
    course: Course,
    changes: list[Change],
    detailed: Callable[[Change], tuple[Difference, ...]],
) -> Iterator[str]:
    yield f"### {escape(course.title or course.key)}"
    yield ""
    yield f"course {course.id}, {_code(course.path) if course.path else 'without an outline'}"
    yield ""
    yield "| | order | section | for members |"
    yield "|---|---:|---|---|"
    for change in changes:
        said = escape(remark(change)) or change.kind.describe(change.attributes)
        if not change.attributes.get("Active", True):
            said += ", hidden from members"
        mark = f"`{MARKS[change.action]}` {_WORDS[change.action]}"
        yield f"| {mark} | {change.order} | {escape(change.title)} | {said} |"
    if maybe_renamed(changes):
        yield ""
        yield MAYBE_RENAMED.replace("previous_keys: [old-key]", "`previous_keys: [old-key]`")
    for change in changes:
        if asked := question(change):
            yield ""
            yield escape(asked)
    compared = [(change, detailed(change)) for change in changes]
    yield from details([(change, found) for change, found in compared if found])
    for change in changes:
        if change.action is Action.DOUBT:
            yield ""
            yield f"To settle {escape(change.title)}, which is in doubt:"
            yield ""
            for line in settlement(change, change.candidates, bare):
                words, _, command = line.partition("  ")
                yield f"- {escape(words)} {_code(command.strip()) if command else ''}".rstrip()


def details(
    detailed: list[tuple[Change, tuple[Difference, ...]]], words: str = "What changes in"
) -> Iterator[str]:
    """Write what each of some changes tells in detail, folded."""
    for change, found in detailed:
        yield ""
        yield f"<details><summary>{words} {_in_html(change.title)}</summary>"
        yield ""
        if short := [difference for difference in found if not difference.lines]:
            yield "| | before | after |"
            yield "|---|---|---|"
            yield from map(_row, short)
            yield ""
        for difference in found:
            if difference.lines:
                yield f"{escape(difference.field)}:"
                yield ""
                yield from _fenced([_shown(line) for line in difference.lines])
                yield ""
        yield "</details>"


def _advice(advice: Told) -> Iterator[str]:
    told = count(len(advice.shown) + advice.more, "piece", "pieces")
    yield ""
    yield f"<details><summary>{told} of advice for the authors</summary>"
    yield ""
    for each in advice.shown:
        yield f"- {_code(str(each.where))} {escape(each.problem)}<br>{escape(each.remedy)}"
    if advice.more:
        yield f"- and {advice.more:,} more"
    yield ""
    yield "</details>"


def _row(difference: Difference) -> str:
    before, after = values(difference)
    remark = f" ({escape(difference.remark)})" if difference.remark else ""
    return f"| {escape(difference.field)} | {escape(before)} | {escape(after)}{remark} |"


def _shown(line: Shown) -> str:
    if isinstance(line, Fold):
        return f"  {folded(line)}"
    note = f" ({UNSEEN})" if line.unseen else ""
    return f"{line.mark.value} {one_row(line.pieces)}{note}".rstrip()


def _fenced(lines: list[str]) -> Iterator[str]:
    """Fence lines in with more ticks than any of them holds: nothing in them means anything."""
    longest = max((len(ticks) for line in lines for ticks in re.findall("`+", line)), default=0)
    fence = "`" * max(3, longest + 1)
    yield f"{fence}diff"
    yield from lines
    yield fence


def _code(text: str) -> str:
    return f"`{inert(text).replace('`', chr(0x2019))}`"
