"""The tree of expected failures, the diagnostic with its place, and remedies as values.

CoursesyncError            exit 1: an expected failure, shown as a message, never as a traceback
├── UsageError             exit 64: the command line asks for what can't be done
├── InvalidOutlines        exit 3: carries every Diagnostic of the workspace
│   └── Advised            exit 3: there is only advice, and --strict makes it an error
├── UnusableFile           becomes a Diagnostic at the place that names the file
│   └── NotText            the file is not UTF-8
├── StalePlan              exit 4: the reviewed plan is not the plan that would be applied
├── LargeChange            exit 6: the plan changes more than is usual, and was not allowed to
├── StateLocked            exit 5: another apply holds the state
├── StateError             exit 1: the state or its journal can't be read, or is another target's
│   └── Unpushed           exit 75: this machine has the state, and the remote can't be reached
├── TryLater               exit 75: the forge, or the state's store, can't be reached now
│   └── NoAccess           exit 1: it denies access, so that a person has to help
├── Interrupted            exit 130: Ctrl-C while the site was read; nothing was changed
│   └── Terminated         exit 143: the same, by SIGTERM
└── RemoteError            exit 1: the API can't be used at all (unreachable, credentials refused)

Stop                       not a failure: it ends a run, and is in the report
├── Unusable               the API's answers stay unusable
└── Denied                 the API denies a request: bad credentials, or a missing role

A `Remedy` holds text and commands to type. This module must never print or exit: `coursesync.cli`
catches the tree in one place.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Literal, TypeAlias

from coursesync.errors.exit_code import ExitCode as ExitCode
from coursesync.errors.quoting import quoted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from os import PathLike

    Word: TypeAlias = "str | int | PathLike[str]"
    # of an option; several for one that is repeated
    Value: TypeAlias = "Word | bool | tuple[Word, ...] | None"

_CLOSING = ".,:;?!)"  # no space stands before these


@dataclass(frozen=True, slots=True, init=False)
class Shell:
    """Words for a shell, a whole command or a part; `str` quotes them."""

    words: tuple[str, ...]

    def __init__(self, *words: Word) -> None:
        object.__setattr__(self, "words", tuple(map(str, words)))

    def __str__(self) -> str:
        return " ".join(map(quoted, self.words))


@dataclass(frozen=True, slots=True, init=False)
class Command:
    """A command of coursesync: its name, its arguments, and its options by name.

    A flag is True; an option that is False or None is left out. `str` is the command for the
    default workspace and target; the command line adds the ones in use.
    """

    name: str
    arguments: tuple[str, ...]
    options: tuple[tuple[str, str | Literal[True]], ...]

    def __init__(self, name: str, *arguments: Word, **options: Value) -> None:
        several = ((k, v if isinstance(v, tuple) else (v,)) for k, v in options.items())
        given = ((key, each) for key, found in several for each in found if each is not None)
        kept = ((key, each is True or str(each)) for key, each in given if each is not False)
        object.__setattr__(self, "name", name)
        object.__setattr__(self, "arguments", tuple(map(str, arguments)))
        object.__setattr__(self, "options", tuple(kept))

    def in_words(self) -> Shell:
        """Return the words to type: arguments first, or last after `--` if one starts with `-`."""
        options = [word for option in self.options for word in _option_words(*option)]
        dashed = any(each.startswith("-") for each in self.arguments)
        words = (*options, "--", *self.arguments) if dashed else (*self.arguments, *options)
        return Shell("coursesync", *self.name.split(), *words)

    def __str__(self) -> str:
        return str(self.in_words())


def _option_words(name: str, value: str | Literal[True]) -> tuple[str, ...]:
    option = f"-{name}" if len(name) == 1 else f"--{name.replace('_', '-')}"
    if value is True:
        return (option,)
    if value.startswith("-"):
        return (f"{option}{'' if len(name) == 1 else '='}{value}",)
    return option, value


@dataclass(frozen=True, slots=True)
class Code:
    """Other text to type: a line of YAML or TOML, a tag, an address. Shown unchanged."""

    text: str

    def __str__(self) -> str:
        return self.text


class Line(Code):
    """A line of a file to type, with its indentation. It stands on a line of its own."""

    __slots__ = ()


Typed: TypeAlias = Command | Shell | Code


def in_ticks(code: str) -> str:
    """Write code within a sentence: between backticks, unless it has one itself."""
    return code if "`" in code else f"`{code}`"


@dataclass(frozen=True, slots=True, init=False)
class Remedy:
    """A sentence for people, in pieces: text, and code to type.

    Codes that follow each other are a choice, but lines belong together. No full stop is written
    after code.
    """

    pieces: tuple[str | Typed, ...]

    def __init__(self, *pieces: str | Typed | Remedy) -> None:
        own: list[str | Typed] = []
        for piece in pieces:
            for each in piece.pieces if isinstance(piece, Remedy) else (piece,):
                if isinstance(each, str) and own and isinstance(own[-1], str):
                    own[-1] = f"{own[-1]} {each}".strip()
                elif each:
                    own.append(each)
        object.__setattr__(self, "pieces", tuple(own))

    def placed(self, place: Callable[[Command], Shell]) -> Remedy:
        """Return the sentence with each command replaced by the words that `place` returns."""
        return Remedy(*(place(e) if isinstance(e, Command) else e for e in self.pieces))

    def written(self, typed: Callable[[Typed], str], text: Callable[[str], str] = str) -> str:
        """Return the sentence as text; `typed` writes its code, and `text` its other pieces."""
        return "".join(
            gap + (text(piece) if isinstance(piece, str) else typed(piece))
            for gap, piece in self.spaced()
        )

    def spaced(self) -> Iterator[tuple[str, str | Typed]]:
        """Yield each piece, with what stands before it: a space, `. ` after code, or `or`."""
        before: str | Typed | None = None
        for piece in self.pieces:
            gap = "" if before is None else " "
            if isinstance(piece, str):
                if piece[0] in _CLOSING:
                    gap = ""
                elif piece[0].isupper() and before is not None:
                    gap = ". "
            elif before is not None and not isinstance(before, str):
                gap = " and below it " if isinstance(piece, Line) else " or "
            yield gap, piece
            before = piece

    def __str__(self) -> str:
        return self.written(lambda typed: in_ticks(str(typed)))


# a message's text, with or without code to type
Sentence: TypeAlias = str | Remedy


@dataclass(frozen=True, slots=True, order=True)
class Where:
    """A place in a file: its path as shown to people, line and column from 1."""

    path: str
    line: int = 1
    column: int = 1

    def __str__(self) -> str:
        return f"{self.path}:{self.line}:{self.column}"


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One mistake, or advice of a `rule`: where it is, what is wrong, what to write instead."""

    where: Where
    problem: str
    remedy: Sentence = ""
    rule: str = ""

    def __lt__(self, other: Diagnostic) -> bool:
        one, two = ((each.where, each.problem, str(each.remedy)) for each in (self, other))
        return one < two

    def __str__(self) -> str:
        below = f"\n    {self.remedy}" if self.remedy else ""
        return f"{self.where}: {self.problem}{below}"


