"""A random history of a repository, its reviews and its runs, with what must hold of each run."""

from __future__ import annotations

from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any, cast

from ci.histories.edits import (
    All,
    Cross,
    Numbers,
    Rename,
    SetFact,
    SetLine,
    any_edit,
    first_tree,
    hidden,
)
from ci.histories.oracle import Oracle, Seen
from ci.histories.people import People
from ci.histories.ports import Merge, Ports
from ci.histories.trees import (
    Conflict,
    Facts,
    courses_in,
    courses_of,
    merged,
    outlines_of,
)
from ci.histories.verdict import Verdict, known_items
from ci.histories.world import World

from coursesync.ci.assessment import Assessment, open_in
from coursesync.ci.forges.forge import Review
from coursesync.errors import InvalidOutlines
from coursesync.kinds import kind_of
from coursesync.operations.config import Config
from coursesync.operations.workspace import Project, Workspace
from coursesync.outlines.workspace_files import Outlines

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from ci.histories.edits import Edit

    from coursesync.state.store import Store

MOST = 10**6


class BrokenError(AssertionError):
    """Something that must always hold does not."""


@dataclass
class Branch:
    """A pull request: where it began, and its edits."""

    base: int
    edits: list[Edit]


@dataclass
class Story:
    """One history, made from a seed, and what was counted in it."""

    seed: int
    assess: type[Assessment] = Assessment
    counts: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        """Make the first tree, and apply it."""
        self.rng = Random(self.seed)  # noqa: S311 - not for secrets
        self.numbers, self.oracle, self.world = Numbers(), Oracle(), World()
        self.ports = Ports(self.oracle)
        # in half of the histories, all that reaches main was reviewed
        self.careful = self.rng.random() < 0.5
        self.branches: list[Branch] = []
        self.people = People(self.ports, self.rng)
        self._known: list[object] = []
        self._decided: Assessment | None = None
        self.oracle.add(first_tree(self.numbers, self.rng), None)
        self.applied: dict[int, int] = {}
        first = self._assessment()
        assert first is not None
        self.world.carry_out(first.plan, {*first.plan.courses}, self._item_at(), MOST, self.rng)
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
        self.counts["comments that decide"] += self.people.comments
        self.counts["histories"] += 1
        return self.counts

    # what happens

    def _commit(self, facts: Facts, merge: Merge | None, seen: Seen | None) -> None:
        if facts == self.oracle.main:
            raise Conflict
        self.oracle.add(facts, seen)
        self.ports.merges.append(merge)

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

    def fill(self) -> None:
        """Merge a pull request with a hidden item; others fill it and show it to members."""
        facts = self.oracle.main
        add = hidden(facts, self.numbers, self.rng)
        self._merge(Branch(len(self.oracle.commits) - 1, [add]))
        self.counts["hidden items"] += 1
        base, item = len(self.oracle.commits) - 1, add.item
        edits: tuple[Edit, ...] = (
            SetLine(item, None, f"line {self.numbers.take()}"),
            SetFact(item, "active", value=True),
            SetFact(item, "unlock", "immediate"),
        )
        for edit in edits:
            if self.rng.random() < 0.7:
                self.branches.append(Branch(base, [edit]))

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
        number = len(self.ports.merges)
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
        number = number or len(self.ports.merges)
        own, url = f"head {number}", f"https://forge.example/{number}"
        merged_as = own if is_pushed else f"commit {number}"
        review = Review(
            number,
            f"pull request #{number}",
            "ada",
            own,
            f"refs/pull/{number}/head",
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
        self.ports.version += 1
        self.counts["upgrades"] += 1

    def approve(self) -> None:
        """Let somebody approve what waits."""
        if (found := self._assessment()) is not None:
            self.people.approve(found)

    def allow(self) -> None:
        """Let somebody allow something."""
        if (found := self._assessment()) is not None:
            self.people.allow(found)

    # runs

    def run(self) -> None:
        """Let a run begin; it may end early, and main may change meanwhile."""
        most = self.rng.choice([MOST, MOST, MOST, 0, 0, 1, 2, 3])
        self._run(most, self.rng.choice([None, None, None, self.push, self.merge]))

    def _run(self, most: int, meanwhile: Callable[[], None] | None) -> Assessment | None:
        """Run; returns what was decided, None if main can't be planned."""
        self._pass_time()
        found, number = self._assessment(), len(self.oracle.commits) - 1
        if found is None:
            self.counts["runs without a plan"] += 1
            return None
        goes = {each for group in found.decision.groups for each in group.ids}
        self._check(found, goes)
        self.counts["approved runs"] += found.is_approved
        item_at = self._item_at()
        if meanwhile is not None:
            self.counts["commits during a run"] += 1
            with suppress(Conflict):
                meanwhile()
        self.counts["runs"] += 1
        done = self.world.carry_out(found.plan, goes, item_at, most, self.rng)
        self.counts["runs that ended early"] += not done
        self._record(found, number)
        return found

    def _record(self, found: Assessment, number: int) -> None:
        """Record from which commit each course is applied, and close the issue, as `ci apply`."""
        state, after = self.world.state, found
        if state is not found.loaded.state:
            after = replace(found, loaded=replace(found.loaded, state=state))
        try:
            left = open_in(after.wanted, state)
        except InvalidOutlines:
            return
        ids = {kind_of(at).course_id_of(each.sent) for at, each in state.entries.items()}
        done = {*ids, *found.history.courses} - left
        self.applied |= dict.fromkeys(done, number)
        if not left:
            self.people.close_issue()

    def _assessment(self) -> Assessment | None:
        """Return what `ci apply` decides now; None if main can't be planned.

        As long as nothing happens, it is the same.
        """
        known = [
            len(self.oracle.commits),
            self.ports.version,
            self.world.state,
            {**self.applied},
            [merge and merge.lag for merge in self.ports.merges],
            {page: len(each) for page, each in self.ports.comments_on.items()},
        ]
        if known != self._known:
            self._known, self._decided = known, self._assessed()
        return self._decided

    def _assessed(self) -> Assessment | None:
        main, ports = self.oracle.main, self.ports
        project = Project(
            Path(), cast("Store", None), Config(on_removal=main["all", "on_removal"]), embedded=True
        )
        outlines = Outlines(tuple(outlines_of(main, ports.version)), frozenset())
        history = ports.history(self.applied)
        loaded = Workspace(project, self.world.state, outlines)
        found = self.assess(loaded, history, ports.permits(history))
        try:
            found.plan  # noqa: B018 - made here
        except InvalidOutlines:
            return None
        return found

    def _item_at(self) -> Callable[[Any], int | None]:
        return known_items(self.oracle).get

    def _pass_time(self) -> None:
        for merge in self.ports.merges:
            if merge is not None and merge.lag:
                merge.lag -= 1

    # what must hold

    def _check(self, found: Assessment, goes: Collection[int]) -> None:
        plan, coverage = found.plan, found.coverage
        first = courses_in(self.oracle.commits[0].facts)
        since: dict[int, int | None] = {
            each: self.applied.get(each, None if each in first else 0)
            for each in {*courses_in(self.oracle.main), *plan.courses, *self.applied}
        }
        judged = Verdict(self.oracle, plan, since, self.world.item_of)
        verdict = judged.by_course()
        is_approved = coverage.digest in self.people.approved
        lags = any(merge and merge.lag for merge in self.ports.merges)
        for course_id in found.pending:
            wrong = verdict.get(course_id, [])
            if course_id in goes:
                self.counts["courses covered"] += 1
                if wrong and not is_approved:
                    raise BrokenError(f"applied without a review: {wrong}")
                continue
            self.counts["courses held"] += 1
            waits = (lags and course_id in found.unindexed) or course_id in judged.unsure
            is_beside = course_id in {*found.decision.large, *found.decision.together}
            if not (waits or is_beside) and (is_approved or not wrong):
                words = [each.words for each in coverage.held.get(course_id, ())]
                raise BrokenError(f"reviewed, and held back: {words}")
        self.counts["large changes"] += len(found.decision.large)
        for problem in self.people.not_allowed(found, goes, self.world.item_of):
            raise BrokenError(problem)

    def _end(self) -> None:
        """Let runs end what is left, then check that green is green."""
        for merge in self.ports.merges:
            if merge is not None:
                merge.lag = 0
        for _ in range(12):
            known = self.world.state, {**self.applied}
            found = self._run(MOST, None)
            if found is None:
                return
            is_allowed = False
            if found.unpruned or found.decision.large:
                now = self._assessment()
                is_allowed = now is not None and self.people.allow_all(now)
            if not is_allowed and known == (self.world.state, self.applied):
                break
        else:
            raise BrokenError("runs go on and on")
        number, held = len(self.oracle.commits) - 1, {*found.held, *found.decision.together}
        left = {at for at in courses_in(self.oracle.main) if self.applied.get(at) != number}
        if left - held:
            raise BrokenError(f"covered, and not applied: {left - held}")
        self.counts["green at the end"] += not left
        self.counts["waiting for a person at the end"] += bool(left)
        last = self._assessment()
        assert last is not None
        for change in last.wanted.changes:
            if change.action.writes and change.course_id not in held:
                raise BrokenError(f"green, but the site differs: {change.address}")


_EVENTS: tuple[tuple[float, Callable[[Story], None]], ...] = (
    (0.28, Story.branch),
    (0.29, Story.merge),
    (0.21, Story.run),
    (0.05, Story.withdraw),
    (0.03, Story.fill),
    (0.03, Story.push),
    (0.05, Story.approve),
    (0.03, Story.allow),
    (0.02, Story.drift),
    (0.01, Story.upgrade),
)
