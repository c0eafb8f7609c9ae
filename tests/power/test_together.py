"""Two machines that apply the same outlines at once, and can't see each other's files."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING

import pytest
from together import scene

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize("seed", range(100))
def test_twins_of_two_machines_are_reported_and_repaired(tmp_path: Path, seed: int) -> None:
    """The run that ends last reports each twin; nothing is lost, and nothing of others is wiped."""
    with scene(tmp_path, Random(seed)) as two:  # noqa: S311 - repeatable
        two.play()
        two.come_to_rest()
        two.check()
