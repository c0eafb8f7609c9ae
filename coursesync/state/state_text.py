"""A state as bytes: how it is written, and which bytes may be trusted.

A state is JSON with sorted names and an indent of two, so that git shows what changed. A checksum
in the first lines covers the rest: without it, an Id that was mistyped, merged or cut off would be
believed. This module must never touch a file: `file_store` does.
"""

from __future__ import annotations

import json
import re
from contextlib import suppress
from hashlib import sha256
from typing import TYPE_CHECKING

from coursesync.errors import Command, Remedy, Shell, StateError
from coursesync.kinds import KINDS
from coursesync.state.json_values import mapping, read_value, written
from coursesync.state.migrate import FORMATS, carried_over
from coursesync.state.state import State
from coursesync.text import NEVER, as_argument, inert

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from coursesync.errors import Sentence

_OPENING = b"{\n"
_CHECKSUM = re.compile(rb'\A\{\n  "checksum": "([0-9a-f]{64})",\n')
_HEAD = 100  # bytes; the line of the checksum ends within them
# a name holds nothing that a terminal would obey or that is invisible
_PART = rf"[^.\s{NEVER}]+"
# the kind, and the keys from the course down: a kind within another may have one key more
_LENGTHS = {each.name: "1" if each.is_course else f"2,{2 + each.depth}" for each in KINDS.values()}
_ADDRESS = re.compile("|".join(rf"{name}(?:\.{_PART}){{{n}}}" for name, n in _LENGTHS.items()))
_KEY = re.compile(_PART)
CONFLICT = re.compile(rb"^(?:<{7}|={7}|>{7})(?: |$)", re.MULTILINE)


def serialise(state: State) -> bytes:
    """Return a state as bytes; the same state gives the same bytes."""
    from pydantic_core import to_json  # noqa: PLC0415 - takes long, and only a save needs it

    rest = to_json(_document(state), indent=2)[len(_OPENING) :] + b"\n"
    return _OPENING + b'  "checksum": "' + _digest(rest) + b'",\n' + rest


def _document(state: State) -> dict[str, object]:
    document = written(state)
    document["complete"] = {key: written(each) for key, each in sorted(state.complete.items())}
    document["entries"] = {key: written(each) for key, each in sorted(state.entries.items())}
    document["doubts"] = {
        key: {**written(each), "candidates": [*map(written, each.candidates)]}
        for key, each in sorted(state.doubts.items())
    }
    return document


def parse(
    content: bytes,
    path: Path,
    way_back: Callable[[], Sentence] = str,
    copy: Callable[[], Sentence] = str,
) -> State:
    """Read a state.

    Args:
        content: the file's bytes; git may have turned its line ends into CRLF.
        path: the file, for the message.
        way_back: returns how to restore a usable state, if there is a better way than git; else "".
        copy: returns how to restore a copy, as `usable_copy` does; "" if nobody looked for one.

    Raises:
        StateError: the bytes are not those that `serialise` wrote; the message says why.
    """
    content = content.replace(b"\r\n", b"\n") if b"\r" in content else content
    checksum = _CHECKSUM.match(content)
    rest = content[checksum.end() :] if checksum else b""
    if checksum is None or not _fits(checksum[1], rest):
        raise _mistrusted(content, path, way_back(), copy)
    try:
        raw = mapping(json.loads((_OPENING + rest).decode()))
        _check_names(rest, raw)
        return read_value(State, carried_over(raw))
    except (ValueError, TypeError, RecursionError) as error:
        raise _mistrusted(content, path, way_back(), copy) from error


def usable_copy(path: Path, indexed: bytes | None, backup: Path, kept: bytes | None) -> Sentence:
    """Return how to restore a state from git or from its backup.

    `indexed` are the bytes that git has, `kept` those of the backup; None if there are none.
    """
    if _is_usable(indexed, path):
        return Remedy("Restore it from git:", _checkout(path))
    own = as_argument(path)
    if _is_usable(kept, backup):
        return Remedy(
            "git has no usable copy of it. Restore the backup, the state before the last run:",
            Shell("cp", as_argument(backup), own),
            "Then run:",
            Command("drift"),
        )
    return Remedy(
        "git has no usable copy of it, and there is no usable backup. Move it away:",
        Shell("mv", own, f"{own}.damaged"),
        "The next apply then adopts the records on the site that match the outlines.",
    )


