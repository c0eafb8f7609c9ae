"""The comment on a pull request says what members will see differently."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from render.edited import DESK, EVERYTHING, GUEST, ONBOARDING, Edit, plan_of_edits
from values import Section, applied, course, plan_of

from coursesync.errors import Code, Diagnostic, InvalidOutlines, Remedy, Where
from coursesync.planning.grant import Grant
from coursesync.planning.policy import OnRemoval, Policy
from coursesync.render.comment.layout import Links
from coursesync.render.comment.notices import NotLive, conflicting, result, unplanned, untouched
from coursesync.render.comment.outlook import Outlook, Stop, stops_of
from coursesync.render.comment.page import compose
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
    """Return what changes, by the name of the record: from the warning, then from the tables."""
    warned = re.findall(r"^> - (\*\*.+?\*\*(?: \(.+?\))?): (.+)$", written, re.MULTILINE)
    found = re.findall(r"^\| (\*\*.+?) \| (.+) \|$", written, re.MULTILINE)
    both: dict[str, str] = {}
    for name, words in ((name.replace("*", ""), words) for name, words in [*warned, *found]):
        both[name] = f"{both[name]}<br>{words}" if name in both else words
    return both


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


def test_a_deletion_says_that_progress_is_lost(examples: Path) -> None:
    """What members completed in a lesson is lost with it, and the comment says so."""
    plan = plan_of_edits(examples, (ONBOARDING, LESSON_IN_OUTLINE, ""), policy=DELETE)
    gone = "> - **Bringing a guest** (lesson in *Sharing the place*): deleted"

    assert f"{gone}; what members completed in it is lost" in members_part(plan)
    assert "**1 lesson of *Member onboarding*:** 1 deleted" in members_part(plan)


def test_what_is_kept_is_still_seen(examples: Path) -> None:
    """A record that leaves its outline stays; the comment says so, and how to hide it."""
    written = members_part(plan_of_edits(examples, (ONBOARDING, LESSON_IN_OUTLINE, "")))

    assert written.startswith("### Nothing changes for members\n")
    assert "members still see: *Bringing a guest*. To hide one" in written


HIDDEN = "    active: false\n"
DISCOUNTS = "    contents: |\n      <h3>Discounts"
PICTURE = "https://cdn.example.com/courses/onboarding/phone-booths.png"
DESK_LINE, GUEST_LINE = "      - onboarding/find-your-desk.md\n", LESSON_IN_OUTLINE
SHARING = "Bringing a guest (lesson in Sharing the place)"
WORDS: dict[str, tuple[tuple[Edit, ...], dict[str, str]]] = {
    "a field": (
        ((DESK, "what a jacket", "what a coat"),),
        {
            "Find your desk (lesson in Welcome to Tannery Yard)": "summary: … to, and what a "
            "~~jacket~~ **coat** on a chair means."
        },
    ),
    "another parent": (
        (
            (ONBOARDING, DESK_LINE, ""),
            (ONBOARDING, GUEST_LINE, f"{GUEST_LINE}{DESK_LINE}"),
        ),
        {
            "Find your desk (lesson in Sharing the place)": "moved from *Welcome to Tannery Yard* "
            "to *Sharing the place*, at the end, after *Bringing a guest*"
        },
    ),
    "another place": (
        (
            (ONBOARDING, GUEST_LINE, ""),
            (
                ONBOARDING,
                "      - onboarding/the-dishwasher.md\n",
                f"{GUEST_LINE}      - onboarding/the-dishwasher.md\n",
            ),
        ),
        {SHARING: "moved: now at the start, before *The dishwasher, settled once and for all*"},
    ),
    "sooner": (
        ((GUEST, "unlock: {after_days: 3}", "unlock: immediate"),),
        {SHARING: "opens ~~after 3 days~~ **from the start**"},
    ),
    "a link": (
        ((GUEST, "Stay with them", "Stay with [them](https://x.example)"),),
        {SHARING: "new link: **https://x.example**"},
    ),
    "formatting": (
        ((GUEST, "**Sign them in**", "*Sign them in*"),),
        {SHARING: "text: other formatting"},
    ),
    "a paragraph": (
        ((GUEST, "You may have three guests at a time.", "Three guests at most."),),
        {
            SHARING: "text: ~~You may have three~~ **Three** guests at ~~a time.~~ **most.** More "
            "than that is …"
        },
    ),
    "a heading, and a later paragraph": (
        (
            (GUEST, "## Two minutes before they come", "## Five minutes before they come"),
            (GUEST, "You may have three guests", "You may have two guests"),
        ),
        {
            SHARING: "text: ~~Two~~ **Five** minutes before they come … You may have ~~three~~ "
            "**two** guests at a time. …"
        },
    ),
    "a hidden parent": (
        (
            (ONBOARDING, "key: sharing-the-place\n", f"key: sharing-the-place\n{HIDDEN}"),
            (GUEST, "title: Bringing a guest", "title: Guests"),
        ),
        {
            "Sharing the place": "hidden from members, with the 2 lessons in it",
            "Guests (lesson in Sharing the place)": "hidden with *Sharing the place*<br>"
            "renamed from *Bringing a guest*",
        },
    ),
    "a hidden one before it": (
        ((ONBOARDING, "key: first-week\n", f"key: first-week\n{HIDDEN}"),),
        {
            "Your first week": "hidden from members, with the lesson in it",
            "Meet three people": "can't be opened any more: it waits for *Your first week*, which "
            "is hidden",
        },
    ),
    "shown": (
        ((ONBOARDING, f"{HIDDEN}{DISCOUNTS}", DISCOUNTS),),
        {"Going further": "members see it from now on"},
    ),
    "no picture": (
        ((ONBOARDING, f"image: {PICTURE}", "image: null"),),
        {"Desks, calls and meeting rooms": "picture removed"},
    ),
}


@pytest.mark.parametrize("name", WORDS)
def test_a_row_has_the_words_for(examples: Path, name: str) -> None:
    """Each kind of change has its words, and nothing else has a row."""
    edits, words = WORDS[name]

    assert rows(members_part(plan_of_edits(examples, *edits))) == words


def test_nothing_is_said_of_the_rest(examples: Path) -> None:
    """Without a change there is no table, no warning, no zero, and nothing that goes live."""
    written = members_part(plan_of_edits(examples))

    assert written.startswith(
        "### Nothing changes for members\n\nThe outlines ask for what is live already.\n"
    )
    assert not re.search(r"WARNING|\|| 0 |merged", written)


def test_a_taken_record_is_named_once(examples: Path) -> None:
    """The warning says what it takes; a row follows only for what else changes in a record."""
    sharing = (ONBOARDING, "key: sharing-the-place\n", f"key: sharing-the-place\n{HIDDEN}")
    hidden = (ONBOARDING, "key: first-week\n", f"key: first-week\n{HIDDEN}")
    renamed = (ONBOARDING, "title: Your first week\n", "title: Week one\n")
    written = members_part(plan_of_edits(examples, sharing, hidden, renamed))

    assert "> - **Sharing the place**: hidden from members, with the 2 lessons in it\n" in written
    assert "> - **Week one**: hidden from members, with the lesson in it\n" in written
    assert re.findall(r"^\| \*\*(.*)", written, re.MULTILINE) == [
        "Week one** | renamed from *Your first week* |"
    ]


def test_the_first_line_says_what_somebody_has_to_allow(examples: Path) -> None:
    """A large change says so first, with the line to write, alone on its line; nothing is hasty."""
    stops = stops_of(plan_of_edits(examples, *EVERYTHING))
    outlook = Outlook(stops, ["/coursesync allow large-change 0123456789abcdef"])
    written = members_part(plan_of_edits(examples), outlook)

    assert written.startswith(
        "**This waits until somebody allows it: it changes 8 of the 21 sections and lessons of "
        "Member onboarding (3 of them taken from members, which count double).** "
        "Somebody who may write to this repository, and who pushed none of "
        "it, allows it by a new comment with this line, before or after the merge:\n\n"
        "    /coursesync allow large-change 0123456789abcdef\n\n### "
    )


def test_a_deletion_has_to_be_allowed(examples: Path) -> None:
    """So has the loss of members' progress; what is usual needs nothing."""
    plan = plan_of_edits(examples, (ONBOARDING, LESSON_IN_OUTLINE, ""), policy=DELETE)

    assert [(each.grant, each.reason) for each in stops_of(plan)] == [
        (Grant.PRUNE, "deletes 1 lesson"),
        (Grant.PROGRESS_LOSS, "loses what members did in the deleted lesson"),
    ]
    assert stops_of(plan_of_edits(examples)) == ()


