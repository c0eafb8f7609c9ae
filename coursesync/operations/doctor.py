"""Checks everything that a run depends on, and says how to put right what is wrong.

It must never write anything, nor raise for what it checks: each failure becomes a finding.
"""

from __future__ import annotations

import json
from collections import Counter
from contextlib import suppress
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING

from coursesync.errors import Command, CoursesyncError, InvalidOutlines, Remedy, Shell
from coursesync.files import shown
from coursesync.files.ask_git import root_of
from coursesync.kinds import LISTED, kind_of
from coursesync.kinds.counting import counted
from coursesync.nexudus.clock import SystemClock
from coursesync.nexudus.limits import PUBLISHED, Limits
from coursesync.nexudus.request_log import RequestLog
from coursesync.nexudus.target import DEFAULT_BASE_URL
from coursesync.operations.config import CONFIG, config_of
from coursesync.operations.in_git import check_branch, check_in_git, check_lost
from coursesync.operations.reading import read_outlines
from coursesync.operations.surroundings import check_forge, check_git, check_python
from coursesync.operations.workspace import open_project
from coursesync.outlines.folder import check_folder, empty_workspace
from coursesync.planning.diff import plan_of
from coursesync.planning.policy import KEEP_ALL
from coursesync.render.checks import Check, Level
from coursesync.render.plan_words import without_outline
from coursesync.render.rows import PlanView
from coursesync.state.disk import Disk
from coursesync.state.lock import holder_of
from coursesync.text import count, duration, inert, listed

if TYPE_CHECKING:
    import os
    from collections.abc import Iterator

    from coursesync.nexudus.credentials import Credentials
    from coursesync.nexudus.ports import Waiting
    from coursesync.operations.access import Known
    from coursesync.operations.config import Config
    from coursesync.operations.workspace import Project
    from coursesync.outlines.settings import Settings
    from coursesync.outlines.workspace_files import Outlines
    from coursesync.state.state import State

_MOST_NAMED = 5
_WORTH_A_NOTE = 2.0  # seconds to wait


def doctor(  # noqa: PLR0913 - one parameter an option
    folder: str | os.PathLike[str] = "courses",
    *,
    base_url: str | None = None,
    state: str | None = None,
    sandbox: bool | None = None,
    credentials: Credentials | None = None,
    progress: Waiting | None = None,
    named_by: str = "the caller",
) -> Iterator[Check]:
    """Check the machine, the workspace, the site and the state, one after the other.

    Writes nothing, and sends only GET requests and, for an e-mail and a password, a login.

    Args:
        folder: as in `open_project`.
        base_url: as there.
        state: as there.
        sandbox: as there.
        credentials: by default those of the environment; without any, no request is made.
        progress: is called while the API's limits make it wait.
        named_by: what gave the base URL, in words.

    Yields:
        Each check as soon as it has ended. Something is wrong if the level of one is `wrong`.

    Example:
        >>> [each.found for each in coursesync.doctor("courses") if each.level == "wrong"]
    """
    path = Path(folder)
    yield check_python()
    try:
        check_folder(path)
    except CoursesyncError as error:
        yield from check_git(Path())
        yield Check("workspace", Level.WRONG, error.problem, error.remedy)
        return
    config = _config(path)
    yield config if isinstance(config, Check) else _read_config(path, config)
    project: Project | None = None
    if not isinstance(config, Check):
        try:
            project = open_project(path, base_url=base_url, state=state, sandbox=sandbox)
        except CoursesyncError as error:
            yield Check("target", Level.WRONG, error.problem, error.remedy)
    outlines = _outlines(path, None if isinstance(config, Check) else config.outlines)
    yield outlines if isinstance(outlines, Check) else _read_outlines(path, outlines)
    valid = None if isinstance(outlines, Check) else outlines
    if project is None:
        yield from check_git(path)
        left = "target, credentials, limits, state and lock are not checked"
        yield Check("target", Level.NOTE, left, "First put right what is wrong above.")
    else:
        yield from check_git(path)
        known = _known_state(project)
        if root_of(path) and not project.embedded:
            yield from check_in_git(project, None if isinstance(known, Check) else known)
        target = _target(project, named_by)
        yield from _of_project(project, target, known, valid, credentials, progress)
    yield from check_forge(path)


def _known_state(project: Project) -> State | Check:
    try:
        return project.state()
    except CoursesyncError as error:
        return Check("state", Level.WRONG, error.problem, error.remedy)


