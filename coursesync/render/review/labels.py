"""Owns the page's words for how a record changes: `New`, `Moved`, `Hidden`."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from coursesync.kinds.field import Role
from coursesync.planning.action import Action
from coursesync.render.comment.effect import Effect
from coursesync.render.differences import COURSE, ORDER
from coursesync.render.holders import is_moved

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from coursesync.planning.change import Change
    from coursesync.render.row import Row


class Label(NamedTuple):
    """A word for a change, and the name of its colours: new, edited, gone, moved or other.

    `several` follows a number above one, if that is another word.
    """

    words: str
    style: str
    several: str = ""

    def counted(self, number: int) -> str:
        """Return it after a number: `2 open later`."""
        words = (number > 1 and self.several) or self.words.lower()
        return f"{number:,} {words}"


CHANGED, RENUMBERED = Label("Changed", "edited"), Label("Renumbered", "other")
MOVED, LEAVES = Label("Moved", "moved"), Label("Moved to another course", "moved")
WAS_HERE = Label("Was here", "moved")  # where a record is no longer
HIDDEN, SHOWN = Label("Hidden", "gone"), Label("No longer hidden", "new")
PROTECTED = Label("Protected from deletion", "other")
UNPROTECTED = Label("No longer protected", "other")
PUBLISHED, TAKEN_OFF = Label("Published", "new"), Label("Taken off the site", "gone")
_BY_ACTION = {
    Action.CREATE: Label("New", "new"),
    Action.MOVE: Label("New key", "other"),
    Action.DEACTIVATE: HIDDEN,
    Action.DELETE: Label("Deleted", "gone"),
    Action.KEEP: Label("Kept on the site", "other"),
    Action.DOUBT: Label("In doubt", "other"),
}


_BY_EFFECT = {
    Effect.HIDDEN: HIDDEN,
    Effect.LEFT: LEAVES,
    Effect.LOCKED: Label("Locked", "gone"),
    Effect.LATER: Label("Opens later", "gone", "open later"),
    Effect.SHOWN: SHOWN,
    Effect.EARLIER: Label("Opens sooner", "edited", "open sooner"),
    Effect.WAITS: Label("Waits for another one", "edited", "wait for another one"),
    Effect.MOVED: MOVED,
    Effect.RENAMED: Label("Renamed", "edited"),
    Effect.REWORDED: Label("Reworded", "edited"),
    Effect.PICTURE: Label("Another picture", "edited"),
    Effect.OTHER: CHANGED,
}


def of_effects(effects: Iterable[Effect]) -> tuple[Label, ...]:
    """Return the words for what members see differently in a record."""
    return tuple(_BY_EFFECT[each] for each in effects if each in _BY_EFFECT)


def labels(row: Row, effects: Iterable[Effect] = ()) -> tuple[Label, ...]:
    """Return the words for a row's change and its effects on members; never none."""
    change = row.change
    if change.kind.of is not None and change.action is Action.UPDATE:
        return (PUBLISHED if _is_active(change, before=False) else TAKEN_OFF,)
    if found := of_effects(effects):
        return found
    if change.action is Action.UPDATE:
        return tuple(_of_update(row)) or (CHANGED,)
    if change.action is Action.PROTECT:
        return (PROTECTED if change.protected else UNPROTECTED,)
    return (_BY_ACTION[change.action],)


def is_elsewhere(row: Row) -> bool:
    """Return whether a record has another place afterwards, among its siblings or in a parent."""
    return is_moved(row.change) or any(each.moved for each in row.differences)


def _of_update(row: Row) -> Iterator[Label]:
    change = row.change
    own = (ORDER, COURSE, *change.kind.names(Role.ACTIVE))
    if change.from_course is not None or is_elsewhere(row):
        yield MOVED
    if _is_active(change, before=True) != _is_active(change, before=False):
        yield SHOWN if _is_active(change, before=False) else HIDDEN
    fields = {each.field for each in row.differences}
    if not fields <= {*own}:
        yield CHANGED
    elif fields == {ORDER} and not is_elsewhere(row):
        yield RENUMBERED


def _is_active(change: Change, *, before: bool) -> bool:
    return change.kind.is_active((change.before if before else change.after) or {})
