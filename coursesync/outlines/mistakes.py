"""Pydantic's errors in an outline as diagnostics that a course author understands.

Owns the words of these mistakes. It must never decide what is valid: the models do.
"""

from __future__ import annotations

import re
from difflib import get_close_matches
from functools import partial
from typing import TYPE_CHECKING

from coursesync.errors import Code, Diagnostic, Remedy
from coursesync.kinds import ITEMS, LISTED
from coursesync.kinds.content_spec import is_markdown_path
from coursesync.kinds.course import COURSE, HOST
from coursesync.kinds.inline import CURLY, flow, in_curly, line_of
from coursesync.kinds.spec import MAPPING, PLAIN, former_keys
from coursesync.outlines.item_slips import (
    files_in,
    first_item,
    no_list,
    several_files,
    text_as_item,
)
from coursesync.outlines.items import may_be_file
from coursesync.outlines.line_slips import dash
from coursesync.outlines.misplaced import list_elsewhere, look_alike, meant, of_another_kind
from coursesync.outlines.one_line import inner_field
from coursesync.outlines.slip import BY_PLURAL, LAID_OUT, Slip
from coursesync.outlines.yaml_mistakes import no_space
from coursesync.text import coded, inert

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pydantic import BaseModel, ValidationError

    from coursesync.errors import Sentence
    from coursesync.kinds.kind import Kind
    from coursesync.kinds.tree import Path, Tree

_GROUP = "fields, such as `title:`"
_NUMBER = "a whole number"
_SWITCH = "true or false"
_SWITCHES = {  # what authors write for them
    **dict.fromkeys(("true", "yes", "y", "on", "1", "ja", "sí", "si", "verdadero"), "true"),
    **dict.fromkeys(("false", "no", "n", "off", "0", "nein", "falso"), "false"),
}
_ID, _COURSE = ("id",), (COURSE.name,)
_NO_FIELD = "extra_forbidden"
_OF_COURSE = {each.name for each in COURSE.fields if each.name not in COURSE.beside}
MOST = 250  # more than anyone reads
_IN_FILES = {kind.plural for kind in ITEMS.values() if may_be_file(kind)}


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
    slips: list[tuple[str, Slip]] = []
    for detail in error.errors(include_url=False)[:MOST]:
        *above, last = detail["loc"] or (PLAIN,)
        steps = [step for step in above if step not in {MAPPING, PLAIN}]
        if detail["type"] == _NO_FIELD or last not in {
            MAPPING,
            PLAIN,
        }:  # an unknown field may have any name
            steps.append(last)
        slips.append((detail["type"], Slip(detail, tree, (*base, *steps), model, kind)))
    unknown = [slip for type_, slip in slips if type_ == _NO_FIELD]
    for name in (slip.path for type_, slip in slips if type_ == "missing"):
        _pair(name, [slip for slip in unknown if slip.path[:-1] == name[:-1]])
    misspelt = {(*slip.path[:-1], "title" if slip.listed_file else slip.meant) for slip in unknown}
    for type_, slip in slips:
        others = _COURSE if slip.path == _ID else slip.path
        if type_ == "missing" and not misspelt.isdisjoint({slip.path, others}):
            continue
        words = _curly if slip.is_in_curly_quotes else _WORDS.get(type_, _unknown)
        where = tree.where_key(slip.path) if type_ == _NO_FIELD else tree.where(slip.path)
        yield Diagnostic(where, *words(slip))


def _pair(missing: Path, unknown: list[Slip]) -> None:
    """Take a missing field for the one unknown field beside it whose value it could have."""
    if any(slip.meant == missing[-1] for slip in unknown):
        return
    free = [slip for slip in unknown if not slip.meant and slip.could_be(str(missing[-1]))]
    if len(free) == 1:
        free[0].guess = str(missing[-1])


def _typed(slip: Slip, noun: str) -> tuple[str, Sentence]:
    value = slip.value
    if value is None:
        return _no_value(slip)
    if (
        isinstance(value, dict)
        and noun == "a list"
        and (dashes := [*filter(None, map(dash, value))])
    ):
        return dashes[0]
    if isinstance(value, dict) and slip.name in BY_PLURAL and noun == "a list":
        kind = BY_PLURAL[slip.name]
        if any(next(iter(value), "") == field.name for field in kind.fields):
            return first_item(value, kind)
    if noun == _GROUP and isinstance(value, str) and slip.is_item:
        return no_space(value) or _text_as_item(slip, value)
    if noun == _GROUP and slip.path == _COURSE:
        return _no_course(slip)
    if noun == _GROUP and slip.name in _IN_FILES:
        noun = f"{_GROUP}, or the path of a .md file"
    found = f'the text "{value[:40]}"' if isinstance(value, str) else slip.found
    remedy = slip.example
    if noun == _NUMBER and isinstance(value, str) and value.isdecimal():
        line = flow({slip.name: int(value)})
        plain = f"{slip.braces}: {line}" if slip.braces else line.strip("{}")
        remedy = Remedy("Write it without quotes:", Code(plain))
    if noun == _SWITCH and (word := _SWITCHES.get(str(value).strip().lower())):
        write = "Write it without quotes:" if word == value else "Write"
        remedy = Remedy(write, Code(f"{slip.name}: {word}"))
    verb = "has" if isinstance(value, dict) and value else "is"
    return f"{slip.subject} must be {noun}, and {verb} {found}", remedy


