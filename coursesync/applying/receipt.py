"""The receipt of a run: what it did, at which address, under which Id and when. Values only; pure.

A record for later, when somebody asks whether a course is still as it was applied. It holds no
text of a record's contents, only the digest of what they say, so it can be kept where a course
may not be read. Models, because these values cross a file; reading and writing are
`operations.receipt_file`, and the look at the server is `operations.verify`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import BaseModel, Field

from coursesync.applying.report import DONE, Status
from coursesync.kinds import kind_of
from coursesync.kinds.address import Address
from coursesync.kinds.file_models import VALUE, Id, Rare, SentModel
from coursesync.kinds.html import html_digest
from coursesync.text import same_moment

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from coursesync.applying.report import Report, Result
    from coursesync.kinds.attributes import Attributes, FieldValue
    from coursesync.kinds.kind import Kind
    from coursesync.nexudus.records import Record
    from coursesync.planning.plan import Plan
    from coursesync.state.state import State


class Origin(BaseModel):
    """Where a run came from: the outlines' commit, who started it, and the CI's page of it.

    `uncommitted` are the files that the run made use of and that the commit does not hold as they
    were, by their path in the repository.
    """

    model_config = VALUE

    actor: str | None = None
    commit: str | None = None
    run: str | None = None
    uncommitted: Annotated[tuple[str, ...], Field(exclude_if=lambda paths: not paths)] = ()


class Item(BaseModel):
    """What a run did at one address.

    `attributes` are what the record was left with, its contents as a digest of what they say; None
    where it was deleted. `at` is when we knew it, `updated_on` the server's time of our write, None
    where it gave none. `course_id` is the course's Id.
    """

    model_config = VALUE

    at: str
    attributes: SentModel | None
    course_id: Id
    how: Status
    id: Id
    updated_on: str | None


class Receipt(BaseModel):
    """A run: the plan's digest, where it came from, and what it did, by address.

    `complete` is whether all of the plan was carried out; `began` is when it began. One without
    `items` that is not complete is that of a run that was cut off: the state knows what it did.
    """

    model_config = VALUE

    began: str
    complete: bool = False
    digest: str
    format: Literal[1] = 1
    items: dict[Address, Item] = {}
    lineage: str
    origin: Origin = Origin()
    serial: Annotated[int, Field(ge=0)]
    stopped: Annotated[str | None, Rare] = None
    target: str


@dataclass(frozen=True, slots=True)
class Mismatch:
    """A record that is not as a receipt says: in which properties, or how else, and by whom.

    `record` is what the server has, None where it has none. `ours` is whether it is as a later
    apply of this workspace left it, or deleted it.
    """

    address: Address
    item: Item
    record: Record | None = None
    properties: tuple[str, ...] = ()
    ours: bool = False


def beginning(plan: Plan, origin: Origin, at: str) -> Receipt:
    """Return the receipt of a run that has done nothing yet.

    Args:
        plan: what is about to be carried out.
        origin: where the run comes from.
        at: the time of day, ISO 8601 in UTC.
    """
    return Receipt(
        began=at,
        digest=plan.digest,
        lineage=plan.lineage,
        origin=origin,
        serial=plan.serial,
        target=plan.target,
    )


def concluded(begun: Receipt, report: Report) -> Receipt:
    """Return the receipt of a run that has ended.

    Args:
        begun: its beginning.
        report: what became of each change.
    """
    done = (result for result in report.results if result.done)
    items = {result.change.address: item for result in done if (item := _item(result, report))}
    return begun.model_copy(
        update={
            "complete": report.stop is None and all(each.done for each in report.results),
            "items": dict(sorted(items.items())),
            "lineage": report.state.lineage,
            "serial": report.state.serial,
            "stopped": report.stop.reason if report.stop else None,
        }
    )


def _item(result: Result, report: Report) -> Item | None:
    """Return what a change left behind; None where it is known that it made nothing."""
    change = result.change
    entry = report.state.entries.get(change.address)
    record_id = result.record_id or (entry.id if entry else None)
    if record_id is None:
        return None
    left = None if entry is None else _digested(entry.known, change.kind)
    return Item(
        at=result.at,
        attributes=left,
        course_id=change.parent_id,
        how=result.status,
        id=record_id,
        updated_on=entry.updated_on if entry else None,
    )


def _digested(attributes: Attributes, kind: Kind) -> dict[str, FieldValue]:
    """Return attributes with the digest of their contents in their contents' place."""
    contents = kind.contents_property
    return {
        name: f"sha256:{html_digest(str(value))}" if name == contents else value
        for name, value in sorted(attributes.items())
    }


def mismatches(receipt: Receipt, live: Mapping[int, Record], known: State) -> tuple[Mismatch, ...]:
    """Compare a receipt with what the server has.

    Where the server's time of the last change is that of our write, contents are as we left them,
    whatever the server made of our HTML. What can't be read back, as a picture's address, is not
    compared.

    Args:
        receipt: what was done.
        live: the records that the receipt names, as far as they are there, by Id.
        known: the state as it is now: what a later apply did is told as such.

    Returns:
        What is not so any more, by address.
    """
    return tuple(_mismatches(receipt, live, known))


def _mismatches(receipt: Receipt, live: Mapping[int, Record], known: State) -> Iterator[Mismatch]:
    entries = {each.id: each for each in known.entries.values()}
    for address, item in sorted(receipt.items.items()):
        record, entry = live.get(item.id), entries.get(item.id)
        if record is None:
            ours = entry is None and known.lineage == receipt.lineage
        else:
            ours = entry is not None and same_moment(entry.updated_on, record.updated_on)
        if (item.attributes is None) != (record is None):
            yield Mismatch(address, item, record, ours=ours)
        elif record is not None and (properties := _differing(item, record, kind_of(address))):
            yield Mismatch(address, item, record, properties, ours)


def not_compared(receipt: Receipt) -> tuple[str, ...]:
    """Return the fields of outlines that a receipt tells of, and that can't be read back."""
    told = set()
    for address, item in receipt.items.items():
        kind = kind_of(address)
        told |= set(map(kind.field_of, kind.write_only.intersection(item.attributes or ())))
    return tuple(sorted(filter(None, told)))


def is_possible(receipt: Receipt) -> bool:
    """Say whether a run can leave such a receipt: each record once, and of what is gone the Id."""
    ids = [item.id for item in receipt.items.values()]
    return len(ids) == len(set(ids)) and all(
        _is_possible(item, kind_of(address)) for address, item in receipt.items.items()
    )


def _is_possible(item: Item, kind: Kind) -> bool:
    if item.attributes is None or item.how is Status.DELETED:
        return item.attributes is None and item.how is Status.DELETED
    told = {kind.title_property, kind.order_property, kind.parent_property}
    parent = item.attributes.get(kind.parent_property)
    return item.how in DONE and told <= item.attributes.keys() and parent == item.course_id


def _differing(item: Item, record: Record, kind: Kind) -> tuple[str, ...]:
    moved = (kind.parent_property,) if record.parent_id != item.course_id else ()
    unread = set(kind.write_only)
    if same_moment(item.updated_on, record.updated_on):
        unread.add(kind.contents_property)
    left = {n: v for n, v in (item.attributes or {}).items() if n not in unread}
    has = _digested({kind.contents_property: "", **record.attributes}, kind)
    differ = (name for name in left if name != kind.parent_property)
    return (*moved, *(name for name in differ if not _same(has.get(name), left[name])))


def _same(one: object, other: object) -> bool:
    return type(one) is type(other) and one == other  # `True` is 1 to Python
