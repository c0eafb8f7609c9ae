"""Receipts: what an apply did, and whether it is still so."""

from __future__ import annotations

import json
import shutil
import subprocess
from typing import TYPE_CHECKING, cast

import pytest
from harness import STATE, saved, wait_until, write_outline

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


def items_in(folder: Path, name: str = "receipt.json") -> dict[str, dict[str, object]]:
    """Return what the receipt says of each address."""
    return cast("dict[str, dict[str, object]]", receipt_in(folder, name)["items"])


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
    assert "Whether it still holds:" in done.err
    return author


def test_a_receipt_names_each_id_when_and_how(
    author: CommandLine, api: SandboxServer, onboarding: Path
) -> None:
    """Every record that was made stands in it under its address, with the digest of the plan."""
    planned = json.loads(author("plan", "--format", "json").out)
    author("apply", "--auto-approve", "--receipt", "receipt.json")
    items = items_in(author.cwd)
    records = {record["Id"]: record for record in api.records()}

    assert receipt_in(author.cwd)["digest"] == planned["digest"]
    assert {at: item["id"] for at, item in items.items()} == saved(onboarding.parent).entries
    assert {item["id"] for item in items.values()} == set(records)
    assert {item["how"] for item in items.values()} == {"created"}
    for item in items.values():
        assert item["updated_on"] == records[item["id"]]["UpdatedOn"]
    assert receipt_in(author.cwd)["complete"] is True
    assert "<p>" not in (author.cwd / "receipt.json").read_text()


def test_what_is_still_so_verifies(applied: CommandLine, api: SandboxServer) -> None:
    """A receipt that holds is told to, by reads alone."""
    before = len(api.log())
    verified = applied("verify", "receipt.json")

    assert verified.code == 0, verified.err
    assert "Verify: 3 of 3 sections as the receipt says.\n" in verified.out
    assert {met["method"] for met in api.log()[before:]} == {"GET"}


def test_what_others_did_since_is_named(applied: CommandLine, api: SandboxServer) -> None:
    """An edit, a move and a deletion are told apart, each with its address."""
    welcome, first_week, further = sorted(int(str(each["Id"])) for each in api.records())
    api.foreign_change(welcome, Title="Hello", SectionContents="<p>Other.</p>", At=LATER)
    api.foreign_change(first_week, CourseId=4712, At=LATER)
    api.foreign_remove(further)
    verified = applied("verify", "receipt.json")

    assert verified.code == 2
    assert f"! {WELCOME} (Id {welcome}) was changed by" in verified.out
    assert "contents, title" in verified.out
    assert "was moved to the course 4712" in " ".join(verified.out.split())
    assert "is not on the site any more" in " ".join(verified.out.split())
    assert "Verify: 0 of 3 sections as the receipt says." in verified.out
    assert "coursesync drift courses" in verified.err


def test_a_save_that_changes_nothing_changes_no_verdict(
    applied: CommandLine, api: SandboxServer
) -> None:
    """HTML that is only written another way says the same, whoever saved it."""
    welcome = min(int(str(each["Id"])) for each in api.records())
    api.foreign_change(welcome, SectionContents="<p >Everything   for day one.</p>", At=LATER)

    assert applied("verify", "receipt.json").code == 0


def test_a_deletion_stands_in_a_receipt_too(applied: CommandLine, courses: Path) -> None:
    """What was pruned is in the next receipt, and is verified to be gone."""
    write_outline(courses, "onboarding", 4711, "Welcome")
    options = ("--on-removal", "delete", "--prune", "--allow-large-change")
    kept = applied("apply", "--auto-approve", "--receipt", "receipt.json", *options)
    done = applied("apply", "--auto-approve", "--receipt", "receipt-2.json", *options)

    assert kept.code == 1
    assert "receipt.json is the receipt of an earlier run, and is kept" in kept.said
    assert "Name another file:  --receipt receipt-2.json" in kept.err
    assert done.code == 0, done.err
    items = items_in(applied.cwd, "receipt-2.json")
    assert sorted(str(each["how"]) for each in items.values()) == ["deleted", "deleted", "updated"]
    assert applied("verify", "receipt-2.json").code == 0


def test_what_a_later_apply_did_is_no_edit_of_others(
    applied: CommandLine, onboarding: Path
) -> None:
    """An old receipt does not hold any more, and says through whom."""
    onboarding.write_text(onboarding.read_text().replace("Welcome to", "Hello in"))
    done = applied("apply", "--auto-approve")
    verified = applied("verify", "receipt.json")
    told = json.loads(applied("verify", "receipt.json", "--format", "json").out)

    assert done.code == 0, done.err
    assert verified.code == 2
    assert "was changed by a later apply at 20" in " ".join(verified.out.split())
    assert "UTC: title\n" in verified.out
    assert "drift" not in verified.err
    assert (told["holds"], told["complete"], told["stopped"]) == (False, True, None)
    assert [each["by_later_apply"] for each in told["mismatches"]] == [True]


def test_a_run_that_stops_says_so_in_its_receipt(
    author: CommandLine, api: SandboxServer, onboarding: Path
) -> None:
    """What was done before the run ended is in it, and that it is not all."""
    done = author("apply", "--auto-approve", "--receipt", "receipt.json", "--max-writes", "2")
    verified = author("verify", "receipt.json")

    assert done.code == 6
    assert len(items_in(author.cwd)) == len(api.records()) == 2
    assert receipt_in(author.cwd)["complete"] is False
    assert "ended before its plan was carried out" in " ".join(verified.out.split())
    assert onboarding.is_file()


