"""Reads plan files, and compares a plan with the one that was reviewed.

It must never accept a file that was edited, or of another version.
"""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING, Annotated, Literal, TypeAlias, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from coursesync.errors import Command, CoursesyncError, Remedy, Shell, StalePlan, UnusableFile
from coursesync.files import read, shown
from coursesync.kinds.address import Address
from coursesync.kinds.field import FieldValue, Ref
from coursesync.nexudus.target import EMBEDDED
from coursesync.planning.action import Action
from coursesync.planning.digest import Meaning, by_name, digest_of
from coursesync.planning.policy import KEEP_ALL, Policy
from coursesync.state.json_values import each_once
from coursesync.text import inert, listed

if TYPE_CHECKING:
    from pathlib import Path

    from coursesync.planning.plan import Plan

T = TypeVar("T")
_MAX_BYTES = 134_217_728  # a thousand courses of a hundred changes each
_MOST_ADDRESSES = 3  # that a message names


class _Ref(BaseModel):
    """Stands for the Id that the record at an address does not have yet."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    ref: str


# in the order that fits most values, so that the first fits
_Attributes: TypeAlias = dict[str, Annotated[FieldValue | _Ref, Field(union_mode="left_to_right")]]


class _Change(BaseModel):
    model_config = ConfigDict(frozen=True)

    action: str
    address: str
    after: _Attributes | None
    before: _Attributes | None
    course_id: int | _Ref
    id: int | None
    previous_address: str | None
    protected: bool | None

    @property
    def meaning(self) -> Meaning:
        return Meaning(
            self.action,
            self.address,
            self.previous_address,
            self.id,
            _known(self.course_id),
            self.protected,
            _by_name(self.before),
            _by_name(self.after),
        )


def _by_name(attributes: _Attributes | None) -> tuple[tuple[str, FieldValue | Ref], ...]:
    found = (attributes or {}).items()
    return by_name({name: _known(value) for name, value in found})


def _known(value: T | _Ref) -> T | Ref:
    return Ref(Address(value.ref)) if isinstance(value, _Ref) else value


class PlanFile(BaseModel):
    """The parts of a plan file that say what would be done; its digest and summary cover them.

    Its explanations (differences, reasons, places) are for people, and are not read.
    """

    model_config = ConfigDict(frozen=True)

    format_version: Literal[1]
    changes: tuple[_Change, ...]
    digest: str
    lineage: str
    policy: Policy = KEEP_ALL
    refreshed: bool = False
    scope: tuple[str, ...] = ()
    serial: int
    has_changes: bool
    summary: dict[str, int]
    target: str
    writes: int

    @property
    def meanings(self) -> list[Meaning]:
        """The meaning of each change."""
        return [change.meaning for change in self.changes]

    @property
    def is_as_written(self) -> bool:
        """Whether its digest and its summary are those of its changes."""
        counts = Counter(change.action for change in self.changes)
        known = [action for action in Action if counts[action.value]]
        return (
            Counter(self.summary) == counts
            and self.has_changes == any(action.changes for action in known)
            and self.writes == sum(counts[each.value] for each in known if each.writes)
            and self.digest == digest_of(self.target, self.lineage, self.meanings)
        )


def check(plan: Plan, reviewed: PlanFile | None, digest: str | None, again: Command) -> None:
    """Compare a plan with the reviewed plan file, and with the reviewed digest, if any.

    Raises:
        StalePlan: they differ; the message says why, and has `again`, which makes a new plan.
    """
    remedy = Remedy("Make and review a new plan:", again)
    if reviewed is not None and reviewed.target != plan.target:
        remedy = _to_its_target(reviewed.target, plan.target, again)
    if reviewed is not None and (moved := what_moved(plan, reviewed)):
        raise StalePlan(f"the plan file is stale: {moved}", remedy)
    if digest is not None and digest != plan.digest:
        raise StalePlan(
            f"the plan's digest is {plan.digest}, not the one that was expected", remedy
        )


def _to_its_target(made_for: str, target: str, again: Command) -> Remedy:
    """Say how to apply the file to the target it was made for, or how to make another for this."""
    if made_for == EMBEDDED:
        there = Remedy("To apply it to the sandbox, add", Shell("--sandbox"))
    elif target == EMBEDDED:
        there = Remedy("To apply it there, leave out", Shell("--sandbox"))
    else:
        there = Remedy("To apply it there, add", Shell("--base-url", inert(made_for, 80)))
    beside = Command(again.name, *again.arguments, **{**dict(again.options), "out": "FILE"})
    return Remedy(there, "Or make and review a new plan in another file:", beside)


def what_moved(plan: Plan, reviewed: Plan | PlanFile) -> str:
    """Return a clause that says why a plan is not the reviewed one; "" if it is."""
    if reviewed.target != plan.target:
        return f"it was made for {inert(reviewed.target, 80)}, but this run is for {plan.target}"
    if reviewed.lineage != plan.lineage:
        if not reviewed.lineage:
            return "it was made when there was no state, and now there is one"
        return "it was made from another state"
    if reviewed.serial != plan.serial:
        return f"the state has changed since (serial {reviewed.serial}, now {plan.serial})"
    if reviewed.digest == plan.digest:
        return ""
    others = {each.address for each in {*plan.meanings} ^ {*reviewed.meanings}}
    named = listed([inert(each, 250) for each in sorted(others)], _MOST_ADDRESSES)
    return f"the outlines have changed since it was made ({named})"


def is_plan_file(path: Path) -> bool:
    """Return whether a file is a plan file of this version."""
    try:
        read_plan_file(path)
    except CoursesyncError:
        return False
    return True


def read_plan_file(path: Path) -> PlanFile:
    """Read a plan file.

    Raises:
        CoursesyncError: it can't be read, is not a plan file of this version, or was edited.
    """
    try:
        written = read(path, _MAX_BYTES)
        json.loads(written, object_pairs_hook=each_once)  # pydantic keeps the last of a name
        plan_file = PlanFile.model_validate_json(written, strict=True)
        if plan_file.is_as_written:
            return plan_file
        problem = f"{shown(path)} was edited since it was written: its changes have another digest"
    except UnusableFile as error:
        problem = f"the plan file {error.problem}"
    except (ValidationError, ValueError, RecursionError):
        problem = f"{shown(path)} is not a plan file of this version"
    raise CoursesyncError(problem, Remedy("To make one:", Command("plan", out="FILE")))
