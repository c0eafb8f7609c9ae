"""Pydantic's errors in an outline as diagnostics that a course author understands.

Owns the words of these mistakes. It must never decide what is valid: the models do.
"""

from __future__ import annotations

import re
from difflib import get_close_matches
from functools import partial
from typing import TYPE_CHECKING, get_args

from pydantic import BaseModel

from coursesync.errors import Code, Diagnostic, Remedy
from coursesync.kinds import KINDS, LISTED
from coursesync.kinds.content_spec import is_markdown_path
from coursesync.kinds.field import Role
from coursesync.kinds.inline import CURLY, flow, line_of
from coursesync.kinds.spec import MAPPING, PLAIN, former_keys
from coursesync.outlines.items import may_be_file, name_of
from coursesync.outlines.line_slips import dash
from coursesync.outlines.misplaced import (
    list_elsewhere,
    look_alike,
    meant,
    of_another_kind,
    path_field,
)
from coursesync.outlines.yaml_mistakes import no_space
from coursesync.text import coded, inert

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from pydantic import ValidationError
    from pydantic_core import ErrorDetails

    from coursesync.errors import Sentence
    from coursesync.kinds.kind import Kind
    from coursesync.kinds.tree import Path, Tree, Value

_GROUP = "a group of fields"
_NO_FIELD = "extra_forbidden"
MOST = 250  # more than anyone reads
_CLOSE = 0.65  # lower ones are mostly other words
_LAID_OUT = {  # fields whose example needs more than one line
    **{
        kind.plural: coded(f"`{kind.plural}:` and below it a line that starts with `- title:`")
        for kind in KINDS.values()
    },
    "outline": coded(f"`id: 4711` and below it `title:` and `{LISTED.plural}:`"),
}
_IN_FILES = {kind.plural for kind in KINDS.values() if may_be_file(kind)}
_NOUNS = {
    type(None): "empty",
    bool: "a yes/no value",
    int: "a number",
    float: "a number with decimals",
    str: "text",
    list: "a list",
    dict: "a group of fields",
}


def diagnose(
    error: ValidationError, tree: Tree, base: Path, model: type[BaseModel], kind: Kind | None
) -> Iterator[Diagnostic]:
    """Return a diagnostic for each of pydantic's errors, at most `MOST`.

    Args:
        error: raised by validating the value at `base`.
        tree: the outline's file.
        base: the path of the validated value in the tree.
        model: the model that it was validated against.
        kind: the kind of the item that it is, None for the outline itself.
    """
    slips: list[tuple[str, _Slip]] = []
    for detail in error.errors(include_url=False)[:MOST]:
        *above, last = detail["loc"] or (PLAIN,)
        steps = [step for step in above if step not in {MAPPING, PLAIN}]
        if detail["type"] == _NO_FIELD or last not in {
            MAPPING,
            PLAIN,
        }:  # an unknown field may have any name
            steps.append(last)
        slips.append((detail["type"], _Slip(detail, tree, (*base, *steps), model, kind)))
    misspelt = {(*slip.path[:-1], slip.meant) for type_, slip in slips if type_ == _NO_FIELD}
    for type_, slip in slips:
        if type_ == "missing" and slip.path in misspelt:
            continue
        words = _curly if slip.is_in_curly_quotes else _WORDS.get(type_, _unknown)
        where = tree.where_key(slip.path) if type_ == _NO_FIELD else tree.where(slip.path)
        yield Diagnostic(where, *words(slip))


class _Slip:
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
        self.found = _NOUNS[type(self.value)]
        self.context = detail.get("ctx") or {}
        self.otherwise = detail["msg"]
        self.path = path
        self.name = next((step for step in reversed(path) if isinstance(step, str)), "outline")
        self.written = tree.written(path)
        above = str(path[-2]) if len(path) > 1 else ""
        holder = model.model_fields.get(above)
        inner = _group_in(holder.annotation) if holder else None
        # the model of the group that this field is in, and the name of the field that holds it
        self.group, self.above = (inner, above) if inner else (model, "")
        self.fields = list(self.group.model_fields)
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
    def meant(self) -> str:
        """The field that an unknown name most likely means, or ""."""
        name = inert(str(self.path[-1]), 40)
        other = meant(self.kind or LISTED).get(name.lower())
        close = [other] if other else get_close_matches(name, self.fields, n=1, cutoff=_CLOSE)
        return close[0] if close and close[0] in self.fields else ""

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
        if self.name not in _LAID_OUT and self.name not in self.fields:
            return ""
        examples = _LAID_OUT.get(self.name) or examples_of(self.group, self.name, self.above)
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


def _typed(slip: _Slip, noun: str) -> tuple[str, Sentence]:
    value = slip.value
    if value is None:
        return _no_value(slip)
    if (
        isinstance(value, dict)
        and noun == "a list"
        and (dashes := [*filter(None, map(dash, value))])
    ):
        return dashes[0]
    if noun == _GROUP and isinstance(value, str) and (words := no_space(value)):
        return words
    if noun == _GROUP and slip.name in _IN_FILES:
        noun = "a group of fields, or the path of a .md file"
    elif noun == _GROUP and isinstance(value, str) and is_markdown_path(value) and _IN_FILES:
        remedy = coded(f"A file can be listed under `{min(_IN_FILES)}:` only.")
        return f"{slip.subject} must be {noun}, and is the name of a file", remedy
    found = f'the text "{value[:40]}"' if isinstance(value, str) else slip.found
    return f"{slip.subject} must be {noun}, and is {found}", slip.example


