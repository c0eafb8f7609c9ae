"""The configuration of a workspace: the values of `coursesync.toml`, and the parsing of its text.

Owns which fields there are, and what each must hold. It must never read a file: `config_file` does.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Final, Literal

from coursesync.errors import Code, Remedy, UsageError
from coursesync.nexudus.limits import PUBLISHED, SETTLING, Limits
from coursesync.nexudus.target import DEFAULT_BASE_URL
from coursesync.state import STATE_NAME
from coursesync.text import inert

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from coursesync.errors import Sentence

CONFIG = "coursesync.toml"
_MOST_MISTAKES = 10  # in one message


@dataclass(frozen=True, slots=True)
class Config:
    """The configuration of a workspace; `settling_time` is in seconds.

    `marker` is whether a create leaves a marker in its record, by which coursesync can find it.
    """

    base_url: str = DEFAULT_BASE_URL
    state: str = STATE_NAME
    settling_time: float = SETTLING
    on_removal: Literal["keep", "deactivate", "delete"] = "keep"
    strict: bool = False
    marker: bool = True
    limits: Limits = PUBLISHED


DEFAULTS: Final = Config()


@dataclass(frozen=True, slots=True)
class _Rule:
    must_be: str
    fits: Callable[[object], bool]


def _is_number(value: object, least: int, most: int, kind: type[int | float]) -> bool:
    return isinstance(value, int | kind) and type(value) is not bool and least <= value <= most


_TEXT = _Rule("text in quotes", lambda value: isinstance(value, str))
_YES_OR_NO = _Rule("true or false", lambda value: isinstance(value, bool))
_SECONDS = _Rule(
    "a number of seconds from 0 to 3,600", lambda value: _is_number(value, 0, 3_600, float)
)
_REQUESTS = _Rule(
    "a whole number from 1 to 1,000,000", lambda value: _is_number(value, 1, 1_000_000, int)
)
_ON_REMOVAL = _Rule(
    '"keep", "deactivate" or "delete"', lambda value: value in ("keep", "deactivate", "delete")
)
_FIELDS = {
    "base_url": _TEXT,
    "state": _TEXT,
    "settling_time": _SECONDS,
    "on_removal": _ON_REMOVAL,
    "strict": _YES_OR_NO,
    "marker": _YES_OR_NO,
}
_LIMITS = {each.name: _SECONDS if each.name == "gap" else _REQUESTS for each in fields(Limits)}
MAY_HOLD = Remedy(f"It may hold {', '.join(_FIELDS)}, and a table", Code("[limits]"))
_LIMITS_MAY_HOLD = Remedy("Below", Code("[limits]"), f"it may hold {', '.join(_LIMITS)}.")


def parsed(content: bytes, name: str) -> Config:
    """Return the configuration in a text; raises UsageError, which calls it by its `name`."""
    import tomllib  # noqa: PLC0415 - most workspaces have no such file

    try:
        table = tomllib.loads(content.decode())
    except UnicodeDecodeError as error:
        raise _invalid(name, "it is not in UTF-8", "Save it as UTF-8.") from error
    except RecursionError as error:
        raise _invalid(name, "it is nested too deeply", MAY_HOLD) from error
    except ValueError as error:
        is_value = str(error).startswith("Invalid value")
        quotes = Remedy("Put text in quotes, as in", Code('on_removal = "delete"'), MAY_HOLD)
        remedy = quotes if is_value else MAY_HOLD
        raise _invalid(name, f"it is not TOML: {inert(str(error), 100)}", remedy) from error
    limits = table.pop("limits", {})
    mistakes = list(_mistakes(table, _FIELDS, DEFAULTS))
    if isinstance(limits, dict):
        mistakes += _mistakes(limits, _LIMITS, PUBLISHED, "limits")
    else:
        mistakes.append(("`limits` is not a table of fields", _LIMITS_MAY_HOLD))
    if mistakes:
        # one example of how to write a field is enough
        problems = "; ".join(problem for problem, _ in mistakes[:_MOST_MISTAKES])
        raise _invalid(name, problems, mistakes[0][1])
    return Config(**table, limits=Limits(**limits))


def _invalid(name: str, problem: str, remedy: Sentence) -> UsageError:
    return UsageError(f"{name} is not valid: {problem}", remedy)


def _mistakes(
    table: Mapping[str, object], rules: Mapping[str, _Rule], defaults: object, within: str = ""
) -> Iterator[tuple[str, Remedy]]:
    for name, value in table.items():
        shown = f"`{inert(f'{within}.{name}' if within else name, 80)}`"
        rule = rules.get(name)
        if rule is None:
            remedy = _LIMITS_MAY_HOLD if within else MAY_HOLD
            yield f"there is no field {shown}", remedy
        elif not rule.fits(value):
            example = Code(f"{name} = {json.dumps(getattr(defaults, name))}")
            below = ("below", Code(f"[{within}]")) if within else ()
            yield (
                f"{shown} must be {rule.must_be}, but is {_as_written(value)}",
                Remedy("Write it as in", example, *below),
            )


def _as_written(value: object) -> str:
    """Return a value as in TOML, or which kind of value it is."""
    match value:
        case bool() | str():
            return inert(json.dumps(value, ensure_ascii=False), 60)
        case dict():
            return "a table"
        case list():
            return "a list"
        case _:
            return inert(str(value), 60)
