"""The configuration of a workspace: the values of `coursesync.toml`, and the reading of that file.

It must never read an environment variable.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from coursesync.errors import Code, CoursesyncError, Remedy, Shell, UnusableFile, UsageError
from coursesync.files import read, shown
from coursesync.nexudus.limits import PUBLISHED, SETTLING, Limits
from coursesync.nexudus.target import DEFAULT_BASE_URL, check_target
from coursesync.operations.config_fields import (
    ANY_VERSION,
    TABLES,
    example_of,
    may_hold,
    mistakes_in,
)
from coursesync.operations.origin import origin_of_this
from coursesync.outlines.folder import ENDINGS
from coursesync.outlines.settings import Settings
from coursesync.state import STATE_NAME
from coursesync.text import inert
from coursesync.version import __version__

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from coursesync.errors import Sentence
    from coursesync.state.state_report import Reviewing

CONFIG = "coursesync.toml"
SANDBOX = ".coursesync"  # the folder of the embedded sandbox in a workspace
_MAX_CONFIG = 65_536
_MOST_MISTAKES = 10  # in one message
_AUTHORS = (*ENDINGS, ".html", ".htm", ".md", ".markdown")
_LONGEST_NAME = 200  # bytes; the names of journal and lock are longer


@dataclass(frozen=True, slots=True)
class Config:
    """The configuration of a workspace; `settling_time` is in seconds.

    `marker` is whether a create leaves a marker in its record, by which coursesync can find it.
    `pages` are the patterns of the records' pages, by the name of a kind. `sets` are the fields
    that the file has, in its order. `outlines` is what concerns the outlines alone.
    `require_review`: a merged pull request counts only if somebody else approved its last head;
    `solo`: there is nobody else, so that none has to, and who pushed something may approve it.
    """

    base_url: str = DEFAULT_BASE_URL
    sandbox: bool = False
    required_version: str = ""
    state: str = STATE_NAME
    store: Literal["file", "git"] = "file"
    settling_time: float = SETTLING
    on_removal: Literal["keep", "deactivate", "delete"] = "keep"
    strict: bool = False
    marker: bool = True
    limits: Limits = PUBLISHED
    pages: Mapping[str, str] = field(default_factory=dict)
    sets: tuple[str, ...] = ()
    outlines: Settings = field(default_factory=Settings)
    require_review: bool = True
    solo: bool = False

    @property
    def reviewing(self) -> Reviewing:
        """Who has to approve: somebody else, nobody, or, with `solo`, whoever there is."""
        return "solo" if self.solo else "required" if self.require_review else "optional"

    @property
    def needs_approval(self) -> bool:
        """Whether a merged pull request counts only if somebody else approved its last head."""
        return self.require_review and not self.solo


def config_of(folder: Path) -> Config:
    """Read a workspace's `coursesync.toml`, if it has one.

    Raises:
        CoursesyncError: it asks for another version of coursesync.
        UsageError: it is not valid.
    """
    path = folder / CONFIG
    try:
        os.lstat(path)
        content = read(path)
    except FileNotFoundError:
        return Config()
    except (OSError, UnusableFile) as error:
        raise UsageError(f"the configuration can't be used: {error}", may_hold()) from error
    if len(content) > _MAX_CONFIG:
        raise UsageError(f"{path} is larger than {_MAX_CONFIG:,} bytes", may_hold())
    config = _parsed(content, path)
    if wrong := wrong_state_name(config.state):
        raise _invalid(path, f"`state` {wrong}", example_of("state", STATE_NAME))
    if not _is_within(folder, config.state):
        raise _invalid(
            path,
            f"`state` leads out of the workspace ({inert(config.state, 100)})",
            Remedy(
                example_of("state", STATE_NAME),
                "To use a state elsewhere, pass",
                Shell("--state"),
                "or set COURSESYNC_STATE.",
            ),
        )
    return config


def config_target(folder: Path, config: Config) -> str:
    """Return the target of a configuration; raises UsageError if it is not valid."""
    try:
        return check_target(config.base_url)
    except UsageError as error:
        example = example_of("base_url", DEFAULT_BASE_URL)
        raise _invalid(folder / CONFIG, error.problem, example) from error


def _parsed(content: bytes, path: Path) -> Config:
    import tomllib  # noqa: PLC0415 - most workspaces have no such file

    try:
        table = tomllib.loads(content.decode())
    except UnicodeDecodeError as error:
        raise _invalid(path, "it is not in UTF-8", "Save it as UTF-8.") from error
    except RecursionError as error:
        raise _invalid(path, "it is nested too deeply", may_hold()) from error
    except ValueError as error:
        is_value = str(error).startswith("Invalid value")
        quotes = Remedy("Put text in quotes, as in", Code('on_removal = "delete"'), may_hold())
        remedy = quotes if is_value else may_hold()
        raise _invalid(path, f"it is not TOML: {inert(str(error), 100)}", remedy) from error
    _check_version(table.get("required_version"), path)
    plain = {name: value for name, value in table.items() if name not in TABLES}
    tables = {name: table.get(name, {}) for name in TABLES}
    if mistakes := [*mistakes_in(plain, tables)][:_MOST_MISTAKES]:
        problems = "; ".join(problem for problem, _ in mistakes)
        remedies = dict.fromkeys(remedy for _, remedy in mistakes)
        raise _invalid(path, problems, Remedy(*remedies))
    limits, pages = Limits(**tables["limits"]), tables["pages"]
    outlines = Settings(
        shown(path),
        frozenset(plain.pop("allow", ())),
        {key: frozenset(rules) for key, rules in tables["allow_in"].items()},
        _lines_of(tables["allow_in"], content.decode()),
        _with_slash(plain.pop("assets_url", "")),
    )
    sets = tuple(_named(table))
    return Config(**plain, limits=limits, pages=pages, sets=sets, outlines=outlines)


def _with_slash(url: str) -> str:
    """Return an address that a path can follow; "" stays."""
    return url if url.endswith("/") or not url else f"{url}/"


def _lines_of(keys: Iterable[str], text: str) -> dict[str, int]:
    """Return the line of each key in the text of the file."""
    lines = {}
    for key in keys:
        found = re.search(rf"^[ \t]*[\"']?{re.escape(key)}[\"']?[ \t]*=", text, re.MULTILINE)
        lines[key] = text.count("\n", 0, found.start()) + 1 if found else 1
    return lines


def _named(table: Mapping[str, object]) -> Iterator[str]:
    for name, value in table.items():
        yield from (f"{name}.{each}" for each in value) if isinstance(value, dict) else (name,)


def _check_version(wanted: object, path: Path) -> None:
    """Raise CoursesyncError if this is not a version that the file asks for.

    Before anything else is checked, because other versions have other fields.
    """
    if not isinstance(wanted, str):
        return
    from packaging.specifiers import InvalidSpecifier, SpecifierSet  # noqa: PLC0415 - hardly any file needs it

    try:
        fits = SpecifierSet(wanted).contains(__version__, prereleases=True)
    except InvalidSpecifier as error:
        example = f"=={wanted}" if _is_version(wanted) else ANY_VERSION
        problem = f'`required_version` is "{inert(wanted, 60)}", and needs a comparison'
        raise _invalid(path, problem, example_of("required_version", example)) from error
    if not fits:
        raise CoursesyncError(
            f"{path} asks for coursesync {inert(wanted, 60)}, but {__version__} is running",
            Remedy(
                "Install a commit that has such a version:",
                Shell("pipx", "install", "--force", f"git+{origin_of_this().address}@COMMIT"),
            ),
        )


def _is_version(text: str) -> bool:
    from packaging.version import InvalidVersion, Version  # noqa: PLC0415 - hardly any file needs it

    try:
        Version(text)
    except InvalidVersion:
        return False
    return True


def _invalid(path: Path, problem: str, remedy: Sentence) -> UsageError:
    return UsageError(f"{path} is not valid: {problem}", remedy)


def _is_within(folder: Path, name: str) -> bool:
    """Return whether a path leads to a place in a folder, after all links."""
    root = os.path.realpath(folder)
    return Path(root) in Path(os.path.realpath(Path(root, name))).parents


def wrong_state_name(text: str) -> str:
    """Return why the state can't be in a file of this name, as a predicate; "" if it can."""
    longest = max(len(os.fsencode(part)) for part in text.split("/"))
    name = Path(text).name
    if not name.strip() or name == ".." or not text.isprintable() or longest > _LONGEST_NAME:
        return "is not the name of a file"
    if name.lower() == CONFIG or name.lower().endswith(_AUTHORS):
        return "is a name for an author's files"
    return ""
