"""The data of the review page: the courses of a plan before and after, as values for JSON.

Owns that text from outlines is safe to show. The page carries contents twice: as source, line by
line, and as members read them, without anything that could run, load or link.
"""

from __future__ import annotations

import re
from html import escape, unescape
from typing import TYPE_CHECKING, TypeAlias

import nh3

from coursesync.errors import Remedy
from coursesync.kinds import LISTED
from coursesync.outlines.advice.nesting import is_tangled
from coursesync.planning.action import Action
from coursesync.render.excerpt import Fold
from coursesync.render.plan_words import LEAVING
from coursesync.render.timeline import ways, when
from coursesync.text import as_shown, inert, to_type, unescaped, without_unseen

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from coursesync.errors import Sentence
    from coursesync.planning.plan import Change
    from coursesync.render.excerpt import Difference, Shown
    from coursesync.render.row import Row
    from coursesync.render.rows import CourseView, PlanView
    from coursesync.render.timeline import Station

    Json: TypeAlias = dict[str, object]

# no links and no styles; a picture is replaced by its description, or its address
_KEPT = {"img": {"alt", "src"}, "ol": {"start"}, "td": {"colspan"}, "th": {"colspan"}}
_TAG = re.compile(r"<([a-zA-Z][a-zA-Z0-9-]{0,30})")
_TAGS = re.compile(r"<[a-zA-Z/!?][^>]*+>?")
_SHORT, _LONGEST_VALUE = 20_000, 2_000  # characters of HTML, and of an attribute
# html5ever is slow with bare ampersands, and with characters whose first byte is that of U+00A0
_AMPERSAND = "\U0010f000"
_STAND_INS = {code: chr(0x10F000 + code) for code in range(0x80, 0xC0)}
_AS_HTML = {ord(mark): chr(code) for code, mark in _STAND_INS.items()} | {
    ord(_AMPERSAND): "&amp;",
    ord(_STAND_INS[0xA0]): "&nbsp;",
}
_WITHOUT_STAND_INS = dict.fromkeys(_AS_HTML, "\ufffd")
_LONGEST_REFERENCE = 40  # characters; no name is longer, and no number needs to be
_BARE = re.compile(r"&(?!#[0-9]|#[xX][0-9a-fA-F]|[a-zA-Z])")
_REFERENCE = re.compile(r"&(?:#[xX][0-9a-fA-F]+|#[0-9]+|[a-zA-Z][a-zA-Z0-9]*);?")
_TANGLED = "The tags are nested too deeply, or too many are not closed. This is only the text:"
_MOST_NAMES = 10  # elements that are not shown


class Allowance:
    """Counts how many characters of contents a page may still carry."""

    def __init__(self, most: int = 4_000_000) -> None:
        self._left = most

    def of(self, html: str) -> str | None:
        """Return contents as members read them, or None if they are too long."""
        if len(html) > self._left:
            return None
        self._left -= len(html)
        return _cleaned(html)


def _cleaned(html: str) -> str:
    """Keep only the text of HTML and its formatting."""
    if len(html) > _SHORT and is_tangled(html):
        return f"<p><em>{_TANGLED}</em></p><p>{escape(unescaped(_TAGS.sub(' ', html)))}</p>"
    quick = html if len(html) <= _SHORT else _without_slow(html)
    cleaned = nh3.clean(
        quick,
        attributes=_KEPT,
        attribute_filter=lambda _tag, _name, value: value[:_LONGEST_VALUE],
        link_rel=None,
    )
    return cleaned if quick is html else cleaned.translate(_AS_HTML)


def _without_slow(html: str) -> str:
    """Replace characters that the HTML parser is slow with by characters for private use.

    At each of them the parser looks for the next tag, if need be to the end of a long text. In its
    output, `_AS_HTML` puts the original characters back.
    """
    marked = _BARE.sub(_AMPERSAND, html.translate(_WITHOUT_STAND_INS))
    return _REFERENCE.sub(_read_reference, marked).translate(_STAND_INS)


def _read_reference(found: re.Match[str]) -> str:
    """Replace a reference to a slow character, and leave all others."""
    written = found[0]
    if written.startswith("&#") and len(written) > _LONGEST_REFERENCE:
        return written
    if (read := unescape(written)) == written:
        return f"{_AMPERSAND}{written[1:]}"  # not a reference
    if len(read) != 1 or found.string.startswith("=", found.end()):
        return written  # an attribute reads this in another way
    return _AMPERSAND if read == "&" else read if ord(read) in _STAND_INS else written


