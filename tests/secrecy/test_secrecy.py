"""Every way in which a run can fail: no secret is printed, stored or seen by others."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

import click
import pytest
from harness import (
    PROGRAM,
    SECTIONS,
    STATE,
    CommandLine,
    Ran,
    sandbox_here,
    wait_until,
    write_outline,
)
from secrecy.echo import EMAIL, LOGIN, PASSWORD, TOKEN, TOTP, Echo, echoing, leaks

from coursesync.sandbox import FaultKind, Settings, User

if TYPE_CHECKING:
    from collections.abc import Iterator
    from contextlib import AbstractContextManager

    from harness import SandboxServer

GIVEN = (TOKEN, EMAIL, PASSWORD, TOTP, f"{EMAIL}:{PASSWORD}")
VERBOSE = {"PYTHONFAULTHANDLER": "1", "PYTHONDEVMODE": "1", "PYTHONWARNINGS": "default"}
VERBOSE |= {"HTTPX_LOG_LEVEL": "trace", "DEBUG": "1", "PYTHONASYNCIODEBUG": "1"}
FORMS = ("text", "markdown", "json")
QUICK = {"slow": "=0.1", "slow-headers": "=0.1", "late": "=0.1", "status": "=418"}
QUICK |= dict.fromkeys(("throttled", "too-many", "throttled-date"), "=1")
# but for two that make a run wait for a minute
KINDS = sorted(set(FaultKind) - {FaultKind.CONTINUE_FLOOD, FaultKind.THROTTLED_DATE})
PATHS = {"login": "POST /api/token", "list": f"GET {SECTIONS}", "create": f"POST {SECTIONS}"}


@pytest.fixture
def guarded() -> Iterator[SandboxServer]:
    """A sandbox with one user, who has to log in or has a token."""
    with guarded_here() as server:
        yield server


def guarded_here(*, token: str | None = None) -> AbstractContextManager[SandboxServer]:
    """Return such a sandbox."""
    ada = User(email=EMAIL, password=PASSWORD, totp=TOTP, token=token)
    return sandbox_here(Settings(users=(ada,)))


def run_with_fault(folder: Path, page: str, kind: str) -> list[str]:
    """Apply while a page fails; return the secrets that any command or file shows."""
    courses = folder / "courses"
    courses.mkdir(parents=True)
    write_outline(courses, "a", 4711, "One", "Two")
    with guarded_here() as server:
        server.fault(f"{PATHS[page]}@1:{kind}{QUICK.get(kind, '')}")
        where = {"COURSESYNC_BASE_URL": server.url}
        cli = CommandLine(folder, {**VERBOSE, **LOGIN, **where})
        applied = cli("apply", "--auto-approve")
        form = FORMS[KINDS.index(FaultKind(kind)) % len(FORMS)]
        planned = cli("plan", "--format", form, "--out", "plan.json")
    assert "Traceback" not in applied.err, (page, kind, applied)
    return leaks(folder, applied, planned, secrets=GIVEN)


@pytest.mark.many(13)
@pytest.mark.parametrize("part", range(4))
@pytest.mark.parametrize("page", PATHS)
def test_every_fault(tmp_path: Path, page: str, part: int) -> None:
    """Whatever fails in a login, a list or a create, no secret is shown or stored."""
    kinds = KINDS[(part + list(PATHS).index(page)) % 4 :: 4]
    with ThreadPoolExecutor(6) as pool:
        told = list(pool.map(lambda k: run_with_fault(tmp_path / k, page, k), kinds))

    assert {kind: found for kind, found in zip(kinds, told, strict=True) if found} == {}


WRONG = {
    "password": {"NEXUDUS_PASSWORD": "wr0ng-" + PASSWORD},
    "code": {"NEXUDUS_TOTP": "000000"},
    "e-mail": {"NEXUDUS_EMAIL": "wr0ng-" + EMAIL},
    "token": {"NEXUDUS_TOKEN": TOKEN},
    "two lines": {"NEXUDUS_TOKEN": f"{TOKEN}\r\nX-More: {TOTP}"},
    "another alphabet": {"NEXUDUS_TOKEN": f"{TOKEN}-токен"},
    "no UTF-8": {"NEXUDUS_PASSWORD": f"{PASSWORD}\udcff", "NEXUDUS_EMAIL": f"{EMAIL}\udcfe"},
    "a surrogate": {"NEXUDUS_PASSWORD": f"{PASSWORD}\udced\udca0\udc80"},
}


@pytest.mark.many(3)
@pytest.mark.parametrize("wrong", WRONG)
def test_wrong_credentials(
    cli: CommandLine, courses: Path, guarded: SandboxServer, wrong: str
) -> None:
    """Wrong credentials are reported by the name of the variable, never by the value."""
    write_outline(courses, "a", 4711, "One")
    told = {**VERBOSE, **LOGIN, **WRONG[wrong], "COURSESYNC_BASE_URL": guarded.url}
    ran = cli.having(told)("apply", "--auto-approve")

    assert ran.code in {1, 64}, ran
    assert "NEXUDUS_" in ran.err
    assert "Traceback" not in ran.err
    assert leaks(cli.cwd, ran, secrets=GIVEN) == []


@pytest.mark.parametrize("given", ["login", "token"])
def test_a_token_that_expires(tmp_path: Path, given: str) -> None:
    """A token that ends during a run is renewed or reported as bad, and not shown."""
    courses = tmp_path / "courses"
    courses.mkdir()
    write_outline(courses, "a", 4711, "One", "Two")
    with guarded_here(token=TOKEN) as server:
        server.fault_create(2, "unauthorized")
        environment = LOGIN if given == "login" else {"NEXUDUS_TOKEN": TOKEN}
        cli = CommandLine(tmp_path, {**VERBOSE, **environment, "COURSESYNC_BASE_URL": server.url})
        ran = cli("apply", "--auto-approve")

    assert ran.code == (0 if given == "login" else 1), ran
    assert leaks(tmp_path, ran, secrets=GIVEN) == []


def refusing_port() -> int:
    """Return a port at which nothing listens."""
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    assert isinstance(port, int)
    return port


PROXY_SECRET = "pr0xy+s3cret"
PROXIES = {
    "refuses": "http://proxy-user:{secret}@127.0.0.1:{port}",
    "answers 403": "http://proxy-user:{secret}@127.0.0.1:{echo}",
    "is no URL": "http://proxy-user:{secret}@[127.0.0.1",
    "has no port": "http://proxy-user:{secret}/@127.0.0.1:x",
    "has a port that is none": "http://proxy-user:x@127.0.0.1:{secret}",
    "has no scheme": "proxy-user:{secret}@127.0.0.1:{port}",
    "has another scheme": "ftp://proxy-user:{secret}@127.0.0.1:{port}",
    "is of a kind not built in": "socks5://proxy-user:{secret}@127.0.0.1:{port}",
    "has a control character": "http://proxy-user:{secret}\x1b@127.0.0.1:{port}",
}


@pytest.mark.many(4)
@pytest.mark.parametrize("variable", ["HTTPS_PROXY", "ALL_PROXY"])
@pytest.mark.parametrize("proxy", PROXIES)
def test_a_proxy(cli: CommandLine, courses: Path, proxy: str, variable: str) -> None:
    """A proxy that refuses or does not exist is reported without the password in its address."""
    write_outline(courses, "a", 4711, "One")
    with echoing(Echo("", "403")) as echo:
        ports = {"port": refusing_port(), "echo": echo.url.rpartition(":")[2]}
        url = PROXIES[proxy].format(secret=PROXY_SECRET, **ports)
        given = {variable: url, **VERBOSE, "NEXUDUS_TOKEN": TOKEN}
        given["COURSESYNC_BASE_URL"] = "https://api.example"
        ran = cli.having(given)("apply", "--auto-approve")

    assert ran.code in {1, 64}, ran
    assert "Traceback" not in ran.err
    assert leaks(cli.cwd, ran, secrets=(*GIVEN, PROXY_SECRET)) == []
    assert echo.met == []


@pytest.mark.parametrize("trust", ["", "nowhere.pem", "courses"])
def test_tls_that_fails(cli: CommandLine, courses: Path, trust: str) -> None:
    """If TLS fails, or its certificates can't be read, nothing is sent and no secret shown."""
    write_outline(courses, "a", 4711, "One")
    with echoing(Echo()) as echo:
        given = {**VERBOSE, **LOGIN, "COURSESYNC_BASE_URL": echo.url.replace("http", "https")}
        if trust:
            given["SSL_CERT_FILE"] = trust
        ran = cli.having(given)("apply", "--auto-approve")

    assert ran.code in {1, 64}, ran
    assert "Traceback" not in ran.err
    assert echo.met == []
    assert leaks(cli.cwd, ran, secrets=GIVEN) == []


