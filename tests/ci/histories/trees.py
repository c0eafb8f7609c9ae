"""Trees of a model repository: facts by item, whatever its address is; edits and merges of them.

An item has a number that never changes, which neither the program nor its pairing knows.
"""

from __future__ import annotations

from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING, Any, TypeAlias

from coursesync.kinds import KINDS
from coursesync.kinds.address import Address, address_of, course_address
from coursesync.kinds.resource import Resource
from coursesync.kinds.tree import Tree as Document
from coursesync.outlines.outline import Outline

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from coursesync.kinds.field import Attributes

# the facts of a tree: ("list", holder) is a tuple of items, (item, "title") its title, and so on.
# A holder is a course, as in "c4711", or an item.
Facts: TypeAlias = dict[tuple[Any, str], Any]
SECTION, LESSON = KINDS["section"], KINDS["lesson"]
NOWHERE = Document("", {}, lambda: (0, 0, None, {}))
FIELDS = ("title", "active", "unlock", "summary")


SEPARATORS = ("", "---")  # lines that a text may have several times


def telling(lines: Iterable[str]) -> list[str]:
    """Return the lines that a text has once."""
    return [each for each in lines if each not in SEPARATORS]


class Conflict(Exception):  # noqa: N818 - git calls it so
    """Two trees changed the same, or what stands beside it."""


@dataclass(frozen=True)
class Placed:
    """An item with its address in a tree."""

    item: int
    holder: Any
    course: int
    address: Address


def course_name(course_id: int) -> str:
    """Return the holder of a course's own lists."""
    return f"c{course_id}"


def courses_in(facts: Facts) -> list[int]:
    """Return the Ids of the courses of a tree."""
    return sorted(holder for holder, name in facts if name == "file")


def placed(facts: Facts) -> Iterator[Placed]:
    """Yield the items of a tree, in the order of its outlines."""
    for course_id in courses_in(facts):
        key, name = facts[course_id, "file"], course_name(course_id)
        for item in facts.get((name, "list"), ()):
            own = facts[item, "key"]
            yield Placed(item, name, course_id, address_of("section", key, own))
            for inner in facts.get((item, "list"), ()):
                address = address_of("lesson", key, own, facts[inner, "key"])
                yield Placed(inner, item, course_id, address)


def items_in(facts: Facts) -> set[int]:
    """Return the items of a tree."""
    return {item for (_, name), items in facts.items() if name == "list" for item in items}


def courses_of(facts: Facts) -> dict[int, int]:
    """Return the course of each item of a tree."""
    return {each.item: each.course for each in placed(facts)}


def tidied(facts: Facts) -> Facts:
    """Return the facts without those of items and lists that are in no list."""
    names = {course_name(course_id) for course_id in courses_in(facts)}
    kept: set[Any] = set(names)
    for name in names:
        for item in facts.get((name, "list"), ()):
            kept |= {item, *facts.get((item, "list"), ())}
    known = kept | {*courses_in(facts), "all"}
    return {fact: value for fact, value in facts.items() if fact[0] in known}


def merged(base: Facts, ours: Facts, theirs: Facts) -> Facts:
    """Merge two trees as git does; raises Conflict."""
    found: Facts = {}
    for fact in {**base, **ours, **theirs}:
        was, one, two = base.get(fact), ours.get(fact), theirs.get(fact)
        if two in [one, was]:
            value = one
        elif one == was:
            value = two
        elif fact[1] in {"list", "lines"} and None not in {was, one, two}:
            value = _merged_lines(was, one, two)
        else:
            raise Conflict
        if value is not None:
            found[fact] = value
    every = [item for (_, name), items in found.items() if name == "list" for item in items]
    gone = items_in(base) - {*every}
    touched = {fact[0] for fact in base if base[fact] not in (ours.get(fact), theirs.get(fact))}
    is_edited = any(
        base.get((item, name)) != side.get((item, name))
        for item in gone
        for name in (*FIELDS, "lines", "key", "list")
        for side in (ours, theirs)
        if item in items_in(side)
    )
    if len(every) != len({*every}) or is_edited or touched - items_in(found) & gone:
        raise Conflict
    for item in items_in(base):  # a key and the former ones stand beside each other
        sides = [[side.get((item, name)) for name in ("key", "former")] for side in (ours, theirs)]
        if sides[0] != sides[1] and [base[item, name] for name in ("key", "former")] not in sides:
            raise Conflict
    tidy = tidied(found)
    if any((item, "key") not in tidy for item in items_in(tidy)):
        raise Conflict
    return tidy


