"""How a `coursesync ci apply` ended: its exit code, the status on commits, the job's summary.

Owns their words. It must never decide what is applied.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from coursesync.ci.forges.forge import LONGEST_STATUS, Mark, Status
from coursesync.ci.forges.settings import UNGUARDED
from coursesync.errors import ExitCode
from coursesync.kinds.counting import counted
from coursesync.text import count, inert

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from coursesync.kinds.kind import Kind

_APPLY_STATUS = "coursesync/apply"
REPLACE = "the engineer has to replace the secret NEXUDUS_TOKEN in the environment production"
_WORKSPACE = "courses"  # the one that `init` makes


@dataclass(frozen=True)
class Outcome:
    """How a run ended.

    Attributes:
        main: the SHA of main that it applied.
        context: the name of its statuses.
        waiting: the titles of the courses that wait for a person.
        left: how many changes are left that need no person, as after an outage.
        stop: why it ended early, as a sentence without an end; "" if it did not.
        later: why something can't be decided yet, such as the forge's index; "" if nothing is.
        still: how many records that left their outline are on the site, by kind.
        signal: the signal that stopped it.
        failure: the exit code of an error, such as a state that can't be saved.
        is_loosened: whether a looser setting of who has to approve waits for a person.
        open_to_all: whether everyone who may push can write the state's branch.
    """

    main: str
    context: str
    waiting: tuple[str, ...] = ()
    left: int = 0
    stop: str = ""
    later: str = ""
    still: Mapping[Kind, int] = field(default_factory=dict)
    signal: int | None = None
    failure: ExitCode = ExitCode.DONE
    open_to_all: bool = False
    is_loosened: bool = False

    @property
    def exit_code(self) -> ExitCode:
        """0 only if the site matches main; 6 before 75, because a person can act on it."""
        if self.failure is not ExitCode.DONE:
            return self.failure
        if self.signal is not None:
            return ExitCode.after(self.signal)
        if self.waiting or self.left or self.stop or self.is_loosened:
            return ExitCode.WORK_LEFT
        return ExitCode.TRY_LATER if self.later else ExitCode.DONE

    @property
    def matches(self) -> bool:
        """Whether the site matches main."""
        return self.exit_code is ExitCode.DONE

    @property
    def sentences(self) -> tuple[str, ...]:
        """What is so now, each as a sentence without an end."""
        return tuple(self._sentences())

    def _sentences(self) -> Iterator[str]:
        if self.matches:
            yield "The site matches main"
        yield from self.undecided()
        if self.left:
            are = "is" if self.left == 1 else "are"
            yield f"{count(self.left, 'change')} {are} left, and the next run continues"
        if self.stop:
            yield f"Stopped: {self.stop}"
        if self.later:
            yield f"This is temporary, and the next run tries again: {self.later}"
        if self.still:
            number = sum(self.still.values())
            yield f"{counted(self.still)} {'is' if number == 1 else 'are'} still on the site"
        if self.open_to_all:
            yield UNGUARDED

    def undecided(self) -> Iterator[str]:
        """Yield what waits for a person, each as a sentence without an end."""
        if self.waiting:
            number = len(self.waiting)
            yield f"{count(number, 'course')} {'waits' if number == 1 else 'wait'} for a decision"
        if self.is_loosened:
            yield "A change of who has to approve waits for a decision"

    def status(self, url: str = "") -> Status:
        """Return the status for commits."""
        what = inert("; ".join(self.sentences) or "Interrupted", LONGEST_STATUS)
        mark = Mark.FAILURE
        if self.matches:
            mark = Mark.SUCCESS
        elif self.exit_code is ExitCode.TRY_LATER:
            mark = Mark.ERROR
        return Status(self.context, mark, what, url)


def context_of(workspace: str) -> str:
    """Return the name of the statuses for a workspace: each has its own in a repository."""
    return (
        _APPLY_STATUS if workspace == _WORKSPACE else f"{_APPLY_STATUS} ({inert(workspace, 100)})"
    )
