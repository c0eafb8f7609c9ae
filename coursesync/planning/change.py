"""One change of a plan, as a value with all that `apply` needs.

Owns what a change means: what the digest covers, and what it does to its record. It must never
carry one out.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from coursesync.kinds import held_in
from coursesync.kinds.address import course_address, course_of
from coursesync.kinds.field import Ref, is_provisional
from coursesync.planning.action import Action
from coursesync.planning.digest import Meaning, by_name
from coursesync.state.state import Doubt, Entry

if TYPE_CHECKING:
    from coursesync.errors import Where
    from coursesync.kinds.address import Address
    from coursesync.kinds.field import Attributes, Planned
    from coursesync.kinds.kind import Kind
    from coursesync.kinds.resource import Resource
    from coursesync.planning.ordering import Place
    from coursesync.state.state import Candidate


@dataclass(frozen=True, slots=True)
class Change:
    """One change, with all that `apply` needs: it looks nothing up in the state.

    Attributes:
        action: what is done.
        address: the record's address from now on.
        held: what the state holds: an entry, a create in doubt, or nothing.
        after: the attributes to send; None if nothing is wanted.
        previous_address: the former address, if it changes.
        resource: the resource of the outline that wants the change.
        reason: why, for people.
        protected: whether to protect the record from now on; None for no change.
        likely_same: for a create or an orphan, the address in another course that is likely the
            same resource; None for an orphan that can't leave its course.
        waiting: for a create in doubt, the resource of another course that waits for it.
        place: the new neighbours, if the order changes.
    """

    action: Action
    address: Address
    kind: Kind
    course_id: int
    held: Entry | Doubt | None = None
    after: Planned | None = None
    previous_address: Address | None = None
    resource: Resource | None = None
    reason: str = ""
    protected: bool | None = None
    likely_same: Address | None = None
    waiting: Address | None = None
    place: Place | None = None

    @property
    def entry(self) -> Entry:
        """The held entry; only for an action that overwrites, moves or protects a record."""
        assert isinstance(self.held, Entry)  # noqa: S101 - `diff` gives each of them one
        return self.held

    @property
    def doubt(self) -> Doubt | None:
        """The held create in doubt, if any."""
        return self.held if isinstance(self.held, Doubt) else None

    @property
    def before(self) -> Attributes | None:
        """The attributes that the record is known to have; None if nothing is known."""
        if self.held is None or not is_provisional(self.course_id):
            return None if self.held is None else self.held.known
        own = self.kind.course_property
        return {name: value for name, value in self.held.known.items() if name != own}

    @property
    def record_id(self) -> int | None:
        """The record's Id; None if it has none yet."""
        found = self.held.id if isinstance(self.held, Entry) else None
        return None if found is None or is_provisional(found) else found

    @property
    def course(self) -> int | Ref:
        """The Id of its course, as files have it: a `Ref` if the course has none yet."""
        is_new = is_provisional(self.course_id)
        return Ref(course_address(course_of(self.address))) if is_new else self.course_id

    @property
    def from_course(self) -> int | None:
        """The Id of the course that the record comes from; None if it stays in its course."""
        is_held = isinstance(self.held, Entry)
        home = self.kind.course_id_of(self.entry.sent) if is_held else self.course_id
        return None if home == self.course_id else home

    @property
    def candidates(self) -> tuple[Candidate, ...]:
        """The records that the create in doubt may have made."""
        return self.held.candidates if isinstance(self.held, Doubt) else ()

    @property
    def awaits(self) -> Address | None:
        """The address of a record that must have its Id before this change can be sent."""
        found = (self.after or {}).values()
        return next((value.ref for value in found if isinstance(value, Ref)), None)

    @property
    def is_sought(self) -> bool:
        """Whether `apply` looks for its record on the server before it sends anything.

        If its parent or its course is not created yet, neither is the record, unless an earlier
        create was sent into another parent.
        """
        return self.action.looks and (self.awaits is None or self.doubt is not None)

    @property
    def moves(self) -> bool:
        """Whether it moves the record to another parent in the same course."""
        name, before = self.kind.parent_property, self.before
        if not name or before is None or self.after is None or self.action is Action.DOUBT:
            return False
        return before.get(name) != self.after.get(name)

    @property
    def stays_protected(self) -> bool:
        """Whether the record is protected from now on."""
        if self.resource is not None:
            return self.resource.protected
        return isinstance(self.held, Entry) and self.held.protected

    @property
    def loses_completions(self) -> bool:
        """Whether it deletes a record that members may have completed."""
        return self.action is Action.DELETE and self.kind.completions is not None

    @property
    def is_left(self) -> bool:
        """Whether it is an orphan whose record stays on the site, perhaps at another address."""
        is_kept = self.action in {Action.KEEP, Action.DEACTIVATE}
        return is_kept or (self.action is Action.MOVE and self.resource is None)

    @property
    def leaves_others(self) -> bool:
        """Whether its record leaves its children: it is deleted, or moves to another course.

        If someone moved the record on the site, the change may move it back. The children of a
        record stay in their course.
        """
        if self.action not in {Action.DELETE, Action.UPDATE} or not held_in(self.kind):
            return False
        now = self.course_id if self.before is None else self.kind.course_id_of(self.before)
        moves = self.from_course is not None or now != self.course_id
        return moves or self.action is Action.DELETE

    @property
    def meaning(self) -> Meaning:
        """What the digest covers: what would be done, to which record, at which address."""
        return Meaning(
            self.action.value,
            self.address,
            self.previous_address,
            self.record_id,
            self.course,
            self.protected,
            by_name(self.before),
            by_name(self.after),
        )

    @property
    def where(self) -> Where | None:
        """The location in the outline; None if no outline has the record."""
        return self.resource.where if self.resource else None

    @property
    def attributes(self) -> Planned:
        """The attributes after the change; the present ones if the change sends none."""
        return self.after or self.before or {}

    @property
    def title(self) -> str:
        """The record's title."""
        return self.kind.title_of(self.attributes)

    @property
    def order(self) -> int:
        """The record's number among its siblings."""
        return self.kind.order_of(self.attributes)
