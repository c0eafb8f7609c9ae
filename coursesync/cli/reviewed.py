"""Is the plan that would be applied the one that was reviewed?"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from coursesync.adapters.text_files import read, shown
from coursesync.errors import CoursesyncError, StalePlan, UnusableFile
from coursesync.plan import digest_of
from coursesync.policy import OnRemoval, Policy
from coursesync.stale import what_moved
from coursesync.state import Sent

if TYPE_CHECKING:
    from pathlib import Path

    from coursesync.plan import Meaning, Plan

_MAX_BYTES = 134_217_728  # a thousand courses of a hundred changes each


class _Policy(BaseModel):
    model_config = ConfigDict(strict=True, frozen=True)

    on_removal: Literal["keep", "deactivate", "delete"] = "keep"
    prune: bool = False


class _Change(BaseModel):
    model_config = ConfigDict(strict=True, frozen=True)

    action: str
    address: str
    after: Sent | None
    before: Sent | None
    course_id: int
    id: int | None
    previous_address: str | None
    protected: bool | None

    @property
    def meaning(self) -> Meaning:
        return (
            self.action,
            self.address,
            self.previous_address,
            self.id,
            self.course_id,
            self.protected,
            tuple(sorted((self.before or {}).items())),
            tuple(sorted((self.after or {}).items())),
        )


class _PlanFile(BaseModel):
    """What a plan file has to say: whoever reviews one reads its changes, so they must be true."""

    model_config = ConfigDict(strict=True, frozen=True)

    format_version: Literal[1]
    changes: tuple[_Change, ...]
    digest: str
    lineage: str
    policy: _Policy = _Policy()
    refreshed: bool = False
    serial: int
    summary: dict[str, int]
    target: str

    @property
    def meanings(self) -> list[Meaning]:
        """What each of its changes means."""
        return [change.meaning for change in self.changes]

    @property
    def is_as_written(self) -> bool:
        """Whether its digest and its summary are those of its changes."""
        counts = Counter(change.action for change in self.changes)
        told = {action: number for action, number in self.summary.items() if number}
        return told == counts and self.digest == digest_of(self.target, self.lineage, self.meanings)


@dataclass(frozen=True, slots=True)
class HowMade:
    """How a plan file was made: what it may do to orphans, and whether it looked at the site."""

    policy: Policy
    refreshed: bool


def how(plan_file: Path) -> HowMade:
    """Read how a plan file was made; raises CoursesyncError where it can't be read."""
    read = _read(plan_file)
    policy = Policy(OnRemoval(read.policy.on_removal), read.policy.prune)
    return HowMade(policy, read.refreshed)


def check(plan: Plan, plan_file: Path | None, digest: str | None, again: str) -> None:
    """Compare the plan as it is now with the one that was reviewed.

    Args:
        plan: as it is now.
        plan_file: the plan file that was reviewed, if any.
        digest: the digest that was reviewed, if any.
        again: the command that makes a new plan.

    Raises:
        StalePlan: it is another; the message says what moved.
        CoursesyncError: the plan file can't be read.
    """
    if plan_file is not None and (moved := what_moved(plan, _read(plan_file))):
        raise StalePlan(f"the plan file is stale: {moved}", f"Make and review a new plan:  {again}")
    if digest is not None and digest != plan.digest:
        raise StalePlan(
            f"the plan's digest is {plan.digest}, not the one that was expected",
            f"Make and review a new plan:  {again}",
        )


def is_plan_file(path: Path) -> bool:
    """Say whether a file is a plan file of this version."""
    try:
        _read(path)
    except CoursesyncError:
        return False
    return True


def _read(path: Path) -> _PlanFile:
    try:
        plan_file = _PlanFile.model_validate_json(read(path, _MAX_BYTES))
        if plan_file.is_as_written:
            return plan_file
        problem = f"{shown(path)} was edited since it was written: its changes have another digest"
    except UnusableFile as error:
        problem = f"the plan file {error.problem}"
    except ValidationError:
        problem = f"{shown(path)} is no plan file of this version"
    raise CoursesyncError(problem, "Make one with  coursesync plan --out FILE")
