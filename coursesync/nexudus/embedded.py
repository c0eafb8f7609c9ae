"""The embedded sandbox: coursesync's stand-in for the API, in process, under `.coursesync/`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import httpx

from coursesync.errors import CoursesyncError, Remedy
from coursesync.files import shown
from coursesync.nexudus.client import Nexudus
from coursesync.nexudus.credentials import Credentials
from coursesync.sandbox import Dropped, Sandbox
from coursesync.state.disk import away

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from coursesync.outlines.outline import Outline

_TOKEN = "sandbox-token"  # noqa: S105 - the sandbox's own, known to all


class EmbeddedTransport(httpx.BaseTransport):
    """Carries requests to a sandbox in this process, and breaks as a network would."""

    def __init__(self, sandbox: Sandbox) -> None:
        self._inner = httpx.WSGITransport(app=sandbox)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Answer a request; raises httpx.ReadError where the sandbox drops the connection."""
        trace = request.extensions.get("trace")
        if trace is not None:
            trace("http11.send_request_headers.started", {})
        try:
            response = self._inner.handle_request(request)
        except Dropped as dropped:
            raise httpx.ReadError(str(dropped), request=request) from dropped
        response.stream = _Body(response.stream, request)
        return response


class _Body(httpx.SyncByteStream):
    def __init__(
        self, inner: httpx.SyncByteStream | httpx.AsyncByteStream, request: httpx.Request
    ) -> None:
        assert isinstance(inner, httpx.SyncByteStream)  # noqa: S101 - a WSGI answer is one
        self._inner = inner
        self._request = request

    def __iter__(self) -> Iterator[bytes]:
        try:
            yield from self._inner
        except Dropped as dropped:
            raise httpx.ReadError(str(dropped), request=self._request) from dropped

    def close(self) -> None:
        self._inner.close()


def open_sandbox(folder: Path, outlines: Iterable[Outline]) -> Sandbox:
    """Open the workspace's own sandbox, with the courses that the outlines speak of.

    Args:
        folder: where its database is kept.
        outlines: their courses are made to exist, as they would in Nexudus.

    Raises:
        CoursesyncError: the database is a link, or can't be opened.
    """
    path = folder / "sandbox.sqlite3"
    if path.is_symlink():
        raise CoursesyncError(
            f"{shown(path)} is a link, and the embedded sandbox would write where it leads",
            Remedy("Take it away:", away(path)),
        )
    try:
        sandbox = Sandbox(path)
    except OSError as error:
        raise CoursesyncError(
            f"the embedded sandbox can't be kept in {shown(path)}: {error}",
            "Use a workspace with a shorter path, in which you may write.",
        ) from error
    for outline in outlines:
        sandbox.add_course(outline.course_id, outline.title)
    return sandbox


def client(sandbox: Sandbox) -> Nexudus:
    """Return a client of a sandbox in this process."""
    return Nexudus(
        "http://localhost", Credentials(token=_TOKEN), transport=EmbeddedTransport(sandbox)
    )
