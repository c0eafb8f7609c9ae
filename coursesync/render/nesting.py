"""The rows of a course as a tree: each record below its parent.

Owns the order of the rows, and the headings: the title of a record without a row whose children
have rows, so that no record is shown without its parent. It must never change a row.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property
from math import inf
from typing import TYPE_CHECKING, NamedTuple

from coursesync.kinds import held_in, rank
from coursesync.kinds.address import is_course, key_of
from coursesync.kinds.counting import in_turn
from coursesync.render.holders import directly
from coursesync.render.plan_words import PUBLISHING
from coursesync.text import inert

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from coursesync.kinds.address import Address
    from coursesync.kinds.kind import Kind
    from coursesync.planning.plan import Course
    from coursesync.render.row import Row

INTO = " / "  # between the titles of a parent and a child


class Line(NamedTuple):
    """A row, or a heading above rows, whose `row` is None.

    `within` are the titles of its parents, from the course down; all its text is safe to print.
    `order` is None for a heading that is no record.
    """

    title: str
    order: int | None = None
    row: Row | None = None
    within: tuple[str, ...] = ()

    @property
    def depth(self) -> int:
        """How deep it is in the tree."""
        return len(self.within)

    @property
    def whole(self) -> str:
        """Its title, after those of its parents."""
        return INTO.join((*self.within, self.title))


class _Node(NamedTuple):
    """A record to show: its row, or the title of a record without one."""

    address: Address
    kind: Kind
    title: str
    order: int | None
    row: Row | None = None

    @property
    def place(self) -> tuple[float, Address]:
        return inf if self.order is None else self.order, self.address


@dataclass(frozen=True)
class Tree:
    """The records of a course that a plan shows: its rows, and all others as headings."""

    course: Course
    rows: Sequence[Row]
    departures: Sequence[Row]

    def lines(self, rows: Sequence[Row], departures: Sequence[Row] = ()) -> Iterator[Line]:
        """Yield some of the rows in the tree, with their headings.

        Records of the outermost kind are in the plan's order, then come those that leave the
        course, then records of other kinds that are directly in the course. Within a record, they
        are in the members' order, one kind after the other.
        """
        leaving = [_leaving(row) for row in departures]
        branches = _Branches(self, rows, leaving)
        yield from branches.below(branches.outermost())
        yield from branches.below(leaving)
        for kind, nodes in branches.direct():
            heading = directly(kind)
            yield Line(heading)
            yield from branches.below(nodes, (heading,))

    @cached_property
    def known(self) -> dict[Address, _Node]:
        """All records that may be a heading, by address; only those of kinds that hold others."""
        holding = {kind for kind in self._kinds if held_in(kind)}
        found = {
            each.address: _Node(
                each.address,
                each.kind,
                inert(each.kind.title_of(each.attributes)),
                each.kind.order_of(each.attributes),
            )
            for each in self.course.standing
            if each.kind in holding
        }
        found |= {node.address: node for node in map(_leaving, self.departures)}
        for row in self.rows:
            change = row.change
            if change.kind in holding:
                found[change.address] = _Node(change.address, change.kind, row.title, row.order)
        return found

    @property
    def _kinds(self) -> set[Kind]:
        standing = {each.kind for each in self.course.standing}
        return standing.union(row.change.kind for row in self.rows)

    @cached_property
    def renamed(self) -> dict[Address, Address]:
        """The new address of each record that gets one, by the old address."""
        changes = (row.change for row in self.rows)
        return {c.previous_address: c.address for c in changes if c.previous_address}

    def parent(self, kind: Kind, address: Address) -> Address | None:
        """Return the address of a record's parent; None if that is the course."""
        parent = kind.parent_of(address)
        if is_course(parent):
            return None
        return parent if parent in self.known else self.renamed.get(parent, parent)


class _Branches:
    """Some rows of a tree by their parents."""

    def __init__(self, tree: Tree, rows: Sequence[Row], leaving: Sequence[_Node]) -> None:
        self._tree = tree
        self._top: list[_Node] = []
        self._headings: list[_Node] = []  # of the outermost kind
        self._direct: dict[Kind, list[_Node]] = defaultdict(list)
        self._inside: dict[Address, list[_Node]] = defaultdict(list)
        self._seen = {row.change.address for row in rows} | {node.address for node in leaving}
        for row in rows:
            change = row.change
            node = _Node(change.address, change.kind, row.title, row.order, row)
            self._add(node, self._top)

    def _add(self, node: _Node, outermost: list[_Node]) -> None:
        within = node.kind.within
        if within is None:
            outermost.append(node)
            return
        parent = self._tree.parent(node.kind, node.address)
        if parent is None:
            self._direct[node.kind].append(node)
            return
        self._inside[parent].append(node)
        if parent not in self._seen:
            self._seen.add(parent)
            unknown = _Node(parent, within, inert(key_of(parent)), None)
            self._add(self._tree.known.get(parent, unknown), self._headings)

    def outermost(self) -> list[_Node]:
        """Return the rows of the outermost kind in the plan's order, headings among them.

        A heading is above the first row with a larger number, and above orphans.
        """
        own = [each for each in self._top if _is_first(each)]
        nodes = [each for each in self._top if not _is_first(each)]
        for heading in sorted(self._headings, key=lambda node: node.place, reverse=True):
            after = (i for i, node in enumerate(nodes) if _follows(node, heading))
            nodes.insert(next(after, len(nodes)), heading)
        return [*own, *nodes]

    def direct(self) -> Iterator[tuple[Kind, list[_Node]]]:
        """Yield the records of inner kinds that are directly in the course, by kind."""
        for kind in in_turn(self._direct):
            yield kind, sorted(self._direct[kind], key=lambda node: node.place)

    def below(self, nodes: Sequence[_Node], within: tuple[str, ...] = ()) -> Iterator[Line]:
        """Yield a line for each record, and below it those in it."""
        for node in nodes:
            yield Line(node.title, node.order, node.row, within)
            if inside := self._inside.get(node.address):
                placed = sorted(inside, key=lambda each: (rank(each.kind), each.place))
                yield from self.below(placed, (*within, node.title))


def _leaving(row: Row) -> _Node:
    """Return the node of a record that leaves its course, at the address that it had there."""
    change = row.change
    return _Node(change.previous_address or change.address, change.kind, row.title, row.order, row)


def _is_first(node: _Node) -> bool:
    """Return whether a row is above all headings: the course's own, and what takes it away."""
    row = node.row
    return node.kind.is_course and row is not None and row.wording is not PUBLISHING


def _follows(node: _Node, heading: _Node) -> bool:
    is_orphan = node.row is not None and bool(node.row.wording.left)
    return is_orphan or node.place > heading.place
