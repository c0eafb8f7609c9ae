"""The files of a workspace, read with care: inside it, each once, and not without end.

What an outline may name as contents is decided here; what they become is not.
"""

from __future__ import annotations

import os
from hashlib import sha256
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from coursesync.errors import CoursesyncError, UnusableFile
from coursesync.files import NotText, check_size, decode, read, shown
from coursesync.text import find_unseen, inert
from coursesync.version import __version__

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

MOST_BYTES = 100_000_000  # all files of a workspace
# another version may read the same bytes otherwise
_SALT = f"coursesync {__version__}\n".encode()


def digest(content: bytes) -> str:
    """Return what tells whether a file is as it was."""
    return sha256(_SALT + content).hexdigest()


class Files:
    """One pass over a workspace's files; raises UnusableFile for one that can't be used."""

    def __init__(self, folder: Path, unwritten: Mapping[str, bytes] | None = None) -> None:
        """Begin a pass.

        Args:
            folder: the workspace.
            unwritten: files that are to be read as if they stood there already, by their paths.
        """
        self._folder = folder
        self._unwritten = unwritten or {}
        self._root = os.path.realpath(folder)
        self._bytes = 0
        self._digests: dict[str, str | UnusableFile] = {}
        self._texts: dict[str, str | UnusableFile] = {}

    def read(self, path: str) -> bytes:
        """Read a file that is known to be no link.

        Raises:
            CoursesyncError: by now more has been read than a workspace may hold.
        """
        if (content := self._unwritten.get(path)) is None:
            content = read(self._folder / path)
        check_size(self._folder / path, len(content))
        self._bytes += len(content)
        if self._bytes > MOST_BYTES:
            raise CoursesyncError(
                f"the files of the workspace come to more than {MOST_BYTES // 1_000_000} MB",
                "Divide it into several workspaces, each with a state of its own.",
            )
        return content

    def inside(self, path: str) -> bytes:
        """Read a file that may be a link, to nothing but what is in the workspace."""
        real = os.path.realpath(self._folder / path)
        if os.path.commonpath([self._root, real]) != self._root:
            raise UnusableFile(
                f"{shown(self._folder / path)} is a link that leads out of the workspace",
                "Copy the file into the workspace.",
            )
        below = PurePosixPath(os.path.relpath(real, self._root))
        if any(part.startswith(".") for part in below.parts):
            raise UnusableFile(
                f"{shown(self._folder / path)} is a link to what is hidden in the workspace",
                "Copy the file to a place without a dot at its start.",
            )
        return self.read(path)

    def digest(self, path: str) -> str:
        """Return the digest of a content file; it is read once, whoever names it."""
        if path not in self._digests:
            try:
                self._digests[path] = digest(self.inside(path))
            except UnusableFile as unusable:
                self._digests[path] = unusable
        return _known(self._digests[path])

    def text(self, path: str) -> str:
        """Return the text of a content file; it is read once, whoever names it."""
        if path not in self._texts:
            try:
                self._texts[path] = self._text(path)
            except UnusableFile as unusable:
                self._texts[path] = unusable
        return _known(self._texts[path])

    def _text(self, path: str) -> str:
        content = self.inside(path)
        self._digests[path] = digest(content)
        return text_of(content, shown(self._folder / path))


def text_of(content: bytes, at: str) -> str:
    """Return the text of a content file; raises UnusableFile where it can't be one.

    Args:
        content: its bytes.
        at: its path as shown to people.
    """
    try:
        text = decode(content)
    except NotText as not_text:
        problem = f"{not_text.at(at)}: {not_text.problem}"
        raise UnusableFile(problem, not_text.remedy) from not_text
    for hidden in find_unseen(text, at):
        raise UnusableFile(f"{hidden.where}: {hidden.problem}", hidden.remedy)
    return text


def path_of(outline: str, name: str) -> str:
    """Return the path, in the workspace, of a content file as an outline names it.

    Raises:
        UnusableFile: it may not be named so.
    """
    parts = PurePosixPath(name).parts
    if name.startswith("/") or "\\" in name or ".." in parts:
        raise UnusableFile(
            f"`{inert(name, 60)}` leads out of the outline's folder",
            "Name a file beside the outline or in a folder below it, with  /  between folders.",
        )
    if any(part.startswith(".") for part in parts) or "\0" in name:
        raise UnusableFile(
            f"`{inert(name, 60)}` is a hidden file or in a hidden folder",
            "Move the contents to a file whose path has no part that starts with a dot.",
        )
    return (PurePosixPath(outline).parent / name).as_posix()


def _known(found: str | UnusableFile) -> str:
    if isinstance(found, UnusableFile):
        raise UnusableFile(found.problem, found.remedy)
    return found
