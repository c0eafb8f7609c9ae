"""What apply finds on the site by looking: lost states, lost answers, and what is near."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import httpx
import pytest
from harness import (
    JOURNAL,
    SECTIONS,
    STATE,
    TOKEN,
    doubted,
    kill_at,
    pointed_at,
    sandbox_here,
    saved,
    wait_until,
    write_outline,
)
from secrecy.echo import Echo, echoing

from coursesync.kinds.address import Address
from coursesync.sandbox import Settings
from coursesync.state.state import Doubt, State
from coursesync.state.state_text import serialise

if TYPE_CHECKING:
    from pathlib import Path

    from harness import CommandLine, SandboxServer

ONE, TWO = "section.a.one", "section.a.two"


def ids(server: SandboxServer) -> list[object]:
    """Return the Ids of the server's sections, in the order of their making."""
    return [record["Id"] for record in server.records()]


def test_a_lost_state_makes_nothing_twice(
    author: CommandLine, api: SandboxServer, onboarding: Path
) -> None:
    """Without state and journal, as on a new machine, what is on the site is taken over."""
    author("apply", "--auto-approve")
    before, made = saved(onboarding.parent), len(api.creates())
    (onboarding.parent / STATE).unlink()
    again = author("apply", "--auto-approve")
    after = saved(onboarding.parent)

    assert again.code == 0, again.err
    assert "Apply: 3 adopted." in again.err
    assert dict(line.split(" ") for line in again.out.splitlines()) == {
        address: str(found) for address, found in after.entries.items()
    }
    assert after.entries == before.entries
    assert after.lineage != before.lineage
    assert len(api.creates()) == made == 3
    assert author("plan", "--detailed-exitcode").code == 0


def test_a_machine_lost_in_the_middle_makes_nothing_twice(
    online: CommandLine, server: SandboxServer, courses: Path
) -> None:
    """Killed within a create, state and journal gone: the rest is made, and the lost is found."""
    write_outline(courses, "a", 4711, "One", "Two", "Three")
    server.fault_create(2, "slow=60")
    kill_at(online, server, 2)
    (courses / STATE).unlink()
    (courses / JOURNAL).unlink()
    again = online("apply", "--auto-approve")

    assert again.code == 0, again.err
    assert "Apply: 1 created, 2 adopted." in again.err
    assert [record["Title"] for record in server.records()] == ["One", "Two", "Three"]
    assert sorted(saved(courses).entries.values()) == ids(server)


def test_an_old_state_makes_nothing_twice(
    author: CommandLine, api: SandboxServer, courses: Path
) -> None:
    """A state restored from before the last run takes over what that run made."""
    write_outline(courses, "a", 4711, "One")
    author("apply", "--auto-approve")
    old = (courses / STATE).read_bytes()
    write_outline(courses, "a", 4711, "One", "Two", "Three")
    author("apply", "--auto-approve")
    (courses / STATE).write_bytes(old)
    write_outline(courses, "a", 4711, "One", "Two", "Three", "Four")
    again = author("apply", "--auto-approve")

    assert again.code == 0, again.err
    assert "Apply: 1 created, 2 adopted." in again.err
    assert sorted(saved(courses).entries.values()) == ids(api)
    assert len(api.creates()) == 4


def test_a_lost_state_makes_nothing_twice_while_lists_lag(
    author: CommandLine, api: SandboxServer, courses: Path
) -> None:
    """An apply just after the state was lost waits for records that no list shows yet."""
    write_outline(courses, "a", 4711, "One", "Two")
    api.change(list_lag=6)
    author("apply", "--auto-approve", "--settling-time", "0")
    for path in courses.glob(f"{STATE}*"):
        path.unlink()
    again = author("apply", "--auto-approve", "--settling-time", "8")

    assert again.code == 0, again.err
    assert (
        "waiting 8 seconds: apply looks at the site twice before it creates these sections"
        in again.said
    )
    assert "Apply: 2 adopted." in again.err
    assert sorted(saved(courses).entries.values()) == ids(api)
    assert len(api.creates()) == 2


