"""`coursesync ci comment` beside `ci apply`: the state in its branch, and what people decide."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from ci.town import CONFIG, SOLO, Town, outline

if TYPE_CHECKING:
    from pathlib import Path

    from forges.github import GitHub
    from forges.hosting import Status
    from harness import Ran, SandboxServer

A, B = 4711, 4712
TEN = [f"Section {number}" for number in range(10)]


@pytest.fixture
def town(github_forge: GitHub, api: SandboxServer, tmp_path: Path) -> Town:
    """A repository whose main has a configuration, and whose state has a branch."""
    made = Town(github_forge, api, tmp_path)
    made.begin()
    return made


def comment(town: Town) -> Ran:
    """Run the job that comments; it has no credentials for the site."""
    with town.job() as cli:
        return cli("ci", "comment", NEXUDUS_TOKEN="")


def plans(town: Town, number: int) -> list[str]:
    """Return the plans on a pull request, the oldest first."""
    notes = town.forge.comments_on(number)
    return [each.body for each in notes if each.body.startswith("<!-- coursesync plan")]


def to_copy(town: Town, number: int) -> list[str]:
    """Return the lines to copy from the newest plan on a pull request."""
    lines = plans(town, number)[-1].split("\n")
    return [each.strip() for each in lines if each.startswith("    /coursesync ")]


def status(town: Town, number: int) -> Status:
    """Return the status of the head of a pull request."""
    found = town.forge.status(town.forge.pulls[number].head, "coursesync/plan")
    assert found is not None
    return found


def test_a_new_state_brings_a_new_plan(town: Town) -> None:
    """What main has waiting in other courses is for the engineer alone, until it is applied."""
    town.reviewed(a=outline(A, "One"))
    number = town.propose(b=outline(B, "Two"))
    comment(town)
    town.apply()
    ran = comment(town)
    before, after = plans(town, number)

    assert ran.code == 0, ran.err
    assert "create `section.a.one`" in before.partition("<details>")[2]
    assert "section.a.one" not in before.partition("<details>")[0] + after
    assert "Course 4712" in after


def test_a_large_change_is_allowed_by_the_line_to_copy(town: Town) -> None:
    """The comment's first line says that it waits; the copied line lets it go on."""
    town.reviewed(a=outline(A, *TEN))
    assert town.apply().code == 0
    number = town.propose(a=outline(A, *TEN[5:], *TEN[:5], **dict.fromkeys(TEN, "<p>New</p>")))
    comment(town)
    (line,) = to_copy(town, number)
    town.forge.comment("ben", number, line)
    comment(town)
    town.merge(number)
    ran = town.apply()

    assert "to be allowed: it changes 10 of all 10 sections" in status(town, number).description
    assert status(town, number).state == "success"
    assert ran.code == 0, ran
    answers = town.answers(number)
    assert len(answers) == 1
    assert "This counts. It is used once this is merged" in answers[0]


def test_all_lines_of_a_deletion_are_copied_at_once(town: Town, api: SandboxServer) -> None:
    """One comment allows it all, before the merge; then nothing waits, and progress is lost."""
    lessons = "    lessons:\n      - {key: two, title: Two}\n      - {key: three, title: Three}\n"
    whole = f"{outline(A, 'One')}{lessons}"
    town.push(**{"coursesync.toml": f'on_removal = "delete"\n{CONFIG}'})
    town.reviewed(a=whole)
    assert town.apply().code == 0
    (gone,) = (int(str(e["Id"])) for e in api.lessons() if e["Title"] == "Three")
    api.complete(gone, 1)
    number = town.propose(a=whole.replace("      - {key: three, title: Three}\n", ""))
    comment(town)
    lines = to_copy(town, number)
    town.forge.comment("ben", number, "\n".join(lines))
    town.merge(number)
    ran = town.apply()

    assert [each.split()[2] for each in lines] == ["prune", "progress-loss"]
    assert ran.code == 0, ran
    assert [each["Title"] for each in api.lessons()] == ["Two"]


def test_what_left_an_outline_is_reported_once(town: Town) -> None:
    """By the pull request that takes it out; later ones don't name it, nor do their checks."""
    town.reviewed(a=outline(A, "One", "Two"), b=outline(B, "Three"))
    assert town.apply().code == 0
    first = town.propose(a=outline(A, "One"))
    comment(town)
    town.merge(first)
    assert town.apply().code == 0
    later = town.propose(b=outline(B, "Four"))
    comment(town)
    with town.job(at="change-3") as cli:
        ran = cli("ci", "plan", GITHUB_BASE_REF="main")

    assert "No longer in the outline of *Course 4711*, but members still see: *Two*" in "".join(
        plans(town, first)
    )
    assert "Four" in ran.out
    for written in (*plans(town, later), ran.out):
        assert "Two" not in written
        assert "4711" not in written


def test_advice_is_in_the_comment_once(town: Town) -> None:
    """With file and line, in the pull request that brings it; not in the next one."""
    link = '<p><a href="plan.pdf">The plan</a></p>'
    first = town.propose(a=outline(A, "One", One=link))
    comment(town)
    town.merge(first)
    second = town.propose(a=outline(A, "One", "Two", One=link))
    comment(town)

    assert "[`courses/a.yaml:6`]" in plans(town, first)[0]
    assert "members who follow it get nowhere" in plans(town, first)[0]
    assert "get nowhere" not in plans(town, second)[0]


