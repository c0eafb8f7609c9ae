"""The resource kinds: each has a table, a model, and a line here."""

from coursesync.kinds.address import Address
from coursesync.kinds.kind import Kind
from coursesync.kinds.lesson import LESSON
from coursesync.kinds.section import SECTION

KINDS: dict[str, Kind] = {kind.name: kind for kind in (SECTION, LESSON)}  # parents first
LISTED = SECTION  # the kind that an outline lists


def kind_of(address: Address) -> Kind:
    """Return the kind of an address; raises KeyError for an unknown one."""
    return KINDS[address.partition(".")[0]]


def kinds_in(kind: Kind | None) -> tuple[Kind, ...]:
    """Return the kinds that an item of this kind has lists of; for None, those of a course."""
    return tuple(each for each in KINDS.values() if kind is None or each.within is kind)