def _is_usable(content: bytes | None, path: Path) -> bool:
    with suppress(StateError):
        return content is not None and bool(parse(content, path).serial)
    return False


def checksum_of(content: bytes) -> str:
    """Return the checksum in a state's file; "" if there is none."""
    checksum = _CHECKSUM.match(content[:_HEAD].replace(b"\r\n", b"\n"))
    return checksum[1].decode() if checksum else ""


def is_address(text: str) -> bool:
    """Return whether a text is an address that a state may hold."""
    return _ADDRESS.fullmatch(text) is not None


def _check_names(rest: bytes, raw: Mapping[str, object]) -> None:
    """Raise ValueError for an invalid name, or for one that occurs twice, which `json` accepts."""
    named = {name: each for name, each in raw.items() if isinstance(each, dict)}
    courses = named.get("complete", named.get("courses", {}))
    entries, doubts = mapping(raw.get("entries")), mapping(raw.get("doubts"))
    addresses = (*entries, *doubts)
    if not (all(map(_ADDRESS.fullmatch, addresses)) and all(map(_KEY.fullmatch, courses))):
        raise ValueError("an invalid address or key")
    names, ids = rest.count(b'\n    "'), rest.count(b'\n      "id": ')
    if ids != len(courses) + len(entries) or names != sum(map(len, named.values())):
        raise ValueError("an address or an Id occurs twice")


def _fits(checksum: bytes, rest: bytes) -> bool:
    # the first coursesync's checksum covered the opening as well
    return checksum in {_digest(rest), _digest(_OPENING + rest)}


def _digest(rest: bytes) -> bytes:
    return sha256(rest).hexdigest().encode()


def unknown_format(file: str, version: object, known: int) -> StateError:
    """Return an error that says that a file has a format which this coursesync can't read."""
    return StateError(
        f"{file} has the format {inert(str(version), 20)}; this coursesync reads {known}",
        "Install the coursesync that wrote it, or a newer one.",
    )


def _checkout(path: Path, *options: str) -> Shell:
    """Return the command that restores a file; its repository may be another than this folder's."""
    return Shell("git", "-C", path.parent, "checkout", *options, "--", path.name)


def _mistrusted(
    content: bytes, path: Path, way_back: Sentence, copy: Callable[[], Sentence]
) -> StateError:
    """Return an error that says why a state can't be used, and how to restore one."""
    restore = (
        way_back
        or copy()
        or Remedy(
            "Restore it from git:",
            _checkout(path),
            "If git has none, delete the file: the next apply then adopts the records on the site "
            "that match the outlines.",
        )
    )
    if path.parent.name == ".coursesync":
        restore = f"It belongs to the sandbox. To start over, delete the folder {path.parent}"
    elif ".coursesync" in path.parts:
        restore = Remedy(
            "It is this machine's copy of a state in git, and may have results that the branch "
            "lacks. To go on with the branch, move it away:",
            Shell("mv", as_argument(path), as_argument(f"{path}.aside")),
        )
    if CONFLICT.search(content):
        return StateError(
            f"the state {path} contains merge conflict markers (<<<<<<<)",
            way_back
            or Remedy(
                "Take one side whole; never combine the two by hand. During a merge, this takes "
                "the version that was pulled:",
                _checkout(path, "--theirs"),
                "Then run:",
                Shell("git", "-C", path.parent, "add", "--", path.name),
                "To see what is different on the site:",
                Command("drift"),
            ),
        )
    try:
        version = json.loads(content).get("format")
    except (ValueError, AttributeError, RecursionError):
        return StateError(f"the state {path} is damaged: it is not JSON", restore)
    if version is not None and version not in FORMATS:
        return unknown_format(f"the state {path}", version, FORMATS[-1])
    checksum = _CHECKSUM.match(content)
    fits = checksum is not None and _fits(checksum[1], content[checksum.end() :])
    return StateError(
        f"the state {path} was changed by something other than coursesync: "
        + ("it contains what coursesync never writes" if fits else "its checksum does not match"),
        restore,
    )
