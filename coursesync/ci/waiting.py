"""What waits for a person after an apply: the issue that shows it, with the lines to write.

Owns the words of that issue. Text from people is escaped. It must never decide what waits.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from coursesync.ci.approvals import DIGITS, PREFIX, Grant
from coursesync.render.markdown import compose
from coursesync.render.markdown_escape import escape
from coursesync.render.rows import PlanView
from coursesync.text import count, listed

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from coursesync.nexudus.limits import Limits
    from coursesync.planning.plan import Plan

MOST_REASONS = 20  # of a course that are shown
_ROOM = 8_000  # bytes for the lines around the plan
_ALLOWS = {
    Grant.LARGE_CHANGE: "To allow a change of this size",
    Grant.OVERWRITE: "To overwrite what was edited in Nexudus",
    Grant.PRUNE: "To delete on the site what was removed here",
    Grant.PROGRESS_LOSS: "To delete it although members lose the progress that they made",
}


@dataclass(frozen=True)
class Waiting:
    """The courses that wait for a person.

    Attributes:
        plan: what waits: the plan of main, with these courses alone.
        reasons: why each course waits, as sentences without an end, by the course's Id.
        needs_approval: whether nobody reviewed a part of it.
        needs: what has to be allowed.
    """

    plan: Plan
    reasons: Mapping[int, tuple[str, ...]]
    needs_approval: bool
    needs: tuple[Grant, ...] = ()

    @property
    def short_digest(self) -> str:
        """The first digits of its digest, as they are shown in the lines to write."""
        return self.plan.digest[:DIGITS]

    @property
    def courses(self) -> tuple[str, ...]:
        """The titles of the courses."""
        return tuple(each.title or each.key for each in self.plan.courses.values())

    @property
    def lines(self) -> tuple[tuple[str, str], ...]:
        """What a person may want, and the line to write for it."""
        approve = "To apply all of this"
        found = [(approve, f"{PREFIX} approve {self.short_digest}")] if self.needs_approval else []
        allow = [
            (_ALLOWS[each], f"{PREFIX} allow {each.value} {self.short_digest}")
            for each in self.needs
        ]
        return (*found, *allow)


def marker(workspace: str) -> str:
    """Return the beginning of the issue's text, by which it is found again."""
    return f"<!-- coursesync waiting: {workspace} -->"


def title_of(waiting: Waiting) -> str:
    """Return the title of the issue."""
    names = [escape(each) for each in waiting.courses]
    verb = "waits" if len(names) == 1 else "wait"
    return f"Not applied yet: {listed(names, 3)} {verb} for a decision"


def body_of(
    waiting: Waiting, workspace: str, limits: Limits, *, solo: bool, most: int = 60_000
) -> str:
    """Return the text of the issue, of at most `most` bytes."""
    head = "\n".join(_head(waiting, workspace, solo=solo))
    plan = compose(PlanView(waiting.plan, limits=limits), most=most - len(head.encode()) - 200)
    return f"{head}\n\n<details>\n<summary>The plan that waits</summary>\n\n{plan}\n\n</details>\n"


def _head(waiting: Waiting, workspace: str, *, solo: bool) -> Iterator[str]:
    yield marker(workspace)
    number = len(waiting.plan.courses)
    what = f"{count(number, 'course')} {'waits' if number == 1 else 'wait'} for a decision"
    yield f"**{what}. Nothing of {'it' if number == 1 else 'them'} was sent to the site.**"
    yield "Other courses are applied as usual."
    for course in waiting.plan.courses.values():
        yield ""
        yield f"### {escape(course.title or course.key)}"
        reasons = waiting.reasons.get(course.id, ())
        yield from (f"- {each}." for each in reasons[:MOST_REASONS])
        if (more := len(reasons) - MOST_REASONS) > 0:
            yield f"- and {more:,} more."
    yield ""
    who = "Somebody who may write to this repository"
    if not solo:
        who += ", and who pushed none of it,"
    lines = waiting.lines
    yield f"{who} decides by a comment here. Each line stands alone, as it is:"
    for want, line in lines:
        yield ""
        yield f"{want}:"
        yield ""
        yield f"    {line}"
    yield ""
    if len(lines) > 1:
        yield "All of these lines are needed; one comment may hold them."
    yield (
        "Otherwise change the outlines by a pull request: this issue is closed when nothing "
        "waits any more."
    )
