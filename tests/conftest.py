"""The fixtures that the tests share."""

from __future__ import annotations

import os
import shutil
import signal
import sys
import textwrap
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
import shares
from harness import ROOT, CommandLine, SandboxServer, pointed_at, sandbox_here, serve
from hypothesis import settings

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


pytest_plugins = ["forges.fixtures"]


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let all cases of a test be asked for, or those of another day."""
    parser.addoption("--every-case", action="store_true", help="run all of the many cases, too")
    parser.addoption("--share", type=int, help="which of the many cases to run: by default a day's")


def pytest_configure(config: pytest.Config) -> None:
    """Say which share of the many cases is run, the same in each process of one run.

    And let Ctrl-C end what the tests start, also where a shell started them in the background:
    without job control it has SIGINT ignored, and what ignores it hands that down.
    """
    signal.signal(signal.SIGINT, signal.default_int_handler)
    if config.getoption("--every-case"):
        os.environ[shares.EVERY_CASE] = "1"
    # Hypothesis would take the same examples for ever where CI is set; --hypothesis-seed says which
    many = shares.examples(100)
    settings.register_profile("share", max_examples=many, derandomize=False, print_blob=True)
    settings.load_profile("share")
    if config.option.share is None:
        # versions of Python that run on one day run other shares
        config.option.share = datetime.now(UTC).date().toordinal() + sys.version_info.minor


def pytest_report_header(config: pytest.Config) -> str:
    """Say how these very cases are run again."""
    if config.getoption("--every-case"):
        return "cases: all of the many"
    return f"cases: today's share of the many; the same again by  --share {config.option.share}"


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Of a test that is marked `many(n)`, run each nth case, another one first each day."""
    if config.getoption("--every-case") or any("[" in each for each in config.args):
        return  # a case that is named is run
    met: dict[str, int] = {}
    left: list[pytest.Item] = []
    kept: list[pytest.Item] = []
    for item in items:
        mark = item.get_closest_marker("many")
        of = mark.args[0] if mark else 1
        name = f"{of}: {item.nodeid.partition('[')[0]}"
        met[name] = met.get(name, -1) + 1
        is_of_today = _is_in_turn(met[name], of, config.option.share)
        (kept if is_of_today else left).append(item)
    if left:
        config.hook.pytest_deselected(items=left)
        items[:] = kept


def _is_in_turn(number: int, of: int, share: int) -> bool:
    """Say whether a case is one of a share; each is once in so many days.

    Cases are the rows of a table: to take each nth would take the same column of all of them.
    """
    return (number + number // of + share) % of == 0


@pytest.fixture
def cli(tmp_path: Path) -> CommandLine:
    """The command line, in an empty folder."""
    return CommandLine(tmp_path)


@pytest.fixture
def courses(tmp_path: Path) -> Path:
    """An empty workspace at the place where the command line looks for one."""
    folder = tmp_path / "courses"
    folder.mkdir()
    return folder


@pytest.fixture
def examples(tmp_path: Path) -> Path:
    """The example workspace of this project, as `courses` of an empty folder."""
    folder = tmp_path / "courses"
    made = shutil.ignore_patterns(".coursesync", "*.state*")
    shutil.copytree(ROOT / "courses", folder, ignore=made)
    return folder


@pytest.fixture
def onboarding(courses: Path) -> Path:
    """An outline of three sections, in the workspace."""
    path = courses / "onboarding.yaml"
    path.write_text(
        textwrap.dedent("""\
            id: 4711
            title: Member onboarding
            sections:
              - key: welcome
                title: Welcome to the space
                contents: <p>Everything for day one.</p>
              - key: first-week
                title: Your first week
                unlock: {after_days: 7}
                contents: <p>Come as you are.</p>
              - key: going-further
                title: Going further
                unlock: sequential
                active: false
            """)
    )
    return path


@pytest.fixture
def server(cli: CommandLine, courses: Path) -> Iterator[SandboxServer]:
    """A sandbox on a socket with the courses 4711 to 4715, in a process of its own."""
    yield from serve(cli, courses)


@pytest.fixture
def online(cli: CommandLine, server: SandboxServer) -> CommandLine:
    """The command line, pointed at the sandbox on a socket."""
    return pointed_at(cli, server)


@pytest.fixture
def api() -> Iterator[SandboxServer]:
    """The same as `server`, in the process of the tests: quicker, but for faults that are slow."""
    with sandbox_here() as here:
        yield here


@pytest.fixture
def author(cli: CommandLine, api: SandboxServer) -> CommandLine:
    """The command line, pointed at `api`."""
    return pointed_at(cli, api)
