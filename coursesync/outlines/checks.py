"""Finds mistakes that no single field shows: keys, Ids and orders that contradict each other.

Owns what an outline claims for itself, and the keys of its items. It must never need a valid
outline: it reads the tree, so that these mistakes are reported together with those of the fields.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from coursesync.errors import Diagnostic, Remedy, Where
from coursesync.kinds import LISTED
from coursesync.kinds.address import FreeKeys, slug
from coursesync.kinds.field import Role
from coursesync.kinds.inline import CURLY, line_of
from coursesync.kinds.pins import MAX_PIN, Pinned, misfit
from coursesync.text import coded

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Sequence

    from coursesync.kinds.tree import Path, Tree, Value

# the field that holds the items of an outline, and the word for one of them
ITEMS, _NOUN = LISTED.plural, LISTED.name
_TITLE, _ORDER, _PICTURE = LISTED.names(Role.TITLE, Role.ORDER, Role.PICTURE)


@dataclass(frozen=True, slots=True)
class Claim:
    """The key and the course Id that an outline claims for itself; None if it gives no Id."""

    tree: Tree
    key: str
    course_id: int | None


def claim(tree: Tree) -> Claim:
    """Return what an outline claims, whether or not it is valid otherwise."""
    course_id = tree.value.get("id") if isinstance(tree.value, dict) else None
    return Claim(tree, course_key_of(tree), course_id if type(course_id) is int else None)


def clashes(claims: Iterable[Claim]) -> Iterator[Diagnostic]:
    """Yield a diagnostic for each key or course Id that an earlier outline claims too."""
    keys: dict[str, Claim] = {}
    ids: dict[int, Claim] = {}
    for one in claims:
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
                f"One course is one file: correct the id, or move the {ITEMS} to that file.",
            )


def _is_given(one: Claim) -> bool:
    return one.tree.find(("key",))[1]


def course_key_of(tree: Tree) -> str:
    """Return the course's key: as written, else made from the file's name; "" if it has none."""
    given = tree.value.get("key") if isinstance(tree.value, dict) else None
    return (
        given if isinstance(given, str) else slug(tree.path.rpartition("/")[2].rpartition(".")[0])
    )


def item_key(item: object) -> str:
    """Return an item's key: as written, else made from its title; "" if there is none."""
    if not isinstance(item, dict):
        return ""
    key, title = item.get("key"), item.get(_TITLE)
    if "key" in item:
        return key if isinstance(key, str) else ""
    return slug(title) if isinstance(title, str) else ""


def key_mistakes(
    tree: Tree, keys: list[str], in_state: Callable[[], Collection[str]] = tuple
) -> Iterator[Diagnostic]:
    """Find missing keys, duplicate keys, and former keys that two items claim.

    Args:
        tree: the outline.
        keys: the `item_key` of each item.
        in_state: gives the keys that the state has in this course; called for a duplicate only.
    """
    if not course_key_of(tree):
        yield Diagnostic(
            Where(tree.path),
            "no key can be made from the file's name, because it has no letter or digit",
            coded("Rename the file, or give the course one, as in `key: onboarding`"),
        )
    first: dict[str, int] = {}
    free: FreeKeys | None = None
    for i, key in enumerate(keys):
        if not key:
            yield from _no_key(tree, (ITEMS, i))
        elif (other := first.setdefault(key, i)) != i:
            if free is None:
                former = {key.rpartition(".")[2] for *_, key in _previous_keys(tree, len(keys))}
                free = FreeKeys({*keys, *former, *in_state()})
            given = tree.find((ITEMS, i, "key"))[1]
            yield Diagnostic(
                tree.where((ITEMS, i, "key" if given else _TITLE)),
                _same_key(tree, key, other, is_given=given),
                Remedy("Give this one a key of its own, as in", line_of("key", free.take(key))),
            )
    yield from _former_keys(tree, keys)


def _same_key(tree: Tree, key: str, other: int, *, is_given: bool) -> str:
    line = tree.where((ITEMS, other)).line
    has_key = tree.find((ITEMS, other, "key"))[1]
    if is_given:
        return f"the {_NOUN} on line {line} " + (
            f'has the key "{key}" too' if has_key else f'gets the key "{key}" too, from its title'
        )
    if has_key:
        return f'this title gives the key "{key}", and the {_NOUN} on line {line} has that key'
    return f'this title and that of the {_NOUN} on line {line} would both give the key "{key}"'


