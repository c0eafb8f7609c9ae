"""The portal as members would see it, as a web site on this machine, for the preview.

Owns what it shows of valid and of invalid outlines, and which requests are answered: only those to
this machine under its own name, because another page's host name could lead here:
https://en.wikipedia.org/wiki/DNS_rebinding. It must never serve anything but the portal, each page
with a content security policy, nor make a request.
"""

from __future__ import annotations

import json
import os
import re
from contextlib import suppress
from dataclasses import replace
from functools import cache
from hashlib import sha256
from importlib.resources import files
from itertools import islice
from pathlib import Path, PurePosixPath
from threading import Lock
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote

from coursesync.errors import CoursesyncError, Diagnostic, InvalidOutlines, Where
from coursesync.files import decode, read, shown
from coursesync.kinds import ITEMS
from coursesync.kinds.address import address_of
from coursesync.kinds.contents import pictures_replaced
from coursesync.kinds.field import Role
from coursesync.operations.config import config_of
from coursesync.outlines.content_files import Files
from coursesync.outlines.pictures import path_in_address
from coursesync.outlines.workspace_files import load
from coursesync.render.portal.pages import FRAME_POLICY, FRAME_STYLE, POLICY, Note, Portal, View
from coursesync.render.templates import pages
from coursesync.render.timeline import Station, along
from coursesync.text import inert

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

    from coursesync.kinds.field import Attributes, FieldValue
    from coursesync.kinds.kind import Kind
    from coursesync.outlines.outline import Outline

_MOST_NOTES = 50
_MOST_FILES = 20_000
_LONGEST_LINE = 200  # characters of a line with a mistake
_NUMBER = re.compile("[0-9]{1,6}")  # of an item in its course
_HTML, _PLAIN = "text/html; charset=utf-8", "text/plain; charset=utf-8"
_BESIDE = {"portal.css": "text/css; charset=utf-8", "portal.js": "text/javascript; charset=utf-8"}
_PICTURES = {".gif": "image/gif", ".png": "image/png"}
_PICTURES |= dict.fromkeys((".jpeg", ".jpg"), "image/jpeg")
LARGEST_PICTURE = 10_485_760  # bytes, as Nexudus takes
_TEMPLATES = ("page.html", "front.html", "course.html", "missing.html", "contents.html")
BESIDE_PAGES = files("coursesync.render.portal")


class Viewer:
    """Reads a workspace again whenever its files have changed."""

    def __init__(
        self, folder: Path, courses: Sequence[str] = (), pictures: str = "/pictures/"
    ) -> None:
        """Begin with a workspace, or some courses of it; `pictures` begins their addresses."""
        self._folder = folder
        self._pictures = pictures
        self._courses = courses
        self._shown = Portal(name=shown(folder))
        self._reading = Lock()

    def look(self) -> Portal:
        """Return what to show now; if outlines are invalid, their last valid version."""
        with self._reading:  # pages ask at the same time: one reads for all
            version = _version(self._folder)
            if version != self._shown.version:
                self._shown = replace(self._read(), version=version)
            return self._shown

    def _read(self) -> Portal:
        try:
            settings = config_of(self._folder).outlines
            outlines = load(self._folder, courses=self._courses, settings=settings)
        except InvalidOutlines as error:
            first, number = error.diagnostics[:_MOST_NOTES], len(error.diagnostics)
            return self._noting(replace(self._shown, has_mistakes=True), first, number)
        except CoursesyncError as error:
            problem = Diagnostic(Where(shown(self._folder)), error.problem, error.remedy)
            return replace(self._shown, notes=(Note(problem),), has_mistakes=True, more=0)
        pictures = _Pictures(self._folder, settings.assets_url, self._pictures)
        courses = tuple(_view_of(each, pictures) for each in outlines.outlines)
        valid = replace(
            self._shown, courses=courses, has_mistakes=False, pictures=pictures.by_address
        )
        advice = sorted(each.diagnostic() for each in outlines.advice[:_MOST_NOTES])
        return self._noting(valid, advice, len(outlines.advice))

    def _noting(self, page: Portal, first: Sequence[Diagnostic], number: int) -> Portal:
        """Add diagnostics, with their lines; `number` counts all, also those left out."""
        line = _line_in(self._folder)
        notes = tuple(Note(each, inert(line(each.where).strip(), _LONGEST_LINE)) for each in first)
        return replace(page, notes=notes, more=number - len(first))


def _line_in(folder: Path) -> Callable[[Where], str]:
    """Return a function that gives a line, or "" if it can't be read or is not in the workspace."""
    inside = Files(folder).inside

    @cache
    def lines(path: str) -> list[str]:
        try:
            return decode(inside(os.path.relpath(path, folder))).split("\n")
        except CoursesyncError:
            return []

    return lambda where: "".join(lines(where.path)[where.line - 1 : where.line])


class _Pictures:
    """The pictures of the workspace that its outlines name, shown from there: `by_address`."""

    def __init__(self, folder: Path, assets_url: str, above: str) -> None:
        self._above = above
        self._folder = Path(os.path.realpath(folder))
        self._files = Files(folder, assets_url=assets_url)
        self.by_address: dict[str, Path] = {}

    def shown(self, address: str) -> str:
        """Return the address in the portal of a picture, or its own if it is not of these."""
        path, _ = path_in_address(self._files.assets_url, address)
        if PurePosixPath(path).suffix.lower() not in _PICTURES or not self._files.has_picture(path):
            return address
        local = f"{self._above}{quote(path)}"
        self.by_address[local] = self._folder / path
        return local

    def in_record(self, kind: Kind, attributes: Attributes) -> Attributes:
        """Return a record that shows these pictures."""
        contents, picture = kind.contents_property, kind.property_of(Role.PICTURE)
        new: dict[str, FieldValue] = {}
        if contents and self._files.assets_url:
            new[contents] = pictures_replaced(str(attributes.get(contents, "")), self.shown)
        if address := attributes.get(picture):
            new[picture] = self.shown(str(address))
        return {**attributes, **new}


