"""Lessons in their sections, in a real browser: on the review page and in the preview."""

from __future__ import annotations

from importlib.resources import files
from typing import TYPE_CHECKING

import pytest
from browser.pictures import keep_picture
from playwright.sync_api import expect
from render.nested import LINK, attributes, change, create, entry, plan, standing

from coursesync.kinds.address import Address
from coursesync.kinds.field import Ref
from coursesync.planning.action import Action
from coursesync.render.review.page import Assets, compose
from coursesync.render.rows import PlanView

if TYPE_CHECKING:
    from pathlib import Path

    from browser.looking import Look
    from harness import CommandLine, SandboxServer

OUTLINE = """\
id: 4711
title: Member onboarding
sections:
  - key: welcome
    title: Welcome
    lessons:
      - key: desk
        title: Find your desk
        contents: <p>By the window.</p>
lessons:
  - key: glossary
    title: Words we use
"""
pytestmark = pytest.mark.xdist_group("preview")  # starting a browser takes longer than the tests


@pytest.fixture
def site(server: SandboxServer) -> str:
    """The address of a sandbox whose course has sections with lessons, and one of its own."""

    def section(title: str, order: int, **fields: object) -> int:
        return server.foreign_create(4711, title, DisplayOrder=order, Active=True, **fields)

    def lesson(title: str, order: int, within: int | None = None, **fields: object) -> None:
        own = {"Active": True, "LessonContents": "<p>By the window.</p>", **fields}
        server.create_lesson(4711, title, DisplayOrder=order, SectionId=within, **own)

    first = section("Welcome", 10)
    week = section("Your first week", 20, UnlockType=3, UnlockAfterDays=7)
    section("Going further", 30, UnlockType=2)
    lesson("Find your desk", 10, first, SummaryText="Where to sit.", CompletionType=3)
    lesson("A tour", 20, first, UnlockType=2)
    lesson("A draft", 30, first, Active=False)
    lesson("The kitchen", 10, week)
    lesson("The printer", 20, week, CompletionType=1)
    lesson("Words we use", 10)
    return f"{server.url}/courses/4711"


def open_titles(look: Look) -> list[str]:
    """Return the titles of the records that are open."""
    return look.page.locator(".record.is-open > .title").all_inner_texts()


def test_lessons_are_read_one_by_one(look: Look, site: str) -> None:
    """A lesson has its summary and its completion, and opens by the keyboard."""
    look.page.goto(site)
    titles = look.page.locator(".record:visible > .title").all_inner_texts()
    desk = look.page.locator(".record .record", has_text="Find your desk")
    expect(desk).to_contain_text("Where to sit.")
    expect(desk).to_contain_text("open from the start; done by a button")
    expect(desk.locator("iframe")).not_to_be_visible()
    desk.locator("summary").focus()
    look.page.keyboard.press("Enter")
    expect(desk.locator("iframe")).to_be_visible()
    expect(desk.frame_locator("iframe").locator("p")).to_have_text("By the window.")
    keep_picture(look.page, "preview-lessons")

    assert titles == [
        *("Welcome", "Find your desk", "A tour", "Your first week", "The kitchen"),
        *("The printer", "Going further", "Words we use"),
    ]
    expect(look.page.locator("h2.group")).to_have_text("Lessons directly in the course")
    assert look.barriers() == []
    assert look.violations() == []
    look.page.goto("about:blank")


def test_lessons_open_by_day_and_in_sequence(look: Look, site: str) -> None:
    """A lesson opens with its section; a section once the lessons before it are done."""
    look.page.goto(site)
    at_first = open_titles(look)
    expect(look.page.locator("#open")).to_have_text("1 of 3 sections and 2 of 5 lessons are open.")
    look.page.get_by_label("after enrolment").fill("7")
    on_seven = open_titles(look)
    for title in ("Find your desk", "A tour", "The kitchen"):
        lesson = look.page.locator(".record .record", has_text=title)
        lesson.locator("summary").click()
        lesson.get_by_label("Done").check()

    assert at_first == ["Welcome", "Find your desk", "Words we use"]
    assert on_seven == [
        *("Welcome", "Find your desk", "Your first week", "The kitchen", "The printer"),
        "Words we use",
    ]
    assert "Going further" in open_titles(look)
    assert "A tour" in open_titles(look)
    look.page.goto("about:blank")


def test_hidden_lessons_are_shown_with_hidden_sections(look: Look, site: str) -> None:
    """One switch shows all that is hidden from members."""
    look.page.goto(site)
    before = look.page.get_by_role("heading", name="A draft").is_visible()
    look.page.get_by_label("Show hidden").check()

    assert not before
    assert "A draft" in open_titles(look)
    assert look.barriers() == []
    look.page.goto("about:blank")


