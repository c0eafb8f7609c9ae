"""The portal's pages: the list of courses, and a course as the way that a member takes through it.

Author's HTML stands in sandboxed frames, in which no script runs and nothing leads out; all other
text is escaped.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import quote

from coursesync.kinds.field import Role

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from coursesync.errors import Diagnostic
    from coursesync.render.timeline import Station

# for each page: no script or style but the portal's own, and nothing is sent anywhere; pictures are
# those that members would load
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
    "img-src https: data:; frame-src 'self'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'"
)
# for an author's HTML: it may look as it likes, and do nothing
FRAME_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src https: data:; media-src https:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'self'; sandbox allow-same-origin"
)
_FRAME_STYLE = (
    "body{font:16px/1.6 system-ui,sans-serif;margin:0;overflow-wrap:anywhere;display:flow-root}"
    "body>:first-child{margin-top:0}body>:last-child{margin-bottom:0}img{max-width:100%}"
)


@dataclass(frozen=True, slots=True)
class View:
    """A course to be shown: its records in the members' order."""

    key: str
    id: int
    title: str
    origin: str
    stations: tuple[Station, ...]

    @property
    def visible(self) -> int:
        """The number of records that members see."""
        return sum(not station.is_hidden for station in self.stations)

    @property
    def hidden(self) -> int:
        """The number of records that they don't."""
        return len(self.stations) - self.visible

    @property
    def address(self) -> str:
        """The address of the course's page; below it are those of its contents."""
        return f"/courses/{quote(self.key, safe='')}"

    @property
    def last_day(self) -> int:
        """The day after enrolment on which the last record opens."""
        return max((station.day or 0 for station in self.stations), default=0)


@dataclass(frozen=True, slots=True)
class Note:
    """A mistake or a piece of advice, and the line that it is about."""

    diagnostic: Diagnostic
    line: str = ""
    is_advice: bool = False


@dataclass(frozen=True, slots=True)
class Shown:
    """All that a portal shows: its name, the courses, and what there is to say of their outlines.

    `more` is how many notes there are beyond those. `version` is another whenever any of it is: a
    page asks for it, and loads itself anew.
    """

    name: str
    courses: Sequence[View] = ()
    notes: Sequence[Note] = ()
    more: int = 0
    version: str = ""

    @property
    def has_mistakes(self) -> bool:
        """Whether the notes are mistakes: all of them are, or none."""
        return any(not note.is_advice for note in self.notes)


class Portal:
    """Writes the portal's pages from their templates, by name."""

    def __init__(self, sources: Mapping[str, str]) -> None:
        from coursesync.render.templates import environment  # noqa: PLC0415 - takes long

        self._templates = environment(sources)

    def front(self, shown: Shown) -> str:
        """Write the list of courses."""
        return self._page("front.html", shown=shown, title=shown.name)

    def course(self, shown: Shown, view: View) -> str:
        """Write the page of one course."""
        title = view.title or view.key
        own = {"picture_of": _picture_of, "html_of": _html_of}
        return self._page("course.html", shown=shown, title=title, view=view, **own)

    def missing(self, shown: Shown) -> str:
        """Write the page for an address where there is none."""
        return self._page("missing.html", shown=shown, title="No such course")

    def contents(self, view: View, index: int) -> str | None:
        """Write the contents of a record as a document of its own; None where there is none."""
        if not 0 <= index < len(view.stations):
            return None
        station = view.stations[index]
        html = _html_of(station)  # as its author wrote it: `FRAME_POLICY` lets none of it act
        return self._page("contents.html", title=station.title, style=_FRAME_STYLE, html=html)

    def _page(self, name: str, **values: object) -> str:
        return self._templates.get_template(name).render(values)


def _picture_of(station: Station) -> str:
    picture = station.attributes.get(station.kind.property_of(Role.PICTURE))
    return picture if isinstance(picture, str) else ""


def _html_of(station: Station) -> str:
    return str(station.attributes.get(station.kind.contents_property, ""))
