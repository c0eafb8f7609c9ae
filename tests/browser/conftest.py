"""A real browser, and a page that notes what goes wrong in it."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest
from browser.looking import NOTE_VIOLATIONS, Look
from playwright.sync_api import sync_playwright

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
# it is to reach nothing but this machine, and keep nothing
SWITCHES = (
    *("--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"),
    *("--disable-component-update", "--disable-sync", "--disable-dev-shm-usage"),
)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium, without a window."""
    program = next(filter(None, map(shutil.which, BROWSERS)), None)
    assert program, "install Chromium or Google Chrome: make test does so as root"
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(
            executable_path=program, chromium_sandbox=False, args=list(SWITCHES)
        )
        yield started
        started.close()


@pytest.fixture
def look(browser: Browser) -> Iterator[Look]:
    """A fresh page of a desktop's width; no request of it leaves this machine.

    Whatever a script of the page throws or logs as an error fails the test.
    """
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    context.add_init_script(NOTE_VIOLATIONS)
    page = context.new_page()
    looked = Look(page)
    page.on("pageerror", lambda error: looked.wrong.append(str(error)))
    page.on(
        "console",
        lambda told: looked.wrong.append(told.text) if told.type == "error" else None,
    )
    yield looked
    context.close()
    assert looked.wrong == []
