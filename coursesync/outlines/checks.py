"""What no single field of an outline shows: keys, Ids and orders that contradict each other.

Pure. Reads the tree as it was written, so that these mistakes are told beside those of the
fields, in one go.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from coursesync.errors import Diagnostic, Where
from coursesync.kinds.address import FreeKeys, slug
from coursesync.kinds.pins import MAX_PIN, Pinned, misfit
from coursesync.outlines.yaml_scalars import CURLY
from coursesync.text import coded

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator

    from coursesync.kinds.tree import Path, Tree

SECTIONS = "sections"


@dataclass(frozen=True, slots=True)
class Claim:
    """The key and the course that an outline claims for itself; None where it gives no Id."""

    tree: Tree
    key: str
    course_id: int | None


def claim(tree: Tree) -> Claim:
    """Return what an outline claims, whether or not it is valid otherwise."""
    course_id = tree.value.get("id") if isinstance(tree.value, dict) else None
    return Claim(tree, course_key_of(tree), course_id if type(course_id) is int else None)


def clashes(claims: Iterable[Claim]) -> Iterator[Diagnostic]:
    """Find what two outlines claim: one key or one course Id given twice.

    Returns:
        A diagnostic at the later of the two, in the order of `claims`.
    """
    keys: dict[str, Claim] = {}
    ids: dict[int, Claim] = {}
    for one in claims:
        if one.key and (first := keys.setdefault(one.key, one)) is not one:
            yield Diagnostic(
                one.tree.where(("key",)),
                f'the course\'s key "{one.key[:100]}" is taken by {first.tree.path}',
                coded("Rename one of the two files, or give one of them a `key:` of its own."),
            )
        if one.course_id is not None and (first := ids.setdefault(one.course_id, one)) is not one:
            yield Diagnostic(
                one.tree.where(("id",)),
                f"the course {one.course_id} has an outline already: {first.tree.path}",
                "One course is one file: correct the id, or move the sections to that file.",
            )


def course_key_of(tree: Tree) -> str:
    """Return the course's key: as given, else from the file's name; "" where it has none."""
    given = tree.value.get("key") if isinstance(tree.value, dict) else None
    return (
        given if isinstance(given, str) else slug(tree.path.rpartition("/")[2].rpartition(".")[0])
    )


def section_key(section: object) -> str:
    """Return a section's key, given or derived; "" where it can have none."""
    if not isinstance(section, dict):
        return ""
    key, title = section.get("key"), section.get("title")
    if "key" in section:
        return key if isinstance(key, str) else ""
    return slug(title) if isinstance(title, str) else ""


def key_mistakes(
    tree: Tree, keys: list[str], in_state: Callable[[], Collection[str]] = tuple
) -> Iterator[Diagnostic]:
    """Find the keys that are missing, stand twice, or are claimed as former ones twice.

    Args:
        tree: the outline.
        keys: each section's key, given or derived, "" where it has none (`section_key`).
        in_state: gives the keys that the state has in this course; asked where one stands twice.
    """
    if not course_key_of(tree):
        yield Diagnostic(
            Where(tree.path),
            "no key can be made from the file's name, for it has no letter or digit",
            coded("Rename the file, or give the course one, as in `key: onboarding`"),
        )
    first: dict[str, int] = {}
    free: FreeKeys | None = None
    for i, key in enumerate(keys):
        if not key:
            yield from _no_key(tree, (SECTIONS, i))
        elif (other := first.setdefault(key, i)) != i:
            if free is None:
                free = FreeKeys({*keys, *_former_names(tree, len(keys)), *in_state()})
            given = tree.find((SECTIONS, i, "key"))[1]
            line = tree.where((SECTIONS, other)).line
            yield Diagnostic(
                tree.where((SECTIONS, i, "key" if given else "title")),
                f'the section on line {line} has the key "{key}" too',
                coded(f"Give this one a key of its own, as in `key: {free.take(key)}`"),
            )
    yield from _former_keys(tree, keys)


