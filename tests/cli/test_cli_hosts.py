"""Which host gets the credentials: one that somebody names, never one that only a file names."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from harness import (
    NO_LIMITS,
    STATE,
    TOKEN,
    CommandLine,
    SandboxServer,
    files_below,
    sandbox_here,
    saved,
    write_outline,
)

if TYPE_CHECKING:
    from pathlib import Path

NEXUDUS = "https://spaces.nexudus.com"
LOGIN = {"NEXUDUS_EMAIL": "a@b.example", "NEXUDUS_PASSWORD": "secret"}
ONLINE = {
    "apply": ("apply", "--auto-approve"),
    "apply -q": ("apply", "--auto-approve", "--quiet"),
    "apply --refresh": ("apply", "--auto-approve", "--refresh"),
    "plan --refresh": ("plan", "--refresh"),
    "drift": ("drift",),
    "import --all": ("import", "--all"),
    "import ADDRESS": ("import", "section.a.three", "1000002"),
}


def name_in_file(courses: Path, url: str) -> None:
    """Let `coursesync.toml` name the API, as a pull request could."""
    (courses / "coursesync.toml").write_text(f"base_url = {json.dumps(url)}\n{NO_LIMITS}")


@pytest.fixture
def applied(author: CommandLine, courses: Path, api: SandboxServer) -> CommandLine:
    """A state of the server, one more section to create, and no named target."""
    write_outline(courses, "a", 4711, "One")
    done = author("apply", "--auto-approve")
    assert done.code == 0, done.err
    write_outline(courses, "a", 4711, "One", "Two")
    api.foreign_create(4711, "Three")
    return CommandLine(author.cwd, {"NEXUDUS_TOKEN": TOKEN})


@pytest.mark.parametrize("words", ONLINE.values(), ids=ONLINE)
@pytest.mark.parametrize("credentials", [{"NEXUDUS_TOKEN": TOKEN}, LOGIN, {}], ids=len)
def test_a_host_that_only_a_file_names_gets_nothing(
    applied: CommandLine,
    courses: Path,
    api: SandboxServer,
    words: tuple[str, ...],
    credentials: dict[str, str],
) -> None:
    """Not even on this machine, with a state that was made against it: both hosts are shown."""
    name_in_file(courses, api.url)
    before, met = files_below(courses), len(api.log())
    ran = CommandLine(applied.cwd, credentials)(*words)

    assert ran.code == 1, ran.err
    assert f"only courses/coursesync.toml names the API {api.url}" in ran.said
    assert f"`--base-url {api.url}`" in ran.said
    assert f"--base-url {NEXUDUS}" in ran.said
    assert "Contacting" not in ran.err
    assert len(api.log()) == met
    assert files_below(courses) == before


@pytest.mark.parametrize("words", ONLINE.values(), ids=ONLINE)
@pytest.mark.parametrize("by", ["option", "environment"])
def test_whatever_goes_online_says_first_where(
    applied: CommandLine, courses: Path, api: SandboxServer, words: tuple[str, ...], by: str
) -> None:
    """A host that the user names as well is contacted; a line says so before the first request."""
    name_in_file(courses, f"{api.url}/")
    typed = ("--base-url", api.url) if by == "option" else ()
    named = {"COURSESYNC_BASE_URL": api.url} if by == "environment" else {}
    told = () if "--quiet" in words else ("-v",)
    ran = applied.having(named)(*words, *typed, *told)
    lines = ran.err.splitlines()
    requests = [i for i, line in enumerate(lines) if "/api/content/" in line]

    assert ran.code in {0, 2}, ran.err
    assert lines.count(f"Contacting {api.url}") == 1
    assert all(i > lines.index(f"Contacting {api.url}") for i in requests)
    assert requests or not told


@pytest.mark.parametrize(
    "url",
    [
        "https://evil.nexudus.com",
        "https://x.spaces.nexudus.com",
        "https://spaces.nexudus.com:8443",
        "https://spaces.nexudus.com/elsewhere",
        "https://spaces.nexudus.com.evil.example",
        "https://spaces-nexudus.com",
        "https://xn--spces-nexudus-com-5nb.example",
        "https://[::1]:9",
        "http://localhost:9",
        "http://127.0.0.1:9",
    ],
)
def test_only_the_vendors_own_address_needs_no_name(
    cli: CommandLine, courses: Path, url: str
) -> None:
    """A name that looks like it, a part of its domain, another port or path is another host."""
    name_in_file(courses, url)
    write_outline(courses, "a", 4711, "One")
    ran = cli("apply", "--auto-approve", NEXUDUS_TOKEN=TOKEN)

    assert ran.code == 1
    assert f"names the API {url}, so it gets no credentials" in ran.said


@pytest.mark.parametrize(
    "url",
    [
        "https://user@spaces.nexudus.com",
        "https://spaces.nexudus.com@evil.example",
        "https://@evil.example",
        "https://evil.example\\@spaces.nexudus.com",
        "https://spaces.nexudus.com.",
        "https://spaces.nexudus.com%2eevil.example",
        "https://spaces.nexudus.com#@evil.example",
        "https://sp\u0430ces.nexudus.com",
        "http://spaces.nexudus.com",
        "//spaces.nexudus.com",
    ],
)
def test_an_address_with_tricks_is_none(cli: CommandLine, courses: Path, url: str) -> None:
    """What one reader takes for another host than the next is refused as it stands."""
    name_in_file(courses, url)
    write_outline(courses, "a", 4711, "One")
    ran = cli("apply", "--auto-approve", NEXUDUS_TOKEN=TOKEN)

    assert ran.code == 64
    assert "courses/coursesync.toml is not valid: the base URL" in ran.said
    assert '"user@' not in ran.said


@pytest.mark.parametrize("url", ["spaces.nexudus.com", "ftp://x.example", "https://", "x", ""])
def test_an_invalid_address_is_an_error(cli: CommandLine, courses: Path, url: str) -> None:
    """The value, the file that has it, and how it is written there; or the option."""
    name_in_file(courses, url)
    write_outline(courses, "a", 4711, "One")
    by_file, by_option = cli("plan"), cli("plan", "--base-url", url or "-")

    assert (by_file.code, by_option.code) == (64, 64)
    assert f'courses/coursesync.toml is not valid: the base URL "{url}"' in by_file.said
    assert f'base_url = "{NEXUDUS}"' in by_file.said
    assert f'the base URL "{url or "-"}"' in by_option.said
    assert "coursesync.toml" not in by_option.said


@pytest.mark.parametrize(
    "url", [NEXUDUS, f"{NEXUDUS}/", f"{NEXUDUS}:443", "HTTPS://Spaces.NEXUDUS.com"]
)
def test_the_vendors_own_address_may_stand_in_a_file(
    cli: CommandLine, courses: Path, url: str
) -> None:
    """In whatever spelling, it is what is contacted where nothing is named."""
    name_in_file(courses, url)
    write_outline(courses, "a", 4711, "One")
    ran = cli("apply", "--auto-approve")  # it has no credentials, and sends nothing

    assert ran.code == 64
    assert "there are no credentials" in ran.err
    assert json.loads(cli("plan", "--format", "json").out)["target"] == NEXUDUS


def test_what_is_to_be_typed_runs_nothing_else(cli: CommandLine, courses: Path) -> None:
    """An address that a shell would read as a command is quoted where it is suggested."""
    name_in_file(courses, "https://evil.example/$(id);x")
    write_outline(courses, "a", 4711, "One")
    ran = cli("apply", "--auto-approve", NEXUDUS_TOKEN=TOKEN)

    assert ran.code == 1
    assert "--base-url 'https://evil.example/$(id);x'" in ran.said


def test_what_makes_no_request_needs_no_name(applied: CommandLine, courses: Path) -> None:
    """Plans, the state and its repair go on as before, without credentials, and contact nobody."""
    name_in_file(courses, saved(courses).target)
    offline = CommandLine(applied.cwd)
    commands = (
        ("plan", "--out", "plan.json"),
        ("validate",),
        ("state", "list"),
        ("state", "mv", "section.a.one", "section.a.uno"),
        ("state", "recover"),
    )
    runs = [offline(*words) for words in commands]

    assert [ran.code for ran in runs] == [0] * len(commands), runs
    assert not any("Contacting" in ran.err for ran in runs)


def test_a_plan_file_names_no_host(applied: CommandLine, courses: Path, api: SandboxServer) -> None:
    """A saved plan holds a target, but a file alone can't name a host."""
    name_in_file(courses, api.url)
    assert applied("plan", "--out", "plan.json").code == 0
    met = len(api.log())
    ran = applied("apply", "--plan", "plan.json")

    assert ran.code == 1
    assert "so it gets no credentials" in ran.said
    assert len(api.log()) == met


