"""A random history of a repository, its reviews and its runs, with what must hold of each run."""

from __future__ import annotations

from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field, replace
from random import Random
from typing import TYPE_CHECKING, Any

from ci.histories.edits import All, Cross, Numbers, Rename, any_edit, first_tree
from ci.histories.oracle import Oracle, Seen
from ci.histories.trees import Conflict, Facts, courses_in, courses_of, merged, outlines_of
from ci.histories.verdict import Verdict, known_items
from ci.histories.world import World

from coursesync.ci.coverage import rule
from coursesync.ci.coverage.setting import Setting, Shown
from coursesync.ci.coverage.specified import Specified, specified
from coursesync.ci.coverage.trail import trails
from coursesync.ci.forges.forge import NotYet, Review
from coursesync.errors import InvalidOutlines
from coursesync.outlines.workspace_files import Outlines
from coursesync.planning.diff import plan_of
from coursesync.planning.policy import OnRemoval, Policy

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from ci.histories.edits import Edit

    from coursesync.ci.coverage.rule import Coverage
    from coursesync.ci.coverage.trail import Trail
    from coursesync.planning.plan import Plan

    Rule = Callable[[Plan, Mapping[int, Trail]], Coverage]

MOST = 10**6


class BrokenError(AssertionError):
    """Something that must always hold does not."""


@dataclass
class Branch:
    """A pull request: where it began, and its edits."""

    base: int
    edits: list[Edit]


@dataclass
class Merge:
    """What the forge knows of a commit: its review, and for how many questions it does not yet."""

    review: Review
    base: Facts
    head: Facts
    lag: int = 0


