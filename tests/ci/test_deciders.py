"""Who may decide about what waits: everybody who may write, and pushed none of it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from ci.town import CONFIG, Town, outline

if TYPE_CHECKING:
    from pathlib import Path

    from forges.github import GitHub
    from harness import Ran, SandboxServer

A = 4711
DELETES = f'on_removal = "delete"\n{CONFIG}'
OUTLINE = "courses/a.yaml"


@pytest.fixture
def town(github_forge: GitHub, api: SandboxServer, tmp_path: Path) -> Town:
    """A course that is applied, and two people: ada and ben."""
    made = Town(github_forge, api, tmp_path)
    made.forge.people.pop("cleo")
    made.begin(DELETES)
    made.reviewed(a=outline(A, "One", "Two"))
    assert made.apply().code == 0
    return made


def decided(town: Town, word: str, by: str) -> tuple[Ran, str]:
    """Write a line that the issue shows; return the next run, and the answer to the line."""
    number = town.open_issue()
    town.decide(town.line(word), by=by)
    ran = town.apply()
    return ran, town.answers(number)[-1]


@pytest.mark.parametrize("how", ["merge", "squash", "rebase"])
def test_who_merges_a_pull_request_as_it_is_may_decide(town: Town, how: str) -> None:
    """The author may not; with two people, the other one approves, merges and allows."""
    town.forge.commit("change", {OUTLINE: outline(A, "Two")}, by="ada")
    town.forge.commit("change", {OUTLINE: outline(A, "Two", "New")}, by="ada")
    number = town.forge.open_pull("change", by="ada")
    town.push(**{"note.md": "Main has moved on.\n"})
    town.forge.approve(number, "ben")
    town.forge.merge(number, how=how, by="ben")
    waits = town.apply()
    own, answer = decided(town, "allow prune", "ada")
    other, _ = decided(town, "allow prune", "ben")

    assert (waits.code, own.code, other.code) == (6, 6, 0), (waits, own, other)
    assert "If nobody else can, set all of it again in one pull request" in answer
    assert town.titles == ["New", "Two"]


def test_who_merges_more_than_was_reviewed_pushed_it(town: Town) -> None:
    """A merge by hand that has another change as well is a push of that person."""
    number = town.propose(a=outline(A, "One", "Two", "New"))
    forge, head = town.forge.repository, town.forge.pulls[number].head
    main, at = forge.tip(), datetime.now(UTC)
    (clean,) = forge.merged(main, head, "merge", by="ben", at=at)
    forge.move("refs/heads/aside", clean)
    files = {OUTLINE: outline(A, "One", "Two", "New", "More")}
    more = forge.commit("aside", files, by="ben", at=at)
    tree = forge.git("rev-parse", f"{more}^{{tree}}")
    forge.git("config", "user.name", "ben")
    forge.git("config", "user.email", "ben@space.example")
    made = forge.git("commit-tree", tree, "-p", main, "-p", head, "-m", "Merge")
    town.forge.push(made, by="ben")
    waits = town.apply()
    own, answer = decided(town, "approve", "ben")

    assert (waits.code, own.code) == (6, 6), (waits, own)
    assert "You pushed a part of this yourself" in answer


def test_two_authors_of_what_is_shown_together_set_it_again(town: Town) -> None:
    """One wrote the text, the other one shows it: one pull request with both needs no decision."""
    hidden = outline(A, "One", "Two", Two="soon")
    hidden = hidden.replace("    contents: |", "    active: {}\n    contents: |")
    town.reviewed(a=hidden.format("false"))
    assert town.apply().code == 0
    show = town.propose("ben", a=hidden.format("true"))
    town.forge.approve(show, "ada")
    text = town.propose("ada", a=hidden.format("false").replace("soon", "The code is 1234"))
    town.forge.approve(text, "ben")
    town.forge.merge(text, show)
    waits = town.apply()
    answers = [decided(town, "approve", each)[1] for each in ("ada", "ben")]
    town.reviewed(a=hidden.format("true").replace("soon", "The code is 1235"))
    ran = town.apply()

    assert (waits.code, ran.code) == (6, 0), (waits, ran)
    assert all("set all of it again in one pull request" in each for each in answers)
