"""Receipts: the record of what an apply did."""

from __future__ import annotations

import json
import shutil
import subprocess
from typing import TYPE_CHECKING, cast

import pytest
from harness import STATE, kill_at, saved, write_outline

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from harness import CommandLine, SandboxServer

GITHUB = {
    "GITHUB_ACTIONS": "true",
    "GITHUB_ACTOR": "ada",
    "GITHUB_SHA": "0123456789abcdef0123456789abcdef01234567",
    "GITHUB_SERVER_URL": "https://github.com",
    "GITHUB_REPOSITORY": "space/courses",
    "GITHUB_RUN_ID": "42",
    "GITHUB_RUN_ATTEMPT": "1",
}
LATER = "2030-01-01T00:00:00Z"
WELCOME = "section.onboarding.welcome"


def receipt_in(folder: Path, name: str = "receipt.json") -> dict[str, object]:
    """Read the receipt that the tests here have written."""
    found = json.loads((folder / name).read_text())
    assert isinstance(found, dict)
    return found


def changes_in(folder: Path, name: str = "receipt.json") -> dict[str, dict[str, object]]:
    """Return what the receipt says of each address."""
    changes = cast("list[dict[str, object]]", receipt_in(folder, name)["changes"])
    return {str(each["address"]): each for each in changes}


def git(folder: Path, *words: str) -> str:
    """Run git in a folder and return what it prints."""
    command = [shutil.which("git") or "git", *words]
    return subprocess.run(
        command, cwd=folder, check=True, capture_output=True, text=True
    ).stdout.strip()


@pytest.fixture
def applied(author: CommandLine, onboarding: Path) -> CommandLine:
    """The command line, after an apply with a receipt."""
    assert onboarding.is_file()
    done = author("apply", "--auto-approve", "--receipt", "receipt.json")
    assert done.code == 0, done.err
    assert "The receipt is in receipt.json." in done.err
    return author


def test_a_receipt_names_each_id_when_and_how(
    author: CommandLine, api: SandboxServer, onboarding: Path
) -> None:
    """Every record that was made stands in it under its address, with the digest of the plan."""
    planned = json.loads(author("plan", "--format", "json").out)
    author("apply", "--auto-approve", "--receipt", "receipt.json")
    receipt, changes = receipt_in(author.cwd), changes_in(author.cwd)

    assert (receipt["format"], receipt["format_version"]) == ("coursesync run", 1)
    assert receipt["digest"] == planned["digest"]
    assert {at: each["id"] for at, each in changes.items()} == saved(onboarding.parent).entries
    assert {each["id"] for each in changes.values()} == {each["Id"] for each in api.records()}
    assert {each["course_id"] for each in changes.values()} == {4711}
    assert {each["action"] for each in changes.values()} == {"create"}
    assert {each["status"] for each in changes.values()} == {"created"}
    assert all(str(receipt["began"]) <= str(each["at"]) for each in changes.values())
    assert receipt["complete"] is True
    assert "<p>" not in (author.cwd / "receipt.json").read_text()


def test_a_deletion_stands_in_a_receipt_too(applied: CommandLine, courses: Path) -> None:
    """What was pruned is in the next receipt; the first is kept."""
    write_outline(courses, "onboarding", 4711, "Welcome")
    options = ("--on-removal", "delete", "--prune", "--allow-large-change")
    kept = applied("apply", "--auto-approve", "--receipt", "receipt.json", *options)
    done = applied("apply", "--auto-approve", "--receipt", "receipt-2.json", *options)

    assert kept.code == 1
    assert "receipt.json is the receipt of an earlier run and is not overwritten" in kept.said
    assert "Name another file: `--receipt receipt-2.json`" in kept.err
    assert done.code == 0, done.err
    changes = changes_in(applied.cwd, "receipt-2.json").values()
    assert sorted(str(each["status"]) for each in changes) == ["deleted", "deleted", "updated"]
    assert all(each["id"] for each in changes)


def test_a_run_that_stops_says_so_in_its_receipt(
    author: CommandLine, api: SandboxServer, onboarding: Path
) -> None:
    """What was done before the run ended is in it, and that it is not all."""
    done = author("apply", "--auto-approve", "--receipt", "receipt.json", "--max-writes", "2")
    statuses = [each["status"] for each in changes_in(author.cwd).values()]

    assert done.code == 6
    assert sorted(map(str, statuses)) == ["created", "created", "not tried"]
    assert len(api.records()) == 2
    assert receipt_in(author.cwd)["complete"] is False
    assert "--max-writes" in str(receipt_in(author.cwd)["stopped"])
    assert onboarding.is_file()


