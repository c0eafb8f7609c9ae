"""A server that repeats every secret in its answers: none reaches a screen or a file."""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING

import pytest
from harness import CommandLine, write_outline
from secrecy.echo import (
    API,
    ISSUED,
    LOGIN,
    REFRESH,
    SECRETS,
    TOKEN,
    TOTP,
    WRONGS,
    Echo,
    echoing,
    leaks,
)

if TYPE_CHECKING:
    from pathlib import Path

    from harness import Ran

PAGES = {"login": API[0], "list": API[1], "courses": API[2], "create": API[1]}


def pointed(cli: CommandLine, echo: Echo) -> CommandLine:
    return cli.having({"COURSESYNC_BASE_URL": echo.url, "PYTHONFAULTHANDLER": "1"})


@pytest.mark.many(17)
@pytest.mark.parametrize("how", WRONGS)
@pytest.mark.parametrize("page", ["login", "list", "courses", "create", "create again"])
def test_an_answer_that_echoes(cli: CommandLine, courses: Path, page: str, how: str) -> None:
    """Whichever page answers with every secret, and however: none is shown or stored."""
    write_outline(courses, "a", 4711, "One", "Two")
    first = {"create": 2, "create again": 3}.get(page, 1)
    at = PAGES[page.removesuffix(" again")]
    with echoing(Echo()) as trap, echoing(Echo(at, how, first, trap.url)) as echo:
        online = pointed(cli, echo)
        ran = online.having(LOGIN)("apply", "--auto-approve")
        known = [online(*command) for command in (["plan"], ["state", "list"])]

    assert ran.code != 0, ran
    assert any(TOTP in told for _, path, told in echo.met if path == API[0])
    assert trap.met == []
    assert leaks(cli.cwd, ran, *known) == []
    assert is_cut_and_clean(ran)


@pytest.mark.many(13)
@pytest.mark.parametrize("how", WRONGS)
def test_an_answer_that_echoes_the_token(cli: CommandLine, courses: Path, how: str) -> None:
    """A token from the environment is hidden just as one from a login."""
    write_outline(courses, "a", 4711, "One", "Two")
    with (
        echoing(Echo()) as trap,
        echoing(Echo(API[1], how, 2, trap.url, (TOKEN,))) as echo,
    ):
        ran = pointed(cli, echo)("apply", "--auto-approve", NEXUDUS_TOKEN=TOKEN)

    assert ran.code != 0, ran
    assert {told for _, _, told in echo.met} == {f"Bearer {TOKEN}"}
    assert trap.met == []
    assert leaks(cli.cwd, ran, secrets=[TOKEN]) == []
    assert is_cut_and_clean(ran)


@pytest.mark.many(3)
@pytest.mark.parametrize("how", ["retry", "many"])
@pytest.mark.parametrize("page", ["login", "list", "create"])
def test_a_wait_that_echoes(cli: CommandLine, courses: Path, page: str, how: str) -> None:
    """A `Retry-After` that consists of secrets is a wait of a minute, and is not shown."""
    write_outline(courses, "a", 4711, "One", "Two")
    with echoing(Echo(PAGES[page], how, 2 if page == "create" else 1)) as echo:
        command = pointed(cli, echo).having(LOGIN)
        with command.start("apply", "--auto-approve") as process:
            assert process.stderr is not None
            lines: list[str] = []
            while "waiting 1 minute" not in (line := process.stderr.readline()):
                assert line, lines
                lines.append(line)
            process.send_signal(signal.SIGINT)
            out, err = process.communicate(timeout=30)

    assert process.returncode == 130
    assert leaks(cli.cwd, "".join([*lines, line]), out, err) == []


def test_a_renewal_that_echoes(cli: CommandLine, courses: Path) -> None:
    """After a renewal, the earlier tokens are as secret as the later ones."""
    write_outline(courses, "a", 4711, "One", "Two")
    older = ("older-" + ISSUED, "older-" + REFRESH)
    echo = Echo(API[1], "400", 5, renewed=older, secrets=(*SECRETS, *older))
    with echoing(echo):
        ran = pointed(cli, echo).having(LOGIN)("apply", "--auto-approve")

    assert ran.code == 6, ran
    assert len([path for _, path, _ in echo.met if path == API[0]]) == 2
    assert "refuses" in ran.err
    assert leaks(cli.cwd, ran, secrets=echo.secrets) == []


def is_cut_and_clean(ran: Ran) -> bool:
    """Return whether a text is of bounded length and moves no cursor."""
    told = (ran.out + ran.err).splitlines()
    return (
        len(told) < 60
        and all(line.isprintable() and len(line) < 500 for line in told)
        and "Traceback" not in ran.err
    )


@pytest.mark.many(3)
@pytest.mark.parametrize("given", [LOGIN, {"NEXUDUS_TOKEN": TOKEN}], ids=["login", "token"])
@pytest.mark.parametrize("how", WRONGS)
def test_an_answer_to_the_doctor_that_echoes(
    cli: CommandLine, courses: Path, how: str, given: dict[str, str]
) -> None:
    """Whatever the page that says who the user is answers, the doctor shows no secret."""
    write_outline(courses, "a", 4711, "One")
    with (
        echoing(Echo()) as trap,
        echoing(Echo("/api/auth/me", how, 1, trap.url, (*SECRETS, TOKEN))) as echo,
    ):
        ran = pointed(cli, echo).having(given)("doctor", "-v")

    assert ran.code == 1, ran
    assert "/api/auth/me" in {path for _, path, _ in echo.met}
    assert trap.met == []
    assert leaks(cli.cwd, ran, secrets=(*SECRETS, TOKEN)) == []