PRUNE = ((Stop(Grant.PRUNE, "deletes it"),), ("/coursesync allow prune 0123456789abcdef",))
NEXT = {
    "a review": (Outlook(), "choose somebody under *Reviewers*. When they have approved it, merge"),
    "both": (
        Outlook(*PRUNE),
        (
            "choose somebody under *Reviewers*, to approve it and to allow it by the lines at the "
            "top. Then merge"
        ),
    ),
    "nothing": (Outlook(needs_approval=False), "merge"),
    "alone": (
        Outlook(*PRUNE, needs_approval=False, is_solo=True),
        "allow it by the lines at the top, then merge",
    ),
    "somebody": (
        Outlook(*PRUNE, needs_approval=False),
        "let somebody allow it by the lines at the top, then merge",
    ),
}


@pytest.mark.parametrize("name", NEXT)
def test_the_last_line_says_what_to_do_next(examples: Path, name: str) -> None:
    """Who has to approve or allow it, and when members see it."""
    outlook, words = NEXT[name]
    written = members_part(plan_of_edits(examples, EVERYTHING[0]), outlook)

    assert written.endswith(
        f"\n\n**Next:** {words} it. It is on the site within about a minute; a comment here then "
        "says so.\n\n"
    )


def test_advice_is_short_and_has_its_place(examples: Path) -> None:
    """The first pieces have file and line; it is said that they stop nothing."""
    found = [
        Diagnostic(Where("courses/a.yaml", line, 5), "`href` of `<a>` leads nowhere", "Write it.")
        for line in range(3, 8)
    ]
    view = PlanView(plan_of_edits(examples, EVERYTHING[0]))
    links = Links(files="https://x.example/blob/1")
    written = compose(view, links, outlook=Outlook(advice=found))

    assert "**Members may stumble over this.** It is advice, and stops nothing:\n\n" in written
    assert (
        "- [`courses/a.yaml:3`](https://x.example/blob/1/courses/a.yaml#L3): `href` of `<a>` leads "
        "nowhere<br>Write it.\n"
    ) in written
    assert "a.yaml:5" in written
    assert "a.yaml:6" not in written
    assert "- and 2 more, under *Files changed*\n" in written


