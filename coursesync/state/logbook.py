"""The logbook of a run: its steps, where they are written, and the state that they lead to.

Each step is in the journal before the next step begins, and must be there before it is carried out.
An outcome that can't be written is kept in memory for the state, and the run ends. No step may lose
an Id, nor a create that may have been carried out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from coursesync.errors import StateError, Stop
from coursesync.state.replay import fold

if TYPE_CHECKING:
    from coursesync.state.journal import Conclusion, Forget, Intent, Look, Move, Protect, Step
    from coursesync.state.state import State
    from coursesync.state.store import StateStore


class Logbook:
    """The steps of one run, in the journal and in memory."""

    def __init__(self, store: StateStore, state: State) -> None:
        self._store = store
        self._begun = state
        self._broken: Stop | None = None
        self.steps: list[Step] = []

    def announce(self, step: Intent | Move | Protect | Forget) -> None:
        """Write down a step before it is done.

        Raises:
            Stop: it can't be written.
            StateError: it can't be written, and neither was any step before it.
        """
        self._begin()
        try:
            self._store.append(step)
        except StateError as error:
            raise _unwritten(error) from error
        self.steps.append(step)

    def record(self, step: Conclusion | Look | Forget) -> None:
        """Journal an outcome. If that fails, keep it for the state; `check` then stops the run.

        Raises:
            StateError: no journal can be opened.
        """
        self._begin()
        self.steps.append(step)
        try:
            self._store.append(step)
        except StateError as error:
            self._broken = _unwritten(error)

    def check(self) -> None:
        """Raise Stop if an outcome could not be written."""
        if self._broken is not None:
            raise self._broken

    def led_to(self) -> State:
        """Return the state that the steps led to."""
        return fold(self._begun, self.steps)

    def _begin(self) -> None:
        if not self.steps:
            self._begun = self._store.begin(self._begun)


def _unwritten(error: StateError) -> Stop:
    return Stop(error.problem, error.remedy, unusable=True)
