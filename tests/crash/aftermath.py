"""After a crash: run the same command until nothing is left to do, and check the result."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from crash.workspace import IN_DOUBT

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from crash.workspace import Workspace

TRIES = 3
_DONE, _WORK_LEFT, _LATER = 0, 6, 75


def unknown(workspace: Workspace) -> list[str]:
    """Return the records that the next run would neither know nor report as in doubt."""
    told = workspace.known()
    in_doubt = {workspace.titles.get(each) for each in told if told[each] == IN_DOUBT}
    return [
        f"{title}, {record}, to the run after the crash"
        for record, title in workspace.records().items()
        if record not in told.values() and title not in in_doubt
    ]


def come_right(workspace: Workspace) -> bool:
    """Run apply again until it is done; return whether it is, after so many tries."""
    return any(workspace.apply().code == _DONE for _ in range(TRIES))


def duplicates(records: Mapping[str, str]) -> list[str]:
    """Return the titles that a course has more than once."""
    return [title for title, times in Counter(records.values()).items() if times > 1]


def lost(records: Mapping[str, str], workspace: Workspace) -> list[str]:
    """Return the records that are in no entry of the state."""
    kept = workspace.kept().values()
    return [f"{title}, {record}" for record, title in records.items() if record not in kept]


def wrongs(workspace: Workspace, records: Mapping[str, str]) -> Iterator[str]:
    """Yield every other difference to the result of an undisturbed run."""
    plan = workspace.run("plan", "--detailed-exitcode", *workspace.options)
    if "Nothing to do" not in plan.out + plan.err:
        yield "the plan is not empty"
    kept = {where: records.get(record) for where, record in workspace.kept().items()}
    if kept != workspace.titles:
        yield f"the state tells of {kept}"
    if doubts := workspace.saved().doubts:
        yield f"still in doubt: {doubts}"
    if workspace.is_unpublished():
        yield "the course is not published"
    if misplaced := workspace.misplaced():
        yield f"in another section than the outline says: {misplaced}"
    if left_over := workspace.left_over():
        yield f"left over: {left_over}"
    good = {_DONE, _WORK_LEFT, *([_LATER] if workspace.disturbed else [])}
    for ended in workspace.ran:
        if not ended.was_killed and ended.code not in good:
            yield f"{ended.command[0]} ended with {ended.code}"
