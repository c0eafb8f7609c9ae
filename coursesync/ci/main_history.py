"""Main's commits since each course was applied, and the reviews that brought them.

Owns which commits count: those of main's first-parent history that change the workspace, after the
oldest commit from which a course was applied. It must never decide what is covered.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from coursesync.ci.coverage.delta import Delta, changed_courses
from coursesync.ci.coverage.reviewing import Loosening, Rules, is_looser, judged_by, stricter
from coursesync.ci.coverage.setting import Setting, Shown
from coursesync.ci.coverage.trail import Trail, trails
from coursesync.ci.forges.forge import OLDER, NotYet, Pushers, Review

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

    from coursesync.ci.coverage.specified import Specified
    from coursesync.ci.forges.forge import Forge
    from coursesync.ci.repository import Commit, Repository
    from coursesync.ci.trees import Trees
    from coursesync.state.state_report import StateReport


# what is looked at of main where nobody knows what was applied: each change takes some requests
_MOST_COMMITS, _MOST_CHANGES = 100, 30


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
        self._known: dict[str, Review | NotYet | None] = {}

    @cached_property
    def _whole(self) -> tuple[Commit, ...]:
        """The commits of main's first-parent history, the oldest first."""
        return self._repository.first_parents(None, self._main)

    @cached_property
    def _line(self) -> Mapping[str, int]:
        """The same, each with its number from the last one."""
        return {each.sha: number for number, each in enumerate(reversed(self._whole))}

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

    def all_of(self, courses: Collection[int]) -> tuple[Trail, str]:
        """Return main's last commits that changed some courses, whatever was applied.

        With the name for what set the things that none of them set: main's first commit, or OLDER.
        """
        line = self._whole[-_MOST_COMMITS:]
        changing = (each for each in line if each.parents and self._is_change(each))
        every = tuple(each for each in changing if self._concerns(each, courses))
        chosen, is_whole = every[-_MOST_CHANGES:], line == self._whole
        first = line[0].sha if is_whole and len(every) <= _MOST_CHANGES else OLDER
        settings = [*self._settings(chosen, self._reviews_of(each.sha for each in chosen))]
        before = settings[0].before if settings else self._now
        return Trail(judged_by(settings, Rules(before.reviewing), 0)[0]), first

    def _concerns(self, commit: Commit, courses: Collection[int]) -> bool:
        before, after = (self._trees.specified(e) for e in (commit.parents[0], commit.sha))
        changed = changed_courses(Delta(before, after))
        return any(e in changed or e in before.unknown or e in after.unknown for e in courses)

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
                if isinstance(review, Review) and course in _brought_by(setting):
                    found.setdefault(review.number, (review, set()))[1].add(course)
        for number in sorted(found):
            review, courses = found[number]
            yield review, frozenset(courses)

    @cached_property
    def reviews(self) -> Mapping[str, Review | NotYet | None]:
        """The merged review of each of these commits, by its SHA."""
        return self._reviews_of(each.sha for each in self.commits)

    def _reviews_of(self, commits: Iterable[str]) -> Mapping[str, Review | NotYet | None]:
        shas = [*commits]
        if new := [each for each in shas if each not in self._known]:
            self._known |= self._forge.reviews_between(self._branch, new)
        return {each: self._known[each] for each in shas if each in self._known}

    def pushers(self, commits: Iterable[str]) -> Pushers:
        """Return who pushed some commits of main, and to the reviews that they merged.

        To merge a review as it is pushes nothing: who pressed the button does not count.
        """
        wanted = tuple(sorted({*commits}))
        if OLDER in wanted:
            return Pushers(unknown=(OLDER,)) | self.pushers({*wanted} - {OLDER})
        if wanted not in self._pushers:
            reviews = {**self.reviews, **self._reviews_of(wanted)}
            made = _made_by(self._whole, reviews)
            merged, pushed = dict[int, Review](), list[str]()
            for each in wanted:
                if isinstance(review := reviews.get(each), Review):
                    merged[review.number] = review
                    if self._is_as_reviewed(review, made[review.number]):
                        continue
                pushed.append(each)
            line = [each.sha for each in self._whole]
            found = self._forge.pushers_between(self._branch, line, pushed)
            for number in sorted(merged):
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
        settings, report = [*self._settings(self.commits, self.reviews)], self._report
        if not report.reviewing:  # the first run takes it as it is
            before = settings[0].before if settings else self._now
            return judged_by(settings, Rules(before.reviewing), 0)
        last = self._line.get(report.result.commit, 0) if report.result else 0
        older = sum(self._line[each.commit] >= last for each in settings) if last else 0
        was = settings[older].before if older < len(settings) else self._now
        reviewing = stricter(report.reviewing, was.reviewing)  # anyone may have written the report
        rules = Rules(reviewing, report.reviewing_since, report.loosened)
        return judged_by(settings, rules, older)

    @property
    def loosening(self) -> Loosening | None:
        """A looser setting on main that nobody reviewed."""
        now = self._now
        if not now.is_configured or not is_looser(now.reviewing, self.rules.reviewing):
            return None
        return Loosening(self.rules.loosened or self._main, now.reviewing)

    @property
    def _now(self) -> Specified:
        return self._trees.specified(self._main)

    def _settings(
        self, commits: Sequence[Commit], reviews: Mapping[str, Review | NotYet | None]
    ) -> Iterator[Setting]:
        made = _made_by(commits, reviews)
        before: Specified | None = None
        for each in commits:
            if before is None:
                before = self._trees.specified(each.parents[0])
            after = self._trees.specified(each.sha).filled(before)
            review = reviews.get(each.sha)
            if isinstance(review, Review):
                yield Setting(each.sha, before, after, self._shown(each, review, made))
            else:
                yield Setting(each.sha, before, after, review)
            before = after

    def _shown(
        self, commit: Commit, review: Review, made: Mapping[int, Sequence[Commit]]
    ) -> Shown | None:
        """Return what a review showed that a commit merged; `made` are the commits of each."""
        # a head that somebody pushed to main was not merged
        if review.head == commit.sha or not self._has_head(review):
            return None
        base = self._repository.merge_base(review.head, commit.parents[0])
        if base is None:
            return None
        trees = self._trees
        began, head = trees.specified(base), trees.specified(review.head)
        matters = bool(began.unknown or trees.specified(commit.sha).unknown)
        is_clean = not matters or self._is_merge(review, made[review.number])
        return Shown(review, began, head, is_clean)

    def _is_as_reviewed(self, review: Review, commits: Sequence[Commit]) -> bool:
        """Return whether the commits that merged a review bring just its head; see `_is_merge`."""
        # a head that somebody pushed to main was not merged
        is_merged = review.head not in {each.sha for each in commits}
        return is_merged and self._has_head(review) and self._is_merge(review, commits)

    def _is_merge(self, review: Review, commits: Sequence[Commit]) -> bool:
        """Return whether git makes just the same when it merges the head of a review."""
        return self._trees.is_merge(commits[0].parents[0], review.head, commits[-1].sha)

    def _has_head(self, review: Review) -> bool:
        if not self._repository.has(review.head):
            self._repository.fetch(review.ref)
        return self._repository.has(review.head)

    @property
    def courses(self) -> frozenset[int]:
        """The courses that main has now; without those whose outlines have mistakes."""
        return frozenset(self._now.courses)

    @property
    def is_empty(self) -> bool:
        """Whether main has no outline at all."""
        return not self._now.courses and not self._now.unknown

    def commits_of(self, course: int) -> list[str]:
        """Return the SHAs of the commits that changed a course, or may have."""
        return [
            each.commit
            for each in self.settings
            if course in each.before.unknown
            or course in each.after.unknown
            or course in changed_courses(each.delta)
        ]


def _made_by(
    commits: Iterable[Commit], reviews: Mapping[str, Review | NotYet | None]
) -> Mapping[int, Sequence[Commit]]:
    """Return the commits that merged each review, the oldest first, by its number."""
    found: dict[int, list[Commit]] = {}
    for each in commits:
        if isinstance(review := reviews.get(each.sha), Review):
            found.setdefault(review.number, []).append(each)
    return found


def _brought_by(setting: Setting) -> frozenset[int]:
    """Return the courses that a commit changed, or its review where nobody knows the commit."""
    found = changed_courses(setting.delta)
    if not isinstance(setting.review, Shown):
        return found
    shown = changed_courses(setting.review.own)
    return found | {each for each in shown if each in setting.after.unknown}
