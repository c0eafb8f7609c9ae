"""Serves a site on this machine while a command runs; owns the options of such a command."""

from __future__ import annotations

import gc
from typing import TYPE_CHECKING

import click

from coursesync.cli.screen import say
from coursesync.cli.types import SecondsRange
from coursesync.errors import CoursesyncError

if TYPE_CHECKING:
    from collections.abc import Callable
    from wsgiref.types import WSGIApplication

port_option = click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=0,
    metavar="PORT",
    help="The port.  [default: any free port]",
)
stop_after_option = click.option(
    "--stop-after", type=SecondsRange(min=0), help="Stop after this time."
)


def serve_here(
    site: WSGIApplication, port: int, stop_after: float | None, explain: Callable[[str], None]
) -> None:
    """Serve a site until Ctrl-C, SIGTERM, or so many seconds have passed.

    Args:
        site: the application.
        port: 0 for any free port.
        stop_after: seconds, or None for no limit.
        explain: prints what to do with the base URL, which is printed as soon as connections are
            accepted.

    Raises:
        CoursesyncError: the port can't be used.
    """
    from coursesync.sandbox.serve import serve  # noqa: PLC0415 - slow

    gc.enable()  # it may run for days
    is_ready = False

    def ready(base_url: str) -> None:
        nonlocal is_ready
        is_ready = True
        click.echo(base_url)
        explain(base_url)
        say("Ctrl-C ends it.")

    try:
        serve(site, port, ready=ready, stop_after=stop_after)
    except OSError as error:
        if is_ready:
            raise  # the output failed, not the port
        raise CoursesyncError(
            f"port {port} can't be used: {error.strerror}", "Leave out --port to use any free port."
        ) from error