@pytest.mark.many(4)
@pytest.mark.parametrize(
    "url",
    [
        "http://192.0.2.1",
        "http://127.0.0.1.nip.example",
        "http://localhost.example",
        "http://[::2]",
        "http://0.0.0.0:{port}",
        "http://127.1:{port}",
        "http://2130706433:{port}",
        "HTTP://192.0.2.1",
        "//127.0.0.1:{port}",
        "http:127.0.0.1:{port}",
        "http://user:pass@127.0.0.1:{port}",
        "http://127.0.0.1:{port}?x",
        "http://127.0.0.1:{port}#x",
        "http://127.0.0.1\\@192.0.2.1",
        "http://192.0.2.1\\@127.0.0.1",
    ],
)
def test_nothing_is_sent_in_the_clear(cli: CommandLine, courses: Path, url: str) -> None:
    """Plain http to anything but this machine is refused before a connection."""
    write_outline(courses, "a", 4711, "One")
    with echoing(Echo()) as echo:
        at = url.format(port=echo.url.rpartition(":")[2])
        ran = cli.having({**VERBOSE, **LOGIN, "COURSESYNC_BASE_URL": at})(
            "apply", "--auto-approve", timeout=20
        )

    assert ran.code == 64, ran
    assert echo.met == []
    assert leaks(cli.cwd, ran, secrets=GIVEN) == []


