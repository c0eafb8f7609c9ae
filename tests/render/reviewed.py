"""Reads a review page as a browser does, for the tests of what it shows."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.resources import files
from typing import TYPE_CHECKING

from bs4 import BeautifulSoup

from coursesync.render.review.page import Assets, compose
from coursesync.render.rows import PlanView

if TYPE_CHECKING:
    from bs4 import Tag

    from coursesync.planning.plan import Plan

TEMPLATE = files("coursesync.render.review").joinpath("review.html").read_text("utf-8")
ASSETS = Assets(TEMPLATE, "p{margin:0}", '"use strict";')


@dataclass(frozen=True)
class Shown:
    """A record on the page; `address` is "" where it does not change, or is elsewhere."""

    title: str
    when: str
    labels: tuple[str, ...]
    address: str
    notes: tuple[str, ...]
    contents: str
    past: bool


def page_of(plan: Plan) -> str:
    """Return the review page of a plan."""
    return compose(PlanView(plan), ASSETS)


def courses(page: str) -> list[Tag]:
    """Return the courses of a page."""
    return [*BeautifulSoup(page, "html.parser").select("details.course")]


def items(course: Tag) -> list[Shown]:
    """Return the records of a course, from top to bottom."""
    return [_shown(each) for each in course.select("li.item")]


def all_items(page: str) -> list[Shown]:
    """Return the records of all courses of a page."""
    return [each for course in courses(page) for each in items(course)]


def _shown(item: Tag) -> Shown:
    heading = item.find(["h3", "h4", "h5", "h6"], recursive=False)
    assert heading is not None
    title = heading.select_one(".title")
    when = item.find("p", class_="when", recursive=False)
    assert title is not None
    assert when is not None
    read = item.find(class_="contents", recursive=False)
    return Shown(
        title=title.decode_contents(),
        when=when.decode_contents(),
        labels=tuple(each.text for each in heading.select(".label")),
        address=str(item.get("data-address", "")),
        notes=tuple(each.text for each in item.find_all("p", class_="note", recursive=False)),
        contents=read.decode_contents() if read else "",
        past="is-past" in item.get_attribute_list("class"),
    )
