"""The workspace's files: finds the outlines, reads them and the contents that they name.

Reads only regular files inside the workspace, of bounded size, in UTF-8; never writes. An
outline whose bytes, and whose content files' bytes, are those that were last applied is not
parsed again: it is `settled`.
"""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass, field
from functools import partial
from hashlib import sha256
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from coursesync import __version__
from coursesync.errors import (
    CoursesyncError,
    Diagnostic,
    InvalidOutlines,
    UnusableFile,
    UsageError,
    Where,
)
from coursesync.state import CourseRecord

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from coursesync.outline import Outline

MAX_BYTES = 1_048_576
_ENDINGS = (".yaml", ".yml")
# another version may read the same bytes otherwise
_SALT = f"coursesync {__version__}\n".encode()


@dataclass(frozen=True, slots=True)
class Workspace:
    """What a workspace holds.

    `outlines` are those that were parsed, by key; `settled` the keys of the courses that stand
    as they were last applied; `records` what the state is to remember of each parsed outline
    once all of it is applied.
    """

    outlines: tuple[Outline, ...]
    settled: frozenset[str]
    records: Mapping[str, CourseRecord]


def load(folder: Path, applied: Mapping[str, CourseRecord] | None = None) -> Workspace:
    """Read a workspace.

    Args:
        folder: the workspace's folder.
        applied: what the state remembers of each course that is applied as a whole, by key.

    Returns:
        The workspace.

    Raises:
        UsageError: `folder` is no folder.
        InvalidOutlines: with every mistake of every outline.
    """
    check_folder(folder)
    reading = _Reading(folder, {record.path: key for key, record in (applied or {}).items()})
    for path, is_link in _outline_paths(folder, ""):
        reading.outline(path, applied or {}, is_link=is_link)
    if reading.clashes_with_settled(applied or {}):
        return load(folder)  # only a parsed outline can say where it clashes
    if reading.outlines:
        from coursesync.outline import clashes  # noqa: PLC0415 - nothing parsed, nothing clashes

        reading.diagnostics += clashes(reading.outlines)
    if reading.diagnostics:
        raise InvalidOutlines(reading.diagnostics)
    outlines = tuple(sorted(reading.outlines, key=lambda outline: outline.key))
    return Workspace(outlines, frozenset(reading.settled), reading.records)


def check_folder(folder: Path) -> None:
    """Raise UsageError where a workspace is no folder."""
    if not folder.is_dir():
        what = "is a file, not a folder" if folder.exists() else "does not exist"
        raise UsageError(
            f"the workspace {_shown(folder)} {what}",
            "Name the folder that holds your outlines, as in  coursesync plan courses",
        )


def _shown(path: Path | str) -> str:
    """Return a path as people see it, whatever bytes it is made of."""
    written = PurePosixPath(path).as_posix()
    return "".join(c if c.isprintable() else ascii(c)[1:-1] for c in written)


def _outline_paths(folder: Path, prefix: str) -> Iterator[tuple[str, bool]]:
    try:
        with os.scandir(folder / prefix) as scan:
            entries = sorted(scan, key=lambda entry: entry.name)
    except OSError as error:
        raise CoursesyncError(
            f"the folder {_shown(folder / prefix)} can't be read: {error.strerror}",
            "Check who may read it, with  ls -ld",
        ) from error
    for entry in entries:
        if entry.name.startswith("."):
            continue
        if entry.name.lower().endswith(_ENDINGS):
            yield prefix + entry.name, entry.is_symlink()
        elif entry.is_dir(follow_symlinks=False):
            yield from _outline_paths(folder, f"{prefix}{entry.name}/")


