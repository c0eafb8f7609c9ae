"""The receipt of a run as JSON: what was done at each address, under which Id, and when.

Owns the format of the file that `apply --receipt` writes. It must never hold the contents of a
record, a secret, or the name of somebody who edited a record in Nexudus.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from coursesync.applying.report import Status
from coursesync.kinds import rank
from coursesync.kinds.field import Ref

if TYPE_CHECKING:
    from collections.abc import Mapping

    from coursesync.applying.report import Report, Result
    from coursesync.planning.plan import Plan
    from coursesync.state.state import State

_FORMAT = "coursesync run"


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a run came from: the outlines' commit, who started it, and the page of the CI run.

    `uncommitted` are the paths, in the repository, of the files that the run used and that differ
    from the commit.
    """

    actor: str | None = None
    commit: str | None = None
    run: str | None = None
    uncommitted: tuple[str, ...] = ()


def compose(
    plan: Plan, origin: Origin, began: str, report: Report | None = None, *, failed: bool = False
) -> str:
    """Write the receipt of a run: names sorted, changes by address, a final newline.

    Args:
        plan: the plan that is carried out.
        origin: where the run comes from.
        began: when it began, ISO 8601 in UTC.
        report: the report of the run; None if there is none.
        failed: whether the run ended with an error before it sent a write.
    """
    known = plan if report is None else report.state
    receipt = {
        "began": began,
        "changes": [] if report is None else _changes(report),
        "complete": report is not None and report.complete,
        "digest": plan.digest,
        "ended": report is not None or failed,
        "format": _FORMAT,
        "format_version": 1,
        "lineage": known.lineage,
        "origin": asdict(origin),
        "serial": known.serial,
        "stopped": report.stop.reason if report is not None and report.stop else None,
        "target": plan.target,
        "twins": [] if report is None else _twins(report),
    }
    return json.dumps(receipt, indent=2, sort_keys=True) + "\n"


def _changes(report: Report) -> list[dict[str, object]]:
    results = sorted(report.results, key=lambda each: each.change.address)
    return [_change(each, report.state) for each in results]


def _change(result: Result, state: State) -> dict[str, object]:
    change = result.change
    entry = state.entries.get(change.address)
    # the reason for this status names the person who edited the record
    is_personal = result.status is Status.DRIFTED
    return {
        "action": change.action.value,
        "address": change.address,
        "at": result.at or None,
        "course_id": None if isinstance(change.course, Ref) else change.course,
        "done": result.done,
        "id": result.record_id or (entry.id if entry else None),
        "problems": [asdict(each) for each in result.problems],
        "reason": None if is_personal else result.reason or None,
        "status": result.status.value,
    }


def _twins(report: Report) -> list[dict[str, object]]:
    """Return the twins by kind and Id: records of two kinds may have the same Id."""
    twins = sorted(report.twins, key=lambda each: (rank(each.kind), each.record_id))
    return [
        {"address": each.address, "id": each.record_id, "kind": each.kind.name} for each in twins
    ]


def parse(text: bytes) -> Mapping[str, object] | None:
    """Return the receipt of a run, of any version; None if the text is not one."""
    try:
        receipt = json.loads(text)
    except (ValueError, RecursionError):
        return None
    is_receipt = isinstance(receipt, dict) and receipt.get("format") == _FORMAT
    return receipt if is_receipt else None


def did_something(receipt: Mapping[str, object]) -> bool:
    """Return whether a run may have changed anything, so that its receipt must be kept."""
    if receipt.get("ended") is not True:  # it was killed: nobody knows what it did
        return True
    changes = receipt.get("changes")
    if not isinstance(changes, list):
        return True
    return any(not isinstance(each, dict) or each.get("done") for each in changes)
