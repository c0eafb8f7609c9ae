"""What a resource kind is, and one desired resource of any. Pure: values only.

All that is particular to one kind lives in that kind's own file.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from coursesync.errors import Where
    from coursesync.kinds.address import Address
    from coursesync.kinds.attributes import Attributes
    from coursesync.kinds.spec import Spec
    from coursesync.kinds.tree import Path, Tree


@dataclass(frozen=True, slots=True)
class Resource:
    """One desired resource: what an outline wants to exist.

    `attributes` lack the order, which the plan gives out; `pin` is the order where the author
    pinned it. `path` is the resource's place in the outline's `tree`.
    """

    kind: Kind
    address: Address
    attributes: Attributes
    tree: Tree
    path: Path
    pin: int | None = None
    previous_keys: tuple[str, ...] = ()
    key_is_derived: bool = False
    protected: bool = False

    @property
    def where(self) -> Where:
        """The place of the resource in its outline."""
        return self.tree.where(self.path)

    def where_property(self, name: str) -> Where:
        """Return the place of the outline's field that the API's property `name` comes from."""
        field = self.kind.fields.get(name)
        if field is None:
            return self.where
        return self.tree.where(("id",)) if field == "id" else self.tree.where((*self.path, field))


@dataclass(frozen=True, slots=True)
class Opening:
    """When a member gets into a record: so many days after enrolment, and in sequence or not.

    One in sequence opens once what stands before it is done.
    """

    day: int = 0
    in_sequence: bool = False


@dataclass(frozen=True, slots=True)
class Kind:
    """A resource kind: where its records live in the API, and how its outlines become them.

    `fields` maps each property of the API to the outline's field it comes from (`id` is the
    course's own); those in `write_only` can't be read back, but some leave a trace in a
    property that can (`traces`). `course_filter` narrows a search to
    one course. `role` is the stem of the roles that the API asks for. `spec` imports the model of
    what an author writes, which takes long and is needed only where an outline is parsed. `settle`
    takes the prior attributes (or None) and the desired ones, and returns the desired ones as they
    are to be sent, for properties that the API only lets one write. `words` say a field's value
    before and after a change, where its properties don't speak for themselves; None stands for
    nothing. `opens` says when a member gets in, `describe` says it in words. `idle` are the
    properties that have no effect, given the others. `marker_property` is the record's free text
    for users of the API, which people don't see.
    """

    name: str
    endpoint: str
    role: str
    course_filter: str
    parent_property: str
    order_property: str
    title_property: str
    contents_property: str
    fields: Mapping[str, str]
    write_only: frozenset[str]
    traces: Mapping[str, str]
    spec: Callable[[], type[Spec]]
    settle: Callable[[Attributes | None, Attributes], Attributes]
    opens: Callable[[Attributes], Opening]
    describe: Callable[[Attributes], str]
    idle: Callable[[Attributes], frozenset[str]]
    active_property: str
    marker_property: str
    words: Mapping[str, Callable[[Attributes, Attributes], tuple[str | None, str | None]]]

    def title_of(self, attributes: Attributes) -> str:
        """Return a record's title, "" where it has none."""
        return str(attributes.get(self.title_property, ""))

    def order_of(self, attributes: Attributes) -> int:
        """Return a record's place among its siblings."""
        return int(attributes.get(self.order_property, 0))
