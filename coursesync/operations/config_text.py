"""What is right and what is wrong with the text of a `coursesync.toml`, in words. Pure.

A field says itself, in its description, what it must be.
"""

from __future__ import annotations

import json
import tomllib
from typing import TYPE_CHECKING, Annotated, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from coursesync.errors import Code, Remedy
from coursesync.nexudus.limits import PUBLISHED, Limits
from coursesync.operations.config import DEFAULTS, Config
from coursesync.text import inert

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

    from coursesync.errors import Sentence

_MOST_TOLD = 10  # mistakes
_Text: TypeAlias = Annotated[str, Field(description="text in quotes")]
_Seconds: TypeAlias = Annotated[
    float,
    Field(ge=0, le=3_600, allow_inf_nan=False, description="a number of seconds from 0 to 3,600"),
]
_Requests: TypeAlias = Annotated[
    int, Field(ge=1, le=1_000_000, description="a whole number from 1 to 1,000,000")
]
_OnRemoval: TypeAlias = Annotated[
    Literal["keep", "deactivate", "delete"],
    Field(description='"keep", "deactivate" or "delete"'),
]
_READ = ConfigDict(extra="forbid", frozen=True, strict=True, defer_build=True)


class _Limits(BaseModel):
    """`[limits]`: what the API allows; `gap` is the least time between two requests, in seconds."""

    model_config = _READ

    gap: _Seconds = PUBLISHED.gap
    writes_a_minute: _Requests = PUBLISHED.writes_a_minute
    writes_a_day: _Requests = PUBLISHED.writes_a_day
    requests_a_minute: _Requests = PUBLISHED.requests_a_minute
    requests_an_hour: _Requests = PUBLISHED.requests_an_hour
    requests_a_day: _Requests = PUBLISHED.requests_a_day


class _Config(BaseModel):
    """The whole of it."""

    model_config = _READ

    base_url: _Text = DEFAULTS.base_url
    state: _Text = DEFAULTS.state
    settling_time: _Seconds = DEFAULTS.settling_time
    on_removal: _OnRemoval = DEFAULTS.on_removal
    strict: Annotated[bool, Field(description="true or false")] = DEFAULTS.strict
    marker: Annotated[bool, Field(description="true or false")] = DEFAULTS.marker
    limits: _Limits = _Limits()


def parsed(content: bytes) -> Config:
    """Read a configuration.

    Raises:
        ValueError or RecursionError: it is none; `wrong` says why.
    """
    told = _Config.model_validate(tomllib.loads(content.decode()))
    fields = {name: getattr(told, name) for name in told.model_fields_set - {"limits"}}
    return Config(**fields, limits=Limits(**told.limits.model_dump()))


def may_hold() -> Remedy:
    """Say which fields there are."""
    return _may_hold(_Config)


def wrong(error: Exception) -> tuple[str, Sentence]:
    """Say what is wrong with a text that could not be read, and what to write instead."""
    if isinstance(error, ValidationError):
        found = [_wrong_field(each) for each in error.errors(include_url=False)[:_MOST_TOLD]]
        # each problem says what its field must be; how that is written, one of them shows
        return "; ".join(problem for problem, _ in found), found[0][1]
    if isinstance(error, UnicodeDecodeError):
        return "it is not in UTF-8", "Save it as UTF-8."
    if isinstance(error, RecursionError):
        return "it is nested too deeply", _may_hold(_Config)
    return f"it is no TOML: {inert(str(error), 100)}", _may_hold(_Config)


def _wrong_field(error: ErrorDetails) -> tuple[str, Sentence]:
    """Say what is wrong with a field that can't be taken."""
    *table, name = map(str, error["loc"])
    model = _Limits if table else _Config
    field = model.model_fields.get(name)
    told = f"`{inert('.'.join([*table, name]), 80)}`"
    below = ("below", Code(f"[{table[0]}]")) if table else ()
    if field is None:
        return f"there is no field {told}", _may_hold(model)
    if error["type"] == "model_type":
        return f"{told} is no table of fields", _may_hold(_Limits)
    return (
        f"{told} must be {field.description}, and is {_as_written(error['input'])}",
        Remedy("Write it as in", Code(f"{name} = {json.dumps(field.default)}"), *below),
    )


def _may_hold(model: type[BaseModel]) -> Remedy:
    names = [name for name in model.model_fields if name != "limits"]
    if model is _Limits:
        return Remedy("Below", Code("[limits]"), f"it may hold {', '.join(names)}.")
    return Remedy(f"It may hold {', '.join(names)}, and a table", Code("[limits]"))


def _as_written(value: object) -> str:
    """Return a value as TOML has it, or what kind of value it is."""
    match value:
        case bool() | str():
            return inert(json.dumps(value, ensure_ascii=False), 60)
        case dict():
            return "a table"
        case list():
            return "a list"
        case _:
            return inert(str(value), 60)
