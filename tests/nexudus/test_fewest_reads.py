"""A look at the site takes the fewest reads, over sections and lessons.

`tests/bench/requests.py` measures the same on larger sites.
"""

from __future__ import annotations

import pytest
from bench.requests import Shape, run

LEAST = (
    Shape(1, 8, 5),
    Shape(20, 8, 5),
    Shape(20, 8, 5, partial=True),
    Shape(3, 8, 50),
    Shape(30, 2, 20),
)


@pytest.mark.parametrize("shape", LEAST, ids=str)
def test_a_look_lists_each_kind_once(shape: Shape) -> None:
    """All lessons are listed in one pass, as all sections are, and not once for each section."""
    assert run(shape)[0] == shape.least


@pytest.mark.parametrize(
    "shape", [Shape(20, 8, 5, edited=3, gone=2), Shape(3, 8, 5, foreign=5_000)], ids=str
)
def test_a_look_reads_no_more_than_it_must(shape: Shape) -> None:
    """What differs is read again by its Id; a long list costs one read to learn that it is long."""
    assert shape.least < run(shape)[0] <= shape.allowed
