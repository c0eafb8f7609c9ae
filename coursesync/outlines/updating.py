"""Writes new values into an outline and its files: fields, contents, the order of its lists.

Comments and layout stay, in front matter as well. In Markdown, what did not change stays to the
letter. It must never change a part of a file that no new value concerns, nor write a file: it
returns texts.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from coursesync.errors import UnusableFile
from coursesync.files import decode, shown
from coursesync.kinds.address import Address, key_of
from coursesync.kinds.content_spec import file_named
from coursesync.kinds.field import Role
from coursesync.outlines.content_files import path_of
from coursesync.outlines.edit import Remove, SetField, edited
from coursesync.outlines.html_to_markdown import markdown_for
from coursesync.outlines.leftovers import FRONT
from coursesync.outlines.pictures import with_relative
from coursesync.outlines.rearranging import List, rearranged
from coursesync.outlines.rendering import Renderer
from coursesync.outlines.rewriting import held

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence
    from pathlib import Path as FilePath

    from coursesync.kinds.kind import Kind
    from coursesync.kinds.resource import Resource
    from coursesync.kinds.tree import Path, Value
    from coursesync.outlines.content_files import Files
    from coursesync.outlines.edit import Edit
    from coursesync.outlines.outline import Outline


@dataclass(frozen=True, slots=True)
class Update:
    """What to write into an outline.

    Attributes:
        fields: an author's values, by the item's address and the field's name; contents are HTML,
            None removes a field.
        lists: the items of a list in their new order; an item that is in another list now moves.
        removed: the items to remove, with all that is in them.
    """

    fields: Mapping[Address, Mapping[str, Value]] = field(default_factory=dict)
    lists: Mapping[List, Sequence[Address]] = field(default_factory=dict)
    removed: Collection[Address] = ()


@dataclass(frozen=True, slots=True)
class Updated:
    """The texts of an outline and of its files after an update.

    Attributes:
        texts: the new texts, by path in the workspace; only those that changed. The outline is the
            last.
        left: the files that no item of the outline names any more, by path in the workspace.
    """

    texts: Mapping[str, str]
    left: tuple[str, ...] = ()


def shared_files(outlines: Iterable[Outline]) -> frozenset[str]:
    """Return the content files that several items name, by path in the workspace."""
    named = Counter(
        path_of(outline.file, name)
        for outline in outlines
        for at, _ in held(outline)
        if (name := _named(outline.tree.value_at(at)))
    )
    return frozenset(path for path, number in named.items() if number > 1)


def _named(item: Value) -> str:
    """Return the content file, or the Markdown file, that an item names; "" if it names none."""
    if isinstance(item, str):
        return item
    contents = item.get("contents") if isinstance(item, dict) else None
    named = next(iter(contents.values()), "") if isinstance(contents, dict) else ""
    return str(named)


def updated(
    folder: FilePath,
    files: Files,
    outline: Outline,
    update: Update,
    shared: Collection[str] = (),
    taken: Collection[str] = (),
) -> Updated:
    """Write new values into an outline.

    Args:
        folder: the workspace.
        files: reads its files.
        outline: a valid outline of it.
        update: what to write.
        shared: the content files that several items name: they are not changed.
        taken: paths in the workspace at which there will be other files.

    Raises:
        UnusableFile, InvalidOutlines: it can't be written without a loss, or a file can't be read.
    """
    with Renderer() as renderer:
        writing = _Writing(folder, files, outline, renderer, frozenset(shared), frozenset(taken))
        for address, values in update.fields.items():
            writing.set_fields(address, values)
    return writing.result(update)


@dataclass(slots=True)
class _Writing:
    folder: FilePath
    files: Files
    outline: Outline
    renderer: Renderer
    shared: frozenset[str]
    taken: frozenset[str]
    edits: list[Edit] = field(default_factory=list)
    texts: dict[str, str] = field(default_factory=dict)
    left: list[str] = field(default_factory=list)
    _places: dict[Address, tuple[Path, Resource]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for path, resource in held(self.outline):
            self._places[resource.address] = (path, resource)

    def result(self, update: Update) -> Updated:
        """Put the items in order, remove some, and return the texts."""
        self.edits += rearranged(self.outline, update.lists, update.removed)
        named = (_named(self.outline.tree.value_at(self._places[at][0])) for at in update.removed)
        self.left += [path_of(self.outline.file, each) for each in named if each]
        name = self.outline.file
        before = decode(self.files.inside(name))
        after = edited(before, shown(self.folder / name), self.edits)
        changed = {path: text for path, text in self.texts.items() if text != self._before(path)}
        if after != before:
            changed[name] = after
        return Updated(changed, tuple(self.left))

    def _before(self, path: str) -> str | None:
        try:
            return decode(self.files.inside(path))
        except UnusableFile:
            return None

    def set_fields(self, address: Address, values: Mapping[str, Value]) -> None:
        """Give an item values."""
        path, resource = self._places[address]
        contents = resource.kind.field(Role.CONTENTS).name
        others = {name: value for name, value in values.items() if name != contents}
        written = self.outline.tree.value_at(path)
        title = resource.kind.field(Role.TITLE).name
        if resource.key_is_derived and title in values and not isinstance(written, str):
            others["key"] = key_of(address)  # a key that is made from the title would change
        if isinstance(written, str):
            html = str(values[contents] or "") if contents in values else None
            self._set_in_file(written, path, resource, others, html)
            return
        self.edits += _settings(path, written, resource.kind, others)
        if contents in values:
            self._set_contents(path, written, resource, str(values[contents] or ""))

    def _set_in_file(
        self,
        name: str,
        path: Path,
        resource: Resource,
        values: Mapping[str, Value],
        html: str | None,
    ) -> None:
        """Give values to an item that has a Markdown file of its own."""
        file = path_of(self.outline.file, name)
        text = decode(self.files.inside(file))
        found = FRONT.match(text)
        front = found["fields"] if found else ""
        start, end = (found.start("fields"), found.end("fields")) if found else (0, 0)
        written = {n: v for n, v in _fields(resource).items() if n != _contents_of(resource.kind)}
        edits = _settings((), written, resource.kind, values)
        front = edited(front, shown(self.folder / file), edits) if edits else front
        below = found.end() if found else 0
        opening, closing, body = text[:start], text[end:below], text[below:]
        if html is not None:
            if (markdown := self._markdown(file, html, body.lstrip("\n"))) is None:
                self._out_of_file(file, path, resource, {**written, **values}, html)
                return
            blank = body[: len(body) - len(body.lstrip("\n"))] if body else "\n"
            body = f"{blank}{markdown}"
        self.texts[file] = f"{opening}{front}{closing}{body}"

    def _out_of_file(
        self, file: str, path: Path, resource: Resource, values: Mapping[str, Value], html: str
    ) -> None:
        """Write an item in place, because its contents are no Markdown; its old file stays."""
        new = self._free(PurePosixPath(file).with_suffix(".html"))
        self._write_html(new, html)
        self.left.append(file)
        kept = {n: v for n, v in values.items() if n != "key" and _is_said(resource.kind, n, v)}
        item: dict[str, Value] = {"key": key_of(resource.address), **kept}
        item[_contents_of(resource.kind)] = {"html": self._from_outline(new)}
        self.edits.append(SetField(path, item))

    def _set_contents(self, path: Path, written: Value, resource: Resource, html: str) -> None:
        name = _contents_of(resource.kind)
        named = written.get(name) if isinstance(written, dict) else None
        if not isinstance(named, dict):
            if _fits_in_place(html):
                self.edits += _settings(path, written, resource.kind, {name: html})
                return
            stem = PurePosixPath(self.outline.key, f"{key_of(resource.address)}.html")
            folder = PurePosixPath(self.outline.file).parent
            self._name_html((*path, name), self._free(folder / stem), html)
            return
        ((form, file_name),) = named.items()
        file = path_of(self.outline.file, str(file_name))
        if file in self.shared:  # the other items keep it
            self._name_html(
                (*path, name), self._free(PurePosixPath(file).with_suffix(".html")), html
            )
        elif form == "html":
            self._write_html(file, html)
        elif (
            markdown := self._markdown(file, html, self.files.text(file, self.outline.file))
        ) is not None:
            self.texts[file] = markdown
        else:
            self.left.append(file)
            self._name_html(
                (*path, name), self._free(PurePosixPath(file).with_suffix(".html")), html
            )

    def _markdown(self, file: str, html: str, before: str) -> str | None:
        """Return Markdown for the new contents of a file, or None; see `markdown_for`."""
        relative = with_relative(html, self.files.assets_url, file, self.files.has_picture)
        return markdown_for(relative, before, self.renderer)

    def _name_html(self, path: Path, file: str, html: str) -> None:
        self._write_html(file, html)
        self.edits.append(SetField(path, {"html": self._from_outline(file)}))

    def _write_html(self, file: str, html: str) -> None:
        self.texts[file] = html if html.endswith("\n") or not html else f"{html}\n"

    def _from_outline(self, file: str) -> str:
        return PurePosixPath(file).relative_to(PurePosixPath(self.outline.file).parent).as_posix()

    def _free(self, path: PurePosixPath) -> str:
        """Return a path at which there is no file, if possible this one."""
        number, free = 1, path
        used = {*self.texts, *self.taken}
        while free.as_posix() in used or (self.folder / free).exists():
            number += 1
            free = path.with_stem(f"{path.stem}-{number}")
        return free.as_posix()


def _contents_of(kind: Kind) -> str:
    return kind.field(Role.CONTENTS).name


def _fields(resource: Resource) -> Mapping[str, Value]:
    value = resource.tree.value_at(resource.path)
    return value if isinstance(value, dict) else {}


def _is_said(kind: Kind, name: str, value: Value) -> bool:
    """Return whether a value has to be written: it is not what is meant without the field."""
    default = next((row.default for row in kind.fields if row.name == name), None)
    return value is not None and value != default


def _settings(path: Path, written: Value, kind: Kind, values: Mapping[str, Value]) -> list[Edit]:
    """Return the edits that give an item values; a default is written only over another value."""
    there = written if isinstance(written, dict) else {}
    edits: list[Edit] = []
    for name, value in values.items():
        if name in there and value is None:
            edits.append(Remove((*path, name)))
        elif name in there or _is_said(kind, name, value):
            # a field that is empty now stays: a comment beside it would go with it
            edits.append(SetField((*path, name), value))
    return edits


def _fits_in_place(html: str) -> bool:
    return not file_named(html) and "\r" not in html and not html.startswith("\ufeff")
