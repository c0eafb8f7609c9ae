"""The files of an imported course: its outline, new or added to, and its content files.

Writes no file that is there already, but the outline that sections are added to; and nothing at
all where the loader would not read the outline as it is meant.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from coursesync.errors import CoursesyncError, InvalidOutlines
from coursesync.files import decode, shown
from coursesync.outlines.content_files import Files, path_of
from coursesync.outlines.rewriting import mistakes_in, rewrite, with_sections
from coursesync.outlines.writer import written

if TYPE_CHECKING:
    from pathlib import Path

    from coursesync.errors import Diagnostic
    from coursesync.outlines.writer import WantedCourse, WantedSection, Written


@dataclass(frozen=True, slots=True)
class Untold:
    """A section of the site that no outline can tell, and why."""

    section: WantedSection
    problem: str


@dataclass(frozen=True, slots=True)
class Draft:
    """What is to be written: the outline's path in the workspace, its text, its new files."""

    path: str
    is_new: bool
    files: Written
    untold: tuple[Untold, ...]


def draft(folder: Path, course: WantedCourse, path: str | None) -> Draft:
    """Write a course out, on no disk yet.

    Args:
        folder: the workspace.
        course: as it is to be told.
        path: the outline that it has in the workspace, None where it has none.

    Raises:
        InvalidOutlines: the outline as a whole would not be valid.
        CoursesyncError: it can't be added to.
    """
    name = path or f"{course.key}.yaml"
    done = _written(folder, course, path)
    mistakes = _mistakes_in(done, folder, name)
    if not mistakes:
        return Draft(name, path is None, done, ())
    untold = tuple(each for section in course.sections for each in _untold(course, section))
    left = {each.section.id for each in untold}
    told = tuple(section for section in course.sections if section.id not in left)
    done = _written(folder, replace(course, sections=told), path)
    if mistakes := _mistakes_in(done, folder, name):
        raise InvalidOutlines(mistakes)
    return Draft(name, path is None, done, untold)


def _mistakes_in(done: Written, folder: Path, path: str) -> list[Diagnostic]:
    """Read a draft with the content files that are there: bounds on a course count them too."""
    files = Files(folder)
    return mistakes_in(done, shown(folder / path), lambda name: files.text(path_of(path, name)))


def _written(folder: Path, course: WantedCourse, path: str | None) -> Written:
    if path is None:
        return written(course)
    return with_sections(decode(Files(folder).inside(path)), shown(folder / path), course)


def _untold(course: WantedCourse, section: WantedSection) -> list[Untold]:
    alone = replace(course, sections=(section,))
    return [
        Untold(section, each.problem)
        for each in mistakes_in(written(alone), f"{course.key}.yaml")[:1]
    ]


def save(folder: Path, drafted: Draft) -> None:
    """Write a draft: the content files first, for an outline must find them.

    Raises:
        CoursesyncError: a file is there already, or can't be written; the message says which.
    """
    below = (folder / drafted.path).parent
    for name, text in drafted.files.files.items():
        _create(below / name, text)
    if drafted.is_new:
        _create(folder / drafted.path, drafted.files.text)
    else:
        rewrite(folder / drafted.path, drafted.files.text)


def _create(path: Path, text: str) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.parent.is_symlink():
            raise CoursesyncError(
                f"{shown(path.parent)} is a link, and could lead out of the workspace",
                "Put a folder in its place, then run this again.",
            )
        with path.open("x", encoding="utf-8", newline="\n") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
    except FileExistsError as error:
        if path.is_file() and path.read_bytes().replace(b"\r\n", b"\n") == text.encode():
            return  # an import that was cut off left it
        raise CoursesyncError(
            f"{shown(path)} is there already", "Move it away, then run this again."
        ) from error
    except OSError as error:
        raise CoursesyncError(
            f"{shown(path)} can't be written: {error.strerror}",
            "Check who may write in its folder, with  ls -ld",
        ) from error
