"""`coursesync.toml`: what it may hold, and how it is read. Knows no option and no variable."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Annotated, TypeAlias

from pydantic import BaseModel, ConfigDict, Field, StrictStr, ValidationError

from coursesync.adapters.state_file import NAME
from coursesync.adapters.text_files import read
from coursesync.errors import UnusableFile, UsageError
from coursesync.limits import PUBLISHED, Limits
from coursesync.run import SETTLING
from coursesync.target import DEFAULT_BASE_URL

if TYPE_CHECKING:
    from pathlib import Path

CONFIG = "coursesync.toml"
_MAX_CONFIG = 65_536
_LONGEST_NAME = 200  # bytes; the journal and the lock have it with an ending of their own
Seconds: TypeAlias = Annotated[float, Field(ge=0, le=3_600, allow_inf_nan=False)]
Requests: TypeAlias = Annotated[int, Field(ge=1, le=1_000_000)]


class LimitsConfig(BaseModel):
    """`[limits]`: what the API allows; `gap` is the least time between two requests, in seconds."""

    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)

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

    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)

    base_url: StrictStr = DEFAULT_BASE_URL
    state: StrictStr = NAME
    settling_time: Seconds = SETTLING
    limits: LimitsConfig = LimitsConfig()


def config_of(folder: Path) -> Config:
    """Read a workspace's `coursesync.toml`, if it has one; raises UsageError."""
    path = folder / CONFIG
    try:
        os.lstat(path)
        content = read(path)
        if len(content) > _MAX_CONFIG:
            raise UsageError(f"{path} is larger than {_MAX_CONFIG:,} bytes", _ALLOWED)
        import tomllib  # noqa: PLC0415 - only where there is such a file

        config = Config.model_validate(tomllib.loads(content.decode()))
    except FileNotFoundError:
        return Config()
    except (OSError, UnusableFile) as error:
        raise UsageError(f"the configuration can't be used: {error}", _ALLOWED) from error
    except (ValueError, RecursionError) as error:
        raise UsageError(f"{path} is not valid: {_first_line(error)}", _ALLOWED) from error
    longest = max(len(os.fsencode(part)) for part in config.state.split("/"))
    if not config.state.strip() or not config.state.isprintable() or longest > _LONGEST_NAME:
        raise UsageError(f"{path} is not valid: `state` is not the name of a file", _ALLOWED)
    return config


_ALLOWED = (
    'It may hold  base_url = "https://…" , state = "a-file.state.json" , settling_time = 60  and '
    "[limits]."
)


def _first_line(error: Exception) -> str:
    if isinstance(error, ValidationError):
        detail = error.errors(include_url=False)[0]
        return f"`{'.'.join(map(str, detail['loc']))}`: {detail['msg']}"
    return str(error).partition("\n")[0]