def test_a_job_on_github_is_named(author: CommandLine, onboarding: Path) -> None:
    """Who started it and its page are in the receipt; no other variable is."""
    more = {**GITHUB, "GITHUB_ACTOR_ID": "s3cret-0815"}
    done = author("apply", "--auto-approve", "--receipt", "receipt.json", timeout=60, **more)

    assert done.code == 0, done.err
    assert receipt_in(author.cwd)["origin"] == {
        "actor": "ada",
        "commit": GITHUB["GITHUB_SHA"],
        "run": "https://github.com/space/courses/actions/runs/42",
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
    """The receipt's commit does not hold what was applied, and apply, receipt and verify say so."""
    change(committed)
    done = author.having(job)("apply", "--auto-approve", "--receipt", "receipt.json")
    origin = cast("dict[str, object]", receipt_in(author.cwd)["origin"])
    names = UNCOMMITTED[change]

    assert done.code == 0, done.err
    assert origin["commit"] == git(author.cwd, "rev-parse", "HEAD")
    assert origin["uncommitted"] == names
    said = f"The commit does not hold what was applied: not committed were {', '.join(names)}."
    assert said in done.said
    assert said in " ".join(author("verify", "receipt.json").out.split())


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
    assert len(items_in(author.cwd)) == 1
    assert "uncommitted" not in cast("dict[str, object]", receipt_in(author.cwd)["origin"])
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
    [("nowhere/receipt.json", "can't be written"), ("courses/onboarding.yaml", "is no receipt")],
)
def test_a_receipt_that_cant_be_kept_stops_the_run_before_its_first_write(
    author: CommandLine, api: SandboxServer, onboarding: Path, path: str, said: str
) -> None:
    """Nothing is sent where the receipt has no place, and nothing else is overwritten for it."""
    before = onboarding.read_text()
    done = author("apply", "--auto-approve", "--receipt", path)

    assert done.code == 1
    assert said in done.err
    assert api.creates() == []
    assert onboarding.read_text() == before


def test_a_receipt_of_another_target_is_refused(applied: CommandLine) -> None:
    """Ids of one site mean nothing on another."""
    verified = applied("verify", "receipt.json", "--sandbox")

    assert verified.code == 64
    assert "--base-url" in verified.err


@pytest.mark.parametrize("text", ["", "{}", '{"format": 1}', "[]", "\0"])
def test_what_is_no_receipt_is_told_as_such(author: CommandLine, courses: Path, text: str) -> None:
    """A file of any other kind is refused in one line, also as JSON."""
    (author.cwd / "receipt.json").write_text(text)
    verified = author("verify", "receipt.json", "--format", "json")

    assert verified.code == 1
    assert "is no receipt of this version" in verified.err
    assert json.loads(verified.out)["error"]["exit_code"] == 1
    assert courses.is_dir()


@pytest.mark.parametrize("name", ["", ".journal", ".requests", ".backup", ".lock"])
@pytest.mark.parametrize("command", [("apply", "--auto-approve", "--receipt"), ("plan", "--out")])
def test_nothing_is_written_in_the_place_of_a_state(
    author: CommandLine, api: SandboxServer, onboarding: Path, command: tuple[str, ...], name: str
) -> None:
    """A file that somebody names is none of those in which Ids are kept."""
    ran = author(*command, f"courses/{STATE}{name}")

    assert ran.code == 64
    assert "is where the state is kept" in ran.said
    assert api.creates() == []
    names = {path.name for path in onboarding.parent.iterdir()}
    assert f"{STATE}{name}" not in names - {f"{STATE}.lock", f"{STATE}.requests"}


def test_a_run_that_was_killed_leaves_a_receipt_that_does_not_hold(
    author: CommandLine, api: SandboxServer, onboarding: Path
) -> None:
    """It says only that the run began: nobody is told that all of it is still so."""
    api.fault_create(2, "slow=60")
    with author.start("apply", "--auto-approve", "--receipt", "receipt.json") as process:
        wait_until(lambda: len(api.records()) == 2)
        process.kill()
        process.communicate(timeout=60)
    verified = author("verify", "receipt.json")

    assert verified.code == 1
    assert "is of a run that was cut off" in verified.said
    assert "coursesync state list courses" in verified.err
    assert onboarding.is_file()


def test_what_a_later_apply_deleted_is_no_loss(applied: CommandLine, courses: Path) -> None:
    """The state knows that record no more: it went by our own hand."""
    write_outline(courses, "onboarding", 4711, "Welcome")
    prune = ("--on-removal", "delete", "--prune", "--allow-large-change")
    assert applied("apply", "--auto-approve", *prune).code == 0
    verified = applied("verify", "receipt.json")

    assert verified.code == 2
    assert " ".join(verified.out.split()).count("a later apply deleted it") == 2
    assert "drift" not in verified.err


def test_what_was_moved_and_edited_is_told_with_both(
    applied: CommandLine, api: SandboxServer
) -> None:
    """One difference hides no other."""
    welcome = min(int(str(each["Id"])) for each in api.records())
    api.foreign_change(welcome, CourseId=4712, Title="Theirs", At=LATER)
    told = " ".join(applied("verify", "receipt.json").out.split())

    assert "was moved to the course 4712 by" in told
    assert "UTC: title " in told
