"""`coursesync init`: from an empty folder to a workspace in one command, and never over a file."""

from __future__ import annotations

import os
import subprocess
import tomllib
from typing import TYPE_CHECKING

import pytest
from harness import CommandLine, files_below, pointed_at

from coursesync.errors import ExitCode
from coursesync.operations.config import Config

if TYPE_CHECKING:
    from pathlib import Path

    from harness import SandboxServer

FIRST = "courses/first-course.yaml"
FILES = {
    *(".gitignore", ".gitattributes", FIRST),
    *("courses/coursesync.toml", "courses/coursesync.schema.json"),
}
SCHEMA_LINE = "# yaml-language-server: $schema=./coursesync.schema.json\n"
AS_SOMEONE = ("-c", "user.name=A", "-c", "user.email=a@example.com")


def git(folder: Path, *words: str) -> str:
    """Run git in a folder and return what it prints."""
    ran = subprocess.run(
        ["/usr/bin/git", *words], cwd=folder, capture_output=True, encoding="utf-8", check=True
    )
    return ran.stdout


def made_by(cli: CommandLine) -> dict[str, bytes]:
    """Return the files below the folder of a command line, except git's own."""
    return {name: each for name, each in files_below(cli.cwd).items() if ".git/" not in name}


def reader_of(cli: CommandLine) -> CommandLine:
    """Return the command line of a user who may write nowhere; root may always write."""
    for path in (cli.cwd, *cli.cwd.rglob("*")):
        path.chmod(0o555 if path.is_dir() else 0o444)
    return CommandLine(cli.cwd, user=65_534 if os.geteuid() == 0 else None)


def test_an_empty_folder_becomes_a_repository_with_a_valid_outline(cli: CommandLine) -> None:
    """One command makes all the files; the first outline is valid and formatted."""
    ran = cli("init")
    checked, formatted = cli("validate"), cli("fmt", "--check")
    planned = cli("plan", "--sandbox")

    assert ran.code == ExitCode.DONE, ran.err
    assert made_by(cli).keys() == FILES
    assert git(cli.cwd, "status", "--short", "-uall").split("\n")[0] == "?? .gitattributes"
    assert all(f"new {name}" in ran.said for name in (*FILES, ".git"))
    assert "coursesync plan courses --sandbox" in ran.said
    assert (checked.code, formatted.code, formatted.out) == (0, 0, "")
    assert "Plan: 2 sections and 1 lesson to create" in planned.out
    assert (cli.cwd / FIRST).read_text().startswith(SCHEMA_LINE)


def test_a_newcomer_gets_to_a_plan_in_three_commands(cli: CommandLine) -> None:
    """`init`, `new`, `plan`, each as the one before it proposes; then `apply`; no account."""
    ran = [
        cli("init"),
        cli("new", "section", "House rules"),
        cli("plan", "--sandbox"),
        cli("apply", "--sandbox", "--auto-approve"),
        cli("plan", "--sandbox"),
    ]

    assert [each.code for each in ran] == [0] * 5
    assert "House rules" in ran[2].out
    assert "4 created" in ran[3].said
    assert "Nothing to do" in ran[4].out


def test_a_second_run_changes_nothing_and_says_so(cli: CommandLine) -> None:
    """Each file is reported as kept; no byte of one changes."""
    cli("init")
    before = made_by(cli)
    ran = cli("init")

    assert ran.code == ExitCode.DONE
    assert made_by(cli) == before
    assert all(f"kept {name}" in ran.said for name in FILES)
    assert "new " not in ran.said
    assert "Nothing was changed" in ran.said


@pytest.mark.parametrize("name", sorted(FILES - {".gitignore", ".gitattributes"}))
def test_a_file_that_exists_is_kept(cli: CommandLine, courses: Path, name: str) -> None:
    """Its bytes stay, and it is reported."""
    content = b"strict = true\n" if name.endswith(".toml") else b"id: 12\ntitle: T\nsections: []\n"
    (cli.cwd / name).write_bytes(content)
    ran = cli("init")

    assert ran.code == ExitCode.DONE, ran.err
    assert (cli.cwd / name).read_bytes() == content
    assert f"kept {name}" in ran.said
    assert made_by(cli).keys() == FILES
    assert courses.is_dir()


