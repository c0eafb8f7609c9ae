"""The sandbox on the command line: embedded with `--sandbox`, and served on a socket."""

from __future__ import annotations

import os
import signal
import socket
from contextlib import contextmanager
from typing import TYPE_CHECKING

import httpx
import pytest
from harness import (
    SECTIONS,
    STATE,
    TOKEN,
    CommandLine,
    SandboxServer,
    ask,
    files_below,
    write_outline,
)

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Iterator
    from pathlib import Path

LOGIN = {"NEXUDUS_EMAIL": "admin@sandbox.example", "NEXUDUS_PASSWORD": "sandbox"}


@contextmanager
def served(
    cli: CommandLine, *options: str | Path
) -> Iterator[tuple[subprocess.Popen[str], SandboxServer]]:
    """Serve a sandbox with these options; yields the process and the server."""
    with cli.start("sandbox", "serve", "--stop-after", "300", *options) as process:
        assert process.stdout is not None
        try:
            yield process, SandboxServer(process.stdout.readline().strip())
        finally:
            if process.poll() is None:
                process.kill()
                process.communicate(timeout=60)


def test_the_embedded_sandbox_needs_nothing(cli: CommandLine, onboarding: Path) -> None:
    """`--sandbox` applies without credentials, and plan → apply → plan is empty."""
    planned = cli("plan", "--sandbox", "--detailed-exitcode")
    applied = cli("apply", "--sandbox", "--auto-approve")
    again = cli("plan", "--detailed-exitcode", COURSESYNC_SANDBOX="1")
    listed = cli("state", "list", "--sandbox")

    assert (planned.code, applied.code, again.code) == (2, 0, 0), applied.err
    assert sorted(applied.out.splitlines()) == listed.out.splitlines() != []
    assert onboarding.exists()


def test_its_state_is_its_own(cli: CommandLine, onboarding: Path) -> None:
    """The sandbox's state and records are under `.coursesync/`, which git ignores."""
    cli("apply", "--sandbox", "--auto-approve")
    made = files_below(onboarding.parent / ".coursesync")
    planned = cli("plan")

    assert not (onboarding.parent / STATE).exists()
    assert {STATE, "sandbox.sqlite3", ".gitignore"} <= made.keys()
    assert made[".gitignore"] == b"*\n"
    assert "Plan: 3 to create" in planned.out


def not_writable(cli: CommandLine, courses: Path) -> CommandLine:
    """Return the command line as a user who may read the workspace and write nowhere in it."""
    for path in (cli.cwd, courses, *courses.rglob("*")):
        path.chmod(0o555 if path.is_dir() else 0o444)
    return CommandLine(cli.cwd, user=65_534 if os.geteuid() == 0 else None)  # root may always write


WRITING = (
    ("apply", "--auto-approve"),
    ("apply", "--auto-approve", "--refresh"),
    ("import", "--course", "4711"),
    ("import", "section.onboarding.more", "1000009"),
    ("state", "mv", "section.onboarding.welcome", "section.onboarding.hello"),
    ("state", "rm", "section.onboarding.welcome"),
    ("state", "recover"),
)


@pytest.mark.parametrize("is_there", [False, True], ids=["nothing yet", "applied before"])
@pytest.mark.parametrize("words", WRITING, ids=" ".join)
def test_a_read_only_workspace_is_an_error(
    cli: CommandLine, onboarding: Path, words: tuple[str, ...], *, is_there: bool
) -> None:
    """In a read-only workspace, each command that has to write says where it can't."""
    if is_there:
        assert cli("apply", "--sandbox", "--auto-approve").code == 0
        onboarding.write_text(onboarding.read_text().replace("Going further", "Going on"))
    reader = not_writable(cli, onboarding.parent)
    ran = reader(*words, "--sandbox")

    assert ran.code == 1, ran
    assert "Traceback" not in ran.err
    assert "courses/.coursesync" in ran.said
    assert "you may write" in ran.said


@pytest.mark.parametrize("words", [("plan",), ("state", "list"), ("validate",)], ids=" ".join)
def test_what_only_reads_needs_no_right_to_write(
    cli: CommandLine, onboarding: Path, words: tuple[str, ...]
) -> None:
    """A read-only workspace can be planned, listed and validated."""
    assert cli("apply", "--sandbox", "--auto-approve").code == 0
    options = () if words == ("validate",) else ("--sandbox",)
    ran = not_writable(cli, onboarding.parent)(*words, *options)

    assert ran.code == 0, ran


