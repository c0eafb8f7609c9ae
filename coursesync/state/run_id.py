"""Which run holds a state."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RunId:
    """A run of a job in a forge, or of a command on a person's machine.

    `id` begins with "local:" for a person's machine, which no forge knows; `attempt` counts the
    re-runs of the same job, from 1.
    """

    id: str
    attempt: int = 1
