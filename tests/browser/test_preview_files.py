"""The preview as files: the pages that a reviewer opens from a folder, in a real browser."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from browser.test_preview import HOSTILE, OUTLINE, open_titles
from playwright.sync_api import expect

from coursesync.operations.preview_files import write_preview

if TYPE_CHECKING:
    from pathlib import Path

    from browser.looking import Look

pytestmark = pytest.mark.xdist_group("preview")


def test_a_page_works_from_a_folder(look: Look, courses: Path, tmp_path: Path) -> None:
    """The list leads to a course, contents have their style and height, and days can be tried."""
    (courses / "onboarding.yaml").write_text(OUTLINE)
    write_preview(courses, tmp_path / "preview")
    look.page.goto((tmp_path / "preview" / "index.html").as_uri())
    look.page.get_by_role("link", name="Member onboarding").click()
    frame = look.page.frame_locator("#s0 iframe")
    expect(frame.locator("p")).to_have_css("color", "rgb(18, 52, 86)")
    before = open_titles(look)
    look.page.get_by_label("after enrolment").fill("7")

    assert before == ["Welcome to the space"]
    assert open_titles(look) == ["Welcome to the space", "Your first week"]
    assert look.barriers() == []
    assert look.violations() == []


def test_an_authors_html_can_do_nothing(look: Look, courses: Path, tmp_path: Path) -> None:
    """No script runs, no form is sent, and no link leaves the page."""
    text = OUTLINE.replace("<p>Come as you are.</p>", "|\n      " + HOSTILE)
    (courses / "onboarding.yaml").write_text(
        text.replace("unlock: {after_days: 7}", "unlock: immediate")
    )
    write_preview(courses, tmp_path / "preview")
    address = (tmp_path / "preview" / "1-onboarding.html").as_uri()
    look.page.goto(address)
    frame = look.page.frame_locator("#s1 iframe")
    frame.locator("#b").wait_for()
    for name in ("#b", "#a", "#j"):
        frame.locator(name).click(timeout=5_000)

    assert look.page.title() == "Member onboarding"
    assert look.page.url == address
    assert look.page.evaluate("window.x") is None
    assert look.page.get_by_role("heading", name="Outside").count() == 0
    look.wrong.clear()  # the policy reports what it blocked
