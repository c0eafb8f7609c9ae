"""Writes the schema file, and finds the outlines that don't name a schema for editors."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote_from_bytes

from coursesync.errors import UnusableFile
from coursesync.files import decode, read, with_line_ends_of, write_named
from coursesync.outlines.content_files import Files
from coursesync.outlines.folder import check_folder, outline_paths

if TYPE_CHECKING:
    from collections.abc import Iterator

NAME = "coursesync.schema.json"
# https://github.com/redhat-developer/yaml-language-server#using-inlined-schema
_NAMED = re.compile(r"^#\s*yaml-language-server\s*:\s*\$schema\s*=\s*\S", re.MULTILINE)


def write_schema(path: Path, text: str) -> None:
    """Write the schema, or replace an older one and keep its line ends.

    Raises:
        CoursesyncError: it can't be written, or the file there is no schema.
    """
    try:
        older = read(path)
    except UnusableFile:
        older = b""
    write_named(path, with_line_ends_of(older, text).decode(), "schema", _is_schema)


def _is_schema(path: Path) -> bool:
    try:
        held = json.loads(read(path))
    except (UnusableFile, ValueError, RecursionError):
        return False
    return isinstance(held, dict) and "$schema" in held


def line_for(outline: Path, schema: Path) -> str:
    """Return the line of an outline that names the schema to editors."""
    path = Path(os.path.relpath(schema, outline.parent)).as_posix()
    relative = path if path.startswith("../") else f"./{path}"
    return f"# yaml-language-server: $schema={quote_from_bytes(os.fsencode(relative))}"


def without_schema(folder: Path) -> Iterator[Path]:
    """Find the outlines of a workspace that name no schema; skip files that can't be read.

    Raises:
        UsageError: `folder` is no folder.
        CoursesyncError: it can't be read, or there is more than a workspace may hold.
    """
    check_folder(folder)
    files = Files(folder)
    for path, _ in outline_paths(folder):
        try:
            text = decode(files.inside(path))
        except UnusableFile:
            continue
        if not _NAMED.search(text):
            yield folder / path
