"""Takes the screenshots of docs/images, light and dark, with the browser of the tests."""

from __future__ import annotations

import shutil
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from browser.conftest import started
from harness import ROOT, CommandLine

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

IMAGES = ROOT / "docs" / "images"
# what someone changed in the example, for a plan that shows each kind of change
EDITS = {
    "from 9:00 to 17:30": "from 8:30 to 18:00",
    "        <li>Collect your locker tag from the front desk.</li>\n": "",
    "get the kettle on.</li>": "get the kettle on.</li>\n        <li>Say hello to Tom.</li>",
    "title: Getting in, and locking up": "title: Getting in, and out again",
    "unlock: {after_days: 7}": "unlock: {after_days: 5}",
    "  - key: wi-fi": (
        "  - key: house-tour\n    title: A tour of the house\n"
        "    contents: <p>Tom shows you round on your second day.</p>\n  - key: wi-fi"
    ),
}


def edit(outline: Path) -> None:
    """Change the example as a pull request would."""
    text = outline.read_text(encoding="utf-8")
    for old, new in EDITS.items():
        assert old in text, old
        text = text.replace(old, new, 1)
    outline.write_text(text, encoding="utf-8")


def page_of(browser: Browser, scheme: str, height: int) -> Page:
    """Open an empty page, light or dark."""
    context = browser.new_context(
        viewport={"width": 960, "height": height},
        color_scheme="dark" if scheme == "dark" else "light",
    )
    return context.new_page()


def review(browser: Browser, file: Path, scheme: str) -> None:
    """Picture the course of a review page: its first sections, with what changes in them."""
    page = page_of(browser, scheme, 700)
    page.goto(file.as_uri())
    page.evaluate("document.querySelector('.course').scrollIntoView()")
    page.screenshot(path=IMAGES / f"review{'-dark' if scheme == 'dark' else ''}.png")


def preview(browser: Browser, url: str) -> None:
    """Picture a course as a member sees it on the third day."""
    page = page_of(browser, "light", 760)
    page.goto(f"{url}/courses/onboarding")
    page.locator("input[type=range]").fill("3")
    page.screenshot(path=IMAGES / "preview.png")


def main() -> None:
    """Write all pictures."""
    with TemporaryDirectory() as folder, started() as browser:
        shutil.copytree(ROOT / "courses", Path(folder) / "courses")
        cli = CommandLine(Path(folder))
        with cli.start("preview", "--stop-after", "60") as process:
            assert process.stdout is not None
            preview(browser, process.stdout.readline().strip())
            process.terminate()
        assert cli("apply", "--sandbox", "--auto-approve").code == 0
        edit(Path(folder) / "courses" / "onboarding.yaml")
        file = Path(folder) / "review.html"
        file.write_text(cli("plan", "--sandbox", "--format", "html").out, encoding="utf-8")
        for scheme in ("light", "dark"):
            review(browser, file, scheme)


if __name__ == "__main__":
    main()