def test_other_files_and_outlines_are_left_alone(cli: CommandLine, onboarding: Path) -> None:
    """A workspace with an outline gets no second one; files that are not coursesync's stay."""
    (cli.cwd / "README.md").write_text("Ours.\n")
    before = made_by(cli)
    ran = cli("init", "--id", "4712")
    after = made_by(cli)

    assert ran.code == ExitCode.DONE
    assert {name: after[name] for name in before} == before
    assert after.keys() - before.keys() == FILES - {FIRST}
    assert "coursesync new course TITLE --id 4712" in ran.said
    assert onboarding.exists()


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_gitignore_gets_only_the_lines_that_it_lacks(cli: CommandLine, end: str) -> None:
    """What is in it stays, with its line ends; a last line without an end is no hindrance."""
    path = cli.cwd / ".gitignore"
    own = f"/build/{end}*.state.json.*{end}{end}# ours"
    path.write_bytes(own.encode())
    path.chmod(0o640)
    ran = cli("init")
    content = path.read_bytes().decode()

    assert "extended .gitignore" in ran.said
    assert content.startswith(f"{own}{end}{end}# coursesync")
    assert content.count("*.state.json.*") == 1
    assert content.splitlines()[-2:] == [".*.tmp", ".coursesync/"]
    assert content.count("\n") == content.count(end)
    assert path.stat().st_mode & 0o777 == 0o640


def test_git_sees_none_of_the_side_files(
    author: CommandLine, api: SandboxServer, tmp_path: Path
) -> None:
    """After an apply and one in the sandbox, only what is to be committed is new to git."""
    api.add_course(1)
    author("init")
    applied = author("apply", "--auto-approve"), author("apply", "--sandbox", "--auto-approve")
    (tmp_path / "courses" / ".0123456789abcdef.tmp").write_text("id: 1")
    seen = git(tmp_path, "status", "--short", "-uall").replace("?? ", "").split()
    beside = {path.name for path in (tmp_path / "courses").iterdir()}

    assert [each.code for each in applied] == [0, 0]
    assert {*seen} == FILES | {"courses/coursesync.state.json"}
    assert {"coursesync.state.json.lock", "coursesync.state.json.requests"} <= beside


@pytest.mark.parametrize(
    "workspace", ["courses", "our [new] courses", '"quoted"', "!new", "#1", "."]
)
def test_a_checkout_on_windows_has_the_same_bytes(cli: CommandLine, workspace: str) -> None:
    """`core.autocrlf` changes no line end in the workspace, and the state is not merged as text."""
    assert cli("init", "-w", workspace).code == ExitCode.DONE
    folder = cli.cwd / workspace
    (folder / "text").mkdir()
    (folder / "text" / "a.md").write_text("One\ntwo\n")
    (folder / "coursesync.state.json").write_text("{}\n")
    (cli.cwd / "other.txt").write_text("One\ntwo\n")
    before = files_below(folder)
    windows = (*AS_SOMEONE, "-c", "core.autocrlf=true")
    git(cli.cwd, *windows, "add", "-A")
    git(cli.cwd, *windows, "commit", "-qm", "Begin")
    for path in cli.cwd.rglob("*.*"):
        if path.is_file() and ".git/" not in str(path):
            path.unlink()
    git(cli.cwd, *windows, "checkout", "--", ".")
    attributes = git(cli.cwd, "check-attr", "merge", "--", f"{workspace}/coursesync.state.json")
    written = {name for name in before if not name.endswith((".toml", ".txt")) and name[0] != "."}

    assert {n: e for n, e in files_below(folder).items() if n in written} == {
        name: before[name] for name in written
    }
    assert (cli.cwd / "other.txt").read_bytes() == b"One\r\ntwo\r\n"
    assert attributes.endswith("merge: unset\n")


def test_without_git_it_goes_on(cli: CommandLine) -> None:
    """It says that there is no git and what to type later, and makes the workspace."""
    ran = cli("init", PATH="/nowhere")

    assert ran.code == ExitCode.DONE
    assert made_by(cli).keys() == FILES
    assert "git is not installed" in ran.said
    assert "git init" in ran.said
    assert not (cli.cwd / ".git").exists()


