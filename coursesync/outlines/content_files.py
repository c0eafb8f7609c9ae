"""Reads the files of a workspace.

Owns which files an outline may name. It must never read outside the workspace, read a
file twice, or exceed the bounds.
"""

from __future__ import annotations

import os
import re
import unicodedata
from difflib import get_close_matches
from functools import partial
from hashlib import sha256
from itertools import islice
from pathlib import PurePosixPath
from posixpath import dirname, join, normpath
from typing import TYPE_CHECKING

from coursesync.errors import Code, CoursesyncError, Diagnostic, Remedy, UnusableFile
from coursesync.files import NotText, check_size, decode, read, shown, start_of
from coursesync.outlines.leftovers import in_contents, only_path, path_alone
from coursesync.text import coded, find_unseen, inert
from coursesync.version import __version__

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

    from coursesync.errors import Sentence

MOST_BYTES = 100_000_000  # all files of a workspace
_MOST_ALIKE = 3  # names of files
_CLOSE = 0.7  # lower ones are mostly other names
_FEW, _MOST_SEARCHES = 200, 100  # names in a folder, folders that are searched for them
_composed = partial(unicodedata.normalize, "NFC")
# another version may read the same bytes differently
_SALT = f"coursesync {__version__}\n".encode()


def digest(content: bytes) -> str:
    """Return the digest of a file; line ends of any kind give the same."""
    if b"\r" in content:
        content = content.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    return sha256(_SALT + content).hexdigest()


class Files:
    """One pass over a workspace's files; its methods raise UnusableFile."""

    def __init__(self, folder: Path, unwritten: Mapping[str, bytes] | None = None) -> None:
        """Begin a pass; `unwritten` files are read as if they were in the folder."""
        self._folder = folder
        self._unwritten = unwritten or {}
        self._bytes = 0
        # by the folder's path in the workspace, as all of these are
        self._listed: dict[str, frozenset[str]] = {}
        self._forms: dict[str, Mapping[str, Sequence[str]]] = {}  # names by what they share
        self._entered: set[str] = {""}
        self._digests: dict[str, str | UnusableFile] = {}
        self._texts: dict[str, str | UnusableFile] = {}
        self._items: dict[str, str | UnusableFile] = {}
        self._absent: set[str] = set()
        self._searches = 0  # for names that are nearly the same

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

    def _enters(self, path: str) -> bool:
        """Return whether there is exactly this path; raises UnusableFile for a link on it."""
        folder, _, name = path.rpartition("/")
        if folder not in self._entered:
            if not self._enters(folder):
                return False
            self._entered.add(folder)
        if name not in self._names(folder, name):
            return False
        at = self._folder / path
        if at.is_symlink():
            raise symbolic_link(shown(at))
        return True

    def _names(self, folder: str, otherwise: str) -> frozenset[str]:
        """Return the names in a folder; if it can't be read, only `otherwise`."""
        if folder not in self._listed:
            try:
                names = os.listdir(self._folder / folder)  # noqa: PTH208 - names alone
            except OSError:
                return frozenset({otherwise})  # reading the file reports why
            self._listed[folder] = frozenset(names)
        return self._listed[folder]

    def _proposed(self, path: str, outline: str) -> Sentence:
        """Propose names for a content file that is not there, as the outline would write them."""
        folder = PurePosixPath(outline).parent
        name = PurePosixPath(path).relative_to(folder)
        above = "" if folder == PurePosixPath() else folder.as_posix()
        found = [*islice(self._alike(above, name.parts), _MOST_ALIKE)]
        elsewhere = [] if found else self._elsewhere(above, name.parts)
        near = [] if found or elsewhere else self._near(above, name.parts)
        paths = (PurePosixPath(each) for each in (*found, *elsewhere, *near)[:_MOST_ALIKE])
        if not (alike := [each.relative_to(folder).as_posix() for each in paths]):
            return ""
        names = [piece for each in alike for piece in ("or", Code(shown(each)))][1:]
        more = _difference(name.as_posix(), alike[0]) if found else ""
        if elsewhere:
            more = "A name counts from the folder of the outline."
        return Remedy("Did you mean", *names, "?", more)

    def _elsewhere(self, above: str, parts: tuple[str, ...]) -> list[str]:
        """Find a path's file with fewer folders before it, or one folder further down."""
        for number in range(1, len(parts)):
            if found := [*islice(self._alike(above, parts[number:]), _MOST_ALIKE)]:
                return found
        below = (f"{above}/{name}" if above else name for name in self._few_names(above))
        return [found for each in below for found in self._alike(each, parts[-1:])]

    def _near(self, above: str, parts: tuple[str, ...]) -> list[str]:
        """Find files in the same folder whose names are nearly the same."""
        for folder in islice(self._alike(above, parts[:-1]), 1):
            names = [each for each in self._few_names(folder) if not each.startswith(".")]
            close = get_close_matches(parts[-1], names, n=_MOST_ALIKE, cutoff=_CLOSE)
            same = [
                each
                for each in close
                if PurePosixPath(each).suffix == PurePosixPath(parts[-1]).suffix
            ]
            return [f"{folder}/{each}" if folder else each for each in same]
        return []

    def _few_names(self, folder: str) -> list[str]:
        """Return the names in a folder, none if there are many or enough were searched."""
        self._searches += 1
        if self._searches > _MOST_SEARCHES:
            return []
        names = sorted(self._names(folder, ""))
        return [each for each in names if not each.startswith(".")] if len(names) <= _FEW else []

    def _alike(self, above: str, parts: tuple[str, ...]) -> Iterator[str]:
        """Find the paths below `above` that differ from `parts` in Unicode form or case only."""
        if not parts:
            yield above
            return
        for name in self._in_other_forms(above).get(_folded(parts[0]), ()):
            yield from self._alike(f"{above}/{name}" if above else name, parts[1:])

    def _in_other_forms(self, folder: str) -> Mapping[str, Sequence[str]]:
        if folder not in self._forms:
            forms: dict[str, list[str]] = {}
            for name in sorted(self._names(folder, "")):
                forms.setdefault(_folded(name), []).append(name)
            self._forms[folder] = forms
        return self._forms[folder]

    def digest(self, path: str) -> str:
        """Return the digest of a content file, which is read once."""
        return _once(self._digests, path, lambda: digest(self.inside(path)))

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
            if path in self._absent and (proposed := self._proposed(path, outline)):
                raise UnusableFile(unusable.problem, proposed) from unusable
            raise

    def _text(self, path: str, text_in: Callable[[bytes, str], str]) -> str:
        content = self.inside(path)
        self._digests[path] = digest(content)
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


def _difference(path: str, alike: str) -> Sentence:
    """Say in what a path differs from one that is there; both have the same `_folded` form."""
    one, other = _composed(path), _composed(alike)
    if one != other and one.lower() == other.lower():
        return "Capital and small letters count."
    return Remedy(
        "It looks the same, but is stored as" if one == other else "It is stored as",
        Code(ascii(alike)[1:-1]),
        "and not as",
        Code(ascii(path)[1:-1]),
        "Rename the file, or copy its name into the outline.",
    )


def _folded(name: str) -> str:
    return _composed(unicodedata.normalize("NFKC", name).casefold())


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
