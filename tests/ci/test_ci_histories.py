"""Random histories of a repository, carried out by the real commands against fakes on sockets."""

from __future__ import annotations

import random
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest
from ci.town import Town
from harness import wait_until
from shares import is_every_case

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from forges.github import GitHub
    from harness import Ran, SandboxServer

COURSES = {"a": 4711, "b": 4712}
KEYS = ("one", "two", "three", "four")
STEPS = 9
FEW = (0, 1, 2)  # histories that `make test` plays; `make soak` plays 50
_SECTION = re.compile(r"  - key: (\w+)\n    title: (.+)")


def read(files: Mapping[str, str]) -> dict[str, dict[str, str]]:
    """Return the titles of the outlines of a commit, by course and key, in order."""
    return {key: dict(_SECTION.findall(files.get(f"courses/{key}.yaml", ""))) for key in COURSES}


def written(key: str, titles: Mapping[str, str]) -> str:
    """Return an outline."""
    rows = "".join(f"  - key: {each}\n    title: {title}\n" for each, title in titles.items())
    return f"id: {COURSES[key]}\ntitle: Course {key}\nsections:\n{rows}" if rows else ""


@dataclass
class History:
    """One history, with what an observer knows: who set each title of main, and how.

    `good` has for each title on main whether a review showed it, or a person approved it; `added`
    has the same for each section, as long as it is on main.
    """

    town: Town
    dice: random.Random
    good: dict[tuple[str, str], bool] = field(default_factory=dict)
    added: dict[tuple[str, str], bool] = field(default_factory=dict)
    open: list[int] = field(default_factory=list)
    number: int = 0
    old: list[str] = field(default_factory=list)

    def main(self) -> dict[str, dict[str, str]]:
        """Return the titles on main."""
        return read(self.town.forge.repository.files("main"))

    def changed(self) -> dict[str, str]:
        """Return an outline of main with one more, one less, one other title, or another order."""
        key = self.dice.choice([*COURSES])
        titles = dict(self.main()[key])
        what = self.dice.choice(["add", "add", "retitle", "remove", "swap"])
        absent = [each for each in KEYS if each not in titles]
        self.number += 1
        if what == "swap" and len(titles) > 1:
            first, *rest = titles.items()
            titles = dict([*rest, first])
        elif what == "remove" and len(titles) > 1:
            del titles[self.dice.choice([*titles])]
        elif what == "retitle" and titles:
            titles[self.dice.choice([*titles])] = f"Title {self.number}"
        elif absent:
            titles[self.dice.choice(absent)] = f"Title {self.number}"
        return {key: written(key, titles)}

    def moved(self, before: dict[str, dict[str, str]], *, good: bool) -> None:
        """Note what a commit has set on main."""
        for course, titles in self.main().items():
            for key, title in titles.items():
                if before[course].get(key) != title:
                    self.good[course, key] = good
                if key not in before[course]:
                    self.added[course, key] = good

    def propose(self) -> None:
        """Open a pull request."""
        self.open.append(self.town.propose(self.dice.choice(["ada", "cleo"]), **self.changed()))

    def merge(self) -> None:
        """Merge an open pull request; one of five without an approval."""
        if not self.open:
            self.propose()
        number = self.open.pop(self.dice.randrange(len(self.open)))
        before, is_good = self.main(), self.dice.random() < 0.8
        try:
            merged = self.town.merge(
                number,
                how=self.dice.choice(["merge", "squash", "rebase", "queue"]),
                approved=is_good,
            )
        except AssertionError:  # a conflict
            self.town.forge.close_pull(number)
            return
        self.old.append(merged)
        self.moved(before, good=is_good)

    def push(self) -> None:
        """Push past review."""
        before = self.main()
        self.old.append(self.town.push(**self.changed()))
        self.moved(before, good=False)

    def revert(self) -> None:
        """Bring an older version back, by a reviewed pull request."""
        if self.old:
            before = self.main()
            files = read(self.town.forge.repository.files(self.dice.choice(self.old)))
            key = self.dice.choice([*COURSES])
            if files[key] and files[key] != before[key]:
                self.town.reviewed(**{key: written(key, files[key])})
                self.moved(before, good=True)

    def apply(self) -> Ran:
        """Run the job that applies, also for an event of an old commit."""
        before = self.site()
        at = self.dice.choice(self.old) if self.old and self.dice.random() < 0.3 else "main"
        ran = self.town.apply(at=at)
        self.check(before, ran)
        return ran

    def outage(self) -> None:
        """Run it while the site refuses all creates, or all but the first."""
        first = self.dice.choice("12")
        self.town.api.fault(f"POST /api/content/coursesections@{first}+:status=403")
        self.apply()
        self.town.api.no_faults()

    def kill(self) -> None:
        """Kill an apply in the middle of a create; the next step of its job records it."""
        before, number = self.site(), len(self.town.api.records())
        self.town.api.fault("POST /api/content/coursesections@1:slow=3")
        with self.town.job() as cli:
            with cli.start("ci", "apply") as process:
                wait_until(
                    lambda: len(self.town.api.records()) > number or process.poll() is not None, 180
                )
                process.kill()
                process.communicate(timeout=60)
            self.town.api.no_faults()
            recorded = cli("ci", "record")
        assert recorded.code == 0, recorded
        self.check(before, None)

    def approve(self) -> None:
        """Approve what waits, if anything does."""
        ran = self.apply()
        if ran.code == 6 and "/coursesync approve" in self.town.issue():
            self.town.decide(self.town.line("approve"))
            self.good = dict.fromkeys(self.good, True)
            self.added = dict.fromkeys(self.added, True)
            self.apply()

    def site(self) -> dict[int, tuple[int, str]]:
        """Return the course and the title of each record by its Id."""
        return {
            int(str(each["Id"])): (int(str(each["CourseId"])), str(each["Title"]))
            for each in self.town.api.records()
        }

    def check(self, before: Mapping[int, tuple[int, str]], ran: Ran | None) -> None:
        """Compare what an apply did with what it may do."""
        after, main = self.site(), self.main()
        assert before.keys() <= after.keys(), "something was removed"
        pairs = [*after.values()]
        assert len({*pairs}) == len(pairs), f"there are duplicates: {pairs}"
        for number in after:
            if after[number] != before.get(number):
                course, title = after[number]
                key = next(each for each in COURSES if COURSES[each] == course)
                item = next((each for each in main[key] if main[key][each] == title), None)
                assert item is not None, f"{title} is not on main"
                assert self.good[key, item], f"{title} was not reviewed"
                assert number in before or self.added[key, item], f"{item} was not reviewed"
        if ran is not None:
            assert ran.code in {0, 1, 6}, ran
            if ran.code == 0:
                self.check_matches(main)

    def check_matches(self, main: Mapping[str, Mapping[str, str]]) -> None:
        """Compare the site with main: each title once, in main's order."""
        for key, course in COURSES.items():
            records = [e for e in self.town.api.records() if e["CourseId"] == course]
            records.sort(key=lambda each: int(str(each["DisplayOrder"])))
            wanted = [*main[key].values()]
            assert [e["Title"] for e in records if e["Title"] in wanted] == wanted

    def end(self) -> None:
        """Let everything go right: what is reviewed is applied alone, the rest by an approval."""
        self.apply()
        main, site = self.main(), {*self.site().values()}
        for key, titles in main.items():
            if all(self.good[key, each] and self.added[key, each] for each in titles):
                assert {(COURSES[key], title) for title in titles.values()} <= site
        self.approve()
        assert self.apply().code == 0


@pytest.mark.parametrize("seed", range(50) if is_every_case() else FEW)
def test_whatever_happens_reviewed_values_arrive_and_no_others(
    github_forge: GitHub, api: SandboxServer, tmp_path: Path, seed: int
) -> None:
    """No duplicate, nothing unreviewed, nothing that main no longer holds; green means equal."""
    town = Town(github_forge, api, tmp_path)
    town.begin()
    history = History(town, random.Random(seed))  # noqa: S311 - no secret
    steps: list[Callable[[], object]] = [
        history.propose,
        history.merge,
        history.merge,
        history.push,
        history.revert,
    ]
    steps += [history.apply, history.apply, history.outage, history.kill, history.approve]
    for _ in range(STEPS):
        history.dice.choice(steps)()
    history.end()
