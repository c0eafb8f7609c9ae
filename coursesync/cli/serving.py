"""A site on this machine alone, for as long as a command runs."""

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
        site: what answers.
        port: 0 for any free one.
        ready: is called with the base URL once connections are taken.
        stop_after: seconds; None for without an end.

    Raises:
        CoursesyncError: the port can't be had.
    """
    gc.enable()  # it may run for days
    is_ready = False

    def tell(base_url: str) -> None:
        nonlocal is_ready
        is_ready = True
        ready(base_url)

    try:
        serve(site, port, ready=tell, stop_after=stop_after)
    except OSError as error:
        if is_ready:
            raise  # it is about what is told
        raise CoursesyncError(
            f"the port {port} can't be had: {error.strerror}",
            "Leave --port out to take any free one.",
        ) from error
