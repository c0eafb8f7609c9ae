"""Writes the preview of a workspace into files that a browser opens, without a server.

Owns the names of these files and the policy in each: only the page's own script runs. It must never
write more than a bounded number of bytes of pictures.
"""

from __future__ import annotations

from base64 import b64encode
from contextlib import suppress
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import TYPE_CHECKING
from urllib.parse import unquote

from coursesync.errors import CoursesyncError
from coursesync.files import read, write_whole
from coursesync.kinds.address import slug
from coursesync.operations.preview import BESIDE_PAGES, LARGEST_PICTURE, Viewer, portal_pages
from coursesync.render.portal.pages import FRAME_STYLE

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from coursesync.render.portal.pages import Portal, View
    from coursesync.render.timeline import Station

_FRONT = "index.html"
_PICTURES = "pictures/"
_MOST_PICTURES = 100_000_000  # bytes
# GitHub stores no file with one of these in its name:
# https://github.com/actions/toolkit/tree/main/packages/artifact
_UNSTORABLE = frozenset('":<>|*?\r\n\\')


@dataclass(frozen=True)
class Alone:
    """What a page needs to stand alone: see the templates in `render/portal`."""

    style: str
    script: str
    files: Mapping[str, str]
    written: Callable[..., str]
    front: str = _FRONT

    @property
    def policy(self) -> str:
        """The page's Content-Security-Policy, which its frames inherit.

        Styles are free, because authors write some; all of the page's own text is escaped.
        """
        digest = b64encode(sha256(self.script.encode()).digest()).decode()
        return (
            f"default-src 'none'; script-src 'sha256-{digest}'; style-src 'unsafe-inline'; "
            "img-src 'self' file: https: data:; media-src https:; base-uri 'none'; "
            "form-action 'none'"
        )

    def file_of(self, view: View) -> str:
        """Return the name of the file of a course."""
        return self.files[view.key]

    def document(self, station: Station) -> str:
        """Return the document of a record's contents, for its frame."""
        return self.written("contents.html", station=station, style=FRAME_STYLE)


def write_preview(folder: Path, into: Path, courses: tuple[str, ...] = ()) -> None:
    """Write a page for each course of a workspace, and one that lists them.

    Args:
        folder: the workspace.
        into: a folder that is empty, or does not exist yet.
        courses: the courses, as in `load`; none for all.

    Raises:
        CoursesyncError: the folder holds something, or the files can't be written.
    """
    shown = replace(Viewer(folder, courses, pictures=_PICTURES).look(), version="")
    style, script = (BESIDE_PAGES.joinpath(f"portal.{e}").read_text("utf-8") for e in ("css", "js"))
    written = portal_pages()
    alone = Alone(style, script, _names(shown.courses), written)
    pages = {_FRONT: written("front.html", shown=shown, title=shown.name, alone=alone)}
    for view in shown.courses:
        title = view.title or view.key
        text = written("course.html", shown=shown, title=title, view=view, alone=alone)
        pages[alone.file_of(view)] = text
    try:
        into.mkdir(parents=True, exist_ok=True)
        if any(into.iterdir()):
            raise CoursesyncError(
                f"{into} holds files already, and the preview is written into a folder of its own",
                "Name a new folder, or an empty one.",
            )
        for name, text in pages.items():
            write_whole(into / name, text.encode(errors="replace"))
        _write_pictures(shown, into)
    except OSError as error:
        raise CoursesyncError(
            f"the preview can't be written to {into}: {error.strerror}",
            "Name a folder on a disk that has room; for `ci plan`, as COURSESYNC_ARTIFACTS.",
        ) from error


def _names(courses: Sequence[View]) -> dict[str, str]:
    return {view.key: f"{i}-{slug(view.key)}.html" for i, view in enumerate(courses, start=1)}


def _write_pictures(shown: Portal, into: Path) -> None:
    left = _MOST_PICTURES
    for address, path in shown.pictures.items():
        name = unquote(address)
        if _UNSTORABLE & {*name}:
            continue
        with suppress(CoursesyncError):  # the page shows a gap
            content = read(path, min(left, LARGEST_PICTURE))
            left -= len(content)
            (into / name).parent.mkdir(parents=True, exist_ok=True)
            write_whole(into / name, content)
