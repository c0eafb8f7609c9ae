"""The port to the place of a state: `file_store` keeps it in a file, `git_store` in a branch.

Owns what a run (`StateStore`) and a command (`Store`) need of that place. It must never know where
it is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager
    from pathlib import Path

    from coursesync.errors import Sentence
    from coursesync.state.interrupted import Foreign
    from coursesync.state.journal import Step
    from coursesync.state.state import State


class StateStore(Protocol):
    """What a run needs. Each method raises StateError if it fails."""

    def begin(self, state: State) -> State:
        """Make sure that the state can be saved, open a journal on it, and return it as saved."""

    def recover(self, state: State) -> State:
        """Save what an interrupted run left in the journal, if anything; return the state.

        The state is the same object if there was nothing to save.
        """

    def append(self, step: Step) -> None:
        """Add a step to the journal; when this returns, it outlives a power cut."""

    def finish(self, state: State) -> State:
        """Save the state that the journal led to, drop the journal, return the state as saved."""


class Store(StateStore, Protocol):
    """What a command needs."""

    @property
    def path(self) -> Path:
        """The state's file on this machine; lock, journal and backup are beside it."""

    @property
    def journal_path(self) -> Path:
        """The path of the journal on this machine."""

    @property
    def target(self) -> str:
        """The API's base URL."""

    @property
    def hold(self) -> object | None:
        """A token that is another one after every save; None without the lock."""

    @property
    def foreign(self) -> Foreign | None:
        """Another state's journal that `load` found in the place of this state's."""

    @property
    def notes(self) -> tuple[tuple[str, Sentence], ...]:
        """What `load` found that is no error: each problem with its remedy."""

    @property
    def is_file(self) -> bool:
        """Whether the state is the file at `path`, which people commit."""

    @property
    def place(self) -> str:
        """Where the state is kept, in words."""

    def held(self, timeout: float = 0.0) -> AbstractContextManager[None]:
        """Hold the state against all other writers; wait for that at most `timeout` seconds.

        Raises StateLocked if another run holds it, StateError if it can't be held.
        """

    def intend(self, plan: Callable[[], str]) -> None:
        """Note the plan that the next run carries out, for a store that other machines read.

        `plan` returns it as a plan file's JSON.
        """

    def load(self) -> State:
        """Read the state with the journal of an interrupted run; it has serial 0 if there is none.

        Raises StateError if it can't be trusted, or belongs to another target.
        """

    def elsewhere(self) -> tuple[State, ...]:
        """Return what runs from other states may have created, as states."""