def _former_keys(tree: Tree, keys: list[str]) -> Iterator[Diagnostic]:
    claimed: dict[str, int] = {}
    holders = {key: i for i, key in reversed([*enumerate(keys)])}
    for i, path, former in _previous_keys(tree, len(keys)):
        if (holder := holders.get(former)) is not None:
            line = tree.where((SECTIONS, holder)).line
            problem = f'"{former[:100]}" is still the key of the section on line {line}'
            remedy = (
                "Take it out here, or give that section another key: a former key is used no more."
            )
            yield Diagnostic(tree.where(path), problem, remedy)
        elif (other := claimed.setdefault(former, i)) != i:
            line = tree.where((SECTIONS, other)).line
            problem = f'"{former[:100]}" was the key of the section on line {line} too'
            yield Diagnostic(tree.where(path), problem, "Only one section can go on under its Id.")


def _former_names(tree: Tree, sections: int) -> Iterator[str]:
    """Return the last part of each former key, whatever course it was in."""
    return (key.rpartition(".")[2] for _, _, key in _previous_keys(tree, sections))


def _previous_keys(tree: Tree, sections: int) -> Iterator[tuple[int, Path, str]]:
    for i in range(sections):
        section = tree.value_at((SECTIONS, i))
        former = section.get("previous_keys") if isinstance(section, dict) else None
        for j, key in enumerate(former if isinstance(former, list) else ()):
            if isinstance(key, str):
                yield i, (SECTIONS, i, "previous_keys", j), key


def picture_mistakes(tree: Tree, sections: list[object]) -> Iterator[Diagnostic]:
    """Find `image:` with nothing behind it, which would remove the picture by a slip."""
    for i, section in enumerate(sections):
        path: Path = (SECTIONS, i, "image")
        if not isinstance(section, dict) or section.get("image", "") is not None:
            continue
        if tree.written(path) == "":
            yield Diagnostic(
                tree.where_key(path),
                "`image` has no value",
                coded("Write `image: null` to remove the picture, or delete the line to leave it."),
            )


def title_mistakes(tree: Tree, sections: list[object]) -> Iterator[Diagnostic]:
    """Find titles in curly quotes where an author meant quotes of YAML; in those they are text."""
    course = tree.value
    for holder, path in [(course, ()), *((each, (SECTIONS, i)) for i, each in enumerate(sections))]:
        title = holder.get("title") if isinstance(holder, dict) else None
        if not isinstance(title, str) or not title or {title[0], title[-1]} - {*CURLY}:
            continue
        if tree.written((*path, "title")) is not None:
            yield Diagnostic(
                tree.where((*path, "title")),
                "the title stands in curly quotes, which YAML takes as part of the text",
                coded('Retype the quotes as `"` or, to show them to members, put `"` around them.'),
            )


def _no_key(tree: Tree, path: Path) -> Iterator[Diagnostic]:
    section = tree.value_at(path)
    if isinstance(section, dict) and "key" not in section:
        title = section.get("title")
        if isinstance(title, str) and title.strip():
            yield Diagnostic(
                tree.where((*path, "title")),
                "no key can be made from this title, for it has no letter or digit",
                coded("Give the section one, as in `key: first-week`"),
            )


def order_mistakes(tree: Tree, sections: list[object]) -> Iterator[Diagnostic]:
    """Find the pinned orders that contradict the list."""
    pins = [
        pin
        if isinstance(section, dict)
        and type(pin := section.get("display_order")) is int
        and 0 <= pin <= MAX_PIN
        else None
        for section in sections
    ]
    for i, before, wrong in misfit(pins):
        where = tree.where((SECTIONS, i, "display_order"))
        line = tree.where((SECTIONS, before, "display_order")).line if before is not None else 0
        yield Diagnostic(where, *_ORDER_WORDS[wrong](line))


_ORDER_WORDS: dict[Pinned, Callable[[int], tuple[str, str]]] = {
    Pinned.TWICE: lambda line: (
        f"this display_order is pinned on line {line} already",
        "Give each pinned section a number of its own.",
    ),
    Pinned.FALLS: lambda line: (
        f"this display_order is below the one pinned before it, on line {line}",
        "Members see the list's order: move the section, or change the number.",
    ),
    Pinned.NO_ROOM: lambda line: (
        "too few numbers are left for the sections before this one"
        + (f" and after the pin on line {line}" if line else ""),
        "Pin a higher number here; steps of ten leave room for more.",
    ),
}
