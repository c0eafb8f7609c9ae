"""A plan names whom it affects: what opens in sequence waits for another record than before."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from values import Section, applied, course, plan_of

from coursesync.planning.policy import OnRemoval, Policy
from coursesync.render import json as json_form
from coursesync.render import markdown, terminal
from coursesync.render.comment import page as comment
from coursesync.render.rows import PlanView

if TYPE_CHECKING:
    from collections.abc import Sequence

    from coursesync.planning.plan import Plan

WAITS = Section("Meet three people", more={"unlock": "sequential"})
EAT = Section("Where to eat")
DELETE = Policy(OnRemoval.DELETE, prune=True)
HIDDEN = Section("Your desk", more={"active": False})

# the outline before and after, the sentence about the neighbour, and the comment's words for it
CASES: dict[str, tuple[Sequence[Section | str], Sequence[Section | str], str, str]] = {
    "a new one before it": (
        ["Hello", "Your desk", WAITS],
        ["Hello", "Your desk", EAT, WAITS],
        "“Meet three people” now waits for “Where to eat”, no longer for “Your desk”.",
        "waits for *Where to eat* from now on, no longer for *Your desk*",
    ),
    "two that change places": (
        [EAT, "Your desk", WAITS],
        ["Your desk", EAT, WAITS],
        "“Meet three people” now waits for “Where to eat”, no longer for “Your desk”.",
        "waits for *Where to eat* from now on, no longer for *Your desk*",
    ),
    "the one before it is deleted": (
        ["Hello", Section("Your desk", more={"unlock": "sequential"}), WAITS],
        ["Hello", WAITS],
        "“Meet three people” now waits for “Hello”, no longer for “Your desk”.",
        "waits for *Hello* from now on, no longer for *Your desk*",
    ),
    "the only one before it is deleted": (
        ["Your desk", WAITS],
        [WAITS],
        "“Meet three people” has no section before it any more: members may never get in.",
        "can't be opened any more: no section is before it",
    ),
    "the one before it is hidden": (
        ["Your desk", WAITS],
        [HIDDEN, WAITS],
        "“Meet three people” waits for “Your desk”, which is hidden: members may never get in.",
        "can't be opened any more: it waits for *Your desk*, which is hidden",
    ),
}


def planned(before: Sequence[Section | str], after: Sequence[Section | str]) -> Plan:
    """Return the plan of an outline that was applied before."""
    return plan_of(course(*after), applied(plan_of(course(*before))), DELETE)


@pytest.mark.parametrize("name", CASES)
def test_a_plan_names_whom_it_affects(name: str) -> None:
    """Text, Markdown, JSON and the comment name the neighbour, and what it waits for now."""
    before, after, sentence, words = CASES[name]
    view = PlanView(planned(before, after))
    document = json.loads(json_form.compose(view))

    assert f" {sentence} " in " ".join(terminal.compose(view).split())
    assert f"\n- {sentence}\n" in markdown.compose(view)
    assert [each["words"] for each in document["waits"]] == [sentence]
    assert words in comment.compose(view).replace("\\", "")


def test_nothing_is_said_of_a_neighbour_that_waits_for_the_same() -> None:
    """A new title, or a new section elsewhere, affects nobody else."""
    desk = Section("Your desk", key="desk")
    plan = planned([desk, WAITS], [Section("A desk", key="desk"), WAITS, "Goodbye"])

    assert json.loads(json_form.compose(PlanView(plan)))["waits"] == []


def test_a_new_rule_names_the_section_before_it() -> None:
    """What opens in sequence from now on is shown with the title of what it waits for."""
    plan = planned(["Your desk", "Meet three people"], ["Your desk", WAITS])
    view = PlanView(plan)
    (change,) = json.loads(json_form.compose(view))["changes"]

    assert "unlocks after “Your desk”, the section before it" in terminal.compose(view)
    assert "unlocks after “Your desk”, the section before it" in markdown.compose(view)
    assert "**after “Your desk”, the section before it**" in comment.compose(view)
    assert change["waits_for"] == "section.c.your-desk"


def test_a_new_section_names_the_one_before_it() -> None:
    """A row that creates a section in sequence names what it waits for."""
    view = PlanView(planned(["Your desk"], ["Your desk", WAITS]))

    assert "unlocks after “Your desk”, the section before it" in terminal.compose(view)
    assert "opens after “Your desk”, the section before it" in comment.compose(view)


def test_many_neighbours_are_counted() -> None:
    """A course turned round names the first sections, and counts the others."""
    many = [Section(f"S{n}", more={"unlock": "sequential"}) for n in range(40)]
    view = PlanView(planned(many, many[::-1]))

    assert "  20 more now wait for another one.\n" in terminal.compose(view)
    assert len(json.loads(json_form.compose(view))["waits"]) == 40
