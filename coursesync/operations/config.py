"""The configuration of a workspace: the values of `coursesync.toml`, and the reading of that file.

Owns which fields there are, and what each must hold. It must never read an environment variable.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from coursesync.errors import Code, CoursesyncError, Remedy, Shell, UnusableFile, UsageError
from coursesync.files import read
from coursesync.nexudus.limits import PUBLISHED, SETTLING, Limits
from coursesync.nexudus.target import DEFAULT_BASE_URL, check_target
from coursesync.operations.page_pattern import PAGES, is_pattern
from coursesync.outlines.folder import ENDINGS
from coursesync.state import STATE_NAME
from coursesync.text import inert, nearest
from coursesync.version import __version__

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from coursesync.errors import Sentence

CONFIG = "coursesync.toml"
SANDBOX = ".coursesync"  # the folder of the embedded sandbox in a workspace
_MAX_CONFIG = 65_536
_MOST_MISTAKES = 10  # in one message
_AUTHORS = (*ENDINGS, ".html", ".htm", ".md", ".markdown")
_ANY_VERSION = ">=0.1,<1"
_LONGEST_NAME = 200  # bytes; the names of journal and lock are longer


@dataclass(frozen=True, slots=True)
class Config:
    """The configuration of a workspace; `settling_time` is in seconds.

    `marker` is whether a create leaves a marker in its record, by which coursesync can find it.
    `pages` are the patterns of the records' pages, by the name of a kind. `sets` are the fields
    that the file has, in its order.
    """

    base_url: str = DEFAULT_BASE_URL
    sandbox: bool = False
    required_version: str = ""
    state: str = STATE_NAME
    settling_time: float = SETTLING
    on_removal: Literal["keep", "deactivate", "delete"] = "keep"
    strict: bool = False
    marker: bool = True
    limits: Limits = PUBLISHED
    pages: Mapping[str, str] = field(default_factory=dict)
    sets: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Rule:
    """What a value must be, in words and as a function, and an example of one.

    `choices` are all values, if there are only a few.
    """

    must_be: str
    fits: Callable[[object], bool]
    example: object
    choices: tuple[str, ...] = ()


def _number(least: int, most: int, kind: type[int | float]) -> Callable[[object], bool]:
    def fits(value: object) -> bool:
        return isinstance(value, int | kind) and type(value) is not bool and least <= value <= most

    return fits


def _text(example: str) -> _Rule:
    return _Rule("text in quotes", lambda value: isinstance(value, str), example)


def _yes_or_no(*, example: bool) -> _Rule:
    return _Rule("true or false", lambda value: isinstance(value, bool), example)


def _seconds(example: float) -> _Rule:
    return _Rule("a number of seconds from 0 to 3,600", _number(0, 3_600, float), example)


def _requests(example: int) -> _Rule:
    return _Rule("a whole number from 1 to 1,000,000", _number(1, 1_000_000, int), example)


def _page(name: str) -> _Rule:
    return _Rule(
        "the https address of a page, in quotes, without a user name, and with no placeholder but "
        "{id} and {course_id}",
        is_pattern,
        f"https://dashboard.example.com/{name}s/{{id}}",
    )


_ON_REMOVAL = ("keep", "deactivate", "delete")
_FIELDS = {
    "base_url": _text(DEFAULT_BASE_URL),
    "sandbox": _yes_or_no(example=True),
    "required_version": _Rule(
        "versions in quotes, as pip takes them",
        lambda value: isinstance(value, str),  # `_check_version` has read it
        _ANY_VERSION,
    ),
    "state": _text(STATE_NAME),
    "settling_time": _seconds(SETTLING),
    "on_removal": _Rule(
        '"keep", "deactivate" or "delete"', lambda value: value in _ON_REMOVAL, "keep", _ON_REMOVAL
    ),
    "strict": _yes_or_no(example=False),
    "marker": _yes_or_no(example=True),
}
_TABLES = {
    "limits": {
        each.name: (_seconds if each.name == "gap" else _requests)(getattr(PUBLISHED, each.name))
        for each in fields(Limits)
    },
    "pages": {name: _page(name) for name in PAGES},
}


def _may_hold(within: str = "") -> Remedy:
    if within:
        return Remedy("Below", Code(f"[{within}]"), f"it may hold {', '.join(_TABLES[within])}.")
    tables = [Code(f"[{name}]") for name in _TABLES]
    return Remedy(f"It may hold {', '.join(_FIELDS)}, and the tables", *tables)


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
        raise UsageError(f"the configuration can't be used: {error}", _may_hold()) from error
    if len(content) > _MAX_CONFIG:
        raise UsageError(f"{path} is larger than {_MAX_CONFIG:,} bytes", _may_hold())
    config = _parsed(content, path)
    if wrong := wrong_state_name(config.state):
        raise _invalid(path, f"`state` {wrong}", _example("state", STATE_NAME))
    if not _is_within(folder, config.state):
        raise _invalid(
            path,
            f"`state` leads out of the workspace ({inert(config.state, 100)})",
            Remedy(
                _example("state", STATE_NAME),
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
        example = _example("base_url", DEFAULT_BASE_URL)
        raise _invalid(folder / CONFIG, error.problem, example) from error


def _parsed(content: bytes, path: Path) -> Config:
    import tomllib  # noqa: PLC0415 - most workspaces have no such file

    try:
        table = tomllib.loads(content.decode())
    except UnicodeDecodeError as error:
        raise _invalid(path, "it is not in UTF-8", "Save it as UTF-8.") from error
    except RecursionError as error:
        raise _invalid(path, "it is nested too deeply", _may_hold()) from error
    except ValueError as error:
        is_value = str(error).startswith("Invalid value")
        quotes = Remedy("Put text in quotes, as in", Code('on_removal = "delete"'), _may_hold())
        remedy = quotes if is_value else _may_hold()
        raise _invalid(path, f"it is not TOML: {inert(str(error), 100)}", remedy) from error
    _check_version(table.get("required_version"), path)
    plain = {name: value for name, value in table.items() if name not in _TABLES}
    tables = {name: table.get(name, {}) for name in _TABLES}
    mistakes = list(_mistakes(plain, _FIELDS))
    for name, found in tables.items():
        if isinstance(found, dict):
            mistakes += _mistakes(found, _TABLES[name], name)
        else:
            mistakes.append((f"`{name}` is not a table of fields", _may_hold(name)))
    if mistakes:
        # one example of how to write a field is enough
        problems = "; ".join(problem for problem, _ in mistakes[:_MOST_MISTAKES])
        raise _invalid(path, problems, mistakes[0][1])
    limits, pages = Limits(**tables["limits"]), tables["pages"]
    return Config(**plain, limits=limits, pages=pages, sets=tuple(_named(table)))


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
        problem = f'`required_version` is "{inert(wanted, 60)}", and these are no versions'
        raise _invalid(path, problem, _example("required_version", _ANY_VERSION)) from error
    if not fits:
        raise CoursesyncError(
            f"{path} asks for coursesync {inert(wanted, 60)}, and this is {__version__}",
            Remedy(
                "Install a version that fits, from where this one was installed, as in",
                Shell("pip", "install", f"coursesync{inert(wanted, 60)}"),
            ),
        )


def _invalid(path: Path, problem: str, remedy: Sentence) -> UsageError:
    return UsageError(f"{path} is not valid: {problem}", remedy)


def _example(name: str, value: object) -> Remedy:
    return Remedy("Write it as in", Code(f"{name} = {json.dumps(value)}"))


def _mistakes(
    table: Mapping[str, object], rules: Mapping[str, _Rule], within: str = ""
) -> Iterator[tuple[str, Remedy]]:
    below = ("below", Code(f"[{within}]")) if within else ()
    for name, value in table.items():
        shown = f"`{inert(f'{within}.{name}' if within else name, 80)}`"
        if (rule := rules.get(name)) is None:
            problem = f"there is no field {shown}"
            yield problem, _meant(name, rules, within) or _may_hold(within)
        elif not rule.fits(value):
            problem = f"{shown} must be {rule.must_be}, but is {_as_written(value)}"
            if isinstance(value, str) and (near := nearest(value, rule.choices)):
                yield problem, Remedy("Did you mean", Code(f"{name} = {json.dumps(near)}"), "?")
            else:
                yield problem, Remedy(_example(name, rule.example), *below)


def _meant(name: str, rules: Mapping[str, _Rule], within: str) -> Remedy | None:
    """Return the field that a misspelt name, or one in the wrong table, stands for."""
    if near := nearest(name, rules if within else (*rules, *_TABLES)):
        return Remedy("Did you mean", Code(f"[{near}]" if near in _TABLES else near), "?")
    for table, others in {"": _FIELDS, **_TABLES}.items():
        if table != within and name in others:
            where = Remedy("below", Code(f"[{table}]")) if table else "above all tables."
            return Remedy("Write", Code(name), where)
    return None


def _as_written(value: object) -> str:
    """Return a value as in TOML, or which kind of value it is."""
    if isinstance(value, dict | list):
        return "a table" if isinstance(value, dict) else "a list"
    if isinstance(value, str) and "@" in value:  # a password may be before it
        return "text with an @, which is not shown"
    is_plain = isinstance(value, bool | str)
    return inert(json.dumps(value, ensure_ascii=False) if is_plain else str(value), 60)


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
