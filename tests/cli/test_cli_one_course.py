"""A command for one course: its key or its outline's path. The other courses stay as they are."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from harness import JOURNAL, SECTIONS, STATE, kill_at, lift_limits, saved, slowed, write_outline

if TYPE_CHECKING:
    from pathlib import Path

    from harness import CommandLine, SandboxServer

APPLY = ("apply", "--auto-approve")
PRUNE = ("--on-removal", "delete", "--prune")


@pytest.fixture
def both(author: CommandLine, courses: Path) -> CommandLine:
    """Two courses that stand on the server."""
    lift_limits(courses)
    write_outline(courses, "a", 4711, "One", "Two")
    write_outline(courses, "b", 4712, "Three", "Four")
    assert author(*APPLY).code == 0
    return author


def planned(cli: CommandLine, *words: str) -> list[tuple[str, str]]:
    """Return the actions of a plan, with their addresses."""
    ran = cli("plan", "--format", "json", *words)
    assert ran.code == 0, ran.err
    return [(each["action"], each["address"]) for each in json.loads(ran.out)["changes"]]


def entries(courses: Path) -> dict[str, object]:
    """Return the entries of the state, whole."""
    found = json.loads((courses / STATE).read_text())["entries"]
    assert isinstance(found, dict)
    return found


@pytest.mark.parametrize("words", [("b",), ("courses/b.yaml",), ("courses", "b"), ("b", "b.yaml")])
def test_a_plan_has_only_the_changes_of_its_course(
    both: CommandLine, courses: Path, words: tuple[str, ...]
) -> None:
    """The key, the path, or the key after the workspace name the same course."""
    write_outline(courses, "a", 4711, "New here", "One", "Two")
    write_outline(courses, "b", 4712, "Three", "New there", "Four")

    assert planned(both, *words) == [("create", "section.b.new-there")]
    assert len(planned(both, "a", "b")) == len(planned(both)) == 2


def test_the_others_are_no_orphans(both: CommandLine, courses: Path) -> None:
    """An outline that is not named is not a removed one, whatever may be deleted."""
    write_outline(courses, "a", 4711, "One")

    assert planned(both, "b", *PRUNE) == []
    assert planned(both, "a", *PRUNE) == [("delete", "section.a.two")]


def test_an_apply_touches_only_its_course(
    both: CommandLine, api: SandboxServer, courses: Path
) -> None:
    """Neither the site nor the state changes for the courses that are not named."""
    before = entries(courses)
    write_outline(courses, "a", 4711, "Uno")
    write_outline(courses, "b", 4712, "Three", "Four", "Five")
    ran = both(*APPLY, "b")
    after = entries(courses)

    assert ran.code == 0, ran.err
    assert after.keys() - before.keys() == {"section.b.five"}
    assert {at: after[at] for at in before} == before
    assert sorted(str(each["Title"]) for each in api.records()) == sorted(
        ["One", "Two", "Three", "Four", "Five"]
    )
    assert planned(both, "b") == []
    assert planned(both) != []


def test_a_course_whose_outline_is_gone_has_a_name_still(both: CommandLine, courses: Path) -> None:
    """Its key in the state names it, so that it can be planned alone."""
    (courses / "b.yaml").unlink()

    assert planned(both, "b") == [("keep", "section.b.three"), ("keep", "section.b.four")]
    assert planned(both, "a") == []


def test_a_move_between_courses_is_planned_for_both(
    both: CommandLine, api: SandboxServer, courses: Path
) -> None:
    """For one of the two it is refused, with the command for both; it keeps the record."""
    record_id = saved(courses).entries["section.a.two"]
    write_outline(courses, "a", 4711, "One")
    path = write_outline(courses, "b", 4712, "Three", "Four", "Two")
    path.write_text(f"{path.read_text()}    previous_keys: [a.two]\n")
    refused = both(*APPLY, "b")
    other = both(*APPLY, "a", *PRUNE)
    done = both(*APPLY, "a", "b")

    assert refused.code == 64
    assert "section.a.two belongs to the course a, which is not in this plan" in refused.said
    assert "coursesync plan a b" in refused.said
    assert other.code == 0
    assert len(api.records()) == 4
    assert done.code == 0, done.err
    assert saved(courses).entries["section.b.two"] == record_id
    assert "section.a.two" not in saved(courses).entries


def test_the_course_that_a_record_leaves_is_not_complete_before(
    both: CommandLine, courses: Path
) -> None:
    """If only that course is applied, the next plan of all still finds the record to move."""
    write_outline(courses, "a", 4711, "Five", "One")
    path = write_outline(courses, "b", 4712, "Three", "Four", "Two")
    path.write_text(f"{path.read_text()}    previous_keys: [a.two]\n")
    ran = both(*APPLY, "a")

    assert ran.code == 0, ran.err
    assert planned(both) == [("update", "section.b.two")]


def test_a_key_that_another_course_had_is_not_taken_before_it_is_free(
    both: CommandLine, courses: Path
) -> None:
    """Alone, its outline would hide the records that the state still has under that key."""
    (courses / "a.yaml").rename(courses / "c.yaml")
    (courses / "b.yaml").rename(courses / "a.yaml")
    before = {*saved(courses).entries.values()}
    refused = both(*APPLY, "a")
    done = [both(*APPLY, each) for each in ("c", "a")]

    assert refused.code == 64
    assert "section.a.one belongs to the course c, which is not in this plan" in refused.said
    assert "coursesync plan a c" in refused.said
    assert [each.code for each in done] == [0, 0]
    assert planned(both) == []
    assert {*saved(courses).entries.values()} == before


def test_a_digest_is_that_of_the_changes(both: CommandLine, courses: Path) -> None:
    """The reviewed digest of a course's plan holds for its apply, and for no other."""
    write_outline(courses, "b", 4712, "Three", "Four", "Five")
    whole = json.loads(both("plan", "--format", "json").out)
    write_outline(courses, "a", 4711, "One", "Two", "Six")
    alone = json.loads(both("plan", "b", "--format", "json").out)
    other = both(*APPLY, "a", "--expect-digest", alone["digest"])
    done = both(*APPLY, "b", "--expect-digest", alone["digest"])

    assert alone["digest"] == whole["digest"]
    assert alone["scope"] == ["b"]
    assert "scope" not in whole
    assert (other.code, done.code) == (4, 0), done.err


