"""Finds fields that another field, another kind, another place or another letter is meant by.

Owns these guesses and their words. It must never decide which fields are valid: the models do.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

from coursesync.kinds import ITEMS
from coursesync.kinds.unlock import AFTER_DAYS
from coursesync.outlines.line_slips import dash
from coursesync.outlines.yaml_mistakes import no_space, odd_blank
from coursesync.text import coded, inert, named, without_marks

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from coursesync.errors import Sentence
    from coursesync.kinds.kind import Kind


@cache
def meant(kind: Kind, *, opposite: bool = False) -> Mapping[str, str]:
    """Return the names that authors write by mistake, and the field that they mean."""
    if opposite:
        return {other: field.name for field in kind.fields for other in field.opposites}
    named = {other: field.name for field in kind.fields for other in field.other_names}
    return {"days": AFTER_DAYS} | named


def list_elsewhere(name: str, fields: Collection[str], holder: str) -> tuple[str, Sentence] | None:
    """Report the list of a kind in a group that has none, by the word for one item or several.

    `name` is in lower case, `fields` are those of the group, and `holder` is the word for it.
    """
    for kind in ITEMS.values():
        if name not in {kind.name, kind.plural} or kind.plural in fields:
            continue
        within = f"in a {kind.within.name} or " if kind.within else ""
        remedy = (
            f"Move it out of this {holder}: `{kind.plural}:` is a list {within}in the course, "
            "in the column of its `title:`"
        )
        return f"a {holder} has no {kind.plural}", coded(remedy)
    return None


def of_another_kind(name: str, kind: Kind | None, holder: str) -> tuple[str, Sentence] | None:
    """Report a field that another kind has."""
    for other in ITEMS.values() if kind else ():
        if other is not kind and any(name == field.name for field in other.fields):
            problem = f"`{name}` is a field of a {other.name}, not of a {holder}"
            return problem, coded(f"Put it into an item of `{other.plural}:`, or delete it.")
    return None


def look_alike(raw: str, fields: list[str]) -> tuple[str, Sentence] | None:
    """Report a field's name with a letter that only looks like the right one, or a hidden one."""
    if words := odd_blank(raw) or no_space(raw) or dash(raw):
        return words
    name = inert(raw, 40)
    if (plain := without_marks(name)) != name and plain in fields:
        hidden = next(character for character in name if not without_marks(character))
        return f"`{name}` holds {named(hidden)}, which can't be seen", coded(
            f"Type it again: `{plain}:`"
        )
    strangers = [character for character in name if not character.isascii()]
    alike = re.compile("".join(re.escape(c) if c.isascii() else "." for c in name))
    if strangers and (field := next(filter(alike.fullmatch, fields), "")):
        return (
            f"`{name}` is not `{field}`: its `{strangers[0]}` is {named(strangers[0])}",
            coded(f"It only looks the same; type it again: `{field}:`"),
        )
    return None