@dataclass(slots=True)
class _Reading:
    """One pass over a workspace's files, gathering outlines and diagnostics."""

    folder: Path
    keys: Mapping[str, str]
    outlines: list[Outline] = field(default_factory=list)
    settled: set[str] = field(default_factory=set)
    records: dict[str, CourseRecord] = field(default_factory=dict)
    diagnostics: list[Diagnostic] = field(default_factory=list)

    def outline(self, path: str, applied: Mapping[str, CourseRecord], *, is_link: bool) -> None:
        shown = _shown(self.folder / path)
        try:
            _check_name(path)
            content = self._inside(path) if is_link else _read(self.folder / path)
            key = self.keys.get(path)
            if key is not None and self._unchanged(applied[key], path, content):
                self.settled.add(key)
                return
            text = _decode(content)
        except _NotText as not_text:
            self._note(not_text.at(shown), not_text)
            return
        except UnusableFile as unusable:
            self._note(Where(shown), unusable)
            return
        self._parse(path, shown, text, digest=_digest(content))

    def _parse(self, path: str, shown: str, text: str, *, digest: str) -> None:
        from coursesync.adapters.yaml_tree import parse  # noqa: PLC0415 - only where one changed
        from coursesync.outline import build  # noqa: PLC0415 - the same

        sources = {path: digest}
        tree, diagnostics = parse(text, shown)
        if tree is not None:
            outline, more = build(tree, partial(self._contents, path, sources))
            diagnostics += _elsewhere(more, diagnostics)
            if outline is not None and not diagnostics:
                self.outlines.append(outline)
                self.records[outline.key] = CourseRecord(
                    id=outline.course_id,
                    path=path,
                    sources=dict(sorted(sources.items())),
                    title=outline.title,
                )
        self.diagnostics += diagnostics

    def _note(self, where: Where, unusable: UnusableFile) -> None:
        self.diagnostics.append(Diagnostic(where, unusable.problem, unusable.remedy))

    def _unchanged(self, record: CourseRecord, path: str, content: bytes) -> bool:
        try:
            return all(
                _digest(content if name == path else self._inside(name)) == digest
                for name, digest in record.sources.items()
            )
        except UnusableFile:
            return False

    def _contents(self, outline: str, sources: dict[str, str], name: str) -> str:
        parts = PurePosixPath(name).parts
        if name.startswith("/") or "\\" in name or ".." in parts:
            raise UnusableFile(
                f"`{name[:60]}` leads out of the outline's folder",
                "Name a file beside the outline or in a folder below it, with  /  between folders.",
            )
        if any(part.startswith(".") for part in parts) or "\0" in name:
            raise UnusableFile(
                f"`{name[:60]}` is a hidden file or in a hidden folder",
                "Move the contents to a file whose path has no part that starts with a dot.",
            )
        path = (PurePosixPath(outline).parent / name).as_posix()
        content = self._inside(path)
        sources[path] = _digest(content)
        try:
            return _decode(content)
        except _NotText as not_text:
            at = not_text.at(_shown(self.folder / path))
            raise UnusableFile(f"{at}: {not_text.problem}", not_text.remedy) from not_text

    def _inside(self, path: str) -> bytes:
        root = os.path.realpath(self.folder)
        real = os.path.realpath(self.folder / path)
        if os.path.commonpath([root, real]) != root:
            raise UnusableFile(
                f"{_shown(self.folder / path)} is a link that leads out of the workspace",
                "Copy the file into the workspace.",
            )
        return _read(self.folder / path)

    def clashes_with_settled(self, applied: Mapping[str, CourseRecord]) -> bool:
        """Say whether a parsed outline claims the key or the Id of one that was not parsed."""
        ids = {applied[key].id for key in self.settled}
        return any(o.key in self.settled or o.course_id in ids for o in self.outlines)


def _elsewhere(more: list[Diagnostic], already: list[Diagnostic]) -> list[Diagnostic]:
    """Leave out what only follows from a mistake that is told already at the same place."""
    told = {diagnostic.where for diagnostic in already}
    return [diagnostic for diagnostic in more if diagnostic.where not in told]


def _check_name(path: str) -> None:
    if any("\ud800" <= character <= "\udfff" for character in path):
        raise UnusableFile(
            "the file's name, or that of its folder, is not in UTF-8",
            "Rename it; letters, digits and hyphens are safe everywhere.",
        )


def _digest(content: bytes) -> str:
    return sha256(_SALT + content).hexdigest()


def _read(path: Path) -> bytes:
    try:
        # a FIFO would block an open that waits for a writer
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
    except OSError as error:
        raise UnusableFile(
            f"{_shown(path)} can't be read: {error.strerror}",
            "Check the name and its spelling."
            if isinstance(error, FileNotFoundError)
            else "Check who may read it, with  ls -l",
        ) from error
    facts = os.fstat(descriptor)
    if not stat.S_ISREG(facts.st_mode):
        os.close(descriptor)  # `fdopen` refuses a folder
        raise UnusableFile(
            f"{_shown(path)} is no file",
            "A name that ends in .yaml, .yml, .html or .md must be that of a file.",
        )
    with os.fdopen(descriptor, "rb") as file:
        # one more than it should hold, for it may grow while it is read
        content = file.read(min(facts.st_size, MAX_BYTES) + 1)
    if len(content) > MAX_BYTES:
        raise UnusableFile(
            f"{_shown(path)} is larger than 1 MB ({facts.st_size / 1e6:.1f} MB)",
            "An outline or a content file is text; put pictures and films on the web, or split it.",
        )
    return content


class _NotText(UnusableFile):
    """A file that is not in UTF-8; knows which byte is to blame."""

    def __init__(self, problem: str, before: bytes) -> None:
        super().__init__(
            problem, "Save it as UTF-8: in most editors, under  Save as…  or  Encoding."
        )
        self._before = before

    def at(self, shown: str) -> Where:
        line = self._before.rpartition(b"\n")[2].decode(errors="replace")
        return Where(shown, self._before.count(b"\n") + 1, len(line) + 1)


def _decode(content: bytes) -> str:
    if content[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        raise _NotText("the file is in UTF-16, not in UTF-8", b"")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise _NotText(
            f"the file is not in UTF-8 (byte 0x{content[error.start]:02X} is no character there)",
            content[: error.start].removeprefix(b"\xef\xbb\xbf"),
        ) from error
