"""One of pydantic's errors in an outline, with what the words of a mistake need to know of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, get_args

from pydantic import BaseModel

from coursesync.kinds import LISTED
from coursesync.outlines.yaml_writer import flow

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pydantic_core import ErrorDetails

    from coursesync.kinds.tree import Path, Tree, Value

_LAID_OUT = {  # what an example on one line would not show
    LISTED.plural: f"{LISTED.plural}:  and below it a line that starts with  - title:",
    "outline": f"id: 4711  and below it  title:  and  {LISTED.plural}:",
}


class Slip:
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
        above: the field that holds the group, where it is not the outline or one of its items.
    """
    examples: Iterable[Value] = group.model_fields[name].examples or ()
    *rest, last = (
        f"{above}: {flow({name: each})}" if above else f"{name}: {flow(each)}" for each in examples
    )
    return ",  ".join(rest) + "  or  " * bool(rest) + last
