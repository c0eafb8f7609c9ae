"""`coursesync ci apply`: what main holds and reviews cover is on the site, and nothing else."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from ci.town import CONFIG, SOLO, Town, outline

if TYPE_CHECKING:
    from pathlib import Path

    from forges.github import GitHub
    from harness import SandboxServer

A, B = 4711, 4712
OUTAGE = "POST /api/content/coursesections@1+:status=403"


@pytest.fixture
def town(github_forge: GitHub, api: SandboxServer, tmp_path: Path) -> Town:
    """A repository whose main has a configuration, and whose state has a branch."""
    made = Town(github_forge, api, tmp_path)
    made.begin()
    return made


def test_the_first_two_pull_requests_are_applied(town: Town) -> None:
    """The second one is proposed before the first is merged."""
    first, second = town.propose(a=outline(A, "One")), town.propose(b=outline(B, "Two"))
    town.merge(first)
    one = town.apply()
    town.merge(second)
    two = town.apply()

    assert (one.code, two.code) == (0, 0), (one, two)
    assert town.titles == ["One", "Two"]


def test_a_rebase_is_applied(town: Town) -> None:
    """Main's commits are others than those of the pull request."""
    number = town.propose(a=outline(A, "One"))
    town.forge.commit("change-1", {"courses/a.yaml": outline(A, "One", "Two")})
    town.merge(number, how="rebase")
    ran = town.apply()

    assert ran.code == 0, ran
    assert town.titles == ["One", "Two"]


def test_a_withdrawn_addition_is_not_published_by_an_old_run(town: Town) -> None:
    """Outage, revert, and then the red run is started again: it applies main as it is now."""
    run = town.forge.start_run()
    merged = town.reviewed(a=outline(A, "One"))
    town.api.fault(OUTAGE)
    red = town.apply(run=run)
    town.api.no_faults()
    town.reviewed(a=None)
    again = town.apply(at=merged, run=run, attempt=2)

    assert red.code != 0, red
    assert again.code == 0, again
    assert town.titles == []


def test_a_red_run_that_is_started_again_finishes_the_work(town: Town) -> None:
    """After an outage half-way, the rest is still covered by the same review."""
    town.reviewed(a=outline(A, "One", "Two", "Three"))
    town.api.fault("POST /api/content/coursesections@2:status=422")
    run = town.forge.start_run()
    red = town.apply(run=run)
    town.api.no_faults()
    again = town.apply(run=run, attempt=2)

    assert red.code == 6, red
    assert again.code == 0, again
    assert town.titles == ["One", "Three", "Two"]
    assert "### Live now" in town.result(1)


def test_a_run_of_a_success_that_is_started_again_does_nothing(town: Town) -> None:
    """It is green, writes nothing to the site, and nothing to the forge."""
    run = town.forge.start_run()
    town.reviewed(a=outline(A, "One"))
    town.apply(run=run)
    writes, marks, notes = town.writes(), len(town.forge.marks), len(town.forge.notes)
    tips = town.forge.repository.refs()
    again = town.apply(run=run, attempt=2)

    assert again.code == 0, again
    assert (town.writes(), len(town.forge.marks), len(town.forge.notes)) == (writes, marks, notes)
    assert town.forge.repository.refs() == tips


def test_a_merge_after_an_outage_brings_both_changes(town: Town) -> None:
    """The plan of the second run holds what the first could not send."""
    first = town.propose(a=outline(A, "One"))
    town.merge(first)
    town.api.fault(OUTAGE)
    town.apply()
    town.api.no_faults()
    second = town.propose(a=outline(A, "One", "Two"))
    town.merge(second)
    ran = town.apply()

    assert ran.code == 0, ran
    assert town.titles == ["One", "Two"]
    assert "### Live now" in town.result(first)
    assert "### Live now" in town.result(second)


def test_runs_out_of_order_end_green(town: Town) -> None:
    """The run of the second merge comes first; that of the first has nothing left to do."""
    first = town.reviewed(a=outline(A, "One"))
    second = town.reviewed(a=outline(A, "Two"))
    later, earlier = town.apply(at=second), town.apply(at=first)

    assert (later.code, earlier.code) == (0, 0), (later, earlier)
    assert town.titles == ["Two"]


def test_a_pull_request_that_was_planned_before_the_last_apply_is_applied(town: Town) -> None:
    """What its comment shows does not matter: its own delta does."""
    town.reviewed(a=outline(A, "One"))
    number = town.propose(a=outline(A, "One", "Two"))
    town.apply()
    town.merge(number)
    ran = town.apply()

    assert ran.code == 0, ran
    assert town.titles == ["One", "Two"]


