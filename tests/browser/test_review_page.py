"""The review page in a real browser: its content, its keys, and what it blocks."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from browser.pictures import keep_picture
from harness import write_outline
from playwright.sync_api import expect

if TYPE_CHECKING:
    from pathlib import Path

    from browser.looking import Look
    from harness import CommandLine
    from playwright.sync_api import Browser

pytestmark = pytest.mark.xdist_group("review")  # starting a browser takes longer than the tests

BEFORE = """\
id: 4711
title: Member onboarding
sections:
  - key: welcome
    title: Welcome to the space
    contents: <p>Everything for day one.</p>
  - key: first-week
    title: Your first week
    unlock: {after_days: 7}
    contents: <p>Come as you are.</p>
  - key: rules
    title: House rules
    contents: <p>Be kind.</p>
"""
HOSTILE = """\
|
      <p>Hello.</p><script>top.document.title = 'owned'</script>
      <img src=http://127.0.0.1:9/x onerror="top.document.title = 'owned'">
      <svg onload="top.x = 1"></svg>
      <meta http-equiv=refresh content='0;url=about:blank'>
      <link rel=prefetch href=http://127.0.0.1:9/p><iframe src=http://127.0.0.1:9/f></iframe>
      <form action=x><button id=b>Go</button></form>
      <a id=a href="javascript:top.x=1" target=_top>out</a><style>p {color: red}</style>
      </iframe></script></body><!-- --!> <h1>Outside</h1>
"""


@pytest.fixture
def page(cli: CommandLine, courses: Path) -> Path:
    """The page of a plan for two courses that creates, changes, moves and keeps sections."""
    path = courses / "onboarding.yaml"
    path.write_text(BEFORE)
    assert cli("apply", "--sandbox", "--auto-approve").code == 0
    head, welcome, week, _ = BEFORE.split("  - key: ")
    new = "tour\n    title: A tour\n    unlock: sequential\n    contents: <p>This way.</p>\n"
    changed = week.replace("after_days: 7", "after_days: 14").replace(
        "<p>Come as you are.</p>", HOSTILE.rstrip()
    )
    path.write_text("  - key: ".join((head, welcome, new, changed + "\n")))
    write_outline(courses, "events", 4712, "Rooms", "Food")
    ran = cli("plan", "--sandbox", "--format", "html")
    assert ran.code == 0, ran.err
    written = cli.cwd / "review.html"
    written.write_text(ran.out, encoding="utf-8")
    return written


def test_a_course_is_shown_before_and_after(look: Look, page: Path) -> None:
    """It is shown side by side, each section with its unlock rule and its change."""
    look.page.goto(page.as_uri())
    course = look.page.locator(".course", has_text="Member onboarding")
    sides = course.locator(".way")
    before, after = (sides.nth(n).locator(".title").all_inner_texts() for n in (0, 1))
    keep_picture(look.page, "review-desktop")

    assert look.page.get_by_role("heading", level=1).inner_text().startswith("Plan: 3 to create")
    assert before == ["Welcome to the space", "Your first week", "House rules"]
    assert after == ["Welcome to the space", "A tour", "Your first week", "House rules"]
    expect(sides.nth(1)).to_contain_text(
        "unlocks after the section before it, “Welcome to the space”"
    )
    expect(sides.nth(1)).to_contain_text("~ update")
    expect(sides.nth(1)).to_contain_text("! keep")
    assert look.violations() == []


def test_changes_are_shown_by_fields_as_source_and_as_read(look: Look, page: Path) -> None:
    """A section's details open by the keyboard, and show all three views."""
    look.page.goto(page.as_uri())
    name = look.page.locator(".is-update summary", has_text="Your first week").last
    name.focus()
    look.page.keyboard.press("Enter")
    inside = look.page.locator(".is-update .inside").last

    expect(inside.get_by_role("table")).to_contain_text("unlocks 14 days after enrolment")
    expect(inside.locator(".lines")).to_contain_text("- <p>Come as you are.</p>")
    frames = inside.locator("iframe")
    expect(frames).to_have_count(2)
    expect(inside.frame_locator("iframe").first.locator("p")).to_have_text("Come as you are.")
    assert look.barriers() == []


def test_an_authors_html_can_do_nothing(look: Look, page: Path) -> None:
    """Hostile contents are shown as text; nothing runs, loads or leaves the page."""
    asked: list[str] = []
    look.page.on("request", lambda request: asked.append(request.url))
    look.page.goto(page.as_uri())
    look.page.locator(".is-update summary", has_text="Your first week").last.click()
    inside = look.page.locator(".is-update .inside").last
    frame = inside.locator("iframe").last.content_frame
    expect(frame.locator("p").first).to_have_text("Hello.")
    frame.locator("#a, a").first.click()

    assert look.page.title().startswith("Plan: ")
    assert look.page.evaluate("window.x") is None
    assert look.page.url == page.as_uri()
    assert frame.locator("script, form, svg, link, img, iframe, meta[http-equiv]").count() == 0
    assert frame.locator("style").count() == 1  # the frame's own style
    expect(inside).to_contain_text("Not shown, because it could run or load something: <script>,")
    assert look.page.get_by_role("heading", name="Outside").count() == 0
    assert [url for url in asked if url not in {page.as_uri(), "about:srcdoc"}] == []
    assert look.violations() == []


