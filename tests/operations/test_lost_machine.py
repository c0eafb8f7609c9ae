"""A machine is lost in the middle of an apply, with all its files; another one goes on."""

from __future__ import annotations

import shutil
import time
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from harness import TOKEN, CommandLine, lift_limits, pointed_at, wait_until
from state.clones import new_remote

import coursesync
from coursesync.state.git_store import LASTS, GitStore
from coursesync.state.lease import FRESH

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from harness import SandboxServer
    from state.clones import Remote

SLOW = "slow=60"


@pytest.fixture
def remote(tmp_path: Path) -> Remote:
    return new_remote(tmp_path)


@pytest.fixture
def workspace(remote: Remote, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A clone's workspace whose state is in git."""
    monkeypatch.setenv("NEXUDUS_TOKEN", TOKEN)
    folder = remote.clone("one")
    lift_limits(folder)
    config = folder / "coursesync.toml"
    config.write_text('store = "git"\nsettling_time = 0.3\n' + config.read_text())
    return folder


def write(folder: Path, *sections: str) -> None:
    """Write the outline: sections with a key and a title, as in `a: One`, maybe with lessons."""
    lines = ["id: 4711", "title: A", "sections:"]
    for each in sections:
        key, _, title = each.partition(": ")
        title, _, lessons = title.partition(" with ")
        lines += [f"  - key: {key}", f"    title: {title}"]
        if lessons:
            lines += [f"    lessons: [{{key: l, title: {lessons}}}]"]
    (folder / "a.yaml").write_text("\n".join(lines) + "\n")


def apply_until(
    workspace: Path, server: SandboxServer, fault: str, is_done: Callable[[], bool]
) -> None:
    """Apply, kill the run while it waits for an answer, and lose the machine."""
    server.fault(fault)
    cli = pointed_at(CommandLine(workspace.parent), server)
    with cli.start("apply", "--auto-approve") as process:
        wait_until(is_done)
        process.kill()
        process.communicate(timeout=60)
    server.no_faults()
    shutil.rmtree(workspace.parent)


def found(remote: Remote, server: SandboxServer, config: bytes) -> coursesync.Project:
    """Return the project in another clone, once the lost run's time has passed."""
    folder = remote.clone("two")
    (folder / "coursesync.toml").write_bytes(config)
    project = coursesync.open_project(folder, base_url=server.url)
    assert isinstance(project.store, GitStore)
    store = replace(project.store, now=lambda: time.time() + 2 * LASTS, wait=lambda _: None)
    return replace(project, store=store)


def apply(project: coursesync.Project) -> coursesync.Report:
    with project.held(2 * FRESH):  # until the lost run was silent for long enough
        workspace = project.load()
        return coursesync.apply(coursesync.plan(workspace), workspace, allow_large_change=True)


def titles(server: SandboxServer) -> list[object]:
    return [each["Title"] for each in server.records()]


def test_an_update_that_was_sent_and_lost_is_found(
    remote: Remote, workspace: Path, server: SandboxServer
) -> None:
    """Main went back to the old title: the next run restores it, though the state has it."""
    cli = pointed_at(CommandLine(workspace.parent), server)
    write(workspace, "a: One", "b: Two")
    assert cli("apply", "--auto-approve").code == 0
    config = (workspace / "coursesync.toml").read_bytes()
    write(workspace, "a: Uno", "b: Two")
    apply_until(
        workspace,
        server,
        f"PUT /api/content/coursesections@1:{SLOW}",
        lambda: titles(server) == ["Uno", "Two"],
    )
    project = found(remote, server, config)
    write(project.folder, "a: One", "b: Two")
    report = apply(project)

    assert report.complete
    assert titles(server) == ["One", "Two"]
    assert not coursesync.plan(project.load()).has_changes


def test_a_create_that_was_sent_and_lost_is_found(
    remote: Remote, workspace: Path, server: SandboxServer
) -> None:
    """Main still wants it: it is not created twice, and nor are those that were not sent yet."""
    write(workspace, "a: One with L", "b: Two with L")
    config = (workspace / "coursesync.toml").read_bytes()
    apply_until(
        workspace,
        server,
        f"POST /api/content/coursesections@2:{SLOW}",
        lambda: titles(server) == ["One", "Two"],
    )
    project = found(remote, server, config)
    write(project.folder, "a: One with L", "b: Two with L")
    report = apply(project)

    assert report.complete, report
    assert titles(server) == ["One", "Two"]
    assert [each["Title"] for each in server.lessons()] == ["L", "L"]


@pytest.mark.parametrize("number", [1, 2])
def test_a_lesson_that_was_sent_and_lost_is_found(
    remote: Remote, workspace: Path, server: SandboxServer, number: int
) -> None:
    """Its section was made by the same run, so that the plan has no Id for it."""
    write(workspace, "a: One with L", "b: Two with L")
    config = (workspace / "coursesync.toml").read_bytes()
    apply_until(
        workspace,
        server,
        f"POST /api/content/courselessons@{number}:{SLOW}",
        lambda: len(server.lessons()) == number,
    )
    project = found(remote, server, config)
    write(project.folder, "a: One with L", "b: Two with L")
    report = apply(project)

    assert report.complete, report
    assert titles(server) == ["One", "Two"]
    assert [each["Title"] for each in server.lessons()] == ["L", "L"]
    assert not coursesync.plan(project.load()).has_changes


def test_a_create_that_main_dropped_is_not_lost(
    remote: Remote, workspace: Path, server: SandboxServer
) -> None:
    """No outline wants it any more: its Id is known nevertheless, so that it can be removed."""
    write(workspace, "a: One", "b: Two")
    config = (workspace / "coursesync.toml").read_bytes()
    apply_until(
        workspace,
        server,
        f"POST /api/content/coursesections@2:{SLOW}",
        lambda: titles(server) == ["One", "Two"],
    )
    project = found(remote, server, config)
    write(project.folder, "a: One")
    apply(project)

    ids = {str(each["Title"]): each["Id"] for each in server.records()}
    entries = {str(at): each.id for at, each in project.state().entries.items()}
    assert entries == {"section.a.a": ids["One"], "section.a.b": ids["Two"]}