def test_what_was_refused_is_in_the_receipt_with_what_the_api_said(
    author: CommandLine, api: SandboxServer, courses: Path
) -> None:
    """Why a change was not carried out, and what the API has against which property."""
    write_outline(courses, "a", 4711, "One")
    api.fault_create(1, "status=400")
    done = author("apply", "--auto-approve", "--receipt", "receipt.json")
    (change,) = changes_in(author.cwd).values()
    again = author("apply", "--auto-approve", "--receipt", "receipt.json")

    assert done.code == 6
    assert (change["status"], change["done"], change["id"]) == ("refused", False, None)
    assert change["reason"] or change["problems"]
    assert again.code == 0, again.err


def test_no_receipt_names_who_edited_a_section(
    applied: CommandLine, api: SandboxServer, onboarding: Path
) -> None:
    """The terminal does; a file that is kept for years holds no name of theirs."""
    welcome = saved(onboarding.parent).entries[WELCOME]
    api.foreign_change(welcome, Title="Hello", By="jane@coworking.example", At=LATER)
    onboarding.write_text(onboarding.read_text().replace("Welcome to", "Hello in"))
    done = applied("apply", "--auto-approve", "--receipt", "receipt-2.json")

    assert done.code == 6
    assert "jane@" in done.err
    assert "jane@" not in (applied.cwd / "receipt-2.json").read_text()
    change = changes_in(applied.cwd, "receipt-2.json")[WELCOME]
    assert change["status"] == "skipped: edited in Nexudus"


def test_a_job_on_github_is_named(author: CommandLine, onboarding: Path) -> None:
    """Who started it and its page are in the receipt; no other variable is."""
    more = {**GITHUB, "GITHUB_ACTOR_ID": "s3cret-0815"}
    done = author("apply", "--auto-approve", "--receipt", "receipt.json", timeout=60, **more)

    assert done.code == 0, done.err
    assert receipt_in(author.cwd)["origin"] == {
        "actor": "ada",
        "commit": GITHUB["GITHUB_SHA"],
        "run": "https://github.com/space/courses/actions/runs/42",
        "uncommitted": [],
    }
    assert "0815" not in (author.cwd / "receipt.json").read_text()
    assert onboarding.is_file()


def test_the_commit_that_is_checked_out_is_named(author: CommandLine, onboarding: Path) -> None:
    """In a git repository the receipt knows which outlines were applied."""
    name = ("-c", "user.name=Ada", "-c", "user.email=ada@example.com")
    for command in (("init", "-q"), ("add", "."), (*name, "commit", "-qm", "Outlines")):
        git(author.cwd, *command)
    commit = git(author.cwd, "rev-parse", "HEAD")
    author("apply", "--auto-approve", "--receipt", "receipt.json")
    origin = cast("dict[str, object]", receipt_in(author.cwd)["origin"])

    assert origin["commit"] == commit
    assert onboarding.is_file()


TEXT = "id: 4712\ntitle: Tour\nsections:\n  - title: House\n    contents: {markdown: texts/a.md}\n"


@pytest.fixture
def committed(author: CommandLine, courses: Path) -> Path:
    """A workspace whose outline names a content file, all of it committed."""
    (courses / "texts").mkdir()
    (courses / "tour.yaml").write_text(TEXT)
    (courses / "texts" / "a.md").write_text("Hello\n")
    (author.cwd / ".gitignore").write_text("*.state.json*\nignored.md\n")
    name = ("-c", "user.name=Ada", "-c", "user.email=ada@example.com")
    for command in (("init", "-q"), ("add", "."), (*name, "commit", "-qm", "Outlines")):
        git(author.cwd, *command)
    return courses


def edit_outline(courses: Path) -> None:
    (courses / "tour.yaml").write_text(TEXT.replace("House", "The house"))


def stage_outline(courses: Path) -> None:
    edit_outline(courses)
    git(courses, "add", ".")


def edit_contents(courses: Path) -> None:
    (courses / "texts" / "a.md").write_text("Hello, you\n")


