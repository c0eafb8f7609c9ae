"""`coursesync init --github` and `--gitlab`: the files of a forge, never over one unseen."""

from __future__ import annotations

import json
import re
import shlex
from typing import TYPE_CHECKING

import pytest
from cli.test_cli_init import FILES, git, made_by
from cli.test_cli_terminal import on_terminal
from ruamel.yaml import YAML

from coursesync.errors import ExitCode

if TYPE_CHECKING:
    from pathlib import Path

    from harness import CommandLine, Ran

WORKFLOWS = {f".github/workflows/{name}.yml" for name in ("plan", "comment", "apply", "drift")}
APPLY, PIPELINE, SETTINGS = (
    ".github/workflows/apply.yml",
    ".gitlab-ci.yml",
    "courses/coursesync.toml",
)
LAST = "Then open a pull request to see the first plan."
COMMIT = "0123456789abcdef" * 2 + "01234567"
SOURCE = "https://github.com/example/coursesync"
SETTING = re.compile(r"^[1-9]\. ", re.MULTILINE)


@pytest.fixture
def cli(cli: CommandLine) -> CommandLine:
    """The command line, in a repository whose remote is on GitHub."""
    return with_remote(cli, "https://github.com/ada/our-courses.git")


def with_remote(cli: CommandLine, address: str) -> CommandLine:
    """Give the repository of a command line a remote, in the place of the one that it has."""
    git(cli.cwd, "init", "-q", "-b", "main")
    if "origin" in git(cli.cwd, "remote"):
        git(cli.cwd, "remote", "remove", "origin")
    git(cli.cwd, "remote", "add", "origin", address)
    return cli


def installed_from(cli: CommandLine, address: str) -> CommandLine:
    """Return the command line of a coursesync that was installed from a commit."""
    folder = cli.cwd.parent / f"{cli.cwd.name} installed"
    information = folder / "coursesync-0.1.0.dist-info"
    information.mkdir(parents=True)
    (information / "METADATA").write_text("Name: coursesync\nVersion: 0.1.0\n")
    source = {"url": address, "vcs_info": {"vcs": "git", "commit_id": COMMIT}}
    (information / "direct_url.json").write_text(json.dumps(source))
    return cli.having({"PYTHONPATH": str(folder)})


def pages(ran: Ran) -> list[str]:
    """Return the addresses that stand below the settings."""
    return re.findall(r"^ +(http\S+)$", ran.err, re.MULTILINE)


def test_four_short_workflows_are_written(cli: CommandLine) -> None:
    """Each has at most 25 lines and no script of its own; the last line says what comes next."""
    ran = cli("init", "--github")
    made = made_by(cli)

    assert ran.code == ExitCode.DONE, ran.err
    assert made.keys() == FILES | WORKFLOWS
    assert all(f"new {name}" in ran.said for name in WORKFLOWS)
    assert ran.err.splitlines()[-1] == LAST
    for name in WORKFLOWS:
        assert len(made[name].splitlines()) <= 25
        jobs = YAML(typ="safe", pure=True).load(made[name])["jobs"].values()
        assert not any("run" in step for job in jobs for step in job.get("steps", ()))


def test_one_short_pipeline_is_written(cli: CommandLine) -> None:
    """It has at most 40 lines, plans merge requests, and applies one at a time."""
    ran = cli("init", "--gitlab")
    made = made_by(cli)
    pipeline = YAML(typ="safe", pure=True).load(made[PIPELINE])

    assert ran.code == ExitCode.DONE, ran.err
    assert made.keys() == FILES | {PIPELINE}
    assert len(made[PIPELINE].splitlines()) <= 40
    assert pipeline["plan"]["rules"][0] == {"if": '$CI_PIPELINE_SOURCE == "merge_request_event"'}
    assert pipeline["apply"]["resource_group"]
    assert pipeline["apply"]["environment"] == "production"


@pytest.mark.parametrize(("forge", "file"), [("--github", APPLY), ("--gitlab", PIPELINE)])
def test_the_files_pin_the_commit_that_wrote_them(cli: CommandLine, forge: str, file: str) -> None:
    """It is the commit that pip recorded."""
    ran = installed_from(cli, f"{SOURCE}.git")("init", forge)
    text = (cli.cwd / file).read_text()
    pinned = (
        f"git+{SOURCE}.git@{COMMIT}" if file == PIPELINE else f"uses: example/coursesync@{COMMIT}"
    )

    assert ran.code == ExitCode.DONE, ran.err
    assert pinned in text
    assert "ADDRESS" not in text
    assert "name no version" not in ran.said