def _former_keys(tree: Tree, keys: list[str]) -> Iterator[Diagnostic]:
    claimed: dict[str, int] = {}
    holders = {key: i for i, key in reversed([*enumerate(keys)])}
    for i, path, former in _previous_keys(tree, len(keys)):
        if (holder := holders.get(former)) is not None:
            line = tree.where((ITEMS, holder)).line
            problem = f'"{former[:100]}" is still the key of the {_NOUN} on line {line}'
            remedy = (
                f"Delete it here, or give that {_NOUN} another key: a former key is not in use."
            )
            yield Diagnostic(tree.where(path), problem, remedy)
        elif (other := claimed.setdefault(former, i)) != i:
            line = tree.where((ITEMS, other)).line
            problem = f'the {_NOUN} on line {line} has the former key "{former[:100]}" too'
            remedy = f"Only one {_NOUN} can keep its Id: delete it from the other."
            yield Diagnostic(tree.where(path), problem, remedy)


def _previous_keys(tree: Tree, items: int) -> Iterator[tuple[int, Path, str]]:
    for i in range(items):
        item = tree.value_at((ITEMS, i))
        former = item.get("previous_keys") if isinstance(item, dict) else None
        for j, key in enumerate(former if isinstance(former, list) else ()):
            if isinstance(key, str):
                yield i, (ITEMS, i, "previous_keys", j), key


def picture_mistakes(tree: Tree, items: Sequence[Value]) -> Iterator[Diagnostic]:
    """Find `image:` without a value, which would remove the picture by mistake."""
    for i, item in enumerate(items):
        path: Path = (ITEMS, i, _PICTURE)
        if not isinstance(item, dict) or item.get(_PICTURE, "") is not None:
            continue
        if tree.written(path) == "":
            yield Diagnostic(
                tree.where_key(path),
                f"`{_PICTURE}` has no value",
                coded(
                    f"Write `{_PICTURE}: null` to remove any picture. Without the line, a picture "
                    "that coursesync set is removed, and any other stays."
                ),
            )


def title_mistakes(tree: Tree, items: Sequence[Value]) -> Iterator[Diagnostic]:
    """Find plain titles in curly quotes, where an author probably meant quotes of YAML."""
    course = tree.value
    for holder, path in [(course, ()), *((each, (ITEMS, i)) for i, each in enumerate(items))]:
        title = holder.get(_TITLE) if isinstance(holder, dict) else None
        if not isinstance(title, str) or not title or {title[0], title[-1]} - {*CURLY}:
            continue
        if tree.written((*path, _TITLE)) is not None:
            yield Diagnostic(
                tree.where((*path, _TITLE)),
                "the title is in curly quotes, which YAML reads as part of the text",
                coded('Type the quotes as `"`; to show them to members, put `"` around them.'),
            )


def _no_key(tree: Tree, path: Path) -> Iterator[Diagnostic]:
    item = tree.value_at(path)
    if isinstance(item, dict) and "key" not in item:
        title = item.get(_TITLE)
        if isinstance(title, str) and title.strip():
            yield Diagnostic(
                tree.where((*path, _TITLE)),
                "no key can be made from this title, because it has no letter or digit",
                coded(f"Give the {_NOUN} one, as in `key: first-week`"),
            )


def order_mistakes(tree: Tree, items: Sequence[Value]) -> Iterator[Diagnostic]:
    """Find pinned orders that contradict the order of the list."""
    pins = [
        pin
        if isinstance(item, dict) and type(pin := item.get(_ORDER)) is int and 0 <= pin <= MAX_PIN
        else None
        for item in items
    ]
    for i, before, wrong in misfit(pins):
        where = tree.where((ITEMS, i, _ORDER))
        line = tree.where((ITEMS, before, _ORDER)).line if before is not None else 0
        yield Diagnostic(where, *_ORDER_WORDS[wrong](line))


_ORDER_WORDS: dict[Pinned, Callable[[int], tuple[str, str]]] = {
    Pinned.TWICE: lambda line: (
        f"this {_ORDER} is pinned on line {line} already",
        f"Give each pinned {_NOUN} a number of its own.",
    ),
    Pinned.FALLS: lambda line: (
        f"this {_ORDER} is below the one pinned before it, on line {line}",
        f"Members see the order of the list: move the {_NOUN}, or change the number.",
    ),
    Pinned.NO_ROOM: lambda line: (
        f"too few numbers are left for the {ITEMS} before this one"
        + (f" and after the pin on line {line}" if line else ""),
        "Pin a higher number here; steps of ten leave room for more.",
    ),
}
