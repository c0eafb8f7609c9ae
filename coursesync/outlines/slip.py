"""One of pydantic's errors, with the facts that its message names.

Owns what an author wrote, what may be written there, and the example to show. It must never word
the mistake: `mistakes` does.
"""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING, get_args

from pydantic import BaseModel

from coursesync.errors import Code, Remedy
from coursesync.kinds import ITEMS, LISTED
from coursesync.kinds.content_spec import file_named
from coursesync.kinds.course import COURSE, HOST
from coursesync.kinds.field import Role
from coursesync.kinds.inline import CURLY, flow
from coursesync.outlines.checks import IDS, fields_of
from coursesync.outlines.item_slips import named_by_field
from coursesync.outlines.items import may_be_file, name_of
from coursesync.outlines.misplaced import meant
from coursesync.text import coded, inert

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pydantic_core import ErrorDetails

    from coursesync.errors import Sentence
    from coursesync.kinds.kind import Kind
    from coursesync.kinds.tree import Path, Tree, Value

BY_PLURAL = {kind.plural: kind for kind in ITEMS.values()}
_CLOSE = 0.65  # lower ones are mostly other words
LAID_OUT = {  # fields whose example needs more than one line
    **{
        kind.plural: coded(
            f"`{kind.plural}:` and below it a line that starts with `- title:` or, if there should "
            f"be none, `{kind.plural}: []`"
        )
        for kind in ITEMS.values()
    },
    "outline": coded(f"`id: 4711` and below it `title:` and `{LISTED.plural}:`"),
    COURSE.name: coded(
        f"`{COURSE.name}:` and below it, indented, its fields, as in `{HOST.name}: 88123`"
    ),
}
_NOUNS = {
    type(None): "empty",
    bool: "a yes/no value",
    int: "a number",
    float: "a number with decimals",
    str: "text",
    list: "a list",
}


class Slip:
    """One of pydantic's errors, and the facts about it that its message names."""

    def __init__(
        self,
        detail: ErrorDetails,
        tree: Tree,
        path: Path,
        model: type[BaseModel],
        kind: Kind | None,
    ) -> None:
        self.kind = kind
        self.value: Value = detail["input"]
        self.found = _found(self.value)
        self.context = detail.get("ctx") or {}
        self.otherwise = detail["msg"]
        self.path = path
        self.guess = ""  # the field that is missing in its place
        self.name = next((step for step in reversed(path) if isinstance(step, str)), "outline")
        self.written = tree.written(path)
        self.beside = fields_of(tree.value_at(path[:-1]) if path else None)  # and the field itself
        # the model of this field's group, and the name of the group's own field
        self.group, self.above = model, ""
        # the groups around it, the outermost first, with the field of the next one
        self.around: list[tuple[type[BaseModel], str]] = []
        for step in path[:-1]:
            holder = self.group.model_fields.get(str(step))
            if holder and (inner := _group_in(holder.annotation)):
                self.around.append((self.group, str(step)))
                self.group, self.above = inner, str(step)
        order = [field.name for field in kind.fields] if kind and not self.above else []
        self.fields = [*order, *(each for each in self.group.model_fields if each not in order)]
        if kind and len(path) == 1:  # in a file, whose contents are below its fields
            self.fields = [n for n in self.fields if n != name_of(kind, Role.CONTENTS)]

    @property
    def holder(self) -> str:
        """The word for what the fields are of."""
        return self.kind.name if self.kind else "course"

    @property
    def subject(self) -> str:
        """The subject of the message: a field by its name, an item of a list by its number."""
        if not self.path:
            return "the front matter" if self.kind else "the outline"
        last = self.path[-1]
        return f"item {last + 1} of `{self.name}`" if isinstance(last, int) else f"`{last}`"

    @property
    def is_item(self) -> bool:
        """Whether it is an item of a list of a kind, as a whole."""
        return self.name in BY_PLURAL and isinstance(self.path[-1], int)

    @property
    def listed_file(self) -> tuple[str, Sentence] | None:
        """The words for a field that names a file, where its path alone would list it."""
        if self.above or self.kind is None or not may_be_file(self.kind):
            return None
        return named_by_field(str(self.path[-1]), self.value, self.beside)

    @property
    def braces(self) -> str:
        """The field that is written in braces with this one in it, or ""."""
        return "" if self.above == COURSE.name else self.above

    def beside_group(self, name: str) -> str:
        """Return the group around this field that a field of that name belongs beside, or ""."""
        groups = reversed(self.around)
        return next((inner for model, inner in groups if name in model.model_fields), "")

    @property
    def meant(self) -> str:
        """The field that an unknown name most likely means, or ""."""
        name = inert(str(self.path[-1]), 40)
        lower = name.lower()
        if lower in IDS and not self.above and "id" in self.fields:
            return "id"
        if (other := meant(self.kind or COURSE).get(lower)) in self.fields:
            return other
        possible = [each for each in self.fields if each not in self.beside]
        if lower in possible:
            return lower
        if (form := file_named(str(self.value))) in possible:
            return form
        close = get_close_matches(name, possible, n=1, cutoff=_CLOSE)
        return close[0] if close and not other else self.guess

    def could_be(self, name: str) -> bool:
        """Return whether the value of this field is of the type of another one."""
        if name in BY_PLURAL:
            return isinstance(self.value, list)
        examples = self.group.model_fields[name].examples or ()
        return any(type(each) is type(self.value) for each in examples)

    @property
    def is_in_curly_quotes(self) -> bool:
        """Whether a text that is not valid has curly quotes, but is no title that members see."""
        text = self.value if self.name != "title" and isinstance(self.value, str) else ""
        return text != "" and not {text[0], text[-1]}.isdisjoint(CURLY)

    @property
    def example(self) -> Sentence:
        """A remedy with the examples of the field from its model; "" if there are none."""
        if self.kind and not self.path:
            return Remedy("Write, for example,", examples_of(self.group, "title"))
        if self.is_item:
            return Remedy("Write, for example,", Code("- title: Welcome"))
        if self.name not in LAID_OUT and self.name not in self.fields:
            return ""
        examples = LAID_OUT.get(self.name) or examples_of(self.group, self.name, self.braces)
        return Remedy("Write, for example,", examples)

    def holder_of(self, name: str) -> str:
        """Return the field beside this one whose group has a field of that name, or ""."""
        fields = self.group.model_fields.items()
        inner = ((holder, _group_in(field.annotation)) for holder, field in fields)
        return next((holder for holder, group in inner if group and name in group.model_fields), "")


def _group_in(annotation: object) -> type[BaseModel] | None:
    if isinstance(annotation, type):
        return annotation if issubclass(annotation, BaseModel) else None
    return next(filter(None, map(_group_in, get_args(annotation))), None)


def examples_of(group: type[BaseModel], name: str, above: str = "") -> Remedy:
    """Write a field's examples as an outline has them.

    Args:
        group: the model that the field is of.
        name: the field.
        above: the field that holds the group; "" for the outline or one of its items.
    """
    examples: Iterable[Value] = group.model_fields[name].examples or ()
    written = (
        f"{above}: {flow({name: each})}" if above else f"{name}: {flow(each)}" for each in examples
    )
    return Remedy(*[piece for each in written for piece in ("or", Code(each))][1:])


def _found(value: Value) -> str:
    if isinstance(value, dict):
        first = inert(str(next(iter(value), "")), 40)
        return f"fields, such as `{first}:`" if first else "empty braces"
    return _NOUNS[type(value)]
