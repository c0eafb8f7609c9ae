"""What reviews do not cover of a plan, in words for people.

Owns the reasons, and what to do next. It must never decide what is covered.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

from coursesync.kinds.address import course_address
from coursesync.planning.effects import Effect
from coursesync.text import inert, listed

if TYPE_CHECKING:
    from typing import Self

    from coursesync.ci.forges.forge import Review
    from coursesync.kinds.address import Address
    from coursesync.planning.plan import Course

_SHORT = 60  # characters of a title or a line
_MOST_LINES = 3


class Reason(Enum):
    """Why something is not covered; the words follow the name of the commit."""

    PUSHED = "was pushed without a review"
    UNAPPROVED = "was merged without an approval of its last version"
    DOUBTFUL = "was merged with an approval that does not count: nobody knows who pushed to it"
    NOT_SHOWN = "sets it, but the pull request that it merged does not show that"
    EXPOSES = "sets a part of what members would see, but nobody reviewed all of it together"
    UNSET = "no commit set it since the last apply: someone changed it in Nexudus"
    FIRST = "nobody knows which commit was applied to this course last"
    TIED = "items move between this course and one that waits"


@dataclass(frozen=True, slots=True)
class Uncovered:
    """A change that no review covers.

    Attributes:
        address: that of the item, as in the plan.
        title: its title, not inert.
        field: the field, in an author's word; "" for the item as a whole.
        effect: what the change does.
        reason: why it is not covered.
        set_by: the SHA of the commit that set it last; None if no commit did.
        review: the review that this commit merged, if any.
        lines: of contents, the lines; not inert.
        others: what is shown by it, or the course that has to wait too; not inert.
        beside: the SHAs of other commits that may have set it, because nobody knows what they set.
    """

    address: Address
    title: str
    field: str
    effect: Effect
    reason: Reason
    set_by: str | None = None
    review: Review | None = None
    lines: tuple[str, ...] = ()
    others: tuple[str, ...] = ()
    beside: tuple[str, ...] = ()

    @classmethod
    def tied(cls, course: Course, other: str) -> Self:
        """Return what holds a course back together with another one, which is named by its key."""
        at, title = course_address(course.key), course.name
        return cls(at, title, "", Effect.CHANGED, Reason.TIED, others=(other,))

    @property
    def what(self) -> str:
        """The item and the field, inert: `"TITLE" (ADDRESS): contents`."""
        name = f'"{inert(self.title, _SHORT)}" ({inert(self.address)})'
        return f"{name}: {self.field}" if self.field else f"{name} {self.effect.value}"

    @property
    def who(self) -> str:
        """Who set it, or why nobody did: a clause, inert."""
        if self.set_by is None:
            return self.reason.value
        number = f" ({self.review.name})" if self.review else ""
        return f"commit {inert(self.set_by[:10])}{number} {self.reason.value}"

    @property
    def details(self) -> str:
        """The lines, or what is shown to members: a clause, inert; "" for none."""
        quoted = [f'"{inert(each, _SHORT)}"' for each in self.lines or self.others]
        return listed(quoted, _MOST_LINES)

    @property
    def remedy(self) -> str:
        """What to do besides an approval: a sentence."""
        return _REMEDIES[self.reason]

    @property
    def words(self) -> str:
        """The whole as a sentence, inert."""
        details = f" [{self.details}]" if self.details else ""
        return f"{self.what}{details}: {self.who}. {self.remedy}"


_REMEDIES = {
    Reason.PUSHED: "Revert that commit in a pull request, or approve what waits.",
    Reason.UNAPPROVED: "Let someone else approve what waits.",
    Reason.DOUBTFUL: (
        "Let the author of its commits add their e-mail address to their account, or let the "
        "values be set again by a pull request that somebody else approves."
    ),
    Reason.NOT_SHOWN: "Set it in a pull request of its own, or approve what waits.",
    Reason.EXPOSES: "Look at all that members will see, and approve what waits.",
    Reason.UNSET: "To keep the version in Nexudus, pull it; to overwrite it, approve what waits.",
    Reason.FIRST: "Approve what waits, once.",
    Reason.TIED: "Settle the other course first.",
}
