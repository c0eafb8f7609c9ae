"""What a look at the site says of a receipt, in words. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from coursesync.applying.receipt import not_compared
from coursesync.kinds import LISTED, kind_of
from coursesync.render.terminal import plain
from coursesync.text import at, count, inert, wrapped

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from coursesync.applying.receipt import Mismatch, Receipt

_MOST_NAMED = 5  # files


def compose(
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
    yield paint("bold", f"Receipt of the run begun{at(receipt.began)}")
    origin = receipt.origin
    named = {"commit": origin.commit, "by": origin.actor, "run": origin.run}
    for name, value in named.items():
        if value:
            yield f"  {name} {inert(value)}"
    if told := uncommitted(receipt):
        yield from wrapped(told, "  ", hang="  ")
    yield ""
    for each in wrong:
        yield from wrapped(f"! {each.address} (Id {each.item.id}) {_what(each)}", hang="  ")
    if wrong:
        yield ""
    total = len(receipt.items)
    yield paint(
        "bold",
        f"Verify: {total - len(wrong):,} of {count(total, LISTED.name)} as the receipt says.",
    )
    if fields := not_compared(receipt):
        yield f"Not compared, for the site does not tell it: {', '.join(fields)}."
    if not receipt.complete:
        yield from wrapped(_unfinished(receipt))


def uncommitted(receipt: Receipt) -> str:
    """Say of which files a receipt's commit does not hold what was applied, "" for none."""
    names = receipt.origin.uncommitted
    if not names:
        return ""
    more = f" and {count(len(names) - _MOST_NAMED, 'more file')}" if names[_MOST_NAMED:] else ""
    listed = ", ".join(inert(name, 200) for name in names[:_MOST_NAMED])
    return f"The commit does not hold what was applied: not committed were {listed}{more}."


def _unfinished(receipt: Receipt) -> str:
    if receipt.stopped:
        return f"That run ended before its plan was carried out: {inert(receipt.stopped)}."
    return "Of its plan, something was left undone."


def _what(mismatch: Mismatch) -> str:
    record, kind = mismatch.record, kind_of(mismatch.address)
    if record is None:
        return f"is not on the site any more{': a later apply deleted it' if mismatch.ours else ''}"
    if mismatch.item.attributes is None:
        return "was deleted, and is on the site all the same"
    others = f" by {inert(record.updated_by, 100)}" if record.updated_by else ""
    by = f"{' by a later apply' if mismatch.ours else others}{at(record.updated_on)}"
    moved = kind.parent_property in mismatch.properties
    what = f"moved to the course {record.parent_id}" if moved else "changed"
    names = [name for name in mismatch.properties if name != kind.parent_property]
    fields = ", ".join(dict.fromkeys(kind.field_of(name) for name in names))
    return f"was {what}{by}" + (f": {fields}" if fields else "")