def test_a_question_names_course_place_and_what_to_do() -> None:
    """It is about members' progress, and says what to paste where, and that it may be ignored."""
    first = [course(Section("Old", "old", "<p>One text.</p>"))]
    named = Section("Third", "third", "<p>Third.</p>", previous=("met",))
    now = [course(Section("New", "new", "<p>Something else.</p>"), named)]
    written = members_part(plan_of(now, applied(plan_of(first))))
    asked = [each for each in written.split("\n") if each.startswith("**Please check**")]

    assert len(asked) == 2, written
    assert asked[0].startswith("**Please check** *Third* in *Onboarding* (`")
    assert "knows no section with that key" in asked[0]
    assert "*New* (`" in asked[1]
    assert "for *Old*: `previous_keys: [old]`" in asked[1]
    assert asked[1].endswith("If all of them are new, ignore this.")
    assert not any(re.search(r"\bId\b|\bstate\b", each) for each in asked)


def test_links_and_other_files_are_given(examples: Path) -> None:
    """A link is there if its page is; files that may run on main are named."""
    view = PlanView(plan_of_edits(examples, EVERYTHING[0]))
    outlook = Outlook(others=[".github/workflows/x.yml"])
    written = compose(view, Links("https://x.example/a b", "https://x.example/run"), 65536, outlook)

    assert "\n[The review page](https://x.example/a%20b) shows each text as it was" in written
    assert "The run" not in written
    assert "review page" not in compose(view, Links("javascript:x"), 65536, outlook)
    assert "let the engineer read `.github/workflows/x.yml`.\n" in written


def test_a_move_to_another_course_takes_it_from_the_first() -> None:
    """The course that a record leaves loses it; the other one gets it."""
    titles = {"course_id": 4712, "key": "d", "title": "Another"}
    first = [course("A", Section("B", "b")), course("C", **titles)]  # type: ignore[arg-type]
    here = Section("B", "b", previous=("c.b",))
    now = [course("A"), course("C", here, **titles)]  # type: ignore[arg-type]
    written = members_part(plan_of(now, applied(plan_of(first))))

    assert written.startswith(
        "### What members will see\n\n"
        "- **1 section of *Onboarding*:** 1 moved to another course\n"
        "- **1 section of *Another*:** 1 moved\n\n"
        "> [!WARNING]\n> **Taken from members:**\n> - **B**: moved to the course *Another*\n"
    )
    assert "| **B** | moved here from the course *Onboarding* |\n" in written


def test_a_change_of_what_is_hidden_is_no_change_for_members(examples: Path) -> None:
    """What members see neither before nor after has rows, under a heading that says so."""
    written = members_part(plan_of_edits(examples, (ONBOARDING, "rate for £9", "rate for £11")))

    assert written.startswith(
        "### Nothing changes for members\n\nWhat changes is hidden from them.\n\n"
        "**1 section of *Member onboarding*:** 1 not shown to members\n"
    )
    assert rows(written) == {
        "Going further": "text: … Climbing: day rate for ~~£9~~ **£11** on weekdays<br>"
        "members do not see it"
    }


def test_a_new_key_is_no_change_for_members(examples: Path) -> None:
    """What only coursesync knows has no row; the engineer's part names it."""
    keys = (ONBOARDING, "key: first-week\n", "key: week-one\n    previous_keys: [first-week]\n")
    plan = plan_of_edits(examples, keys)
    written = compose(PlanView(plan))

    assert written.startswith("### Nothing changes for members\n\nOnly keys, numbers or other")
    assert "change the key of `section.onboarding.week-one` at " in written