def _no_course(slip: Slip) -> tuple[str, Sentence]:
    if isinstance(slip.value, str) and (words := no_space(slip.value)):
        return words
    problem = f"{slip.subject} must be fields, such as `summary:`, and is {slip.found}"
    if type(slip.value) is int:
        return problem, Remedy("If that is the Id of the course, write", line_of("id", slip.value))
    return problem, slip.example


def _text_as_item(slip: Slip, value: str) -> tuple[str, Sentence]:
    may_be_file = slip.name in _IN_FILES
    if is_markdown_path(value) and not may_be_file:
        remedy = coded(f"A file can be listed under `{min(_IN_FILES)}:` only.")
        return f"{slip.subject} must be {_GROUP}, and is the name of a file", remedy
    return text_as_item(value, BY_PLURAL[slip.name], may_be_file=may_be_file)


def _no_value(slip: Slip) -> tuple[str, Sentence]:
    if slip.path == _COURSE and (flat := next((n for n in slip.beside if n in _OF_COURSE), "")):
        problem = f"the fields of {slip.subject} are not indented"
        return problem, coded(f"Put two spaces before the lines of its fields, such as `{flat}:`")
    needed = slip.path[-1:] in {_ID, ("title",), (LISTED.plural,)}
    more = Remedy("" if needed else "or delete the line")
    return f"{slip.subject} has no value", Remedy(slip.example, more)


def _text(slip: Slip) -> tuple[str, Sentence]:
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


def _curly(slip: Slip) -> tuple[str, Sentence]:
    plain = str(slip.value).strip(CURLY)[:100]
    return (
        f"{slip.subject} {in_curly(str(slip.value))}",
        Remedy(
            "Write it without them:",
            Code(plain if isinstance(slip.path[-1], int) else f"{slip.name}: {plain}"),
        ),
    )


def _list(slip: Slip) -> tuple[str, Sentence]:
    problem, remedy = _typed(slip, "a list")
    written = slip.written or slip.value
    if slip.name == "previous_keys" and isinstance(written, str) and written.strip():
        remedy = Remedy("Put it in brackets:", former_keys(written))
    if slip.name == "leave" and isinstance(slip.value, str) and slip.value.strip():
        remedy = Remedy("Put it in brackets:", line_of("leave", [slip.value[:40]]))
    if slip.name in BY_PLURAL and (written or slip.value is not None):
        remedy = no_list(slip.name, written, may_be_left=slip.name in _IN_FILES) or remedy
    if slip.name in _IN_FILES and isinstance(written, str) and (names := files_in(written)):
        if [*names] != [written]:
            return several_files(names)
        remedy = Remedy("Put it in brackets:", line_of(slip.name, [written]))
    return problem, remedy


def _unknown_field(slip: Slip) -> tuple[str, Sentence]:
    name = inert(str(slip.path[-1]), 40)
    lower, problem = name.lower(), f"there is no field `{name}`"
    elsewhere = None if slip.above else list_elsewhere(lower, slip.fields, slip.holder)
    words = (
        _without_space(slip)
        or look_alike(str(slip.path[-1]), slip.fields)
        or slip.listed_file
        or _outside(slip, name)
        or _of_group(slip, name)
        or _of_course(slip, name)
        or _opposite(slip, lower, problem)
        or elsewhere
    )
    if words:
        return words
    if slip.meant:
        return problem, Remedy("Did you mean", Code(f"{slip.meant}:"), "?")
    return of_another_kind(lower, None if slip.above else slip.kind, slip.holder) or (
        problem,
        f"The fields here are: {', '.join(slip.fields)}. If it is none of them, delete it.",
    )