LOGGING = """
import logging, sys
logging.basicConfig(level=1, stream=sys.stderr)
for name in ("httpx", "httpcore", "filelock", "urllib3", "asyncio", "coursesync"):
    logging.getLogger(name).setLevel(1)
"""


@pytest.mark.parametrize("how", ["", "400", "page"])
def test_logging_at_its_most_verbose(cli: CommandLine, courses: Path, how: str) -> None:
    """Even if all logs of the libraries are shown, no secret is in them."""
    write_outline(courses, "a", 4711, "One")
    (cli.cwd / "sitecustomize.py").write_text(LOGGING)
    with echoing(Echo(SECTIONS, how, 2 if how else 99)) as echo:
        given = {**VERBOSE, **LOGIN, "COURSESYNC_BASE_URL": echo.url, "PYTHONPATH": str(cli.cwd)}
        ran = cli.having(given)("apply", "--auto-approve")

    assert ran.code in ({1, 6} if how else {0}), ran
    assert "DEBUG" in ran.err
    assert leaks(cli.cwd, ran) == []


SIGNALS = (signal.SIGABRT, signal.SIGINT, signal.SIGTERM, signal.SIGSEGV, signal.SIGQUIT)


@pytest.mark.many(2)
@pytest.mark.parametrize("number", SIGNALS)
def test_killed_at_odd_times(
    cli: CommandLine, courses: Path, guarded: SandboxServer, number: signal.Signals
) -> None:
    """A run that is killed while it starts, logs in, lists or creates leaves no secret behind."""
    write_outline(courses, "a", 4711, "One", "Two")
    guarded.fault(f"POST {SECTIONS}@1+:slow=0.4", "POST /api/token@1+:slow=0.3")
    online = cli.having({**VERBOSE, **LOGIN, "COURSESYNC_BASE_URL": guarded.url})
    for delay in (0.02, 0.1, 0.2, 0.3, 0.5, 0.8, 1.2):
        with online.start("apply", "--auto-approve") as process:
            try:
                out, err = process.communicate(timeout=delay)
            except subprocess.TimeoutExpired:
                process.send_signal(number)
                out, err = process.communicate(timeout=30)

        assert leaks(cli.cwd, out, err, secrets=GIVEN) == [], delay


def test_nothing_on_the_command_line_of_the_process(
    cli: CommandLine, courses: Path, guarded: SandboxServer
) -> None:
    """Neither `ps` nor the lock file shows a secret."""
    write_outline(courses, "a", 4711, "One", "Two")
    # the first is known once it is answered: the second keeps the run going
    guarded.fault(f"POST {SECTIONS}@1+:slow=1")
    online = cli.having({**LOGIN, "COURSESYNC_BASE_URL": guarded.url})
    with online.start("apply", "--auto-approve") as process:
        wait_until(lambda: bool(guarded.creates()) or process.poll() is not None)
        own = Path(f"/proc/{process.pid}/cmdline").read_text()
        tasks = Path(f"/proc/{process.pid}/task").glob("*/children")
        started = [task.read_text() for task in tasks]
        holder = (courses / f"{STATE}.locked-by").read_text()
        process.communicate(timeout=30)

    assert "apply" in own
    assert not "".join(started).strip()
    assert leaks(cli.cwd, own, holder, secrets=GIVEN) == []