def test_a_git_file_that_leads_nowhere_is_reported(cli: CommandLine) -> None:
    """A submodule or a worktree has such a file; git's own words say what is wrong with it."""
    (cli.cwd / ".git").write_text("gitdir: /nowhere\n")
    ran = cli("init")

    assert ran.code == ExitCode.DONE
    assert "This is no git repository: git can't use" in ran.said
    assert "/.git (fatal: not a git repository: /nowhere)" in ran.said
    assert (cli.cwd / ".git").read_text() == "gitdir: /nowhere\n"


def test_a_folder_in_a_repository_is_no_second_one(cli: CommandLine) -> None:
    """The repository above serves; the folder is made, and the next command fits it."""
    git(cli.cwd, "init", "-q")
    ran = cli("init", "team/a b", "-w", "outlines")
    folder = cli.cwd / "team" / "a b"

    assert ran.code == ExitCode.DONE
    assert not (folder / ".git").exists()
    assert (folder / "outlines" / "first-course.yaml").is_file()
    assert "coursesync plan 'team/a b/outlines' --sandbox" in ran.said
    assert cli("plan", "team/a b/outlines", "--sandbox").code == ExitCode.DONE


def test_the_settings_show_the_defaults(cli: CommandLine, courses: Path) -> None:
    """Each line of `coursesync.toml` that is commented out is a setting with its default."""
    cli("init")
    lines = (courses / "coursesync.toml").read_text().splitlines()
    shown = tomllib.loads("\n".join(each[2:] for each in lines if " = " in each))

    assert len(shown) > 2
    assert {name: getattr(Config(), name) for name in shown} == shown


def test_an_id_is_written_into_the_first_outline(cli: CommandLine) -> None:
    """With `--id` there is nothing to fill in, and no advice."""
    ran = cli("init", "--id", "4711")
    checked = cli("validate", "--strict")

    assert "coursesync plan courses" in ran.said
    assert "--sandbox" not in ran.said
    assert checked.code == ExitCode.DONE, checked.err
    assert "course 4711" in cli("plan").out


def test_an_id_that_is_still_to_be_written_is_explained(
    author: CommandLine, api: SandboxServer
) -> None:
    """`validate` points at its line; nothing can be applied to a site, which has no such course."""
    author("init")
    checked, strict = author("validate"), author("validate", "--strict")
    applied = author("apply", "--auto-approve")

    assert checked.code == ExitCode.DONE
    assert f"{FIRST}:7:5: advice: 1 is not a real Id, but a placeholder" in checked.err
    assert strict.code == ExitCode.INVALID
    assert applied.code != ExitCode.DONE
    assert "there is no course 1 in Nexudus" in applied.said
    assert api.records() == []


def test_the_sandbox_starts_over_once_the_id_is_written(cli: CommandLine) -> None:
    """It has the course under the old Id; the message says which folder to delete."""
    cli("init")
    cli("apply", "--sandbox", "--auto-approve")
    outline = cli.cwd / FIRST
    outline.write_text(outline.read_text().replace("id: 1 ", "id: 4711 "))
    sandboxed, planned = cli("plan", "--sandbox"), cli("plan")

    assert sandboxed.code == ExitCode.INVALID
    assert "delete the folder `.coursesync` in the workspace" in sandboxed.said
    assert planned.code == ExitCode.DONE
    assert "course 4711" in planned.out


def test_courses_of_the_site_are_imported(author: CommandLine, api: SandboxServer) -> None:
    """Their outlines name the schema, there is no template, and the next plan is empty."""
    api.foreign_create(4711, "Welcome")
    ran = author("init", "--course", "4711")
    planned = author("plan")
    (outline,) = (author.cwd / "courses").glob("*.yaml")

    assert ran.code == ExitCode.DONE, ran.err
    assert outline.read_text().startswith(f"{SCHEMA_LINE}id: 4711\n")
    assert "coursesync plan courses" in ran.said
    assert "Nothing to do" in planned.out


def test_all_courses_of_the_site_are_imported(author: CommandLine) -> None:
    """`--from-site` writes an outline for each, and a second run changes nothing."""
    ran = author("init", "--from-site")
    before = {path.name: path.read_bytes() for path in (author.cwd / "courses").glob("*.yaml")}
    again = author("init", "--from-site")
    after = {path.name: path.read_bytes() for path in (author.cwd / "courses").glob("*.yaml")}

    assert (ran.code, again.code) == (0, 0)
    assert len(before) == 5
    assert before == after


