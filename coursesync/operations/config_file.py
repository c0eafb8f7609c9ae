"""Where `coursesync.toml` is read. Knows no option and no variable.

What is wrong with its text, `config_text` says.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

from coursesync.errors import Code, Remedy, Shell, UnusableFile, UsageError
from coursesync.files import read
from coursesync.nexudus.target import DEFAULT_BASE_URL, check_target
from coursesync.operations.config import CONFIG, DEFAULTS, Config
from coursesync.outlines.folder import ENDINGS
from coursesync.state.store import STATE_NAME
from coursesync.text import coded, inert

_MAX_CONFIG = 65_536
_OF_AUTHORS = (*ENDINGS, ".html", ".htm", ".md", ".markdown")
_LONGEST_NAME = 200  # bytes; the journal and the lock have it with an ending of their own


def config_of(folder: Path) -> Config:
    """Read a workspace's `coursesync.toml`, if it has one.

    Raises:
        UsageError: it can't be read or is not valid; the message says what to write instead.
    """
    path = folder / CONFIG
    try:
        os.lstat(path)
    except FileNotFoundError:
        return DEFAULTS
    except OSError as error:
        raise _unusable(error) from error
    try:
        content = read(path)
    except UnusableFile as error:
        raise _unusable(error) from error
    config = _parsed(content, path)
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
                "A state that is elsewhere can only be named by",
                Shell("--state"),
                "or COURSESYNC_STATE.",
            ),
        )
    return config


def config_target(folder: Path, config: Config) -> str:
    """Return the target that a configuration names; raises UsageError where it is none."""
    try:
        return check_target(config.base_url)
    except UsageError as error:
        raise UsageError(
            f"{folder / CONFIG} is not valid: {error.problem}",
            coded(f"Write it as in `base_url = {json.dumps(DEFAULT_BASE_URL)}`"),
        ) from error


def _is_within(folder: Path, name: str) -> bool:
    """Say whether a path leads to a place in a folder, with all links followed."""
    root = os.path.realpath(folder)
    return Path(root) in Path(os.path.realpath(Path(root, name))).parents


def wrong_state_name(text: str) -> str:
    """Say why a state can't be in a file of this name, behind what names it; "" where it can."""
    longest = max(len(os.fsencode(part)) for part in text.split("/"))
    name = Path(text).name
    if not name.strip() or name == ".." or not text.isprintable() or longest > _LONGEST_NAME:
        return "is not the name of a file"
    if name.lower() == CONFIG or name.lower().endswith(_OF_AUTHORS):
        return "is a name for an author's files"
    return ""


def _parsed(content: bytes, path: Path) -> Config:
    from coursesync.operations import config_text  # noqa: PLC0415 - only where there is such a file

    if len(content) > _MAX_CONFIG:
        raise UsageError(f"{path} is larger than {_MAX_CONFIG:,} bytes", config_text.may_hold())
    try:
        return config_text.parsed(content)
    except (ValueError, RecursionError) as error:
        problem, remedy = config_text.wrong(error)
        raise UsageError(f"{path} is not valid: {problem}", remedy) from error


def _unusable(error: Exception) -> UsageError:
    from coursesync.operations import config_text  # noqa: PLC0415 - only where there is such a file

    return UsageError(f"the configuration can't be used: {error}", config_text.may_hold())
