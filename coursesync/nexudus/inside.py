"""The children of a record, in whichever course they are.

Owns the reading of them. A list may omit properties, so a missing value is read by Id; it must
never count as empty.
"""

from __future__ import annotations

from dataclasses import replace
from math import ceil, inf
from typing import TYPE_CHECKING, TypeAlias

from coursesync.errors import Denied
from coursesync.nexudus.limits import IDS_AT_ONCE
from coursesync.nexudus.pages import all_of, page_of, some_of
from coursesync.nexudus.records import endpoint_of

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from coursesync.kinds.kind import Kind
    from coursesync.nexudus.records import Record
    from coursesync.nexudus.sender import Sender

    # a record's kind and Id: two kinds may use the same Id
    Identity: TypeAlias = tuple[Kind, int]


class Inside:
    """The children of the records that a run asks for, as last listed."""

    def __init__(self, sender: Sender, holders: Collection[Identity] = ()) -> None:
        """Prepare for some records, by kind and Id, which the run will ask for."""
        self._sender = sender
        self._holders = holders
        self._listed: dict[Identity, tuple[float, Sequence[Record]]] = {}
        self._denied: dict[Kind, Denied] = {}
        self._long: set[Kind] = set()  # kinds with too many records to list all

    def of(self, holder: int, kind: Kind, most: float = inf) -> Sequence[Record]:
        """Return the children of a record; its kind is that which the children are `within`.

        Args:
            holder: the Id of that record.
            kind: the kind of the children.
            most: the largest age of the list, in seconds.

        Raises:
            Stop: there is no usable answer, or a role is missing.
        """
        if kind in self._denied:
            raise self._denied[kind]
        now = self._sender.line.clock.now()  # the answer lacks what is added after the request
        at, found = self._listed.get((kind, holder), (now, None))
        if found is not None and now - at < most:
            return found
        try:
            read = self._of_all(holder, kind) or {holder: self._of_one(holder, kind)}
        except Denied as denied:  # the answer would be the same for any other record
            self._denied[kind] = denied
            raise
        self._listed |= {(kind, each): (now, records) for each, records in read.items()}
        return read[holder]

    def _of_all(self, holder: int, kind: Kind) -> Mapping[int, Sequence[Record]]:
        """List all records of a kind, for all parents, if that takes fewer requests; else none."""
        holders = {holder, *(number for each, number in self._holders if each is kind.within)}
        if len(holders) == 1 or kind in self._long:
            return {}
        endpoint = endpoint_of(kind)
        first = page_of(self._sender, endpoint)
        rereads = ceil(len(_vague(first.records, kind)) / IDS_AT_ONCE)
        if first.pages > 1 or rereads >= len(holders):
            self._long.add(kind)
            return {}
        records = self._whole(all_of(self._sender, endpoint, None, first), kind)
        return {each: [r for r in records if _may_be_in(r, each, kind)] for each in holders}

    def _of_one(self, holder: int, kind: Kind) -> Sequence[Record]:
        endpoint = replace(endpoint_of(kind), filter=kind.parent_filter)
        records = self._whole(all_of(self._sender, endpoint, holder), kind)
        return [each for each in records if _may_be_in(each, holder, kind)]

    def _whole(self, listed: Mapping[int, Record], kind: Kind) -> Sequence[Record]:
        endpoint, vague = endpoint_of(kind), _vague(listed, kind)
        whole = some_of(self._sender, endpoint, vague)
        # one answer is not proof; a record missing from two was deleted in the meantime
        whole |= some_of(self._sender, endpoint, vague - whole.keys())
        gone = vague - whole.keys()
        return [whole.get(number, each) for number, each in listed.items() if number not in gone]


def _vague(listed: Mapping[int, Record], kind: Kind) -> set[int]:
    needed = {kind.parent_property, kind.title_property}
    return {number for number, each in listed.items() if needed & (each.unknown | each.odd)}


def _may_be_in(record: Record, holder: int, kind: Kind) -> bool:
    """Return whether a record is in another, or that can't be read; a filter may be inexact."""
    return (
        record.attributes.get(kind.parent_property) == holder or kind.parent_property in record.odd
    )
