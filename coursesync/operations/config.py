"""The configuration of a workspace: the values of `coursesync.toml`, and the reading of that file.

Owns which fields there are, and what each must hold. It must never read an environment variable.
"""

from __future__ import annotations

import json
import os
import re
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from coursesync.errors import Code, Remedy, Shell, UnusableFile, UsageError
from coursesync.files import read, shown
from coursesync.nexudus.limits import PUBLISHED, SETTLING, Limits
from coursesync.nexudus.target import DEFAULT_BASE_URL, check_target
from coursesync.outlines.folder import ENDINGS
from coursesync.outlines.settings import Settings
from coursesync.state import STATE_NAME
from coursesync.text import inert

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from coursesync.errors import Sentence

    Rule = tuple[str, Callable[[object], bool]]  # what a value must be, and whether it is

CONFIG = "coursesync.toml"
_MAX_CONFIG = 65_536
_MOST_MISTAKES = 10  # in one message
_AUTHORS = (*ENDINGS, ".html", ".htm", ".md", ".markdown")
_ON_THE_WEB = re.compile(
    r"https://[A-Za-z0-9.-]+(?::[0-9]{1,5})?(?:/[\w.~!$&'()*+,;=:%-]*)*", re.ASCII
)
_ASSETS_EXAMPLE = "https://cdn.example.com/courses/"
_LONGEST_NAME = 200  # bytes; the names of journal and lock are longer


@dataclass(frozen=True, slots=True)
class Config:
    """The configuration of a workspace; `settling_time` is in seconds.

    `marker` is whether a create leaves a marker in its record, by which coursesync can find it.
    `outlines` is what concerns the outlines alone.
    """

    base_url: str = DEFAULT_BASE_URL
    state: str = STATE_NAME
    settling_time: float = SETTLING
    on_removal: Literal["keep", "deactivate", "delete"] = "keep"
    strict: bool = False
    marker: bool = True
    limits: Limits = PUBLISHED
    assets_url: str = ""
    outlines: Settings = field(default_factory=Settings)


def _number(least: int, most: int, kind: type[int | float]) -> Callable[[object], bool]:
    def fits(value: object) -> bool:
        return isinstance(value, int | kind) and type(value) is not bool and least <= value <= most

    return fits


_TEXT: Rule = ("text in quotes", lambda value: isinstance(value, str))
_YES_OR_NO: Rule = ("true or false", lambda value: isinstance(value, bool))
_SECONDS: Rule = ("a number of seconds from 0 to 3,600", _number(0, 3_600, float))
_REQUESTS: Rule = ("a whole number from 1 to 1,000,000", _number(1, 1_000_000, int))
_ASSETS: Rule = (
    "a web address that starts with https:// and has no user name and no question mark",
    lambda value: isinstance(value, str) and _ON_THE_WEB.fullmatch(value) is not None,
)
_ON_REMOVAL: Rule = (
    '"keep", "deactivate" or "delete"',
    lambda value: value in ("keep", "deactivate", "delete"),
)
_FIELDS = {
    "base_url": _TEXT,
    "state": _TEXT,
    "settling_time": _SECONDS,
    "on_removal": _ON_REMOVAL,
    "strict": _YES_OR_NO,
    "marker": _YES_OR_NO,
    "assets_url": _ASSETS,
}
_LIMITS = {each.name: _SECONDS if each.name == "gap" else _REQUESTS for each in fields(Limits)}
_ALLOW, _ALLOW_IN = "allow", "allow_in"
_KNOWN = (*_FIELDS, _ALLOW)
_MAY_HOLD = Remedy(
    f"It may hold {', '.join(_KNOWN)}, and the tables",
    Code("[limits]"),
    "and",
    Code(f"[{_ALLOW_IN}]"),
)
_LIMITS_MAY_HOLD = Remedy("Below", Code("[limits]"), f"it may hold {', '.join(_LIMITS)}.")


