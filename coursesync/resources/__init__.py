"""The resource kinds, one file each. A new kind is a new file and a line here."""

from coursesync.resources.base import Kind
from coursesync.resources.section import SECTION

KINDS: dict[str, Kind] = {SECTION.name: SECTION}