def listed(api: SandboxServer) -> list[object]:
    """Return what the API lists by now."""
    bearer = {"Authorization": f"Bearer {TOKEN}"}
    records = httpx.get(f"{api.url}{SECTIONS}", headers=bearer).raise_for_status().json()["Records"]
    assert isinstance(records, list)
    return records


def test_a_trace_of_a_lost_run_is_reason_to_look_again(
    author: CommandLine, api: SandboxServer, courses: Path
) -> None:
    """With an older state, something to adopt says that a list may lack more of the same run."""
    write_outline(courses, "a", 4711, "One")
    author("apply", "--auto-approve")
    old = (courses / STATE).read_bytes()
    write_outline(courses, "a", 4711, "One", "Two")
    author("apply", "--auto-approve")
    api.change(list_lag=5)
    write_outline(courses, "a", 4711, "One", "Two", "Three")
    wait_until(lambda: len(listed(api)) == 2)
    author("apply", "--auto-approve")
    (courses / STATE).write_bytes(old)
    again = author("apply", "--auto-approve", "--settling-time", "6")

    assert again.code == 0, again.err
    assert "Apply: 2 adopted." in again.err
    assert [record["Title"] for record in api.records()] == ["One", "Two", "Three"]


def test_where_nothing_is_left_to_create_nothing_is_waited_for(
    author: CommandLine, api: SandboxServer, onboarding: Path
) -> None:
    """A first look that finds all of it is the only one, and so is that of a known state."""
    author("apply", "--auto-approve")
    (onboarding.parent / STATE).unlink()
    before = len(api.lists())
    adopted = author("apply", "--auto-approve", "--settling-time", "600")
    write_outline(onboarding.parent, "b", 4712, "One")
    more = author("apply", "--auto-approve", "--settling-time", "600")

    assert (adopted.code, more.code) == (0, 0)
    # what has no contents is read by its Id, too; the last is that after the create
    assert len(api.lists()) == before + 4
    assert "waiting" not in adopted.err + more.err


def test_html_that_the_server_rewrote_is_recognised(cli: CommandLine, courses: Path) -> None:
    """A section is recognised although the server stores HTML in its own way."""
    (courses / "a.yaml").write_text(
        "id: 4711\ntitle: A\nsections:\n"
        "  - title: One\n    contents: |\n      <p>a</p>\n      <p>b</p>\n"
    )
    with sandbox_here(Settings(normalise_html=True)) as server:
        author = pointed_at(cli, server)
        author("apply", "--auto-approve")
        (courses / STATE).unlink()
        again = author("apply", "--auto-approve")
        (record,) = server.records()

    assert again.code == 0, again.err
    assert record["SectionContents"] == "<p>a</p><p>b</p>"
    assert saved(courses).entries == {ONE: record["Id"]}


def test_somebody_elses_old_sections_are_no_obstacle(
    author: CommandLine, api: SandboxServer, courses: Path
) -> None:
    """What other editors made long since, under other titles, neither stops nor joins anything."""
    other = api.foreign_create(4711, "Something else")
    write_outline(courses, "a", 4711, "One", "Two")
    applied = author("apply", "--auto-approve")

    assert applied.code == 0, applied.err
    assert other not in saved(courses).entries.values()
    assert "Apply: 2 created." in applied.err


@pytest.fixture
def near(author: CommandLine, api: SandboxServer, courses: Path) -> int:
    """The Id of a section that another editor made, of the title that the outline wants."""
    found = api.foreign_create(4711, "one", DisplayOrder=70, By="ada@space.example")
    write_outline(courses, "a", 4711, "One", "Two")
    write_outline(courses, "b", 4712, "Three")
    applied = author("apply", "--auto-approve")
    created = f"{api.records()[0]['CreatedOn']}".replace("T", " ")[:16]

    assert applied.code == 6
    assert "Apply: 1 created, 1 in doubt, 1 not sent yet." in applied.err
    assert (
        f"courses/a.yaml:4:5: {ONE} is in doubt: the course already has a similar section"
        in applied.said
    )
    assert (
        f'Id {found}: "one" at 70, created at {created} UTC, last changed by ada@space.example'
    ) in " ".join(applied.err.split())
    assert f"coursesync resolve {ONE} --id {found}" in applied.err
    assert [met["body"]["Title"] for met in api.creates() if isinstance(met["body"], dict)] == [
        "Three"
    ]
    return found


