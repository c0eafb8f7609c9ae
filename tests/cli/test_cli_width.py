"""What is ours on the screen keeps to 80 columns, whatever the situation."""

from __future__ import annotations

import re
import shlex
from typing import TYPE_CHECKING

import click
import pytest
from harness import SECTIONS, lift_limits, write_outline

from coursesync.cli import _cli as root

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from harness import CommandLine, SandboxServer

LATER = "2030-01-01T00:00:00Z"
WIDTH = 80
# a mistake stands on the line of its place, so that editors and logs can follow it; a digest is
# not to be broken, nor is what is to be typed
LONG_BY_NATURE = re.compile(r"[^ ]+:\d+(:\d+)?: |Digest: | *coursesync ")
CURSED = "id: x\ntitle: 2024\nsections:\n  - titel: A\n    unlock: {after: 3}\n    image: x.svg\n"


def too_wide(cli: CommandLine, *lines: str) -> list[str]:
    """Run command lines, and return their output in more than 80 columns."""
    wide = []
    for line in lines:
        ran = cli(*shlex.split(line))
        assert "Traceback" not in ran.err
        told = [*ran.out.splitlines(), *ran.err.splitlines()]
        wide += [f"{line}: {each}" for each in told if _is_wide(each)]
    return wide


def _is_wide(line: str) -> bool:
    return len(line) > WIDTH and not LONG_BY_NATURE.match(line)


def helps(group: click.Group, name: str = "") -> Iterator[str]:
    """Name every command, to ask it for help."""
    context = click.Context(group)
    yield f"{name} --help"
    for child in group.list_commands(context):
        _, command, _ = group.resolve_command(context, [child])
        if isinstance(command, click.Group):
            yield from helps(command, f"{name} {child}")
        else:
            yield f"{name} {child} --help"


def test_help_keeps_to_80_columns(cli: CommandLine) -> None:
    """Every command's help, and the messages for typing mistakes."""
    assert isinstance(root, click.Group)
    slips = (
        "nope",
        "plan --nope",
        "apply --max-writes x",
        "plan nowhere",
        "import",
        "state show x",
    )

    assert too_wide(cli, *helps(root), *slips) == []


def test_a_courses_life_keeps_to_80_columns(
    author: CommandLine, api: SandboxServer, courses: Path
) -> None:
    """Plans, applies, drift, import and surgery, on a course as it changes."""
    lift_limits(courses)
    path = write_outline(courses, "a", 4711, "One", "Two", "Three")
    apply, prune = "apply --auto-approve", "--on-removal delete --prune"
    wide = too_wide(author, "plan --out p.json", f"{apply} --receipt r.json")
    wide += too_wide(author, "plan", "drift", "fmt --check", "fmt", "state list", apply)
    wide += too_wide(author, "apply --plan p.json", f"{apply} --expect-digest {'0' * 64}")
    for number in (1000001, 1000002):
        api.foreign_change(number, Title="Hello", By="somebody@coworking.example", At=LATER)
    path.write_text(path.read_text().replace("title: One", "title: First"))
    wide += too_wide(author, "drift", "plan --refresh", apply)
    api.foreign_remove(1000001)
    wide += too_wide(author, "drift", "plan --refresh", apply, f"{apply} --refresh")
    wide += too_wide(author, "state mv section.a.two section.b.x", "state rm section.a.two")
    wide += too_wide(author, "import section.a.two 1000002", "import section.a.no 77")
    wide += too_wide(author, "import --course 4712", "import --course 4799", "import --all")
    path.write_text("id: 4711\ntitle: A\nsections: []\n")
    wide += too_wide(author, "plan", f"plan {prune}", "plan --prune", f"{apply} {prune}")

    assert wide == []


@pytest.mark.parametrize(
    "faults",
    [
        (f"POST {SECTIONS}@1:lost-after", f"GET {SECTIONS}@3+:status=404"),
        (f"POST {SECTIONS}@1:status=400",),
        (f"POST {SECTIONS}@1+:unauthorized",),
        (f"GET {SECTIONS}@1+:html-503",),
        (f"GET {SECTIONS}@1+:redirect",),
    ],
)
def test_what_goes_wrong_keeps_to_80_columns(
    author: CommandLine, api: SandboxServer, courses: Path, faults: tuple[str, ...]
) -> None:
    """Doubts, refusals and an API that can't be used."""
    write_outline(courses, "a", 4711, "One", "Two")
    api.fault(*faults)

    assert too_wide(author, "apply --auto-approve", "plan", "drift", "state list") == []


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("b.yaml", CURSED),
        ("coursesync.toml", 'settling_time = "x"\n'),
        ("coursesync.toml", 'on_removal = "dele"\n'),
        ("coursesync.toml", "a = ["),
        ("coursesync.state.json", "{"),
    ],
)
def test_what_is_mistaken_keeps_to_80_columns(
    author: CommandLine, courses: Path, name: str, text: str
) -> None:
    """Outlines, the configuration and the state."""
    write_outline(courses, "a", 4711, "One")
    (courses / name).write_text(text)

    assert too_wide(author, "validate", "plan", "apply --auto-approve", "fmt") == []
