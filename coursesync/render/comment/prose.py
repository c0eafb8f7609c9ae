"""Writes the difference between two short texts, or two texts of HTML, within a line of Markdown.

Removed words are struck through and added ones are bold. All words are escaped, and the length is
bounded whatever the texts are.
"""

from __future__ import annotations

from html.parser import HTMLParser
from itertools import takewhile
from typing import TYPE_CHECKING

from coursesync.kinds.html import fed
from coursesync.render.markdown_escape import escape
from coursesync.render.text_diff import Effort, Stretch, stretches
from coursesync.text import count, inert, unescaped

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_EFFORT = 60_000  # pairs of words that are compared: all of two texts of two hundred words
_WORDS, _AROUND, _CHANGES = 12, 4, 3  # of a change; of equal ones beside it; changes that are shown
_SPARED = 2  # words of a change that are not worth leaving out
_LONG = 100  # characters of words that are shown together
_BREAK = "\n"  # between two blocks of HTML
_ISLAND = 6  # times as many changed words beside equal ones: these only look alike
_LEAST = 0.25  # the share of equal words below which two texts are wholly different
_FLOWING = {  # elements within a line
    *(
        "a",
        "abbr",
        "b",
        "bdi",
        "bdo",
        "big",
        "cite",
        "code",
        "del",
        "dfn",
        "em",
        "font",
        "i",
        "ins",
    ),
    *("kbd", "label", "mark", "q", "s", "samp", "small", "span", "strike", "strong", "sub", "sup"),
    *("time", "tt", "u", "var", "wbr"),
}
_SHOWN = {"a": ("link", "href"), "img": ("picture", "src")}
_FILMS = frozenset({"iframe", "video", "source", "embed", "object"})


def named(title: str) -> str:
    """Write a title from elsewhere in italics."""
    return f"*{written}*" if (written := escape(inert(title, 60))) else "(no title)"


def struck(text: str) -> str:
    """Write what is no longer so."""
    return f"~~{written}~~" if (written := escape(inert(text, _LONG))) else ""


def bold(text: str) -> str:
    """Write what is so from now on."""
    return f"**{written}**" if (written := escape(inert(text, _LONG))) else ""


def replaced(before: str, after: str) -> str:
    """Write the difference between two short texts by words; "" if no word differs."""
    return _replaced(before.split(), after.split())


def _replaced(one: Sequence[str], other: Sequence[str]) -> str:
    runs = _without_islands(stretches(one, other, Effort(_EFFORT)))
    same = sum(len(run.before) for run in runs if run.same)
    if not same or same < _LEAST * min(len(one), len(other)):
        return _changed(one, other) if one != other else ""
    return " ".join(filter(None, _pieces(runs)))


def _without_islands(runs: Sequence[Stretch]) -> Sequence[Stretch]:
    """Count a few equal words between larger changes as changed."""
    kept: list[Stretch] = []
    for i, run in enumerate(runs):
        beside = runs[i - 1 : i + 2 : 2] if 0 < i < len(runs) - 1 else ()
        changed = sum(max(len(each.before), len(each.after)) for each in beside)
        same = run.same and (_BREAK in run.before or len(run.before) * _ISLAND > changed)
        if kept and not kept[-1].same and not same:
            last = kept.pop()
            both = [*last.before, *run.before], [*last.after, *run.after]
            kept.append(Stretch(*both, same=False))
        else:
            kept.append(Stretch(run.before, run.after, same))
    return kept


def _pieces(runs: Sequence[Stretch]) -> Iterator[str]:
    """Yield the first changes, each with the equal words beside it."""
    changes = [i for i, run in enumerate(runs) if not run.same and _changed(run.before, run.after)]
    shown = changes[:_CHANGES]
    joins = {i + 1 for i in shown if i + 2 in shown and _is_short(runs[i + 1].before)}
    head = "…"
    for i in shown:
        if i and i - 1 not in joins:
            tail = _tail(runs[i - 1].before)
            yield "" if head.endswith("…") or tail.startswith("…") else "…"
            yield tail
        yield _changed(runs[i].before, runs[i].after)
        if i + 1 < len(runs):
            equal = runs[i + 1].before
            head = _plain(equal) if i + 1 in joins else _head(equal)
            yield head
    if more := len(changes) - len(shown):
        yield f"and {count(more, 'more change')}"


