"""Digests of one plan for each action, as they were recorded before the plan's values changed.

A reviewer's digest, and a plan file, stay good when coursesync is upgraded.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from values import AT, EMPTY, Section, address, applied, course, plan_of

from coursesync.kinds.section import SECTION
from coursesync.nexudus.records import Record
from coursesync.planning.action import Action
from coursesync.planning.drift import compare
from coursesync.planning.policy import OnRemoval, Policy
from coursesync.planning.refreshed_state import refreshed
from coursesync.state.state import Doubt, State

if TYPE_CHECKING:
    from coursesync.planning.plan import Plan

BASE = replace(EMPTY, lineage="0b5e4a0e-2f0a-4a83-a7cc-7a3c6a9d4f11", serial=3)
PICTURE: dict[str, object] = {"image": "https://cdn.example.com/a.png"}
SENT: dict[str, str | int | bool] = {
    "Active": True,
    "CourseId": 4711,
    "DisplayOrder": 20,
    "SectionContents": "",
    "Title": "B",
    "UnlockAfterDays": 0,
    "UnlockType": 1,
}


def there(*sections: Section | str) -> State:
    """Return a state in which these sections were applied."""
    return applied(plan_of(course(*sections), BASE), BASE)


def in_doubt() -> State:
    """Return a state in which it is unknown whether one section of two was created."""
    return replace(
        there("A"),
        doubts={address("b"): Doubt(sent=SENT, reason="lost", since=AT)},
    )


def edited() -> State:
    """Return a state after a look at the site that found an edited and a deleted section."""
    known = there("A", "B")
    kept = known.entries[address("a")]
    record = Record(
        id=kept.id,
        course_id=4711,
        attributes={**kept.known, "Title": "Edited", "SectionContents": "<p>x</p>"},
        created_on=AT,
        updated_on="2025-02-02T00:00:00Z",
        updated_by=None,
    )
    return refreshed(known, compare(known, [record], SECTION))


def moved() -> tuple[Plan, Action]:
    """Return a plan by which a section goes to another course."""
    two = [course("A", "B", key="c"), course("C", key="d", course_id=4712)]
    known = applied(plan_of(two, BASE), BASE)
    taken = [
        course("A", key="c"),
        course("C", Section("B", previous=("c.b",)), key="d", course_id=4712),
    ]
    return plan_of(taken, known), Action.UPDATE


HIDE, DELETE = Policy(OnRemoval.DEACTIVATE), Policy(OnRemoval.DELETE, prune=True)
PLANS = {
    "create": (plan_of(course("A", Section("B", more=PICTURE)), BASE), Action.CREATE),
    "update": (
        plan_of(course("A", "Bee"), there("A", Section("Bee", contents="x"))),
        Action.UPDATE,
    ),
    "picture": (plan_of(course("A"), there(Section("A", more=PICTURE))), Action.UPDATE),
    "pictured": (
        plan_of(course(Section("A", more={"image": None})), there(Section("A", more=PICTURE))),
        Action.UPDATE,
    ),
    "move": (plan_of(course(Section("A", key="new", previous=("a",))), there("A")), Action.MOVE),
    "protect": (plan_of(course(Section("A", more={"protect": True})), there("A")), Action.PROTECT),
    "deactivate": (plan_of(course("A"), there("A", "B"), HIDE), Action.DEACTIVATE),
    "delete": (plan_of(course("A"), there("A", "B"), DELETE), Action.DELETE),
    "keep": (plan_of(course("A"), there("A", "B")), Action.KEEP),
    "doubt": (plan_of(course("A", "B"), in_doubt()), Action.DOUBT),
    "unwanted": (plan_of(course("A"), in_doubt()), Action.DOUBT),
    "edited": (plan_of(course("A", "B"), edited()), Action.UPDATE),
    "moved": moved(),
}
RECORDED = {
    "create": "c1a3490fee27063c5864fc68f25b978aafca69c702d53e92636b9deaea817676",
    "update": "f94b64d73dc29a008f780f353e6d6f3ba5dade1e32408b023c83aae24e105f71",
    "picture": "0be30406197821648960cc70774d057e04c6834474a41bd143d84ec1562de531",
    "pictured": "0be30406197821648960cc70774d057e04c6834474a41bd143d84ec1562de531",
    "move": "bd32eb244a954f635882ecce21c6969fde1593c6a200790c1a1f510268061817",
    "protect": "eb07ec60df800f92c9bd10d479da8b80aaaf96b2b3f3791904a6039ee12ed919",
    "deactivate": "4651875cfbd772989b63c5ed564f8dbab7cdaac7083f8bcfbf02a0b9dcbfe01a",
    "delete": "aab913bf7b4bc9d5a4cbc86c006deab6ed6c5942bb6cf46dd6553d071481c276",
    "keep": "b63db711a8369048993c96cfbf0c68c9a3c2b206a44741828dc970ebf80fc75e",
    "doubt": "bd3a471bed051832a890b63be994857d1103e74dc8ff7ec0e5a192fea9d25a92",
    "unwanted": "b3e96e5a825221fc0fa31a67e29a91283b2e0e138150f524d94c02f09380aa30",
    "edited": "c8627e5090cd0d8ec3f0a7cce9ea7a918244b3e06dc90caf0855bbec85b9358b",
    "moved": "bd7f2946397dd3a17a0ab17f9a9ec3986b2174973bb75b94543cf75ab69923b1",
}


@pytest.mark.parametrize("name", PLANS)
def test_a_digest_outlives_an_upgrade(name: str) -> None:
    """A plan that was reviewed with an earlier coursesync has the same digest with this one."""
    plan, action = PLANS[name]

    assert plan.count(action)
    assert plan.digest == RECORDED[name]
