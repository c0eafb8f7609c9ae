"""A workspace as its members would see it, always up to date: for the preview. Makes no request.

Owns what the preview shows of valid and of invalid outlines.
"""

from __future__ import annotations

import json
import os
from dataclasses import replace
from hashlib import sha256
from threading import Lock
from typing import TYPE_CHECKING

from coursesync.errors import CoursesyncError, Diagnostic, InvalidOutlines, Where
from coursesync.files import decode, shown
from coursesync.kinds import LISTED
from coursesync.kinds.address import address_of
from coursesync.outlines.content_files import Files
from coursesync.outlines.workspace_files import load
from coursesync.render.portal.pages import Note, Shown, View
from coursesync.render.timeline import Station, along
from coursesync.text import inert

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from coursesync.outlines.outline import Outline

_MOST_NOTES = 50
_MOST_FILES = 20_000
_LONGEST_LINE = 200  # characters of a line with a mistake


class Viewer:
    """Reads a workspace again whenever its files have changed."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._shown = Shown(name=shown(folder))
        self._reading = Lock()

    def look(self) -> Shown:
        """Return what to show now; if outlines are invalid, their last valid version."""
        with self._reading:  # pages ask at the same time: one reads for all
            version = _version(self._folder)
            if version != self._shown.version:
                self._shown = replace(self._read(), version=version)
            return self._shown

    def _read(self) -> Shown:
        try:
            outlines = load(self._folder)
        except InvalidOutlines as error:
            first, number = error.diagnostics[:_MOST_NOTES], len(error.diagnostics)
            return self._noting(replace(self._shown, has_mistakes=True), first, number)
        except CoursesyncError as error:
            problem = Diagnostic(Where(shown(self._folder)), error.problem, error.remedy)
            return replace(self._shown, notes=(Note(problem),), has_mistakes=True, more=0)
        courses = tuple(map(_view, outlines.outlines))
        valid = replace(self._shown, courses=courses, has_mistakes=False)
        advice = sorted(each.diagnostic() for each in outlines.advice[:_MOST_NOTES])
        return self._noting(valid, advice, len(outlines.advice))

    def _noting(self, page: Shown, first: Sequence[Diagnostic], number: int) -> Shown:
        """Add diagnostics, with their lines; `number` counts all, also those left out."""
        texts = _Texts(self._folder)
        notes = tuple(
            Note(each, inert(texts.line(each.where).strip(), _LONGEST_LINE)) for each in first
        )
        return replace(page, notes=notes, more=number - len(first))


class _Texts:
    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._files = Files(folder)
        self._lines: dict[str, list[str]] = {}

    def line(self, where: Where) -> str:
        """Return a line; "" if it can't be read, or its file is outside the workspace."""
        if where.path not in self._lines:
            self._lines[where.path] = self._read(os.path.relpath(where.path, self._folder))
        lines = self._lines[where.path]
        return lines[where.line - 1] if where.line <= len(lines) else ""

    def _read(self, path: str) -> list[str]:
        try:
            return decode(self._files.inside(path)).split("\n")
        except CoursesyncError:
            return []


def _view(outline: Outline) -> View:
    """Return an outline's view; it uses list positions as order numbers."""
    stations = [
        Station(
            resource.address,
            resource.kind,
            {**resource.attributes, resource.kind.order_property: index},
        )
        for index, resource in enumerate(outline.resources)
    ]
    return View(outline.key, outline.course_id, outline.title, outline.path, along(stations))


def site_of(records: Sequence[Mapping[str, object]], name: str) -> Shown:
    """Return what to show of a site, from a search for its records with the API's names."""
    courses: dict[int, list[Station]] = {}
    titles: dict[int, str] = {}
    for record in records:
        course = int(str(record[LISTED.parent_property]))
        values = {n: v for n, v in record.items() if isinstance(v, str | int | bool)}
        address = address_of(LISTED.name, str(course), str(record["Id"]))
        courses.setdefault(course, []).append(Station(address, LISTED, values))
        titles[course] = str(record.get(LISTED.parent_title_property) or f"Course {course}")
    views = tuple(
        View(str(course), course, titles[course], "on the sandbox", along(stations))
        for course, stations in sorted(courses.items())
    )
    version = sha256(json.dumps(records, sort_keys=True, default=str).encode()).hexdigest()[:16]
    return Shown(name, views, version=version)


def _version(folder: Path) -> str:
    """Return a text that changes with every file of the workspace, up to a number of files."""
    digest = sha256()
    for number, (name, changed, size) in enumerate(_files(folder)):
        if number >= _MOST_FILES:
            break
        digest.update(f"{name}\0{changed}\0{size}\n".encode(errors="surrogateescape"))
    return digest.hexdigest()[:16]


def _files(folder: Path) -> Iterator[tuple[str, int, int]]:
    for root, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            path = os.path.join(root, name)  # noqa: PTH118 - a name may be in no encoding
            try:
                facts = os.lstat(path)
            except OSError:  # it was just deleted
                continue
            yield path, facts.st_mtime_ns, facts.st_size
