"""Ids that a person chooses: only those that work are offered; unchecked ones are named."""

from __future__ import annotations

import re
import shlex
from typing import TYPE_CHECKING

import pytest
from harness import SECTIONS, doubted, saved, write_outline

if TYPE_CHECKING:
    from pathlib import Path

    from harness import CommandLine, Ran, SandboxServer

APPLY = ("apply", "--auto-approve")
ONE = "section.a.one"


def offered(ran: Ran, option: str) -> list[str]:
    """Return the commands with that option that a run prints."""
    return re.findall(rf"coursesync (resolve \S+ --{option} \S+)", f"{ran.out}\n{ran.err}")


@pytest.fixture
def misnamed(author: CommandLine, api: SandboxServer, courses: Path) -> int:
    """Let a person choose an Id that no record has; return that of the record."""
    write_outline(courses, "a", 4711, "One")
    assert doubted(author, api).code == 1
    assert author("resolve", ONE, "--id", "5").code == 0
    (record,) = api.records()
    return int(str(record["Id"]))


@pytest.mark.parametrize("words", [("drift",), APPLY])
def test_an_id_that_is_not_on_the_site_is_not_offered(
    author: CommandLine, api: SandboxServer, courses: Path, misnamed: int, words: tuple[str, ...]
) -> None:
    """Only one record is on the site: it is offered, its command works, and members see no two."""
    write_outline(courses, "a", 4711, "One", "Two")
    ran = author(*words)
    (choice,) = offered(ran, "keep")
    chosen = author(*shlex.split(choice))

    assert choice == f"resolve {ONE} --keep {misnamed}"
    assert "Members see both" not in f"{ran.out}{ran.err}"
    assert chosen.code == 0, chosen.err
    assert "has lessons" not in chosen.said
    assert saved(courses).entries[ONE] == misnamed
    assert len(api.records()) <= 2


def test_an_id_in_another_course_is_not_offered(
    author: CommandLine, api: SandboxServer, courses: Path
) -> None:
    """Where our record was moved away and another took its place, only that one can be kept."""
    write_outline(courses, "a", 4711, "One")
    author(*APPLY)
    (record,) = api.records()
    api.foreign_change(int(str(record["Id"])), CourseId=4712)
    copy = api.foreign_create(4711, "One", Active=True, SystemId=record["SystemId"])
    ran = author("drift")

    assert offered(ran, "keep") == [f"resolve {ONE} --keep {copy}"]
    assert "is in the course 4712 now" in " ".join(ran.out.split())


def test_a_wrong_choice_is_answered_by_the_commands_that_work(
    author: CommandLine, api: SandboxServer, courses: Path
) -> None:
    """For one of two twins, a command for each; what comes before the deletion is named."""
    write_outline(courses, "a", 4711, "One")
    author(*APPLY)
    (record,) = api.records()
    api.foreign_create(4711, "One", Active=True, SystemId=record["SystemId"])
    wrong = author("resolve", ONE, "--keep", "5")
    choices = offered(wrong, "keep")
    kept = author(*shlex.split(choices[0]))

    assert wrong.code == 1
    assert len(choices) == 2
    assert kept.code == 0
    assert re.search(r"Commit and push the state, and only then delete \d+ in Nexudus", kept.said)


def test_resolve_points_to_a_check_where_nothing_was_found(
    author: CommandLine, api: SandboxServer, courses: Path
) -> None:
    """Without candidates, any number is taken: the message says that it was not checked."""
    write_outline(courses, "a", 4711, "One", "Two")
    assert doubted(author, api, 2, "lost-before").code == 1
    ran = author("resolve", "section.a.two", "--id", "4242")
    drift = author("drift")

    assert "was not checked" in ran.said
    assert "coursesync drift courses" in ran.err
    assert drift.code == 2
    assert "(Id 4242) is not on the site" in drift.out


def test_resolve_of_a_found_record_needs_no_check(
    author: CommandLine, api: SandboxServer, courses: Path
) -> None:
    """Where apply found the record, the plan shows how the outline differs from it."""
    write_outline(courses, "a", 4711, "One")
    found = api.foreign_create(4711, "One", SectionContents="<p>Other</p>", Active=True)
    applied = author(*APPLY)
    wrong = author("resolve", ONE, "--id", "4242")
    ran = author("resolve", ONE, "--id", str(found))

    assert applied.code == 6
    assert offered(wrong, "id") == [f"resolve {ONE} --id {found}"]
    assert "was not checked" not in ran.said
    assert "coursesync plan courses" in ran.err


@pytest.mark.parametrize("kind", ["section", "lesson"])
def test_a_chosen_record_without_texts_is_like_an_item_without_texts(
    author: CommandLine, api: SandboxServer, courses: Path, kind: str
) -> None:
    """No text and an empty one are the same: nothing is sent, and nothing has drifted."""
    lists = {"section": "sections: []\n", "lesson": "sections: []\nlessons: []\n"}
    text = lists[kind].replace(f"{kind}s: []", f"{kind}s:\n  - title: Two")
    (courses / "a.yaml").write_text(f"id: 4711\ntitle: A\n{text}")
    make = {"section": api.foreign_create, "lesson": api.create_lesson}[kind]
    found = make(4711, "Two", DisplayOrder=4000, Active=True)
    applied = author(*APPLY)
    chosen = author("resolve", f"{kind}.a.two", "--id", str(found))

    assert (applied.code, chosen.code) == (6, 0)
    assert author("plan", "--detailed-exitcode").code == 0
    assert author("drift").code == 0


def test_a_create_that_is_not_sent_again_is_reported_as_such(
    author: CommandLine, api: SandboxServer, courses: Path
) -> None:
    """A create that is lost each time is sent three times; from then on only `resolve` ends it."""
    write_outline(courses, "a", 4711, "One")
    api.fault(f"POST {SECTIONS}@1+:lost-before")
    first = author(*APPLY)
    api.no_faults()
    plan, second = author("plan"), author(*APPLY)

    for ran in (first, second):
        assert ran.code == 6
        assert "but does not send it again" in ran.said
        assert "sends it again if" not in ran.said
    assert "but does not send it again" in " ".join(plan.out.split())
    assert author("resolve", ONE, "--not-created").code == 0
    assert author(*APPLY).code == 0


def test_a_create_that_is_sent_again_is_reported_as_such(
    author: CommandLine, api: SandboxServer, courses: Path
) -> None:
    """What was sent once, and could not be looked for, is sent again by the next apply."""
    write_outline(courses, "a", 4711, "One")
    doubted(author, api, 1, "lost-before")
    plan = author("plan")
    again = author(*APPLY)

    assert "sends it again if there is no trace of it" in " ".join(plan.out.split())
    assert again.code == 0


def test_drift_names_the_record_that_a_lost_answer_may_have_made(
    author: CommandLine, api: SandboxServer, courses: Path
) -> None:
    """An unmanaged record with the marker or title of a create in doubt is offered."""
    write_outline(courses, "a", 4711, "One", "Two")
    assert doubted(author, api, 2).code == 1
    lost = api.records()[1]["Id"]
    ran = author("drift")

    assert offered(ran, "id") == [f"resolve section.a.two --id {lost}"]
