"""What `init --github` and `--gitlab` ask and print: differences, commands for git, settings."""

from __future__ import annotations

import os
from os.path import relpath
from typing import TYPE_CHECKING

from coursesync.ci.forges.setup import settings_of
from coursesync.cli.question import agreed, can_ask
from coursesync.cli.screen import say, say_wrapped
from coursesync.errors import Remedy, Shell, UsageError
from coursesync.files import shown
from coursesync.files.ask_git import answer
from coursesync.nexudus.clock import SystemClock
from coursesync.operations.drafts import FileStatus
from coursesync.operations.forge_files import ForgeName
from coursesync.operations.remote import remote_of
from coursesync.text import count, on_one_line

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from coursesync.ci.forges.settings import Setting, Settings
    from coursesync.operations.drafts import Draft
    from coursesync.operations.forge_files import ForgeFiles
    from coursesync.operations.init import Initialised

_NAMES = {ForgeName.GITHUB: "GitHub", ForgeName.GITLAB: "GitLab"}
_REVIEWS = {ForgeName.GITHUB: "pull request", ForgeName.GITLAB: "merge request"}
_MAIN, _OLD_MAIN, _FIRST = "main", "master", "first-course"


def refused(drafts: Iterable[Draft], *, is_agreed: bool) -> frozenset[Path]:
    """Show how drafts would change files that exist, and return which of these stay as they are.

    Asks for each of them, unless the answer `is_agreed` already.

    Raises UsageError if there is no terminal to ask on.
    """
    kept = set()
    changing = [e for e in drafts if e.status not in {FileStatus.NEW, FileStatus.KEPT}]
    for draft in changing:
        for line in draft.difference():
            say(line)
        say()
        if not is_agreed and can_ask() and not agreed(f"Change {shown(draft.path)}?"):
            kept.add(draft.path)
    if changing and not is_agreed and not can_ask():
        files = f"{count(len(changing), 'file')} {'exists' if len(changing) == 1 else 'exist'}"
        raise UsageError(
            f"{files} with other contents, and there is no terminal to ask on; nothing was written",
            Remedy(
                "To change it as shown above:"
                if len(changing) == 1
                else "To change them as shown above:",
                Shell("--yes"),
            ),
        )
    return frozenset(kept)


def print_setup(folder: Path, begun: Initialised, wanted: ForgeFiles) -> None:
    """Print what is left to do for a repository whose files are written."""
    if begun.is_old:
        say_wrapped("Nothing was changed: all of this was there already.")
    if not wanted.is_pinned:
        say_wrapped(
            "The files name no version of coursesync yet, because this one was not installed from "
            "a commit of a git repository. Until you write an address and a commit in the place of "
            "ADDRESS and COMMIT, every run is refused."
        )
        say()
    if not begun.without_git:
        _print_commands(folder, begun)
    found = settings_of(folder, begun.workspace, wanted.forge, os.environ, SystemClock())
    _print_settings(found, _NAMES[wanted.forge])
    say_wrapped(f"Then open a {_REVIEWS[wanted.forge]} to see the first plan.")


def _print_commands(folder: Path, begun: Initialised) -> None:
    """Print the commands that put the files on main, and the first course on a branch."""
    written = [path for path, done in begun.files.items() if done is not FileStatus.KEPT]
    inside = begun.workspace
    set_up = [_top(e, inside) for e in written if e.name != ".git" and e != begun.first]
    if not set_up:
        return

    def git(*words: str) -> None:
        say(f"  {Shell('git', '-C', inside, *words)}")

    branch = (answer(folder, "symbolic-ref", "--short", "HEAD") or "").strip()
    has_course = begun.first is not None and branch in {_MAIN, _OLD_MAIN}
    say_wrapped(f"To push this{', with the first course on its own branch' if has_course else ''}:")
    if branch == _OLD_MAIN:
        git("branch", "-m", _MAIN)
    if remote_of(folder) is None:
        git("remote", "add", "origin", "ADDRESS")
    beside = [] if has_course else [inside]  # with outlines that were imported
    git("add", "--", *sorted({relpath(e, inside) for e in [*set_up, *beside]}))
    git("commit", "-m", "Set coursesync up")
    if has_course:
        git("switch", "-c", _FIRST)
        git("add", "--", ".")
        git("commit", "-m", "Add the first course")
    branches = [_MAIN if branch == _OLD_MAIN else branch, *([_FIRST] if has_course else [])]
    git("push", "origin", *branches)
    say()


def _top(path: Path, inside: Path) -> Path:
    """Return the folder of workflows in the place of one of them."""
    return path.parent if path.parent.name == "workflows" and inside not in path.parents else path


def _print_settings(found: Settings, forge: str) -> None:
    if not found.left:
        say_wrapped(f"All settings on {forge} are right.")
        return
    if found.unknown:
        say_wrapped(Remedy("The settings could not be looked at:", found.unknown))
        say()
    what = "Check that these settings are made" if found.unknown else "What is left to set"
    say_wrapped(f"{what} on {forge}:")
    for number, each in enumerate(found.left, 1):
        _print_setting(number, each, is_unknown=each.is_right is None and not found.unknown)
    say()


def _print_setting(number: int, setting: Setting, *, is_unknown: bool) -> None:
    more = "This could not be looked at. " if is_unknown else ""
    without = f"Without it, {setting.without}." if setting.without else ""
    say_wrapped(Remedy(f"{number}.", setting.todo, more + without), hang="   ")
    say(on_one_line(f"   {setting.page}"))
