"""`coursesync.toml`: what it may hold, how it is read, and what is wrong with it in words.

Knows no option and no variable. A field says itself, in its description, what it must be.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from coursesync.errors import UnusableFile, UsageError
from coursesync.files import read
from coursesync.nexudus.limits import PUBLISHED, SETTLING, Limits
from coursesync.nexudus.target import DEFAULT_BASE_URL
from coursesync.state.names import NAME
from coursesync.text import inert

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

CONFIG = "coursesync.toml"
_MAX_CONFIG = 65_536
_MOST_TOLD = 10  # mistakes
_LONGEST_NAME = 200  # bytes; the journal and the lock have it with an ending of their own
Text: TypeAlias = Annotated[str, Field(description="text in quotes")]
Seconds: TypeAlias = Annotated[
    float,
    Field(ge=0, le=3_600, allow_inf_nan=False, description="a number of seconds from 0 to 3,600"),
]
Requests: TypeAlias = Annotated[
    int, Field(ge=1, le=1_000_000, description="a whole number from 1 to 1,000,000")
]
OnRemovalText: TypeAlias = Annotated[
    Literal["keep", "deactivate", "delete"],
    Field(description='"keep", "deactivate" or "delete"'),
]
_READ = ConfigDict(extra="forbid", frozen=True, strict=True, defer_build=True)


class LimitsConfig(BaseModel):
    """`[limits]`: what the API allows; `gap` is the least time between two requests, in seconds."""

    model_config = _READ

    gap: Seconds = PUBLISHED.gap
    writes_a_minute: Requests = PUBLISHED.writes_a_minute
    writes_a_day: Requests = PUBLISHED.writes_a_day
    requests_a_minute: Requests = PUBLISHED.requests_a_minute
    requests_an_hour: Requests = PUBLISHED.requests_an_hour
    requests_a_day: Requests = PUBLISHED.requests_a_day

    def limits(self) -> Limits:
        """Return the same as the value that a schedule takes."""
        return Limits(**self.model_dump())


class Config(BaseModel):
    """`coursesync.toml`, in the workspace."""

    model_config = _READ

    base_url: Text = DEFAULT_BASE_URL
    state: Text = NAME
    settling_time: Seconds = SETTLING
    on_removal: OnRemovalText = "keep"
    strict: Annotated[bool, Field(description="true or false")] = False
    limits: LimitsConfig = LimitsConfig()


def config_of(folder: Path) -> Config:
    """Read a workspace's `coursesync.toml`, if it has one.

    Raises:
        UsageError: it can't be read or is not valid; the message says what to write instead.
    """
    path = folder / CONFIG
    try:
        os.lstat(path)
        content = read(path)
    except FileNotFoundError:
        return Config()
    except (OSError, UnusableFile) as error:
        raise UsageError(f"the configuration can't be used: {error}", _may_hold(Config)) from error
    if len(content) > _MAX_CONFIG:
        raise UsageError(f"{path} is larger than {_MAX_CONFIG:,} bytes", _may_hold(Config))
    try:
        config = _parsed(content)
    except (ValueError, RecursionError) as error:
        problem, remedy = _wrong(error)
        raise UsageError(f"{path} is not valid: {problem}", remedy) from error
    if not is_state_name(config.state):
        raise UsageError(
            f"{path} is not valid: `state` is not the name of a file",
            f"Write it as in  state = {json.dumps(NAME)}",
        )
    return config


def is_state_name(text: str) -> bool:
    """Say whether a text is the name of a file that a state can be in."""
    longest = max(len(os.fsencode(part)) for part in text.split("/"))
    is_named = bool(Path(text).name.strip()) and text.isprintable()
    return is_named and longest <= _LONGEST_NAME


def _parsed(content: bytes) -> Config:
    import tomllib  # noqa: PLC0415 - only where there is such a file

    return Config.model_validate(tomllib.loads(content.decode()))


def _wrong(error: Exception) -> tuple[str, str]:
    """Say what is wrong with a text, and what to write instead."""
    if isinstance(error, ValidationError):
        found = [_wrong_field(each) for each in error.errors(include_url=False)[:_MOST_TOLD]]
        # each problem says what its field must be; how that is written, one of them shows
        return "; ".join(problem for problem, _ in found), found[0][1]
    if isinstance(error, UnicodeDecodeError):
        return "it is not in UTF-8", "Save it as UTF-8."
    if isinstance(error, RecursionError):
        return "it is nested too deeply", _may_hold(Config)
    return f"it is no TOML: {inert(str(error), 100)}", _may_hold(Config)


def _wrong_field(error: ErrorDetails) -> tuple[str, str]:
    """Say what is wrong with a field that can't be taken."""
    *table, name = map(str, error["loc"])
    model = LimitsConfig if table else Config
    field = model.model_fields.get(name)
    told = f"`{inert('.'.join([*table, name]), 80)}`"
    below = f"  below  [{table[0]}]" if table else ""
    if field is None:
        return f"there is no field {told}", _may_hold(model)
    if error["type"] == "model_type":
        return f"{told} is no table of fields", _may_hold(LimitsConfig)
    return (
        f"{told} must be {field.description}, and is {_as_written(error['input'])}",
        f"Write it as in  {name} = {json.dumps(field.default)}{below}",
    )


def _may_hold(model: type[BaseModel]) -> str:
    names = [name for name in model.model_fields if name != "limits"]
    if model is LimitsConfig:
        return f"Below  [limits]  it may hold {', '.join(names)}."
    return f"It may hold {', '.join(names)}, and a table  [limits]"


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