def test_the_engineers_part_has_the_rest(examples: Path) -> None:
    """Requests, digest and Ids are folded; contents are Markdown where they were written so."""
    plan = plan_of_edits(examples, (DESK, "gone by 9:15", "gone by 9:00"))
    folded = compose(PlanView(plan)).partition("<details>")[2]

    assert "1 write (2 requests), at least 1 second at the API's limits" in folded
    assert f"digest `{plan.digest}`" in folded
    assert re.search(
        r"update `lesson\.onboarding\.welcome\.find-your-desk` at 10: Id \d+\n", folded
    )
    assert "\n- | warm feet | the six desks round the stove, gone by 9:15 in winter |\n" in folded


def test_mistakes_are_named_with_their_places() -> None:
    """Each has its file and line, as a link where there is one, and what to write instead."""
    mistake = Diagnostic(Where("courses/a b.yaml", 3, 5), "no such field", Remedy(Code("unlock")))
    written = unplanned(InvalidOutlines([mistake]), Links(files="https://x.example/blob/1"))

    assert written.startswith("### This can't be planned yet\n\n**1 mistake in the outlines.**")
    assert (
        "- [`courses/a b.yaml:3`](https://x.example/blob/1/courses/a%20b.yaml#L3): no such field"
        "<br>`unlock`\n"
    ) in written


def test_an_apply_says_what_is_live_and_what_waits(examples: Path) -> None:
    """The result counts what members see now; what waits has a reason and the next step."""
    view = PlanView(plan_of_edits(examples, EVERYTHING[0]))
    waiting = NotLive(
        "Host an event", "nobody reviewed it.", Remedy(Code("/coursesync approve 0123"))
    )

    assert result(view, [waiting]) == (
        "### Live now\n\n**1 section of *Member onboarding*:** 1 reworded\n\n"
        "### Not live yet\n\n"
        "- **Host an event:** nobody reviewed it.<br>`/coursesync approve 0123`\n"
    )
    assert result(None, [waiting]).startswith("### Not live yet\n\n- **Host an event:**")
    assert "### Applied: nothing changes for members\n" in result(
        PlanView(plan_of_edits(examples)), []
    )


def test_a_conflict_and_other_files_say_what_to_do() -> None:
    """A conflict names branch and files; a change of other files names them."""
    assert "or merge `main` into this branch" in conflicting("main", ["courses/a.yaml"])
    assert "on `main`, in `courses/a.yaml`." in conflicting("main", ["courses/a.yaml"])
    assert "changes 12 files that are not outlines" in untouched(["x"] * 12)
    assert untouched(["x"] * 12).endswith("`x` and 2 more.\n")


def test_what_members_may_lose_is_a_warning() -> None:
    """From days to the order of the course: who has it now, and not what comes before, loses it."""
    days = Section("B", "b", more={"unlock": {"after_days": 14}})
    waits = Section("B", "b", more={"unlock": "sequential"})
    first = applied(plan_of([course("A", days)]))
    written = members_part(plan_of([course("A", waits)], first))

    assert "1 locked\n" in written
    assert (
        "> **Taken from members:**\n"
        "> - **B**: opens ~~after 14 days~~ **after “A”, the section before it**; members who "
        "have not completed *A* lose it\n"
    ) in written


def test_what_others_took_out_is_not_repeated() -> None:
    """What had left the outline before is neither named nor asked about."""
    state = applied(plan_of([course("A", Section("B", "b", "<p>How to print</p>"))]))
    plan = plan_of([course("A", Section("C", "c", "<p>Where to park</p>"))], state)
    (gone,) = (change.address for change in plan.changes if change.is_left)

    assert "No longer in the outline of *Onboarding*" in members_part(plan)
    assert "**Please check** *Onboarding*: new here: *C*" in members_part(plan)
    assert "ignore this." in members_part(plan)
    later = compose(PlanView(plan, known={gone}))
    assert not re.search(r"No longer|Please|kept|keep|`lesson\.|section\.onboarding\.b`", later)


def test_what_waits_already_is_not_the_authors(examples: Path) -> None:
    """It is counted apart, with the page where somebody decides; nothing is promised meanwhile."""
    plan = plan_of_edits(examples, EVERYTHING[0])
    waiting = {"Member onboarding": 3}
    page = "https://x.example/issues/5"
    held = members_part(plan, Outlook(waiting=waiting, decided=page))

    assert (
        "**Not yours:** 3 changes of *Member onboarding* wait in [#5](https://x.example/issues/5); "
        "until they are decided, this waits too.\n"
    ) in held
    assert "within about a minute" not in held
    assert "once somebody has decided about them in [#5]" in held
    assert "3 changes of *Member onboarding* are merged already, and not live yet." in members_part(
        plan, Outlook(waiting=waiting)
    )
