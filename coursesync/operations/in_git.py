"""Checks that git has what belongs together in a workspace, and finds what only git still has.

The state, the outlines that its records come from, and what `init` writes belong into git; the
files of one machine do not. It must never change anything.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from coursesync.errors import Code, Command, Remedy, Shell
from coursesync.files import shown
from coursesync.files.ask_git import answer, restoring
from coursesync.kinds.address import course_of, slug
from coursesync.operations.config import CONFIG
from coursesync.outlines.folder import names_outline
from coursesync.outlines.schema import NAME
from coursesync.render.checks import Check, Level
from coursesync.text import count, inert, listed

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from coursesync.operations.workspace import Project
    from coursesync.planning.plan import Course
    from coursesync.state.state import State

_BESIDE = ("journal", "lock", "locked-by", "backup", "requests")
_GIT_FILES = (".gitignore", ".gitattributes")
_MOST_NAMED = 3  # files, in one command or message
_CONFLICTS = frozenset({"DD", "AU", "UD", "UA", "DU", "AA", "UU"})  # of `git status`


def check_in_git(project: Project, known: State | None) -> Iterator[Check]:
    """Check what git has of a workspace that is in a repository.

    `known` is the state; None if it can't be used, so that it must not be committed.
    """
    state = project.store.path
    if not (project.store.is_file and state.parent.is_dir()):
        return
    if state.exists():
        yield from _check_committed(project, known)
    yield from _check_side_files(state)


def _check_side_files(state: Path) -> Iterator[Check]:
    name, folder = state.name, state.parent
    kept = _names(answer(folder, "ls-files", "-z", "--", f"{name}.*"))
    if kept:
        remedy = Shell("git", "-C", folder, "rm", "--cached", "--", *kept)
        found = f"{listed(kept, 3)} of one machine alone must not be in git"
        yield Check("git", Level.WRONG, found, Remedy("Keep the files, but not in git:", remedy))
    beside = [f"{name}.{each}" for each in _BESIDE]
    ignored = (answer(folder, "check-ignore", "--no-index", "--", *beside) or "").splitlines()
    if len(ignored) == len(beside):
        yield Check("git", Level.OK, "it ignores the files beside the state")
        return
    ending = ".state.json"
    pattern = f"*{ending}.*" if name.endswith(ending) else f"{name}.*"
    yield Check(
        "git",
        Level.WRONG,
        f"it does not ignore the files beside the state, such as {name}.journal, which belong to "
        "one machine",
        Remedy("Add to .gitignore the line", Code(pattern)),
    )


def _check_committed(project: Project, known: State | None) -> Iterator[Check]:
    state = project.store.path
    status = answer(
        state.parent,
        *("status", "--porcelain=v1", "-z", "--untracked-files=all", "--ignored=traditional"),
        *("--", state.name),
    )
    letters = (status or "")[:2]
    if letters in _CONFLICTS:
        remedy = Remedy(
            "Take one side whole. This takes the version that was pulled:",
            Shell("git", "-C", state.parent, "checkout", "--theirs", "--", state.name),
            "Then run:",
            Shell("git", "-C", state.parent, "add", "--", state.name),
            "To see what is different on the site:",
            Command("drift"),
        )
        yield Check("git", Level.WRONG, f"{shown(state)} has a merge conflict", remedy)
    elif known is not None and not project.is_practice:
        yield _check_together(project, known, letters)


def _check_together(project: Project, known: State, letters: str) -> Check:
    state, folder = project.store.path, project.folder
    content = _Content.of(project, known)
    if letters == "!!":
        found = f"git ignores {shown(state)}, so that only this machine knows the Ids"
        remedy = Remedy(
            "Delete the line of .gitignore that this shows:",
            Shell("git", "-C", state.parent, "check-ignore", "-v", "--", state.name),
        )
        return Check("git", Level.WRONG, found, remedy)
    if letters == "??":
        found = f"{shown(state)} is not in git, so that only this machine knows the Ids"
        return Check("git", Level.WRONG, found, content.to_commit("it"))
    if content.lacking:
        named = listed([shown(folder / each) for each in content.lacking], _MOST_NAMED)
        found = f"not in git, though records of the state come from there: {named}"
        return Check("git", Level.WRONG, found, content.to_commit("these"))
    if letters:
        found = f"{shown(state)} has changes that are not committed"
        return Check("git", Level.NOTE, found, content.to_commit("them"))
    return Check("git", Level.OK, f"{shown(state)} is committed")


@dataclass(frozen=True)
class _Content:
    """What to commit of a workspace besides its state, by path from its folder.

    `lacking` are files that records come from, and `own` what `init` writes; git has none of them.
    `changed` are files that records come from, and that differ from git's.
    """

    project: Project
    lacking: tuple[str, ...]
    own: tuple[str, ...]
    changed: tuple[str, ...]

    @classmethod
    def of(cls, project: Project, known: State) -> _Content:
        """Ask git."""
        folder = project.folder
        sources = {name for course in known.complete.values() for name in course.sources}
        courses = {*map(course_of, (*known.entries, *known.doubts))}
        new = untracked_in(folder)
        changed = _names(answer(folder, "ls-files", "-z", "--modified"))
        return cls(
            project,
            tuple(each for each in new if each in sources or _key_of(each) in courses),
            (*(each for each in new if each in {CONFIG, NAME, *_GIT_FILES}), *git_files_of(folder)),
            tuple(each for each in changed if each in sources),
        )

    def to_commit(self, what: str) -> Remedy:
        """Return the commands that commit the state with all that belongs to it."""
        folder = self.project.folder
        state = os.path.relpath(self.project.store.path, folder)
        above = [each for each in self.own if each.startswith("..")]
        if self.lacking or len(self.changed) > _MOST_NAMED:
            names = [*above, ".", *([state] if state.startswith("..") else [])]
        else:
            names = [*self.own, *self.changed, state]
        alone = names == [state]
        return Remedy(
            f"Commit {what}:" if alone else "Commit the outlines and the state together:",
            Shell("git", "-C", folder, "add", "--", *names),
            Shell(
                *("git", "-C", folder, "commit", "-m"),
                "Record the state" if alone else "Record the outlines and the state",
            ),
        )


def untracked_in(folder: Path) -> list[str]:
    """Return the files in a folder that git neither has nor ignores, by their paths from it."""
    return _names(answer(folder, "ls-files", "-z", "--others", "--exclude-standard"))


def git_files_of(folder: Path) -> list[str]:
    """Return git's own files above a workspace that git does not have, by path from it."""
    names = [f"../{each}" for each in _GIT_FILES if (folder.parent / each).is_file()]
    if not names or folder.resolve().parent == folder.resolve():
        return []
    return _names(answer(folder, "ls-files", "-z", "--others", "--exclude-standard", "--", *names))


