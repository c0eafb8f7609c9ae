"""Opens a page in the browser of this machine, by the standard library's `webbrowser`.

That knows the browsers of each system, and BROWSER in the environment.
"""

from __future__ import annotations


def opened_in_browser(address: str) -> bool:
    """Open a page; return False if this machine has no browser, or it can't be started."""
    import webbrowser  # noqa: PLC0415 - only where one is asked for

    try:
        return webbrowser.open(address)
    except (webbrowser.Error, OSError):
        return False
