"""How a mistake in an outline is told: pydantic's errors in, diagnostics out.

Validation is pydantic's; the words are ours, because the reader is a course author.
"""

from __future__ import annotations

import re
import unicodedata
from difflib import get_close_matches
from typing import TYPE_CHECKING

from coursesync.errors import Diagnostic
from coursesync.kinds import LISTED
from coursesync.kinds.spec import MAPPING, PLAIN
from coursesync.kinds.unlock import AFTER_DAYS
from coursesync.outlines.slip import Slip
from coursesync.text import inert, named, without_marks

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pydantic import BaseModel, ValidationError

    from coursesync.kinds.tree import Path, Tree

MOST = 250
# what authors write by mistake, and the field that they mean
_OTHER_NAMES = {"days": AFTER_DAYS} | {
    other: field.name for field in LISTED.fields for other in field.other_names
}
_OPPOSITES = {other: field.name for field in LISTED.fields for other in field.opposites}


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
        problem, remedy = words(Slip(detail, tree, path, model))
        where = tree.where_key(path) if at_key else tree.where(path)
        yield Diagnostic(where, problem, remedy)


def _no_value(slip: Slip) -> tuple[str, str]:
    needed = slip.path[-1:] in {("id",), ("title",), (LISTED.plural,)}
    return f"{slip.subject} has no value", slip.example + ("" if needed else "  or delete the line")


def _text(slip: Slip) -> tuple[str, str]:
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


def _typed(noun: str) -> Callable[[Slip], tuple[str, str]]:
    def words(slip: Slip) -> tuple[str, str]:
        value = slip.detail["input"]
        if value is None:
            return _no_value(slip)
        found = f'the text "{value[:40]}"' if isinstance(value, str) else slip.found
        return f"{slip.subject} must be {noun}, and is {found}", slip.example

    return words


def _unknown_field(slip: Slip) -> tuple[str, str]:
    name = inert(str(slip.path[-1]), 40)
    if (alike := _look_alike(name, slip.fields)) is not None:
        return alike
    if holder := slip.holder_of(name):
        return (
            f"`{name}` belongs to `{holder}`, and stands beside it",
            f"Put it below  {holder}:  and indent it further than that.",
        )
    if (opposite := _OPPOSITES.get(name.lower())) in slip.fields:
        return f"there is no field `{name}`", f"To hide it from members, write  {opposite}: false"
    other = _OTHER_NAMES.get(name.lower())
    close = [other] if other else get_close_matches(name, slip.fields, n=1, cutoff=0.6)
    if close and close[0] in slip.fields:
        return f"there is no field `{name}`", f"Did you mean  {close[0]}: ?"
    return f"there is no field `{name}`", f"The fields here are: {', '.join(slip.fields)}."


def _look_alike(name: str, fields: list[str]) -> tuple[str, str] | None:
    """Tell a field's name with a letter that only looks like the one that is meant."""
    strangers = [character for character in name if not character.isascii()]
    if (plain := without_marks(name)) != name and plain in fields:
        hidden = next(character for character in name if not without_marks(character))
        return f"`{name}` holds {named(hidden)}, which can't be seen", f"Type it again:  {plain}:"
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


def _missing(slip: Slip) -> tuple[str, str]:
    *owner, name = slip.path
    named = f"`{owner[-1]}`" if owner and isinstance(owner[-1], str) else f"the {LISTED.name}"
    return f"{named if owner else 'the outline'} has no `{name}`", slip.example


def _too_low(slip: Slip) -> tuple[str, str]:
    return f"{slip.subject} can't be below {slip.context['ge']}", slip.example


def _too_high(slip: Slip) -> tuple[str, str]:
    return f"{slip.subject} can't be above {slip.context['le']}", slip.example


def _too_many(slip: Slip) -> tuple[str, str]:
    found, most = slip.context["actual_length"], slip.context["max_length"]
    return f"{slip.subject} has {found:,} items, more than {most:,}", "Split the course."


def _choice(slip: Slip) -> tuple[str, str]:
    value = slip.detail["input"]
    written = f'"{value[:40]}"' if isinstance(value, str) else (slip.written or "")[:40]
    problem = f"{slip.subject} can't be {written or slip.found}"
    known = re.findall("'([^']+)'", slip.context["expected"])
    if isinstance(value, str) and (close := get_close_matches(value.lower(), known, n=1)):
        return problem, f"Did you mean  {slip.name}: {close[0]}  ?"
    return problem, slip.example


def _own_words(slip: Slip) -> tuple[str, str]:
    return slip.context["problem"], slip.context["remedy"]


def _unknown(slip: Slip) -> tuple[str, str]:
    return f"{slip.subject} is not valid: {slip.detail['msg']}", slip.example


_WORDS: dict[str, Callable[[Slip], tuple[str, str]]] = {
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