def test_a_plan_file_keeps_its_courses(both: CommandLine, courses: Path) -> None:
    """It is applied to them without their names, and refused for others."""
    write_outline(courses, "a", 4711, "One", "Two", "Six")
    write_outline(courses, "b", 4712, "Three", "Four", "Five")
    both("plan", "courses/b.yaml", "--out", "p.json")
    other = both("apply", "a", "--plan", "p.json")
    done = both("apply", "--plan", "p.json")

    assert other.code == 64
    assert "the plan in p.json is for b, not for a" in other.said
    assert done.code == 0, done.err
    assert "section.b.five" in saved(courses).entries
    assert planned(both) == [("create", "section.a.six")]


def test_a_stale_plan_file_is_made_again_for_its_courses(both: CommandLine, courses: Path) -> None:
    """The command that the message names has the course in it, though nobody typed it."""
    write_outline(courses, "b", 4712, "Three", "Four", "Five")
    both("plan", "b", "--out", "p.json")
    write_outline(courses, "b", 4712, "Three", "Four", "Six")
    ran = both("apply", "--plan", "p.json")

    assert ran.code == 4
    assert "coursesync plan b --out p.json" in ran.said


def test_drift_of_a_course_looks_only_there(
    both: CommandLine, api: SandboxServer, courses: Path
) -> None:
    """It lists, and asks for, nothing of other courses."""
    ids = saved(courses).entries
    api.foreign_change(ids["section.a.one"], Title="Uno")
    api.foreign_change(ids["section.b.three"], Title="Tre")
    asked = len(api.log())
    ran = both("drift", "b", "--format", "json")
    lists = [each for each in api.log()[asked:] if each["path"] == SECTIONS]

    assert ran.code == 2
    assert [each["address"] for each in json.loads(ran.out)["drift"]] == ["section.b.three"]
    assert len(lists) == 2  # the list of the course, and the record
    assert both("apply", "b", "--refresh", "--auto-approve").code == 0
    titles = {each["Id"]: each["Title"] for each in api.records()}
    assert (titles[ids["section.a.one"]], titles[ids["section.b.three"]]) == ("Uno", "Three")


