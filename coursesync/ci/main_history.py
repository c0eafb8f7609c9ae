"""Main's commits since each course was applied, and the reviews that brought them.

Owns which commits count: those of main's first-parent history that change the workspace, after the
oldest commit from which a course was applied. It must never decide what is covered.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from coursesync.ci.coverage.reviewing import Loosening, Rules, is_looser, judged_by
from coursesync.ci.coverage.specified import Specified
from coursesync.ci.coverage.trail import Setting, Shown, trails
from coursesync.ci.forges.forge import NotYet, Pushers, Review

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from coursesync.ci.coverage.specified import SpecifiedCourse
    from coursesync.ci.coverage.trail import Trail
    from coursesync.ci.forges.forge import Forge
    from coursesync.ci.repository import Commit, Repository
    from coursesync.ci.trees import Trees
    from coursesync.state.state_report import Reviewing, StateReport


class MainHistory:
    """Main's history since the courses were applied, and the reviews in it."""

    def __init__(
        self,
        forge: Forge,
        repository: Repository,
        trees: Trees,
        *,
        branch: str,
        main: str,
        report: StateReport,
    ) -> None:
        """Take the ports, the branch with the SHA of its last commit, and what was applied."""
        self._forge, self._repository, self._trees = forge, repository, trees
        self._branch, self._main = branch, main
        self._report = report
        self._pushers: dict[tuple[str, ...], Pushers] = {}

    @cached_property
    def _line(self) -> Mapping[str, int]:
        """The commits of main's first-parent history, each with its number from the last one."""
        commits = self._repository.first_parents(None, self._main)
        return {each.sha: number for number, each in enumerate(reversed(commits))}

    @cached_property
    def starts(self) -> Mapping[int, str]:
        """The commit from which each course was applied; without those that main lost."""
        found = self._report.applied
        return {each: sha for each, sha in found.items() if sha in self._line}

    @cached_property
    def _root(self) -> str:
        """The oldest commit that was applied, or at which the record began; "" for none."""
        known = {*self.starts.values(), self._report.since} & self._line.keys()
        return max(known, key=self._line.__getitem__) if known else ""

    @cached_property
    def commits(self) -> tuple[Commit, ...]:
        """The commits since then that change the workspace, the oldest first."""
        return tuple(each for each in self._after_root if self._is_change(each))

    @cached_property
    def _after_root(self) -> tuple[Commit, ...]:
        if self._root in {"", self._main}:
            return ()
        return self._repository.first_parents(self._root, self._main)

    def _is_change(self, commit: Commit) -> bool:
        return self._trees.changes(commit.parents[0], commit.sha)

    def trails(self) -> Mapping[int, Trail]:
        """Return the history of each course since it was applied; see `trail.trails`."""
        # other commits have the same outlines as the last one that changed them
        last, same = self._root, {self._root: self._root}
        for each in self._after_root:
            last = each.sha if self._is_change(each) else last
            same[each.sha] = last
        applied = {course: same[sha] for course, sha in self.starts.items()}
        return trails(self.settings, self._root, applied, same.get(self._report.since, ""))

    def brought(self) -> Iterator[tuple[Review, frozenset[int]]]:
        """Yield each review that was merged, with the courses that it changed since their apply."""
        found: dict[int, tuple[Review, set[int]]] = {}
        for course, trail in self.trails().items():
            for setting in trail.settings:
                review = self.reviews.get(setting.commit)
                if isinstance(review, Review) and course in _changed_by(setting):
                    found.setdefault(review.number, (review, set()))[1].add(course)
        for number in sorted(found):
            review, courses = found[number]
            yield review, frozenset(courses)

    @cached_property
    def reviews(self) -> Mapping[str, Review | NotYet | None]:
        """The merged review of each of these commits, by its SHA."""
        commits = [each.sha for each in self.commits]
        return self._forge.reviews_between(self._branch, commits) if commits else {}

    def pushers(self, commits: Iterable[str]) -> Pushers:
        """Return who pushed some of these commits, and to the reviews that they merged."""
        wanted = tuple(sorted({*commits}))
        if wanted not in self._pushers:
            line = [each.sha for each in self._after_root]
            found = self._forge.pushers_between(self._branch, line, wanted)
            merged = (self.reviews.get(each) for each in wanted)
            for number in sorted({each.number for each in merged if isinstance(each, Review)}):
                found |= self._forge.pushers(number)
            self._pushers[wanted] = found
        return self._pushers[wanted]

    @property
    def settings(self) -> tuple[Setting, ...]:
        """What each of these commits changed."""
        return self._judged[0]

    @property
    def rules(self) -> Rules:
        """Who has to approve what comes next."""
        return self._judged[1]

    @cached_property
    def _judged(self) -> tuple[tuple[Setting, ...], Rules]:
        settings, report = [*self._settings()], self._report
        now = self._trees.specified(self._main)
        main: Reviewing = now.reviewing if now else "required"
        if not report.reviewing:  # the first run takes it as it is
            return judged_by(settings, Rules(settings[0].before.reviewing if settings else main), 0)
        rules = Rules(report.reviewing, report.reviewing_since, report.loosened)
        last = self._line.get(report.result.commit, 0) if report.result else 0
        older = sum(self._line[each.commit] >= last for each in settings) if last else 0
        return judged_by(settings, rules, older)

    @property
    def loosening(self) -> Loosening | None:
        """A looser setting on main that nobody reviewed."""
        now = self._trees.specified(self._main)
        if now is None or not is_looser(now.reviewing, self.rules.reviewing):
            return None
        return Loosening(self.rules.loosened or self._main, now.reviewing)

    def _settings(self) -> Iterator[Setting]:
        before: Specified | None = None
        for each in self.commits:
            if before is None:
                before = self._trees.specified(each.parents[0]) or Specified()
            after = self._trees.specified(each.sha) or before
            yield Setting(each.sha, before, after, self._shown(each))
            before = after

    def _shown(self, commit: Commit) -> Shown | NotYet | None:
        review = self.reviews.get(commit.sha)
        if not isinstance(review, Review):
            return review
        # a head that somebody pushed to main was not merged
        if review.head == commit.sha or not self._has_head(review):
            return None
        base = self._repository.merge_base(review.head, commit.parents[0])
        if base is None:
            return None
        return Shown(review, self._trees.specified(base), self._trees.specified(review.head))

    def _has_head(self, review: Review) -> bool:
        if not self._repository.has(review.head):
            self._repository.fetch(review.ref)
        return self._repository.has(review.head)

    @property
    def courses(self) -> frozenset[int]:
        """The courses that main has now; none if its outlines are invalid."""
        now = self._trees.specified(self._main)
        return frozenset(now.courses) if now else frozenset()

    @property
    def is_empty(self) -> bool:
        """Whether main has no outline at all."""
        now = self._trees.specified(self._main)
        return now is not None and not now.courses

    def commits_of(self, course: int) -> list[str]:
        """Return the SHAs of the commits that changed a course."""
        return [each.commit for each in self.settings if course in _changed_by(each)]


def _changed_by(setting: Setting) -> set[int]:
    before, after = setting.before.courses, setting.after.courses
    gone = before.keys() ^ after.keys()
    return gone | {each for each in before.keys() & after.keys() if _differ(before, after, each)}


def _differ(
    one: Mapping[int, SpecifiedCourse], other: Mapping[int, SpecifiedCourse], course: int
) -> bool:
    return not one[course].is_same(other[course])
