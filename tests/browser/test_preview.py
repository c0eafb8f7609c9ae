"""The preview: courses as members would see them, in a real browser."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from browser.pictures import keep_picture
from harness import pointed_at
from playwright.sync_api import expect

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from browser.looking import Look
    from harness import CommandLine, SandboxServer

pytestmark = pytest.mark.xdist_group("preview")  # starting a browser takes longer than the tests

OUTLINE = """\
id: 4711
title: Member onboarding
sections:
  - key: welcome
    title: Welcome to the space
    contents: <p style="color:#123456">Everything for day one.</p>
  - key: first-week
    title: Your first week
    unlock: {after_days: 7}
    contents: <p>Come as you are.</p>
  - key: further
    title: Going further
    unlock: sequential
    contents: <p>And on.</p>
  - key: draft
    title: A draft
    active: false
    contents: <p>Not yet.</p>
"""
HOSTILE = """\
<script>top.document.title = 'owned'</script><img src=x onerror="top.document.title = 'owned'">
      <meta http-equiv=refresh content='0;url=/version'>
      <form action=/version><button id=b>Go</button></form>
      <a id=a href=/version target=_top>out</a> <a id=j href='javascript:top.x=1'>j</a>
      </iframe></body><h1>Outside</h1>"""


@pytest.fixture
def outline(courses: Path) -> Path:
    """A course of four sections."""
    path = courses / "onboarding.yaml"
    path.write_text(OUTLINE)
    return path


@pytest.fixture
def preview(look: Look, cli: CommandLine, outline: Path) -> Iterator[str]:
    """The address of a preview of that course; the page leaves it before the preview ends."""
    assert outline.exists()
    with cli.start_forked("preview", "courses", "--stop-after", "120") as process:
        assert process.stdout is not None
        url = process.stdout.readline().strip()
        assert url.startswith("http://127.0.0.1:"), process.communicate(timeout=10)
        yield url
        look.page.goto("about:blank")
        process.terminate()
        process.communicate(timeout=30)


def open_titles(look: Look) -> list[str]:
    """Return the titles of the sections that are open."""
    return look.page.locator(".record.is-open h2").all_inner_texts()


def test_a_course_is_found_and_opened(look: Look, preview: str) -> None:
    """The list names each course; a course's page shows its visible sections, without barriers."""
    look.page.goto(preview)
    barriers = look.barriers()
    keep_picture(look.page, "preview-courses")
    look.page.get_by_role("link", name="Member onboarding").click()
    expect(look.page.get_by_role("heading", level=1)).to_have_text("Member onboarding")
    titles = look.page.locator(".record:visible h2").all_inner_texts()
    frame = look.page.frame_locator("#s0 iframe")
    expect(frame.locator("p")).to_have_css("color", "rgb(18, 52, 86)")
    keep_picture(look.page, "preview-course-desktop")

    assert barriers == look.barriers() == []
    assert look.violations() == []
    assert titles == ["Welcome to the space", "Your first week", "Going further"]


def test_sections_open_by_day(look: Look, preview: str) -> None:
    """The slider can be moved by keys, and a section opens on its day."""
    look.page.goto(f"{preview}/courses/onboarding")
    before = open_titles(look)
    look.page.get_by_label("after enrolment").focus()
    for _ in range(6):
        look.page.keyboard.press("ArrowRight")
    on_six = open_titles(look)
    look.page.keyboard.press("ArrowRight")

    assert before == on_six == ["Welcome to the space"]
    assert open_titles(look) == ["Welcome to the space", "Your first week"]
    expect(look.page.locator("#open")).to_have_text("2 of 3 sections are open.")


def test_a_section_opens_once_the_section_before_it_is_done(look: Look, preview: str) -> None:
    """A section opens when the section before it is done; the keyboard is enough."""
    look.page.goto(f"{preview}/courses/onboarding")
    look.page.get_by_label("after enrolment").focus()
    look.page.keyboard.press("End")
    before = open_titles(look)
    look.page.locator("#s1").get_by_label("Done").focus()
    look.page.keyboard.press("Space")

    assert "Going further" not in before
    assert "Going further" in open_titles(look)


def test_hidden_sections_are_shown_where_an_author_asks(look: Look, preview: str) -> None:
    """Members don't see hidden sections; an author can show them."""
    look.page.goto(f"{preview}/courses/onboarding")
    look.page.get_by_label("Show hidden").check()

    assert "A draft" in open_titles(look)


def test_a_saved_file_is_shown_at_once(look: Look, preview: str, outline: Path) -> None:
    """The page reloads, and stays on its day."""
    look.page.goto(f"{preview}/courses/onboarding")
    look.page.get_by_label("after enrolment").fill("7")
    outline.write_text(OUTLINE.replace("Welcome to the space", "Welcome home"))
    expect(look.page.locator("#s0 h2")).to_have_text("Welcome home", timeout=15_000)
    expect(look.page.locator(".record.is-open h2")).to_have_text(
        ["Welcome home", "Your first week"]
    )

    assert look.violations() == []