def test_an_empty_sandbox_has_nothing_to_import(cli: CommandLine) -> None:
    """It says why, and how to get a first course; there is no outline yet."""
    ran = cli("init", "--sandbox", "--from-site")
    again = cli("init", "--sandbox")
    planned = cli("plan", "--sandbox")

    assert ran.code == ExitCode.DONE, ran.err
    assert "The sandbox has no course yet" in ran.said
    assert "coursesync init --sandbox" in ran.said
    assert f"new {FIRST}" in again.said
    assert planned.code == ExitCode.DONE


def test_an_import_that_fails_can_be_done_again(cli: CommandLine, api: SandboxServer) -> None:
    """Without credentials the files are there and the message says what is missing."""
    ran = cli("init", "--course", "4711", COURSESYNC_BASE_URL=api.url)
    again = pointed_at(cli, api)("init", "--course", "4711")

    assert ran.code == ExitCode.USAGE
    assert "NEXUDUS_TOKEN" in ran.said
    assert made_by(cli).keys() >= FILES - {FIRST}
    assert again.code == ExitCode.DONE, again.err


def test_an_account_without_courses(cli: CommandLine) -> None:
    """The files are made; `import --all` says the same of the sandbox."""
    cli("init", "--sandbox", "--from-site")
    ran = cli("import", "--all", "--sandbox")

    assert ran.code == ExitCode.DONE
    assert "The sandbox has no course yet" in ran.said


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        (("a file",), "a file is a file, not a folder"),
        (("a file/inside",), "a file is a file, not a folder"),
        (("-w", "a file"), "the workspace `'a file'` is a file, not a folder"),
        (("-w", "a\nb"), "the workspace a\\nb has a line break"),
        (("-w", "a\u2028b"), "has a line break or another character that can't be seen"),
        (("-w", "../elsewhere"), "the workspace ../elsewhere is not in ."),
        (("--id", "4711", "--course", "4711"), "init takes one of three"),
        (("--from-site", "--course", "4711"), "init takes one of three"),
    ],
)
def test_wrong_usage_writes_nothing(
    cli: CommandLine, options: tuple[str, ...], problem: str
) -> None:
    """A file where a folder is needed, a workspace elsewhere, or two ways at once: exit 64."""
    (cli.cwd / "a file").write_text("Ours.\n")
    ran = cli("init", *options)

    assert ran.code == ExitCode.USAGE
    assert problem in ran.said
    assert made_by(cli) == {"a file": b"Ours.\n"}
    assert not (cli.cwd / ".git").exists()


def test_a_folder_that_can_not_be_written_is_an_error(cli: CommandLine) -> None:
    """The message names the place, and how to see who may write there."""
    ran = reader_of(cli)("init")

    assert ran.code == ExitCode.ERROR
    assert "can't be written: Permission denied" in ran.said
    assert "ls -ld" in ran.said
    assert made_by(cli) == {}


@pytest.mark.parametrize("name", [".gitignore", ".gitattributes"])
def test_a_link_of_git_is_not_followed(cli: CommandLine, name: str) -> None:
    """Git reads no such link, and it may lead to a file of someone else."""
    other = cli.cwd / "other"
    other.write_text("theirs\n")
    (cli.cwd / name).symlink_to(other)
    ran = cli("init")

    assert ran.code == ExitCode.ERROR
    assert f"{name} is a link or a folder" in ran.said
    assert other.read_text() == "theirs\n"


def test_a_linked_workspace_is_not_written_into(cli: CommandLine) -> None:
    """The link may lead out of the repository: nothing is written."""
    (cli.cwd / "elsewhere").mkdir()
    (cli.cwd / "courses").symlink_to("elsewhere")
    ran = cli("init")

    assert ran.code == ExitCode.ERROR
    assert "courses is a symbolic link" in ran.said
    assert made_by(cli) == {}


def test_settings_that_are_not_valid_stop_it(cli: CommandLine, courses: Path) -> None:
    """They are named before anything is written."""
    (courses / "coursesync.toml").write_text("stricter = true\n")
    ran = cli("init")

    assert ran.code == ExitCode.USAGE
    assert "there is no field `stricter`" in ran.said
    assert made_by(cli).keys() == {"courses/coursesync.toml"}
