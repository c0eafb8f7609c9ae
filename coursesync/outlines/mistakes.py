"""How a mistake in an outline is told: pydantic's errors in, diagnostics out.

Validation is pydantic's; the words are ours, because the reader is a course author.
"""

from __future__ import annotations

import re
import unicodedata
from difflib import get_close_matches
from typing import TYPE_CHECKING, get_args

from pydantic import BaseModel

from coursesync.errors import Diagnostic
from coursesync.kinds.section_spec import MAPPING, PLAIN
from coursesync.outlines.yaml_writer import flow
from coursesync.text import inert

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from pydantic import ValidationError
    from pydantic_core import ErrorDetails

    from coursesync.kinds.tree import Path, Tree, Value

MOST = 250
# by which authors call fields that are called otherwise
_OTHER_NAMES = {
    "body": "contents",
    "content": "contents",
    "days": "after_days",
    "enabled": "active",
    "name": "title",
    "order": "display_order",
    "picture": "image",
    "position": "display_order",
    "published": "active",
    "text": "contents",
    "visible": "active",
}
_OPPOSITES = {"disabled", "draft", "hidden", "hide", "inactive", "unpublished"}  # of `active`
_LAID_OUT = {  # what an example on one line would not show
    "sections": "sections:  and below it a line that starts with  - title:",
    "outline": "id: 4711  and below it  title:  and  sections:",
}


def diagnose(
    error: ValidationError, tree: Tree, base: Path, model: type[BaseModel]
) -> Iterator[Diagnostic]:
    """Tell each of pydantic's errors at its place in the outline.

    Args:
        error: what validating the value at `base` raised.
        tree: the outline's file.
        base: the path of the validated value in the tree.
        model: the model that it was validated against.

    Returns:
        A diagnostic an error; of more than `MOST` the first, which are more than anyone reads.
    """
    for detail in error.errors(include_url=False)[:MOST]:
        at_key = detail["type"] == "extra_forbidden"
        *above, last = detail["loc"] or (PLAIN,)
        steps = [step for step in above if step not in {MAPPING, PLAIN}]
        if at_key or last not in {MAPPING, PLAIN}:  # an unknown field may have any name
            steps.append(last)
        path: Path = (*base, *steps)
        words = _WORDS.get(detail["type"], _unknown)
        problem, remedy = words(_Slip(detail, tree, path, model))
        where = tree.where_key(path) if at_key else tree.where(path)
        yield Diagnostic(where, problem, remedy)


class _Slip:
    """One of pydantic's errors, with what the words need to know of it."""

    def __init__(
        self, detail: ErrorDetails, tree: Tree, path: Path, model: type[BaseModel]
    ) -> None:
        self.detail = detail
        self.model = model
        self.path = path
        self.name = next((step for step in reversed(path) if isinstance(step, str)), "outline")
        self.written = tree.written(path)
        self.context = detail.get("ctx") or {}

    @property
    def subject(self) -> str:
        """What is talked of: a field by its name, an item of a list by its place."""
        if not self.path:
            return "the outline"
        last = self.path[-1]
        return f"item {last + 1} of `{self.name}`" if isinstance(last, int) else f"`{last}`"

    @property
    def found(self) -> str:
        """What was written instead, as a noun."""
        value = self.detail["input"]
        if value is None:
            return "empty"
        nouns = {bool: "a yes/no value", int: "a number", str: "text"}
        nouns[float] = "a number with decimals"
        nouns |= {list: "a list", dict: "a group of fields"}
        return nouns[type(value)]

    @property
    def example(self) -> str:
        """Examples of the field done right: its model's own."""
        group, above = self._group
        if self.name not in _LAID_OUT and self.name not in group.model_fields:
            return ""
        told = _LAID_OUT.get(self.name) or examples_of(group, self.name, above)
        return f"Write, for example,  {told}"

    @property
    def fields(self) -> list[str]:
        """The names of the fields that may stand where this one stands."""
        return list(self._group[0].model_fields)

    def holder_of(self, name: str) -> str:
        """Name the field beside this one whose group has a field of that name; "" for none."""
        for holder, known in self._group[0].model_fields.items():
            inner = _group_in(known.annotation)
            if inner is not None and name in inner.model_fields:
                return holder
        return ""

    @property
    def _group(self) -> tuple[type[BaseModel], str]:
        """The group of fields that this one stands in, and the field that holds the group."""
        above = self.path[-2] if len(self.path) > 1 else None
        holder = self.model.model_fields.get(above) if isinstance(above, str) else None
        inner = _group_in(holder.annotation) if holder else None
        return (inner, str(above)) if inner else (self.model, "")


def _group_in(annotation: object) -> type[BaseModel] | None:
    """Find the group of fields that a field may be, if it may be one."""
    if isinstance(annotation, type):
        return annotation if issubclass(annotation, BaseModel) else None
    return next(filter(None, map(_group_in, get_args(annotation))), None)


