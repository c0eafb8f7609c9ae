"""The end of a run before its time, told in words. Values only; pure.

What is raised here ends a run in good order, and never leaves `apply`: the report carries it.
"""

from __future__ import annotations


class Stop(Exception):  # noqa: N818 - ends a run in good order; never leaves `apply`
    """The run can't go on: why, what to mend first, and whether the API can't be used as it is."""

    def __init__(self, reason: str, remedy: str = "", *, unusable: bool = False) -> None:
        super().__init__(reason)
        self.reason = reason
        self.remedy = remedy
        self.unusable = unusable


def unreachable(reason: str) -> Stop:
    """Return the end of a run whose API can't be reached."""
    return Stop(
        f"the API can't be reached: {reason}",
        "Check the network and the base URL.",
        unusable=True,
    )


def unusable(reason: str) -> Stop:
    """Return the end of a run whose API answers, and not as it should."""
    return Stop(
        f"the API gives no usable answer: {reason}",
        "Try again later; if it stays so, check the base URL.",
        unusable=True,
    )
