"""Makes a workspace in a folder, with what git and editors need beside the outlines.

Owns which files a workspace begins with. It must never change a file that exists, except that it
adds missing lines to those of git, and what a caller has shown; what is done already is not done
again.
"""

from __future__ import annotations

import os
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import TYPE_CHECKING

from coursesync.errors import UsageError
from coursesync.files import check_real_folder, shown, unwritable
from coursesync.kinds.field import UNKNOWN_ID
from coursesync.operations.config import CONFIG, config_of
from coursesync.operations.drafts import FileStatus, extended, new, replaced, text_of, written
from coursesync.operations.forge_files import template
from coursesync.operations.locate import FIRST
from coursesync.outlines.folder import check_folder, outline_paths
from coursesync.outlines.schema import NAME, line_for, schema_text
from coursesync.text import holds_unseen

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Mapping

    from coursesync.operations.drafts import Draft
    from coursesync.operations.forge_files import ForgeFiles

_EXAMPLE_ID = "id: 4711"  # in the template
_PATIENCE = 30  # seconds, for git to answer
_IS_ONE = ["rev-parse", "--git-dir"]  # fails if the folder is in no repository
# the workflows that come with coursesync run on main; an old git ignores the setting
_NEW = ("-c", "init.defaultBranch=main", "init", "--quiet")
_ENOUGH = re.compile(r"[\w./-]+")  # a path that .gitattributes may hold without quotes


@dataclass(frozen=True, slots=True)
class Initialised:
    """A workspace that was made, or was there.

    Attributes:
        workspace: its folder.
        files: what was done with each file, by its path.
        first: the first outline, if it was written now.
        without_git: why the folder is in no git repository; "" if it is in one.
    """

    workspace: Path
    files: Mapping[Path, FileStatus]
    first: Path | None
    without_git: str = ""

    @property
    def is_old(self) -> bool:
        """Whether all was there already."""
        return {*self.files.values()} == {FileStatus.KEPT}


def init(
    folder: str | os.PathLike[str] = ".",
    workspace: str | os.PathLike[str] = "courses",
    *,
    course_id: int | None = None,
    first: bool = True,
) -> Initialised:
    """Make a workspace in a folder, and that folder a git repository if it is in none.

    Args:
        folder: the repository's folder, or one in it; it is made if it does not exist.
        workspace: the folder of the outlines, in that folder.
        course_id: the Id of the course in the first outline; by default it is still to be written.
        first: whether to write a first outline, if there is none.

    Raises:
        UsageError: one of the folders can't be one, or `coursesync.toml` is not valid.
        CoursesyncError: a file can't be read or written.

    Example:
        >>> coursesync.init("our-courses", course_id=4711).workspace
    """
    return write(drafted(folder, workspace, course_id=course_id, first=first), folder, workspace)


def drafted(
    folder: str | os.PathLike[str],
    workspace: str | os.PathLike[str],
    *,
    course_id: int | None = None,
    first: bool = True,
    wanted: ForgeFiles | None = None,
) -> tuple[Draft, ...]:
    """Return the files that `init` would write, and those that it would keep; it writes nothing.

    `wanted` are the files for a forge; the others are as in `init`, and so are the errors.
    """
    root = Path(folder)
    inner = root / workspace
    below = _below(root, inner)
    _check(inner)
    config = config_of(inner)
    settings = template(CONFIG)
    drafts = [
        extended(root / ".gitignore", template("gitignore")),
        extended(root / ".gitattributes", _attributes(below)),
        new(inner / CONFIG, settings)
        if wanted is None
        else replaced(
            inner / CONFIG, wanted.settings(text_of(inner / CONFIG) or settings, config.sets)
        ),
        new(inner / NAME, schema_text()),
    ]
    there = [name for name, _ in outline_paths(inner)] if inner.is_dir() else []
    if first and (not there or FIRST in there):
        top = line_for(inner / FIRST, inner / NAME)
        drafts.append(new(inner / FIRST, f"{top}\n{_first_outline(course_id)}"))
    if wanted is not None:
        drafts += [replaced(root / name, text) for name, text in wanted.texts(below).items()]
    return tuple(drafts)


