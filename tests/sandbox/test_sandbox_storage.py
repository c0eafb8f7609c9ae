"""The promises of the sandbox's file: kept, shared, and safe for threads."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import httpx
import pytest

from coursesync.sandbox import Sandbox

if TYPE_CHECKING:
    from pathlib import Path

    from sandbox.conftest import Site

SECTIONS = "/api/content/coursesections"
BODY = {
    "CourseId": 1,
    "Title": "Welcome",
    "DisplayOrder": 10,
    "UnlockType": 1,
    "UnlockAfterDays": 0,
}


def client(sandbox: Sandbox) -> httpx.Client:
    return httpx.Client(
        transport=httpx.WSGITransport(app=sandbox),
        base_url="http://localhost",
        headers={"Authorization": "Bearer sandbox-token"},
    )


def test_a_file_keeps_its_records(tmp_path: Path) -> None:
    """Records and log are still there when the file is opened again."""
    path = tmp_path / "sandbox.sqlite"
    with Sandbox(path) as sandbox, client(sandbox) as each:
        sandbox.add_course(1, "One")
        each.post(SECTIONS, json=BODY)
        before = (sandbox.sections(), sandbox.log)
    with Sandbox(path) as sandbox:
        after = (sandbox.sections(), sandbox.log)

    assert before == after
    assert len(after[0]) == 1


def test_memory_is_forgotten() -> None:
    """Without a file every sandbox begins empty."""
    with Sandbox() as first, Sandbox() as second:
        first.add_course(1, "One")
        with client(first) as each:
            each.post(SECTIONS, json=BODY)

        assert second.sections() == []


def test_a_revoked_fixed_token_is_good_again_after_a_restart(tmp_path: Path) -> None:
    """Opening the file again makes the users' fixed tokens valid."""
    path = tmp_path / "sandbox.sqlite"
    with Sandbox(path) as sandbox, client(sandbox) as each:
        each.post("/_sandbox/faults", content="* *:unauthorized")
        revoked = [each.get(SECTIONS).status_code, each.get(SECTIONS).status_code]
    with Sandbox(path) as sandbox, client(sandbox) as each:
        again = each.get(SECTIONS).status_code

    assert [*revoked, again] == [401, 401, 200]


def test_threads_share_a_sandbox(site: Site) -> None:
    """Creates from many threads at once all get different Ids."""
    with ThreadPoolExecutor(8) as threads:
        ids = list(threads.map(lambda number: site.created(DisplayOrder=number), range(64)))

    assert len(set(ids)) == 64
    assert sorted(ids) == [each["Id"] for each in site.sandbox.sections()]
    assert len(site.sandbox.log) == 64


PROCESS = """
import sys
from pathlib import Path
from werkzeug.test import Client
from coursesync.sandbox import Sandbox

with Sandbox(Path(sys.argv[1])) as sandbox:
    sandbox.add_course(1, "One")
    for number in range(10):
        body = {"CourseId": 1, "Title": "x", "DisplayOrder": number,
                "UnlockType": 1, "UnlockAfterDays": 0}
        answered = Client(sandbox).post(
            "/api/content/coursesections", json=body,
            headers={"Authorization": "Bearer sandbox-token"})
        assert answered.status_code == 200
"""


def test_processes_share_a_file(tmp_path: Path) -> None:
    """Several processes can create in one file at once, even while it is new."""
    path = tmp_path / "sandbox.sqlite"
    command = [sys.executable, "-c", PROCESS, str(path)]
    running = [subprocess.Popen(command) for _ in range(4)]
    codes = [each.wait(60) for each in running]
    with Sandbox(path) as sandbox:
        ids = {each["Id"] for each in sandbox.sections()}

    assert codes == [0, 0, 0, 0]
    assert len(ids) == 40


def test_a_write_that_fails_leaves_nothing(site: Site) -> None:
    """A course whose title the database can't hold is not created in part."""
    with pytest.raises(UnicodeEncodeError):
        site.sandbox.add_course(12, "\ud800")

    assert site.create(CourseId=12).status_code == 400
    assert site.create().status_code == 200
