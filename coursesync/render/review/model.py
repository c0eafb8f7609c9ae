"""What the review page knows of a plan: its courses before and after, as compact JSON. Pure.

All text from outlines is inert here already. Contents are carried twice: as source, line by line,
and as a member would read them, cleaned of what could run, load or lead anywhere.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from html import escape, unescape
from typing import TYPE_CHECKING, TypeAlias

import nh3

from coursesync.errors import Remedy
from coursesync.outlines.advice.tags import is_tangled, without_tags
from coursesync.planning.plan import Action
from coursesync.render.folding import Fold
from coursesync.render.plan_words import bare
from coursesync.render.rows import (
    LEAVES,
    MARKS,
    detailing,
    folded,
    leaves,
    maybe_renamed,
    question,
    remark,
    settlement,
    values,
)
from coursesync.render.timeline import ways
from coursesync.text import as_shown, inert, to_type, unescaped, without_unseen

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from coursesync.errors import Sentence
    from coursesync.planning.plan import Change, Course, Plan
    from coursesync.render.differences import Difference
    from coursesync.render.folding import Shown
    from coursesync.render.plan_words import Hint
    from coursesync.render.timeline import Station

    Told: TypeAlias = dict[str, object]

MOST_CONTENTS = 4_000_000  # characters of contents that a page carries
# links lead nowhere, and styles are none; a picture is told by its words, or its address
_KEPT = {"img": {"alt", "src"}, "ol": {"start"}, "td": {"colspan"}, "th": {"colspan"}}
_TAG = re.compile(r"<([a-zA-Z][a-zA-Z0-9-]{0,30})")
_SHORT, _LONGEST_VALUE = 20_000, 2_000  # characters of HTML, and of an attribute
# what a parser of HTML is slow with: bare ampersands, and what begins with the same byte as U+00A0
_AMPERSAND = "\U0010f000"
_STAND_INS = {code: chr(0x10F000 + code) for code in range(0x80, 0xC0)}
_AS_HTML = {ord(mark): chr(code) for code, mark in _STAND_INS.items()} | {
    ord(_AMPERSAND): "&amp;",
    ord(_STAND_INS[0xA0]): "&nbsp;",
}
_WITHOUT_STAND_INS = dict.fromkeys(_AS_HTML, "\ufffd")
_LONGEST_REFERENCE = 40  # characters; no name has more, and no number needs more
_BARE = re.compile(r"&(?!#[0-9]|#[xX][0-9a-fA-F]|[a-zA-Z])")
_REFERENCE = re.compile(r"&(?:#[xX][0-9a-fA-F]+|#[0-9]+|[a-zA-Z][a-zA-Z0-9]*);?")
_TANGLED = "The tags are nested too deep, or too many are left open. This is the text alone:"
_MOST_NAMES = 10  # of elements that are not shown
_LONGEST_ROW = 2_000  # characters of a line of a difference
WORDS = {
    Action.CREATE: "new",
    Action.UPDATE: "changed",
    Action.MOVE: "re-keyed",
    Action.PROTECT: "protection",
    Action.DEACTIVATE: "to be hidden",
    Action.DELETE: "deleted",
    Action.KEEP: "kept, in no outline",
    Action.DOUBT: "in doubt",
}


class Allowance:
    """The contents that there is room for; what is beyond it is left out, and said to be."""

    def __init__(self, most: int = MOST_CONTENTS) -> None:
        self._left = most

    def of(self, html: str) -> str | None:
        """Return contents, as they are read, where there is room for them, else None."""
        if len(html) > self._left:
            return None
        self._left -= len(html)
        return _cleaned(html)


def _cleaned(html: str) -> str:
    """Keep of HTML what is read: its text, and how that is set."""
    if is_tangled(html):
        return f"<p><em>{_TANGLED}</em></p><p>{escape(unescaped(without_tags(html)))}</p>"
    quick = html if len(html) <= _SHORT else _without_slow(html)
    cleaned = nh3.clean(quick, attributes=_KEPT, attribute_filter=_shortened, link_rel=None)
    return cleaned if quick is html else cleaned.translate(_AS_HTML)


def _shortened(_tag: str, _name: str, value: str) -> str:
    return value[:_LONGEST_VALUE]


def _without_slow(html: str) -> str:
    """Put characters for private use in the place of those that a parser of HTML is slow with.

    From each of them it looks for the next tag, to the end of a long text where there is none.
    What the parser then gives out has the same meaning with `_AS_HTML` in their place.
    """
    marked = _BARE.sub(_AMPERSAND, html.translate(_WITHOUT_STAND_INS))
    return _REFERENCE.sub(_read_reference, marked).translate(_STAND_INS)


def _read_reference(found: re.Match[str]) -> str:
    """Read a character reference that stands for one of these, and leave any other."""
    written = found[0]
    if written.startswith("&#") and len(written) > _LONGEST_REFERENCE:
        return written
    if (read := unescape(written)) == written:
        return f"{_AMPERSAND}{written[1:]}"  # it is no reference
    if len(read) != 1 or found.string.startswith("=", found.end()):
        return written  # with text behind it, an attribute has it in another way
    return _AMPERSAND if read == "&" else read if ord(read) in _STAND_INS else written


def _not_shown(html: str) -> list[str]:
    """Name the elements of HTML that are not kept, the first few."""
    names = dict.fromkeys(name.lower() for name in _TAG.findall(html))
    return [name for name in names if name not in nh3.ALLOWED_TAGS][:_MOST_NAMES]


def model(plan: Plan, allowance: Allowance, hint: Hint = bare) -> str:
    """Write what the page knows of a plan, so that it can stand in a script element.

    Args:
        plan: the plan.
        allowance: what contents there is room for.
        hint: writes a command so that it can be typed as it stands.

    Returns:
        JSON in ASCII, without a character that means anything to HTML.
    """
    telling = _Telling(plan, detailing(plan), allowance, hint)
    courses = [telling.course(course, changes) for course, changes in plan.by_course()]
    written = json.dumps(courses, ensure_ascii=True, separators=(",", ":"), sort_keys=True)
    # https://html.spec.whatwg.org/multipage/scripting.html#restrictions-for-contents-of-script-elements
    for character in "<>&":
        written = written.replace(character, f"\\u{ord(character):04x}")
    return written


@dataclass(frozen=True, slots=True)
class _Telling:
    """How the courses of a plan are told."""

    plan: Plan
    detailed: Callable[[Change], tuple[Difference, ...]]
    allowance: Allowance
    hint: Hint

    def course(self, course: Course, changes: Sequence[Change]) -> Told:
        """Return what the page knows of a course."""
        both = ways(course, changes)
        numbers = {id(change): number for number, change in enumerate(changes)}
        leaving = {id(change): leaves(change, self.plan) for change in course.departures}
        return {
            "id": str(course.id),  # a script's numbers would round a large one
            "title": inert(course.title) or inert(course.key),
            "path": inert(course.path) if course.path else None,
            "before": [
                _station(station, both.before, numbers)
                | {"leaves": leaving.get(id(station.change))}
                for station in both.before
            ],
            "after": [_station(station, both.after, numbers) for station in both.after],
            "changes": [self._change(change) for change in changes],
            "asked": [
                _pieces(each) for each in (*map(question, changes), maybe_renamed(changes)) if each
            ],
            "departures": {"mark": LEAVES, "number": len(course.departures)},
        }

    def _change(self, change: Change) -> Told:
        doubtful = change.action is Action.DOUBT
        return {
            "address": inert(change.address),
            "action": change.action.value,
            "word": WORDS[change.action],
            "mark": MARKS[change.action],
            "title": inert(change.title),
            "remark": remark(change),
            "question": _pieces(question(change)),
            "settle": [*map(_pieces, settlement(change, change.candidates, self.hint))]
            if doubtful
            else [],
            "differences": [_difference(each) for each in self.detailed(change)],
            "contents": self._contents(change),
        }

    def _contents(self, change: Change) -> Told | None:
        """Return what a member reads before and after; None where the plan changes nothing of that.

        `was` and `now` are None where there is no such side, or no room, as `cut` says; `left_out`
        names the elements that are not shown.
        """
        name = change.kind.contents_property
        before, after = change.before, change.after
        goes = change.action is Action.DELETE
        if not goes and (after is None or (before or {}).get(name) == after.get(name)):
            return None
        sides = {"was": before, "now": after}
        html = {side: str(each.get(name) or "") for side, each in sides.items() if each is not None}
        read = {side: self.allowance.of(text) for side, text in html.items()}
        cut = None in read.values()
        left_out = [] if cut else _not_shown("".join(html.values()))
        return {"was": None, "now": None, **read, "cut": cut, "left_out": left_out}


def _station(station: Station, way: Sequence[Station], numbers: dict[int, int]) -> Told:
    after = "" if station.follows is None else inert(way[station.follows].title, 100)
    return {
        "title": inert(station.title),
        "when": station.kind.describe(station.attributes),
        "after": after,
        "day": station.day,
        "hidden": station.is_hidden,
        "change": numbers.get(id(station.change)),
    }


def _pieces(sentence: Sentence) -> list[Told]:
    pieces = Remedy(sentence).pieces
    shown = (each if isinstance(each, str) else to_type(each) for each in pieces)
    return [
        {"text": text, "typed": not isinstance(each, str)}
        for text, each in zip(shown, pieces, strict=True)
    ]


def _difference(difference: Difference) -> Told:
    before, after = values(difference)
    return {
        "field": inert(difference.field),
        "before": before,
        "after": after,
        "remark": inert(difference.remark),
        "lines": [_line(line) for line in difference.lines],
    }


def _line(line: Shown) -> Told:
    if isinstance(line, Fold):
        return {"fold": folded(line)}
    pieces = [[inert_row(piece.text), piece.changed] for piece in line.pieces]
    return {"mark": line.mark.value, "pieces": pieces, "note": line.note}


def inert_row(text: str) -> str:
    """Return a piece of a line as it can be shown: nothing unseen in it, and bounded."""
    kept = as_shown(without_unseen(text[:_LONGEST_ROW], " "))
    return kept if len(text) <= _LONGEST_ROW else f"{kept}…"
