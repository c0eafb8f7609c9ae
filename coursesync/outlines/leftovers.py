"""Finds what git and other tools leave in a file instead of its author's text.

Owns how unsettled merges, pointers of Git LFS, paths in place of symbolic links, and front matter
are recognised. It must never object to text that somebody wrote for members.
"""

from __future__ import annotations

import json
import re
from bisect import bisect
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

from coursesync.errors import Diagnostic, Remedy, Shell, Where
from coursesync.kinds import ITEMS, LISTED
from coursesync.text import coded, inert

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

_MOST_LINES = 40  # of markers, in one sentence
_LONGEST_PATH = 1_000
_USUAL_LENGTH = 7  # of a marker
_MOST_BLANKS = 50
_MOST_MARKERS = 2_000  # a file; the others are reported once these are gone
# https://git-scm.com/docs/git-merge#_how_conflicts_are_presented; longer ones come from nested
# merges or from `conflict-marker-size`
_MARKER = re.compile(
    r"^(?P<blanks>[ \t]*)(?P<marker>(?P<sign>[<|=>])(?P=sign){6,})(?:[ \t]+(?P<label>\S.*)?)?$",
    re.MULTILINE,
)
# https://github.com/git-lfs/git-lfs/blob/main/docs/spec.md, and the name that it had before
_POINTER = re.compile(r"version https://(?:git-lfs|hawser)\.github\.com/spec/\S*[ \t]*(?:\n|\Z)")
# a relative path, or a path with one of these endings that is no web address
_PATH = re.compile(
    r"\.\.?[/\\]\S.*|(?!//|[a-z][\w+.-]*://|(?:[\w-]+\.)+[a-z]{2,}(?::[0-9]+)?/)"
    r"\S+\.(?:md|markdown|html?|ya?ml)",
    re.IGNORECASE,
)
# the edges of text that Markdown and HTML show unchanged: https://spec.commonmark.org/0.31.2/#fenced-code-blocks
_EDGE = re.compile(
    r"^[ \t]*(?P<fence>`{3,}(?!.*`)|~{3,})(?P<rest>.*)$|<(?P<end>/?)pre\b",
    re.MULTILINE | re.IGNORECASE,
)
# the front matter of an item, without doubt
FRONT = re.compile(r"---[ \t]*\n(?P<fields>(?:.*\n)*?)---[ \t]*(?:\n|\Z)")
_FRONT = re.compile(r"\s*^(---|\+\+\+)[ \t]*\n(.*?)^(?:\1|\.\.\.)[ \t]*$", re.DOTALL | re.MULTILINE)
# a field whose name is one word; the other lines that front matter may have
_FIELD = {
    "---": re.compile(r"""(?:[\w.$/-]+|"[^"]+"|'[^']+')[ \t]*:(?:[ \t].*)?"""),
    "+++": re.compile(r"""(?:[\w.-]+|"[^"]+"|'[^']+')[ \t]*=.*|\[.+\].*"""),
}
_BESIDE = re.compile(r"[ \t#}\]].*|-(?:[ \t].*)?|[^:]+:(?:[ \t].*)?|")
_OBJECT = re.compile(r"\s*^(\{[ \t]*\n.*?^\})[ \t]*$", re.DOTALL | re.MULTILINE)
_BRACES = re.compile(r"""\s*\{\s*["']?[\w.-]+["']?\s*:.*\}\s*""", re.DOTALL)
_LIST_IT = "".join(
    f"If the file is a {kind.name}, list it under `{kind.plural}:` instead of naming it here. "
    for kind in ITEMS.values()
    if kind is not LISTED
)
_KEEP = "Keep the text that you want, and delete the other text and the lines of the markers."


@dataclass(frozen=True, slots=True)
class _Marker:
    at: int
    line: int
    column: int
    sign: str
    length: int
    has_label: bool
    is_quotation: bool