def _of_project(
    project: Project,
    target: Check,
    found: State | Check,
    outlines: Outlines | None,
    credentials: Credentials | None,
    progress: Waiting | None,
) -> Iterator[Check]:
    yield target
    known = None if isinstance(found, Check) else found
    states = [found] if isinstance(found, Check) else _states(project, found, outlines)
    if target.level is Level.OK and not project.embedded:
        from coursesync.operations.access import check_access  # noqa: PLC0415 - brings httpx

        yield from check_access(project, _known(known, outlines), credentials, progress)
    yield from _limits(project)
    yield from states
    yield _lock(project)


def _states(project: Project, known: State, outlines: Outlines | None) -> list[Check]:
    checks = [*_state(project, known)]
    try:
        return [*checks, *_next_apply(project, known, outlines)] if outlines else checks
    except InvalidOutlines as error:
        mistakes = error.diagnostics[:_MOST_NAMED]
        return checks + [
            Check("state", Level.WRONG, f"{each.where}: {each.problem}", each.remedy)
            for each in mistakes
        ]
    except CoursesyncError as error:
        return [*checks, Check("state", Level.WRONG, error.problem, error.remedy)]


def _config(folder: Path) -> Config | Check:
    try:
        return config_of(folder)
    except CoursesyncError as error:
        return Check("config", Level.WRONG, error.problem, error.remedy)


def _read_config(folder: Path, config: Config) -> Check:
    path = shown(folder / CONFIG)
    if not (folder / CONFIG).exists():
        return Check("config", Level.OK, f"there is no {path}: every value is the default")
    if not config.sets:
        return Check("config", Level.OK, f"{path} sets nothing")
    wanted = config.required_version
    version = f"; coursesync {inert(wanted, 60)} is asked for, and this is one" if wanted else ""
    return Check("config", Level.OK, f"{path} sets {', '.join(config.sets)}{version}")


def _outlines(folder: Path, settings: Settings | None) -> Outlines | Check:
    try:
        return read_outlines(folder, settings)
    except CoursesyncError as error:
        remedy = error.remedy or Remedy("To see each with its line:", Command("validate"))
        return Check("workspace", Level.WRONG, error.problem, remedy)


def _read_outlines(folder: Path, found: Outlines) -> Check:
    if not found.outlines:
        empty = empty_workspace(folder)
        return Check("workspace", Level.WRONG, empty.problem, empty.remedy)
    numbers = Counter(each.kind for outline in found.outlines for each in outline.resources)
    items = counted(numbers) or f"0 {LISTED.plural}"
    valid = f"{count(len(found.outlines), 'outline')} in {shown(folder)}, with {items}: all valid"
    if not found.advice:
        return Check("workspace", Level.OK, valid)
    pieces = count(len(found.advice), "piece")
    remedy = Remedy("To read it:", Command("validate"))
    return Check("workspace", Level.NOTE, f"{valid}; there is advice ({pieces})", remedy)


def _target(project: Project, named_by: str) -> Check:
    target = project.store.target
    if project.embedded:
        return Check(
            "target", Level.OK, "the sandbox, which makes no request, and needs no account"
        )
    try:
        project.check_host()
    except CoursesyncError as error:
        return Check("target", Level.WRONG, error.problem, error.remedy)
    by = named_by if project.named else "the default"
    other = f"; {CONFIG} names {project.other_host}" if project.other_host else ""
    secured = "encrypted" if target.startswith("https:") else "plain http, on this machine"
    same = f" and {CONFIG}" if project.config.base_url == target != DEFAULT_BASE_URL else ""
    return Check("target", Level.OK, f"{target} ({by}{same}; {secured}{other})")


def _known(state: State | None, outlines: Outlines | None) -> Known:
    """Return records that may be asked for; 1 stands for one that nobody knows."""
    from coursesync.operations.access import Known  # noqa: PLC0415 - brings httpx

    entries = state.entries if state else {}
    ids = {kind_of(at).name: entry.id for at, entry in entries.items()}
    parsed = outlines.outlines if outlines else ()
    used = {each.kind.name for outline in parsed for each in outline.resources}
    course = parsed[0].course_id if parsed else 1
    return Known(course, ids, {*ids, *used, LISTED.name})


