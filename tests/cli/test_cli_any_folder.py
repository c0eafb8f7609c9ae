"""Commands find the workspace from any folder of a repository, and say which one they use."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from harness import CommandLine, write_outline

if TYPE_CHECKING:
    from pathlib import Path


def below(folder: Path) -> CommandLine:
    """Return the command line in a folder, which is made; the home folder is far above."""
    folder.mkdir(parents=True, exist_ok=True)
    return CommandLine(folder, {"HOME": "/nonexistent"})


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A repository with two courses in its default workspace."""
    root = tmp_path / "repository"
    (root / "courses" / "a").mkdir(parents=True)
    (root / ".git").mkdir()
    write_outline(root / "courses", "a", 4711, "One")
    write_outline(root / "courses", "b", 4712, "Two")
    return root


@pytest.mark.parametrize(
    ("inside", "shown"), [("courses", "."), ("courses/a", ".."), ("docs/notes", "../../courses")]
)
def test_a_command_finds_the_workspace(repository: Path, inside: str, shown: str) -> None:
    """From the workspace itself, from below it, and from beside it."""
    ran = below(repository / inside)("validate")

    assert ran.code == 0, ran.err
    assert ran.out.startswith("2 outlines")
    assert f"Workspace: {shown}\n" in ran.err


def test_without_git_the_workspace_above_is_named(repository: Path) -> None:
    """A course is no workspace to be made: the words to type name the workspace as well."""
    (repository / ".git").rmdir()
    (repository / "courses" / "coursesync.toml").write_text("")
    inside = below(repository / "courses" / "a")
    ran = inside("validate", "b")

    assert ran.code == 64
    assert "Name it before the course, as in .. b" in ran.said
    assert "init" not in ran.err
    assert inside("validate", "..", "b").code == 0


def test_beside_the_workspace_nothing_is_said(repository: Path) -> None:
    """In the repository's root the workspace is where it always was."""
    assert "Workspace" not in below(repository)("validate").err


def test_the_state_is_the_workspaces(repository: Path) -> None:
    """What was applied from one folder is known in another."""
    assert below(repository / "docs")("apply", "--sandbox", "--auto-approve").code == 0
    ran = below(repository / "courses" / "a")("plan", "--sandbox", "--detailed-exitcode")

    assert ran.code == 0, ran.out
    assert sorted(each.name for each in repository.rglob("*.state.json")) == [
        "coursesync.state.json"
    ]


@pytest.mark.parametrize("mark", ["coursesync.toml", "coursesync.state.json"])
def test_a_workspace_of_another_name_is_found_by_what_is_in_it(repository: Path, mark: str) -> None:
    """A configuration or a state marks a workspace; `courses` farther up is not used."""
    lessons = repository / "teams" / "lessons"
    lessons.mkdir(parents=True)
    write_outline(lessons, "c", 4713, "Three")
    assert below(lessons)("apply", "--sandbox", "--auto-approve", "-q", ".").code == 0
    (lessons / mark).write_text("" if mark.endswith("toml") else "{}")
    ran = below(lessons / "pictures")("validate")

    assert ran.out.startswith("1 outline,")
    assert "Workspace: ..\n" in ran.err


def test_the_search_ends_at_the_repository(repository: Path) -> None:
    """A workspace above the repository belongs to something else."""
    inner = repository / "vendor" / "other"
    (inner / ".git").mkdir(parents=True)
    ran = below(inner / "docs")("validate")

    assert ran.code == 64
    assert "the workspace courses does not exist" in ran.said


def test_the_search_ends_at_the_home_folder(tmp_path: Path) -> None:
    """Above it, files are other people's."""
    (tmp_path / "courses").mkdir()
    write_outline(tmp_path / "courses", "a", 4711, "One")
    home = tmp_path / "home"
    (home / "docs").mkdir(parents=True)
    ran = CommandLine(home / "docs", {"HOME": str(home)})("validate")

    assert ran.code == 64


def test_without_a_repository_nothing_above_is_searched(tmp_path: Path) -> None:
    """In a folder such as /tmp, the folder above may be anybody's."""
    (tmp_path / "courses").mkdir()
    write_outline(tmp_path / "courses", "a", 4711, "One")

    assert below(tmp_path / "docs")("validate").code == 64


