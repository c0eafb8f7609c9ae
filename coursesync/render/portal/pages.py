"""The data of the portal's pages: the list of courses, each as a member goes through it.

Owns the security policies. Authors' HTML is shown in sandboxed frames without scripts and links;
all other text is escaped. Nothing is served here.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from itertools import groupby
from typing import TYPE_CHECKING
from urllib.parse import quote

from coursesync.kinds import LISTED
from coursesync.kinds.counting import counted
from coursesync.render.timeline import when
from coursesync.text import count

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from coursesync.errors import Diagnostic
    from coursesync.render.timeline import Station

# for each page: only the portal's own script and style, and nothing is sent anywhere; pictures load
# from where members would load them, or from the workspace
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
    "img-src 'self' https: data:; frame-src 'self'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'"
)
# for an author's HTML: any style, but no script, form or link
FRAME_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src 'self' https: data:; media-src https:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'self'; sandbox allow-same-origin"
)
FRAME_STYLE = (
    "body{font:16px/1.6 system-ui,sans-serif;margin:0;overflow-wrap:anywhere;display:flow-root}"
    "body>:first-child{margin-top:0}body>:last-child{margin-bottom:0}img{max-width:100%}"
)


@dataclass(frozen=True, slots=True)
class Node:
    """A record of a course: its index there, when it opens in words, and the records in it."""

    index: int
    station: Station
    when: str
    inside: list[Node] = field(default_factory=list)

    @property
    def has_steps(self) -> bool:
        """Whether members do it by doing its children."""
        return any(not node.station.is_unseen and node.is_step for node in self.inside)

    @property
    def is_step(self) -> bool:
        """Whether members can do it."""
        return self.has_steps or self.station.is_step


@dataclass(frozen=True, slots=True)
class Group:
    """Records with a heading above them; "" for none."""

    heading: str
    nodes: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class View:
    """A course to show, with its records in the members' order."""

    key: str
    id: int
    title: str
    origin: str
    stations: tuple[Station, ...]

    @property
    def visible(self) -> str:
        """How many records of each kind members see, in words."""
        kinds = Counter(station.kind for station in self.stations if not station.is_unseen)
        return counted(kinds) or count(0, LISTED.name, LISTED.plural)

    @property
    def hidden(self) -> str:
        """How many records of each kind are hidden from members, in words; "" for none."""
        return counted(Counter(each.kind for each in self.stations if each.is_unseen))

    @property
    def groups(self) -> tuple[Group, ...]:
        """The records by the heading above them."""
        nodes = [Node(i, each, when(each, self.stations)) for i, each in enumerate(self.stations)]
        tops: list[Node] = []
        for node in nodes:
            holder = node.station.inside
            (tops if holder is None else nodes[holder].inside).append(node)
        by_heading = groupby(tops, key=lambda node: node.station.heading)
        return tuple(Group(heading, tuple(inside)) for heading, inside in by_heading)

    @property
    def address(self) -> str:
        """The path of the course's page; its contents are below it."""
        return f"/courses/{quote(self.key, safe='')}"

    @property
    def last_day(self) -> int:
        """The day after enrolment on which the last record opens."""
        return max((station.day or 0 for station in self.stations), default=0)


@dataclass(frozen=True, slots=True)
class Note:
    """A mistake or a piece of advice, with the line that it is about."""

    diagnostic: Diagnostic
    line: str = ""


@dataclass(frozen=True, slots=True)
class Portal:
    """Everything that a portal shows: its name, the courses, and notes on their outlines.

    The notes are mistakes or else advice; `more` is the number of notes that are not shown;
    `pictures` are the paths of the workspace's pictures in it, by their addresses in the portal.
    `version` changes with everything else: a page asks for it, and reloads when it has changed.
    """

    name: str
    courses: Sequence[View] = ()
    notes: Sequence[Note] = ()
    has_mistakes: bool = False
    more: int = 0
    version: str = ""
    pictures: Mapping[str, Path] = field(default_factory=dict)