def test_a_mistake_is_shown_with_its_line(look: Look, preview: str, outline: Path) -> None:
    """The last valid version stays below it, until the mistake is fixed."""
    look.page.goto(f"{preview}/courses/onboarding")
    outline.write_text(OUTLINE.replace("title: Your first week", "titel: Your first week"))
    notes = look.page.get_by_label("Notes on the outlines")
    expect(notes).to_contain_text("courses/onboarding.yaml:8:5", timeout=15_000)
    expect(notes.locator("pre").last).to_contain_text("titel: Your first week")
    keep_picture(look.page, "preview-mistake")
    barriers, below = look.barriers(), look.page.locator("#s1 h2").inner_text()
    outline.write_text(OUTLINE)
    expect(notes).to_have_count(0, timeout=15_000)

    assert barriers == []
    assert below == "Your first week"


def test_an_authors_html_can_do_nothing(look: Look, preview: str, outline: Path) -> None:
    """No script runs, no form is sent, and no link leaves the page."""
    text = OUTLINE.replace("<p>Come as you are.</p>", "|\n      " + HOSTILE)
    outline.write_text(text.replace("unlock: {after_days: 7}", "unlock: immediate"))
    look.page.goto(f"{preview}/courses/onboarding")
    frame = look.page.frame_locator("#s1 iframe")
    frame.locator("#b").wait_for()
    led: list[str] = []
    look.page.on(
        "request", lambda asked: led.append(asked.url) if asked.is_navigation_request() else None
    )
    for name in ("#b", "#a", "#j"):
        frame.locator(name).click(timeout=5_000)
    # by then, a click has sent its request
    look.page.evaluate("fetch('/version').then((answer) => answer.text())")

    assert led == []
    assert look.page.title() == "Member onboarding"
    assert look.page.url == f"{preview}/courses/onboarding"
    assert look.page.evaluate("window.x") is None
    assert look.page.get_by_role("heading", name="Outside").count() == 0
    assert look.violations() == []
    look.wrong.clear()  # the frame's own policy reports what it blocked


@pytest.mark.many(2)
@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_fits_and_bars_nobody(look: Look, preview: str, width: int, scheme: str) -> None:
    """On a phone and a desktop, light and dark: no sideways scrolling, no barrier."""
    assert scheme in {"light", "dark"}
    look.page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    look.page.set_viewport_size({"width": width, "height": 844})
    look.page.goto(f"{preview}/courses/onboarding")
    look.page.get_by_label("after enrolment").fill("7")
    keep_picture(look.page, f"preview-course-{scheme}-{width}")

    assert look.page.evaluate("document.documentElement.scrollWidth") <= width
    assert look.barriers() == []
    assert look.violations() == []


def test_the_sandbox_shows_its_courses(
    look: Look, cli: CommandLine, server: SandboxServer, outline: Path
) -> None:
    """Its front page shows the courses in the same way, and updates after an apply."""
    look.page.goto(server.url)
    expect(look.page.get_by_role("main")).to_contain_text("There is no course yet.")
    assert pointed_at(cli, server)("apply", "--auto-approve").code == 0
    # a page that still updates would reload and lose the effect of a click
    counted = "3 sections; hidden from members: 1 section; course 4711"
    expect(look.page.get_by_role("main")).to_contain_text(counted, timeout=15_000)
    look.page.get_by_role("link", name="Course 4711").click()

    expect(look.page.locator(".record.is-open h2")).to_have_text("Welcome to the space")
    assert outline.exists()
    look.page.goto("about:blank")


def test_a_tick_stays_with_its_section(look: Look, preview: str, outline: Path) -> None:
    """A new section above moves no tick to another section."""
    look.page.goto(f"{preview}/courses/onboarding")
    look.page.get_by_label("after enrolment").fill("7")
    look.page.locator("#s1").get_by_label("Done").check()
    new = "sections:\n  - key: new\n    title: New\n    contents: <p>New.</p>\n"
    outline.write_text(OUTLINE.replace("sections:\n", new))
    expect(look.page.locator("#s0 h2")).to_have_text("New", timeout=15_000)
    # the script that restores it runs after the page has loaded
    expect(look.page.locator(".record.is-done h2")).to_have_text(["Your first week"])

    assert "Going further" in open_titles(look)


def test_without_a_valid_version_none_is_announced(
    look: Look, cli: CommandLine, courses: Path
) -> None:
    """If the first outline is invalid, there is no course to show."""
    (courses / "a.yaml").write_text("id: x\n")
    with cli.start_forked("preview", "courses", "--stop-after", "120") as process:
        assert process.stdout is not None
        look.page.goto(process.stdout.readline().strip())
        notes = look.page.get_by_label("Notes on the outlines").inner_text()
        look.page.goto("about:blank")
        process.terminate()
        process.communicate(timeout=30)

    assert "There is nothing to show yet." in notes
    assert "last valid" not in notes
