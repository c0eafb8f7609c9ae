"""Finds the items of an outline: in its lists, in lists of its items, and in files of their own.

Owns which kinds are listed in which, and the key and address of an item, whether or not it is
valid. It must never decide whether it is, nor read a file: a function that does is passed in.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, TypeAlias

from coursesync.errors import Diagnostic, Remedy, UnusableFile, Where
from coursesync.kinds import ITEMS, LISTED
from coursesync.kinds.address import address_of, course_address, slug
from coursesync.kinds.content_spec import is_markdown_path
from coursesync.kinds.field import Role
from coursesync.kinds.spec import MOST_LISTED
from coursesync.kinds.tree import Tree
from coursesync.outlines.checks import course_key_of, fields_of, item_key
from coursesync.outlines.item_slips import files_in, several_files
from coursesync.text import coded

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from coursesync.kinds.address import Address
    from coursesync.kinds.kind import Kind
    from coursesync.kinds.tree import Mark, Path, Value


@dataclass(frozen=True, slots=True)
class ItemFile:
    """A Markdown file that is an item.

    `path` is its path as shown to people; `tree` its front matter, None if it can't be read; `text`
    the Markdown, with a blank line for each line of the front matter; `first` the line of the
    Markdown, from 1.
    """

    path: str
    tree: Tree | None
    text: str = ""
    first: int = 1
    diagnostics: tuple[Diagnostic, ...] = ()


ReadItem: TypeAlias = "Callable[[str], ItemFile]"


@dataclass(slots=True)  # not frozen: that makes a thousand of them several times slower
class Item:
    """An item, in place or in a file.

    Attributes:
        kind: its kind.
        tree: the file that its fields are in.
        path: their place in that file.
        fields: its fields, none if they can't be read.
        key: its key, "" if it has none.
        address: its address, as far as there are keys.
        lists: its own lists.
        file: the name of its Markdown file, "" if it is written in place.
        text: the Markdown of that file.
        named_at: the document that names the file, and the path to that name in it.
        is_readable: whether its fields can be read.
    """

    kind: Kind
    tree: Tree
    path: Path
    fields: Mapping[str, Value]
    key: str
    address: Address
    lists: tuple[Listing, ...] = ()
    file: str = ""
    text: str = ""
    named_at: tuple[Tree, Path] | None = None
    is_readable: bool = True

    @property
    def listed(self) -> Where | None:
        """The place that names its file; None if it is written in place."""
        return self.named_at and _place(self.named_at)

    def where(self, name: str) -> Where:
        """Return the place of a field's value."""
        return self.tree.where((*self.path, name))

    @property
    def gives_key(self) -> Where:
        """The place of its key, or of what its key is made from: its title, or its file's name."""
        if "key" in self.fields:
            return self.where("key")
        return self.listed or self.where(name_of(self.kind, Role.TITLE))

    def called(self, beside: Tree) -> str:
        """Return words for this item, in a message about a place in the file `beside`."""
        noun, tree = self.kind.name, self.tree
        if tree is not beside and self.file:
            return f"the {noun} in {tree.path}"
        line = f"the {noun} on line {tree.where(self.path).line}"
        return line if tree is beside else f"{line} of {tree.path}"


@dataclass(frozen=True, slots=True)
class Listing:
    """The list of one kind in an item, or in the course: the address of that, and the items."""

    kind: Kind
    parent: Address
    items: tuple[Item, ...]


def kinds_in(kind: Kind | None) -> tuple[Kind, ...]:
    """Return the kinds that an item of a kind may list; for None, those that a course may."""
    return tuple(each for each in ITEMS.values() if kind is None or each.within is kind)


def may_be_file(kind: Kind) -> bool:
    """Return whether an item may be a Markdown file, which has its contents.

    The main list of an outline is in place.
    """
    return kind is not LISTED and kind.has(Role.CONTENTS)


def each_of(listings: Iterable[Listing]) -> Iterator[Item]:
    """Yield all items, depth first."""
    for listing in listings:
        for item in listing.items:
            yield item
            if item.lists:
                yield from each_of(item.lists)


def lists_in(listings: Iterable[Listing]) -> Iterator[Listing]:
    """Yield all lists, depth first."""
    for listing in listings:
        yield listing
        for item in listing.items:
            if item.lists:
                yield from lists_in(item.lists)


@cache
def name_of(kind: Kind, role: Role) -> str:
    """Return the name of the field that has a role, "" if the kind has none."""
    return next((each.name for each in kind.fields if each.role is role), "")


def unread(_name: str) -> ItemFile:
    """Stand for a file that is not read: valid, with the key that its name gives."""
    return ItemFile("", Tree("", {"title": "-"}, lambda: (0, 0, None, {})))