@pytest.mark.parametrize(
    ("before", "after", "read"),
    [
        ("<p>Come as you are.</p>", '""', ["frame", "No contents."]),
        ('""', "<p>Here.</p>", ["No contents.", "frame"]),
        ("<p>Come.</p>", "<script>1</script>", ["frame", "No contents."]),
    ],
)
def test_both_sides_of_contents_are_shown(
    look: Look, cli: CommandLine, courses: Path, before: str, after: str, read: list[str]
) -> None:
    """The page marks a side without contents, and contents that it does not show."""
    path = courses / "onboarding.yaml"
    path.write_text(BEFORE.replace("<p>Come as you are.</p>", before))
    assert cli("apply", "--sandbox", "--auto-approve").code == 0
    path.write_text(BEFORE.replace("<p>Come as you are.</p>", after))
    page = cli.cwd / "review.html"
    page.write_text(cli("plan", "--sandbox", "--format", "html").out, encoding="utf-8")
    look.page.goto(page.as_uri())
    look.page.locator(".is-update summary", has_text="Your first week").last.click()
    inside = look.page.locator(".is-update .inside").last
    expect(inside.locator("figure")).to_have_count(2)  # a script creates them when the details open
    shown = [
        "frame" if figure.locator("iframe").count() else figure.locator("p").inner_text()
        for figure in inside.locator("figure").all()
    ]

    assert shown == read
    assert ("could run or load something: <script>" in inside.inner_text()) == ("script" in after)
    assert look.barriers() == []


def test_a_section_that_moves_is_shown_in_both_courses(
    look: Look, cli: CommandLine, courses: Path
) -> None:
    """The old course shows where it goes, and the new course where it was."""
    (courses / "onboarding.yaml").write_text(BEFORE)
    assert cli("apply", "--sandbox", "--auto-approve").code == 0
    head, rules = BEFORE.split("  - key: rules\n")
    (courses / "onboarding.yaml").write_text(head)
    moved = f"  - key: rules\n    previous_keys: [onboarding.rules]\n{rules}"
    (courses / "events.yaml").write_text(f"id: 4712\ntitle: Events\nsections:\n{moved}")
    page = cli.cwd / "review.html"
    page.write_text(cli("plan", "--sandbox", "--format", "html").out, encoding="utf-8")
    look.page.goto(page.as_uri())
    losing = look.page.locator(".course", has_text="Member onboarding")
    taking = look.page.locator(".course", has_text="Events")

    expect(losing.locator(".counts")).to_have_text("< 1 to move to another course")
    expect(losing.locator(".way").first).to_contain_text("moves to course 4712 (Events)")
    expect(losing.locator(".way").last.locator(".title")).to_have_count(2)
    taking.locator(".is-update summary").click()
    expect(taking.locator(".inside")).to_contain_text("was section.onboarding.rules")
    look.page.get_by_label("Search titles and addresses").fill("first week")
    expect(look.page.locator("#found")).to_have_text("1 course of 2, with 0 changes.")
    assert look.barriers() == []
    assert look.violations() == []


def test_courses_are_found_by_words_and_by_change(look: Look, page: Path) -> None:
    """Search, the list of courses and the actions filter the page, and show the counts."""
    look.page.goto(page.as_uri())
    found = look.page.locator("#found")
    expect(found).to_have_text("2 courses of 2, with 5 changes.")
    look.page.keyboard.press("/")
    look.page.keyboard.type("rooms")
    expect(found).to_have_text("1 course of 2, with 2 changes.")
    expect(look.page.locator(".course:visible h2")).to_have_text("Course events")
    look.page.keyboard.press("Escape")
    expect(found).to_have_text("2 courses of 2, with 5 changes.")
    look.page.get_by_role("button", name="update").click()
    expect(look.page.locator(".course:visible h2")).to_have_text("Member onboarding")
    look.page.get_by_role("button", name="update").click()
    look.page.get_by_label("Course", exact=True).select_option("Course events")
    expect(look.page.locator(".course:visible h2")).to_have_text("Course events")


@pytest.mark.many(2)
@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_fits_and_bars_nobody(look: Look, page: Path, width: int, scheme: str) -> None:
    """On a phone and a desktop, light and dark: no sideways scrolling, no barrier."""
    look.page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    look.page.set_viewport_size({"width": width, "height": 844})
    look.page.goto(page.as_uri())
    look.page.locator(".is-update summary").last.click()
    keep_picture(look.page, f"review-{scheme}-{width}")

    assert look.page.evaluate("document.documentElement.scrollWidth") <= width
    assert look.barriers() == []
    assert look.violations() == []


def test_the_other_scheme_is_a_button_away(look: Look, page: Path) -> None:
    """A button switches between light and dark."""
    look.page.emulate_media(color_scheme="light")
    look.page.goto(page.as_uri())
    look.page.get_by_role("button", name="Theme").click()

    assert (
        look.page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(22, 24, 27)"
    )
    assert look.barriers() == []


def test_without_scripts_it_is_a_text(browser: Browser, page: Path) -> None:
    """The plan can be read without scripts."""
    context = browser.new_context(java_script_enabled=False)
    plain = context.new_page()
    plain.goto(page.as_uri())
    text = plain.inner_text("body")
    context.close()

    assert "Member onboarding" in text
    assert "A tour" in text