def _no_value(slip: _Slip) -> tuple[str, Sentence]:
    needed = slip.path[-1:] in {("id",), ("title",), (LISTED.plural,)}
    more = Remedy("" if needed else "or delete the line")
    if slip.path[-1:] and slip.path[-1] in _IN_FILES:
        none = Code(f"{slip.name}: []")
        more = Remedy("or, if there should be none,", none, "or delete the line")
    return f"{slip.subject} has no value", Remedy(slip.example, more)


def _text(slip: _Slip) -> tuple[str, Sentence]:
    if not slip.written:
        return _typed(slip, "text")
    quoted = f'"{slip.written[:40]}"'
    in_list = isinstance(slip.path[-1], int)
    problem = f"{slip.subject} must be text, and {slip.written[:40]} is read as {slip.found}"
    if slip.value is None and slip.name != "title":
        return problem, _no_value(slip)[1]
    return (
        problem,
        Remedy("Quote this:", Code(quoted if in_list else f"{slip.name}: {quoted}")),
    )


def _curly(slip: _Slip) -> tuple[str, Sentence]:
    plain = str(slip.value).strip(CURLY)[:100]
    return (
        f"{slip.subject} is in curly quotes, which YAML reads as part of the text",
        Remedy(
            "Write it without them:",
            Code(plain if isinstance(slip.path[-1], int) else f"{slip.name}: {plain}"),
        ),
    )


def _list(slip: _Slip) -> tuple[str, Sentence]:
    problem, remedy = _typed(slip, "a list")
    written = slip.written or slip.value
    if slip.name == "previous_keys" and isinstance(written, str) and written.strip():
        remedy = Remedy("Put it in brackets:", former_keys(written))
    if slip.name in _IN_FILES and isinstance(written, str) and is_markdown_path(written):
        remedy = Remedy("Put it in brackets:", line_of(slip.name, [written]))
    return problem, remedy


def _unknown_field(slip: _Slip) -> tuple[str, Sentence]:
    name = inert(str(slip.path[-1]), 40)
    if (alike := look_alike(str(slip.path[-1]), slip.fields)) is not None:
        return alike
    if holder := slip.holder_of(name):
        return (
            f"`{name}` belongs in `{holder}`, not beside it",
            coded(f"Put it below `{holder}:` and indent it further than that."),
        )
    lower = name.lower()
    if (opposite := meant(slip.kind or LISTED, opposite=True).get(lower)) in slip.fields:
        remedy = coded(f"To hide it from members, write `{opposite}: false`")
        return f"there is no field `{name}`", remedy
    kind = None if slip.above else slip.kind
    elsewhere = None if slip.above else list_elsewhere(lower, slip.fields, slip.holder)
    if (words := elsewhere or path_field(lower, kind)) is not None:
        return words
    if slip.meant:
        return f"there is no field `{name}`", Remedy("Did you mean", Code(f"{slip.meant}:"), "?")
    return of_another_kind(lower, kind, slip.holder) or (
        f"there is no field `{name}`",
        f"The fields here are: {', '.join(slip.fields)}.",
    )


def _missing(slip: _Slip) -> tuple[str, Sentence]:
    *owner, name = slip.path
    group = f"`{owner[-1]}`" if owner and isinstance(owner[-1], str) else ""
    whole = f"the {slip.kind.name}" if slip.kind else "the outline"
    return f"{group or whole} has no `{name}`", slip.example


def _choice(slip: _Slip) -> tuple[str, Sentence]:
    value = slip.value
    written = f'"{value[:40]}"' if isinstance(value, str) else (slip.written or "")[:40]
    problem = f"{slip.subject} can't be {written or slip.found}"
    known = re.findall("'([^']+)'", slip.context["expected"])
    if isinstance(value, str) and (close := get_close_matches(value.lower(), known, n=1)):
        return problem, Remedy("Did you mean", Code(f"{slip.name}: {close[0]}"), "?")
    return problem, slip.example


def _too_many(slip: _Slip) -> tuple[str, Sentence]:
    found, most = slip.context["actual_length"], slip.context["max_length"]
    return f"{slip.subject} has {found:,} items, more than {most:,}", "Split the course."


def _unknown(slip: _Slip) -> tuple[str, Sentence]:
    return f"{slip.subject} is not valid: {slip.otherwise}", slip.example


_WORDS: dict[str, Callable[[_Slip], tuple[str, Sentence]]] = {
    "bool_type": partial(_typed, noun="true or false"),
    _NO_FIELD: _unknown_field,
    "greater_than_equal": lambda s: (f"{s.subject} can't be below {s.context['ge']}", s.example),
    "int_type": partial(_typed, noun="a whole number"),
    "less_than_equal": lambda s: (f"{s.subject} can't be above {s.context['le']}", s.example),
    "list_type": _list,
    "literal_error": _choice,
    "missing": _missing,
    "mistake": lambda s: (s.context["problem"], s.context["remedy"]),
    "model_type": partial(_typed, noun=_GROUP),
    "string_type": _text,
    "too_long": _too_many,
}
