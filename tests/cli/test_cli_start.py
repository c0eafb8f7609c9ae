"""A start without weight: what a command does not need, it does not import."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from harness import CommandLine

HEAVY = {"deepdiff", "httpx", "pydantic", "pydantic_core", "rich", "ruamel", "tomllib"}
# what Python says of each import, as it makes it: `import time: self | cumulative | name`
_REPORT = [sys.executable, "-X", "importtime", "-m", "coursesync"]


def imported(*arguments: str | Path, cwd: Path) -> set[str]:
    """Run a command in a fresh process, and return the packages that it imported."""
    ran = subprocess.run(
        [*_REPORT, *map(str, arguments)],
        cwd=cwd,
        env={"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8"},
        capture_output=True,
        encoding="utf-8",
        check=True,
    )
    names = (line.rpartition("|")[2].strip() for line in ran.stderr.splitlines() if "|" in line)
    return {name.partition(".")[0] for name in names}


@pytest.mark.parametrize("command", [["--version"], ["--help"], ["plan", "--help"]], ids=" ".join)
def test_what_says_what_there_is_imports_little(tmp_path: Path, command: list[str]) -> None:
    """`--version` and the help need only click."""
    found = imported(*command, cwd=tmp_path)

    assert "click" in found
    assert found & HEAVY == set()


@pytest.mark.parametrize(
    "command", [["plan"], ["plan", "--detailed-exitcode"], ["state", "list"]], ids=" ".join
)
def test_where_all_is_applied_no_model_is_needed(
    cli: CommandLine, examples: Path, command: list[str]
) -> None:
    """A state of ours is read as plain values, and outlines that are applied are not parsed."""
    assert cli("apply", "--sandbox", "--auto-approve").code == 0

    assert imported(*command, "--sandbox", cwd=examples.parent) & HEAVY == set()


@pytest.mark.parametrize(
    "command",
    [
        *("validate", "fmt --check", "schema", "plan", "plan --format json", "drift", "state list"),
        *("plan --format html", "plan --format markdown", "state show section.onboarding.welcome"),
        *("import --course 4711", "apply --auto-approve", "state recover"),
        *("init", "new section Rules", "new course Hosts --id 4712"),
        "state mv section.onboarding.welcome section.onboarding.hello --dry-run",
        "state rm section.onboarding.welcome --dry-run",
    ],
)
def test_a_command_makes_its_own_imports(
    author: CommandLine, onboarding: Path, command: str
) -> None:
    """In a process that has imported nothing yet, each command finds all that it needs."""
    onboarding.write_text(f"{onboarding.read_text()}  - key: more\n    title: More\n")
    assert author("apply", "--auto-approve").code == 0
    onboarding.write_text(onboarding.read_text().replace("title: More", "title: And more"))
    with author.start(*command.split()) as process:
        _, err = process.communicate(timeout=60)

    assert process.returncode in {0, 2}, err
    assert "Traceback" not in err


def test_what_is_not_applied_is_parsed(examples: Path) -> None:
    """The imports that are looked for are found where they are made."""
    assert imported("plan", "--sandbox", cwd=examples.parent) >= {"pydantic", "ruamel"}