def config_of(folder: Path) -> Config:
    """Read a workspace's `coursesync.toml`, if it has one; raises UsageError."""
    path = folder / CONFIG
    try:
        os.lstat(path)
        content = read(path)
    except FileNotFoundError:
        return Config()
    except (OSError, UnusableFile) as error:
        raise UsageError(f"the configuration can't be used: {error}", _MAY_HOLD) from error
    if len(content) > _MAX_CONFIG:
        raise UsageError(f"{path} is larger than {_MAX_CONFIG:,} bytes", _MAY_HOLD)
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
        raise _invalid(path, "it is nested too deeply", _MAY_HOLD) from error
    except ValueError as error:
        is_value = str(error).startswith("Invalid value")
        quotes = Remedy("Put text in quotes, as in", Code('on_removal = "delete"'), _MAY_HOLD)
        remedy = quotes if is_value else _MAY_HOLD
        raise _invalid(path, f"it is not TOML: {inert(str(error), 100)}", remedy) from error
    limits = table.pop("limits", {})
    everywhere, within = table.pop(_ALLOW, []), table.pop(_ALLOW_IN, {})
    mistakes = list(_mistakes(table, _FIELDS, Config()))
    mistakes += _unknown_rules(everywhere, within)
    if isinstance(limits, dict):
        mistakes += _mistakes(limits, _LIMITS, PUBLISHED, "limits")
    else:
        mistakes.append(("`limits` is not a table of fields", _LIMITS_MAY_HOLD))
    if mistakes:
        # one example of how to write a field is enough
        problems = "; ".join(problem for problem, _ in mistakes[:_MOST_MISTAKES])
        raise _invalid(path, problems, mistakes[0][1])
    outlines = replace(
        _allowed(everywhere, within, content.decode()),
        path=shown(path),
        assets_url=_with_slash(table.get("assets_url", "")),
    )
    return Config(**table, limits=Limits(**limits), outlines=outlines)


def _with_slash(url: str) -> str:
    """Return an address that a path can follow; "" stays."""
    return url if url.endswith("/") or not url else f"{url}/"


def _unknown_rules(everywhere: object, within: object) -> Iterator[tuple[str, Remedy]]:
    """Yield what is wrong with the lists of rules that give no advice."""
    if not isinstance(within, dict):
        course = Code('onboarding = ["empty-contents"]')
        remedy = Remedy("Write below", Code(f"[{_ALLOW_IN}]"), "for each course,", course)
        yield f"`{_ALLOW_IN}` is not a table of courses", remedy
        within = {}
    if everywhere == [] and not within:
        return
    from coursesync.outlines.advice.rule import Rule, no_such_rule  # noqa: PLC0415 - if any is named

    lists = {_ALLOW: everywhere, **{f"{_ALLOW_IN}.{key}": rules for key, rules in within.items()}}
    for name, rules in lists.items():
        what = f"`{inert(name, 80)}`"
        if not isinstance(rules, list) or not all(isinstance(each, str) for each in rules):
            remedy = _example(name.rpartition(".")[2], ["empty-contents"])
            yield f"{what} must be a list of the names of rules", remedy
            continue
        for each in rules:
            if each not in [*Rule]:
                yield f"{what} names no rule of advice: {_as_written(each)}", no_such_rule(each)


def _allowed(everywhere: list[str], within: dict[str, list[str]], text: str) -> Settings:
    lines = {}
    for key in within:
        found = re.search(rf"^[ \t]*[\"']?{re.escape(key)}[\"']?[ \t]*=", text, re.MULTILINE)
        lines[key] = text.count("\n", 0, found.start()) + 1 if found else 1
    by_course = {key: frozenset(rules) for key, rules in within.items()}
    return Settings("", frozenset(everywhere), by_course, lines)


def _invalid(path: Path, problem: str, remedy: Sentence) -> UsageError:
    return UsageError(f"{path} is not valid: {problem}", remedy)


def _example(name: str, value: object) -> Remedy:
    return Remedy("Write it as in", Code(f"{name} = {json.dumps(value)}"))


def _mistakes(
    table: Mapping[str, object], rules: Mapping[str, Rule], defaults: object, within: str = ""
) -> Iterator[tuple[str, Remedy]]:
    for name, value in table.items():
        shown = f"`{inert(f'{within}.{name}' if within else name, 80)}`"
        if name not in rules:
            yield f"there is no field {shown}", _near(name, rules, within)
            continue
        must_be, fits = rules[name]
        if not fits(value):
            below = ("below", Code(f"[{within}]")) if within else ()
            example = _ASSETS_EXAMPLE if name == "assets_url" else getattr(defaults, name)
            yield (
                f"{shown} must be {must_be}, but is {_as_written(value)}",
                Remedy(_example(name, example), *below),
            )


def _near(name: str, rules: Mapping[str, Rule], within: str) -> Remedy:
    """Return the remedy for an unknown name: the nearest field if there is one, else all."""
    from difflib import get_close_matches  # noqa: PLC0415 - only for a mistake

    known = [*rules, *(() if within else (_ALLOW, _ALLOW_IN, "limits"))]
    close = get_close_matches(name.lower().replace("-", "_"), known, n=1)
    every = _LIMITS_MAY_HOLD if within else _MAY_HOLD
    if name in _LIMITS:
        return Remedy("Write it below", Code("[limits]"), every)
    return Remedy("Did you mean", Code(close[0]), "?", every) if close else every


def _as_written(value: object) -> str:
    """Return a value as in TOML, or which kind of value it is."""
    if isinstance(value, dict | list):
        return "a table" if isinstance(value, dict) else "a list"
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
