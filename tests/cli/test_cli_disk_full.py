"""A disk that is full at the worst moment: the Id that the server gave is printed and kept."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest
from harness import PROGRAM, lift_limits, run, saved, unmeasured, write_outline

if TYPE_CHECKING:
    from pathlib import Path

    from harness import CommandLine, Ran, SandboxServer

# no file of the program may grow beyond so many bytes; what would is an OSError, as on a full disk
LAUNCHER = """
import os, resource, signal, sys
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
most = int(sys.argv[1])
resource.setrlimit(resource.RLIMIT_FSIZE, (most, resource.RLIM_INFINITY))
os.execv(sys.argv[2], sys.argv[2:])
"""


def with_room_for(cli: CommandLine, most: int) -> tuple[int, str, str]:
    """Run an apply none of whose files can grow beyond so many bytes."""
    done = run(
        [sys.executable, "-c", LAUNCHER, str(most), PROGRAM, "apply", "--auto-approve"],
        cli.cwd,
        unmeasured(cli.with_environment({"PYTHONDONTWRITEBYTECODE": "1"})),
    )
    return done.code, done.out, done.err


def settles(author: CommandLine, api: SandboxServer, courses: Path) -> Ran:
    """Run an apply with room again, and check that nothing is there twice or was lost."""
    again = author("apply", "--auto-approve")
    records = {str(record["Title"]): record["Id"] for record in api.records()}

    assert again.code == 0, again.err
    assert len(api.records()) == 2
    assert saved(courses).entries == {
        "section.a.one": records["One"],
        "section.a.two": records["Two"],
    }
    return again


# an empty state takes less than 350 bytes, and the journal's five lines end in the others
@pytest.mark.parametrize(
    ("most", "number"), [(350, 0), (580, 1), (680, 1), (830, 1), (1030, 2), (1140, 2)]
)
def test_wherever_the_room_ends_no_id_is_lost(
    author: CommandLine, api: SandboxServer, courses: Path, most: int, number: int
) -> None:
    """Cut at or within any line of the journal, a run prints each Id, and the next run has it."""
    lift_limits(courses)
    write_outline(courses, "a", 4711, "One", "Two")
    code, out, err = with_room_for(author, most)
    made = [str(record["Id"]) for record in api.records()]
    printed = [line.partition(" ")[2] for line in out.splitlines()]

    assert "Traceback" not in err
    assert code == 1
    assert "the state can't be written in courses: File too large" in err
    assert "was changed while this ran" not in err
    assert len(made) == number
    assert printed == made, err
    settles(author, api, courses)
