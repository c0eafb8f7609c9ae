"""Formats the outlines of a workspace. Makes no request."""

from __future__ import annotations

from codecs import BOM_UTF8
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from coursesync.errors import UnusableFile, UsageError
from coursesync.files import decode, shown
from coursesync.operations.config import config_of
from coursesync.operations.reading import read_outlines
from coursesync.outlines.content_files import Files, path_of
from coursesync.outlines.folder import empty_workspace
from coursesync.outlines.rewriting import held, item_laid_out, laid_out, rewrite

if TYPE_CHECKING:
    import os
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from coursesync.kinds.resource import Resource
    from coursesync.outlines.outline import Outline


@dataclass(frozen=True, slots=True)
class Layouts:
    """The layout of a workspace's outlines, and of the files that are items of these.

    `changed` are the texts of the files that are not formatted yet, by path in the workspace; a
    file keeps its line ends when its text is written. `same` counts the others, and `refused` are
    the reasons why some can't be formatted. `noun` is the word for one of them.
    """

    folder: Path
    changed: Mapping[str, str]
    same: int
    refused: tuple[UnusableFile, ...] = ()
    noun: str = "outline"

    def shown(self, path: str) -> str:
        """Return the path of a file as people see it."""
        return shown(self.folder / path)

    def write(self, path: str) -> None:
        """Write the text of one file; raises CoursesyncError if that fails."""
        rewrite(self.folder / path, self.changed[path])


def fmt(
    folder: str | os.PathLike[str] = "courses", *, check: bool = False, courses: Sequence[str] = ()
) -> Layouts:
    """Format the outlines of a workspace, and write the key of every item into them.

    In a Markdown file that is an item, only the front matter changes.

    Args:
        folder: the folder of the outlines.
        check: whether to write nothing.
        courses: the only courses to format; as in `load`.

    Returns:
        The new texts by path, and the reasons why some outlines stay as they are.

    Raises:
        UsageError: there is no such folder, or no such course.
        InvalidOutlines: with every mistake of every outline.
        CoursesyncError: there is no outline, or one can't be written, or `coursesync.toml` asks for
            another version of coursesync.

    Example:
        >>> sorted(coursesync.fmt("courses", check=True).changed)
    """
    root = Path(folder)
    settings = None
    with suppress(UsageError):  # its mistakes do not concern the layout
        settings = config_of(root).outlines
    loaded = read_outlines(root, settings, courses)
    outlines = sorted(loaded.outlines, key=lambda outline: outline.file)
    if not outlines:
        raise empty_workspace(root, courses)
    files = Files(root)
    changed: dict[str, str] = {}
    refused: list[UnusableFile] = []
    items = dict(_in_files(outlines))
    for path in (*(outline.file for outline in outlines), *items):
        try:
            content = files.inside(path)
            before, at = decode(content), shown(root / path)
            item = items.get(path)
            text = laid_out(before, at) if item is None else item_laid_out(before, at, item)
        except UnusableFile as unusable:
            refused.append(unusable)
            continue
        # line ends don't count: git may have made them CRLF on this machine
        if text != before or (item is None and content.startswith(BOM_UTF8)):
            changed[path] = text
    same = len(outlines) + len(items) - len(changed) - len(refused)
    found = Layouts(root, changed, same, tuple(refused), "file" if items else "outline")
    if not check:
        for path in found.changed:
            found.write(path)
    return found


def _in_files(outlines: Iterable[Outline]) -> Iterator[tuple[str, Resource]]:
    """Yield the items that have files of their own, by the files' paths in the workspace."""
    for outline in outlines:
        for at, item in held(outline):
            if isinstance(name := outline.tree.value_at(at), str):
                yield path_of(outline.file, name), item
