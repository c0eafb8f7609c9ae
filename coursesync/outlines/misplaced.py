"""Finds fields in an item that another field, another kind or another place is meant by.

Owns these guesses and their words. It must never decide which fields are valid: the models do.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from coursesync.kinds import KINDS
from coursesync.kinds.unlock import AFTER_DAYS
from coursesync.outlines.items import may_be_file
from coursesync.text import coded

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
    for kind in KINDS.values():
        if name not in {kind.name, kind.plural} or kind.plural in fields:
            continue
        within = f"in a {kind.within.name} or " if kind.within else ""
        remedy = (
            f"Move it out of this {holder}: `{kind.plural}:` is a list {within}in the course, "
            "in the column of its `title:`"
        )
        return f"a {holder} has no {kind.plural}", coded(remedy)
    return None


def path_field(name: str, kind: Kind | None) -> tuple[str, Sentence] | None:
    """Report a field that names a file, where the path alone would list it."""
    if kind is None or not may_be_file(kind) or name not in {"file", "path"}:
        return None
    remedy = coded("To list a Markdown file, write only its path, as in `- welcome.md`")
    return f"there is no field `{name}`", remedy


def of_another_kind(name: str, kind: Kind | None, holder: str) -> tuple[str, Sentence] | None:
    """Report a field that another kind has."""
    for other in KINDS.values() if kind else ():
        if other is not kind and any(name == field.name for field in other.fields):
            problem = f"`{name}` is a field of a {other.name}, not of a {holder}"
            return problem, coded(f"Put it into an item of `{other.plural}:`, or delete it.")
    return None
