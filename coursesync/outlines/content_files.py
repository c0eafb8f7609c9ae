"""The files of a workspace, read with care: inside it, each once, and not without end.

What an outline may name as contents is decided here; what they become is not.
"""

from __future__ import annotations

import os
import re
import unicodedata
from hashlib import sha256
from itertools import islice
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from coursesync.errors import Code, CoursesyncError, Remedy, UnusableFile
from coursesync.files import NotText, check_size, decode, read, shown
from coursesync.outlines.leftovers import in_contents, only_path, path_alone
from coursesync.text import coded, find_unseen, inert
from coursesync.version import __version__

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from coursesync.errors import Diagnostic, Sentence
    from coursesync.kinds.tree import Value

MOST_BYTES = 100_000_000  # all files of a workspace
_FORMS = frozenset({"html", "markdown"})
_MOST_ALIKE = 3  # names of files
# another version may read the same bytes otherwise
_SALT = f"coursesync {__version__}\n".encode()


def digest(content: bytes) -> str:
    """Return what tells whether a file is as it was: the same with line ends of any kind."""
    if b"\r" in content:
        content = content.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
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
        self._bytes = 0
        self._listed: dict[Path, frozenset[str]] = {}
        self._forms: dict[Path, Mapping[str, Sequence[str]]] = {}  # names by what they share
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
        """Read a file of the workspace: by the very name that it has, and through no link.

        A file system may read other names as that one, and another machine's does not.
        """
        folder, parts = self._folder, PurePosixPath(path).parts
        if path in self._unwritten:
            return self.read(path)
        for part in parts:
            if part not in self._names(folder, part):
                raise self._missing(path, parts)
            folder /= part
            if folder.is_symlink():
                raise symbolic_link(shown(folder))
        return self.read(path)

    def _names(self, folder: Path, otherwise: str) -> frozenset[str]:
        """Return the names in a folder; where they can't be read, the one that is looked for."""
        if folder not in self._listed:
            try:
                self._listed[folder] = frozenset(os.listdir(folder))  # noqa: PTH208 - names alone
            except OSError:
                return frozenset({otherwise})  # to read the file itself says why
        return self._listed[folder]

    def _missing(self, path: str, parts: tuple[str, ...]) -> UnusableFile:
        alike = [*islice(self._alike("", parts), _MOST_ALIKE)]
        remedy: Sentence = "Check the name and its spelling."
        if alike:
            first, *others = (Code(shown(self._folder / each)) for each in alike)
            names = Remedy(first, *(piece for each in others for piece in ("or", each)))
            why: Sentence = "Capital and small letters count."
            one, other = _composed(path), _composed(alike[0])
            if one == other or one.lower() != other.lower():
                stored, wanted = ascii(alike[0])[1:-1], ascii(path)[1:-1]
                seen = "It looks the same, but is" if one == other else "It is"
                why = Remedy(
                    f"{seen} stored as",
                    Code(stored),
                    "and not as",
                    Code(wanted),
                    "Rename the file, or copy its name into the outline.",
                )
            remedy = Remedy("Did you mean", names, why)
        return UnusableFile(
            f"{shown(self._folder / path)} can't be read: No such file or directory", remedy
        )

    def _alike(self, above: str, parts: tuple[str, ...]) -> Iterator[str]:
        """Find the paths that are the same but for Unicode form, capital and small letters.

        Args:
            above: the path of the folder to look in.
            parts: the rest of the path that is looked for; each of them may differ.
        """
        if not parts:
            yield above
            return
        for name in self._in_other_forms(self._folder / above).get(_folded(parts[0]), ()):
            yield from self._alike(f"{above}/{name}" if above else name, parts[1:])

    def _in_other_forms(self, folder: Path) -> Mapping[str, Sequence[str]]:
        if folder not in self._forms:
            forms: dict[str, list[str]] = {}
            for name in sorted(self._names(folder, "")):
                forms.setdefault(_folded(name), []).append(name)
            self._forms[folder] = forms
        return self._forms[folder]

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
        text = text_of(content, shown(self._folder / path))
        if left := self._path_alone(path, text):
            raise UnusableFile(f"{left.where}: {left.problem}", left.remedy)
        return text

    def _path_alone(self, path: str, text: str) -> Diagnostic | None:
        target = only_path(text)
        if not re.search(r"[./]", target) or target.startswith("/"):
            return None  # a word, whatever is called so
        there = self._folder / PurePosixPath(path).parent / target
        is_path = os.path.isfile(there) or os.path.islink(there)  # noqa: PTH113, PTH114 - any text
        return path_alone(shown(self._folder / path), target) if is_path else None


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
    if left := in_contents(text, at):
        raise UnusableFile(f"{left.where}: {left.problem}", left.remedy)
    if hidden := tuple(find_unseen(text, at)):
        first = hidden[0]
        raise UnusableFile(f"{first.where}: {first.problem}", first.remedy, mistakes=hidden)
    return text


def symbolic_link(path: str) -> UnusableFile:
    """Say that a file or folder is a link; its path is given as shown to people."""
    return UnusableFile(
        f"{path} is a symbolic link",
        "Put a copy of what it leads to in its place: a checkout without links holds only a path.",
    )


def _composed(name: str) -> str:
    return unicodedata.normalize("NFC", name)


def _folded(name: str) -> str:
    return _composed(unicodedata.normalize("NFKC", name).casefold())


def path_of(outline: str, name: str) -> str:
    """Return the path, in the workspace, of a content file as an outline names it.

    Raises:
        UnusableFile: it may not be named so.
    """
    parts = PurePosixPath(name).parts
    if name.startswith("/") or "\\" in name or ".." in parts:
        raise UnusableFile(
            f"`{inert(name, 60)}` leads out of the outline's folder",
            coded(
                "Name a file beside the outline or in a folder below it, with `/` between folders."
            ),
        )
    if any(part.startswith(".") for part in parts) or "\0" in name:
        raise UnusableFile(
            f"`{inert(name, 60)}` is a hidden file or in a hidden folder",
            "Move the contents to a file whose path has no part that starts with a dot.",
        )
    return (PurePosixPath(outline).parent / name).as_posix()


def names_in(value: Value) -> Iterator[str]:
    """Find the content files that an outline's value names."""
    if isinstance(value, list):
        for each in value:
            yield from names_in(each)
    elif isinstance(value, dict):
        for name, each in value.items():
            if name in _FORMS and isinstance(each, str):
                yield each
            else:
                yield from names_in(each)


def _known(found: str | UnusableFile) -> str:
    if isinstance(found, UnusableFile):
        raise UnusableFile(found.problem, found.remedy, found.mistakes)
    return found
