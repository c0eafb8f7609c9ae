"""Reads keys from an outline, and finds outlines that claim the same key or Id.

Owns what an outline claims for itself, and how an item gets its key. It must never need a valid
outline: it reads the tree, so that these mistakes are reported together with those of the fields.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from coursesync.errors import Diagnostic
from coursesync.kinds import LISTED
from coursesync.kinds.address import course_of, slug
from coursesync.kinds.course import COURSE
from coursesync.kinds.field import Role
from coursesync.text import coded

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator

    from coursesync.kinds.address import Address
    from coursesync.kinds.tree import Tree, Value

ITEMS = LISTED.plural  # the field that holds the items of an outline
IDS = {"id", "course_id", "courseid"}  # how authors write the field of the course's Id
_TITLE = LISTED.field(Role.TITLE).name


@dataclass(frozen=True, slots=True)
class Claim:
    """What an outline claims for itself: a key, a course Id, None if it gives none, former keys."""

    tree: Tree
    key: str
    course_id: int | None
    former: tuple[str, ...] = ()


def claim(tree: Tree) -> Claim:
    """Return what an outline claims, whether or not it is valid otherwise."""
    fields = fields_of(tree.value)
    course_id, former = fields.get("id"), fields.get("previous_keys")
    given = course_id if type(course_id) is int else None
    keys = former if isinstance(former, list) and given is None else ()
    return Claim(tree, course_key_of(tree), given, tuple(map(str, keys)))


def clashes(
    claims: Collection[Claim], managed: Callable[[], Iterable[Address]]
) -> Iterator[Diagnostic]:
    """Yield a diagnostic for each key or course Id that two outlines claim, at the likely copy.

    And one for each former key that is the key of an outline now.

    A copy is not in the state, and its name is longer, as in `Copy of desk.yaml`. `managed` gives
    the addresses in the state; it is called only if there is a clash.
    """
    keys: dict[str, Claim] = {}
    ids: dict[int, Claim] = {}
    for one in _copies_last(claims, managed):
        if one.key and (first := keys.setdefault(one.key, one)) is not one:
            source = "" if _is_given(one) else ", made from the file's name,"
            by = "" if _is_given(first) else ", by the name of that file"
            yield Diagnostic(
                one.tree.where(("key",)),
                f'the course\'s key "{one.key[:100]}"{source} is taken by {first.tree.path}{by}',
                coded("Rename one of the two files, or give one of them a `key:` of its own."),
            )
        if one.course_id is not None and (first := ids.setdefault(one.course_id, one)) is not one:
            yield Diagnostic(
                one.tree.where(("id",)),
                f"the course {one.course_id} has an outline already: {first.tree.path}",
                "If this file is a copy, delete it. If it is another course, write the id of that "
                f"course here. The {ITEMS} of one course belong in one file.",
            )
    for one in claims:
        for i, key in enumerate(one.former):
            if (other := keys.get(key)) is not None:
                whose = "this course has" if other is one else f"{other.tree.path} has"
                yield Diagnostic(
                    one.tree.where(("previous_keys", i)),
                    f'"{key[:100]}" is the key that {whose} now',
                    "Delete it here, or delete that file if this one replaces it."
                    if other is not one
                    else "Write the key that the course had before.",
                )


def _copies_last(
    claims: Collection[Claim], managed: Callable[[], Iterable[Address]]
) -> Collection[Claim]:
    ids = [one.course_id for one in claims if one.course_id is not None]
    keys = [one.key for one in claims if one.key]
    if len({*ids}) == len(ids) and len({*keys}) == len(keys):
        return claims
    known = {course_of(address) for address in managed()}
    return sorted(claims, key=lambda one: (one.key not in known, len(one.tree.path)))


def _is_given(one: Claim) -> bool:
    return one.tree.find(("key",))[1]


def fields_of(value: object) -> dict[str, Value]:
    """Return the fields of a group; none for any other value."""
    return value if isinstance(value, dict) else {}


def course_key_of(tree: Tree) -> str:
    """Return the course's key: as written, else made from the file's name; "" if it has none."""
    given = fields_of(tree.value).get("key")
    stem = tree.path.rpartition("/")[2].rpartition(".")[0]
    return given if isinstance(given, str) else slug(stem)


def is_new_course(tree: Tree) -> bool:
    """Return whether an outline makes its course, because it gives no Id, not even misspelt."""
    fields = fields_of(tree.value)
    return COURSE.name in fields and IDS.isdisjoint(name.lower() for name in fields)


def item_key(item: object) -> str:
    """Return an item's key: as written, else made from its title; "" if there is none."""
    fields = fields_of(item)
    key, title = fields.get("key"), fields.get(_TITLE)
    if "key" in fields:
        return key if isinstance(key, str) else ""
    return slug(title) if isinstance(title, str) else ""