def test_a_record_that_came_from_another_course_is_not_called_new(
    both: CommandLine, api: SandboxServer, courses: Path
) -> None:
    """A managed record of another course is no unmanaged one, and no twin, where it is now."""
    api.foreign_change(saved(courses).entries["section.a.one"], CourseId=4712)
    ran = both("drift", "b", "--format", "json")

    assert (ran.code, json.loads(ran.out)["drift"]) == (0, [])


def test_pull_takes_an_outlines_path(both: CommandLine, api: SandboxServer, courses: Path) -> None:
    """It pulls that course alone, and the commands that it names do too."""
    ids = saved(courses).entries
    api.foreign_change(ids["section.a.one"], Title="Uno")
    api.foreign_change(ids["section.b.three"], Title="Tre")
    api.foreign_remove(ids["section.b.four"])
    ran = both("pull", "courses/b.yaml")

    assert "title: Tre" in (courses / "b.yaml").read_text()
    assert "title: One" in (courses / "a.yaml").read_text()
    assert "coursesync pull b.yaml --deleted" in ran.said or "pull b --deleted" in ran.said


def test_an_unknown_course_comes_with_the_known_ones(both: CommandLine) -> None:
    """The nearest is suggested; so it is for a path."""
    key, path = both("plan", "bb"), both("plan", "courses/c.yaml")

    assert (key.code, path.code) == (64, 64)
    assert "there is no course bb in the workspace `courses`" in key.said
    assert "Did you mean b? Its courses are: a, b." in key.said
    assert "there is no outline c.yaml in the workspace `courses`" in path.said
    assert "name the course that lists it" in both("plan", "c.md").said
    assert "a.yaml, b.yaml" in path.said


@pytest.mark.parametrize("words", [("validate", "a"), ("plan", "a"), ("fmt", "--check", "a")])
def test_two_outlines_of_one_course_are_a_mistake_for_all(
    both: CommandLine, courses: Path, words: tuple[str, ...]
) -> None:
    """Which of them is meant is not known, whichever course is named."""
    write_outline(courses, "c", 4712, "Five")
    ran = both(*words)

    assert ran.code == 3
    assert "the course 4712 has an outline already" in ran.said


@pytest.mark.parametrize("name", ["A copy of b", "b (1)", "0"])
@pytest.mark.parametrize("command", ["validate", "plan"])
def test_a_copy_of_an_outline_is_reported_at_the_copy(
    both: CommandLine, courses: Path, name: str, command: str
) -> None:
    """Its name may come before that of the outline that the state knows, which is left alone."""
    (courses / f"{name}.yaml").write_text((courses / "b.yaml").read_text())
    ran = both(command)

    assert f"courses/{name}.yaml:1:5: the course 4712 has an outline already" in ran.said
    assert "courses/b.yaml:" not in ran.said
    assert "If this file is a copy, delete it." in " ".join(ran.said.split())


def test_mistakes_in_other_outlines_stop_nothing(both: CommandLine, courses: Path) -> None:
    """They are reported only for their own course; the plan says that there are some."""
    write_outline(courses, "a", 4711, "One", "Two", "Six")
    (courses / "b.yaml").write_text("id: 4712\ntitle: B\nsections: [{}]\n")
    alone, own = both("plan", "a"), both("validate", "b")

    assert alone.code == 0
    assert "Other outlines have 1 mistake, first in courses/b.yaml:3:12." in alone.said
    assert own.code == both("plan").code == 3
    assert both(*APPLY, "a").code == 0


