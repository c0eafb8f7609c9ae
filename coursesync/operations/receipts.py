"""The receipt of a run: a file that is begun before the first write and completed after the last.

Owns when it may be overwritten, and the origin of the run: GitHub's variables in one of its jobs,
otherwise git and the user's name. It must never replace a file except the receipt of a run that did
nothing, run a program that a repository's settings name, nor record any other variable of the
environment.
The variables: https://docs.github.com/actions/reference/workflows-and-actions/variables
"""

from __future__ import annotations

import getpass
import os
from dataclasses import dataclass
from itertools import count
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from coursesync.applying.receipt import Origin, compose, did_something, parse
from coursesync.errors import CoursesyncError, Remedy, Shell, UnusableFile
from coursesync.files import read, shown, write_named
from coursesync.files.ask_git import answer, composed
from coursesync.nexudus.clock import SystemClock
from coursesync.outlines.folder import ENDINGS
from coursesync.text import inert

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from coursesync.applying.report import Report
    from coursesync.operations.workspace import Project
    from coursesync.planning.plan import Plan

_MAX_BYTES = 67_108_864  # 5,000 writes (one day) with the longest addresses and reasons
# all files that differ from HEAD, including those that are untracked or ignored
_STATUS = (
    *("status", "--porcelain=v1", "-z", "--no-renames", "--untracked-files=all"),
    *("--ignored=traditional", "--", "."),
)
_LONGEST = 300


@dataclass(frozen=True)
class OpenReceipt:
    """The receipt of a run in progress; so far, its file says only that the run began."""

    path: Path
    plan: Plan
    origin: Origin
    began: str

    def end(self, report: Report | None) -> None:
        """Write what the run did; None if it ended with an error before it sent a write.

        Raises CoursesyncError if that fails.
        """
        text = compose(self.plan, self.origin, self.began, report, failed=report is None)
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
    path = Path(path)
    project.check_free(path)
    origin, began = _origin(project.folder, plan), SystemClock().stamp()
    earlier = _record_in(path)
    if earlier is not None and did_something(earlier):
        raise CoursesyncError(
            f"{shown(path)} is the receipt of an earlier run and is not overwritten",
            Remedy("Name another file:", Shell("--receipt", another(path))),
        )
    write_named(path, compose(plan, origin, began), "receipt", lambda _: earlier is not None)
    return OpenReceipt(path, plan, origin, began)


def another(path: Path) -> Path:
    """Return a free name beside a receipt for the next one."""
    names = (path.with_stem(f"{path.stem}-{number}") for number in count(2))
    return next(each for each in names if not os.path.lexists(each))


def _record_in(path: Path) -> Mapping[str, object] | None:
    try:
        return parse(read(path, _MAX_BYTES))
    except UnusableFile:
        return None


def _origin(folder: Path, plan: Plan) -> Origin:
    """Return the commit of the outlines in a folder, and who runs this where."""
    is_job = os.environ.get("GITHUB_ACTIONS") == "true"
    checkout = _checkout(folder, plan)
    commit, uncommitted = checkout or (_known("GITHUB_SHA") if is_job else None, ())
    actor = _known("GITHUB_ACTOR") if is_job else _user()
    return Origin(actor, commit, _run() if is_job else None, uncommitted)


def _known(name: str) -> str | None:
    return inert(os.environ.get(name, ""), _LONGEST) or None


def _run() -> str | None:
    server, repository, run, attempt = (
        _known(f"GITHUB_{name}") for name in ("SERVER_URL", "REPOSITORY", "RUN_ID", "RUN_ATTEMPT")
    )
    if not (server and repository and run):
        return None
    page = f"{server}/{repository}/actions/runs/{run}"
    return page if attempt in {None, "1"} else f"{page}/attempts/{attempt}"


def _user() -> str | None:
    try:
        return inert(getpass.getuser(), _LONGEST) or None
    except (OSError, KeyError):  # a user without a name, as in some containers
        return None


def _checkout(folder: Path, plan: Plan) -> tuple[str | None, tuple[str, ...]] | None:
    """Return the commit that is checked out, and the files of the plan that differ from it.

    None without git, or if the folder is not in a repository; the commit is None if git does not
    answer for certain. In a job, it may be another commit than the one that started the job.
    """
    asked = answer(folder, "rev-parse", "--show-prefix", "HEAD")
    prefix, _, commit = (asked or "").rstrip("\n").rpartition("\n")
    if asked is None or not commit.isalnum():
        return None
    changed = answer(folder, *_STATUS)
    if changed is None:
        return None, ()
    entries = [entry for entry in changed.split("\0") if entry]
    # two letters and a space, then a path; a nested repository has one for all its files
    paths = {composed(entry[3:].rstrip("/")) for entry in entries}
    used = {each for each in map(prefix.__add__, _sources(plan)) if _is_in(each, paths)}
    done = (each for each in plan.changes if each.action.changes)
    if any(plan.courses[each.course_id].path is None for each in done):  # an outline was deleted
        used |= {each[3:] for each in entries if "D" in each[:2] and each.endswith(ENDINGS)}
    return commit, tuple(sorted(map(shown, used)))


def _sources(plan: Plan) -> Iterator[str]:
    """Yield the files that a plan's changes come from, by path in the workspace."""
    for course, changes in plan.by_course():
        if course.departures or any(change.action.changes for change in changes):
            complete = plan.complete_if_done.get(course.key)
            yield from complete.sources if complete is not None else ()


def _is_in(path: str, paths: Collection[str]) -> bool:
    own = PurePosixPath(composed(path))
    return any(str(each) in paths for each in (own, *own.parents))
