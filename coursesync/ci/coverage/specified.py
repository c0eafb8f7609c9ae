"""What the outlines of one tree specify, as values that are compared between trees.

Owns what identifies an item (its course's Id and its keys in the course, never a file's name), and
what can be set of it one by one. It must never know a state or a review.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING, TypeAlias

from coursesync.kinds.address import address_of, keys_of
from coursesync.kinds.field import Role
from coursesync.planning.policy import OnRemoval
from coursesync.state.state import Entry

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from coursesync.kinds.address import Address
    from coursesync.kinds.field import FieldValue, Planned
    from coursesync.kinds.kind import Kind
    from coursesync.kinds.resource import Resource
    from coursesync.outlines.outline import Outline
    from coursesync.state.state_report import Reviewing

# a line of a text. What stands in it once is its own anchor; anything else is counted from the
# nearest such line above it, so that each line of a text is another place
Place: TypeAlias = "tuple[str, str | None, int]"
# a place with the one after it, so that the order of the lines counts; None: the beginning, the end
Line: TypeAlias = "tuple[Place | None, Place | None]"
# the properties of a field
Value: TypeAlias = "tuple[tuple[str, FieldValue], ...]"
# the list of a kind in an item, or in the course
List: TypeAlias = "tuple[Kind, Address]"

_PICTURE = re.compile(r'<img\b[^>]*?\ssrc="([^"]*)"', re.IGNORECASE)


@dataclass(frozen=True)
class Item:
    """An item of an outline.

    `resource` has the course's Id in the place of its key: in its address, as in
    `KIND.4711.KEY`.
    """

    resource: Resource

    @property
    def address(self) -> Address:
        """Its address, with the course's Id in the place of the course's key."""
        return self.resource.address

    @property
    def kind(self) -> Kind:
        """Its kind."""
        return self.resource.kind

    @property
    def home(self) -> List:
        """The list that holds it."""
        return self.kind, self.resource.parent

    @property
    def is_active(self) -> bool:
        """Whether members see it wherever they see what holds it."""
        return is_active(self.kind, self.resource.attributes)

    @cached_property
    def values(self) -> Mapping[str, Value]:
        """The value of each field, without the contents; a pinned number is a value too."""
        kind, has = self.kind, self.resource.attributes
        values: dict[str, Value] = {
            each.name: tuple((name, has[name]) for name in each.properties if name in has)
            for each in kind.fields
            if each.properties and each.role not in {Role.CONTENTS, Role.ORDER}
        }
        order, pin = kind.property_of(Role.ORDER), self.resource.pin
        values[kind.field_of(order)] = () if pin is None else ((order, pin),)
        return values

    @cached_property
    def lines(self) -> Counter[Line]:
        """The lines of the contents as they are written, and the addresses of their pictures.

        Of Markdown these are its own lines: HTML depends on the version of the renderer. No two
        texts have the same ones.
        """
        it, html = self.resource, self.resource.contents
        found = Counter(self.text_lines)
        if it.markdown:
            pictures = [f"picture {each}" for each in _PICTURE.findall(html)]
            found.update(pairwise([None, *places(["in Markdown", *pictures]), None]))
        return found

    @property
    def text_lines(self) -> Iterator[Line]:
        """The lines of the contents as they are written; of an empty text there is one."""
        return pairwise([None, *self.text_places, None])

    @cached_property
    def text_places(self) -> tuple[Place, ...]:
        """The lines of the contents as they are written, in their order."""
        it = self.resource
        # in a file of its own, blank lines stand for its front matter
        text = (it.markdown.lstrip("\n") if it.in_file else it.markdown) or it.contents
        return tuple(places(text.split("\n"))) if text else ()

    @cached_property
    def _compared(self) -> object:
        it = self.resource
        texts = (it.contents, it.markdown)
        return it.address, it.attributes, texts, it.pin, it.leave, it.previous_keys

    def is_same(self, other: Item) -> bool:
        """Return whether another tree specifies just the same item."""
        return self is other or self._compared == other._compared


@dataclass(frozen=True)
class SpecifiedCourse:
    """A course of one tree: its items by address, in the members' order."""

    id: int
    key: str
    title: str
    items: Mapping[Address, Item]

    @cached_property
    def lists(self) -> Mapping[List, tuple[Address, ...]]:
        """The addresses in each list, in order."""
        found: dict[List, list[Address]] = {}
        for item in self.items.values():
            found.setdefault(item.home, []).append(item.address)
        return {home: tuple(addresses) for home, addresses in found.items()}

    @cached_property
    def places(self) -> Mapping[Address, int]:
        """The place of each item among all."""
        return {address: i for i, address in enumerate(self.items)}

    @cached_property
    def entries(self) -> Mapping[Address, Entry]:
        """The entries that a state would have once the course is applied; their Ids mean nothing.

        With them, the planner recognises the items of another tree.
        """
        found = {}
        for i, (address, item) in enumerate(self.items.items()):
            sent = {**item.resource.attributes, item.kind.order_property: i}
            found[address] = Entry(id=1, sent=sent)
        return found

    def is_same(self, other: SpecifiedCourse) -> bool:
        """Return whether another tree specifies just the same course."""
        if self is other:
            return True
        if self.key != other.key or [*self.items] != [*other.items]:
            return False
        return all(item.is_same(other.items[at]) for at, item in self.items.items())


