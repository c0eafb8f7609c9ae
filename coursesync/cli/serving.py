"""Serves a site on this machine while a command runs."""

from __future__ import annotations

import gc
from typing import TYPE_CHECKING

from coursesync.errors import CoursesyncError
from coursesync.sandbox.serve import serve

if TYPE_CHECKING:
    from collections.abc import Callable
    from wsgiref.types import WSGIApplication


def serve_here(
    site: WSGIApplication, port: int, ready: Callable[[str], None], stop_after: float | None
) -> None:
    """Serve a site until Ctrl-C, SIGTERM, or so many seconds have passed.

    Args:
        site: the application.
        port: 0 for any free port.
        ready: is called with the base URL as soon as connections are accepted.
        stop_after: seconds, or None for no limit.

    Raises:
        CoursesyncError: the port can't be used.
    """
    gc.enable()  # it may run for days
    is_ready = False

    def start(base_url: str) -> None:
        nonlocal is_ready
        is_ready = True
        ready(base_url)

    try:
        serve(site, port, ready=start, stop_after=stop_after)
    except OSError as error:
        if is_ready:
            raise  # `ready` failed, not the port
        raise CoursesyncError(
            f"port {port} can't be used: {error.strerror}", "Leave out --port to use any free port."
        ) from error
