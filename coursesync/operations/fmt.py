"""Outlines in their one layout: what would change, and the writing of it. Needs no network."""

from __future__ import annotations

from codecs import BOM_UTF8
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from coursesync.errors import UnusableFile
from coursesync.files import decode, shown
from coursesync.operations.workspace import empty_workspace, managed_in
from coursesync.outlines.content_files import Files
from coursesync.outlines.rewriting import laid_out, rewrite
from coursesync.outlines.workspace_files import load as read_outlines

if TYPE_CHECKING:
    import os
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class Layouts:
    """The layout of a workspace's outlines.

    `changed` are the texts of those that are not laid out yet, by their path in the workspace; a
    file keeps its own line ends when its text is written. `same` counts the others, and `refused`
    says why some can't be laid out.
    """

    folder: Path
    changed: Mapping[str, str]
    same: int
    refused: tuple[UnusableFile, ...] = ()

    def shown(self, path: str) -> str:
        """Return the path of an outline as it is shown to people."""
        return shown(self.folder / path)

    def write(self, path: str) -> None:
        """Write the text of one outline; raises CoursesyncError where that can't be done."""
        rewrite(self.folder / path, self.changed[path])


def layouts(folder: Path) -> Layouts:
    """Lay the outlines of a workspace out, on no disk yet; raises as `fmt` does."""
    loaded = read_outlines(folder, managed=lambda: managed_in(folder))
    paths = sorted(outline.file for outline in loaded.outlines)
    if not paths:
        raise empty_workspace(folder)
    files = Files(folder)
    changed: dict[str, str] = {}
    refused: list[UnusableFile] = []
    for path in paths:
        try:
            content = files.inside(path)
            before = decode(content)
            text = laid_out(before, shown(folder / path))
        except UnusableFile as unusable:
            refused.append(unusable)
            continue
        # line ends are the file's own: git may have made them CRLF on this machine
        if text != before or content.startswith(BOM_UTF8):
            changed[path] = text
    return Layouts(folder, changed, len(paths) - len(changed) - len(refused), tuple(refused))


def fmt(folder: str | os.PathLike[str] = "courses", *, check: bool = False) -> Layouts:
    """Lay the outlines of a workspace out in one way, with the key of every item written in.

    Args:
        folder: the folder of the outlines.
        check: whether only to say what would change.

    Returns:
        The texts that are new, by path, and why some outlines are left as they are.

    Raises:
        UsageError: the folder is none.
        InvalidOutlines: with every mistake of every outline.
        CoursesyncError: there is no outline, or one can't be written.

    Example:
        >>> sorted(coursesync.fmt("courses", check=True).changed)
    """
    found = layouts(Path(folder))
    if not check:
        for path in found.changed:
            found.write(path)
    return found
