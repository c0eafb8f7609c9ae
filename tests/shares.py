"""How much of what could be tried without end is tried in one run; all of it by --every-case."""

from __future__ import annotations

import os

EVERY_CASE = "EVERY_CASE"  # a variable of the environment: properties are set up at their import
_SHARE = 4


def examples(most: int) -> int:
    """Return how many examples a property is held against: a quarter, by another seed others."""
    return most if os.environ.get(EVERY_CASE) else most // _SHARE