def lost_outline(project: Project, known: State, key: str) -> Shell | None:
    """Return the command that restores the outline of a course from git; None if git has none."""
    complete = known.complete.get(key)
    deleted = _names(answer(project.folder, "ls-files", "-z", "--deleted"))
    own = [complete.path] if complete else [each for each in deleted if _key_of(each) == key]
    sources = {*complete.sources} if complete else set()
    if not own or own[0] not in deleted:
        return None
    return restoring(project.folder, own[0], *sorted(sources.intersection(deleted) - {own[0]}))


def check_branch(project: Project, known: State) -> Check:
    """Return a check of a state that is kept in a branch, as it was read."""
    place = project.store.place
    if project.store.notes:
        problem, remedy = project.store.notes[0]
        return Check("state", Level.NOTE, problem, remedy)
    if not known.serial:
        return Check(
            "state", Level.OK, f"there is no state in {place} yet: the first apply makes it"
        )
    managed = count(len(known.entries), "record")
    what = f"{place} holds {managed} (serial {known.serial}, lineage {inert(known.lineage, 40)})"
    return Check("state", Level.OK, what)


def check_lost(project: Project, known: State, course: Course, number: int) -> Check:
    """Return a check of a course that has a number of records in the state, and no outline."""
    found = f"the course {course.id} has {count(number, 'record')} in the state and no outline"
    if restore := lost_outline(project, known, course.key):
        return Check("state", Level.WRONG, found, Remedy("Restore it from git:", restore))
    remedy = Remedy(
        "If its outline was lost, write it again from the site:",
        Command("import", course=course.id),
        "If it was deleted on purpose, this says how to hide or delete the records:",
        Command("plan"),
    )
    return Check("state", Level.NOTE, found, remedy)


def _key_of(path: str) -> str:
    """Return the key of an outline that has none of its own; "" for another file."""
    return slug(path.rpartition("/")[2].rpartition(".")[0]) if names_outline(path) else ""


def _names(found: str | None) -> list[str]:
    return [each for each in (found or "").split("\0") if each]
