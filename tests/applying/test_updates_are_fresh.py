"""An update is based on the record as it was less than a minute before, whoever wrote it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import httpx
from hypothesis import given, settings
from hypothesis import strategies as st
from shares import examples
from virtual import Quiet, VirtualClock, virtual_sandbox

from coursesync.applying.apply import apply
from coursesync.applying.report import Status
from coursesync.applying.world import World
from coursesync.nexudus.limits import Limits, Schedule
from coursesync.outlines.workspace_files import load
from coursesync.planning.diff import plan_of
from coursesync.sandbox import Fault, Settings
from coursesync.state.file_store import StateFile

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

    from coursesync.applying.report import Report
    from coursesync.nexudus.client import Nexudus
    from coursesync.sandbox import Sandbox

TARGET = "http://localhost"
SECTIONS = "/api/content/coursesections"


def write(folder: Path, number: int, version: int) -> None:
    """Write an outline with this number of sections."""
    lines = "".join(
        f"  - key: s{each}\n    title: S{each} v{version}\n    contents: <p>{each}</p>\n"
        for each in range(number)
    )
    (folder / "a.yaml").write_text(f"id: 4711\ntitle: A\nsections:\n{lines}")


def run(folder: Path, remote: Nexudus, clock: VirtualClock, limits: Limits | None) -> Report:
    """Plan and apply, within those limits."""
    store = StateFile(folder / "state.json", TARGET)
    with store.held():
        state = store.load()
        read = load(folder, state.complete)
        world = World(remote, clock, Quiet(), Schedule(limits), store)
        plan = plan_of(read, state)
        return apply(plan, state, world)


def ages(sandbox: Sandbox, since: int) -> list[float]:
    """Return how old, in seconds, the last read by Id was of each record that was updated."""
    read: dict[int, float] = {}
    found = []
    for met in sandbox.log[since:]:
        if met.method == "GET" and (ids := re.findall(r"\d{5,}", f"{met.path}?{met.query}")):
            read |= {int(each): met.at for each in ids}
        elif met.method == "PUT" and isinstance(met.body, dict):
            found.append(met.at - read[int(str(met.body["Id"]))])
    return found


@settings(deadline=None, max_examples=examples(12))
@given(
    number=st.integers(1, 90),
    a_minute=st.sampled_from([1, 7, 60]),
    fault=st.sampled_from(["", "throttled=50", "throttled=200", "lost-after"]),
)
def test_no_update_is_based_on_a_record_older_than_a_minute(
    tmp_path_factory: pytest.TempPathFactory, number: int, a_minute: int, fault: str
) -> None:
    """An update is fresh even after a long wait for the limits or for a throttled request."""
    folder, clock = tmp_path_factory.mktemp("fresh"), VirtualClock()
    number = min(number, 12 * a_minute)
    with virtual_sandbox(clock, Settings(put_resets="everything")) as (sandbox, remote):
        sandbox.add_course(4711, "A")
        write(folder, number, 1)
        run(folder, remote, clock, None)
        clock.sleep(4_000)
        since = len(sandbox.log)
        if fault:
            sandbox.add_fault(Fault.parse(f"PUT {SECTIONS}@2:{fault}"))
        write(folder, number, 2)
        report = run(folder, remote, clock, Limits(writes_a_minute=a_minute))
        found = ages(sandbox, since)

    assert report.stop is None or "limits are used up" in report.stop.reason
    assert len(found) >= 1
    assert max(found) <= 60


def test_an_edit_while_the_run_waits_stops_the_course(tmp_path: Path) -> None:
    """An edit that a colleague made after the first look is not overwritten."""
    clock = VirtualClock()
    with virtual_sandbox(clock) as (sandbox, remote):
        sandbox.add_course(4711, "A")
        write(tmp_path, 3, 1)
        run(tmp_path, remote, clock, None)
        clock.sleep(100)
        last = max(int(str(record["Id"])) for record in sandbox.sections())

        def passing(_until: float) -> None:
            with httpx.Client(transport=httpx.WSGITransport(app=sandbox), base_url=TARGET) as hand:
                hand.put("/_sandbox/sections", json={"Id": last, "Title": "Theirs"})

        write(tmp_path, 3, 2)
        clock.passing = passing
        report = run(tmp_path, remote, clock, Limits(writes_a_minute=1))
        titles = [record["Title"] for record in sandbox.sections()]

    assert [each.status for each in report.results][-1] is Status.DRIFTED
    assert "Theirs" in titles
