"""The record of a run as a value: what it holds, and which of them must be kept."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from values import AT, EMPTY, Section, address, applied, course, plan_of

from coursesync.applying.receipt import Origin, compose, did_something, parse
from coursesync.applying.report import Report, Result, Status
from coursesync.errors import Stop
from coursesync.nexudus.outcome import Problem

if TYPE_CHECKING:
    from coursesync.planning.plan import Plan

BEGAN = "2025-01-31T08:00:00Z"


def composed(plan: Plan, report: Report | None = None, origin: Origin | None = None) -> str:
    return compose(plan, origin or Origin(), BEGAN, report)


def carried_out(plan: Plan) -> Report:
    """Return the report of a run in which all went well."""
    results = tuple(Result(change, Status.CREATED, at=AT) for change in plan.changes)
    return Report(results, replace(applied(plan), lineage="its lineage", serial=3))


def test_a_run_that_was_carried_out() -> None:
    """Every field of a record, in this order and form."""
    plan = plan_of(course("A"))
    report = carried_out(plan)
    origin = Origin("octocat", "c0ffee", None, ("courses/a.yaml",))

    assert (
        composed(plan, report, origin)
        == f"""{{
  "began": "{BEGAN}",
  "changes": [
    {{
      "action": "create",
      "address": "{address("a")}",
      "at": "{AT}",
      "course_id": 4711,
      "done": true,
      "id": {report.state.entries[address("a")].id},
      "problems": [],
      "reason": null,
      "status": "created"
    }}
  ],
  "complete": true,
  "digest": "{plan.digest}",
  "ended": true,
  "format": "coursesync run",
  "format_version": 1,
  "lineage": "its lineage",
  "origin": {{
    "actor": "octocat",
    "commit": "c0ffee",
    "run": null,
    "uncommitted": [
      "courses/a.yaml"
    ]
  }},
  "serial": 3,
  "stopped": null,
  "target": "{plan.target}",
  "twins": []
}}
"""
    )


def test_changes_are_sorted_by_address() -> None:
    """Whatever the order in which a course shows them."""
    plan = plan_of(course("B", "A"))
    changes = json.loads(composed(plan, carried_out(plan)))["changes"]

    assert [each["address"] for each in changes] == [address("a"), address("b")]


def test_a_record_holds_no_text_of_a_section() -> None:
    """It may be kept where a course may not be read."""
    plan = plan_of(course(Section("A", "a", "<p>Members only</p>")))

    assert "Members only" not in composed(plan, carried_out(plan))


def test_a_run_that_stopped_says_why() -> None:
    """A run that stopped is not complete, even if every change was carried out."""
    plan = plan_of(course("A"))
    stopped = replace(carried_out(plan), stop=Stop("the writes are made"))
    record = json.loads(composed(plan, stopped))

    assert (record["complete"], record["stopped"]) == (False, "the writes are made")


def test_what_was_refused_comes_with_its_reason_and_problems() -> None:
    """The record has no Id, and the run did nothing."""
    plan = plan_of(course("A"))
    problems = (Problem("Title", "is too long"),)
    refused = Result(plan.changes[0], Status.REFUSED, reason="HTTP 400", problems=problems, at=AT)
    record = json.loads(composed(plan, Report((refused,), EMPTY)))
    (change,) = record["changes"]

    assert (change["done"], change["id"], change["reason"]) == (False, None, "HTTP 400")
    assert change["problems"] == [{"name": "Title", "message": "is too long"}]
    assert not record["complete"]
    assert not did_something(record)


def test_the_name_of_who_edited_a_record_is_left_out() -> None:
    """The reason holds it; the status says the rest."""
    plan = plan_of(course("A"))
    drifted = Result(plan.changes[0], Status.DRIFTED, 7, "it was edited on the site by Jane Doe")

    assert "Jane" not in composed(plan, Report((drifted,), EMPTY))


def test_a_run_that_did_something_is_known_from_its_record() -> None:
    """One that failed before its first write may be replaced; of a killed run nobody knows."""
    plan = plan_of(course("A"))
    failed = compose(plan, Origin(), AT, failed=True)
    texts = (failed, composed(plan), composed(plan, carried_out(plan)))

    assert [did_something(parse(each.encode()) or {}) for each in texts] == [False, True, True]


@pytest.mark.parametrize("changes", [None, {}, [1], "x"])
def test_a_record_that_cannot_be_understood_is_kept(changes: object) -> None:
    """It may be of a later version."""
    assert did_something({"format": "coursesync run", "changes": changes})


@pytest.mark.parametrize("text", [b"", b"{}", b"[]", b"\xff", b"[" * 100_000, b'{"format": 1}'])
def test_anything_else_is_no_record(text: bytes) -> None:
    """Such a file is never overwritten."""
    assert parse(text) is None
