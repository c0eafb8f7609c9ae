"""Writes the comment on a pull request: what members will see, then what the engineer needs.

Owns its order, and what is left out if it must be bounded: the lightest rows first. All text from
elsewhere is escaped.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from coursesync.kinds.counting import counted, noun, nouns
from coursesync.planning.action import Action
from coursesync.planning.large_change import oversized
from coursesync.render.comment.asked import asked
from coursesync.render.comment.configured import changed_settings
from coursesync.render.comment.layout import GITHUB, NO_LINKS, bounded, linked, other_files
from coursesync.render.comment.prose import named
from coursesync.render.comment.seen import Effect, items_of
from coursesync.render.comment.sources import Sources
from coursesync.render.comment.words import cell, course_in_brief, heading, taken
from coursesync.render.fit import Part, Rank
from coursesync.render.markdown import differences_block
from coursesync.render.markdown_escape import code, escape, with_code
from coursesync.text import count, inert, listed

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from coursesync.kinds.address import Address
    from coursesync.planning.plan import Plan
    from coursesync.render.comment.configured import SettingChange
    from coursesync.render.comment.layout import Links
    from coursesync.render.comment.seen import Item
    from coursesync.render.rows import CourseView, PlanView

_ON_MERGE = (
    "When this is merged, it goes live within about a minute. A comment on this page then says so."
)
_STOPS = (
    "When this is merged, it waits until somebody who pushed none of it, and may write to this "
    "repository, has allowed it by the lines at the top of this comment."
)
_DECIDED = "When this is merged, it waits until somebody decides about the changes that wait now."
_TOGETHER = "When this is merged, it goes live together with the changes that wait now."
_WHOLE = "This is all that the next apply would do, with the changes that wait already."
_MOST_WARNED, _MOST_REASONS, _MOST_WAITING, _LONG = 20, 3, 5, 300


@dataclass(frozen=True, slots=True)
class Stop:
    """What stops apply, in a sentence, and the line that a person writes in a comment to allow it.

    The sentence has no full stop, and need not be safe to show.
    """

    reason: str
    write: str


@dataclass(frozen=True, slots=True)
class Outlook:
    """What is known about a pull request besides its plan.

    Attributes:
        stops: why apply will stop once it is merged.
        others: the files that it changes and that are not outlines.
        whole: all that the next apply would do, with what waits already; None if that is the same.
        waiting: how many changes wait already, by the title of the course.
        decided: the address of the page where somebody decides about them; "" for none.
        kept: the addresses of what had left the outlines before.
        settings: those that it changes in coursesync.toml.
    """

    stops: Sequence[Stop] = ()
    others: Sequence[str] = ()
    whole: PlanView | None = None
    waiting: Mapping[str, int] = field(default_factory=dict)
    decided: str = ""
    kept: Collection[Address] = ()
    settings: Sequence[SettingChange] = ()

    def promise(self) -> str:
        """Return when what it changes goes live."""
        if self.stops:
            return _STOPS
        if self.waiting:
            return _DECIDED if self.decided else _TOGETHER
        return _ON_MERGE


def stops_of(plan: Plan, digest: str) -> tuple[Stop, ...]:
    """Return why apply will stop because of what a plan changes.

    `digest` is the one that a permission is bound to.
    """
    deleted = Counter(e.kind for e in plan.changes if e.action is Action.DELETE)
    reasons = {
        "large-change": listed(much, _MOST_REASONS) if (much := oversized(plan)) else "",
        "prune": counted(deleted),
        "progress-loss": nouns({e.kind for e in plan.changes if e.loses_completions}),
    }
    words = {
        "large-change": "apply will stop: this changes {}",
        "prune": "apply will stop: this deletes {}",
        "progress-loss": "apply will stop if members have completed any of the deleted {}",
    }
    return tuple(
        Stop(words[name].format(what), f"/coursesync allow {name} {digest}")
        for name, what in reasons.items()
        if what
    )


NO_OUTLOOK = Outlook()


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
    if any(items for _, items in courses):
        foot += ["", outlook.promise()]
    whole = outlook.whole or view
    digest = f" · digest `{whole.plan.digest}`"
    folded = _engineer(whole, digest, is_whole=outlook.whole is not None)
    below = [Part(Rank.ALWAYS, tuple(foot)), *folded]
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
    yield from _not_theirs(outlook)
    yield from _warnings(view, courses)
    for course, items in courses:
        yield from _table(view, course, items)
        yield from asked(view.plan, course, outlook.kept)


def _head(
    view: PlanView, courses: Sequence[tuple[CourseView, Sequence[Item]]], outlook: Outlook
) -> Iterator[str]:
    for stop in outlook.stops[:_MOST_REASONS]:
        allow = f"To allow it, write this in a comment: `{stop.write}`"
        yield f"**After the merge, {escape(inert(stop.reason, _LONG))}.** {allow}"
        yield ""
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


def _warnings(
    view: PlanView, courses: Sequence[tuple[CourseView, Sequence[Item]]]
) -> Iterator[Part]:
    """Yield the block that names what is taken from members."""
    lost = [(course, i) for course, items in courses for i in items if i.effect.takes]
    lost.sort(key=lambda each: each[1].effect)
    several = len({id(course) for course, _ in lost}) > 1
    above = ("", "> [!WARNING]", "> **Taken from members:**")
    for number, (course, item) in enumerate(lost[:_MOST_WARNED]):
        words = taken(item, view.plan.courses)
        where = f", in {named(course.title)}" if several else ""
        line = f"> - {heading(item, is_mixed=True)}{where}: {words}"
        yield Part(_rank(item), (line,) if number else (*above, line))
    if (more := len(lost) - _MOST_WARNED) > 0:
        yield Part(Rank.WEIGHTY, (f"> - and {more:,} more, in the tables below",))


def _table(view: PlanView, course: CourseView, items: Sequence[Item]) -> Iterator[Part]:
    """Yield the rows of a course, the heaviest first; the first one includes the table's head."""
    kinds = {item.kind for item in items}
    head = f"| {noun(kinds).capitalize()} | What changes |"
    above = ("", f"#### {escape(course.title)}", "", head, "|---|---|")
    for number, item in enumerate(items):
        words = cell(item, view.plan.courses)
        row = f"| {heading(item, is_mixed=len(kinds) > 1)} | {words} |"
        yield Part(_rank(item), (row,) if number else (*above, row), 1)


def _not_theirs(outlook: Outlook) -> Iterator[Part]:
    """Yield what other people's merges left waiting in the same courses."""
    if not outlook.waiting:
        return
    found = [f"{count(each, 'change')} of {named(of)}" for of, each in outlook.waiting.items()]
    what, several = listed(found, _MOST_WAITING), sum(outlook.waiting.values()) > 1
    page = linked(f"#{outlook.decided.rpartition('/')[2]}", outlook.decided)
    if page:
        them = "they are" if several else "it is"
        wait = "wait" if several else "waits"
        line = f"{what} {wait} in {page}; until {them} decided, this waits too."
    else:
        line = f"{what} {'are' if several else 'is'} merged already, and not live yet."
    yield Part(Rank.WEIGHTY, ("", f"**Not yours:** {line}"))


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
