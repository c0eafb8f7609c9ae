"""The comment on a pull request says what members will see differently."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from render.edited import DESK, EVERYTHING, GUEST, ONBOARDING, Edit, plan_of_edits

from coursesync.planning.policy import OnRemoval, Policy
from coursesync.render.comment.layout import Links
from coursesync.render.comment.page import Outlook, Stop, compose, stops_of
from coursesync.render.rows import PlanView

if TYPE_CHECKING:
    from pathlib import Path

    from coursesync.planning.plan import Plan

LESSON_IN_OUTLINE = "      - onboarding/bring-a-guest.md\n"
STOVE = "text: … the stove, gone by ~~9:15~~ **9:00** in winter"
DELETE = Policy(OnRemoval.DELETE, prune=True)


def members_part(plan: Plan, outlook: Outlook | None = None) -> str:
    """Return what of a plan's comment is for authors, without the signs of Markdown's escapes."""
    written = compose(PlanView(plan), outlook=outlook or Outlook())
    return re.sub(r"\\(?=[.:])", "", written.partition("<details>")[0])


def rows(written: str) -> dict[str, str]:
    """Return what changes, by the name of the record, in the order of the table."""
    found = re.findall(r"^\| (.+?) \| (.+) \|$", written, re.MULTILINE)
    return {name.replace("*", ""): words for name, words in found if name.startswith("**")}


def test_it_begins_with_what_members_see(examples: Path) -> None:
    """The first sentence counts the differences of each course in its members' words."""
    written = members_part(plan_of_edits(examples, *EVERYTHING))

    assert written.startswith(
        "### What members will see\n\n"
        "**7 sections and 3 lessons of *Member onboarding*:** 1 new · 1 hidden from members · "
        "3 open later · 1 becomes visible · 1 renamed · 2 reworded · 1 with another picture\n"
    )


def test_a_warning_names_what_is_taken(examples: Path) -> None:
    """Hidden, later and what waits for it: each is named, before all else."""
    written = members_part(plan_of_edits(examples, *EVERYTHING))

    assert (
        "> [!WARNING]\n"
        "> **Taken from members:**\n"
        "> - **One month in: how is it going?**: hidden from members, with the lesson in it\n"
        "> - **Bringing a guest** (lesson in *Sharing the place*): opens after ~~3~~ **5** days\n"
        "> - **Your first week**: opens after ~~7~~ **10** days\n"
        "> - **Meet three people**: opens on day ~~7~~ **10**, because *Your first week* comes "
        "before it\n"
    ) in written


def test_each_row_says_what_changes(examples: Path) -> None:
    """A row has the difference itself; the heaviest row comes first."""
    found = rows(members_part(plan_of_edits(examples, *EVERYTHING)))

    assert [*found.items()] == [
        ("One month in: how is it going?", "hidden from members, with the lesson in it"),
        ("Bringing a guest (lesson in Sharing the place)", "opens after ~~3~~ **5** days"),
        ("Your first week", "opens after ~~7~~ **10** days"),
        (
            "Meet three people",
            "opens on day ~~7~~ **10**, because *Your first week* comes before it",
        ),
        (
            "The bicycle shed (lesson in Getting in, and locking up)",
            "members see it from now on",
        ),
        (
            "The roof",
            "new, between *Wi-Fi, printing and scanning* and *Desks, calls and meeting rooms*",
        ),
        ("Wi-Fi, printing and scanning", "renamed from *Wi-Fi and printing*"),
        (
            "Welcome to Tannery Yard",
            "text: … the front desk from ~~9:00~~ **8:30** to 17:30, Monday to …",
        ),
        (
            "Find your desk (lesson in Welcome to Tannery Yard)",
            f"completion: done ~~by a button~~ **once it is opened**<br>{STOVE}",
        ),
        ("Desks, calls and meeting rooms", "new picture"),
    ]


