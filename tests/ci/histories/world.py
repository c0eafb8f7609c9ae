"""The site and the state of a model: what runs have written, and what they know of it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from values import EMPTY

from coursesync.kinds.field import Ref
from coursesync.planning.action import Action
from coursesync.state.state import Doubt, Entry

if TYPE_CHECKING:
    from collections.abc import Callable, Collection
    from random import Random

    from coursesync.kinds.address import Address
    from coursesync.planning.change import Change
    from coursesync.planning.plan import Plan
    from coursesync.state.state import State


@dataclass
class World:
    """What the site has, by Id, and the state."""

    state: State = EMPTY
    site: dict[int, dict[str, Any]] = field(default_factory=dict)
    item_of: dict[int, int] = field(default_factory=dict)
    lost: dict[Address, int | None] = field(default_factory=dict)  # what creates in doubt made
    last: int = 5000

    def carry_out(
        self,
        plan: Plan,
        courses: Collection[int],
        item_at: Callable[[Address], int | None],
        most: int,
        rng: Random,
    ) -> bool:
        """Carry out a plan for some courses, up to a number of writes.

        Returns:
            Whether all was done. Of the write after the last one nobody knows the outcome, by
            chance.
        """
        entries, doubts = dict(self.state.entries), dict(self.state.doubts)
        todo = [each for each in plan.changes if each.course_id in courses]
        if not todo:
            return True
        here = [each for each in todo if each.previous_address and each.from_course is None]
        moved = [(each, entries.pop(each.previous_address)) for each in here]  # type: ignore[arg-type]
        for change, entry in moved:
            entries[change.address] = entry
            if change.resource is not None and (item := item_at(change.address)) is not None:
                self.item_of[entry.id] = item
        self.state = replace(self.state, entries=entries, doubts=doubts)
        is_done = True
        for change in todo:
            if not change.action.writes and change.action is not Action.DOUBT:
                continue
            if most == 0:
                if rng.random() < 0.5:
                    self._lose(change, entries, doubts, item_at, rng)
                return False
            most -= 1
            is_done &= self._write(change, entries, doubts, item_at)
        return is_done

    def _sent(self, change: Change, entries: dict[Address, Entry]) -> dict[str, Any] | None:
        """Return what is sent; None if its parent has no Id yet."""
        found: dict[str, Any] = {}
        for name, value in (change.after or {}).items():
            if isinstance(value, Ref):
                if value.ref not in entries:
                    return None
                found[name] = entries[value.ref].id
            else:
                found[name] = value
        return found

    def _write(
        self,
        change: Change,
        entries: dict[Address, Entry],
        doubts: dict[Address, Doubt],
        item_at: Callable[[Address], int | None],
    ) -> bool:
        """Send a write; return False if it has to wait for its parent, or for another plan."""
        if change.action is Action.DELETE:
            entry = entries.pop(change.address)
            self.site.pop(entry.id, None)
            return True
        if change.action is Action.DOUBT and change.after is None:
            doubt, made = doubts.pop(change.address), self.lost.pop(change.address)
            if made is not None:
                entries[change.address] = Entry(id=made, sent=doubt.sent)
            return False
        sent = self._sent(change, entries)
        if sent is None:
            return False
        if change.action is Action.DOUBT and self.lost.get(change.address) is not None:
            made = self.lost.pop(change.address)
            entries[change.address] = Entry(id=made, sent=doubts.pop(change.address).sent)  # type: ignore[arg-type]
            return False
        doubts.pop(change.address, None)
        self.lost.pop(change.address, None)
        if change.record_id is None:
            self.last += 1
            record_id = self.last
        else:
            record_id = change.record_id
        if change.previous_address and change.from_course is not None:
            entries.pop(change.previous_address)
        self._record(record_id, sent, item_at(change.address))
        entries[change.address] = Entry(id=record_id, sent=sent)
        return True

    def _record(self, record_id: int, sent: dict[str, Any], item: int | None) -> None:
        self.site[record_id] = sent
        if item is not None:
            self.item_of[record_id] = item

    def _lose(
        self,
        change: Change,
        entries: dict[Address, Entry],
        doubts: dict[Address, Doubt],
        item_at: Callable[[Address], int | None],
        rng: Random,
    ) -> None:
        """Send a write whose outcome nobody learns."""
        is_done = rng.random() < 0.5
        sent = self._sent(change, entries)
        if change.action is Action.CREATE and sent is not None:
            self.lost[change.address] = None
            doubts[change.address] = Doubt(reason="lost", sent=sent, since="2025-01-15T10:30:00Z")
            if is_done:
                self.last += 1
                self.lost[change.address] = self.last
                self._record(self.last, sent, item_at(change.address))
        elif change.action is Action.UPDATE and change.from_course is None and sent is not None:
            entry = entries[change.address]
            entries[change.address] = replace(entry, attempted=sent)
            if is_done:
                self._record(entry.id, sent, item_at(change.address))

    def drift(self, rng: Random) -> None:
        """Let a person change a record in Nexudus, and a look find it."""
        entries = dict(self.state.entries)
        certain = [at for at in sorted(entries) if not entries[at].unsure]
        if not certain:
            return
        address = rng.choice(certain)
        entry = entries[address]
        body = "SectionContents" if address.startswith("section") else "LessonContents"
        name, value = rng.choice(
            [
                ("Title", "someone's"),
                ("Active", False),
                (body, "<p>someone's</p>"),
                ("DisplayOrder", 5),
            ]
        )
        self.site[entry.id] = {**self.site[entry.id], name: value}
        known = entry.reading(self.site[entry.id], entry.updated_on)
        entries[address] = known
        self.state = replace(self.state, entries=entries)