class CoursesyncError(Exception):
    """An expected failure: `problem` says what and where, `remedy` what to do next."""

    exit_code: ClassVar[ExitCode] = ExitCode.ERROR

    def __init__(self, problem: str, remedy: Sentence = "") -> None:
        super().__init__(problem)
        self.problem = problem
        self.remedy = remedy


class UsageError(CoursesyncError):
    """The command line, the environment or coursesync.toml asks for what can't be done."""

    exit_code = ExitCode.USAGE


class InvalidOutlines(CoursesyncError):  # noqa: N818 - names a state of the workspace
    """At least one outline is invalid; `diagnostics` holds every mistake, sorted by place."""

    exit_code = ExitCode.INVALID

    def __init__(self, diagnostics: Iterable[Diagnostic], problem: str = "") -> None:
        self.diagnostics = tuple(sorted(set(diagnostics)))
        number = len(self.diagnostics)
        super().__init__(problem or f"{number} mistake{'' if number == 1 else 's'} in the outlines")


class Advised(InvalidOutlines):
    """There is advice, and a setting forbids it.

    `number` counts all pieces, not only the first; `setting` names the option or its file.
    """

    def __init__(self, diagnostics: Iterable[Diagnostic], number: int, setting: str) -> None:
        pieces = "1 piece" if number == 1 else f"{number:,} pieces"
        what = f"{pieces} of advice on the outlines, and {setting} makes it an error"
        super().__init__(diagnostics, what)
        self.remedy = Remedy("Follow the advice, or continue without it:", Shell("--no-strict"))


class UnusableFile(CoursesyncError):  # noqa: N818 - names a state of a file
    """A file that an outline names can't be used; `mistakes` are those in it with a place."""

    def __init__(
        self, problem: str, remedy: Sentence = "", mistakes: tuple[Diagnostic, ...] = ()
    ) -> None:
        super().__init__(problem, remedy)
        self.mistakes = mistakes

    def diagnostics_at(self, where: Where) -> tuple[Diagnostic, ...]:
        """Return the diagnostics to show: the file's own mistakes, or this error at `where`."""
        return self.mistakes or (Diagnostic(where, self.problem, self.remedy),)


class StalePlan(CoursesyncError):  # noqa: N818 - names what is wrong
    """The outlines, the state or the target no longer match the reviewed plan."""

    exit_code = ExitCode.STALE


class LargeChange(CoursesyncError):  # noqa: N818 - names what is wrong
    """The plan would change an unusually large part, and that was not allowed."""

    exit_code = ExitCode.WORK_LEFT


class StateLocked(CoursesyncError):  # noqa: N818 - names what is wrong
    """Another process is applying to this state."""

    exit_code = ExitCode.LOCKED


class StateError(CoursesyncError):
    """The state or its journal can't be read, trusted or written; nothing was overwritten."""


class TryLater(CoursesyncError):  # noqa: N818 - names what to do
    """The forge or the store of the state can't be reached, or does not know yet."""

    exit_code = ExitCode.TRY_LATER


class Interrupted(CoursesyncError):  # noqa: N818 - names what a person did
    """Ctrl-C ended a command that only reads."""

    exit_code = ExitCode.INTERRUPTED


class Terminated(Interrupted):
    """SIGTERM ended a command that only reads."""

    exit_code = ExitCode.TERMINATED


class RemoteError(CoursesyncError):
    """The API can't be used: unreachable, or the credentials are refused."""


class Stop(Exception):  # noqa: N818 - not a failure
    """The run can't continue; the report of an apply carries the reason and the remedy.

    `unusable`: no request can be sent any more, because the API or the journal can't be used.
    """

    def __init__(self, reason: str, remedy: Sentence = "", *, unusable: bool = False) -> None:
        super().__init__(reason)
        self.reason = reason
        self.remedy = remedy
        self.unusable = unusable


class Denied(Stop):
    """The API denies a request: the credentials are bad, or their user lacks a role."""
