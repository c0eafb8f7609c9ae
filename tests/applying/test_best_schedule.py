"""A first apply takes no longer than the API's limits ask for, and no more requests than it needs.

`tests/bench/schedule.py` measures the same on larger courses, and beside another client.
"""

from __future__ import annotations

import pytest
from bench.schedule import WITHIN, Shape, Windows, run


@pytest.mark.parametrize("windows", [Windows.SLIDING, Windows.FIXED])
@pytest.mark.parametrize("shape", [Shape(5, 20), Shape(3, 8, 5)], ids=lambda each: each.name)
def test_creates_keep_to_the_best_schedule(shape: Shape, windows: Windows) -> None:
    """Sections and lessons share the writes of a minute, and no request is throttled."""
    found = run(shape, windows)

    assert found.ratio <= WITHIN
    assert found.throttled == 0
    assert found.sent[0] == found.planned[0] == shape.creates


@pytest.mark.parametrize(
    "shape", [Shape(5, 20), Shape(20, 2, 1), Shape(5, 2, 5)], ids=lambda each: each.name
)
def test_a_run_that_never_waits_reads_each_list_once_before_and_once_after(shape: Shape) -> None:
    """What is in a section of this run is not looked for before it is created."""
    assert run(shape, Windows.NONE).sent == (shape.creates, shape.fewest_reads)