def test_what_others_left_waiting_is_named_apart(town: Town) -> None:
    """The comment shows its own changes, links the issue of the others, and promises nothing."""
    town.reviewed(a=outline(A, "One", "Two"))
    assert town.apply().code == 0
    town.push(a=outline(A, "One", "Pushed"))
    town.apply()
    number = town.propose(a=outline(A, "One", "Pushed", "Three"))
    comment(town)
    (written,) = plans(town, number)
    members = written.partition("<details>")[0]
    (issue,) = (e.number for e in town.forge.issues.values() if e.state == "open")

    assert "**1 section of *Course 4711*:** 1 new\n" in members
    assert re.search(rf"\*\*Not yours:\*\* 1 change of .* waits in \[#{issue}\]\(http", members)
    assert "| **Pushed**" not in members
    assert "within about a minute" not in written
    assert f"once somebody has decided about them in [#{issue}](" in members


def test_the_check_shows_what_the_comment_shows(town: Town) -> None:
    """Where something else waits, the page has the pull request's own changes, by one digest."""
    town.reviewed(a=outline(A, "One", "Two"))
    assert town.apply().code == 0
    town.push(a=outline(A, "One", "Pushed"))
    town.apply()
    number = town.propose(a=outline(A, "One", "Pushed", "Three"))
    comment(town)
    with town.job(at="change-2") as cli:
        ran = cli("ci", "plan", GITHUB_BASE_REF="main", COURSESYNC_ARTIFACTS=str(town.folder / "x"))
    page = (town.folder / "x" / "review.html").read_text()
    digest = re.search(r"digest `([0-9a-f]{64})`", plans(town, number)[0])

    assert digest, plans(town, number)[0]
    assert "<h1>1 section changes for members</h1>" in page
    assert status(town, number).description == "1 section changes for members"
    assert digest[1] in page
    assert f"Digest: {digest[1]}" in ran.out
    assert "not applied yet: 1 change of Course 4711" in " ".join(ran.err.split())


def test_what_on_removal_would_delete_is_shown(town: Town) -> None:
    """A change of coursesync.toml is planned as it will be once it is merged."""
    town.reviewed(a=outline(A, "One", "Two"))
    assert town.apply().code == 0
    config = f'on_removal = "delete"\n{CONFIG}'
    number = town.propose(a=outline(A, "One"), **{"coursesync.toml": config})
    comment(town)
    (written,) = plans(town, number)

    assert "> - **Two**: deleted" in written
    assert "/coursesync allow prune " in written
    assert '- `on_removal` changes from `"keep"` to `"delete"`: what leaves an outline' in written


def test_a_line_with_another_digest_is_answered(town: Town) -> None:
    """A new push changes what is shown, so that the line has to be copied again."""
    number = town.propose(a=outline(A, "One"))
    town.forge.comment("ben", number, "/coursesync allow large-change 0123456789abcdef")
    comment(town)
    comment(town)
    answers = town.answers(number)

    assert len(answers) == 1
    assert "This does not count" in answers[0]


@pytest.mark.parametrize("by", ["ben", "ada", "rita"])
def test_a_line_in_the_issue_is_answered_at_once(town: Town, by: str) -> None:
    """Whether it counts or not: with what happens next, or with who decides instead."""
    town.push(a=outline(A, "One"))
    town.apply()
    town.decide(town.line("approve"), by=by)
    (number,) = town.forge.issues
    ran = comment(town)
    comment(town)
    answers = town.answers(number)
    applied = town.apply()

    assert ran.code == 0, ran.err
    assert len(answers) == 1
    assert town.answers(number) == answers
    if by == "ben":
        assert "This counts. The next run that applies does it, within the hour." in answers[0]
        assert "*Apply courses*" in answers[0]
    else:
        why = "You pushed a part of this yourself" if by == "ada" else "may write to this"
        assert f"This does not count. {why}" in answers[0].replace("Only people who may", "may")
    assert applied.code == (0 if by == "ben" else 6)


def test_a_pushed_setting_that_does_not_count_yet_lets_nobody_decide(town: Town) -> None:
    """The answer goes by the setting that counts for an apply, not by what main's file says."""
    town.push(**{"coursesync.toml": f'on_removal = "delete"\n{CONFIG}'})
    town.reviewed(a=outline(A, "One", "Two"))
    assert town.apply().code == 0
    town.push(**{"coursesync.toml": f'on_removal = "delete"\n{SOLO}'})
    number = town.propose(a=outline(A, "One"))
    comment(town)
    (line,) = (e.strip() for e in town.result(number).split("\n") if e.startswith("    /course"))
    town.forge.comment("ada", number, line)
    comment(town)
    (answer,) = town.answers(number)

    assert "This does not count. You pushed a part of this yourself." in answer


def test_a_line_that_an_apply_meets_first_is_answered_by_it(town: Town) -> None:
    """Also when nothing waits afterwards, so that the issue is closed."""
    town.push(a=outline(A, "One"))
    town.apply()
    (number,) = town.forge.issues
    town.decide(town.line("approve"))
    town.apply()
    (answer,) = town.answers(number)

    assert "This counts. [This run](" in answer
    assert town.forge.issues[number].state == "closed"


def test_the_check_of_a_pull_request_uses_the_branch_alone(town: Town) -> None:
    """A copy of a state that a pull request plants beside the branch is not read."""
    town.reviewed(a=outline(A, "One"))
    assert town.apply().code == 0
    with town.job() as cli:
        plain = cli("ci", "plan", GITHUB_BASE_REF="main")
    (branch,) = (e for e in town.forge.repository.refs() if e.startswith("coursesync-state/"))
    planted = f".coursesync/state/{branch.rpartition('/')[2]}/coursesync.state.json.journal"
    town.propose(a=outline(A, "One", "Two"), **{planted: "{}\n"})
    with town.job(at="change-2") as cli:
        ran = cli("ci", "plan", GITHUB_BASE_REF="main", GITHUB_TOKEN="")

    assert plain.code == 0, plain.err
    assert ran.code == 0, ran.err
    assert "1 to create" in ran.out
    assert f"courses/{planted}" in ran.err
