"""Answers what people write on pull requests and in issues, at the next `coursesync ci comment`.

Owns what can be decided on which page. It must never decide anything itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from coursesync.ci.assessment import Assessment
from coursesync.ci.coverage.delta_digest import digest_of_delta
from coursesync.ci.coverage.setting import Shown
from coursesync.ci.instructions.answers import (
    MERGED,
    answer_each,
    answer_to,
    choices_in,
    grants_of,
    starts_now,
)
from coursesync.ci.instructions.approvals import Electorate
from coursesync.ci.instructions.permits import Permits
from coursesync.ci.main_history import MainHistory
from coursesync.ci.results.kept import is_about_another, is_for_another, marker
from coursesync.ci.trees import Trees
from coursesync.errors import InvalidOutlines
from coursesync.render.comment.layout import linked
from coursesync.state.git_store import GitStore
from coursesync.state.state_report import StateReport

if TYPE_CHECKING:
    from collections.abc import Sequence

    from coursesync.ci.event import Event
    from coursesync.ci.forges.forge import Comment, Forge, Issue, Review
    from coursesync.ci.instructions.approvals import Instruction
    from coursesync.ci.merge_plan import Main

_NO_PLAN_HERE = "This does not count. Write it on the open pull request that it is to plan."
_NOT_HERE = (
    "This does not count here. {} The line to approve counts only in the issue that shows it."
)
_BY_A_REVIEW = (
    "On an open pull request, approve by a review (*Files changed*, *Review changes*, *Approve*)."
)
_BY_A_BUTTON = "Approve an open merge request by its button *Approve*."


def answer_on(forge: Forge, main: Main, review: Review, comments: Sequence[Comment]) -> None:
    """Answer the instructions on an open review; a new plan answers those that ask for one."""

    def electorate() -> Electorate:
        return _electorate(forge, _history_of(forge, main), review.number)

    def answer(given: Instruction) -> str:
        if given.word == "plan":
            return ""
        own = [each.body for each in forge.comments(review.number) if each.own]
        if is_for_another(given.digest, own, main.path):
            return ""
        if given.word == "approve":
            return _NOT_HERE.format(_BY_A_BUTTON if "/-/" in review.url else _BY_A_REVIEW)
        choices = grants_of(main.digest_of(review.head), electorate)
        return answer_to(given, choices, "\n".join(own), MERGED)

    answer_each(forge, review.number, comments, answer)


def _history_of(forge: Forge, main: Main) -> MainHistory:
    store = main.project.store
    return MainHistory(
        *(forge, main.repository, Trees(main.repository, main.path)),
        branch=main.branch,
        main=main.sha,
        report=store.report if isinstance(store, GitStore) else StateReport(),
    )


def _electorate(forge: Forge, history: MainHistory, number: int) -> Electorate:
    """Return who may decide about what a review brings, by the setting that counts on main."""
    is_solo = history.rules.reviewing == "solo"
    return Electorate(forge, forge.pushers(number), is_solo=is_solo)


def answer_elsewhere(forge: Forge, main: Main, event: Event, known: Sequence[int]) -> None:
    """Answer what is written in the issues of coursesync, and on the page that got a comment.

    An issue about another workspace is left to the job of that one.
    """
    commented = None if is_about_another(event.page, main.path) else event.commented
    waiting = forge.issue(marker("waiting", main.path))
    drifted = forge.issue(marker("drift", main.path))
    numbers = [commented, *(each.number for each in (waiting, drifted) if each is not None)]
    for number in dict.fromkeys(each for each in numbers if each is not None and each not in known):
        comments = forge.comments(number)
        answer_each(forge, number, comments, _Elsewhere(forge, main, number, waiting, drifted))


@dataclass
class _Elsewhere:
    """Answers an instruction on a page that is no open review."""

    forge: Forge
    main: Main
    number: int
    waiting: Issue | None
    drifted: Issue | None

    def __call__(self, given: Instruction) -> str:
        """Return the answer; "" while main has mistakes, so that nobody knows what waits."""
        own = [each.body for each in self.forge.comments(self.number) if each.own]
        if is_for_another(given.digest, own, self.main.path):
            return ""
        if given.word == "plan":
            return _NO_PLAN_HERE
        if self.drifted is not None and self.number == self.drifted.number:
            return self._about_drift(given, self.drifted)
        try:
            return self._answer(given, "\n".join(own))
        except InvalidOutlines:
            return ""

    def _answer(self, given: Instruction, shown: str) -> str:
        if self.waiting is not None and self.number == self.waiting.number:
            return answer_to(
                given, choices_in(self._assessment), self.waiting.body, starts_now(self.waiting.url)
            )
        if given.word == "approve":
            where = linked("the issue of what waits", self.waiting.url) if self.waiting else ""
            # GitLab starts no job for a comment, so this is a page of GitHub
            not_here = _NOT_HERE.format(_BY_A_REVIEW)
            return f"{not_here} It is {where}." if where else not_here
        merged = [
            each.review
            for each in self._assessment.history.settings
            if isinstance(each.review, Shown) and each.review.review.number == self.number
        ]
        digests = [digest_of_delta(each.own) for each in merged]
        choices = [each for digest in digests for each in grants_of(digest, self._electorate)]
        page = merged[-1].review.url if merged else ""
        return answer_to(given, choices, shown, starts_now(page))

    def _electorate(self) -> Electorate:
        """Return who may decide about what a merged review brought."""
        return _electorate(self.forge, self._assessment.history, self.number)

    def _about_drift(self, given: Instruction, issue: Issue) -> str:
        """Answer in the issue about drift; what it shows is known with credentials alone."""
        only_writers = Electorate(self.forge)
        if given.problem or (problem := only_writers.objection(given.comment)):
            return f"This does not count. {given.problem or problem}"
        return (
            f"{starts_now(issue.url)} It looks at the site first. If that shows other changes by "
            "then, it does nothing, and this issue shows the new line to copy."
        )

    @cached_property
    def _assessment(self) -> Assessment:
        """What waits now."""
        project, history = self.main.project, _history_of(self.forge, self.main)
        issues = [each for each in (self.waiting, self.drifted) if each is not None]
        permits = Permits(self.forge, history, issues)
        return Assessment(project.outlines_for(project.state()), history, permits)