@dataclass(frozen=True)
class Unknown:
    """The courses of a tree of which nobody knows what it specifies: their outlines have mistakes.

    Attributes:
        ids: their Ids, as far as they can be read.
        known: if the Id of an outline can't be read, the courses with valid outlines: each other
            one may be the course of that outline. None if all can be read.
    """

    ids: frozenset[int] = frozenset()
    known: frozenset[int] | None = None

    def __contains__(self, course_id: int) -> bool:
        """Return whether nobody knows what the tree specifies for a course."""
        return course_id in self.ids or (self.known is not None and course_id not in self.known)

    def __bool__(self) -> bool:
        """Return whether there is such a course."""
        return bool(self.ids) or self.known is not None


@dataclass(frozen=True)
class Specified:
    """What the outlines of one tree specify.

    Attributes:
        courses: by Id.
        on_removal: what the tree's coursesync.toml says about items that leave their outline.
        reviewing: what it says about who has to approve.
        unknown: the courses whose outlines have mistakes.
        is_configured: whether its coursesync.toml can be read.
    """

    courses: Mapping[int, SpecifiedCourse] = field(default_factory=dict)
    on_removal: OnRemoval = OnRemoval.KEEP
    reviewing: Reviewing = "required"
    unknown: Unknown = field(default_factory=Unknown)
    is_configured: bool = True

    def filled(self, other: Specified) -> Specified:
        """Return the tree with what is unknown in it as it is in another one; it stays unknown."""
        if not self.unknown and self.is_configured:
            return self
        more = {each: course for each, course in other.courses.items() if each in self.unknown}
        found = replace(self, courses={**self.courses, **more})
        if self.is_configured:
            return found
        return replace(found, on_removal=other.on_removal, reviewing=other.reviewing)

    def without(self, unknown: Unknown) -> Specified:
        """Return the tree without some courses."""
        if not unknown:
            return self
        kept = {each: course for each, course in self.courses.items() if each not in unknown}
        return replace(self, courses=kept)

    @cached_property
    def ids(self) -> Mapping[str, int]:
        """The Ids of the courses by their keys."""
        return {course.key: course.id for course in self.courses.values()}

    def find(self, address: Address | None) -> Item | None:
        """Return the item at an address; None if there is none."""
        course = self.courses.get(id_in(address)) if address else None
        return course.items.get(address) if course and address else None

    def shows(self, item: Item) -> bool:
        """Return whether members see an item: it is active, and so are those above it."""
        above: Item | None = item
        while above is not None and above.is_active:
            above = self.find(above.resource.parent)
        return above is None


def tells(line: str) -> bool:
    """Return whether a line says something; what separates parts of a text does not."""
    return bool(line.strip(" \t-*_="))


def places(lines: Sequence[str]) -> Iterator[Place]:
    """Yield the place of each of some lines; no two are the same."""
    number, anchor, seen = Counter(lines), None, Counter[str]()
    for line in lines:
        if number[line] == 1 and tells(line):
            anchor, seen = line, Counter()
            yield line, line, 0
        else:
            seen[line] += 1
            yield line, anchor, seen[line]


def specified(outlines: Iterable[Outline], on_removal: OnRemoval = OnRemoval.KEEP) -> Specified:
    """Return what outlines specify: all of one tree, each parsed."""
    courses = (specified_course(outline) for outline in outlines)
    return Specified({course.id: course for course in courses}, on_removal)


def specified_course(outline: Outline) -> SpecifiedCourse:
    """Return what an outline specifies.

    Where an outline did not change between two trees, it may be one value in both; that is faster.
    """
    items = (Item(in_course(each, outline.course_id)) for each in outline.resources)
    course = {item.address: item for item in items}
    return SpecifiedCourse(outline.course_id, outline.key, outline.title, course)


def in_course(resource: Resource, course_id: int) -> Resource:
    """Return a resource with the course's Id in the place of the course's key."""
    return replace(resource, address=by_id(resource.address, course_id))


def is_active(kind: Kind, attributes: Planned) -> bool:
    """Return whether members see a record wherever they see what holds it."""
    return not kind.has(Role.ACTIVE) or kind.is_active(attributes)


def by_id(address: Address, course_id: int) -> Address:
    """Return an address with the course's Id in the place of the course's key."""
    kind = address.partition(".")[0]
    return address_of(kind, str(course_id), *keys_of(address)[1:])


def id_in(address: Address) -> int:
    """Return the Id of the course in an address that `by_id` made."""
    return int(address.split(".", 2)[1])
