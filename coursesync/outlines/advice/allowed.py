"""Advice that people allow: by a comment in place, or by a list in `coursesync.toml`.

`# coursesync: allow RULE` allows a rule on its line or, if it is alone on a line, on the next one;
in the front matter of a file, it holds for the whole file. Owns which pieces are allowed, and the
advice on comments that allow nothing. It must never ask for a position unless a comment names the
rule of a piece.
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from coursesync.errors import Remedy, Where
from coursesync.kinds.tree import Tree
from coursesync.outlines.advice.advice import Advice
from coursesync.outlines.advice.rule import Rule, no_such_rule
from coursesync.text import coded, inert

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence

_ALLOW = re.compile(r"#+[ \t]*coursesync:[ \t]*allow\b[ \t]*:?(?P<names>[^#\n]*)")
_NAME = re.compile(r"[^\s,;]+")
_WITHOUT_TEXT = re.compile(r"[ \t]*(?:#.*)?")
_KNOWN = frozenset(each.value for each in Rule)


@dataclass(frozen=True, slots=True)
class Comment:
    """A rule that a comment allows: its name as written, and where.

    `line` is the line that it is allowed on, None for the whole file.
    """

    where: Where
    name: str
    line: int | None


def comments_of(
    text: str,
    path: str,
    spans: Callable[[str], Sequence[tuple[int, int]]],
    *,
    above: int | None = None,
) -> Iterator[Comment]:
    """Yield the rules that the comments of a text allow.

    Args:
        text: YAML, every line end a line feed.
        path: the file's path as shown to people.
        spans: gives the start and the end of each comment in a text.
        above: the number of lines above it, if it is front matter; then a rule is allowed in the
            whole file.
    """
    if not _ALLOW.search(text):
        return
    lines = text.split("\n")
    for start, end in spans(text):
        if not (found := _ALLOW.match(text, start, end)):
            continue
        number, begin = text.count("\n", 0, start), text.rfind("\n", 0, start) + 1
        line = None if above is not None else _line_below(lines, number) + 1
        names = [*_NAME.finditer(text, *found.span("names"))]
        for name, at in [(each[0], each.start()) for each in names] or [("", start)]:
            where = Where(path, number + 1 + (above or 0), at - begin + 1)
            yield Comment(where, name, line)


def _line_below(lines: Sequence[str], number: int) -> int:
    """Return the line that a comment is about, from 0: its own, or the next one with a value."""
    if not lines[number].lstrip(" \t").startswith("#"):
        return number
    below = range(number + 1, len(lines))
    return next((each for each in below if not _WITHOUT_TEXT.fullmatch(lines[each])), number)


@dataclass(slots=True)
class Sifted:
    """The advice to give, and the pieces that are allowed."""

    given: list[Advice] = field(default_factory=list)
    allowed: list[Advice] = field(default_factory=list)


def sifted(
    advice: Iterable[Advice],
    comments: Sequence[Comment],
    everywhere: Collection[str],
    tree: Tree,
) -> Sifted:
    """Take out the advice on an outline that is allowed, and add advice on unused comments.

    Args:
        advice: all pieces on the outline and its files.
        comments: the rules that are allowed in these files.
        everywhere: the rules that are allowed wherever they give advice.
        tree: the outline.
    """
    result, used = Sifted(), set[Comment]()
    by_file: dict[tuple[str, str], list[Comment]] = defaultdict(list)
    for each in comments:
        by_file[each.where.path, each.name.lower()].append(each)
    for piece in advice:
        beside = by_file.get((piece.tree.path, piece.rule.value), [])
        fitting = [each for each in beside if each.line is None or each.line in _lines(piece)]
        used.update(fitting)
        is_allowed = fitting or piece.rule in everywhere
        (result.allowed if is_allowed else result.given).append(piece)
    for each in comments:
        if each not in used and (piece := _unused(each, tree)).rule not in everywhere:
            result.given.append(piece)
    return result


def _lines(piece: Advice) -> set[int]:
    """Return the lines of the outline that a piece is about.

    They are those of the field's name and value or, if it is missing, of the fields beside it.
    """
    tree, path = piece.tree, piece.path
    if path and not tree.find(path)[1]:
        line, _, _, beside = tree.find(path[:-1])[0]
        fields = beside.values() if isinstance(beside, dict) else ()
        return {line + 1, *(at[0] + 1 for at in fields)}
    return {tree.where(path).line, (tree.where_key(path) if path else tree.where()).line}


def _unused(comment: Comment, tree: Tree) -> Advice:
    name, at = comment.name, comment.where
    if name.lower() in _KNOWN:
        problem = f"there is nothing to allow here: `{name.lower()}` gives no advice"
        return Advice(tree, (), problem, "Delete it from this comment.", Rule.UNUSED_ALLOW, at=at)
    problem = f"there is no rule `{inert(name, 40)}` to allow" if name else "no rule is named here"
    example = coded("Write its name, as in `# coursesync: allow empty-contents`")
    remedy = Remedy(no_such_rule(name)) if name else example
    return Advice(tree, (), problem, remedy, Rule.UNKNOWN_RULE, at=at)


def unknown_courses(
    lines: Mapping[str, int], known: Collection[str], path: str
) -> Iterator[Advice]:
    """Yield advice on courses for which `coursesync.toml` allows rules, and which do not exist.

    Args:
        lines: the line of each course's entry, by the course's key.
        known: the keys of all courses.
        path: the file's path as shown to people.
    """
    for key in sorted(lines.keys() - known):
        tree = Tree(path, {}, lambda: (0, 0, None, {}))
        problem = f"rules are allowed in the course `{inert(key, 60)}`, and no outline has that key"
        remedy = "Correct the key, or delete the line."
        at = Where(path, lines[key])
        yield Advice(tree, (), problem, remedy, Rule.UNUSED_ALLOW, at=at)