def _without_space(slip: Slip) -> tuple[str, Sentence] | None:
    """Report `unlock:after_days: 7`, which YAML reads as a field of that long name."""
    name, _, inner = str(slip.path[-1]).partition(":")
    if not inner or not (whole := inner_field(name, f"{inner}: {slip.value}")):
        return None
    return f"there is no space after `{name}:`", Remedy("Write", whole)


def _of_group(slip: Slip, name: str) -> tuple[str, Sentence] | None:
    """Report a field that belongs into another, which may be there."""
    if not (holder := slip.holder_of(name)):
        return None
    problem = f"`{name}` belongs in `{holder}`, not beside it"
    if isinstance(slip.value, str | int) and holder not in slip.beside:
        return problem, Remedy("Write", line_of(holder, {name: slip.value}))
    return problem, coded(f"Put it below `{holder}:` and indent it further than that.")


def _outside(slip: Slip, name: str) -> tuple[str, Sentence] | None:
    """Report a field of the outline, or of the item, that is written in one of its groups."""
    lower = name.lower()
    field = meant(slip.kind or COURSE).get(lower, lower)
    group = slip.beside_group(field)
    if field in slip.fields or group in {"", field}:
        return None
    problem = f"`{field}` belongs beside `{group}`, not in it"
    return problem, coded(f"Write `{field}:` in the column of `{group}:`")


def _of_course(slip: Slip, name: str) -> tuple[str, Sentence] | None:
    """Report a field of the course by another name, beside `course` instead of in it."""
    lower, problem = name.lower(), f"there is no field `{name}`"
    known, opposites = meant(COURSE), meant(COURSE, opposite=True)
    field = known.get(lower) or opposites.get(lower, "")
    if slip.path[:-1] or slip.kind or not (holder := slip.holder_of(field)):
        return None
    line = f"{field}: false" if lower in opposites else f"{field}:"
    return problem, coded(f"Did you mean `{line}` below `{holder}:` and indented?")


def _opposite(slip: Slip, lower: str, problem: str) -> tuple[str, Sentence] | None:
    opposite = meant(slip.kind or COURSE, opposite=True).get(lower)
    if opposite not in slip.fields:
        return None
    return problem, coded(f"To hide it from members, write `{opposite}: false`")


def _missing(slip: Slip) -> tuple[str, Sentence]:
    *owner, name = slip.path
    if slip.path == (*_COURSE, HOST.name):
        remedy = Remedy("Write below", Code(f"{COURSE.name}:"), "the Id of a person, as in")
        problem = f"a course without `id` is made, and needs a `{name}`"
        return problem, Remedy(remedy, line_of(HOST.name, 88123))
    group = f"`{owner[-1]}`" if owner and isinstance(owner[-1], str) else ""
    whole = f"the {slip.kind.name}" if slip.kind else "the outline"
    more = Remedy("If coursesync should make the course, write", LAID_OUT[COURSE.name])
    remedy = Remedy(slip.example, more if slip.path == _ID else "")
    return f"{group or whole} has no `{name}`", remedy


def _choice(slip: Slip) -> tuple[str, Sentence]:
    value = slip.value
    written = f'"{value[:40]}"' if isinstance(value, str) else (slip.written or "")[:40]
    problem = f"{slip.subject} can't be {written or slip.found}"
    if isinstance(value, str) and (whole := inner_field(slip.name, value)):
        return problem, Remedy("Write", whole)
    known = re.findall("'([^']+)'", slip.context["expected"])
    if isinstance(value, str) and (close := get_close_matches(value.lower(), known, n=1)):
        return problem, Remedy("Did you mean", Code(f"{slip.name}: {close[0]}"), "?")
    return problem, slip.example


def _too_many(slip: Slip) -> tuple[str, Sentence]:
    found, most = slip.context["actual_length"], slip.context["max_length"]
    return f"{slip.subject} has {found:,} items, more than {most:,}", "Split the course."


def _unknown(slip: Slip) -> tuple[str, Sentence]:
    return f"{slip.subject} is not valid: {slip.otherwise}", slip.example


_WORDS: dict[str, Callable[[Slip], tuple[str, Sentence]]] = {
    "bool_type": partial(_typed, noun=_SWITCH),
    _NO_FIELD: _unknown_field,
    "greater_than_equal": lambda s: (f"{s.subject} can't be below {s.context['ge']}", s.example),
    "int_type": partial(_typed, noun=_NUMBER),
    "less_than_equal": lambda s: (f"{s.subject} can't be above {s.context['le']}", s.example),
    "list_type": _list,
    "literal_error": _choice,
    "missing": _missing,
    "mistake": lambda s: (s.context["problem"], s.context["remedy"]),
    "model_type": partial(_typed, noun=_GROUP),
    "string_type": _text,
    "too_long": _too_many,
}