def commands(command: click.Command, name: str) -> Iterator[tuple[str, click.Command]]:
    """Yield all commands below one."""
    yield name, command
    if isinstance(command, click.Group):
        context = click.Context(command)
        for each in command.list_commands(context):
            _, found, _ = command.resolve_command(context, [each])
            assert found is not None
            yield from commands(found, f"{name} {each}")


def test_no_option_takes_a_secret() -> None:
    """No command has an option, an argument or a variable for a token, password or code."""
    root = import_module("coursesync.cli")._cli  # noqa: SLF001 - the only way to the whole tree
    assert isinstance(root, click.Command)
    words = re.compile("(?i)token|passw|secret|e-?mail|user|otp|auth|cred|bearer|login")
    found, asked = [], []
    for name, command in commands(root, "coursesync"):
        for parameter in command.params:
            asked += [*parameter.opts, str(parameter.envvar)]
            told = " ".join([*asked[-2:], parameter.name or ""])
            if words.search(told):
                found.append((name, told))

    assert "--base-url" in asked
    assert found == []


@pytest.mark.parametrize("option", ["--token", "--password", "--email", "--totp"])
def test_a_secret_as_an_option_is_not_repeated(
    cli: CommandLine, courses: Path, option: str
) -> None:
    """A secret that is given as an option is refused without being printed."""
    write_outline(courses, "a", 4711, "One")
    for given in ([option, TOKEN], [f"{option}={TOKEN}"]):
        ran = cli("apply", "--auto-approve", *given)

        assert ran.code == 64
        assert leaks(cli.cwd, ran, secrets=[TOKEN]) == []


def test_a_config_file_with_a_secret_is_not_repeated(cli: CommandLine, courses: Path) -> None:
    """A secret in coursesync.toml is refused by its name, and not shown."""
    write_outline(courses, "a", 4711, "One")
    (courses / "coursesync.toml").write_text(f"token = {json.dumps(TOKEN)}\n")
    ran = cli("plan")
    (courses / "coursesync.toml").unlink()

    assert ran.code == 64
    assert leaks(cli.cwd, ran, secrets=[TOKEN]) == []


def test_a_bug_shows_no_secret(cli: CommandLine, courses: Path) -> None:
    """A traceback shows code and no values: credentials have no repr."""
    write_outline(courses, "a", 4711, "One")
    program = (
        "import os; from coursesync.nexudus.client import Nexudus\n"
        "from coursesync.nexudus.credentials import Credentials\n"
        "known = Credentials.from_environment(os.environ)\n"
        "remote = Nexudus('http://127.0.0.1:9', known)\n"
        "print(known, remote, repr(vars(known) if hasattr(known, '__dict__') else known))\n"
        "raise RuntimeError(known, remote)\n"
    )
    done = subprocess.run(
        [sys.executable, "-X", "dev", "-c", program],
        cwd=cli.cwd,
        env={**os.environ, **LOGIN, "NEXUDUS_TOKEN": TOKEN},
        capture_output=True,
        encoding="utf-8",
        timeout=60,
        check=False,
    )

    assert "RuntimeError" in done.stderr
    assert leaks(cli.cwd, done.stdout, done.stderr, secrets=GIVEN) == []


def test_the_search_finds_what_it_looks_for(tmp_path: Path) -> None:
    """The search of these tests finds a secret in a text, in a file and in a name."""
    (tmp_path / "state.json").write_text(json.dumps({"x": PASSWORD}))
    (tmp_path / TOTP).mkdir()

    assert leaks(tmp_path, secrets=[PASSWORD])
    assert leaks(tmp_path, secrets=[TOTP])
    assert leaks(tmp_path, Ran(0, "", f"x{EMAIL}x"), secrets=[EMAIL])
    assert leaks(tmp_path, "nothing", secrets=[TOKEN]) == []
    assert PROGRAM.exists()
