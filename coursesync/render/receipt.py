"""What a look at the site says of a receipt, for people and for programs. Pure."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from coursesync.render.text import plain
from coursesync.report import Status
from coursesync.resources import kind_of
from coursesync.words import count, inert, wrapped

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from coursesync.receipt import Mismatch, Receipt

FORMAT_VERSION = 1


def render(
    receipt: Receipt, wrong: Sequence[Mismatch], paint: Callable[[str, str], str] = plain
) -> str:
    """Write what became of a receipt's records as text.

    Args:
        receipt: what was done.
        wrong: what is not so any more.
        paint: takes a style and a text, returns the text in it.

    Returns:
        Lines, the last with its end.
    """
    return "\n".join(_lines(receipt, wrong, paint)) + "\n"


def _lines(
    receipt: Receipt, wrong: Sequence[Mismatch], paint: Callable[[str, str], str]
) -> Iterator[str]:
    yield paint("bold", f"Receipt of {inert(receipt.began)}")
    origin = receipt.origin
    named = {"commit": origin.commit, "by": origin.actor, "run": origin.run}
    for name, value in named.items():
        if value:
            yield f"  {name} {inert(value)}"
    yield ""
    for each in wrong:
        yield from wrapped(f"! {each.address} (Id {each.item.id}) {_what(each)}", hang="  ")
    if wrong:
        yield ""
    total = len(receipt.items)
    yield paint(
        "bold",
        f"Verify: {total - len(wrong):,} of {count(total, 'section')} as the receipt says.",
    )
    if not receipt.complete:
        yield from wrapped(_unfinished(receipt))


def _unfinished(receipt: Receipt) -> str:
    if receipt.stopped:
        return f"That run ended before its plan was carried out: {inert(receipt.stopped)}."
    if not receipt.items:
        return "That run was cut off, or did nothing: the state knows what it did."
    return "Of its plan, something was left undone."


def _what(mismatch: Mismatch) -> str:
    record, item = mismatch.record, mismatch.item
    if record is None:
        return "is not on the site any more"
    if item.how is Status.DELETED:
        return "was deleted, and is on the site all the same"
    kind = kind_of(mismatch.address)
    by = f" by {record.updated_by}" if record.updated_by else ""
    at = f" at {record.updated_on}" if record.updated_on else ""
    if kind.parent_property in mismatch.properties:
        return f"was moved to the course {record.parent_id}{by}{at}"
    fields = dict.fromkeys(kind.fields.get(name, name) for name in mismatch.properties)
    return f"was changed{by}{at}: {', '.join(fields)}"


def render_json(receipt: Receipt, wrong: Sequence[Mismatch]) -> str:
    """Write the same as JSON: names sorted, two-space indent, a final newline."""
    document = {
        "format_version": FORMAT_VERSION,
        "digest": receipt.digest,
        "holds": not wrong,
        "mismatches": [
            {
                "address": each.address,
                "id": each.item.id,
                "at": each.record.updated_on if each.record else None,
                "by": each.record.updated_by if each.record else None,
                "course_id": each.record.parent_id if each.record else None,
                "properties": list(each.properties),
                "there": each.record is not None,
            }
            for each in wrong
        ],
        "sections": len(receipt.items),
    }
    return json.dumps(document, indent=2, sort_keys=True, ensure_ascii=True) + "\n"
