"""The resource kinds: each has a table, a model, and a line here."""

from coursesync.kinds.address import Address, course_of
from coursesync.kinds.course import COURSE
from coursesync.kinds.field import Planned, provisional_id
from coursesync.kinds.kind import Kind
from coursesync.kinds.lesson import LESSON
from coursesync.kinds.publication import PUBLICATION
from coursesync.kinds.section import SECTION

ITEMS: dict[str, Kind] = {kind.name: kind for kind in (SECTION, LESSON)}  # parents first
# all that can be managed, in the order in which it is made
KINDS: dict[str, Kind] = {COURSE.name: COURSE, **ITEMS, PUBLICATION.name: PUBLICATION}
ALL = " and ".join(kind.plural for kind in ITEMS.values())  # the word for items of any kind
LISTED = SECTION  # the kind that an outline lists


def held_in(kind: Kind) -> tuple[Kind, ...]:
    """Return the kinds whose records may be in a record of a kind."""
    return tuple(each for each in ITEMS.values() if each.within is kind)


def rank(kind: Kind) -> int:
    """Return the place of a kind among all, by which its records come before those of another.

    A kind without an entry in the registry comes last.
    """
    names = [*KINDS]
    return names.index(kind.name) if kind.name in names else len(names)


def home_of(address: Address, attributes: Planned) -> int:
    """Return the Id of the course that a record belongs to; a provisional one if it has none yet.

    Raises KeyError if the attributes lack it, and the record is not a course's own.
    """
    kind = kind_of(address)
    if kind.is_course and kind.course_property not in attributes:
        return provisional_id(course_of(address))
    return kind.course_id_of(attributes)


def kind_of(address: Address) -> Kind:
    """Return the kind of an address; raises KeyError for an unknown one."""
    return KINDS[address.partition(".")[0]]