def test_what_is_near_is_in_doubt_until_a_person_says(
    author: CommandLine, api: SandboxServer, courses: Path, near: int
) -> None:
    """Each apply finds it again, names it and sends nothing, and the plan says what to type."""
    again = author("apply", "--auto-approve")
    planned = author("plan", "--detailed-exitcode")

    assert (again.code, planned.code) == (6, 2)
    assert len(api.creates()) == 1
    assert f'Id {near}: "one" at 70' in again.err
    assert "in doubt: the course already has a similar section" in planned.out
    assert f"coursesync resolve {ONE} --not-created" in planned.out
    assert saved(courses).doubts == (ONE,)


def test_what_is_near_can_be_the_one(
    author: CommandLine, api: SandboxServer, courses: Path, near: int
) -> None:
    """Named by its Id, it is the section from now on, and the plan shows what differs."""
    resolved = author("resolve", ONE, "--id", str(near))
    planned = json.loads(author("plan", "--format", "json").out)
    changes = {change["address"]: change for change in planned["changes"]}

    assert resolved.code == 0, resolved.err
    assert saved(courses).entries[ONE] == near
    assert [changes[each]["action"] for each in (ONE, TWO)] == ["update", "create"]
    assert len(changes) == 2
    assert changes[ONE]["id"] == near
    assert changes[ONE]["before"]["Title"] == "one"
    assert changes[ONE]["after"]["Title"] == "One"
    assert len(api.creates()) == 1


def test_what_is_near_can_be_another(
    author: CommandLine, api: SandboxServer, courses: Path, near: int
) -> None:
    """Said not to be the one, it stays where it is, and the section is created beside it."""
    resolved = author("resolve", ONE, "--not-created")
    applied = author("apply", "--auto-approve")
    planned = author("plan", "--detailed-exitcode")

    assert resolved.code == 0, resolved.err
    assert (applied.code, planned.code) == (0, 0), applied.err
    assert [record["Title"] for record in api.records()] == ["one", "Three", "One", "Two"]
    assert near not in saved(courses).entries.values()


def test_several_that_fit_are_for_a_person(
    author: CommandLine, api: SandboxServer, courses: Path
) -> None:
    """Of two that could be it none is taken; the one that is named is, and the plan is empty."""
    write_outline(courses, "a", 4711, "One")
    fields = {"DisplayOrder": 10, "UnlockType": 1, "SectionContents": "", "Active": True}
    first, second = (api.foreign_create(4711, "One", **fields) for _ in range(2))
    applied = author("apply", "--auto-approve")
    author("resolve", ONE, "--id", str(second))
    planned = author("plan", "--detailed-exitcode")

    assert applied.code == 6
    assert "more than one record matches it" in applied.err
    assert f"Id {first}: " in applied.err
    assert f"Id {second}: " in applied.err
    assert api.creates() == []
    assert saved(courses).entries == {ONE: second}
    assert planned.code == 0


def test_a_doubt_that_a_look_has_cleared_is_reported_no_more(
    author: CommandLine, api: SandboxServer, courses: Path
) -> None:
    """Where a run ends before it sends a cleared create again, it names nothing to resolve."""
    write_outline(courses, "a", 4711, "One")
    doubted(author, api, 1, "lost-before")
    stopped = author("apply", "--auto-approve", "--max-writes", "0")

    assert stopped.code == 6
    assert "Apply: 1 not tried." in stopped.err
    assert "resolve" not in stopped.err.partition("Digest: ")[2]
    assert saved(courses).doubts == ()


def test_a_doubt_that_no_look_has_reached_is_reported(
    author: CommandLine, api: SandboxServer, courses: Path
) -> None:
    """Where a run ends before its first look, what was in doubt before is so still."""
    write_outline(courses, "a", 4711, "One", "Two")
    doubted(author, api, 1, "lost-before")
    api.fault(f"GET {SECTIONS}@1+:status=404")
    stopped = author("apply", "--auto-approve")

    assert stopped.code == 1
    assert "Apply: 1 in doubt, 1 not tried." in stopped.err
    assert author("resolve", ONE, "--not-created").code == 0


