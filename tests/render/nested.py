"""Plans with records in records, made by hand, for the tests of what is shown of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from values import AT, TARGET

from coursesync.kinds import KINDS, kind_of
from coursesync.kinds.address import Address
from coursesync.planning.action import Action
from coursesync.planning.change import Change
from coursesync.planning.plan import Course, Plan, Standing
from coursesync.state.state import Entry

if TYPE_CHECKING:
    from collections.abc import Mapping

    from coursesync.kinds.field import Attributes, Planned

COURSE = 4711
KIND = KINDS["lesson"]
LINK = KIND.parent_property


def attributes(address: str, title: str, order: int, **fields: object) -> dict[str, object]:
    """Return the attributes of a record at an address, with an author's fields."""
    kind = kind_of(Address(address))
    encoded = kind.encode({"title": title, **fields})  # type: ignore[dict-item]
    return {**encoded, kind.order_property: order, kind.course_property: COURSE}


def entry(record_id: int, sent: Mapping[str, object]) -> Entry:
    """Return the entry of a record."""
    known: Attributes = dict(sent)  # type: ignore[arg-type]
    return Entry(sent=known, id=record_id, updated_on=AT)


def change(
    action: Action,
    address: str,
    after: Mapping[str, object] | None = None,
    held: Entry | None = None,
    previous_address: str | None = None,
    reason: str = "",
) -> Change:
    """Return a change of a record of the course."""
    at = Address(address)
    wanted: Planned | None = None if after is None else dict(after)  # type: ignore[arg-type]
    old = None if previous_address is None else Address(previous_address)
    return Change(action, at, kind_of(at), COURSE, held, wanted, old, reason=reason)


def standing(address: str, record_id: int, title: str, order: int, **fields: object) -> Standing:
    """Return a record without a change."""
    at = Address(address)
    known: Attributes = attributes(address, title, order, **fields)  # type: ignore[assignment]
    return Standing(at, kind_of(at), known, record_id)


def create(address: str, title: str, order: int, link: object = None, **fields: object) -> Change:
    """Return the change that creates a record; `link` is its parent's Id, or stands for it.

    It is None directly in the course.
    """
    after = attributes(address, title, order, **fields)
    return change(Action.CREATE, address, after if link is None else {**after, LINK: link})


def plan(*changes: Change, stands: tuple[Standing, ...] = (), managed: int = 0) -> Plan:
    """Return the plan of one course."""
    found = Course("c", COURSE, "Onboarding", "courses/c.yaml", managed, stands)
    return Plan(TARGET, "lineage", 3, {COURSE: found}, changes, managed)
