"""The resource kinds, one file each. A new kind is a new file and a line here."""

from coursesync.kinds.address import Address
from coursesync.kinds.kind import Kind
from coursesync.kinds.section import SECTION

KINDS: dict[str, Kind] = {SECTION.name: SECTION}


def kind_of(address: Address) -> Kind:
    """Return the kind of the record at an address; raises KeyError where there is none."""
    return KINDS[address.partition(".")[0]]
