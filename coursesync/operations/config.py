"""`coursesync.toml`: what it may hold. Values only; `config_file` reads it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from coursesync.nexudus.limits import PUBLISHED, SETTLING, Limits
from coursesync.nexudus.target import DEFAULT_BASE_URL
from coursesync.state.store import STATE_NAME

CONFIG = "coursesync.toml"


@dataclass(frozen=True, slots=True)
class Config:
    """A workspace's configuration; `settling_time` is in seconds.

    `marker` is whether a create leaves a marker in its record, for coursesync to find it by.
    """

    base_url: str = DEFAULT_BASE_URL
    state: str = STATE_NAME
    settling_time: float = SETTLING
    on_removal: Literal["keep", "deactivate", "delete"] = "keep"
    strict: bool = False
    marker: bool = True
    limits: Limits = PUBLISHED


DEFAULTS: Final = Config()
