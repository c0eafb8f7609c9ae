"""Contents as members read them, with what changes in them; all contents of a page share limits."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from markupsafe import Markup

from coursesync.planning.action import Action
from coursesync.render.review.sanitise import left_out, sanitised
from coursesync.render.review.track import shown, tracked
from coursesync.render.text_diff import Effort

if TYPE_CHECKING:
    from coursesync.planning.change import Change

_EACH, _ALL = 200_000, 2_000_000  # pairs of words that are compared: in a text, and on a page


class Contents(NamedTuple):
    """Contents as members read them.

    Attributes:
        html: sanitised HTML with the changes marked; "" if there is nothing to read.
        mark: "ins" if all of it is new, "del" if all of it goes, "" if it changes.
        has_marks: False if both sides read the same, because only the HTML differs.
        is_cut: it is too long to show.
        left_out: the names of elements that are not shown.
    """

    html: Markup = Markup()
    mark: str = ""
    has_marks: bool = True
    is_cut: bool = False
    left_out: tuple[str, ...] = ()


class Allowance:
    """Counts what a page may still carry.

    These are characters of contents, comparisons of words, and records whose fields and source it
    shows. `lacks_details` says that there were more of these.
    """

    def __init__(self, most: int = 4_000_000, details: int = 2_000) -> None:
        self._left = most
        self._effort = _ALL
        self._details = details

    @property
    def lacks_details(self) -> bool:
        """Whether there were more records with details than the page shows."""
        return self._details < 0

    def details(self) -> bool:
        """Spend the details of a record; return False if there are too many."""
        self._details -= 1
        return self._details >= 0

    def contents(self, change: Change) -> Contents | None:
        """Return what members read of a record's contents; None if the plan does not change it.

        If the old text is not known, the new one counts as new.
        """
        name = change.kind.contents_property
        goes = change.action is Action.DELETE
        if not name or (change.after is None and not goes):
            return None
        was = str((change.before or {}).get(name) or "")
        now = "" if goes else str((change.after or {}).get(name) or "")
        if was == now:
            return None
        if len(was) + len(now) > self._left:
            return Contents(is_cut=True)
        self._left -= len(was) + len(now)
        old, new, names = sanitised(was), sanitised(now), left_out(was + now)
        if was and now:
            marked = self._tracked(old, new)
            has_marks = "<ins>" in marked or "<del>" in marked
            return Contents(Markup(marked), has_marks=has_marks, left_out=names)  # noqa: S704 - sanitised
        return Contents(Markup(shown(old or new)), "del" if was else "ins", left_out=names)  # noqa: S704 - sanitised

    def _tracked(self, old: str, new: str) -> str:
        granted = min(_EACH, self._effort)
        effort = Effort(granted)
        marked = tracked(old, new, effort)
        self._effort -= granted - effort.left
        return marked