def add_outline(courses: Path) -> None:
    (courses / "new café.yaml").write_text("id: 4713\ntitle: New\nsections:\n  - title: A\n")


def name_an_ignored_file(courses: Path) -> None:
    (courses / "texts" / "ignored.md").write_text("Hello\n")
    (courses / "tour.yaml").write_text(TEXT.replace("a.md", "ignored.md"))


def name_a_file_of_another_repository(courses: Path) -> None:
    (courses / "texts" / "b").mkdir()
    (courses / "texts" / "b" / "a.md").write_text("Hello\n")
    git(courses / "texts" / "b", "init", "-q")
    (courses / "tour.yaml").write_text(TEXT.replace("a.md", "b/a.md"))


UNCOMMITTED: dict[Callable[[Path], None], list[str]] = {
    edit_outline: ["courses/tour.yaml"],
    stage_outline: ["courses/tour.yaml"],
    edit_contents: ["courses/texts/a.md"],
    add_outline: ["courses/new café.yaml"],
    name_an_ignored_file: ["courses/texts/ignored.md", "courses/tour.yaml"],
    name_a_file_of_another_repository: ["courses/texts/b/a.md", "courses/tour.yaml"],
}


@pytest.mark.parametrize("change", UNCOMMITTED, ids=lambda change: change.__name__)
@pytest.mark.parametrize("job", [{}, GITHUB], ids=["by hand", "in a job"])
def test_what_was_not_committed_is_named(
    change: Callable[[Path], None], job: dict[str, str], author: CommandLine, committed: Path
) -> None:
    """The receipt's commit does not hold what was applied, and apply and receipt say so."""
    change(committed)
    done = author.having(job)("apply", "--auto-approve", "--receipt", "receipt.json")
    origin = cast("dict[str, object]", receipt_in(author.cwd)["origin"])
    names = UNCOMMITTED[change]

    assert done.code == 0, done.err
    assert origin["commit"] == git(author.cwd, "rev-parse", "HEAD")
    assert origin["uncommitted"] == names
    said = f"These files were applied, but they are not committed: {', '.join(names)}."
    assert said in done.said


def test_what_the_run_does_not_use_may_be_uncommitted(author: CommandLine, committed: Path) -> None:
    """Other files, the state and an outline in which nothing changes don't matter."""
    add_outline(committed)
    assert author("apply", "--auto-approve").code == 0
    edit_outline(committed)
    git(author.cwd, "add", "courses/tour.yaml")
    name = ("-c", "user.name=Ada", "-c", "user.email=ada@example.com")
    git(author.cwd, *name, "commit", "-qm", "Tour")
    (committed / "notes.txt").write_text("later\n")
    done = author("apply", "--auto-approve", "--receipt", "receipt.json")

    assert done.code == 0, done.err
    assert len(changes_in(author.cwd)) == 1
    assert not cast("dict[str, object]", receipt_in(author.cwd)["origin"])["uncommitted"]
    assert "does not hold" not in done.err


def test_an_outline_that_was_deleted_without_a_commit_is_named(
    author: CommandLine, committed: Path
) -> None:
    """The commit still has the outline whose sections the run takes away."""
    add_outline(committed)
    assert author("apply", "--auto-approve").code == 0
    (committed / "tour.yaml").unlink()
    prune = ("--on-removal", "delete", "--prune", "--allow-large-change")
    done = author("apply", "--auto-approve", "--receipt", "receipt.json", *prune)

    assert done.code == 0, done.err
    assert cast("dict[str, object]", receipt_in(author.cwd)["origin"])["uncommitted"] == [
        "courses/tour.yaml"
    ]


def test_git_writes_nothing_for_a_receipt(author: CommandLine, committed: Path) -> None:
    """The index of the repository stays as it is, and no program that it names is run."""
    edit_outline(committed)
    git(author.cwd, "config", "core.fsmonitor", f"touch {author.cwd / 'ran'}")
    before = (author.cwd / ".git" / "index").read_bytes()
    author("apply", "--auto-approve", "--receipt", "receipt.json")

    assert (author.cwd / ".git" / "index").read_bytes() == before
    assert not (author.cwd / "ran").exists()


