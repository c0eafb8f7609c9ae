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


def test_what_changes_is_shown_without_a_click(look: Look, page: Path) -> None:
    """Each section has its change, its unlock rule and its contents, with what changes marked."""
    look.page.goto(page.as_uri())
    course = look.page.locator(".course", has_text="Member onboarding")
    items = course.locator(".item")
    keep_picture(look.page, "review-desktop")

    expect(look.page.get_by_role("heading", level=1)).to_have_text("4 sections change for members")
    expect(course.locator(".counts")).to_have_text(
        "1 new, 1 opens later, 1 reworded, 1 kept on the site, 1 question"
    )
    expect(items.locator("> h3")).to_have_text(
        [
            "Welcome to the space",
            "New A tour",
            "Opens later Reworded Your first week",
            "Kept on the site House rules",
        ]
    )
    expect(items.nth(1)).to_contain_text(
        "unlocks after “Welcome to the space”, the section before it"
    )
    expect(items.nth(1).locator("ins.contents")).to_have_text("This way.")
    expect(items.nth(2).locator(".when")).to_have_text("unlocks 714 days after enrolment")
    expect(items.nth(2).locator(".when del")).to_have_text("7")
    expect(items.nth(2).locator(".when ins")).to_have_text("14")
    expect(items.nth(2).locator(".contents del").first).to_have_text("Come as you are.")
    expect(items.nth(2).locator(".contents del").first).to_be_visible()
    assert look.violations() == []


def test_details_open_by_the_keyboard(look: Look, page: Path) -> None:
    """A section's details are its fields, and its contents as source."""
    look.page.goto(page.as_uri())
    item = look.page.locator(".item", has_text="Your first week")
    table = item.get_by_role("table")
    expect(table).not_to_be_visible()
    item.locator("summary").focus()
    look.page.keyboard.press("Enter")

    expect(table).to_contain_text("unlocks 14 days after enrolment")
    expect(item.locator(".lines")).to_contain_text("- <p>Come as you are.</p>")
    assert look.barriers() == []


def test_all_can_be_opened_and_closed_at_once(look: Look, page: Path) -> None:
    """Two buttons open and close all courses and all details."""
    look.page.goto(page.as_uri())
    details = look.page.locator("main details")
    look.page.get_by_role("button", name="Expand all").click()
    opened = [each.get_attribute("open") for each in details.all()]
    look.page.get_by_role("button", name="Collapse all").click()
    closed = [each.get_attribute("open") for each in details.all()]

    assert opened == [""] * len(opened)
    assert closed == [None] * len(opened)
    assert len(opened) >= 4
    expect(look.page.locator(".course").first).to_contain_text("Course events")


def test_one_side_alone_can_be_read(look: Look, page: Path) -> None:
    """The page shows what changes, or only the course before or after, also without scripts."""
    look.page.goto(page.as_uri())
    course = look.page.locator(".course", has_text="Member onboarding")
    look.page.get_by_label("Before").check()
    before = course.locator(".title:visible").all_inner_texts()
    read_before = course.locator(".contents").last.inner_text()
    look.page.get_by_label("After", exact=True).check()
    after = course.locator(".title:visible").all_inner_texts()
    read_after = course.locator(".contents").last.inner_text()

    assert before == ["Welcome to the space", "Your first week", "House rules"]
    assert after == ["Welcome to the space", "A tour", "Your first week", "House rules"]
    assert read_before.strip() == "Come as you are."
    assert read_after.startswith("Hello.")
    assert "Come as you are." not in read_after
    assert look.barriers() == []


def test_an_authors_html_can_do_nothing(look: Look, page: Path) -> None:
    """Hostile contents are shown as text; nothing runs, loads or leaves the page."""
    asked: list[str] = []
    look.page.on("request", lambda request: asked.append(request.url))
    look.page.goto(page.as_uri())
    item = look.page.locator(".item", has_text="Your first week")
    read = item.locator(".contents")
    expect(read.locator("ins").first).to_have_text("Hello.")
    read.locator("a").first.click()

    assert look.page.title() == "4 sections change for members"
    assert look.page.evaluate("window.x") is None
    assert look.page.url == page.as_uri()
    assert read.locator("script, form, svg, link, img, iframe, meta, style, [href]").count() == 0
    assert look.page.locator("iframe").count() == 0
    expect(read).to_contain_text("Embedded page: http://127.0.0.1:9/f")
    expect(item).to_contain_text("Not shown, because it could run or load something: <script>,")
    assert look.page.get_by_role("heading", name="Outside").count() == 0
    assert [url for url in asked if url != page.as_uri()] == []
    assert look.violations() == []


@pytest.mark.parametrize(
    ("before", "after", "read"),
    [
        ("<p>Come as you are.</p>", '""', "del.contents"),
        ('""', "<p>Here.</p>", "ins.contents"),
        ("<p>Come.</p>", "<script>1</script>", "div.contents > p > del"),
    ],
)
def test_contents_of_one_side_are_shown(
    look: Look, cli: CommandLine, courses: Path, before: str, after: str, read: str
) -> None:
    """Contents are marked as a whole if there are none before or after."""
    path = courses / "onboarding.yaml"
    path.write_text(BEFORE.replace("<p>Come as you are.</p>", before))
    assert cli("apply", "--sandbox", "--auto-approve").code == 0
    path.write_text(BEFORE.replace("<p>Come as you are.</p>", after))
    page = cli.cwd / "review.html"
    page.write_text(cli("plan", "--sandbox", "--format", "html").out, encoding="utf-8")
    look.page.goto(page.as_uri())
    item = look.page.locator(".item", has_text="Your first week")

    expect(item.locator(read)).to_be_visible()
    assert ("could run or load something: <script>" in item.inner_text()) == ("script" in after)
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
    losing, taking = (
        look.page.locator(".course").filter(
            has=look.page.get_by_role("heading", name=name, level=2)
        )
        for name in ("Member onboarding", "Events")
    )

    expect(losing.locator(".counts")).to_have_text("1 moved to another course")
    expect(losing.locator(".item").last).to_contain_text("moves to course 4712 (Events)")
    expect(losing.locator(".item:not(.is-past)")).to_have_count(2)
    expect(taking.locator(".item > .note").first).to_have_text(
        "moved here from the course “Member onboarding”"
    )
    look.page.get_by_label("Search titles and addresses").fill("first week")
    expect(look.page.locator("#found")).to_have_text("1 course of 2, with 1 change.")
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
    look.page.get_by_role("button", name="Reworded").click()
    expect(found).to_have_text("1 course of 2, with 1 change.")
    expect(look.page.locator(".course:visible h2")).to_have_text("Member onboarding")
    expect(look.page.locator(".title:visible")).to_have_text("Your first week")
    look.page.get_by_role("button", name="Reworded").click()
    expect(found).to_have_text("2 courses of 2, with 5 changes.")
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
    look.page.locator(".item summary").last.click()
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


def test_it_is_read_without_scripts(browser: Browser, page: Path) -> None:
    """Without scripts, all changes are there, and no control that needs one."""
    context = browser.new_context(java_script_enabled=False)
    plain = context.new_page()
    plain.goto(page.as_uri())
    text = plain.inner_text("body")
    marked = plain.locator(".item", has_text="Your first week").locator(".contents del").count()
    context.close()

    assert "Member onboarding" in text
    assert "A tour" in text
    assert "This way." in text
    assert marked == 1
    assert "Filter by change" not in text
    assert "Theme" not in text
