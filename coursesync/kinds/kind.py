"""Resource kinds, and desired resources of any kind.

Owns how a kind's table is read. It must never name a kind: each has a file of its own.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, TypeAlias, cast

from coursesync.kinds.address import parent_of
from coursesync.kinds.field import OWN_ID, Role

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    from coursesync.kinds.address import Address
    from coursesync.kinds.field import Attributes, Field, FieldValue, Planned, Settle, Words
    from coursesync.kinds.progress import Completions
    from coursesync.kinds.spec import Fields
    from coursesync.kinds.tree import Value

    # an author's values by the names of an outline's fields
    Values: TypeAlias = Mapping[str, Value]


def _property_of(role: Role) -> cached_property[str]:
    return cached_property(lambda kind: kind.property_of(role))


@dataclass(frozen=True, eq=False)
class Kind:
    """A resource kind: the table of its fields, and where its records live in the API.

    Attributes:
        name: the word for one record, in addresses and messages.
        plural: the word for several; in an outline, the name of their list.
        endpoint: the path of its records in the API.
        role: the stem of the roles that the API asks for.
        course_filter: narrows a search to one course.
        course_property: the property that holds the course's Id.
        course_title_property: the property that shows the course's title, and can only be read.
        marker_property: the record's free text for users of the API, which people don't see.
        spec: imports the model of an item; slow, and needed only to parse an outline.
        fields: the table, in the order in which an outline has them.
        beside: the fields that an outline has beside the group of the others, not in it.
        of: the kind whose record it is a part of; it is never created or deleted itself.
        at_creation: what a create sends for the fields that an outline leaves out.
        location_property: the property that a create takes from the account if it is left out.
        within: the kind that may hold it, besides the course; None if only the course may.
        parent_property: holds that parent's Id; absent on a record directly in the course.
        parent_filter: narrows a search to the records in one parent.
        completions: where the API keeps who completed a record, if members can.
    """

    name: str
    plural: str
    endpoint: str
    role: str
    course_filter: str
    course_property: str
    course_title_property: str
    marker_property: str
    spec: Callable[[], type[Fields]]
    fields: tuple[Field, ...]
    beside: tuple[str, ...] = ()
    of: Kind | None = None
    at_creation: Attributes = dataclasses.field(default_factory=dict)
    location_property: str = ""
    within: Kind | None = None
    parent_property: str = ""
    parent_filter: str = ""
    completions: Completions | None = None

    def encode(self, values: Values) -> dict[str, FieldValue]:
        """Return the properties of an author's values; contents are HTML.

        A field that is not written counts as its default; without one, nothing is sent for it.
        """
        found = dict(self._defaults)
        for name, value in values.items():
            if (field := self._encoded.get(name)) is not None:
                found.update(field.encode(value))
        return found

    def decode(self, attributes: Attributes) -> dict[str, Value]:
        """Return an author's values for a record, defaults too: the inverse of `encode`."""
        return {
            field.name: field.decode(attributes)
            for field in self._sent
            if field.default is not None or not attributes.keys().isdisjoint(field.properties)
        }

    def parent_of(self, address: Address) -> Address:
        """Return the parent's address for a record of this kind: an item, or the course."""
        return parent_of(address, self.within.name if self.within else "")

    def field(self, role: Role) -> Field:
        """Return the field that has a role; raises KeyError if there is none."""
        return self._roles[role]

    def has(self, role: Role) -> bool:
        """Return whether a field has a role."""
        return role in self._roles

    def names(self, *roles: Role) -> tuple[str, ...]:
        """Return the names of the fields that have these roles, in an outline; "" for none."""
        return tuple(self._roles[role].name if role in self._roles else "" for role in roles)

    def property_of(self, role: Role) -> str:
        """Return the first property of the field that has a role; "" if there is none."""
        return next(iter(self._roles[role].properties)) if role in self._roles else ""

    def properties_of(self, names: Collection[str]) -> frozenset[str]:
        """Return the properties of an outline's fields."""
        return frozenset(n for each in self.fields if each.name in names for n in each.properties)

    def field_of(self, name: str) -> str:
        """Return the outline's field of a property, or the property if it has none.

        The course's Id comes from the outline's own `id`.
        """
        return "id" if name == self.course_property else self._names.get(name, name)

    def settle(self, prior: Attributes | None, desired: Planned) -> Planned:
        """Return the properties to send, because some can't be read back.

        Args:
            prior: the last sent ones, None if nothing was sent.
            desired: the wanted ones.
        """
        if prior is None:
            return desired
        for settle in self._settles:
            desired = settle(prior, desired)
        return desired

    def idle(self, attributes: Planned) -> frozenset[str]:
        """Return the properties that have no effect, given the others."""
        return frozenset().union(*(idle(attributes) for idle in self._idles))

    @property
    def is_course(self) -> bool:
        """Whether its record is a course's own, of which each course has one."""
        return self.course_property == OWN_ID

    @property
    def record(self) -> Kind:
        """The kind of its record: its own, unless it is a part of another one."""
        return self.of or self

    def home_in(self, attributes: Planned) -> object:
        """Return the Id by which a record's marker is made; None if it is not known."""
        return attributes.get(self.location_property or self.course_property)

    def identified(self, sent: Attributes, own: int) -> Attributes:
        """Return what was sent to a record once its Id is known; a course's own holds it, too."""
        return dict(sorted({**sent, OWN_ID: own}.items())) if self.is_course else sent

    def is_same(self, one: Planned, other: Planned) -> bool:
        """Return whether two records are the same; for a text, no value and "" are."""
        return one == other or self._with_texts(one) == self._with_texts(other)

    def _with_texts(self, attributes: Planned) -> Planned:
        empty = {name: "" for name, type_ in self.types.items() if type_ is str}
        return {**empty, **attributes}

    def describe(self, attributes: Planned) -> str:
        """Return in a member's words when a record opens, or its kind's word if none says."""
        words = self._roles[Role.UNLOCK].words if self.has(Role.UNLOCK) else None
        return (words(attributes, attributes)[1] if words else None) or self.name

    def title_of(self, attributes: Planned) -> str:
        """Return a record's title, "" for none."""
        return str(attributes.get(self.title_property, ""))

    def order_of(self, attributes: Planned) -> int:
        """Return a record's number among its siblings; 0 if it has none."""
        return int(cast("int", attributes.get(self.order_property, 0)))

    def contents_of(self, attributes: Planned) -> str:
        """Return a record's contents as HTML, "" for none."""
        return str(attributes.get(self.contents_property, ""))

    def course_id_of(self, attributes: Planned) -> int:
        """Return the Id of a record's course; raises KeyError if the attributes lack it."""
        return int(cast("int", attributes[self.course_property]))

    def is_active(self, attributes: Planned) -> bool:
        """Return whether members see a record; it is active by default."""
        return bool(attributes.get(self.active_property, True))

    def completion_of(self, attributes: Planned) -> Value:
        """Return how members complete a record, in an author's word; None if they never do."""
        if Role.COMPLETION not in self._roles:
            return None
        # a reference stands for an Id only
        return self._roles[Role.COMPLETION].decode(cast("Attributes", attributes))

    title_property = _property_of(Role.TITLE)
    order_property = _property_of(Role.ORDER)  # orders a record among its siblings
    contents_property = _property_of(Role.CONTENTS)  # holds HTML
    active_property = _property_of(Role.ACTIVE)  # says whether members see a record

    @cached_property
    def leavable(self) -> tuple[str, ...]:
        """The fields that authors may leave to the site.

        The order is not among them: each number of a list depends on the others.
        """
        return tuple(each.name for each in self._sent if each.role is not Role.ORDER)

    @cached_property
    def depth(self) -> int:
        """The number of kinds that a record of this kind may be within, one inside the other."""
        return 0 if self.within is None else 1 + self.within.depth

    @cached_property
    def types(self) -> Mapping[str, type[FieldValue]]:
        """The type of each property that can be read."""
        readable = (each.properties.items() for each in self._sent if not each.trace)
        ids = {name: int for name in (self.course_property, self.parent_property) if name}
        return ids | {name: type_ for each in readable for name, type_ in each}

    @cached_property
    def texts(self) -> tuple[str, ...]:
        """The text properties that members see and that have no role, such as a summary."""
        fields = (each for each in self._sent if each.role is None and each.words is None)
        return tuple(n for each in fields for n, type_ in each.properties.items() if type_ is str)

    @cached_property
    def remarks(self) -> tuple[Words, ...]:
        """The `words` of completion, and of fields without a role."""
        roles = {None, Role.COMPLETION}
        return tuple(each.words for each in self._sent if each.role in roles and each.words)

    @cached_property
    def write_only(self) -> frozenset[str]:
        """The properties that can't be read back."""
        return frozenset(n for each in self._sent if each.trace for n in each.properties)

    @cached_property
    def traces(self) -> Mapping[str, str]:
        """For each property that can't be read back: the property to read instead."""
        return {next(iter(each.properties)): each.trace for each in self._sent if each.trace}

    @cached_property
    def _sent(self) -> tuple[Field, ...]:
        return tuple(field for field in self.fields if field.properties)

    @cached_property
    def _encoded(self) -> Mapping[str, Field]:
        return {field.name: field for field in self._sent}

    @cached_property
    def _defaults(self) -> Mapping[str, FieldValue]:
        """The properties of a record of which nothing is written."""
        found: dict[str, FieldValue] = {}
        for field in self._sent:
            if field.default is not None:
                found.update(field.encode(field.default))
        return found

    @cached_property
    def _roles(self) -> Mapping[Role, Field]:
        return {field.role: field for field in self.fields if field.role is not None}

    @cached_property
    def _names(self) -> Mapping[str, str]:
        return {name: field.name for field in self.fields for name in field.properties}

    @cached_property
    def _idles(self) -> tuple[Callable[[Planned], frozenset[str]], ...]:
        return tuple(field.idle for field in self.fields if field.idle is not None)

    @cached_property
    def _settles(self) -> tuple[Settle, ...]:
        return tuple(field.settle for field in self.fields if field.settle is not None)
