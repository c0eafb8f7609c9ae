"""`coursesync ci apply` in trouble: killed, cancelled, its state moved back, a large change."""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING

import pytest
from ci.town import CONFIG, Town, outline
from harness import wait_until

if TYPE_CHECKING:
    from pathlib import Path

    from forges.github import GitHub
    from harness import SandboxServer

A, B = 4711, 4712
MANY = [f"Week {each}" for each in range(12)]


@pytest.fixture
def town(github_forge: GitHub, api: SandboxServer, tmp_path: Path) -> Town:
    """A repository whose main has a configuration, and whose state has a branch."""
    made = Town(github_forge, api, tmp_path)
    made.begin()
    return made


def reworded(course: int) -> str:
    """Return the outline of `MANY` with other titles, and the same keys."""
    return outline(course, *MANY).replace("title: Week", "title: Part")


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM])
def test_an_apply_that_was_stopped_is_finished_by_the_next(town: Town, how: int) -> None:
    """The last step of its job records what it left: no Id is lost, nothing is made twice."""
    town.reviewed(a=outline(A, "One", "Two", "Three"))
    town.api.fault("POST /api/content/coursesections@2:slow=2")
    with town.job() as cli:
        with cli.start("ci", "apply") as process:
            wait_until(lambda: len(town.api.records()) == 2, 60)
            process.send_signal(how)
            process.communicate(timeout=60)
        recorded, again = cli("ci", "record"), cli("ci", "record")
    ran = town.apply()

    assert process.returncode == (-9 if how == signal.SIGKILL else 143)
    assert (recorded.code, again.code) == (0, 0), (recorded, again)
    assert ("Recorded" in recorded.said) is (how == signal.SIGKILL)
    assert again.err == ""
    assert ran.code == 0, ran
    assert town.titles == ["One", "Three", "Two"]
    assert len(town.api.records()) == 3


@pytest.mark.parametrize("where", ["issue", "pull request"])
def test_a_large_change_waits_until_a_person_allows_it(town: Town, where: str) -> None:
    """Its size is allowed by a line in the issue, or on the pull request before the merge."""
    town.reviewed(a=outline(A, *MANY), b=outline(B, "One"))
    town.apply()
    number = town.propose(a=reworded(A))
    if where == "pull request":
        with town.job() as cli:
            assert cli("ci", "comment").code == 0
        shown = next(e.body for e in town.forge.comments_on(number))
        start = shown.index("/coursesync allow large-change ")
        town.forge.comment("ben", number, shown[start:].split("`")[0].split("\n")[0])
    town.merge(number)
    first = town.apply()
    if where == "issue":
        waits = town.issue()
        town.decide(town.line("allow large-change"))
        second = town.apply()
        assert first.code == 6, first
        assert "more than usual" in waits
        assert "approve" not in waits.partition("<details>")[0]
        assert second.code == 0, second
    else:
        assert first.code == 0, first
    assert town.titles == sorted(["One", *(each.replace("Week", "Part") for each in MANY)])
    assert town.issue() == ""


def test_what_was_edited_in_nexudus_is_overwritten_only_if_a_person_allows_it(town: Town) -> None:
    """Other courses go on, and the result on the pull request says what waits for what."""
    town.reviewed(a=outline(A, "One"), b=outline(B, "Two"))
    town.apply()
    one = next(each for each in town.api.records() if each["Title"] == "One")
    assert isinstance(one["Id"], int)
    town.api.foreign_change(one["Id"], Title="Edited")
    number = town.propose(
        a=outline(A, "One").replace("title: One", "title: First"),
        b=outline(B, "Two").replace("title: Two", "title: Second"),
    )
    town.merge(number)
    waits = town.apply()
    titles, result = town.titles, town.result(number)
    town.decide(town.line("allow overwrite"))
    goes = town.apply()

    assert waits.code == 6, waits
    assert titles == ["Edited", "Second"]
    assert "### Not live yet" in result
    assert goes.code == 0, goes
    assert town.titles == ["First", "Second"]
    assert "### Live now" in town.result(number)


def test_what_left_an_outline_is_deleted_only_if_a_person_allows_it(town: Town) -> None:
    """With `on_removal = "delete"`, a reviewed removal waits for the line that prunes."""
    town.push(**{"coursesync.toml": f'on_removal = "delete"\n{CONFIG}'})
    town.reviewed(a=outline(A, "One", "Two"))
    town.apply()
    town.reviewed(a=outline(A, "One"))
    waits = town.apply()
    titles = town.titles
    town.decide(town.line("allow prune"))
    goes = town.apply()

    assert waits.code == 6, waits
    assert titles == ["One", "Two"]
    assert goes.code == 0, goes
    assert town.titles == ["One"]
    assert town.issue() == ""