def _view_of(outline: Outline, pictures: _Pictures) -> View:
    """Return an outline's view; it uses list positions as order numbers."""
    stations = [
        Station(
            each.address,
            each.kind,
            {**pictures.in_record(each.kind, each.attributes), each.kind.order_property: index},
        )
        for index, each in enumerate(outline.resources)
    ]
    return View(outline.key, outline.course_id, outline.title, outline.path, along(stations))


def site_of(name: str, records: Callable[[str], Sequence[Mapping[str, object]]]) -> Portal:
    """Return what to show of a site.

    Args:
        name: the site's name, for people.
        records: gives all records at an endpoint, with the API's names.
    """
    courses: dict[int, list[Station]] = {}
    titles: dict[int, str] = {}
    every = {kind: records(kind.endpoint) for kind in ITEMS.values()}
    for kind, found in every.items():
        for record in found:
            course = int(str(record[kind.course_property]))
            values = {n: v for n, v in record.items() if isinstance(v, str | int | bool)}
            keys = (course, record.get(kind.parent_property), record["Id"])
            address = address_of(kind.name, *(str(key) for key in keys if key is not None))
            courses.setdefault(course, []).append(Station(address, kind, values))
            title = record.get(kind.course_title_property)
            titles.setdefault(course, str(title or f"Course {course}"))
    views = tuple(
        View(str(course), course, titles[course], "on the sandbox", along(stations))
        for course, stations in sorted(courses.items())
    )
    version = sha256(
        json.dumps([*every.values()], sort_keys=True, default=str).encode()
    ).hexdigest()[:16]
    return Portal(name, views, version=version)


def _version(folder: Path) -> str:
    """Return a text that changes with every file of the workspace, up to a number of files."""
    digest = sha256()
    for name, changed, size in islice(_files(folder), _MOST_FILES):
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


def portal_pages() -> Callable[..., str]:
    """Read the templates of the portal's pages; see `templates.pages`."""
    return pages({name: BESIDE_PAGES.joinpath(name).read_text("utf-8") for name in _TEMPLATES})


class Site:
    """A WSGI application that shows what `look` returns.

    Requests whose path starts with one of `elsewhere` go to `beyond`.
    """

    def __init__(
        self,
        look: Callable[[], Portal],
        beyond: WSGIApplication | None = None,
        elsewhere: tuple[str, ...] = (),
    ) -> None:
        self._look = look
        self._beyond = beyond
        self._elsewhere = elsewhere
        self._written = portal_pages()

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request."""
        if self._beyond is not None and environ.get("PATH_INFO", "").startswith(self._elsewhere):
            return self._beyond(environ, start_response)
        status, kind, content, policy = self._answer(environ)
        headers = [
            ("Content-Type", kind),
            ("Content-Security-Policy", policy),
            ("Cache-Control", "no-store"),
            ("Referrer-Policy", "no-referrer"),
            ("X-Content-Type-Options", "nosniff"),
        ]
        start_response(status, headers)
        if isinstance(content, str):
            content = content.encode(errors="replace")
        return [] if environ["REQUEST_METHOD"] == "HEAD" else [content]

    def _answer(self, environ: WSGIEnvironment) -> tuple[str, str, str | bytes, str]:
        if environ.get("HTTP_HOST", "").partition(":")[0] not in {"127.0.0.1", "localhost"}:
            return "403 Forbidden", _PLAIN, "Ask for 127.0.0.1.\n", POLICY
        if environ["REQUEST_METHOD"] not in {"GET", "HEAD"}:
            return "405 Method Not Allowed", _PLAIN, "This site can only be read.\n", POLICY
        path = environ.get("PATH_INFO", "").encode("latin-1").decode(errors="replace")
        if (name := path.removeprefix("/")) in _BESIDE:
            text = BESIDE_PAGES.joinpath(name).read_text("utf-8")
            return "200 OK", _BESIDE[name], text, POLICY
        portal = self._look()
        picture = portal.pictures.get(quote(path))
        # a link that took its place in the meantime may lead anywhere
        if picture is not None and os.path.realpath(picture) == str(picture):
            with suppress(CoursesyncError):
                content = read(picture, LARGEST_PICTURE)
                return "200 OK", _PICTURES[picture.suffix.lower()], content, POLICY
        return self._page(path, portal)

    def _page(self, path: str, shown: Portal) -> tuple[str, str, str, str]:
        match path.strip("/").split("/"):
            case [""]:
                text = self._written("front.html", shown=shown, title=shown.name)
                return "200 OK", _HTML, text, POLICY
            case ["version"]:
                return "200 OK", _PLAIN, shown.version, POLICY
            case ["courses", key] if (view := _view(shown, key)) is not None:
                title = view.title or view.key
                text = self._written("course.html", shown=shown, title=title, view=view)
                return "200 OK", _HTML, text, POLICY
            case ["courses", key, number] if (view := _view(shown, key)) is not None:
                if _NUMBER.fullmatch(number) and (index := int(number)) < len(view.stations):
                    # the contents are not escaped: `FRAME_POLICY` lets nothing in them run
                    station = view.stations[index]
                    text = self._written("contents.html", station=station, style=FRAME_STYLE)
                    return "200 OK", _HTML, text, FRAME_POLICY
        text = self._written("missing.html", shown=shown, title="No such course")
        return "404 Not Found", _HTML, text, POLICY


def _view(shown: Portal, key: str) -> View | None:
    wanted = unquote(key)
    return next((view for view in shown.courses if view.key == wanted), None)