def test_a_doubt_beside_what_is_near_is_settled(
    author: CommandLine, api: SandboxServer, courses: Path
) -> None:
    """A course that waits for a person is still listed, and the lost record is found."""
    write_outline(courses, "a", 4711, "One", "Two")
    doubted(author, api)
    api.foreign_create(4711, "two")
    applied = author("apply", "--auto-approve")

    assert applied.code == 6
    assert "Traceback" not in applied.err
    assert "1 no longer in doubt, 1 in doubt" in applied.err
    assert saved(courses).entries == {ONE: api.records()[0]["Id"]}
    assert saved(courses).doubts == (TWO,)
    assert len(api.creates()) == 1


@pytest.mark.parametrize("kind", ["lost-after", "late=0.5"])
def test_a_list_that_lags_is_waited_for(
    author: CommandLine, api: SandboxServer, courses: Path, kind: str
) -> None:
    """What is listed, or made, only after a while is found within the settling time."""
    write_outline(courses, "a", 4711, "One", "Two")
    if kind == "lost-after":
        api.change(list_lag=0.5)
    api.fault_create(1, kind)
    applied = author("apply", "--auto-approve", "--settling-time", "6")

    assert applied.code == 0, applied.err
    assert f"{ONE}: no longer in doubt, Id {ids(api)[0]}\n" in applied.err
    assert [record["Title"] for record in api.records()] == ["One", "Two"]
    assert len(api.creates()) == 2


def test_one_of_the_same_title_made_meanwhile_is_for_a_person(
    author: CommandLine, api: SandboxServer, courses: Path
) -> None:
    """A create that left no trace but a near match is not sent again."""
    write_outline(courses, "a", 4711, "One", "Two")
    doubted(author, api, 1, "lost-before")
    meanwhile = api.foreign_create(4711, "ONE")
    applied = author("apply", "--auto-approve")

    assert applied.code == 6
    assert f'Id {meanwhile}: "ONE" at 1' in applied.err
    assert len(api.creates()) == 1
    assert saved(courses).doubts == (ONE,)


def test_something_else_made_meanwhile_is_for_a_person(
    author: CommandLine, api: SandboxServer, courses: Path
) -> None:
    """What appeared in the course when the answer was lost may be it, retitled: a person looks."""
    write_outline(courses, "a", 4711, "One", "Two")
    doubted(author, api, 1, "lost-before")
    meanwhile = api.foreign_create(4711, "Retitled")
    held = author("apply", "--auto-approve")
    author("resolve", ONE, "--not-created")
    applied = author("apply", "--auto-approve")

    assert held.code == 6
    assert "another record appeared in the course at that time" in held.said
    assert f'Id {meanwhile}: "Retitled"' in held.err
    assert applied.code == 0, applied.err
    assert [record["Title"] for record in api.records()] == ["Retitled", "One", "Two"]


def test_a_near_match_that_goes_away_settles_the_doubt(
    author: CommandLine, api: SandboxServer, courses: Path, near: int
) -> None:
    """Once the other editor removes it, the next apply creates what the outline wants."""
    api.foreign_remove(near)
    applied = author("apply", "--auto-approve")

    assert applied.code == 0, applied.err
    assert sorted(str(record["Title"]) for record in api.records()) == ["One", "Three", "Two"]
    assert len(saved(courses).entries) == 3


def test_a_near_match_that_is_mended_settles_the_doubt(
    author: CommandLine, api: SandboxServer, courses: Path, near: int
) -> None:
    """Once it is made into what the outline wants, it is taken over."""
    fields = {"Title": "One", "DisplayOrder": 10, "UnlockType": 1, "Active": True}
    api.foreign_change(near, **fields, SectionContents="")
    applied = author("apply", "--auto-approve")

    assert applied.code == 0, applied.err
    assert saved(courses).entries[ONE] == near
    assert len(api.records()) == 3


