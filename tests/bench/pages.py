"""Measures how long the review page of a large plan takes to open in Chromium, for `make bench`.

1,000 courses of 20 sections, none applied yet. The time runs from the request for the file until
the page shows its counts and can be searched; the result is the median of five new pages.
"""

import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from bench.bench import COURSES, SECTIONS, write_courses
from playwright.sync_api import sync_playwright

PROGRAM = Path(sys.executable).with_name("coursesync")
LIMIT = 2.0  # seconds
ROUNDS = 5
READY = (
    "document.getElementById('found').textContent && !document.getElementById('controls').hidden"
)


def main() -> int:
    """Write the page, open it, print the figures; return 1 if it takes too long."""
    with tempfile.TemporaryDirectory(prefix="coursesync-pages-") as folder:
        write_courses(Path(folder) / "courses")
        page = Path(folder) / "review.html"
        with page.open("wb") as file:
            plan = [str(PROGRAM), "plan", "courses", "--sandbox", "--format", "html"]
            subprocess.run(plan, cwd=folder, stdout=file, check=True)
        took = statistics.median(opened(page))
        size = page.stat().st_size / 1e6
    figures = f"| {COURSES:,} x {SECTIONS} | {size:.1f} | {took:.2f} | {LIMIT} |"
    sys.stdout.write(
        f"| plan | page (MB) | opens in (s) | limit |\n|---|---:|---:|---:|\n{figures}\n"
    )
    return int(took > LIMIT)


def opened(page: Path) -> list[float]:
    """Open a new page a few times, and return the seconds of each."""
    program = next(filter(None, map(shutil.which, ("chromium", "google-chrome"))), None)
    took = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, chromium_sandbox=False)
        for _ in range(ROUNDS + 1):
            context = browser.new_context()
            fresh = context.new_page()
            began = time.perf_counter()
            fresh.goto(page.as_uri())
            fresh.wait_for_function(READY)
            took.append(time.perf_counter() - began)
            context.close()
        browser.close()
    return took[1:]


if __name__ == "__main__":
    sys.exit(main())
