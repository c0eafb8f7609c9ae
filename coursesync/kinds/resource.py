"""Desired resources: what an outline wants, of any kind.

It must never name a kind, nor know a record that exists.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from coursesync.kinds.address import key_of

if TYPE_CHECKING:
    from coursesync.errors import Where
    from coursesync.kinds.address import Address
    from coursesync.kinds.field import Attributes
    from coursesync.kinds.kind import Kind
    from coursesync.kinds.tree import Path, Tree


@dataclass(frozen=True, slots=True)
class Resource:
    """One desired resource of an outline.

    `attributes` lack the order, which the plan assigns; `pin` is the order that the author pinned.
    Those of a course have it if it is pinned. `path` is the resource's location in the outline's
    `tree`. A key is derived from its title, or if it is `in_file`, from the file's name. `leave`
    are the fields that only its create sends. `markdown` are its contents as written; "" if they
    are written as HTML.
    """

    kind: Kind
    address: Address
    attributes: Attributes
    tree: Tree
    path: Path
    pin: int | None = None
    previous_keys: tuple[str, ...] = ()
    key_is_derived: bool = False
    in_file: bool = False
    protected: bool = False
    leave: tuple[str, ...] = ()
    markdown: str = ""

    @property
    def where(self) -> Where:
        """The location of the resource in its outline."""
        return self.tree.where(self.path)

    @property
    def key(self) -> str:
        """The last key of its address."""
        return key_of(self.address)

    @property
    def parent(self) -> Address:
        """The address of its parent: an item, or its course."""
        return self.kind.parent_of(self.address)

    @property
    def title(self) -> str:
        """The title that members see."""
        return self.kind.title_of(self.attributes)

    @property
    def contents(self) -> str:
        """Its contents as HTML."""
        return self.kind.contents_of(self.attributes)

    @property
    def left(self) -> frozenset[str]:
        """The properties that are not managed once the record is there."""
        return self.kind.properties_of(self.leave)

    def path_of(self, field: str) -> Path:
        """Return the place in the tree of one of its fields."""
        return (*(self.path[:-1] if field in self.kind.beside else self.path), field)

    def where_property(self, name: str) -> Where:
        """Return the location of the outline's field that gives the API's property `name`."""
        field = self.kind.field_of(name)
        if name == self.kind.course_property:
            return self.tree.where((field,))
        return self.where if field == name else self.tree.where(self.path_of(field))