def _merged_lines(base: Any, ours: Any, theirs: Any) -> Any:  # noqa: ANN401 - lines or items
    hunks = [(*hunk, side) for side in (ours, theirs) for hunk in _hunks(base, side)]
    hunks.sort(key=lambda each: each[:2])
    for before, after in pairwise(hunks):
        if before[1] >= after[0]:
            raise Conflict
    found = list(base)
    for start, end, left, right, side in reversed(hunks):
        found[start:end] = side[left:right]
    return tuple(found)


def _hunks(base: Any, side: Any) -> list[tuple[int, int, int, int]]:  # noqa: ANN401 - as above
    matcher = SequenceMatcher(None, base, side, autojunk=False)
    return [(i, j, k, m) for tag, i, j, k, m in matcher.get_opcodes() if tag != "equal"]


def rendered(lines: tuple[str, ...], version: int) -> str:
    """Return the HTML that a version of the renderer makes of Markdown."""
    return "".join(f"<p{' ' * version}>{line}</p>\n" for line in lines)


def lines_of(html: str) -> tuple[str, ...]:
    """Return the lines that HTML was made of, by whatever version."""
    own = html.removesuffix("\n") if html.startswith("<p") else html
    parts = (line.partition(">") for line in own.split("\n"))
    return tuple(
        rest.removesuffix("</p>") if tag.startswith("<p") else f"{tag}{mark}{rest}"
        for tag, mark, rest in parts
    )


def outlines_of(facts: Facts, version: int = 0) -> list[Outline]:
    """Return the outlines of a tree, as a version of the program makes them."""
    resources: dict[int, list[Resource]] = {course_id: [] for course_id in courses_in(facts)}
    lists: dict[int, set[tuple[Any, Address]]] = {course_id: set() for course_id in resources}
    for each in placed(facts):
        resources[each.course].append(_resource(facts, each, version))
        if "section" in each.address:
            lists[each.course].add((LESSON, each.address))
    for course_id, found in lists.items():
        found.add((LESSON, course_address(facts[course_id, "file"])))
    return [
        Outline(
            *("", facts[course_id, "file"], course_id, "Title"),
            *(tuple(resources[course_id]), NOWHERE),
            lists=frozenset(lists[course_id]),
        )
        for course_id in resources
    ]


def _resource(facts: Facts, each: Placed, version: int) -> Resource:
    item = each.item
    kind = LESSON if each.address.startswith("lesson") else SECTION
    values = tuple(facts[item, name] for name in FIELDS)
    lines = facts[item, "lines"]
    is_markdown = bool(item % 2)
    text = "\n".join(lines)
    html = rendered(lines, version) if is_markdown and text else text
    return Resource(
        kind,
        each.address,
        {**_attributes(kind.name, each.course, *values), kind.contents_property: html},
        NOWHERE,
        (),
        previous_keys=facts.get((item, "former"), ()),
        markdown=text if is_markdown else "",
    )


@lru_cache(maxsize=10_000)
def _attributes(kind: str, course_id: int, *fields: Any) -> Attributes:  # noqa: ANN401 - an author's values
    title, active, unlock, summary = fields
    opens = {"after_days": unlock} if isinstance(unlock, int) else unlock
    values = {"title": title, "active": active, "unlock": opens}
    if kind == "lesson":
        values["summary"] = summary
    return {**KINDS[kind].encode(values), "CourseId": course_id}


def changed(before: Facts, after: Facts) -> Mapping[tuple[Any, str], Any]:
    """Return the facts that differ."""
    return {
        fact: after.get(fact) for fact in {**before, **after} if before.get(fact) != after.get(fact)
    }
