"""`doctor`: each thing that can be wrong is found, with its remedy, and nothing is written."""

from __future__ import annotations

import json
import shutil
import subprocess
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest
from harness import (
    JOURNAL,
    STATE,
    TOKEN,
    CommandLine,
    doubted,
    files_below,
    kill_at,
    pointed_at,
    sandbox_here,
    slowed,
    write_outline,
)

import coursesync
from coursesync.sandbox import Settings, User
from coursesync.sandbox.settings import ALL_ROLES

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from harness import Ran, SandboxServer

LOGIN = {"NEXUDUS_EMAIL": "admin@sandbox.example", "NEXUDUS_PASSWORD": "sandbox"}
WORKFLOWS = ("plan.yml", "comment.yml", "apply.yml", "drift.yml")
NOWHERE = "http://127.0.0.1:9"


def git(folder: Path, *words: str) -> None:
    """Run git in a folder, as somebody."""
    name = ("-c", "user.name=Ada", "-c", "user.email=ada@space.example")
    subprocess.run([shutil.which("git") or "git", *name, *words], cwd=folder, check=True)


def commit(folder: Path) -> None:
    """Commit everything in a folder that git does not ignore."""
    git(folder, "add", ".")
    git(folder, "commit", "-qm", "Everything")


@dataclass(frozen=True)
class Found:
    """What a doctor has found."""

    ran: Ran

    @property
    def checks(self) -> list[dict[str, str]]:
        """Every check."""
        checks = json.loads(self.ran.out)["checks"]
        assert isinstance(checks, list)
        return checks

    def wrong(self) -> dict[str, str]:
        """Return what is wrong, and the remedy, by area."""
        return {
            each["area"]: f"{each['found']}: {each['remedy']}"
            for each in self.checks
            if each["level"] == "wrong"
        }

    def of(self, area: str) -> str:
        """Return all that was found in an area, with level and remedy."""
        texts = [[e["level"], e["found"], e["remedy"]] for e in self.checks if e["area"] == area]
        return "\n".join(" ".join(each) for each in texts)


def examined(cli: CommandLine, *options: str, **environment: str) -> Found:
    """Run the doctor; it must write nothing, and its exit code must say what it found."""
    before = files_below(cli.cwd)
    ran = cli.having(environment)("doctor", "--format", "json", *options)
    found = Found(ran)

    assert files_below(cli.cwd) == before
    assert ran.code == (1 if found.wrong() else 0), ran
    assert json.loads(ran.out)["is_healthy"] == (not found.wrong())
    return found


@contextmanager
def as_user(cli: CommandLine, user: User) -> Iterator[CommandLine]:
    """Yield the command line, pointed at a sandbox with one user, whose token it has."""
    with sandbox_here(Settings(users=(user,))) as server:
        yield pointed_at(cli, server)


@pytest.fixture
def repository(cli: CommandLine, courses: Path) -> Path:
    """A git repository with one outline, whose state is ignored nowhere."""
    git(cli.cwd, "init", "-q")
    write_outline(courses, "a", 4711, "One")
    (cli.cwd / ".gitignore").write_text("*.state.json.*\n")
    commit(cli.cwd)
    return cli.cwd


def test_where_all_is_well_nothing_is_wrong(author: CommandLine, repository: Path) -> None:
    """Every area is checked, and the exit code is 0."""
    assert author("apply", "--auto-approve").code == 0
    commit(repository)
    found = examined(author)

    assert [*dict.fromkeys(each["area"] for each in found.checks)] == [
        *("python", "config", "workspace", "git", "target", "credentials", "site", "roles"),
        *("limits", "state", "lock", "forge"),
    ]
    assert found.wrong() == {}
    assert "holds 1 record (format 2, serial 2, lineage " in found.of("state")
    assert "the next apply has nothing to do" in found.of("state")
    assert "1 of 5,000 writes from here in the last 24 hours" in found.of("limits")


