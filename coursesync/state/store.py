"""The port to the place where a state and its journal are kept; `file_store` uses files."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from coursesync.state.journal import Step
    from coursesync.state.state import State

STATE_NAME = "coursesync.state.json"  # the default name of the file


class StateStore(Protocol):
    """Keeps the state and its journal. Each method raises StateError if it fails."""

    def begin(self, state: State) -> State:
        """Make sure that the state can be saved, open a journal on it, and return it as saved."""
        ...

    def recover(self, state: State) -> State:
        """Save what an interrupted run left in the journal, if anything; return the state."""
        ...

    def append(self, step: Step) -> None:
        """Add a step to the journal; when this returns, it outlives a power cut."""
        ...

    def finish(self, state: State) -> State:
        """Save the state that the journal led to, drop the journal, return the state as saved."""
        ...
