"""What is known about a pull request besides its plan, and what happens when it is merged.

Owns the words for what somebody has to allow, for what waits already, and for what to do next.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from coursesync.kinds.counting import counted, noun, nouns
from coursesync.planning.grant import Grant, needs
from coursesync.planning.large_change import oversized
from coursesync.render.comment.layout import linked
from coursesync.render.comment.prose import named
from coursesync.render.fit import Part, Rank
from coursesync.render.markdown_escape import escape
from coursesync.text import count, inert, listed

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from coursesync.errors import Diagnostic
    from coursesync.planning.plan import Plan
    from coursesync.render.comment.configured import SettingChange
    from coursesync.render.rows import PlanView

_MOST_REASONS, _MOST_WAITING, _LONG = 3, 5, 300


@dataclass(frozen=True, slots=True)
class Stop:
    """What somebody has to allow; `reason` follows "it", and need not be safe to show."""

    grant: Grant
    reason: str


@dataclass(frozen=True, slots=True)
class Outlook:
    """What is known about a pull request besides its plan.

    Attributes:
        stops: what somebody has to allow.
        lines: what they write in a comment to allow it.
        needs_approval: whether somebody else has to approve it before it is merged.
        is_solo: whether there is nobody else.
        others: the files that it changes and that are not outlines.
        whole: all that the next apply would do, with what waits already; None if that is the same.
        waiting: how many changes wait already, by the title of the course.
        decided: the address of the page where somebody decides about them; "" for none.
        settings: those that it changes in coursesync.toml.
        advice: that on its outlines which those of its base do not get.
    """

    stops: Sequence[Stop] = ()
    lines: Sequence[str] = ()
    needs_approval: bool = True
    is_solo: bool = False
    others: Sequence[str] = ()
    whole: PlanView | None = None
    waiting: Mapping[str, int] = field(default_factory=dict)
    decided: str = ""
    settings: Sequence[SettingChange] = ()
    advice: Sequence[Diagnostic] = ()

    def to_allow(self) -> Iterator[str]:
        """Yield what somebody has to allow, and the lines to write, each alone on its line."""
        if not self.lines:
            return
        *some, last = [each.reason for each in self.stops]
        reasons = f"{', '.join(some)} and {last}" if some else last
        who = "Somebody who may write to this repository"
        who += "" if self.is_solo else ", and who pushed none of it,"
        this = "this line" if len(self.lines) == 1 else "these lines"
        yield (
            f"**This waits until somebody allows it: it {escape(inert(reasons, _LONG))}.** {who} "
            f"allows it by a new comment with {this}, before or after the merge:"
        )
        yield ""
        yield from (f"    {each}" for each in self.lines)
        yield ""

    def next_step(self) -> str:
        """Return what to do next, and when it is on the site."""
        before = ""
        if self.needs_approval:
            both = ", to approve it and to allow it by the lines at the top. Then "
            alone = ". When they have approved it, "
            before = f"choose somebody under *Reviewers*{both if self.lines else alone}"
        elif self.lines:
            before = "allow it" if self.is_solo else "let somebody allow it"
            before = f"{before} by the lines at the top, then "
        when = "within about a minute"
        if self.waiting:
            when = "together with the changes that wait already"
            if page := _page(self.decided):
                when = f"{when}, once somebody has decided about them in {page}"
        return f"**Next:** {before}merge it. It is on the site {when}; a comment here then says so."

    def not_theirs(self) -> Iterator[Part]:
        """Yield what other people's merges left waiting in the same courses."""
        if not self.waiting:
            return
        found = [f"{count(each, 'change')} of {named(of)}" for of, each in self.waiting.items()]
        what, several = listed(found, _MOST_WAITING), sum(self.waiting.values()) > 1
        if page := _page(self.decided):
            them = "they are" if several else "it is"
            wait = "wait" if several else "waits"
            line = f"{what} {wait} in {page}; until {them} decided, this waits too."
        else:
            line = f"{what} {'are' if several else 'is'} merged already, and not live yet."
        yield Part(Rank.WEIGHTY, ("", f"**Not yours:** {line}"))


NO_OUTLOOK = Outlook()


def _page(address: str) -> str:
    return linked(f"#{address.rpartition('/')[2]}", address)


def stops_of(plan: Plan) -> tuple[Stop, ...]:
    """Return what of a plan somebody has to allow before apply does it."""
    deleted = Counter(each.kind for each in plan.changes if needs(each, Grant.PRUNE))
    lost = Counter(each.kind for each in plan.changes if needs(each, Grant.PROGRESS_LOSS))
    what = noun(lost) if lost.total() == 1 else nouns(lost)
    reasons = {
        Grant.LARGE_CHANGE: (" and ".join([*oversized(plan)][:_MOST_REASONS]), "changes {}"),
        Grant.PRUNE: (counted(deleted), "deletes {}"),
        Grant.PROGRESS_LOSS: (what if lost else "", "loses what members did in the deleted {}"),
    }
    return tuple(
        Stop(grant, words.format(found)) for grant, (found, words) in reasons.items() if found
    )
