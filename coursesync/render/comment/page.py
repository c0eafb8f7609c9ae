"""Writes the comment on a pull request: what members will see, then what the engineer needs.

Owns its order, and what is left out if it must be bounded: the lightest rows first. All text from
elsewhere is escaped.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from coursesync.kinds.counting import noun
from coursesync.render.comment.asked import asked
from coursesync.render.comment.configured import changed_settings
from coursesync.render.comment.effect import Effect
from coursesync.render.comment.layout import GITHUB, NO_LINKS, bounded, other_files, pointed
from coursesync.render.comment.losses import losses
from coursesync.render.comment.outlook import NO_OUTLOOK
from coursesync.render.comment.seen import items_of
from coursesync.render.comment.sources import Sources
from coursesync.render.comment.words import besides, cell, course_in_brief, heading
from coursesync.render.fit import Part, Rank
from coursesync.render.markdown import differences_block
from coursesync.render.markdown_escape import code, escape, with_code

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from coursesync.render.comment.layout import Links
    from coursesync.render.comment.outlook import Outlook
    from coursesync.render.comment.seen import Item
    from coursesync.render.rows import CourseView, PlanView

_WHOLE = "This is all that the next apply would do, with the changes that wait already."
_MOST_WARNED, _MOST_ADVICE = 20, 3


def compose(
    view: PlanView,
    links: Links = NO_LINKS,
    most: int = GITHUB,
    outlook: Outlook = NO_OUTLOOK,
) -> str:
    """Write the comment for a plan, as GitHub-flavoured Markdown of at most `most` bytes.

    `most` should be 32,768 or more: the parts that are never left out need that in the worst case.
    """
    courses = [(course, items_of(course)) for course in view.courses]
    above = [Part(Rank.ALWAYS, tuple(_head(view, courses, outlook)))]
    above += _seen(view, courses, outlook)
    foot = [*links.lines(), *other_files(outlook.others), *changed_settings(outlook.settings)]
    if view.plan.has_changes:
        foot += ["", outlook.next_step()]
    whole = outlook.whole or view
    digest = f" · digest `{whole.plan.digest}`"
    folded = _engineer(whole, digest, is_whole=outlook.whole is not None)
    below = [*_advice(outlook, links), Part(Rank.ALWAYS, tuple(foot)), *folded]
    return bounded(above, below, most, "lighter row")


def seen_by_members(view: PlanView) -> tuple[Part, ...]:
    """Return what members will see by a plan, then what the engineer needs, without its digest."""
    courses = [(course, items_of(course)) for course in view.courses]
    head = ("", *_head(view, courses, NO_OUTLOOK))
    return (Part(Rank.ALWAYS, head), *_seen(view, courses, NO_OUTLOOK), *_engineer(view, digest=""))


def _seen(
    view: PlanView, courses: Sequence[tuple[CourseView, Sequence[Item]]], outlook: Outlook
) -> Iterator[Part]:
    yield from in_brief(courses)
    yield from outlook.not_theirs()
    lost = losses(courses, view.plan.courses)
    yield from _warnings(view, lost)
    named_above = {id(item) for item, _ in lost[:_MOST_WARNED]}
    for course, items in courses:
        yield from _table(view, course, items, named_above)
        yield from asked(view.plan, course)


def _head(
    view: PlanView, courses: Sequence[tuple[CourseView, Sequence[Item]]], outlook: Outlook
) -> Iterator[str]:
    yield from outlook.to_allow()
    if _is_seen(courses):
        yield "### What members will see"
    else:
        yield "### Nothing changes for members"
        if why := _why_nothing(view, courses):
            yield ""
            yield why


def _is_seen(courses: Sequence[tuple[CourseView, Sequence[Item]]]) -> bool:
    """Return whether members see any difference."""
    return any(item.effect is not Effect.DRAFT for _, items in courses for item in items)


def _why_nothing(view: PlanView, courses: Sequence[tuple[CourseView, Sequence[Item]]]) -> str:
    if any(items for _, items in courses):
        return "What changes is hidden from them."
    if not view.rows:
        return "The outlines ask for what is live already."
    # otherwise a note below names what members still see
    only = "Only keys, numbers or other values that members do not see change."
    return only if view.plan.has_changes else ""


def _rank(item: Item) -> Rank:
    if item.effect is Effect.DELETED:
        return Rank.LOST
    if item.effect <= Effect.DOUBT:
        return Rank.WEIGHTY
    return Rank.NEW if item.effect in {Effect.NEW, Effect.DRAFT} else Rank.ROWS


def in_brief(courses: Sequence[tuple[CourseView, Sequence[Item]]]) -> Iterator[Part]:
    """Yield a sentence for each course whose members see a difference."""
    seen = [(course, items) for course, items in courses if items]
    mark = "- " if len(seen) > 1 else ""
    for number, (course, items) in enumerate(sorted(seen, key=lambda each: each[1][0].effect)):
        line = f"{mark}{course_in_brief(course.title, items)}"
        yield Part(_rank(items[0]), (line,) if number else ("", line))


def _warnings(view: PlanView, lost: Sequence[tuple[Item, str]]) -> Iterator[Part]:
    """Yield the block that names what is taken from members."""
    above: tuple[str, ...] = ("", "> [!WARNING]", "> **Taken from members:**")
    for item, words in lost[:_MOST_WARNED]:
        records = int(not besides(item, view.plan.courses))  # the others have a row
        yield Part(_rank(item), (*above, f"> - {words}"), records)
        above = ()
    if (more := len(lost) - _MOST_WARNED) > 0:
        yield Part(Rank.WEIGHTY, (f"> - and {more:,} more, in the tables below",))


def _table(
    view: PlanView, course: CourseView, items: Sequence[Item], named_above: Collection[int]
) -> Iterator[Part]:
    """Yield the rows of a course, the heaviest first; the first one includes the table's head.

    What the warning has is not repeated; `named_above` are its items.
    """
    rows = [
        (item, words)
        for item in items
        if (words := (besides if id(item) in named_above else cell)(item, view.plan.courses))
    ]
    kinds = {item.kind for item, _ in rows}
    head = f"| {noun(kinds).capitalize()} | What changes |" if rows else ""
    above = ("", f"#### {escape(course.title)}", "", head, "|---|---|")
    for number, (item, words) in enumerate(rows):
        row = f"| {heading(item, is_mixed=len(kinds) > 1)} | {words} |"
        yield Part(_rank(item), (row,) if number else (*above, row), 1)


def _advice(outlook: Outlook, links: Links) -> Iterator[Part]:
    """Yield the advice on the outlines of a pull request, briefly."""
    if not outlook.advice:
        return
    lines = ["", "**Members may stumble over this.** It is advice, and stops nothing:", ""]
    lines += [pointed(each, links) for each in outlook.advice[:_MOST_ADVICE]]
    if (more := len(outlook.advice) - _MOST_ADVICE) > 0:
        lines.append(f"- and {more:,} more, under *Files changed*")
    yield Part(Rank.ASIDE, tuple(lines))


def _engineer(view: PlanView, digest: str, *, is_whole: bool = False) -> Iterator[Part]:
    """Yield the folded part: what is sent, to which records, and all differences.

    `digest` is what to write of the plan's digest; `is_whole` says that more waits than is shown.
    """
    plan = view.plan
    head = ["", "<details><summary>For the engineer: requests, Ids, all differences</summary>", ""]
    head += [_WHOLE, ""] if is_whole else []
    head += [view.cost.replace("\n", " "), ""] if view.cost else []
    head.append(f"Target {escape(plan.target)}{digest}")
    yield Part(Rank.ALWAYS, tuple(head))
    for warning in view.cautions:
        yield Part(Rank.ASIDE, ("", with_code(warning)))
    sources = Sources()
    for row in view.rows:
        change = row.change
        known = f"Id {change.record_id}" if change.record_id is not None else ""
        remark = escape(row.remark)
        words = "; ".join(filter(None, ("" if known and known in remark else known, remark)))
        place = "" if row.order is None else f" at {row.order}"
        line = f"{row.wording.verb} {code(change.address)}{place}: {words}".rstrip(": ")
        lines = ["", line]
        if found := sources.differences(row):
            lines += differences_block("What changes in", row.title, found)
        for step in row.settlement:
            lines += ["", f"- {with_code(step)}"]
        yield Part(Rank.DETAIL, tuple(lines), 1)
    yield Part(Rank.ALWAYS, ("", "</details>"))
