"""Finds mistakes that no single field shows: keys, Ids and orders that contradict each other.

Owns what an outline claims for itself, and the keys of its items. It must never need a valid
outline: it reads the tree, so that these mistakes are reported together with those of the fields.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from coursesync.errors import Diagnostic, Remedy, Where
from coursesync.kinds import LISTED
from coursesync.kinds.address import FreeKeys, slug
from coursesync.kinds.field import Role
from coursesync.kinds.inline import CURLY, line_of
from coursesync.kinds.pins import MAX_PIN, Pinned, misfit
from coursesync.text import coded

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence

    from coursesync.kinds.tree import Path, Tree, Value

    Items: TypeAlias = Sequence[Mapping[str, Value]]

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
    course_id = fields_of(tree.value).get("id")
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


def fields_of(value: object) -> dict[str, Value]:
    """Return the fields of a group; none for any other value."""
    return value if isinstance(value, dict) else {}


def course_key_of(tree: Tree) -> str:
    """Return the course's key: as written, else made from the file's name; "" if it has none."""
    given = fields_of(tree.value).get("key")
    stem = tree.path.rpartition("/")[2].rpartition(".")[0]
    return given if isinstance(given, str) else slug(stem)


def item_key(item: object) -> str:
    """Return an item's key: as written, else made from its title; "" if there is none."""
    fields = fields_of(item)
    key, title = fields.get("key"), fields.get(_TITLE)
    if "key" in fields:
        return key if isinstance(key, str) else ""
    return slug(title) if isinstance(title, str) else ""


def contradictions(
    tree: Tree, items: Items, keys: Sequence[str], in_state: Callable[[], Collection[str]]
) -> Iterator[Diagnostic]:
    """Find the mistakes in keys, former keys, pinned orders, quotes of titles, and pictures.

    Args:
        tree: the outline.
        items: the fields of each item.
        keys: the `item_key` of each item.
        in_state: gives the keys that the state has in this course; called for a duplicate only.
    """
    if not course_key_of(tree):
        yield Diagnostic(
            Where(tree.path),
            "no key can be made from the file's name, because it has no letter or digit",
            coded("Rename the file, or give the course one, as in `key: onboarding`"),
        )
    yield from _same_keys(tree, items, keys, in_state)
    yield from _former_keys(tree, items, keys)
    yield from _orders(tree, items)
    yield from _curly_title(tree, (), fields_of(tree.value))
    for i, item in enumerate(items):
        yield from _curly_title(tree, (ITEMS, i), item)
        title, picture = (ITEMS, i, _TITLE), (ITEMS, i, _PICTURE)
        text = item.get(_TITLE)
        if not keys[i] and "key" not in item and isinstance(text, str) and text.strip():
            yield Diagnostic(
                tree.where(title),
                "no key can be made from this title, because it has no letter or digit",
                coded(f"Give the {_NOUN} one, as in `key: first-week`"),
            )
        if item.get(_PICTURE, "") is None and tree.written(picture) == "":
            yield Diagnostic(
                tree.where_key(picture),
                f"`{_PICTURE}` has no value",
                coded(
                    f"Write `{_PICTURE}: null` to remove any picture. Without the line, a picture "
                    "that coursesync set is removed, and any other stays."
                ),
            )


def _same_keys(
    tree: Tree, items: Items, keys: Sequence[str], in_state: Callable[[], Collection[str]]
) -> Iterator[Diagnostic]:
    first: dict[str, int] = {}
    free: FreeKeys | None = None
    for i, key in enumerate(keys):
        if not key or (other := first.setdefault(key, i)) == i:
            continue
        if free is None:
            former = {each.rpartition(".")[2] for _, each in _previous_keys(items)}
            free = FreeKeys({*keys, *former, *in_state()})
        is_given, has_key = ("key" in items[each] for each in (i, other))
        that = _on_line(tree, other)
        problems = {
            (True, True): f'{that} has the key "{key}" too',
            (True, False): f'{that} gets the key "{key}" too, from its title',
            (False, True): f'this title gives the key "{key}", and {that} has that key',
            (False, False): f'this title and that of {that} would both give the key "{key}"',
        }
        yield Diagnostic(
            tree.where((ITEMS, i, "key" if is_given else _TITLE)),
            problems[is_given, has_key],
            Remedy("Give this one a key of its own, as in", line_of("key", free.take(key))),
        )


def _former_keys(tree: Tree, items: Items, keys: Sequence[str]) -> Iterator[Diagnostic]:
    claimed: dict[str, int] = {}
    holders = {key: i for i, key in reversed([*enumerate(keys)])}
    for path, former in _previous_keys(items):
        holder, other = holders.get(former), claimed.setdefault(former, path[1])
        if holder is not None:
            problem = f'"{former[:100]}" is still the key of {_on_line(tree, holder)}'
            remedy = (
                f"Delete it here, or give that {_NOUN} another key: a former key is not in use."
            )
        elif other != path[1]:
            problem = f'{_on_line(tree, other)} has the former key "{former[:100]}" too'
            remedy = f"Only one {_NOUN} can keep its Id: delete it from the other."
        else:
            continue
        yield Diagnostic(tree.where(path), problem, remedy)


def _on_line(tree: Tree, item: int) -> str:
    return f"the {_NOUN} on line {tree.where((ITEMS, item)).line}"


def _previous_keys(items: Items) -> Iterator[tuple[tuple[str, int, str, int], str]]:
    """Find the path and the text of each former key."""
    for i, item in enumerate(items):
        former = item.get("previous_keys")
        for j, key in enumerate(former if isinstance(former, list) else ()):
            if isinstance(key, str):
                yield (ITEMS, i, "previous_keys", j), key


def _curly_title(tree: Tree, path: Path, fields: Mapping[str, Value]) -> Iterator[Diagnostic]:
    """Find a plain title in curly quotes, where an author probably meant quotes of YAML."""
    title, path = fields.get(_TITLE), (*path, _TITLE)
    if not isinstance(title, str) or not title or {title[0], title[-1]} - {*CURLY}:
        return
    if tree.written(path) is not None:
        yield Diagnostic(
            tree.where(path),
            "the title is in curly quotes, which YAML reads as part of the text",
            coded('Type the quotes as `"`; to show them to members, put `"` around them.'),
        )


def _orders(tree: Tree, items: Items) -> Iterator[Diagnostic]:
    written = (item.get(_ORDER) for item in items)
    pins = [pin if type(pin) is int and 0 <= pin <= MAX_PIN else None for pin in written]
    for i, before, wrong in misfit(pins):
        line = tree.where((ITEMS, before, _ORDER)).line if before is not None else 0
        yield Diagnostic(tree.where((ITEMS, i, _ORDER)), *_ORDER_WORDS[wrong](line))


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