def model(view: PlanView, allowance: Allowance) -> list[Json]:
    """Return the data of each course of a plan, for JSON; the contents spend `allowance`."""
    is_plain = view.kinds == (LISTED,)

    def nouns(row: Row) -> tuple[str, ...]:
        kind = row.change.kind
        return () if is_plain else (kind.name, kind.plural)

    return [_course(course, allowance, nouns) for course in view.courses]


def _course(
    view: CourseView, allowance: Allowance, nouns: Callable[[Row], tuple[str, ...]]
) -> Json:
    before, after = ways(view.course, [row.change for row in view.rows])
    numbers = {id(row.change): number for number, row in enumerate(view.rows)}
    leaving = {id(row.change): row.remark for row in view.departures}
    return {
        "id": str(view.course.id),  # a script's numbers would round a large one
        "title": view.title,
        "path": view.path or None,
        "before": [
            _station(station, before, numbers) | {"leaves": leaving.get(id(station.change))}
            for station in before
        ],
        "after": [_station(station, after, numbers) for station in after],
        "changes": [_change(row, allowance, nouns(row)) for row in view.rows],
        "asked": [
            _pieces(each) for each in (*(row.question for row in view.rows), view.renamed) if each
        ],
        "departures": {
            "mark": LEAVING.mark,
            "counted": LEAVING.counted,
            "number": len(view.departures),
        },
    }


def _change(row: Row, allowance: Allowance, nouns: Sequence[str]) -> Json:
    """Return the data of a change; `nouns` follow a number of changes, if it needs a noun."""
    return {
        "address": inert(row.change.address),
        "action": row.change.action.value,
        "verb": row.wording.verb,
        "counted": row.wording.counted,
        "nouns": list(nouns),
        "mark": row.wording.mark,
        "title": row.title,
        "remark": row.remark,
        "move": row.around.holders.move(row.change),
        "question": _pieces(row.question),
        "settle": [*map(_pieces, row.settlement)],
        "differences": [_difference(each) for each in row.differences],
        "contents": _contents(row.change, allowance),
    }


def _contents(change: Change, allowance: Allowance) -> Json | None:
    """Return what members read before and after; None if the plan does not change it.

    `was` or `now` is None if the record does not exist then. `cut`: the contents are too long to
    show. `left_out` names the elements that are not shown.
    """
    name = change.kind.contents_property
    before, after = change.before, change.after
    goes = change.action is Action.DELETE
    if not name or (not goes and (after is None or (before or {}).get(name) == after.get(name))):
        return None
    sides = {"was": before, "now": after}
    html = {side: str(each.get(name) or "") for side, each in sides.items() if each is not None}
    read = {side: allowance.of(text) for side, text in html.items()}
    cut = None in read.values()
    tags = _TAG.findall("" if cut else "".join(html.values()))
    names = dict.fromkeys(tag.lower() for tag in tags)
    left_out = [name for name in names if name not in nh3.ALLOWED_TAGS][:_MOST_NAMES]
    return {"was": None, "now": None, **read, "cut": cut, "left_out": left_out}


def _station(station: Station, way: Sequence[Station], numbers: dict[int, int]) -> Json:
    after = "" if station.follows is None else inert(way[station.follows].title, 100)
    return {
        "title": inert(station.title),
        "when": "; ".join((when(station, way), *station.remarks)),
        "after": after,
        "day": station.day,
        "hidden": station.is_hidden,
        "inside": station.inside,
        "heading": inert(station.heading),
        "change": numbers.get(id(station.change)),
    }


def _pieces(sentence: Sentence) -> list[Json]:
    pieces: list[Json] = []
    for gap, each in Remedy(sentence).spaced():
        if isinstance(each, str):
            pieces.append({"text": gap + each, "typed": False})
        else:
            pieces += {"text": gap, "typed": False}, {"text": to_type(each), "typed": True}
    return pieces


def _difference(difference: Difference) -> Json:
    before, after = difference.values
    return {
        "field": inert(difference.field),
        "before": before,
        "after": after,
        "remark": inert(difference.remark),
        "lines": [_line(line) for line in difference.lines],
    }


def _line(line: Shown) -> Json:
    if isinstance(line, Fold):
        return {"fold": line.words}
    # `excerpt` has cut each line; a piece keeps its blanks
    pieces = [[as_shown(without_unseen(text, " ")), changed] for text, changed in line.pieces]
    return {"mark": line.mark.value, "pieces": pieces, "note": line.note}
