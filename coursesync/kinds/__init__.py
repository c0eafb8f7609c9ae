"""The resource kinds: each is a table, the model of what an author writes, and a line here."""

from coursesync.kinds.address import Address
from coursesync.kinds.kind import Kind
from coursesync.kinds.section import SECTION

KINDS: dict[str, Kind] = {kind.name: kind for kind in (SECTION,)}
LISTED = SECTION  # the kind that an outline lists


def kind_of(address: Address) -> Kind:
    """Return the kind of the record at an address; raises KeyError where there is none."""
    return KINDS[address.partition(".")[0]]