def test_it_is_read_on_a_terminal(author: CommandLine, repository: Path) -> None:
    """As text, a finding is a line with its level and area, and its remedy is below it."""
    assert author("apply", "--auto-approve").code == 0
    ran = author("doctor")

    assert ran.code == 1
    assert f"wrong  git: courses/{STATE} is not in git, so that only" in ran.out
    assert f"git -C courses add -- {STATE}\n" in ran.out
    assert "ok     lock: nobody uses the state\n" in ran.out
    assert ran.out.splitlines()[-1].startswith("1 problem found, ")
    assert all(len(line) <= 80 for line in ran.out.splitlines() if "git -C" not in line)
    assert repository.is_dir()


def test_it_sends_only_reads(author: CommandLine, api: SandboxServer, repository: Path) -> None:
    """A token is tried by GET requests, each once, and none is recorded as sent."""
    found = examined(author)
    sent = api.log()

    assert {each["method"] for each in sent} == {"GET"}
    assert len(sent) == 9
    assert "ok it answers; the user is admin@sandbox.example, of the location 1204" in (
        found.of("site")
    )
    assert "no write from here" in found.of("limits")
    assert repository.is_dir()


def test_without_credentials_nothing_is_sent(
    author: CommandLine, api: SandboxServer, repository: Path
) -> None:
    """That is a note with its remedy, and all the rest is checked."""
    found = examined(author, NEXUDUS_TOKEN="")

    assert found.wrong() == {}
    assert found.of("credentials").startswith("note there are none, so the site is not asked")
    assert "set NEXUDUS_TOKEN, or NEXUDUS_EMAIL" in found.of("credentials")
    assert "the next apply: 1 to create" in found.of("state")
    assert api.log() == []
    assert repository.is_dir()


@pytest.mark.parametrize("status", [401, 403])
def test_a_role_that_is_missing_is_named(cli: CommandLine, repository: Path, status: int) -> None:
    """It is wrong if this workspace needs the role, and a note if it does not."""
    lacking = {"CourseSection-List", "Course-Read", "CourseLesson-Read", "CourseMember-List"}
    user = User(roles=ALL_ROLES - lacking)
    settings = Settings(users=(user,), missing_role=status)  # type: ignore[arg-type]
    with sandbox_here(settings) as server:
        found = examined(pointed_at(cli, server))
    roles = found.of("roles").splitlines()

    assert [each for each in roles if each.startswith("wrong")] == [
        f"wrong the user lacks the role {role} (HTTP {status}), which is for {use} In Nexudus, "
        "give that role to the user."
        for role, use in [
            ("Course-Read", "plans with --refresh, and apply"),
            ("CourseSection-List", "drift, pull, import and apply"),
        ]
    ]
    noted = " ".join(each for each in roles if each.startswith("note"))
    assert all(each in noted for each in ("CourseLesson-Read", "CourseMember-List"))
    assert "ok the user has Course-List, CourseSection-Read, CourseLesson-List" in (
        found.of("roles")
    )
    assert "not tried, because doctor only reads: CourseSection-Create" in found.of("roles")
    assert repository.is_dir()


def test_a_role_that_the_outlines_need_is_wrong(
    cli: CommandLine, repository: Path, courses: Path
) -> None:
    """Once an outline lists lessons, their roles are needed."""
    outline = courses / "a.yaml"
    outline.write_text(f"{outline.read_text()}lessons:\n  - title: Tour\n    contents: <p>A</p>\n")
    with as_user(cli, User(roles=ALL_ROLES - {"CourseLesson-List"})) as author:
        found = examined(author)

    assert "lacks the role CourseLesson-List" in found.wrong()["roles"]
    assert repository.is_dir()


def test_credentials_that_are_refused(
    author: CommandLine, api: SandboxServer, repository: Path
) -> None:
    """A token that is wrong, or has expired, is reported once, and no role is blamed."""
    wrong = examined(author, NEXUDUS_TOKEN="another")
    api.fault("GET /api/auth/me@1:unauthorized")
    expired = examined(author)

    for found in (wrong, expired):
        assert found.wrong() == {
            "site": "the API refuses the credentials (HTTP 401): They are wrong, or have expired: "
            "set NEXUDUS_TOKEN again."
        }
        assert found.of("roles") == ""
    assert repository.is_dir()


