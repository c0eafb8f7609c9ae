"""Writes plans, drift and failures as JSON, for programs; a plan's JSON is also the plan file.

While `format_version` is 1, names are only added. If a command fails, the document has `error` and
`diagnostics` instead of the plan.
"""

from __future__ import annotations

import json
import re
from dataclasses import asdict, replace
from typing import TYPE_CHECKING

from coursesync.errors import Command, CoursesyncError, InvalidOutlines, Remedy
from coursesync.kinds import held_in, kind_of
from coursesync.kinds.field import Ref
from coursesync.nexudus.limits import least_seconds
from coursesync.planning.action import Action
from coursesync.planning.drift import Finding
from coursesync.planning.large_change import oversized
from coursesync.planning.removal import is_acknowledged
from coursesync.render.checks import Level, values_of
from coursesync.render.differences import differences
from coursesync.render.excerpt import Fold
from coursesync.render.holders import holders_among
from coursesync.text import FLAG, NEVER, PRIVATE, inert

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from coursesync.errors import Diagnostic
    from coursesync.kinds.address import Address
    from coursesync.kinds.field import FieldValue, Planned
    from coursesync.outlines.advice.advice import FirstPieces
    from coursesync.planning.drift import Drifted
    from coursesync.planning.hindrance import Hindrance
    from coursesync.planning.policy import Policy
    from coursesync.render.checks import Check
    from coursesync.render.excerpt import Difference, Shown
    from coursesync.render.holders import Holders
    from coursesync.render.row import Hint, Row
    from coursesync.render.rows import CourseView, PlanView
    from coursesync.render.waiting import Wait
    from coursesync.state.state import Doubt, Entry, State

FORMAT_VERSION = 1
# what a terminal, a reader or GitHub's runner (`##[`) could misread
_MISLEADING = re.compile(rf"{FLAG}|([{NEVER}{PRIVATE}]|#(?=#\[))")


def compose(
    view: PlanView,
    advice: FirstPieces | None = None,
    drift: Sequence[Drifted] | None = None,
) -> str:
    """Write a plan as JSON: names sorted, two-space indent, a final newline.

    `drift` holds the findings on the site; None if the plan was not refreshed.
    """
    plan, view = view.plan, replace(view, shows_kept=True)
    return _document(
        {
            "advice": [_diagnostic(each) for each in advice.shown] if advice else [],
            "advice_left_out": advice.more if advice else 0,
            "changes": [_change(row) for row in view.rows],
            "courses": [
                {"id": _shown(each.ref), "key": each.key, "path": each.path, "title": each.title}
                for each in plan.courses.values()
            ],
            "digest": plan.digest,
            "drift": None if drift is None else _drift(drift, {}),
            "has_changes": plan.has_changes,
            "hindrances": [*map(_hindrance, plan.hindrances)],
            "least_seconds": round(least_seconds(plan.writes, plan.reads, view.limits), 1),
            "large": list(oversized(plan)),
            "lineage": plan.lineage,
            "loses_completions": [e.address for e in plan.changes if e.loses_completions],
            "policy": _policy(plan.policy),
            "refreshed": drift is not None,
            "requests": plan.writes + plan.reads,
            **({"scope": plan.scope.keys} if plan.scope.keys else {}),
            "serial": plan.serial,
            "summary": {action.value: plan.count(action) for action in Action},
            "target": plan.target,
            "waits": [
                _wait(each, course) for course in view.courses for each in course.waiting.waits
            ],
            "writes": plan.writes,
        }
    )


def compose_drift(found: Sequence[Drifted], state: State) -> str:
    """Write the findings on the site as JSON."""
    return _document(
        {
            "doubts": [_doubt(*each) for each in sorted(state.doubts.items())],
            "drift": _drift(found, state.entries),
            "has_drift": any(each.finding.needs_care for each in found),
            "lineage": state.lineage,
            "serial": state.serial,
            "summary": {
                finding.value: sum(each.finding is finding for each in found) for finding in Finding
            },
            "target": state.target,
        }
    )


def _doubt(address: Address, doubt: Doubt) -> dict[str, object]:
    return {
        "address": address,
        "candidates": [asdict(candidate) for candidate in doubt.candidates],
        "course_id": doubt.sent.get(kind_of(address).course_property) or {"ref": address},
        "reason": doubt.reason,
        "since": doubt.since,
    }


def compose_checks(checks: Sequence[Check], hint: Hint = Command.in_words) -> str:
    """Write the checks of `doctor` as JSON; `hint` returns the words of a command to type."""
    return _document(
        {
            "checks": [values_of(check, hint) for check in checks],
            "is_healthy": all(check.level is not Level.WRONG for check in checks),
        }
    )


def compose_failure(error: CoursesyncError, hint: Hint = Command.in_words) -> str:
    """Write the failure of a command as JSON; `hint` returns the words of a command to type."""
    diagnostics = error.diagnostics if isinstance(error, InvalidOutlines) else ()
    return _document(
        {
            "diagnostics": [_diagnostic(diagnostic, hint) for diagnostic in diagnostics],
            "error": {
                "exit_code": int(error.exit_code),
                "problem": error.problem,
                "remedy": str(Remedy(error.remedy).placed(hint)),
            },
        }
    )