def test_what_was_pushed_past_review_waits_for_a_person(town: Town) -> None:
    """It waits in an issue with its plan, other courses go on, and a comment lets it go."""
    town.push(a=outline(A, "One"))
    town.reviewed(b=outline(B, "Two"))
    waits = town.apply()
    issue, titles, status = town.issue(), town.titles, town.status()
    refs, notes = town.forge.repository.refs(), len(town.forge.notes)
    town.apply()
    assert (town.forge.repository.refs(), len(town.forge.notes)) == (refs, notes)
    line = town.line("approve")
    town.decide(f"I looked at it.\n\n{line}")
    goes = town.apply()

    assert waits.code == 6, waits
    assert titles == ["Two"]
    assert "was pushed without a review" in issue
    assert "| **One** | new |" in issue
    assert "/commit/" in issue.partition("was pushed")[0]
    assert status.startswith("failure: 1 course waits for a decision; ")
    assert goes.code == 0, goes
    assert town.titles == ["One", "Two"]
    assert town.issue() == ""


@pytest.mark.parametrize(
    ("by", "change"),
    [
        ("ada", ""),  # who pushed it
        ("rita", ""),  # who may not write
        ("ben", "edited"),
        ("ben", "quoted"),
        ("github-actions[bot]", ""),
        ("ben", "of another plan"),
    ],
)
def test_not_every_comment_is_an_approval(town: Town, by: str, change: str) -> None:
    """Nothing is applied, and the person learns why by one line, once."""
    town.push(a=outline(A, "One"))
    town.apply()
    line = town.line("approve")
    (number,) = town.forge.issues
    body = f"> {line}" if change == "quoted" else line
    if change == "of another plan":
        body = f"/coursesync approve {'f' * 16}"
    comment = town.forge.comment(by, number, body)
    if change == "edited":
        town.forge.edit_comment("ben", comment, f"{line}\n")
    ran = town.apply()
    town.apply()
    answers = [e.body for e in town.forge.comments_on(number) if "answer" in e.body]

    assert ran.code == 6, ran
    assert town.titles == []
    is_silent = change == "quoted" or by.startswith("github")
    assert len(answers) == (0 if is_silent else 1), answers
    assert all("This does not count" in each for each in answers)
    assert (f"\n    {line}" in "".join(answers)) is (change in {"edited", "of another plan"})


def test_a_merge_without_an_approval_is_one_reason_with_a_link(town: Town) -> None:
    """However many items it sets; the pull request leads to the issue that decides."""
    number = town.propose("cleo", a=outline(A, "One", "Two", "Three"))
    town.merge(number, approved=False)
    town.apply()
    issue, result = town.issue(), town.result(number)
    (waits,) = town.forge.issues

    assert issue.count("without an approval") == 1
    assert f"- [Pull request #{number}](" in issue
    assert "Somebody but cleo has to approve it." in issue
    assert result.count("without an approval") == 1
    assert f"Somebody decides about it in [the issue #{waits}](" in result


def test_a_forged_plan_changes_nothing(town: Town) -> None:
    """A workflow of any branch may write with the account of coursesync: no decision reads that."""
    number = town.propose(a=outline(A, "One"))
    forged = (
        f"<!-- coursesync plan: courses -->\ndigest `{'a' * 64}`\n/coursesync approve {'a' * 64}"
    )
    town.forge.comment(town.forge.bot, number, forged)
    town.forge.merge(number)
    waits = town.apply()
    (issue,) = town.forge.issues
    line = town.line("approve")
    town.forge.issues[issue].body += f"\n{line}\n"
    town.forge.comment(town.forge.bot, issue, line)
    again = town.apply()

    assert (waits.code, again.code) == (6, 6), (waits, again)
    assert town.titles == []
    assert "without an approval" in town.issue()


def test_with_solo_set_the_author_needs_no_reviewer(town: Town) -> None:
    """It is stated openly in the configuration on main; a push is still a push."""
    town.reviewed(**{"coursesync.toml": SOLO})
    number = town.propose(a=outline(A, "One"))
    town.merge(number, approved=False)
    merged = town.apply()
    town.push(b=outline(B, "Two"))
    pushed = town.apply()
    titles = town.titles
    town.decide(town.line("approve"), by="ada")
    approved = town.apply()

    assert (merged.code, pushed.code, approved.code) == (0, 6, 0), (merged, pushed, approved)
    assert titles == ["One"]
    assert town.titles == ["One", "Two"]


@pytest.mark.parametrize("config", [SOLO, f"require_review = false\n{CONFIG}"])
def test_a_pull_request_can_not_excuse_itself_from_review(town: Town, config: str) -> None:
    """The setting that main had before it decides; a looser one waits, and is named."""
    number = town.propose(**{"coursesync.toml": config, "a": outline(A, "One")})
    commit = town.merge(number, approved=False)
    merged = town.apply()

    assert (merged.code, town.titles) == (6, []), merged
    assert f"Commit {commit[:10]} changes who has to approve" in town.issue()


