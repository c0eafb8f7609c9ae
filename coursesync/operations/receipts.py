"""The receipt of a run: a file that is begun before the first write and completed after the last.

Owns its overwriting: it must never replace a file except the receipt of a run that did nothing.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

from coursesync.applying.receipt import compose, did_something, parse
from coursesync.errors import CoursesyncError, Remedy, Shell, UnusableFile
from coursesync.files import read, shown, write_named
from coursesync.nexudus.clock import SystemClock
from coursesync.operations.origin import origin_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from coursesync.applying.receipt import Origin
    from coursesync.applying.report import Report
    from coursesync.operations.workspace import Project
    from coursesync.planning.plan import Plan

_MAX_BYTES = 67_108_864  # 5,000 writes (one day) with the longest addresses and reasons


@dataclass(frozen=True)
class OpenReceipt:
    """The receipt of a run in progress; so far, its file says only that the run began."""

    path: Path
    plan: Plan
    origin: Origin
    began: str

    def end(self, report: Report) -> None:
        """Write what the run did; raises CoursesyncError if that fails."""
        self._replace(compose(self.plan, self.origin, self.began, report))

    def fail(self) -> None:
        """Write that the run ended with an error before it sent a write; raises as `end` does."""
        self._replace(compose(self.plan, self.origin, self.began, failed=True))

    def _replace(self, text: str) -> None:
        write_named(self.path, text, "receipt", lambda path: _record_in(path) is not None)


def begin_receipt(path: str | os.PathLike[str], plan: Plan, project: Project) -> OpenReceipt:
    """Write that a run begins; this shows that its end can be written, too.

    Args:
        path: the file, which does not exist or is the receipt of a run that did nothing.
        plan: the plan to carry out.
        project: its workspace. The receipt names the commit that is checked out there, and which of
            the plan's outlines and content files are not in it.

    Returns:
        The open receipt; give it the result of `apply`.

    Raises:
        UsageError: it belongs to the state, or coursesync would read it as an outline.
        CoursesyncError: it can't be written, or another file exists there.

    Example:
        >>> opened = coursesync.begin_receipt("receipt.json", plan, workspace.project)
        >>> opened.end(coursesync.apply(plan, workspace))
    """
    project.check_free(Path(path))
    sources = frozenset(_sources(plan))
    done = [each for each in plan.changes if each.action.changes]
    takes_away = any(plan.courses[each.parent_id].path is None for each in done)
    origin = origin_of(project.folder, os.environ, sources, takes_away=takes_away)
    began = SystemClock().stamp()
    _write(Path(path), compose(plan, origin, began))
    return OpenReceipt(Path(path), plan, origin, began)


def another(path: Path) -> Path:
    """Return a free name beside a receipt for the next one."""
    names = (path.with_stem(f"{path.stem}-{number}") for number in count(2))
    return next(each for each in names if not os.path.lexists(each))


def _write(path: Path, text: str) -> None:
    earlier = _record_in(path)
    if earlier is not None and did_something(earlier):
        raise CoursesyncError(
            f"{shown(path)} is the receipt of an earlier run and is not overwritten",
            Remedy("Name another file:", Shell("--receipt", another(path))),
        )
    write_named(path, text, "receipt", lambda _: earlier is not None)


def _record_in(path: Path) -> Mapping[str, object] | None:
    try:
        return parse(read(path, _MAX_BYTES))
    except UnusableFile:
        return None


def _sources(plan: Plan) -> Iterator[str]:
    """Yield the files that a plan's changes come from, by path in the workspace."""
    for course, changes in plan.by_course():
        if course.departures or any(change.action.changes for change in changes):
            record = plan.sources.get(course.key)
            yield from record.sources if record is not None else ()