def test_a_login_is_tried(author: CommandLine, api: SandboxServer, repository: Path) -> None:
    """E-mail and password are tried by one login, even if roles are missing."""
    good = examined(author, NEXUDUS_TOKEN="", **LOGIN)
    sent = [each["path"] for each in api.log() if each["method"] != "GET"]
    bad = examined(author, NEXUDUS_TOKEN="", **{**LOGIN, "NEXUDUS_PASSWORD": "wrong-password"})
    half = examined(author, NEXUDUS_TOKEN="", NEXUDUS_EMAIL="admin@sandbox.example")

    assert good.wrong() == {}
    assert sent == ["/api/token"]
    assert "the user is that of NEXUDUS_EMAIL" in good.of("site")
    assert "the API refuses e-mail and password (HTTP 401)" in bad.wrong()["site"]
    assert "NEXUDUS_PASSWORD is missing" in half.wrong()["credentials"]
    for found in (good, bad, half):
        assert "sandbox.example" not in found.ran.out + found.ran.err
        assert "wrong-password" not in found.ran.out + found.ran.err
    assert repository.is_dir()


def test_a_missing_role_takes_no_second_login(cli: CommandLine, repository: Path) -> None:
    """A denied read is not a reason to log in again."""
    user = User(roles=frozenset(), token=None)
    with sandbox_here(Settings(users=(user,))) as server:
        found = examined(pointed_at(cli, server), NEXUDUS_TOKEN="", **LOGIN)
        logins = [each for each in server.log() if each["method"] == "POST"]

    assert "lacks the role Course-Read" in found.of("roles")
    assert len(logins) == 1
    assert repository.is_dir()


def test_a_one_time_code_is_used_up(cli: CommandLine, repository: Path) -> None:
    """It says that the next command needs a new code."""
    user = User(totp="482910", token=None)
    with sandbox_here(Settings(users=(user,), totp_once=True)) as server:
        author = pointed_at(cli, server)
        found = examined(author, NEXUDUS_TOKEN="", NEXUDUS_TOTP="482910", **LOGIN)

    assert found.wrong() == {}
    assert "is used up now Set a new one before the next command." in found.of("credentials")
    assert "482910" not in found.ran.out
    assert repository.is_dir()


def test_a_server_that_is_down(author: CommandLine, repository: Path) -> None:
    """The failure is named, and the rest is checked."""
    found = examined(author, "--base-url", NOWHERE)

    assert "the API can't be reached: there is no connection" in found.wrong()["site"]
    assert f"ok {NOWHERE} (--base-url; plain http, on this machine)" in found.of("target")
    assert "ok nobody uses the state" in found.of("lock")
    assert repository.is_dir()


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        ("error-before", "gives no usable answer"),
        ("html-200", "is not the Nexudus API"),
        ("status=404", "gives no usable answer"),
    ],
)
def test_a_server_that_is_no_api(
    author: CommandLine, api: SandboxServer, repository: Path, fault: str, words: str
) -> None:
    """An answer that is none of the API's is not taken for a refusal."""
    api.fault(f"GET /api/auth/me@1+:{fault}")
    found = examined(author)

    assert words in found.wrong()["site"]
    assert repository.is_dir()


def test_a_wait_is_announced(author: CommandLine, api: SandboxServer, repository: Path) -> None:
    """If the API asks to wait, that is shown, and then the checks go on."""
    api.fault("GET /api/content/courses@1:throttled=3")
    found = examined(author)

    assert "waiting 3 seconds: the API's limits" in found.ran.err
    assert found.wrong() == {}
    assert repository.is_dir()


def test_a_host_that_only_a_file_names_is_wrong(
    cli: CommandLine, repository: Path, courses: Path, api: SandboxServer
) -> None:
    """It gets no credentials, and the remedy names both ways."""
    (courses / "coursesync.toml").write_text(f'base_url = "{api.url}"\n')
    found = examined(cli, NEXUDUS_TOKEN=TOKEN)

    assert f"--base-url {api.url}" in found.wrong()["target"]
    assert api.log() == []
    assert repository.is_dir()


