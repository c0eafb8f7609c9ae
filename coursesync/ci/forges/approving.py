"""Whether what people decided about a review approves its last head.

Owns which decision counts, for every forge: GitHub tells the commit of each, GitLab only the time.
It must never ask a forge by itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from coursesync.ci.forges.forge import Pushers


class Verdict(Enum):
    """What a person decides about a review."""

    APPROVED = auto()
    REFUSED = auto()  # asks for changes
    UNAPPROVED = auto()  # takes an own approval back
    DISMISSED = auto()  # somebody else took back what this person decided last


@dataclass(frozen=True, slots=True)
class Decision:
    """A decision about a review.

    Attributes:
        who: the login of who made it.
        verdict: what it is.
        is_of_head: whether it is about the last head of the review, as a change of the branch that
            it was merged into.
        is_by_bot: whether no person made it, as far as the forge tells.
    """

    who: str
    verdict: Verdict
    is_of_head: bool = True
    is_by_bot: bool = False


class Approval(Enum):
    """Whether a review is approved."""

    MISSING = auto()
    DOUBTFUL = auto()  # nobody knows who pushed to it: it may have been the one who approved it
    GIVEN = auto()


def approval(
    decisions: Iterable[Decision], pushers: Callable[[], Pushers], may_write: Callable[[str], bool]
) -> Approval:
    """Return whether decisions approve a review.

    The last decision of each person counts; a request for changes stands until that person
    approves, or it is dismissed. As in GitHub's own rules, no decision of somebody who may not
    write counts. Neither does an approval of an earlier head, by a bot, or by somebody who pushed.

    Args:
        decisions: the oldest first.
        pushers: returns who pushed to the review, with its author; called only if that matters.
        may_write: whether an account may write to the repository; likewise.
    """
    last: dict[str, Decision] = {}
    for each in decisions:
        stands = each.who in last and last[each.who].verdict is Verdict.REFUSED
        if each.verdict is not Verdict.UNAPPROVED or not stands:
            last[each.who] = each
    approvers = [
        each.who
        for each in last.values()
        if each.verdict is Verdict.APPROVED and each.is_of_head and not each.is_by_bot
    ]
    refusers = [each.who for each in last.values() if each.verdict is Verdict.REFUSED]
    if not approvers or any(map(may_write, refusers)):
        return Approval.MISSING
    pushed = pushers()
    if not any(each not in pushed.logins and may_write(each) for each in approvers):
        return Approval.MISSING
    return Approval.DOUBTFUL if pushed.unknown else Approval.GIVEN
