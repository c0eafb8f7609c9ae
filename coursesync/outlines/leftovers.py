"""Finds what git and other tools leave in a file instead of its author's text.

Owns how unsettled merges, pointers of Git LFS, paths in place of symbolic links, and front matter
are recognised. It must never object to text that somebody wrote for members.
"""

from __future__ import annotations

import json
import re
from bisect import bisect
from itertools import chain, islice
from typing import TYPE_CHECKING

from coursesync.errors import Diagnostic, Remedy, Shell, Where
from coursesync.text import coded, inert

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_MOST_LINES = 40  # of markers, in one sentence
_LONGEST_PATH = 1_000
_USUAL = 7  # characters of a marker
_MOST_MARKERS = 2_000  # a file; the others are reported once these are gone
# https://git-scm.com/docs/git-merge#_how_conflicts_are_presented; longer ones come from nested
# merges or from `conflict-marker-size`; a row of a table has more than one |
_MARKER = re.compile(
    r"^(?P<blanks>[ \t]*)(?P<signs>={7,}(?=[ \t]*$)|\|{7,}(?!.*\|)|<{7,}|>{7,})"
    r"(?:[ \t]+(?P<label>\S.*)?)?$",
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
_FRONT = re.compile(r"\s*^(---|\+\+\+)[ \t]*\n(.*?)^(?:\1|\.\.\.)[ \t]*$", re.DOTALL | re.MULTILINE)
# a field whose name is one word; the other lines that front matter may have
_FIELD = {
    "---": re.compile(r"""(?:[\w.$/-]+|"[^"]+"|'[^']+')[ \t]*:(?:[ \t].*)?"""),
    "+++": re.compile(r"""(?:[\w.-]+|"[^"]+"|'[^']+')[ \t]*=.*|\[.+\].*"""),
}
_BESIDE = re.compile(r"[ \t#}\]].*|-(?:[ \t].*)?|[^:]+:(?:[ \t].*)?|")
_OBJECT = re.compile(r"\s*^(\{[ \t]*\n.*?^\})[ \t]*$", re.DOTALL | re.MULTILINE)
_BRACES = re.compile(r"""\s*\{\s*["']?[\w.-]+["']?\s*:.*\}\s*""", re.DOTALL)
_KEEP = "Keep the text that you want, and delete the other text and the lines of the markers."


def in_outline(text: str, path: str, *, is_outline: bool = True) -> list[Diagnostic]:
    """Return a diagnostic for each leftover in an outline.

    Args:
        text: the file's characters, every line end a line feed.
        path: the file's path as shown to people.
        is_outline: whether it can be read as an outline; if not, a single marker is a mistake too.
    """
    if whole := _whole(text, path):
        return [whole]
    found = [*_merges(text, indented=True)]
    if not (found or is_outline):
        lone = [each for each in _markers(text, indented=False) if len(each["signs"]) == _USUAL]
        found = [lone] if lone else []
    return [_unsettled(text, path, [merge], _KEEP) for merge in found]


def in_contents(text: str, path: str) -> Diagnostic | None:
    """Return the first leftover in a content file; the arguments are as for `in_outline`."""
    if whole := _whole(text, path):
        return whole
    if merges := [*_merges(text, indented=False)]:
        remedy = f"{_KEEP} To show such a line to members, put a space before it."
        return _unsettled(text, path, merges, remedy)
    if found := _front_matter(text):
        first, last = (text.count("\n", 0, at) + 1 for at in found)
        return Diagnostic(
            Where(path, first),
            f"the file begins with front matter, on lines {first} to {last}: members would see it",
            coded(
                "If these lines are fields, delete them: a title belongs in the outline. If the "
                "dashes should be a line across the page, write `***` instead of them."
            ),
        )
    return None


def only_path(text: str) -> str:
    """Return the line of a text that may be a path and nothing else, or ""."""
    line = text.strip()
    return "" if len(line) > _LONGEST_PATH or re.search(r"[\n\0<>]", line) else line


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
                "Fetch it with",
                Shell("git", "lfs", "pull"),
                "or, since it is text, keep it in git itself: name its pattern from "
                ".gitattributes, as in",
                Shell("git", "lfs", "untrack", "*" + path[path.rfind(".") :]),
            ),
        )
    target = only_path(text)
    return path_alone(path, target) if _PATH.fullmatch(target) else None


def _unsettled(
    text: str, path: str, merges: Sequence[Sequence[re.Match[str]]], remedy: str
) -> Diagnostic:
    markers = [*chain(*merges)]
    lines = [text.count("\n", 0, marker.start()) + 1 for marker in markers[:_MOST_LINES]]
    more = " and more" if len(markers) > _MOST_LINES else ""
    what = "an unsettled merge" if len(merges) == 1 else "unsettled merges"
    at = "its marker is on line" if len(markers) == 1 else "the markers are on lines"
    return Diagnostic(
        Where(path, lines[0], len(markers[0]["blanks"]) + 1),
        f"the file holds {what}: {at} {', '.join(map(str, lines))}{more}",
        remedy,
    )


def _markers(text: str, *, indented: bool) -> list[re.Match[str]]:
    if not any(sign * _USUAL in text for sign in "<|>="):
        return []
    found = islice(_MARKER.finditer(text), _MOST_MARKERS)
    return [marker for marker in found if indented or not marker["blanks"]]


def _merges(text: str, *, indented: bool) -> Iterator[list[re.Match[str]]]:
    """Find conflict blocks, even if some markers are missing, but no whole ones in an example."""
    examples: list[tuple[int, int]] | None = None
    for merge in filter(_is_certain, _blocks(_markers(text, indented=indented))):
        if merge[0]["signs"][0] == "<" and merge[-1]["signs"][0] == ">":
            examples = [*_examples(text)] if examples is None else examples
            before = bisect(examples, (merge[0].start(), 0))
            if before and merge[-1].start() < examples[before - 1][1]:
                continue
        yield merge


def _blocks(markers: Sequence[re.Match[str]]) -> Iterator[list[re.Match[str]]]:
    sides = {len(each["signs"]) for each in markers if each["signs"][0] in "<>"}
    block: list[re.Match[str]] = []
    for marker in markers:
        sign, length = marker["signs"][0], len(marker["signs"])
        if length not in sides:
            continue  # the underline of a heading, or a row of a table
        is_inner = bool(block) and length > len(block[0]["signs"])
        if block and not is_inner and (sign == "<" or block[0]["signs"][0] == sign == "="):
            yield block
            block = []
        block.append(marker)
        if sign == ">" and not is_inner:
            yield block
            block = []
    yield block


def _is_certain(merge: Sequence[re.Match[str]]) -> bool:
    """Return whether it is a merge: one marker may be an arrow, two may be ornaments."""
    signs = {marker["signs"][0] for marker in merge}
    return len(signs) > 1 and ("=" in signs or any(marker["label"] for marker in merge))


def _examples(text: str) -> Iterator[tuple[int, int]]:
    """Find the start and end of code in fences and of preformatted text."""
    begun: re.Match[str] | None = None
    for edge in _EDGE.finditer(text):
        if begun is None:
            begun = None if edge["end"] else edge
            continue
        is_end = bool(edge["end"])
        if fence := begun["fence"]:
            is_end = (edge["fence"] or "").startswith(fence) and not edge["rest"].strip()
        if is_end:
            yield begun.start(), edge.start()
            begun = None


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
