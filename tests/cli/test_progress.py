"""In a log: a line a change, and how long the rest takes now and then."""

from __future__ import annotations

from io import StringIO

from values import course, plan_of

from coursesync.applying.report import Result, Status
from coursesync.cli.session import progress_on


def test_a_long_apply_says_how_long_the_rest_takes() -> None:
    """Every fiftieth line has it, where it is worth saying."""
    plan = plan_of(course(*(f"S{number}" for number in range(120))))
    with progress_on(stream := StringIO(), 120) as progress:
        for number, change in enumerate(plan.changes):
            left = 119.0 - number
            progress.concluded(Result(change, Status.CREATED, number), left if left > 25 else 0.5)
    told = [line for line in stream.getvalue().splitlines() if "to go" in line]

    assert told == [
        "[ 50/120] section.c.s49: created, Id 49 (about 1 minute 10 seconds to go)",
    ]
