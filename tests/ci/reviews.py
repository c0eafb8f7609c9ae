"""A history of main, with its reviews, as values: what a test of the rule of reviews is about."""

from __future__ import annotations

import json
from copy import deepcopy
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, TypeAlias

from values import EMPTY, applied, outline_of, plan_of

from coursesync.ci.coverage.rule import coverage
from coursesync.ci.coverage.setting import Setting, Shown
from coursesync.ci.coverage.specified import Specified, Unknown, specified
from coursesync.ci.coverage.trail import trails
from coursesync.ci.forges.forge import NotYet, Review
from coursesync.planning.policy import OnRemoval, Policy

if TYPE_CHECKING:
    from coursesync.ci.coverage.rule import Coverage
    from coursesync.outlines.outline import Outline
    from coursesync.planning.plan import Plan
    from coursesync.state.state import State

# the outlines of a tree by the keys of their courses, and `on_removal`
Tree: TypeAlias = dict[str, Any]
WELCOME, EVENTS = 4711, 4712


def section(key: str, **fields: object) -> dict[str, Any]:
    """Return a section as an author writes it."""
    return {"key": key, "title": key.title(), **fields}


def course(*sections: dict[str, Any], course_id: int = WELCOME, **more: object) -> dict[str, Any]:
    """Return an outline as an author writes it."""
    return {"id": course_id, "title": "Welcome", "sections": list(sections), **more}


def wrong(course_id: int = WELCOME, **more: object) -> dict[str, Any]:
    """Return an outline with mistakes, of which nobody knows what it specifies."""
    return {"wrong": course_id, **more}


def outlines_of(tree: Tree) -> list[Outline]:
    """Return the outlines of a tree that have no mistakes."""
    named = ((k, each) for k, each in tree.items() if k != "on_removal" and "wrong" not in each)
    return [outline_of(json.dumps(each), f"courses/{key}.yaml") for key, each in named]


def asked_in(tree: Tree) -> OnRemoval:
    """Return what a tree says about items that leave their outline."""
    return OnRemoval(tree.get("on_removal", "keep"))


def specified_of(tree: Tree) -> Specified:
    """Return what a tree specifies."""
    ids = frozenset(each["wrong"] for each in tree.values() if "wrong" in each)
    return replace(specified(outlines_of(tree), asked_in(tree)), unknown=Unknown(ids))


@dataclass
class Main:
    """Main's history; its first tree is applied."""

    tree: Tree
    needs_approval: bool = True
    settings: list[Setting] = field(default_factory=list)
    applied: dict[int, str] = field(default_factory=dict)
    since: str = "0"
    state: State = EMPTY

    def __post_init__(self) -> None:
        """Apply the first tree."""
        self.state = applied(self.plan())
        self.applied = dict.fromkeys((each.course_id for each in outlines_of(self.tree)), "0")

    def edited(self, **courses: dict[str, Any]) -> Tree:
        """Return the tree with other outlines."""
        return {**deepcopy(self.tree), **courses}

    def push(self, tree: Tree) -> None:
        """Push a tree without a review."""
        self._add(tree, None)

    def merge(
        self, head: Tree, base: Tree | None = None, result: Tree | None = None, **facts: object
    ) -> None:
        """Merge a review.

        Args:
            head: its last tree.
            base: the one that it began at; by default main's.
            result: what main has afterwards; by default `head`.
            facts: of the review, and `is_clean`.
        """
        is_clean = bool(facts.pop("is_clean", True))
        number = len(self.settings) + 1
        known: dict[str, Any] = {"approved": True, "merged_as": str(number), **facts}
        review = Review(
            number,
            f"pull request #{number}",
            "ada",
            f"head{number}",
            f"refs/pull/{number}/head",
            "https://x",
            **known,
        )
        base = self.tree if base is None else base
        self._add(result or head, Shown(review, specified_of(base), specified_of(head), is_clean))

    def merge_unindexed(self, tree: Tree) -> None:
        """Merge a tree of which the forge does not know the review yet."""
        self._add(tree, NotYet.INDEXED)

    def _add(self, tree: Tree, review: Shown | NotYet | None) -> None:
        before = self.settings[-1].after if self.settings else specified_of(self.tree)
        self.tree = tree
        commit = str(len(self.settings) + 1)
        after = specified_of(tree).filled(before)
        self.settings.append(Setting(commit, before, after, review))

    def plan(self) -> Plan:
        """Plan main."""
        policy = Policy(asked_in(self.tree), prune=True)
        return plan_of(outlines_of(self.tree), self.state, policy)

    def coverage(self) -> Coverage:
        """Return what reviews cover of main's plan."""
        known = trails(self.settings, "0", self.applied, self.since)
        return coverage(self.plan(), known, needs_approval=self.needs_approval)

    def reasons(self) -> list[tuple[str, str, str, str | None]]:
        """Return address, field, reason and commit of all that is held."""
        return sorted(
            (str(each.address), each.field, each.reason.name, each.set_by)
            for found in self.coverage().held.values()
            for each in found
        )
