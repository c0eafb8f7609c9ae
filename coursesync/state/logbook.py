"""The logbook of a run: every step is in the journal before the next is made.

What is about to be done and can't be noted is not done. What is known and can't be noted is kept
in mind for the state, and the run ends.
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
        """Note what is about to be done.

        Raises:
            Stop: it can't be noted.
            StateError: the same, and nothing was noted before it.
        """
        self._begin()
        try:
            self._store.append(step)
        except StateError as error:
            raise _unnoted(error) from error
        self.steps.append(step)

    def record(self, step: Conclusion | Look | Forget) -> None:
        """Note what is known; raises StateError where not even a journal can be begun."""
        self._begin()
        self.steps.append(step)
        try:
            self._store.append(step)
        except StateError as error:
            self._broken = _unnoted(error)

    def check(self) -> None:
        """Raise Stop where something that is known could not be noted."""
        if self._broken is not None:
            raise self._broken

    def led_to(self) -> State:
        """Return the state that the steps led to."""
        return fold(self._begun, self.steps)

    def _begin(self) -> None:
        if not self.steps:
            self._begun = self._store.begin(self._begun)


def _unnoted(error: StateError) -> Stop:
    return Stop(error.problem, error.remedy, unusable=True)
