"""A field of a kind: how an author's value becomes the API's properties, and back.

Owns the columns of a kind's table. It must never know which kinds there are.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from hashlib import sha256
from typing import TYPE_CHECKING, TypeAlias, cast

if TYPE_CHECKING:
    from coursesync.kinds.address import Address
    from coursesync.kinds.tree import Value

INT32_MAX = 2**31 - 1
MAX_ID = 2**63 - 1  # Ids have 64 bits
UNKNOWN_ID = 1  # in a new outline, until its author writes the Id of the course
OWN_ID = "Id"  # the property of any record that holds its own Id
COURSE_TITLE = "Title"  # the property of a course's own record


def provisional_id(course: str) -> int:
    """Return the number of a course that has no Id yet: below zero, as no Id is.

    It identifies the course within a plan. It must never be sent, stored or shown: a file has a
    `Ref` in its place. `course` is the course's key.
    """
    return -int.from_bytes(sha256(course.encode()).digest()[:7]) - 1


def is_provisional(course_id: int) -> bool:
    """Return whether a course has no Id yet."""
    return course_id < 0


@dataclass(frozen=True, slots=True)
class Ref:
    """Stands for the Id of the record at an address, until it has one.

    Only a plan holds it: what is sent, journalled or kept in a state is an Id.
    """

    ref: Address


# a record of the API as it goes over the wire: its properties by name
FieldValue: TypeAlias = str | int | bool
Attributes: TypeAlias = Mapping[str, FieldValue]
# a record in a plan: its parent's Id may be a reference
Planned: TypeAlias = Mapping[str, FieldValue | Ref]
Words: TypeAlias = Callable[[Planned, Planned], tuple[str | None, str | None]]
Settle: TypeAlias = Callable[[Attributes, Planned], Planned]


class Role(Enum):
    """How code for every kind finds a field, whatever its name."""

    TITLE = "title"
    ORDER = "order"
    UNLOCK = "unlock"
    ACTIVE = "active"
    PICTURE = "picture"
    CONTENTS = "contents"
    COMPLETION = "completion"


@dataclass(frozen=True, eq=False)
class Field:
    """One row of a kind's table: a field of an outline, and its properties in the API.

    Attributes:
        name: the field's name in an outline.
        properties: the API's properties that it sets, with their types; none for a field of
            coursesync's own.
        encoder: makes the properties of an author's value; by default the value is its only
            property.
        decoder: the inverse of `encoder`. For a missing property it returns the API's default.
        default: the value of a field that the author leaves out; None if then nothing is sent.
        role: how code for every kind finds it.
        words: returns words for the value before and after a change, if properties need them;
            None is no value.
        settle: for write-only properties: makes what to send of what was sent and what is wanted.
        idle: returns the properties that have no effect, given the others.
        trace: for write-only properties: a readable one that is empty if the server holds no value
            for the first of `properties`.
        other_names: names that authors write by mistake.
        opposites: names that authors write by mistake for its value `false`.
    """

    name: str
    properties: Mapping[str, type[FieldValue]] = field(default_factory=dict)
    encoder: Callable[[Value], Attributes] | None = None
    decoder: Callable[[Attributes], Value] | None = None
    default: Value = None
    role: Role | None = None
    words: Words | None = None
    settle: Settle | None = None
    idle: Callable[[Planned], frozenset[str]] | None = None
    trace: str = ""
    other_names: tuple[str, ...] = ()
    opposites: tuple[str, ...] = ()

    def encode(self, value: Value) -> Attributes:
        """Return the properties of an author's value; contents are HTML."""
        if self.encoder is not None:
            return self.encoder(value)
        (name,) = self.properties
        return {name: cast("FieldValue", value)}

    def decode(self, attributes: Attributes) -> Value:
        """Return the value that an author would write for these properties."""
        if self.decoder is not None:
            return self.decoder(attributes)
        found = (attributes[name] for name in self.properties if name in attributes)
        return next(found, self.default)
