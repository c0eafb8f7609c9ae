"""The portal's pages: the list of courses, and a course as the way that a member takes through it.

Author's HTML stands in sandboxed frames, in which no script runs and nothing leads out; all other
text is escaped. Pure.
"""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING
from urllib.parse import quote

from coursesync.render.sentences import in_html
from coursesync.text import count, inert

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

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
    """A course to be shown: its sections in the members' order."""

    key: str
    id: int
    title: str
    origin: str
    stations: tuple[Station, ...]

    @property
    def visible(self) -> int:
        """The number of sections that members see."""
        return sum(not station.is_hidden for station in self.stations)

    @property
    def last_day(self) -> int:
        """The day after enrolment on which the last section opens."""
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


def front(shown: Shown) -> str:
    """Write the list of courses."""
    return _page(shown, shown.name, _front(shown))


def course(shown: Shown, view: View) -> str:
    """Write the page of one course."""
    return _page(shown, view.title or view.key, _course(view))


def contents(view: View, index: int) -> str | None:
    """Write what a section says, as a document of its own; None where there is no such section."""
    if not 0 <= index < len(view.stations):
        return None
    station = view.stations[index]
    html = str(station.attributes.get(station.kind.contents_property, ""))
    head = f'<!doctype html><meta charset="utf-8"><title>{_text(station.title)}</title>'
    return f"{head}<style>{_FRAME_STYLE}</style>{html}"


def missing(shown: Shown) -> str:
    """Write the page for an address where there is none."""
    lines = ["<h1>There is no such course</h1>", '<p><a href="/">All courses</a></p>']
    return _page(shown, "No such course", iter(lines))


def _page(shown: Shown, title: str, body: Iterator[str]) -> str:
    return "\n".join(
        (
            "<!doctype html>",
            f'<html lang="en" data-version="{escape(shown.version)}">',
            "<head>",
            '<meta charset="utf-8">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            f"<title>{_text(title)}</title>",
            '<link rel="stylesheet" href="/portal.css">',
            '<script src="/portal.js" defer></script>',
            "</head>",
            "<body>",
            '<a class="skip" href="#main">Skip to the course</a>',
            f'<header><a href="/">{_text(shown.name)}</a></header>',
            *_notes(shown),
            '<main id="main">',
            *body,
            "</main>",
            "</body>",
            "</html>",
            "",
        )
    )


def _notes(shown: Shown) -> Iterator[str]:
    notes, more = shown.notes, shown.more
    if not notes:
        return
    mistakes = any(not note.is_advice for note in notes)  # all of them are, or none
    told = len(notes) + more
    head = count(told, "mistake") if mistakes else f"{count(told, 'piece')} of advice"
    yield f'<aside class="notes{" bad" if mistakes else ""}" aria-label="On the outlines">'
    yield f"<details{' open' if mistakes else ''}><summary>{head}</summary>"
    if mistakes:
        below = "Below is what was valid last" if shown.courses else "There is nothing to show yet"
        yield f"<p>{below}. It is brought up to date once this is mended.</p>"
    yield "<ul>"
    for note in notes:
        where = note.diagnostic.where
        yield f"<li><code>{_text(str(where))}</code> {_text(note.diagnostic.problem)}"
        if note.line:
            number = f'<span class="number">{where.line}</span>'
            yield f'<pre tabindex="0">{number} {_text(note.line)}</pre>'
        if note.diagnostic.remedy:
            yield f"<p>{in_html(note.diagnostic.remedy)}</p>"
        yield "</li>"
    if more:
        yield f"<li>and {more:,} more</li>"
    yield "</ul></details></aside>"


def _front(shown: Shown) -> Iterator[str]:
    yield "<h1>Courses</h1>"
    if not shown.courses:
        yield "<p>There is no course yet.</p>"
        return
    yield '<ul class="courses">'
    for view in shown.courses:
        yield f'<li><a href="{address_of(view)}">{_text(view.title or view.key)}</a>'
        hidden = len(view.stations) - view.visible
        told = count(view.visible, "section") + (f", {hidden:,} hidden" if hidden else "")
        yield f"<p>{told}; course {view.id}, {_text(view.origin)}</p></li>"
    yield "</ul>"


def _course(view: View) -> Iterator[str]:
    yield '<p class="back"><a href="/">All courses</a></p>'
    yield f"<h1>{_text(view.title or view.key)}</h1>"
    yield '<form class="controls" autocomplete="off">'
    yield '<label for="day">Day <output id="shown" for="day">0</output> after enrolment</label>'
    yield f'<input type="range" id="day" min="0" max="{view.last_day + 1}" value="0" step="1">'
    yield '<label class="hidden-too"><input type="checkbox" id="hidden"> Hidden ones, too</label>'
    yield "</form>"
    yield '<p id="open" role="status"></p>'
    yield '<ol class="way">'
    for index, station in enumerate(view.stations):
        yield from _station(view, index, station)
    yield "</ol>"


def _station(view: View, index: int, station: Station) -> Iterator[str]:
    opening = station.kind.opens(station.attributes)
    follows = "" if not opening.in_sequence else str(index - 1)
    hidden = " hidden" if station.is_hidden else ""
    yield (
        f'<li class="section{" is-hidden" if hidden else ""}" id="s{index}" '
        f'data-day="{opening.day}" data-follows="{follows}" '
        f'data-address="{_text(station.address)}"{hidden}>'
    )
    yield f"<h2>{_text(station.title)}</h2>"
    note = ", hidden from members" if station.is_hidden else ""
    yield f'<p class="when">{_text(station.kind.describe(station.attributes))}{note}</p>'
    yield '<div class="inside">'
    yield from _inside(view, index, station)
    yield f'<label class="done"><input type="checkbox" data-done="{index}"> Done</label>'
    yield "</div></li>"


def _inside(view: View, index: int, station: Station) -> Iterator[str]:
    """Yield what a member sees who opens a section: its picture, and what it says."""
    picture = station.attributes.get("NewImageUrl")
    if isinstance(picture, str):
        yield f'<img class="picture" src="{escape(picture)}" alt="">'
    html = str(station.attributes.get(station.kind.contents_property, ""))
    if not html.strip():
        yield "<p><em>Nothing to read here, unless it has lessons in Nexudus.</em></p>"
        return
    yield (
        f'<iframe sandbox="allow-same-origin" title="{_text(station.title)}" loading="lazy" '
        f'src="{address_of(view)}/{index}"></iframe>'
    )


def address_of(view: View) -> str:
    """Return the address of a course's page; below it are those of what its sections say."""
    return f"/courses/{quote(view.key, safe='')}"


def _text(text: str) -> str:
    return escape(inert(text, 1_000))