@pytest.mark.many(2)
@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_lessons_fit_and_bar_nobody(look: Look, site: str, width: int, scheme: str) -> None:
    """On a phone and a desktop, light and dark: no sideways scrolling, no barrier."""
    look.page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    look.page.set_viewport_size({"width": width, "height": 844})
    look.page.goto(site)
    look.page.get_by_label("after enrolment").fill("7")
    look.page.locator(".record .record summary").first.click()
    keep_picture(look.page, f"preview-lessons-{scheme}-{width}")

    assert look.page.evaluate("document.documentElement.scrollWidth") <= width
    assert look.barriers() == []
    look.page.goto("about:blank")


def test_the_preview_shows_the_lessons_of_an_outline(
    look: Look, cli: CommandLine, courses: Path
) -> None:
    """A saved file is shown at once, and a lesson that was open stays open."""
    path = courses / "onboarding.yaml"
    path.write_text(OUTLINE)
    with cli.start_forked("preview", "courses", "--stop-after", "120") as process:
        assert process.stdout is not None
        url = process.stdout.readline().strip()
        look.page.goto(url)
        expect(look.page.get_by_role("main")).to_contain_text("1 section and 2 lessons; course")
        look.page.get_by_role("link", name="Member onboarding").click()
        look.page.locator(".record .record summary").click()
        path.write_text(OUTLINE.replace("Find your desk", "Your desk"))
        desk = look.page.locator(".record .record")
        expect(desk.get_by_role("heading")).to_have_text("Your desk", timeout=15_000)
        expect(desk.frame_locator("iframe").locator("p")).to_be_visible()
        look.page.goto("about:blank")
        process.terminate()
        process.communicate(timeout=30)


@pytest.fixture
def page(tmp_path: Path) -> Path:
    """The review page of a plan that creates a section with lessons, moves one and deletes one."""
    desk = "lesson.c.week.desk"
    sent = {**attributes(desk, "Find your desk", 10), LINK: 52}
    made = plan(
        create("section.c.welcome", "Welcome", 10, unlock={"after_days": 2}),
        change(
            Action.UPDATE,
            "lesson.c.welcome.desk",
            {**sent, LINK: Ref(Address("section.c.welcome"))},
            held=entry(90, sent),
            previous_address=desk,
        ),
        create("lesson.c.glossary", "Words we use", 10, contents="<p>Hot desk.</p>"),
        change(Action.DELETE, "lesson.c.week.old", held=entry(91, attributes(desk, "Old", 20))),
        stands=(standing("section.c.week", 52, "Your first week", 20),),
    )
    beside = files("coursesync.render.review")
    names = ("review.html", "review.css", "review.js")
    assets = Assets(*(beside.joinpath(name).read_text("utf-8") for name in names))
    path = tmp_path / "review.html"
    path.write_text(compose(PlanView(made), assets), encoding="utf-8")
    return path


@pytest.mark.parametrize("width", [390, 1280])
def test_the_review_page_shows_lessons_in_their_sections(
    look: Look, page: Path, width: int
) -> None:
    """Lessons are nested with their changes; one that moves is shown at both places."""
    look.page.set_viewport_size({"width": width, "height": 844})
    look.page.goto(page.as_uri())
    keep_picture(look.page, f"review-lessons-{width}")
    items = look.page.locator(".item")
    inside = look.page.locator(".item .item")

    expect(look.page.locator(".counts")).to_have_text("2 new, 1 moved, 1 deleted, 1 question")
    expect(items.locator(".title")).to_have_text(
        [
            *("Welcome", "Find your desk", "Your first week", "Find your desk", "Old"),
            "Words we use",
        ]
    )
    expect(inside.locator("> h4")).to_have_text(
        ["Moved Find your desk", "Was here Find your desk", "Deleted Old"]
    )
    expect(inside.first).to_contain_text("opens with its section")
    expect(inside.first).to_contain_text(
        "moved from “Your first week” to “Welcome”; opens with its section; keeps its Id 90"
    )
    expect(inside.nth(1)).to_contain_text("moved from “Your first week” to “Welcome”")
    expect(look.page.get_by_role("heading", level=3).last).to_have_text(
        "Lessons directly in the course"
    )
    expect(items.last.locator("ins.contents")).to_have_text("Hot desk.")
    assert look.page.evaluate("document.documentElement.scrollWidth") <= width
    assert look.barriers() == []
    assert look.violations() == []