def test_a_state_that_is_damaged(author: CommandLine, repository: Path, courses: Path) -> None:
    """The remedy is that of every other command; the rest is checked."""
    assert author("apply", "--auto-approve").code == 0
    commit(repository)
    path = courses / STATE
    path.write_text(path.read_text().replace("4711", "4712"))
    found = examined(author)

    assert "its checksum does not match" in found.wrong()["state"]
    assert f"git -C courses checkout -- {STATE}" in found.wrong()["state"]
    assert "commit" not in found.of("git")
    assert "ok the user has Course-List" in found.of("roles")


def test_a_damaged_state_that_git_lacks(
    author: CommandLine, repository: Path, courses: Path
) -> None:
    """It is not to be committed; the backup is the way back, and it works."""
    assert author("apply", "--auto-approve").code == 0
    write_outline(courses, "a", 4711, "One", "Two")
    assert author("apply", "--auto-approve").code == 0
    path = courses / STATE
    path.write_text(path.read_text().replace("4711", "4712"))
    found = examined(author)
    shutil.copy(courses / f"{STATE}.backup", path)

    assert f"cp courses/{STATE}.backup courses/{STATE}" in found.wrong()["state"]
    assert "git" not in found.wrong()
    assert author("plan").code == 0
    assert repository.is_dir()


def test_a_damaged_state_without_any_copy(
    author: CommandLine, repository: Path, courses: Path
) -> None:
    """If git has the damaged bytes too, the state is moved away, and what it holds is kept."""
    assert author("apply", "--auto-approve").code == 0
    path = courses / STATE
    path.write_text(path.read_text().replace("4711", "4712"))
    (courses / f"{STATE}.backup").unlink(missing_ok=True)
    commit(repository)
    found = examined(author)

    assert f"mv courses/{STATE} courses/{STATE}.damaged" in found.wrong()["state"]
    assert "checkout" not in found.wrong()["state"]


def test_a_state_that_was_deleted(author: CommandLine, repository: Path, courses: Path) -> None:
    """If git has it, doctor, plan and apply name the command that restores it."""
    assert author("apply", "--auto-approve").code == 0
    commit(repository)
    (courses / STATE).unlink()
    found = examined(author)
    ran = [author(*words) for words in (("plan",), ("apply", "--auto-approve"))]
    git(courses, "checkout", "--", STATE)

    assert f"git -C courses checkout -- {STATE}" in found.wrong()["state"]
    assert [each.code for each in ran] == [1, 1]
    assert all(f"git -C courses checkout -- {STATE}" in each.err for each in ran)
    assert "Nothing to do" in author("plan").out


def test_a_state_that_git_has_forgotten_too(
    author: CommandLine, repository: Path, courses: Path
) -> None:
    """The other command of the message starts without the state."""
    assert author("apply", "--auto-approve").code == 0
    commit(repository)
    (courses / STATE).unlink()
    git(courses, "rm", "-q", "--cached", "--", STATE)

    assert "1 to create" in author("plan").out


def test_a_conflict_in_the_state(author: CommandLine, repository: Path, courses: Path) -> None:
    """It is wrong, and the commands that take one side are there."""
    (repository / ".gitattributes").write_text("*.state.json -merge\n")
    assert author("apply", "--auto-approve").code == 0
    commit(repository)
    git(repository, "branch", "other")
    write_outline(courses, "a", 4711, "One", "Two")
    assert author("apply", "--auto-approve").code == 0
    commit(repository)
    git(repository, "checkout", "-q", "other")
    write_outline(courses, "a", 4711, "One", "Three")
    assert author("apply", "--auto-approve").code in {0, 6}
    git(repository, "add", ".")
    git(repository, "commit", "-qm", "Other")
    with pytest.raises(subprocess.CalledProcessError):
        git(repository, "merge", "-q", "-")

    wrong = examined(author).wrong()["git"]
    assert f"courses/{STATE} has a merge conflict" in wrong
    assert f"git -C courses checkout --theirs -- {STATE}" in wrong
    assert f"git -C courses add -- {STATE}" in wrong


