"""Makes the JSON Schema of outlines, for editors, from the models that check outlines.

Owns what editors show of a field. It is draft 7 (https://json-schema.org/draft-07), which all
editors know. It must never object to a valid outline; only `validate` finds the mistakes that a
schema can't express (duplicate keys, missing files).
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from pydantic.json_schema import GenerateJsonSchema

from coursesync.kinds import LISTED
from coursesync.kinds.inline import flow
from coursesync.kinds.pins import UNPINNED
from coursesync.kinds.spec import CourseSpec

if TYPE_CHECKING:
    from pydantic import BaseModel
    from pydantic.json_schema import JsonSchemaValue
    from pydantic_core import core_schema

    from coursesync.kinds.tree import Value

_NOT_GIVEN = (None, "", UNPINNED)  # defaults that mean "not given"
_DEFINED = "#/definitions/{model}"


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
    outline, definitions = _of(CourseSpec)
    item, more = _of(LISTED.spec())
    definitions |= {item["title"]: item, **more}
    outline["properties"][LISTED.plural]["items"] = {"$ref": _DEFINED.format(model=item["title"])}
    return {"$schema": _Draft7.schema_dialect, **outline, "definitions": definitions}


def schema_text() -> str:
    """Return the schema as sorted, indented JSON."""
    return json.dumps(schema(), indent=2, sort_keys=True, ensure_ascii=True) + "\n"


def _of(model: type[BaseModel]) -> tuple[JsonSchemaValue, JsonSchemaValue]:
    found = model.model_json_schema(ref_template=_DEFINED, schema_generator=_Draft7)
    for field in found["properties"].values():
        field.update(_offered(field.pop("examples", [])))
    return found, found.pop("$defs", {})


def _offered(examples: list[Value]) -> dict[str, list[Value]]:
    """Sort examples by how editors offer them; a group of fields has a label and a body.

    https://code.visualstudio.com/docs/languages/json#_define-snippets-in-json-schemas
    """
    plain: list[Value] = [each for each in examples if not isinstance(each, dict)]
    groups = [each for each in examples if isinstance(each, dict)]
    snippets: list[Value] = [{"label": flow(each), "body": each} for each in groups]
    found: dict[str, list[Value]] = {"examples": plain, "defaultSnippets": snippets}
    return {name: offered for name, offered in found.items() if offered}