def test_each_course_is_looked_at_once(
    author: CommandLine, api: SandboxServer, courses: Path
) -> None:
    """The looks before and after take the fewest requests: a list a course, or one of all."""
    write_outline(courses, "e", 4715, "One")
    author("apply", "--auto-approve")  # a state: without one it looks twice
    before = len(api.lists())
    write_outline(courses, "a", 4711, "One", "Two")
    write_outline(courses, "b", 4712, "One", "Two")
    author("apply", "--auto-approve")
    few = len(api.lists()) - before
    for key, course in zip("abcd", range(4711, 4715), strict=True):
        write_outline(courses, key, course, "One", "Two", "Three")
    author("apply", "--auto-approve")

    assert few == 2 * 2
    assert len(api.lists()) - before == few + 2
    assert len(api.records()) == 13


def test_what_is_no_list_stops_the_run_before_any_write(
    author: CommandLine, api: SandboxServer, onboarding: Path
) -> None:
    """Where the course can't be looked at, nothing is sent: it might be there already."""
    api.fault(f"GET {SECTIONS}@1+:duplicate-keys", f"GET {SECTIONS}@1+:html-200")
    applied = author("apply", "--auto-approve")

    assert applied.code == 1
    assert "its answer is not what was asked for" in applied.said
    assert "Apply: 3 not tried." in applied.err
    assert api.creates() == []
    assert not (onboarding.parent / STATE).exists()


def test_a_list_is_asked_for_again(
    author: CommandLine, api: SandboxServer, onboarding: Path
) -> None:
    """Reads may be repeated at will: one that is lost is no reason to end."""
    api.fault(f"GET {SECTIONS}@1:lost-after")
    applied = author("apply", "--auto-approve")

    assert applied.code == 0, applied.err
    assert len(api.creates()) == 3
    assert onboarding.exists()


def test_what_the_api_claimed_to_have_made_is_never_sent_again(
    author: CommandLine, api: SandboxServer, courses: Path
) -> None:
    """Told that it was made, only a person lets it be sent again: whatever was near meanwhile."""
    write_outline(courses, "a", 4711, "One")
    doubted(author, api, 1, "no-id")
    api.foreign_remove(int(str(ids(api)[0])))
    other = api.foreign_create(4711, "Retitled")
    near = author("apply", "--auto-approve")
    api.foreign_remove(other)
    gone = author("apply", "--auto-approve")

    assert "another record appeared" in near.err
    assert (near.code, gone.code) == (6, 6)
    assert saved(courses).doubts == (ONE,)
    assert len(api.creates()) == 1


def test_a_doubt_in_a_course_that_is_not_there_stays(
    author: CommandLine, api: SandboxServer, courses: Path
) -> None:
    """That a course can't be found settles nothing: that is for a person, and nothing is sent."""
    write_outline(courses, "a", 4799, "One")
    sent: dict[str, str | int | bool] = {"Title": "One", "DisplayOrder": 10, "CourseId": 4799}
    lost = Doubt(sent=sent, reason="no answer", since="2026-01-01T00:00:00Z")
    doubts = {Address(ONE): lost, Address(TWO): lost}
    state = State(doubts=doubts, lineage="x", serial=3, target=api.url)
    (courses / STATE).write_bytes(serialise(state))
    applied = author("apply", "--auto-approve")

    assert applied.code == 6, applied.err
    assert f"{ONE} is in doubt: no answer; there is no course 4799 in Nexudus" in applied.said
    assert saved(courses).doubts == (ONE, TWO)
    assert api.creates() == []


@pytest.mark.parametrize("order", [None, "first", 2**31, 10**4_200, True, [1]])
def test_a_candidate_of_a_strange_order_can_be_the_one(
    cli: CommandLine, courses: Path, order: object
) -> None:
    """A section is recognised although the server's DisplayOrder is not a number."""
    write_outline(courses, "a", 4711, "One", "Two")
    listed = {"Id": 7, "CourseId": 4711, "Title": "One", "DisplayOrder": order}
    with echoing(Echo(listed=[listed])) as server:
        online = cli.having({"COURSESYNC_BASE_URL": server.url, "NEXUDUS_TOKEN": "x"})
        online("apply", "--auto-approve")
        resolved = online("resolve", ONE, "--id", "7")
        after = [online(*command) for command in (["plan"], ["apply", "--auto-approve"])]

    assert resolved.code == 0, resolved
    assert after[0].code == 0, after
    assert not any("Traceback" in ran.err for ran in after)
    assert saved(courses).entries[ONE] == 7