def in_outline(text: str, path: str, *, is_outline: bool = True) -> list[Diagnostic]:
    """Return a diagnostic for each leftover in an outline.

    Args:
        text: the file's characters, every line end a line feed.
        path: the file's path as shown to people.
        is_outline: whether it can be read as an outline; if not, a single marker is a mistake too.
    """
    if whole := _whole(text, path):
        return [whole]
    found: list[Sequence[_Marker]] = [
        merge
        for merge in _certain(text, _merges(text, indented=True))
        if merge[0].column == 1 or len({marker.sign for marker in merge}) > 1
    ]
    if not (found or is_outline):
        lone = [each for each in _markers(text, indented=False) if each.length == _USUAL_LENGTH]
        found = [lone] if lone else []
    return [
        Diagnostic(Where(path, merge[0].line, merge[0].column), _unsettled([merge]), _KEEP)
        for merge in found
    ]


def in_item(text: str, path: str) -> Diagnostic | None:
    """Return the first leftover in a file that may begin with front matter."""
    if whole := _whole(text, path):
        return whole
    merges = [
        merge
        for merge in _certain(text, _merges(text, indented=False))
        if len({marker.sign for marker in merge}) > 1
    ]
    if merges:
        return Diagnostic(
            Where(path, merges[0][0].line),
            _unsettled(merges),
            f"{_KEEP} To show such a line to members, put a space before it.",
        )
    return None


def in_contents(text: str, path: str) -> Diagnostic | None:
    """Return the first leftover in a content file; the arguments are as for `in_outline`."""
    if left := in_item(text, path):
        return left
    if lines := lines_of_front_matter(text):
        first, last = lines
        return Diagnostic(
            Where(path, first),
            f"the file begins with front matter, on lines {first} to {last}: members would see it",
            coded(
                f"{_LIST_IT}If these lines are left over, delete them; if the dashes should be a "
                "line across the page, write `***` instead of them."
            ),
        )
    return None


def lines_of_front_matter(text: str) -> tuple[int, int] | None:
    """Return the first and the last line of front matter at the start of a text."""
    found = _front_matter(text)
    return found and (text.count("\n", 0, found[0]) + 1, text.count("\n", 0, found[1]) + 1)


def only_path(text: str) -> str:
    """Return the line of a text that may be a path and nothing else, or ""."""
    line = text.strip()
    is_short = 0 < len(line) <= _LONGEST_PATH
    return line if is_short and not re.search(r"[\n\0<>]", line) else ""


def path_alone(path: str, target: str) -> Diagnostic:
    """Return the diagnostic for a file that holds only a path."""
    return Diagnostic(
        Where(path),
        f"the file holds only a path, `{inert(target, 60)}`: git writes this file for a symbolic "
        "link on systems without symbolic links",
        "Replace it with a copy of the file that it names.",
    )


def _whole(text: str, path: str) -> Diagnostic | None:
    if _POINTER.match(text):
        return Diagnostic(
            Where(path),
            "the file is a pointer of Git LFS: its text is not in this checkout",
            Remedy(
                "To fetch it:",
                Shell("git", "lfs", "pull"),
                "Or keep it in git itself, since it is text: name its pattern from "
                ".gitattributes, as in:",
                Shell("git", "lfs", "untrack", "*" + path[path.rfind(".") :]),
            ),
        )
    target = only_path(text)
    return path_alone(path, target) if _PATH.fullmatch(target) else None


def _unsettled(merges: Sequence[Sequence[_Marker]]) -> str:
    lines = [str(marker.line) for merge in merges for marker in merge]
    more = " and more" if len(lines) > _MOST_LINES else ""
    what = "an unsettled merge" if len(merges) == 1 else "unsettled merges"
    markers = "its marker is on line" if len(lines) == 1 else "the markers are on lines"
    return f"the file holds {what}: {markers} {', '.join(lines[:_MOST_LINES])}{more}"


