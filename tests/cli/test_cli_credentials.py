"""Credentials: where they come from, when they are renewed, and that they are never shown."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING

import pytest
from harness import (
    REQUESTS,
    STATE,
    CommandLine,
    Ran,
    files_below,
    sandbox_here,
    saved,
    write_outline,
)

from coursesync.sandbox import Settings, User
from coursesync.sandbox.settings import ALL_ROLES

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from harness import SandboxServer

EMAIL = "ada@space.example"
PASSWORD = "pä55 & 5ecret=+%"
TOTP = "482910"
TOKEN = "t0ken-that-nobody-knows"
# each lets its user do all but one thing
TOKENS = {
    role: f"{TOKEN}-{number}"
    for number, role in enumerate(("CourseSection-List", "Course-Read", "CourseSection-Create"))
}
LOGIN = {"NEXUDUS_EMAIL": EMAIL, "NEXUDUS_PASSWORD": PASSWORD, "NEXUDUS_TOTP": TOTP}
LOGINS = "/api/token"


@pytest.fixture
def guarded() -> Iterator[SandboxServer]:
    """A sandbox whose users have to log in, or have a token and lack all roles, or one."""
    ada = User(email=EMAIL, password=PASSWORD, totp=TOTP, token=None)
    bob = User(email="bob@space.example", roles=frozenset(), token=TOKEN)
    others = (
        User(email=f"{role}@space.example", roles=ALL_ROLES - {role}, token=token)
        for role, token in TOKENS.items()
    )
    with sandbox_here(Settings(users=(ada, bob, *others))) as server:
        yield server


@pytest.fixture
def apply(cli: CommandLine, guarded: SandboxServer, courses: Path) -> CommandLine:
    """The command line beside an outline, pointed at that sandbox, without any credentials."""
    write_outline(courses, "a", 4711, "One", "Two")
    return CommandLine(cli.cwd, {"COURSESYNC_BASE_URL": guarded.url})


def logins(server: SandboxServer) -> list[object]:
    """Return the status of each login and renewal."""
    return [met["status"] for met in server.log() if met["path"] == LOGINS]


def files(courses: Path) -> dict[str, bytes]:
    """Return the bytes of the workspace's files, except the log of when requests were sent."""
    return {name: content for name, content in files_below(courses).items() if name != REQUESTS}


def keeps_the_secrets(cli: CommandLine, *runs: Ran) -> bool:
    """Say whether none of the secrets is in what was printed or in any file."""
    told = [text.encode() for ran in runs for text in (ran.out, ran.err)]
    told += files_below(cli.cwd).values()
    return not any(secret.encode() in text for secret in (PASSWORD, TOTP, TOKEN) for text in told)


def test_a_login_is_exchanged_for_a_token_once(
    apply: CommandLine, guarded: SandboxServer, courses: Path
) -> None:
    """E-mail, password and code are sent form-encoded, once, and nothing of them is kept."""
    planned = apply.having(LOGIN)("plan", "--out", "plan.json")
    applied = apply.having(LOGIN)("apply", "--auto-approve")

    assert (planned.code, applied.code) == (0, 0), applied.err
    assert logins(guarded) == [200]
    assert len(guarded.records()) == len(saved(courses).entries) == 2
    assert keeps_the_secrets(apply, planned, applied)


def test_a_token_that_ends_is_renewed_once(
    apply: CommandLine, guarded: SandboxServer, courses: Path
) -> None:
    """A 401 in the middle of a run is answered with a renewal, and the create is sent again."""
    guarded.fault_create(2, "unauthorized")
    applied = apply.having(LOGIN)("apply", "--auto-approve")

    assert applied.code == 0, applied.err
    assert logins(guarded) == [200, 200]
    assert [met["status"] for met in guarded.creates()] == [200, 401, 200]
    assert [record["Title"] for record in guarded.records()] == ["One", "Two"]
    assert keeps_the_secrets(apply, applied)
    assert courses.exists()


def test_a_401_that_stays_names_both_causes(
    apply: CommandLine, guarded: SandboxServer, courses: Path
) -> None:
    """A refusal that a renewal does not mend stops the run and names the token and the role."""
    guarded.fault_create(2, "forbidden-token")
    applied = apply.having(LOGIN)("apply", "--auto-approve")

    assert applied.code == 1
    assert "wrong or has expired" in " ".join(applied.err.split())
    assert "CourseSection-Create" in applied.err
    assert "Apply: 1 created, 1 not tried." in applied.err
    assert len(guarded.creates()) == 3
    assert keeps_the_secrets(apply, applied)
    assert saved(courses).doubts == ()


@pytest.mark.parametrize("lacked", TOKENS)
def test_a_missing_role_is_reported_the_same_way(
    apply: CommandLine, guarded: SandboxServer, courses: Path, lacked: str
) -> None:
    """A token whose user lacks a role answers 401 too: both causes are named, and that role."""
    applied = apply("apply", "--auto-approve", NEXUDUS_TOKEN=TOKENS[lacked])

    assert applied.code == 1
    assert f"lacks the role {lacked}." in applied.err
    assert "NEXUDUS_TOKEN" in applied.err
    assert len(guarded.creates()) == (lacked == "CourseSection-Create")
    assert guarded.records() == []
    assert keeps_the_secrets(apply, applied)
    assert not (courses / STATE).exists() or saved(courses).entries == {}


