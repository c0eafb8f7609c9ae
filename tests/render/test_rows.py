"""Every action has its words, and all renderings show the same rows."""

from __future__ import annotations

import itertools
import json
import re
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from bs4 import BeautifulSoup
from markdown_it import MarkdownIt
from render.reviewed import all_items, page_of
from values import AT, Section, address, applied, course, plan_of

from coursesync.planning.action import Action
from coursesync.planning.policy import KEEP_ALL, OnRemoval, Policy
from coursesync.render import json as json_form
from coursesync.render import markdown, terminal
from coursesync.render.plan_words import LEAVING, WORDING
from coursesync.render.rows import PlanView
from coursesync.state.state import Doubt

if TYPE_CHECKING:
    from coursesync.planning.plan import Plan

POLICIES = [KEEP_ALL, Policy(OnRemoval.DEACTIVATE), Policy(OnRemoval.DELETE, prune=True)]
KEYS = ("updated", "moved", "protected", "hidden", "gone", "leaving")


def plan_under(policy: Policy) -> Plan:
    """Return a plan of two courses with every action under a policy, and a departure."""
    titles = {"course_id": 4712, "key": "d", "title": "Another"}
    stand = [course(*(Section(f"Title {key}", key, "old") for key in KEYS))]
    stand.append(course(Section("Title there", "there"), **titles))  # type: ignore[arg-type]
    doubt = Doubt(
        sent={"Title": "Title doubtful", "DisplayOrder": 90, "CourseId": 4711},
        reason="no answer came",
        since=AT,
    )
    state = replace(applied(plan_of(stand)), doubts={address("doubtful"): doubt})
    here = course(
        Section("Title new", "new", "fresh", more={"active": False}),
        Section("Title updated", "updated", "other"),
        Section("Title moved", "moved-on", "old", previous=("moved",)),
        Section("Title protected", "protected", "old", more={"protect": True}),
        Section("Title hidden", "hidden", "old", more={"active": False}),
    )
    arriving = Section("Title leaving", "arriving", "old", previous=("c.leaving",))
    there = course("Title first", Section("Title there", "there"), arriving, **titles)  # type: ignore[arg-type]
    return plan_of([here, there], state, policy)


def test_every_action_has_its_words() -> None:
    """The table has every action, each with its own words for a count."""
    assert set(WORDING) == set(Action)
    assert len({words.counted for words in WORDING.values()}) == len(Action)
    assert {words.mark for words in WORDING.values()}.isdisjoint({LEAVING.mark})


def test_the_plans_here_hold_every_action() -> None:
    """The plans that are compared below have every action."""
    plans = [plan_under(policy) for policy in POLICIES]

    assert {change.action for plan in plans for change in plan.changes} == set(Action)
    assert all(any(each.departures for each in plan.courses.values()) for plan in plans)


def in_text(written: str) -> list[tuple[str, str, str]]:
    """Return the mark, the title and the words of each row of a text."""
    rows = re.findall(r"^  (\S) +\d+  (Title \w+)(.*(?:\n {10}\S.*)*)", written, re.MULTILINE)
    return [(mark, title, " ".join(rest.split())) for mark, title, rest in rows]


def in_markdown(written: str) -> list[tuple[str, str, str]]:
    """Return the mark, the title and the words of each row of the tables."""
    tokens = MarkdownIt("commonmark").enable("table").parse(written)
    found: list[list[str]] = []
    for before, token in itertools.pairwise(tokens):
        if before.type == "tr_open":
            found.append([])
        if before.type == "td_open":
            found[-1].append("".join(each.content for each in token.children or ()))
    rows = [[cell.replace("\u2060", "") for cell in row] for row in found if len(row) == 4]
    return [(row[0], row[2], row[3]) for row in rows]


@pytest.mark.parametrize("policy", POLICIES)
def test_all_renderings_show_the_same_rows(policy: Policy) -> None:
    """All renderings have the same changes in the same order, with the same words."""
    plan = plan_under(policy)
    shown = PlanView(plan)
    rows = [row for each in shown.courses for row in (*each.rows, *each.departures)]
    own = [row for each in shown.courses for row in each.rows]
    page = [each for each in all_items(page_of(plan)) if each.address]
    document = json.loads(json_form.compose(shown))
    text = in_text(terminal.compose(shown))

    assert [row.change.address for row in own] == [row.change.address for row in shown.rows]
    assert [(row.wording.mark, row.title) for row in rows] == [each[:2] for each in text]
    assert all(row.words in each[2] for row, each in zip(rows, text, strict=True))
    assert in_markdown(markdown.compose(shown)) == [
        (f"{row.wording.mark} {row.wording.verb}", row.title, row.words) for row in rows
    ]
    assert sorted((each.address, each.title) for each in page) == sorted(
        (row.change.address, row.title) for row in own
    )
    read = BeautifulSoup(page_of(plan), "html.parser").text
    assert [row.remark for row in own if row.remark not in read] == []
    assert [(each["address"], WORDING[Action(each["action"])]) for each in document["changes"]] == [
        (row.change.address, row.wording) for row in own
    ]


def test_people_read_one_word_for_what_members_see_no_more() -> None:
    """People read that it is hidden from members; commands and programs use `deactivate`."""
    shown = PlanView(plan_under(Policy(OnRemoval.DEACTIVATE)))
    text = terminal.compose(shown)

    assert "to hide from members" in text
    assert "to be hidden from members" in text
    assert "deactivat" not in text + markdown.compose(shown)
    assert json.loads(json_form.compose(shown))["summary"]["deactivate"] > 0
