"""Reads `coursesync.toml`. Knows no option and no environment variable."""

from __future__ import annotations

import json
import os
from pathlib import Path

from coursesync.errors import Code, Remedy, Shell, UnusableFile, UsageError
from coursesync.files import read
from coursesync.nexudus.target import DEFAULT_BASE_URL, check_target
from coursesync.operations.config import CONFIG, DEFAULTS, MAY_HOLD, Config, parsed
from coursesync.outlines.folder import ENDINGS
from coursesync.state import STATE_NAME
from coursesync.text import coded, inert

_MAX_CONFIG = 65_536
_AUTHORS = (*ENDINGS, ".html", ".htm", ".md", ".markdown")
_LONGEST_NAME = 200  # bytes; the names of journal and lock are longer


def config_of(folder: Path) -> Config:
    """Read a workspace's `coursesync.toml`, if it has one; raises UsageError."""
    path = folder / CONFIG
    try:
        os.lstat(path)
        content = read(path)
    except FileNotFoundError:
        return DEFAULTS
    except (OSError, UnusableFile) as error:
        raise UsageError(f"the configuration can't be used: {error}", MAY_HOLD) from error
    if len(content) > _MAX_CONFIG:
        raise UsageError(f"{path} is larger than {_MAX_CONFIG:,} bytes", MAY_HOLD)
    config = parsed(content, str(path))
    if wrong := wrong_state_name(config.state):
        raise UsageError(
            f"{path} is not valid: `state` {wrong}",
            coded(f"Write it as in `state = {json.dumps(STATE_NAME)}`"),
        )
    if not _is_within(folder, config.state):
        raise UsageError(
            f"{path} is not valid: `state` leads out of the workspace ({inert(config.state, 100)})",
            Remedy(
                "Write it as in",
                Code(f"state = {json.dumps(STATE_NAME)}"),
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
        raise UsageError(
            f"{folder / CONFIG} is not valid: {error.problem}",
            coded(f"Write it as in `base_url = {json.dumps(DEFAULT_BASE_URL)}`"),
        ) from error


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
