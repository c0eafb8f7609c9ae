"""Comments that hold given text wherever an author's, or another person's, text can be."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from values import AT, Section, address, applied, course, plan_of

from coursesync.errors import CoursesyncError, Diagnostic, InvalidOutlines, Where
from coursesync.planning.grant import Grant
from coursesync.planning.policy import OnRemoval, Policy
from coursesync.render.comment.configured import SettingChange
from coursesync.render.comment.layout import GITHUB, Links
from coursesync.render.comment.notices import NotLive, conflicting, result, unplanned, untouched
from coursesync.render.comment.outlook import Outlook, Stop
from coursesync.render.comment.page import compose, seen_by_members
from coursesync.render.fit import joined
from coursesync.render.rows import PlanView
from coursesync.state.state import Doubt
from coursesync.text import without_unseen

if TYPE_CHECKING:
    from coursesync.planning.plan import Plan

ALLOW = "/coursesync allow prune 0123"
HIDDEN: dict[str, object] = {"active": False}


def lesson(title: str, key: str, **more: object) -> dict[str, object]:
    """Return a lesson as an author writes it."""
    return {"title": title, "key": key, "summary": title, **more}


def plan_with(words: str, number: int = 1) -> Plan:
    """Return a plan that changes records in every way, with `words` in every text.

    `number` is how many records change in each way. What an outline can't have is only in the
    state.
    """

    def sections(edit: str, *, after: bool) -> list[Section]:
        title = f"{words} {edit}"
        within = [lesson(title, "a"), lesson(f"{words} lesson", "b")]
        listed = [
            Section(
                f"{words} {edit}", f"titled{n}", f"<p>{words} {edit}</p>", more={"lessons": within}
            )
            for n in range(number)
        ]
        hidden = HIDDEN if after else {}
        listed += [Section(f"{words} hidden", f"hidden{n}", more=hidden) for n in range(number)]
        moved = Section(f"{words} moved", "moved")
        image: dict[str, object]
        image = {"image": f"https://x.example/{edit}.png", "unlock": {"after_days": 2 + after}}
        listed += [Section(f"{words} later", f"later{n}", more=image) for n in range(number)]
        gone = "new" if after else "gone"
        listed += [Section(f"{words} {gone}", f"{gone}{n}") for n in range(number)]
        return [moved, *listed] if after else [*listed, moved]

    told, words = words, " ".join(without_unseen(words).split()) or "x"
    titles = {"course_id": 4712, "key": "d", "title": f"{words} other"}
    before = [course(*sections("old", after=False), title=f"{words} course")]
    before.append(course(Section(f"{words} leaving", "leaving"), **titles))  # type: ignore[arg-type]
    sent = {"Title": told, "DisplayOrder": 990, "CourseId": 4711}
    doubt = Doubt(sent=sent, reason=told, since=AT)  # type: ignore[arg-type]
    state = replace(applied(plan_of(before)), doubts={address("doubtful"): doubt})
    here = sections("new", after=True)
    here.append(Section(f"{words} leaving", "arriving", previous=("d.leaving",)))
    now = [course(*here, title=f"{words} course")]
    now.append(course(Section(f"{words} asked", "asked"), **titles))  # type: ignore[arg-type]
    return plan_of(now, state, Policy(OnRemoval.DELETE, prune=True))


def comments_with(words: str, most: int = GITHUB) -> list[str]:
    """Return a comment of every kind with `words` in every text that people can write."""
    view = PlanView(plan_with(words))
    mistake = Diagnostic(
        Where(f"courses/{words}.yaml", 2), f"{words} is wrong", words or "Correct it."
    )
    outlook = Outlook(
        stops=[Stop(Grant.PRUNE, words)],
        lines=[ALLOW],
        others=[words, words],
        waiting={words: 2},
        advice=[mistake],
    )
    waiting = [NotLive(words, f"{words} set it", f"Ask {words}.")]
    return [
        compose(view, most=most, outlook=outlook),
        unplanned(InvalidOutlines([mistake]), most=most),
        unplanned(CoursesyncError(words, words), most=most),
        conflicting(words, [words]),
        untouched([words], settings=[SettingChange(words, words, words)]),
        result(view, waiting, Links(), most),
        joined(seen_by_members(view)),
    ]
