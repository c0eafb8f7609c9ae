"""What waits for a person after an apply: the issue that shows it, with the lines to write.

Owns the words of that issue. Text from people is escaped. It must never decide what waits.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from coursesync.ci.forges.settings import UNGUARDED
from coursesync.ci.instructions.approvals import DIGITS, PREFIX, line_to_write
from coursesync.ci.results.kept import marker
from coursesync.planning.grant import Grant
from coursesync.render.comment.layout import bounded
from coursesync.render.comment.page import seen_by_members
from coursesync.render.fit import Part, Rank
from coursesync.render.markdown_escape import code, escape
from coursesync.render.rows import PlanView
from coursesync.text import count, inert, listed

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from coursesync.ci.coverage.reviewing import Loosening
    from coursesync.ci.results.reasons import Why
    from coursesync.nexudus.limits import Limits
    from coursesync.planning.plan import Plan

MOST_REASONS = 20  # of a course that are shown
MOST_DETAILS = 50  # of a course
_LONG = 200  # characters of a title
MOST_LINES = 20  # to write
_FEWER = 4 - DIGITS  # digits, where a line is named
_OTHERWISE = (
    "Otherwise change the outlines by a pull request. This issue is closed when nothing waits any "
    "more."
)
_APPROVE = "to apply all that nobody reviewed"
_ALLOWS = {
    Grant.LARGE_CHANGE: "to allow a change of that size",
    Grant.OVERWRITE: "to overwrite what was edited in Nexudus",
    Grant.PRUNE: "to delete on the site what left the outline",
    Grant.PROGRESS_LOSS: "to delete it even if members completed it, and lose that progress",
}


@dataclass(frozen=True)
class WaitingCourses:
    """The courses that wait for a person.

    Attributes:
        plan: what waits: the plan of all that main specifies for these courses.
        reasons: why each course waits, by the course's Id.
        digest: of what nobody reviewed; "" if only something has to be allowed.
        needs: what has to be allowed, and by which digest, for each course.
        loosening: a looser setting of who has to approve, which nobody reviewed.
        open_to_all: whether everyone who may push can write the state's branch.
    """

    plan: Plan
    reasons: Mapping[int, tuple[Why, ...]]
    digest: str = ""
    needs: Mapping[int, tuple[tuple[Grant, str], ...]] = field(default_factory=dict)
    loosening: Loosening | None = None
    open_to_all: bool = False

    @property
    def courses(self) -> tuple[str, ...]:
        """The titles of the courses."""
        return tuple(each.name for each in self.plan.courses.values())

    @property
    def lines(self) -> tuple[tuple[str, str], ...]:
        """What a person may want, and the line to write for it."""
        found = [(_APPROVE, line_to_write(self.digest))] if self.digest else []
        if self.loosening is not None:
            line = line_to_write(self.loosening.digest)
            found.append(("to let that setting count from now on", line))
        for course, grants in self.needs.items():
            for grant, digest in grants:
                want = f"{_ALLOWS[grant]} ({escape(self.plan.courses[course].name)})"
                found.append((want, line_to_write(digest, grant)))
        return tuple(found)


def title_of(waiting: WaitingCourses) -> str:
    """Return the title of the issue."""
    names = [inert(each, 60) for each in waiting.courses]
    if waiting.loosening is not None:
        names.append("who has to approve")
    verb = "waits" if len(names) == 1 else "wait"
    return f"Not applied yet: {listed(names, 3)} {verb} for a decision"


def body_of(
    waiting: WaitingCourses, workspace: str, limits: Limits, *, solo: bool, most: int = 60_000
) -> str:
    """Return the text of the issue, of at most `most` bytes."""
    above = [
        Part(Rank.ALWAYS, tuple(_head(waiting, workspace))),
        *reason_parts(waiting),
        Part(Rank.ALWAYS, tuple(_lines(waiting, solo=solo))),
        *seen_by_members(PlanView(waiting.plan, limits=limits)),
    ]
    return bounded(above, [Part(Rank.ALWAYS, ("", _OTHERWISE))], most, "more line")


def _head(waiting: WaitingCourses, workspace: str) -> Iterator[str]:
    yield marker("waiting", workspace)
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
    if waiting.open_to_all:
        yield ""
        yield (
            f"Note: {UNGUARDED}, so what it says was applied last may be wrong. The engineer finds "
            "how to protect it by `coursesync doctor`."
        )


def reason_parts(waiting: WaitingCourses) -> Iterator[Part]:
    """Yield why each course waits, with the fields that wait folded away."""
    for course in waiting.plan.courses.values():
        reasons = waiting.reasons.get(course.id, ())
        lines = ["", f"### {escape(inert(course.name, _LONG))}", ""]
        lines += [f"- {each.words}" for each in reasons[:MOST_REASONS]]
        if (more := len(reasons) - MOST_REASONS) > 0:
            lines.append(f"- and {more:,} more.")
        yield Part(Rank.WEIGHTY, tuple(lines), 1)
        details = [one for each in reasons for one in each.details]
        if details:
            fold = [f"- {escape(each)}" for each in details[:MOST_DETAILS]]
            if (more := len(details) - MOST_DETAILS) > 0:
                fold.append(f"- and {more:,} more")
            head = ("", "<details><summary>Which fields wait</summary>", "")
            yield Part(Rank.DETAIL, (*head, *fold, "", "</details>"), 1)


def _lines(waiting: WaitingCourses, *, solo: bool) -> Iterator[str]:
    who = "Somebody who may write to this repository"
    if not solo:
        who += ", and who pushed none of it,"
    lines = waiting.lines[:MOST_LINES]
    yield ""
    if len(lines) == 1:
        yield f"{who} decides by a new comment here with this line, alone on its line:"
    else:
        yield (
            f"{who} decides by a new comment here. These lines together are enough for all of it; "
            "leave out what you do not want. Each stands alone on its line:"
        )
    yield ""
    yield from (f"    {line}" for _, line in lines)
    yield ""
    for want, line in lines:
        words = line.removeprefix(PREFIX).strip()
        yield f"- {code(f'{words[:_FEWER]}…')}: {want}"
    yield ""
    yield "coursesync answers each line, and says what happens next."