def _merges(text: str, *, indented: bool) -> Iterator[list[_Marker]]:
    """Find conflict blocks, even if some markers are missing."""
    if not any(sign * _USUAL_LENGTH in text for sign in "<|>"):
        return
    merge: list[_Marker] = []
    underline: _Marker | None = None  # or the middle of a merge without a start
    for marker in _markers(text, indented=indented):
        is_inner = bool(merge) and marker.length > merge[0].length
        if marker.sign == "<" and merge and not is_inner:
            yield merge
            merge = []
        if marker.sign == "=" and not (
            merge and marker.length in {merge[0].length, merge[-1].length}
        ):
            underline = marker
            continue
        if marker.sign == ">" and not merge:
            if marker.is_quotation:
                continue
            if underline and underline.length == marker.length:
                merge = [underline]
        merge.append(marker)
        if marker.sign == ">" and not is_inner:
            yield merge
            merge, underline = [], None
    yield merge


def _certain(text: str, merges: Iterable[Sequence[_Marker]]) -> Iterator[Sequence[_Marker]]:
    """Drop merges that may be text, and whole ones in an example."""
    examples: list[tuple[int, int]] | None = None
    for merge in filter(_is_certain, merges):
        if (merge[0].sign, merge[-1].sign) == ("<", ">"):
            examples = [*_examples(text)] if examples is None else examples
            before = bisect(examples, (merge[0].at, 0))
            if before and merge[-1].at < examples[before - 1][1]:
                continue
        yield merge


def _examples(text: str) -> Iterator[tuple[int, int]]:
    """Find the start and end of code in fences and of preformatted text."""
    begun: re.Match[str] | None = None
    for edge in _EDGE.finditer(text):
        if begun is None:
            begun = None if edge["end"] else edge
        elif _ends(begun, edge):
            yield begun.start(), edge.start()
            begun = None


def _ends(begun: re.Match[str], edge: re.Match[str]) -> bool:
    if begun["fence"] is None:
        return bool(edge["end"])
    is_fence = edge["fence"] is not None and edge["fence"].startswith(begun["fence"])
    return is_fence and not edge["rest"].strip()


def _is_certain(merge: Sequence[_Marker]) -> bool:
    """Return whether it is a merge: one marker may be an arrow, two may be ornaments."""
    signs = {marker.sign for marker in merge}
    labels = [marker for marker in merge if marker.has_label]
    if len(signs) > 1:
        return bool(labels) or "=" in signs
    return any(marker.length == _USUAL_LENGTH for marker in labels)


def _markers(text: str, *, indented: bool) -> Iterator[_Marker]:
    line, at = 1, 0
    for found in islice(_MARKER.finditer(text), _MOST_MARKERS):
        if found["blanks"] and not indented:
            continue
        line, at = line + text.count("\n", at, found.start()), found.start()
        sign, label = found["sign"], found["label"] or ""
        if (sign == "=" and label) or (sign == "|" and "|" in label):
            continue  # text, or the row of a table
        yield _Marker(
            at=at,
            line=line,
            column=len(found["blanks"]) + 1,
            sign=sign,
            length=len(found["marker"]),
            has_label=bool(label),
            is_quotation=sign == ">" and _is_quoted(text, found),
        )


def _is_quoted(text: str, found: re.Match[str]) -> bool:
    """Return whether a line beside this one starts with > too, as in a Markdown quotation."""
    above = text[text.rfind("\n", 0, max(0, found.start() - 1)) + 1 : found.start()]
    below = text[found.end() : found.end() + _MOST_BLANKS]
    return above.lstrip().startswith(">") or below.lstrip().startswith(">")


def _front_matter(text: str) -> tuple[int, int] | None:
    found = _FRONT.match(text)
    if found is None:
        return _json(text)
    fence, body = found.groups()
    field, lines = _FIELD[fence], body.split("\n")
    others = [line for line in lines if not field.fullmatch(line)]
    # between two lines across the page, text may have words with a colon after them
    is_begun = bool(field.fullmatch(lines[0])) if fence == "---" else len(others) < len(lines)
    is_front = is_begun and all(map(_BESIDE.fullmatch, others))
    return (found.start(1), found.end()) if is_front or _BRACES.fullmatch(body) else None


def _json(text: str) -> tuple[int, int] | None:
    """Return the start and end of front matter in JSON: https://gohugo.io/content-management/front-matter/."""
    found = _OBJECT.match(text)
    try:
        return found.span(1) if found and json.loads(found[1]) else None
    except (ValueError, RecursionError):
        return None
