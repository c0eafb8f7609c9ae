"""The resource kinds: each has a table, a model, and a line here."""

from coursesync.kinds.address import Address
from coursesync.kinds.kind import Kind
from coursesync.kinds.lesson import LESSON
from coursesync.kinds.section import SECTION

KINDS: dict[str, Kind] = {kind.name: kind for kind in (SECTION, LESSON)}  # parents first
ALL = " and ".join(kind.plural for kind in KINDS.values())  # the word for items of any kind
LISTED = SECTION  # the kind that an outline lists


def held_in(kind: Kind) -> tuple[Kind, ...]:
    """Return the kinds whose records may be in a record of a kind."""
    return tuple(each for each in KINDS.values() if each.within is kind)


def rank(kind: Kind) -> int:
    """Return the place of a kind among all, by which its records come before those of another.

    A kind without an entry in the registry comes last.
    """
    names = [*KINDS]
    return names.index(kind.name) if kind.name in names else len(names)


def kind_of(address: Address) -> Kind:
    """Return the kind of an address; raises KeyError for an unknown one."""
    return KINDS[address.partition(".")[0]]