def test_a_named_host_comes_before_that_of_a_file(author: CommandLine, courses: Path) -> None:
    """The file's host is shown beside it, and gets nothing."""
    name_in_file(courses, "https://evil.example")
    write_outline(courses, "a", 4711, "One")
    ran = author("apply", "--auto-approve")
    url = author.environment["COURSESYNC_BASE_URL"]

    assert ran.code == 0, ran.err
    assert f"Contacting {url} (coursesync.toml names https://evil.example)\n" in ran.err


def test_an_empty_name_is_none(applied: CommandLine, courses: Path, api: SandboxServer) -> None:
    """A CI system makes an empty text of a variable that is not set."""
    name_in_file(courses, api.url)
    runs = [applied("drift", COURSESYNC_BASE_URL=""), applied("drift", "--base-url", "")]

    assert [ran.code for ran in runs] == [1, 1]


def test_the_sandbox_in_this_process_contacts_nobody(cli: CommandLine, courses: Path) -> None:
    """It needs no name, whatever the file says."""
    name_in_file(courses, "https://evil.example")
    write_outline(courses, "a", 4711, "One")
    ran = cli("apply", "--sandbox", "--auto-approve")

    assert ran.code == 0, ran.err
    assert "Contacting" not in ran.err


@pytest.mark.parametrize(
    "state",
    ["../x.json", "sub/../../x.json", "/x.json", "out/x.json", "out/../x.json", "gone/../../x"],
)
def test_a_state_stays_in_the_workspace(cli: CommandLine, courses: Path, state: str) -> None:
    """A path in `coursesync.toml` that leads out of it, also by a link, is refused unread."""
    beside = courses.parent / "beside" / "more"
    beside.mkdir(parents=True)
    (courses / "sub").mkdir()
    (courses / "out").symlink_to(beside)
    (courses / "coursesync.toml").write_text(f"state = {json.dumps(state)}\n")
    write_outline(courses, "a", 4711, "One")
    before = files_below(cli.cwd)
    runs = [cli(*words) for words in (("plan",), ("state", "list"), ("state", "recover"))]

    assert [ran.code for ran in runs] == [64] * 3
    assert all("`state` leads out of the workspace" in ran.said for ran in runs)
    assert files_below(cli.cwd) == before


