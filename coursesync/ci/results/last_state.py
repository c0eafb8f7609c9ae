"""The serial of the state that the last run saw, in a status on main that is named like its branch.

Owns what happens if the branch has less than that: the run stops, and a person decides in the
issue of what waits. The status is a hint, because every workflow of the repository can write one:
only a run that saw a serial in the branch itself writes it there.
"""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING

from coursesync.ci.forges.forge import LONGEST_STATUS, Mark, Status
from coursesync.ci.instructions.approvals import Electorate, instructions, line_to_write
from coursesync.ci.results.kept import answer_once, keep_issue, marker, set_once
from coursesync.errors import Shell, StateError
from coursesync.render.markdown_escape import escape
from coursesync.state.state_branch import REMOTE
from coursesync.state.state_tip import Tip, read_tip

if TYPE_CHECKING:
    from coursesync.ci.job import Job
    from coursesync.state.git_store import GitStore
    from coursesync.state.open_run import OpenRun
    from coursesync.state.state_branch import StateBranch

_STATUSES_READ = 20  # commits of main in which the last serial is looked for
_IF_GONE = 200  # the same, if there is no branch: this may be the first run
_BEGIN = "state "
_TITLE = "Not applied yet: the state of the courses is not what the last run left"
_COUNTS = "This counts: the next changes are applied to the state as it is."


def remember(job: Job, main: str, store: GitStore, serial: int) -> None:
    """Note on main the serial of the state that a run saved; raises as the forge does."""
    name = store.branch.name
    set_once(job.forge, main, Status(name, Mark.SUCCESS, f"{_BEGIN}{serial}", job.page))


def check_not_lost(job: Job, main: str, store: GitStore, *, asks: bool = True) -> None:
    """Check that the branch has at least the serial that the last run noted.

    A branch that was never used, as that of another workspace or API, passes.

    Raises:
        StateError: it has less, and no person confirmed that; if `asks`, the issue of what waits
            does.
        TryLater: the remote or the forge can't be reached.
    """
    tip = read_tip(store.branch, store.branch.fetch())
    now = tip.state.serial if tip is not None else 0
    noted = _noted(job, main, store.branch.name, _STATUSES_READ if tip else _IF_GONE)
    if noted is None or noted <= now:
        return
    digest = _digest(store.branch, tip, noted)
    known = job.forge.issue(marker("waiting", job.path))
    if known is not None and _is_confirmed(job, known.number, digest, answers=asks):
        return
    problem = _problem(store.branch, tip, noted)
    if not asks:
        raise StateError(problem, "The apply opens an issue that says how to restore it.")
    body = _body(job, store.branch, problem, digest, is_gone=tip is None)
    issue = keep_issue(job.forge, known, _TITLE, body)
    raise StateError(
        problem, f"How to restore it, or to go on as it is, is in the issue {issue.url}"
    )


def last_run(store: GitStore) -> OpenRun | None:
    """Return the run that holds the state, as the branch was fetched last."""
    tip = read_tip(store.branch, store.branch.fetched())
    return tip.run if tip else None


def _noted(job: Job, main: str, name: str, most: int) -> int | None:
    """Return the serial that the newest status on main notes for a branch; None without one."""
    for commit in reversed(job.repository.first_parents(None, main)[-most:]):
        for each in job.forge.statuses(commit.sha):
            number = each.description.removeprefix(_BEGIN)
            is_number = number.isascii() and number.isdigit() and len(number) < LONGEST_STATUS // 8
            if each.context == name and is_number:
                return int(number)
    return None


def _digest(branch: StateBranch, tip: Tip | None, noted: int) -> str:
    """Return the digest of what a person confirms: the branch, its tip, and the noted serial."""
    whole = f"{branch.name}\n{tip.commit if tip else ''}\n{noted}"
    return sha256(whole.encode()).hexdigest()


def _is_confirmed(job: Job, number: int, digest: str, *, answers: bool) -> bool:
    voters = Electorate(job.forge)
    comments = job.forge.comments(number)
    counting = [
        each
        for each in instructions(comments)
        if each.word == "approve" and each.is_for(digest) and not voters.objection(each.comment)
    ]
    if answers:
        answer_once(job.forge, number, comments, counting, lambda _: _COUNTS)
    return bool(counting)


def _problem(branch: StateBranch, tip: Tip | None, noted: int) -> str:
    if tip is None:
        return f"{branch.place} is gone, which held the state (serial {noted})"
    now = tip.state.serial
    return f"{branch.place} has the state with serial {now}, and a status on main names {noted}"


def _body(job: Job, branch: StateBranch, problem: str, digest: str, *, is_gone: bool) -> str:
    push = Shell("git", "push", "--force", REMOTE, f"COMMIT:{branch.ref}")
    risk = (
        "Without the state, coursesync does not know which records on the site are its own, and "
        "may create them a second time."
        if is_gone
        else "If a newer state is lost, coursesync does not know the records that it created since."
    )
    return f"""\
{marker("waiting", job.path)}
**Nothing is applied until somebody decides about the state.** {escape(_sentence(problem))}

### To restore the newer state

In a clone that has it:

    {push}

### To go on with the branch as it is

{risk} If the status is wrong, nothing is lost.

Somebody who may write to this repository decides by a comment here, with this line alone on a line:

    {line_to_write(digest)}

The next run then goes on, within the hour.
"""


def _sentence(problem: str) -> str:
    return f"{problem[:1].upper()}{problem[1:]}."