@pytest.mark.parametrize(("forge", "file"), [("--github", APPLY), ("--gitlab", PIPELINE)])
def test_an_unknown_commit_is_reported(cli: CommandLine, forge: str, file: str) -> None:
    """The placeholder can be nobody's repository, so that every run is refused."""
    ran = cli("init", forge)
    text = (cli.cwd / file).read_text()

    assert "The files name no version of coursesync yet" in ran.said
    assert re.search(r"ADDRESS[A-Z-]*@COMMIT", text)


def test_an_action_of_another_server_is_not_named(cli: CommandLine) -> None:
    """GitHub runs actions of its own server only; the address of another can't be one."""
    ran = installed_from(cli, "https://git.example.com/a/coursesync")("init", "--github")

    assert "The files name no version of coursesync yet" in ran.said
    assert "git.example.com" not in (cli.cwd / APPLY).read_text()


@pytest.mark.parametrize("forge", ["--github", "--gitlab"])
def test_a_second_run_changes_nothing(cli: CommandLine, forge: str) -> None:
    """Every file is kept; the settings are shown again."""
    cli("init", forge)
    before = made_by(cli)
    again = cli("init", forge)

    assert again.code == ExitCode.DONE, again.err
    assert made_by(cli) == before
    assert "Nothing was changed" in again.said
    assert "git -C" not in again.said
    assert SETTING.search(again.err)


def test_without_a_terminal_a_file_that_differs_stops_it(cli: CommandLine) -> None:
    """The difference is shown, nothing at all is written, and the option for it is named."""
    path = cli.cwd / APPLY
    path.parent.mkdir(parents=True)
    path.write_text("name: Ours\n")
    ran = cli("init", "--github")

    assert ran.code == ExitCode.USAGE
    assert "-name: Ours" in ran.err
    assert "+name: Apply courses" in ran.err
    assert "1 file exists with other contents" in ran.said
    assert "--yes" in ran.said
    assert made_by(cli) == {APPLY: b"name: Ours\n"}


def test_with_yes_a_file_that_differs_is_replaced(cli: CommandLine) -> None:
    """Its difference is shown nevertheless; Windows' line ends stay."""
    path = cli.cwd / APPLY
    path.parent.mkdir(parents=True)
    path.write_bytes(b"name: Ours\r\n")
    ran = cli("init", "--github", "--yes")

    assert ran.code == ExitCode.DONE, ran.err
    assert "-name: Ours" in ran.err
    assert f"changed {APPLY}" in ran.said
    assert b"\nname: Apply courses\r\n" in path.read_bytes()


@pytest.mark.parametrize(("key", "is_kept"), [("n", True), ("", True), ("y", False)])
def test_on_a_terminal_it_asks_for_each_file(cli: CommandLine, key: str, *, is_kept: bool) -> None:
    """The answer no keeps that file; the others are written."""
    path = cli.cwd / APPLY
    path.parent.mkdir(parents=True)
    path.write_text("name: Ours\n")
    asked = f"Change {APPLY}? [y/N]: ".encode()

    def answered(screen: bytes) -> bytes:
        return f"{key}\n".encode() if screen.endswith(asked) else b""

    code, screen = on_terminal(cli, "init", "--github", press=answered)

    assert code == ExitCode.DONE, screen
    assert asked.decode() in screen
    assert (path.read_text() == "name: Ours\n") is is_kept
    assert made_by(cli).keys() == FILES | WORKFLOWS


def test_settings_that_exist_are_extended(cli: CommandLine, courses: Path) -> None:
    """What reviews need is added above; the fields and comments of the file stay."""
    own = "# Ours.\nmarker = true\n\n[limits]\ngap = 1\n"
    (courses / "coursesync.toml").write_text(own)
    ran = cli("init", "--github", "--yes")
    text = (courses / "coursesync.toml").read_text()

    assert ran.code == ExitCode.DONE, ran.err
    assert '+store = "git"' in ran.err
    assert text.endswith(own)
    assert cli("validate").code == ExitCode.DONE


def test_who_decides_alone_stays_alone(cli: CommandLine, courses: Path) -> None:
    """`solo = true` is an answer to who has to approve: no other is written."""
    own = 'store = "git"\nsolo = true\n'
    (courses / "coursesync.toml").write_text(own)
    ran = cli("init", "--github")

    assert ran.code == ExitCode.DONE, ran.err
    assert (courses / "coursesync.toml").read_text() == own
    assert "approval" not in ran.said