def test_an_outline_that_was_deleted(author: CommandLine, repository: Path, courses: Path) -> None:
    """Both doctor and plan name the command that restores it."""
    write_outline(courses, "b", 4712, "Two")
    assert author("apply", "--auto-approve").code == 0
    commit(repository)
    (courses / "a.yaml").unlink()
    found, planned = examined(author), author("plan")
    git(courses, "checkout", "--", "a.yaml")

    assert "the course 4711 has 1 record in the state and no outline" in found.wrong()["state"]
    assert "git -C courses checkout -- a.yaml" in found.wrong()["state"]
    assert "The course 4711 has 1 record and no outline." in planned.out
    assert "git -C courses checkout -- a.yaml\n" in planned.out
    assert "Nothing to do" in author("plan").out


def test_an_outline_that_git_lacks_too(
    author: CommandLine, repository: Path, courses: Path
) -> None:
    """It can only be imported again; it may have been deleted on purpose, so that is a note."""
    assert author("apply", "--auto-approve").code == 0
    commit(repository)
    git(courses, "rm", "-q", "a.yaml")
    commit(repository)
    write_outline(courses, "b", 4712, "Two")
    found = examined(author)

    assert "note the course 4711 has 1 record in the state and no outline" in found.of("state")
    assert "--course 4711" in found.of("state")
    assert "--course 4711" in author("plan").out


def test_the_sandbox_that_knows_the_course_under_another_id(
    cli: CommandLine, repository: Path, courses: Path
) -> None:
    """Each mistake that only a plan finds has its place and its remedy."""
    write_outline(courses, "a", 1, "One")
    assert cli("apply", "--sandbox", "--auto-approve").code == 0
    write_outline(courses, "a", 4711, "One")
    wrong = examined(cli, "--sandbox").wrong()["state"]

    assert "courses/a.yaml:1:" in wrong
    assert "delete the folder `.coursesync`" in wrong
    assert repository.is_dir()


def test_a_journal_that_was_left(
    online: CommandLine, server: SandboxServer, repository: Path, courses: Path
) -> None:
    """A killed run's journal is a note with the command that saves it; its lock is no obstacle."""
    write_outline(courses, "a", 4711, "One", "Two", "Three")
    kill_at(online, server, 1)
    found = examined(online)

    assert (courses / JOURNAL).exists()
    assert f"note an interrupted run left the journal courses/{JOURNAL}" in found.of("state")
    assert "coursesync state recover courses" in found.of("state")
    assert found.of("lock").startswith("ok nobody uses the state; the last run was killed: ")
    assert repository.is_dir()


def test_a_lock_that_is_held(online: CommandLine, server: SandboxServer, repository: Path) -> None:
    """It says who holds the lock since when, and a journal in use is not called left."""
    with slowed(online, server, 1) as first:
        found = Found(online("doctor", "--format", "json"))
        lock = found.of("lock")
        pid = first.pid
        first.kill()

    assert lock.startswith("note the state is in use by ")
    assert f"(process {pid}, since " in lock
    assert "--lock-timeout 600" in lock
    assert "left the journal" not in found.of("state")
    assert repository.is_dir()


def test_a_create_in_doubt(author: CommandLine, api: SandboxServer, repository: Path) -> None:
    """It is wrong, and the remedy settles it."""
    doubted(author, api)
    found = examined(author)

    assert "section.a.one is in doubt" in found.wrong()["state"]
    assert "coursesync resolve section.a.one --id ID" in found.wrong()["state"]
    assert repository.is_dir()


def test_a_folder_that_is_no_repository(author: CommandLine, courses: Path) -> None:
    """The remedy makes one; there is no word about a forge."""
    write_outline(courses, "a", 4711, "One")
    found = examined(author)

    assert [*found.wrong()] == ["git"]
    assert "courses is in no git repository" in found.wrong()["git"]
    assert "git init" in found.wrong()["git"]
    assert found.of("forge") == ""