def test_a_course_that_is_gone_makes_no_run_longer(town: Town) -> None:
    """Its last commit is forgotten: each run asks the forge about what was merged since the last.

    Once it comes back, reviews cover it as a new one.
    """
    town.push(**{"coursesync.toml": f'on_removal = "delete"\n{CONFIG}'})
    town.reviewed(a=outline(A, "One"), b=outline(B, "Two"))
    town.apply()
    town.reviewed(b=None)
    town.apply()
    town.decide(town.line("allow prune"))
    town.apply()
    asked = []
    for title in ("Three", "Four", "Five"):
        town.reviewed(a=outline(A, "One", One=title))
        before = len(town.forge.requests)
        assert town.apply().code == 0
        asked.append(len(town.forge.requests) - before)
    town.reviewed(b=outline(B, "Two"))
    again = town.apply()

    assert asked[1:] == asked[:1] * 2
    assert again.code == 0, again
    assert "Two" in town.titles


def test_a_course_whose_outline_is_deleted_by_review_is_hidden(town: Town) -> None:
    """With `on_removal = "deactivate"`: its sections have no outline any more."""
    town.push(**{"coursesync.toml": f'on_removal = "deactivate"\n{CONFIG}'})
    town.reviewed(a=outline(A, "One"), b=outline(B, "Two"))
    town.apply()
    town.reviewed(a=None)
    ran = town.apply()

    assert ran.code == 0, ran
    assert {str(e["Title"]): e["Active"] for e in town.api.records()} == {"One": False, "Two": True}


@pytest.mark.parametrize("what", ["edited", "deleted", "forged"])
def test_whatever_became_of_the_comment_the_review_counts(town: Town, what: str) -> None:
    """The plan's comment is for people: no decision is made by its text."""
    number = town.propose(a=outline(A, "One"))
    with town.job() as cli:
        assert cli("ci", "comment").code == 0
    (comment,) = (each.id for each in town.forge.comments_on(number))
    if what == "deleted":
        town.forge.delete_comment(comment)
    elif what == "edited":
        town.forge.edit_comment("mallory", comment, "Nothing changes.")
    else:
        town.forge.comment(town.forge.bot, number, town.forge.note(comment).body.replace("e", "o"))
    town.merge(number)
    ran = town.apply()

    assert ran.code == 0, ran
    assert town.titles == ["One"]


@pytest.mark.parametrize("name", ["state/x/coursesync.state.json.journal", "run.json"])
def test_files_of_a_run_that_a_merge_brings_are_refused(town: Town, name: str) -> None:
    """The entries of a journal are believed, so it must come from a run of this job."""
    town.reviewed(**{f".coursesync/{name}": "{}", "a": outline(A, "One")})
    with town.job() as cli:
        ran, recorded = cli("ci", "apply"), cli("ci", "record")

    assert (ran.code, recorded.code) == (1, 1), (ran, recorded)
    assert "git rm -r courses/.coursesync" in ran.said
    assert town.titles == []


def test_an_api_that_only_a_file_names_gets_no_credentials(town: Town) -> None:
    """A pull request may change coursesync.toml: the job names the API."""
    town.environment = {"COURSESYNC_BASE_URL": ""}
    config = f'base_url = "{town.api.url}"\n{CONFIG}'
    town.reviewed(**{"coursesync.toml": config, "a": outline(A, "One")})
    sent = len(town.api.log())
    ran = town.apply()

    assert ran.code == 1, ran
    assert "gets no credentials" in ran.said
    assert len(town.api.log()) == sent


def test_a_result_that_the_forge_did_not_take_is_written_by_the_next_run(town: Town) -> None:
    """The change is live, and the run is red until the pull request says so."""
    number = town.propose(a=outline(A, "One"))
    town.merge(number)
    town.forge.denied.add("issues: write")
    red = town.apply()
    titles = town.titles
    town.forge.denied.clear()
    ran = town.apply()

    assert red.code == 1, red
    assert titles == ["One"]
    assert ran.code == 0, ran
    assert "### Live now" in town.result(number)
    assert town.head_status(number).startswith("success: ")
