"""A real browser, and a page that records its errors."""

from __future__ import annotations

import shutil
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest
from browser.looking import NOTE_VIOLATIONS, Look
from playwright.sync_api import sync_playwright

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
# it must reach only this machine, and store nothing
SWITCHES = (
    *("--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"),
    *("--disable-component-update", "--disable-sync", "--disable-dev-shm-usage"),
)


@contextmanager
def started() -> Iterator[Browser]:
    """Start Chromium without a window."""
    program = next(filter(None, map(shutil.which, BROWSERS)), None)
    assert program, "install Chromium or Google Chrome: make test does so as root"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=program, chromium_sandbox=False, args=list(SWITCHES)
        )
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium without a window."""
    with started() as running:
        yield running


@pytest.fixture
def look(browser: Browser) -> Iterator[Look]:
    """A new page with a desktop's width; its requests can't leave this machine.

    An error that a script of the page throws or logs fails the test.
    """
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    context.add_init_script(NOTE_VIOLATIONS)
    page = context.new_page()
    looked = Look(page)
    page.on("pageerror", lambda error: looked.wrong.append(str(error)))
    page.on(
        "console",
        lambda message: looked.wrong.append(message.text) if message.type == "error" else None,
    )
    yield looked
    context.close()
    assert looked.wrong == []
