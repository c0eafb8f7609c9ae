"""The Protocol of a place where a state and its journal are kept; `file_store` is one in files."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from coursesync.state.journal import Step
    from coursesync.state.state import State

STATE_NAME = "coursesync.state.json"  # of the file, where nobody names another


class StateStore(Protocol):
    """Where the state and its journal are kept. Raises StateError where they can't be."""

    def begin(self, state: State) -> State:
        """Make sure that the state can be saved, open a journal on it, and return it as saved."""
        ...

    def recover(self, state: State) -> State:
        """Save what a cut-off run left in the journal, if it left any; return the state."""
        ...

    def append(self, step: Step) -> None:
        """Add a step to the journal; when this returns, it outlives a power cut."""
        ...

    def finish(self, state: State) -> State:
        """Save the state that the journal led to, drop the journal, return the state as saved."""
        ...