def _limits(project: Project) -> Iterator[Check]:
    if project.embedded:
        return
    limits, clock = project.config.limits, SystemClock()
    names = [each.name for each in fields(Limits)]
    changed = [
        f"{name} = {getattr(limits, name)} (published: {getattr(PUBLISHED, name)})"
        for name in names
        if getattr(limits, name) != getattr(PUBLISHED, name)
    ]
    found = f"{CONFIG} sets {', '.join(changed)}" if changed else "as published"
    now = clock.now()
    schedule = RequestLog(project.store.path, limits, now, alone=False, writable=False)
    left = schedule.writes_left(now)
    used = limits.writes_a_day - (left or 0)
    sent = f"{used:,} of {limits.writes_a_day:,} writes" if used else "no write"
    yield Check("limits", Level.OK, f"{found}; {sent} from here in the last 24 hours")
    if (wait := schedule.wait(now, write=True)) > _WORTH_A_NOTE:
        found = f"the next write has to wait {duration(wait)}"
        yield Check("limits", Level.NOTE, found, "coursesync waits by itself.")


def _state(project: Project, known: State) -> Iterator[Check]:
    """Yield the checks of a state that can be read."""
    store = project.store
    path = shown(store.path)
    if not store.is_file:
        yield check_branch(project, known)
    elif store.path.exists():
        version = json.loads(Disk().read(store.path)).get("format")
        managed = count(len(known.entries), "record")
        what = f"{path} holds {managed} (format {version}, serial {known.serial}, lineage "
        yield Check("state", Level.OK, f"{what}{inert(known.lineage, 40)})")
    else:
        yield Check("state", Level.OK, f"there is no {path} yet: the first apply writes it")
    yield from _journals(project)
    for address, doubt in sorted(known.doubts.items())[:_MOST_NAMED]:
        number = doubt.candidates[0].id if len(doubt.candidates) == 1 else "ID"
        remedy = Remedy(
            "The next apply looks for it:",
            Command("apply"),
            "To settle it by hand, look in Nexudus; then:",
            Command("resolve", address, id=number),
        )
        yield Check("state", Level.WRONG, f"{address} is in doubt: {inert(doubt.reason)}", remedy)
    if (more := len(known.doubts) - _MOST_NAMED) > 0:
        plan = Remedy("To see all:", Command("plan"))
        yield Check("state", Level.WRONG, f"{count(more, 'more create')} in doubt", plan)


def _next_apply(project: Project, known: State, outlines: Outlines) -> Iterator[Check]:
    """Yield what the next apply would do; raises InvalidOutlines if no plan is valid."""
    view = PlanView(plan_of(outlines, known, KEEP_ALL), limits=project.config.limits)
    lost = [check_lost(project, known, *each) for each in without_outline(view.plan)]
    yield from lost
    if not view.plan.has_changes:
        if not lost:
            yield Check("state", Level.OK, "the next apply has nothing to do")
        return
    found = f"the next apply: {view.summary.removeprefix('Plan: ')}"
    yield Check("state", Level.OK, found, Remedy("To see it:", Command("plan")))


def _journals(project: Project) -> Iterator[Check]:
    store = project.store
    if store.foreign is not None:
        problem, remedy = store.foreign.warning(store.journal_path, store.path)
        yield Check("state", Level.NOTE, problem, remedy)
    elif store.journal_path.exists() and not holder_of(store.path)[0]:
        found = f"an interrupted run left the journal {shown(store.journal_path)}"
        remedy = Remedy(
            "The next plan and apply read it. To save it into the state now:",
            Command("state recover"),
        )
        yield Check("state", Level.NOTE, found, remedy)
    aside = [each for each in Disk().beside(store.journal_path) if each != store.journal_path]
    if aside:
        names = listed([each.name for each in aside], 3)
        found = f"{count(len(aside), 'journal')} of other states beside it: {names}"
        yield Check("state", Level.NOTE, found, "apply looks for the records that they name.")


def _lock(project: Project) -> Check:
    is_held, who = holder_of(project.store.path)
    wait = Remedy("Wait until that has ended; apply waits with", Shell("--lock-timeout", 600))
    if is_held:
        return Check("lock", Level.NOTE, f"the state is in use by {who}", wait)
    with suppress(OSError):
        if Disk().is_locked(project.store.journal_path):
            found = "a run is in progress, and its lock was deleted"
            return Check("lock", Level.WRONG, found, wait)
    if who:
        found = f"nobody uses the state; the last run was killed: {who}"
        return Check("lock", Level.OK, found, "Nothing is to be done: its lock ended with it.")
    return Check("lock", Level.OK, "nobody uses the state")
