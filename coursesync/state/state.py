"""The state: what was last sent, and under which Ids.

Owns its values and the functions from one state to the next; `file_store` reads, locks and saves.
A field's type and metadata define its form in a file, as `json_values` says. The names in a file
must be in alphabetical order, because fields are written in the order in which they are defined.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Annotated, Final, Literal, Self, TypeVar

from coursesync.errors import StateError
from coursesync.kinds import KINDS, kind_of
from coursesync.kinds.address import Address
from coursesync.kinds.field import Role
from coursesync.kinds.kind import Kind
from coursesync.state.json_values import OMIT, Count, Id, Seen, Sent, mapping, read_id, read_value
from coursesync.text import inert

MAX_SENT: Final = 3  # times to send one create


@dataclass(frozen=True, slots=True, kw_only=True)
class CompleteCourse:
    """A course that is complete: all of its outline is on the server, and nothing is in doubt.

    While the outline's files are the same, they need not be read again.

    Attributes:
        path: the outline's path in the workspace.
        sources: the digests of the outline and of its content files, by path.
    """

    id: Id
    path: str
    sources: Mapping[str, str]
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A record under management: what we sent, what a look found to differ, and its Id.

    Attributes:
        attempted: the attributes that an update with unknown outcome sent; empty for a deletion.
        external: whether it is the record of a course that coursesync did not make.
        kept: whether a person knows that it stays on the site without an outline.
        left: the names of the fields that its outline leaves to the site, or did when it had it.
        protected: whether the record is never deleted, whatever the outlines say.
        seen: the properties that a look found to differ from `sent`; None for an absent one.
        sent: the attributes as we sent them, or as others wrote them if the outline wanted the
            same. After an import, only the course's Id, until the first update.
        unconfirmed: for a created record, True until a last look finds exactly one record for it in
            its course.
        updated_on: the server's time of our last write, or of that look.
    """

    attempted: Sent | None = field(default=None, metadata={OMIT: True})
    external: bool = field(default=False, metadata={OMIT: True})
    id: Id
    kept: bool = field(default=False, metadata={OMIT: True})
    left: tuple[str, ...] = field(default=(), metadata={OMIT: True})
    protected: bool = field(default=False, metadata={OMIT: True})
    seen: Seen = field(default_factory=dict, metadata={OMIT: True})
    sent: Sent
    unconfirmed: bool = field(default=False, metadata={OMIT: True})
    updated_on: str | None = None

    @property
    def unsure(self) -> bool:
        """Whether it has to be sent again, because nobody knows what the server has."""
        return self.attempted is not None

    @property
    def known(self) -> Sent:
        """What the record is known to have: as sent, except for what a look found."""
        if not self.seen:
            return self.sent
        both = {**self.sent, **self.seen}
        return {name: has for name in sorted(both) if (has := both[name]) is not None}

    @property
    def expected(self) -> Sent:
        """The sent values; for properties never sent, the values read."""
        if not self.seen:
            return self.sent
        found = {name: has for name, has in self.seen.items() if has is not None}
        return dict(sorted({**found, **self.sent}.items()))

    @property
    def overridden(self) -> frozenset[str]:
        """The properties that we sent, and that a look found changed."""
        return frozenset(self.seen.keys() & self.sent.keys())

    def reading(self, reads: Sent, updated_on: str | None) -> Self:
        """Return the entry after a look at its record.

        `seen` is what differs between `sent` and `reads`, the record's attributes as read.
        `updated_on` is the record's time.
        """
        names = sorted(self.sent.keys() | reads.keys())
        both = {name: (self.sent.get(name), reads.get(name)) for name in names}
        seen = {
            name: has
            for name, (sent, has) in both.items()
            if type(sent) is not type(has) or sent != has
        }
        return replace(self, seen=seen, updated_on=updated_on)


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A record on the server that a create in doubt may have made, with the attributes it has.

    `marked` says that it and another one carry the create's marker: the create was carried out.
    """

    attributes: Sent
    created_on: str | None = None
    id: Id
    marked: bool = field(default=False, metadata={OMIT: True})
    updated_by: str | None = None
    updated_on: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Doubt:
    """A create whose outcome is unknown.

    Attributes:
        attempts: how often it was sent.
        candidates: the records that the last look found; a person has to choose among them.
        claimed: whether the API said that it was carried out.
        marker: the marker that it sent, or would send; None if it sends none.
        reason: why the outcome is unknown.
        sent: the attributes as we sent them.
        since: when it was last sent, or found unsent beside a similar record; ISO 8601 in UTC.
    """

    attempts: Count = 1
    candidates: tuple[Candidate, ...] = ()
    claimed: bool = False
    marker: str | None = field(default=None, metadata={OMIT: True})
    reason: str
    sent: Sent
    since: str

    @property
    def known(self) -> Sent:
        """The attributes of its record, if there is one."""
        return self.sent

    @property
    def was_created(self) -> bool:
        """Whether the create was carried out; only which record it made is unknown."""
        return any(each.marked for each in self.candidates)

    @property
    def may_be_sent(self) -> bool:
        """Whether apply may send it again after looks that find no trace of it."""
        return self.attempts < MAX_SENT and not self.claimed


Held = TypeVar("Held", Entry, Doubt)


class LazyEntries(Mapping[Address, Entry]):
    """The entries of a file with a valid checksum; an entry is made when it is first asked for.

    A plan needs only the entries of the courses that have changed, which are few.
    """

    def __init__(self, raw: object) -> None:
        self._raw = mapping(raw)
        self._made: dict[str, Entry] = {}

    def __getitem__(self, address: Address) -> Entry:
        entry = self._made.get(address)
        if entry is None:
            raw = self._raw[address]
            try:
                entry = self._made[address] = placed(address, read_value(Entry, raw))
            except (ValueError, TypeError) as error:
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


def placed(address: Address, held: Held) -> Held:
    """Return an entry or a doubt if its place and title are known; else raise ValueError."""
    kind = check_place(address, held.known)
    others = [held.sent]
    match held:
        case Entry(attempted=attempted):
            read_id(held.sent.get(kind.course_property))
            others += [] if attempted is None else [attempted]
        case Doubt(candidates=candidates):
            check_place(address, held.sent)  # a course in doubt has no Id yet
            others += [each.attributes for each in candidates]
    for attributes in others:
        check_place(address, {**held.known, **attributes})
    return held


def check_place(address: Address, attributes: Sent) -> Kind:
    """Return the kind of a record's address if its course, order and title have a usable value.

    Plans read them of every record. Raises ValueError.
    """
    if (kind := KINDS.get(address.partition(".")[0])) is None:
        raise ValueError("no such kind")
    if not kind.is_course or kind.course_property in attributes:
        read_id(attributes.get(kind.course_property))
    is_ordered = type(attributes.get(kind.order_property)) is int or not kind.has(Role.ORDER)
    is_titled = type(attributes.get(kind.title_property)) is str or kind.is_course
    if not is_ordered or not is_titled:
        raise ValueError("no order, or no title")
    return kind


def _kind_name(raw: object) -> object:
    if type(raw) is not str or raw not in KINDS:
        raise ValueError("no such kind")
    return raw


def _doubts(raw: object) -> dict[Address, Doubt]:
    doubts = {Address(at): read_value(Doubt, each) for at, each in mapping(raw).items()}
    return {at: placed(at, doubt) for at, doubt in doubts.items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """All that is known of one target.

    Attributes:
        complete: the complete courses, by key.
        doubts: the creates whose outcome is unknown.
        entries: the records under management.
        format: the version of the file format.
        lineage: made once, with the state. States of different lineages are not versions of each
            other, whatever their serials.
        serial: rises by one with each save: of two states of a lineage, the one with the higher
            serial is newer. A state that was never saved has 0.
        strangers: the Ids of records that are not ours, as a person has stated. No look adopts
            them. By the name of their kind, because records of two kinds may have the same Id.
        target: the API's base URL.
    """

    complete: Mapping[str, CompleteCourse] = field(default_factory=dict)
    doubts: Annotated[Mapping[Address, Doubt], _doubts] = field(default_factory=dict)
    entries: Annotated[Mapping[Address, Entry], LazyEntries] = field(default_factory=dict)
    format: Literal[2] = 2
    lineage: str = ""
    serial: Count = 0
    strangers: Mapping[Annotated[str, _kind_name], tuple[Id, ...]] = field(default_factory=dict)
    target: str

    def entries_of(self, kind: Kind | None) -> dict[Address, Entry]:
        """Return the entries of a kind; none for None."""
        return {at: self.entries[at] for at in self.entries if kind_of(at) is kind}

    def known_ids(self, kind: Kind) -> set[int]:
        """Return the Ids of the entries and of the strangers of a kind."""
        ids = {entry.id for entry in self.entries_of(kind).values()}
        return ids.union(self.strangers_of(kind))

    def strangers_of(self, kind: Kind) -> tuple[int, ...]:
        """Return the strangers of a kind."""
        return self.strangers.get(kind.name, ())

    def with_strangers(self, kind: Kind, ids: Collection[int]) -> Self:
        """Return the state with these strangers of a kind, in place of those that it has."""
        found = {**self.strangers, kind.name: tuple(sorted(ids))}
        kept = {name: each for name, each in sorted(found.items()) if each}
        return replace(self, strangers=kept)


def resolve(state: State, address: Address, entry: Entry | None) -> State:
    """Settle a doubt.

    Args:
        state: it holds the doubt.
        address: the address of the create in doubt.
        entry: the record that it made; None if it made none.

    Returns:
        The state without the doubt and with the entry, if any. The doubt's other candidates are
        now strangers, unless they are candidates of another doubt.

    Raises:
        KeyError: nothing is in doubt at that address.
    """
    doubts, entries, kind = dict(state.doubts), dict(state.entries), kind_of(address)
    others = {candidate.id for candidate in doubts.pop(address).candidates}
    beside = [doubt for at, doubt in doubts.items() if kind_of(at) is kind]
    others -= {each.id for doubt in beside for each in doubt.candidates}
    if entry is not None:
        entries[address] = entry
        others.discard(entry.id)
    settled = replace(state, doubts=doubts, entries=entries)
    return settled.with_strangers(kind, others.union(state.strangers_of(kind)))
