"""Reads the files of a workspace.

Owns which files an outline may name. It must never read outside the workspace, read a
file twice, or exceed the bounds.
"""

from __future__ import annotations

import os
import re
from hashlib import sha256
from pathlib import PurePosixPath
from posixpath import dirname, join, normpath
from typing import TYPE_CHECKING

from coursesync.errors import Code, CoursesyncError, Diagnostic, Remedy, UnusableFile
from coursesync.files import NotText, check_size, decode, read, shown, start_of
from coursesync.outlines.file_names import Names
from coursesync.outlines.leftovers import in_contents, only_path, path_alone
from coursesync.text import coded, find_unseen, inert
from coursesync.version import __version__

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path


MOST_BYTES = 100_000_000  # all files of a workspace
# another version may read the same bytes differently
_SALT = f"coursesync {__version__}\n".encode()


def digest(content: bytes, salt: str = "") -> str:
    """Return the digest of a file; line ends of any kind give the same.

    `salt` is what else decides how the file is read.
    """
    if b"\r" in content:
        content = content.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    return sha256(_SALT + salt.encode() + content).hexdigest()


class Files:
    """One pass over a workspace's files; its methods raise UnusableFile."""

    def __init__(
        self, folder: Path, unwritten: Mapping[str, bytes] | None = None, assets_url: str = ""
    ) -> None:
        """Begin a pass; `unwritten` files are read as if they were in the folder.

        `assets_url` is where the files are on the web. Addresses in HTML are made of it, so that
        digests depend on it.
        """
        self._folder = folder
        self.assets_url = assets_url
        self._unwritten = unwritten or {}
        self._bytes = 0
        self._names = Names(folder)
        # by the path in the workspace, as all of these are
        self._entered: set[str] = {""}
        self._digests: dict[str, str | UnusableFile] = {}
        self._texts: dict[str, str | UnusableFile] = {}
        self._items: dict[str, str | UnusableFile] = {}
        self._absent: set[str] = set()

    def read(self, path: str) -> bytes:
        """Read a file that is no link; raises CoursesyncError beyond `MOST_BYTES` in all."""
        at = self._folder / path
        if (content := self._unwritten.get(path)) is None:
            content = read(at)
        check_size(at, len(content))
        self._bytes += len(content)
        if self._bytes > MOST_BYTES:
            raise CoursesyncError(
                f"the files of the workspace have more than {MOST_BYTES // 1_000_000} MB",
                "Divide it into several workspaces, each with a state of its own.",
            )
        return content

    def start_of(self, path: str, size: int) -> str:
        """Return the characters at the start of a file, "" if it can't be read or is no text."""
        try:
            content = self._unwritten.get(path) or start_of(self._folder / path, size)
        except UnusableFile:
            return ""
        text = content[:size].decode("utf-8-sig", errors="replace")
        return text.replace("\r\n", "\n").replace("\r", "\n")

    def inside(self, path: str) -> bytes:
        """Read a file by its exact name, through no link.

        Some file systems accept other names for it, and other machines would not find it.
        """
        if path not in self._unwritten and not self._enters(path):
            self._absent.add(path)
            raise UnusableFile(
                f"there is no file {shown(self._folder / path)}",
                "Check the name and its spelling.",
            )
        return self.read(path)

    def check_picture(self, path: str, file: str) -> None:
        """Raise UnusableFile unless there is a file of exactly this path; `file` names it."""
        at = self._folder / path
        if not self._enters(path):
            above = dirname(file)
            is_below = not above or path.startswith(f"{above}/")
            remedy = self._names.proposed(path, file) if is_below else ""
            problem = f"there is no picture {shown(at)}"
            raise UnusableFile(problem, remedy or "Check the name and its spelling.")
        if not at.is_file():
            raise UnusableFile(f"{shown(at)} is not a file", "Name the picture itself.")

    def has_picture(self, path: str) -> bool:
        """Return whether there is a file of exactly this path, through no link."""
        try:
            self.check_picture(path, path)
        except UnusableFile:
            return False
        return True

    def digest_of(self, content: bytes) -> str:
        """Return the digest of a file's bytes."""
        return digest(content, self.assets_url)

    def _enters(self, path: str) -> bool:
        """Return whether there is exactly this path; raises UnusableFile for a link on it."""
        folder, _, name = path.rpartition("/")
        if folder not in self._entered:
            if not self._enters(folder):
                return False
            self._entered.add(folder)
        if name not in self._names.of(folder, name):
            return False
        at = self._folder / path
        if at.is_symlink():
            raise symbolic_link(shown(at))
        return True

    def digest(self, path: str) -> str:
        """Return the digest of a content file, which is read once."""
        return _once(self._digests, path, lambda: self.digest_of(self.inside(path)))

    def text(self, path: str, outline: str) -> str:
        """Return the text of a content file, which is read once; `outline` names it."""
        return self._read(self._texts, path, outline, text_of)

    def item(self, path: str, outline: str) -> str:
        """Return the characters of a file that is an item, which is read once."""
        return self._read(self._items, path, outline, _decoded_item)

    def _read(
        self,
        known: dict[str, str | UnusableFile],
        path: str,
        outline: str,
        text_in: Callable[[bytes, str], str],
    ) -> str:
        try:
            return _once(known, path, lambda: self._text(path, text_in))
        except UnusableFile as unusable:
            if path in self._absent and (proposed := self._names.proposed(path, outline)):
                raise UnusableFile(unusable.problem, proposed) from unusable
            raise

    def _text(self, path: str, text_in: Callable[[bytes, str], str]) -> str:
        content = self.inside(path)
        self._digests[path] = self.digest_of(content)
        at = shown(self._folder / path)
        text = text_in(content, at)
        target = only_path(text)
        if re.search(r"[./]", target) and not target.startswith("/"):  # more than a word
            there = self._folder / PurePosixPath(path).parent / target
            if os.path.isfile(there) or os.path.islink(there):  # noqa: PTH113, PTH114 - any text
                left = path_alone(at, target)
                raise UnusableFile(f"{left.where}: {left.problem}", left.remedy)
        return text


