"""A process's hold on a state's branch: the tip that it read or pushed last, and when.

Owns each push, and how long the remote may be silent. It must never push over another tip.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from coursesync.errors import (
    Command,
    ExitCode,
    Remedy,
    StateError,
    StateLocked,
    TryLater,
)
from coursesync.state.open_run import in_use
from coursesync.state.state_branch import Moved, NoAccess
from coursesync.state.state_tip import Tip, read_tip
from coursesync.text import duration

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from coursesync.state.run_id import RunId
    from coursesync.state.state_branch import StateBranch

_BEHIND = 60.0  # seconds that the branch's journal may lack
_PATIENCE = 180.0  # seconds without the remote, after which a run writes nothing more
_AGAIN = 10.0  # seconds until the next try, once the remote could not be reached
_PAUSES = (1.0, 2.0, 4.0, 8.0)  # seconds between the tries to record the end of a run
FRESH = 300.0  # seconds after a push in which its run may write: _PATIENCE and the longest request


class Unpushed(StateError):  # noqa: N818 - names what is wrong
    """This machine has the state, and the remote can't be reached."""

    exit_code = ExitCode.TRY_LATER


@dataclass(slots=True)
class Stopwatch:
    """Measures time by two clocks, and believes the faster one.

    So neither a time of day that is set back nor a machine that sleeps makes a run too late.

    Attributes:
        clocks: each returns seconds.
    """

    clocks: tuple[Callable[[], float], ...]
    _passed: float = 0.0
    _shown: tuple[float, ...] = ()

    def read(self) -> float:
        """Return the seconds since the first reading, and never fewer than before."""
        before, self._shown = self._shown, tuple(clock() for clock in self.clocks)
        both = zip(self._shown, before, strict=False)  # there is no earlier reading of the first
        self._passed += max([0.0, *(shown - earlier for shown, earlier in both)])
        return self._passed


@dataclass(slots=True)
class Silence:
    """How long a branch was seen to stay at a tip, by the waits in between: it trusts no clock."""

    tip: str = ""
    seconds: float = 0.0

    def at(self, tip: str) -> float:
        """Return the seconds for which the branch was seen at this tip, and no other."""
        if tip != self.tip:
            self.tip, self.seconds = tip, 0.0
        return self.seconds


@dataclass(slots=True)
class Lease:
    """A hold on a branch.

    Attributes:
        branch: the branch.
        now: returns the seconds since any moment.
        wait: waits that many seconds.
        tip: as it was read or pushed last; None if there is no branch.
    """

    branch: StateBranch
    now: Callable[[], float]
    wait: Callable[[float], None]
    tip: Tip | None = None
    _reached: float = 0.0
    _due: float = 0.0

    @property
    def is_due(self) -> bool:
        """Whether the last push was a minute ago."""
        return self.now() >= self._due

    def push(self, files: Mapping[str, bytes | None], message: str) -> None:
        """Push new contents of files; None removes one. Raises as `StateBranch.advance` does."""
        before = self.tip.files if self.tip else {}
        commit = self.branch.advance(self.tip.commit if self.tip else None, files, message)
        both = {**before, **files}
        has = {name: content for name, content in both.items() if content is not None}
        self.tip = Tip(self.branch, commit, has)
        self._reached = self.now()
        self._due = self._reached + _BEHIND

    def begin(self, files: Mapping[str, bytes | None], run: RunId) -> None:
        """Hold the branch for a run.

        Raises StateLocked if another run holds it, or did since the tip was read; TryLater, or
        StateError.
        """
        try:
            self.push(files, "Begin a run")
        except Moved as moved:
            raise self._overtaken(moved, run) from moved

    def renew(self, files: Mapping[str, bytes | None], run: RunId) -> None:
        """Push the journal of a run; that the remote is silent is an error after three minutes.

        Raises StateError: the run must write nothing more.
        """
        try:
            self.push(files, "Journal")
        except Moved as moved:
            raise self._ended(moved, run) from moved
        except TryLater as error:
            if (silence := self.now() - self._reached) >= _PATIENCE:
                raise StateError(
                    f"{self.branch.place} could not be reached for {duration(silence)}, so this "
                    "run writes nothing more",
                    Remedy("Once it can be reached:", Command("apply")),
                ) from error
            self._due = self.now() + _AGAIN

    def record(self, files: Mapping[str, bytes | None], message: str, run: RunId) -> None:
        """Push files, and try again for a while.

        Raises Unpushed if the remote can't be reached, StateError for any other reason.
        """
        for pause in (*_PAUSES, None):
            try:
                self.push(files, message)
            except Moved as moved:
                raise self._ended(moved, run) from moved
            except TryLater as error:
                if pause is None:
                    failure = StateError if isinstance(error, NoAccess) else Unpushed
                    raise failure(
                        f"the state is saved on this machine, and can't be pushed: {error.problem}",
                        Remedy(
                            "Keep this machine's files: they alone have the results. Once the "
                            "remote can be reached, this records them:",
                            Command("state recover"),
                            "So does the next command here that changes the state.",
                        ),
                    ) from error
                self.wait(pause)
            else:
                return

    def drop(self, run: RunId) -> None:
        """Remove the branch; raises StateError if another run pushed to it, or TryLater."""
        try:
            if self.tip is not None:
                self.branch.remove(self.tip.commit)
        except Moved as moved:
            raise self._ended(moved, run) from moved
        self.tip = None

    def _overtaken(self, moved: Moved, run: RunId) -> StateLocked:
        """Return the error of a run that found another tip than the one that it read."""
        tip = read_tip(self.branch, self.branch.fetch() if moved.commit else None)
        if tip is not None and (other := tip.run) is not None and other.run != run:
            return in_use(self.branch.place, other)
        return StateLocked(
            f"another run changed the state in {self.branch.place} while this one ran",
            Remedy("Nothing was overwritten. Plan again:", Command("plan")),
        )

    def _ended(self, moved: Moved, run: RunId) -> StateError:
        error = self._overtaken(moved, run)
        return StateError(error.problem, error.remedy)