def write(
    drafts: Iterable[Draft],
    folder: str | os.PathLike[str] = ".",
    workspace: str | os.PathLike[str] = "courses",
    *,
    keep: Container[Path] = (),
) -> Initialised:
    """Write drafts, except the existing files to `keep`; the rest is as in `init`."""
    root = Path(folder)
    inner = root / workspace
    _make(inner)
    done = {each.path: FileStatus.KEPT if each.path in keep else written(each) for each in drafts}
    problem, is_new = _in_repository(root)
    if is_new:
        done[root / ".git"] = FileStatus.NEW
    is_written = done.get(inner / FIRST) is FileStatus.NEW
    return Initialised(inner, done, inner / FIRST if is_written else None, problem)


def _below(root: Path, inner: Path) -> str:
    """Return the path of the workspace from the repository's folder, with slashes."""
    below = PurePath(os.path.relpath(inner, root))
    if below.parts[:1] == ("..",):
        raise UsageError(
            f"the workspace {shown(inner)} is not in {shown(root)}",
            "Name a folder in it, such as courses.",
        )
    if re.search(r"[\t\n]", below.as_posix()) or holds_unseen(below.as_posix()):
        raise UsageError(
            f"the name of the workspace {shown(inner)} has a line break or another character that "
            "can't be seen",
            "Git can't read it in .gitattributes. Name a folder such as courses.",
        )
    return below.as_posix()


def _first_outline(course_id: int | None) -> str:
    number = UNKNOWN_ID if course_id is None else course_id
    return template(FIRST).replace(_EXAMPLE_ID, f"id: {number}", 1)


def _attributes(workspace: str) -> str:
    """Return the lines of .gitattributes for a workspace, by its path from that file.

    A pattern with other characters is in quotes: https://git-scm.com/docs/gitattributes
    """
    text = template("gitattributes")
    if workspace == ".":
        return text.replace("{}", "")
    if _ENOUGH.fullmatch(workspace):
        return text.replace("{}", f"{workspace}/**/")
    plain = re.sub(r"(^!|[][*?\\])", r"\\\1", workspace)
    quoted = re.sub(r'(["\\])', r"\\\1", plain)
    return re.sub(r"(?m)^\{\}(\S+)", lambda found: f'"{quoted}/**/{found[1]}"', text)


def _check(folder: Path) -> None:
    """Raise UsageError or CoursesyncError if a folder is there that can't be a workspace."""
    if os.path.lexists(folder):
        check_folder(folder)
        check_real_folder(folder)
    elif above := next((e for e in folder.parents if os.path.lexists(e) and not e.is_dir()), None):
        raise UsageError(f"{shown(above)} is a file, not a folder", "Name another folder.")


def _make(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise unwritable(folder, error) from error


def _in_repository(folder: Path) -> tuple[str, bool]:
    """Make a folder a git repository unless it is in one.

    Returns why it is none, "" if it is one; and whether it is new.
    """
    real = Path(os.path.realpath(folder))
    above = (each / ".git" for each in (real, *real.parents))
    there = next(filter(os.path.lexists, above), None)
    try:
        why = _why_git_fails(folder, *(_NEW if there is None else _IS_ONE))
    except FileNotFoundError:
        return "" if there else "git is not installed", False
    except (OSError, subprocess.TimeoutExpired) as error:
        why = str(error)
    if why and there is not None:
        return f"git can't use {shown(there)} ({why})", False
    return why, not why and there is None


def _why_git_fails(folder: Path, *words: str) -> str:
    """Run git in a folder; return "" if it succeeds, else the last line that it prints."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    ran = subprocess.run(  # noqa: S603 - the words are ours
        ["git", *words],  # noqa: S607 - as the user would type it
        cwd=folder,
        env=kept,
        capture_output=True,
        timeout=_PATIENCE,
        check=False,
    )
    if ran.returncode == 0:
        return ""
    said = os.fsdecode(ran.stderr).strip().splitlines()
    return said[-1] if said else f"git exits with {ran.returncode}"
