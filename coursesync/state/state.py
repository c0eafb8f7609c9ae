"""The state: what was last sent, under which Ids. Values, and functions from one to the next.

Pure: reading, locking and saving are `file_store`. Models, because these values
cross a file: fields stand in the alphabet's order, so that what is saved is sorted.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from coursesync.errors import StateError
from coursesync.kinds.kind import Address, FieldValue
from coursesync.text import inert

FORMAT = 1
VALUE = ConfigDict(extra="forbid", strict=True, frozen=True)

Id: TypeAlias = Annotated[int, Field(ge=1, le=2**63 - 1)]
# in the order that fits most values, so that the first fits
Sent: TypeAlias = dict[str, Annotated[FieldValue, Field(union_mode="left_to_right")]]
# most entries are neither: what is not so is not written
Rare = Field(exclude_if=lambda value: value is None or value is False)


class CourseRecord(BaseModel):
    """A course whose outline stands on the server as a whole: nothing to do, none in doubt.

    `path` is the outline's, in the workspace; `sources` the digest of it and of each content
    file at that time. While these are the same, the outline need not be read again.
    """

    model_config = VALUE

    id: Id
    path: str
    sources: dict[str, str]
    title: str


class Entry(BaseModel):
    """A record under management: the attributes as we sent them, and what the server gave.

    `protected` records are not deleted, in whatever outline they are. `attempted` is what an
    update sent of which nobody knows whether it was carried out (nothing: a deletion).
    """

    model_config = VALUE

    attempted: Annotated[Sent | None, Rare] = None
    attributes: Sent
    id: Id
    parent_id: Id
    protected: Annotated[bool, Rare] = False
    updated_on: str | None = None

    @property
    def unsure(self) -> bool:
        """Whether it has to be sent again, for nobody knows what the server has."""
        return self.attempted is not None


class Candidate(BaseModel):
    """A record on the server that may be what a doubt speaks of; its attributes as they read."""

    model_config = VALUE

    attributes: Sent
    created_on: str | None = None
    id: Id
    updated_by: str | None = None
    updated_on: str | None = None


class Doubt(BaseModel):
    """A create of which nobody knows whether it was carried out.

    `candidates` are what the last look at the server found; where there are some, a person has
    to say which of them it is, if any. `claimed` is that the API said that it was carried out;
    `sent` counts how often it was sent.
    """

    model_config = VALUE

    attributes: Sent
    candidates: list[Candidate] = []
    claimed: bool = False
    parent_id: Id
    reason: str
    sent: Annotated[int, Field(ge=0)] = 1
    since: str


class Unread(Mapping[Address, Entry]):
    """Entries as they were read from a file that is known to be ours: each made when asked for.

    A plan looks at the entries of the courses that have changed, which are few.
    """

    def __init__(self, raw: Mapping[str, object]) -> None:
        self._raw = raw
        self._made: dict[str, Entry] = {}

    def __getitem__(self, address: Address) -> Entry:
        entry = self._made.get(address)
        if entry is None:
            try:
                entry = self._made[address] = Entry.model_validate(self._raw[address])
            except ValidationError as error:
                raise StateError(
                    f"the entry {inert(address, 200)} of the state was not written by coursesync",
                    "Restore the state file from git.",
                ) from error
        return entry

    def __contains__(self, address: object) -> bool:
        return address in self._raw

    def __iter__(self) -> Iterator[Address]:
        return map(Address, self._raw)

    def __len__(self) -> int:
        return len(self._raw)


class State(BaseModel):
    """All that is known of one target.

    `lineage` is made once, with the state: two states with different ones are not versions of
    each other, whatever their serials. `serial` rises by one at each save: of one lineage, the
    higher is the newer. Serial 0 is the state that was never saved. `strangers` are the Ids of
    records that a person said to be none of ours: no look takes them for what we made.
    """

    model_config = VALUE

    courses: dict[str, CourseRecord] = {}
    doubts: dict[Address, Doubt] = {}
    entries: Mapping[Address, Entry] = {}
    format: Literal[1] = 1
    lineage: str = ""
    serial: Annotated[int, Field(ge=0)] = 0
    strangers: list[Id] = []
    target: str


def resolve(state: State, address: Address, entry: Entry | None) -> State:
    """Settle a doubt.

    Args:
        state: it holds the doubt.
        address: the create in doubt.
        entry: the record that it made, or None where it made none.

    Returns:
        The state with the entry in the doubt's place, or without either; the doubt's other
        candidates are strangers from now on, but for those of another doubt.

    Raises:
        KeyError: nothing is in doubt at that address.
    """
    doubts, entries = dict(state.doubts), dict(state.entries)
    others = {candidate.id for candidate in doubts.pop(address).candidates}
    # what may be another doubt's is nobody's stranger
    others -= {each.id for doubt in doubts.values() for each in doubt.candidates}
    if entry is not None:
        entries[address] = entry
        others.discard(entry.id)
    update = {
        "doubts": doubts,
        "entries": entries,
        "strangers": sorted(others.union(state.strangers)),
    }
    return state.model_copy(update=update)


def mark_complete(state: State, complete: Mapping[str, CourseRecord]) -> State:
    """Remember the courses that stand on the server as a whole."""
    return state.model_copy(update={"courses": {**state.courses, **complete}})