def test_a_new_workspace_is_set_up_for_reviews(cli: CommandLine) -> None:
    """The settings name the store and the review; the first outline can be planned."""
    cli("init", "--github", "--id", "4711")
    text = (cli.cwd / SETTINGS).read_text()
    planned = cli("plan", "--sandbox")

    assert '\nstore = "git"' in text
    assert "\nrequire_review = true" in text
    assert planned.code == ExitCode.DONE, planned.err


def test_another_workspace_and_another_api_are_named(cli: CommandLine) -> None:
    """The workflows name both, because a file of the repository decides neither."""
    api = "https://api.example.com/nexudus"
    ran = cli("init", "--github", "--workspace", "our courses", "--base-url", api)
    again = cli("init", "--gitlab", "--workspace", "our courses", "--base-url", api)
    workflow, pipeline = (
        YAML(typ="safe", pure=True).load((cli.cwd / name).read_text()) for name in (APPLY, PIPELINE)
    )
    given = workflow["jobs"]["apply"]["steps"][1]["with"]

    assert (ran.code, again.code) == (0, 0), ran.err + again.err
    assert given == {"command": "ci apply", "workspace": "our courses", "base-url": api}
    assert pipeline["apply"]["script"] == ["coursesync ci apply 'our courses'"]
    assert pipeline["variables"]["COURSESYNC_BASE_URL"] == api
    assert f'base_url = "{api}"' in (cli.cwd / "our courses" / "coursesync.toml").read_text()


@pytest.mark.parametrize(
    ("remote", "page"),
    [
        ("https://github.com/ada/our-courses.git", "https://github.com/ada/our-courses"),
        ("git@github.com:ada/our-courses.git", "https://github.com/ada/our-courses"),
        ("ssh://git@github.com:22/ada/our-courses", "https://github.com/ada/our-courses"),
        ("https://u:t0ken@github.com/ada/our-courses", "https://github.com/ada/our-courses"),
        ("../elsewhere", "https://github.com/OWNER/REPOSITORY"),
    ],
)
def test_without_a_token_every_setting_is_named(cli: CommandLine, remote: str, page: str) -> None:
    """There are at most six, each with the address of its page, and no secret in it."""
    ran = with_remote(cli, remote)("init", "--github")

    assert "Check that these settings are made on GitHub" in ran.said
    assert 2 < len(SETTING.findall(ran.err)) <= 6
    assert len(pages(ran)) == len(SETTING.findall(ran.err))
    assert all(each.startswith(f"{page}/settings") for each in pages(ran))
    assert "t0ken" not in ran.err
    assert "the state's branch can be written by anyone who may push" in ran.said


def test_a_token_goes_to_no_other_host(cli: CommandLine) -> None:
    """The remote's server is not the one that the token is for: nothing is asked."""
    ran = with_remote(cli, "https://git.example.com/ada/our-courses")(
        "init", "--github", GITHUB_TOKEN="t0ken"
    )

    assert "GITHUB_TOKEN is for api.github.com" in ran.said
    assert "GITHUB_API_URL=" in ran.said
    assert pages(ran)[0].startswith("https://git.example.com/ada/our-courses/settings")


def test_the_commands_that_it_prints_put_it_on_the_forge(cli: CommandLine) -> None:
    """Main gets the files of the forge, and a branch the first course."""
    forge = cli.cwd.parent / "forge.git"
    git(cli.cwd.parent, "init", "-q", "--bare", str(forge))
    with_remote(cli, str(forge))
    ran = cli("init", "--github", "--id", "4711")
    for line in re.findall(r"^  (git .*)$", ran.err, re.MULTILINE):
        git(cli.cwd, "-c", "user.name=A", "-c", "user.email=a@b", *shlex.split(line)[1:])
    main, branch = (
        {*git(forge, "ls-tree", "-r", "--name-only", name).split("\n")} - {""}
        for name in ("main", "first-course")
    )

    assert main == (FILES | WORKFLOWS) - {"courses/first-course.yaml"}
    assert branch == FILES | WORKFLOWS


def test_a_folder_inside_of_a_repository_is_refused(cli: CommandLine) -> None:
    """A forge reads its files at the root: nothing is written elsewhere."""
    (cli.cwd / "team").mkdir()
    ran = cli("init", "team", "--github")

    assert ran.code == ExitCode.USAGE
    assert "a forge reads its files at the root" in ran.said
    assert made_by(cli) == {}


def test_one_forge_at_a_time(cli: CommandLine) -> None:
    """Both at once are refused before anything is written."""
    ran = cli("init", "--github", "--gitlab")

    assert ran.code == ExitCode.USAGE
    assert made_by(cli) == {}