def test_a_machine_without_git(author: CommandLine, courses: Path) -> None:
    """It is wrong, and the remedy says where git comes from."""
    write_outline(courses, "a", 4711, "One")
    found = examined(author, PATH=str(courses))

    assert "there is no git on this machine" in found.wrong()["git"]


@pytest.mark.parametrize(
    ("ignored", "words"),
    [
        ("", ("does not ignore the files beside the state", "*.state.json.*")),
        ("*.state.json*\n", ("git ignores", "check-ignore -v")),
    ],
    ids=["nothing", "too much"],
)
def test_what_git_should_ignore(
    author: CommandLine, repository: Path, ignored: str, words: tuple[str, str]
) -> None:
    """The files beside the state are ignored, and the state is not."""
    (repository / ".gitignore").write_text(ignored)
    assert author("apply", "--auto-approve").code == 0
    found = examined(author)

    assert all(each in found.of("git") for each in words)
    assert "git" in found.wrong()


def test_a_file_of_one_machine_in_git(author: CommandLine, repository: Path, courses: Path) -> None:
    """A committed side file is named, with the command that takes it out."""
    assert author("apply", "--auto-approve").code == 0
    git(courses, "add", "-f", f"{STATE}.requests")
    commit(repository)
    found = examined(author)

    assert f"git -C courses rm --cached -- {STATE}.requests" in found.wrong()["git"]


def test_a_file_that_is_wrong_does_not_hide_the_rest(
    author: CommandLine, repository: Path, courses: Path
) -> None:
    """A configuration and outlines that are invalid are both reported."""
    (courses / "coursesync.toml").write_text("bas_url = 1\n")
    (courses / "a.yaml").write_text("id: 4711\n")
    found = examined(author)

    assert "Did you mean `base_url`?" in " ".join(found.wrong()["config"].split())
    assert "coursesync validate courses" in found.wrong()["workspace"]
    assert "First put right what is wrong above." in found.of("target")
    assert "ok git " in found.of("git")
    assert repository.is_dir()


def test_a_version_that_is_asked_for(author: CommandLine, repository: Path, courses: Path) -> None:
    """The doctor reports `required_version`, whether it fits or not."""
    path = courses / "coursesync.toml"
    path.write_text('required_version = ">=77"\n')
    wrong = examined(author)
    path.write_text('required_version = "<77"\n[limits]\nwrites_a_day = 2500\n')
    fitting = examined(author)

    assert "asks for coursesync >=77" in wrong.wrong()["config"]
    assert "pipx install --force" in wrong.wrong()["config"]
    assert fitting.wrong() == {}
    assert "sets required_version, limits.writes_a_day; coursesync <77 is asked for" in (
        fitting.of("config")
    )
    assert "writes_a_day = 2500 (published: 5000)" in fitting.of("limits")
    assert repository.is_dir()


def test_a_workspace_that_is_missing(cli: CommandLine) -> None:
    """It is a finding with its remedy, and not an error of usage."""
    found = examined(cli, "nowhere")

    assert "coursesync init -w nowhere" in found.wrong()["workspace"]
    assert found.of("python").startswith("ok coursesync ")


def test_the_sandbox_is_checked_without_a_request(cli: CommandLine, repository: Path) -> None:
    """`--sandbox` makes nothing, and needs no credentials."""
    found = examined(cli, "--sandbox")

    assert found.wrong() == {}
    assert found.of("target").startswith("ok the sandbox")
    assert found.of("credentials") == found.of("site") == ""
    assert repository.is_dir()


def test_the_forge_is_seen_without_its_secret(
    cli: CommandLine, repository: Path, courses: Path
) -> None:
    """The remote's host is shown, which workflows are missing, and what writes them."""
    git(repository, "remote", "add", "origin", "https://ada:t0ken-of-ada@github.com/a/b.git?t0ken")
    bare = examined(cli)
    folder = repository / ".github" / "workflows"
    folder.mkdir(parents=True)
    for name in WORKFLOWS[:3]:
        (folder / name).write_text("uses: ada/coursesync@0123\n")
    some = examined(cli)
    (folder / WORKFLOWS[3]).write_text("uses: ada/coursesync@0123\n")
    every = examined(cli)

    assert "note github.com, and no file of the repository runs coursesync" in bare.of("forge")
    assert "coursesync init --github" in bare.of("forge")
    assert "lacks drift.yml To see how it changes them" in some.of("forge")
    assert "ok github.com, with 4 workflows" in every.of("forge")
    assert "t0ken" not in "".join(each.ran.out for each in (bare, some, every))
    assert courses.is_dir()