def test_nothing_is_deleted_while_another_outline_has_mistakes(
    both: CommandLine, api: SandboxServer, courses: Path
) -> None:
    """The outline that can't be read may hold now what the other has lost."""
    write_outline(courses, "a", 4711, "One")
    (courses / "b.yaml").write_text("id: 4712\ntitle: B\nsections: [{}]\n")
    ran = both(*APPLY, "a", *PRUNE)

    assert ran.code == 3
    assert "courses/b.yaml:3:12" in ran.err
    assert len(api.records()) == 4


def test_fmt_writes_only_the_named_outline(cli: CommandLine, courses: Path) -> None:
    """The others stay as they are, whether or not they have mistakes."""
    one = write_outline(courses, "a", 4711, "One")
    other = write_outline(courses, "b", 4712, "Two")
    text = other.read_text()
    ran = cli("fmt", "courses/a.yaml")

    assert ran.code == 0, ran.err
    assert "key: one" in one.read_text()
    assert other.read_text() == text


def test_suggested_commands_are_for_the_same_course(both: CommandLine, courses: Path) -> None:
    """What an apply leaves is continued for its course, and not for all."""
    write_outline(courses, "b", 4712, "Three", "Four", "Five", "Six")
    stopped = both(*APPLY, "b", "--max-writes", "1")
    rest = both("plan", "courses", "b", "--out", "p.json")

    assert stopped.code == 6
    assert "coursesync apply b --auto-approve --max-writes 1" in stopped.said
    assert "coursesync apply courses b --plan p.json" in rest.said


def test_the_state_lists_one_course(both: CommandLine) -> None:
    """Its addresses alone are listed."""
    ran = both("state", "list", "b")

    assert [line.split()[0] for line in ran.out.splitlines()] == [
        "section.b.four",
        "section.b.three",
    ]


def test_what_another_course_has_to_check_is_left_to_it(
    author: CommandLine, api: SandboxServer, courses: Path
) -> None:
    """An apply of one course does not look at new records of another that no look confirmed."""
    write_outline(courses, "a", 4711, "One")
    api.change(list_lag=3)
    assert author(*APPLY, "--settling-time", "0").code == 6
    api.change(list_lag=0)
    write_outline(courses, "b", 4712, "Two")
    ran = author(*APPLY, "b")
    plan = author("plan", "b")

    assert ran.code == 0, ran.err
    assert "to be checked" not in plan.said
    assert "1 section is still to be checked" in author("plan").said
    assert author(*APPLY).code == 0


@pytest.mark.parametrize("first", ["b", ""])
def test_a_killed_apply_of_one_course_is_continued_by_any(
    both: CommandLine, api: SandboxServer, courses: Path, first: str
) -> None:
    """The journal is the workspace's: a run of all courses, or of one, creates nothing twice."""
    write_outline(courses, "a", 4711, "One", "Two", "Six")
    write_outline(courses, "b", 4712, "Three", "Four", *(f"New {n}" for n in range(20)))
    kill_at(both, api, 9, "b")
    assert (courses / JOURNAL).exists()
    other = both(*APPLY, "a")
    ran = both(*APPLY, *([first] if first else []))

    assert (other.code, ran.code) == (0, 0), other.err
    assert planned(both) == []
    titles = [str(each["Title"]) for each in api.records()]
    assert sorted(titles) == sorted({*titles})
    assert len(titles) == 25
    assert {*saved(courses).entries.values()} == {each["Id"] for each in api.records()}


def test_a_create_in_doubt_of_one_course_is_settled_by_the_whole_apply(
    both: CommandLine, api: SandboxServer, courses: Path
) -> None:
    """A run for one course that dies during a create leaves nothing that another one repeats."""
    write_outline(courses, "b", 4712, "Three", "Four", "Five")
    api.fault(f"POST {SECTIONS}@5:lost-after")
    with slowed(both, api, 5, "b") as process:
        process.kill()
        process.communicate(timeout=60)
    api.no_faults()
    ran = both(*APPLY)

    assert ran.code == 0, ran.err
    assert [each["Title"] for each in api.records()].count("Five") == 1
