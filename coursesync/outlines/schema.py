"""Makes and writes the JSON Schema of outlines, for editors, from the models that check outlines.

Owns what editors show of a field, and which outlines name no schema. It is draft 7
(https://json-schema.org/draft-07), which all editors know. It must never object to a valid outline;
only `validate` finds the mistakes that a schema can't express (duplicate keys, missing files).
"""

from __future__ import annotations

import json
import os
import re
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote_from_bytes

from pydantic.json_schema import GenerateJsonSchema

from coursesync.errors import UnusableFile
from coursesync.files import decode, read, with_line_ends_of, write_named
from coursesync.kinds import ITEMS
from coursesync.kinds.content_spec import MARKDOWN_PATH
from coursesync.kinds.course import COURSE, HOST
from coursesync.kinds.inline import flow
from coursesync.kinds.pins import UNPINNED
from coursesync.outlines.content_files import Files
from coursesync.outlines.folder import outline_paths
from coursesync.outlines.items import kinds_in, may_be_file
from coursesync.outlines.models import course_model, item_model

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pydantic import BaseModel
    from pydantic.json_schema import JsonSchemaValue
    from pydantic_core import core_schema

    from coursesync.kinds.kind import Kind

NAME = "coursesync.schema.json"
# https://github.com/redhat-developer/yaml-language-server#using-inlined-schema
_NAMED = re.compile(r"^#\s*yaml-language-server\s*:\s*\$schema\s*=\s*\S", re.MULTILINE)
_NOT_GIVEN = (None, "", UNPINNED)  # defaults that mean "not given"
_DEFINED = "#/definitions/{model}"
_FILE = {
    "pattern": MARKDOWN_PATH,
    "patternErrorMessage": "Write fields, as in - title: Welcome, or the path of a .md file beside "
    "the outline or in a folder below it.",
}


class _Draft7(GenerateJsonSchema):
    schema_dialect = "http://json-schema.org/draft-07/schema#"

    def default_schema(self, schema: core_schema.WithDefaultSchema) -> JsonSchemaValue:
        found = super().default_schema(schema)
        if "default" in found and found["default"] in _NOT_GIVEN:
            del found["default"]
        return found

    def nullable_schema(self, schema: core_schema.NullableSchema) -> JsonSchemaValue:
        """Write "text or null" as one type, because editors report mistakes in a choice badly."""
        inner = self.generate_inner(schema["schema"])
        return {**inner, "type": [inner["type"], "null"]}


def schema() -> dict[str, object]:
    """Return the JSON Schema of outlines, draft 7; it is the same for every workspace.

    Example:
        >>> jsonschema.validate(outline, coursesync.schema())
    """
    outline, definitions = _of(course_model())
    outline |= _with_or_without_id(outline["required"])
    _fill_lists(outline, None)
    for kind in ITEMS.values():
        item, more = _of(item_model(kind))
        _fill_lists(item, kind)
        if may_be_file(kind):
            # one type for both forms, because editors report mistakes in a choice badly; other
            # keywords here apply to one form alone
            item |= {"type": [item["type"], "string"], **_FILE}
        definitions |= {item["title"]: item, **more}
    return {"$schema": _Draft7.schema_dialect, **outline, "definitions": definitions}


def _with_or_without_id(required: Sequence[str]) -> JsonSchemaValue:
    """Say which fields an outline must have: its Id, or `course` with all that makes the course."""
    host = {"properties": {COURSE.name: {"required": [HOST.name]}}}
    return {
        "required": [each for each in required if each != "id"],
        "if": {"required": [COURSE.name]},
        "then": {"if": {"not": {"required": ["id"]}}, "then": host},
        "else": {"required": ["id"]},
    }


def _fill_lists(holder: JsonSchemaValue, kind: Kind | None) -> None:
    for each in kinds_in(kind):
        model = item_model(each).model_config["title"]
        holder["properties"][each.plural]["items"] = {"$ref": _DEFINED.format(model=model)}


def schema_text() -> str:
    """Return the schema as sorted, indented JSON."""
    return json.dumps(schema(), indent=2, sort_keys=True, ensure_ascii=True) + "\n"


def _of(model: type[BaseModel]) -> tuple[JsonSchemaValue, JsonSchemaValue]:
    found = model.model_json_schema(ref_template=_DEFINED, schema_generator=_Draft7)
    inner = found.get("$defs", {}).values()
    for field in chain.from_iterable(each["properties"].values() for each in (found, *inner)):
        for example in field.pop("examples", []):
            # a group of fields is offered with a label:
            # https://code.visualstudio.com/docs/languages/json#_define-snippets-in-json-schemas
            if isinstance(example, dict):
                snippet = {"label": flow(example), "body": example}
                field.setdefault("defaultSnippets", []).append(snippet)
            else:
                field.setdefault("examples", []).append(example)
    return found, found.pop("$defs", {})


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


def first_line(folder: Path, outline: str) -> str:
    """Return the line that a new outline begins with; "" if its workspace has no schema.

    `outline` is its path in the workspace.
    """
    schema = folder / NAME
    return f"{line_for(folder / outline, schema)}\n" if schema.is_file() else ""


def without_schema(folder: Path) -> Iterator[Path]:
    """Find the outlines of a workspace that name no schema; skip files that can't be read.

    Raises:
        UsageError: `folder` is no folder.
        CoursesyncError: it can't be read, or there is more than a workspace may hold.
    """
    files = Files(folder)
    for path, _ in outline_paths(folder):
        try:
            text = decode(files.inside(path))
        except UnusableFile:
            continue
        if not _NAMED.search(text):
            yield folder / path