@pytest.mark.parametrize(
    ("path", "said"),
    [("nowhere/receipt.json", "can't be written"), ("README.md", "is not a receipt")],
)
def test_a_receipt_that_cant_be_kept_stops_the_run_before_its_first_write(
    author: CommandLine, api: SandboxServer, onboarding: Path, path: str, said: str
) -> None:
    """Nothing is sent where the receipt has no place, and nothing else is overwritten for it."""
    (author.cwd / "README.md").write_text(before := onboarding.read_text())
    done = author("apply", "--auto-approve", "--receipt", path)

    assert done.code == 1
    assert said in done.err
    assert api.creates() == []
    assert (author.cwd / "README.md").read_text() == before


@pytest.mark.parametrize("text", ["", "{}", '{"format": 1}', "[]", "\0", "[" * 100_000])
def test_what_is_no_receipt_is_not_overwritten(
    author: CommandLine, api: SandboxServer, onboarding: Path, text: str
) -> None:
    """A file of any other kind is refused in one line, and nothing is sent."""
    (author.cwd / "receipt.json").write_text(text)
    done = author("apply", "--auto-approve", "--receipt", "receipt.json")

    assert done.code == 1
    assert "already exists and is not a receipt" in done.said
    assert (author.cwd / "receipt.json").read_text() == text
    assert api.creates() == []
    assert onboarding.is_file()


@pytest.mark.parametrize("name", ["", ".journal", ".requests", ".backup", ".lock"])
@pytest.mark.parametrize("command", [("apply", "--auto-approve", "--receipt"), ("plan", "--out")])
def test_nothing_is_written_in_the_place_of_a_state(
    author: CommandLine, api: SandboxServer, onboarding: Path, command: tuple[str, ...], name: str
) -> None:
    """A receipt can't be written over a file that holds Ids."""
    ran = author(*command, f"courses/{STATE}{name}")

    assert ran.code == 64
    assert "is the state, or a file that belongs to it" in ran.said
    assert api.creates() == []
    names = {path.name for path in onboarding.parent.iterdir()}
    assert f"{STATE}{name}" not in names - {f"{STATE}.lock", f"{STATE}.requests"}


def test_a_run_that_was_killed_leaves_a_receipt_that_is_not_complete(
    author: CommandLine, api: SandboxServer, onboarding: Path
) -> None:
    """It says only that the run began, and is kept: nobody else may know what that run did."""
    api.fault_create(2, "slow=60")
    kill_at(author, api, 2, "--receipt", "receipt.json")
    receipt = receipt_in(author.cwd)
    api.no_faults()
    refused = author("apply", "--auto-approve", "--receipt", "receipt.json")
    again = author("apply", "--auto-approve", "--receipt", "receipt-2.json")

    assert (receipt["changes"], receipt["complete"], receipt["ended"]) == ([], False, False)
    assert refused.code == 1
    assert "receipt-2.json" in refused.err
    assert receipt_in(author.cwd) == receipt
    assert again.code == 0, again.err
    assert onboarding.is_file()


def test_the_next_receipt_has_a_free_name(applied: CommandLine) -> None:
    """The name that a message suggests belongs to no file."""
    (applied.cwd / "receipt-2.json").touch()
    again = applied("apply", "--auto-approve", "--receipt", "receipt.json")

    assert "Name another file: `--receipt receipt-3.json`" in again.err


@pytest.mark.parametrize("name", ["courses/r.yaml", "courses/new/r.YML", "courses/coursesync.toml"])
@pytest.mark.parametrize("option", ["apply --receipt", "plan --out"])
def test_no_output_becomes_a_part_of_the_workspace(
    author: CommandLine, onboarding: Path, option: str, name: str
) -> None:
    """A file that coursesync would read as an outline or its configuration is refused."""
    (onboarding.parent / "new").mkdir()
    command, given = option.split()
    how = ["--auto-approve"] if command == "apply" else []
    ran = author(command, *how, given, name)

    assert ran.code == 64
    assert f"{name} would be read as a part of the workspace" in ran.said
    assert not (author.cwd / name).exists()
    assert author("validate").code == 0


@pytest.mark.parametrize("name", ["r.yaml", "courses/.kept/r.yaml"])
def test_an_output_that_is_not_read_may_have_any_name(
    author: CommandLine, onboarding: Path, name: str
) -> None:
    """Outside the workspace, and where it ignores names, an ending means nothing."""
    (onboarding.parent / ".kept").mkdir()

    assert author("plan", "--out", name).code == 0
