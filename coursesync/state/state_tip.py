"""The tip of a state's branch as it was read: its state, its open run, and its report.

Owns which tip may follow another one: a state that is older than one that is known, or of another
lineage, is refused. It must never write.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from coursesync.errors import Remedy, Shell, StateError
from coursesync.state.open_run import run_in
from coursesync.state.state import State
from coursesync.state.state_branch import JOURNAL, REMOTE, REPORT, RUN, STATE
from coursesync.state.state_report import report_in
from coursesync.state.state_text import checksum_of, parse
from coursesync.text import duration, inert

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from coursesync.state.open_run import OpenRun
    from coursesync.state.state_branch import StateBranch
    from coursesync.state.state_report import StateReport


@dataclass(frozen=True, slots=True)
class Tip:
    """A commit of a state's branch, and its files that coursesync knows."""

    branch: StateBranch
    commit: str
    files: Mapping[str, bytes]

    @property
    def saved(self) -> bytes:
        """The state's bytes; b"" if the branch has none."""
        return self.files.get(STATE, b"")

    @property
    def run(self) -> OpenRun | None:
        """The run that holds the state; raises StateError if it can't be read."""
        return run_in(self.files.get(RUN), self.branch.place)

    @property
    def report(self) -> StateReport:
        """What is recorded with the state; raises StateError if it can't be read."""
        return report_in(self.files.get(REPORT), self.branch.place)

    @property
    def state(self) -> State:
        """The state as it was saved last; raises StateError if it can't be trusted."""
        return parse(self.saved, self.branch.path_of(STATE), lambda: _earlier(self.branch))

    def led_to(self, target: str) -> State:
        """Return the state with the journal that the open run pushed last.

        Raises:
            StateError: one of them can't be trusted, or the state is another target's.
        """
        state = self.state
        if state.target != target:
            raise StateError(
                f"the state in {self.branch.place} belongs to another target: "
                f"{inert(state.target, 100)}",
                "Each target has a branch of its own: check who wrote this one.",
            )
        if (journal := self.files.get(JOURNAL)) is None:
            return state
        from coursesync.state.interrupted import catch_up  # noqa: PLC0415 - rarely needed

        found = catch_up(state, journal, self.branch.path_of(JOURNAL), checksum_of(self.saved))
        return found if isinstance(found, State) else state


def read_tip(branch: StateBranch, commit: str | None) -> Tip | None:
    """Read a commit of a branch; None stands for none. Raises StateError as `StateBranch.read`."""
    return None if commit is None else Tip(branch, commit, branch.read(commit))


def copy_in_words(tip: Tip | None, now: float, *, is_ahead: bool) -> str:
    """Say which state is used without the remote: a tip fetched earlier, unless this is ahead."""
    if is_ahead or tip is None:
        return "This is the state as this machine left it; it is not pushed yet"
    age = duration(now - tip.branch.saved_at(tip.commit))
    return f"This is the state as it was fetched last; it was saved {age} ago"


def state_since(branch: StateBranch, target: str, is_so: Callable[[StateReport], bool]) -> State:
    """Return the state that was saved when a branch began to report what it reports now.

    Args:
        branch: as it was fetched or pushed last.
        target: the API's base URL.
        is_so: returns whether a report is as it is now; a commit that can't be read ends the search
            as well.
    """
    found, tip = State(target=target), branch.fetched()
    with suppress(StateError):
        for commit in branch.changes_of(REPORT, tip) if tip else ():
            older = Tip(branch, commit, branch.read(commit))
            if not is_so(older.report):
                break
            found = older.state
    return found


def saved_in(branch: StateBranch, tip: Tip | None) -> Iterator[bytes]:
    """Yield the states that a branch has at its tip, and had when this clone wrote it last."""
    if tip is not None:
        yield tip.saved
    if (known := read_tip(branch, branch.known())) is not None:
        yield known.saved


def check_follows(branch: StateBranch, tip: Tip | None, least_serial: int | None) -> None:
    """Raise StateError if a tip lost what is known of its branch.

    Args:
        branch: it remembers the newest commit that a writer of this clone saw or made.
        tip: None if the remote has no such branch.
        least_serial: the newest serial that a caller knows, if any.
    """
    known = read_tip(branch, branch.known())
    if tip is not None and known is not None and tip.commit == known.commit and not least_serial:
        return
    before = known.state if known is not None else None
    least = max(least_serial or 0, before.serial if before is not None else 0)
    if tip is None:
        if least:
            raise StateError(
                f"{branch.place} is gone, which held the state (serial {least})",
                _back(branch, known),
            )
        return
    now = tip.state
    if before is not None and now.lineage != before.lineage:
        raise StateError(
            f"{branch.place} holds another state than before: the lineage is "
            f"{inert(now.lineage, 40)}, and was {inert(before.lineage, 40)}",
            _back(branch, known),
        )
    if now.serial < least:
        raise StateError(
            f"{branch.place} holds an older state than before: its serial is {now.serial}, and "
            f"was {least}",
            _back(branch, known),
        )
    if known is not None and branch.common(known.commit, tip.commit) not in {known.commit, None}:
        raise StateError(
            f"{branch.place} holds another history than before: it was set back, and another run "
            f"changed it since, so it lacks what this clone knows (serial {least})",
            _back(branch, known),
        )


def _back(branch: StateBranch, known: Tip | None) -> Remedy:
    """Return how to restore what is known, and how to go on without it."""
    if known is None:
        return Remedy(
            "In a clone that has the newer one, find its commit:",
            Shell("git", "log", "-1", "--format=%H", f"{REMOTE}/{branch.name}"),
            "Restore it from there:",
            Shell("git", "push", "--force", REMOTE, f"COMMIT:{branch.ref}"),
        )
    return Remedy(
        "Restore it from this clone:",
        Shell(
            *("git", "-C", branch.folder, "push", "--force", REMOTE), f"{branch.kept}:{branch.ref}"
        ),
        "If somebody did that on purpose, forget it here:",
        Shell("git", "-C", branch.folder, "update-ref", "-d", branch.kept),
    )


def _earlier(branch: StateBranch) -> Remedy:
    return Remedy(
        "To see its earlier versions:",
        Shell("git", "-C", branch.folder, "log", "--stat", f"{REMOTE}/{branch.name}"),
        "To restore one of them:",
        Shell("git", "push", "--force", REMOTE, f"COMMIT:{branch.ref}"),
    )