@pytest.mark.parametrize("words", [("drift",), ("plan", "--refresh")])
def test_a_look_at_a_sandbox_that_cannot_be_written(
    cli: CommandLine, onboarding: Path, words: tuple[str, ...]
) -> None:
    """The sandbox notes each request: where it can't, the look ends in words."""
    assert cli("apply", "--sandbox", "--auto-approve").code == 0
    ran = not_writable(cli, onboarding.parent)(*words, "--sandbox")

    assert ran.code == 1, ran
    assert "the embedded sandbox can't be kept in courses/.coursesync" in ran.said


def test_a_sandbox_whose_database_is_none(cli: CommandLine, onboarding: Path) -> None:
    """A file that is not a database is an error, and stays."""
    assert cli("apply", "--sandbox", "--auto-approve").code == 0
    database = onboarding.parent / ".coursesync" / "sandbox.sqlite3"
    database.write_text("no database " * 100)
    ran = cli("drift", "--sandbox")

    assert ran.code == 1, ran
    assert "the embedded sandbox can't be kept in" in ran.said
    assert database.read_text().startswith("no database")


def test_a_plan_for_it_makes_no_folder(cli: CommandLine, onboarding: Path) -> None:
    """`plan --sandbox` writes nothing, as any plan."""
    planned = cli("plan", "--sandbox")

    assert "Target: http://localhost/sandbox\n" in planned.out
    assert [path.name for path in onboarding.parent.iterdir()] == ["onboarding.yaml"]


def test_the_base_url_alone_is_data(cli: CommandLine, onboarding: Path) -> None:
    """`sandbox serve` prints its URL on stdout, and how to use it on stderr."""
    with cli.start("sandbox", "serve", "--stop-after", "0.1") as process:
        out, err = process.communicate(timeout=60)

    assert process.returncode == 0
    assert out.startswith("http://127.0.0.1:")
    assert out.count("\n") == 1
    assert f"export COURSESYNC_BASE_URL={out.strip()} NEXUDUS_TOKEN={TOKEN}" in err
    assert "in memory, until it ends. To keep them, add `--database FILE`" in " ".join(err.split())
    assert onboarding.exists()


def test_the_courses_of_the_outlines_exist_in_it(cli: CommandLine, courses: Path) -> None:
    """What `sandbox serve` says on the screen is enough to apply the workspace to it."""
    write_outline(courses, "a", 77, "One")
    with served(cli) as (_, server):
        applied = cli(
            "apply", "--auto-approve", COURSESYNC_BASE_URL=server.url, NEXUDUS_TOKEN=TOKEN
        )
        records = server.records()

    assert applied.code == 0, applied.err
    assert [(record["CourseId"], record["CourseTitle"]) for record in records] == [(77, "Course a")]


def test_a_database_is_kept(cli: CommandLine, courses: Path) -> None:
    """With `--database` the records outlive the server."""
    write_outline(courses, "a", 77, "One")
    with served(cli, "--database", "kept.sqlite3") as (_, server):
        cli("apply", "--auto-approve", "--base-url", server.url, NEXUDUS_TOKEN=TOKEN)
        before = server.records()
    with served(cli, "--database", "kept.sqlite3") as (_, server):
        after = server.records()

    assert len(before) == 1
    assert after == before


