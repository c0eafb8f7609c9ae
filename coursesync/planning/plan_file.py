"""Is the plan that would be applied the one that was reviewed?"""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from coursesync.errors import Command, CoursesyncError, Remedy, StalePlan, UnusableFile
from coursesync.files import read, shown
from coursesync.kinds.file_models import SentModel
from coursesync.planning.digest import digest_of
from coursesync.planning.plan import Action
from coursesync.planning.policy import OnRemoval, Policy
from coursesync.planning.review import what_moved

if TYPE_CHECKING:
    from pathlib import Path

    from coursesync.planning.digest import Meaning
    from coursesync.planning.plan import Plan

_MAX_BYTES = 134_217_728  # a thousand courses of a hundred changes each


class _Policy(BaseModel):
    model_config = ConfigDict(strict=True, frozen=True)

    on_removal: Literal["keep", "deactivate", "delete"] = "keep"
    prune: bool = False


class _Change(BaseModel):
    model_config = ConfigDict(strict=True, frozen=True)

    action: str
    address: str
    after: SentModel | None
    before: SentModel | None
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


class PlanFile(BaseModel):
    """What a plan file has to say of what would be done, and that its digest and summary are over.

    What it explains (differences, reasons, places) is for people, and is not read back.
    """

    model_config = ConfigDict(strict=True, frozen=True)

    format_version: Literal[1]
    changes: tuple[_Change, ...]
    digest: str
    lineage: str
    policy: _Policy = _Policy()
    refreshed: bool = False
    serial: int
    has_changes: bool
    summary: dict[str, int]
    target: str
    writes: int

    @property
    def meanings(self) -> list[Meaning]:
        """What each of its changes means."""
        return [change.meaning for change in self.changes]

    @property
    def made(self) -> HowMade:
        """How it was made."""
        policy = Policy(OnRemoval(self.policy.on_removal), self.policy.prune)
        return HowMade(policy, self.refreshed)

    @property
    def is_as_written(self) -> bool:
        """Whether its digest and its summary are those of its changes."""
        counts = Counter(change.action for change in self.changes)
        told = {action: number for action, number in self.summary.items() if number}
        known = [action for action in Action if counts[action.value]]
        return (
            told == counts
            and self.has_changes == any(action.changes for action in known)
            and self.writes == sum(counts[each.value] for each in known if each.writes)
            and self.digest == digest_of(self.target, self.lineage, self.meanings)
        )


@dataclass(frozen=True, slots=True)
class HowMade:
    """How a plan is made: what it may do to orphans, and whether it looks at the site."""

    policy: Policy
    refreshed: bool


def check(plan: Plan, reviewed: PlanFile | None, digest: str | None, again: Command) -> None:
    """Compare the plan as it is now with the one that was reviewed.

    Args:
        plan: as it is now.
        reviewed: the plan file that was reviewed, if any.
        digest: the digest that was reviewed, if any.
        again: the command that makes a new plan.

    Raises:
        StalePlan: it is another; the message says what moved.
    """
    remedy = Remedy("Make and review a new plan:", again)
    if reviewed is not None and (moved := what_moved(plan, reviewed)):
        raise StalePlan(f"the plan file is stale: {moved}", remedy)
    if digest is not None and digest != plan.digest:
        raise StalePlan(
            f"the plan's digest is {plan.digest}, not the one that was expected", remedy
        )


def _once(pairs: list[tuple[str, object]]) -> None:
    """Raise ValueError where a name stands twice: of two readers each might take another."""
    if len({name for name, _ in pairs}) != len(pairs):
        raise ValueError


def is_plan_file(path: Path) -> bool:
    """Say whether a file is a plan file of this version."""
    try:
        read_plan_file(path)
    except CoursesyncError:
        return False
    return True


def read_plan_file(path: Path) -> PlanFile:
    """Read a plan file; raises CoursesyncError where it can't be read, or is none any more."""
    try:
        written = read(path, _MAX_BYTES)
        json.loads(written, object_pairs_hook=_once)
        plan_file = PlanFile.model_validate_json(written)
        if plan_file.is_as_written:
            return plan_file
        problem = f"{shown(path)} was edited since it was written: its changes have another digest"
    except UnusableFile as error:
        problem = f"the plan file {error.problem}"
    except (ValidationError, ValueError, RecursionError):
        problem = f"{shown(path)} is no plan file of this version"
    raise CoursesyncError(problem, Remedy("Make one with", Command("plan", out="FILE")))
