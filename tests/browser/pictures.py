"""Screenshots for people; the tests do not compare them."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Page


def keep_picture(page: Page, name: str) -> None:
    """Save a screenshot of the whole page if COURSESYNC_SCREENSHOTS names a folder."""
    if folder := os.environ.get("COURSESYNC_SCREENSHOTS"):
        Path(folder).mkdir(parents=True, exist_ok=True)
        page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)
