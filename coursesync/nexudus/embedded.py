"""The embedded sandbox: a stand-in for the API in this process, stored under `.coursesync/`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import httpx

from coursesync.errors import CoursesyncError, Remedy
from coursesync.files import shown
from coursesync.kinds.field import is_provisional
from coursesync.nexudus.client import Nexudus
from coursesync.nexudus.credentials import Credentials
from coursesync.sandbox import Dropped, Sandbox
from coursesync.state.disk import away

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from coursesync.outlines.outline import Outline


class EmbeddedTransport(httpx.BaseTransport):
    """Carries requests to a sandbox in this process, and can fail as a network does."""

    def __init__(self, sandbox: Sandbox) -> None:
        self._inner = httpx.WSGITransport(app=sandbox)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Answer a request; raises httpx.ReadError if the sandbox drops the connection."""
        trace = request.extensions.get("trace")
        if trace is not None:
            trace("http11.send_request_headers.started", {})
        try:
            answer = self._inner.handle_request(request)
            assert isinstance(answer.stream, httpx.SyncByteStream)  # noqa: S101 - a WSGI answer is one
            body = httpx.ByteStream(b"".join(answer.stream))
        except Dropped as dropped:
            raise httpx.ReadError(str(dropped), request=request) from dropped
        return httpx.Response(answer.status_code, headers=answer.headers, stream=body)


def open_sandbox(folder: Path, outlines: Iterable[Outline]) -> Sandbox:
    """Open the sandbox in a folder, with the courses of the outlines.

    Raises CoursesyncError if its database is a link, or can't be opened.
    """
    path = folder / "sandbox.sqlite3"
    if path.is_symlink():
        raise CoursesyncError(
            f"{shown(path)} is a symbolic link; the embedded sandbox would write to its target",
            Remedy("Remove it:", away(path)),
        )
    try:
        sandbox = Sandbox(path)
    except OSError as error:
        raise CoursesyncError(
            f"the embedded sandbox can't be kept in {shown(path)}: {error}",
            "Use a workspace with a shorter path, in which you may write.",
        ) from error
    for outline in outlines:
        if is_provisional(outline.course_id):  # an apply makes it
            continue
        sandbox.add_course(outline.course_id, outline.title)
    return sandbox


def client(sandbox: Sandbox) -> Nexudus:
    """Return a client of a sandbox in this process."""
    return Nexudus("http://localhost", Credentials("sandbox-token"), EmbeddedTransport(sandbox))