def _is_short(words: Sequence[str]) -> bool:
    return len(words) <= 2 * _AROUND and _BREAK not in words


def _head(words: Sequence[str]) -> str:
    line = [*takewhile(lambda word: word != _BREAK, words)]
    return _plain([*line[:_AROUND], "…"] if len(line) > _AROUND else line)


def _tail(words: Sequence[str]) -> str:
    line = [*takewhile(lambda word: word != _BREAK, reversed(words))][::-1]
    return _plain(["…", *line[-_AROUND:]] if len(line) > _AROUND else line)


def _plain(words: Sequence[str]) -> str:
    return escape(inert(" ".join(words), _LONG))


def _changed(before: Sequence[str], after: Sequence[str]) -> str:
    sides = (struck(_shortened(before)), bold(_shortened(after)))
    return " ".join(filter(None, sides))


def _shortened(words: Sequence[str]) -> str:
    kept = [word for word in words if word != _BREAK]
    if len(kept) <= _WORDS + _SPARED:
        return " ".join(kept)
    return f"{' '.join(kept[:_WORDS])} …"


def reworded(before: str, after: str) -> list[str]:
    """Write what differs between two texts of HTML: the words, then links, pictures and films."""
    one, other = _Read.of(before), _Read.of(after)
    found = []
    if words := _replaced(one.words, other.words):
        found.append(f"text: {words}")
    for name, attribute in _SHOWN.values():
        was, now = one.shown[attribute], other.shown[attribute]
        if was != now:
            found.append(_shown(name, was, now))
    if one.films != other.films:
        found.append("another film" if one.films and other.films else _gained("film", one.films))
    return found or ["text: other formatting"]


def _shown(name: str, was: Sequence[str], now: Sequence[str]) -> str:
    """Write how links or pictures in a text differ; the first that differs with its address."""
    before, after = {*was}, {*now}
    gone, new = [e for e in was if e not in after], [e for e in now if e not in before]
    if not gone and not new:
        return f"{name}s: other places"
    noun = name if gone and new else _gained(name, gone)
    more = max(len(gone), len(new)) - 1
    return f"{noun}: {_changed(gone[:1], new[:1])}{f' and {more:,} more' if more else ''}"


def _gained(noun: str, before: object) -> str:
    return f"{noun} removed" if before else f"new {noun}"


class _Read(HTMLParser):
    """What members read of HTML: its words, and the addresses of what it shows or links to."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._text: list[str] = []
        self.shown: dict[str, list[str]] = {"href": [], "src": []}
        self.films: list[str] = []
        self.words: list[str] = []

    @classmethod
    def of(cls, html: str) -> _Read:
        """Read HTML, in linear time."""
        parser = cls()
        rest = fed(parser, html)
        lines = f"{''.join(parser._text)}{unescaped(rest or '')}".split(_BREAK)
        for line in filter(str.strip, lines):
            parser.words += [_BREAK, *line.split()] if parser.words else line.split()
        return parser

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._apart(tag)
        values = {name: value or "" for name, value in attrs}
        if tag in _SHOWN:
            attribute = _SHOWN[tag][1]
            self.shown[attribute].append(values.get(attribute, ""))
        elif tag in _FILMS and values.get("src"):
            self.films.append(values["src"])

    def handle_endtag(self, tag: str) -> None:
        self._apart(tag)

    def handle_data(self, data: str) -> None:
        self._text.append(data.replace(_BREAK, " "))

    def _apart(self, tag: str) -> None:
        if tag not in _FLOWING:
            self._text.append(_BREAK)
