"""The item that a piece of advice is about: its title, its place, and whether members see it.

Owns how advice names an item, and where its contents are written. It must never decide whether
advice is given: the rules do.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from coursesync.errors import Code, Remedy
from coursesync.kinds import LISTED
from coursesync.kinds.field import Role
from coursesync.outlines.advice.advice import Advice
from coursesync.text import inert

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from coursesync.errors import Sentence
    from coursesync.kinds.address import Address
    from coursesync.kinds.resource import Resource
    from coursesync.outlines.advice.rule import Rule

TITLE, UNLOCK, ACTIVE, CONTENTS = LISTED.names(Role.TITLE, Role.UNLOCK, Role.ACTIVE, Role.CONTENTS)


def on(
    resource: Resource,
    rule: Rule,
    name: str,
    problem: str,
    remedy: Sentence,
    other: Resource | None = None,
) -> Advice:
    """Make advice on the field `name` of an item; `other` is the item that its text names."""
    path = (*resource.path, name)
    beside = other.path if other is not None and other.tree is resource.tree else None
    return Advice(resource.tree, path, problem, remedy, rule, beside)


def called(resource: Resource) -> str:
    """Return an item's title in quotes, safe to print."""
    return f'"{inert(resource.title, 60)}"'


def is_active(resource: Resource) -> bool:
    """Return whether an item itself is not hidden."""
    return bool(resource.attributes[resource.kind.active_property])


def seen_among(
    resources: Sequence[Resource], holders: Mapping[Address, Resource | None]
) -> list[Resource]:
    """Return the items that members see: those that are active, and whose parents are.

    Args:
        resources: all items, each after its parent.
        holders: the parent of each item, by the item's address; None for the course.
    """
    seen: dict[Address, Resource] = {}
    for each in resources:
        holder = holders[each.address]
        if is_active(each) and (holder is None or holder.address in seen):
            seen[each.address] = each
    return [*seen.values()]


def completion(resource: Resource) -> object:
    """Return how members complete an item, in an author's word; None for a kind without that."""
    return resource.kind.completion_of(resource.attributes)


def is_file(resource: Resource) -> bool:
    """Return whether an item is a Markdown file, with its fields as front matter."""
    return not resource.path


def file_of(resource: Resource, form: str) -> str:
    """Return the name of the content file in this form, "" for none."""
    given = resource.tree.value_at(resource.path)
    contents = given.get(CONTENTS) if isinstance(given, dict) else None
    name = contents.get(form) if isinstance(contents, dict) else None
    return name if isinstance(name, str) else ""


def contents_file(resource: Resource) -> str:
    """Return the name of the content file, "" for contents in place."""
    return file_of(resource, "html") or file_of(resource, "markdown")


def where_contents(resource: Resource) -> Remedy:
    """Return words for the place where an item's contents are written."""
    if is_file(resource):
        return Remedy("the text below the second", Code("---"))
    name = contents_file(resource)
    return Remedy(Code(inert(name, 60) if name else f"{CONTENTS}:"))
