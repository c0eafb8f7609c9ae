"""The actions of a plan: what each does, and what `apply` needs for it."""

from __future__ import annotations

from enum import Enum


class Action(Enum):
    """What a change does. KEEP is only reported; nothing is sent."""

    CREATE = "create"
    UPDATE = "update"
    MOVE = "move"  # only the key changed: only the state is written
    PROTECT = "protect"  # protection begins or ends: only the state is written
    DEACTIVATE = "deactivate"  # an orphan is hidden from members; its record stays
    DELETE = "delete"
    KEEP = "keep"  # an orphan: in the state, in no outline
    DOUBT = "doubt"  # a create whose outcome is unknown: look for it, send it again if it is absent

    # each member is one object: to hash it by identity is five times as fast as by its name
    __hash__ = object.__hash__

    @property
    def writes(self) -> bool:
        """Whether it takes a write request."""
        return self is Action.CREATE or self.overwrites

    @property
    def overwrites(self) -> bool:
        """Whether it changes or deletes an existing record."""
        return self in {Action.UPDATE, Action.DEACTIVATE, Action.DELETE}

    @property
    def looks(self) -> bool:
        """Whether `apply` looks for the record on the server before it sends anything."""
        return self in {Action.CREATE, Action.DOUBT}

    @property
    def changes(self) -> bool:
        """Whether `apply` has anything to do for it."""
        return self is not Action.KEEP


OVERWRITES = tuple(action for action in Action if action.overwrites)
