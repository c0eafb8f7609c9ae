"""Formats the outlines of a workspace. Makes no request."""

from __future__ import annotations

from codecs import BOM_UTF8
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from coursesync.errors import UnusableFile
from coursesync.files import decode, shown
from coursesync.operations.workspace import managed_in
from coursesync.outlines.content_files import Files
from coursesync.outlines.folder import empty_workspace
from coursesync.outlines.rewriting import laid_out, rewrite
from coursesync.outlines.workspace_files import load as read_outlines

if TYPE_CHECKING:
    import os
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class Layouts:
    """The layout of a workspace's outlines.

    `changed` are the texts of the outlines that are not formatted yet, by path in the workspace; a
    file keeps its line ends when its text is written. `same` counts the others, and `refused` are
    the reasons why some can't be formatted.
    """

    folder: Path
    changed: Mapping[str, str]
    same: int
    refused: tuple[UnusableFile, ...] = ()

    def shown(self, path: str) -> str:
        """Return the path of an outline as people see it."""
        return shown(self.folder / path)

    def write(self, path: str) -> None:
        """Write the text of one outline; raises CoursesyncError if that fails."""
        rewrite(self.folder / path, self.changed[path])


def fmt(folder: str | os.PathLike[str] = "courses", *, check: bool = False) -> Layouts:
    """Format the outlines of a workspace, and write the key of every item into them.

    Args:
        folder: the folder of the outlines.
        check: whether to write nothing.

    Returns:
        The new texts by path, and the reasons why some outlines stay as they are.

    Raises:
        UsageError: there is no such folder.
        InvalidOutlines: with every mistake of every outline.
        CoursesyncError: there is no outline, or one can't be written.

    Example:
        >>> sorted(coursesync.fmt("courses", check=True).changed)
    """
    root = Path(folder)
    loaded = read_outlines(root, managed=lambda: managed_in(root))
    paths = sorted(outline.file for outline in loaded.outlines)
    if not paths:
        raise empty_workspace(root)
    files = Files(root)
    changed: dict[str, str] = {}
    refused: list[UnusableFile] = []
    for path in paths:
        try:
            content = files.inside(path)
            before = decode(content)
            text = laid_out(before, shown(root / path))
        except UnusableFile as unusable:
            refused.append(unusable)
            continue
        # line ends don't count: git may have made them CRLF on this machine
        if text != before or content.startswith(BOM_UTF8):
            changed[path] = text
    found = Layouts(root, changed, len(paths) - len(changed) - len(refused), tuple(refused))
    if not check:
        for path in found.changed:
            found.write(path)
    return found
