"""A field of a kind: how an author's value becomes the API's properties, and back.

Owns the columns of a kind's table. It must never know which kinds there are.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING, TypeAlias, cast

if TYPE_CHECKING:
    from coursesync.kinds.tree import Value

INT32_MAX = 2**31 - 1
MAX_ID = 2**63 - 1  # Ids have 64 bits
COURSE_TITLE = "Title"  # the property of a course's own record
# a record of the API as it goes over the wire: its properties by name
FieldValue: TypeAlias = str | int | bool
Attributes: TypeAlias = Mapping[str, FieldValue]
Words: TypeAlias = Callable[[Attributes, Attributes], tuple[str | None, str | None]]
Settle: TypeAlias = Callable[[Attributes, Attributes], Attributes]


class Role(Enum):
    """How code for every kind finds a field, whatever its name."""

    TITLE = "title"
    ORDER = "order"
    UNLOCK = "unlock"
    ACTIVE = "active"
    PICTURE = "picture"
    CONTENTS = "contents"


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
        settle: takes the sent and the wanted properties, and returns the ones to send, for
            properties that can't be read back.
        idle: returns the properties that have no effect, given the others.
        trace: for properties that can't be read back, a readable one: it is empty if the server
            holds no value for the first of `properties`.
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
    idle: Callable[[Attributes], frozenset[str]] | None = None
    trace: str = ""
    other_names: tuple[str, ...] = ()
    opposites: tuple[str, ...] = ()

    def encode(self, value: Value) -> Attributes:
        """Return the properties of an author's value; contents are HTML."""
        if self.encoder is not None:
            return self.encoder(value)
        return {name: cast("FieldValue", value) for name in self.properties}

    def decode(self, attributes: Attributes) -> Value:
        """Return the value that an author would write for these properties."""
        if self.decoder is not None:
            return self.decoder(attributes)
        found = (attributes[name] for name in self.properties if name in attributes)
        return next(found, self.default)


def shown_or_hidden(prop: str) -> Words:
    """Return the words for a property that says whether members see a record."""
    words: dict[object, str] = {True: "shown to members", False: "hidden from members"}
    return lambda before, after: (words.get(before.get(prop)), words.get(after.get(prop)))


def picture(
    name: str, prop: str, clearing: str, trace: str, other_names: tuple[str, ...] = ()
) -> Field:
    """Make the row of a picture, which can be sent or removed but never read back.

    Args:
        name: the field's name in an outline; its value is a web address, or null to remove it.
        prop: the property that takes the address.
        clearing: the property that removes the picture if it is true.
        trace: the property that names the stored file.
        other_names: as in `Field`.
    """

    def encode(value: Value) -> Attributes:
        return {clearing: True} if value is None else {prop: cast("str", value)}

    def decode(attributes: Attributes) -> Value:
        return attributes.get(prop)

    def settle(prior: Attributes, desired: Attributes) -> Attributes:
        # a sent picture that is not wanted any more has to be cleared
        if prop in desired:
            return desired
        if prop in prior or prior.get(clearing):
            return {**desired, clearing: True}
        return desired

    def words(before: Attributes, after: Attributes) -> tuple[str | None, str | None]:
        # without a sent picture, there may be one on the site
        unsent = None if clearing in before else "as on the site"
        was, now = before.get(prop), after.get(prop)
        cleared = "removed" if after.get(clearing) else unsent
        return unsent if was is None else str(was), cleared if now is None else str(now)

    return Field(
        name,
        {prop: str, clearing: bool},
        encode,
        decode,
        role=Role.PICTURE,
        words=words,
        settle=settle,
        trace=trace,
        other_names=other_names,
    )