def test_the_path_of_an_outline_leads_to_its_workspace(repository: Path) -> None:
    """Also from outside of the repository, and with a command that names it."""
    away = below(repository.parent)
    ran = away("plan", "repository/courses/a.yaml", "--sandbox", "--out", "p.json")
    again = away("apply", "repository/courses", "repository/courses/a.yaml", "--plan", "p.json")

    assert ran.code == 0, ran.err
    assert "Workspace: repository/courses" in ran.said
    assert (
        "coursesync apply repository/courses repository/courses/a.yaml --plan p.json --sandbox"
        in ran.said
    )
    assert "To apply it to the sandbox, add `--sandbox`" in again.said


def test_the_path_of_an_outline_needs_no_repository(tmp_path: Path) -> None:
    """The folder `courses` in a path that was typed is the workspace."""
    (tmp_path / "ours" / "courses").mkdir(parents=True)
    write_outline(tmp_path / "ours" / "courses", "a", 4711, "One")
    beside, above = below(tmp_path / "ours"), below(tmp_path)
    elsewhere = above("validate", "ours/a.yaml")

    assert beside("validate", "courses/a.yaml").code == 0
    assert above("validate", "ours/courses/a.yaml").code == 0
    assert elsewhere.code == 64


def test_an_outline_outside_of_any_workspace_needs_the_folder(tmp_path: Path) -> None:
    """A state beside it would be in a wrong place, so the folder is asked for."""
    folder = tmp_path / "lessons"
    folder.mkdir()
    write_outline(folder, "a", 4711, "One")
    ran = below(tmp_path)("plan", "lessons/a.yaml")

    assert ran.code == 64
    assert "no workspace was found for lessons/a.yaml" in ran.said
    assert "Name the folder before it, as in lessons lessons/a.yaml" in ran.said
    assert below(tmp_path)("validate", "lessons", "lessons/a.yaml").code == 0


def test_a_folder_in_the_workspace_is_not_taken_for_one(repository: Path) -> None:
    """There, a name is a course's key; beside the workspace, a folder's name is that folder."""
    inside = below(repository / "courses")
    write_outline(repository / "courses" / "a", "c", 4713, "Three")
    key, folder = inside("validate", "a"), inside("validate", "./a")

    assert key.out.startswith("1 outline, 1 section: all valid.")
    assert folder.code == 0
    assert inside("plan", "a", "--sandbox", "--format", "json").out.count("section.a.one") == 1
    assert "section.c.three" in inside("plan", "./a", "--sandbox", "--format", "json").out


def test_a_folder_with_the_name_of_a_course_is_the_folder(repository: Path) -> None:
    """As it was before commands took keys; the message says how to name the course."""
    write_outline(repository / "courses", "courses", 4713, "Three")
    ran = below(repository)("validate", "courses")

    assert ran.out.startswith("3 outlines")
    assert (
        "courses is the folder here. For the course of that name: "
        "coursesync validate courses/courses.yaml" in ran.said
    )


def test_a_folder_without_outlines_hides_no_course(repository: Path) -> None:
    """Where a folder can't be meant, the course of that name is."""
    (repository / "a").mkdir()
    ran = below(repository)("validate", "a")

    assert ran.out.startswith("1 outline, 1 section: all valid.")


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        (("./courses", "./docs"), "courses and docs are two workspaces"),
        (("docs", "courses/a.yaml"), "courses/a.yaml is not in the workspace docs"),
    ],
)
def test_one_command_is_for_one_workspace(
    repository: Path, words: tuple[str, ...], problem: str
) -> None:
    """Each workspace has a state of its own, so nothing is planned for two."""
    (repository / "docs").mkdir()
    ran = below(repository)("plan", *words)

    assert ran.code == 64
    assert problem in ran.said


def test_what_is_for_a_whole_workspace_takes_no_course(repository: Path) -> None:
    """The journal is the workspace's, so it is recovered for all."""
    ran = below(repository)("state", "recover", "a")

    assert ran.code == 64
    assert "state recover is for a whole workspace, not for one course" in ran.said
    assert "coursesync state recover courses" in ran.said


def test_commands_with_an_option_for_the_workspace_find_it_too(repository: Path) -> None:
    """`state show` and its like take the workspace by -w; without it, they look for it."""
    inside = below(repository / "docs")
    inside("apply", "--sandbox", "--auto-approve", "a")
    ran = inside("state", "show", "section.a.one", "--sandbox")
    moved = inside("state", "rm", "section.a.one", "--sandbox", "--dry-run")

    assert ran.code == 0, ran.err
    assert "coursesync import section.a.one" in moved.said
    assert " -w " not in moved.said