def test_a_deletion_says_who_loses_progress(examples: Path) -> None:
    """It names the number of members where it is known, and else that members lose it."""
    plan = plan_of_edits(examples, (ONBOARDING, LESSON_IN_OUTLINE, ""), policy=DELETE)
    (change,) = plan.changes
    gone = "> - **Bringing a guest** (lesson in *Sharing the place*): deleted"

    assert f"{gone}; what members completed in it is lost" in members_part(plan)
    assert f"{gone}; what 34 members completed in it is lost" in members_part(
        plan, Outlook(people={change.address: 34})
    )
    assert f"{gone}; no member completed it" in members_part(
        plan, Outlook(people={change.address: 0})
    )
    assert "**1 lesson of *Member onboarding*:** 1 deleted" in members_part(plan)


def test_what_is_kept_is_still_seen(examples: Path) -> None:
    """A record that leaves its outline stays; the comment says so, and how to hide it."""
    written = members_part(plan_of_edits(examples, (ONBOARDING, LESSON_IN_OUTLINE, "")))

    assert written.startswith("### Nothing changes for members\n")
    assert "members still see: *Bringing a guest*. To hide one" in written


@pytest.mark.parametrize(
    ("edit", "words"),
    [
        ((DESK, "title: Find your desk", "title: Your desk"), "renamed from *Find your desk*"),
        ((DESK, "what a jacket", "what a coat"), "summary: … to, and what a ~~jacket~~ **coat**"),
        (
            (ONBOARDING, "      - onboarding/find-your-desk.md\n", ""),
            "moved from *Welcome to Tannery Yard* to *Sharing the place*",
        ),
        ((GUEST, "unlock: {after_days: 3}", "unlock: immediate"), "opens ~~after 3 days~~"),
        ((GUEST, "Stay with them", "Stay with [them](https://x.example)"), "new link: **https"),
    ],
)
def test_a_row_has_the_words_for(examples: Path, edit: Edit, words: str) -> None:
    """Each kind of change has its words."""
    edits = [edit]
    if edit[2] == "":
        edits.append((ONBOARDING, LESSON_IN_OUTLINE, f"{LESSON_IN_OUTLINE}{edit[1]}"))

    assert words in members_part(plan_of_edits(examples, *edits))


def test_nothing_is_said_of_the_rest(examples: Path) -> None:
    """Without a change there is no table, no warning, no zero, and nothing that goes live."""
    written = members_part(plan_of_edits(examples))

    assert written.startswith(
        "### Nothing changes for members\n\nThe outlines ask for what is live already.\n"
    )
    assert not re.search(r"WARNING|\|| 0 |merged", written)


def test_the_first_line_says_that_apply_stops(examples: Path) -> None:
    """A large change says in the first line what to write, with the digest that was given."""
    plan = plan_of_edits(examples, *EVERYTHING)
    stops = stops_of(plan, "0123456789abcdef")

    assert members_part(plan, Outlook(stops=stops)).startswith(
        "**After the merge, apply will stop: this changes 8 of the 21 sections and lessons of "
        "Member onboarding.** To allow it, write this in a comment: "
        "`/coursesync allow large-change 0123456789abcdef`\n"
    )


def test_a_deletion_stops_too(examples: Path) -> None:
    """What deletes names the lines that allow it; what is usual stops nothing."""
    plan = plan_of_edits(examples, (ONBOARDING, LESSON_IN_OUTLINE, ""), policy=DELETE)

    assert [(each.reason, each.write) for each in stops_of(plan, "abc")] == [
        ("apply will stop: this deletes 1 lesson", "/coursesync allow prune abc"),
        (
            "apply will stop if members have completed any of the deleted lessons",
            "/coursesync allow progress-loss abc",
        ),
    ]
    assert stops_of(plan_of_edits(examples), "abc") == ()


def test_links_and_other_files_are_given(examples: Path) -> None:
    """A link is there if its page is; files that may run on main are named."""
    view = PlanView(plan_of_edits(examples, EVERYTHING[0]))
    outlook = Outlook(others=[".github/workflows/x.yml"], stops=[Stop("so", "/coursesync x")])
    written = compose(
        view, Links(review="https://x.example/a b", run="javascript:x"), 65536, outlook
    )

    assert "\n[The course before and after](https://x.example/a%20b)\n" in written
    assert "The run" not in written
    assert "let the engineer read `.github/workflows/x.yml`.\n" in written