def text_of(content: bytes, at: str) -> str:
    """Return the text of a content file's bytes; `at` is its path as shown to people.

    Raises:
        UnusableFile: it can't be contents.
    """
    text = decoded(content, at)
    if left := in_contents(text, at):
        raise UnusableFile(f"{left.where}: {left.problem}", left.remedy)
    if hidden := tuple(find_unseen(text, at)):
        first = hidden[0]
        raise UnusableFile(f"{first.where}: {first.problem}", first.remedy, mistakes=hidden)
    return text


def decoded(content: bytes, at: str) -> str:
    """Return the characters of a file; `at` is its path as shown to people.

    Raises:
        UnusableFile: it is not UTF-8.
    """
    try:
        return decode(content)
    except NotText as not_text:
        problem = f"{not_text.at(at)}: {not_text.problem}"
        raise UnusableFile(problem, not_text.remedy) from not_text


def _decoded_item(content: bytes, at: str) -> str:
    try:
        return decode(content)
    except NotText as not_text:
        mistake = Diagnostic(not_text.at(at), not_text.problem, not_text.remedy)
        raise UnusableFile(not_text.problem, not_text.remedy, (mistake,)) from not_text


def symbolic_link(path: str) -> UnusableFile:
    """Return the error for a file or folder that is a link; `path` is as shown to people."""
    return UnusableFile(
        f"{path} is a symbolic link",
        "Replace it with a copy of its target: a checkout without links would hold only a path.",
    )


def path_of(outline: str, name: str) -> str:
    """Return the path in the workspace of a content file that an outline names.

    Raises:
        UnusableFile: the name is not allowed.
    """
    slashes = name.replace("\\", "/")
    parts = slashes.split("/")
    if slashes.startswith("/") or ".." in parts or re.match(r"[A-Za-z]:\\", name):
        raise UnusableFile(
            f"`{inert(name, 60)}` leads out of the outline's folder",
            coded(
                "Name a file beside the outline or in a folder below it, with `/` between folders."
            ),
        )
    if "\\" in name:
        raise UnusableFile(
            f"`{inert(name, 60)}` has a backslash; between folders, write /",
            Remedy("Write", Code(inert(slashes, 60))),
        )
    if any(part.startswith(".") and part != "." for part in parts) or "\0" in name:
        raise UnusableFile(
            f"`{inert(name, 60)}` is a hidden file or in a hidden folder",
            "Move it to a path in which no name starts with a dot.",
        )
    return normpath(join(dirname(outline), name))


def _once(known: dict[str, str | UnusableFile], path: str, read: Callable[[], str]) -> str:
    """Return the known result for a path, or raise its known error; read it if it is new."""
    if path not in known:
        try:
            known[path] = read()
        except UnusableFile as unusable:
            known[path] = unusable
    if isinstance(found := known[path], UnusableFile):
        raise UnusableFile(found.problem, found.remedy, found.mistakes)
    return found