@pytest.mark.parametrize("wrong", [{"NEXUDUS_PASSWORD": "wrong"}, {"NEXUDUS_TOTP": "000000"}])
def test_a_refused_login_changes_nothing(
    apply: CommandLine, guarded: SandboxServer, courses: Path, wrong: dict[str, str]
) -> None:
    """A wrong password or code ends the run before anything else is sent or written."""
    before = files(courses)
    applied = apply.having({**LOGIN, **wrong})("apply", "--auto-approve")

    assert applied.code == 1
    assert "the API refuses e-mail and password (HTTP 401)" in applied.err
    assert "NEXUDUS_TOTP" in applied.err
    assert len(guarded.log()) == 1
    assert keeps_the_secrets(apply, applied)
    assert files(courses) == before


@pytest.mark.parametrize(
    "environment",
    [
        {},
        {"NEXUDUS_TOKEN": "", "NEXUDUS_EMAIL": "", "NEXUDUS_PASSWORD": ""},
        {"NEXUDUS_TOKEN": " \n"},
        {"NEXUDUS_EMAIL": EMAIL},
        {"NEXUDUS_PASSWORD": PASSWORD, "NEXUDUS_TOTP": TOTP},
    ],
)
def test_missing_credentials_are_reported_before_anything_is_sent(
    apply: CommandLine, guarded: SandboxServer, environment: dict[str, str]
) -> None:
    """Variables that are missing or empty are named, and nothing is sent or written."""
    before = files_below(apply.cwd)
    applied = apply.having(environment)("apply", "--auto-approve")

    assert applied.code == 64
    assert "Set NEXUDUS_TOKEN, or NEXUDUS_EMAIL and NEXUDUS_PASSWORD" in applied.err
    assert guarded.log() == []
    assert keeps_the_secrets(apply, applied)
    assert files_below(apply.cwd) == before


def test_a_token_that_can_be_none_is_not_shown(apply: CommandLine, guarded: SandboxServer) -> None:
    """A token with a line break in it is refused without being repeated."""
    applied = apply("apply", "--auto-approve", NEXUDUS_TOKEN=f"{TOKEN}\r\nX: {TOTP}")

    assert applied.code == 64
    assert "NEXUDUS_TOKEN contains a space" in applied.err
    assert guarded.log() == []
    assert keeps_the_secrets(apply, applied)


def test_the_token_comes_first(apply: CommandLine, guarded: SandboxServer) -> None:
    """With a token there is no login, even where e-mail and password are there as well."""
    applied = apply.having(LOGIN)("apply", "--auto-approve", NEXUDUS_TOKEN=TOKEN)

    assert applied.code == 1
    assert logins(guarded) == []


@pytest.mark.parametrize("url", ["http://192.0.2.1", "http://127.0.0.1.nip.example", "ftp://a.b"])
def test_nothing_is_sent_unencrypted(apply: CommandLine, url: str) -> None:
    """Plain http to another machine is refused before a connection is made."""
    applied = apply("apply", "--auto-approve", "--base-url", url, NEXUDUS_TOKEN=TOKEN, timeout=20)

    assert applied.code == 64
    assert "would send your credentials unencrypted" in applied.said
    assert keeps_the_secrets(apply, applied)


NO_TOKEN = "answers a login without a token"
NO_LOGIN = dict.fromkeys(("html-200", "cut-json", "redirect", "status=404"), NO_TOKEN) | {
    "html-503": "the API failed (HTTP 503)",
}


@pytest.mark.parametrize(("kind", "words"), NO_LOGIN.items())
def test_a_login_that_gives_no_token(
    apply: CommandLine, guarded: SandboxServer, courses: Path, kind: str, words: str
) -> None:
    """A server that answers a login with a page or with nonsense is not taken for the API."""
    guarded.fault(f"POST {LOGINS}@1:{kind}")
    before = files(courses)
    applied = apply.having(LOGIN)("apply", "--auto-approve")

    assert applied.code == 1
    assert words in applied.err
    assert len(guarded.log()) == 1
    assert keeps_the_secrets(apply, applied)
    assert files(courses) == before


@pytest.mark.parametrize("kind", ["throttled=1", "too-many=1"])
def test_a_throttled_login_is_tried_again(
    apply: CommandLine, guarded: SandboxServer, courses: Path, kind: str
) -> None:
    """A login that comes too soon is waited for, as any request is."""
    guarded.fault(f"POST {LOGINS}@1:{kind}")
    applied = apply.having(LOGIN)("apply", "--auto-approve")
    first, second = (float(str(met["at"])) for met in guarded.log() if met["path"] == LOGINS)

    assert applied.code == 0, applied.err
    assert second - first >= 1
    assert len(saved(courses).entries) == 2
    assert keeps_the_secrets(apply, applied)


def test_a_port_where_nothing_listens(cli: CommandLine, courses: Path) -> None:
    """An API that can't be reached is tried again, then reported; nothing is in doubt."""
    write_outline(courses, "a", 4711, "One", "Two")
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    url = f"http://127.0.0.1:{port}"
    with_token = cli("apply", "--auto-approve", "--base-url", url, NEXUDUS_TOKEN=TOKEN)
    with_login = cli.having(LOGIN)("apply", "--auto-approve", "--base-url", url)

    assert (with_token.code, with_login.code) == (1, 1)
    assert "Stopped: the API can't be reached: there is no connection" in with_token.err
    assert "Apply: 2 not tried." in with_token.err
    assert "Stopped: the API can't be reached: there is no connection" in with_login.err
    assert "Check the network and the base URL" in with_token.err + with_login.err
    assert list(files_below(courses)) == ["a.yaml", REQUESTS]
    assert keeps_the_secrets(cli, with_token, with_login)