@dataclass
class Story:
    """One history, made from a seed, and what was counted in it."""

    seed: int
    rule: Rule = rule.coverage
    counts: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        """Make the first tree, and apply it."""
        self.rng = Random(self.seed)  # noqa: S311 - not for secrets
        self.numbers, self.oracle, self.world = Numbers(), Oracle(), World()
        self.version = 0
        # in half of the histories, all that reaches main was reviewed
        self.careful = self.rng.random() < 0.5
        self.merges: list[Merge | None] = [None]
        self.branches: list[Branch] = []
        self.approved: set[str] = set()
        self._specified: dict[tuple[int, int], Specified] = {}
        self._settings: list[Setting] = []
        self.oracle.add(first_tree(self.numbers, self.rng), None)
        plan = self._plan()
        assert plan is not None
        self.world.carry_out(plan, {*plan.courses}, self._item_at(), MOST, self.rng)
        self.applied = dict.fromkeys(courses_in(self.oracle.main), 0)

    def play(self) -> Counter[str]:
        """Let things happen, then let runs end what is left; raises BrokenError."""
        for _ in range(self.rng.randint(6, 22)):
            drawn = self.rng.random()
            for share, event in _EVENTS:
                drawn -= share
                if drawn < 0:
                    with suppress(Conflict):
                        event(self)
                    break
        self._end()
        self.counts["histories"] += 1
        return self.counts

    # what happens

    def _commit(self, facts: Facts, merge: Merge | None, seen: Seen | None) -> None:
        if facts == self.oracle.main:
            raise Conflict
        self.oracle.add(facts, seen)
        self.merges.append(merge)

    def _edits(self, facts: Facts, most: int) -> list[Edit]:
        edits: list[Edit] = []
        touched, apart = set[Any](), set[Any]()
        for _ in range(self.rng.randint(1, most)):
            with suppress(Conflict):
                edit = any_edit(facts, self.numbers, self.rng)
                item = getattr(edit, "item", None)
                # only by what stays the same is it recognised
                is_apart = isinstance(edit, Cross) or (
                    isinstance(edit, Rename) and not edit.is_stated
                )
                if item in (touched if is_apart else apart):
                    continue
                facts = edit(facts)
                edits.append(edit)
                touched.add(item)
                apart |= {item} if is_apart else set()
        return edits

    def branch(self) -> None:
        """Open a pull request, perhaps from an older commit."""
        latest = len(self.oracle.commits) - 1
        base = max(0, latest - self.rng.choice([0, 0, 0, 1, 2]))
        edits = self._edits(self.oracle.commits[base].facts, 4)
        self.branches.append(Branch(base, edits))

    def merge(self) -> None:
        """Merge pull requests: one, or a queue of some."""
        number = self.rng.choice([1, 1, 1, 2, 3])
        for _ in range(min(number, len(self.branches))):
            branch = self.branches.pop(self.rng.randrange(len(self.branches)))
            with suppress(Conflict):
                self._merge(branch)
        self.counts["queues"] += number > 1

    def _merge(self, branch: Branch) -> None:
        rng, main = self.rng, self.oracle.main
        base = self.oracle.commits[branch.base].facts
        head = All(tuple(branch.edits))(base)
        try:
            result = merged(base, main, head)
        except Conflict:  # its author brings it up to date
            base, result = main, All(tuple(branch.edits))(main)
            head = result
        approved = self.careful or rng.random() < 0.85
        is_pushed = not self.careful and base is main and rng.random() < 0.1
        self.counts["merges" if approved else "unapproved merges"] += 1
        if not self.careful and rng.random() < 0.06:  # somebody adds something while merging
            self.counts["merges with more than was reviewed"] += 1
            result = All(tuple(self._edits(result, 1)))(result)
        if rng.random() < 0.2 and base is not main and len(branch.edits) > 1:
            self._rebase(branch, base, head, approved=approved)
            return
        lag = rng.choice([0, 0, 1, 3])
        self._note((base, head, result), approved=approved, is_pushed=is_pushed, lag=lag)

    def _rebase(self, branch: Branch, base: Facts, head: Facts, *, approved: bool) -> None:
        """Make a commit of each edit."""
        facts, trees = self.oracle.main, []
        for edit in branch.edits:
            facts = edit(facts)
            trees.append(facts)
        if facts != merged(base, self.oracle.main, head):
            raise Conflict
        self.counts["rebases"] += 1
        number = len(self.merges)
        for each in trees:
            with suppress(Conflict):
                self._note((base, head, each), approved=approved, number=number)

    def _note(
        self,
        trees: tuple[Facts, Facts, Facts],
        *,
        approved: bool = True,
        is_pushed: bool = False,
        lag: int = 0,
        number: int = 0,
    ) -> None:
        """Note a merged review: its base, its head, and the tree that its commit has."""
        base, head, result = trees
        number = number or len(self.merges)
        own, url = f"head {number}", f"https://forge.example/{number}"
        merged_as = own if is_pushed else f"commit {number}"
        review = Review(
            number,
            "ada",
            own,
            f"refs/pull/{number}/head",
            "main",
            url,
            merged_as,
            approved,
        )
        self.counts["pushes of a merged head"] += is_pushed
        seen = Seen(base, head, approved and not is_pushed)
        self._commit(result, Merge(review, base, head, lag), seen)

    def push(self) -> None:
        """Push edits to main."""
        if self.careful:
            return
        main = self.oracle.main
        self._commit(All(tuple(self._edits(main, 2)))(main), None, None)
        self.counts["pushes"] += 1

    def withdraw(self) -> None:
        """Revert a commit by a review or a push, and perhaps push it again."""
        number = self.rng.randrange(len(self.oracle.commits))
        if not number:
            raise Conflict
        before, after = (self.oracle.commits[each].facts for each in (number - 1, number))
        main = self.oracle.main
        was = courses_of(before)
        if any(was.get(item, at) != at for item, at in courses_of(after).items()):
            raise Conflict  # without `previous_keys`, the item would be another one
        result = merged(after, main, before)
        if self.careful or self.rng.random() < 0.5:
            self._note((main, result, result))
        else:
            self._commit(result, None, None)
        self.counts["reverts"] += 1
        if not self.careful and self.rng.random() < 0.5:
            self._commit(merged(before, self.oracle.main, after), None, None)
            self.counts["pushes of what was withdrawn"] += 1

    def drift(self) -> None:
        """Let a person change something in Nexudus."""
        if self.careful and self.rng.random() < 0.5:
            return
        self.world.drift(self.rng)
        self.counts["changes in Nexudus"] += 1

    def upgrade(self) -> None:
        """Use another version, which renders Markdown in another way."""
        if self.careful and self.rng.random() < 0.8:
            return
        self.version += 1
        self._settings = []
        self.counts["upgrades"] += 1

    def approve(self) -> None:
        """Let a person approve what waits."""
        plan = self._plan()
        if plan is not None and (digest := self._cover(plan).digest):
            self.approved.add(digest)

    # runs

    def run(self) -> None:
        """Let a run begin; it may end early, and main may change meanwhile."""
        most = self.rng.choice([MOST, MOST, MOST, 0, 0, 1, 2, 3])
        self._run(most, self.rng.choice([None, None, None, self.push, self.merge]))

    def _run(self, most: int, meanwhile: Callable[[], None] | None) -> Coverage | None:
        """Run; returns the coverage before approvals, None if main can't be planned."""
        plan, number = self._plan(), len(self.oracle.commits) - 1
        self._pass_time()
        if plan is None:
            self.counts["runs without a plan"] += 1
            return None
        found = self._cover(plan)
        self._check(plan, found)
        coverage = replace(found, findings=()) if found.digest in self.approved else found
        if found.held and not coverage.held:
            self.approved.clear()
            self.counts["approved runs"] += 1
        item_at, ids = self._item_at(), self._courses(plan)
        if meanwhile is not None:
            self.counts["commits during a run"] += 1
            with suppress(Conflict):
                meanwhile()
        self.counts["runs"] += 1
        done = self.world.carry_out(plan, coverage.covered, item_at, most, self.rng)
        self.counts["runs that ended early"] += not done
        if done:
            ids -= coverage.held.keys() | coverage.waiting
        else:
            ids -= plan.courses.keys()
        self.applied |= dict.fromkeys(ids, number)
        return found

    def _courses(self, plan: Plan) -> set[int]:
        return {*courses_in(self.oracle.main), *plan.courses, *self.applied}

    def _plan(self) -> Plan | None:
        main = self.oracle.main
        policy = Policy(OnRemoval(main["all", "on_removal"]), prune=True)
        outlines = Outlines(tuple(outlines_of(main, self.version)), frozenset())
        try:
            return plan_of(outlines, self.world.state, policy)
        except InvalidOutlines:
            return None

    def _item_at(self) -> Callable[[Any], int | None]:
        return known_items(self.oracle).get

    def _tree(self, facts: Facts) -> Specified:
        key = id(facts), self.version
        if key not in self._specified:
            asked = OnRemoval(facts["all", "on_removal"])
            self._specified[key] = specified(outlines_of(facts, self.version), asked)
        return self._specified[key]

    def _setting(self, number: int) -> Setting:
        merge = self.merges[number]
        review: Shown | NotYet | None = None
        if merge is not None:
            shown = Shown(merge.review, self._tree(merge.base), self._tree(merge.head))
            review = NotYet.INDEXED if merge.lag else shown
        before, after = (self.oracle.commits[each].facts for each in (number - 1, number))
        return Setting(str(number), self._tree(before), self._tree(after), review)

    def _trails(self) -> dict[int, Trail]:
        for at, setting in enumerate(self._settings):
            merge = self.merges[at + 1]
            if isinstance(setting.review, NotYet) and merge and not merge.lag:
                self._settings[at] = self._setting(at + 1)
        for number in range(len(self._settings) + 1, len(self.merges)):
            self._settings.append(self._setting(number))
        applied = {course_id: str(number) for course_id, number in self.applied.items()}
        return trails(self._settings, "0", applied, "0")

    def _cover(self, plan: Plan) -> Coverage:
        return self.rule(plan, self._trails())

    def _pass_time(self) -> None:
        for merge in self.merges:
            if merge is not None and merge.lag:
                merge.lag -= 1

    # what must hold

    def _check(self, plan: Plan, found: Coverage) -> None:
        first = courses_in(self.oracle.commits[0].facts)
        since: dict[int, int | None] = {
            each: self.applied.get(each, None if each in first else 0)
            for each in self._courses(plan)
        }
        judged = Verdict(self.oracle, plan, since, self.world.item_of)
        verdict = judged.by_course()
        lags = any(merge and merge.lag for merge in self.merges)
        for course_id in plan.courses:
            wrong, is_covered = verdict.get(course_id, []), course_id in found.covered
            self.counts["courses covered" if is_covered else "courses held"] += 1
            if is_covered and wrong:
                raise BrokenError(f"applied without a review: {wrong}")
            waits = (lags and course_id in found.waiting) or course_id in judged.unsure
            if not is_covered and not wrong and not waits:
                words = [each.words for each in found.held.get(course_id, ())]
                raise BrokenError(f"reviewed, and held back: {words}")

    def _end(self) -> None:
        """Let runs end what is left, then check that green is green."""
        for merge in self.merges:
            if merge is not None:
                merge.lag = 0
        found = None
        for _ in range(4):
            found = self._run(MOST, None)
        if found is None:
            return
        number = len(self.oracle.commits) - 1
        left = {at for at in courses_in(self.oracle.main) if self.applied.get(at) != number}
        if left - found.held.keys():
            raise BrokenError(f"covered, and not applied: {left - found.held.keys()}")
        self.counts["green at the end"] += not left
        self.counts["waiting for a person at the end"] += bool(left)
        plan = self._plan()
        assert plan is not None
        for change in plan.changes:
            if change.action.writes and change.course_id not in found.held:
                raise BrokenError(f"green, but the site differs: {change.address}")


_EVENTS: tuple[tuple[float, Callable[[Story], None]], ...] = (
    (0.30, Story.branch),
    (0.30, Story.merge),
    (0.22, Story.run),
    (0.05, Story.withdraw),
    (0.03, Story.push),
    (0.05, Story.approve),
    (0.03, Story.drift),
    (0.02, Story.upgrade),
)
