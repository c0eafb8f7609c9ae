"""An outline's file may be renamed: its sections keep their Ids, and nothing is made twice."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness import ask, doubted, saved, write_outline

if TYPE_CHECKING:
    from pathlib import Path

    from harness import CommandLine, SandboxServer


def test_a_renamed_file_is_a_move_of_each_section(
    online: CommandLine, server: SandboxServer, onboarding: Path
) -> None:
    """The course's Id shows that it is the same course: no request is needed, no Id is lost."""
    online("apply", "--auto-approve")
    before = saved(onboarding.parent)
    onboarding.rename(onboarding.with_name("welcome-aboard.yaml"))
    planned = online("plan")
    applied = online("apply", "--auto-approve")
    after = saved(onboarding.parent)

    assert "Plan: 0 to create, 0 to update, 0 to delete, 3 to get another key." in planned.out
    assert applied.code == 0, applied.err
    assert len(server.records()) == 3
    assert after.entries == {
        address.replace("onboarding", "welcome-aboard"): record_id
        for address, record_id in before.entries.items()
    }
    assert online("plan").out.startswith("Nothing to do")


def test_what_was_in_doubt_under_the_old_name_holds_the_course_back(
    online: CommandLine, server: SandboxServer, onboarding: Path
) -> None:
    """A create in doubt is not sent again under the file's new name."""
    doubted(online, server)
    onboarding.rename(onboarding.with_name("welcome-aboard.yaml"))
    held = online("apply", "--auto-approve")
    found = len(server.creates())
    settled = online("apply", "--auto-approve")

    assert held.code == 6
    assert "section.onboarding.welcome: no longer in doubt, Id" in held.err
    assert found == 1
    assert settled.code == 0, settled.err
    assert len(server.records()) == 3
    assert "section.welcome-aboard.welcome" in saved(onboarding.parent).entries
    assert online("plan").out.startswith("Nothing to do")


def test_what_was_never_made_under_the_old_name_is_made_under_the_new_one(
    author: CommandLine, api: SandboxServer, onboarding: Path
) -> None:
    """A create in doubt that left no trace is done with, and the new name's is sent."""
    doubted(author, api, 1, "lost-before")
    onboarding.rename(onboarding.with_name("welcome-aboard.yaml"))
    applied = author("apply", "--auto-approve")

    assert applied.code == 0, applied.err
    assert "section.onboarding.welcome: no longer in doubt, it was never created" in applied.err
    assert len(api.records()) == 3
    assert author("plan").out.startswith("Nothing to do")


def test_a_section_that_went_with_the_rename_is_kept(
    online: CommandLine, server: SandboxServer, onboarding: Path
) -> None:
    """What the renamed outline no longer has stays on the site, and the plan says so."""
    online("apply", "--auto-approve")
    text = onboarding.read_text()
    onboarding.unlink()
    shorter = text[: text.index("  - key: going-further")]
    onboarding.with_name("welcome-aboard.yaml").write_text(shorter)
    planned = online("plan")

    assert "2 to get another key, 1 kept." in planned.out
    assert len(server.records()) == 3


def test_files_that_change_names_keep_their_sections(
    online: CommandLine, server: SandboxServer, courses: Path
) -> None:
    """Two outlines that swap their names swap addresses, and nothing is created."""
    one = write_outline(courses, "one", 4711, "Welcome", "Hours")
    two = write_outline(courses, "two", 4712, "Welcome", "Prices")
    online("apply", "--auto-approve")
    before = saved(courses).entries
    one.rename(courses / "away")
    two.rename(one)
    (courses / "away").rename(two)
    applied = online("apply", "--auto-approve")
    after = saved(courses).entries

    assert applied.code == 0, applied.err
    assert len(server.records()) == 4
    assert after["section.two.welcome"] == before["section.one.welcome"]
    assert after["section.one.welcome"] == before["section.two.welcome"]
    assert sorted(after.values()) == sorted(before.values())
    assert online("plan").out.startswith("Nothing to do")


def test_a_name_that_is_used_again_takes_nothing_from_its_former_course(
    online: CommandLine, server: SandboxServer, courses: Path
) -> None:
    """A new course under the name that another had makes its own sections, and only those."""
    former = write_outline(courses, "intro", 4711, "Welcome")
    online("apply", "--auto-approve")
    first = saved(courses).entries["section.intro.welcome"]
    former.rename(courses / "intro-old.yaml")
    write_outline(courses, "intro", 4712, "Welcome")
    applied = online("apply", "--auto-approve")
    entries = saved(courses).entries

    assert applied.code == 0, applied.err
    assert len(server.records()) == 2
    assert entries["section.intro-old.welcome"] == first
    assert entries["section.intro.welcome"] != first


def test_an_id_that_changes_in_place_is_asked_about(
    online: CommandLine, server: SandboxServer, onboarding: Path
) -> None:
    """Another Id under the same key would take the addresses of the sections that it has."""
    online("apply", "--auto-approve")
    onboarding.write_text(onboarding.read_text().replace("id: 4711", "id: 4712"))
    planned = online("plan")

    assert planned.code == 3
    assert "belong to the course 4711" in planned.err
    assert "change it back to 4711" in " ".join(planned.err.split())
    assert len(server.records()) == 3


def test_lessons_that_are_left_alone_are_so_under_the_new_name(
    online: CommandLine, server: SandboxServer, courses: Path
) -> None:
    """Lessons without a list are neither hidden nor deleted; the plan still says that they stay."""
    path = courses / "a.yaml"
    head, listed = (
        "id: 4711\ntitle: A\nsections:\n  - title: One\n",
        "    lessons: [{title: Tour}]\n",
    )
    path.write_text(head + listed)
    online("apply", "--auto-approve")
    path.write_text(head)
    path.rename(courses / "b.yaml")
    hiding = ("--on-removal", "deactivate")
    applied = online("apply", "--auto-approve", *hiding)
    then = online("plan", *hiding)
    pruned = online("apply", "--auto-approve", "--on-removal", "delete", "--prune")

    assert "Apply: 2 with another key." in applied.err
    assert (applied.code, pruned.code) == (0, 0)
    assert saved(courses).entries == {"lesson.b.one.tour": 2000001, "section.b.one": 1000001}
    assert "the outline has no list of lessons there" in " ".join(then.out.split())
    assert "0 to delete, 1 lesson kept." in then.out
    lessons = ask("GET", f"{server.url}/_sandbox/lessons").json()
    assert [each["Active"] for each in lessons] == [True]
