"""The portal as a web site on this machine, each page with a content security policy.

Owns which requests are answered: only those to this machine under its own name, because another
page's host name could lead here: https://en.wikipedia.org/wiki/DNS_rebinding. It must never serve
anything but the portal.
"""

from __future__ import annotations

import re
from importlib.resources import files
from typing import TYPE_CHECKING
from urllib.parse import unquote

from coursesync.render.portal.pages import FRAME_POLICY, FRAME_STYLE, POLICY
from coursesync.render.templates import pages

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

    from coursesync.render.portal.pages import Shown, View

_NAMES = ("127.0.0.1", "localhost")
_NUMBER = re.compile("[0-9]{1,6}")  # of an item in its course
_HTML, _PLAIN = "text/html; charset=utf-8", "text/plain; charset=utf-8"
_BESIDE = {
    "/portal.css": ("portal.css", "text/css; charset=utf-8"),
    "/portal.js": ("portal.js", "text/javascript; charset=utf-8"),
}


_TEMPLATES = ("page.html", "front.html", "course.html", "missing.html", "contents.html")
_BESIDE_PAGES = files("coursesync.render.portal")


def portal() -> Callable[..., str]:
    """Read the templates of the portal's pages; see `templates.pages`."""
    return pages({name: _BESIDE_PAGES.joinpath(name).read_text("utf-8") for name in _TEMPLATES})


class Site:
    """A WSGI application that shows what `look` returns.

    Requests whose path starts with one of `elsewhere` go to `beyond`.
    """

    def __init__(
        self,
        look: Callable[[], Shown],
        beyond: WSGIApplication | None = None,
        elsewhere: tuple[str, ...] = (),
    ) -> None:
        self._look = look
        self._beyond = beyond
        self._elsewhere = elsewhere
        self._written = portal()

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request."""
        if self._beyond is not None and environ.get("PATH_INFO", "").startswith(self._elsewhere):
            return self._beyond(environ, start_response)
        status, kind, text, policy = self._answer(environ)
        headers = [
            ("Content-Type", kind),
            ("Content-Security-Policy", policy),
            ("Cache-Control", "no-store"),
            ("Referrer-Policy", "no-referrer"),
            ("X-Content-Type-Options", "nosniff"),
        ]
        start_response(status, headers)
        return [] if environ["REQUEST_METHOD"] == "HEAD" else [text.encode(errors="replace")]

    def _answer(self, environ: WSGIEnvironment) -> tuple[str, str, str, str]:
        if environ.get("HTTP_HOST", "").partition(":")[0] not in _NAMES:
            return "403 Forbidden", _PLAIN, "Ask for 127.0.0.1.\n", POLICY
        if environ["REQUEST_METHOD"] not in {"GET", "HEAD"}:
            return "405 Method Not Allowed", _PLAIN, "This site can only be read.\n", POLICY
        path = environ.get("PATH_INFO", "").encode("latin-1").decode(errors="replace")
        if path in _BESIDE:
            name, kind = _BESIDE[path]
            text = _BESIDE_PAGES.joinpath(name).read_text("utf-8")
            return "200 OK", kind, text, POLICY
        return self._page(path, self._look())

    def _page(self, path: str, shown: Shown) -> tuple[str, str, str, str]:
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
                    # the contents stand there unchanged: `FRAME_POLICY` lets nothing in them run
                    station = view.stations[index]
                    text = self._written("contents.html", station=station, style=FRAME_STYLE)
                    return "200 OK", _HTML, text, FRAME_POLICY
        text = self._written("missing.html", shown=shown, title="No such course")
        return "404 Not Found", _HTML, text, POLICY


def _view(shown: Shown, key: str) -> View | None:
    wanted = unquote(key)
    return next((view for view in shown.courses if view.key == wanted), None)