@dataclass(slots=True)
class Items:
    """One pass over an outline's lists; `diagnostics` are the mistakes in items that are files."""

    tree: Tree
    read: ReadItem
    diagnostics: list[Diagnostic] = field(default_factory=list)
    _left: int = MOST_LISTED
    _files: dict[str, tuple[Tree, Path]] = field(default_factory=dict)

    def lists(self) -> tuple[Listing, ...]:
        """Return the lists of the course."""
        key, fields = course_key_of(self.tree), fields_of(self.tree.value)
        return self._lists(None, self.tree, (), fields, course_address(key), (key,))

    def _lists(
        self,
        kind: Kind | None,
        tree: Tree,
        path: Path,
        fields: Mapping[str, Value],
        parent: Address,
        keys: tuple[str, ...],
    ) -> tuple[Listing, ...]:
        found = []
        for each in kinds_in(kind):
            listed = fields.get(each.plural)
            if isinstance(listed, list):
                place = (*path, each.plural)
                found.append(Listing(each, parent, self._items(each, tree, place, listed, keys)))
        return tuple(found)

    def _items(
        self, kind: Kind, tree: Tree, path: Path, listed: list[Value], keys: tuple[str, ...]
    ) -> tuple[Item, ...]:
        if len(listed) > self._left and len(listed) <= MOST_LISTED:
            self.diagnostics.append(
                Diagnostic(
                    tree.where_key(path),
                    f"with this list the course has more than {MOST_LISTED:,} items",
                    "Split the course.",
                )
            )
        kept = listed[: self._left]
        self._left -= len(kept)
        inner = [each.plural for each in kinds_in(kind)]
        named, found = may_be_file(kind), []
        for i, value in enumerate(kept):
            place = (*path, i)
            if named and isinstance(value, str) and is_markdown_path(value):
                found.append(self._in_file(kind, value, (tree, place), keys))
                continue
            fields, key = fields_of(value), item_key(value)
            address = address_of(kind.name, *keys, key)
            lists: tuple[Listing, ...] = ()
            for each in inner:
                if each in fields:
                    lists = self._lists(kind, tree, place, fields, address, (*keys, key))
                    break
            found.append(Item(kind, tree, place, fields, key, address, lists))
        return tuple(found)

    def _in_file(
        self, kind: Kind, name: str, named_at: tuple[Tree, Path], keys: tuple[str, ...]
    ) -> Item:
        file = self._readable(kind, name, named_at)
        if file is None or file.tree is None:
            address = address_of(kind.name, *keys, "")
            return Item(kind, self.tree, (), {}, "", address, named_at=named_at, is_readable=False)
        tree = self._with_contents(kind, name, file, file.tree)
        fields = fields_of(tree.value)
        key = item_key(fields) if "key" in fields else slug(_stem(name))
        address = address_of(kind.name, *keys, key)
        lists = self._lists(kind, tree, (), fields, address, (*keys, key))
        return Item(kind, tree, (), fields, key, address, lists, name, file.text, named_at)

    def _readable(self, kind: Kind, name: str, named_at: tuple[Tree, Path]) -> ItemFile | None:
        """Read a file, unless it was read before: then it is a mistake to list it again."""
        if len(names := files_in(name)) > 1:
            self.diagnostics.append(Diagnostic(_place(named_at), *several_files(names)))
            return None
        try:
            file = self.read(name)
        except UnusableFile as unusable:
            self.diagnostics += unusable.diagnostics_at(_place(named_at))
            return None
        if (first := self._files.setdefault(file.path or name, named_at)) is named_at:
            self.diagnostics += file.diagnostics
            return file
        self.diagnostics.append(
            Diagnostic(
                _place(named_at),
                f"this file is listed on line {_place(first).line} already",
                f"One file is one {kind.name}: delete one of the two lines, or copy the file.",
            )
        )
        return None

    def _with_contents(self, kind: Kind, name: str, file: ItemFile, tree: Tree) -> Tree:
        """Add the Markdown to the fields, as if `contents` named the file."""
        row = next((each for each in kind.fields if each.role is Role.CONTENTS), None)
        if row is None or not isinstance(tree.value, dict):
            return tree
        values = dict(tree.value)
        for wrong in (row.name, *row.other_names):
            if wrong in values:
                del values[wrong]
                self.diagnostics.append(_contents_twice(tree, wrong, kind))
        values[row.name] = {"markdown": name}

        def locate() -> Mark:
            line, column, written, below = tree.mark
            at = file.first - 1
            own = (at, 0, (at, 0, None, None))
            inner = {**below, row.name: own} if isinstance(below, dict) else {row.name: own}
            return line, column, written, inner

        return Tree(tree.path, values, locate)


def _place(named_at: tuple[Tree, Path]) -> Where:
    """Return the place of a file's name; only messages need it, because it takes another pass."""
    tree, path = named_at
    return tree.where(path)


def _contents_twice(tree: Tree, name: str, kind: Kind) -> Diagnostic:
    return Diagnostic(
        tree.where_key((name,)),
        f"`{name}` can't be here: the text below the front matter is what the {kind.name} says",
        Remedy(coded("Move the text below the second `---`"), "and delete this field."),
    )


def _stem(name: str) -> str:
    return name.rpartition("/")[2].rpartition(".")[0]