def test_a_pipeline_of_gitlab(cli: CommandLine, repository: Path) -> None:
    """Before it is there, the command that writes it; then that it is there."""
    git(repository, "remote", "add", "origin", "git@gitlab.example.com:a/b.git")
    bare = examined(cli).of("forge")
    (repository / ".gitlab-ci.yml").write_text("script: [coursesync ci apply]\n")

    assert "coursesync init --gitlab" in bare
    assert "ok gitlab.example.com, with 1 pipeline" in examined(cli).of("forge")


@pytest.mark.parametrize("forge", ["github", "gitlab"])
def test_files_that_name_no_version(cli: CommandLine, repository: Path, forge: str) -> None:
    """What `init` could not pin is wrong until somebody does, at its lines."""
    git(repository, "remote", "add", "origin", f"https://{forge}.com/a/b.git")
    cli("init", f"--{forge}", "--yes")
    wrong = examined(cli).wrong()["forge"]

    assert ("apply.yml:" if forge == "github" else ".gitlab-ci.yml:") in wrong
    assert "Write the address and a commit of coursesync" in wrong


def test_workflows_of_an_older_coursesync(cli: CommandLine, repository: Path) -> None:
    """They committed the state to main; `init` shows how the new ones differ."""
    git(repository, "remote", "add", "origin", "https://github.com/a/b.git")
    folder = repository / ".github" / "workflows"
    folder.mkdir(parents=True)
    for name in WORKFLOWS:
        (folder / name).write_text("run: coursesync plan\n")
    (folder / "apply.yml").write_text("UNRECORDED: coursesync-unrecorded\n")
    found = examined(cli).of("forge")

    assert "note github.com, with workflows of an older coursesync" in found
    assert "coursesync init --github" in found


def test_a_branch_that_the_workflows_do_not_know(cli: CommandLine, repository: Path) -> None:
    """The workflows run on main."""
    git(repository, "remote", "add", "origin", "https://github.com/a/b.git")
    git(repository, "branch", "-m", "master")
    found = examined(cli).of("forge")
    git(repository, "branch", "-m", "main")

    assert "note the branch is master, and the workflows are for main" in found
    assert "git -C courses branch -m main" in found
    assert "master" not in examined(cli).of("forge")


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("git@github.com:a/b.git", "note github.com, and"),
        ("ssh://git@gitlab.example:2222/a/b", "note gitlab.example, and"),
        ("../elsewhere", "the remote origin is a folder,"),
        ("http::https://u:t0ken@h.example/p", "the remote origin is an unusual address,"),
        ("ext::ssh -o Password=t0ken h.example", "the remote origin is an unusual address,"),
        ("https:u:t0ken@h.example/p", "the remote origin is an unusual address,"),
        ("https://h.example/t0ken/p", "note h.example, and"),
    ],
)
def test_a_remote_may_be_anywhere(
    cli: CommandLine, repository: Path, address: str, shown: str
) -> None:
    """An address of any form is read, and no more of it is shown than its host."""
    git(repository, "remote", "add", "origin", address)
    found = examined(cli).of("forge")

    assert shown in found
    assert "t0ken" not in found


def test_a_script_can_ask_for_the_checks(courses: Path) -> None:
    """From Python, each check is a value with a level and a remedy."""
    write_outline(courses, "a", 4711, "One")
    checks = [*coursesync.doctor(courses, sandbox=True)]

    assert {type(each) for each in checks} == {coursesync.Check}
    assert [e.area for e in checks if e.level is coursesync.Level.WRONG] == ["git"]