@pytest.mark.parametrize("state", ["sub/x.json", "sub/../x.json", "new/x.json"])
def test_a_state_may_be_anywhere_in_the_workspace(
    cli: CommandLine, courses: Path, state: str
) -> None:
    """Also where the workspace is a link itself."""
    (courses / "sub").mkdir()
    (courses / "coursesync.toml").write_text(f"state = {json.dumps(state)}\n")
    write_outline(courses, "a", 4711, "One")
    (cli.cwd / "linked").symlink_to(courses)
    runs = [cli("plan"), cli("plan", "linked")]

    assert [ran.code for ran in runs] == [0, 0], runs


def test_a_server_is_what_a_script_names(courses: Path) -> None:
    """`load` reads the file; to go online from it takes `base_url` in the script."""
    import coursesync  # noqa: PLC0415 - as a script would

    write_outline(courses, "a", 4711, "One")
    credentials = coursesync.Credentials(token=TOKEN)
    with sandbox_here() as server:
        name_in_file(courses, server.url)
        workspace = coursesync.load(courses)
        with pytest.raises(coursesync.CoursesyncError, match="so it gets no credentials"):
            coursesync.apply(coursesync.plan(workspace), workspace, credentials=credentials)
        met = len(server.log())
        workspace = coursesync.load(courses, base_url=server.url)
        plan = coursesync.plan(workspace)
        report = coursesync.apply(plan, workspace, credentials=credentials, settling_time=0)

    assert met == 0
    assert report.complete
    assert (courses / STATE).exists()