def test_a_port_that_is_taken(cli: CommandLine, onboarding: Path) -> None:
    """A port that another program has is an error that says how to take a free one."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        ran = cli("sandbox", "serve", "--port", str(port))

    assert (ran.code, ran.out) == (1, "")
    assert f"port {port} can't be used" in ran.err
    assert "Leave out --port" in ran.err
    assert onboarding.exists()


def test_limits_are_enforced(cli: CommandLine, onboarding: Path) -> None:
    """With `--limits` requests that come too fast are throttled as the vendor does it."""
    with served(cli, "--limits", "sliding") as (_, server):
        transport = httpx.HTTPTransport(verify=False)
        headers = {"Authorization": f"Bearer {TOKEN}"}
        with httpx.Client(base_url=server.url, transport=transport, headers=headers) as client:
            answers = [client.get(SECTIONS) for _ in range(10)]
    throttled = [answer for answer in answers if answer.status_code == 409]

    assert answers[0].status_code == 200
    assert throttled
    assert int(throttled[0].headers["Retry-After"]) >= 1
    assert onboarding.exists()


def test_an_apply_keeps_to_the_limits(cli: CommandLine, courses: Path) -> None:
    """Against enforced limits neither a login nor any create of an apply is ever throttled."""
    write_outline(courses, "a", 77, *(f"Section {number}" for number in range(15)))
    with served(cli, "--limits", "sliding") as (_, server):
        applied = cli.having(LOGIN)("apply", "--auto-approve", "--base-url", server.url)
        statuses = [met["status"] for met in server.log()]

    assert applied.code == 0, applied.err
    # the login, the two looks at the sections, that at the courses, the creates, the last look
    assert statuses == [200] * 20


def test_a_renewal_keeps_to_the_limits(cli: CommandLine, courses: Path) -> None:
    """A token that ends in the middle of a run is renewed without being throttled."""
    write_outline(courses, "a", 77, "One", "Two")
    fault = f"POST {SECTIONS}@2:unauthorized"
    with served(cli, "--limits", "sliding", "--fault", fault) as (_, server):
        applied = cli.having(LOGIN)("apply", "--auto-approve", "--base-url", server.url)
        statuses = [met["status"] for met in server.log()]

    assert applied.code == 0, applied.err
    # the first looks stand between the login and the creates; a look before it is sent again
    assert statuses == [*[200] * 5, 401, *[200] * 4]


def test_faults_are_armed(cli: CommandLine, onboarding: Path) -> None:
    """Each `--fault` is armed as it was written."""
    faults = (f"POST {SECTIONS}@3:lost-after", "* /api/*@1+:throttled=2")
    with served(cli, "--fault", faults[0], "--fault", faults[1]) as (_, server):
        armed = ask("GET", f"{server.url}/_sandbox/faults").json()

    assert armed == [f"POST {SECTIONS}@3x1:lost-after", "* /api/*@1+:throttled=2"]
    assert onboarding.exists()


def test_a_fault_that_is_none_is_explained(cli: CommandLine, onboarding: Path) -> None:
    """A `--fault` that can't be read is misuse, and the form of one is shown."""
    ran = cli("sandbox", "serve", "--fault", f"POST {SECTIONS}@3:lost")

    assert (ran.code, ran.out) == (64, "")
    assert "METHOD PATH@N:KIND" in ran.err
    assert "lost-after" in ran.err
    assert onboarding.exists()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_cleanly(
    cli: CommandLine, onboarding: Path, number: signal.Signals
) -> None:
    """SIGTERM and Ctrl-C end the server with 0 and without a traceback."""
    with served(cli) as (process, _):
        process.send_signal(number)
        _, err = process.communicate(timeout=60)

    assert process.returncode == 0
    assert "Traceback" not in err
    assert onboarding.exists()


def test_a_path_that_is_too_long_for_a_database_is_an_error(cli: CommandLine) -> None:
    """Such a workspace can be planned, and its sandbox can't be kept in it."""
    deep = cli.cwd.joinpath(*["d" * 200] * 12)
    deep.mkdir(parents=True)
    write_outline(deep, "a", 4711, "One")
    folder = str(deep.relative_to(cli.cwd))
    ran = cli("apply", folder, "--sandbox", "--auto-approve")

    assert cli("plan", folder, "--sandbox").code == 0
    assert ran.code == 1
    assert "the embedded sandbox can't be kept in" in ran.said


@pytest.mark.parametrize("leads_to", ["../outside", "nowhere"])
def test_it_is_kept_in_the_workspace(cli: CommandLine, onboarding: Path, leads_to: str) -> None:
    """A `.coursesync` that is a link could lead anywhere: nothing is written through it."""
    outside = cli.cwd / "outside"
    outside.mkdir()
    (onboarding.parent / ".coursesync").symlink_to(leads_to)
    words = (("plan",), ("apply", "--auto-approve"), ("state", "list"), ("drift",))
    runs = [cli(*each, "--sandbox") for each in words]

    assert [ran.code for ran in runs] == [1] * 4, runs
    assert all("courses/.coursesync is a link or a file" in ran.said for ran in runs)
    assert [*outside.iterdir()] == []
    assert not (onboarding.parent / leads_to / "coursesync.state.json").exists()


def test_nor_does_its_database_lead_elsewhere(cli: CommandLine, onboarding: Path) -> None:
    """A link in its place is not followed."""
    assert cli("apply", "--sandbox", "--auto-approve").code == 0
    database = onboarding.parent / ".coursesync" / "sandbox.sqlite3"
    outside = database.rename(cli.cwd / "outside.sqlite3")
    before = outside.read_bytes()
    database.symlink_to(outside)
    onboarding.write_text(onboarding.read_text().replace("Welcome", "Hello"))
    ran = cli("apply", "--sandbox", "--auto-approve")

    assert ran.code == 1
    assert "sandbox.sqlite3 is a symbolic link" in ran.said
    assert outside.read_bytes() == before