def test_a_pushed_looser_setting_counts_once_somebody_else_approved_it(town: Town) -> None:
    """Who pushed it can't; until then the one before it counts, also for what comes later."""
    town.push(**{"coursesync.toml": SOLO})
    town.merge(town.propose(a=outline(A, "One")), approved=False)
    first = town.apply()
    line = re.findall(r"    (/coursesync approve \w+)", town.issue())[-1]
    town.decide(line, by="ada")
    second, titles = town.apply(), town.titles
    town.decide(line, by="ben")
    town.apply()
    town.merge(town.propose(b=outline(B, "Two")), approved=False)
    town.apply()

    assert (first.code, second.code, titles) == (6, 6, []), (first, second)
    assert town.titles == ["Two"]
    assert town.report()["reviewing"] == "solo"


def test_a_reverted_addition_is_still_on_the_site_and_named(town: Town) -> None:
    """Nothing is removed by surprise; the run is green and says so."""
    town.reviewed(a=outline(A, "One", "Two"))
    town.apply()
    number = town.propose(a=outline(A, "One"))
    town.merge(number)
    ran = town.apply()

    assert ran.code == 0, ran
    assert "1 section is still on the site." in ran.said
    assert "1 section is still on the site" in town.status()
    assert town.titles == ["One", "Two"]


def test_what_somebody_left_on_the_site_is_not_named_again(town: Town) -> None:
    """After `state leave` the run is green, and only says that the site matches."""
    town.reviewed(a=outline(A, "One", "Two"))
    town.apply()
    town.reviewed(a=outline(A, "One"))
    town.apply()
    with town.job() as cli:
        left = cli("state", "leave", "section.a.two")
    ran = town.apply()

    assert left.code == 0, left
    assert ran.code == 0, ran
    assert "still on the site" not in ran.said
    assert town.titles == ["One", "Two"]


def test_a_run_without_changes_needs_no_credentials(town: Town) -> None:
    """It is green; with something to send it says what is missing, and the status is red."""
    town.environment = {"NEXUDUS_TOKEN": ""}
    nothing = town.apply()
    number = town.propose(a=outline(A, "One"))
    town.merge(number)
    missing = town.apply()
    result = town.result(number)
    town.apply()

    assert nothing.code == 0, nothing
    assert missing.code == 64, missing
    assert "Add the secret NEXUDUS_TOKEN" in missing.said
    assert "sandbox" not in missing.said
    assert town.status().startswith("failure: there are no credentials for Nexudus in the env")
    assert "### Not live yet" in result
    assert "to the environment production" in result
    assert town.head_status(number) == town.status()
    assert len(town.forge.comments_on(number)) == 1


def test_mistakes_on_main_are_named(town: Town) -> None:
    """Nothing is sent until a review corrects them; all that was reviewed is then applied."""
    town.reviewed(a=outline(A, "One"))
    town.apply()
    town.reviewed(a="id: 4711\ntitle: Course\nsections: [{titel: One}]\n")
    wrong = town.apply()
    status = town.status()
    town.reviewed(a=outline(A, "One", "Two"))
    right = town.apply()

    assert (wrong.code, right.code) == (3, 0), (wrong, right)
    assert "a.yaml:3" in wrong.said
    assert status.startswith("failure: 1 mistake in the outlines")
    assert town.titles == ["One", "Two"]


def test_a_run_by_an_older_commit_applies_main_as_it_is_now(town: Town) -> None:
    """Its checkout lacks the outline: main's files are used."""
    old = town.forge.repository.tip("main")
    town.reviewed(a=outline(A, "One"))
    ran = town.apply(at=old)

    assert ran.code == 0, ran
    assert town.titles == ["One"]


def test_a_state_file_has_to_be_carried_over_first(town: Town) -> None:
    """The message says which command does it."""
    town.push(**{"coursesync.toml": ""})
    ran = town.apply()

    assert ran.code == 64, ran
    assert "coursesync state move courses --to git" in ran.said


@pytest.mark.parametrize("address", ["ben", "stranger"])
def test_who_pushed_does_not_approve_by_another_address(town: Town, address: str) -> None:
    """The account that pushed can't approve what it pushed with another e-mail address."""
    town.push(address, "ada", a=outline(A, "One"))
    town.apply()
    town.decide(town.line("approve"), by="ada")
    own = town.apply()
    town.decide(town.line("approve"), by="cleo")
    other = town.apply()

    assert (own.code, other.code) == (6, 0), (own, other)
    assert town.titles == ["One"]


def test_what_nobody_knows_who_pushed_waits(town: Town) -> None:
    """The answer to an approval, and the reason of a merge, say what to do."""
    town.forge.records = set()
    town.push("stranger", "ada", a=outline(A, "One"))
    number = town.propose("stranger", b=outline(B, "Two"))
    town.merge(number)
    town.apply()
    town.decide(town.line("approve"))
    ran = town.apply()

    assert ran.code == 6, ran
    issue = next(each for each in town.forge.issues.values() if each.state == "open")
    answer = town.forge.comments_on(issue.number)[-1].body
    assert "Nobody knows who pushed commit" in answer
    assert "Nobody knows who pushed commit" in issue.body
    assert "an approval that does not count: nobody knows who pushed to it" in issue.body
    assert "set again by a pull request that somebody else approves" in issue.body
