"""What waits for a person after an apply: the issue that shows it, with the lines to write.

Owns the words of that issue. Text from people is escaped. It must never decide what waits.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from coursesync.ci.approvals import DIGITS, PREFIX, Grant
from coursesync.render.markdown import compose
from coursesync.render.markdown_escape import escape
from coursesync.render.rows import PlanView
from coursesync.text import count, inert, listed

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from coursesync.ci.reviewing import Loosening
    from coursesync.nexudus.limits import Limits
    from coursesync.planning.plan import Plan

MOST_REASONS = 20  # of a course that are shown
MOST_LINES = 20  # to write
_APPROVE = "To apply all that nobody reviewed"
_ALLOWS = {
    Grant.LARGE_CHANGE: "To allow a change of that size",
    Grant.OVERWRITE: "To overwrite what was edited in Nexudus",
    Grant.PRUNE: "To delete on the site what left the outline",
    Grant.PROGRESS_LOSS: "To delete it although members lose the progress that they made",
}


@dataclass(frozen=True)
class Waiting:
    """The courses that wait for a person.

    Attributes:
        plan: what waits: the plan of all that main specifies for these courses.
        reasons: why each course waits, as sentences that are not inert, by the course's Id.
        digest: of what nobody reviewed; "" if only something has to be allowed.
        needs: what has to be allowed, and by which digest, for each course.
        loosening: a looser setting of who has to approve, which nobody reviewed.
    """

    plan: Plan
    reasons: Mapping[int, tuple[str, ...]]
    digest: str = ""
    needs: Mapping[int, tuple[tuple[Grant, str], ...]] = field(default_factory=dict)
    loosening: Loosening | None = None

    @property
    def courses(self) -> tuple[str, ...]:
        """The titles of the courses."""
        return tuple(each.title or each.key for each in self.plan.courses.values())

    @property
    def lines(self) -> tuple[tuple[str, str], ...]:
        """What a person may want, and the line to write for it."""
        short = self.digest[:DIGITS]
        found = [(_APPROVE, f"{PREFIX} approve {short}")] if short else []
        if self.loosening is not None:
            line = f"{PREFIX} approve {self.loosening.digest[:DIGITS]}"
            found.append(("To let that setting count from now on", line))
        for course, grants in self.needs.items():
            for grant, digest in grants:
                want = f"{_ALLOWS[grant]} ({escape(self._name_of(course))})"
                found.append((want, f"{PREFIX} allow {grant.value} {digest[:DIGITS]}"))
        return tuple(found)

    def _name_of(self, course: int) -> str:
        known = self.plan.courses[course]
        return known.title or known.key


def marker(workspace: str) -> str:
    """Return the beginning of the issue's text, by which it is found again."""
    return f"<!-- coursesync waiting: {workspace} -->"


def title_of(waiting: Waiting) -> str:
    """Return the title of the issue."""
    names = [inert(each, 60) for each in waiting.courses]
    if waiting.loosening is not None:
        names.append("who has to approve")
    verb = "waits" if len(names) == 1 else "wait"
    return f"Not applied yet: {listed(names, 3)} {verb} for a decision"


def body_of(
    waiting: Waiting, workspace: str, limits: Limits, *, solo: bool, most: int = 60_000
) -> str:
    """Return the text of the issue, of at most `most` bytes."""
    head = "\n".join(_head(waiting, workspace, solo=solo))
    if not waiting.plan.courses:
        return f"{head}\n"
    plan = compose(PlanView(waiting.plan, limits=limits), most=most - len(head.encode()) - 200)
    return f"{head}\n\n<details>\n<summary>The plan that waits</summary>\n\n{plan}\n\n</details>\n"


def _head(waiting: Waiting, workspace: str, *, solo: bool) -> Iterator[str]:
    yield marker(workspace)
    if waiting.loosening is not None:
        commit = waiting.loosening.commit[:10]
        yield (
            f"**Commit {commit} changes who has to approve, in coursesync.toml, without a review "
            "that counts.** Until it is approved here, the setting before it counts."
        )
        yield ""
    if number := len(waiting.plan.courses):
        what = f"{count(number, 'course')} {'waits' if number == 1 else 'wait'} for a decision"
        yield f"**{what}.** Other courses are applied as usual."
    for course in waiting.plan.courses.values():
        yield ""
        yield f"### {escape(course.title or course.key)}"
        yield ""
        reasons = waiting.reasons.get(course.id, ())
        yield from (f"- {escape(each)}" for each in reasons[:MOST_REASONS])
        if (more := len(reasons) - MOST_REASONS) > 0:
            yield f"- and {more:,} more."
    who = "Somebody who may write to this repository"
    if not solo:
        who += ", and who pushed none of it,"
    yield ""
    yield f"{who} decides by a comment here, with this line alone on a line:"
    for want, line in waiting.lines[:MOST_LINES]:
        yield ""
        yield f"{want}:"
        yield ""
        yield f"    {line}"
    yield ""
    yield (
        "Otherwise change the outlines by a pull request. This issue is closed when nothing waits "
        "any more."
    )
