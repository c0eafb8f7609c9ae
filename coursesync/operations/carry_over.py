"""Carries a state over: from the file in the workspace to a branch of its own, and back.

Owns the order of the steps: the new place has the state before the configuration names it, and the
old place loses it last. It must never leave two places that both count, nor make a request.
"""

from __future__ import annotations

import re
from contextlib import ExitStack
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from coursesync.errors import Code, CoursesyncError, Remedy, Shell, StateError, UsageError
from coursesync.files import decode, read, shown, write_whole
from coursesync.files.ask_git import answer, indexed
from coursesync.operations.config import CONFIG
from coursesync.operations.in_git import untracked_in
from coursesync.operations.plan import plan as make_plan
from coursesync.operations.stores import file_store, git_store
from coursesync.outlines.folder import names_outline
from coursesync.state.file_store import StateFile
from coursesync.state.git_store import GitStore
from coursesync.state.state_report import StateReport
from coursesync.state.state_text import serialise

if TYPE_CHECKING:
    from pathlib import Path

    from coursesync.operations.workspace import Project
    from coursesync.state.state import State

_LINE = re.compile(r"^[ \t]*store[ \t]*=.*$", re.MULTILINE)
_TABLE = re.compile(r"^[ \t]*\[", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class CarriedOver:
    """A state in its new place.

    Attributes:
        place: the new place, in words.
        state: the state.
        report: what was recorded with it in a branch; None in a file.
        commit: the commands that commit what changed in the workspace.
    """

    place: str
    state: State
    report: StateReport | None
    commit: tuple[Shell, ...]


def carry_over(project: Project, to: Literal["file", "git"]) -> CarriedOver:
    """Carry the state of a workspace over to a branch of its own in git, or back to its file.

    Changes `store` in `coursesync.toml`, which has to be committed. To a branch, each course whose
    plan is empty is recorded as applied from main, if the workspace is as main has it.

    Raises:
        UsageError: the project is on the sandbox, whose state stays where it is.
        CoursesyncError: there is no state, or the other place has a newer one or another one.
        StateLocked: a run holds it, in either place.
        TryLater: the remote can't be reached.
        StateError, InvalidOutlines: as in `load`.
    """
    if project.embedded:
        raise UsageError(
            "the sandbox keeps its state in its own folder",
            Remedy("To carry over the workspace's state, add", Shell("--no-sandbox")),
        )
    folder, own = project.folder, project.store
    file = (
        own if isinstance(own, StateFile) else file_store(folder, own.target, project.config.state)
    )
    branch = own if isinstance(own, GitStore) else git_store(folder, own.target)
    settings = _with_store(folder / CONFIG, to)
    in_file, in_git = replace(project, store=file), replace(project, store=branch)
    with ExitStack() as held:
        held.enter_context(in_file.held())
        held.enter_context(in_git.held())
        report = None
        if to == "git":
            state = _newest(file, branch)
            # the files of a push that failed have a state, and no report
            report = branch.report if branch.report.since else _first_report(in_file, state)
            branch.bring(state, report)
        else:
            state = _newest(branch, file)
            write_whole(file.path, serialise(state))
        write_whole(folder / CONFIG, settings.encode())
        if to == "git":
            file.path.unlink()
        else:
            branch.give_up()
    place = branch.place if to == "git" else shown(file.path)
    return CarriedOver(place, state, report, _to_commit(file.path, folder, to))


def _newest(source: StateFile | GitStore, other: StateFile | GitStore) -> State:
    """Return the state to carry over; raises CoursesyncError if the other place's is not older."""
    state, there = source.recover(source.load()), other.load()
    if not state.serial:
        raise CoursesyncError(
            f"{source.place} has no state to carry over",
            f"{other.place} has it already." if there.serial else "The first apply makes one.",
        )
    is_other = there.serial and there.lineage != state.lineage
    if is_other or there.serial > state.serial:
        what = "another" if is_other else "a newer"
        raise CoursesyncError(
            f"{other.place} has {what} state: its serial is {there.serial}, and that of "
            f"{source.place} is {state.serial}",
            "Decide which one is right, and move the other one away.",
        )
    return state


def _first_report(project: Project, state: State) -> StateReport:
    """Return what to record with a state that gets a branch: which courses main has applied."""
    main = _main(project.folder)
    if not main or not _is_as_in(main, project):
        return StateReport(since=main)
    workspace = project.outlines_for(state)
    changed = {
        number
        for change in make_plan(workspace).changes
        if change.action.changes
        for number in (change.course_id, change.from_course)
    }
    courses = {outline.course_id for outline in workspace.outlines}
    courses |= {state.complete[key].id for key in workspace.read.settled}
    return StateReport(applied=dict.fromkeys(sorted(courses - changed), main), since=main)


def _main(folder: Path) -> str:
    """Return the commit of main, as the clone has it; "" if there is none."""
    for name in ("refs/remotes/origin/HEAD", "refs/remotes/origin/main", "HEAD"):
        if found := answer(folder, "rev-parse", "--verify", "--quiet", f"{name}^{{commit}}"):
            return found.strip()
    return ""


def _is_as_in(commit: str, project: Project) -> bool:
    """Return whether a workspace has the files that a commit has, but for state and settings."""
    apart = (f":(exclude){each}" for each in (project.store.path.name, CONFIG))
    same = answer(project.folder, "diff", "--quiet", commit, "--", ".", *apart)
    return same is not None and not any(map(names_outline, untracked_in(project.folder)))


def _with_store(path: Path, to: str) -> str:
    """Return the text of the configuration with another store; raises CoursesyncError."""
    import tomllib  # noqa: PLC0415 - few runs need it

    text, line = decode(read(path)) if path.exists() else "", f'store = "{to}"'
    table = _TABLE.search(text)
    plain, rest = (text[: table.start()], text[table.start() :]) if table else (text, "")
    if _LINE.search(plain):
        plain = _LINE.sub(line, plain, count=1)
    else:
        plain = f"{plain.rstrip()}\n\n{line}\n".lstrip() + ("\n" if rest else "")
    if tomllib.loads(plain + rest) != {**tomllib.loads(text), "store": to}:
        raise StateError(
            f"{shown(path)} can't be changed by coursesync", Remedy("Write yourself:", Code(line))
        )
    return plain + rest


def _to_commit(state: Path, folder: Path, to: str) -> tuple[Shell, ...]:
    names = [CONFIG, *([state.name] if to == "file" or indexed(state) is not None else [])]
    where = "a branch" if to == "git" else "a file"
    return (
        Shell("git", "-C", folder, "add", "--all", "--", *names),
        Shell("git", "-C", folder, "commit", "-m", f"Keep the state in {where}"),
    )
