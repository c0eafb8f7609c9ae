"""What can go wrong, as one tree, and the positioned diagnostic.

CoursesyncError            exit 1: an expected failure, told in words, never with a traceback
├── UsageError             exit 64: the command line asks for what can't be done
├── InvalidOutlines        exit 3: carries every Diagnostic of the workspace
│   └── Advised            exit 3: nothing but advice, where --strict makes that an error
├── UnusableFile           becomes a Diagnostic where an outline names the file
├── StalePlan              exit 4: what was reviewed is not what would be applied
├── LargeChange            exit 6: the plan would change so much that someone has to say so
├── StateLocked            exit 5: another apply holds the state
├── StateError             exit 1: the state or its journal can't be read, or is another target's
├── Interrupted            exit 130: Ctrl-C while the site was read; nothing was changed
│   └── Terminated         exit 143: the same by SIGTERM
└── RemoteError            exit 1: the API can't be used at all (unreachable, credentials refused)
    └── Busy               the API asks to come back later

Stop                       no failure: it ends a run in good order, and the report carries it
└── Denied                 the API denies a request: bad credentials, or a missing role

This module never prints and never exits: `coursesync.cli` catches the tree in one place.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from collections.abc import Iterable


class ExitCode(IntEnum):
    """How a command ends; 130 and 143 (interrupted) are 128 plus the signal's number."""

    DONE = 0
    ERROR = 1
    CHANGES = 2
    INVALID = 3
    STALE = 4
    LOCKED = 5
    WORK_LEFT = 6
    USAGE = 64
    INTERRUPTED = 130
    TERMINATED = 143

    @classmethod
    def after(cls, signal: int | None) -> ExitCode:
        """Return how a command ends that did what it had to, and heeded a signal if one came."""
        return cls.DONE if signal is None else cls(128 + signal)


@dataclass(frozen=True, slots=True, order=True)
class Where:
    """A place in a file of the workspace: path as shown to people, line and column from 1."""

    path: str
    line: int = 1
    column: int = 1

    def __str__(self) -> str:
        return f"{self.path}:{self.line}:{self.column}"


@dataclass(frozen=True, slots=True, order=True)
class Diagnostic:
    """One mistake: where it is, what is wrong, and what to write instead."""

    where: Where
    problem: str
    remedy: str = ""

    def __str__(self) -> str:
        first = f"{self.where}: {self.problem}"
        return f"{first}\n    {self.remedy}" if self.remedy else first


class CoursesyncError(Exception):
    """An expected failure: `problem` says what and where, `remedy` what to do next."""

    exit_code: ClassVar[ExitCode] = ExitCode.ERROR

    def __init__(self, problem: str, remedy: str = "") -> None:
        super().__init__(problem)
        self.problem = problem
        self.remedy = remedy


class UsageError(CoursesyncError):
    """The command line, the environment or coursesync.toml asks for what can't be done."""

    exit_code = ExitCode.USAGE


class InvalidOutlines(CoursesyncError):  # noqa: N818 - a state of the workspace, told as such
    """At least one outline is invalid; `diagnostics` holds every mistake, sorted by place."""

    exit_code = ExitCode.INVALID

    def __init__(self, diagnostics: Iterable[Diagnostic]) -> None:
        self.diagnostics = tuple(sorted(set(diagnostics)))
        mistakes = (
            "1 mistake" if len(self.diagnostics) == 1 else f"{len(self.diagnostics)} mistakes"
        )
        super().__init__(f"{mistakes} in the outlines")


class Advised(InvalidOutlines):
    """There is advice, and it was asked to be an error; `diagnostics` are the first of it."""

    def __init__(self, diagnostics: Iterable[Diagnostic], number: int) -> None:
        super().__init__(diagnostics)
        pieces = "1 piece" if number == 1 else f"{number:,} pieces"
        self.problem = f"{pieces} of advice on the outlines, and --strict makes that an error"
        self.remedy = "Do as it says; to go on all the same:  --no-strict"
        self.args = (self.problem,)


class UnusableFile(CoursesyncError):  # noqa: N818 - a verdict on a file, told as such
    """A file that an outline names can't be used; the outline's loader adds the place.

    `mistakes` are those of which the place in the file is known, where it has any.
    """

    def __init__(
        self, problem: str, remedy: str = "", mistakes: tuple[Diagnostic, ...] = ()
    ) -> None:
        super().__init__(problem, remedy)
        self.mistakes = mistakes

    def named_at(self, where: Where) -> tuple[Diagnostic, ...]:
        """Return the diagnostics that this becomes, where an outline names the file."""
        return self.mistakes or (Diagnostic(where, self.problem, self.remedy),)


class StalePlan(CoursesyncError):  # noqa: N818 - the same
    """The outlines, the state or the target have moved away from the reviewed plan."""

    exit_code = ExitCode.STALE


class LargeChange(CoursesyncError):  # noqa: N818 - the same
    """The plan would change an unusual part of what is there, and nobody has allowed that."""

    exit_code = ExitCode.WORK_LEFT


class StateLocked(CoursesyncError):  # noqa: N818 - the same
    """Another process is applying to this state."""

    exit_code = ExitCode.LOCKED


class StateError(CoursesyncError):
    """The state or its journal can't be read, trusted or written; nothing was overwritten."""


class Interrupted(CoursesyncError):  # noqa: N818 - what a person did, told as such
    """Ctrl-C ended a command that only reads."""

    exit_code = ExitCode.INTERRUPTED


class Terminated(Interrupted):
    """SIGTERM did."""

    exit_code = ExitCode.TERMINATED


class RemoteError(CoursesyncError):
    """The API can't be used: unreachable, or the credentials are refused."""


class Busy(RemoteError):  # noqa: N818 - a state of the API, told as such
    """The API takes no login for now; `seconds` is how long it asks to wait."""

    def __init__(self, seconds: float) -> None:
        super().__init__("the API takes no login for now", "Try again in a minute.")
        self.seconds = seconds


class Stop(Exception):  # noqa: N818 - ends a run in good order, and is no failure
    """The run can't go on: why, what to mend first, and whether the API can't be used as it is.

    The report of an apply carries it; what ends a look is turned into an error.
    """

    def __init__(self, reason: str, remedy: str = "", *, unusable: bool = False) -> None:
        super().__init__(reason)
        self.reason = reason
        self.remedy = remedy
        self.unusable = unusable


class Denied(Stop):
    """The API denies a request: the credentials are bad, or their user lacks a role."""