def examples_of(group: type[BaseModel], name: str, above: str = "") -> str:
    """Write a field's examples as they stand in an outline.

    Args:
        group: the model that the field is of.
        name: the field.
        above: the field that holds the group, where it is not the outline or one of its sections.
    """
    examples: Iterable[Value] = group.model_fields[name].examples or ()
    *rest, last = (
        f"{above}: {flow({name: each})}" if above else f"{name}: {flow(each)}" for each in examples
    )
    return ",  ".join(rest) + "  or  " * bool(rest) + last


def _no_value(slip: _Slip) -> tuple[str, str]:
    needed = slip.path[-1:] in {("id",), ("title",), ("sections",)}
    return f"{slip.subject} has no value", slip.example + ("" if needed else "  or delete the line")


def _text(slip: _Slip) -> tuple[str, str]:
    if slip.detail["input"] is None and not slip.written:
        return _no_value(slip)
    if slip.written:
        quoted = f'"{slip.written[:40]}"'
        in_list = isinstance(slip.path[-1], int)
        return (
            f"{slip.subject} must be text, and {slip.written[:40]} is read as {slip.found}",
            f"Quote this:  {quoted if in_list else f'{slip.name}: {quoted}'}",
        )
    return f"{slip.subject} must be text, and is {slip.found}", slip.example


def _typed(noun: str) -> Callable[[_Slip], tuple[str, str]]:
    def words(slip: _Slip) -> tuple[str, str]:
        value = slip.detail["input"]
        if value is None:
            return _no_value(slip)
        found = f'the text "{value[:40]}"' if isinstance(value, str) else slip.found
        return f"{slip.subject} must be {noun}, and is {found}", slip.example

    return words


def _unknown_field(slip: _Slip) -> tuple[str, str]:
    name = inert(str(slip.path[-1]), 40)
    if (alike := _look_alike(name, slip.fields)) is not None:
        return alike
    if holder := slip.holder_of(name):
        return (
            f"`{name}` belongs to `{holder}`, and stands beside it",
            f"Put it below  {holder}:  and indent it further than that.",
        )
    if name.lower() in _OPPOSITES and "active" in slip.fields:
        return f"there is no field `{name}`", "To hide it from members, write  active: false"
    other = _OTHER_NAMES.get(name.lower())
    close = [other] if other else get_close_matches(name, slip.fields, n=1, cutoff=0.6)
    if close and close[0] in slip.fields:
        return f"there is no field `{name}`", f"Did you mean  {close[0]}: ?"
    return f"there is no field `{name}`", f"The fields here are: {', '.join(slip.fields)}."


def _look_alike(name: str, fields: list[str]) -> tuple[str, str] | None:
    """Tell a field's name with a letter that only looks like the one that is meant."""
    strangers = [character for character in name if not character.isascii()]
    meant = re.compile("".join(re.escape(c) if c.isascii() else "." for c in name))
    for field in fields if strangers else ():
        if meant.fullmatch(field):
            other = unicodedata.name(strangers[0], "another character")
            told = f"U+{ord(strangers[0]):04X} ({other})"
            return (
                f"`{name}` is not `{field}`: its `{strangers[0]}` is {told}",
                f"It only looks the same; type it anew:  {field}:",
            )
    return None


def _missing(slip: _Slip) -> tuple[str, str]:
    *owner, name = slip.path
    named = f"`{owner[-1]}`" if owner and isinstance(owner[-1], str) else "the section"
    return f"{named if owner else 'the outline'} has no `{name}`", slip.example


def _too_low(slip: _Slip) -> tuple[str, str]:
    return f"{slip.subject} can't be below {slip.context['ge']}", slip.example


def _too_high(slip: _Slip) -> tuple[str, str]:
    return f"{slip.subject} can't be above {slip.context['le']}", slip.example


def _too_many(slip: _Slip) -> tuple[str, str]:
    found, most = slip.context["actual_length"], slip.context["max_length"]
    return f"{slip.subject} has {found:,} items, more than {most:,}", "Split the course."


def _choice(slip: _Slip) -> tuple[str, str]:
    value = slip.detail["input"]
    written = f'"{value[:40]}"' if isinstance(value, str) else (slip.written or "")[:40]
    problem = f"{slip.subject} can't be {written or slip.found}"
    known = re.findall("'([^']+)'", slip.context["expected"])
    if isinstance(value, str) and (close := get_close_matches(value.lower(), known, n=1)):
        return problem, f"Did you mean  {slip.name}: {close[0]}  ?"
    return problem, slip.example


def _own_words(slip: _Slip) -> tuple[str, str]:
    return slip.context["problem"], slip.context["remedy"]


def _unknown(slip: _Slip) -> tuple[str, str]:
    return f"{slip.subject} is not valid: {slip.detail['msg']}", slip.example


_WORDS: dict[str, Callable[[_Slip], tuple[str, str]]] = {
    "bool_type": _typed("true or false"),
    "extra_forbidden": _unknown_field,
    "greater_than_equal": _too_low,
    "int_type": _typed("a whole number"),
    "less_than_equal": _too_high,
    "list_type": _typed("a list"),
    "literal_error": _choice,
    "missing": _missing,
    "mistake": _own_words,
    "model_type": _typed("a group of fields"),
    "string_type": _text,
    "too_long": _too_many,
}
