"""Outlines and states as values, for the tests of what is pure."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Literal, TypeVar

from coursesync.applying.run import in_order
from coursesync.kinds.address import Address
from coursesync.outlines.outline import Outline, build
from coursesync.outlines.workspace_files import Outlines
from coursesync.outlines.yaml_reader import parse
from coursesync.planning import diff
from coursesync.planning.action import Action
from coursesync.planning.policy import KEEP_ALL
from coursesync.state.journal import Conclusion, Intent, Move, Protect
from coursesync.state.replay import fold
from coursesync.state.state import State

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from _typeshed import DataclassInstance

    from coursesync.planning.change import Change
    from coursesync.planning.plan import Plan
    from coursesync.planning.policy import Policy
    from coursesync.state.journal import Step

T = TypeVar("T", bound="DataclassInstance")
TARGET = "https://spaces.nexudus.com"
EMPTY = State(target=TARGET)
AT = "2025-01-15T10:30:00Z"


def but(value: T, **changes: Any) -> T:  # noqa: ANN401 - whatever the fields are
    """Return a value with other fields, whose types a table of cases does not know."""
    return replace(value, **changes)


@dataclass(frozen=True)
class Section:
    """A section as an author writes it; what is None is not written."""

    title: str
    key: str | None = None
    contents: str | None = None
    pin: int | None = None
    previous: tuple[str, ...] = ()
    more: dict[str, object] = field(default_factory=dict)

    def written(self) -> dict[str, object]:
        """Return the fields that are written."""
        fields = {
            "title": self.title,
            "key": self.key,
            "contents": self.contents,
            "display_order": self.pin,
            "previous_keys": list(self.previous) or None,
        }
        return {name: value for name, value in fields.items() if value is not None} | self.more


def outline_of(text: str, path: str = "courses/onboarding.yaml") -> Outline:
    """Make an outline of a text that has no mistake."""
    tree, diagnostics = parse(text, path)
    assert tree is not None
    outline, more = build(tree, lambda name: f"contents of {name}")
    assert outline is not None, (diagnostics, more)
    assert not diagnostics
    return outline


def course(
    *sections: Section | str, course_id: int = 4711, title: str = "Onboarding", key: str = "c"
) -> Outline:
    """Make the outline of a course; a section given as text has that title and nothing else."""
    written = [
        (section if isinstance(section, Section) else Section(section)).written()
        for section in sections
    ]
    document = {"id": course_id, "title": title, "sections": written}
    return outline_of(json.dumps(document, ensure_ascii=False), f"courses/{key}.yaml")


def plan_of(
    outlines: Outline | Iterable[Outline], state: State = EMPTY, policy: Policy = KEEP_ALL
) -> Plan:
    """Plan one outline or several, none of them settled."""
    parsed = (outlines,) if isinstance(outlines, Outline) else tuple(outlines)
    return diff.plan_of(Outlines(parsed, frozenset()), state, policy)


def address(key: str, course_key: str = "c") -> Address:
    """Return the address of a section."""
    return Address(f"section.{course_key}.{key}")


def actions_in(plan: Plan) -> list[tuple[str, str]]:
    """Return the action and the address of each change of a plan."""
    return [(change.action.value, change.address) for change in plan.changes]


def steps_of(change: Change, record_id: int) -> list[Step]:
    """Return what the journal holds once a write is carried out."""
    named: dict[Action, Literal["create", "delete"]]
    named = {Action.CREATE: "create", Action.DELETE: "delete"}
    intent = Intent(
        action=named.get(change.action, "update"),
        address=change.address,
        attributes=in_order(change.attributes),
        id=change.record_id,
        protected=change.resource is not None and change.resource.protected,
        was=None if change.from_course is None else change.previous_address,
        at=AT,
    )
    outcome = Conclusion(
        address=change.address, outcome="applied", id=record_id, updated_on=AT, at=AT
    )
    return [intent, outcome]


def with_ids(change: Change, ids: Mapping[Address, int]) -> Change:
    """Return a change with the Id of what its record is in, as it is sent."""
    link, holder = change.kind.parent_property, change.awaits
    return (
        change
        if holder is None
        else replace(change, after={**change.attributes, link: ids[holder]})
    )


def applied(plan: Plan, state: State = EMPTY, *, highest: int = 1000) -> State:
    """Carry out a plan, through the journal; new Ids are above `highest` and all others."""
    ids = {address: entry.id for address, entry in state.entries.items()}
    next_id = max([highest, *ids.values()]) + 1
    moves = {
        c.previous_address: c.address
        for c in plan.changes
        if c.previous_address and c.from_course is None
    }
    steps: list[Step] = [Move(to=moves, at=AT)] if moves else []
    ids |= {now: ids[was] for was, now in moves.items()}
    for planned in plan.changes:
        change = with_ids(planned, ids)
        if change.protected is not None and change.record_id is not None:
            steps.append(Protect(address=change.address, protected=change.protected, at=AT))
        if change.action.writes:
            steps += steps_of(change, change.record_id or next_id)
            ids[change.address] = change.record_id or next_id
            next_id += change.record_id is None
    return fold(state, steps)


def state_of(*sections: Section | str) -> State:
    """Return the state in which just these sections of a course were applied."""
    return applied(plan_of(course(*sections)))