def _document(content: dict[str, object]) -> str:
    whole = {"format_version": FORMAT_VERSION, **content}
    written = json.dumps(whole, indent=2, sort_keys=True, ensure_ascii=False) + "\n"
    return _MISLEADING.sub(_escaped, written)


def _escaped(found: re.Match[str]) -> str:
    if not (character := found[1]):
        return found[0]
    return f"\\u{ord(character):04x}" if character.isascii() else json.dumps(character)[1:-1]


def _change(row: Row) -> dict[str, object]:
    change = row.change
    follows = row.around.waiting.after.get(change.address)
    return {
        "acknowledged": is_acknowledged(change),
        "action": change.action.value,
        "address": change.address,
        "after": None if change.after is None else _planned(change.after),
        "before": None if change.before is None else _planned(change.before),
        "candidates": [asdict(candidate) for candidate in change.candidates],
        "course_id": _shown(change.course),
        "differences": [_difference(each) for each in row.compared],
        "home_course_id": change.from_course,
        "id": change.record_id,
        "kind": change.kind.name,
        "lead": change.likely_same or change.waiting,
        "parent": None if change.kind.is_course else change.kind.parent_of(change.address),
        "previous_address": change.previous_address,
        "protected": change.protected,
        "reason": change.reason or None,
        "waits_for": follows.address if follows else None,
        "where": asdict(change.where) if change.where else None,
    }


def _wait(found: Wait, course: CourseView) -> dict[str, object]:
    return {
        "address": found.record.address,
        "course_id": course.course.id,
        "waited_for": found.followed.address if found.followed else None,
        "waits_for": found.follows.address if found.follows else None,
        "words": found.words,
    }


def _planned(attributes: Planned) -> dict[str, object]:
    """Return attributes by name; an Id that is not known yet is a reference: `{"ref": ADDRESS}`."""
    return {name: _shown(value) for name, value in attributes.items()}


def _shown(value: FieldValue | Ref) -> object:
    return {"ref": value.ref} if isinstance(value, Ref) else value


def _drift(found: Sequence[Drifted], entries: Mapping[Address, Entry]) -> list[dict[str, object]]:
    holders = holders_among(found, entries)
    return [_drifted(each, len(found), holders) for each in found]


def _drifted(each: Drifted, among: int, holders: Holders) -> dict[str, object]:
    record, edit = each.record, each.edit
    changed = differences(edit, among, holders) if edit else ()
    return {
        "address": each.address,
        "at": record.updated_on if record else None,
        "by": record.updated_by if record else None,
        "course_id": each.course_id,
        "differences": [_difference(each) for each in changed],
        "failure": each.failure or None,
        "finding": each.finding.value,
        "id": each.record_id,
        "is_drift": each.finding.is_drift,
        "kind": each.kind.name,
        "live": dict(record.attributes) if record else None,
        "live_course_id": record.course_id if record else None,
        "outline": each.stance.value if each.stance else None,
        "parent": _parent(each),
        "rivals": list(each.rivals),
        "sent": dict(each.entry.expected) if each.entry else None,
        "twin_of": each.entry.id if each.entry and each.finding is Finding.TWIN else None,
    }


def _policy(policy: Policy) -> dict[str, object]:
    courses = {"delete_courses": list(policy.delete_courses)} if policy.delete_courses else {}
    return {"on_removal": policy.on_removal.value, "prune": policy.prune, **courses}


def _parent(each: Drifted) -> Address | None:
    has = each.address is not None and not each.kind.is_course
    return each.kind.parent_of(each.address) if has and each.address else None


def _hindrance(found: Hindrance) -> dict[str, object]:
    inside = {
        kind.plural: [
            {"id": each.id, "title": inert(each.title)}
            for each in found.inside
            if each.kind is kind
        ]
        for kind in held_in(found.change.kind)
    }
    record = {"address": found.change.address, "id": found.change.record_id}
    return {**record, **inside, "unknown": found.unknown}


def _difference(difference: Difference) -> dict[str, object]:
    return _noted(difference.note) | {
        "after": difference.after,
        "before": difference.before,
        "field": difference.field,
        "lines": [_line(line) for line in difference.lines],
        "properties": list(difference.properties),
        "property": next(iter(difference.properties), None),
        "remark": difference.remark or None,
    }


def _line(line: Shown) -> dict[str, object]:
    if isinstance(line, Fold):
        return {"changed": line.changed, "folded": line.count}
    pieces = [{"changed": piece.changed, "text": piece.text} for piece in line.pieces]
    return _noted(line.note) | {"mark": line.mark.value, "pieces": pieces}


def _noted(note: str) -> dict[str, object]:
    return {"note": note} if note else {}


def _diagnostic(diagnostic: Diagnostic, hint: Hint = Command.in_words) -> dict[str, object]:
    remedy = str(Remedy(diagnostic.remedy).placed(hint))
    rule = {"rule": str(diagnostic.rule)} if diagnostic.rule else {}
    return asdict(diagnostic.where) | {"problem": diagnostic.problem, "remedy": remedy} | rule
